"""The store: ports.Store over SQLAlchemy Core on SQLite or PostgreSQL.

engine.py knows the databases, lane.py the threads and transactions, ledger.py the queries, tables.py the tables,
upgrade.py and migrations/ their versions, backup.py and check.py what an operator asks for. A method that returned has
reached the disk.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from digestbot.errors import SettingsError, StoreError
from digestbot.model import Channel, Delivery, Message, MessageRef, Outcome, Subscription
from digestbot.ports import Shown
from digestbot.store import ledger
from digestbot.store.engine import Database, cause, connect, sqlite_file
from digestbot.store.lane import MOST, Lane
from digestbot.store.upgrade import upgrade


class SqlStore:
    """The ledger in a database; see ports.Store for what each method promises."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        """Take a database whose tables exist; `open_store` makes both. most: operations of one transaction."""
        self._database = database
        self._writer = Lane(database.writer, "digestbot-store", sever=database.sever, most=most)
        self._reader = Lane(database.reader, "digestbot-store-reader", sever=database.sever, most=most)

    async def plan(self, subscription: Subscription, occurrence: datetime, now: datetime, *, skip: str = "") -> bool:
        """See ports.Store."""
        return await self._writer.run_many(ledger.plan, (subscription, occurrence, now, skip))

    async def claim(self, workspace: str, now: datetime, *, most: int = 64) -> Sequence[Delivery]:
        """See ports.Store."""
        return await self._writer.run(ledger.claim, workspace, now, most)

    async def keep(  # noqa: PLR0913 - as ports.Store
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
        await self._writer.run(ledger.keep, delivery, theme, _with_sources(picks, sources), message, now)

    async def kept(self, delivery: Delivery) -> Message | None:
        """See ports.Store."""
        return await self._reader.run(ledger.kept, delivery)

    async def begin_part(self, delivery: Delivery, n: int, now: datetime) -> None:
        """See ports.Store."""
        await self._writer.run_many(ledger.begin_parts, (delivery, n, now))

    async def end_part(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:
        """See ports.Store."""
        await self._writer.run_many(ledger.end_parts, (delivery, n, ref, now))

    async def arrived(self, delivery: Delivery) -> Sequence[MessageRef | None]:
        """See ports.Store."""
        return await self._reader.run(ledger.arrived, delivery)

    async def finish(
        self, delivery: Delivery, outcome: Outcome, now: datetime, *, reason: str = "", retry_at: datetime | None = None
    ) -> None:
        """See ports.Store."""
        await self._writer.run_many(ledger.finish, (delivery, outcome, now, reason, retry_at))

    async def recover(self, workspace: str, now: datetime, only: Delivery | None = None) -> Sequence[Delivery]:
        """See ports.Store."""
        return await self._writer.run(ledger.recover, workspace, now, only)

    async def next_claim(self, workspace: str) -> datetime | None:
        """See ports.Store."""
        return await self._reader.run(ledger.next_claim, workspace)

    async def show(
        self, channel: Channel, theme: str, picks: Sequence[str], now: datetime, *, sources: Sequence[str] = ()
    ) -> None:
        """See ports.Store."""
        await self._writer.run(ledger.show, channel, theme, _with_sources(picks, sources), now)

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """See ports.Store."""
        return await self._reader.run(ledger.history, workspace, subscription)

    async def last_planned(self, subscription: Subscription, now: datetime) -> datetime | None:
        """See ports.Store."""
        return await self._reader.run(ledger.last_planned, subscription, now)

    def close(self) -> None:
        """Let what is under way end, then close the database. The store cannot be used afterwards."""
        self._writer.close()
        self._reader.close()
        self._database.close()


def open_store(url: str, *, most: int = MOST) -> SqlStore:
    """Open the ledger at a URL of engine.py; its file and tables are made, or upgraded, where that is needed.

    Files are readable by their owner alone. most: operations of one transaction. Raises SettingsError for another kind
    of URL, StoreError for a database that cannot be opened or was made by a newer version.
    """
    database = connect(url)
    try:
        upgraded(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database, most=most)


def upgraded(database: Database) -> bool:
    """Make or upgrade the tables; whether there was anything to do. Raises StoreError as `open_store` does."""
    if database.path is not None:
        _make(database.path)
    try:
        return upgrade(database.writer, database.name)
    except SQLAlchemyError as error:
        hint = "Check DIGESTBOT_DATABASE_URL and the server." if database.path is None else "Check the file."
        raise StoreError(f"The database {database.name} cannot be opened: {cause(error)}. {hint}") from error


@contextmanager
def serving(url: str) -> Iterator[None]:
    """The right to serve a ledger in a file, which one process has at a time; it ends with the process, in any case.

    A server's ledger takes any number of processes. Raises SettingsError while another process has the right.
    """
    path = sqlite_file(url)
    if path is None:
        yield
        return
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
