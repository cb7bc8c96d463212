"""Content folders -> their notes: private ones left out and not named by the others, every oddity reported."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from digestbot.library import files
from digestbot.library.files import Found
from digestbot.library.privacy import Rules
from digestbot.model import Note, Problem, Source


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds. withheld: how many notes are private. problems: of files that are no note at all."""

    notes: tuple[Note, ...]
    problems: tuple[Problem, ...] = ()
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder while it is read; linked: the numbers of the notes that may name others, with their files."""

    notes: list[Note]
    problems: list[Problem]
    withheld: list[Note]
    linked: list[tuple[int, Found]]


def read_folder(root: Path, rules: Rules | None = None) -> Corpus:
    """Read every note below a folder, in the order of their paths; one file is read as a folder of one.

    Raises ContentError when the folder itself cannot be read. A file that cannot be read is a problem, never an error.
    """
    return read_folders([root], rules)[0]


def read_folders(roots: Sequence[Path], rules: Rules | None = None) -> list[Corpus]:
    """Read several folders; what is private in one is not named by the notes of another. See read_folder."""
    rules = rules or Rules()
    read = [_folder(root, rules) for root in roots]
    unnamed = _names(note for folder in read for note in folder.withheld)
    for folder in read if unnamed else ():
        for number, found in folder.linked:
            folder.notes[number] = _named_less(folder.notes[number], found, rules, unnamed)
    return [Corpus(tuple(one.notes), tuple(one.problems), len(one.withheld)) for one in read]


def read_one(root: Path, path: str, rules: Rules, unnamed: frozenset[str]) -> Note | None:
    """The note at a path that `files.scan` named; None for one that is private. unnamed: what it must not name.

    A file that cannot be read is a note with a problem; one that is gone is a note without highlights.
    """
    found = files.one(root, path)
    note = _note(found)
    if rules.withholds(note, partial(_text, found)):
        return None
    return _named_less(rules.without_tagged(note), found, rules, unnamed) if unnamed else rules.without_tagged(note)


def private_names(root: Path, path: str, rules: Rules) -> frozenset[str]:
    """Every name of the note at a path that `files.scan` named if it is private, else none; cheap for most others."""
    found = files.one(root, path)
    text = _text(found)
    if "private" not in text and not rules.tags and not rules.covers(found.path):
        return frozenset()
    note = _note(found)
    return _names([note]) if rules.withholds(note, lambda: text) else frozenset()


def _folder(root: Path, rules: Rules) -> _Folder:
    met: list[Problem] = []
    folder = _Folder([], [], [], [])
    for found in files.every(root, met):
        note = _note(found)
        if rules.withholds(note, partial(_text, found)):
            folder.withheld.append(note)
            continue
        if b"[" in found.data or b"&" in found.data:
            folder.linked.append((len(folder.notes), found))
        folder.notes.append(rules.without_tagged(note))
    # A problem names its file, and what lies in an excluded folder is not named.
    folder.problems.extend(problem for problem in met if not rules.covers(problem.path))
    return folder


def _names(withheld: Iterable[Note]) -> frozenset[str]:
    from digestbot import notes

    return frozenset(name for note in withheld for name in notes.own_names(note) if name)


def _named_less(note: Note, found: Found, rules: Rules, unnamed: frozenset[str]) -> Note:
    """The note read again without the names it must not name, if it may hold one."""
    from digestbot.notes.inline import fold_name

    text = fold_name(unquote(html.unescape(_text(found))))
    return rules.without_tagged(_note(found, unnamed)) if any(name in text for name in unnamed) else note


def _text(found: Found) -> str:
    from digestbot.notes.decode import decode

    return decode(found.path, found.data)[0]


def _note(found: Found, unnamed: frozenset[str] = frozenset()) -> Note:
    from digestbot import notes  # with YAML and more, which a look-up in an unchanged library does not need

    try:
        note = notes.parse(found.path, found.data, hidden=unnamed)
    except Exception as error:  # noqa: BLE001 (a mistake of the reader's must not cost the other notes)
        problem = Problem(found.path, None, f"the reader failed on it ({type(error).__name__}); please report it")
        return Note(found.path, (Source(None),), problems=(problem,))
    if found.refused is None:
        return note
    # Its beginning was read to know whether it is private, and by which names.
    problem = Problem(found.path, None, f"was not read: {found.refused}", "move it out of the content folder")
    return Note(note.path, (Source(None),), problems=(problem,), aliases=note.aliases, private=note.private)
