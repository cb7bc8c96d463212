"""What ports.Outbox promises of a claimed delivery's parts and its end, asked of every store."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from fakes import CHANNEL, NOW
from ordering import DAY, HOUR, MESSAGE, MINUTE, NINE, Store, change, claimed, daily, edit, put, standing

from digestbot.model import Delivery, Message, MessageRef, Part
from digestbot.orders import Claim, Ended, Outcome, Picked, Record

PICKS = (Picked("a", "source"), Picked("b", "", "rw1"))
FIRST, SECOND_PART = MessageRef(CHANNEL, "m1"), MessageRef(CHANNEL, "m2")


async def kept(store: Store, message: Message = MESSAGE) -> Delivery:
    """A claim whose message was kept: its part 0 is in flight."""
    delivery = (await claimed(store)).delivery
    await store.keep(delivery, "Öffnung", PICKS, message, NOW)
    return delivery


async def record(store: Store) -> Record:
    """How the delivery stands."""
    found = await store.delivery("acme", "morning")
    assert found
    return found


async def states(store: Store) -> list[str]:
    """Its parts' states."""
    return [part.state for part in (await record(store)).parts]


async def retried(store: Store, delivery: Delivery, **how: object) -> Claim:
    """What the next attempt is given after this one ended so."""
    ended = Ended(delivery, Outcome.RETRY, "rate limited", NOW)
    await store.finish(replace(ended, **how), NOW)
    (claim,) = (await store.claim("fake", NOW)).claims
    return claim


async def test_what_is_kept_comes_back_unchanged(store: Store) -> None:
    """The next attempt gets exactly the rendered parts, also those beyond ASCII, and the picks are written down."""
    claim = await retried(store, await kept(store))
    assert claim.kept
    assert claim.kept.message == MESSAGE
    assert (await record(store)).picks == PICKS
    assert (await record(store)).theme == "Öffnung"
    assert await store.kept("acme", "morning", NINE) == MESSAGE


async def test_the_first_part_is_in_flight_at_once(store: Store) -> None:
    """After `keep` part 0 is begun, and the others wait."""
    await kept(store)
    assert await states(store) == ["begun", "waiting"]


async def test_parts_go_one_by_one(store: Store) -> None:
    """Each part that arrived is known by its number, and the one that was in flight waits again after a retry."""
    delivery = await kept(store)
    await store.end(delivery, 0, FIRST, NOW)
    assert await states(store) == ["arrived", "waiting"]
    await store.begin(delivery, 1, NOW)
    assert await states(store) == ["arrived", "begun"]
    claim = await retried(store, delivery)
    assert claim.kept
    assert (claim.kept.ended, claim.kept.begun_at, claim.doubted) == ({0: FIRST}, None, False)
    await store.begin(claim.delivery, 1, NOW)
    await store.finish(Ended(claim.delivery, Outcome.CONFIRMED, ref=SECOND_PART), NOW)
    assert [(part.state, part.ref) for part in (await record(store)).parts] == [("arrived", "m1"), ("arrived", "m2")]


async def test_an_end_says_what_became_of_the_part_in_flight(store: Store) -> None:
    """A delivery of one part is confirmed in one step; a platform that names no messages has an empty name for it."""
    delivery = await kept(store, Message(MESSAGE.parts[:1]))
    await store.finish(Ended(delivery, Outcome.CONFIRMED, ref=MessageRef(CHANNEL, "")), NOW)
    found = await record(store)
    assert (found.outcome, found.finished_at, found.due_at) == (Outcome.CONFIRMED, NOW, None)
    assert [part.state for part in found.parts] == ["arrived"]


async def test_a_part_in_doubt_is_not_posted_again(store: Store) -> None:
    """A part of which nobody can tell counts as ended, without a message."""
    delivery = await kept(store)
    await store.end(delivery, 0, None, NOW)
    assert await states(store) == ["doubtful", "waiting"]
    claim = await retried(store, delivery)
    assert claim.kept
    assert claim.kept.ended == {0: None}


async def test_a_retry_waits_for_its_time(store: Store) -> None:
    """It is claimed at its time, not before, as the next attempt, and expires when it was to."""
    delivery = await kept(store)
    await store.finish(Ended(delivery, Outcome.RETRY, "rate limited", NOW + MINUTE), NOW)
    assert not (await store.claim("fake", NOW)).claims
    found = await record(store)
    assert (found.outcome, found.reason, found.due_at) == (Outcome.RETRY, "rate limited", NOW + MINUTE)
    (claim,) = (await store.claim("fake", NOW + MINUTE)).claims
    assert (claim.delivery.attempt, claim.doubted, claim.expires_at) == (2, False, NOW + 6 * HOUR)


async def test_uncertain_waits_to_be_looked_for(store: Store) -> None:
    """What may have arrived is claimed again at its time, with the part still in flight since it was begun."""
    delivery = await kept(store)
    await store.finish(Ended(delivery, Outcome.UNCERTAIN, "no answer", NOW + MINUTE), NOW)
    assert await states(store) == ["begun", "waiting"]
    (claim,) = (await store.claim("fake", NOW + MINUTE)).claims
    assert claim.kept
    assert (claim.doubted, claim.kept.begun_at, claim.kept.ended) == (True, NOW, {})
    await store.finish(Ended(claim.delivery, Outcome.UNCERTAIN, "not found yet", NOW + HOUR), NOW + MINUTE)
    (claim,) = (await store.claim("fake", NOW + HOUR)).claims
    assert claim.kept
    assert claim.kept.begun_at == NOW


