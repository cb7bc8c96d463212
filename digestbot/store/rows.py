"""Rows as dataclasses and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from digestbot.model import Action, Channel, Delivery, MessageRef, Subscription
from digestbot.orders import Change, Draft, Outcome, PartState, Record, Standing

_FIELDS = tuple(field.name for field in fields(Subscription))
_KNOWN = frozenset(_FIELDS)


class UnreadableError(ValueError):
    """A subscription was written down by another version of digestbot, and this one cannot read it."""


def ordered(subscription: Subscription) -> dict[str, object]:
    """A subscription as it is kept."""
    kept = {name: getattr(subscription, name) for name in _FIELDS}
    where = subscription.channel
    kept["channel"] = {"platform": where.platform, "workspace": where.workspace, "id": where.id}
    return kept


def subscription(kept: Mapping[str, Any]) -> Subscription:
    """The subscription that was kept; raises UnreadableError."""
    try:
        known = {key: value for key, value in kept.items() if key in _KNOWN}
        known["themes"] = tuple(known.get("themes", ()))  # JSON knows no tuples
        known["channel"] = Channel(**kept["channel"])
        return Subscription(**known)
    except (AttributeError, KeyError, TypeError) as error:
        raise UnreadableError from error


def standing(row: Row[Any]) -> Standing:
    """A row of `subscriptions`; raises UnreadableError."""
    order = subscription(row.ordered)
    return Standing(
        order,
        row.state,
        declared=row.declared,
        by=row.ordered_by,
        reason=row.reason,
        next_occurrence=row.next_occurrence,
        next_at=row.next_at and row.next_at + order.lead,
        changed_at=row.changed_at,
        version=row.version,
        paused_by=row.paused_by,
    )


def planned_at(order: Subscription, next_at: datetime | None) -> datetime | None:
    """When the digest of an instant is planned: earlier where curators are to see it before."""
    return next_at and next_at - order.lead


def offered(kept: Sequence[Mapping[str, Any]] | None) -> tuple[Action, ...]:
    """What a notice offers, as it was kept; raises UnreadableError."""
    try:
        return tuple(Action(**one) for one in kept or ())
    except TypeError as error:
        raise UnreadableError from error


def delivery(row: Row[Any]) -> Delivery:
    """A row of `deliveries`; raises UnreadableError."""
    actions = offered(row.actions)
    return Delivery(subscription(row.ordered), row.occurrence, row.attempt, row.notice, row.id, actions)


def delivery_id(workspace: str, subscription: str, occurrence: datetime) -> str:
    """`Delivery.id` of a row whose subscription is not read."""
    return Delivery(Subscription(subscription, Channel("", workspace, ""), ""), occurrence).id


def record(row: Row[Any]) -> Record:
    """A row of `deliveries` as the ledger shows it; raises UnreadableError."""
    outcome = Outcome(row.state)
    times = (row.planned_at, row.due_at, row.finished_at)
    return Record(delivery(row), outcome, row.reason, row.theme, *times)


def part(row: Row[Any]) -> PartState:
    """A row of `parts`."""
    return PartState(row.n, row.key, row.state, row.message_ref or "", row.changed_at)


def draft(row: Row[Any]) -> Draft:
    """A row of `drafts`."""
    return Draft(row.state, row.send_at, tuple(row.left_out))


def ended(channel: Channel, rows: Sequence[Row[Any]]) -> dict[int, MessageRef | None]:
    """Of the rows of a delivery's parts those that ended, by their numbers."""
    there = [row for row in rows if row.state in {"arrived", "doubtful"}]
    return {row.n: None if row.message_ref is None else MessageRef(channel, row.message_ref) for row in there}


def change(one: Change) -> dict[str, object]:
    """A line of the audit as it is kept."""
    return asdict(one)


def turn(outcome: Outcome, due_at: datetime) -> datetime:
    """The place of what waits again: doubts before all that is new, for each minute makes one harder to settle."""
    return _BEFORE_ALL if outcome is Outcome.UNCERTAIN else due_at


_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


def server_clock(db: Connection) -> datetime | None:
    """What the database's own clock shows; None where it has none but the machine's."""
    return db.execute(_CLOCK).scalar_one() if db.dialect.name == "postgresql" else None


def lease_clock(db: Connection, now: datetime) -> datetime:
    """What leases are counted by: the database's own clock where several machines share it, else ours."""
    return server_clock(db) or now


_CLOCK = select(func.clock_timestamp())
