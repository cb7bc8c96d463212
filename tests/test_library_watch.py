"""The room that finds: notes that are saved while a process stays."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sample_notes import write

from digestbot.library.place import Place
from digestbot.library.watch import Keeper

PROMISE = 2.0
"""Seconds within which a saved note is found."""


@pytest.fixture
async def keeper(tmp_path: Path) -> AsyncIterator[Keeper]:
    """A keeper of one note, watching."""
    write(tmp_path / "notes", "One", "The first of the thoughts that were written down here by somebody.")
    keeper = Keeper(Place((tmp_path / "notes",), tmp_path / "data"))
    await keeper.library()
    task = asyncio.create_task(keeper.watch())
    await _until(lambda: _settled(keeper))
    yield keeper
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _settled(keeper: Keeper) -> bool:
    return keeper.watching


async def _until(holds: Callable[[], Awaitable[bool]]) -> float:
    """Wait until something holds; the seconds it took. Fails when it takes much longer than promised."""
    began = time.monotonic()
    while not await holds():
        assert time.monotonic() - began < 5 * PROMISE, "nothing happened"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def _finds(keeper: Keeper, words: str, total: int) -> Callable[[], Awaitable[bool]]:
    async def finds() -> bool:
        return (await keeper.library()).find(f'"{words}"').total == total

    return finds


async def test_a_saved_note_is_found_in_time(keeper: Keeper, tmp_path: Path) -> None:
    """A note that is written, changed, put into place by a rename, or deleted is so in look-ups within two seconds."""
    note = write(tmp_path / "notes" / "new", "Two", "A remark about dictionaries, borrowed and never given back.")
    assert await _until(_finds(keeper, "borrowed and never", 1)) < PROMISE
    write(tmp_path / "notes" / "new", "Two", "A remark about encyclopaedias, which nobody borrows.")
    assert await _until(_finds(keeper, "nobody borrows", 1)) < PROMISE
    other = write(tmp_path / "aside", "Two", "A remark about atlases, which were put into place at once.")
    other.replace(note)
    assert await _until(_finds(keeper, "about atlases", 1)) < PROMISE
    note.unlink()
    assert await _until(_finds(keeper, "about atlases", 0)) < PROMISE


async def test_a_folder_that_is_moved_in(keeper: Keeper, tmp_path: Path) -> None:
    """A whole folder of notes that appears at once is read, and forgotten when it goes."""
    write(tmp_path / "aside" / "deep", "Three", "A third voice joins them late in the evening.")
    (tmp_path / "aside").rename(tmp_path / "notes" / "aside")
    assert await _until(_finds(keeper, "third voice", 1)) < PROMISE
    shutil.rmtree(tmp_path / "notes" / "aside")
    assert await _until(_finds(keeper, "third voice", 0)) < PROMISE


async def test_a_folder_that_vanishes_and_comes_back(keeper: Keeper, tmp_path: Path) -> None:
    """The library outlives its folder, and what is saved after it came back is found all the same."""
    (tmp_path / "notes").rename(tmp_path / "elsewhere")
    await asyncio.sleep(1)
    assert (await keeper.library()).find("thoughts").total == 1
    assert "--force" in (await keeper.library()).notice
    (tmp_path / "elsewhere").rename(tmp_path / "notes")
    write(tmp_path / "notes", "Two", "A remark about dictionaries, borrowed and never given back.")
    assert await _until(_finds(keeper, "borrowed and never", 1)) < PROMISE


async def test_what_another_process_read(keeper: Keeper, tmp_path: Path) -> None:
    """Two keepers of one index both find what is saved, whoever reads it."""
    other = Keeper(Place((tmp_path / "notes",), tmp_path / "data"))
    await other.library()
    task = asyncio.create_task(other.watch())
    await _until(lambda: _settled(other))
    write(tmp_path / "notes", "Two", "A remark about dictionaries, borrowed and never given back.")
    for one in (keeper, other):
        assert await _until(_finds(one, "borrowed and never", 1)) < PROMISE
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
