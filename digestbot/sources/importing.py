"""`digestbot import`: a file that somebody exported, kept as a folder of notes below the data folder."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from digestbot.config.sources import IMPORTS
from digestbot.errors import SettingsError, SourceError
from digestbot.library.files import MAX_BYTES, SUFFIXES
from digestbot.library.folder import Corpus, read_folder
from digestbot.library.privacy import Rules
from digestbot.model import Problem
from digestbot.sources.archive import unpack
from digestbot.sources.job import alone

_ZIP = b"PK\x03\x04"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought, or would bring. name: under which it is kept, in `folder`.

    notes, highlights, sources: how many; withheld: private notes beside them. new, gone: highlights that the last
    import under this name did not have, and those that only it had. others: files that are no notes, by their ending.
    """

    name: str
    folder: Path
    notes: int
    highlights: int
    sources: int
    withheld: int
    new: int
    gone: int
    others: Mapping[str, int]
    problems: tuple[Problem, ...]


def name_of(file: Path) -> str:
    """The name under which a file is kept where no other is given: its own, levelled, and never another file's."""
    stem = file.stem.casefold()
    name = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:50].strip("-") or "notes"
    lost = len(stem) > 50 or any(sign.isalnum() and not sign.isascii() for sign in stem)
    return f"{name}-{blake2b(stem.encode('utf-8', 'replace'), digest_size=4).hexdigest()}" if lost else name


def take_in(file: Path, data: Path, rules: Rules, name: str = "", *, dry_run: bool = False) -> Imported:
    """Keep the notes of a file in place of what was imported under the same name; a dry run keeps nothing.

    Raises SourceError for a file that cannot or must not be read, and SettingsError when the data folder cannot be
    written.
    """
    name = name or name_of(file)
    if not _NAME.fullmatch(name):
        raise SourceError(f"“{name}” cannot be a name. Use a-z, 0-9, - and _, such as kindle.")
    if file.is_dir():
        raise SourceError(f'{file} is a folder. Name it in DIGESTBOT_CONTENT, or as a source of kind "folder".')
    if not file.is_file():
        raise SourceError(f"There is no file {file}. Name a ZIP archive, a CSV, a note or My Clippings.txt.")
    imports = data / "sources" / IMPORTS
    try:
        if dry_run:
            with tempfile.TemporaryDirectory(prefix="digestbot-") as aside:
                return _read(file, Path(aside), imports / name, rules)
        with alone(imports):
            imports.mkdir(exist_ok=True)
            return _kept(file, imports / name, rules)
    except OSError as error:
        raise SettingsError(f"{imports} cannot be written ({error.strerror}). Make room there.") from error


def _kept(file: Path, folder: Path, rules: Rules) -> Imported:
    with _aside(folder, "new") as new, _aside(folder, "old") as old:
        new.mkdir()
        found = _read(file, new, folder, rules)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        return found


@contextmanager
def _aside(folder: Path, what: str) -> Iterator[Path]:
    """A place beside the folder that no library looks at, empty before and after."""
    path = folder.with_name(f".{folder.name}.{what}")
    if what == "old" and path.exists() and not folder.exists():
        path.rename(folder)  # a crash came between the two renames
    shutil.rmtree(path, ignore_errors=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _read(file: Path, aside: Path, folder: Path, rules: Rules) -> Imported:
    others, odd = _unpacked(file, aside)
    found = read_folder(aside, rules)
    if not found.notes and not found.withheld:
        raise SourceError(f"{file.name} holds no notes: digestbot reads {', '.join(SUFFIXES)}.")
    before = _ids(read_folder(folder, rules)) if folder.is_dir() else set()
    now = _ids(found)
    return Imported(
        name=folder.name,
        folder=folder,
        notes=len(found.notes),
        highlights=sum(len(note.highlights) for note in found.notes),
        sources=len({one.source.identity for note in found.notes for one in note.highlights}),
        withheld=found.withheld,
        new=len(now - before),
        gone=len(before - now),
        others=others,
        problems=(*odd, *found.problems, *(one for note in found.notes for one in note.problems)),
    )


def _unpacked(file: Path, folder: Path) -> tuple[Mapping[str, int], list[Problem]]:
    with file.open("rb") as opened:
        begins = opened.read(len(_ZIP))
    if begins == _ZIP or file.suffix.casefold() == ".zip":
        found = unpack(file, folder)
        return Counter(dict(found.others.most_common())), found.problems
    if not file.name.casefold().endswith(SUFFIXES):
        raise SourceError(f"{file.name} is nothing to import: digestbot reads .zip, {', '.join(SUFFIXES)}.")
    if file.stat().st_size > MAX_BYTES:
        raise SourceError(f"{file.name} is larger than {MAX_BYTES >> 20} MiB. Divide it.")
    shutil.copyfile(file, folder / file.name)
    return {}, []


def _ids(corpus: Corpus) -> set[str]:
    return {one.id for note in corpus.notes for one in note.highlights}
