"""What people say about highlights, keep for themselves, and did: hidden, votes, saves and the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, and_, delete, insert, select

from digestbot.orders import Change, Opinion, Picked, Saved, Voted
from digestbot.ports import Hidden
from digestbot.store import rows
from digestbot.store.dialect import upsert
from digestbot.store.tables import audit, hidden, saves, votes


def hide(db: Connection, workspace: str, kind: str, what: str, change: Change) -> bool:
    """See ports.Ledger."""
    row = upsert(db, hidden).values(
        workspace=workspace, kind=kind, key=_key(what), what=what, hidden_by=change.actor, at=change.at
    )
    if db.execute(row.on_conflict_do_nothing().returning(hidden.c.what)).first() is None:
        return False
    note(db, change)
    return True


def unhide(db: Connection, workspace: str, kind: str, what: str, change: Change) -> bool:
    """See ports.Ledger."""
    this = and_(hidden.c.workspace == workspace, hidden.c.kind == kind, hidden.c.key == _key(what))
    if not db.execute(delete(hidden).where(this)).rowcount:
        return False
    note(db, change)
    return True


def _key(what: str) -> str:
    return blake2b(what.encode(), digest_size=16).hexdigest()


def all_hidden(db: Connection, workspace: str) -> Hidden:
    """See ports.Ledger."""
    found = db.execute(select(hidden.c.kind, hidden.c.what).where(hidden.c.workspace == workspace)).all()
    by_kind = {kind: frozenset(row.what for row in found if row.kind == kind) for kind in ("highlight", "source")}
    return Hidden(by_kind["highlight"], by_kind["source"])


def vote(
    db: Connection, workspace: str, member: str, picked: Picked, theme: str, opinion: Opinion, now: datetime
) -> None:
    """See ports.Ledger."""
    said = {"source": picked.source, "theme": theme, "opinion": opinion, "at": now}
    row = upsert(db, votes).values(workspace=workspace, member=member, highlight_id=picked.id, **said)
    db.execute(row.on_conflict_do_update(index_elements=["workspace", "member", "highlight_id"], set_=said))


def all_votes(db: Connection, workspace: str) -> Sequence[Voted]:
    """See ports.Ledger."""
    found = db.execute(select(votes).where(votes.c.workspace == workspace).order_by(votes.c.at))
    return [Voted(row.member, row.highlight_id, row.source, row.theme, row.opinion, row.at) for row in found]


def save(db: Connection, workspace: str, member: str, highlight_id: str, now: datetime) -> bool:
    """See ports.Ledger."""
    row = upsert(db, saves).values(workspace=workspace, member=member, highlight_id=highlight_id, at=now)
    return db.execute(row.on_conflict_do_nothing().returning(saves.c.member)).first() is not None


def unsave(db: Connection, workspace: str, member: str, highlight_id: str) -> bool:
    """See ports.Ledger."""
    this = and_(saves.c.workspace == workspace, saves.c.member == member, saves.c.highlight_id == highlight_id)
    return db.execute(delete(saves).where(this)).rowcount == 1


def all_saves(db: Connection, workspace: str, member: str) -> Sequence[Saved]:
    """See ports.Ledger."""
    mine = and_(saves.c.workspace == workspace, saves.c.member == member)
    found = db.execute(select(saves).where(mine).order_by(saves.c.at.desc(), saves.c.highlight_id))
    return [Saved(row.member, row.highlight_id, row.at) for row in found]


def note(db: Connection, change: Change) -> None:
    """See ports.Ledger."""
    db.execute(insert(audit).values(rows.change(change)))


def changes(db: Connection, workspace: str, limit: int) -> Sequence[Change]:
    """See ports.Ledger."""
    latest = select(audit).where(audit.c.workspace == workspace).order_by(audit.c.id.desc()).limit(limit)
    found = db.execute(latest)
    return [Change(row.workspace, row.at, row.actor, row.action, row.subject, row.detail) for row in found]
