"""Backups of the ledger: out of either database, into either."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import CHANNEL, NOW
from ordering import change, daily, drafting, drafts, put, standing
from sqlalchemy import create_engine, select

from digestbot.errors import StoreError
from digestbot.model import Message, MessageRef, Part
from digestbot.orders import Capture, Ended, Outcome, Picked
from digestbot.store import open_store
from digestbot.store.backup import backup, restore
from digestbot.store.engine import connect
from digestbot.store.tables import HEAD, metadata

ODD = Message((Part({"z": 1, "a": ["«eins» \U0001f600", None, 0.1, "\ud800\x00"]}, "日本 «eins» \U0001f600\n"),))
PAIRS = [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql")]


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """Two databases with tables, of the kinds that the test names."""
    with ExitStack() as stack:
        made = []
        for n, kind in enumerate(request.param):
            if kind == "sqlite":
                made.append(f"sqlite:///{tmp_path}/{n}.db")
            else:
                made.append(stack.enter_context(request.getfixturevalue("postgres").database()))
            open_store(made[-1]).close()
        yield made


async def fill(url: str, days: int = 30) -> None:
    """A ledger with every kind of value in it."""
    store = open_store(url)
    await put(store, standing())
    for n in range(days):
        now = NOW + timedelta(days=n, microseconds=n)
        await store.plan(now, daily)
        delivery = (await store.claim("fake", now)).claims[0].delivery
        await store.keep(delivery, "Öffnung", [Picked("a", "x\x1fy", "rw1"), Picked("b")], ODD, now)
        ref = MessageRef(CHANNEL, "m") if n % 2 else None
        await store.finish(Ended(delivery, Outcome.CONFIRMED if ref else Outcome.UNCERTAIN, "'; -- \"\\", ref=ref), now)
    await store.show(CHANNEL, "Asked for", [Picked("d")], NOW)
    await store.vote("acme", "U1", Picked("a", "x\x1fy"), "Öffnung", "more", NOW)
    await store.save("acme", "U1", "a", NOW)
    await store.capture(Capture(CHANNEL, "We ship.", "U7", "Ada", "U1", "Bob", NOW, "https://acme.example/p1", NOW))
    await store.hide("acme", "source", "x\x1fy", change(standing(), "hide"))
    await store.hold("fake", NOW, NOW)
    await put(store, drafting())
    await store.plan(NOW, drafts)
    await store.seen("acme", "T1", NOW)
    await store.leave("acme", NOW + timedelta(days=30))
    store.close()


COUNTS = {
    "audit": 3,
    "deliveries": 31,
    "drafts": 1,
    "hidden": 1,
    "interactions": 1,
    "leaving": 1,
    "paces": 1,
    "saves": 1,
    "captures": 1,
    "subscriptions": 2,
    "votes": 1,
    "attempts": 30,
    "parts": 30,
    "shown": 61,
}


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All that a database holds."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def save(url: str, file: Path) -> dict[str, int]:
    """A backup of a database."""
    database = connect(url)
    try:
        return backup(database, file)
    finally:
        database.close()


def load(url: str, file: Path, *, force: bool = False) -> dict[str, int]:
    """A backup restored into a database."""
    database = connect(url)
    try:
        return restore(database, file, force=force)
    finally:
        database.close()


@pytest.mark.parametrize("urls", PAIRS, indirect=True, ids="-".join)
async def test_every_row_comes_back(urls: list[str], tmp_path: Path) -> None:
    """Each value of each row is the same after a backup and a restore, whichever databases they are; and it goes on."""
    await fill(urls[0])
    counts = save(urls[0], tmp_path / "backup")
    assert load(urls[1], tmp_path / "backup") == counts == COUNTS
    assert rows(urls[1]) == rows(urls[0])
    store = open_store(urls[1])
    await put(store, standing("evening"))
    assert await store.plan(NOW, daily)
    await store.show(CHANNEL, "Asked for", [Picked("e")], NOW)
    store.close()


@pytest.mark.parametrize("urls", [("sqlite", "sqlite"), ("sqlite", "postgresql")], indirect=True, ids="-".join)
async def test_a_database_that_is_not_empty(urls: list[str], tmp_path: Path) -> None:
    """What a database holds is deleted only when that was asked for."""
    await fill(urls[0])
    await fill(urls[1], 2)
    save(urls[0], tmp_path / "backup")
    before = rows(urls[1])
    with pytest.raises(StoreError, match="is not empty"):
        load(urls[1], tmp_path / "backup")
    assert rows(urls[1]) == before
    load(urls[1], tmp_path / "backup", force=True)
    assert rows(urls[1]) == rows(urls[0])


def changed(lines: list[bytes]) -> list[bytes]:
    """Files that are no backup any more, out of the lines of one."""
    whole = gzip.compress(b"".join(lines))
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0x40
    end = json.loads(lines[-1])
    end["rows"]["shown"] += 1
    renamed = lines[5].replace(b'"state"', b'"states"')
    wrong = lines[5].replace(b"2026-", b"long ago-")
    return [
        *(whole[: len(whole) * n // 10] for n in range(10)),
        bytes(flipped),
        b"".join(lines),
        *(gzip.compress(b"".join(lines[:n])) for n in (1, 2, len(lines) - 1)),
        gzip.compress(b"".join([*lines[:4], *lines[5:]])),
        gzip.compress(b"".join([*lines[:-1], json.dumps(end).encode()])),
        gzip.compress(b"".join([*lines[:5], renamed, *lines[6:]])),
        gzip.compress(b"".join([*lines[:5], wrong, *lines[6:]])),
        gzip.compress(b"".join([*lines, lines[1]])),
        gzip.compress(b"".join([*lines[:5], lines[4], *lines[5:]])),
        gzip.compress(b"".join([*lines[:5], b'["songs", {}]\n', *lines[5:]])),
        gzip.compress(b"".join([*lines[:5], b"[[], {}]\n", *lines[5:]])),
        gzip.compress(b"[]\n"),
    ]


@pytest.mark.parametrize("urls", [("sqlite", "sqlite"), ("sqlite", "postgresql")], indirect=True, ids="-".join)
async def test_a_damaged_backup_changes_nothing(urls: list[str], tmp_path: Path) -> None:
    """A backup that is cut short, damaged or tampered with is refused, and the database stays as it was."""
    await fill(urls[0])
    await fill(urls[1], 2)
    save(urls[0], tmp_path / "backup")
    before = rows(urls[1])
    for data in changed(gzip.decompress((tmp_path / "backup").read_bytes()).splitlines(keepends=True)):
        (tmp_path / "damaged").write_bytes(data)
        with pytest.raises(StoreError, match="Nothing was changed"):
            load(urls[1], tmp_path / "damaged", force=True)
        assert rows(urls[1]) == before


async def test_a_backup_of_another_version(tmp_path: Path) -> None:
    """A backup of tables that are not this version's is refused, in a sentence that says what to do."""
    open_store(f"sqlite:///{tmp_path}/0.db").close()
    (tmp_path / "backup").write_bytes(gzip.compress(b'{"digestbot":"backup","format":1,"version":"9999"}\n'))
    with pytest.raises(StoreError, match="Restore it with the digestbot that made it"):
        load(f"sqlite:///{tmp_path}/0.db", tmp_path / "backup")


