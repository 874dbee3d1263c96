"""The manifest's facts of coverage as sentences: what was looked at, absent, lost, how sure.

Nothing here ever holds text from a repository.
"""

from __future__ import annotations

from typing import Any

from dashboard import text

_PLACES = {  # place -> what it is called, what its absence means
    "commit": ("commits", ""),
    "memberships": (
        "commits of change requests",
        "which commits made up a change request is not known",
    ),
    "change_request_heads": (
        "heads of change requests",
        "what did not land and what was squashed are unseen; `reviewgap fetch-reviews` helps",
    ),
    "branches": ("branches", "no branch but the default one was looked at"),
    "branch_names": ("names of merged branches", "agents known only by their branches are missed"),
    "notes": ("AI notes", "no tool left its log in git notes, or they were not fetched"),
}
_SEQUENCES = {"pull requests", "merge requests", "Phabricator revisions", "Gerrit changes"}


def looked_at(manifest: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Places where traces of AI tools can lie: name, how many were read, what absence means."""
    places = _facts(manifest, "places")
    rows = []
    for key, (name, absent) in _PLACES.items():
        n = int(places.get(key) or 0)
        rows.append(
            (name[:1].upper() + name[1:], text.whole(n) if n else "none", "" if n else absent)
        )
    return rows


def blind_spots(manifest: dict[str, Any]) -> list[str]:
    """What the declared share cannot see here, and by how much it may fall short."""
    return [line for line in (_squash(manifest), *_recall(manifest)) if line]


def absent(manifest: dict[str, Any]) -> str:
    """Places that were looked for and are not there, in one sentence; empty where all are."""
    places = _facts(manifest, "places")
    missing = [name for key, (name, _) in _PLACES.items() if places and not places.get(key)]
    return f"Looked for and not there: {', '.join(missing)}." if missing else ""


def dating(manifest: dict[str, Any]) -> list[str]:
    """How well git alone dates change requests, and how far off it was where checked."""
    openings = (_openings(each) for each in _list(manifest, "openings"))
    errors = (_error(each) for each in _list(manifest, "git_only_error") if each.get("n"))
    return [line for line in (*openings, *errors) if line]


def _openings(each: dict[str, Any]) -> str:
    total = int(each.get("n_change_requests") or 0)
    if total < text.MIN_N:
        return ""
    good = sum(int(each.get(grade) or 0) for grade in "AB") / total
    which = each.get("sequence") if each.get("sequence") in _SEQUENCES else "change requests"
    told = (
        f"From git alone, **{text.share(good)}** of {text.number(total)} {which} have an opening"
        f" graded A or B; {text.share(each.get('chain_share'))} are dated in the order of their"
        " numbers."
    )
    wide = _days(each.get("band_median_days"))
    if wide is None:
        return told
    return f"{told} Half of the openings lie within a band of {text.duration(wide)} or less."


def _error(each: dict[str, Any]) -> str:
    what = {"opened": "Openings", "landed": "Landings"}.get(str(each.get("estimate")), "Moments")
    band = each.get("band_share")
    held = f"; the band held {text.share(band)} of them" if band is not None else ""
    return (
        f"{what} estimated from git alone, checked against {text.number(each['n'])} records:"
        f" off by {text.duration(each.get('error_median_hours'))} in the middle,"
        f" {text.duration(each.get('error_p90_hours'))} at P90;"
        f" {text.share(each.get('within_a_day_share'))} within a day{held}."
    )


def _squash(manifest: dict[str, Any]) -> str:
    loss = _facts(manifest, "squash_loss")
    n_ai, n_lost = int(loss.get("n_ai") or 0), int(loss.get("n_lost") or 0)
    if not loss.get("n_squashed"):
        return ""
    if not n_ai:
        squashed = text.counted(loss["n_squashed"], "change request")
        return f"Of {squashed} landed as a squash, none has a commit that declares AI."
    share = f" ({text.share(loss.get('lost_share'))})" if n_ai >= text.MIN_N else ""
    return (
        f"Squash merges hid the declaration of **{text.number(n_lost)} of {text.number(n_ai)}**"
        f" change requests whose own commits declare AI{share};"
        " here they are counted, because those commits were read."
    )


def _recall(manifest: dict[str, Any]) -> list[str]:
    rows = _list(manifest, "recall_by_notes")
    known = next((each for each in rows if each.get("tool") == "all"), {})
    if not known.get("n_commits"):
        return []
    told = (
        f"Git notes know {text.counted(known['n_commits'], 'commit')} to be mostly AI work;"
        f" **{text.share(known.get('recall'))}** of them carry any other mark. Where no notes are"
        " kept, the rest would count as unmarked."
    )
    return [told]


def _facts(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    found = (manifest.get("coverage") or {}).get(name)
    return found if isinstance(found, dict) else {}


def _list(manifest: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = (manifest.get("coverage") or {}).get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _days(days: object) -> float | None:
    return None if days is None else float(str(days)) * 24
