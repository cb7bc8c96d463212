"""Standing orders whose time has come become deliveries: Outbox.plan as one transaction on a given connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, update

from digestbot.model import Subscription
from digestbot.orders import Due, Ended, Outcome, Plan, Standing
from digestbot.ports import Decide
from digestbot.store import rows
from digestbot.store.dialect import upsert
from digestbot.store.tables import clock, deliveries, subscriptions

AHEAD = timedelta(hours=1)
"""A clock that was further ahead than this, and is not any more, had gone wrong."""

_UNREADABLE = "It was written down by another version of digestbot, and cannot be read. Order it anew."


def plan(db: Connection, now: datetime, decide: Decide, most: int) -> Sequence[Ended]:
    """See ports.Outbox."""
    taken = _due(db, now, most)
    decided = [(row, *_decided(row, now, decide)) for row in taken]
    if decided:
        _advance(db, [(row, plan) for row, _, plan in decided], now)
        _wound(db, now)
    wanted = [(row, standing, due) for row, standing, plan in decided if standing for due in plan.due]
    return _write(db, wanted, now) if wanted else ()


def _due(db: Connection, now: datetime, most: int) -> Sequence[Row[Any]]:
    """What is due; and, once after a clock was set back, what it had put off for too long."""
    came = select(subscriptions).where(subscriptions.c.next_at <= now)
    locked = came.order_by(subscriptions.c.next_at).limit(most).with_for_update(skip_locked=True)
    found = db.execute(locked).all()
    if found or not _was_ahead(db, now):
        return found
    ahead = and_(subscriptions.c.next_at.is_not(None), subscriptions.c.planned_by > now + AHEAD)
    put_off = db.execute(select(subscriptions).where(ahead).limit(most).with_for_update(skip_locked=True)).all()
    if not put_off:
        db.execute(update(clock).values(planned_by=now))
    return put_off


def _was_ahead(db: Connection, now: datetime) -> bool:
    latest = db.scalar(select(clock.c.planned_by))
    return latest is not None and latest > now + AHEAD


def _wound(db: Connection, now: datetime) -> None:
    """Remember the latest time by which anything was planned."""
    row = upsert(db, clock).values(id=1, planned_by=now)
    later = clock.c.planned_by < row.excluded.planned_by
    db.execute(row.on_conflict_do_update(index_elements=["id"], set_={"planned_by": now}, where=later))


def _decided(row: Row[Any], now: datetime, decide: Decide) -> tuple[Standing | None, Plan]:
    try:
        standing = rows.standing(row)
    except rows.UnreadableError:
        return None, Plan((), pause=_UNREADABLE)
    return standing, decide(standing, now)


def _advance(db: Connection, decided: Sequence[tuple[Row[Any], Plan]], now: datetime) -> None:
    this = and_(subscriptions.c.id == bindparam("row"), subscriptions.c.workspace == bindparam("space"))
    following = ("next_occurrence", "next_at", "planned_by", "state", "reason")
    db.execute(
        update(subscriptions).where(this).values({name: bindparam(name) for name in following}),
        [
            {
                "row": row.id,
                "space": row.workspace,
                "next_occurrence": plan.next_occurrence,
                "next_at": plan.next_at,
                "planned_by": now,
                "state": "paused" if plan.pause else row.state,
                "reason": plan.pause or row.reason,
            }
            for row, plan in decided
        ],
    )


def _write(db: Connection, wanted: Sequence[tuple[Row[Any], Standing, Due]], now: datetime) -> Sequence[Ended]:
    """Insert deliveries; those that are there stay, unless they were skipped by a clock that was ahead."""
    values = [delivery_row(one.subscription, due, row.turn, now) for row, one, due in wanted]
    row = upsert(db, deliveries)
    renewed = {
        name: row.excluded[name] for name in values[0] if name not in {"workspace", "subscription", "occurrence"}
    }
    wrongly = and_(deliveries.c.state == Outcome.SKIPPED, deliveries.c.planned_at > row.excluded.planned_at)
    written = row.on_conflict_do_update(
        index_elements=["workspace", "subscription", "occurrence"], set_=renewed, where=wrongly
    )
    made = db.execute(written.returning(deliveries), values)
    return [Ended(rows.delivery(one), Outcome(one.state), one.reason, one.due_at) for one in made]


def delivery_row(order: Subscription, due: Due, turn: int, now: datetime, notice: str = "") -> dict[str, object]:
    """A new delivery as it is kept."""
    return {
        "workspace": order.channel.workspace,
        "subscription": order.id,
        "occurrence": due.at,
        "platform": order.channel.platform,
        "ordered": rows.ordered(order),
        "notice": notice,
        "state": Outcome.SKIPPED if due.skip else Outcome.PLANNED,
        "attempt": 0,
        "reason": due.skip,
        "theme": "",
        "planned_at": now,
        "due_at": None if due.skip else due.due_at,
        "turn": turn,
        "finished_at": now if due.skip else None,
    }


def next_time(db: Connection, platforms: Sequence[str]) -> datetime | None:
    """See ports.Outbox."""
    due = [db.scalar(select(func.min(deliveries.c.due_at)).where(deliveries.c.platform == name)) for name in platforms]
    times = [
        db.scalar(select(func.min(subscriptions.c.next_at))),
        db.scalar(select(func.min(deliveries.c.lease_until))),
        *due,
    ]
    return min((time for time in times if time), default=None)
