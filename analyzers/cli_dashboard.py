"""The command that serves the dashboard, and what its operator may allow."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from analyzers import errors, manifest, terminal
from analyzers.options import Quiet, RootDir, StoreDir, TrustRepo, refresh


def dashboard(
    repositories: Annotated[list[Path] | None, typer.Argument(metavar="[REPO…]")] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anyone who reaches it can read.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; the next free one if taken, 0 for any.")] = 8501,
    base_path: Annotated[str, typer.Option(help="Path prefix behind a proxy.")] = "",
    allowed_host: Annotated[
        list[str] | None, typer.Option(help="Further host names that browsers may use.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    allow: Annotated[
        Path | None, typer.Option(help="A file of repositories to offer for mining, one a line.")
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Show what the store holds; mine and write nothing.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names", help="Show people's names instead of pseudonyms.")
    ] = False,
    login: Annotated[
        Path | None, typer.Option(help="A secrets.toml: OpenID Connect, and who may look.")
    ] = None,
    shared: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Show what `mine --publish` left there (s3://…, a path)."),
    ] = None,
    events: Annotated[
        Path | None, typer.Option(help="A CSV file of date,label: what charts should mark.")
    ] = None,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """Mine what is new, then serve the dashboard (on the current folder without REPO).

    With --root and no REPO it offers the repositories right below that folder, and mines one
    when a viewer asks. With --shared it mines nothing, and keeps a copy of what is looked at.
    """
    from analyzers import user_events
    from dashboard import launch, serving

    at = (store or manifest.default_root()).resolve()
    viewers = serving.viewers(login) if login else ()
    marked = user_events.from_csv(events) if events else ()
    named = repositories or []
    if shared:
        at = (store or manifest.default_root() / _copy_of(shared)).resolve()
        folders = _brought(shared, at, [*named, *(path for path in (root, allow) if path)])
        terms = serving.Terms(str(at), shared, names=names, viewers=viewers, events=marked)
    elif read_only:
        terms = serving.Terms(store=str(at), names=names, viewers=viewers, events=marked)
        folders = _in_store(at, named, root)
    else:
        named = named or ([] if root or allow else [Path()])
        for path in named:
            refresh(path, at, root, quiet=quiet, trust=trust_repo)
        terms = serving.Terms(
            store=str(at),
            root=str(root.resolve()) if root else None,
            mineable=_mineable(named, allow, root),
            names=names,
            read_only=False,
            trust=trust_repo,
            viewers=viewers,
            events=marked,
        )
        folders = [at / key for key in terms.mineable]
    launch.serve(
        folders,
        host=host,
        port=port,
        base_path=base_path,
        allowed_hosts=tuple(allowed_host or ()),
        browser=browser,
        announce=lambda line: terminal.note(line, quiet=quiet),
        terms=terms,
        login=login,
    )
    return errors.COMPLETE


def _mineable(named: list[Path], allow: Path | None, root: Path | None) -> dict[str, str]:
    """Key -> path of every repository a viewer may have mined."""
    from dashboard import serving

    found = serving.mineable([*named, *(serving.listed(allow) if allow else [])], root)
    if root and not found:
        return serving.below(root)
    return found


def _copy_of(address: str) -> str:
    return f"shared-{hashlib.sha256(address.encode()).hexdigest()[:10]}"


def _brought(address: str, at: Path, named: list[Path]) -> list[Path]:
    """Folders of all repositories in a shared store; their tables come when they are looked at."""
    from analyzers.fleet import overview, shared

    if named:
        raise errors.UsageError(f"--shared shows what {address} has; name nothing beside it")
    shared.bring_rows(address, at)
    folders = [at / key for key in overview.read(at)["key"].unique()]
    if not folders:
        raise errors.StoreError(f"{address} holds no repository yet")
    return folders


def _in_store(at: Path, named: list[Path], root: Path | None) -> list[Path]:
    """Folders of the repositories to show: those named, or all that the store has."""
    from analyzers import store
    from analyzers.mining import locate
    from dashboard import data

    if named:
        keys = [manifest.shelf_key(locate.place(path, root=root).git_dir) for path in named]
        return [
            store.require_known(at, key, path).folder for key, path in zip(keys, named, strict=True)
        ]
    folders = store.folders(at)
    if len(folders) <= data.MANY:
        folders = [folder for folder in folders if manifest.read(folder)]
    if not folders:
        raise errors.StoreError(f"the store {at} holds no repository yet; run: reviewgap mine REPO")
    return folders
