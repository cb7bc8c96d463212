"""What the refresh of a source is given, and what it says of it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from digestbot.config.sources import SourceOrder
from digestbot.errors import SourceError
from digestbot.model import Problem

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a refresh. new, changed, gone: notes. notes: how many there are now."""

    source: str
    new: int = 0
    changed: int = 0
    gone: int = 0
    notes: int = 0
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        notes = f"{self.notes} note{'' if self.notes == 1 else 's'}"
        return f"{self.source}: {notes}; {self.new} new, {self.changed} changed, {self.gone} gone."


@dataclass(frozen=True, slots=True)
class Job:
    """One refresh of one source.

    folder: where its notes lie, all of them the source's own. now: aware. sleep: takes seconds.
    """

    order: SourceOrder
    folder: Path
    now: datetime
    token: SecretStr | None = None
    sleep: Sleep = asyncio.sleep

    @property
    def state(self) -> Path:
        """The file beside the folder that says how far the source was read."""
        return self.folder.with_name(f"{self.folder.name}.json")


@dataclass(slots=True)
class Kept:
    """What is kept of a source between two refreshes.

    about: what was asked for; where that is another now, all begins anew. cursor: up to where it was read. full: when
    all of it was read last, ISO 8601. refreshed: when anything was. records: what it holds, by id.
    """

    about: str = ""
    cursor: str = ""
    full: str = ""
    refreshed: str = ""
    records: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Kept:
        """Read the file; one that is missing or damaged says nothing, and all is fetched again."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()

    def save(self, path: Path) -> None:
        """Write the file whole or not at all; after the notes, so that a crash in between loses nothing."""
        said = {key: getattr(self, key) for key in ("about", "cursor", "full", "refreshed", "records")}
        write(path, json.dumps(said, ensure_ascii=False))


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all; until it is whole its name begins with a dot, so that nobody reads it."""
    aside = path.with_name(f".{path.name}.new")
    with aside.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def mirror(job: Job, notes: Mapping[str, str]) -> Report:
    """Make the folder hold these notes and no others. notes: their texts by their paths below the folder."""
    there = {path.relative_to(job.folder).as_posix(): path for path in job.folder.rglob("*.md") if path.is_file()}
    new = changed = 0
    for name, text in notes.items():
        if name not in there:
            new += 1
        elif there[name].read_bytes() == text.encode("utf-8", "replace"):
            continue
        else:
            changed += 1
        (job.folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(job.folder / name, text)
    gone = [path for name, path in there.items() if name not in notes]
    for path in gone:
        path.unlink()
    return Report(job.order.name, new, changed, len(gone), len(notes))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else works on the folder meanwhile; raises SourceError where somebody does."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SourceError(f"{folder.name} is being refreshed by another process. Try again.") from error
        yield
