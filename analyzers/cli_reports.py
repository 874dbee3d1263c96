"""Commands that hand results on: tables for others, the weekly report, limits for CI."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzers import errors, terminal
from analyzers.options import (
    DataFormat,
    LinesFormat,
    Quiet,
    ReportFormat,
    Repository,
    RootDir,
    StoreDir,
    TrustRepo,
    refresh,
)


def export(
    repository: Repository = Path(),
    table: Annotated[
        str, typer.Option("--table", help="Which table, or `all` for every one.")
    ] = "weekly",
    form: Annotated[DataFormat, typer.Option("--format")] = DataFormat.csv,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A file, or a folder for all; datapackage.json goes beside."
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(help="2026-01-31, 2026-W05, 12w or 6mo.")] = None,
    until: Annotated[str | None, typer.Option(help="Likewise.")] = None,
    raw_csv: Annotated[bool, typer.Option(help="Do not defuse spreadsheet formulas.")] = False,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """The weekly CSV on stdout, any other table, or all of them into a folder."""
    from analyzers.reports import export as exporting
    from analyzers.reports import tabular

    if table == tabular.ALL:
        if output is None:
            raise errors.UsageError("all tables want a folder; add: -o FOLDER")
        refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
        told = tabular.every(refreshed.shelf, since=since, until=until)
        n = exporting.save_all(told, output, form.value, raw=raw_csv)
        terminal.note(f"wrote {n} tables and datapackage.json to {output}", quiet=quiet)
        return refreshed.exit_code
    wanted = tabular.find(table)
    if form is DataFormat.parquet and output is None:
        raise errors.UsageError("Parquet is binary and wants a file; add: -o FILE.parquet")
    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    rows = tabular.rows(refreshed.shelf, wanted, since=since, until=until)
    if output is None:
        terminal.write(exporting.content(rows, wanted, form.value, raw=raw_csv))
    else:
        exporting.save(rows, wanted, output, form.value, raw=raw_csv)
        terminal.note(f"wrote {output} and {output.with_name('datapackage.json')}", quiet=quiet)
    return refreshed.exit_code


def report(
    repositories: Annotated[list[Path] | None, typer.Argument(metavar="[REPO…]")] = None,
    form: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.markdown,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file instead of stdout.")
    ] = None,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """The weekly report of one repository, or a digest of several; HTML opens anywhere, offline."""
    from analyzers.reports import digest, files, weekly

    paths = repositories or [Path()]
    refreshed = [refresh(path, store, root, quiet=quiet, trust=trust_repo) for path in paths]
    told = digest.digest([one.shelf for one in refreshed])
    text = weekly.html(told) if form is ReportFormat.html else weekly.markdown(told)
    if output is None:
        terminal.show(text)
    else:
        files.save(output, f"{text}\n".encode())
        terminal.note(f"wrote {output}", quiet=quiet)
    code = max(one.exit_code for one in refreshed)
    return errors.PARTIAL if told.refused else code


def check(
    repository: Repository = Path(),
    max_review_gap: Annotated[
        float | None, typer.Option(help="Demand over demonstrated capacity, such as 1.1.")
    ] = None,
    max_weeks_of_work: Annotated[
        float | None, typer.Option(help="Waiting over landed per week, such as 4.")
    ] = None,
    max_backlog_growth: Annotated[
        float | None, typer.Option(help="Change requests per week by which what waits grows.")
    ] = None,
    max_p90_hours_to_land: Annotated[
        float | None, typer.Option(help="Nine of ten land within so many hours.")
    ] = None,
    min_landed_within_30_days: Annotated[
        float | None, typer.Option(help="Share of what opened, 0 to 1.")
    ] = None,
    max_self_landed_share: Annotated[
        float | None, typer.Option(help="Landed by their author, no other human seen, 0 to 1.")
    ] = None,
    max_declared_self_landed_share: Annotated[
        float | None, typer.Option(help="The same among those that declare AI.")
    ] = None,
    whole_band: Annotated[
        bool, typer.Option(help="Exceeded only where all of the 90 % band is beyond the limit.")
    ] = False,
    form: Annotated[LinesFormat, typer.Option("--format")] = LinesFormat.text,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """Limits for CI: one line per limit exceeded and exit code 4; 5 where a figure is unknown."""
    from analyzers.reports import check as checking

    asked = {
        "max_review_gap": max_review_gap,
        "max_weeks_of_work": max_weeks_of_work,
        "max_backlog_growth": max_backlog_growth,
        "max_p90_hours_to_land": max_p90_hours_to_land,
        "min_landed_within_30_days": min_landed_within_30_days,
        "max_self_landed_share": max_self_landed_share,
        "max_declared_self_landed_share": max_declared_self_landed_share,
    }
    limits = {name: limit for name, limit in asked.items() if limit is not None}
    checking.require(limits)
    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    found = checking.check(refreshed.shelf, limits, whole_band=whole_band)
    if form is LinesFormat.json:
        terminal.show(checking.as_json(refreshed.shelf, found))
    else:
        for line in checking.lines(found):
            terminal.show(line)
    n_held = sum(one.status == "holds" for one in found)
    terminal.note(f"{n_held} of {len(found)} limits hold", quiet=quiet)
    return checking.exit_code(found, otherwise=refreshed.exit_code)


def expected_wait(
    repository: Repository = Path(),
    form: Annotated[LinesFormat, typer.Option("--format")] = LinesFormat.text,
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """How long a change request opened now will wait: what became of those opened before it."""
    from analyzers.reports import expected

    refreshed = refresh(repository, store, root, quiet=quiet)
    found = expected.expected(refreshed.shelf)
    told = expected.as_json(found) if form is LinesFormat.json else expected.text(found)
    terminal.show(told)
    return refreshed.exit_code
