"""Commands about the notes themselves: what was read of them, what is odd, and all of it for other programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestbot.cli.options import content_option, echo_json, json_option, load_place, load_settings, workspace_option
from digestbot.findings import many

if TYPE_CHECKING:
    from digestbot.library.folder import Corpus
    from digestbot.model import Note, Problem

FINDINGS = 1
"""The exit status of a check that found something and was asked to be strict."""

_paths = click.argument("paths", nargs=-1, metavar="[PATH]...")


@click.group()
def corpus() -> None:
    """Check the notes, or export what was read of them."""


@corpus.command()
@_paths
@click.option("--strict", is_flag=True, help="Exit with status 1 if anything is odd.")
@json_option
@workspace_option
@content_option
def check(
    *, paths: tuple[str, ...], strict: bool, as_json: bool, workspace: str | None, content: tuple[str, ...]
) -> None:
    """Say what was read, and what is odd in which file and line, with the fix.

    PATH is a folder of notes or a single file; without one the content of the settings is checked.
    """
    read = _read((*paths, *content), workspace)
    problems = [problem for _, one in read for problem in _problems(one)]
    if as_json:
        counts = {key: sum(_counts(one)[key] for _, one in read) for key in ("notes", "highlights", "withheld")}
        echo_json(**counts, problems=[asdict(one) for one in problems])
    else:
        for root, one in read:
            click.echo(_told(root, one))
            for problem in _problems(one):
                click.echo(f"{problem}; {problem.fix}" if problem.fix else str(problem))
    if strict and problems:
        sys.exit(FINDINGS)


@corpus.command("index")
@click.option("--force", is_flag=True, help="Forget the notes of a content folder that is empty or gone.")
@workspace_option
@content_option
def index_notes(*, force: bool, workspace: str | None, content: tuple[str, ...]) -> None:
    """Bring the index in step with the notes now, and say what it holds.

    Every look-up and digest does so by itself; this is for a folder whose notes were all taken away on purpose.
    """
    from digestbot.library import index, open_library, worker

    place = load_place(load_settings(content), workspace, content)
    news = worker.update(place, index.How(force=force))
    held = open_library(place, check=False).summary
    if news.notice:
        click.echo(f"digestbot: {news.notice}", err=True)
    click.echo(
        f"{news.changed} notes read or forgotten; {held.notes} notes, {held.highlights} highlights in the index."
    )


@corpus.command()
@_paths
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "md"]), default="jsonl", show_default=True)
@workspace_option
@content_option
def export(*, paths: tuple[str, ...], form: str, workspace: str | None, content: tuple[str, ...]) -> None:
    """Print every source with its highlights: JSON Lines, Readwise's CSV, or Markdown.

    PATH is a folder of notes or a single file; without one the content of the settings is exported. Private notes are
    left out.
    """
    from digestbot.library import export as formats

    forms: dict[str, Callable[[Iterable[Note]], Iterator[str]]] = {
        "jsonl": formats.as_jsonl,
        "csv": formats.as_csv,
        "md": formats.as_markdown,
    }
    read = [one for _, one in _read((*paths, *content), workspace)]
    for problem in (problem for one in read for problem in one.problems):
        click.echo(str(problem), err=True)
    for line in forms[form](note for one in read for note in one.notes):
        click.echo(line.encode("utf-8"), nl=form != "csv")


def _read(paths: tuple[str, ...], workspace: str | None) -> list[tuple[Path, Corpus]]:
    from digestbot.library.folder import read_folders

    settings = load_settings(paths)
    place = load_place(settings, workspace, paths)
    roots = settings.content if paths else place.content
    return list(zip(roots, read_folders(roots, place.rules), strict=True))


def _problems(one: Corpus) -> list[Problem]:
    return [*one.problems, *(problem for note in one.notes for problem in note.problems)]


def _counts(one: Corpus) -> dict[str, int]:
    highlights = sum(len(note.highlights) for note in one.notes)
    return {"notes": len(one.notes), "highlights": highlights, "withheld": one.withheld}


def _told(root: Path, one: Corpus) -> str:
    counts, odd = _counts(one), len(_problems(one))
    private = f", {counts['withheld']} private left out" if counts["withheld"] else ""
    found = f"{many(odd, 'thing')} to look at:" if odd else "nothing odd."
    return f"{root.name}: {many(counts['notes'], 'note')}, {many(counts['highlights'], 'highlight')}{private}; {found}"
