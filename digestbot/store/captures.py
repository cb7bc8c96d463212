"""What members handed in to become highlights, and what curators made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from digestbot.model import Channel
from digestbot.orders import Capture, CaptureState, Change
from digestbot.store import opinions
from digestbot.store.tables import captures

_PLAIN = [one.name for one in fields(Capture) if one.name not in {"channel", "number"}]
_OPEN = ("pending", "accepted")
_DECIDED = ("text", "author_name", "state", "decided_by", "note")


def add(db: Connection, capture: Capture) -> Capture:
    """See ports.Ledger."""
    where = capture.channel
    same = and_(captures.c.workspace == where.workspace, captures.c.permalink == capture.permalink)
    there = select(captures).where(same, captures.c.state.in_(_OPEN)).order_by(captures.c.id).limit(1)
    if capture.permalink and (row := db.execute(there).first()):
        return _read(row)
    values = {"workspace": where.workspace, "platform": where.platform, "channel": where.id}
    values |= {name: getattr(capture, name) for name in _PLAIN}
    number = db.execute(insert(captures).values(values).returning(captures.c.id)).scalar_one()
    return replace(capture, number=number)


def one(db: Connection, workspace: str, number: int) -> Capture | None:
    """See ports.Ledger."""
    mine = and_(captures.c.workspace == workspace, captures.c.id == number)
    row = db.execute(select(captures).where(mine)).first()
    return _read(row) if row else None


def some(db: Connection, workspace: str, state: CaptureState, limit: int) -> Sequence[Capture]:
    """See ports.Ledger."""
    mine = and_(captures.c.workspace == workspace, captures.c.state == state)
    return [_read(row) for row in db.execute(select(captures).where(mine).order_by(captures.c.id).limit(limit))]


def settle(db: Connection, capture: Capture, was: CaptureState, change: Change) -> bool:
    """See ports.Ledger."""
    mine = and_(captures.c.workspace == capture.channel.workspace, captures.c.id == capture.number)
    values = {name: getattr(capture, name) for name in _DECIDED}
    if not db.execute(update(captures).where(mine, captures.c.state == was).values(values)).rowcount:
        return False
    opinions.note(db, change)
    return True


def _read(row: Row[Any]) -> Capture:
    channel = Channel(row.platform, row.workspace, row.channel)
    return Capture(channel=channel, number=row.id, **{name: getattr(row, name) for name in _PLAIN})
