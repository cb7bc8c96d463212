"""What ports.Outbox promises of claims, leases and fences, asked of every store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from fakes import CHANNEL, NOW
from ordering import DAY, HOUR, MESSAGE, MINUTE, NINE, Store, claimed, daily, edit, put, standing

from digestbot.errors import LostClaimError
from digestbot.model import Delivery, MessageRef
from digestbot.orders import Due, Ended, Outcome, Picked, Plan, Standing

PICKS = (Picked("a", "source"), Picked("b", "", "rw1"))
ARRIVED = MessageRef(CHANNEL, "m1")


async def take(store: Store, most: int = 64, *, at: datetime = NOW) -> Sequence[Delivery]:
    """What is claimed then."""
    return [one.delivery for one in (await store.claim("fake", at, most=most)).claims]


async def lost(store: Store, delivery: Delivery) -> None:
    """Nothing can be written for a claim."""
    for refused in (
        store.keep(delivery, "Theme", PICKS, MESSAGE, NOW),
        store.begin(delivery, 0, NOW),
        store.end(delivery, 0, ARRIVED, NOW),
        store.finish(Ended(delivery, Outcome.CONFIRMED, ref=ARRIVED), NOW),
    ):
        with pytest.raises(LostClaimError):
            await refused


async def test_a_claim_is_taken_once(store: Store) -> None:
    """A claim counts the attempt, and nobody else gets it while its lease lasts."""
    claim = await claimed(store)
    assert (claim.delivery.attempt, claim.doubted, claim.kept, claim.send_at) == (1, False, None, NOW)
    assert not await take(store)
    assert not await store.reap(NOW)


async def test_a_claim_is_of_one_platform(store: Store) -> None:
    """Only what goes to that platform, is due, and no more than asked."""
    await put(store, *(standing(f"n{n}") for n in range(3)), standing("other", platform="elsewhere"))
    await store.plan(NOW, lambda *_: Plan((Due(NINE, NOW + MINUTE),), NINE + DAY, NOW + DAY))
    assert not await take(store)
    later = [len((await store.claim("fake", NOW + MINUTE, most=2)).claims) for _ in range(3)]
    assert later == [2, 1, 0]


async def test_the_oldest_comes_first(store: Store) -> None:
    """An order's deliveries are claimed in the order of their times."""
    await put(store, standing())
    await store.plan(NOW + 5 * DAY, daily)
    found = [(await store.claim("fake", NOW + 5 * DAY, most=1)).claims[0].delivery.occurrence for _ in range(6)]
    assert found == [NINE + n * DAY for n in range(6)]


async def test_workspaces_take_turns(store: Store) -> None:
    """Ten deliveries of one workspace are among the first that are claimed beside the many of another."""
    await put(store, *(standing(f"n{n}") for n in range(300)))
    await put(store, *(standing(f"n{n}", workspace="beta") for n in range(10)))
    while await store.plan(NOW, daily):
        pass
    first = await take(store, 22)
    assert sum(one.subscription.channel.workspace == "beta" for one in first) == 10


async def test_many_claim_at_once(store: Store, twin: Store) -> None:
    """Two processes that claim at once get each delivery once."""
    await put(store, *(standing(f"n{n}") for n in range(60)))
    await store.plan(NOW, daily)
    taken = await asyncio.gather(*(take(one, 7) for _ in range(10) for one in (store, twin)))
    found = [one.id for some in taken for one in some] + [one.id for one in await take(store)]
    assert (len(found), len({*found})) == (60, 60)


async def test_a_lease_that_is_extended_holds(store: Store, lapse: Callable[[], None]) -> None:
    """A claim that is prolonged outlives its first lease, and `extend` names it."""
    claim = await claimed(store)
    lapse()
    assert list(await store.extend([claim.delivery], NOW)) == [claim.delivery.id]
    assert not await store.reap(NOW)
    assert not await store.extend([], NOW)


async def test_what_had_nothing_in_flight_is_planned_again(store: Store, lapse: Callable[[], None]) -> None:
    """When a lease ended before anything was posted the delivery is simply claimed again."""
    dead = (await claimed(store)).delivery
    lapse()
    assert await store.reap(NOW) == 1
    record = await store.delivery("acme", "morning")
    assert record
    assert record.outcome is Outcome.PLANNED
    await lost(store, dead)
    (again,) = (await store.claim("fake", NOW)).claims
    assert (again.delivery.attempt, again.doubted, again.kept) == (2, False, None)
    await lost(store, dead)
    assert not await store.extend([dead], NOW)


async def test_what_was_in_flight_is_in_doubt(store: Store, lapse: Callable[[], None]) -> None:
    """When a lease ended with a part in flight the delivery is uncertain, due to be looked for, with what was kept."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "Theme", PICKS, MESSAGE, NOW)
    lapse()
    assert await store.reap(NOW + MINUTE) == 1
    (again,) = (await store.claim("fake", NOW + MINUTE)).claims
    assert again.doubted
    assert again.kept
    assert (again.kept.message, again.kept.ended, again.kept.begun_at) == (MESSAGE, {}, NOW)
    assert again.expires_at == NOW + 6 * HOUR
    await lost(store, claim.delivery)


async def test_between_two_parts_nothing_is_in_flight(store: Store, lapse: Callable[[], None]) -> None:
    """A lease that ended after one part arrived, before the next was begun, leaves no doubt."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "Theme", PICKS, MESSAGE, NOW)
    await store.end(claim.delivery, 0, ARRIVED, NOW)
    lapse()
    await store.reap(NOW)
    (again,) = (await store.claim("fake", NOW)).claims
    assert again.kept
    assert (again.doubted, again.kept.ended, again.kept.begun_at) == (False, {0: ARRIVED}, None)


