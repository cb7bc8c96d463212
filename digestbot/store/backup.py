"""Backups: the whole ledger in one file that either database can be restored from.

The file is gzip over JSON Lines: what it is, every row of every table, and how many there were. It is taken from one
moment of a ledger that may be in use, and so it is the way from SQLite to PostgreSQL and back, too.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Table, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from digestbot.errors import StoreError
from digestbot.store.engine import Database, cause
from digestbot.store.tables import HEAD, Instant, metadata
from digestbot.store.upgrade import stamp

FORMAT = 1
"""How the file is made; its first line says so."""

_AT_ONCE = 1000
"""Rows that are held in memory."""


def backup(database: Database, file: Path) -> dict[str, int]:
    """Write a database's rows to a new file, which only its owner can read; how many there are in each table.

    Raises StoreError when the file is there already, or the tables are of another version.
    """
    if file.exists():
        raise StoreError(f"{file} is there already. Name a new file, or move that one away.")
    _same_version(database)
    # REPEATABLE READ is one moment on PostgreSQL, as any transaction is on SQLite.
    options = {"isolation_level": "REPEATABLE READ"} if database.path is None else {}
    try:
        with _new(file) as write, database.reader.connect().execution_options(**options) as connection:
            write({"digestbot": "backup", "format": FORMAT, "version": HEAD})
            with connection.begin():
                counts = {table.name: _dump(connection, table, write) for table in metadata.sorted_tables}
            write({"rows": counts})
    except SQLAlchemyError as error:
        raise StoreError(f"The database {database.name} cannot be read: {cause(error)}.") from error
    return counts


def restore(database: Database, file: Path, *, force: bool = False) -> dict[str, int]:
    """Put a backup's rows into a database whose tables exist, all or nothing; how many there are in each table.

    force: delete what the database holds; without it a database that is not empty is refused with StoreError, as is a
    file that is damaged, cut short or of another version.
    """
    lines = _lines(file)
    _check_header(file, next(lines, None))
    _same_version(database)
    try:
        with database.writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            _make_room(connection, database.name, force=force)
            return _fill(connection, file, lines)
    except SQLAlchemyError as error:
        raise StoreError(f"{file} cannot be restored: {cause(error)}. Nothing was changed.") from error


def _same_version(database: Database) -> None:
    """Raise StoreError for tables that are not those of tables.py."""
    try:
        version = stamp(database.writer)
    except SQLAlchemyError as error:
        raise StoreError(f"The database {database.name} cannot be opened: {cause(error)}.") from error
    if version != HEAD:
        raise StoreError(f"The database {database.name} is not of this version. Run digestbot db upgrade first.")


def _dump(connection: Connection, table: Table, write: Callable[[object], None]) -> int:
    count = 0
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(select(table).order_by(*table.primary_key))
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last one is how many there were
        values = (value.isoformat() if isinstance(value, datetime) else value for value in row)
        write([table.name, dict(zip(table.columns.keys(), values, strict=True))])
    return count


@contextmanager
def _new(file: Path) -> Iterator[Callable[[object], None]]:
    """What writes a line to a file that appears, whole and flushed to the disk, at the end of the block."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with gzip.GzipFile("", "wb", fileobj=raw, compresslevel=6) as out:
                yield lambda line: _write(out, line)
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.rename(file)
    except OSError as error:
        raise StoreError(f"{file} cannot be written ({error.strerror}). Name another place.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _write(out: gzip.GzipFile, line: object) -> None:
    out.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


def _lines(file: Path) -> Iterator[Any]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        raise _damaged(file) from error
    except OSError as error:
        raise StoreError(f"{file} cannot be read ({error.strerror}). Name a file of digestbot db backup.") from error


def _damaged(file: Path) -> StoreError:
    return StoreError(f"{file} is no backup of digestbot, or damaged or cut short. Nothing was changed.")


def _check_header(file: Path, header: object) -> None:
    if not isinstance(header, dict) or header.get("digestbot") != "backup":
        raise _damaged(file)
    if (header.get("format"), header.get("version")) != (FORMAT, HEAD):
        raise StoreError(
            f"{file} holds tables of version {header.get('version')}, this digestbot's are {HEAD}. Restore it with the"
            " digestbot that made it, then start this one on that database."
        )


def _make_room(connection: Connection, name: str, *, force: bool) -> None:
    for table in reversed(metadata.sorted_tables):
        if force:
            connection.execute(delete(table))
        elif connection.scalar(select(func.count()).select_from(table)):
            raise StoreError(f"The database {name} is not empty. --force deletes what it holds.")


def _fill(connection: Connection, file: Path, lines: Iterator[Any]) -> dict[str, int]:
    """Insert the rows up to the last line, which must tell how many there were."""
    counts, ended = dict.fromkeys((table.name for table in metadata.sorted_tables), 0), False
    for kind, group in groupby(lines, key=_kind):
        ended = kind is None and list(group) == [{"rows": counts}]
        if ended:
            continue
        if kind not in counts:
            raise _damaged(file)
        while some := [_row(file, metadata.tables[kind], line) for line in islice(group, _AT_ONCE)]:
            connection.execute(insert(metadata.tables[kind]), some)
            counts[kind] += len(some)
    if not ended:
        raise _damaged(file)
    _number_on(connection)
    return counts


def _kind(line: object) -> str | None:
    """The table of a row's line; None for the last line, and for what is neither."""
    return line[0] if isinstance(line, list) and line and isinstance(line[0], str) else None


def _row(file: Path, table: Table, line: list[Any]) -> dict[str, object]:
    try:
        _, values = line
        if {*values} != {*table.columns.keys()}:
            raise _damaged(file)
        return {name: _value(table.columns[name], value) for name, value in values.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise _damaged(file) from error


def _value(column: Column[Any], value: object) -> object:
    if isinstance(value, str) and isinstance(column.type, DateTime | Instant):
        return datetime.fromisoformat(value)
    return value


def _number_on(connection: Connection) -> None:
    """Let PostgreSQL count on from the highest number; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.identity is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                highest = select(func.setval(sequence, func.coalesce(func.max(column), 0) + 1, False))  # noqa: FBT003
                connection.execute(highest)
