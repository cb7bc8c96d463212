"""Statements that are run for many rows, compiled once for each database.

SQLAlchemy prepares each row's parameters anew, which costs more than SQLite takes to write the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Insert, Update

Convert = Callable[[Any], Any] | None


class Prepared:
    """An insert or update with a named parameter for each value; see `run`."""

    def __init__(self, statement: Insert | Update) -> None:
        self._statement: Executable = statement
        self._compiled: dict[str, tuple[str, Sequence[str] | None, Mapping[str, Convert], dict[str, object]]] = {}

    def run(self, db: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run it for each row, which all have the same keys; does nothing without rows."""
        if not rows:
            return
        there = self._compiled.get(db.dialect.name)
        if there is None:
            there = self._compiled[db.dialect.name] = self._compile(db.dialect, [*rows[0]])
        sql, order, convert, constants = there
        named = [
            {key: how(row[key]) if (how := convert.get(key)) else row[key] for key in row} | constants for row in rows
        ]
        # A list of one is as good as many, and the drivers take names or places, not both.
        db.exec_driver_sql(sql, named if order is None else [tuple([one[key] for key in order]) for one in named])

    def _compile(
        self, dialect: Dialect, keys: list[str]
    ) -> tuple[str, Sequence[str] | None, Mapping[str, Convert], dict[str, object]]:
        made: Any = self._statement.compile(dialect=dialect, column_keys=keys)  # type: ignore[attr-defined]
        convert = {key: bind.type.dialect_impl(dialect).bind_processor(dialect) for key, bind in made.binds.items()}
        constants = {key: value for key, value in made.params.items() if key not in keys}
        done = {key: how(value) if (how := convert.get(key)) else value for key, value in constants.items()}
        return str(made), made.positiontup, convert, done
