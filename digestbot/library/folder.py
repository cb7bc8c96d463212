"""A content folder -> its notes: files opened safely, private notes left out, every oddity reported.

Nothing outside the folder is ever opened, nothing but regular files is read, and no file can stop the rest.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from digestbot.errors import ContentError
from digestbot.model import Note, Problem, Source

MAX_BYTES = 8 * 1024 * 1024
"""A larger file is refused: the largest real one among 28,000 was 2.8 MB."""

MAX_DEPTH = 64
"""Folders nested deeper are reported and not read."""

SUFFIXES = (".md", ".markdown", ".txt", ".csv")
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

    def written_in(self, data: bytes) -> bool:
        """Whether an excluded tag stands in a text as `#tag`."""
        if not self.tags:
            return False
        return bool(re.search(rf"(?<![\w/#])#{self._pattern}(?![\w-])", data.decode("utf-8", "replace"), re.IGNORECASE))

    @property
    def _pattern(self) -> str:
        return rf"(?:{'|'.join(re.escape(tag.lstrip('#')) for tag in sorted(self.tags))})(?:/[\w/-]*)?"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds. withheld: how many notes are private. problems: of files that are no note at all."""

    notes: tuple[Note, ...]
    problems: tuple[Problem, ...] = ()
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file was written since: its size in bytes, its time in nanoseconds and its inode."""

    size: int
    time: int
    inode: int


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
        if b"[[" in found.data or b"](" in found.data:
            linked.append((len(read), found))
        read.append(_without_tagged(note, rules))
    if withheld:
        _redact(read, linked, withheld, rules)
    return Corpus(tuple(read), tuple(walk.problems), len(withheld))


def scan(root: Path) -> tuple[dict[str, Stamp], tuple[Problem, ...]]:
    """The files that read_folder would read, opened or not, by their paths below the folder as the system names them.

    Raises ContentError when the folder itself cannot be read.
    """
    walk = _Walk()
    found = {place.raw: stamp for place in _places(root, walk) if (stamp := _stamp(place.name, place.parent))}
    return found, tuple(walk.problems)


def stamp(root: Path, path: str) -> Stamp | None:
    """The stamp of one file as `scan` would find it; None where it would find none, or where a folder stands."""
    parts = path.split("/")
    if (
        any(map(hidden, parts))
        or not path.casefold().endswith(SUFFIXES)
        or _LEFT_OUT.intersection(parts[:-1])
        or len(parts) > MAX_DEPTH + 1
    ):
        return None
    try:
        with _parent(root, path) as (descriptor, name):
            return _stamp(name, descriptor)
    except OSError:
        return None


def read_one(root: Path, path: str, rules: Rules, unnamed: frozenset[str]) -> Note | None:
    """The note at a path that `scan` named; None for one that is private. unnamed: the notes that it must not name.

    A file that cannot be read is a note with a problem; one that is gone is a note without highlights.
    """
    found = _opened(root, path)
    note = _read(found)
    if _withheld(note, found, rules):
        return None
    if unnamed and b"[[" in found.data:
        from digestbot.notes.inline import fold_name

        text = fold_name(found.data.decode("utf-8", errors="replace"))
        if any(name in text for name in unnamed):
            note = _read(found, unnamed)
    return _without_tagged(note, rules)


def private_names(root: Path, path: str, rules: Rules) -> frozenset[str]:
    """Every name of the note at a path that `scan` named if it is private, else none; cheap for most that are not."""
    found = _opened(root, path)
    signs = [b"private", *(tag.lstrip("#").casefold().encode() for tag in rules.tags)]
    named = {part.casefold() for part in path.split("/")[:-1]} & {folder.casefold() for folder in rules.folders}
    text = found.data.lower() if found.data.isascii() else found.data.decode("utf-8", "replace").casefold().encode()
    if not named and not any(sign in text for sign in signs):
        return frozenset()
    from digestbot import notes

    note = _read(found)
    return frozenset(name for name in notes.own_names(note) if name) if _withheld(note, found, rules) else frozenset()


def _redact(read: list[Note], linked: Iterable[tuple[int, _Found]], withheld: Iterable[Note], rules: Rules) -> None:
    """Read the notes that link to private ones again, so that no link names them."""
    from digestbot import notes
    from digestbot.notes.inline import fold_name

    unnamed = frozenset(name for note in withheld for name in notes.own_names(note) if name)
    for number, found in linked:
        text = fold_name(found.data.decode("utf-8", errors="replace"))
        if any(name in text for name in unnamed):
            read[number] = _without_tagged(_read(found, unnamed), rules)


def _read(found: _Found, unnamed: frozenset[str] = frozenset()) -> Note:
    if found.refused is not None:
        problem = Problem(found.path, None, f"was not read: {found.refused}", "move it out of the content folder")
        return Note(found.path, (Source(None),), problems=(problem,))
    from digestbot import notes  # with YAML and more, which a look-up in an unchanged library does not need

    try:
        return notes.parse(found.path, found.data, hidden=unnamed)
    except Exception as error:  # noqa: BLE001 (a mistake of the reader's must not cost the other notes)
        problem = Problem(found.path, None, f"the reader failed on it ({type(error).__name__}); please report it")
        return Note(found.path, (Source(None),), problems=(problem,))


def _withheld(note: Note, found: _Found, rules: Rules) -> bool:
    folders = {part.casefold() for part in note.path.split("/")[:-1]}
    if note.private or folders & {folder.casefold() for folder in rules.folders}:
        return True
    return rules.tagged(tag for source in note.sources for tag in source.tags) or rules.written_in(found.data)


def _without_tagged(note: Note, rules: Rules) -> Note:
    if not rules.tags:
        return note
    return replace(note, highlights=tuple(item for item in note.highlights if not rules.tagged(item.tags)))


@dataclass(frozen=True, slots=True)
class _Place:
    """A file that was met: the folder it lies in (open while it is looked at), its name, and its paths."""

    parent: int
    name: str
    raw: str

    @property
    def shown(self) -> str:
        return as_text(self.raw)


def _files(root: Path, walk: _Walk) -> Iterator[_Found]:
    for place in _places(root, walk):
        yield _open_file(place.parent, place.name, place.shown)


def _places(root: Path, walk: _Walk) -> Iterator[_Place]:
    single = root.is_file()
    folder = root.parent if single else root
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ContentError(
            f"The content folder {as_text(str(root))} cannot be read: {error.strerror}. Name another."
        ) from error
    try:
        yield from [_Place(descriptor, root.name, root.name)] if single else _below(descriptor, "", walk)
    finally:
        os.close(descriptor)


@contextmanager
def _parent(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """The folder that a path below the root lies in, opened step by step without following links, and the name."""
    *folders, name = path.split("/")
    descriptor = os.open(root.parent if root.is_file() else root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            inner = os.open(folder, _OPEN_FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor, name
    finally:
        os.close(descriptor)


def _opened(root: Path, path: str) -> _Found:
    try:
        with _parent(root, path) as (descriptor, name):
            return _open_file(descriptor, name, as_text(path))
    except OSError as error:
        return _Found(as_text(path), refused=error.strerror or "it cannot be opened")


def _stamp(name: str, parent: int) -> Stamp | None:
    try:
        state = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError:
        return None
    return None if stat.S_ISDIR(state.st_mode) else Stamp(state.st_size, state.st_mtime_ns, state.st_ino)


def _below(descriptor: int, prefix: str, walk: _Walk) -> Iterator[_Place]:
    """The files of one folder and of those below it, each to be opened relative to its parent."""
    with os.scandir(descriptor) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        if hidden(entry.name):
            continue
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _subfolder(descriptor, entry.name, path, walk)
        elif entry.name.casefold().endswith(SUFFIXES):
            yield _Place(descriptor, entry.name, path)
        elif entry.is_symlink():
            walk.problems.append(
                Problem(as_text(path), None, "is a link and was not followed", "copy what it points at")
            )


def _subfolder(parent: int, name: str, path: str, walk: _Walk) -> Iterator[_Place]:
    shown = as_text(path)
    if name in _LEFT_OUT:
        return
    if path.count("/") >= MAX_DEPTH:
        walk.problems.append(Problem(shown, None, f"is nested deeper than {MAX_DEPTH} folders and was not read"))
        return
    try:
        descriptor = os.open(name, _OPEN_FOLDER, dir_fd=parent)
    except OSError as error:
        walk.problems.append(
            Problem(shown, None, f"the folder cannot be read: {error.strerror}", "mend its permissions")
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


def hidden(name: str) -> bool:
    """Whether a file or folder of this name is left alone; a note may be called `.md`."""
    return name.startswith(".") and name.casefold() not in SUFFIXES


def as_text(name: str) -> str:
    """A file name as text that can be written anywhere: bytes that are no UTF-8 are shown as hexadecimal escapes."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")
