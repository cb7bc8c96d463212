"""Connections: what a database's URL means, and how SQLite and PostgreSQL are spoken to. Knows no table.

Nothing here shows a secret: parameters and URLs stay out of errors, and a database is called by its file or its host.
"""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from digestbot.errors import SettingsError, StoreError

if TYPE_CHECKING:
    import psycopg

BUSY_SECONDS = 10
"""How long a transaction waits for another that writes the same, and a statement may take on a server."""

CONNECT_SECONDS = 5
"""How long a server may take to answer a new connection."""

_INSTALL = "Install it: pip install 'digestbot[postgres]'."
_POSTGRES = ("postgres", "postgresql", "postgresql+psycopg")
_PROBLEM = (
    "DIGESTBOT_DATABASE_URL must name a file as sqlite:///path/to/digestbot.db or a database as "
    "postgresql+psycopg://user:password@host/name; remove it to use the default."
)


@dataclass(frozen=True, slots=True)
class Database:
    """A database's two engines.

    writer: for one thread; a transaction takes the write lock of SQLite as it begins. reader: never waits for a writer.
    name: what it is called in a sentence, without a secret. path: the file of SQLite, None for a server.
    sessions: a server's connections, for `sever`.
    """

    writer: Engine
    reader: Engine
    name: str
    path: Path | None
    sessions: WeakSet[psycopg.Connection[Any]]

    def sever(self) -> None:
        """Break every connection to a server, so that a thread which waits for its answer goes on with an error."""
        for connection in list(self.sessions):
            if not connection.closed:
                with socket.socket(fileno=os.dup(connection.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close all connections; nothing may be under way on them."""
        self.writer.dispose()
        self.reader.dispose()


def connect(url: str) -> Database:
    """The engines for a `sqlite:///…` or `postgresql+psycopg://…` URL; nothing is opened yet.

    Raises SettingsError for another kind of URL, or when the driver that PostgreSQL needs is not installed.
    """
    parsed = _parsed(url)
    if parsed.drivername == "sqlite":
        return _sqlite(parsed)
    try:
        return _postgres(parsed)
    except ImportError as error:
        raise SettingsError(f"DIGESTBOT_DATABASE_URL names PostgreSQL, whose driver is not here. {_INSTALL}") from error


def cause(error: BaseException) -> str:
    """The driver's own words in one line, without the statement that SQLAlchemy adds."""
    driver = getattr(error, "orig", None)
    # PostgreSQL's details quote the row.
    first = getattr(getattr(driver, "diag", None), "message_primary", None)
    said = str(first or driver or type(error).__name__)
    return " ".join(said.split()).rstrip(".")


def translated(error: SQLAlchemyError) -> StoreError:
    """What the caller of a store gets to see."""
    return StoreError(f"The database did not do its work: {cause(error)}.")


def lost(error: BaseException) -> bool:
    """Whether the connection broke, so that nothing else can be tried on it."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(_PROBLEM) from None
    if parsed.drivername in _POSTGRES and parsed.database:
        return parsed.set(drivername="postgresql+psycopg")
    file = parsed.database or ""
    # Another driver is not there, and a query or a `file:` would mean something else than a file of that name.
    if url != f"sqlite:///{file}" or file in {"", ":memory:"} or file.startswith("file:"):
        raise SettingsError(_PROBLEM)
    return parsed


def _sqlite(url: URL) -> Database:
    # A deferred transaction that turns to writing fails at once with "locked" when another one wrote meanwhile.
    writer = _sqlite_engine(url, "BEGIN IMMEDIATE", "synchronous = FULL", "foreign_keys = ON")
    path = Path(url.database or "")
    return Database(writer, _sqlite_engine(url, "BEGIN", "query_only = ON"), str(path), path, WeakSet())


def _sqlite_engine(url: URL, begin: str, *pragmas: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    def settle(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver's own transactions would begin late, and deferred.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", *pragmas):
            connection.cursor().execute(f"PRAGMA {pragma}")

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", settle)
    event.listen(engine, "begin", start)
    return engine


_SETTINGS = {
    "statement_timeout": BUSY_SECONDS * 1000,
    "lock_timeout": BUSY_SECONDS * 1000,
    "idle_in_transaction_session_timeout": BUSY_SECONDS * 1000,
    "timezone": "'UTC'",
}

_LIMITS = {
    "connect_timeout": CONNECT_SECONDS,
    # Of a machine that is gone the kernel tells after these; `sever` is for one that is there and says nothing.
    "tcp_user_timeout": BUSY_SECONDS * 1000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "application_name": "digestbot",
}


def _postgres(url: URL) -> Database:
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # of what fails it raises an error, too
    sessions: WeakSet[psycopg.Connection[Any]] = WeakSet()
    host = url.host or url.query.get("host") or "this machine"
    name = f"{url.database} on {host}{f':{url.port}' if url.port else ''}"
    reader = _postgres_engine(url, sessions, {**_SETTINGS, "default_transaction_read_only": "on"})
    return Database(_postgres_engine(url, sessions, _SETTINGS), reader, name, None, sessions)


def _postgres_engine(url: URL, sessions: WeakSet[psycopg.Connection[Any]], settings: dict[str, object]) -> Engine:
    """An engine of one connection, which is tried before each use: the server may have been started anew."""
    limits = {key: value for key, value in _LIMITS.items() if key not in url.query}  # what the URL says comes first
    engine = create_engine(
        url, hide_parameters=True, connect_args=limits, pool_pre_ping=True, pool_size=1, max_overflow=1
    )

    def settle(connection: psycopg.Connection[Any], _: ConnectionPoolEntry) -> None:
        sessions.add(connection)
        for key, value in settings.items():
            connection.execute(f"SET {key} = {value}".encode())
        connection.commit()

    event.listen(engine, "connect", settle)
    return engine
