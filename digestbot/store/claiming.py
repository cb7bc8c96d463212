"""Waiting deliveries are claimed, in turn and within the paces: Outbox.claim, extend and reap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, or_, select, update

from digestbot.model import Delivery, Message, Part
from digestbot.orders import Claim, Kept, Outcome
from digestbot.ports import LEASE_SECONDS, Claimed, Pace
from digestbot.store import drafting, pacing, rows
from digestbot.store.settling import park, tried
from digestbot.store.tables import attempts, deliveries, parts

LEASE = timedelta(seconds=LEASE_SECONDS)

_AHEAD = timedelta(minutes=1)
"""What was written down by a clock that was further ahead than this was written down before that was set back."""

_UNREADABLE = "The subscription was written down by another version of digestbot, and cannot be read."
_STOPPED = "The process that held it stopped."

_ID = deliveries.c.id
_ONE = deliveries.c.id == bindparam("row")
_THESE = _ID.in_(bindparam("rows", expanding=True))
_CANDIDATES: Select[Any] = (
    select(
        _ID,
        deliveries.c.workspace,
        deliveries.c.occurrence,
        deliveries.c.ordered,
        deliveries.c.notice,
        deliveries.c.actions,
        deliveries.c.state,
        deliveries.c.attempt,
        deliveries.c.expires_at,
    )
    .where(deliveries.c.platform == bindparam("platform"), deliveries.c.due_at <= bindparam("now"))
    .order_by(deliveries.c.turn, _ID)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # another process takes others; SQLite has one writer
)
_NOT_BUSY = _CANDIDATES.where(deliveries.c.workspace.not_in(bindparam("busy", expanding=True)))
_TAKE = (
    update(deliveries)
    .where(_THESE)
    .values(
        state=Outcome.CLAIMED,
        attempt=deliveries.c.attempt + 1,
        claimed_at=bindparam("now"),
        due_at=None,
        lease_until=bindparam("lease"),
    )
)
_PARTS = (
    select(parts).where(parts.c.delivery.in_(bindparam("rows", expanding=True))).order_by(parts.c.delivery, parts.c.n)
)
_DOUBTS = (
    select(attempts.c.delivery, attempts.c.outcome)
    .where(attempts.c.delivery.in_(bindparam("rows", expanding=True)))
    .order_by(attempts.c.delivery, attempts.c.number)
)
_PUT_OFF = update(deliveries).where(_ONE).values(due_at=bindparam("later"))
_REFUSE = (
    update(deliveries)
    .where(_THESE)
    .values(state=Outcome.REFUSED, reason=_UNREADABLE, due_at=None, finished_at=bindparam("now"))
)
_HELD = (
    select(_ID, deliveries.c.attempt)
    .where(_THESE, deliveries.c.state == Outcome.CLAIMED)
    .order_by(_ID)
    .with_for_update()
)
_EXTEND = update(deliveries).where(_THESE).values(lease_until=bindparam("lease"))
_OVER = (
    select(
        _ID,
        deliveries.c.workspace,
        deliveries.c.attempt,
        deliveries.c.claimed_at,
        deliveries.c.lease_until,
        exists().where(parts.c.delivery == _ID, parts.c.state == "begun").label("begun"),
    )
    .where(or_(deliveries.c.lease_until <= bindparam("clock"), deliveries.c.lease_until > bindparam("wrong")))
    .with_for_update(skip_locked=True)
)
_GIVE_BACK = (
    update(deliveries)
    .where(_ONE)
    .values(
        state=bindparam("becomes"), reason=_STOPPED, due_at=bindparam("now"), turn=bindparam("place"), lease_until=None
    )
)
_GIVE_UP = update(parts).where(parts.c.delivery == bindparam("row"), parts.c.state == "begun")
_GIVE_UP = _GIVE_UP.values(doubted_at=bindparam("now"))
_ROUSE = (
    update(deliveries)
    .where(
        deliveries.c.due_at > bindparam("now"),
        deliveries.c.state.in_([Outcome.PLANNED, Outcome.RETRY, Outcome.UNCERTAIN]),
        exists().where(
            attempts.c.delivery == _ID,
            attempts.c.number == deliveries.c.attempt,
            attempts.c.ended_at > bindparam("ahead"),
        ),
    )
    .values(due_at=bindparam("now"))
)


@dataclass(slots=True)
class _Taking:
    """What becomes of the candidates: taken with the time to send at, put off until a time, or left."""

    meter: pacing.Meter
    paces: Sequence[Pace]
    taken: list[tuple[Row[Any], Delivery, datetime]] = field(default_factory=list)
    put_off: list[dict[str, object]] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    until: datetime | None = None
    full: bool = False

    def place(self, row: Row[Any], delivery: Delivery) -> None:
        """Take one, if every pace lets it through soon; see ports.Outbox.claim for the others."""
        channel = delivery.subscription.channel
        at, slowest = self.meter.latest(self.paces, channel)
        if slowest is None or at - self.meter.now <= pacing.HORIZON:
            for pace in self.paces:
                self.meter.reserve(pace, channel, at)
            self.taken.append((row, delivery, at))
            return
        self.until = min(filter(None, (self.until, at)))
        if slowest.scope == "channel":
            self.put_off.append({"row": row.id, "later": at - pacing.HORIZON / 2})
            self.meter.put_off[slowest.name(channel)] += 1
        elif slowest.scope == "workspace":
            self.busy.add(row.workspace)
        else:
            self.full = True


def claim(db: Connection, platform: str, now: datetime, most: int, paces: Sequence[Pace]) -> Claimed:
    """See ports.Outbox."""
    taking = _Taking(pacing.Meter(now), paces)
    claims: list[Claim] = []
    while len(claims) < most and not taking.full:
        room = most - len(claims)
        found = _candidates(db, {"platform": platform, "now": now, "most": room}, taking.busy)
        _sort(db, found, taking)
        claims += _write(db, taking, now)
        if len(found) < room:  # there are no more
            break
    pacing.write(db, taking.meter)
    return Claimed(tuple(claims), taking.until)


def _candidates(db: Connection, wanted: dict[str, Any], busy: set[str]) -> Sequence[Row[Any]]:
    if busy:
        return db.execute(_NOT_BUSY, {**wanted, "busy": list(busy)}).all()
    return db.execute(_CANDIDATES, wanted).all()


def _sort(db: Connection, found: Sequence[Row[Any]], taking: _Taking) -> None:
    readable = []
    for row in found:
        try:
            readable.append((row, rows.delivery(row)))
        except rows.UnreadableError:
            taking.unreadable.append(row.id)
    pacing.read(db, taking.meter, taking.paces, [one.subscription.channel for _, one in readable])
    for row, delivery in readable:
        if row.workspace not in taking.busy and not taking.full:
            taking.place(row, delivery)


def _write(db: Connection, taking: _Taking, now: datetime) -> list[Claim]:
    """Write down what was decided of these candidates, and forget them."""
    if taking.put_off:
        db.execute(_PUT_OFF, taking.put_off)
    if taking.unreadable:
        db.execute(_REFUSE, {"rows": taking.unreadable, "now": now})
    claims = _take(db, taking.taken, now) if taking.taken else []
    taking.taken, taking.put_off, taking.unreadable = [], [], []
    return claims


def _take(db: Connection, taken: Sequence[tuple[Row[Any], Delivery, datetime]], now: datetime) -> list[Claim]:
    lease = rows.lease_clock(db, now) + LEASE
    db.execute(_TAKE, {"rows": [row.id for row, _, _ in taken], "now": now, "lease": lease})
    kept = _kept(db, [(row, delivery) for row, delivery, _ in taken if row.attempt or row.notice])
    drafts = drafting.of(db, [row.id for row, delivery, _ in taken if delivery.subscription.draft != "off"])
    return [
        Claim(
            replace(delivery, attempt=row.attempt + 1),
            at,
            row.state == Outcome.UNCERTAIN,
            kept.get(row.id),
            row.expires_at,
            drafts.get(row.id),
        )
        for row, delivery, at in taken
    ]


def _kept(db: Connection, tried: Sequence[tuple[Row[Any], Delivery]]) -> dict[int, Kept]:
    """What earlier attempts at these left behind, by the delivery's number."""
    if not tried:
        return {}
    by_delivery: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in db.execute(_PARTS, {"rows": [row.id for row, _ in tried]}):
        by_delivery[row.delivery].append(row)
    looks = _looks(db, [row.id for row, _ in tried if row.state == Outcome.UNCERTAIN])
    return {
        row.id: Kept(
            Message(tuple(Part(part.payload, part.text) for part in found)),
            rows.ended(delivery.subscription.channel, found),
            next((part.changed_at for part in found if part.state == "begun"), None),
            looks.get(row.id, 0),
            next((part.doubted_at for part in found if part.state == "begun"), None),
        )
        for row, delivery in tried
        if (found := by_delivery.get(row.id))
    }


