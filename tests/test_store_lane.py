"""A lane: what waits goes together, each answer comes after the commit, and no fault is shared."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from os import kill
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, text

from digestbot.errors import StoreError
from digestbot.store.engine import Database, connect
from digestbot.store.lane import Lane, shared


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind with one small table of numbers."""
    sqlite = request.param == "sqlite"
    made = connect(f"sqlite:///{tmp_path}/numbers.db" if sqlite else request.getfixturevalue("postgres_url"))
    with made.writer.begin() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
    yield made
    made.close()


@pytest.fixture
def writer(database: Database) -> Iterator[Lane]:
    """A lane that writes to it."""
    lane = Lane(database.writer, "test-writer", sever=database.sever)
    yield lane
    lane.close()


def add(connection: Connection, n: int) -> int:
    """One number; a number that is there already is an error."""
    connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": n})
    return n


def add_all(connection: Connection, many: Sequence[int]) -> Sequence[int]:
    """Many numbers in one statement."""
    connection.execute(text("INSERT INTO numbers VALUES (:n)"), [{"n": n} for n in many])
    return [n * 10 for n in many]


def numbers(database: Database) -> list[int]:
    """What is committed, as another connection sees it."""
    with database.reader.begin() as connection:
        return list(connection.scalars(text("SELECT n FROM numbers ORDER BY n")))


def hold(gate: threading.Event) -> Callable[[Connection], None]:
    """Work that is under way until the gate opens."""
    return lambda _: (gate.wait(10), None)[1]


async def test_what_waits_is_committed_once(database: Database, writer: Lane) -> None:
    """A hundred operations that wait for the one before them share one commit, and work for many gets them at once."""
    commits, sizes, gate = [], [], threading.Event()
    event.listen(database.writer, "commit", commits.append)

    def counted(connection: Connection, many: Sequence[int]) -> Sequence[int]:
        sizes.append(len(many))
        return add_all(connection, many)

    first = asyncio.create_task(writer.run(hold(gate)))
    await asyncio.sleep(0.05)
    tasks = [asyncio.create_task(writer.run_many(counted, n)) for n in range(100)]
    await asyncio.sleep(0.05)
    gate.set()
    assert await asyncio.gather(*tasks) == [n * 10 for n in range(100)]
    await first
    assert (len(commits), sizes) == (2, [100])


@pytest.mark.parametrize("together", [True, False])
async def test_a_fault_is_its_own(database: Database, writer: Lane, *, together: bool) -> None:
    """Of operations that went together the ones that fail tell their callers; all others are done, once."""
    await writer.run(add, 7)
    asked = [*range(20), 7, 11]
    work = [writer.run_many(add_all, n) if together else writer.run(add, n) for n in asked]
    answers = await asyncio.gather(*work, return_exceptions=True)
    assert [n for n, answer in zip(asked, answers, strict=True) if isinstance(answer, StoreError)] == [7, 7, 11]
    assert numbers(database) == list(range(20))


