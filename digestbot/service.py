"""The service: deliver what is due, and decide what follows where a delivery fails. No I/O of its own, no clock.

One delivery goes: claim, pick, render, keep the parts, post them one by one, finish. From `keep` on every try sends
exactly the kept parts. What may have arrived is never posted again unless the platform says that it did not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from digestbot import schedule
from digestbot.curation import compose
from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.errors import ContentError, DigestbotError, PlatformError, SettingsError, StoreError, origin
from digestbot.model import Delivery, Message, MessageRef, Outcome, Part, Subscription, View
from digestbot.ports import Library, Platform, Store

CATCH_UP = timedelta(hours=6)
"""How late a missed digest may still be sent."""

LOOK_BACK = timedelta(days=31)
"""How far back missed digests are written down as skipped; a clock that started in 1970 would write 20,000."""

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
MOST_ATTEMPTS = 10
"""Retries double from the first to the longest wait; ten attempts spread over five hours."""

Render = Callable[[View, str], Message]
"""A view rendered with the templates of that name."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt at a delivery ended; `reason` is for people and names no secret."""

    delivery: Delivery
    outcome: Outcome
    reason: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Delivers what is due, through the ports.

    platforms: by their names. library: the notes of a workspace as they are now. now: the present instant (aware),
    read anew at each step. guidance: what people say about what may be shown.
    """

    store: Store
    platforms: Mapping[str, Platform]
    library: Callable[[str], Awaitable[Library]]
    render: Render
    now: Callable[[], datetime]
    guidance: Guidance = NOBODY

    async def plan_due(self, subscriptions: Sequence[Subscription]) -> Sequence[Ended]:
        """Write down what has come due; returns, once a subscription, what is too late to be sent and was skipped.

        After a downtime only the last missed occurrence is sent, and only within CATCH_UP; of what was missed longer
        than LOOK_BACK ago nothing is written. A subscription that was never planned begins with the present minute.
        """
        skipped = []
        for subscription in subscriptions:
            new = [row for row in await self._due(subscription) if await self._plan(subscription, *row) and row[1]]
            if new:
                occurrence, reason = new[-1]
                reason += f" ({len(new)} such in a row)" if len(new) > 1 else ""
                skipped.append(Ended(Delivery(subscription, occurrence), Outcome.SKIPPED, reason))
        return skipped

    async def deliver(self, delivery: Delivery) -> Ended:
        """Make one attempt at a claimed delivery and write down how it ended.

        Raises StoreError alone: then the ledger cannot say, and `recover` settles it once the database works again.
        """
        ended = await self._attempt(delivery)
        await self._finish(ended)
        return ended

    async def recover(self, workspace: str, only: Delivery | None = None) -> Sequence[Ended]:
        """Settle what a dead process left behind, before the first claim; returns what had a part in flight.

        only: the one delivery that this process had to give up on, when others are under way.
        """
        left = await self.store.recover(workspace, self.now(), only)
        settled = [await self._settle(delivery) for delivery in left]
        for ended in settled:
            await self._finish(ended)
        return settled

    def next_due(self, subscriptions: Sequence[Subscription]) -> datetime | None:
        """The next instant at which one of the subscriptions is due, None without any."""
        now = self.now()
        times = (schedule.next_times(schedule.parse(one.schedule, one.zone), now, 1) for one in subscriptions)
        return min((first for (first,) in times), default=None)

    async def coming(self, subscription: Subscription) -> datetime:
        """When its next digest is sent (aware): the one that is due now, else the next of its schedule."""
        order = schedule.parse(subscription.schedule, subscription.zone)
        waiting = [
            schedule.instant(order, occurrence) for occurrence, late in await self._due(subscription) if not late
        ]
        return (waiting or schedule.next_times(order, self.now(), 1))[0]

    async def _due(self, subscription: Subscription) -> Sequence[tuple[datetime, str]]:
        """Each occurrence that has come due, with the reason for which it is too late, else ""."""
        order = schedule.parse(subscription.schedule, subscription.zone)
        now = self.now()
        wall = schedule.wall_time(order, now)
        last = await self.store.last_planned(subscription, now)
        this_minute = wall.replace(second=0, microsecond=0)
        begin = max(last, wall - LOOK_BACK) if last else this_minute - timedelta(microseconds=1)
        missed = schedule.due(order, begin, now)
        late = "a later one was due before it could be sent"
        rows = [(occurrence, late) for occurrence in missed[:-1]]
        for occurrence in missed[-1:]:
            over = now - schedule.instant(order, occurrence) > CATCH_UP
            rows.append((occurrence, "more than 6 hours late, digestbot was not running" if over else ""))
        return rows

    async def _plan(self, subscription: Subscription, occurrence: datetime, skip: str) -> bool:
        return await self.store.plan(subscription, occurrence, self.now(), skip=skip)

    async def _attempt(self, delivery: Delivery) -> Ended:
        try:
            message, remark = await self.store.kept(delivery), ""
            if message is None:
                message, remark = await self._compose(delivery)
            if message is None:
                return Ended(delivery, Outcome.SKIPPED, remark)
            return await self._post(delivery, message, remark)
        except StoreError:
            raise
        except PlatformError as error:
            return self._after(error, delivery)
        except (ContentError, SettingsError) as error:
            # The notes or the data folder are out of reach, as while they are mounted, moved or synced.
            return self._later(delivery, str(error), _wait(delivery))
        except DigestbotError as error:
            return Ended(delivery, Outcome.REFUSED, str(error))
        except Exception as error:  # noqa: BLE001 - a fault in one delivery must stop no other
            return await self._after_fault(error, delivery)

    async def _compose(self, delivery: Delivery) -> tuple[Message | None, str]:
        """The message of a delivery, None where the stock has nothing for it, and what admins should know."""
        order = delivery.subscription
        history = await self.store.history(order.channel.workspace)
        library = await self.library(delivery.subscription.channel.workspace)
        found = compose(library, history, delivery, self.now(), self.guidance)
        if not found.picks:
            return None, found.warning
        view = replace(found.digest, title=order.title or found.theme)
        message = self.render(view, self._platform(delivery).templates(order.channel))
        await self.store.keep(delivery, found.theme, found.ids, message, self.now(), sources=found.sources)
        return message, found.warning

    async def _post(self, delivery: Delivery, message: Message, remark: str = "") -> Ended:
        """Post the parts that were not posted yet, each written down before and after.

        A part of which nobody can tell whether it arrived stays in doubt, and so does the delivery; the rest follows.
        """
        there = list(await self.store.arrived(delivery))
        doubt = "digestbot stopped while a part was being posted;"
        for n in range(len(there), len(message.parts)):
            await self.store.begin_part(delivery, n, self.now())
            posted = await self._post_part(delivery, n, message.parts[n], there[0] if there else None)
            ref = posted if isinstance(posted, MessageRef) else None
            doubt = doubt if isinstance(posted, MessageRef) else str(posted)
            await self.store.end_part(delivery, n, ref, self.now())
            there.append(ref)
        if None not in there:
            return Ended(delivery, Outcome.CONFIRMED, remark)
        which = ", ".join(str(n) for n, ref in enumerate(there, 1) if ref is None)
        reason = f"{doubt} Part {which} of {len(there)}: it may have arrived, look in the channel."
        return Ended(delivery, Outcome.UNCERTAIN, reason)

    async def _post_part(
        self, delivery: Delivery, n: int, part: Part, parent: MessageRef | None
    ) -> MessageRef | PlatformError:
        """The posted message, or the error after which nobody can tell whether there is one."""
        channel = delivery.subscription.channel
        try:
            return await self._platform(delivery).post(channel, part, delivery.key(n), parent)
        except PlatformError as error:
            if error.sent == "no":
                raise
            found = await self._find(delivery, n)
            if found == "absent":
                raise PlatformError(str(error), permanent=error.permanent, retry_after=error.retry_after) from error
            return error if found == "cannot look" else found

    async def _find(self, delivery: Delivery, n: int) -> MessageRef | Literal["absent", "cannot look"]:
        """The part in question in the channel's own history; it was rendered within the retries' hours."""
        since = self.now() - timedelta(days=1)
        try:
            platform = self._platform(delivery)
            if not platform.capabilities.can_find:
                return "cannot look"
            return await platform.find(delivery.subscription.channel, delivery.key(n), since)
        except PlatformError:
            return "cannot look"

    async def _settle(self, delivery: Delivery) -> Ended:
        """What becomes of a delivery that was given up while a part was in flight: the rest of it is posted."""
        n = len(await self.store.arrived(delivery))
        found = await self._find(delivery, n)
        if found != "absent":
            await self.store.end_part(delivery, n, found if isinstance(found, MessageRef) else None, self.now())
        return Ended(delivery, Outcome.RETRY, "digestbot stopped while posting", self.now())

    def _after(self, error: PlatformError, delivery: Delivery) -> Ended:
        """What follows a platform's refusal."""
        if error.permanent:
            return Ended(delivery, Outcome.REFUSED, str(error))
        return self._later(delivery, str(error), _wait(delivery, error.retry_after))

    def _later(self, delivery: Delivery, problem: str, wait: timedelta) -> Ended:
        if delivery.attempt >= MOST_ATTEMPTS:
            return Ended(delivery, Outcome.REFUSED, f"Given up after {MOST_ATTEMPTS} attempts. {problem}")
        return Ended(delivery, Outcome.RETRY, problem, self.now() + wait)

    async def _after_fault(self, error: Exception, delivery: Delivery) -> Ended:
        """A fault of ours: with nothing kept nothing was posted, else it may have struck while a part was in flight."""
        outcome = Outcome.UNCERTAIN if await self.store.kept(delivery) else Outcome.REFUSED
        return Ended(delivery, outcome, f"A fault in digestbot: {origin(error)}.")

    async def _finish(self, ended: Ended) -> None:
        await self.store.finish(ended.delivery, ended.outcome, self.now(), reason=ended.reason, retry_at=ended.retry_at)

    def _platform(self, delivery: Delivery) -> Platform:
        name = delivery.subscription.channel.platform
        if name not in self.platforms:
            raise PlatformError(f"No subscription uses the platform “{name}” any more.", permanent=True)
        return self.platforms[name]


def _wait(delivery: Delivery, asked: float | None = None) -> timedelta:
    """How long to wait before the next attempt: the seconds that the platform asked for, else longer each time."""
    if asked is not None:
        return timedelta(seconds=asked)
    return min(FIRST_RETRY * (1 << (delivery.attempt - 1)), LONGEST_RETRY)
