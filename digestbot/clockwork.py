"""The clockwork: plans what is due, claims it, starts its deliveries, and keeps their leases, until it is stopped.

APScheduler wakes it: at the next thing that is to be done, to prolong leases, to give back those of dead processes, and
to forget old texts. Each platform has a lane of its own, so that the outage of one delays no other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digestbot import telemetry
from digestbot.clock import Clock, now
from digestbot.errors import LostClaimError, StoreError, origin
from digestbot.orders import Ended, Outcome
from digestbot.ports import Outbox, Pace
from digestbot.service import FRESH_SECONDS, Held, Service, decide

HEARTBEAT_SECONDS = 15
"""The longest sleep: what other processes wrote is found, and so are a clock that was set and leases that ended.

As often the leases of what is in flight are prolonged.
"""

LONGEST_SECONDS = 300
"""A delivery that takes longer is given up: its platform keeps no time limit of its own."""

MOST_IN_FLIGHT = 64
"""How many deliveries of a platform are under way at once, without those that wait for their places."""

MOST_HELD = 512
"""How many of a platform's deliveries this process holds, with those that wait for their places within its paces."""

ROOM = 16
"""A full lane claims again when this many deliveries have ended: one by one would be a transaction each."""

SHORTEST_SLEEP = timedelta(milliseconds=200)
"""Between two looks for what is due, where the first left something that is due."""

RECHECK_SECONDS = 300
"""How often it is asked which refused channels are to be looked at again."""

BREATH_SECONDS = 0.05
"""Between two looks at all: what comes due within it is found by one look, not by one each."""

LEAD = timedelta(seconds=1)
"""So long before a pace lets a delivery through it is claimed: it has to be composed and kept by then."""

FAREWELL_SECONDS = 8
"""How long a stop waits for what is in flight."""

KEEP_TEXTS = timedelta(days=60)
"""How long the texts of messages that ended are kept."""

_WAKE = "wake"


@dataclass(slots=True)
class _Lane:
    """A platform's deliveries that are under way. full: more may wait. until: when its pace lets the next through.

    held: by their tasks, each with the monotonic second at which it was claimed.
    """

    platform: str
    paces: Sequence[Pace]
    now: Callable[[], datetime]
    held: dict[asyncio.Task[None], tuple[Held, float]] = field(default_factory=dict)
    full: bool = False
    until: datetime | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def room(self) -> int:
        """How many more deliveries may be claimed."""
        if not self.paces:
            return MOST_IN_FLIGHT - len(self.held)
        present = self.now()
        busy = sum(held.claim.send_at <= present for held, _ in self.held.values())
        return min(MOST_IN_FLIGHT - busy, MOST_HELD - len(self.held))


