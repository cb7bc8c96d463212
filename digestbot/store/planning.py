"""Standing orders whose time has come become deliveries: Outbox.plan as one transaction on a given connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, update

from digestbot.model import Action, Channel, Delivery, Message, Subscription
from digestbot.orders import Change, Due, Ended, Outcome, Plan, Standing
from digestbot.ports import AHEAD, Decide
from digestbot.store import drafting, rows, settling
from digestbot.store.dialect import upsert
from digestbot.store.opinions import note
from digestbot.store.prepared import Prepared
from digestbot.store.tables import deliveries, subscriptions

IDENTITY = (deliveries.c.workspace, deliveries.c.subscription, deliveries.c.occurrence)
"""What there is one delivery of."""

_UNREADABLE = "It was written down by another version of digestbot, and cannot be read. Order it anew."

_ACTIVE = subscriptions.c.next_at.is_not(None)
SHARE = 64
"""So many orders of a workspace come before another's next one, if they are for as many channels."""

_others = subscriptions.alias("others")
_BEFORE = (
    select(func.count())
    .where(
        _others.c.workspace == subscriptions.c.workspace,
        _others.c.channel == subscriptions.c.channel,
        _others.c.turn < subscriptions.c.turn,
    )
    .scalar_subquery()
    .label("before")
)
_DUE = (
    select(subscriptions, _BEFORE)
    .where(subscriptions.c.next_at <= bindparam("now"))
    .order_by(subscriptions.c.next_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=subscriptions)  # another process takes others; SQLite has one writer
)
_PUT_OFF = (
    select(subscriptions, _BEFORE)
    .where(_ACTIVE, subscriptions.c.changed_at > bindparam("ahead"))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=subscriptions)
)
_ADVANCE = Prepared(
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("row"), subscriptions.c.workspace == bindparam("space"))
    .values(
        next_occurrence=bindparam("occurrence"),
        next_at=bindparam("at"),
        changed_at=bindparam("now"),
        state=bindparam("becomes"),
        reason=bindparam("why"),
        paused_by=bindparam("whose"),
        version=subscriptions.c.version + 1,
    )
)


def plan(db: Connection, now: datetime, decide: Decide, most: int) -> Sequence[Ended]:
    """See ports.Outbox."""
    while taken := _due(db, now, most):
        decided = [(row, *_decided(row, now, decide)) for row in taken]
        _ADVANCE.run(db, [_advanced(row, one, plan, now) for row, one, plan in decided])
        wanted = [(_turn(row), one, due) for row, one, plan in decided if one for due in plan.due]
        written = [*(_write(db, wanted, now) if wanted else ()), *_paused(db, decided, now)]
        # An empty answer says that nothing more is due; an order that stays due must not hold this up for ever.
        if written or any((at := _planned_at(one, plan)) and at <= now for _, one, plan in decided):
            return written
    return ()


