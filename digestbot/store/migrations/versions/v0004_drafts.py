"""Drafts that curators decide about, who paused an order, interactions that came twice, workspaces that left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add to the orders, and make the new tables."""
    _widen_orders()
    op.create_table(
        "drafts",
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("delivery", _ID, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("state", sa.String, nullable=False, comment="wanted, shown or approved"),
        sa.Column("send_at", _INSTANT, nullable=False, comment="the hour of the digest"),
        sa.Column("left_out", sa.JSON, nullable=False, comment="ids of highlights that were swapped for others"),
    )
    op.create_table(
        "interactions",
        sa.Column("workspace", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True, comment="the platform's"),
        sa.Column("at", _INSTANT, nullable=False),
    )
    op.create_table(
        "leaving",
        sa.Column("workspace", sa.String, primary_key=True),
        sa.Column("at", _INSTANT, nullable=False, comment="from when on it is to be erased"),
    )


def _widen_orders() -> None:
    paused = sa.Column("paused_by", sa.String, nullable=False, server_default="", comment="person, platform, schedule")
    op.add_column("subscriptions", paused)
    op.add_column("subscriptions", sa.Column("check_at", _INSTANT, comment="when its channel is looked at again"))
    op.add_column("subscriptions", sa.Column("checks", sa.Integer, nullable=False, server_default="0"))
    where = sa.text("check_at IS NOT NULL")
    op.create_index("subscriptions_suspect", "subscriptions", ["check_at"], sqlite_where=where, postgresql_where=where)
