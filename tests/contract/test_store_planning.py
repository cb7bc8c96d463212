"""What ports.Outbox promises of planning, asked of every store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from fakes import NOW
from ordering import DAY, HOUR, MINUTE, NINE, Store, change, claimed, daily, edit, put, standing

from digestbot.model import Channel, Subscription
from digestbot.orders import Due, Ended, Outcome, Plan, Standing

ADMINS = Channel("fake", "acme", "ADMINS")


def skipping(one: Standing, now: datetime) -> Plan:
    """As `daily`, and nothing is to be sent."""
    plan = daily(one, now)
    return replace(plan, due=tuple(replace(due, skip="too old") for due in plan.due))


async def test_an_order_becomes_deliveries(store: Store) -> None:
    """Each occurrence that came is planned with its own time, and the order's next time is the following one."""
    await put(store, standing())
    planned = await store.plan(NOW + DAY, daily)
    assert [(one.delivery.occurrence, one.outcome, one.due_at) for one in planned] == [
        (NINE, Outcome.PLANNED, NOW),
        (NINE + DAY, Outcome.PLANNED, NOW + DAY),
    ]
    there = await store.standing("acme", "morning")
    assert there
    assert (there.next_occurrence, there.next_at) == (NINE + 2 * DAY, NOW + 2 * DAY)
    assert not await store.plan(NOW + DAY, daily)


async def test_nothing_is_planned_before_its_time(store: Store) -> None:
    """An order that is not due is not asked about."""
    await put(store, standing())
    assert not await store.plan(NOW - MINUTE, daily)
    assert not await store.deliveries("acme")


async def test_what_is_planned_is_the_order_as_it_was(store: Store) -> None:
    """A delivery has the whole subscription of its time, whatever becomes of the order, and when it expires."""
    await put(store, standing())
    (planned,) = await store.plan(NOW, daily)
    await edit(store, "morning", subscription=replace(standing().subscription, size=9, themes=("a", "b")))
    (claim,) = (await store.claim("fake", NOW)).claims
    assert claim.delivery == replace(planned.delivery, attempt=1)
    assert claim.delivery.subscription == standing().subscription
    assert claim.expires_at == NOW + 6 * HOUR


async def test_what_is_there_is_left_alone(store: Store) -> None:
    """An occurrence that was planned is not planned again, whatever the order says."""
    first = await claimed(store)
    await edit(store, "morning", next_occurrence=NINE, next_at=NOW)
    assert not await store.plan(NOW, skipping)
    record = await store.delivery("acme", "morning", NINE)
    assert record
    assert (record.outcome, record.delivery.attempt) == (Outcome.CLAIMED, first.delivery.attempt)


async def test_skipped_is_written_down_and_never_claimed(store: Store) -> None:
    """An occurrence that is not to be sent is there with its reason."""
    await put(store, standing())
    (skipped,) = await store.plan(NOW, skipping)
    assert (skipped.outcome, skipped.reason, skipped.due_at) == (Outcome.SKIPPED, "too old", None)
    assert not (await store.claim("fake", NOW + DAY)).claims
    record = await store.delivery("acme", "morning")
    assert record
    assert (record.outcome, record.reason) == (Outcome.SKIPPED, "too old")


async def test_what_a_wrong_clock_skipped_is_planned_anew(store: Store) -> None:
    """What was skipped at a later time than now does not count."""
    await put(store, standing())
    await store.plan(NOW + 300 * DAY, skipping)
    await edit(store, "morning", next_occurrence=NINE, next_at=NOW)
    (anew,) = await store.plan(NOW, daily)
    assert (anew.delivery.occurrence, anew.outcome) == (NINE, Outcome.PLANNED)
    assert len((await store.claim("fake", NOW)).claims) == 1


async def test_a_clock_that_was_ahead(store: Store) -> None:
    """An order whose next time was worked out by a clock hours ahead is due at once; a few minutes are nothing."""
    await put(store, standing())
    await store.plan(NOW + 2 * HOUR, daily)
    assert not await store.plan(NOW + 90 * MINUTE, daily)
    asked: list[datetime] = []

    def decide(one: Standing, now: datetime) -> Plan:
        assert one.changed_at == NOW + 2 * HOUR
        asked.append(now)
        return daily(replace(one, next_occurrence=NINE + DAY), now)

    assert await store.next_time(NOW, ["fake"]) == NOW
    assert not await store.plan(NOW, decide)
    assert asked == [NOW]
    assert not await store.plan(NOW, decide)
    assert asked == [NOW]


