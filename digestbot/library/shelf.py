"""Where an index lies on disk: one folder for each set of content folders, one below it for each building of the index.

`current` names the building that is served; another is built aside and takes its place when it is whole. The manifest
of a building says which state of which file it holds. Who writes holds the lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

from digestbot.errors import SettingsError
from digestbot.library.files import Stamp

PATIENCE = 2.0
"""Seconds to wait for another process that writes, where there is something to serve meanwhile."""

_MANIFEST, _CURRENT = "manifest", "current"
_HEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Row:
    """What the index holds of one file. withheld: it is private, and nothing of it is held."""

    stamp: Stamp
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a building at a glance.

    made_by: the code and the rules that read the notes. hidden: a digest of the private notes' names. problems:
    oddities of the folders themselves. notes: how many are held. withheld: how many are private.
    """

    made_by: str
    hidden: str = ""
    problems: int = 0
    notes: int = 0
    withheld: int = 0

    @classmethod
    def load(cls, building: Path) -> Head:
        """Read it without the rows. Raises OSError, ValueError and TypeError where there is none."""
        with (building / _MANIFEST).open("rb") as file:
            return cls(*json.loads(file.read(_HEAD_BYTES).partition(b"\0")[0]))


@dataclass(slots=True)
class Manifest:
    """What a building was made from. rows: by the notes' names in the index, `<number of the folder>/<path>`."""

    head: Head
    rows: dict[str, Row] = field(default_factory=dict)

    def save(self, building: Path, problems: int) -> None:
        """Write it down whole or not at all. problems: see Head."""
        withheld = sum(row.withheld for row in self.rows.values())
        self.head = replace(self.head, problems=problems, notes=len(self.rows) - withheld, withheld=withheld)
        rows = (
            f"{row.stamp.size} {row.stamp.time} {row.stamp.inode} {row.withheld:d} {key}"
            for key, row in self.rows.items()
        )
        _replace(building / _MANIFEST, "\0".join((json.dumps(astuple(self.head)), *rows)))

    @classmethod
    def load(cls, building: Path) -> Manifest:
        """Read it. Raises OSError, ValueError and TypeError where there is none."""
        text = (building / _MANIFEST).read_bytes().decode("utf-8", "surrogateescape")
        head, *lines = text.split("\0")
        return cls(Head(*json.loads(head)), dict(map(_row, lines)))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of one set of content folders."""

    path: Path

    @classmethod
    def of(cls, content: Sequence[Path], data: Path) -> Shelf:
        """The shelf under the data folder; it need not exist."""
        return cls(data / "library" / digest(str(root.absolute()) for root in content))

    def current(self) -> Path | None:
        """The building that is served, if there is one."""
        try:
            name = (self.path / _CURRENT).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        return self.path / name if name and "/" not in name else None

    def mark(self) -> tuple[str, int, int] | None:
        """Changes whenever the index does; None where there is none."""
        building = self.current()
        try:
            state = (building / _MANIFEST).stat() if building else None
        except OSError:
            return None
        return (building.name, state.st_mtime_ns, state.st_ino) if building and state else None

    def clear(self) -> Path:
        """An empty folder for a new building, made after all others but the current one are thrown away."""
        current = self.current()
        for left in self.path.iterdir():
            if left.is_dir() and left != current:
                shutil.rmtree(left)
        number = int(current.name) + 1 if current and current.name.isdecimal() else 1
        building = self.path / str(number)
        building.mkdir()
        return building

    def publish(self, building: Path) -> None:
        """Serve this building from now on. Who has the one before open keeps it; its files go with the next one."""
        _replace(self.path / _CURRENT, building.name)

    @contextmanager
    def lock(self, *, wait: bool) -> Iterator[bool]:
        """Hold the right to write; False where another process holds it for longer than PATIENCE and wait is not set.

        Raises SettingsError where nothing can be written.
        """
        try:
            _make_private(self.path)
            file = (self.path / "lock").open("ab")
        except OSError as error:
            raise SettingsError(
                f"The data folder {self.path} cannot be written ({error.strerror}). Name another with DIGESTBOT_DATA."
            ) from error
        with file:
            yield _locked(file.fileno(), wait=wait)


def _make_private(folder: Path) -> None:
    """A folder, and the ones above it that are missing, into which nobody else may look."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_bytes(data)
    new.replace(path)


def digest(lines: Iterable[str]) -> str:
    """A short name for a list of texts."""
    made = hashlib.blake2b(digest_size=12)
    for line in lines:
        made.update(line.encode("utf-8", "surrogateescape") + b"\0\0")
    return made.hexdigest()


def _locked(descriptor: int, *, wait: bool) -> bool:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True


def _row(line: str) -> tuple[str, Row]:
    size, mtime, inode, withheld, key = line.split(" ", 4)
    return key, Row(Stamp(int(size), int(mtime), int(inode)), withheld == "1")


def _replace(path: Path, text: str) -> None:
    put(path, text.encode("utf-8", "surrogateescape"))
