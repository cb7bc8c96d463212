"""What ports.Ledger promises of deliveries and of the history of picks, asked of every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import CHANNEL, NOW
from ordering import DAY, HOUR, MESSAGE, MINUTE, NINE, SECOND, Store, change, claimed, daily, edit, put, standing

from digestbot.model import Delivery, MessageRef
from digestbot.orders import Claim, Due, Ended, Outcome, Picked

AGAIN = change(standing(), "retry", NOW + HOUR)


async def shown(store: Store, *picks: str, days: int = 0, name: str = "morning") -> Delivery:
    """A delivery of these highlights, confirmed, as many days after NOW."""
    now = NOW + days * DAY
    if await store.standing("acme", name) is None:
        await put(store, standing(name))
    await store.plan(now, daily)
    claims = (await store.claim("fake", now)).claims
    *_, claim = [one for one in claims if one.delivery.subscription.id == name]
    found = [Picked(pick, "source", f"rw-{pick}") for pick in picks]
    await store.keep(claim.delivery, "Theme", found, MESSAGE, now)
    await store.finish(Ended(claim.delivery, Outcome.CONFIRMED, ref=MessageRef(CHANNEL, "m")), now)
    return claim.delivery


async def test_the_latest_come_first(store: Store) -> None:
    """Deliveries are listed the newest first, of one subscription, of some states, since when they were planned."""
    await put(store, standing(), standing("evening"), standing("other", workspace="beta"))
    await store.plan(NOW + DAY, daily)
    await edit(store, "evening", state="paused", next_at=None)
    await store.plan(NOW + 2 * DAY, daily)
    assert [one.delivery.occurrence for one in await store.deliveries("acme", subscription="morning")] == [
        NINE + 2 * DAY,
        NINE + DAY,
        NINE,
    ]
    parked = await store.deliveries("acme", states=(Outcome.PARKED, Outcome.RETRY))
    assert {one.delivery.subscription.id for one in parked} == {"evening"}
    assert len(await store.deliveries("acme", since=NOW + 2 * DAY)) == 1
    assert len(await store.deliveries("acme")) == 5
    assert len(await store.deliveries("acme", limit=2)) == 2


async def test_a_delivery_by_its_name(store: Store) -> None:
    """One occurrence, or the latest; None for what is not there, also in another workspace."""
    await put(store, standing())
    await store.plan(NOW + DAY, daily)
    latest, first = await store.delivery("acme", "morning"), await store.delivery("acme", "morning", NINE)
    assert latest
    assert first
    assert (latest.delivery.occurrence, first.delivery.occurrence) == (NINE + DAY, NINE)
    assert await store.delivery("acme", "morning", NINE + HOUR) is None
    assert await store.delivery("beta", "morning") is None
    assert await store.kept("acme", "morning", NINE) is None


async def test_history(store: Store) -> None:
    """What was shown or is reserved, the oldest first, with its source, native id and delivery."""
    first = await shown(store, "a", "b")
    await shown(store, "c", name="evening", days=1)
    await store.show(CHANNEL, "Asked for", [Picked("d", "s"), Picked("e")], NOW + 2 * DAY)
    rows = await store.history("acme")
    assert [(row.highlight_id, row.at) for row in rows][:2] == [("a", NOW), ("b", NOW)]
    assert [row.highlight_id for row in rows] == ["a", "b", "c", "d", "e"]
    assert (rows[0].theme, rows[0].source, rows[0].native, rows[0].delivery) == ("Theme", "source", "rw-a", first.id)
    assert (rows[3].theme, rows[3].source, rows[3].native, rows[3].delivery) == ("Asked for", "s", "", "")
    assert [row.highlight_id for row in await store.history("acme", "morning")] == ["a", "b"]
    assert await store.history("beta") == []


async def test_a_delivery_of_one_moment_has_its_seconds(store: Store) -> None:
    """History names a delivery as the delivery names itself, also one that was ordered for a second of its own."""
    await put(store, standing())
    order = await store.standing("acme", "morning")
    assert order
    await store.order_now(order, Due(NINE + 7 * SECOND, NOW), change(order))
    (claim,) = (await store.claim("fake", NOW)).claims
    await store.keep(claim.delivery, "Theme", [Picked("a")], MESSAGE, NOW)
    assert [row.delivery for row in await store.history("acme")] == [claim.delivery.id]
    assert claim.delivery.id.endswith("T09:00:07")


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.EXPIRED, Outcome.SKIPPED])
async def test_what_nobody_saw_is_no_history(store: Store, outcome: Outcome) -> None:
    """The picks of a delivery that did not arrive are free again; while it waits they are reserved."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "Theme", [Picked("a")], MESSAGE, NOW)
    await store.finish(Ended(claim.delivery, Outcome.RETRY, "", NOW), NOW)
    assert [row.highlight_id for row in await store.history("acme")] == ["a"]
    (claim,) = (await store.claim("fake", NOW)).claims
    await store.finish(Ended(claim.delivery, outcome, "for good"), NOW)
    assert await store.history("acme") == []
    assert await store.shown("acme", "a") == []


