from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fake_store import FakeStore
from fakes import FakePlatform, make_subscription
from test_app import make_app

from digestbot import clockwork
from digestbot.clock import now
from digestbot.clockwork import MOST_IN_FLIGHT, Clockwork
from digestbot.errors import PlatformError, StoreError
from digestbot.model import Channel, Delivery, MessageRef, Part
from digestbot.orders import Change, Ended, Outcome, Standing
from digestbot.ports import Capabilities, Claimed, Decide, Pace
from digestbot.service import Admins

PATIENCE = 20
"""Seconds after which a test gives up; nothing here waits that long when all is well."""


async def order(store: FakeStore, number: int, platform: str = "fake", *, ago: float = 1) -> list[str]:
    """Standing orders of as many channels that have come due; the names of their deliveries."""
    names = []
    for n in range(number):
        at = now().replace(microsecond=0) - timedelta(seconds=ago)
        channel = Channel(platform, "acme", f"C{n}")
        one = replace(make_subscription(f"{platform}-{n}", f"daily at {at:%H:%M}", "weights"), channel=channel)
        # Only the zone of the machine makes the wall time below the one that is due.
        occurrence = at.astimezone(now().tzinfo).replace(tzinfo=None, second=0)
        standing = Standing(one, next_occurrence=occurrence, next_at=at)
        assert await store.put(standing, Change("acme", at, "U1", "add", one.id))
        names.append(one.id)
    return names


@asynccontextmanager
async def running(tmp_path: Path, store: FakeStore, **platforms: FakePlatform) -> AsyncIterator[Clockwork]:
    """A clockwork that runs over this store."""
    app = make_app(tmp_path, store, **platforms)
    going = Clockwork(store, app.service(), app.clock)
    await going.start()
    try:
        yield going
    finally:
        await going.stop()
        app.worker.shutdown()


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - a store tells nobody that it changed
            await asyncio.sleep(0.01)


def outcomes(store: FakeStore) -> Counter[Outcome]:
    """How many deliveries ended how."""
    return Counter(one.outcome for one in store.entries.values() if not one.delivery.notice)


async def test_more_than_a_lane_holds_is_drained(tmp_path: Path) -> None:
    """Far more than may be under way at once is delivered without waiting for a heartbeat, each once."""
    store, platform = FakeStore(), FakePlatform()
    await order(store, 3 * MOST_IN_FLIGHT)
    async with running(tmp_path, store, fake=platform):
        await until(lambda: outcomes(store)[Outcome.CONFIRMED] == 3 * MOST_IN_FLIGHT)
    keys = [key for *_, key, _ in platform.posts]
    assert len(set(keys)) == len(keys) == 3 * MOST_IN_FLIGHT


@dataclass
class Counting(FakePlatform):
    """A platform that counts how many posts are under way at once, at most."""

    under_way: int = 0
    most: int = 0

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """Take a moment."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        return await FakePlatform.post(self, channel, part, key, parent)


async def test_no_more_than_a_lane_holds_is_under_way(tmp_path: Path) -> None:
    """At most MOST_IN_FLIGHT posts of a platform are under way at once."""
    store, platform = FakeStore(), Counting()
    await order(store, 2 * MOST_IN_FLIGHT)
    async with running(tmp_path, store, fake=platform):
        await until(lambda: outcomes(store)[Outcome.CONFIRMED] == 2 * MOST_IN_FLIGHT)
    assert 1 < platform.most <= MOST_IN_FLIGHT


@pytest.mark.parametrize("outage", ["never answers", "fails"])
async def test_an_outage_delays_no_other_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outage: str) -> None:
    """While one platform never answers, or fails at every post, another's digests all arrive."""
    monkeypatch.setattr(clockwork, "FAREWELL_SECONDS", 0.1)
    store = FakeStore()
    down = FakePlatform("down", gate=asyncio.Event() if outage == "never answers" else None)
    down.failures = [PlatformError("It is down.", permanent=False) for _ in range(3 * MOST_IN_FLIGHT)]
    await order(store, 2 * MOST_IN_FLIGHT, "down", ago=2)
    await order(store, 20, "fine")
    fine = FakePlatform("fine")
    async with running(tmp_path, store, down=down, fine=fine):
        await until(lambda: len(fine.posts) == 20)
    assert down.posts == []