def test_a_backup_takes_nobodys_place(tmp_path: Path) -> None:
    """A backup is its owner's alone, replaces no file, and leaves nothing where it cannot be written."""
    url = f"sqlite:///{tmp_path}/0.db"
    open_store(url).close()
    save(url, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    with pytest.raises(StoreError, match="is there already"):
        save(url, tmp_path / "backup")
    with pytest.raises(StoreError, match="cannot be written"):
        save(url, tmp_path / "missing" / "backup")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.db", "backup"]


@pytest.mark.parametrize("urls", [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=True, ids="-".join)
async def test_a_backup_is_of_one_moment(urls: list[str], tmp_path: Path) -> None:
    """A backup taken while the ledger is written to holds no delivery without its parts, and none of a half step."""
    writing = asyncio.create_task(fill(urls[0], 120))
    for n in range(5):
        await asyncio.sleep(0.05)
        await asyncio.to_thread(save, urls[0], tmp_path / f"backup{n}")
    await writing
    for n in range(5):
        load(urls[1], tmp_path / f"backup{n}", force=True)
        found = rows(urls[1])
        assert len(found["parts"]) * 2 == sum(row[4] is not None for row in found["shown"])
        assert len(found["deliveries"]) - len(found["parts"]) in {0, 1}


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`digestbot db …` as a person runs it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}  # noqa: TID251 - a subprocess needs its PATH
    command = [sys.executable, "-m", "digestbot", "db", *arguments]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=60)


async def test_the_commands(tmp_path: Path) -> None:
    """The four commands say on standard output what they did, and what is wrong in a sentence with an exit code."""
    missing = run(tmp_path, "check")
    assert (missing.returncode, "There is no database" in missing.stderr) == (3, True)
    assert not (tmp_path / ".local").exists()
    assert run(tmp_path, "upgrade").stdout.endswith(f"tables of version {HEAD}\n")
    assert run(tmp_path, "upgrade").stdout.endswith(f"tables of version {HEAD}, as before\n")
    file = tmp_path / ".local/share/digestbot/digestbot.db"
    await fill(f"sqlite:///{file}", 3)
    checked = json.loads(run(tmp_path, "check", "--json").stdout)
    assert checked["problems"] == []
    assert checked["rows"] == {**COUNTS, "deliveries": 4, "attempts": 3, "parts": 3, "shown": 7}
    said = run(tmp_path, "backup", "saved").stdout.split()
    assert dict(zip(said[::2], map(int, said[1::2]), strict=True)) == checked["rows"]
    assert run(tmp_path, "restore", "saved").returncode == 3
    assert run(tmp_path, "restore", "saved", "--force").returncode == 0
    file.write_bytes(file.read_bytes()[:8192] + os.urandom(4096) + file.read_bytes()[12288:])
    damaged = run(tmp_path, "check")
    assert damaged.returncode in {1, 3}
    assert "Traceback" not in damaged.stderr
