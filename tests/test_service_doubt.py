"""What becomes of a part of which nobody can tell whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import pytest
from fake_store import FakeStore
from fakes import CHANNEL, NOW, FakePlatform
from world import BLIND, MORNING, NINE, World, refusal

from digestbot.errors import LostClaimError, PlatformError
from digestbot.model import Channel, Delivery, MessageRef, Part
from digestbot.orders import Change, Ended, Outcome
from digestbot.ports import Capabilities, Pace
from digestbot.service.retrying import BLIND_AFTER, SETTLE, next_look

BOTH = [Delivery(MORNING, NINE).key(n) for n in (0, 1)]
DEDUPING = Capabilities("text", dedupe_seconds=60)


@pytest.fixture
async def world() -> World:
    """Monday nine o'clock, and a standing order that is due."""
    world = World()
    await world.order()
    return world


async def test_no_answer_is_looked_for_and_found(world: World) -> None:
    """No answer, but the message is found under its key seconds later: the second part follows, nothing is doubled."""
    world.platform.failures = [refusal(sent="perhaps")]
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert world.entry().due_at == NOW + timedelta(seconds=5)
    assert world.keys == BOTH[:1]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert (world.keys, world.platform.looks) == (BOTH, 1)


async def test_absent_early_is_not_believed(world: World) -> None:
    """What is not in the channel yet may be on its way: it is looked for again, and posted again only after SETTLE."""
    world.platform.failures, world.platform.blind = [refusal(sent="perhaps")], True
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert (world.keys, world.entry().due_at) == (BOTH[:1], NOW + SETTLE)
    world.platform.blind = False
    world.later(seconds=25)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == BOTH


async def test_absent_late_is_posted_again(world: World) -> None:
    """What is not in the channel when SETTLE has passed did not arrive: it is posted again, under the same key."""
    world.platform.failures, world.platform.lost = [refusal(sent="perhaps")], True
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=25)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert (world.keys, len(world.rendered)) == (BOTH, 1)


@pytest.mark.parametrize(
    ("in_doubt", "first", "keys"),
    [("leave", Outcome.UNCERTAIN, BOTH), ("repeat", Outcome.UNCERTAIN, [BOTH[0], *BOTH])],
)
async def test_where_nobody_can_look(
    world: World, in_doubt: Literal["leave", "repeat"], first: Outcome, keys: list[str]
) -> None:
    """Nobody can look: the part stays away and the rest follows, or it comes perhaps twice, as was ordered."""
    await world.order(replace(MORNING, in_doubt=in_doubt))
    world.platform.capabilities, world.platform.failures = BLIND, [refusal(sent="perhaps")]
    assert await world.tick() == [first]
    world.later(minutes=2)
    assert await world.tick() == ([Outcome.CONFIRMED] if in_doubt == "repeat" else [])
    assert world.keys == keys
    if in_doubt == "leave":
        assert world.state()[1] == "It said no. Part 1 of 2: it may have arrived, look in the channel."
        assert world.entry().due_at is None


async def test_an_admin_sends_again_what_was_left(world: World) -> None:
    """A part that stayed away comes when an admin asks for it; the one after it, which arrived, does not again."""
    world.platform.capabilities, world.platform.failures = BLIND, [refusal(sent="perhaps")]
    world.platform.lost = True
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert world.keys == BOTH[1:]
    assert await world.store.again(world.entry().delivery, world.now, Change("acme", NOW, "U1", "retry", "morning"))
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == [BOTH[1], BOTH[0]]


async def test_within_the_window_the_same_key_is_posted_again(world: World) -> None:
    """Where the platform makes no second message of a key, it is posted again at once, and no doubt is left."""
    world.platform.capabilities, world.platform.failures = DEDUPING, [refusal(sent="perhaps")]
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == BOTH


async def test_a_refused_repetition_leaves_the_doubt(world: World) -> None:
    """Posted again within the window and refused: the first may be there all the same, so it stays in doubt."""
    world.platform.capabilities = DEDUPING
    world.platform.failures = [refusal(sent="perhaps"), refusal(retry_after=3)]
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert world.entry().begun_at == NOW
    world.later(seconds=5)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == BOTH


