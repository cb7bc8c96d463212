"""Standing orders, leases, paces and what people say and did; deliveries learn where they go and when they are due.

What an earlier digestbot left waiting waits on, for the six hours that it then has. What it held when it stopped
waits to be looked for where a part was in flight, and is sent otherwise.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add to the old tables, fill what is new in them, and make the new ones."""
    _widen()
    _fill()
    op.drop_index("deliveries_waiting", "deliveries")
    op.drop_column("deliveries", "retry_at")
    _index_deliveries()
    _keep_what_was_shown()
    _make_orders()
    _make_attempts()
    _make_opinions()


def _widen() -> None:
    op.add_column("deliveries", sa.Column("platform", sa.String, nullable=False, server_default=""))
    said = "what is said instead of a digest"
    op.add_column("deliveries", sa.Column("notice", sa.Text, nullable=False, server_default="", comment=said))
    comments = {
        "due_at": "from when on it may be claimed; none where nothing waits",
        "expires_at": "from when on it is too late to be sent",
        "turn": "its place among what waits: due_at, and seconds, see planning.py",
        "lease_until": None,
    }
    for name, comment in comments.items():
        op.add_column("deliveries", sa.Column(name, _INSTANT, comment=comment))
    op.add_column("parts", sa.Column("workspace", sa.String, nullable=False, server_default=""))


def _fill() -> None:
    on_postgres = op.get_bind().dialect.name == "postgresql"
    platform = "ordered #>> '{channel,platform}'" if on_postgres else "json_extract(ordered, '$.channel.platform')"
    later = "planned_at + interval '6 hours'" if on_postgres else _SQLITE_LATER
    flying = "id IN (SELECT delivery FROM parts WHERE state = 'begun')"
    lost = "SELECT id FROM deliveries WHERE state = 'uncertain'"
    for statement in (
        f"UPDATE deliveries SET platform = coalesce({platform}, '')",
        "UPDATE parts SET workspace = (SELECT workspace FROM deliveries WHERE id = parts.delivery)",
        f"UPDATE parts SET state = 'doubtful' WHERE state = 'begun' AND delivery IN ({lost})",
        "UPDATE deliveries SET due_at = coalesce(retry_at, planned_at) WHERE state IN ('planned', 'retry')",
        f"UPDATE deliveries SET state = 'uncertain', due_at = claimed_at WHERE state = 'claimed' AND {flying}",
        "UPDATE deliveries SET state = 'planned', due_at = claimed_at WHERE state = 'claimed'",
        f"UPDATE deliveries SET turn = due_at, finished_at = NULL, expires_at = {later} WHERE due_at IS NOT NULL",
    ):
        op.execute(statement)


_SQLITE_LATER = "strftime('%Y-%m-%d %H:%M:%f', planned_at, '+6 hours') || '000'"
"""As SQLAlchemy writes an instant: six digits of a second."""


def _index_deliveries() -> None:
    _partial("deliveries_due", "deliveries", ["platform", "due_at"], "due_at")
    _partial("deliveries_turn", "deliveries", ["platform", "turn", "id", "due_at", "workspace"], "due_at")
    _partial("deliveries_leased", "deliveries", ["lease_until"], "lease_until")
    op.create_index("deliveries_by_time", "deliveries", ["workspace", "planned_at"])
    full = sa.text("text <> ''")
    op.create_index("parts_full", "parts", ["delivery"], sqlite_where=full, postgresql_where=full)


def _partial(name: str, table: str, columns: list[str], filled: str) -> None:
    where = sa.text(f"{filled} IS NOT NULL")
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _keep_what_was_shown() -> None:
    """History outlives its delivery. SQLite changes no foreign key: there the table is made anew."""
    op.drop_index("shown_by_workspace", "shown")
    if op.get_bind().dialect.name == "postgresql":
        op.add_column(
            "shown",
            sa.Column(
                "native",
                sa.Text,
                nullable=False,
                server_default="",
                comment="Highlight.native_id, empty where there is none",
            ),
        )
        op.drop_constraint("shown_delivery_fkey", "shown")
        op.create_foreign_key("shown_delivery_fkey", "shown", "deliveries", ["delivery"], ["id"], ondelete="SET NULL")
    else:
        op.rename_table("shown", "shown_before")
        _make_shown()
        op.execute(
            "INSERT INTO shown SELECT id, workspace, highlight_id, theme, delivery, channel, at, source, ''"
            " FROM shown_before ORDER BY id"
        )
        op.drop_table("shown_before")
    op.create_index("shown_by_workspace", "shown", ["workspace", "at"])
    op.create_index("shown_by_highlight", "shown", ["workspace", "highlight_id"])
    op.create_index("shown_by_delivery", "shown", ["delivery"])


def _make_shown() -> None:
    op.create_table(
        "shown",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("highlight_id", sa.String, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column(
            "delivery",
            _ID,
            sa.ForeignKey("deliveries.id", ondelete="SET NULL"),
            comment="none for what was shown on request",
        ),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("source", sa.Text, nullable=False, comment="Source.identity, empty where not known"),
        sa.Column("native", sa.Text, nullable=False, comment="Highlight.native_id, empty where there is none"),
    )


def _make_orders() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("ordered", sa.JSON, nullable=False, comment="the model's Subscription"),
        sa.Column("state", sa.String, nullable=False, comment="active, paused or removed"),
        sa.Column("declared", sa.Boolean, nullable=False),
        sa.Column("ordered_by", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("next_occurrence", sa.DateTime, comment="naive wall time in the subscription's zone"),
        sa.Column("next_at", _INSTANT),
        sa.Column("changed_at", _INSTANT, comment="what the clock showed when next_at was worked out"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column(
            "turn", sa.Integer, nullable=False, comment="its rank in its workspace: workspaces are served in turn"
        ),
        sa.UniqueConstraint("workspace", "name"),
    )
    _partial("subscriptions_due", "subscriptions", ["next_at"], "next_at")
    _partial("subscriptions_ahead", "subscriptions", ["changed_at"], "next_at")
    op.create_index("subscriptions_turn", "subscriptions", ["workspace", "turn"])
    op.create_index("subscriptions_channel", "subscriptions", ["workspace", "channel", "turn"])
    op.create_table(
        "paces",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("arrival", _INSTANT, comment="the theoretical arrival time of GCRA"),
        sa.Column("reserved_at", _INSTANT, comment="what the clock showed when arrival was worked out"),
        sa.Column("held_until", _INSTANT, comment="the platform asked for silence until then"),
    )


def _make_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("delivery", _ID, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _make_opinions() -> None:
    op.create_table(
        "hidden",
        sa.Column("workspace", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True, comment="highlight or source"),
        sa.Column(
            "key", sa.String, primary_key=True, comment="a hash of `what`, which may be longer than an index takes"
        ),
        sa.Column("what", sa.Text, nullable=False, comment="a highlight's id, or Source.identity"),
        sa.Column("hidden_by", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
    )
    op.create_table(
        "votes",
        *_keys("workspace", "member", "highlight_id"),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("opinion", sa.String, nullable=False, comment="more, less or report"),
        sa.Column("at", _INSTANT, nullable=False),
    )
    op.create_table("saves", *_keys("workspace", "member", "highlight_id"), sa.Column("at", _INSTANT, nullable=False))
    op.create_table(
        "audit",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("audit_by_workspace", "audit", ["workspace", "id"])


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, primary_key=True) for name in names]
