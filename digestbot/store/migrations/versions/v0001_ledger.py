"""The ledger as it was before versions were kept: deliveries, their parts, and what was shown.

Migrations know no table of tables.py: they are what those tables were at the time.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deliveries",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("subscription", sa.String, nullable=False),
        sa.Column("occurrence", sa.DateTime, nullable=False, comment="naive wall time in the subscription's zone"),
        sa.Column("ordered", sa.JSON, nullable=False, comment="the subscription as it was when this was planned"),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("planned_at", _INSTANT, nullable=False),
        sa.Column("claimed_at", _INSTANT),
        sa.Column("retry_at", _INSTANT),
        sa.Column("finished_at", _INSTANT),
        sa.UniqueConstraint("workspace", "subscription", "occurrence"),
    )
    op.create_index("deliveries_waiting", "deliveries", ["workspace", "state", "retry_at"])
    op.create_table(
        "parts",
        sa.Column("delivery", _ID, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False, comment="waiting, begun, arrived or doubtful"),
        sa.Column("message_ref", sa.String),
        sa.Column("changed_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "shown",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("highlight_id", sa.String, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column(
            "delivery",
            _ID,
            sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
            comment="none for what was shown on request",
        ),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("source", sa.Text, nullable=False, comment="Source.identity, empty where not known"),
    )
    op.create_index("shown_by_workspace", "shown", ["workspace", "at"])
