"""Exports: what a workspace ordered, was sent, said and kept, as one JSON document that either database takes in.

A backup is a database as it is; an export is made of names instead of row numbers, and is merged into what is there.
What is there stays as it is. Nothing of the paces is exported: they are the matter of seconds.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Table, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from digestbot.errors import StoreError
from digestbot.store import rows
from digestbot.store.engine import Database, cause
from digestbot.store.tables import (
    Instant,
    attempts,
    audit,
    captures,
    deliveries,
    drafts,
    hidden,
    parts,
    saves,
    shown,
    subscriptions,
    votes,
)

SCHEMA = 1
"""How the document is made; it says so itself."""

_AT_ONCE = 1000
_KEYED = {
    subscriptions: ("name",),
    hidden: ("kind", "key"),
    votes: ("member", "highlight_id"),
    saves: ("member", "highlight_id"),
}
"""What there is one of in a workspace."""

_LISTED = (audit, shown, captures)
"""What is a list, and has no name."""

_OF_DELIVERIES = (attempts, parts, drafts)
_LOCAL = {"id", "workspace", "delivery"}
"""Columns that mean something in their own database only, or stand outside the row."""

_WHOLE = (*_KEYED, deliveries, *_LISTED)

Row = dict[str, Any]


def export(database: Database, write: Callable[[str], object], workspace: str | None = None) -> dict[str, int]:
    """Write the document in pieces, of one workspace or all; how many rows of each table are in it.

    It is of one moment, also while digestbot runs. Raises StoreError.
    """
    options = {"isolation_level": "REPEATABLE READ"} if database.path is None else {}
    counts: Counter[str] = Counter()
    try:
        with database.reader.connect().execution_options(**options) as db, db.begin():
            write(f'{{"digestbot": "export", "schema": {SCHEMA}, "workspaces": {{')
            for n, name in enumerate(_workspaces(db) if workspace is None else [workspace]):
                tables = {table.name: list(_rows(db, table, name)) for table in _WHOLE}
                counts.update({table: len(rows) for table, rows in tables.items()})
                write(("," if n else "") + "\n" + json.dumps(name) + ": {")
                write(",".join(f"\n{json.dumps(table)}: [{_lines(rows)}]" for table, rows in tables.items()) + "}")
            write("}}\n")
    except SQLAlchemyError as error:
        raise StoreError(f"The database {database.name} cannot be read: {cause(error)}.") from error
    return dict(counts)


def is_export(document: object) -> bool:
    """Whether a JSON document is one of ours, of whatever version."""
    return isinstance(document, dict) and document.get("digestbot") == "export"


def load(database: Database, document: object, name: str, workspace: str | None = None) -> dict[str, int]:
    """Merge a document into a database, all or nothing; how many rows of each table were not there yet.

    name: what the document is called in a sentence. workspace: the only one to take. Raises StoreError for what is no
    export, or one of a newer digestbot.
    """
    spaces = _checked(document, name)
    if workspace is not None and workspace not in spaces:
        raise StoreError(f"{name} has nothing of the workspace {workspace}, but of {', '.join(spaces) or 'none'}.")
    counts = Counter({table.name: 0 for table in _WHOLE})
    try:
        with database.writer.begin() as db:
            if db.dialect.name == "postgresql":
                db.execute(text("SET LOCAL statement_timeout = 0"))
            for space in spaces if workspace is None else [workspace]:
                counts.update(_merge(db, space, spaces[space]))
    except SQLAlchemyError as error:
        raise StoreError(f"{name} cannot be taken in: {cause(error)}. Nothing was changed.") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"{name} is damaged, or was written by hand. Nothing was changed.") from error
    return dict(counts)


def _workspaces(db: Connection) -> list[str]:
    found = {name for table in _WHOLE for name in db.scalars(select(table.c.workspace).distinct())}
    return sorted(found)


def _lines(rows: Iterable[Row]) -> str:
    return ",".join("\n" + json.dumps(row) for row in rows)


def _columns(table: Table) -> list[Column[Any]]:
    local = _LOCAL | ({"turn"} if table is subscriptions else set())
    return [column for column in table.columns if column.name not in local]


def _rows(db: Connection, table: Table, workspace: str) -> Iterator[Row]:
    """The rows of a workspace; those of a list in their order, and others by their names."""
    order = (
        [table.c.id]
        if table in _LISTED
        else [table.c[name] for name in _KEYED.get(table, ("occurrence", "subscription"))]
    )
    found = db.execute(select(table).where(table.c.workspace == workspace).order_by(*order)).mappings()
    if table is deliveries:
        return _deliveries(db, workspace, found.all())
    if table is shown:
        names = {number: name for name, number in _numbers(db, workspace).items()}
        return ({**_plain(table, row), "delivery": _named(names.get(row["delivery"]))} for row in found.all())
    return (_plain(table, row) for row in found.all())


def _deliveries(db: Connection, workspace: str, found: Sequence[Mapping[Any, Any]]) -> Iterator[Row]:
    children = {table.name: _by_delivery(db, table, workspace) for table in _OF_DELIVERIES}
    for row in found:
        yield {**_plain(deliveries, row), **{name: its.get(row["id"], []) for name, its in children.items()}}


def _by_delivery(db: Connection, table: Table, workspace: str) -> dict[int, list[Row]]:
    ours = select(table).where(table.c.workspace == workspace).order_by(*table.primary_key)
    by_delivery = defaultdict(list)
    for row in db.execute(ours).mappings():
        by_delivery[row["delivery"]].append(_plain(table, row))
    return by_delivery


def _plain(table: Table, row: Mapping[Any, Any]) -> Row:
    values = ((column.name, row[column.name]) for column in _columns(table))
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values}


_Name = tuple[str, datetime]


def _named(name: _Name | None) -> list[str] | None:
    return [name[0], name[1].isoformat()] if name else None


def _numbers(db: Connection, workspace: str) -> dict[_Name, int]:
    """The numbers of a workspace's deliveries, by subscription and occurrence."""
    columns = (deliveries.c.subscription, deliveries.c.occurrence, deliveries.c.id)
    found = db.execute(select(*columns).where(deliveries.c.workspace == workspace))
    return {(row.subscription, row.occurrence): row.id for row in found}


