"""The store in SQL: its files, its servers, and processes that share it."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import CHANNEL, NOW
from ordering import DAY, MINUTE, NINE, change, claimed, daily, put, standing
from postgres import Server
from sqlalchemy import select

from digestbot.errors import SettingsError, StoreError
from digestbot.model import Message, Part
from digestbot.orders import Due, Plan
from digestbot.ports import Pace
from digestbot.store import open_store
from digestbot.store.check import check
from digestbot.store.engine import connect
from digestbot.store.tables import audit

ODD_URLS = [
    "sqlite+aiosqlite:///s3cret.db",
    "sqlite+pysqlcipher://:s3cret@/x.db",
    "sqlite://u:s3cret@h/x.db",
    "sqlite:///x.db?foo=s3cret",
    "sqlite:///file:x.db?uri=true",
    "sqlite:///file:x.db",
    "postgresql+asyncpg://u:s3cret@h/d",
    "postgresql://u:s3cret@h:port/d",
    "postgresql://u:s3cret@h",
]


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return path.stat().st_mode & 0o777


async def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """The data folder and every file of the database can be read by nobody else."""
    store = open_store(f"sqlite:///{tmp_path}/data/ledger.db")
    await put(store, standing())
    assert mode(tmp_path / "data") == 0o700
    assert {mode(path) for path in (tmp_path / "data").iterdir()} == {0o600}
    assert len(list((tmp_path / "data").iterdir())) == 3
    store.close()


async def test_a_committed_plan_survives_a_process_that_dies(tmp_path: Path) -> None:
    """What a method wrote is on the disk when it returns: another connection sees it without a close."""
    store = open_store(f"sqlite:///{tmp_path}/ledger.db")
    await put(store, standing())
    await store.plan(NOW, daily)
    other = open_store(f"sqlite:///{tmp_path}/ledger.db")
    assert len((await other.claim("fake", NOW)).claims) == 1
    other.close()
    store.close()


async def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Two stores on one file that write 200 orders at once write each one once, and none fails."""
    stores = [open_store(f"sqlite:///{tmp_path}/ledger.db") for _ in range(2)]
    orders = [standing(f"n{n}") for n in range(100)]
    written = await asyncio.gather(*(store.put(one, change(one)) for one in orders for store in stores))
    assert sum(written) == 100
    for store in stores:
        store.close()


async def test_a_row_of_another_version_stops_no_other(tmp_path: Path) -> None:
    """A subscription with a key that this version does not know is delivered; one that makes no sense is refused."""
    store = open_store(f"sqlite:///{tmp_path}/ledger.db")
    await put(store, *(standing(name) for name in ("newer", "odd", "plain")))
    await store.plan(NOW, daily)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        database.execute("UPDATE deliveries SET ordered = json_set(ordered, '$.mood', 'calm') WHERE id = 1")
        database.execute("UPDATE deliveries SET ordered = json_remove(ordered, '$.channel') WHERE id = 2")
    claims = (await store.claim("fake", NOW)).claims
    assert [one.delivery.subscription.id for one in claims] == ["newer", "plain"]
    assert not (await store.claim("fake", NOW)).claims
    assert [one.delivery.subscription.id for one in await store.deliveries("acme")] == ["plain", "newer"]
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        ((state, reason),) = database.execute("SELECT state, reason FROM deliveries WHERE id = 2").fetchall()
    assert (state, "another version" in reason) == ("refused", True)
    store.close()


async def test_an_order_of_another_version_stops_no_other(tmp_path: Path) -> None:
    """An order that makes no sense to this version is paused with the reason, and the others are planned."""
    store = open_store(f"sqlite:///{tmp_path}/ledger.db")
    await put(store, standing("odd"), standing("plain"))
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        database.execute("UPDATE subscriptions SET ordered = json_remove(ordered, '$.channel') WHERE name = 'odd'")
    assert [one.delivery.subscription.id for one in await store.plan(NOW, daily)] == ["plain"]
    assert [one.subscription.id for one in await store.standings("acme")] == ["plain"]
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        rows = database.execute("SELECT state, reason FROM subscriptions WHERE name = 'odd'").fetchall()
    assert [(state, "another version" in reason) for state, reason in rows] == [("paused", True)]
    store.close()


async def test_a_full_workspace_leaves_the_next_minute_to_others(tmp_path: Path) -> None:
    """5,000 deliveries of one workspace do not hold up ten of another, also when those are due a minute later."""
    store = open_store(f"sqlite:///{tmp_path}/ledger.db")
    await asyncio.gather(*(put(store, standing(f"n{n}")) for n in range(5000)))
    later = [replace(standing(f"n{n}", workspace="beta"), next_at=NOW + MINUTE) for n in range(10)]
    await put(store, *later)
    while await store.plan(NOW + MINUTE, lambda one, _: Plan((Due(NINE, one.next_at or NOW),), NINE + DAY, NOW + DAY)):
        pass
    claims = (await store.claim("fake", NOW + MINUTE, most=85)).claims
    assert sum(one.delivery.subscription.channel.workspace == "beta" for one in claims) == 10
    store.close()