def _looks(db: Connection, doubted: Sequence[int]) -> dict[int, int]:
    """How many attempts in a row, but the first, ended in doubt."""
    looks: dict[int, int] = {}
    for delivery, outcome in db.execute(_DOUBTS, {"rows": doubted}) if doubted else ():
        looks[delivery] = looks.get(delivery, -1) + 1 if outcome == Outcome.UNCERTAIN else -1
    return looks


def extend(db: Connection, held: Sequence[Delivery], now: datetime) -> Sequence[str]:
    """See ports.Outbox."""
    if not held:
        return ()
    fences = {(one.number, one.attempt): one for one in held}
    found = db.execute(_HELD, {"rows": [one.number for one in held]}).all()
    still = [row for row in found if (row.id, row.attempt) in fences]
    db.execute(_EXTEND, {"rows": [row.id for row in still], "lease": rows.lease_clock(db, now) + LEASE})
    return [fences[row.id, row.attempt].id for row in still]


def reap(db: Connection, now: datetime) -> int:
    """See ports.Outbox."""
    clock = rows.lease_clock(db, now)
    # No lease is longer than LEASE: one that is was given by a clock that was ahead.
    found = db.execute(_OVER, {"clock": clock, "wrong": clock + 2 * LEASE}).all()
    if found:
        db.execute(_GIVE_BACK, [_given_back(row, now) for row in found])
        db.execute(_GIVE_UP, [{"row": row.id, "now": min(row.lease_until, now)} for row in found])
        tried(db, [_attempt(row, now) for row in found])
        # What is in doubt is looked for all the same: the refusal that paused the order may not have been told.
        park(db, [row.id for row in found], (Outcome.PLANNED,))
    return len(found)


def rouse(db: Connection, now: datetime) -> int:
    """See ports.Outbox."""
    return db.execute(_ROUSE, {"now": now, "ahead": now + _AHEAD}).rowcount


def _given_back(row: Row[Any], now: datetime) -> dict[str, object]:
    becomes = _becomes(row)
    return {"row": row.id, "becomes": becomes, "now": now, "place": rows.turn(becomes, now)}


def _becomes(row: Row[Any]) -> Outcome:
    return Outcome.UNCERTAIN if row.begun else Outcome.PLANNED


def _attempt(row: Row[Any], now: datetime) -> dict[str, object]:
    return {
        "workspace": row.workspace,
        "delivery": row.id,
        "number": row.attempt,
        "begun_at": row.claimed_at,
        "ended_at": now,
        "outcome": Outcome.UNCERTAIN if row.begun else Outcome.RETRY,
        "reason": _STOPPED,
    }
