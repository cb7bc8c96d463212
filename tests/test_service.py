from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from fakes import CHANNEL, NOW, FakeLibrary, FakePlatform, FakeStore, make_highlight, make_subscription

from digestbot.errors import ContentError, PlatformError, SettingsError, TemplateError
from digestbot.model import Delivery, Digest, Highlight, Message, Outcome, Part, View
from digestbot.ports import Capabilities, Library
from digestbot.service import FIRST_RETRY, LONGEST_RETRY, MOST_ATTEMPTS, Service

MORNING = replace(make_subscription(), size=2)
NINE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time
BLIND = Capabilities("text")


LIBRARY = FakeLibrary([make_highlight(n, tags=("weights",)) for n in range(1, 9)])


@dataclass
class World:
    """A service among fakes, with a clock that tests set, and digests of two highlights, each a part of its own."""

    now: datetime = NOW
    store: FakeStore = field(default_factory=FakeStore)
    platform: FakePlatform = field(default_factory=FakePlatform)
    stock: FakeLibrary = field(default_factory=lambda: LIBRARY)
    fault: Exception | None = None
    rendered: list[Digest] = field(default_factory=list)

    @property
    def service(self) -> Service:
        """The service that would be built after a restart: it has no memory of its own."""
        return Service(self.store, {"fake": self.platform}, self.library, self.render, lambda: self.now)

    async def library(self, workspace: str) -> Library:  # noqa: ARG002 - every workspace has the same
        """The stock of this world."""
        return self.stock

    def render(self, view: View, templates: str) -> Message:
        """One part a highlight, or the fault of this world."""
        if self.fault:
            raise self.fault
        assert isinstance(view, Digest)
        self.rendered.append(view)
        return Message(tuple(Part({"with": templates, "text": one.text}, one.text) for one in view.highlights))

    async def claimed_and_kept(self) -> Delivery:
        """A delivery of two parts that was claimed, and none of it posted."""
        await self.service.plan_due([MORNING])
        (delivery,) = await self.store.claim("acme", NOW)
        await self.store.keep(delivery, "weights", ["a"], Message((Part({}, "one"), Part({}, "two"))), NOW)
        return delivery

    async def tick(self) -> list[Outcome]:
        """Plan, claim and deliver what is due now."""
        await self.service.plan_due([MORNING])
        claimed = await self.store.claim("acme", self.now)
        return [(await self.service.deliver(delivery)).outcome for delivery in claimed]

    def state(self, occurrence: datetime = NINE) -> tuple[Outcome, str]:
        """What the ledger says of a delivery."""
        entry = self.store.entries[Delivery(MORNING, occurrence).id]
        return entry.outcome, entry.reason


@pytest.fixture
def world() -> World:
    """Monday nine o'clock, and nothing delivered yet."""
    return World()


def refusal(
    *, permanent: bool = False, retry_after: float | None = None, sent: Literal["no", "perhaps"] = "no"
) -> PlatformError:
    """A platform's refusal."""
    return PlatformError("The channel said no.", permanent=permanent, retry_after=retry_after, sent=sent)


async def test_due_is_delivered_once(world: World) -> None:
    """At nine the digest is posted in its parts, in order, under its keys, the first being the parent; then nothing."""
    assert await world.tick() == [Outcome.CONFIRMED]
    delivery = Delivery(MORNING, NINE)
    (_, one, key, parent), (_, _, second_key, second_parent) = world.platform.posts
    assert (one.payload["with"], key, parent) == ("text", delivery.key(0), None)
    assert second_key == delivery.key(1) != key
    assert second_parent is not None
    assert second_parent.id == "1"
    assert max(len(key), len(second_key)) <= 25
    for minutes in (0, 5, 60 * 20):
        world.now = NOW + timedelta(minutes=minutes)
        assert await world.tick() == []
    assert len(world.platform.posts) == 2


async def test_a_new_subscription_begins_with_this_minute(world: World) -> None:
    """Seconds after nine the digest is due, a minute later the next one is tomorrow's."""
    world.now = NOW + timedelta(seconds=59)
    assert await world.tick() == [Outcome.CONFIRMED]
    late = World(now=NOW + timedelta(seconds=60))
    assert await late.tick() == []
    assert late.service.next_due([MORNING]) == NOW + timedelta(days=1)


async def test_what_comes_is_told(world: World) -> None:
    """What is due now is the next one, until it was sent; then tomorrow's."""
    assert await world.service.coming(MORNING) == NOW
    await world.tick()
    assert await world.service.coming(MORNING) == NOW + timedelta(days=1)


async def test_catch_up_sends_the_last_missed_one(world: World) -> None:
    """After three days away, within six hours of nine: today's is sent, the others are visible as skipped."""
    await world.tick()
    world.now = NOW + timedelta(days=3, hours=6)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert [world.state(NINE + timedelta(days=n))[0] for n in (1, 2, 3)] == ["skipped", "skipped", "confirmed"]
    assert "a later one" in world.state(NINE + timedelta(days=1))[1]


