"""The store: ports.Outbox and ports.Ledger over SQLAlchemy Core on SQLite or PostgreSQL.

engine.py knows the databases, lane.py the threads and transactions, tables.py the tables, upgrade.py and migrations/
their versions, backup.py, check.py and portable.py what an operator asks for. sqlstore.py implements the ports; the
queries are in planning.py, claiming.py, pacing.py and settling.py (a delivery's way, in this order), and in
standing.py, records.py and opinions.py (what people ask and change). A method that returned has reached the disk.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from digestbot.errors import StoreError
from digestbot.store.engine import Database, cause, connect
from digestbot.store.lane import MOST
from digestbot.store.sqlstore import SqlStore
from digestbot.store.upgrade import upgrade


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


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"The database {path} cannot be opened ({error.strerror}). Check DIGESTBOT_DATA.") from error
