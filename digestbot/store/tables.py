"""The store's tables. Whatever belongs to a workspace carries its name; instants are kept in UTC.

A change here is a file in migrations/versions/ and a new HEAD; a test holds one against the other.
JSON is not JSONB on PostgreSQL, which sorts the keys of a payload: a message is sent as it was kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

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
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

HEAD = "0005"
"""The version of these tables: the last migration's."""


class _Text(sqlite.DATETIME):
    """An instant as a text of UTC without an offset, with six digits of a second.

    It is what SQLAlchemy's own type writes for a naive datetime, at a third of its cost.
    """

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:  # noqa: ARG002 - SQLAlchemy's signature
        """Instants are aware: a naive one would be read as the machine's local time."""
        return lambda value: _written(value.astimezone(UTC)) if value else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the offset back."""
        return lambda value: datetime.fromisoformat(f"{value}+00:00") if value else None


@lru_cache(maxsize=4096)
def _written(value: datetime) -> str:
    """An instant in UTC as a text; one transaction writes the same for many rows."""
    return value.isoformat(" ", "microseconds")[:26]


class Instant(TypeDecorator[datetime]):
    """An aware datetime in Python; UTC without an offset on SQLite, which keeps none, and timestamptz on PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """The type of each database."""
        timestamptz = DateTime(timezone=True)
        return dialect.type_descriptor(timestamptz if dialect.name == "postgresql" else _Text())  # type: ignore[no-untyped-call]

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC, whatever the server's zone."""
        return value.astimezone(UTC) if value and dialect.name == "postgresql" else value


