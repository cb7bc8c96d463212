"""What happens to a claimed delivery: Outbox.keep, begin, end and finish, each for all that wait to be written.

Everything is fenced: a row is written only while the attempt that it speaks of is the present one. Each function takes
a batch and answers, for each, whether it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from digestbot.model import Delivery, Message, MessageRef
from digestbot.orders import WAITING, Ended, Outcome, Picked
from digestbot.store import rows
from digestbot.store.prepared import Prepared
from digestbot.store.tables import attempts, deliveries, drafts, parts, shown, subscriptions

_THIS = and_(deliveries.c.id == bindparam("row"), deliveries.c.workspace == bindparam("space"))
_PART = and_(parts.c.delivery == bindparam("row"), parts.c.workspace == bindparam("space"))
_PRESENT = (
    select(deliveries.c.id, deliveries.c.workspace, deliveries.c.attempt, deliveries.c.state, deliveries.c.claimed_at)
    .where(deliveries.c.id.in_(bindparam("rows", expanding=True)))
    .order_by(deliveries.c.id)
    .with_for_update()
)
_THEME = Prepared(update(deliveries).where(_THIS).values(theme=bindparam("called")))
_BECOMES: dict[str, object] = {
    "state": bindparam("becomes"),
    "message_ref": bindparam("ref"),
    "changed_at": bindparam("now"),
}
_MOVE = Prepared(update(parts).where(_PART, parts.c.n == bindparam("part")).values(_BECOMES))
_LAND = Prepared(update(parts).where(_PART, parts.c.state == "begun").values(_BECOMES))
_DOUBT = Prepared(update(parts).where(_PART, parts.c.state == "begun").values(doubted_at=bindparam("now")))
_CLOSE = Prepared(
    update(deliveries)
    .where(_THIS)
    .values(
        state=bindparam("becomes"),
        reason=bindparam("why"),
        due_at=bindparam("due"),
        turn=bindparam("place"),
        lease_until=None,
        finished_at=bindparam("over"),
    )
)

_ASKED = (
    update(drafts)
    .where(drafts.c.delivery == bindparam("row"), drafts.c.workspace == bindparam("space"))
    .values(state="shown")
)


class Keeping(NamedTuple):
    """The arguments of Outbox.keep."""

    delivery: Delivery
    theme: str
    picks: Sequence[Picked]
    message: Message
    now: datetime
    begun: bool = True


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
    _THEME.run(db, [{**_key(one.delivery), "called": one.theme} for one in mine])
    write(db, mine)
    return held


def write(db: Connection, batch: Sequence[Keeping]) -> None:
    """Write parts and picks that are not there yet."""
    _NEW_PARTS.run(db, [row for one in batch for row in _part_rows(one)])
    _NEW_SHOWN.run(db, [row for one in batch for row in _shown_rows(one)])


def lay_out(db: Connection, delivery: Delivery, message: Message, now: datetime) -> None:
    """Write the parts of a delivery that nobody has claimed yet."""
    write(db, [Keeping(delivery, "", (), message, now, begun=False)])


_NEW_PARTS, _NEW_SHOWN = Prepared(parts.insert()), Prepared(shown.insert())


def begin(db: Connection, batch: Sequence[PartEnded]) -> Sequence[bool]:
    """See ports.Outbox."""
    held = _held(db, [one.delivery for one in batch])
    _move(db, [(one, "begun") for one, holds in zip(batch, held, strict=True) if holds])
    return held


def end(db: Connection, batch: Sequence[PartEnded]) -> Sequence[bool]:
    """See ports.Outbox."""
    held = _held(db, [one.delivery for one in batch], late=True)
    ended = [(one, "arrived" if one.ref else "doubtful") for one in batch]
    _move(db, [one for one, holds in zip(ended, held, strict=True) if holds])
    return held


def finish(db: Connection, batch: Sequence[tuple[Ended, datetime]]) -> Sequence[bool]:
    """See ports.Outbox."""
    since = _present(db, [ended.delivery for ended, _ in batch], late=True)
    held = [_fence(ended.delivery) in since for ended, _ in batch]
    mine = [one for one, holds in zip(batch, held, strict=True) if holds]
    _DOUBT.run(db, [{**_key(one.delivery), "now": one.doubted_at} for one, _ in mine if one.doubted_at])
    _LAND.run(db, [_landed(*one) for one in mine if _lands(one[0])])
    tried(db, [_attempt(ended, since[_fence(ended.delivery)], now) for ended, now in mine])
    _CLOSE.run(db, [_closed(*one) for one in mine])
    if asked := [_key(ended.delivery) for ended, _ in mine if ended.outcome is Outcome.DRAFT]:
        db.execute(_ASKED, asked)
    # What is in doubt is looked for all the same: a look sends nothing.
    park(db, [ended.delivery.number for ended, _ in mine if ended.due_at], _SENDS)
    return held


def tried(db: Connection, attempted: Sequence[dict[str, object]]) -> None:
    """Keep how attempts ended; one that is there was given up for lost, or counted by a clock that was ahead."""
    _TRIED[db.dialect.name].run(db, attempted)


def park(db: Connection, numbers: Sequence[int], states: Sequence[Outcome]) -> None:
    """Park those of these deliveries that wait in one of these states, and whose order was paused meanwhile."""
    if numbers:
        db.execute(_PARK, {"rows": numbers, "states": states})


_SENDS = tuple(one for one in WAITING if one is not Outcome.UNCERTAIN)
"""What waits to be sent, or shown to curators."""

_ITS_ORDER = and_(
    subscriptions.c.workspace == deliveries.c.workspace, subscriptions.c.name == deliveries.c.subscription
)
_PARK = (
    update(deliveries)
    .where(
        deliveries.c.id.in_(bindparam("rows", expanding=True)),
        deliveries.c.state.in_(bindparam("states", expanding=True)),
        exists().where(_ITS_ORDER, subscriptions.c.state != "active"),
    )
    .values(state=Outcome.PARKED, due_at=None)
)


_Fence = tuple[int, str, int]


def _fence(delivery: Delivery) -> _Fence:
    return delivery.number, delivery.subscription.channel.workspace, delivery.attempt


def _held(db: Connection, batch: Sequence[Delivery], *, late: bool = False) -> list[bool]:
    present = _present(db, batch, late=late)
    return [_fence(one) in present for one in batch]


def _present(db: Connection, batch: Sequence[Delivery], *, late: bool) -> dict[_Fence, datetime | None]:
    """The claims that hold, and since when; their rows are locked until the transaction ends.

    late: a lease may have ended while the answer was under way. The delivery is uncertain, and the answer settles it.
    """
    states = (Outcome.CLAIMED, Outcome.UNCERTAIN) if late else (Outcome.CLAIMED,)
    found = db.execute(_PRESENT, {"rows": [one.number for one in batch]})
    return {(row.id, row.workspace, row.attempt): row.claimed_at for row in found if row.state in states}


def _key(delivery: Delivery) -> dict[str, object]:
    return {"row": delivery.number, "space": delivery.subscription.channel.workspace}


def _part_rows(one: Keeping) -> list[dict[str, object]]:
    return [
        {
            "workspace": one.delivery.subscription.channel.workspace,
            "delivery": one.delivery.number,
            "n": n,
            "key": one.delivery.key(n),
            "payload": part.payload,
            "text": part.text,
            "state": "begun" if one.begun and not n else "waiting",
            "message_ref": None,
            "changed_at": one.now,
            "doubted_at": None,
        }
        for n, part in enumerate(one.message.parts)
    ]


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


def _move(db: Connection, moved: Sequence[tuple[PartEnded, str]]) -> None:
    moves = [
        {
            **_key(one.delivery),
            "part": one.n,
            "becomes": state,
            "ref": one.ref.id if one.ref else None,
            "now": one.now,
        }
        for one, state in moved
    ]
    _MOVE.run(db, moves)


def _lands(ended: Ended) -> bool:
    """Whether the part in flight is in flight no more; one that is yet to be looked for is."""
    return ended.ref is not None or ended.outcome is not Outcome.UNCERTAIN or ended.due_at is None


def _landed(ended: Ended, now: datetime) -> dict[str, object]:
    lost = "doubtful" if ended.outcome is Outcome.UNCERTAIN else "waiting"
    ref = ended.ref.id if ended.ref else None
    return {**_key(ended.delivery), "becomes": "arrived" if ended.ref else lost, "ref": ref, "now": now}


def _closed(ended: Ended, now: datetime) -> dict[str, object]:
    return {
        **_key(ended.delivery),
        "becomes": ended.outcome,
        "why": ended.reason,
        "due": ended.due_at,
        "place": ended.due_at and rows.turn(ended.outcome, ended.due_at),
        "over": None if ended.due_at else now,
    }


def _attempt(ended: Ended, since: datetime | None, now: datetime) -> dict[str, object]:
    return {
        "workspace": ended.delivery.subscription.channel.workspace,
        "delivery": ended.delivery.number,
        "number": ended.delivery.attempt,
        "begun_at": since or now,
        "ended_at": now,
        "outcome": ended.outcome,
        "reason": ended.reason,
    }


def _tried(insert: sqlite.Insert | postgresql.Insert) -> Prepared:
    told = {name: insert.excluded[name] for name in ("begun_at", "ended_at", "outcome", "reason")}
    return Prepared(insert.on_conflict_do_update(index_elements=["delivery", "number"], set_=told))


_TRIED = {"sqlite": _tried(sqlite.insert(attempts)), "postgresql": _tried(postgresql.insert(attempts))}