async def test_too_late_is_skipped(world: World) -> None:
    """More than six hours after nine nothing is sent, and the ledger says why; the log hears of it once."""
    await world.tick()
    world.now = NOW + timedelta(days=1, hours=6, seconds=1)
    (skipped,) = await world.service.plan_due([MORNING])
    assert (skipped.outcome, skipped.delivery.occurrence) == (Outcome.SKIPPED, NINE + timedelta(days=1))
    assert await world.tick() == []
    assert len(world.platform.posts) == 2
    assert "6 hours late" in world.state(NINE + timedelta(days=1))[1]


async def test_a_clock_that_was_ahead_costs_nothing(world: World) -> None:
    """One tick a year ahead: back in the present, each day's digest is sent, also the days then taken for missed."""
    await world.tick()
    world.now = NOW + timedelta(days=365)
    assert await world.tick() == [Outcome.CONFIRMED]
    for days in (1, 2, 350):
        world.now = NOW + timedelta(days=days, minutes=1)
        assert await world.tick() == [Outcome.CONFIRMED], days


async def test_a_clock_that_began_in_1970(world: World) -> None:
    """After decades only the last month is written down as missed, in one line of the log, and today's is sent."""
    world.now = datetime(1970, 1, 1, 9, 0, tzinfo=UTC)
    await world.tick()
    world.now = NOW
    (skipped,) = await world.service.plan_due([MORNING])
    assert skipped.reason == "a later one was due before it could be sent (30 such in a row)"
    assert await world.tick() == [Outcome.CONFIRMED]
    assert len(world.store.entries) == 32


async def test_notes_that_are_away_are_waited_for(world: World) -> None:
    """A content folder that is gone for a moment, or a full data folder, delays the digest and loses none."""
    for problem in (ContentError("There is no folder."), SettingsError("The disk is full.")):
        world.fault = problem
        assert (await world.tick(), world.state()) == ([Outcome.RETRY], (Outcome.RETRY, str(problem)))
        world.now += timedelta(minutes=2)
    world.fault = None
    assert await world.tick() == [Outcome.CONFIRMED]


async def test_retry_after_is_honoured(world: World) -> None:
    """Asked to wait 90 seconds, the service waits 90 seconds and then sends the very same parts."""
    world.platform.failures = [refusal(retry_after=90)]
    assert await world.tick() == [Outcome.RETRY]
    world.now = NOW + timedelta(seconds=89)
    assert await world.tick() == []
    world.now = NOW + timedelta(seconds=90)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert (len(world.platform.posts), len(world.rendered)) == (2, 1)


async def test_retries_wait_longer_and_end(world: World) -> None:
    """Without a hint each wait doubles up to an hour; after the last attempt the delivery is refused, with a reason."""
    world.platform.failures = [refusal() for _ in range(MOST_ATTEMPTS + 1)]
    waits = []
    for _ in range(MOST_ATTEMPTS - 1):
        assert await world.tick() == [Outcome.RETRY]
        coming = await world.store.next_claim("acme")
        assert coming is not None
        waits.append(coming - world.now)
        world.now = coming
    assert waits[:3] == [FIRST_RETRY, FIRST_RETRY * 2, FIRST_RETRY * 4]
    assert waits[-1] == LONGEST_RETRY
    assert await world.tick() == [Outcome.REFUSED]
    assert world.state() == (Outcome.REFUSED, "Given up after 10 attempts. The channel said no.")


async def test_permanent_is_refused_at_once(world: World) -> None:
    """What cannot help is not tried again, and its highlights do not count as shown."""
    world.platform.failures = [refusal(permanent=True)]
    assert await world.tick() == [Outcome.REFUSED]
    assert await world.store.history("acme") == []
    world.now = NOW + timedelta(hours=1)
    assert await world.tick() == []


async def test_perhaps_is_never_posted_again_blindly(world: World) -> None:
    """No answer, on a platform where nobody can look: that part is left alone, the rest follows, the doubt is shown."""
    world.platform.capabilities = BLIND
    world.platform.failures = [refusal(sent="perhaps")]
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert world.state()[1] == "The channel said no. Part 1 of 2: it may have arrived, look in the channel."
    world.now = NOW + timedelta(hours=1)
    assert await world.tick() == []
    assert await world.service.recover("acme") == []
    delivery = Delivery(MORNING, NINE)
    assert [key for _, _, key, _ in world.platform.posts] == [delivery.key(0), delivery.key(1)]


async def test_perhaps_is_settled_by_looking(world: World) -> None:
    """No answer, but the message is found under its key: the second part follows, and nothing is doubled."""
    world.platform.failures = [refusal(sent="perhaps")]
    assert await world.tick() == [Outcome.CONFIRMED]
    assert len({key for _, _, key, _ in world.platform.posts}) == len(world.platform.posts) == 2


