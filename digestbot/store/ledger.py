"""The ledger in SQL: every method of ports.Store as one short transaction on a given connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from digestbot.model import Channel, Delivery, Message, MessageRef, Outcome, Part, Subscription
from digestbot.ports import Shown
from digestbot.store.tables import deliveries, parts, shown

_NOT_SHOWN = (Outcome.REFUSED, Outcome.SKIPPED)


def plan(db: Connection, subscription: Subscription, occurrence: datetime, now: datetime, skip: str) -> bool:
    """See ports.Store."""
    row = {
        "workspace": subscription.channel.workspace,
        "subscription": subscription.id,
        "occurrence": occurrence,
        "ordered": asdict(subscription),
        "state": Outcome.SKIPPED if skip else Outcome.PLANNED,
        "reason": skip,
        "planned_at": now,
        "finished_at": now if skip else None,
    }
    ahead = and_(_this(Delivery(subscription, occurrence)), deliveries.c.state == Outcome.SKIPPED)
    db.execute(delete(deliveries).where(ahead, deliveries.c.planned_at > now))
    try:
        with db.begin_nested():
            db.execute(insert(deliveries).values(row))
    except IntegrityError:
        return False
    return True


def claim(db: Connection, workspace: str, now: datetime, most: int) -> Sequence[Delivery]:
    """See ports.Store; the oldest first."""
    due = or_(deliveries.c.retry_at.is_(None), deliveries.c.retry_at <= now)
    waits = and_(deliveries.c.workspace == workspace, _waiting(), due)
    oldest = select(deliveries).where(waits).order_by(deliveries.c.planned_at, deliveries.c.id).limit(most)
    rows = db.execute(oldest).all()
    taken = {"state": Outcome.CLAIMED, "attempt": deliveries.c.attempt + 1, "claimed_at": now, "retry_at": None}
    db.execute(update(deliveries).where(deliveries.c.id.in_([row.id for row in rows])).values(taken))
    return [replace(one, attempt=one.attempt + 1) for one in _readable(db, rows, now)]


Picks = Sequence[tuple[str, str]]
"""Ids of highlights, each with the identity of its source or ""."""


def keep(db: Connection, delivery: Delivery, theme: str, picks: Picks, message: Message, now: datetime) -> None:
    """See ports.Store."""
    ledger_id = _id(db, delivery)
    channel = delivery.subscription.channel
    db.execute(update(deliveries).where(deliveries.c.id == ledger_id).values(theme=theme))
    common = {"delivery": ledger_id, "state": "waiting", "message_ref": None, "changed_at": now}
    rows = [
        {**common, "n": n, "key": delivery.key(n), "payload": part.payload, "text": part.text}
        for n, part in enumerate(message.parts)
    ]
    db.execute(insert(parts), rows)
    _show(db, channel, theme, picks, now, ledger_id)


def kept(db: Connection, delivery: Delivery) -> Message | None:
    """See ports.Store."""
    rows = db.execute(select(parts).where(_parts_of(delivery)).order_by(parts.c.n)).all()
    return Message(tuple(Part(row.payload, row.text) for row in rows)) if rows else None


def begin_part(db: Connection, delivery: Delivery, n: int, now: datetime) -> None:
    """See ports.Store."""
    this = and_(_parts_of(delivery), parts.c.n == n)
    db.execute(update(parts).where(this).values(state="begun", changed_at=now))


def end_part(db: Connection, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:
    """See ports.Store."""
    this = and_(_parts_of(delivery), parts.c.n == n)
    ended = {"state": "arrived", "message_ref": ref.id} if ref else {"state": "doubtful"}
    db.execute(update(parts).where(this).values(**ended, changed_at=now))


def arrived(db: Connection, delivery: Delivery) -> Sequence[MessageRef | None]:
    """See ports.Store."""
    these = and_(_parts_of(delivery), parts.c.state.in_(("arrived", "doubtful")))
    refs = db.scalars(select(parts.c.message_ref).where(these).order_by(parts.c.n))
    return [None if ref is None else MessageRef(delivery.subscription.channel, ref) for ref in refs]


def finish(
    db: Connection, delivery: Delivery, outcome: Outcome, now: datetime, reason: str, retry_at: datetime | None
) -> None:
    """See ports.Store."""
    ended = {"state": outcome, "reason": reason, "retry_at": retry_at, "finished_at": now}
    db.execute(update(deliveries).where(_this(delivery)).values(ended))
    if outcome is not Outcome.UNCERTAIN:
        begun = and_(_parts_of(delivery), parts.c.state == "begun")
        db.execute(update(parts).where(begun).values(state="waiting", changed_at=now))


def recover(db: Connection, workspace: str, now: datetime, only: Delivery | None) -> Sequence[Delivery]:
    """See ports.Store."""
    left = and_(deliveries.c.workspace == workspace, deliveries.c.state == Outcome.CLAIMED)
    left = left if only is None else and_(left, _this(only))
    in_flight = select(parts.c.delivery).where(parts.c.state == "begun")
    idle = and_(left, deliveries.c.id.not_in(in_flight))
    db.execute(update(deliveries).where(idle).values(state=Outcome.PLANNED, retry_at=now))
    return _readable(db, db.execute(select(deliveries).where(left).order_by(deliveries.c.id)).all(), now)


def next_claim(db: Connection, workspace: str) -> datetime | None:
    """See ports.Store."""
    when = func.coalesce(deliveries.c.retry_at, deliveries.c.planned_at, type_=deliveries.c.planned_at.type)
    earliest = select(when).where(deliveries.c.workspace == workspace, _waiting()).order_by(when).limit(1)
    found: datetime | None = db.scalar(earliest)
    return found


def show(db: Connection, channel: Channel, theme: str, picks: Picks, now: datetime) -> None:
    """See ports.Store."""
    _show(db, channel, theme, picks, now, None)


def history(db: Connection, workspace: str, subscription: str | None) -> Sequence[Shown]:
    """See ports.Store."""
    query = select(shown).join(deliveries, shown.c.delivery == deliveries.c.id, isouter=True)
    query = query.where(shown.c.workspace == workspace)
    query = query.where(or_(shown.c.delivery.is_(None), deliveries.c.state.not_in(_NOT_SHOWN)))
    if subscription is not None:
        query = query.where(deliveries.c.subscription == subscription)
    rows = db.execute(query.order_by(shown.c.at, shown.c.id))
    return [Shown(row.highlight_id, row.theme, row.at, row.source) for row in rows]


def last_planned(db: Connection, subscription: Subscription, now: datetime) -> datetime | None:
    """See ports.Store."""
    mine = and_(deliveries.c.workspace == subscription.channel.workspace, deliveries.c.subscription == subscription.id)
    past = and_(mine, deliveries.c.planned_at <= now)
    found: datetime | None = db.scalar(select(func.max(deliveries.c.occurrence)).where(past))
    return found


def _waiting() -> ColumnElement[bool]:
    return deliveries.c.state.in_((Outcome.PLANNED, Outcome.RETRY))


def _this(delivery: Delivery) -> ColumnElement[bool]:
    return and_(
        deliveries.c.workspace == delivery.subscription.channel.workspace,
        deliveries.c.subscription == delivery.subscription.id,
        deliveries.c.occurrence == delivery.occurrence,
    )


def _parts_of(delivery: Delivery) -> ColumnElement[bool]:
    return parts.c.delivery == select(deliveries.c.id).where(_this(delivery)).scalar_subquery()


def _id(db: Connection, delivery: Delivery) -> int:
    found: int = db.execute(select(deliveries.c.id).where(_this(delivery))).scalar_one()
    return found


def _show(db: Connection, channel: Channel, theme: str, picks: Picks, now: datetime, delivery: int | None) -> None:
    common = {"workspace": channel.workspace, "theme": theme, "delivery": delivery, "channel": str(channel), "at": now}
    if picks:
        db.execute(insert(shown), [{**common, "highlight_id": pick, "source": source} for pick, source in picks])


def _readable(db: Connection, rows: Sequence[Row[tuple[object, ...]]], now: datetime) -> list[Delivery]:
    """The rows as deliveries; one that another version of digestbot wrote and this one cannot read is refused."""
    found = {row.id: _delivery(row) for row in rows}
    unread = [key for key, one in found.items() if one is None]
    reason = "The subscription was written down by another version of digestbot, and cannot be read."
    refused = {"state": Outcome.REFUSED, "reason": reason, "finished_at": now}
    db.execute(update(deliveries).where(deliveries.c.id.in_(unread)).values(refused))
    return [one for one in found.values() if one is not None]


def _delivery(row: Row[tuple[object, ...]]) -> Delivery | None:
    known = {field.name for field in fields(Subscription)}
    try:
        ordered = {key: value for key, value in row.ordered.items() if key in known}
        ordered["themes"] = tuple(ordered.get("themes", ()))  # JSON knows no tuples
        ordered["channel"] = Channel(**row.ordered["channel"])
        return Delivery(Subscription(**ordered), row.occurrence, row.attempt)
    except (AttributeError, KeyError, TypeError):
        return None
