"""The store: ports.Store over SQLAlchemy Core on SQLite, its queries in ledger.py, its tables in tables.py.

Every method is one transaction, run in the store's one thread: SQLite takes one writer at a time, and one thread
claims and finishes several times faster than an asynchronous driver. A method that returned has reached the disk.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from digestbot.errors import SettingsError, StoreError
from digestbot.model import Channel, Delivery, Message, MessageRef, Outcome, Subscription
from digestbot.ports import Shown
from digestbot.store import ledger
from digestbot.store.tables import metadata

SCHEMA = 1
"""What the tables look like; a file that was made for another number is not opened."""

BUSY_SECONDS = 10
"""How long a transaction waits for another process that writes to the same file."""

P = ParamSpec("P")
T = TypeVar("T")


class SqlStore:
    """The ledger in a database; see ports.Store for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose tables exist; `open_store` makes both."""
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "digestbot-store")

    async def plan(self, subscription: Subscription, occurrence: datetime, now: datetime, *, skip: str = "") -> bool:
        """See ports.Store."""
        return await self._run(ledger.plan, subscription, occurrence, now, skip)

    async def claim(self, workspace: str, now: datetime, *, most: int = 64) -> Sequence[Delivery]:
        """See ports.Store."""
        return await self._run(ledger.claim, workspace, now, most)

    async def keep(
        self,
        delivery: Delivery,
        theme: str,
        picks: Sequence[str],
        message: Message,
        now: datetime,
        *,
        sources: Sequence[str] = (),
    ) -> None:
        """See ports.Store."""
        await self._run(ledger.keep, delivery, theme, _with_sources(picks, sources), message, now)

    async def kept(self, delivery: Delivery) -> Message | None:
        """See ports.Store."""
        return await self._run(ledger.kept, delivery)

    async def begin_part(self, delivery: Delivery, n: int, now: datetime) -> None:
        """See ports.Store."""
        await self._run(ledger.begin_part, delivery, n, now)

    async def end_part(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:
        """See ports.Store."""
        await self._run(ledger.end_part, delivery, n, ref, now)

    async def arrived(self, delivery: Delivery) -> Sequence[MessageRef | None]:
        """See ports.Store."""
        return await self._run(ledger.arrived, delivery)

    async def finish(
        self, delivery: Delivery, outcome: Outcome, now: datetime, *, reason: str = "", retry_at: datetime | None = None
    ) -> None:
        """See ports.Store."""
        await self._run(ledger.finish, delivery, outcome, now, reason, retry_at)

    async def recover(self, workspace: str, now: datetime, only: Delivery | None = None) -> Sequence[Delivery]:
        """See ports.Store."""
        return await self._run(ledger.recover, workspace, now, only)

    async def next_claim(self, workspace: str) -> datetime | None:
        """See ports.Store."""
        return await self._run(ledger.next_claim, workspace)

    async def show(
        self, channel: Channel, theme: str, picks: Sequence[str], now: datetime, *, sources: Sequence[str] = ()
    ) -> None:
        """See ports.Store."""
        await self._run(ledger.show, channel, theme, _with_sources(picks, sources), now)

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """See ports.Store."""
        return await self._run(ledger.history, workspace, subscription)

    async def last_planned(self, subscription: Subscription, now: datetime) -> datetime | None:
        """See ports.Store."""
        return await self._run(ledger.last_planned, subscription, now)

    def close(self) -> None:
        """Let what is under way end, then close the database. The store cannot be used afterwards."""
        self._thread.submit(self._engine.dispose).result()
        self._thread.shutdown()

    async def _run(self, query: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        def transaction() -> T:
            with self._engine.begin() as connection:
                return query(connection, *args, **kwargs)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)
        except SQLAlchemyError as error:
            raise StoreError(f"The database did not do its work: {_cause(error)}.") from error


def open_store(url: str) -> SqlStore:
    """Open the ledger at a `sqlite:///…` URL; its file and tables are made where they are missing.

    Files are readable by their owner alone. Raises SettingsError for another kind of URL, StoreError for a database
    that cannot be opened.
    """
    path = _path(url)
    _make(path)
    try:
        engine = _engine(url)
        with engine.begin() as connection:
            _check_version(connection, path)
            metadata.create_all(connection)
    except SQLAlchemyError as error:
        raise StoreError(f"The database {path} cannot be opened: {_cause(error)}. Check the file.") from error
    return SqlStore(engine)


def _check_version(connection: Connection, path: Path) -> None:
    """Stamp a new file with SCHEMA; raises StoreError for one of another stamp, whose columns are not ours."""
    stamp = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    new = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if new:
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
    elif stamp != SCHEMA:
        raise StoreError(f"The database {path} was made by another version of digestbot. Move it away to begin anew.")


@contextmanager
def serving(url: str) -> Iterator[None]:
    """The right to serve the ledger, which one process has at a time; it ends with the process, however that ends.

    Raises SettingsError while another process has it.
    """
    path = _path(url)
    lock = path.with_name(f"{path.name}.lock")
    _make(lock)
    with lock.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingsError(f"Another digestbot serves {path}. Stop it, or name another DIGESTBOT_DATA.") from error
        yield


def _with_sources(picks: Sequence[str], sources: Sequence[str]) -> Sequence[tuple[str, str]]:
    return list(zip(picks, sources or [""] * len(picks), strict=True))


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"The database {path} cannot be opened ({error.strerror}). Check DIGESTBOT_DATA.") from error


def _path(url: str) -> Path:
    problem = "DIGESTBOT_DATABASE_URL must name a file as sqlite:///path/to/digestbot.db; remove it to use the default."
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(problem) from None
    file = parsed.database or ""
    # Another driver is not there, and a query or a `file:` would mean something else than a file of that name.
    if url != f"sqlite:///{file}" or file in {"", ":memory:"} or file.startswith("file:"):
        raise SettingsError(problem)
    return Path(file)


def _engine(url: str) -> Engine:
    # Parameters hold what people wrote in their notes: they are kept out of errors.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transactions would begin late, and deferred.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.cursor().execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    # A deferred transaction that turns to writing fails at once with "locked" when another one wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _cause(error: SQLAlchemyError) -> str:
    """The driver's own words, without the statement that SQLAlchemy adds."""
    return str(getattr(error, "orig", None) or type(error).__name__)
