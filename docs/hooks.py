"""At build time: the reference pages, and a place in the menu for pages that have none."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from analyzers.reports import reference


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """A page that the menu does not name stands under More, so that somebody finds it."""
    folder = Path(config.docs_dir)
    pages = sorted(str(page.relative_to(folder)) for page in folder.rglob("*.md"))
    if others := [page for page in pages if page not in str(config.nav)]:
        config.nav = [*(config.nav or []), {"More": others}]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """The pages that would drift if somebody kept them by hand."""
    for name, text in (("commands", reference.commands()), ("tables", reference.tables())):
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files