async def test_after_the_window_nothing_is_repeated(world: World) -> None:
    """Near the end of the window a second post could come too late: without a history the part is left, and said."""
    world.platform.capabilities = DEDUPING
    await world.die(accepted=True)
    await world.reaped(seconds=61)
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert world.keys == BOTH
    assert "Part 1 of 2: it may have arrived" in world.state()[1]


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("can_find", [True, False])
async def test_killed_in_flight(world: World, *, can_find: bool, accepted: bool) -> None:
    """Killed while a part was in flight: settled by looking, else in doubt; the next part follows, none is doubled."""
    world.platform.capabilities = replace(BLIND, can_find=can_find)
    await world.die(accepted=accepted)
    assert await world.tick() == []
    await world.reaped(seconds=61)
    if can_find and not accepted:
        assert await world.tick() == [Outcome.UNCERTAIN]
        world.later(seconds=30)
    assert await world.tick() == [Outcome.CONFIRMED if can_find else Outcome.UNCERTAIN]
    assert world.keys == (BOTH if can_find or accepted else BOTH[1:])


async def test_killed_between_two_parts(world: World) -> None:
    """Killed with nothing in flight: after the restart only the part that is missing is posted."""
    held = await world.die(accepted=True)
    await world.store.end(held.claim.delivery, 0, MessageRef(CHANNEL, "1"), world.now)
    await world.reaped(seconds=61)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == BOTH


async def test_a_late_answer_counts(world: World) -> None:
    """The answer of a process whose lease had ended settles the doubt, as long as no other has taken it up."""
    held = await world.die(accepted=True)
    await world.reaped(seconds=61)
    assert world.state()[0] is Outcome.UNCERTAIN
    await world.store.end(held.claim.delivery, 0, MessageRef(CHANNEL, "1"), world.now)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert (world.keys, world.platform.looks) == (BOTH, 0)
    with pytest.raises(LostClaimError):
        await world.store.finish(Ended(held.claim.delivery, Outcome.REFUSED), world.now)
    assert world.state()[0] is Outcome.CONFIRMED


@dataclass
class Faulty(FakePlatform):
    """A platform that takes the message, and then meets a fault of ours."""

    faults: int = 1

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """Fail once, after the message was taken."""
        ref = await FakePlatform.post(self, channel, part, key, parent)
        self.faults -= 1
        if self.faults >= 0:
            raise KeyError("s3cret")
        return ref


async def test_a_fault_after_the_post_is_a_doubt(world: World) -> None:
    """A fault of a platform's code says nothing about the message: it is looked for, and its text names no secret."""
    world.platform = Faulty()
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert "A fault in digestbot: KeyError at tests/" in world.state()[1]
    assert "s3cret" not in world.state()[1]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == BOTH


async def test_a_fault_after_an_answer_is_a_doubt(world: World) -> None:
    """Where it is our own code that fails over the answer, the message may be there: it is no dead letter."""
    world.store = Forgetful(orders=world.store.orders)
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert "A fault in digestbot: AttributeError" in world.state()[1]
    world.later(minutes=2)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == BOTH


@dataclass
class Forgetful(FakeStore):
    """A store with a fault in what it does about the first part that ends."""

    faults: int = 1

    async def end(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:
        """Fail once."""
        self.faults -= 1
        if self.faults >= 0:
            raise AttributeError("s3cret")
        await FakeStore.end(self, delivery, n, ref, now)


@pytest.mark.parametrize("accepted", [True, False])
async def test_what_a_clock_ahead_began_is_settled_soon(world: World, *, accepted: bool) -> None:
    """A part begun by a clock a day ahead is settled within five minutes, though nobody knows how old it is."""
    world.now = NOW + timedelta(days=1)
    await world.plan()
    await world.die(accepted=accepted)
    (entry,) = (one for one in world.store.entries.values() if one.outcome is Outcome.CLAIMED)
    entry.give_back(NOW)
    world.now = NOW
    while entry.waits():
        assert entry.due_at is not None
        world.now = max(world.now, entry.due_at)
        assert world.now - NOW < timedelta(minutes=5)
        await world.tick()
    assert entry.outcome is Outcome.CONFIRMED
    assert len([key for key in world.keys if key == entry.delivery.key(0)]) == 1


@dataclass
class Mute(FakePlatform):
    """A platform whose history cannot be read just now."""

    problem: PlatformError | None = None

    async def find(
        self,
        channel: Channel,
        key: str,
        since: datetime,
        parent: MessageRef | None = None,  # noqa: ARG002 - it shows no thread either
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """Refuse."""
        self.looks += 1
        raise self.problem or PlatformError(f"No history of {channel}, {key}, {since}.", permanent=False)


async def test_a_history_that_stays_away_is_given_up(world: World) -> None:
    """Looked for ever more rarely, and after five minutes taken for a platform that cannot look."""
    world.platform = Mute(failures=[refusal(sent="perhaps")])
    ages = []
    while await world.tick() == [Outcome.UNCERTAIN] and world.entry().due_at:
        world.now = world.entry().due_at or world.now
        ages.append((world.now - NOW).total_seconds())
    assert ages == [5, 30, 60, 120, 210, 300]
    assert world.now - NOW == BLIND_AFTER
    assert "look in the channel" in world.state()[1]
    assert world.keys == BOTH


async def test_a_late_look_that_fails_is_not_the_last(world: World) -> None:
    """After an outage of ours the first look comes late: its failure alone makes no platform one that cannot look."""
    world.platform = Mute(failures=[refusal(sent="perhaps")])
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=3600)
    assert await world.tick() == [Outcome.UNCERTAIN]
    due_at = world.entry().due_at
    assert due_at is not None
    assert timedelta(0) < due_at - world.now <= timedelta(seconds=30)


async def test_a_post_begun_in_the_future(world: World) -> None:
    """A part that a clock an hour ahead began is not taken for a fresh one: without keys it is not posted again."""
    world.platform.capabilities = BLIND
    await world.die(accepted=True)
    await world.reaped(seconds=61)
    world.now = NOW - timedelta(hours=1)
    world.entry().due_at = world.now
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert world.keys == BOTH


async def test_a_history_that_may_not_be_read_is_not_asked_again(world: World) -> None:
    """Refused for good, the history is not asked again: the part is left, and said."""
    world.platform = Mute(failures=[refusal(sent="perhaps")], problem=refusal(permanent=True))
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.UNCERTAIN]
    assert (world.entry().due_at, world.platform.looks) == (None, 1)


