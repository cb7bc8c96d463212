"""What ports.Store promises, asked of every store: the fake that other tests use, and the ledger on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import CHANNEL, NOW, FakeStore, make_subscription

from digestbot.model import Channel, Delivery, Message, MessageRef, Outcome, Part
from digestbot.ports import Store
from digestbot.store import open_store

NINE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time
MORNING = replace(make_subscription(), size=5, title="Morgenlektüre", zone="Europe/Berlin")
MESSAGE = Message((Part({"blocks": [{"text": "«eins» \U0001f600"}], "n": 1}, "eins"), Part({"n": 2}, "zwei")))


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Each kind of store, empty."""
    if request.param == "fake":
        yield FakeStore()
        return
    sqlite = f"sqlite:///{tmp_path}/ledger.db"
    opened = open_store(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


async def claimed(store: Store, occurrence: datetime = NINE) -> Delivery:
    """The one delivery of MORNING at this occurrence, planned and claimed."""
    assert await store.plan(MORNING, occurrence, NOW)
    (delivery,) = await store.claim("acme", NOW)
    return delivery


async def test_an_occurrence_is_planned_once(store: Store) -> None:
    """The second plan of the same occurrence changes nothing and says so; another occurrence is another delivery."""
    assert await store.plan(MORNING, NINE, NOW)
    assert not await store.plan(MORNING, NINE, NOW + timedelta(hours=1))
    assert await store.plan(MORNING, NINE + timedelta(days=1), NOW)
    assert len(await store.claim("acme", NOW)) == 2


async def test_a_claim_gives_the_delivery_back_whole(store: Store) -> None:
    """A claimed delivery has its subscription as it was planned and the count of its attempts, and is taken once."""
    assert await claimed(store) == Delivery(MORNING, NINE, attempt=1)
    assert await store.claim("acme", NOW) == []


async def test_skipped_is_written_down_and_never_claimed(store: Store) -> None:
    """An occurrence planned as skipped counts as planned, and is not sent."""
    assert await store.plan(MORNING, NINE, NOW, skip="too old")
    assert not await store.plan(MORNING, NINE, NOW)
    assert await store.claim("acme", NOW) == []
    assert await store.last_planned(MORNING, NOW) == NINE


async def test_last_planned(store: Store) -> None:
    """The latest occurrence of this subscription in this workspace, None before the first."""
    assert await store.last_planned(MORNING, NOW) is None
    for days in (1, 0):
        await store.plan(MORNING, NINE + timedelta(days=days), NOW)
    await store.plan(make_subscription("evening"), NINE + timedelta(days=9), NOW)
    assert await store.last_planned(MORNING, NOW) == NINE + timedelta(days=1)


async def test_last_planned_up_to_a_time(store: Store) -> None:
    """What a clock that was ahead has planned is not the latest one of now."""
    for days in (0, 300):
        await store.plan(MORNING, NINE + timedelta(days=days), NOW + timedelta(days=days))
    assert await store.last_planned(MORNING, NOW + timedelta(days=1)) == NINE


async def test_what_was_skipped_ahead_of_time_is_planned_anew(store: Store) -> None:
    """A row that was skipped at a later time than now comes from a clock that went wrong; it does not count."""
    assert await store.plan(MORNING, NINE, NOW + timedelta(days=2), skip="too old")
    assert await store.plan(MORNING, NINE, NOW)
    assert [one.occurrence for one in await store.claim("acme", NOW)] == [NINE]


async def test_a_claim_takes_no_more_than_asked(store: Store) -> None:
    """The rest waits for the next claim."""
    for days in range(3):
        await store.plan(MORNING, NINE + timedelta(days=days), NOW)
    assert [len(await store.claim("acme", NOW, most=2)) for _ in range(3)] == [2, 1, 0]


async def test_a_retry_waits_for_its_time(store: Store) -> None:
    """A delivery to be retried is claimed again at its time, not before, and counts its attempts."""
    delivery = await claimed(store)
    later = NOW + timedelta(minutes=1)
    await store.finish(delivery, Outcome.RETRY, NOW, reason="rate limited", retry_at=later)
    assert await store.next_claim("acme") == later
    assert await store.claim("acme", NOW) == []
    (again,) = await store.claim("acme", later)
    assert again.attempt == 2
    assert await store.next_claim("acme") is None


@pytest.mark.parametrize("outcome", [Outcome.CONFIRMED, Outcome.REFUSED, Outcome.UNCERTAIN, Outcome.SKIPPED])
async def test_what_has_ended_is_not_claimed(store: Store, outcome: Outcome) -> None:
    """A delivery that ended, in whatever way, is never taken again."""
    await store.finish(await claimed(store), outcome, NOW)
    assert await store.claim("acme", NOW + timedelta(days=9)) == []
    assert await store.recover("acme", NOW) == []
    assert await store.claim("acme", NOW + timedelta(days=9)) == []


async def test_what_is_kept_comes_back_unchanged(store: Store) -> None:
    """The rendered parts come back exactly as they were kept, also those beyond ASCII; before that there are none."""
    delivery = await claimed(store)
    assert await store.kept(delivery) is None
    await store.keep(delivery, "Open weights", ["a", "b"], MESSAGE, NOW)
    assert await store.kept(delivery) == MESSAGE


async def test_parts_arrive_one_by_one(store: Store) -> None:
    """What arrived is known by part, and survives a retry of the part after it."""
    delivery = await claimed(store)
    await store.keep(delivery, "Open weights", ["a"], MESSAGE, NOW)
    await store.begin_part(delivery, 0, NOW)
    assert not await store.arrived(delivery)
    await store.end_part(delivery, 0, MessageRef(CHANNEL, "m1"), NOW)
    await store.begin_part(delivery, 1, NOW)
    await store.finish(delivery, Outcome.RETRY, NOW, retry_at=NOW)
    (again,) = await store.claim("acme", NOW)
    assert list(await store.arrived(again)) == [MessageRef(CHANNEL, "m1")]
    await store.begin_part(again, 1, NOW)
    await store.end_part(again, 1, MessageRef(CHANNEL, ""), NOW)
    assert [ref.id for ref in await store.arrived(again)] == ["m1", ""]


async def test_a_part_in_doubt_is_not_posted_again(store: Store) -> None:
    """A part of which nobody can tell counts as posted, without a reference, and stays in doubt after a retry."""
    delivery = await claimed(store)
    await store.keep(delivery, "Open weights", ["a"], MESSAGE, NOW)
    await store.begin_part(delivery, 0, NOW)
    await store.end_part(delivery, 0, None, NOW)
    await store.finish(delivery, Outcome.RETRY, NOW, retry_at=NOW)
    assert list(await store.arrived(delivery)) == [None]


async def test_one_delivery_is_recovered_alone(store: Store) -> None:
    """What this process had to give up waits again, while another delivery stays under way."""
    given_up, under_way = [await claimed(store, NINE + timedelta(days=n)) for n in range(2)]
    assert await store.recover("acme", NOW, given_up) == []
    assert [one.id for one in await store.claim("acme", NOW)] == [given_up.id]
    await store.keep(under_way, "Open weights", ["a"], MESSAGE, NOW)
    await store.begin_part(under_way, 0, NOW)
    assert [one.id for one in await store.recover("acme", NOW, under_way)] == [under_way.id]


async def test_recovery_tells_what_was_in_flight(store: Store) -> None:
    """After a crash, what had nothing in flight waits again; what had is returned, and claimed by nobody."""
    idle, between, flying = [await claimed(store, NINE + timedelta(days=n)) for n in range(3)]
    for delivery in (between, flying):
        await store.keep(delivery, "Open weights", ["a"], MESSAGE, NOW)
        await store.begin_part(delivery, 0, NOW)
    await store.end_part(between, 0, MessageRef(CHANNEL, "m1"), NOW)
    assert [one.id for one in await store.recover("acme", NOW)] == [flying.id]
    assert {one.id for one in await store.claim("acme", NOW)} == {idle.id, between.id}


async def test_uncertain_stays_in_flight_for_good(store: Store) -> None:
    """A part whose fate is unknown is not taken for one that did not arrive."""
    delivery = await claimed(store)
    await store.keep(delivery, "Open weights", ["a"], MESSAGE, NOW)
    await store.begin_part(delivery, 0, NOW)
    await store.finish(delivery, Outcome.UNCERTAIN, NOW, reason="no answer")
    assert await store.recover("acme", NOW) == []
    assert await store.claim("acme", NOW) == []


async def test_history(store: Store) -> None:
    """History holds what was shown or is reserved, oldest first; what was refused was not shown."""
    first, second = await claimed(store), await claimed(store, NINE + timedelta(days=1))
    await store.keep(second, "Licences", ["c"], MESSAGE, NOW + timedelta(hours=1))
    await store.keep(first, "Open weights", ["a", "b"], MESSAGE, NOW)
    await store.show(CHANNEL, "Asked for", ["d"], NOW + timedelta(hours=2))
    rows = await store.history("acme")
    assert [(row.highlight_id, row.theme) for row in rows] == [
        ("a", "Open weights"),
        ("b", "Open weights"),
        ("c", "Licences"),
        ("d", "Asked for"),
    ]
    assert rows[0].at == NOW
    assert [row.highlight_id for row in await store.history("acme", "morning")] == ["a", "b", "c"]
    await store.finish(second, Outcome.REFUSED, NOW)
    assert [row.highlight_id for row in await store.history("acme")] == ["a", "b", "d"]


async def test_workspaces_do_not_meet(store: Store) -> None:
    """Nothing of one workspace is claimed, recovered, counted or shown in another, even under the same names."""
    other = replace(MORNING, channel=Channel("fake", "rival", "C1"))
    delivery = await claimed(store)
    assert await store.plan(other, NINE, NOW)
    await store.keep(delivery, "Open weights", ["a"], MESSAGE, NOW)
    await store.show(CHANNEL, "Asked for", ["d"], NOW)
    assert await store.history("rival") == []
    assert await store.recover("rival", NOW) == []
    (theirs,) = await store.claim("rival", NOW)
    assert theirs.subscription == other
    assert await store.kept(theirs) is None
    await store.finish(theirs, Outcome.CONFIRMED, NOW)
    assert [row.highlight_id for row in await store.history("acme")] == ["a", "d"]


async def test_any_text_can_be_written_down(store: Store) -> None:
    """What a platform or a note says is kept, also where it holds what no database keeps in a text."""
    delivery = await claimed(store)
    odd = "a\0b\ud800\U0001f600'--"
    await store.keep(delivery, odd, ["a"], Message((Part({"text": odd}, odd),)), NOW, sources=[odd])
    kept = await store.kept(delivery)
    assert kept is not None
    assert kept.parts[0].payload == {"text": odd}
    assert kept.parts[0].text.endswith("\U0001f600'--")
    await store.finish(delivery, Outcome.CONFIRMED, NOW, reason=odd)
