"""The ledger's tables. Whatever belongs to a workspace carries its name; instants are kept in UTC.

A change here is a file in migrations/versions/ and a new HEAD; a test holds one against the other.
JSON is not JSONB on PostgreSQL, which sorts the keys of a payload: a message is sent as it was kept.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

HEAD = "0001"
"""The version of these tables: the last migration's."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime in Python; UTC without an offset on SQLite, which keeps none, and timestamptz on PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """The type of each database."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take the offset away. Instants are aware: a naive one would be read as the machine's local time."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the offset back."""
        if value is None or dialect.name == "postgresql":
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class Words(TypeDecorator[str]):
    """A text of notes, people or platforms; what no database keeps in one (NUL, half a character) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Replace what cannot be kept: PostgreSQL takes no NUL, and neither takes a surrogate."""
        return value and value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


Id = BigInteger().with_variant(Integer(), "sqlite")
"""A row's number; on SQLite INTEGER PRIMARY KEY is the row's own."""

metadata = MetaData()

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("subscription", String, nullable=False),
    Column("occurrence", DateTime, nullable=False, comment="naive wall time in the subscription's zone"),
    Column("ordered", JSON, nullable=False, comment="the subscription as it was when this was planned"),
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("reason", Words, nullable=False, default=""),
    Column("theme", Words, nullable=False, default=""),
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
    Column("text", Words, nullable=False),
    Column("state", String, nullable=False, comment="waiting, begun, arrived or doubtful"),
    Column("message_ref", String),
    Column("changed_at", Instant, nullable=False),
)

shown = Table(
    "shown",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("highlight_id", String, nullable=False),
    Column("theme", Words, nullable=False),
    Column("delivery", ForeignKey("deliveries.id", ondelete="CASCADE"), comment="none for what was shown on request"),
    Column("channel", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", Words, nullable=False, default="", comment="Source.identity, empty where not known"),
    Index("shown_by_workspace", "workspace", "at"),
)
