"""Channels that are gone and come back, and workspaces that leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fakes import CHANNEL
from world import MORNING, World, refusal

from digestbot.orders import Change, Outcome, Standing

EVENING = replace(MORNING, id="evening", schedule="daily at 20:00")


async def refused() -> World:
    """A world whose channel was archived: MORNING is paused by its platform, and its admins were told."""
    world = World()
    await world.order()
    world.platform.failures = [refusal(permanent=True)]
    world.platform.findings = ("The channel is archived.",)
    assert await world.tick() == [Outcome.REFUSED]
    await world.tick()
    return world


def standing(world: World, name: str = "morning") -> Standing:
    """The order as it is."""
    return world.store.orders["acme", name]


async def test_a_refused_channel_is_resumed_when_it_takes_digests() -> None:
    """Not while something is wrong there; then by itself, with its next time, a line in the audit and one notice."""
    world = await refused()
    assert (standing(world).state, standing(world).paused_by) == ("paused", "platform")
    world.later(hours=1)
    assert await world.service.channels.recheck() == []
    world.platform.findings = ()
    assert await world.service.channels.recheck() == []
    world.later(hours=2)
    assert await world.service.channels.recheck() == ["morning"]
    assert (standing(world).state, standing(world).paused_by, standing(world).reason) == ("active", "", "")
    assert standing(world).next_at == world.now.replace(hour=9) + timedelta(days=1)
    assert [(one.actor, one.action) for one in world.store.changes][-1] == ("", "resume")
    assert ["goes on" in one for one in world.notices] == [False, True]
    world.later(days=1)
    assert Outcome.CONFIRMED in await world.tick()


async def test_what_a_person_paused_stays_paused() -> None:
    """No event and no look resumes it."""
    world = await refused()
    person = replace(standing(world), paused_by="person")
    assert await world.store.put(person, Change("acme", world.now, "U1", "pause", "morning"))
    world.platform.findings = ()
    world.later(days=2)
    assert await world.service.channels.recheck() == []
    await world.service.channels.back(CHANNEL)
    assert standing(world).state == "paused"


async def test_a_channel_that_goes_pauses_all_its_orders_at_once() -> None:
    """One notice for all; what waits is parked; told again it changes nothing; another channel goes on."""
    world = World()
    await world.order()
    await world.order(EVENING)
    await world.order(replace(EVENING, id="other", channel=replace(CHANNEL, id="C2")))
    await world.plan()
    await world.service.channels.gone(CHANNEL, "It was archived.")
    await world.service.channels.gone(CHANNEL, "It was archived.")
    assert [standing(world, name).state for name in ("morning", "evening", "other")] == ["paused", "paused", "active"]
    assert world.state() == (Outcome.PARKED, "It was archived.")
    (notice,) = world.notices
    assert "“evening”, “morning” wait" in notice


async def test_a_channel_that_is_back_resumes_at_once() -> None:
    """Its orders go on without waiting for a look, and what was parked is sent; unless something is still wrong."""
    world = World()
    await world.order()
    await world.plan()
    await world.service.channels.gone(CHANNEL, "It was archived.")
    world.platform.findings = ("It is archived.",)
    await world.service.channels.back(CHANNEL)
    assert standing(world).state == "paused"
    world.platform.findings = ()
    await world.service.channels.back(CHANNEL)
    assert standing(world).state == "active"
    assert Outcome.CONFIRMED in await world.tick()


async def test_a_workspace_that_leaves_is_erased_after_its_grace() -> None:
    """Paused at once; after thirty days nothing is left, and not a day before."""
    world = World()
    await world.order()
    await world.tick()
    await world.service.channels.left("acme")
    assert standing(world).state == "paused"
    assert [one.action for one in world.store.changes][-2:] == ["pause", "leave"]
    world.later(days=29)
    assert await world.service.channels.erase() == []
    world.later(days=1)
    ((workspace, rows),) = await world.service.channels.erase()
    assert (workspace, rows > 3) == ("acme", True)
    assert (world.store.orders, world.store.entries, world.store.changes) == ({}, {}, [])


async def test_a_workspace_that_returns_keeps_everything() -> None:
    """Nothing is erased, its orders go on, and its history is what it was."""
    world = World()
    await world.order()
    await world.tick()
    before = await world.store.history("acme")
    await world.service.channels.left("acme")
    world.later(days=20)
    await world.service.channels.returned("acme")
    assert standing(world).state == "active"
    world.later(days=20)
    assert await world.service.channels.erase() == []
    assert await world.store.history("acme") == before