async def test_a_clock_that_was_ahead_holds_up_no_pace(tmp_path: Path) -> None:
    """What was reserved by a clock that was a day ahead does not count."""
    store = open_store(f"sqlite:///{tmp_path}/ledger.db")
    pace = Pace("platform", 1)
    await store.reserve(CHANNEL, [pace], NOW + DAY)
    assert await store.reserve(CHANNEL, [pace], NOW) == NOW
    assert await store.reserve(CHANNEL, [pace], NOW) > NOW
    store.close()


async def test_durable_and_concurrent_modes(tmp_path: Path) -> None:
    """The file is in WAL mode, so that a reader never stops the service."""
    open_store(f"sqlite:///{tmp_path}/ledger.db").close()
    connection = sqlite3.connect(tmp_path / "ledger.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize("url", ["mysql://u:s3cret@h/d", "sqlite://", "sqlite:///:memory:", "s3cret", *ODD_URLS])
def test_other_urls_are_refused(url: str) -> None:
    """A URL that names neither a file nor a PostgreSQL database is refused by the setting's name, without its value."""
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


UNREACHABLE = ["postgresql://u:s3cret@127.0.0.1:1/d", "postgres://u:s3cret@/d?host=/nowhere&password=s3cret"]


@pytest.mark.parametrize("url", UNREACHABLE)
def test_a_server_that_is_not_there(url: str) -> None:
    """A server that cannot be reached is named within seconds, without the password."""
    began = time.monotonic()
    with pytest.raises(StoreError, match=r"The database d on (127\.0\.0\.1:1|/nowhere) cannot be opened") as refused:
        open_store(url)
    assert "s3cret" not in str(refused.value)
    assert time.monotonic() - began < 10


def test_a_server_that_takes_connections_and_no_more() -> None:
    """A server that answers nothing is given up within seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(StoreError, match="cannot be opened"):
            open_store(f"postgresql+psycopg://u:s3cret@127.0.0.1:{silent.getsockname()[1]}/d")
        assert time.monotonic() - began < 15


def test_the_driver_is_an_extra() -> None:
    """Without the driver of PostgreSQL a sentence says how to install it."""
    code = "import sys; sys.modules['psycopg'] = None; from digestbot.store import open_store; open_store(sys.argv[1])"
    ran = subprocess.run([sys.executable, "-c", code, UNREACHABLE[0]], capture_output=True, text=True, check=False)
    assert ran.stderr.splitlines()[-1].endswith("Install it: pip install 'digestbot[postgres]'.")


async def test_errors_quote_no_row(postgres_url: str) -> None:
    """What an error of PostgreSQL says of a row, which is people's text, is left out."""
    store = open_store(postgres_url)
    delivery = (await claimed(store)).delivery
    message = Message((Part({}, "words"), Part({}, "words")))
    await store.keep(delivery, "theme", [], message, NOW)
    with pytest.raises(StoreError, match="duplicate key value") as failed:
        await store.keep(delivery, "theme", [], message, NOW)
    assert "(" not in str(failed.value)
    store.close()


async def test_a_server_that_is_started_again(postgres: Server, postgres_url: str) -> None:
    """While the server is stopped an operation fails within seconds; after its start the same store works again."""
    if postgres.local is None:
        pytest.skip("the server is somebody else's")
    store = open_store(postgres_url)
    await put(store, standing())
    await store.plan(NOW, daily)
    postgres.local.stop()
    began = time.monotonic()
    for work in (store.claim("fake", NOW), store.history("acme")):
        with pytest.raises(StoreError, match="did not do its work"):
            await work
    assert time.monotonic() - began < 10
    postgres.local.ensure_postgres_running()
    assert len((await store.claim("fake", NOW)).claims) == 1
    assert await store.history("acme") == []
    store.close()


def test_threads_end_with_the_store(tmp_path: Path) -> None:
    """A store that was closed leaves no thread behind, also when nothing was asked of it."""
    for _ in range(3):
        open_store(f"sqlite:///{tmp_path}/ledger.db").close()
    assert not [one for one in threading.enumerate() if one.name.startswith("digestbot-store")]


WRITING = """
import asyncio, sys
from fakes import NOW
from digestbot.orders import Change
from digestbot.store import open_store

async def write(store, task):
    for n in range(100_000):
        await store.note(Change("acme", NOW, f"task-{task}", "did", str(n)))
        sys.stdout.write(f"task-{task} {n}\\n")

async def main():
    store = open_store(sys.argv[1])
    await asyncio.gather(*(write(store, task) for task in range(32)))

asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_answered_survives_a_kill(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    """All that a process, killed with -9 in the middle of its groups, was told is in the ledger, which is whole."""
    url = f"sqlite:///{tmp_path}/ledger.db" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    paths = {"PYTHONPATH": str(Path(__file__).parent), "PATH": ""}
    command = [sys.executable, "-u", "-c", WRITING, url]
    with subprocess.Popen(command, env=paths, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = [process.stdout.readline() for _ in range(500)]
        process.kill()
        told += process.stdout.read().splitlines(keepends=True)
    database = connect(url)
    with database.reader.begin() as connection:
        rows = connection.execute(select(audit.c.actor, audit.c.subject)).all()
    there = {f"{actor} {subject}\n" for actor, subject in rows}
    assert {line for line in told if line.endswith("\n")} <= there
    assert check(database).problems == ()
    database.close()
