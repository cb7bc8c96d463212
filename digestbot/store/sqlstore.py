"""SqlStore: ports.Outbox and ports.Ledger on a database's two lanes; the queries stand in the modules beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from digestbot.errors import LostClaimError
from digestbot.model import Action, Channel, Delivery, Message, MessageRef
from digestbot.orders import (
    Capture,
    CaptureState,
    Change,
    Draft,
    Due,
    Ended,
    Opinion,
    Outcome,
    Picked,
    Record,
    Saved,
    Standing,
    Voted,
)
from digestbot.ports import Claimed, Decide, Hidden, Ledger, Outbox, Pace, Shown
from digestbot.store import (
    captures,
    claiming,
    drafting,
    opinions,
    pacing,
    planning,
    records,
    rows,
    settling,
    workspaces,
)
from digestbot.store import standing as orders
from digestbot.store.engine import Database
from digestbot.store.lane import MOST, Lane, shared
from digestbot.store.settling import Keeping, PartEnded

# What every digest of a workspace asks when it is made, and all of them at nine o'clock.
_HISTORY, _HIDDEN, _VOTES = shared(records.history), shared(opinions.all_hidden), shared(opinions.all_votes)


class SqlStore:
    """Both halves of the store in a database; see ports.Outbox and ports.Ledger for what each method promises."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        """Take a database whose tables exist; `open_store` makes both. most: operations of one transaction."""
        self._database = database
        self._writer = Lane(database.writer, "digestbot-store", sever=database.sever, most=most)
        self._reader = Lane(database.reader, "digestbot-store-reader", sever=database.sever, most=most)

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """The writer's and the reader's, for who listens to them."""
        return self._database.writer, self._database.reader

    async def plan(self, now: datetime, decide: Decide, *, most: int = 500) -> Sequence[Ended]:
        """See ports.Outbox."""
        return await self._writer.run(planning.plan, now, decide, most)

    async def claim(self, platform: str, now: datetime, *, most: int = 64, paces: Sequence[Pace] = ()) -> Claimed:
        """See ports.Outbox."""
        return await self._writer.run(claiming.claim, platform, now, most, paces)

    async def keep(
        self,
        delivery: Delivery,
        theme: str,
        picks: Sequence[Picked],
        message: Message,
        now: datetime,
        *,
        begun: bool = True,
    ) -> None:
        """See ports.Outbox."""
        kept = Keeping(delivery, theme, picks, message, now, begun)
        _fenced(delivery, held=await self._writer.run_many(settling.keep, kept))

    async def begin(self, delivery: Delivery, n: int, now: datetime) -> None:
        """See ports.Outbox."""
        begun = PartEnded(delivery, n, None, now)
        _fenced(delivery, held=await self._writer.run_many(settling.begin, begun))

    async def end(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:
        """See ports.Outbox."""
        ended = PartEnded(delivery, n, ref, now)
        _fenced(delivery, held=await self._writer.run_many(settling.end, ended))

    async def finish(self, ended: Ended, now: datetime) -> None:
        """See ports.Outbox."""
        _fenced(ended.delivery, held=await self._writer.run_many(settling.finish, (ended, now)))

    async def extend(self, deliveries: Sequence[Delivery], now: datetime) -> Sequence[str]:
        """See ports.Outbox."""
        return await self._writer.run(claiming.extend, deliveries, now)

    async def reap(self, now: datetime) -> int:
        """See ports.Outbox."""
        return await self._writer.run(claiming.reap, now)

    async def reserve(self, channel: Channel, paces: Sequence[Pace], now: datetime) -> datetime:
        """See ports.Outbox."""
        return await self._writer.run(pacing.reserve, channel, paces, now)

    async def rouse(self, now: datetime) -> int:
        """See ports.Outbox."""
        return await self._writer.run(claiming.rouse, now)

    async def clock(self) -> datetime | None:
        """See ports.Outbox."""
        return await self._reader.run(rows.server_clock)

    async def hold(self, pace: str, until: datetime, now: datetime) -> None:
        """See ports.Outbox."""
        await self._writer.run(pacing.hold, pace, until, now)

    async def next_time(self, now: datetime, platforms: Sequence[str]) -> datetime | None:
        """See ports.Outbox."""
        return await self._reader.run(planning.next_time, now, platforms)

    async def declared(self) -> Sequence[Standing]:
        """See ports.Outbox."""
        return await self._reader.run(orders.declared)

    async def pause(self, delivery: Delivery, reason: str, now: datetime) -> bool:
        """See ports.Outbox."""
        return await self._writer.run(orders.pause, delivery, reason, now)

    async def suspects(self, now: datetime, platforms: Sequence[str], *, most: int = 50) -> Sequence[Standing]:
        """See ports.Outbox."""
        return await self._writer.run(orders.suspects, now, platforms, most)

    async def over(self, now: datetime) -> Sequence[str]:
        """See ports.Outbox."""
        return await self._reader.run(workspaces.over, now)

    async def announce(
        self,
        channel: Channel,
        topic: str,
        text: str,
        now: datetime,
        actions: Sequence[Action] = (),
        message: Message | None = None,
    ) -> bool:
        """See ports.Outbox."""
        return await self._writer.run(planning.announce, channel, topic, text, now, actions, message)

    async def tally(self, now: datetime) -> Sequence[tuple[str, Outcome, int]]:  # noqa: ARG002 - the port names it
        """See ports.Outbox."""
        return await self._reader.run(records.tally)

    async def prune(self, before: datetime) -> int:
        """See ports.Outbox."""
        return await self._writer.run(records.prune, before)

    async def standings(self, workspace: str, *, channel: Channel | None = None) -> Sequence[Standing]:
        """See ports.Ledger."""
        return await self._reader.run(orders.standings, workspace, channel)

    async def standing(self, workspace: str, name: str) -> Standing | None:
        """See ports.Ledger."""
        return await self._reader.run(orders.standing, workspace, name)

    async def put(self, standing: Standing, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(orders.put, standing, change)

    async def skip(self, standing: Standing, due: Due, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(orders.skip, standing, due, change)

    async def order_now(self, standing: Standing, due: Due, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(orders.order_now, standing, due, change)

    async def deliveries(
        self,
        workspace: str,
        *,
        subscription: str | None = None,
        states: Sequence[Outcome] = (),
        since: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[Record]:
        """See ports.Ledger."""
        return await self._reader.run(records.latest, workspace, subscription, states, since, limit)

    async def delivery(self, workspace: str, subscription: str, occurrence: datetime | None = None) -> Record | None:
        """See ports.Ledger."""
        return await self._reader.run(records.one, workspace, subscription, occurrence)

    async def kept(self, workspace: str, subscription: str, occurrence: datetime) -> Message | None:
        """See ports.Ledger."""
        return await self._reader.run(records.kept, workspace, subscription, occurrence)

    async def approve(self, delivery: Delivery, rounds: int, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(drafting.approve, delivery, rounds, change)

    async def drop(self, delivery: Delivery, reason: str, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(drafting.drop, delivery, reason, change)

    async def redraft(
        self, delivery: Delivery, draft: Draft, theme: str, picks: Sequence[Picked], message: Message, change: Change
    ) -> bool:
        """See ports.Ledger."""
        anew = Keeping(delivery, theme, picks, message, change.at, begun=False)
        return await self._writer.run(drafting.redraft, anew, draft, change)

    async def again(self, delivery: Delivery, now: datetime, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(records.again, delivery, now, change)

    async def show(self, channel: Channel, theme: str, picks: Sequence[Picked], now: datetime) -> None:
        """See ports.Ledger."""
        await self._writer.run(records.show, channel, theme, picks, now)

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """See ports.Ledger."""
        return await self._reader.run_many(_HISTORY, (workspace, subscription))

    async def shown(self, workspace: str, highlight_id: str) -> Sequence[tuple[Shown, Record | None]]:
        """See ports.Ledger."""
        return await self._reader.run(records.where_shown, workspace, highlight_id)

    async def hide(self, workspace: str, kind: Literal["highlight", "source"], what: str, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(opinions.hide, workspace, kind, what, change)

    async def unhide(self, workspace: str, kind: Literal["highlight", "source"], what: str, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(opinions.unhide, workspace, kind, what, change)

    async def hidden(self, workspace: str) -> Hidden:
        """See ports.Ledger."""
        return await self._reader.run_many(_HIDDEN, (workspace,))

    async def vote(
        self, workspace: str, member: str, picked: Picked, theme: str, opinion: Opinion, now: datetime
    ) -> None:
        """See ports.Ledger."""
        await self._writer.run(opinions.vote, workspace, member, picked, theme, opinion, now)

    async def votes(self, workspace: str) -> Sequence[Voted]:
        """See ports.Ledger."""
        return await self._reader.run_many(_VOTES, (workspace,))

    async def save(self, workspace: str, member: str, highlight_id: str, now: datetime) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(opinions.save, workspace, member, highlight_id, now)

    async def unsave(self, workspace: str, member: str, highlight_id: str) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(opinions.unsave, workspace, member, highlight_id)

    async def saves(self, workspace: str, member: str) -> Sequence[Saved]:
        """See ports.Ledger."""
        return await self._reader.run(opinions.all_saves, workspace, member)

    async def seen(self, workspace: str, interaction: str, now: datetime) -> datetime | None:
        """See ports.Ledger."""
        return await self._writer.run(workspaces.seen, workspace, interaction, now)

    async def leave(self, workspace: str, at: datetime) -> None:
        """See ports.Ledger."""
        await self._writer.run(workspaces.leave, workspace, at)

    async def stay(self, workspace: str) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(workspaces.stay, workspace)

    async def erase(self, workspace: str) -> int:
        """See ports.Ledger."""
        return await self._writer.run(workspaces.erase, workspace)

    async def capture(self, capture: Capture) -> Capture:
        """See ports.Ledger."""
        return await self._writer.run(captures.add, capture)

    async def captured(self, workspace: str, number: int) -> Capture | None:
        """See ports.Ledger."""
        return await self._reader.run(captures.one, workspace, number)

    async def captures(self, workspace: str, state: CaptureState, *, limit: int = 100) -> Sequence[Capture]:
        """See ports.Ledger."""
        return await self._reader.run(captures.some, workspace, state, limit)

    async def settle(self, capture: Capture, was: CaptureState, change: Change) -> bool:
        """See ports.Ledger."""
        return await self._writer.run(captures.settle, capture, was, change)

    async def spend(self, workspace: str, member: str, what: str, most: int, now: datetime) -> datetime | None:
        """See ports.Ledger."""
        return await self._writer.run(pacing.spend, workspace, member, what, most, now)

    async def note(self, change: Change) -> None:
        """See ports.Ledger."""
        await self._writer.run(opinions.note, change)

    async def audit(self, workspace: str, *, limit: int = 50) -> Sequence[Change]:
        """See ports.Ledger."""
        return await self._reader.run(opinions.changes, workspace, limit)

    def close(self) -> None:
        """Let what is under way end, then close the database. The store cannot be used afterwards."""
        self._writer.close()
        self._reader.close()
        self._database.close()


def _fenced(delivery: Delivery, *, held: bool) -> None:
    """Raise LostClaimError for what was written for a claim that holds no more."""
    if not held:
        raise LostClaimError(f"{delivery.id} was taken over by another process.")


def _typed(store: SqlStore) -> tuple[Outbox, Ledger]:
    return store, store  # what mypy holds against the ports
