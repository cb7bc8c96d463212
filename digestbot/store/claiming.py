"""Waiting deliveries are claimed, in turn and within the paces: Outbox.claim, extend and reap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, insert, select, update

from digestbot.model import Delivery, Message, Part
from digestbot.orders import Claim, Kept, Outcome
from digestbot.ports import LEASE_SECONDS, Claimed, Pace
from digestbot.store import pacing, rows
from digestbot.store.tables import attempts, deliveries, parts

LEASE = timedelta(seconds=LEASE_SECONDS)

_UNREADABLE = "The subscription was written down by another version of digestbot, and cannot be read."
_STOPPED = "The process that held it stopped."


@dataclass(slots=True)
class _Sorted:
    """What becomes of the candidates: taken with the time to send at, put off until a time, or left."""

    taken: list[tuple[Row[Any], Delivery, datetime]] = field(default_factory=list)
    put_off: list[tuple[Row[Any], datetime]] = field(default_factory=list)
    unreadable: list[Row[Any]] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    until: datetime | None = None
    full: bool = False


def claim(db: Connection, platform: str, now: datetime, most: int, paces: Sequence[Pace]) -> Claimed:
    """See ports.Outbox."""
    claims: list[Claim] = []
    until: datetime | None = None
    busy: set[str] = set()
    while len(claims) < most:
        found = _candidates(db, platform, now, most - len(claims), busy)
        one = _sort(db, found, now, paces)
        claims += _take(db, one, now)
        _put_aside(db, one, now)
        until = min(filter(None, (until, one.until)), default=None)
        busy |= one.busy
        if one.full or not (one.busy or one.put_off or one.unreadable):
            break
    return Claimed(tuple(claims), until)


def _candidates(db: Connection, platform: str, now: datetime, most: int, busy: set[str]) -> Sequence[Row[Any]]:
    waits = and_(deliveries.c.platform == platform, deliveries.c.due_at <= now)
    waits = and_(waits, deliveries.c.workspace.not_in(busy)) if busy else waits
    order = (deliveries.c.due_at, deliveries.c.turn, deliveries.c.id)
    return db.execute(
        select(deliveries).where(waits).order_by(*order).limit(most).with_for_update(skip_locked=True)
    ).all()


def _sort(db: Connection, found: Sequence[Row[Any]], now: datetime, paces: Sequence[Pace]) -> _Sorted:
    done = _Sorted()
    readable = []
    for row in found:
        try:
            readable.append((row, rows.delivery(row)))
        except rows.UnreadableError:
            done.unreadable.append(row)
    meter = pacing.read(db, paces, [one.subscription.channel for _, one in readable], now)
    for row, delivery in readable:
        if row.workspace not in done.busy and not done.full:
            _place(done, row, delivery, meter, paces)
    pacing.write(db, meter)
    return done


def _place(done: _Sorted, row: Row[Any], delivery: Delivery, meter: pacing.Meter, paces: Sequence[Pace]) -> None:
    channel = delivery.subscription.channel
    at, slowest = meter.latest(paces, channel)
    if at - meter.now <= pacing.HORIZON:
        for pace in paces:
            meter.reserve(pace, channel, at)
        done.taken.append((row, delivery, at))
        return
    done.until = min(filter(None, (done.until, at)))
    if slowest and slowest.scope == "channel":
        done.put_off.append((row, at))
    elif slowest and slowest.scope == "workspace":
        done.busy.add(row.workspace)
    else:
        done.full = True


def _take(db: Connection, one: _Sorted, now: datetime) -> list[Claim]:
    if not one.taken:
        return []
    ids = [row.id for row, _, _ in one.taken]
    lease = rows.lease_clock(db, now) + LEASE
    taken = {"state": Outcome.CLAIMED, "attempt": deliveries.c.attempt + 1, "claimed_at": now}
    db.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(**taken, due_at=None, lease_until=lease))
    kept = _kept(db, [(row, delivery) for row, delivery, _ in one.taken if row.attempt])
    return [
        Claim(replace(delivery, attempt=row.attempt + 1), at, row.state == Outcome.UNCERTAIN, kept.get(row.id))
        for row, delivery, at in one.taken
    ]


def _kept(db: Connection, tried: Sequence[tuple[Row[Any], Delivery]]) -> dict[int, Kept]:
    """What earlier attempts at these left behind, by the delivery's number."""
    if not tried:
        return {}
    these = parts.c.delivery.in_([row.id for row, _ in tried])
    by_delivery: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in db.execute(select(parts).where(these).order_by(parts.c.delivery, parts.c.n)):
        by_delivery[row.delivery].append(row)
    return {
        row.id: Kept(
            Message(tuple(Part(part.payload, part.text) for part in found)),
            rows.ended(delivery.subscription.channel, found),
            next((part.changed_at for part in found if part.state == "begun"), None),
        )
        for row, delivery in tried
        if (found := by_delivery[row.id])
    }


def _put_aside(db: Connection, one: _Sorted, now: datetime) -> None:
    """Move what its channel's pace holds back, and refuse what cannot be read."""
    this = deliveries.c.id == bindparam("row")
    if one.put_off:
        later = [{"row": row.id, "later": at} for row, at in one.put_off]
        db.execute(update(deliveries).where(this).values(due_at=bindparam("later")), later)
    if one.unreadable:
        refused = {"state": Outcome.REFUSED, "reason": _UNREADABLE, "due_at": None, "finished_at": now}
        db.execute(update(deliveries).where(this).values(refused), [{"row": row.id} for row in one.unreadable])


def extend(db: Connection, held: Sequence[Delivery], now: datetime) -> Sequence[str]:
    """See ports.Outbox."""
    if not held:
        return ()
    fences = {(one.number, one.attempt): one for one in held}
    mine = and_(deliveries.c.id.in_([one.number for one in held]), deliveries.c.state == Outcome.CLAIMED)
    found = db.execute(select(deliveries.c.id, deliveries.c.attempt).where(mine).with_for_update()).all()
    still = [row for row in found if (row.id, row.attempt) in fences]
    lease = rows.lease_clock(db, now) + LEASE
    db.execute(update(deliveries).where(deliveries.c.id.in_([row.id for row in still])).values(lease_until=lease))
    return [fences[row.id, row.attempt].id for row in still]


def reap(db: Connection, now: datetime) -> int:
    """See ports.Outbox."""
    over = deliveries.c.lease_until < rows.lease_clock(db, now)
    begun = exists().where(parts.c.delivery == deliveries.c.id, parts.c.state == "begun")
    left = select(
        deliveries.c.id, deliveries.c.workspace, deliveries.c.attempt, deliveries.c.claimed_at, begun.label("begun")
    )
    found = db.execute(left.where(over).with_for_update(skip_locked=True)).all()
    if not found:
        return 0
    given_back = [
        {"row": row.id, "becomes": Outcome.UNCERTAIN if row.begun else Outcome.RETRY, "now": now} for row in found
    ]
    back: dict[str, object] = {
        "state": bindparam("becomes"),
        "reason": _STOPPED,
        "due_at": bindparam("now"),
        "lease_until": None,
    }
    db.execute(update(deliveries).where(deliveries.c.id == bindparam("row")).values(back), given_back)
    tried = [
        {
            "workspace": row.workspace,
            "delivery": row.id,
            "number": row.attempt,
            "begun_at": row.claimed_at,
            "ended_at": now,
            "outcome": Outcome.UNCERTAIN if row.begun else Outcome.RETRY,
            "reason": _STOPPED,
        }
        for row in found
    ]
    db.execute(insert(attempts), tried)
    return len(found)