@pytest.mark.parametrize("arrived", [0, 1])
async def test_killed_between_parts(world: World, arrived: int) -> None:
    """Killed with nothing in flight: after the restart only the parts that are missing are posted."""
    delivery = await world.claimed_and_kept()
    for n in range(arrived):
        await world.store.begin_part(delivery, n, NOW)
        ref = await world.platform.post(CHANNEL, Part({}, ""), delivery.key(n), None)
        await world.store.end_part(delivery, n, ref, NOW)
    assert await world.service.recover("acme") == []
    assert await world.tick() == [Outcome.CONFIRMED]
    assert [key for _, _, key, _ in world.platform.posts] == [delivery.key(0), delivery.key(1)]


@pytest.mark.parametrize(
    ("can_find", "accepted", "settled", "posts"),
    [
        (False, True, [Outcome.UNCERTAIN], 2),
        (False, False, [Outcome.UNCERTAIN], 1),
        (True, True, [Outcome.CONFIRMED], 2),
        (True, False, [Outcome.CONFIRMED], 2),
    ],
)
async def test_killed_in_flight(
    world: World, *, can_find: bool, accepted: bool, settled: list[Outcome], posts: int
) -> None:
    """Killed while a part was in flight: settled by looking, else uncertain; the next part follows, none is doubled."""
    world.platform.capabilities = replace(BLIND, can_find=can_find)
    delivery = await world.claimed_and_kept()
    await world.store.begin_part(delivery, 0, NOW)
    if accepted:
        await world.platform.post(CHANNEL, Part({}, ""), delivery.key(0), None)
    (ended,) = await world.service.recover("acme")
    assert ended.outcome is Outcome.RETRY
    assert await world.tick() == settled
    assert len(world.platform.posts) == posts
    assert len({key for _, _, key, _ in world.platform.posts}) == posts


@pytest.mark.parametrize("fault", [TemplateError("unknown name", path="digest.yaml", line=3), ZeroDivisionError()])
async def test_a_fault_ends_one_delivery(world: World, fault: Exception) -> None:
    """A broken template, or a fault of ours, refuses that delivery with its reason; the next day's is sent."""
    world.fault = fault
    assert await world.tick() == [Outcome.REFUSED]
    where = "A fault in digestbot: ZeroDivisionError at tests/test_service.py:"
    assert world.state()[1].startswith(("digest.yaml:3: unknown name", where))
    world.fault, world.now = None, NOW + timedelta(days=1)
    assert await world.tick() == [Outcome.CONFIRMED]


@pytest.mark.parametrize(
    ("stock", "theme", "reason"),
    [((), "rotate", "holds no highlights"), (LIBRARY.highlights, "llamas", "There is no theme “llamas”")],
)
async def test_nothing_to_show_is_said(world: World, stock: Sequence[Highlight], theme: str, reason: str) -> None:
    """Without highlights or without the theme nothing is posted, and the ledger says why."""
    world.stock = FakeLibrary(stock)
    await world.service.plan_due([replace(MORNING, theme=theme)])
    (delivery,) = await world.store.claim("acme", NOW)
    assert (await world.service.deliver(delivery)).outcome is Outcome.REFUSED
    assert reason in world.state()[1]
    assert world.platform.posts == []


async def test_history_keeps_the_theme_and_people_see_the_title(world: World) -> None:
    """A subscription's own title heads its digests; the history has the theme's name, by which themes rotate."""
    await world.service.plan_due([replace(MORNING, title="Good morning")])
    (delivery,) = await world.store.claim("acme", NOW)
    await world.service.deliver(delivery)
    assert [digest.title for digest in world.rendered] == ["Good morning"]
    assert {row.theme for row in await world.store.history("acme")} == {"weights"}


async def test_a_platform_that_is_gone(world: World) -> None:
    """A delivery whose platform no subscription uses any more is refused, not retried for ever."""
    await world.service.plan_due([MORNING])
    (delivery,) = await world.store.claim("acme", NOW)
    alone = Service(world.store, {}, world.library, world.render, lambda: NOW)
    assert (await alone.deliver(delivery)).outcome is Outcome.REFUSED


def test_next_due_is_the_earliest(world: World) -> None:
    """The next wake-up is the earliest of all subscriptions, in their zones; without any there is none."""
    tokyo = replace(MORNING, id="tokyo", zone="Asia/Tokyo", schedule="daily at 18:30")
    assert world.service.next_due([MORNING, tokyo]) == NOW + timedelta(minutes=30)
    assert world.service.next_due([]) is None


async def test_a_stock_that_runs_out_is_in_the_ledger(world: World) -> None:
    """The ledger says ahead of time that a theme runs out; when it has, the digest is skipped and nothing posted."""
    order, reasons = replace(MORNING, theme="weights", when_short="skip"), []
    for day in range(5):
        world.now = NOW + timedelta(days=day)
        await world.service.plan_due([order])
        (delivery,) = await world.store.claim("acme", world.now)
        ended = await world.service.deliver(delivery)
        reasons.append((ended.outcome, ended.reason))
    assert [outcome for outcome, _ in reasons] == [Outcome.CONFIRMED] * 4 + [Outcome.SKIPPED]
    assert "more days" in reasons[0][1]
    assert "nothing left" in reasons[4][1]
    assert len(world.platform.posts) == 8