async def test_asked_to_wait_before_looking(world: World) -> None:
    """A history that asks to wait is asked again then."""
    world.platform = Mute(failures=[refusal(sent="perhaps")], problem=refusal(retry_after=40))
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.later(seconds=5)
    assert await world.tick() == [Outcome.UNCERTAIN]
    due_at = world.entry().due_at
    assert due_at is not None
    assert timedelta(seconds=40) <= due_at - world.now <= timedelta(seconds=44)


def test_looks_lie_ahead() -> None:
    """The next look is always in the future, and never more than two minutes away, within the first five."""
    for seconds in range(300):
        assert timedelta(0) < next_look(timedelta(seconds=seconds)) <= timedelta(minutes=2), seconds


async def test_a_window_that_closes_meanwhile(world: World) -> None:
    """Held up between the look at the window and the post, the key is not posted again: it would come too late."""
    world.platform.capabilities = replace(DEDUPING, paces=(Pace("platform", 1),))
    world.platform.failures = [refusal(sent="perhaps")]
    await world.tick()
    world.later(seconds=24)
    (held,) = await world.claims()
    held.place = world.now + timedelta(seconds=8)
    assert (await world.service.deliver(held)).outcome is Outcome.UNCERTAIN
    assert (world.slept, world.keys) == ([8], BOTH[:1])


@pytest.mark.parametrize("jump", [timedelta(minutes=90), timedelta(minutes=-90), timedelta(hours=5)])
@pytest.mark.parametrize("accepted", [True, False])
async def test_a_clock_that_is_set(world: World, *, accepted: bool, jump: timedelta) -> None:
    """No age across a change of the clock is believed: absence counts after SETTLE since, and no key is repeated."""
    world.platform.capabilities = replace(DEDUPING, can_find=True)
    world.platform.failures, world.platform.lost = [refusal(sent="perhaps")], not accepted
    assert await world.tick() == [Outcome.UNCERTAIN]
    world.now = world.steady_since = world.now + jump
    world.entry().due_at = world.now
    if not accepted:
        for seconds in (0, 29):
            world.later(seconds=seconds)
            assert await world.tick() == [Outcome.UNCERTAIN]
            world.entry().due_at = world.now
            assert world.keys == []
        world.later(seconds=1)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert (world.keys, world.platform.looks) == (BOTH, 1 if accepted else 3)


@pytest.mark.parametrize("reason", ["stale", "held"])
async def test_doubt_outlives_what_was_not_posted(world: World, reason: str) -> None:
    """Where the second post of a key is not made after all, the doubt about the first stays."""
    world.platform.capabilities, world.platform.failures = DEDUPING, [refusal(sent="perhaps")]
    await world.tick()
    world.later(seconds=5)
    (held,) = await world.claims()
    service = world.service
    if reason == "held":
        service.holds["fake"] = world.monotonic + 1
    held.fresh_until = held.fresh_until if reason == "held" else float("-inf")
    assert (await service.deliver(held)).outcome is Outcome.UNCERTAIN
    assert (world.entry().begun_at, world.keys) == (NOW, BOTH[:1])
