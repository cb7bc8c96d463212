"""`digestbot import`: take in a file that somebody exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestbot.errors import UsageError
from digestbot.findings import many

if TYPE_CHECKING:
    from digestbot.sources.importing import Imported


@click.command("import", short_help="Take in an export: a ZIP archive, a CSV, My Clippings.txt, our own JSON.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", default="", help="Keep it under this name, in place of what was imported under it before.")
@click.option("--dry-run", is_flag=True, help="Say what would come, and keep nothing.")
@click.option("--workspace", help="Of a file of `digestbot export` only this workspace.")
def import_(file: Path, *, name: str, dry_run: bool, workspace: str | None) -> None:
    """Take in FILE as notes of digestbot's own, and say what came.

    FILE is a ZIP archive of notes (Obsidian, Notion or Readwise as Markdown), a CSV, a note or My Clippings.txt. A
    file imported again takes the place of the first.

    A .json file is one of `digestbot export`: subscriptions, history, votes and lists. What is there already stays as
    it is.
    """
    if file.suffix.casefold() == ".json":
        _take_in_export(file, workspace, said=bool(name) or dry_run)
        return
    from digestbot import settings
    from digestbot.library.privacy import rules
    from digestbot.sources.importing import take_in

    loaded = settings.load()
    if workspace:
        raise UsageError("--workspace is for a file of `digestbot export`; notes come to the default workspace.")
    found = take_in(file.expanduser(), loaded.data, rules(loaded), name, dry_run=dry_run)
    _tell(found)
    click.echo("Nothing was kept: this was a dry run." if dry_run else f"Kept in {found.folder}.")


def _take_in_export(file: Path, workspace: str | None, *, said: bool) -> None:
    from digestbot.cli.portable import take_in

    if said:
        raise UsageError("--name and --dry-run are for notes; a file of `digestbot export` takes neither.")
    take_in(file, workspace)


def _tell(found: Imported) -> None:
    private = f", {found.withheld} private left out" if found.withheld else ""
    click.echo(
        f"{found.name}: {many(found.notes, 'note')}, {many(found.highlights, 'highlight')} of "
        f"{many(found.sources, 'source')}{private}; {found.new} new, {found.gone} gone."
    )
    if found.others:
        kinds = ", ".join(f"{count} {ending}" for ending, count in found.others.items())
        click.echo(f"No notes, and left out: {kinds}.")
    for problem in found.problems:
        click.echo(f"{problem}; {problem.fix}" if problem.fix else str(problem))
