"""The files of a content folder, opened safely: nothing outside it, nothing but regular files, and no link followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digestbot.errors import ContentError
from digestbot.model import Problem

MAX_BYTES = 8 * 1024 * 1024
"""A larger file is refused: the largest real one among 28,000 was 2.8 MB."""

MAX_DEPTH = 64
"""Folders nested deeper are reported and not read."""

SUFFIXES = (".md", ".markdown", ".txt", ".csv")
_HEAD_BYTES = 64 * 1024
LEFT_OUT = frozenset({"node_modules", "__pycache__", "__MACOSX"})
"""Folders that hold no notes whatever lies in them."""

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPEN_FOLDER = _OPEN | os.O_DIRECTORY


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file was written since: its size in bytes, its time in nanoseconds and its inode."""

    size: int
    time: int
    inode: int


@dataclass(frozen=True, slots=True)
class Found:
    """One file: its shown path, and its bytes.

    refused: why it is not read, else None; of a file that is refused for its size `data` is the beginning.
    """

    path: str
    data: bytes = b""
    refused: str | None = None


def scan(root: Path) -> tuple[dict[str, Stamp], tuple[Problem, ...]]:
    """The files that `every` would open, by their paths below the folder as the system names them.

    Raises ContentError when the folder itself cannot be read.
    """
    problems: list[Problem] = []
    found = {place.raw: stamp for place in _places(root, problems) if (stamp := _stamp(place.name, place.parent))}
    return found, tuple(problems)


def stamp(root: Path, path: str) -> Stamp | None:
    """The stamp of one file as `scan` would find it; None where it would find none, or where a folder stands."""
    parts = path.split("/")
    if (
        any(map(hidden, parts))
        or not path.casefold().endswith(SUFFIXES)
        or LEFT_OUT.intersection(parts[:-1])
        or len(parts) > MAX_DEPTH + 1
    ):
        return None
    try:
        with _parent(root, path) as (descriptor, name):
            return _stamp(name, descriptor)
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class _Place:
    """A file that was met: the folder it lies in (open while it is looked at), its name, and its paths."""

    parent: int
    name: str
    raw: str

    @property
    def shown(self) -> str:
        return as_text(self.raw)


def _places(root: Path, problems: list[Problem]) -> Iterator[_Place]:
    single = root.is_file()
    folder = root.parent if single else root
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ContentError(
            f"The content folder {as_text(str(root))} cannot be read: {error.strerror}. Name another."
        ) from error
    try:
        yield from [_Place(descriptor, root.name, root.name)] if single else _below(descriptor, "", problems)
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


def one(root: Path, path: str) -> Found:
    """The file at a path that `scan` named."""
    try:
        with _parent(root, path) as (descriptor, name):
            return _open_file(descriptor, name, as_text(path))
    except OSError as error:
        return Found(as_text(path), refused=error.strerror or "it cannot be opened")


def every(root: Path, problems: list[Problem]) -> Iterator[Found]:
    """Every file below a folder, in the order of their paths; one file is a folder of one.

    What is no file to be read is added to the problems. Raises ContentError when the folder itself cannot be read.
    """
    for place in _places(root, problems):
        yield _open_file(place.parent, place.name, place.shown)


def _stamp(name: str, parent: int) -> Stamp | None:
    try:
        state = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError:
        return None
    return None if stat.S_ISDIR(state.st_mode) else Stamp(state.st_size, state.st_mtime_ns, state.st_ino)


def _below(descriptor: int, prefix: str, problems: list[Problem]) -> Iterator[_Place]:
    """The files of one folder and of those below it, each to be opened relative to its parent."""
    with os.scandir(descriptor) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        if hidden(entry.name):
            continue
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _subfolder(descriptor, entry.name, path, problems)
        elif entry.name.casefold().endswith(SUFFIXES):
            yield _Place(descriptor, entry.name, path)
        elif entry.is_symlink():
            problems.append(Problem(as_text(path), None, "is a link and was not followed", "copy what it points at"))


def _subfolder(parent: int, name: str, path: str, problems: list[Problem]) -> Iterator[_Place]:
    shown = as_text(path)
    if name in LEFT_OUT:
        return
    if path.count("/") >= MAX_DEPTH:
        problems.append(Problem(shown, None, f"is nested deeper than {MAX_DEPTH} folders and was not read"))
        return
    try:
        descriptor = os.open(name, _OPEN_FOLDER, dir_fd=parent)
    except OSError as error:
        problems.append(Problem(shown, None, f"the folder cannot be read: {error.strerror}", "mend its permissions"))
        return
    try:
        yield from _below(descriptor, path + "/", problems)
    finally:
        os.close(descriptor)


def _open_file(parent: int, name: str, path: str) -> Found:
    try:
        descriptor = os.open(name, _OPEN, dir_fd=parent)
    except OSError as error:
        link = "it is a link, and links are not followed"
        return Found(path, refused=link if error.errno == errno.ELOOP else (error.strerror or "it cannot be opened"))
    try:
        return _bytes(descriptor, path)
    except OSError as error:
        return Found(path, refused=error.strerror or "it cannot be read")
    finally:
        os.close(descriptor)


def _bytes(descriptor: int, path: str) -> Found:
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        return Found(path, refused="it is no regular file")
    if state.st_size > MAX_BYTES:
        return Found(path, _read(descriptor, _HEAD_BYTES), f"it is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return Found(path, _read(descriptor, MAX_BYTES))


def _read(descriptor: int, most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0 and (part := os.read(descriptor, min(most, 1 << 20))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def hidden(name: str) -> bool:
    """Whether a file or folder of this name is left alone; a note may be called `.md`."""
    return name.startswith(".") and name.casefold() not in SUFFIXES


def as_text(name: str) -> str:
    """A file name as text that can be written anywhere: bytes that are no UTF-8 are shown as hexadecimal escapes."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")