async def test_a_retry_wakes_by_itself(tmp_path: Path) -> None:
    """Asked to wait for a moment, the delivery is tried again then, and not at the next heartbeat."""
    store, platform = FakeStore(), FakePlatform()
    platform.failures = [PlatformError("Later.", permanent=False, retry_after=0.1)]
    await order(store, 1)
    async with running(tmp_path, store, fake=platform):
        async with asyncio.timeout(5):
            await until(lambda: outcomes(store)[Outcome.CONFIRMED] == 1)
    assert next(iter(store.entries.values())).delivery.attempt == 2


async def test_what_a_pace_leaves_is_taken_when_its_time_comes(tmp_path: Path) -> None:
    """What would have to wait for more than two seconds is claimed when the pace lets it through."""
    store, platform = FakeStore(), FakePlatform()
    platform.capabilities = Capabilities("text", can_find=True, paces=(Pace("platform", 0.4),))
    await order(store, 8)
    async with running(tmp_path, store, fake=platform):
        async with asyncio.timeout(8):
            await until(lambda: outcomes(store)[Outcome.CONFIRMED] == 8)


async def test_what_comes_due_is_taken_at_its_time(tmp_path: Path) -> None:
    """A standing order that comes due while nothing happens is delivered within moments of its time."""
    store, platform = FakeStore(), FakePlatform()
    await order(store, 1, ago=-1)
    async with running(tmp_path, store, fake=platform):
        assert platform.posts == []
        async with asyncio.timeout(5):
            await until(lambda: bool(platform.posts))


@dataclass
class BrokenStore(FakeStore):
    """A store that plans but cannot claim, as on a full disk; faults: how often."""

    claims: list[datetime] = field(default_factory=list)
    faults: int = 1_000
    fault: Exception = field(default_factory=lambda: StoreError("The disk is full."))

    async def claim(self, platform: str, now: datetime, *, most: int = 64, paces: Sequence[Pace] = ()) -> Claimed:
        """Refuse, and count."""
        self.claims.append(now)
        if len(self.claims) <= self.faults:
            raise self.fault
        return await FakeStore.claim(self, platform, now, most=most, paces=paces)


async def test_a_broken_store_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A database that cannot write is tried at each heartbeat, not as fast as the loop turns."""
    store = BrokenStore()
    await order(store, 1)
    async with running(tmp_path, store):
        await asyncio.sleep(0.3)
    assert len(store.claims) == 1
    assert 'store problem="The disk is full."' in caplog.text


@pytest.mark.parametrize(
    ("fault", "logged"), [(StoreError("The database is locked."), "store"), (TypeError("s3cret"), "tick")]
)
async def test_a_moment_of_trouble_delays_a_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception, logged: str
) -> None:
    """A locked database, or a fault of ours, is logged, and the digest is posted at the next heartbeat."""
    monkeypatch.setattr(clockwork, "HEARTBEAT_SECONDS", 0.1)
    store, platform = BrokenStore(faults=1, fault=fault), FakePlatform()
    await order(store, 1)
    async with running(tmp_path, store, fake=platform):
        await until(lambda: outcomes(store)[Outcome.CONFIRMED] == 1)
    assert any(record.message.startswith(f"{logged} ") for record in caplog.records)
    assert "s3cret" not in caplog.text


async def test_leases_are_extended_while_a_post_takes_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post that takes long keeps its claim: its lease is prolonged, and nobody else takes it."""
    monkeypatch.setattr(clockwork, "HEARTBEAT_SECONDS", 0.05)
    store, platform = FakeStore(), FakePlatform(gate=asyncio.Event())
    await order(store, 1)
    async with running(tmp_path, store, fake=platform):
        await until(lambda: any(one.lease_until for one in store.entries.values()))
        (entry,) = store.entries.values()
        lease = entry.lease_until
        await until(lambda: entry.lease_until != lease)
        assert platform.gate is not None
        platform.gate.set()
        await until(lambda: entry.outcome is Outcome.CONFIRMED)
    assert entry.delivery.attempt == 1


@dataclass
class Thief(FakeStore):
    """A store in which another process takes over whatever is to be extended."""

    async def extend(self, deliveries: Sequence[Delivery], now: datetime) -> Sequence[str]:
        """Take them."""
        for one in deliveries:
            self.entries[one.id].delivery = replace(one, attempt=one.attempt + 1)
        return await FakeStore.extend(self, deliveries, now)


