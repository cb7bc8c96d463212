"""Where SQLite and PostgreSQL spell the same thing in two ways."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(db: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what happens to rows that are there; both spell it alike, in classes of their own."""
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