def _turn(row: Row[Any]) -> int:
    """How many rounds an order waits where more is due than may be sent.

    A channel takes one message a second, so all channels begin at once; but a workspace of many has one a round less
    for each SHARE of its orders.
    """
    return int(row.before + row.turn // SHARE)


def _due(db: Connection, now: datetime, most: int) -> Sequence[Row[Any]]:
    """What is due; and, after a clock was set back, what it had put off for too long."""
    found = db.execute(_DUE, {"now": now, "most": most}).all()
    return found or db.execute(_PUT_OFF, {"ahead": now + AHEAD, "most": most}).all()


def _decided(row: Row[Any], now: datetime, decide: Decide) -> tuple[Standing | None, Plan]:
    try:
        standing = rows.standing(row)
    except rows.UnreadableError:
        return None, Plan((), pause=_UNREADABLE)
    return standing, decide(standing, now)


def _planned_at(one: Standing | None, plan: Plan) -> datetime | None:
    return rows.planned_at(one.subscription, plan.next_at) if one else plan.next_at


def _advanced(row: Row[Any], one: Standing | None, plan: Plan, now: datetime) -> dict[str, object]:
    return {
        "row": row.id,
        "space": row.workspace,
        "occurrence": plan.next_occurrence,
        "at": _planned_at(one, plan),
        "now": now,
        "becomes": "paused" if plan.pause else row.state,
        "why": plan.pause or row.reason,
        "whose": "schedule" if plan.pause else row.paused_by,
    }


def _paused(db: Connection, decided: Sequence[tuple[Row[Any], Standing | None, Plan]], now: datetime) -> list[Ended]:
    """Note in the audit which orders are paused, and why; those that can be read are told of."""
    paused = [(row, one, plan.pause) for row, one, plan in decided if plan.pause]
    for row, _, why in paused:
        note(db, Change(row.workspace, now, "", "pause", row.name, why))
    times = [(one, one.next_occurrence or _ONCE, why) for _, one, why in paused if one]
    return [Ended(Delivery(one.subscription, at, 0), Outcome.PARKED, why) for one, at, why in times]


def _write(db: Connection, wanted: Sequence[tuple[int, Standing, Due]], now: datetime) -> Sequence[Ended]:
    """Insert deliveries; those that are there stay, unless they were skipped by a clock that was ahead."""
    new = {_identity(one.subscription, due): (turn, one.subscription, due) for turn, one, due in wanted}
    values = [delivery_row(order, due, now, turn=turn) for turn, order, due in new.values()]
    row = upsert(db, deliveries)
    renewed = {name: row.excluded[name] for name in values[0] if name not in {one.name for one in IDENTITY}}
    wrongly = and_(deliveries.c.state == Outcome.SKIPPED, deliveries.c.planned_at > row.excluded.planned_at)
    written = row.on_conflict_do_update(index_elements=IDENTITY, set_=renewed, where=wrongly)
    made = db.execute(written.returning(deliveries.c.id, *IDENTITY), values)
    planned = [(number, *new[tuple(key)][1:]) for number, *key in made]
    drafting.want(db, planned)
    return [_planned(*one) for one in planned]


def _identity(order: Subscription, due: Due) -> tuple[object, ...]:
    return order.channel.workspace, order.id, due.at


def _planned(number: int, order: Subscription, due: Due) -> Ended:
    delivery = Delivery(order, due.at, 0, number=number)
    if due.skip:
        return Ended(delivery, Outcome.SKIPPED, due.skip)
    return Ended(delivery, Outcome.PLANNED, due_at=due.draft_at or due.due_at)


def delivery_row(
    order: Subscription, due: Due, now: datetime, *, turn: int = 0, notice: str = "", actions: Sequence[Action] = ()
) -> dict[str, object]:
    """A new delivery as it is kept. turn: see `_turn`."""
    due_at = None if due.skip else due.draft_at or due.due_at
    return {
        "workspace": order.channel.workspace,
        "subscription": order.id,
        "occurrence": due.at,
        "platform": order.channel.platform,
        "ordered": rows.ordered(order),
        "notice": notice,
        "actions": [asdict(one) for one in actions] or None,
        "state": Outcome.SKIPPED if due.skip else Outcome.PLANNED,
        "attempt": 0,
        "reason": due.skip,
        "theme": "",
        "planned_at": now,
        "due_at": due_at,
        "expires_at": due.expires_at,
        "turn": due_at and due_at + timedelta(seconds=turn),
        "finished_at": now if due.skip else None,
    }


def add(
    db: Connection, order: Subscription, due: Due, now: datetime, notice: str = "", actions: Sequence[Action] = ()
) -> int | None:
    """Plan one delivery beside the schedule, and answer its number; None where it is there already."""
    made = upsert(db, deliveries).values(delivery_row(order, due, now, notice=notice, actions=actions))
    new = made.on_conflict_do_nothing(index_elements=IDENTITY).returning(deliveries.c.id)
    number: int | None = db.scalar(new)
    return number


def announce(
    db: Connection,
    channel: Channel,
    topic: str,
    text: str,
    now: datetime,
    actions: Sequence[Action] = (),
    message: Message | None = None,
) -> bool:
    """See ports.Outbox. A notice has one occurrence for all time, so that there is one of each topic."""
    name = f"notice:{blake2b(f'{channel}#{topic}'.encode(), digest_size=8).hexdigest()}"
    order = Subscription(name, channel, "")
    number = add(db, order, Due(_ONCE, now), now, text, actions)
    if number is not None and message:
        settling.lay_out(db, Delivery(order, _ONCE, 0, text, number), message, now)
    return number is not None


_ONCE = datetime(1970, 1, 1)  # noqa: DTZ001 - an occurrence is a wall time

_EARLIEST = select(func.min(deliveries.c.due_at)).where(
    deliveries.c.platform == bindparam("platform"), deliveries.c.due_at.is_not(None)
)
_SOONEST = (
    select(func.min(subscriptions.c.next_at)).where(_ACTIVE),
    select(func.min(deliveries.c.lease_until)).where(deliveries.c.lease_until.is_not(None)),
)
_LATEST_CLOCK = select(func.max(subscriptions.c.changed_at)).where(_ACTIVE)


def next_time(db: Connection, now: datetime, platforms: Sequence[str]) -> datetime | None:
    """See ports.Outbox."""
    worked_out = db.scalar(_LATEST_CLOCK)
    if worked_out and worked_out > now + AHEAD:
        return now
    times = [db.scalar(one) for one in _SOONEST]
    times += [db.scalar(_EARLIEST, {"platform": name}) for name in platforms]
    return min((time for time in times if time), default=None)
