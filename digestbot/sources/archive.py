"""The notes of a ZIP archive, unpacked safely: nothing outside the folder, no links, and no more than fits.

What an archive says of itself is not believed: bytes are counted while they are read, and held against the size of the
archive as it lies on disk.
"""

from __future__ import annotations

import errno
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from digestbot.errors import SourceError
from digestbot.library.files import LEFT_OUT, MAX_BYTES, MAX_DEPTH, SUFFIXES, hidden
from digestbot.model import Problem

MOST_FILES = 50_000
"""Entries of an archive; the largest of 28,000 vaults looked at has fewer notes."""

MOST_BYTES = 512 * 1024 * 1024
"""Of all notes together, unpacked."""

MOST_RATIO, FREE_BYTES = 100, 64 * 1024 * 1024
"""How much larger than the archive its notes may be, beyond what is free: text shrinks to a third or a tenth."""

_MOST_LISTED = 32 * 1024 * 1024
"""Bytes of the archive's own table, which is read into memory as a whole."""

_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises for bytes that are no archive; OSError too, for places that do not exist in it."""

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO})
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ENCRYPTED = 0x1
# PKWARE's APPNOTE 4.3.15 and 4.3.16: the end of the table, and the locator that a ZIP64 archive has right before it.
_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE, _MOST_COMMENT = 22, 20, 65_535


@dataclass(slots=True)
class Unpacked:
    """What became of an archive. others: how many files that are no notes there were, by their ending."""

    notes: int = 0
    others: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def unpack(archive: Path, folder: Path) -> Unpacked:
    """Put the notes of an archive into an empty folder. Raises SourceError for one that cannot or must not be read."""
    _check_table(archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [_checked(entry, archive) for entry in opened.infolist()]
            return _all(opened, entries, folder, archive)
    except (*_DAMAGED, OSError) as error:
        if isinstance(error, OSError) and error.errno in _DISK:
            raise
        raise SourceError(f"{archive.name} is damaged or of a kind that cannot be unpacked: {error}.") from error


def _check_table(archive: Path) -> None:
    """Raise SourceError for an archive whose table of entries is too large to be looked at."""
    with archive.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _LOCATOR_SIZE - _MOST_COMMENT))
        tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + _END_SIZE:
        raise SourceError(f"{archive.name} is no ZIP archive, or is cut short. Export it again.")
    (listed,) = struct.unpack_from("<L", tail, place + 12)
    if listed > _MOST_LISTED or tail[max(0, place - _LOCATOR_SIZE) : place].startswith(_LOCATOR):
        raise _too_large(archive, f"more than {MOST_FILES:,} files")


def _checked(entry: zipfile.ZipInfo, archive: Path) -> zipfile.ZipInfo:
    """The entry; raises SourceError for one that no honest export holds: then nothing of the archive is trusted."""
    name = entry.filename.replace("\\", "/")
    shown = _CONTROL.sub("�", name)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        raise SourceError(f"{archive.name} holds “{shown}”, which would be put outside of its folder. It is refused.")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise SourceError(f"{archive.name} holds “{shown}”, which is a link or a device. It is refused.")
    if entry.flag_bits & _ENCRYPTED:
        raise SourceError(f"{archive.name} is encrypted. Unpack it with its password and import the files.")
    entry.filename = name
    return entry


def _all(opened: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path, archive: Path) -> Unpacked:
    if len(entries) > MOST_FILES:
        raise _too_large(archive, f"more than {MOST_FILES:,} files")
    found = Unpacked()
    left = min(MOST_BYTES, max(FREE_BYTES, MOST_RATIO * archive.stat().st_size))
    for entry in entries:
        if entry.is_dir() or _is_left_out(entry.filename):
            continue
        if not entry.filename.casefold().endswith(SUFFIXES):
            found.others[Path(entry.filename).suffix.casefold() or "no ending"] += 1
            continue
        left -= _one(opened, entry, folder, found)
        if left < 0:
            raise _too_large(archive, "far more than its size tells, as only a trap does")
    nested = found.others[".zip"]
    if not found.notes and nested:
        raise SourceError(f"{archive.name} holds no notes but another archive. Unpack it and import that one.")
    return found


def _is_left_out(name: str) -> bool:
    parts = name.split("/")
    return any(map(hidden, parts)) or bool(LEFT_OUT.intersection(parts[:-1]))


def _one(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, found: Unpacked) -> int:
    """Unpack one note, or say why not; how many bytes were read."""
    name = _CONTROL.sub("�", entry.filename)
    if name.count("/") > MAX_DEPTH:
        found.problems.append(Problem(name, None, f"is nested deeper than {MAX_DEPTH} folders and was left out"))
        return 0
    with opened.open(entry) as source:
        data = source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        found.problems.append(
            Problem(name, None, f"is larger than {MAX_BYTES >> 20} MiB and was left out", "divide it")
        )
        return len(data)
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        found.problems.append(Problem(name, None, "is in the archive twice, and the first one was taken"))
    except OSError as error:
        if error.errno in _DISK:
            raise
        found.problems.append(Problem(name, None, f"cannot be written ({error.strerror}) and was left out"))
    else:
        found.notes += 1
    return len(data)


def _too_large(archive: Path, what: str) -> SourceError:
    return SourceError(f"{archive.name} holds {what}. It is refused; unpack it yourself and import parts of it.")