async def test_where_a_highlight_was_shown(store: Store) -> None:
    """Every showing of a highlight, the latest first, with its delivery, or None where somebody asked for it."""
    first = await shown(store, "a", "b")
    await store.show(CHANNEL, "Asked for", [Picked("a")], NOW + DAY)
    last = await shown(store, "a", days=2)
    found = [(row.at, record and record.delivery.id) for row, record in await store.shown("acme", "a")]
    assert found == [(NOW + 2 * DAY, last.id), (NOW + DAY, None), (NOW, first.id)]
    assert await store.shown("beta", "a") == []
    assert await store.shown("acme", "z") == []


async def refused(store: Store, outcome: Outcome = Outcome.REFUSED) -> Claim:
    """A delivery of two parts that ended after its first one."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "Theme", [Picked("a")], MESSAGE, NOW)
    await store.end(claim.delivery, 0, MessageRef(CHANNEL, "m1"), NOW)
    await store.begin(claim.delivery, 1, NOW)
    await store.finish(Ended(claim.delivery, outcome, "for good"), NOW)
    return claim


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.EXPIRED, Outcome.UNCERTAIN])
async def test_once_more(store: Store, outcome: Outcome) -> None:
    """What had not worked goes on its way again: what arrived stays, a part in doubt is sent, and nothing expires."""
    first = await refused(store, outcome)
    assert await store.again(first.delivery, NOW + HOUR, AGAIN)
    (claim,) = (await store.claim("fake", NOW + HOUR)).claims
    assert claim.kept
    assert (claim.kept.ended, claim.kept.begun_at) == ({0: MessageRef(CHANNEL, "m1")}, None)
    assert (claim.delivery.attempt, claim.doubted, claim.expires_at) == (2, False, None)
    assert [row.highlight_id for row in await store.history("acme")] == ["a"]
    assert (await store.audit("acme"))[0] == AGAIN


async def test_once_more_is_for_what_did_not_work(store: Store) -> None:
    """What waits, is under way or arrived is left alone, and the audit says nothing."""
    claim = await claimed(store)
    assert not await store.again(claim.delivery, NOW, AGAIN)
    await store.keep(claim.delivery, "Theme", [], MESSAGE, NOW)
    await store.finish(Ended(claim.delivery, Outcome.UNCERTAIN, "", NOW + HOUR), NOW)
    assert not await store.again(claim.delivery, NOW, AGAIN)
    (claim,) = (await store.claim("fake", NOW + HOUR)).claims
    await store.finish(Ended(claim.delivery, Outcome.CONFIRMED), NOW)
    assert not await store.again(claim.delivery, NOW, AGAIN)
    assert not await store.again(replace(claim.delivery, occurrence=NINE + timedelta(days=99)), NOW, AGAIN)
    assert [one.action for one in await store.audit("acme")] == ["add"]


async def test_a_message_of_one_occurrence(store: Store) -> None:
    """What was kept is found by workspace, subscription and occurrence."""
    await shown(store, "a")
    assert await store.kept("acme", "morning", NINE) == MESSAGE
    assert await store.kept("beta", "morning", NINE) is None
    assert await store.kept("acme", "morning", NINE + MINUTE) is None