async def test_what_another_process_took_over_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A claim that cannot be extended is not posted any more, and nothing is written down for it."""
    monkeypatch.setattr(clockwork, "HEARTBEAT_SECONDS", 0.05)
    caplog.set_level("INFO")
    store, platform = Thief(), FakePlatform()
    platform.capabilities = Capabilities("text", paces=(Pace("channel", 1.0),))
    await order(store, 1)
    await store.reserve(Channel("fake", "acme", "C0"), platform.capabilities.paces, now())
    async with running(tmp_path, store, fake=platform):
        await until(lambda: 'outcome="taken over"' in caplog.text)
    assert platform.posts == []


async def test_what_takes_for_ever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A platform that never answers and keeps no limit of its own loses its place: the lease is left to end."""
    monkeypatch.setattr(clockwork, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(clockwork, "LONGEST_SECONDS", 0.2)
    store, platform = FakeStore(), FakePlatform(gate=asyncio.Event())
    await order(store, 1)
    async with running(tmp_path, store, fake=platform) as going:
        await until(lambda: bool(going._lanes[0].held))  # noqa: SLF001 - nobody outside needs to see it
        await until(lambda: not going._lanes[0].held)  # noqa: SLF001
    (entry,) = store.entries.values()
    assert (entry.outcome, platform.posts) == (Outcome.CLAIMED, [])
    assert f'delivery={entry.delivery.id} outcome="given up"' in caplog.text


async def test_what_a_dead_process_held_is_taken_up(tmp_path: Path) -> None:
    """What a process held whose lease has ended is given back at start, and delivered."""
    store, platform = FakeStore(), FakePlatform()
    await store.announce(Channel("fake", "acme", "C1"), "topic", "Hello.", now())
    await store.claim("fake", now())
    (entry,) = store.entries.values()
    entry.lease_until = now()
    async with running(tmp_path, store, fake=platform):
        await until(lambda: entry.outcome is Outcome.CONFIRMED)
    assert (entry.delivery.attempt, len(platform.posts)) == (2, 1)


async def test_a_stop_finishes_what_is_in_flight(tmp_path: Path) -> None:
    """What is being posted when digestbot is stopped is finished; nothing new is claimed."""
    store, platform = FakeStore(), FakePlatform(gate=asyncio.Event())
    await order(store, 2 * MOST_IN_FLIGHT)
    async with running(tmp_path, store, fake=platform) as going:
        await until(lambda: sum(held.in_flight for held, _ in going._held()) == MOST_IN_FLIGHT)  # noqa: SLF001
        assert platform.gate is not None
        asyncio.get_running_loop().call_later(0.1, platform.gate.set)
    assert outcomes(store) == {Outcome.CONFIRMED: MOST_IN_FLIGHT, Outcome.PLANNED: MOST_IN_FLIGHT}


async def test_a_stop_leaves_in_doubt_what_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still in flight when the time is over is in doubt, and due to be looked for by the next process."""
    monkeypatch.setattr(clockwork, "FAREWELL_SECONDS", 0.1)
    store, platform = FakeStore(), FakePlatform(gate=asyncio.Event())
    await order(store, 1)
    async with running(tmp_path, store, fake=platform) as going:
        await until(lambda: any(held.in_flight for held, _ in going._held()))  # noqa: SLF001
    (entry,) = store.entries.values()
    assert (entry.outcome, entry.waits()) == (Outcome.UNCERTAIN, True)
    assert entry.reason == "digestbot was stopped meanwhile."


async def test_a_stop_gives_back_what_was_not_begun(tmp_path: Path) -> None:
    """What waits for its place when digestbot is stopped is given back, and due at once for the next process."""
    store, platform = FakeStore(), FakePlatform()
    platform.capabilities = Capabilities("text", paces=(Pace("channel", 1.9),))
    await order(store, 1)
    await store.reserve(Channel("fake", "acme", "C0"), platform.capabilities.paces, now())
    async with running(tmp_path, store, fake=platform):
        await until(lambda: outcomes(store)[Outcome.CLAIMED] == 1)
    (entry,) = store.entries.values()
    assert (entry.outcome, entry.waits(), platform.posts) == (Outcome.RETRY, True, [])


async def test_an_order_that_cannot_be_planned_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An order whose schedule cannot be read is paused; the log says so, and its admins are told why."""
    store, platform, admins = FakeStore(), FakePlatform(), Channel("fake", "acme", "ADMINS")
    standing = Standing(make_subscription(schedule="whenever"), next_occurrence=datetime(2026, 3, 2), next_at=now())  # noqa: DTZ001 - a wall time
    assert await store.put(standing, Change("acme", now(), "U1", "add", "morning"))
    app = make_app(tmp_path, store, fake=platform)
    going = Clockwork(store, replace(app.service(), admins=Admins(store, lambda _: admins)), app.clock)
    await going.start()
    await until(lambda: bool(platform.posts))
    await going.stop()
    app.worker.shutdown()
    (channel, part, *_), *others = platform.posts
    assert (channel, others) == (admins, [])
    assert "“morning” in fake:acme/C1 is paused: “whenever” is not a schedule" in part.text
    assert "paused id=morning reason=" in caplog.text


@dataclass
class Slow(FakeStore):
    """A store that plans one order at a time, and takes its time for each."""

    async def plan(self, now: datetime, decide: Decide, *, most: int = 1) -> Sequence[Ended]:
        """Take a moment."""
        await asyncio.sleep(0.02)
        return await FakeStore.plan(self, now, decide, most=min(most, 1))


async def test_what_is_planned_is_sent_while_planning_goes_on(tmp_path: Path) -> None:
    """Where very much comes due at once the first of it is posted before the last of it is planned."""
    store, platform = Slow(), FakePlatform()
    await order(store, 200)
    async with running(tmp_path, store, fake=platform):
        await until(lambda: bool(platform.posts))
        assert len(store.entries) < 200


async def test_a_stop_ends_the_planning(tmp_path: Path) -> None:
    """Asked to stop while very much is being planned, digestbot plans no more; the next process goes on."""
    store, platform = Slow(), FakePlatform()
    await order(store, 1_000)
    async with running(tmp_path, store, fake=platform):
        await until(lambda: len(store.entries) > 2)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    planned = len(store.entries)
    await asyncio.sleep(0.2)
    assert len(store.entries) == planned < 1_000


async def test_a_clock_that_is_set_forward_takes_nothing_from_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set forward by hours while a post is under way, the clock ends no lease of ours: nobody posts it again."""
    monkeypatch.setattr(clockwork, "HEARTBEAT_SECONDS", 0.05)
    store, platform = FakeStore(), FakePlatform(gate=asyncio.Event())
    await order(store, 1)
    async with running(tmp_path, store, fake=platform) as going:
        await until(lambda: outcomes(store)[Outcome.CLAIMED] == 1)
        going._clock._wall = lambda: now() + timedelta(hours=2)  # noqa: SLF001 - as if somebody set it
        (entry,) = store.entries.values()
        await until(lambda: entry.lease_until is None or entry.lease_until > now() + timedelta(hours=2))
        assert platform.gate is not None
        platform.gate.set()
        await until(lambda: entry.outcome is Outcome.CONFIRMED)
    assert (entry.delivery.attempt, len(platform.posts)) == (1, 1)


async def test_an_end_that_was_not_written_down_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What a stop could not write down is logged as the database's trouble, not as the delivery's end."""
    monkeypatch.setattr(clockwork, "FAREWELL_SECONDS", 0.1)
    store, platform = FakeStore(), FakePlatform(gate=asyncio.Event())
    await order(store, 1)
    async with running(tmp_path, store, fake=platform) as going:
        await until(lambda: any(held.in_flight for held, _ in going._held()))  # noqa: SLF001
        store.failures = [StoreError("The disk is full.")]
    assert [record.message.split()[0] for record in caplog.records] == ["store"]
    assert "delivery=acme/fake-0/" in caplog.text


async def test_two_processes_share_the_work(tmp_path: Path) -> None:
    """Two clockworks on one store deliver everything once between them."""
    store, one, other = FakeStore(), Counting(), Counting()
    await order(store, 3 * MOST_IN_FLIGHT)
    async with running(tmp_path, store, fake=one), running(tmp_path, store, fake=other):
        await until(lambda: outcomes(store)[Outcome.CONFIRMED] == 3 * MOST_IN_FLIGHT)
    keys = [key for platform in (one, other) for *_, key, _ in platform.posts]
    assert len(set(keys)) == len(keys) == 3 * MOST_IN_FLIGHT
    assert one.posts
    assert other.posts


async def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    """The scheduler's times, worked out by the old clock, are brought back to the present."""
    async with running(tmp_path, FakeStore()) as going:
        for job in going._scheduler.get_jobs():  # noqa: SLF001
            job.modify(next_run_time=now() + timedelta(days=365))
        going._due.set()  # noqa: SLF001 - a delivery has ended: the service is never at rest for two heartbeats
        jobs = going._scheduler.get_jobs()  # noqa: SLF001
        await until(lambda: all(job.next_run_time <= now() + job.trigger.interval for job in jobs))
