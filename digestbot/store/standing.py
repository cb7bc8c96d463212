"""Standing orders in SQL: what people order, change, pause and remove, each with its line in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, func, literal, or_, select, update

from digestbot.model import Channel, Delivery
from digestbot.orders import WAITING, Change, Due, Outcome, Standing
from digestbot.store import rows
from digestbot.store.dialect import upsert
from digestbot.store.opinions import note
from digestbot.store.planning import IDENTITY, add, delivery_row
from digestbot.store.tables import deliveries, drafts, parts, subscriptions

FIRST_CHECK = timedelta(hours=1)
"""How long after a platform refused an order its channel is looked at again."""

MOST_DOUBLINGS = 5
LONGEST_CHECK = timedelta(days=1)
"""Each further look waits twice as long as the one before it, a day at most."""


def standings(db: Connection, workspace: str, channel: Channel | None) -> Sequence[Standing]:
    """See ports.Ledger."""
    mine = and_(subscriptions.c.workspace == workspace, subscriptions.c.state != "removed")
    mine = mine if channel is None else and_(mine, subscriptions.c.channel == str(channel))
    return _readable(db, mine)


def declared(db: Connection) -> Sequence[Standing]:
    """See ports.Outbox."""
    return _readable(db, and_(subscriptions.c.declared, subscriptions.c.state != "removed"))


def standing(db: Connection, workspace: str, name: str) -> Standing | None:
    """See ports.Ledger."""
    found = _readable(db, and_(subscriptions.c.workspace == workspace, subscriptions.c.name == name))
    return found[0] if found else None


def put(db: Connection, one: Standing, change: Change) -> bool:
    """See ports.Ledger."""
    if not (_add(db, one, change.at) if one.version == 0 else _replace(db, one, change.at)):
        return False
    _park(db, one, change.at)
    note(db, change)
    return True


def skip(db: Connection, one: Standing, due: Due, change: Change) -> bool:
    """See ports.Ledger."""
    if not put(db, one, change):
        return False
    _skip(db, one, due, change.at)
    return True


def order_now(db: Connection, one: Standing, due: Due, change: Change) -> bool:
    """See ports.Ledger."""
    workspace, name = one.subscription.channel.workspace, one.subscription.id
    # Whoever plans takes the order's row first: once it is ours nobody else adds that occurrence.
    db.execute(select(subscriptions.c.id).where(_named(workspace, name)).with_for_update())
    there = and_(_of(workspace, name), deliveries.c.occurrence == due.at)
    if db.execute(select(deliveries.c.id).where(there)).first() or not put(db, one, change):
        return False
    return add(db, one.subscription, due, change.at) is not None


def pause(db: Connection, delivery: Delivery, reason: str, now: datetime) -> bool:
    """See ports.Outbox."""
    order = delivery.subscription
    # What was planned for a channel that the order has left says nothing about the present one.
    there = and_(_named(order.channel.workspace, order.id), subscriptions.c.channel == str(order.channel))
    active = and_(there, subscriptions.c.state == "active")
    paused = {"state": "paused", "reason": reason, "next_at": None, "next_occurrence": None, "changed_at": now}
    looked_at = {"paused_by": "platform", "check_at": now + FIRST_CHECK, "checks": 0}
    version = subscriptions.c.version + 1
    done = db.execute(update(subscriptions).where(active).values(**paused, **looked_at, version=version))
    if not done.rowcount:
        return False
    _set_waiting(db, order.channel.workspace, order.id, reason)
    note(db, Change(order.channel.workspace, now, "", "pause", order.id, reason))
    return True


def suspects(db: Connection, now: datetime, platforms: Sequence[str], most: int) -> Sequence[Standing]:
    """See ports.Outbox."""
    its = [subscriptions.c.channel.startswith(f"{name}:", autoescape=True) for name in platforms]
    named = subscriptions.c.channel.in_(platforms)
    due = select(subscriptions).where(subscriptions.c.check_at <= now, or_(named, *its))
    taken = db.execute(due.order_by(subscriptions.c.check_at).limit(most).with_for_update(skip_locked=True)).all()
    for row in taken:
        later = now + min(FIRST_CHECK * 2 ** min(row.checks + 1, MOST_DOUBLINGS), LONGEST_CHECK)
        this = and_(subscriptions.c.id == row.id, subscriptions.c.workspace == row.workspace)
        db.execute(update(subscriptions).where(this).values(check_at=later, checks=row.checks + 1))
    return [one for row in taken if (one := _standing(row))]


def _readable(db: Connection, where: ColumnElement[bool]) -> list[Standing]:
    """The rows that this version can read; `plan` pauses the others with the reason when their time comes."""
    found = db.execute(select(subscriptions).where(where).order_by(subscriptions.c.workspace, subscriptions.c.name))
    return [one for row in found if (one := _standing(row))]


def _standing(row: Row[Any]) -> Standing | None:
    try:
        return rows.standing(row)
    except rows.UnreadableError:
        return None


def _add(db: Connection, one: Standing, now: datetime) -> bool:
    workspace = one.subscription.channel.workspace
    last = select(func.coalesce(func.max(subscriptions.c.turn), 0)).where(subscriptions.c.workspace == workspace)
    row = upsert(db, subscriptions).values(
        **_values(one, now), workspace=workspace, name=one.subscription.id, version=1, turn=last.scalar_subquery() + 1
    )
    made = row.on_conflict_do_nothing(index_elements=["workspace", "name"]).returning(subscriptions.c.id)
    return db.execute(made).first() is not None


def _replace(db: Connection, one: Standing, now: datetime) -> bool:
    this = and_(_named(one.subscription.channel.workspace, one.subscription.id), subscriptions.c.version == one.version)
    done = db.execute(update(subscriptions).where(this).values(**_values(one, now), version=one.version + 1))
    return done.rowcount == 1


def _values(one: Standing, now: datetime) -> dict[str, object]:
    return {
        "channel": str(one.subscription.channel),
        "ordered": rows.ordered(one.subscription),
        "state": one.state,
        "declared": one.declared,
        "ordered_by": one.by,
        "reason": one.reason,
        "next_occurrence": one.next_occurrence,
        "next_at": rows.planned_at(one.subscription, one.next_at),
        "changed_at": now,
        "paused_by": one.paused_by,
        "check_at": now + FIRST_CHECK if one.paused_by == "platform" and one.state == "paused" else None,
        "checks": 0,
    }


def _park(db: Connection, one: Standing, now: datetime) -> None:
    """What waits of an order that is not active is parked, and waits again when it is."""
    workspace, name = one.subscription.channel.workspace, one.subscription.id
    if one.state != "active":
        _set_waiting(db, workspace, name, one.reason or "Its subscription was removed.")
        return
    parked = and_(_of(workspace, name), deliveries.c.state == Outcome.PARKED)
    its = and_(parts.c.workspace == workspace, parts.c.delivery == deliveries.c.id)
    begun = exists().where(its, parts.c.state == "begun")
    asked = exists().where(drafts.c.delivery == deliveries.c.id, drafts.c.state == "shown")
    before = case(
        (begun, Outcome.UNCERTAIN.value),
        (asked, Outcome.DRAFT.value),
        (deliveries.c.attempt > 0, Outcome.RETRY.value),
        else_=Outcome.PLANNED.value,
    )
    ahead = case((deliveries.c.turn > now, deliveries.c.turn), else_=literal(now, deliveries.c.turn.type))
    db.execute(update(deliveries).where(parked).values(state=before, reason="", due_at=ahead))


def _set_waiting(db: Connection, workspace: str, name: str, reason: str) -> None:
    waits = and_(_of(workspace, name), deliveries.c.state.in_(WAITING), deliveries.c.due_at.is_not(None))
    db.execute(update(deliveries).where(waits).values(state=Outcome.PARKED, reason=reason, due_at=None))


def _skip(db: Connection, one: Standing, due: Due, now: datetime) -> None:
    made = upsert(db, deliveries).values(delivery_row(one.subscription, due, now))
    there = {"state": Outcome.SKIPPED, "reason": due.skip, "due_at": None, "finished_at": now}
    unsent = deliveries.c.state.in_((Outcome.PLANNED, Outcome.RETRY, Outcome.PARKED, Outcome.DRAFT))
    db.execute(made.on_conflict_do_update(index_elements=IDENTITY, set_=there, where=unsent))


def _named(workspace: str, name: str) -> ColumnElement[bool]:
    return and_(subscriptions.c.workspace == workspace, subscriptions.c.name == name)


def _of(workspace: str, name: str) -> ColumnElement[bool]:
    return and_(deliveries.c.workspace == workspace, deliveries.c.subscription == name)
