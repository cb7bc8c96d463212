"""What tests order of a store: standing orders, a plan that is easy to foretell, and what leads up to a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from fakes import NOW

from digestbot.model import Channel, Drafting, Message, Part, Subscription
from digestbot.orders import Change, Claim, Due, Plan, Standing
from digestbot.ports import Ledger, Outbox

NINE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time
MESSAGE = Message((Part({"blocks": [{"text": "«eins» \U0001f600"}], "n": 1}, "eins"), Part({"n": 2}, "zwei")))
DAY, HOUR, MINUTE, SECOND = (timedelta(**{unit: 1}) for unit in ("days", "hours", "minutes", "seconds"))


class Store(Outbox, Ledger, Protocol):
    """Both halves, as one object has them."""


def standing(
    name: str = "morning", *, workspace: str = "acme", channel: str = "C1", platform: str = "fake"
) -> Standing:
    """A new order whose first time is NOW, which is nine o'clock in its zone."""
    order = Subscription(name, Channel(platform, workspace, channel), "daily at 09:00", title="Morgenlektüre")
    return Standing(order, next_occurrence=NINE, next_at=NOW)


def change(one: Standing, action: str = "add", at: datetime = NOW) -> Change:
    """The audit's line of it."""
    return Change(one.subscription.channel.workspace, at, "U1", action, one.subscription.id, "by a test")


def daily(one: Standing, now: datetime) -> Plan:
    """Everything from the next occurrence to now, a day apart, each to be sent at its time."""
    assert one.next_occurrence
    due, at = [], one.next_occurrence
    while (instant := at.replace(tzinfo=UTC)) <= now:
        due.append(Due(at, instant, expires_at=instant + 6 * HOUR))
        at += DAY
    return Plan(tuple(due), at, at.replace(tzinfo=UTC))


def drafting(name: str = "noon", draft: Drafting = "waits") -> Standing:
    """A new order whose digests curators see an hour before."""
    there = standing(name)
    return replace(there, subscription=replace(there.subscription, draft=draft))


def drafts(one: Standing, now: datetime) -> Plan:
    """The next occurrence of a `drafting` order, to be shown to curators now and sent an hour later."""
    assert one.next_occurrence
    instant = one.next_occurrence.replace(tzinfo=UTC) + HOUR
    due = Due(one.next_occurrence, instant, expires_at=instant + 6 * HOUR, draft_at=now)
    return Plan((due,), one.next_occurrence + DAY, instant + DAY)


async def put(store: Ledger, *orders: Standing, at: datetime = NOW) -> None:
    """Write them down."""
    for one in orders:
        assert await store.put(one, change(one, at=at))


async def edit(store: Ledger, name: str, at: datetime = NOW, **changes: object) -> Standing:
    """Change what is there of an order, and write it back."""
    there = await store.standing("acme", name)
    assert there
    edited: Standing = replace(there, **changes)
    assert await store.put(edited, change(edited, "edit", at))
    return edited


async def claimed(store: Store, name: str = "morning", *, workspace: str = "acme") -> Claim:
    """The claim of an order's first delivery."""
    await put(store, standing(name, workspace=workspace))
    await store.plan(NOW, daily)
    (claim,) = (await store.claim("fake", NOW)).claims
    return claim
