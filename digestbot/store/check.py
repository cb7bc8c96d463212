"""The state of a database, for an operator: which it is, whether it is whole, what it holds. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from digestbot.errors import StoreError
from digestbot.store.engine import Database, cause
from digestbot.store.tables import HEAD, metadata
from digestbot.store.upgrade import stamp


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found.

    name: the database, without a secret. product: "SQLite 3.50.1". version: of the tables, None where none is kept.
    rows: in each table; empty where the tables are of another version. problems: sentences that say what to do.
    """

    name: str
    product: str
    version: str | None
    rows: dict[str, int]
    problems: tuple[str, ...]


def check(database: Database) -> Health:
    """Look at a database. Raises StoreError for one that cannot be reached at all."""
    if database.path is not None and not database.path.exists():
        raise StoreError(f"There is no database {database.path} yet. digestbot run makes it, or digestbot db upgrade.")
    try:
        version = stamp(database.reader)
        with database.reader.begin() as connection:
            rows = _count(connection) if version == HEAD else {}
            problems = (*_version_problems(version), *_damage(connection))
            return Health(database.name, _product(connection), version, rows, problems)
    except SQLAlchemyError as error:
        raise StoreError(f"The database {database.name} cannot be read: {cause(error)}.") from error


def _version_problems(version: str | None) -> tuple[str, ...]:
    if version == HEAD:
        return ()
    return (f"The tables are of version {version or 'none'}, this digestbot's of {HEAD}. Run digestbot db upgrade.",)


def _count(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables
    }


def _product(connection: Connection) -> str:
    number = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    return f"{'SQLite' if connection.dialect.name == 'sqlite' else 'PostgreSQL'} {number}"


def _damage(connection: Connection) -> tuple[str, ...]:
    if connection.dialect.name == "postgresql":
        encoding = connection.scalar(text("SHOW server_encoding"))
        fix = "Make a database with ENCODING 'UTF8', and move the ledger there with digestbot db backup and restore."
        return () if encoding == "UTF8" else (f"Its encoding is {encoding}, which cannot hold every note. {fix}",)
    fix = "Restore a backup (digestbot db restore)."
    broken = [row[0] for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    orphans = len(connection.execute(text("PRAGMA foreign_key_check")).all())
    problems = [f"The file is damaged: {broken[0]}. {fix}"] if broken else []
    return (*problems, *([f"{orphans} rows belong to no delivery. {fix}"] if orphans else []))
