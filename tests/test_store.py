from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from fakes import NOW, make_subscription

from digestbot.errors import SettingsError, StoreError
from digestbot.store import open_store

NINE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time


ODD_URLS = [
    "sqlite+aiosqlite:///s3cret.db",
    "sqlite+pysqlcipher://:s3cret@/x.db",
    "sqlite://u:s3cret@h/x.db",
    "sqlite:///x.db?foo=s3cret",
    "sqlite:///file:x.db?uri=true",
    "sqlite:///file:x.db",
]


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return path.stat().st_mode & 0o777


async def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """The data folder and every file of the database can be read by nobody else."""
    store = open_store(f"sqlite:///{tmp_path}/data/ledger.db")
    await store.plan(make_subscription(), NINE, NOW)
    assert mode(tmp_path / "data") == 0o700
    assert {mode(path) for path in (tmp_path / "data").iterdir()} == {0o600}
    assert len(list((tmp_path / "data").iterdir())) == 3
    store.close()


async def test_a_committed_plan_survives_a_process_that_dies(tmp_path: Path) -> None:
    """What a method wrote is on the disk when it returns: another connection sees it without a close."""
    store = open_store(f"sqlite:///{tmp_path}/ledger.db")
    await store.plan(make_subscription(), NINE, NOW)
    other = open_store(f"sqlite:///{tmp_path}/ledger.db")
    assert len(await other.claim("acme", NOW)) == 1
    other.close()
    store.close()


async def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Two stores on one file plan 200 occurrences at once: each is planned by exactly one of them, none fails."""
    stores = [open_store(f"sqlite:///{tmp_path}/ledger.db") for _ in range(2)]
    subscription = make_subscription()
    days = [NINE.replace(year=2000 + n) for n in range(100)]
    planned = await asyncio.gather(*(store.plan(subscription, day, NOW) for day in days for store in stores))
    assert sum(planned) == 100
    for store in stores:
        store.close()


async def test_a_row_of_another_version_stops_no_other(tmp_path: Path) -> None:
    """A subscription with a key that this version does not know is delivered; one that makes no sense is refused."""
    store = open_store(f"sqlite:///{tmp_path}/ledger.db")
    for name in ("newer", "odd", "plain"):
        await store.plan(make_subscription(name), NINE, NOW)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        database.execute("UPDATE deliveries SET ordered = json_set(ordered, '$.mood', 'calm') WHERE id = 1")
        database.execute("UPDATE deliveries SET ordered = json_remove(ordered, '$.channel') WHERE id = 2")
    assert [one.subscription.id for one in await store.claim("acme", NOW)] == ["newer", "plain"]
    assert await store.claim("acme", NOW) == []
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        ((state, reason),) = database.execute("SELECT state, reason FROM deliveries WHERE id = 2").fetchall()
    assert (state, "another version" in reason) == ("refused", True)
    store.close()


async def test_durable_and_concurrent_modes(tmp_path: Path) -> None:
    """The file is in WAL mode, so that a reader never stops the service."""
    open_store(f"sqlite:///{tmp_path}/ledger.db").close()
    connection = sqlite3.connect(tmp_path / "ledger.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize("url", ["postgresql://u:s3cret@h/d", "sqlite://", "sqlite:///:memory:", "s3cret", *ODD_URLS])
def test_other_urls_are_refused(url: str) -> None:
    """A URL that names no SQLite file is refused by the setting's name, without its value."""
    with pytest.raises(SettingsError, match="DIGESTBOT_DATABASE_URL") as refused:
        open_store(url)
    assert "s3cret" not in str(refused.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A file of something else is refused in a sentence, and left as it is."""
    (tmp_path / "ledger.db").write_text("these are notes, and not a database at all\n" * 100, encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot be opened: file is not a database"):
        open_store(f"sqlite:///{tmp_path}/ledger.db")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """Where no folder can be made, the error says so and names the setting."""
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="DIGESTBOT_DATA"):
        open_store(f"sqlite:///{tmp_path}/data/deeper/ledger.db")


def test_a_ledger_of_another_version_is_not_opened(tmp_path: Path) -> None:
    """A file whose tables are not ours is left as it is, and the error says what to do."""
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as older:
        older.execute("CREATE TABLE shown (id TEXT)")
        older.commit()
    with pytest.raises(StoreError, match="made by another version of digestbot"):
        open_store(f"sqlite:///{tmp_path}/ledger.db")
