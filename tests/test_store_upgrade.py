"""The versions of a database's tables, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from json import dumps
from pathlib import Path

import pytest
from fakes import CHANNEL, NOW, make_subscription
from ordering import DAY, HOUR, NINE, daily, put, standing
from sqlalchemy import DateTime, Engine, bindparam, create_engine, text

from digestbot.errors import StoreError
from digestbot.orders import Outcome, Picked
from digestbot.store import open_store
from digestbot.store.tables import HEAD, metadata
from digestbot.store.upgrade import stamp

LATER = NOW + HOUR

BEFORE_VERSIONS = """
CREATE TABLE deliveries (
    id INTEGER NOT NULL, workspace VARCHAR NOT NULL, subscription VARCHAR NOT NULL, occurrence DATETIME NOT NULL,
    ordered JSON NOT NULL, state VARCHAR NOT NULL, attempt INTEGER NOT NULL, reason TEXT NOT NULL, theme TEXT NOT NULL,
    planned_at DATETIME NOT NULL, claimed_at DATETIME, retry_at DATETIME, finished_at DATETIME,
    PRIMARY KEY (id), UNIQUE (workspace, subscription, occurrence)
);
CREATE INDEX deliveries_waiting ON deliveries (workspace, state, retry_at);
CREATE TABLE parts (
    delivery INTEGER NOT NULL, n INTEGER NOT NULL, "key" VARCHAR NOT NULL, payload JSON NOT NULL, text TEXT NOT NULL,
    state VARCHAR NOT NULL, message_ref VARCHAR, changed_at DATETIME NOT NULL,
    PRIMARY KEY (delivery, n), FOREIGN KEY(delivery) REFERENCES deliveries (id) ON DELETE CASCADE
);
CREATE TABLE shown (
    id INTEGER NOT NULL, workspace VARCHAR NOT NULL, highlight_id VARCHAR NOT NULL, theme TEXT NOT NULL,
    delivery INTEGER, channel VARCHAR NOT NULL, "at" DATETIME NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(delivery) REFERENCES deliveries (id) ON DELETE CASCADE
);
CREATE INDEX shown_by_workspace ON shown (workspace, "at");
INSERT INTO deliveries VALUES (7, 'acme', 'morning', '2026-03-02 09:00:00.000000',
    '{"id": "morning", "channel": {"platform": "fake", "workspace": "acme", "id": "C1"}, "schedule": "daily at 09:00"}',
    'planned', 0, '', 'Data', '2026-03-02 09:00:00.000000', NULL, NULL, NULL);
INSERT INTO shown VALUES (1, 'acme', 'a', 'Data', 7, 'fake:acme/C1', '2026-03-02 09:00:00.000000', '');
PRAGMA user_version = 1;
"""
"""A ledger of before versions were kept, and what was in it."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind in which there is nothing."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger.db"
        return
    with request.getfixturevalue("postgres").database(empty=True) as url:
        yield url


def old_ledger(path: Path) -> str:
    """The URL of a file as it was before versions were kept."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(BEFORE_VERSIONS)
    return f"sqlite:///{path}"


def differences(url: str) -> list[object]:
    """Where the tables of a database are not those of tables.py."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    engine = create_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return list(found)


def test_the_migrations_make_these_tables(empty_url: str) -> None:
    """A new database has, after all migrations, exactly the tables that the queries are written for."""
    open_store(empty_url).close()
    assert differences(empty_url) == []


AT_ONCE = """
import os, sys, traceback
import alembic.command
from digestbot.store import open_store

gate, opened = os.pipe()
children = []
for _ in range(24):
    children.append(os.fork())
    if not children[-1]:
        os.close(opened)
        os.read(gate, 1)
        try:
            open_store(sys.argv[1]).close()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
os.close(opened)
print([os.waitpid(child, 0)[1] for child in children])
"""
"""24 processes that wait at a gate until all are there."""


