"""What was planned, sent and shown, for those who ask: deliveries and the history of picks in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from digestbot.model import Channel, Delivery, Message, Part
from digestbot.orders import UNSHOWN, Attempt, Change, Outcome, Picked, Record
from digestbot.ports import Shown
from digestbot.store import drafting, rows
from digestbot.store.opinions import note
from digestbot.store.tables import attempts, deliveries, interactions, parts, shown

_AGAIN = (Outcome.REFUSED, Outcome.EXPIRED, Outcome.UNCERTAIN)


def latest(
    db: Connection,
    workspace: str,
    subscription: str | None,
    states: Sequence[Outcome],
    since: datetime | None,
    limit: int,
) -> Sequence[Record]:
    """See ports.Ledger.deliveries."""
    asked = [deliveries.c.workspace == workspace]
    asked += [deliveries.c.subscription == subscription] if subscription is not None else []
    asked += [deliveries.c.state.in_(states)] if states else []
    asked += [deliveries.c.planned_at >= since] if since else []
    found = db.execute(select(deliveries).where(and_(*asked)).order_by(*_NEWEST).limit(limit))
    return [one for row in found if (one := _record(row))]


_NEWEST = (deliveries.c.planned_at.desc(), deliveries.c.occurrence.desc(), deliveries.c.id.desc())


def one(db: Connection, workspace: str, subscription: str, occurrence: datetime | None) -> Record | None:
    """See ports.Ledger.delivery."""
    row = _row(db, workspace, subscription, occurrence)
    found = _record(row) if row else None
    if not row or not found:
        return None
    mine = and_(attempts.c.workspace == workspace, attempts.c.delivery == row.id)
    tried = db.execute(select(attempts).where(mine).order_by(attempts.c.number))
    of_parts = and_(parts.c.workspace == workspace, parts.c.delivery == row.id)
    picked = and_(shown.c.workspace == workspace, shown.c.delivery == row.id)
    return replace(
        found,
        attempts=tuple(Attempt(a.number, a.begun_at, a.ended_at, Outcome(a.outcome), a.reason) for a in tried),
        parts=tuple(rows.part(part) for part in db.execute(select(parts).where(of_parts).order_by(parts.c.n))),
        picks=tuple(
            Picked(pick.highlight_id, pick.source, pick.native)
            for pick in db.execute(select(shown).where(picked).order_by(shown.c.id))
        ),
        draft=drafting.one(db, workspace, row.id),
    )


def kept(db: Connection, workspace: str, subscription: str, occurrence: datetime) -> Message | None:
    """See ports.Ledger."""
    row = _row(db, workspace, subscription, occurrence)
    if not row:
        return None
    mine = and_(parts.c.workspace == workspace, parts.c.delivery == row.id)
    found = [part for part in db.execute(select(parts).where(mine).order_by(parts.c.n)) if part.text]
    return Message(tuple(Part(part.payload, part.text) for part in found)) if found else None


def again(db: Connection, delivery: Delivery, now: datetime, change: Change) -> bool:
    """See ports.Ledger."""
    row = _row(db, delivery.subscription.channel.workspace, delivery.subscription.id, delivery.occurrence)
    if row is None or row.state not in _AGAIN or row.due_at is not None:
        return False
    unsettled = and_(parts.c.workspace == row.workspace, parts.c.delivery == row.id, parts.c.state != "arrived")
    if db.execute(select(parts.c.n).where(unsettled, parts.c.text == "")).first():
        return False  # it was pruned
    this = and_(deliveries.c.workspace == row.workspace, deliveries.c.id == row.id, deliveries.c.state == row.state)
    anew = {"state": Outcome.RETRY, "reason": "", "due_at": now, "turn": now, "expires_at": None, "finished_at": None}
    if not db.execute(update(deliveries).where(this).values(anew)).rowcount:
        return False
    db.execute(update(parts).where(unsettled).values(state="waiting", message_ref=None, changed_at=now))
    drafting.settle(db, row.workspace, row.id)
    note(db, change)
    return True


def show(db: Connection, channel: Channel, theme: str, picks: Sequence[Picked], now: datetime) -> None:
    """See ports.Ledger."""
    common = {"workspace": channel.workspace, "theme": theme, "delivery": None, "channel": str(channel), "at": now}
    if picks:
        found = [{**common, "highlight_id": pick.id, "source": pick.source, "native": pick.native} for pick in picks]
        db.execute(insert(shown), found)


def history(db: Connection, workspace: str, subscription: str | None) -> Sequence[Shown]:
    """See ports.Ledger."""
    mine = [shown.c.workspace == workspace]
    if subscription is None:
        both = shown.outerjoin(deliveries, _BOTH)
        mine.append(or_(shown.c.delivery.is_(None), deliveries.c.state.not_in(UNSHOWN)))
    else:
        both = shown.join(deliveries, _BOTH)
        mine += [deliveries.c.workspace == workspace, deliveries.c.subscription == subscription]
        mine.append(deliveries.c.state.not_in(UNSHOWN))
    found = db.execute(select(*_SHOWN).select_from(both).where(*mine).order_by(shown.c.at, shown.c.id))
    return [_shown(row) for row in found]


def where_shown(db: Connection, workspace: str, highlight_id: str) -> Sequence[tuple[Shown, Record | None]]:
    """See ports.Ledger.shown."""
    mine = and_(shown.c.workspace == workspace, shown.c.highlight_id == highlight_id)
    seen = or_(shown.c.delivery.is_(None), deliveries.c.state.not_in(UNSHOWN))
    both = select(*_SHOWN).select_from(shown.outerjoin(deliveries, _BOTH)).where(mine, seen)
    found = db.execute(both.order_by(shown.c.at.desc(), shown.c.id.desc())).all()
    records = _by_number(db, workspace, {row.delivery for row in found if row.delivery is not None})
    return [(_shown(row), records.get(row.delivery)) for row in found]


_BOTH = and_(deliveries.c.id == shown.c.delivery, deliveries.c.workspace == shown.c.workspace)
_SHOWN: tuple[ColumnElement[Any], ...] = (
    shown.c.workspace,
    shown.c.highlight_id,
    shown.c.theme,
    shown.c.at,
    shown.c.source,
    shown.c.native,
    shown.c.delivery,
    deliveries.c.subscription,
    deliveries.c.occurrence,
)


def tally(db: Connection) -> Sequence[tuple[str, Outcome, int]]:
    """See ports.Outbox."""
    by = (deliveries.c.platform, deliveries.c.state)
    return [
        (platform, Outcome(state), count)
        for platform, state, count in db.execute(select(*by, func.count()).group_by(*by).order_by(*by))
    ]


def prune(db: Connection, before: datetime) -> int:
    """See ports.Outbox."""
    over = exists().where(deliveries.c.id == parts.c.delivery, deliveries.c.finished_at < before)
    old = and_(parts.c.text != _EMPTY, over)
    count = db.scalar(select(func.count(parts.c.delivery.distinct())).where(old)) or 0
    db.execute(update(parts).where(old).values(payload={}, text=""))
    db.execute(delete(interactions).where(interactions.c.at < before))
    return count


_EMPTY: ColumnElement[str] = literal_column("''")  # as the index has it


def _row(db: Connection, workspace: str, subscription: str, occurrence: datetime | None) -> Row[Any] | None:
    mine = and_(deliveries.c.workspace == workspace, deliveries.c.subscription == subscription)
    mine = mine if occurrence is None else and_(mine, deliveries.c.occurrence == occurrence)
    return db.execute(select(deliveries).where(mine).order_by(*_NEWEST).limit(1)).first()


def _by_number(db: Connection, workspace: str, numbers: Iterable[int]) -> dict[int, Record]:
    these = and_(deliveries.c.workspace == workspace, deliveries.c.id.in_(numbers))
    return {row.id: one for row in db.execute(select(deliveries).where(these)) if (one := _record(row))}


def _record(row: Row[Any]) -> Record | None:
    try:
        return rows.record(row)
    except rows.UnreadableError:
        return None


def _shown(row: Row[Any]) -> Shown:
    of = rows.delivery_id(row.workspace, row.subscription, row.occurrence) if row.occurrence else ""
    return Shown(row.highlight_id, row.theme, row.at, row.source, row.native, of)