async def test_a_late_answer_settles_the_doubt(store: Store, lapse: Callable[[], None]) -> None:
    """What became uncertain while its answer was under way is what the answer says."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "Theme", PICKS, MESSAGE, NOW)
    lapse()
    await store.reap(NOW)
    await store.end(claim.delivery, 0, ARRIVED, NOW)
    await store.finish(Ended(claim.delivery, Outcome.CONFIRMED), NOW)
    record = await store.delivery("acme", "morning")
    assert record
    assert (record.outcome, record.due_at) == (Outcome.CONFIRMED, None)
    assert not await take(store)


async def test_no_lease_is_longer_than_a_lease(store: Store, lapse: Callable[..., None]) -> None:
    """What was claimed by a clock that was a day ahead is not held for a day."""
    await claimed(store)
    lapse(minutes=-24 * 60)
    assert await store.reap(NOW) == 1
    assert [one.attempt for one in await take(store)] == [2]


async def test_what_is_planned_anew_begins_anew(store: Store, lapse: Callable[..., None]) -> None:
    """What was skipped by a clock that was ahead is planned again, and its attempts are counted anew."""

    def once(one: Standing, now: datetime) -> Plan:
        return Plan((Due(NINE, now),), NINE + DAY, now + DAY) if one.next_occurrence else Plan(())

    await put(store, standing())
    await store.plan(NOW + 2 * HOUR, once)
    (claim,) = (await store.claim("fake", NOW + 2 * HOUR)).claims
    await store.finish(Ended(claim.delivery, Outcome.SKIPPED, "nothing left"), NOW + 2 * HOUR)
    await store.plan(NOW, once)
    assert [one.attempt for one in await take(store)] == [1]
    lapse()
    assert await store.reap(NOW) == 1
    assert [one.attempt for one in await take(store)] == [2]


async def test_the_end_of_a_claim_is_its_end(store: Store) -> None:
    """After `finish` nothing more can be written for it."""
    claim = await claimed(store)
    await store.finish(Ended(claim.delivery, Outcome.CONFIRMED), NOW)
    await lost(store, claim.delivery)


async def test_a_claim_of_another_workspace(store: Store) -> None:
    """What is written under another workspace's name changes nothing."""
    claim = await claimed(store)
    order = claim.delivery.subscription
    foreign = replace(
        claim.delivery, subscription=replace(order, channel=replace(order.channel, workspace="beta")), attempt=9
    )
    await store.keep(claim.delivery, "Theme", PICKS, MESSAGE, NOW)
    with pytest.raises((LostClaimError, KeyError)):
        await store.finish(Ended(foreign, Outcome.REFUSED), NOW)
    record = await store.delivery("acme", "morning")
    assert record
    assert record.outcome is Outcome.CLAIMED


async def test_nothing_is_taken_of_a_paused_order(store: Store) -> None:
    """What waits of an order that was paused is not claimed."""
    await put(store, standing())
    (planned,) = await store.plan(NOW, daily)
    assert await store.pause(planned.delivery, "The channel is gone.", NOW)
    assert not await take(store)


async def test_a_doubt_about_a_paused_order_is_looked_for(store: Store) -> None:
    """Paused while an attempt is under way that ends in doubt, an order's message is still looked for at its time."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "Theme", PICKS, MESSAGE, NOW)
    await edit(store, "morning", state="paused", next_at=None)
    await store.finish(Ended(claim.delivery, Outcome.UNCERTAIN, "no answer", NOW + MINUTE, doubted_at=NOW), NOW)
    (again,) = (await store.claim("fake", NOW + MINUTE)).claims
    assert again.doubted


@pytest.mark.parametrize("ends", ["retry", "draft", "lease"])
async def test_what_comes_back_of_a_paused_order_is_parked(store: Store, lapse: Callable[..., None], ends: str) -> None:
    """Paused while an attempt is under way, an order has no other one until it is resumed."""
    claim = await claimed(store)
    paused = await edit(store, "morning", state="paused", next_at=None)
    if ends == "lease":
        lapse()
        assert await store.reap(NOW) == 1
    else:
        await store.finish(Ended(claim.delivery, Outcome(ends), "rate limited", NOW + MINUTE), NOW)
    assert not await take(store, at=NOW + DAY)
    record = await store.delivery("acme", "morning")
    assert record
    assert (record.outcome, record.due_at) == (Outcome.PARKED, None)
    assert await edit(store, "morning", state="active", next_at=NOW + DAY) != paused
    (again,) = (await store.claim("fake", NOW + MINUTE)).claims
    assert (again.delivery.attempt, again.doubted) == (2, ends == "doubt")


async def test_a_notice_belongs_to_no_order(store: Store) -> None:
    """A notice has no standing order that could be paused, and is tried again."""
    assert await store.announce(CHANNEL, "topic", "Hello.", NOW)
    (claim,) = (await store.claim("fake", NOW)).claims
    await store.finish(Ended(claim.delivery, Outcome.RETRY, "rate limited", NOW), NOW)
    assert len(await take(store)) == 1