async def test_a_fault_of_the_code_reaches_its_caller(database: Database, writer: Lane) -> None:
    """An exception that is not the database's is raised where the operation was asked for, and nowhere else."""
    answers = await asyncio.gather(
        writer.run(add, 1), writer.run(lambda _: 1 // 0), writer.run(add, 2), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [int, ZeroDivisionError, int]
    assert numbers(database) == [1, 2]


async def test_an_answer_comes_after_the_commit(database: Database, writer: Lane) -> None:
    """As soon as an operation returned, another connection sees what it wrote."""
    for n in range(50):
        await writer.run(add, n)
        assert numbers(database)[-1] == n


async def test_a_long_write_holds_up_no_reader(database: Database, writer: Lane) -> None:
    """While a write is under way, reads are answered with what was there before."""
    reader = Lane(database.reader, "test-reader", sever=database.sever)
    gate = threading.Event()

    def slow(connection: Connection) -> None:
        add(connection, 1)
        gate.wait(10)

    writing = asyncio.create_task(writer.run(slow))
    await asyncio.sleep(0.05)
    count = await asyncio.wait_for(reader.run(lambda db: db.scalar(text("SELECT count(*) FROM numbers"))), 2)
    assert (count, writing.done()) == (0, False)
    gate.set()
    await writing
    assert await reader.run(lambda db: db.scalar(text("SELECT count(*) FROM numbers"))) == 1
    reader.close()


async def test_the_reader_cannot_write(database: Database) -> None:
    """A write on the connection for reading is refused, so that none waits there for a lock."""
    reader = Lane(database.reader, "test-reader", sever=database.sever)
    with pytest.raises(StoreError, match=r"readonly|read-only"):
        await reader.run(add, 1)
    reader.close()


async def test_whoever_gives_up_leaves_nothing_behind(database: Database, writer: Lane) -> None:
    """A caller that is cancelled while it waits disturbs nobody; its operation may be done all the same."""
    gate = threading.Event()
    held = asyncio.create_task(writer.run(hold(gate)))
    tasks = [asyncio.create_task(writer.run(add, n)) for n in range(4)]
    await asyncio.sleep(0.05)
    tasks[1].cancel()
    gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    await held
    assert [answers[n] for n in (0, 2, 3)] == [0, 2, 3]
    assert await writer.run(add, 9) == 9
    assert set(numbers(database)) >= {0, 2, 3, 9}


async def test_a_closed_lane(database: Database) -> None:
    """Closing lets what waits end, leaves no thread, and says so to whoever comes later."""
    lane = Lane(database.writer, "test-closing", sever=database.sever)
    task = asyncio.create_task(lane.run(add, 1))
    await asyncio.sleep(0)
    lane.close()
    assert await task == 1
    assert not [one for one in threading.enumerate() if one.name.startswith("test-closing")]
    with pytest.raises(StoreError, match="closed"):
        await lane.run(add, 2)


FORKED = """
import asyncio, os, sys
from digestbot.errors import StoreError
from digestbot.store.engine import connect
from digestbot.store.lane import Lane, shared

database = connect(sys.argv[1])
lane = Lane(database.writer, "lane", sever=database.sever)
asyncio.run(lane.run(lambda connection: None))
if not (child := os.fork()):
    try:
        asyncio.run(lane.run(lambda connection: None))
    except StoreError as error:
        os.write(1, str(error).encode())
    os._exit(0)
os.waitpid(child, 0)
asyncio.run(lane.run(lambda connection: None))
lane.close()
database.close()
"""


def test_a_forked_process_is_told(tmp_path: Path) -> None:
    """A child of a fork, which has none of the threads, gets an error and does not hang; the parent goes on."""
    command = [sys.executable, "-W", "ignore", "-c", FORKED, f"sqlite:///{tmp_path}/x.db"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (ran.stdout, ran.stderr) == ("The database was opened by another process. Open it again after a fork.", "")


async def test_a_server_that_drops_its_connections(postgres_url: str) -> None:
    """After the server closed every connection the next operation is done on a new one."""
    database = connect(postgres_url)
    lane = Lane(database.writer, "test-dropped", sever=database.sever)
    mine = await lane.run(lambda db: db.scalar(text("SELECT pg_backend_pid()")))
    other = create_engine(postgres_url)
    with other.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
    other.dispose()
    assert await lane.run(lambda db: db.scalar(text("SELECT pg_backend_pid()"))) != mine
    lane.close()
    database.close()


async def test_a_server_that_says_nothing(postgres_url: str) -> None:
    """A connection whose other end stands still is broken off in time, and another takes its place."""
    database = connect(postgres_url)
    lane = Lane(database.writer, "test-frozen", sever=database.sever, patience=0.4)
    frozen = await lane.run(lambda db: db.scalar(text("SELECT pg_backend_pid()")))
    try:
        kill(frozen, signal.SIGSTOP)
    except (PermissionError, ProcessLookupError) as error:
        pytest.skip(f"the server's processes are out of reach: {error}")
    began = time.monotonic()
    try:
        answer = await asyncio.gather(lane.run(lambda db: db.scalar(text("SELECT 1"))), return_exceptions=True)
        assert (time.monotonic() - began) < 3
        assert isinstance(answer[0], StoreError) or answer == [1]
        assert await lane.run(lambda db: db.scalar(text("SELECT pg_backend_pid()"))) != frozen
    finally:
        kill(frozen, signal.SIGCONT)
    lane.close()
    database.close()


async def test_who_asks_the_same_is_answered_once(writer: Lane) -> None:
    """Of those that ask at once, all who ask the same get the very same answer, which is read once."""
    read: list[int] = []

    def listed(_: Connection, n: int) -> list[int]:
        read.append(n)
        return [n]

    gate, asking = threading.Event(), shared(listed)
    first = asyncio.create_task(writer.run(hold(gate)))
    await asyncio.sleep(0.05)
    tasks = [asyncio.create_task(writer.run_many(asking, (n % 2,))) for n in range(100)]
    await asyncio.sleep(0.05)
    gate.set()
    answers = await asyncio.gather(*tasks)
    await first
    assert answers == [[n % 2] for n in range(100)]
    assert read == [0, 1]
    assert len({id(one) for one in answers}) == 2
