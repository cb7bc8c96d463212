"""What was planned, sent and shown, for those who ask: deliveries and the history of picks in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from digestbot.model import Channel, Delivery, Message, Part
from digestbot.orders import UNSHOWN, Attempt, Change, Outcome, Picked, Record
from digestbot.ports import Shown
from digestbot.store import rows
from digestbot.store.opinions import note
from digestbot.store.tables import attempts, deliveries, parts, shown

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
    newest = select(deliveries).where(and_(*asked)).order_by(deliveries.c.planned_at.desc(), deliveries.c.id.desc())
    return [one for row in db.execute(newest.limit(limit)) if (one := _record(row))]


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
    if row is None or row.state not in _AGAIN:
        return False
    unsettled = and_(parts.c.workspace == row.workspace, parts.c.delivery == row.id, parts.c.state != "arrived")
    if db.execute(select(parts.c.n).where(unsettled, parts.c.text == "")).first():
        return False  # it was pruned
    db.execute(update(parts).where(unsettled).values(state="waiting", message_ref=None, changed_at=now))
    this = and_(deliveries.c.workspace == row.workspace, deliveries.c.id == row.id)
    anew = {"state": Outcome.RETRY, "reason": "", "due_at": now, "lease_until": None, "planned_at": now}
    db.execute(update(deliveries).where(this).values(anew))
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
    seen = or_(shown.c.delivery.is_(None), deliveries.c.state.not_in(UNSHOWN))
    mine = and_(shown.c.workspace == workspace, seen)
    mine = mine if subscription is None else and_(mine, deliveries.c.subscription == subscription)
    both = shown.outerjoin(deliveries, deliveries.c.id == shown.c.delivery)
    columns = (shown, deliveries.c.subscription, deliveries.c.occurrence)
    found = db.execute(select(*columns).select_from(both).where(mine).order_by(shown.c.at, shown.c.id))
    return [_shown(row) for row in found]


def where_shown(db: Connection, workspace: str, highlight_id: str) -> Sequence[tuple[Shown, Record | None]]:
    """See ports.Ledger.shown."""
    mine = and_(shown.c.workspace == workspace, shown.c.highlight_id == highlight_id)
    both = shown.outerjoin(deliveries, deliveries.c.id == shown.c.delivery)
    columns = (shown, deliveries.c.subscription, deliveries.c.occurrence)
    found = db.execute(select(*columns).select_from(both).where(mine).order_by(shown.c.at.desc(), shown.c.id.desc()))
    return [(_shown(row), _by_number(db, workspace, row.delivery)) for row in found.all()]


def tally(db: Connection) -> Sequence[tuple[str, Outcome, int]]:
    """See ports.Outbox."""
    by = (deliveries.c.platform, deliveries.c.state)
    return [
        (platform, Outcome(state), count)
        for platform, state, count in db.execute(select(*by, func.count()).group_by(*by).order_by(*by))
    ]


def prune(db: Connection, before: datetime) -> int:
    """See ports.Outbox."""
    old = select(deliveries.c.id).where(deliveries.c.finished_at < before, deliveries.c.due_at.is_(None))
    full = and_(parts.c.delivery.in_(old), parts.c.text != "")
    return db.execute(update(parts).where(full).values(payload={}, text="")).rowcount


def _row(db: Connection, workspace: str, subscription: str, occurrence: datetime | None) -> Row[Any] | None:
    mine = and_(deliveries.c.workspace == workspace, deliveries.c.subscription == subscription)
    mine = mine if occurrence is None else and_(mine, deliveries.c.occurrence == occurrence)
    return db.execute(select(deliveries).where(mine).order_by(deliveries.c.occurrence.desc()).limit(1)).first()


def _by_number(db: Connection, workspace: str, number: int | None) -> Record | None:
    this = and_(deliveries.c.workspace == workspace, deliveries.c.id == number)
    row = db.execute(select(deliveries).where(this)).first()
    return _record(row) if row else None


def _record(row: Row[Any]) -> Record | None:
    try:
        return rows.record(row)
    except rows.UnreadableError:
        return None


def _shown(row: Row[Any]) -> Shown:
    when = row.occurrence.isoformat(timespec="minutes") if row.occurrence else ""
    of = f"{row.workspace}/{row.subscription}/{when}" if when else ""
    return Shown(row.highlight_id, row.theme, row.at, row.source, row.native, of)
