"""Writes the reference pages from the command line and the tables themselves, at build time."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from analyzers.reports import reference


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """The pages that would drift if somebody kept them by hand."""
    for name, text in (("commands", reference.commands()), ("tables", reference.tables())):
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files
