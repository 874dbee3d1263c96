"""How sure the verdicts are: against labels of the user's own, and by a sample drawn to label."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
from scipy.stats import norm

from analyzers import vocabulary
from analyzers.errors import UsageError

LABELS = (*vocabulary.AUTHORSHIP, "ai", "human")
"""Labels a person may give. `human` and `unmarked` both mean: not declared AI."""

_YES = {*vocabulary.DECLARED_AI, "ai"}
_LEVEL = 0.9


def wilson(hits: float, n: float, *, level: float = _LEVEL) -> tuple[float, float]:
    """Wilson's interval for a share (E. B. Wilson 1927); (0, 1) where nothing was counted."""
    if n <= 0:
        return 0.0, 1.0
    z = float(norm.ppf(0.5 + level / 2))
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)


def read_labels(text: str, *, origin: str) -> pd.DataFrame:
    """sha, label from CSV with these two columns; other columns are left out.

    Raises UsageError for missing columns, unknown labels and a commit labelled twice differently.
    """
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    if not rows or not {"sha", "label"} <= set(rows[0]):
        raise UsageError(f"{origin}: expected CSV with the columns sha and label")
    labels = pd.DataFrame(rows)[["sha", "label"]].fillna("").astype("str")
    labels["sha"] = labels["sha"].str.strip().str.lower()
    labels["label"] = labels["label"].str.strip().str.lower()
    labels = labels[labels["label"] != ""].drop_duplicates()
    unknown = sorted(set(labels["label"]) - set(LABELS))
    if unknown:
        raise UsageError(f"{origin}: unknown label {unknown[0]!r}; use {', '.join(LABELS)}")
    twice = labels.loc[labels["sha"].duplicated(), "sha"]
    if len(twice):
        raise UsageError(f"{origin}: commit {twice.iloc[0]} has two labels")
    return labels.reset_index(drop=True)


def read_sample(text: str) -> pd.DataFrame | None:
    """sha, stratum, n_stratum, label out of the CSV that `sample` drew; None for other CSV."""
    rows = pd.DataFrame(list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))))
    columns = ["sha", "stratum", "n_stratum", "label"]
    if rows.empty or not set(columns) <= set(rows.columns):
        return None
    sizes = pd.to_numeric(rows["n_stratum"], errors="coerce")
    if sizes.isna().any():
        raise UsageError("n_stratum must be a number in every row, as it was drawn")
    return rows[columns].assign(n_stratum=sizes, sha=rows["sha"].str.strip().str.lower())


def scores(labels: pd.DataFrame, verdicts: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Precision and recall of "declared AI" with 90 % Wilson intervals.

    One row for all evidence and one per place alone: evidence, n_labels, true_positives,
    false_positives, false_negatives, precision, precision_low, precision_high, recall,
    recall_low, recall_high. Labels `ambiguous` and commits that were not mined are left out.
    Abbreviated hashes match where they are unique.
    """
    judged = _matched(labels, verdicts)
    judged = judged[judged["label"] != "ambiguous"]
    is_ai = judged["label"].isin(_YES)
    rows = [_row("all", is_ai, judged["authorship"].isin(vocabulary.DECLARED_AI))]
    declared = evidence[evidence["degree"].isin(["agent", "coauthored", "assisted"])]
    for place, found in declared.groupby("place"):
        rows.append(_row(str(place), is_ai, judged["sha"].isin(set(found["sha"]))))
    return pd.DataFrame(rows)


def sample(verdicts: pd.DataFrame, *, size: int, seed: int) -> pd.DataFrame:
    """Commits to label by hand: sha, stratum, n_stratum, label (empty), drawn at random.

    Half are drawn from commits that are declared AI and half from the unmarked ones, so that both
    kinds of error are seen; `n_stratum` is what each stands for. Merges and automation are out.
    """
    known = verdicts[~verdicts["is_merge"].astype(bool)]
    declared = known[known["authorship"].isin(vocabulary.DECLARED_AI)]
    unmarked = known[known["authorship"] == "unmarked"]
    from_declared = min(len(declared), size - size // 2)
    from_unmarked = min(len(unmarked), size - from_declared)
    from_declared = min(len(declared), size - from_unmarked)
    rng = np.random.default_rng(seed)
    drawn = [
        _drawn(declared, "declared", from_declared, rng),
        _drawn(unmarked, "unmarked", from_unmarked, rng),
    ]
    return pd.concat(drawn, ignore_index=True)


def corrected_share(labels: pd.DataFrame, drawn: pd.DataFrame) -> dict[str, float]:
    """The AI share that a labelled sample gives: share, low, high (90 %), n_labels.

    A stratified estimate: each stratum's labelled share, weighted by the stratum's size. The
    interval joins Wilson's intervals of the strata (MOVER, Zou and Donner 2008).
    """
    told = drawn.drop(columns="label").merge(labels, on="sha")
    told = told[told["label"] != "ambiguous"]
    total = float(drawn.drop_duplicates("stratum")["n_stratum"].sum())
    share = low = high = 0.0
    for _, stratum in told.groupby("stratum"):
        weight = float(stratum["n_stratum"].iloc[0]) / total
        hits, n = float(stratum["label"].isin(_YES).sum()), float(len(stratum))
        bottom, top = wilson(hits, n)
        share += weight * hits / n
        low += (weight * (hits / n - bottom)) ** 2
        high += (weight * (top - hits / n)) ** 2
    if told["stratum"].nunique() < drawn["stratum"].nunique():
        return {"share": float("nan"), "low": 0.0, "high": 1.0, "n_labels": float(len(told))}
    bounds = max(0.0, share - low**0.5), min(1.0, share + high**0.5)
    return {"share": share, "low": bounds[0], "high": bounds[1], "n_labels": float(len(told))}


def _matched(labels: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    exact = labels.merge(verdicts[["sha", "authorship"]], on="sha")
    rest = labels[~labels["sha"].isin(set(exact["sha"])) & labels["sha"].str.len().between(7, 39)]
    if rest.empty:
        return exact
    parts = [exact]
    for length, short in rest.groupby(rest["sha"].str.len()):
        cut = verdicts.assign(short=verdicts["sha"].str.slice(0, int(length)))
        cut = cut[~cut["short"].duplicated(keep=False)]
        found = short.rename(columns={"sha": "short"}).merge(cut, on="short")
        parts.append(found[["sha", "label", "authorship"]])
    return pd.concat(parts, ignore_index=True)


def _row(name: str, is_ai: pd.Series, said: pd.Series) -> dict[str, object]:
    hits, wrong, missed = (is_ai & said).sum(), (~is_ai & said).sum(), (is_ai & ~said).sum()
    precision, recall = wilson(hits, hits + wrong), wilson(hits, hits + missed)
    return {
        "evidence": name,
        "n_labels": len(is_ai),
        "true_positives": int(hits),
        "false_positives": int(wrong),
        "false_negatives": int(missed),
        "precision": hits / (hits + wrong) if hits + wrong else float("nan"),
        "precision_low": precision[0],
        "precision_high": precision[1],
        "recall": hits / (hits + missed) if hits + missed else float("nan"),
        "recall_low": recall[0],
        "recall_high": recall[1],
    }


def _drawn(pool: pd.DataFrame, name: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    ordered = pool.sort_values("sha")["sha"].to_numpy()
    chosen = rng.choice(ordered, size=n, replace=False) if n else ordered[:0]
    return pd.DataFrame({"sha": chosen, "stratum": name, "n_stratum": len(pool), "label": ""})
