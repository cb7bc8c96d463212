"""A store in memory: ports.Outbox and ports.Ledger, each promise kept; tests look at its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal

from fake_rows import HORIZON, Entry, Paces

from digestbot.errors import StoreError
from digestbot.model import Action, Channel, Delivery, Message, MessageRef, Subscription
from digestbot.orders import (
    UNSHOWN,
    Capture,
    CaptureState,
    Change,
    Claim,
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
from digestbot.ports import AHEAD, LEASE_SECONDS, Claimed, Decide, Hidden, Ledger, Outbox, Pace, Shown

LEASE = timedelta(seconds=LEASE_SECONDS)
HOUR = timedelta(hours=1)


@dataclass
class FakeStore:
    """Both halves of the store. entries: by `Delivery.id`; orders: by workspace and name.

    failures: raised first, one a call of the outbox. server_clock: what the clock of a server shows, if there is one.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    orders: dict[tuple[str, str], Standing] = field(default_factory=dict)
    requested: list[tuple[Channel, Shown]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    paces: Paces = field(default_factory=Paces)
    failures: list[StoreError] = field(default_factory=list)
    server_clock: Callable[[], datetime] | None = None
    secrets: set[tuple[str, str, str]] = field(default_factory=set)
    voted: dict[tuple[str, str, str], Voted] = field(default_factory=dict)
    lists: dict[tuple[str, str, str], Saved] = field(default_factory=dict)
    checks: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)
    interactions: dict[tuple[str, str], datetime] = field(default_factory=dict)
    leaving: dict[str, datetime] = field(default_factory=dict)
    handed_in: list[Capture] = field(default_factory=list)

    async def plan(self, now: datetime, decide: Decide, *, most: int = 500) -> Sequence[Ended]:
        """See ports.Outbox."""
        self._fail()
        planned: list[Ended] = []
        for standing in self._due(now)[:most]:
            plan = decide(standing, now)
            later = replace(standing, next_occurrence=plan.next_occurrence, next_at=plan.next_at, changed_at=now)
            ended = replace(later, state="paused", reason=plan.pause, paused_by="schedule")
            self._write(ended if plan.pause else later)
            new = [self._insert(Delivery(standing.subscription, due.at, 0), due, now) for due in plan.due]
            planned += [one for one in new if one]
            if plan.pause:
                self.changes.append(_paused(standing, plan.pause, now))
                gone = Delivery(standing.subscription, standing.next_occurrence or datetime(1970, 1, 1), 0)  # noqa: DTZ001 - a wall time
                planned.append(Ended(gone, Outcome.PARKED, plan.pause))
        return planned

    async def claim(self, platform: str, now: datetime, *, most: int = 64, paces: Sequence[Pace] = ()) -> Claimed:
        """See ports.Outbox."""
        self._fail()
        claims: list[Claim] = []
        until: list[datetime] = []
        full: set[str] = set()
        for entry in self._in_turn(platform, now):
            held = next((one for one in paces if self.paces.slot([one], entry.channel, now) > now + HORIZON), None)
            if len(claims) == most or full & {"", entry.channel.workspace}:
                continue
            if held is None:
                claims.append(entry.take(now, self.paces.reserve(paces, entry.channel, now), LEASE))
                continue
            until.append(self.paces.slot([held], entry.channel, now))
            if held.scope == "channel":
                entry.due_at = until[-1]
            else:
                full.add("" if held.scope == "platform" else entry.channel.workspace)
        return Claimed(tuple(claims), min(until, default=None))

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
        entry = self._held(delivery)
        entry.theme, entry.picks, entry.message = theme, tuple(picks), message
        entry.shown_at, entry.begun_at = now, now if begun else None

    async def begin(self, delivery: Delivery, n: int, now: datetime) -> None:
        """See ports.Outbox."""
        entry = self._held(delivery)
        assert n == entry.part, "parts are posted in order"
        entry.begun_at = now

    async def end(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:  # noqa: ARG002 - the port names it
        """See ports.Outbox."""
        entry = self._held(delivery, late=True)
        assert n == entry.part, "parts end in order"
        entry.refs[n] = ref
        entry.begun_at = None

    async def finish(self, ended: Ended, now: datetime) -> None:
        """See ports.Outbox."""
        entry = self._held(ended.delivery, late=True)
        entry.close(ended, now)
        self._park(entry)

    async def extend(self, deliveries: Sequence[Delivery], now: datetime) -> Sequence[str]:
        """See ports.Outbox."""
        self._fail()
        held = [self.entries[one.id] for one in deliveries if self._still(one)]
        for entry in held:
            entry.lease_until = now + LEASE
        return [entry.delivery.id for entry in held]

    async def reap(self, now: datetime) -> int:
        """See ports.Outbox."""
        self._fail()
        leased = [(one, one.lease_until) for one in self.entries.values() if one.lease_until]
        over = [one for one, until in leased if until <= now or until > now + 2 * LEASE]
        for entry in over:
            entry.give_back(now)
            if not entry.begun_at:
                self._park(entry)
        return len(over)

    async def reserve(self, channel: Channel, paces: Sequence[Pace], now: datetime) -> datetime:
        """See ports.Outbox."""
        return self.paces.reserve(paces, channel, now)

    async def rouse(self, now: datetime) -> int:
        """See ports.Outbox."""
        return sum(one.rouse(now) for one in self.entries.values())

    async def clock(self) -> datetime | None:
        """See ports.Outbox."""
        return self.server_clock() if self.server_clock else None

    async def hold(self, pace: str, until: datetime, now: datetime) -> None:
        """See ports.Outbox."""
        self.paces.hold(pace, until, now)

    async def next_time(self, now: datetime, platforms: Sequence[str]) -> datetime | None:
        """See ports.Outbox."""
        self._fail()
        ahead = [now for one in self.orders.values() if _ahead(one, now)]
        active = [one for one in self.orders.values() if one.state == "active"]
        coming = [one.next_at - one.subscription.lead for one in active if one.next_at]
        waiting = [one for one in self.entries.values() if one.waits() and one.channel.platform in platforms]
        leases = [one.lease_until for one in self.entries.values() if one.lease_until]
        return min([*ahead, *coming, *(one.due_at for one in waiting if one.due_at), *leases], default=None)

    async def declared(self) -> Sequence[Standing]:
        """See ports.Outbox."""
        return [one for one in self.orders.values() if one.declared and one.state != "removed"]

    async def pause(self, delivery: Delivery, reason: str, now: datetime) -> bool:
        """See ports.Outbox."""
        where = delivery.subscription.channel.workspace
        there = self.orders.get((where, delivery.subscription.id))
        if not there or there.state != "active" or there.subscription.channel != delivery.subscription.channel:
            return False
        paused = replace(there, state="paused", reason=reason, next_occurrence=None, next_at=None, changed_at=now)
        self._write(replace(paused, paused_by="platform"))
        self.checks[_key(there)] = now + HOUR, 0
        self.changes.append(_paused(there, reason, now))
        return True

    async def suspects(self, now: datetime, platforms: Sequence[str], *, most: int = 50) -> Sequence[Standing]:
        """See ports.Outbox."""
        mine = [one for one in self.orders.values() if one.subscription.channel.platform in platforms]
        due = [one for one in mine if _key(one) in self.checks and self.checks[_key(one)][0] <= now][:most]
        for one in due:
            again = self.checks[_key(one)][1] + 1
            self.checks[_key(one)] = now + min(HOUR * 2**again, 24 * HOUR), again
        return due

    async def over(self, now: datetime) -> Sequence[str]:
        """See ports.Outbox."""
        return sorted(name for name, at in self.leaving.items() if at <= now)

    async def announce(  # noqa: PLR0917 - as ports.Outbox
        self,
        channel: Channel,
        topic: str,
        text: str,
        now: datetime,
        actions: Sequence[Action] = (),
        message: Message | None = None,
    ) -> bool:
        """See ports.Outbox."""
        name = f"notice:{blake2b(f'{channel}#{topic}'.encode(), digest_size=8).hexdigest()}"
        if any(one.delivery.subscription.id == name for one in self._of(channel.workspace)):
            return False
        delivery = Delivery(Subscription(name, channel, ""), now.replace(tzinfo=None), 0, text, actions=tuple(actions))
        self.entries[delivery.id] = Entry(delivery, now, now, message=message)
        return True

    async def tally(self, now: datetime) -> Sequence[tuple[str, Outcome, int]]:  # noqa: ARG002 - the port names it
        """See ports.Outbox."""
        counts = Counter((one.channel.platform, one.outcome) for one in self.entries.values())
        return [(platform, outcome, count) for (platform, outcome), count in counts.items()]

    async def prune(self, before: datetime) -> int:
        """See ports.Outbox."""
        old = [one for one in self.entries.values() if one.message and one.finished_at and one.finished_at < before]
        for entry in old:
            entry.message = None
        self.interactions = {key: at for key, at in self.interactions.items() if at >= before}
        return len(old)

    async def standings(self, workspace: str, *, channel: Channel | None = None) -> Sequence[Standing]:
        """See ports.Ledger."""
        mine = [one for key, one in sorted(self.orders.items()) if key[0] == workspace and one.state != "removed"]
        return [one for one in mine if channel in (None, one.subscription.channel)]

    async def standing(self, workspace: str, name: str) -> Standing | None:
        """See ports.Ledger."""
        return self.orders.get((workspace, name))

    async def put(self, standing: Standing, change: Change) -> bool:
        """See ports.Ledger."""
        there = self.orders.get(_key(standing))
        if (there.version if there else 0) != standing.version:
            return False
        self._write(replace(standing, changed_at=change.at))
        self.checks.pop(_key(standing), None)
        if standing.state == "paused" and standing.paused_by == "platform":
            self.checks[_key(standing)] = change.at + HOUR, 0
        self.changes.append(change)
        return True

    async def skip(self, standing: Standing, due: Due, change: Change) -> bool:
        """See ports.Ledger."""
        if not await self.put(standing, change):
            return False
        delivery = Delivery(standing.subscription, due.at, 0)
        there = self.entries.get(delivery.id)
        if there and there.outcome in (Outcome.PLANNED, Outcome.RETRY, Outcome.PARKED, Outcome.DRAFT):
            there.outcome, there.reason, there.due_at, there.finished_at = Outcome.SKIPPED, due.skip, None, change.at
        self._insert(delivery, due, change.at)
        return True

    async def order_now(self, standing: Standing, due: Due, change: Change) -> bool:
        """See ports.Ledger."""
        delivery = Delivery(standing.subscription, due.at, 0)
        if delivery.id in self.entries or not await self.put(standing, change):
            return False
        self._insert(delivery, due, change.at)
        return True

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
        mine = [one for one in self._newest(workspace) if subscription in (None, one.delivery.subscription.id)]
        found = [one for one in mine if not states or one.outcome in states]
        return [one.record() for one in found if since is None or one.planned_at >= since][:limit]

    async def delivery(self, workspace: str, subscription: str, occurrence: datetime | None = None) -> Record | None:
        """See ports.Ledger."""
        mine = [one for one in self._newest(workspace) if one.delivery.subscription.id == subscription]
        return next((one.record() for one in mine if occurrence in (None, one.delivery.occurrence)), None)

    async def kept(self, workspace: str, subscription: str, occurrence: datetime) -> Message | None:
        """See ports.Ledger."""
        named = (subscription, occurrence)
        found = (one for one in self._of(workspace) if _named(one.delivery) == named)
        return next((one.message for one in found), None)

    async def approve(self, delivery: Delivery, rounds: int, change: Change) -> bool:
        """See ports.Ledger."""
        entry = self._asked(delivery)
        if not entry or not entry.draft or len(entry.draft.left_out) != rounds:
            return False
        entry.draft = replace(entry.draft, state="approved")
        entry.outcome, entry.reason, entry.due_at = Outcome.PLANNED, "", max(entry.draft.send_at, change.at)
        self.changes.append(change)
        return True

    async def drop(self, delivery: Delivery, reason: str, change: Change) -> bool:
        """See ports.Ledger."""
        entry = self.entries.get(delivery.id)
        unsent = (Outcome.PLANNED, Outcome.RETRY, Outcome.PARKED, Outcome.DRAFT)
        if not entry or not entry.draft or entry.outcome not in unsent or entry.refs or entry.begun_at:
            return False
        entry.outcome, entry.reason, entry.due_at, entry.finished_at = Outcome.SKIPPED, reason, None, change.at
        self.changes.append(change)
        return True

    async def redraft(  # noqa: PLR0917 - as ports.Ledger
        self, delivery: Delivery, draft: Draft, theme: str, picks: Sequence[Picked], message: Message, change: Change
    ) -> bool:
        """See ports.Ledger."""
        entry = self._asked(delivery)
        if not entry or not entry.draft or entry.draft.left_out != draft.left_out[:-1]:
            return False
        entry.draft = replace(entry.draft, left_out=draft.left_out)
        entry.theme, entry.picks, entry.message, entry.shown_at = theme, tuple(picks), message, change.at
        self.changes.append(change)
        return True

    async def again(self, delivery: Delivery, now: datetime, change: Change) -> bool:
        """See ports.Ledger."""
        entry = self.entries.get(delivery.id)
        ended = entry and entry.outcome in (Outcome.REFUSED, Outcome.EXPIRED, Outcome.UNCERTAIN) and not entry.waits()
        if not entry or not ended:
            return False
        entry.refs = {n: ref for n, ref in entry.refs.items() if ref}
        entry.outcome, entry.due_at, entry.begun_at, entry.finished_at = Outcome.RETRY, now, None, None
        entry.expires_at = None
        entry.draft = entry.draft and replace(entry.draft, state="approved")
        self.changes.append(change)
        return True

    async def show(self, channel: Channel, theme: str, picks: Sequence[Picked], now: datetime) -> None:
        """See ports.Ledger."""
        self.requested.extend((channel, Shown(one.id, theme, now, one.source, one.native)) for one in picks)

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """See ports.Ledger."""
        mine = [one for one in self._of(workspace) if subscription in (None, one.delivery.subscription.id)]
        rows = [row for one in mine if one.outcome not in UNSHOWN for row in _shown(one)]
        if subscription is None:
            rows += [row for channel, row in self.requested if channel.workspace == workspace]
        return sorted(rows, key=lambda row: row.at)

    async def shown(self, workspace: str, highlight_id: str) -> Sequence[tuple[Shown, Record | None]]:
        """See ports.Ledger."""
        rows = [row for row in await self.history(workspace) if row.highlight_id == highlight_id]
        return [(row, self.entries[row.delivery].record() if row.delivery else None) for row in reversed(rows)]

    async def hide(self, workspace: str, kind: Literal["highlight", "source"], what: str, change: Change) -> bool:
        """See ports.Ledger."""
        if (workspace, kind, what) in self.secrets:
            return False
        self.secrets.add((workspace, kind, what))
        self.changes.append(change)
        return True

    async def unhide(self, workspace: str, kind: Literal["highlight", "source"], what: str, change: Change) -> bool:
        """See ports.Ledger."""
        if (workspace, kind, what) not in self.secrets:
            return False
        self.secrets.remove((workspace, kind, what))
        self.changes.append(change)
        return True

    async def hidden(self, workspace: str) -> Hidden:
        """See ports.Ledger."""
        mine = [(kind, what) for where, kind, what in self.secrets if where == workspace]
        kinds = [frozenset(what for one, what in mine if one == kind) for kind in ("highlight", "source")]
        return Hidden(*kinds)

    async def vote(  # noqa: PLR0917 - as ports.Ledger
        self, workspace: str, member: str, picked: Picked, theme: str, opinion: Opinion, now: datetime
    ) -> None:
        """See ports.Ledger."""
        self.voted[workspace, member, picked.id] = Voted(member, picked.id, picked.source, theme, opinion, now)

    async def votes(self, workspace: str) -> Sequence[Voted]:
        """See ports.Ledger."""
        return [one for key, one in self.voted.items() if key[0] == workspace]

    async def save(self, workspace: str, member: str, highlight_id: str, now: datetime) -> bool:
        """See ports.Ledger."""
        key = (workspace, member, highlight_id)
        new = key not in self.lists
        self.lists.setdefault(key, Saved(member, highlight_id, now))
        return new

    async def unsave(self, workspace: str, member: str, highlight_id: str) -> bool:
        """See ports.Ledger."""
        return self.lists.pop((workspace, member, highlight_id), None) is not None

    async def saves(self, workspace: str, member: str) -> Sequence[Saved]:
        """See ports.Ledger."""
        mine = [one for key, one in self.lists.items() if key[:2] == (workspace, member)]
        return sorted(mine, key=lambda one: one.at, reverse=True)

    async def seen(self, workspace: str, interaction: str, now: datetime) -> datetime | None:
        """See ports.Ledger."""
        first = self.interactions.get((workspace, interaction))
        self.interactions.setdefault((workspace, interaction), now)
        return first

    async def leave(self, workspace: str, at: datetime) -> None:
        """See ports.Ledger."""
        self.leaving.setdefault(workspace, at)

    async def stay(self, workspace: str) -> bool:
        """See ports.Ledger."""
        return self.leaving.pop(workspace, None) is not None

    async def erase(self, workspace: str) -> int:
        """See ports.Ledger."""
        before = self._count()
        self.entries = {key: one for key, one in self.entries.items() if one.channel.workspace != workspace}
        self.requested = [one for one in self.requested if one[0].workspace != workspace]
        self.changes = [one for one in self.changes if one.workspace != workspace]
        self.secrets = {one for one in self.secrets if one[0] != workspace}
        self.paces.free = {
            name: at for name, at in self.paces.free.items() if name.partition(":")[2].partition("/")[0] != workspace
        }
        self.leaving.pop(workspace, None)
        self.handed_in = [one for one in self.handed_in if one.channel.workspace != workspace]
        keyed: list[dict[Any, Any]] = [self.orders, self.checks, self.voted, self.lists, self.interactions]
        for rows in keyed:
            for key in [key for key in rows if key[0] == workspace]:
                del rows[key]
        return before - self._count()

    async def capture(self, capture: Capture) -> Capture:
        """See ports.Ledger."""
        mine = [one for one in self.handed_in if one.channel.workspace == capture.channel.workspace]
        same = [
            one for one in mine if one.permalink == capture.permalink != "" and one.state in ("pending", "accepted")
        ]
        if same:
            return same[0]
        self.handed_in.append(replace(capture, number=len(self.handed_in) + 1))
        return self.handed_in[-1]

    async def captured(self, workspace: str, number: int) -> Capture | None:
        """See ports.Ledger."""
        mine = (one for one in self.handed_in if (one.channel.workspace, one.number) == (workspace, number))
        return next(mine, None)

    async def captures(self, workspace: str, state: CaptureState, *, limit: int = 100) -> Sequence[Capture]:
        """See ports.Ledger."""
        return [one for one in self.handed_in if (one.channel.workspace, one.state) == (workspace, state)][:limit]

    async def settle(self, capture: Capture, was: CaptureState, change: Change) -> bool:
        """See ports.Ledger."""
        there = await self.captured(capture.channel.workspace, capture.number)
        if not there or there.state != was:
            return False
        fixed = ("channel", "author", "by", "by_name", "at", "permalink", "said_at")
        self.handed_in[there.number - 1] = replace(capture, **{name: getattr(there, name) for name in fixed})
        self.changes.append(change)
        return True

    async def spend(self, workspace: str, member: str, what: str, most: int, now: datetime) -> datetime | None:
        """See ports.Ledger."""
        pace, own = Pace("channel", 3600 / most, most), Channel(f"member/{what}", workspace, member)
        at = self.paces.slot([pace], own, now)
        if at > now:
            return at
        self.paces.reserve([pace], own, now)
        return None

    async def note(self, change: Change) -> None:
        """See ports.Ledger."""
        self.changes.append(change)

    async def audit(self, workspace: str, *, limit: int = 50) -> Sequence[Change]:
        """See ports.Ledger."""
        return [one for one in reversed(self.changes) if one.workspace == workspace][:limit]

    def _count(self) -> int:
        many = (self.entries, self.requested, self.changes, self.secrets, self.paces.free, self.leaving, self.orders)
        return sum(map(len, (*many, self.checks, self.handed_in, self.voted, self.lists, self.interactions)))

    def _asked(self, delivery: Delivery) -> Entry | None:
        """The delivery, if it waits for what curators say."""
        entry = self.entries.get(delivery.id)
        shown = entry and entry.draft and entry.draft.state == "shown" and entry.outcome is Outcome.DRAFT
        return entry if shown else None

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def _due(self, now: datetime) -> list[Standing]:
        active = [one for one in self.orders.values() if one.state == "active" and one.next_at]
        due = [one for one in active if _ahead(one, now) or _planned_at(one) <= now]
        return sorted(due, key=lambda one: one.next_at or now)

    def _insert(self, delivery: Delivery, due: Due, now: datetime) -> Ended | None:
        there = self.entries.get(delivery.id)
        if there and not (there.outcome is Outcome.SKIPPED and there.planned_at > now):
            return None
        outcome = Outcome.SKIPPED if due.skip else Outcome.PLANNED
        at = None if due.skip else due.draft_at or due.due_at
        entry = Entry(delivery, now, at, due.expires_at, outcome, due.skip)
        entry.finished_at = now if due.skip else None
        entry.draft = Draft("wanted", due.due_at) if due.draft_at and not due.skip else None
        self.entries[delivery.id] = entry
        return Ended(delivery, outcome, due.skip, entry.due_at)

    def _write(self, standing: Standing) -> None:
        """Keep the order with the next version; what waits of it is parked, or what was parked waits again."""
        key = _key(standing)
        self.orders[key] = replace(standing, version=standing.version + 1)
        for entry in self._of(key[0]):
            if entry.delivery.subscription.id != key[1]:
                continue
            if standing.state == "active" and entry.outcome is Outcome.PARKED:
                entry.wake()
            elif standing.state != "active" and entry.waits():
                entry.outcome, entry.reason = Outcome.PARKED, standing.reason

    def _park(self, entry: Entry) -> None:
        """Park it, if it waits and its order is not active."""
        order = self.orders.get((entry.channel.workspace, entry.delivery.subscription.id))
        if entry.waits() and order and order.state != "active":
            entry.outcome = Outcome.PARKED

    def _in_turn(self, platform: str, now: datetime) -> list[Entry]:
        """What may be claimed: what is in doubt, then of each workspace the oldest, then of each the second."""
        due = [one for one in self.entries.values() if one.waits() and one.due_at and one.due_at <= now]
        mine = sorted((one for one in due if one.channel.platform == platform), key=lambda one: one.due_at or now)
        seen: Counter[str] = Counter()
        turns = []
        for entry in mine:
            turns.append((seen[entry.channel.workspace], entry))
            seen[entry.channel.workspace] += 1
        return [one for _, one in sorted(turns, key=lambda turn: (turn[1].outcome is not Outcome.UNCERTAIN, turn[0]))]

    def _of(self, workspace: str) -> Iterable[Entry]:
        return [one for one in self.entries.values() if one.channel.workspace == workspace]

    def _newest(self, workspace: str) -> list[Entry]:
        return sorted(self._of(workspace), key=lambda one: (one.planned_at, one.delivery.occurrence), reverse=True)

    def _held(self, delivery: Delivery, *, late: bool = False) -> Entry:
        self._fail()
        self.entries[delivery.id].held(delivery, late=late)
        return self.entries[delivery.id]

    def _still(self, delivery: Delivery) -> bool:
        entry = self.entries[delivery.id]
        return entry.outcome is Outcome.CLAIMED and entry.delivery.attempt == delivery.attempt


def _key(standing: Standing) -> tuple[str, str]:
    return standing.subscription.channel.workspace, standing.subscription.id


def _planned_at(standing: Standing) -> datetime:
    assert standing.next_at
    return standing.next_at - standing.subscription.lead


def _paused(standing: Standing, reason: str, now: datetime) -> Change:
    return Change(standing.subscription.channel.workspace, now, "", "pause", standing.subscription.id, reason)


def _named(delivery: Delivery) -> tuple[str, datetime]:
    return delivery.subscription.id, delivery.occurrence


def _ahead(standing: Standing, now: datetime) -> bool:
    worked_out = standing.changed_at
    return standing.state == "active" and worked_out is not None and worked_out > now + AHEAD


def _shown(entry: Entry) -> list[Shown]:
    at = entry.shown_at or entry.planned_at
    return [Shown(one.id, entry.theme, at, one.source, one.native, entry.delivery.id) for one in entry.picks]


_TYPED: tuple[Outbox, Ledger] = (FakeStore(), FakeStore())
