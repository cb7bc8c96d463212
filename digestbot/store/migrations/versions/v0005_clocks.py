"""When a post was given up, and by what clock a platform's wish to wait was written down.

A wish of before is forgotten: nobody can tell by what clock it was written, and the platform says it again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add a column to each of two tables."""
    given_up = "when a post of it was last given up without an answer"
    op.add_column("parts", sa.Column("doubted_at", _INSTANT, comment=given_up))
    op.add_column("paces", sa.Column("held_at", _INSTANT, comment="what the clock showed when it asked"))
    op.execute("UPDATE paces SET held_until = NULL")
