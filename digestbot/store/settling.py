"""What happens to a claimed delivery: Outbox.keep, begin, end and finish, each for all that wait to be written.

Everything is fenced: a row is written only while the attempt that it speaks of is the present one. Each function takes
a batch and answers, for each, whether it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, select, update

from digestbot.model import Delivery, Message, MessageRef
from digestbot.orders import Ended, Outcome, Picked
from digestbot.store.dialect import upsert
from digestbot.store.tables import attempts, deliveries, parts, shown

_HELD = (Outcome.CLAIMED, Outcome.UNCERTAIN)
"""A lease may have ended while the answer was under way: the delivery is uncertain, and the answer settles it."""


class Keeping(NamedTuple):
    """The arguments of Outbox.keep."""

    delivery: Delivery
    theme: str
    picks: Sequence[Picked]
    message: Message
    now: datetime


class PartEnded(NamedTuple):
    """The arguments of Outbox.end, and, with ref None, of Outbox.begin."""

    delivery: Delivery
    n: int
    ref: MessageRef | None
    now: datetime


def keep(db: Connection, batch: Sequence[Keeping]) -> Sequence[bool]:
    """See ports.Outbox."""
    held = _held(db, [one.delivery for one in batch])
    mine = [one for one, holds in zip(batch, held, strict=True) if holds]
    if mine:
        themes = [{**_key(one.delivery), "theme": one.theme} for one in mine]
        db.execute(update(deliveries).where(_this()).values(theme=bindparam("theme")), themes)
        _write(db, [row for one in mine for row in _part_rows(one)])
        if picked := [row for one in mine for row in _shown_rows(one)]:
            db.execute(shown.insert(), picked)
    return held


def begin(db: Connection, batch: Sequence[PartEnded]) -> Sequence[bool]:
    """See ports.Outbox."""
    return _move(db, batch, "begun")


def end(db: Connection, batch: Sequence[PartEnded]) -> Sequence[bool]:
    """See ports.Outbox."""
    return _move(db, batch, "arrived")


def finish(db: Connection, batch: Sequence[tuple[Ended, datetime]]) -> Sequence[bool]:
    """See ports.Outbox."""
    held = _held(db, [ended.delivery for ended, _ in batch])
    mine = [one for one, holds in zip(batch, held, strict=True) if holds]
    if mine:
        _close_parts(db, mine)
        _tried(db, mine)
        done = ("state", "reason", "due_at", "finished_at", "lease_until")
        rows = [
            {
                **_key(ended.delivery),
                "state": ended.outcome,
                "reason": ended.reason,
                "due_at": ended.due_at,
                "finished_at": now,
                "lease_until": None,
            }
            for ended, now in mine
        ]
        db.execute(update(deliveries).where(_this()).values({name: bindparam(name) for name in done}), rows)
    return held


def _held(db: Connection, batch: Sequence[Delivery]) -> list[bool]:
    """For each, whether its attempt is the present one; the rows are locked until the transaction ends."""
    columns = (deliveries.c.id, deliveries.c.workspace, deliveries.c.attempt)
    these = and_(deliveries.c.id.in_([one.number for one in batch]), deliveries.c.state.in_(_HELD))
    found = db.execute(select(*columns).where(these).order_by(deliveries.c.id).with_for_update())
    present = {(row.id, row.workspace, row.attempt) for row in found}
    return [(one.number, one.subscription.channel.workspace, one.attempt) in present for one in batch]


def _key(delivery: Delivery) -> dict[str, object]:
    return {"row": delivery.number, "space": delivery.subscription.channel.workspace}


def _this() -> ColumnElement[bool]:
    return and_(deliveries.c.id == bindparam("row"), deliveries.c.workspace == bindparam("space"))


def _part() -> ColumnElement[bool]:
    return and_(parts.c.delivery == bindparam("row"), parts.c.workspace == bindparam("space"))


def _part_rows(one: Keeping) -> list[dict[str, object]]:
    return [
        {
            "workspace": one.delivery.subscription.channel.workspace,
            "delivery": one.delivery.number,
            "n": n,
            "key": one.delivery.key(n),
            "payload": part.payload,
            "text": part.text,
            "state": "waiting" if n else "begun",
            "message_ref": None,
            "changed_at": one.now,
        }
        for n, part in enumerate(one.message.parts)
    ]


def _write(db: Connection, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        db.execute(parts.insert(), rows)


def _shown_rows(one: Keeping) -> list[dict[str, object]]:
    channel = one.delivery.subscription.channel
    common = {"workspace": channel.workspace, "theme": one.theme, "channel": str(channel), "at": one.now}
    return [
        {
            **common,
            "delivery": one.delivery.number,
            "highlight_id": pick.id,
            "source": pick.source,
            "native": pick.native,
        }
        for pick in one.picks
    ]


def _move(db: Connection, batch: Sequence[PartEnded], state: str) -> Sequence[bool]:
    """Put parts into a state; one that ended without a message is doubtful."""
    held = _held(db, [one.delivery for one in batch])
    rows = [
        {
            **_key(one.delivery),
            "part": one.n,
            "becomes": "doubtful" if state == "arrived" and one.ref is None else state,
            "ref": one.ref.id if one.ref else None,
            "now": one.now,
        }
        for one, holds in zip(batch, held, strict=True)
        if holds
    ]
    values: dict[str, object] = {
        "state": bindparam("becomes"),
        "message_ref": bindparam("ref"),
        "changed_at": bindparam("now"),
    }
    if rows:
        db.execute(update(parts).where(_part(), parts.c.n == bindparam("part")).values(values), rows)
    return held


def _close_parts(db: Connection, mine: Sequence[tuple[Ended, datetime]]) -> None:
    """Say what became of the part in flight; one that is yet to be looked for stays in flight."""
    rows = [
        {
            **_key(ended.delivery),
            "becomes": "arrived" if ended.ref else ("doubtful" if ended.outcome is Outcome.UNCERTAIN else "waiting"),
            "ref": ended.ref.id if ended.ref else None,
            "now": now,
        }
        for ended, now in mine
        if ended.ref or not (ended.outcome is Outcome.UNCERTAIN and ended.due_at)
    ]
    values: dict[str, object] = {
        "state": bindparam("becomes"),
        "message_ref": bindparam("ref"),
        "changed_at": bindparam("now"),
    }
    if rows:
        db.execute(update(parts).where(_part(), parts.c.state == "begun").values(values), rows)


def _tried(db: Connection, mine: Sequence[tuple[Ended, datetime]]) -> None:
    """Keep the attempts; one that was given up for lost is told anew."""
    ids = [ended.delivery.number for ended, _ in mine]
    begun = db.execute(select(deliveries.c.id, deliveries.c.claimed_at).where(deliveries.c.id.in_(ids)))
    since = {row.id: row.claimed_at for row in begun}
    rows = [
        {
            "workspace": ended.delivery.subscription.channel.workspace,
            "delivery": ended.delivery.number,
            "number": ended.delivery.attempt,
            "begun_at": since[ended.delivery.number] or now,
            "ended_at": now,
            "outcome": ended.outcome,
            "reason": ended.reason,
        }
        for ended, now in mine
    ]
    row = upsert(db, attempts)
    told = {name: row.excluded[name] for name in ("ended_at", "outcome", "reason")}
    db.execute(row.on_conflict_do_update(index_elements=["delivery", "number"], set_=told), rows)
