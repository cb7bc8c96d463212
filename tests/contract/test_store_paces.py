"""What ports.Outbox promises of paces, asked of every store."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from fakes import CHANNEL, NOW
from ordering import DAY, MINUTE, NINE, SECOND, Store, put, standing

from digestbot.model import Channel
from digestbot.orders import Due, Plan
from digestbot.ports import Claimed, Pace

EACH = Pace("channel", 1)
SHARED = Pace("workspace", 2, burst=3)
ALL = Pace("platform", 0.5, burst=5)


async def wait(store: Store, channels: str, workspace: str = "acme") -> None:
    """One delivery for each letter, which is its channel's name; all are due now."""
    orders = [standing(f"{name}{n}", workspace=workspace, channel=name) for n, name in enumerate(channels)]
    await put(store, *orders)
    await store.plan(NOW, lambda *_: Plan((Due(NINE, NOW),), NINE + DAY, NOW + DAY))


async def slots(store: Store, pace: Pace, count: int, now: datetime = NOW) -> list[float]:
    """Seconds from NOW of places that are asked for one after the other."""
    return [((await store.reserve(CHANNEL, [pace], now)) - NOW).total_seconds() for _ in range(count)]


async def paced(store: Store, now: datetime, *paces: Pace) -> Claimed:
    """What is claimed under these paces."""
    return await store.claim("fake", now, paces=paces)


async def test_a_burst_and_then_a_place_each(store: Store) -> None:
    """`burst` messages go at once, each further one `seconds` later; a pause brings back as many as it is long."""
    assert await slots(store, SHARED, 5) == [0, 0, 0, 2, 4]
    later = NOW + 8 * SECOND
    assert await slots(store, SHARED, 4, later) == [8, 8, 10, 12]


@pytest.mark.parametrize("pace", [EACH, SHARED, ALL], ids=lambda pace: pace.scope)
async def test_never_above_the_rate(store: Store, pace: Pace) -> None:
    """However irregularly a minute asks, no stretch of time gets more than its length and one burst allow."""
    asked = [NOW + timedelta(milliseconds=(n * n * 37) % 60_000) for n in range(120)]
    given = sorted([await store.reserve(CHANNEL, [pace], now) for now in sorted(asked)])
    for n, begin in enumerate(given):
        for more, end in enumerate(given[n:], 1):
            assert more <= (end - begin).total_seconds() / pace.seconds + pace.burst + 1e-6


async def test_a_channel_has_its_own_pace(store: Store) -> None:
    """Of a channel's deliveries only those are claimed that go within two seconds; other channels lose nothing."""
    await wait(store, "AAAAAAAAB")
    found = await paced(store, NOW, EACH)
    sent = [(one.delivery.subscription.channel.id, (one.send_at - NOW).total_seconds()) for one in found.claims]
    assert sorted(sent) == [("A", 0), ("A", 1), ("A", 2), ("B", 0)]
    assert found.until == NOW + 3 * SECOND
    assert not (await paced(store, NOW, EACH)).claims
    assert len((await paced(store, NOW + 3 * SECOND, EACH)).claims) in {1, 2, 3}


async def test_a_channel_is_served_at_its_pace(store: Store) -> None:
    """Somebody who claims at every `until` gets a channel's deliveries one by one, each at its own second."""
    await wait(store, "A" * 12)
    now: datetime | None = NOW
    sent = []
    while now:
        found = await paced(store, now, EACH)
        sent += [(one.send_at - NOW).total_seconds() for one in found.claims]
        now = found.until or (await store.next_time(now, ["fake"]) if len(sent) < 12 else None)
    assert sent == list(range(12))


async def test_a_workspace_that_is_full_leaves_others_free(store: Store) -> None:
    """The pace of one workspace holds back its own deliveries, whatever their channels, and nobody else's."""
    await wait(store, "ABCDEFGH")
    await wait(store, "XY", workspace="beta")
    found = await paced(store, NOW, SHARED)
    counts = [one.delivery.subscription.channel.workspace for one in found.claims]
    assert (counts.count("acme"), counts.count("beta")) == (4, 2)
    assert found.until == NOW + 4 * SECOND


async def test_a_platform_that_is_full_stops(store: Store) -> None:
    """The pace of all channels together holds back every delivery of the platform, and says until when."""
    await wait(store, "ABCDEFGHIJKLMNOP")
    await wait(store, "XY", workspace="beta")
    found = await paced(store, NOW, ALL)
    assert len(found.claims) == 9
    assert found.until == NOW + 2.5 * SECOND
    assert not (await paced(store, NOW, ALL)).claims


async def test_without_a_need_to_wait_there_is_no_until(store: Store) -> None:
    """Where no pace held anything back nothing is said of one."""
    await wait(store, "AB")
    assert (await paced(store, NOW, EACH, SHARED, ALL)).until is None


async def test_what_a_platform_asked_for(store: Store) -> None:
    """A pace that is held lets nothing through before that instant; a shorter hold takes nothing back."""
    await wait(store, "AB")
    until = NOW + 30 * SECOND
    await store.hold(EACH.name(Channel("fake", "acme", "A")), until, NOW)
    await store.hold(EACH.name(Channel("fake", "acme", "A")), NOW + 5 * SECOND, NOW)
    found = await paced(store, NOW, EACH)
    assert [one.delivery.subscription.channel.id for one in found.claims] == ["B"]
    assert found.until == until
    (held,) = (await paced(store, until, EACH)).claims
    assert held.send_at == until


async def test_a_hold_ends(store: Store) -> None:
    """After a hold the pace is what it was."""
    await store.hold(EACH.name(CHANNEL), NOW + 5 * SECOND, NOW)
    assert await slots(store, EACH, 2, NOW + MINUTE) == [60, 61]


async def test_two_processes_keep_one_pace(store: Store, twin: Store) -> None:
    """What one process reserved the other one does not get."""
    both = [await one.reserve(CHANNEL, [EACH], NOW) for _ in range(3) for one in (store, twin)]
    assert both == [NOW + n * SECOND for n in range(6)]