@pytest.mark.parametrize(
    "outcome", [Outcome.CONFIRMED, Outcome.REFUSED, Outcome.UNCERTAIN, Outcome.SKIPPED, Outcome.EXPIRED]
)
async def test_what_has_ended_is_not_claimed(store: Store, outcome: Outcome) -> None:
    """A delivery that ended without a time to go on is never taken again, nor given back."""
    delivery = (await claimed(store)).delivery
    await store.finish(Ended(delivery, outcome, "for good"), NOW)
    assert not await store.reap(NOW + 9 * DAY)
    assert not (await store.claim("fake", NOW + 9 * DAY)).claims
    assert await store.next_time(NOW, ["fake"]) != NOW
    assert (await record(store)).finished_at == NOW


async def test_every_attempt_is_told(store: Store) -> None:
    """The attempts are there with their times, outcomes and reasons, in order."""
    claim = await retried(store, (await claimed(store)).delivery)
    await store.finish(Ended(claim.delivery, Outcome.REFUSED, "no such channel"), NOW + MINUTE)
    found = [(one.number, one.outcome, one.reason, one.ended_at) for one in (await record(store)).attempts]
    assert found == [
        (1, Outcome.RETRY, "rate limited", NOW),
        (2, Outcome.REFUSED, "no such channel", NOW + MINUTE),
    ]


async def test_many_end_at_once(store: Store) -> None:
    """Sixty deliveries that are kept and ended in the same moment each have their own end."""
    await put(store, *(standing(f"n{n}") for n in range(60)))
    await store.plan(NOW, daily)
    claims = (await store.claim("fake", NOW)).claims

    async def deliver(n: int, delivery: Delivery) -> None:
        message = Message((Part({"n": n}, f"text {n}"), Part({"n": -n}, f"more {n}")))
        await store.keep(delivery, f"Theme {n}", [Picked(f"h{n}")], message, NOW)
        await store.end(delivery, 0, MessageRef(CHANNEL, f"m{n}"), NOW)
        await store.begin(delivery, 1, NOW)
        outcome = Outcome.CONFIRMED if n % 3 else Outcome.REFUSED
        await store.finish(Ended(delivery, outcome, f"reason {n}", ref=MessageRef(CHANNEL, f"k{n}")), NOW)

    await asyncio.gather(*(deliver(n, one.delivery) for n, one in enumerate(claims)))
    for n, claim in enumerate(claims):
        found = await store.delivery("acme", claim.delivery.subscription.id)
        assert found
        assert (found.theme, found.reason, [pick.id for pick in found.picks]) == (
            f"Theme {n}",
            f"reason {n}",
            [f"h{n}"],
        )
        assert [part.ref for part in found.parts] == [f"m{n}", f"k{n}"]
        assert found.outcome is (Outcome.CONFIRMED if n % 3 else Outcome.REFUSED)


async def test_texts_are_forgotten(store: Store) -> None:
    """Texts of what ended before an instant go, once; that and when it was shown stays, and what waits stays whole."""
    delivery = await kept(store)
    assert await store.prune(NOW + 90 * DAY) == 0
    await store.finish(Ended(delivery, Outcome.CONFIRMED, ref=FIRST), NOW)
    assert await store.prune(NOW) == 0
    assert await store.kept("acme", "morning", NINE) == MESSAGE
    assert await store.prune(NOW + DAY) == 1
    assert await store.prune(NOW + DAY) == 0
    assert await store.kept("acme", "morning", NINE) is None
    assert [row.highlight_id for row in await store.history("acme")] == ["a", "b"]


async def test_deliveries_are_counted(store: Store) -> None:
    """How many are in each state, by platform, over all workspaces."""
    await store.finish(Ended((await claimed(store)).delivery, Outcome.CONFIRMED), NOW)
    await put(store, standing("evening"), standing(workspace="beta", platform="other"))
    await store.plan(NOW, daily)
    assert sorted(await store.tally(NOW)) == [
        ("fake", Outcome.CONFIRMED, 1),
        ("fake", Outcome.PLANNED, 1),
        ("other", Outcome.PLANNED, 1),
    ]


async def test_a_delivery_pauses_its_subscription(store: Store) -> None:
    """What cannot be delivered pauses its subscription once, with the reason, and the audit says so."""
    delivery = (await claimed(store)).delivery
    assert await store.pause(delivery, "The channel is gone.", NOW)
    assert not await store.pause(delivery, "The channel is gone.", NOW)
    there = await store.standing("acme", "morning")
    assert there
    assert (there.state, there.reason, there.next_at) == ("paused", "The channel is gone.", None)
    line, _ = await store.audit("acme")
    assert (line.actor, line.action, line.subject, line.detail) == ("", "pause", "morning", "The channel is gone.")
    assert not await store.put(replace(there, version=there.version - 1), change(there))


async def test_a_channel_that_was_left_pauses_nothing(store: Store) -> None:
    """What an order had planned for the channel that it was moved away from pauses it no more."""
    delivery = (await claimed(store)).delivery
    there = await store.standing("acme", "morning")
    assert there
    moved = replace(there.subscription, channel=replace(there.subscription.channel, id="C2"))
    await edit(store, "morning", subscription=moved)
    assert not await store.pause(delivery, "The channel is gone.", NOW)
    there = await store.standing("acme", "morning")
    assert there
    assert there.state == "active"
