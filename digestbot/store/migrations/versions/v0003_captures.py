"""What members hand in to become highlights, and notices that offer something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add a table, and a column that old rows leave empty."""
    op.add_column("deliveries", sa.Column("actions", sa.JSON, comment="what a notice offers below it"))
    op.create_table(
        "captures",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False, comment="where the words were said"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column(
            "author", sa.String, nullable=False, comment="whose words they are, empty where only the name is known"
        ),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False, comment="who handed them in"),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("permalink", sa.Text, nullable=False),
        sa.Column("said_at", _INSTANT),
        sa.Column("state", sa.String, nullable=False, comment="pending, accepted, refused or removed"),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False, comment="where their note lies"),
    )
    op.create_index("captures_by_state", "captures", ["workspace", "state", "id"])
