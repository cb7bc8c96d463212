"""The rows of the store in memory, and the arithmetic of its paces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digestbot.errors import LostClaimError
from digestbot.model import Channel, Delivery, Message, MessageRef
from digestbot.orders import WAITING, Attempt, Claim, Draft, Ended, Kept, Outcome, PartState, Picked, Record
from digestbot.ports import Pace

HORIZON = timedelta(seconds=2)
"""What would have to wait for longer than this is not claimed."""


@dataclass
class Entry:
    """A delivery with its parts. refs: what ended, by part. due_at: None where nothing follows by itself."""

    delivery: Delivery
    planned_at: datetime
    due_at: datetime | None
    expires_at: datetime | None = None
    outcome: Outcome = Outcome.PLANNED
    reason: str = ""
    theme: str = ""
    picks: tuple[Picked, ...] = ()
    message: Message | None = None
    refs: dict[int, MessageRef | None] = field(default_factory=dict)
    begun_at: datetime | None = None
    doubted_at: datetime | None = None
    shown_at: datetime | None = None
    claimed_at: datetime | None = None
    lease_until: datetime | None = None
    written_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)
    draft: Draft | None = None

    @property
    def channel(self) -> Channel:
        """Where it goes."""
        return self.delivery.subscription.channel

    @property
    def part(self) -> int:
        """The first part that has not ended."""
        return next(n for n in range(len(self.refs) + 1) if n not in self.refs)

    @property
    def looks(self) -> int:
        """See Kept.looks."""
        certain = [n for n, one in enumerate(self.attempts, 1) if one.outcome is not Outcome.UNCERTAIN]
        return max(0, len(self.attempts) - max(certain, default=0) - 1)

    def waits(self) -> bool:
        """Whether a process will take it once its time has come."""
        return self.outcome in WAITING and self.due_at is not None

    def take(self, now: datetime, send_at: datetime, lease: timedelta) -> Claim:
        """Claim it."""
        doubted = self.outcome is Outcome.UNCERTAIN
        self.delivery = replace(self.delivery, attempt=self.delivery.attempt + 1)
        self.outcome, self.claimed_at, self.lease_until = Outcome.CLAIMED, now, now + lease
        kept = (
            Kept(self.message, dict(self.refs), self.begun_at, self.looks if doubted else 0, self.doubted_at)
            if self.message
            else None
        )
        return Claim(self.delivery, send_at, doubted, kept, self.expires_at, self.draft)

    def held(self, delivery: Delivery, *, late: bool = False) -> None:
        """Raise LostClaimError unless this attempt holds it; late: or held it last, and nobody knows more."""
        states = (Outcome.CLAIMED, Outcome.UNCERTAIN) if late else (Outcome.CLAIMED,)
        if self.delivery.attempt != delivery.attempt or self.outcome not in states:
            raise LostClaimError(f"{delivery.id} was taken over by another process.")

    def close(self, ended: Ended, now: datetime) -> None:
        """Write down how the attempt ended."""
        self.doubted_at, self.written_at = ended.doubted_at or self.doubted_at, now
        if self.begun_at and ended.ref:
            self.refs[self.part] = ended.ref
        if ended.ref or ended.outcome is not Outcome.UNCERTAIN:
            self.begun_at = None
        waits = ended.outcome in WAITING and ended.due_at is not None
        self.outcome, self.reason, self.due_at = ended.outcome, ended.reason, ended.due_at
        self.lease_until, self.finished_at = None, None if waits else now
        self.shown_at = now if self.picks else None
        if self.draft and ended.outcome is Outcome.DRAFT:
            self.draft = replace(self.draft, state="shown")
        began = self.claimed_at or now
        self.attempts.append(Attempt(self.delivery.attempt, began, now, ended.outcome, ended.reason))

    def give_back(self, now: datetime) -> None:
        """What becomes of it when its lease has ended."""
        self.outcome = Outcome.UNCERTAIN if self.begun_at else Outcome.PLANNED
        self.doubted_at = min(self.lease_until or now, now)
        self.lease_until, self.due_at, self.written_at = None, now, now
        self.reason = "The process that held it stopped."

    def rouse(self, now: datetime) -> bool:
        """Let it wait no longer, if a clock that was ahead let it wait."""
        ahead = self.written_at is not None and self.written_at > now + timedelta(minutes=1)
        if not ahead or not self.waits() or not self.due_at or self.due_at <= now:
            return False
        self.due_at = now
        return True

    def wake(self) -> None:
        """What was parked waits again."""
        self.outcome = Outcome.UNCERTAIN if self.begun_at else Outcome.RETRY if self.attempts else Outcome.PLANNED
        if self.draft and self.draft.state == "shown":
            self.outcome = Outcome.DRAFT

    def record(self) -> Record:
        """As the ledger shows it."""
        parts = self.message.parts if self.message else ()
        return Record(
            self.delivery,
            self.outcome,
            self.reason,
            self.theme,
            self.planned_at,
            None if self.outcome is Outcome.PARKED else self.due_at,
            self.finished_at,
            tuple(self.attempts),
            self.picks,
            tuple(self._part(n) for n in range(len(parts))),
            self.draft,
        )

    def _part(self, n: int) -> PartState:
        key = self.delivery.key(n)
        if n in self.refs:
            ref = self.refs[n]
            return PartState(n, key, "arrived" if ref else "doubtful", ref.id if ref else "")
        return PartState(n, key, "begun" if n == self.part and self.begun_at else "waiting")


@dataclass
class Paces:
    """The generic cell rate algorithm: for each name the instant from which the next message may be sent.

    It is kept with the burst already taken off, so that `hold` need not know the burst.
    """

    free: dict[str, datetime] = field(default_factory=dict)
    asked: dict[str, datetime] = field(default_factory=dict)

    def slot(self, paces: Sequence[Pace], channel: Channel, now: datetime) -> datetime:
        """When the next message may be sent as far as these paces go."""
        names = [pace.name(channel) for pace in paces]
        known = [name for name in names if self.asked.get(name, now) <= now + timedelta(minutes=1)]
        return max([now, *(self.free.get(name, now) for name in known)])

    def reserve(self, paces: Sequence[Pace], channel: Channel, now: datetime) -> datetime:
        """Take the next place within all of them."""
        slot = self.slot(paces, channel, now)
        for pace in paces:
            earliest = slot - timedelta(seconds=pace.seconds * (pace.burst - 1))
            free = max(self.free.get(pace.name(channel), earliest), earliest)
            self.free[pace.name(channel)] = free + timedelta(seconds=pace.seconds)
        return slot

    def hold(self, name: str, until: datetime, now: datetime) -> None:
        """Let nothing through before this instant, unless it was asked for by a clock that was ahead."""
        ahead = self.asked.get(name, now) > now + timedelta(minutes=1)
        self.free[name] = until if ahead else max(self.free.get(name, until), until)
        self.asked[name] = now