def test_many_start_at_once(empty_url: str) -> None:
    """24 processes that open a new database in the same moment all succeed, and the tables are made once."""
    ran = subprocess.run([sys.executable, "-c", AT_ONCE, empty_url], capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == (str([0] * 24), "")
    assert differences(empty_url) == []


async def test_a_ledger_from_before_versions_is_taken_over(tmp_path: Path) -> None:
    """A file that has tables and no version keeps every row, gets a version, and serves."""
    url = old_ledger(tmp_path / "ledger.db")
    store = open_store(url)
    (claim,) = (await store.claim("fake", NOW)).claims
    assert claim.delivery.subscription == make_subscription()
    assert [row.highlight_id for row in await store.history("acme")] == ["a"]
    await put(store, standing())
    store.close()
    assert differences(url) == []


ORDERED = dumps(asdict(make_subscription()))
OLD_ROWS = [
    # number, state, attempt, retry_at, claimed_at, finished_at, and its parts
    (1, "planned", 0, None, None, None, ()),
    (2, "retry", 1, LATER, NOW, NOW, ("waiting",)),
    (3, "claimed", 1, None, NOW, None, ()),
    (4, "claimed", 1, None, NOW, None, ("arrived", "begun")),
    (5, "uncertain", 1, None, NOW, NOW, ("arrived", "begun")),
    (6, "confirmed", 2, None, NOW, NOW, ("arrived", "arrived")),
    (7, "refused", 1, None, NOW, NOW, ("waiting",)),
    (8, "skipped", 0, None, None, NOW, ()),
]
"""What an earlier digestbot had in its tables when it stopped."""


def first_version(url: str) -> None:
    """A database as that digestbot left it."""
    from alembic import command

    from digestbot.store.upgrade import configured

    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(configured(connection), "0001")
        for number, state, attempt, retry_at, claimed_at, finished_at, of_parts in OLD_ROWS:
            old = {
                "id": number,
                "occurrence": NINE + number * DAY,
                "ordered": ORDERED,
                "state": state,
                "attempt": attempt,
                "planned": stored(engine, NOW),
                "retry": stored(engine, retry_at),
                "claimed": stored(engine, claimed_at),
                "finished": stored(engine, finished_at),
            }
            connection.execute(DELIVERY, old)
            for n, part in enumerate(of_parts):
                ref = f"m{n}" if part == "arrived" else None
                connection.execute(PART, {"id": number, "n": n, "state": part, "ref": ref, "now": stored(engine, NOW)})
            connection.execute(SHOWN, {"delivery": number, "highlight": f"h{number}", "now": stored(engine, NOW)})
        connection.execute(SHOWN, {"delivery": None, "highlight": "asked", "now": stored(engine, LATER)})
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval(pg_get_serial_sequence('deliveries', 'id'), 8)"))
    engine.dispose()


def stored(engine: Engine, instant: datetime | None) -> object:
    """An instant as each database has it."""
    if instant is None or engine.dialect.name == "postgresql":
        return instant
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f")


DELIVERY = text(
    "INSERT INTO deliveries (id, workspace, subscription, occurrence, ordered, state, attempt, reason, theme,"
    " planned_at, retry_at, claimed_at, finished_at) VALUES (:id, 'acme', 'morning', :occurrence, :ordered, :state,"
    " :attempt, 'why', 'Data', :planned, :retry, :claimed, :finished)"
).bindparams(bindparam("occurrence", type_=DateTime))
PART = text("INSERT INTO parts VALUES (:id, :n, 'key', '{\"a\": 1}', 'text', :state, :ref, :now)")
SHOWN = text(
    "INSERT INTO shown (workspace, highlight_id, theme, delivery, channel, at, source)"
    " VALUES ('acme', :highlight, 'Data', :delivery, 'fake:acme/C1', :now, 'source')"
)


async def test_the_first_version_is_brought_over(empty_url: str) -> None:
    """Nothing of the first tables is lost: what waited waits, what was under way is looked for or sent, the rest is."""
    first_version(empty_url)
    store = open_store(empty_url)
    records = {one.delivery.number: one for one in await store.deliveries("acme", limit=99)}
    found = {n: (one.outcome, one.due_at, one.finished_at) for n, one in records.items()}
    assert found == {
        1: (Outcome.PLANNED, NOW, None),
        2: (Outcome.RETRY, LATER, None),
        3: (Outcome.PLANNED, NOW, None),
        4: (Outcome.UNCERTAIN, NOW, None),
        5: (Outcome.UNCERTAIN, None, NOW),
        6: (Outcome.CONFIRMED, None, NOW),
        7: (Outcome.REFUSED, None, NOW),
        8: (Outcome.SKIPPED, None, NOW),
    }
    assert {one.delivery.subscription for one in records.values()} == {make_subscription()}
    assert {(one.reason, one.theme, one.planned_at) for one in records.values()} == {("why", "Data", NOW)}
    lost = await store.delivery("acme", "morning", NINE + 5 * DAY)
    assert lost
    assert [(part.state, part.ref) for part in lost.parts] == [("arrived", "m0"), ("doubtful", "")]
    claims = {one.delivery.number: one for one in (await store.claim("fake", LATER)).claims}
    assert {n: (one.delivery.attempt, one.doubted) for n, one in claims.items()} == {
        1: (1, False),
        2: (2, False),
        3: (2, False),
        4: (2, True),
    }
    assert {one.expires_at for one in claims.values()} == {NOW + 6 * HOUR}
    in_flight = claims[4].kept
    assert in_flight
    assert (in_flight.begun_at, list(in_flight.ended)) == (NOW, [0])
    assert [part.text for part in in_flight.message.parts] == ["text", "text"]
    history = await store.history("acme")
    assert [row.highlight_id for row in history] == [*(f"h{n}" for n in range(1, 7)), "asked"]
    assert {(row.source, row.native) for row in history} == {("source", "")}
    await put(store, standing())
    assert await store.plan(NOW, daily)
    await store.show(CHANNEL, "Asked for", [Picked("x")], LATER)
    store.close()
    assert differences(empty_url) == []


def test_a_newer_ledger_is_refused(empty_url: str) -> None:
    """Tables of a version that this digestbot does not know are left alone, in a sentence that names the version."""
    open_store(empty_url).close()
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="version 9999, which this digestbot does not know: a newer one"):
        open_store(empty_url)
    assert stamp(engine) == "9999"
    engine.dispose()


def test_tables_of_another_program_are_refused(tmp_path: Path) -> None:
    """A file with other tables is left as it is, and the error says what to do."""
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as other:
        other.execute("CREATE TABLE songs (id TEXT)")
        other.commit()
    with pytest.raises(StoreError, match=r"by another program\. Move it away"):
        open_store(f"sqlite:///{tmp_path}/ledger.db")
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]


def test_a_start_without_an_upgrade_needs_no_alembic(empty_url: str) -> None:
    """A database of this version is opened without importing Alembic, which would cost start-up."""
    open_store(empty_url).close()
    code = "from digestbot.store import open_store; open_store(sys.argv[1]).close(); print('alembic' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}", empty_url], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


def test_the_last_migration_is_the_head() -> None:
    """HEAD names the last of the migrations, and there is one line of them."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "digestbot.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