async def test_an_order_without_a_next_time_pauses(store: Store) -> None:
    """Where no next time can be told the order is paused with the reason; what the plan still had is sent."""
    await put(store, standing())
    last = Plan((Due(NINE, NOW),), pause="It has ended.")
    planned, paused = await store.plan(NOW, lambda *_: last)
    assert (planned.outcome, paused.outcome, paused.reason) == (Outcome.PLANNED, Outcome.PARKED, "It has ended.")
    assert paused.delivery.subscription == planned.delivery.subscription
    line, _ = await store.audit("acme")
    assert (line.actor, line.action, line.subject, line.detail) == ("", "pause", "morning", "It has ended.")
    there = await store.standing("acme", "morning")
    assert there
    assert (there.state, there.reason, there.next_at) == ("paused", "It has ended.", None)
    assert not await store.plan(NOW + DAY, daily)
    assert len((await store.claim("fake", NOW)).claims) == 1


async def test_planning_counts_as_a_change(store: Store) -> None:
    """What was read before a planning cannot be written over it."""
    await put(store, standing())
    before = await store.standing("acme", "morning")
    await store.plan(NOW, daily)
    assert before
    assert not await store.put(before, change(before))


async def test_orders_that_yield_nothing_hide_no_others(store: Store) -> None:
    """An empty answer means that nothing more is due, also where the first orders had nothing to plan."""
    await put(store, *(standing(f"n{n}") for n in range(9)))

    def decide(one: Standing, now: datetime) -> Plan:
        return daily(one, now) if one.subscription.id == "n8" else Plan((), NINE + DAY, NOW + DAY)

    found: list[Ended] = []
    while planned := await store.plan(NOW, decide):
        found += planned
    assert [one.delivery.subscription.id for one in found] == ["n8"]


async def test_many_plan_at_once(store: Store, twin: Store) -> None:
    """Two processes that plan the same orders plan each occurrence once."""
    await put(store, *(standing(f"n{n}") for n in range(60)))
    answers = await asyncio.gather(*(one.plan(NOW, daily, most=7) for _ in range(10) for one in (store, twin)))
    found = [one.delivery.id for answer in answers for one in answer]
    found += [one.delivery.id for one in await store.plan(NOW, daily)]
    assert sorted(found) == sorted({f"acme/n{n}/2026-03-02T09:00" for n in range(60)})
    assert len(await store.deliveries("acme", limit=100)) == 60


async def test_the_next_time(store: Store) -> None:
    """The earliest of orders, deliveries of the platforms named, and leases; None where there is nothing."""
    assert await store.next_time(NOW, ["fake"]) is None
    await put(store, replace(standing(), next_at=NOW + HOUR, next_occurrence=NINE))
    assert await store.next_time(NOW, ["fake"]) == NOW + HOUR
    await store.plan(NOW + HOUR, lambda *_: Plan((Due(NINE, NOW + 2 * HOUR),), NINE + DAY, NOW + DAY))
    assert await store.next_time(NOW, ["fake"]) == NOW + 2 * HOUR
    assert await store.next_time(NOW, ["other"]) == NOW + DAY


async def test_a_lease_is_a_time_too(store: Store) -> None:
    """While nothing but a claim is there, the next time is the end of its lease."""
    await put(store, standing())
    await store.plan(NOW, lambda *_: Plan((Due(NINE, NOW),), pause="It has ended."))
    assert (await store.claim("fake", NOW)).claims
    assert await store.next_time(NOW, []) is not None


async def test_an_announcement_is_planned_once(store: Store) -> None:
    """A topic is told to a channel once, whatever the words and the time; it is claimed as any delivery."""
    assert await store.announce(ADMINS, "stock morning 2026-W10", "The theme runs out.", NOW)
    assert not await store.announce(ADMINS, "stock morning 2026-W10", "In other words.", NOW + DAY)
    assert await store.announce(ADMINS, "stock morning 2026-W11", "The theme runs out.", NOW)
    assert await store.announce(replace(ADMINS, id="OTHER"), "stock morning 2026-W10", "The theme runs out.", NOW)
    claims = (await store.claim("fake", NOW)).claims
    assert {(one.delivery.notice, one.delivery.subscription.channel.id) for one in claims} == {
        ("The theme runs out.", "ADMINS"),
        ("The theme runs out.", "OTHER"),
    }
    assert {one.expires_at for one in claims} == {None}
    assert all(isinstance(one.delivery.subscription, Subscription) for one in claims)


async def test_what_is_declared(store: Store) -> None:
    """The orders of digestbot.toml, of all workspaces, without those that were removed or made by commands."""
    declared = [replace(standing(workspace=one), declared=True) for one in ("acme", "beta")]
    await put(store, *declared, standing("mine"), replace(standing("gone"), declared=True))
    await edit(store, "gone", state="removed", next_at=None, next_occurrence=None)
    found = await store.declared()
    assert {(one.subscription.channel.workspace, one.subscription.id) for one in found} == {
        ("acme", "morning"),
        ("beta", "morning"),
    }
