"""A content folder -> its notes: files opened safely, private notes left out, every oddity reported.

Nothing outside the folder is ever opened, nothing but regular files is read, and no file can stop the rest.
"""

from __future__ import annotations

import errno
import html
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from digestbot import notes
from digestbot.errors import ContentError
from digestbot.model import Note, Problem, Source
from digestbot.notes.decode import decode
from digestbot.notes.inline import fold_name

MAX_BYTES = 8 * 1024 * 1024
"""A larger file is refused: the largest real one among 28,000 was 2.8 MB."""

MAX_DEPTH = 64
"""Folders nested deeper are reported and not read."""

SUFFIXES = (".md", ".markdown", ".txt", ".csv")
_UTF_16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_LEFT_OUT = frozenset({"node_modules", "__pycache__", "__MACOSX"})
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPEN_FOLDER = _OPEN | os.O_DIRECTORY


@dataclass(frozen=True, slots=True)
class Rules:
    """What never leaves the reader beside notes marked `private: true`, compared without case.

    tags: a note or highlight with one of them (or one nested below it, `tag/inner`), wherever in the note it stands.
    folders: names of folders, at any depth.
    """

    tags: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def tagged(self, found: Iterable[str]) -> bool:
        """Whether one of these tags is excluded."""
        return any(re.fullmatch(self._pattern, tag.lstrip("#"), re.IGNORECASE) for tag in found) if self.tags else False

    def written_in(self, text: str) -> bool:
        """Whether an excluded tag stands in a text as `#tag`."""
        return bool(self.tags and re.search(rf"(?<![\w/#])#{self._pattern}(?![\w-])", text, re.IGNORECASE))

    @property
    def _pattern(self) -> str:
        return rf"(?:{'|'.join(re.escape(tag.lstrip('#')) for tag in sorted(self.tags))})(?:/[\w/-]*)?"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds. withheld: how many notes are private. problems: of files that are no note at all."""

    notes: tuple[Note, ...]
    problems: tuple[Problem, ...] = ()
    withheld: int = 0


@dataclass(slots=True)
class _Found:
    """One regular file: its shown path, its bytes, or why it was refused."""

    path: str
    data: bytes = b""
    refused: str | None = None


@dataclass(slots=True)
class _Walk:
    problems: list[Problem] = field(default_factory=list)


def read_folder(root: Path, rules: Rules | None = None) -> Corpus:
    """Read every note below a folder, in the order of their paths; one file is read as a folder of one.

    Raises ContentError when the folder itself cannot be read. A file that cannot be read is a problem, never an error.
    """
    rules = rules or Rules()
    walk = _Walk()
    read: list[Note] = []
    withheld: list[Note] = []
    linked: list[tuple[int, _Found]] = []
    for found in _files(root, walk):
        note = _read(found)
        if _withheld(note, found, rules):
            withheld.append(note)
            continue
        if _may_link(found.data):
            linked.append((len(read), found))
        read.append(_without_tagged(note, rules))
    if withheld:
        _redact(read, linked, withheld, rules)
    return Corpus(tuple(read), tuple(walk.problems), len(withheld))


def _redact(read: list[Note], linked: Iterable[tuple[int, _Found]], withheld: Iterable[Note], rules: Rules) -> None:
    """Read the notes that link to private ones again, so that no link names them."""
    hidden = frozenset(name for note in withheld for name in notes.own_names(note) if name)
    for number, found in linked:
        text = fold_name(html.unescape(decode(found.path, found.data)[0]))
        if any(name in text for name in hidden):
            read[number] = _without_tagged(_read(found, hidden), rules)


def _may_link(data: bytes) -> bool:
    """Whether a file may hold a link; one that is not UTF-8, or spells signs as entities, may in any case."""
    return b"[[" in data or b"](" in data or b"&" in data or data.startswith(_UTF_16_OR_32)


def _read(found: _Found, hidden: frozenset[str] = frozenset()) -> Note:
    if found.refused is not None:
        problem = Problem(found.path, None, f"was not read: {found.refused}", "move it out of the content folder")
        return Note(found.path, (Source(None),), problems=(problem,))
    try:
        return notes.parse(found.path, found.data, hidden=hidden)
    except Exception as error:  # noqa: BLE001 (a mistake of the reader's must not cost the other notes)
        problem = Problem(found.path, None, f"the reader failed on it ({type(error).__name__}); please report it")
        return Note(found.path, (Source(None),), problems=(problem,))


def _withheld(note: Note, found: _Found, rules: Rules) -> bool:
    folders = {part.casefold() for part in note.path.split("/")[:-1]}
    if note.private or folders & {folder.casefold() for folder in rules.folders}:
        return True
    if not rules.tags:
        return False
    tagged = rules.tagged(tag for source in note.sources for tag in source.tags)
    return tagged or rules.written_in(decode(found.path, found.data)[0])


def _without_tagged(note: Note, rules: Rules) -> Note:
    if not rules.tags:
        return note
    return replace(note, highlights=tuple(item for item in note.highlights if not rules.tagged(item.tags)))


def _files(root: Path, walk: _Walk) -> Iterator[_Found]:
    try:
        if root.is_file():
            yield from _single(root)
            return
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ContentError(
            f"The content folder {as_text(str(root))} cannot be read: {error.strerror}. Name another."
        ) from error
    try:
        yield from _below(descriptor, "", walk)
    finally:
        os.close(descriptor)


def _single(path: Path) -> Iterator[_Found]:
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield _open_file(descriptor, path.name, as_text(path.name))
    finally:
        os.close(descriptor)


def _below(descriptor: int, prefix: str, walk: _Walk) -> Iterator[_Found]:
    """The files of one folder and of those below it, each opened relative to its parent, without following links."""
    with os.scandir(descriptor) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        if entry.name.startswith(".") and entry.name.casefold() not in SUFFIXES:
            continue
        path = prefix + as_text(entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _subfolder(descriptor, entry.name, path, walk)
        elif entry.name.casefold().endswith(SUFFIXES):
            yield _open_file(descriptor, entry.name, path)
        elif entry.is_symlink():
            walk.problems.append(Problem(path, None, "is a link and was not followed", "copy what it points at"))


def _subfolder(parent: int, name: str, path: str, walk: _Walk) -> Iterator[_Found]:
    if name in _LEFT_OUT:
        return
    if path.count("/") >= MAX_DEPTH:
        walk.problems.append(Problem(path, None, f"is nested deeper than {MAX_DEPTH} folders and was not read"))
        return
    try:
        descriptor = os.open(name, _OPEN_FOLDER, dir_fd=parent)
    except OSError as error:
        walk.problems.append(
            Problem(path, None, f"the folder cannot be read: {error.strerror}", "mend its permissions")
        )
        return
    try:
        yield from _below(descriptor, path + "/", walk)
    finally:
        os.close(descriptor)


def _open_file(parent: int, name: str, path: str) -> _Found:
    try:
        descriptor = os.open(name, _OPEN, dir_fd=parent)
    except OSError as error:
        link = "it is a link, and links are not followed"
        return _Found(path, refused=link if error.errno == errno.ELOOP else (error.strerror or "it cannot be opened"))
    try:
        return _bytes(descriptor, path)
    except OSError as error:
        return _Found(path, refused=error.strerror or "it cannot be read")
    finally:
        os.close(descriptor)


def _bytes(descriptor: int, path: str) -> _Found:
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        return _Found(path, refused="it is no regular file")
    if state.st_size > MAX_BYTES:
        return _Found(path, refused=f"it is larger than {MAX_BYTES // 1024 // 1024} MiB")
    parts: list[bytes] = []
    left = MAX_BYTES
    while left > 0 and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return _Found(path, b"".join(parts))


def as_text(name: str) -> str:
    """A file name as text that can be written anywhere: bytes that are no UTF-8 are shown as hexadecimal escapes."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")
