"""The notes: for each library what was read, and what is odd."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from digestbot.config.sources import IMPORTS, SourceOrder
from digestbot.doctor.installation import Installation
from digestbot.errors import ContentError
from digestbot.findings import Check, Finding, Level, many, ok
from digestbot.library.folder import Corpus, read_folders
from digestbot.library.place import Place, places
from digestbot.model import LOCAL
from digestbot.settings import Settings


def checks(of: Installation) -> Sequence[Check]:
    """A look at the sources, and at the notes of each library; workspaces that share one are looked at once.

    That library goes by the first of their names.
    """
    first: dict[tuple[tuple[Path, ...], Path], tuple[str, Place]] = {}
    for name, place in places(of.settings).items():
        first.setdefault((place.content, place.data), (name, place))
    looks = [Check(_title(name), partial(_look, name, place)) for name, place in first.values() if place.content]
    return [Check("sources", partial(_sources, of.settings)), *looks] if of.settings.sources else looks


async def _sources(settings: Settings) -> Sequence[Finding]:
    return [*(_fetched(one, settings.data) for one in settings.sources), *_unseen(settings)]


def _unseen(settings: Settings) -> Iterable[Finding]:
    """Sources of workspaces that nothing else names: most likely one is misspelt, and nobody sees their notes."""
    named = {one.name for one in settings.workspaces} | {one.channel.workspace for one in settings.subscriptions}
    for one in settings.sources:
        if one.workspace and one.workspace not in named | {LOCAL}:
            what = f"{one.name}: its workspace {one.workspace} has neither a table nor a subscription."
            yield Finding(Level.WARNING, what, "Mend its name, or write the table [workspaces.…].")


def _fetched(order: SourceOrder, data: Path) -> Finding:
    """When a source was refreshed; a folder is read where it lies."""
    from digestbot.sources import last

    if order.kind == "folder":
        return ok(f"{order.name}: read where it lies, {order.path}")
    if refreshed := last(order, data):
        return ok(f"{order.name}: refreshed {refreshed:%Y-%m-%d %H:%M} UTC")
    return Finding(Level.WARNING, f"{order.name} was never fetched.", f"Run digestbot pull {order.name}.")


def _title(name: str) -> str:
    return "notes" if name == LOCAL else f"notes of {name}"


async def _look(name: str, place: Place) -> Sequence[Finding]:
    return [*_nested(place.content), *await asyncio.to_thread(_read, name, place)]


def _read(name: str, place: Place) -> Sequence[Finding]:
    try:
        read = read_folders(place.content, place.rules)
    except ContentError as error:
        return [Finding.of(str(error))]
    return [one for root, corpus in zip(place.content, read, strict=True) for one in _told(name, root, corpus)]


def _told(name: str, root: Path, corpus: Corpus) -> Iterable[Finding]:
    highlights = sum(len(note.highlights) for note in corpus.notes)
    found = (many(len(corpus.notes), "note"), many(highlights, "highlight"), many(corpus.withheld, "private note"))
    counts = f"{root}: {', '.join(found)} left out"
    problems = [*corpus.problems, *(problem for note in corpus.notes for problem in note.problems)]
    where = "" if name == LOCAL else f" --workspace {name}"
    if highlights or root.name == IMPORTS:  # that folder is ours, and empty until something is imported
        yield ok(counts)
    else:
        yield Finding(Level.WARNING, f"{counts}.", "Name a folder of notes with highlights or articles.")
    if problems:
        what = f"Odd in it: {many(len(problems), 'thing')}; the first is {problems[0]}."
        yield Finding(Level.WARNING, what, f"Run digestbot corpus check{where}.")


def _nested(content: Sequence[Path]) -> Iterable[Finding]:
    """Folders that lie in others, whose notes are read twice."""
    for inner in content:
        for outer in content:
            if inner != outer and inner.is_relative_to(outer):
                yield Finding(Level.WARNING, f"{inner} lies in {outer}, and is read twice.", "Name one of them.")
