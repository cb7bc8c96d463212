"""The store in two halves: Outbox for the clockwork, of all workspaces at once; Ledger for people, of one workspace.

store/ implements both on one database. Every method is one transaction, durable before it returns, and raises
StoreError. Instants are aware.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from digestbot.model import Action, Channel, Delivery, Message, MessageRef
from digestbot.orders import (
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
    Plan,
    Record,
    Saved,
    Standing,
    Voted,
)
from digestbot.ports.platform import Pace

LEASE_SECONDS = 60
"""How long a claim holds without being extended: longer than any post may take."""

AHEAD = timedelta(hours=1)
"""What a clock that is further ahead than this worked out is worked out anew: that clock was wrong."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the history of picks. at: aware, when the digest was confirmed or reserved.

    source: the `Source.identity` of the highlight, native: its native id; "" where it was not written down.
    """

    highlight_id: str
    theme: str
    at: datetime
    source: str = ""
    native: str = ""
    delivery: str = ""
    """`Delivery.id`, "" for what was shown on request."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claims that were taken.

    until: when a pace that held others back lets the next one through, None where none did.
    """

    claims: tuple[Claim, ...]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """What curators took out of a workspace: ids of highlights, and identities of sources."""

    highlights: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


Decide = Callable[[Standing, datetime], Plan]
"""What follows for a standing order at this instant; pure, raises nothing."""


class Outbox(Protocol):
    """What the clockwork needs. It serves all workspaces at once; what it returns carries its workspace.

    A claim is held by a lease of LEASE_SECONDS. What is written for a claim whose attempt is not the present one any
    more changes nothing and raises LostClaimError; but a late answer to a delivery that became uncertain meanwhile
    still counts.
    """

    async def plan(self, now: datetime, decide: Decide, *, most: int = 500) -> Sequence[Ended]:
        """Take up to `most` standing orders whose time has come, and write down what `decide` says of each.

        Each occurrence becomes one delivery, planned or skipped; one that is there already is left alone, unless it
        was skipped by a clock that was ahead. An order is also taken when its next time was worked out by a clock that
        was further than AHEAD. Any number of processes may plan at once. Returns what was planned, as outcomes
        PLANNED or SKIPPED, and PARKED for an order that is paused with the plan's reason, which the audit tells, too;
        an empty answer means that nothing more is due.
        """
        ...

    async def claim(self, platform: str, now: datetime, *, most: int = 64, paces: Sequence[Pace] = ()) -> Claimed:
        """Take waiting deliveries of a platform that are due: what is in doubt, then workspaces in turn.

        Their places within the paces are reserved in the same step; what would have to wait for more than two seconds
        is left.
        """
        ...

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
        """Keep the picks and the rendered parts: every later try sends exactly these. begun: part 0 is in flight."""
        ...

    async def begin(self, delivery: Delivery, n: int, now: datetime) -> None:
        """Write down that part n (from 0) is about to be posted."""
        ...

    async def end(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:
        """Write down that part n arrived, or (None) that nobody can tell; it is never posted again."""
        ...

    async def finish(self, ended: Ended, now: datetime) -> None:
        """Write down how an attempt ended, and give the claim back; after DRAFT the delivery waits for curators.

        What would be tried or looked for again is parked, where its subscription is not active any more.
        """
        ...

    async def extend(self, deliveries: Sequence[Delivery], now: datetime) -> Sequence[str]:
        """Prolong the leases of these claims; returns the ids of those that are still held."""
        ...

    async def reap(self, now: datetime) -> int:
        """Give back what processes held whose lease has ended, or is longer than a lease; returns how many.

        What had no part in flight is planned again, or parked where its subscription is not active; the rest is
        uncertain, given up when the lease ended and due to be looked for.
        """
        ...

    async def rouse(self, now: datetime) -> int:
        """Let what waits to be tried or looked for again since a clock that was ahead wait no longer; how many."""
        ...

    async def clock(self) -> datetime | None:
        """What the clock that all processes share shows, where it is a server's; None where it is the machine's."""
        ...

    async def reserve(self, channel: Channel, paces: Sequence[Pace], now: datetime) -> datetime:
        """A place within the paces for one more message, as an instant that may lie ahead."""
        ...

    async def hold(self, pace: str, until: datetime, now: datetime) -> None:
        """Let nothing through a pace (`Pace.name`) before this instant: the platform asked for it."""
        ...

    async def next_time(self, now: datetime, platforms: Sequence[str]) -> datetime | None:
        """When something is to be done next: planned, claimed for one of these platforms, or reaped; may be past."""
        ...

    async def declared(self) -> Sequence[Standing]:
        """The standing orders that digestbot.toml declared and that were not removed since, of all workspaces."""
        ...

    async def pause(self, delivery: Delivery, reason: str, now: datetime) -> bool:
        """Pause the subscription of a delivery because its platform refused it.

        False where it is not active, or was moved to another channel since.
        """
        ...

    async def suspects(self, now: datetime, platforms: Sequence[str], *, most: int = 50) -> Sequence[Standing]:
        """Orders of these platforms, paused by them, whose time has come to be looked at again.

        Taking one puts its next look off: an hour after the pause, then twice as long each time, a day at most.
        """
        ...

    async def over(self, now: datetime) -> Sequence[str]:
        """The workspaces that left so long ago that they are to be erased now; see Ledger.leave."""
        ...

    async def announce(
        self,
        channel: Channel,
        topic: str,
        text: str,
        now: datetime,
        actions: Sequence[Action] = (),
        message: Message | None = None,
    ) -> bool:
        """Plan a notice to a channel, once for each topic (at most 200 characters); False where it was planned.

        actions: what is offered below it. message: what is posted instead, rendered for that channel.
        """
        ...

    async def tally(self, now: datetime) -> Sequence[tuple[str, Outcome, int]]:
        """How many deliveries of each platform are in each state."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget the texts of messages that ended before this instant, and answer how many; history stays.

        Interactions are forgotten too, see Ledger.seen.
        """
        ...


class Ledger(Protocol):
    """What people ask and change. The first argument, or the thing itself, names the workspace; nothing crosses."""

    async def standings(self, workspace: str, *, channel: Channel | None = None) -> Sequence[Standing]:
        """The standing orders that were not removed, by name; of one channel where one is named."""
        ...

    async def standing(self, workspace: str, name: str) -> Standing | None:
        """The standing order of that name, a removed one too; None where there never was one."""
        ...

    async def put(self, standing: Standing, change: Change) -> bool:
        """Write a standing order and the audit's line; False, and nothing written, if its version has passed.

        version 0 is a new one. What waits of an order that is not active any more is parked; what was parked waits
        again when it is active.
        """
        ...

    async def skip(self, standing: Standing, due: Due, change: Change) -> bool:
        """As `put`, and the occurrence is written down as skipped."""
        ...

    async def order_now(self, standing: Standing, due: Due, change: Change) -> bool:
        """As `put`, and the occurrence is planned, to be claimed from `due.due_at` on.

        False, and nothing written, if the version has passed or that occurrence is there already.
        """
        ...

    async def deliveries(
        self,
        workspace: str,
        *,
        subscription: str | None = None,
        states: Sequence[Outcome] = (),
        since: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[Record]:
        """The latest deliveries, the newest first; `since` when they were planned."""
        ...

    async def delivery(self, workspace: str, subscription: str, occurrence: datetime | None = None) -> Record | None:
        """A delivery with its attempts, picks and parts; the subscription's latest where no occurrence is named."""
        ...

    async def kept(self, workspace: str, subscription: str, occurrence: datetime) -> Message | None:
        """The message that was kept for a delivery, None where there is none (any more)."""
        ...

    async def approve(self, delivery: Delivery, rounds: int, change: Change) -> bool:
        """Let a draft be sent at its hour, or at once where that has passed; False where it waits for no answer.

        rounds: how often it was swapped, as whoever decides has seen it; False where it was swapped since.
        """
        ...

    async def drop(self, delivery: Delivery, reason: str, change: Change) -> bool:
        """Skip a draft, approved or not, for that reason; False where it is not to be sent any more, or on its way."""
        ...

    async def redraft(
        self, delivery: Delivery, draft: Draft, theme: str, picks: Sequence[Picked], message: Message, change: Change
    ) -> bool:
        """Put other picks and parts in the place of a draft's, of which `draft.left_out` names one more.

        False, and nothing written, where it waits for no answer or was swapped since.
        """
        ...

    async def again(self, delivery: Delivery, now: datetime, change: Change) -> bool:
        """Send a delivery on its way again that was refused, expired or uncertain; False for any other.

        What is known to have arrived is not sent again; a part in doubt is. It is never too late for it any more.
        """
        ...

    async def show(self, channel: Channel, theme: str, picks: Sequence[Picked], now: datetime) -> None:
        """Write down, in one step, a digest shown on request: history counts it, nothing claims or posts it."""
        ...

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """What was shown or is reserved, oldest first; of the whole workspace where no subscription is named."""
        ...

    async def shown(self, workspace: str, highlight_id: str) -> Sequence[tuple[Shown, Record | None]]:
        """When and where a highlight was shown, the latest first; None for what was shown on request."""
        ...

    async def hide(self, workspace: str, kind: Literal["highlight", "source"], what: str, change: Change) -> bool:
        """Take a highlight (its id) or a source (its identity) out for good; False where it was out already."""
        ...

    async def unhide(self, workspace: str, kind: Literal["highlight", "source"], what: str, change: Change) -> bool:
        """Undo `hide`; False where it was not hidden."""
        ...

    async def hidden(self, workspace: str) -> Hidden:
        """What is hidden."""
        ...

    async def vote(
        self, workspace: str, member: str, picked: Picked, theme: str, opinion: Opinion, now: datetime
    ) -> None:
        """Keep what a member says of a highlight, in place of what they said before."""
        ...

    async def votes(self, workspace: str) -> Sequence[Voted]:
        """What all members said."""
        ...

    async def save(self, workspace: str, member: str, highlight_id: str, now: datetime) -> bool:
        """Put a highlight on a member's list; False where it is on it."""
        ...

    async def unsave(self, workspace: str, member: str, highlight_id: str) -> bool:
        """Take a highlight off a member's list; False where it is not on it."""
        ...

    async def saves(self, workspace: str, member: str) -> Sequence[Saved]:
        """A member's list, the latest first."""
        ...

    async def seen(self, workspace: str, interaction: str, now: datetime) -> datetime | None:
        """When this interaction (Command.id) was first asked about; None for the first time, which this one is then."""
        ...

    async def leave(self, workspace: str, at: datetime) -> None:
        """The workspace removed digestbot: it is to be erased at that instant, or at an earlier one that was named."""
        ...

    async def stay(self, workspace: str) -> bool:
        """The workspace is back, and is not erased; False where it was not to be."""
        ...

    async def erase(self, workspace: str) -> int:
        """Delete every row of a workspace, its audit too, for good; answers how many there were."""
        ...

    async def capture(self, capture: Capture) -> Capture:
        """Write down what a member handed in, with a number of its own.

        What is pending or accepted already of the same message (its permalink) is returned instead.
        """
        ...

    async def captured(self, workspace: str, number: int) -> Capture | None:
        """What was handed in under this number, None where there is none in this workspace."""
        ...

    async def captures(self, workspace: str, state: CaptureState, *, limit: int = 100) -> Sequence[Capture]:
        """What was handed in and is in this state, the oldest first."""
        ...

    async def settle(self, capture: Capture, was: CaptureState, change: Change) -> bool:
        """Write a capture as it is now, and the audit's line; False, and nothing written, if it is not `was` any more.

        What was said, by whom, and who handed it in, when and where, stay as they were written down.
        """
        ...

    async def spend(self, workspace: str, member: str, what: str, most: int, now: datetime) -> datetime | None:
        """Count something that a member may do `most` times at once and, from then on, again every hour's `most`th.

        None where it was counted; else nothing was written, and this is the instant from which on it may be done.
        """
        ...

    async def note(self, change: Change) -> None:
        """Add a line to the audit."""
        ...

    async def audit(self, workspace: str, *, limit: int = 50) -> Sequence[Change]:
        """The audit's latest lines, the newest first."""
        ...
