"""What a digest carries besides its highlights: a question to discuss, a pin, a mention."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import CHANNEL
from world import MORNING, NINE, World, refusal

from digestbot.model import Digest, Mention, MessageRef, Notice
from digestbot.orders import Change, Outcome
from digestbot.rendering.dialects import mentionable

ASKS = replace(MORNING, prompt="Which did you know?")
PINS = replace(MORNING, pin=True)
NEXT = NINE.replace(day=3)


async def test_the_question_opens_the_thread() -> None:
    """Where there are threads the prompt is the last part, in the first one's thread; the digest does not repeat it."""
    world = World()
    await world.order(ASKS)
    assert await world.tick() == [Outcome.CONFIRMED]
    *_, (_, part, _, parent) = world.platform.posts
    assert part.text == str(Notice("Which did you know?"))
    assert parent == MessageRef(CHANNEL, "1")
    (digest,) = [view for view in world.rendered if isinstance(view, Digest)]
    assert digest.closing == ""


async def test_without_threads_the_question_closes_the_digest() -> None:
    """Elsewhere it stands below the highlights, and nothing else is posted."""
    world = World()
    world.platform.capabilities = replace(world.platform.capabilities, can_thread=False)
    await world.order(ASKS)
    assert await world.tick() == [Outcome.CONFIRMED]
    (digest,) = world.rendered
    assert isinstance(digest, Digest)
    assert digest.closing == "Which did you know?"
    assert len(world.keys) == len(digest.highlights)


async def test_amending_leaves_the_question_in_its_place() -> None:
    """What is edited anew is the digest with its question; the thread keeps it."""
    world = World()
    await world.order(ASKS)
    await world.tick()
    record = await world.store.delivery("acme", "morning")
    assert record
    await world.amender.amend(record)
    assert [part.text for _, part in world.platform.edits] == [part.text for _, part, _, _ in world.platform.posts]


async def test_the_latest_digest_is_pinned() -> None:
    """Each digest is pinned once it is confirmed, and the one before it is not any more; other pins stay."""
    world = World()
    theirs = MessageRef(CHANNEL, "theirs")
    world.platform.pinned = [theirs]
    await world.order(PINS)
    await world.tick()
    assert world.platform.pinned == [theirs, MessageRef(CHANNEL, "1")]
    world.later(days=1)
    await world.tick()
    assert world.platform.pinned == [theirs, MessageRef(CHANNEL, "3")]


@pytest.mark.parametrize("able", [True, False])
async def test_nothing_is_pinned_that_should_not_be(able: bool) -> None:  # noqa: FBT001 - a parameter
    """Neither what nobody ordered to be pinned, nor where a platform cannot."""
    world = World()
    world.platform.capabilities = replace(world.platform.capabilities, can_pin=able)
    await world.order(MORNING if able else PINS)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.platform.pinned == []


async def test_a_failed_pin_is_a_remark() -> None:
    """A digest that cannot be pinned is confirmed, and says why."""
    world = World()
    world.platform.stubborn = refusal(permanent=True)
    await world.order(PINS)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.state() == (Outcome.CONFIRMED, "It could not be pinned: It said no.")
    assert world.store.orders["acme", "morning"].state == "active"


async def test_a_crash_between_the_post_and_the_pin() -> None:
    """The last part is written down, then the process dies: the next one posts nothing, and pins once."""
    world = World()
    await world.order(PINS)
    held = await world.die(accepted=True)
    delivery = held.claim.delivery
    await world.store.end(delivery, 0, MessageRef(CHANNEL, "1"), world.now)
    await world.store.begin(delivery, 1, world.now)
    await world.store.end(delivery, 1, MessageRef(CHANNEL, "2"), world.now)
    await world.platform.pin(MessageRef(CHANNEL, "1"))
    await world.reaped(seconds=61)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.platform.pinned == [MessageRef(CHANNEL, "1")]
    assert len(world.keys) == 1


async def test_a_crash_while_the_last_part_was_posted() -> None:
    """Found in the channel it is confirmed, and pinned as it would have been."""
    world = World()
    await world.order(PINS)
    await world.die(accepted=True)
    await world.reaped(seconds=61)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.platform.pinned == [MessageRef(CHANNEL, "1")]


async def test_an_older_digest_does_not_take_the_pin() -> None:
    """What is sent again days later is not the latest, and leaves the pin where it is."""
    world = World()
    await world.order(PINS)
    world.platform.failures = [refusal()]
    assert await world.tick() == [Outcome.RETRY]
    entry = world.entry(NINE, PINS)
    entry.outcome, entry.due_at, entry.begun_at = Outcome.REFUSED, None, None
    world.later(days=1)
    await world.tick()
    there = world.platform.pinned
    assert len(there) == 1
    assert await world.store.again(entry.delivery, world.now, Change("acme", world.now, "U1", "retry", "morning"))
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.platform.pinned == there


async def test_the_mention_is_a_value_of_its_own() -> None:
    """A digest has it as a Mention, and a notice to admins or curators none."""
    world = World()
    await world.order(replace(MORNING, mention="S0TEAM12"))
    await world.tick()
    (digest,) = world.rendered
    assert isinstance(digest, Digest)
    assert digest.mention == Mention("S0TEAM12")


@pytest.mark.parametrize(
    ("templates", "group", "known"),
    [
        ("slack", "S0TEAM12", True),
        ("slack", "here", True),
        ("slack", "channel", False),
        ("slack", "everyone", False),
        ("slack", "U0MEMBER1", False),
        ("slack", "S0TEAM12> <!channel", False),
        ("slack", "S0TEAM12\n", False),
        ("discord", "123456789012345678", True),
        ("discord", "here", False),
        ("discord", "everyone", False),
        ("discord", "１２３４５６７８９０１２３４５６７", False),
        ("discord", "S0TEAM12", False),
        ("text", "S0TEAM12", False),
    ],
)
def test_who_can_be_mentioned(templates: str, group: str, known: bool) -> None:  # noqa: FBT001 - a parameter
    """Exactly an id of a group of the platform, and on Slack those who are there: nobody else, nothing around it."""
    assert mentionable(templates, group) is known