def _checked(document: object, name: str) -> Mapping[str, Mapping[str, list[Row]]]:
    if not isinstance(document, dict) or not is_export(document):
        raise StoreError(f"{name} is no export of digestbot.")
    if document.get("schema") != SCHEMA:
        raise StoreError(
            f"{name} was exported by another digestbot (schema {document.get('schema')}). Import it there."
        )
    spaces = document.get("workspaces")
    if not isinstance(spaces, dict):
        raise StoreError(f"{name} is damaged: it names no workspaces.")
    return spaces


def _merge(db: Connection, workspace: str, tables: Mapping[str, list[Row]]) -> dict[str, int]:
    _belongs(workspace, [*tables["subscriptions"], *tables["deliveries"]])
    added = {table.name: _add_keyed(db, table, workspace, tables[table.name]) for table in _KEYED}
    before = _numbers(db, workspace)
    new = [row for row in tables["deliveries"] if _name_of(row) not in before]
    _insert(db, deliveries, [_row(deliveries, workspace, row, _OF_DELIVERIES) for row in new])
    numbers = _numbers(db, workspace)
    for table in _OF_DELIVERIES:
        ours = [(numbers[_name_of(row)], child) for row in new for child in row[table.name]]
        _insert(db, table, [{**_row(table, workspace, child), "delivery": number} for number, child in ours])
    added["deliveries"] = len(new)
    picks = [
        {**_row(shown, workspace, row, ("delivery",)), "delivery": _number(numbers, row)} for row in tables["shown"]
    ]
    added["shown"] = _add_listed(db, shown, workspace, picks)
    added["audit"] = _add_listed(db, audit, workspace, [_row(audit, workspace, row) for row in tables["audit"]])
    handed_in = [_row(captures, workspace, row) for row in tables["captures"]]
    added["captures"] = _add_listed(db, captures, workspace, handed_in)
    return added


def _belongs(workspace: str, rows: Iterable[Row]) -> None:
    """Raise ValueError for what would be posted in another workspace."""
    if any(row["ordered"]["channel"]["workspace"] != workspace for row in rows):
        raise ValueError(workspace)


def _name_of(row: Row) -> _Name:
    return row["subscription"], datetime.fromisoformat(row["occurrence"])


def _number(numbers: Mapping[_Name, int], row: Row) -> int | None:
    if row["delivery"] is None:
        return None
    subscription, occurrence = row["delivery"]
    return numbers[subscription, datetime.fromisoformat(occurrence)]


def _add_keyed(db: Connection, table: Table, workspace: str, rows: Sequence[Row]) -> int:
    key = _KEYED[table]
    there = {
        tuple(row) for row in db.execute(select(*(table.c[name] for name in key)).where(table.c.workspace == workspace))
    }
    new = [_row(table, workspace, row) for row in rows if tuple(row[name] for name in key) not in there]
    if table is subscriptions:
        last = db.scalar(select(func.max(table.c.turn)).where(table.c.workspace == workspace)) or 0
        new = [{**row, "turn": turn} for turn, row in enumerate(new, last + 1)]
    _insert(db, table, new)
    return len(new)


def _add_listed(db: Connection, table: Table, workspace: str, rows: Sequence[Row]) -> int:
    """Add what is not there as often as it is said: of a list every row is its own name."""
    columns = [column for column in table.columns if column.name != "id"]
    found = db.execute(select(*columns).where(table.c.workspace == workspace))
    there, new = Counter(tuple(row) for row in found), []
    for row in rows:
        whole = tuple(row[column.name] for column in columns)
        if there[whole]:
            there[whole] -= 1
        else:
            new.append(row)
    _insert(db, table, new)
    return len(new)


def _row(table: Table, workspace: str, row: Row, beside: Collection[object] = ()) -> Row:
    """A row as the database takes it; raises ValueError for one with other columns. beside: what else stands in it."""
    columns = {column.name: column for column in _columns(table)}
    if {*row} - {getattr(one, "name", one) for one in beside} != {*columns}:
        raise ValueError(table.name)
    return {"workspace": workspace, **{name: _value(column, row[name]) for name, column in columns.items()}}


def _value(column: Column[Any], value: object) -> object:
    if isinstance(column.type, DateTime | Instant) and value is not None:
        return datetime.fromisoformat(str(value))
    if column is deliveries.c.actions:
        rows.offered(value)  # type: ignore[arg-type]  # raises ValueError for what is none
    return value


def _insert(db: Connection, table: Table, rows: Iterable[Row]) -> None:
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        db.execute(insert(table), some)
