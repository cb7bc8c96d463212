"""The ledger's tables. Whatever belongs to a workspace carries its name; instants are kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime in Python, UTC without an offset in the database (SQLite keeps none)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Take the offset away. Instants are aware: a naive one would be read as the machine's local time."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the offset back."""
        return value.replace(tzinfo=UTC) if value else None


metadata = MetaData()

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("subscription", String, nullable=False),
    Column("occurrence", DateTime, nullable=False, comment="naive wall time in the subscription's zone"),
    Column("ordered", JSON, nullable=False, comment="the subscription as it was when this was planned"),
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("theme", Text, nullable=False, default=""),
    Column("planned_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("retry_at", Instant),
    Column("finished_at", Instant),
    UniqueConstraint("workspace", "subscription", "occurrence"),
    Index("deliveries_waiting", "workspace", "state", "retry_at"),
)

parts = Table(
    "parts",
    metadata,
    Column("delivery", ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String, nullable=False, comment="waiting, begun, arrived or doubtful"),
    Column("message_ref", String),
    Column("changed_at", Instant, nullable=False),
)

shown = Table(
    "shown",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("highlight_id", String, nullable=False),
    Column("theme", Text, nullable=False),
    Column("delivery", ForeignKey("deliveries.id", ondelete="CASCADE"), comment="none for what was shown on request"),
    Column("channel", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False, default="", comment="Source.identity, empty where not known"),
    Index("shown_by_workspace", "workspace", "at"),
)