class Clockwork:
    """Drives a Service, whose outbox it claims from. `start`, and `stop` once.

    ticked: the monotonic second of the last look for what is due, at most a heartbeat ago while all is well.
    """

    def __init__(self, outbox: Outbox, service: Service, clock: Clock) -> None:
        """Drive it by the clock that the service goes by."""
        self._outbox = outbox
        self._service = service
        self._clock = clock
        self._steady_since: datetime | None = None
        self._lanes = [_Lane(name, one.capabilities.paces, clock.now) for name, one in service.platforms.items()]
        self._due = asyncio.Event()
        self._stopping = False
        self.ticked = time.monotonic()
        self._refills: set[asyncio.Task[None]] = set()
        self._turns: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    async def start(self) -> None:
        """Begin: what is due now is taken at once."""
        await self._guarded(self._leases)
        self._every(HEARTBEAT_SECONDS, self._wake, name=_WAKE)
        self._every(HEARTBEAT_SECONDS, self._leases)
        self._every(24 * 3600, self._prune, first=600)
        self._every(RECHECK_SECONDS, self._recheck)
        self._scheduler.start()
        self._turns = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Claim no more, let what is in flight end, give the rest back; after FAREWELL_SECONDS it is left in doubt."""
        self._stopping = True
        self._due.set()
        self._scheduler.pause()
        deadline = time.monotonic() + FAREWELL_SECONDS
        for held, _ in self._held():
            held.leave = True
        busy = [one for one in (self._turns, *self._refills) if one]
        _, hung = await asyncio.wait(busy, timeout=FAREWELL_SECONDS)
        for one in hung:
            one.cancel()
        while tasks := [task for lane in self._lanes for task in lane.held]:
            if time.monotonic() >= deadline:
                break
            await asyncio.wait(tasks, timeout=deadline - time.monotonic())
        await asyncio.gather(*[self._abandon(task, *one) for lane in self._lanes for task, one in lane.held.items()])
        self._scheduler.shutdown(wait=False)

    async def _run(self) -> None:
        """Take what is due whenever somebody wakes us."""
        self._due.set()
        while not self._stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), 2 * HEARTBEAT_SECONDS)
            self._realign()
            await asyncio.sleep(max(0.0, self.ticked + BREATH_SECONDS - time.monotonic()))
            self._due.clear()
            if not self._stopping:
                await self._guarded(self._tick)

    def _realign(self) -> None:
        """The scheduler goes by the wall clock: when that was set back, all its times lie too far ahead."""
        for job in self._scheduler.get_jobs():
            if job.next_run_time > now() + job.trigger.interval:
                job.modify(next_run_time=now())

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it; what goes wrong is logged, and tried again at its next time."""
        try:
            await work()
        except StoreError as error:
            telemetry.event("store", failed=True, problem=error)
        except Exception as error:  # noqa: BLE001 - one fault must not end all digests for good
            telemetry.event("tick", failed=True, problem=origin(error))

    async def _tick(self) -> None:
        """Plan and claim what is due, and sleep until the next of it."""
        while not self._stopping:
            self.ticked = time.monotonic()
            await self._right()
            planned = await self._outbox.plan(self._clock.now(), decide)
            await self._told(planned)
            for lane in self._lanes:  # what is planned need not wait for the rest of it
                await self._fill(lane)
            if not planned:
                break
        open_lanes = [lane.platform for lane in self._lanes if not lane.full and not lane.until]
        self._wake_by(await self._outbox.next_time(self._clock.now(), open_lanes))
        for lane in self._lanes:
            self._wake_for(lane)

    async def _told(self, planned: Sequence[Ended]) -> None:
        """Say what is not sent, and to the admins which orders are paused."""
        _report_planned(planned)
        for one in planned:
            if one.outcome is Outcome.PARKED:
                telemetry.event("paused", failed=True, id=one.delivery.subscription.id, reason=one.reason)
                await self._service.admins.paused(one.delivery, one.reason, self._clock.now())

    async def _fill(self, lane: _Lane) -> None:
        """Claim what the lane has room for, and start it."""
        async with lane.turn:
            lane.full = lane.room < ROOM
            lane.until = None
            while not lane.full and not self._stopping:
                taken, room = time.monotonic(), lane.room
                claimed = await self._outbox.claim(lane.platform, self._clock.now(), most=room, paces=lane.paces)
                for claim in claimed.claims:
                    held = Held(claim, taken + FRESH_SECONDS, leave=self._stopping)
                    task = asyncio.create_task(self._deliver(held))
                    lane.held[task] = held, taken
                    task.add_done_callback(partial(self._left, lane))
                lane.full, lane.until = lane.room < ROOM, claimed.until
                if len(claimed.claims) < room:
                    break

    async def _deliver(self, held: Held) -> None:
        with telemetry.about(delivery=held.claim.delivery.id):
            await self._attempt(held)

    async def _attempt(self, held: Held) -> None:
        try:
            ended = await self._service.deliver(held)
        except LostClaimError:
            telemetry.event("delivery", failed=True, outcome="taken over")
        except StoreError as error:
            telemetry.event("store", failed=True, problem=error)
        except Exception as error:  # noqa: BLE001 - a fault in one delivery must stop no other
            telemetry.event("delivery", failed=True, outcome="fault", problem=origin(error))
        else:
            _report(ended)
            self._wake_by(ended.due_at)

    def _left(self, lane: _Lane, task: asyncio.Task[None]) -> None:
        """A delivery has ended; a lane that was full has room for the next ones."""
        lane.held.pop(task, None)
        if lane.full and lane.room >= ROOM and not self._stopping:
            lane.full = False
            refill = asyncio.create_task(self._refill(lane))
            self._refills.add(refill)
            refill.add_done_callback(self._refills.discard)

    async def _refill(self, lane: _Lane) -> None:
        await self._guarded(lambda: self._fill(lane))
        self._wake_for(lane)
        if not lane.full and not lane.until:
            self._due.set()  # the lane is open again, and the next time has to be asked for with it

    async def _leases(self) -> None:
        """Set the clock, prolong our own, and only then end those that are over: a clock that jumps ends none of us."""
        asked = time.monotonic()
        if told := await self._outbox.clock():
            self._clock.follow(told, asked)
        await self._right()
        await self._extend()
        if reaped := await self._outbox.reap(self._clock.now()):
            telemetry.event("reaped", failed=True, deliveries=reaped)
            self._due.set()

    async def _extend(self) -> None:
        """Prolong the leases of what is under way; what is not ours any more, or takes too long, is given up."""
        began = time.monotonic()
        for lane in self._lanes:
            for task, (held, taken) in list(lane.held.items()):
                if began - taken > LONGEST_SECONDS:
                    task.cancel()
                    del lane.held[task]
                    about, problem = held.claim.delivery.id, f"It took longer than {LONGEST_SECONDS} seconds."
                    telemetry.event("delivery", failed=True, delivery=about, outcome="given up", problem=problem)
        mine = [held for held, _ in self._held()]
        kept = (
            set(await self._outbox.extend([one.claim.delivery for one in mine], self._clock.now())) if mine else set()
        )
        for one in mine:
            one.fresh_until = began + FRESH_SECONDS if one.claim.delivery.id in kept else float("-inf")

    async def _right(self) -> None:
        """At the start, and where the clock was set, put right what was written down by what it showed before."""
        self._clock.now()
        if (since := self._clock.steady_since) == self._steady_since:
            return
        await self._extend()
        await self._outbox.rouse(self._clock.now())
        if self._steady_since:
            telemetry.event("clock", failed=True, problem="The clock was set.")
        self._steady_since = since
        self._due.set()

    async def _prune(self) -> None:
        telemetry.event("pruned", texts=await self._outbox.prune(self._clock.now() - KEEP_TEXTS))
        for workspace, rows in await self._service.channels.erase():
            telemetry.event("erased", workspace=workspace, rows=rows)

    async def _recheck(self) -> None:
        """See whether channels that were refused take digests again; each has its own hour for that."""
        for name in await self._service.channels.recheck():
            telemetry.event("resumed", id=name)
            self._due.set()

    async def _abandon(self, task: asyncio.Task[None], held: Held, _taken: float) -> None:
        """Give up what is still under way: what is in flight is in doubt, and the next process looks for it at once."""
        outcome = Outcome.UNCERTAIN if held.in_flight else Outcome.RETRY
        task.cancel()
        await asyncio.wait([task])
        at = self._clock.now()
        given_up = at if held.in_flight else None
        ended = Ended(held.claim.delivery, outcome, "digestbot was stopped meanwhile.", at, doubted_at=given_up)
        try:
            await self._outbox.finish(ended, at)
        except LostClaimError:
            pass  # its end was being written down when it was cancelled
        except StoreError as error:
            telemetry.event("store", failed=True, delivery=held.claim.delivery.id, problem=error)
        else:
            _report(ended)

    def _held(self) -> Iterable[tuple[Held, float]]:
        return [one for lane in self._lanes for one in lane.held.values()]

    async def _wake(self) -> None:
        self._due.set()

    def _wake_for(self, lane: _Lane) -> None:
        """Wake a little before a pace lets the lane's next delivery through."""
        if lane.until:
            self._wake_by(max(lane.until - LEAD, self._clock.now() + SHORTEST_SLEEP))

    def _wake_by(self, when: datetime | None) -> None:
        """Wake at this instant, unless something wakes us before."""
        if when is None or self._stopping:
            return
        # The scheduler's own times are the machine's.
        ahead = when - self._clock.now()
        at = now() + (ahead if ahead > timedelta() else SHORTEST_SLEEP)
        job = self._scheduler.get_job(_WAKE)
        if job.next_run_time > at:
            job.modify(next_run_time=at)

    def _every(
        self,
        seconds: float,
        work: Callable[[], Awaitable[None]],
        *,
        first: float | None = None,
        name: str | None = None,
    ) -> None:
        async def job() -> None:
            await self._guarded(work)

        self._scheduler.add_job(
            job,
            IntervalTrigger(seconds=seconds),
            id=name,
            next_run_time=now() + timedelta(seconds=seconds if first is None else first),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )


def _report(ended: Ended) -> None:
    """The log's one line about an attempt."""
    telemetry.event(
        "delivery",
        failed=ended.outcome not in {Outcome.CONFIRMED, Outcome.DRAFT},
        delivery=ended.delivery.id,
        outcome=ended.outcome,
        attempt=ended.delivery.attempt,
        reason=ended.reason,
        due_at=ended.due_at and ended.due_at.isoformat(timespec="seconds"),
    )


def _report_planned(planned: Iterable[Ended]) -> None:
    """One line a subscription of what is not sent; what is sent gets its line when it is."""
    skipped = (one for one in planned if one.outcome is Outcome.SKIPPED)
    for _, row in groupby(skipped, lambda one: (one.delivery.subscription.channel, one.delivery.subscription.id)):
        *others, last = row
        more = f" ({len(others) + 1} such in a row)" if others else ""
        about, reason = last.delivery.id, last.reason + more
        telemetry.event("delivery", failed=True, delivery=about, outcome=last.outcome, reason=reason)
