"""The store's tables. Whatever belongs to a workspace carries its name; instants are kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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
    text,
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


_Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the key is called INTEGER."""

metadata = MetaData()


def _partial(name: str, *columns: str, filled: str) -> Index:
    """An index of the rows in which a column is filled: few of many."""
    where = text(f"{filled} IS NOT NULL")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", _Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("name", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("ordered", JSON, nullable=False, comment="the model's Subscription"),
    Column("state", String, nullable=False, comment="active, paused or removed"),
    Column("declared", Boolean, nullable=False),
    Column("ordered_by", String, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("next_occurrence", DateTime, comment="naive wall time in the subscription's zone"),
    Column("next_at", Instant),
    Column("planned_by", Instant, comment="what the clock showed when next_at was worked out"),
    Column("changed_at", Instant),
    Column("version", Integer, nullable=False),
    Column("turn", Integer, nullable=False, comment="its rank in its workspace: workspaces are served in turn"),
    UniqueConstraint("workspace", "name"),
    _partial("subscriptions_due", "next_at", filled="next_at"),
    Index("subscriptions_turn", "workspace", "turn"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("subscription", String, nullable=False),
    Column("occurrence", DateTime, nullable=False, comment="naive wall time in the subscription's zone"),
    Column("platform", String, nullable=False),
    Column("ordered", JSON, nullable=False, comment="the subscription as it was when this was planned"),
    Column("notice", Text, nullable=False, default="", comment="what is said instead of a digest"),
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("theme", Text, nullable=False, default=""),
    Column("planned_at", Instant, nullable=False),
    Column("due_at", Instant, comment="from when on it may be claimed; none where nothing waits"),
    Column("turn", Integer, nullable=False, default=0),
    Column("claimed_at", Instant),
    Column("lease_until", Instant),
    Column("finished_at", Instant),
    UniqueConstraint("workspace", "subscription", "occurrence"),
    _partial("deliveries_due", "platform", "due_at", "turn", "id", filled="due_at"),
    _partial("deliveries_leased", "lease_until", filled="lease_until"),
    Index("deliveries_by_time", "workspace", "planned_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("workspace", String, nullable=False),
    Column("delivery", ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", Text, nullable=False),
)

parts = Table(
    "parts",
    metadata,
    Column("workspace", String, nullable=False),
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
    Column("id", _Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("highlight_id", String, nullable=False),
    Column("theme", Text, nullable=False),
    Column("delivery", ForeignKey("deliveries.id", ondelete="SET NULL"), comment="none for what was shown on request"),
    Column("channel", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False, default="", comment="Source.identity, empty where not known"),
    Column("native", Text, nullable=False, default="", comment="Highlight.native_id, empty where there is none"),
    Index("shown_by_workspace", "workspace", "at"),
    Index("shown_by_highlight", "workspace", "highlight_id"),
    Index("shown_by_delivery", "delivery"),
)

paces = Table(
    "paces",
    metadata,
    Column("name", String, primary_key=True),
    Column("arrival", Instant, comment="the theoretical arrival time of GCRA"),
    Column("held_until", Instant, comment="the platform asked for silence until then"),
)

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("planned_by", Instant, nullable=False, comment="the latest time by which anything was planned"),
)

hidden = Table(
    "hidden",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("kind", String, primary_key=True, comment="highlight or source"),
    Column("key", String, primary_key=True, comment="a hash of `what`, which may be longer than an index takes"),
    Column("what", Text, nullable=False, comment="a highlight's id, or Source.identity"),
    Column("hidden_by", String, nullable=False),
    Column("at", Instant, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("member", String, primary_key=True),
    Column("highlight_id", String, primary_key=True),
    Column("source", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("opinion", String, nullable=False, comment="more, less or report"),
    Column("at", Instant, nullable=False),
)

saves = Table(
    "saves",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("member", String, primary_key=True),
    Column("highlight_id", String, primary_key=True),
    Column("at", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Index("audit_by_workspace", "workspace", "id"),
)
