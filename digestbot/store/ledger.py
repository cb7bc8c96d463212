"""The ledger in SQL: every method of ports.Store as one short transaction on a given connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from digestbot.model import Channel, Delivery, Message, MessageRef, Outcome, Part, Subscription
from digestbot.ports import Shown
from digestbot.store.tables import deliveries, parts, shown

_NOT_SHOWN = (Outcome.REFUSED, Outcome.SKIPPED)


Planned = tuple[Subscription, datetime, datetime, str]
"""What `plan` of ports.Store is told: the occurrence, now and why to skip it come after the subscription."""


def plan(db: Connection, planned: Sequence[Planned]) -> Sequence[bool]:
    """See ports.Store."""
    rows = [_planned(*one) for one in planned]
    named = [{**_key(Delivery(order, occurrence)), "now": now} for order, occurrence, now, _ in planned]
    ahead = and_(_NAMED, deliveries.c.state == Outcome.SKIPPED, deliveries.c.planned_at > bindparam("now"))
    db.execute(delete(deliveries).where(ahead), named)
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    new = dialect.insert(deliveries).on_conflict_do_nothing().returning(*_IDENTITY)
    inserted = {tuple(row) for row in db.execute(new, rows)}
    done = []
    for row in rows:
        identity = tuple(row[column.name] for column in _IDENTITY)
        done.append(identity in inserted)
        inserted.discard(identity)  # asked twice in one go, the first one did it
    return done


def _planned(subscription: Subscription, occurrence: datetime, now: datetime, skip: str) -> dict[str, object]:
    return {
        "workspace": subscription.channel.workspace,
        "subscription": subscription.id,
        "occurrence": occurrence,
        "ordered": asdict(subscription),
        "state": Outcome.SKIPPED if skip else Outcome.PLANNED,
        "attempt": 0,
        "reason": skip,
        "theme": "",
        "planned_at": now,
        "finished_at": now if skip else None,
    }


def claim(db: Connection, workspace: str, now: datetime, most: int) -> Sequence[Delivery]:
    """See ports.Store; the oldest first."""
    due = or_(deliveries.c.retry_at.is_(None), deliveries.c.retry_at <= now)
    waits = and_(deliveries.c.workspace == workspace, _waiting(), due)
    oldest = select(deliveries).where(waits).order_by(deliveries.c.planned_at, deliveries.c.id).limit(most)
    oldest = oldest.with_for_update(skip_locked=True)  # another process takes others; SQLite has one writer
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


def begin_parts(db: Connection, begun: Sequence[tuple[Delivery, int, datetime]]) -> Sequence[None]:
    """See ports.Store; many at once, as all that takes a list here."""
    change = update(parts).where(_PART).values(state="begun", changed_at=bindparam("now"))
    db.execute(change, [{**_key(delivery), "part": n, "now": now} for delivery, n, now in begun])
    return [None] * len(begun)


def end_parts(db: Connection, ended: Sequence[tuple[Delivery, int, MessageRef | None, datetime]]) -> Sequence[None]:
    """See ports.Store."""
    values: dict[str, object] = {
        "state": bindparam("to"),
        "message_ref": bindparam("ref"),
        "changed_at": bindparam("now"),
    }
    rows = [
        {
            **_key(delivery),
            "part": n,
            "now": now,
            "to": "arrived" if ref else "doubtful",
            "ref": ref.id if ref else None,
        }
        for delivery, n, ref, now in ended
    ]
    db.execute(update(parts).where(_PART).values(values), rows)
    return [None] * len(ended)


def arrived(db: Connection, delivery: Delivery) -> Sequence[MessageRef | None]:
    """See ports.Store."""
    these = and_(_parts_of(delivery), parts.c.state.in_(("arrived", "doubtful")))
    refs = db.scalars(select(parts.c.message_ref).where(these).order_by(parts.c.n))
    return [None if ref is None else MessageRef(delivery.subscription.channel, ref) for ref in refs]


Ending = tuple[Delivery, Outcome, datetime, str, datetime | None]
"""What `finish` of ports.Store is told: now, the reason and retry_at come last."""


def finish(db: Connection, ended: Sequence[Ending]) -> Sequence[None]:
    """See ports.Store."""
    columns = {"state": "to", "reason": "why", "retry_at": "again", "finished_at": "now"}
    values: dict[str, object] = {column: bindparam(name) for column, name in columns.items()}
    rows = [
        {**_key(delivery), "to": outcome, "why": reason, "again": retry_at, "now": now}
        for delivery, outcome, now, reason, retry_at in ended
    ]
    db.execute(update(deliveries).where(_NAMED).values(values), rows)
    known = [row for row in rows if row["to"] is not Outcome.UNCERTAIN]
    if known:
        begun = and_(_OF_NAMED, parts.c.state == "begun")
        db.execute(update(parts).where(begun).values(state="waiting", changed_at=bindparam("now")), known)
    return [None] * len(ended)


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


_IDENTITY = (deliveries.c.workspace, deliveries.c.subscription, deliveries.c.occurrence)

_NAMED = and_(
    deliveries.c.workspace == bindparam("of_workspace"),
    deliveries.c.subscription == bindparam("of_subscription"),
    deliveries.c.occurrence == bindparam("of_occurrence"),
)
"""The delivery that `_key` names, for a statement that is run for many."""

_OF_NAMED = parts.c.delivery == select(deliveries.c.id).where(_NAMED).scalar_subquery()
_PART = and_(_OF_NAMED, parts.c.n == bindparam("part"))


def _key(delivery: Delivery) -> dict[str, object]:
    order = delivery.subscription
    return {
        "of_workspace": order.channel.workspace,
        "of_subscription": order.id,
        "of_occurrence": delivery.occurrence,
    }


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