class Words(TypeDecorator[str]):
    """A text of notes, people or platforms; what no database keeps in one (NUL, half a character) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Replace what cannot be kept: PostgreSQL takes no NUL, and neither takes a surrogate."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


Id = BigInteger().with_variant(Integer(), "sqlite")
"""A row's number; on SQLite INTEGER PRIMARY KEY is the row's own."""

metadata = MetaData()


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of some rows: few of many."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("name", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("ordered", JSON, nullable=False, comment="the model's Subscription"),
    Column("state", String, nullable=False, comment="active, paused or removed"),
    Column("declared", Boolean, nullable=False),
    Column("ordered_by", String, nullable=False, default=""),
    Column("reason", Words, nullable=False, default=""),
    Column("next_occurrence", DateTime, comment="naive wall time in the subscription's zone"),
    Column("next_at", Instant),  # when that is planned: at its instant, or earlier by the lead of its draft
    Column("changed_at", Instant, comment="what the clock showed when next_at was worked out"),
    Column("version", Integer, nullable=False),
    Column("turn", Integer, nullable=False, comment="its rank in its workspace: workspaces are served in turn"),
    Column("paused_by", String, nullable=False, default="", comment="person, platform, schedule"),
    Column("check_at", Instant, comment="when its channel is looked at again"),
    Column("checks", Integer, nullable=False, default=0),
    UniqueConstraint("workspace", "name"),
    _partial("subscriptions_suspect", "check_at", where="check_at IS NOT NULL"),
    _partial("subscriptions_due", "next_at", where="next_at IS NOT NULL"),
    _partial("subscriptions_ahead", "changed_at", where="next_at IS NOT NULL"),
    Index("subscriptions_turn", "workspace", "turn"),
    Index("subscriptions_channel", "workspace", "channel", "turn"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("subscription", String, nullable=False),
    Column("occurrence", DateTime, nullable=False, comment="naive wall time in the subscription's zone"),
    Column("platform", String, nullable=False),
    Column("ordered", JSON, nullable=False, comment="the subscription as it was when this was planned"),
    Column("notice", Words, nullable=False, default="", comment="what is said instead of a digest"),
    Column("actions", JSON(none_as_null=True), comment="what a notice offers below it"),
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("reason", Words, nullable=False, default=""),
    Column("theme", Words, nullable=False, default=""),
    Column("planned_at", Instant, nullable=False),
    Column("due_at", Instant, comment="from when on it may be claimed; none where nothing waits"),
    Column("expires_at", Instant, comment="from when on it is too late to be sent"),
    Column("turn", Instant, comment="its place among what waits: due_at, and seconds, see planning.py"),
    Column("claimed_at", Instant),
    Column("lease_until", Instant),
    Column("finished_at", Instant),
    UniqueConstraint("workspace", "subscription", "occurrence"),
    _partial("deliveries_due", "platform", "due_at", where="due_at IS NOT NULL"),
    _partial("deliveries_turn", "platform", "turn", "id", "due_at", "workspace", where="due_at IS NOT NULL"),
    _partial("deliveries_leased", "lease_until", where="lease_until IS NOT NULL"),
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
    Column("reason", Words, nullable=False),
)

parts = Table(
    "parts",
    metadata,
    Column("workspace", String, nullable=False),
    Column("delivery", ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("text", Words, nullable=False),
    Column("state", String, nullable=False, comment="waiting, begun, arrived or doubtful"),
    Column("message_ref", String),
    Column("changed_at", Instant, nullable=False),
    Column("doubted_at", Instant, comment="when a post of it was last given up without an answer"),
    _partial("parts_full", "delivery", where="text <> ''"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("workspace", String, nullable=False),
    Column("delivery", ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String, nullable=False, comment="wanted, shown or approved"),
    Column("send_at", Instant, nullable=False, comment="the hour of the digest"),
    Column("left_out", JSON, nullable=False, comment="ids of highlights that were swapped for others"),
)

shown = Table(
    "shown",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("highlight_id", String, nullable=False),
    Column("theme", Words, nullable=False),
    Column("delivery", ForeignKey("deliveries.id", ondelete="SET NULL"), comment="none for what was shown on request"),
    Column("channel", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", Words, nullable=False, default="", comment="Source.identity, empty where not known"),
    Column("native", Words, nullable=False, default="", comment="Highlight.native_id, empty where there is none"),
    Index("shown_by_workspace", "workspace", "at"),
    Index("shown_by_highlight", "workspace", "highlight_id"),
    Index("shown_by_delivery", "delivery"),
)

paces = Table(
    "paces",
    metadata,
    Column("name", String, primary_key=True),
    Column("arrival", Instant, comment="the theoretical arrival time of GCRA"),
    Column("reserved_at", Instant, comment="what the clock showed when arrival was worked out"),
    Column("held_until", Instant, comment="the platform asked for silence until then"),
    Column("held_at", Instant, comment="what the clock showed when it asked"),
)

hidden = Table(
    "hidden",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("kind", String, primary_key=True, comment="highlight or source"),
    Column("key", String, primary_key=True, comment="a hash of `what`, which may be longer than an index takes"),
    Column("what", Words, nullable=False, comment="a highlight's id, or Source.identity"),
    Column("hidden_by", String, nullable=False),
    Column("at", Instant, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("member", String, primary_key=True),
    Column("highlight_id", String, primary_key=True),
    Column("source", Words, nullable=False),
    Column("theme", Words, nullable=False),
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

interactions = Table(
    "interactions",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("id", String, primary_key=True, comment="the platform's"),
    Column("at", Instant, nullable=False),
)

leaving = Table(
    "leaving",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("at", Instant, nullable=False, comment="from when on it is to be erased"),
)

captures = Table(
    "captures",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("channel", String, nullable=False, comment="where the words were said"),
    Column("text", Words, nullable=False),
    Column("author", String, nullable=False, comment="whose words they are, empty where only the name is known"),
    Column("author_name", Words, nullable=False),
    Column("by", String, nullable=False, comment="who handed them in"),
    Column("by_name", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("permalink", Words, nullable=False),
    Column("said_at", Instant),
    Column("state", String, nullable=False, comment="pending, accepted, refused or removed"),
    Column("decided_by", String, nullable=False),
    Column("note", Words, nullable=False, comment="where their note lies"),
    Index("captures_by_state", "workspace", "state", "id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", Words, nullable=False, default=""),
    Index("audit_by_workspace", "workspace", "id"),
)
