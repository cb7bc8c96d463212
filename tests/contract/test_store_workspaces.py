"""What the store promises of refused channels, interactions that come twice, and workspaces that leave."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from fake_store import FakeStore
from fakes import NOW
from ordering import DAY, HOUR, MESSAGE, MINUTE, Store, change, claimed, daily, drafting, drafts, edit, put, standing
from sqlalchemy import create_engine, select

from digestbot.model import Channel
from digestbot.orders import Capture, Ended, Outcome, Picked
from digestbot.ports import Pace
from digestbot.store.tables import metadata

SECRET = "xyzzy-secret"


async def refused(store: Store) -> None:
    """An order that its platform refused, at NOW."""
    claim = await claimed(store)
    assert await store.pause(claim.delivery, "The channel is archived.", NOW)


async def looked_at(store: Store, hours: float, platforms: tuple[str, ...] = ("fake",)) -> list[str]:
    """The orders that are to be looked at so many hours after NOW."""
    found = await store.suspects(NOW + timedelta(hours=hours), platforms)
    return [one.subscription.id for one in found]


async def test_a_refused_order_is_looked_at_ever_more_rarely(store: Store) -> None:
    """After an hour, then after twice as long each time, a day at most; by one process each time."""
    await refused(store)
    assert await looked_at(store, 0.9) == []
    assert await looked_at(store, 1) == ["morning"]
    assert await looked_at(store, 1) == []
    assert await looked_at(store, 2.9) == []
    assert await looked_at(store, 3) == ["morning"]
    hours, looks = 3.0, 0
    while hours < 24 * 10:
        hours += 1
        looks += len(await looked_at(store, hours))
    assert 10 <= looks <= 13


async def test_only_platforms_that_are_connected_are_asked(store: Store) -> None:
    """An order of another platform is left for the process that has it."""
    await refused(store)
    assert await looked_at(store, 1, ("slack", "fak")) == []
    assert await looked_at(store, 1) == ["morning"]


async def test_what_a_person_paused_is_left_alone(store: Store) -> None:
    """Only what a platform paused is looked at; a person who pauses it too has the last word."""
    await refused(store)
    there = await store.standing("acme", "morning")
    assert there
    assert (there.paused_by, there.reason) == ("platform", "The channel is archived.")
    await edit(store, "morning", paused_by="person")
    assert await looked_at(store, 100) == []
    await edit(store, "morning", paused_by="platform")
    assert await looked_at(store, 100) == ["morning"]
    await edit(store, "morning", at=NOW, state="active", paused_by="", next_at=NOW)
    assert await looked_at(store, 1000) == []


async def test_a_schedule_that_ended_is_not_taken_for_a_channel(store: Store) -> None:
    """An order that a plan paused waits for a person."""
    await put(store, standing())
    await store.plan(NOW, lambda one, now: replace(drafts(one, now), due=(), next_at=None, pause="It has ended."))
    there = await store.standing("acme", "morning")
    assert there
    assert (there.state, there.paused_by) == ("paused", "schedule")
    assert await looked_at(store, 1000) == []


async def test_an_interaction_counts_once(store: Store) -> None:
    """The first time is new; later ones are told when that was; each workspace has its own."""
    assert await store.seen("acme", "T1", NOW) is None
    assert await store.seen("acme", "T1", NOW + MINUTE) == NOW
    assert await store.seen("other", "T1", NOW + MINUTE) is None
    await store.prune(NOW + HOUR)
    assert await store.seen("acme", "T1", NOW + DAY) is None


async def test_a_workspace_that_left_is_erased_in_its_time(store: Store) -> None:
    """Not before, and not once it is back; who leaves twice has the first date."""
    await store.leave("acme", NOW + DAY)
    await store.leave("acme", NOW + 2 * DAY)
    assert await store.over(NOW + DAY - MINUTE) == []
    assert list(await store.over(NOW + DAY)) == ["acme"]
    assert await store.stay("acme")
    assert not await store.stay("acme")
    assert await store.over(NOW + DAY) == []


async def full(store: Store, workspace: str) -> None:
    """A workspace with something in every table, marked with its name."""
    await put(store, standing(workspace=workspace))
    await store.plan(NOW, daily)
    claims = (await store.claim("fake", NOW)).claims
    (claim,) = [one for one in claims if one.delivery.id.startswith(f"{workspace}/morning")]
    pick = Picked(f"h-{workspace}", f"source-{workspace}", workspace)
    await store.keep(claim.delivery, f"theme-{workspace}", [pick], MESSAGE, NOW)
    await store.finish(Ended(claim.delivery, Outcome.RETRY, workspace, NOW + DAY), NOW)
    line = replace(change(standing(workspace=workspace)), detail=workspace)
    there = drafting()
    order = replace(there.subscription, channel=Channel("fake", workspace, "C1"))
    await put(store, replace(there, subscription=order))
    await store.plan(NOW, drafts)
    channel = claim.delivery.subscription.channel
    await store.pause(claim.delivery, workspace, NOW)
    await store.announce(channel, workspace, f"notice for {workspace}", NOW, message=MESSAGE)
    await store.show(channel, workspace, [pick], NOW)
    await store.hide(workspace, "source", workspace, line)
    await store.vote(workspace, workspace, pick, workspace, "more", NOW)
    await store.save(workspace, workspace, pick.id, NOW)
    await store.reserve(channel, [Pace("channel", 1), Pace("workspace", 1)], NOW)
    await store.seen(workspace, f"T-{workspace}", NOW)
    await store.capture(Capture(channel, workspace, workspace, workspace, "U1", "Bob", NOW, workspace, NOW))
    await store.spend(workspace, workspace, "share", 2, NOW)
    await store.leave(workspace, NOW)


def everything(store: Store, address: str) -> str:
    """All that a store holds, as one text."""
    if isinstance(store, FakeStore):
        return repr(store)
    engine = create_engine(address)
    with engine.connect() as connection:
        found = {
            table.name: [list(map(str, row)) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }
    engine.dispose()
    assert all(found.values()), [name for name, rows in found.items() if not rows]
    return json.dumps(found)


async def test_nothing_of_an_erased_workspace_is_left(store: Store, address: str) -> None:
    """No table holds a word of it; another workspace keeps all that it has."""
    await full(store, SECRET)
    await full(store, "acme")
    before = everything(store, address)
    assert before.count(SECRET) > 20
    assert await store.erase(SECRET) > 10
    after = everything(store, address)
    assert SECRET not in after
    assert after.count("acme") == before.count("acme")
    assert await store.erase(SECRET) == 0
