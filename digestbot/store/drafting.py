"""Drafts in SQL: what curators see before its hour, and what they decide. Each decision is one row in the audit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, select, update

from digestbot.model import Delivery, Subscription
from digestbot.orders import Change, Draft, Due, Outcome
from digestbot.store import rows, settling
from digestbot.store.dialect import upsert
from digestbot.store.opinions import note
from digestbot.store.settling import Keeping
from digestbot.store.tables import deliveries, drafts, parts, shown

_UNSENT = (Outcome.PLANNED, Outcome.RETRY, Outcome.PARKED, Outcome.DRAFT)


def want(db: Connection, planned: Iterable[tuple[int, Subscription, Due]]) -> None:
    """Of deliveries that were planned just now, those that curators are to see."""
    new = [
        {"workspace": order.channel.workspace, "delivery": number, "state": "wanted", "send_at": due.due_at,
         "left_out": []}
        for number, order, due in planned if due.draft_at and not due.skip
    ]  # fmt: skip
    if new:
        db.execute(upsert(db, drafts).on_conflict_do_nothing(index_elements=["delivery"]), new)


def one(db: Connection, workspace: str, number: int) -> Draft | None:
    """The draft of a delivery, None where nobody has to see one."""
    row = db.execute(select(drafts).where(_draft(workspace, number))).first()
    return rows.draft(row) if row else None


def of(db: Connection, numbers: Sequence[int]) -> dict[int, Draft]:
    """The drafts of deliveries that were claimed, of whatever workspaces, by their numbers."""
    found = db.execute(select(drafts).where(drafts.c.delivery.in_(numbers))) if numbers else ()
    return {row.delivery: rows.draft(row) for row in found}


def settle(db: Connection, workspace: str, number: int) -> None:
    """Take a delivery for approved, if curators had to see it: an admin sends it on its way."""
    db.execute(update(drafts).where(_draft(workspace, number)).values(state="approved"))


def approve(db: Connection, delivery: Delivery, rounds: int, change: Change) -> bool:
    """See ports.Ledger."""
    row = _asked(db, delivery)
    if row is None or len(row.left_out) != rounds:
        return False
    settle(db, row.workspace, row.id)
    at = max(row.send_at, change.at)
    db.execute(update(deliveries).where(_this(row)).values(state=Outcome.PLANNED, reason="", due_at=at, turn=at))
    note(db, change)
    return True


def drop(db: Connection, delivery: Delivery, reason: str, change: Change) -> bool:
    """See ports.Ledger."""
    row = _row(db, delivery)
    if row is None or row.state not in _UNSENT:
        return False
    on_its_way = exists().where(parts.c.delivery == row.id, parts.c.state != "waiting")
    if db.scalar(select(on_its_way)):
        return False
    skipped = {"state": Outcome.SKIPPED, "reason": reason, "due_at": None, "finished_at": change.at}
    db.execute(update(deliveries).where(_this(row)).values(skipped))
    note(db, change)
    return True


def redraft(db: Connection, anew: Keeping, draft: Draft, change: Change) -> bool:
    """See ports.Ledger."""
    row = _asked(db, anew.delivery)
    if row is None or tuple(row.left_out) != draft.left_out[:-1]:
        return False
    for table in (parts, shown):
        db.execute(delete(table).where(table.c.workspace == row.workspace, table.c.delivery == row.id))
    settling.write(db, [anew])
    db.execute(update(deliveries).where(_this(row)).values(theme=anew.theme))
    db.execute(update(drafts).where(_draft(row.workspace, row.id)).values(left_out=list(draft.left_out)))
    note(db, change)
    return True


def _row(db: Connection, delivery: Delivery) -> Row[Any] | None:
    """The delivery with its draft, locked until the transaction ends; None for one that is sent without."""
    workspace, name = delivery.subscription.channel.workspace, delivery.subscription.id
    both = and_(drafts.c.delivery == deliveries.c.id, drafts.c.workspace == deliveries.c.workspace)
    wanted = (
        deliveries.c.workspace == workspace,
        deliveries.c.subscription == name,
        deliveries.c.occurrence == delivery.occurrence,
    )
    columns = (deliveries.c.id, deliveries.c.workspace, deliveries.c.state)
    found: Select[Any] = select(*columns, drafts.c.state.label("draft"), drafts.c.send_at, drafts.c.left_out)
    return db.execute(found.join(drafts, both).where(*wanted).with_for_update()).first()


def _asked(db: Connection, delivery: Delivery) -> Row[Any] | None:
    """As `_row`, if it waits for an answer."""
    row = _row(db, delivery)
    return row if row is not None and (row.state, row.draft) == (Outcome.DRAFT, "shown") else None


def _this(row: Row[Any]) -> ColumnElement[bool]:
    return and_(deliveries.c.workspace == row.workspace, deliveries.c.id == row.id)


def _draft(workspace: str, number: int) -> ColumnElement[bool]:
    return and_(drafts.c.workspace == workspace, drafts.c.delivery == number)
