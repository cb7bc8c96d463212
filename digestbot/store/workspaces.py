"""What belongs to a workspace as a whole: interactions that count once, leaving, and being erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select

from digestbot.store.dialect import upsert
from digestbot.store.tables import interactions, leaving, metadata, paces


def seen(db: Connection, workspace: str, interaction: str, now: datetime) -> datetime | None:
    """See ports.Ledger."""
    row = upsert(db, interactions).values(workspace=workspace, id=interaction, at=now)
    if db.execute(row.on_conflict_do_nothing().returning(interactions.c.id)).first():
        return None
    mine = (interactions.c.workspace == workspace, interactions.c.id == interaction)
    return db.scalar(select(interactions.c.at).where(*mine))


def leave(db: Connection, workspace: str, at: datetime) -> None:
    """See ports.Ledger."""
    db.execute(upsert(db, leaving).values(workspace=workspace, at=at).on_conflict_do_nothing())


def stay(db: Connection, workspace: str) -> bool:
    """See ports.Ledger."""
    return db.execute(delete(leaving).where(leaving.c.workspace == workspace)).rowcount == 1


def over(db: Connection, now: datetime) -> Sequence[str]:
    """See ports.Outbox."""
    return list(db.scalars(select(leaving.c.workspace).where(leaving.c.at <= now).order_by(leaving.c.workspace)))


def erase(db: Connection, workspace: str) -> int:
    """See ports.Ledger. Every table with a workspace is its own here; paces bear the workspace in their names."""
    whole, channel = f":{workspace}", f":{workspace}/"
    named = or_(paces.c.name.endswith(whole, autoescape=True), paces.c.name.contains(channel, autoescape=True))
    count = db.execute(delete(paces).where(named)).rowcount
    for table in reversed(metadata.sorted_tables):  # what refers to a row goes before it
        if "workspace" in table.columns:
            count += db.execute(delete(table).where(table.c.workspace == workspace)).rowcount
    return count
