"""What ports.Ledger promises of standing orders, asked of every store."""

from __future__ import annotations

from dataclasses import replace

from fakes import CHANNEL, NOW
from ordering import (
    DAY,
    HOUR,
    MESSAGE,
    MINUTE,
    NINE,
    Store,
    change,
    claimed,
    daily,
    edit,
    put,
    standing,
)

from digestbot.model import Channel
from digestbot.orders import Due, Ended, Outcome, Plan, Standing


async def there(store: Store, name: str = "morning") -> Standing:
    """An order as it is now."""
    found = await store.standing("acme", name)
    assert found
    return found


async def outcome(store: Store) -> Outcome:
    """Its latest delivery's."""
    found = await store.delivery("acme", "morning")
    assert found
    return found.outcome


async def test_an_order_comes_back_whole(store: Store) -> None:
    """All that was ordered is there again, with when it was written and its first version."""
    whole = replace(standing(), declared=True, by="U7", reason="x")
    whole = replace(whole, subscription=replace(whole.subscription, themes=("a", "b"), size=7, zone="Asia/Tokyo"))
    assert await store.put(whole, change(whole, at=NOW + MINUTE))
    assert await there(store) == replace(whole, changed_at=NOW + MINUTE, version=1)


async def test_a_change_is_written_over_what_it_was_made_from(store: Store) -> None:
    """Of two changes of the same version the first one holds; the second one writes nothing, nor into the audit."""
    await put(store, standing())
    before = await there(store)
    ours, theirs = replace(before, by="U1"), replace(before, by="U2")
    assert await store.put(ours, change(ours, "ours"))
    assert not await store.put(theirs, change(theirs, "theirs"))
    assert (await there(store)).by == "U1"
    assert [one.action for one in await store.audit("acme")] == ["ours", "add"]


async def test_a_new_order_takes_no_ones_name(store: Store) -> None:
    """Version 0 is only written where the workspace has no order of that name."""
    await put(store, standing(), standing(workspace="beta"))
    assert not await store.put(standing(channel="C2"), change(standing()))
    assert (await there(store)).subscription.channel == CHANNEL


async def test_orders_are_listed_by_name(store: Store) -> None:
    """A workspace's orders, or a channel's, without those that were removed; a removed one is found by its name."""
    await put(store, standing("b"), standing("a"), standing("c", channel="C2"), standing("d", workspace="beta"))
    await edit(store, "b", state="removed", next_at=None)
    assert [one.subscription.id for one in await store.standings("acme")] == ["a", "c"]
    found = await store.standings("acme", channel=Channel("fake", "acme", "C2"))
    assert [one.subscription.id for one in found] == ["c"]
    assert (await there(store, "b")).state == "removed"
    assert await store.standing("acme", "d") is None


async def test_what_waits_of_a_paused_order_is_parked(store: Store) -> None:
    """It is not claimed, is not due any more, and waits again when the order is resumed."""
    await put(store, standing())
    await store.plan(NOW, daily)
    await edit(store, "morning", state="paused", reason="holidays", next_at=None)
    assert await outcome(store) is Outcome.PARKED
    assert not (await store.claim("fake", NOW + DAY)).claims
    assert await store.next_time(NOW, ["fake"]) is None
    await edit(store, "morning", state="active", next_at=NOW + 2 * DAY)
    assert await outcome(store) is Outcome.PLANNED
    assert len((await store.claim("fake", NOW + DAY)).claims) == 1


async def test_what_is_parked_comes_back_as_what_it_was(store: Store) -> None:
    """What had been tried is to be tried again, and what may have arrived is to be looked for."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "Theme", (), MESSAGE, NOW)
    await store.finish(Ended(claim.delivery, Outcome.UNCERTAIN, "no answer", NOW + HOUR), NOW)
    await edit(store, "morning", state="paused", next_at=None)
    assert await outcome(store) is Outcome.PARKED
    await edit(store, "morning", state="active", next_at=NOW + DAY)
    (again,) = (await store.claim("fake", NOW + HOUR)).claims
    assert again.doubted
    await store.finish(Ended(again.delivery, Outcome.RETRY, "not there", NOW + HOUR), NOW + HOUR)
    await edit(store, "morning", state="paused", next_at=None)
    await edit(store, "morning", state="active", next_at=NOW + DAY)
    assert await outcome(store) is Outcome.RETRY


async def test_what_has_ended_is_not_parked(store: Store) -> None:
    """Pausing changes nothing about deliveries that do not wait."""
    await store.finish(Ended((await claimed(store)).delivery, Outcome.UNCERTAIN, "nobody can tell"), NOW)
    await edit(store, "morning", state="paused", next_at=None)
    assert await outcome(store) is Outcome.UNCERTAIN


async def test_one_occurrence_is_skipped(store: Store) -> None:
    """It is written down as skipped, and never planned; a version that has passed skips nothing."""
    await put(store, standing())
    order, due = await there(store), Due(NINE, NOW, "asked for")
    following = replace(order, next_occurrence=NINE + DAY, next_at=NOW + DAY)
    assert not await store.skip(replace(following, version=9), due, change(order, "skip"))
    assert not await store.deliveries("acme")
    assert await store.skip(following, due, change(order, "skip"))
    found = await store.delivery("acme", "morning")
    assert found
    assert (found.outcome, found.reason, found.delivery.occurrence) == (Outcome.SKIPPED, "asked for", NINE)
    assert not await store.plan(NOW, daily)
    assert [one.action for one in await store.audit("acme")] == ["skip", "add"]


async def test_what_waits_can_be_skipped(store: Store) -> None:
    """A delivery that is planned already and was not sent is not sent any more."""
    await put(store, standing())
    await store.plan(NOW, daily)
    order = await there(store)
    assert await store.skip(order, Due(NINE, NOW, "asked for"), change(order, "skip"))
    assert await outcome(store) is Outcome.SKIPPED
    assert not (await store.claim("fake", NOW)).claims


async def test_a_delivery_beside_the_schedule(store: Store) -> None:
    """It is planned for its own moment, once, and the schedule goes on as it was."""
    await put(store, standing())
    order, due = await there(store), Due(NINE + 7 * MINUTE, NOW + MINUTE, expires_at=NOW + HOUR)
    assert not await store.order_now(replace(order, version=9), due, change(order, "now"))
    assert await store.order_now(order, due, change(order, "now"))
    assert not await store.order_now(await there(store), due, change(order, "now"))
    assert [one.action for one in await store.audit("acme")] == ["now", "add"]
    assert (await there(store)).next_at == NOW
    assert not (await store.claim("fake", NOW)).claims
    (claim,) = (await store.claim("fake", NOW + MINUTE)).claims
    assert (claim.delivery.occurrence, claim.expires_at) == (NINE + 7 * MINUTE, NOW + HOUR)
    (planned,) = await store.plan(NOW, lambda *_: Plan((Due(NINE, NOW),), NINE + DAY, NOW + DAY))
    assert planned.delivery.occurrence == NINE
