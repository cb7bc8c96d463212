"""What ports.Outbox promises of what is in doubt, and of clocks that were set, asked of every store."""

from __future__ import annotations

from collections.abc import Callable

from fakes import CHANNEL, NOW
from ordering import DAY, HOUR, MESSAGE, MINUTE, NINE, SECOND, Store, claimed, put, standing

from digestbot.orders import Due, Ended, Outcome, Plan
from digestbot.ports import Pace


async def test_doubts_come_first(store: Store) -> None:
    """What is to be looked for is claimed before all that waits, however long that has waited."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "", (), MESSAGE, NOW)
    await store.finish(Ended(claim.delivery, Outcome.UNCERTAIN, "no answer", NOW + HOUR, doubted_at=NOW), NOW)
    await put(store, *(standing(f"new-{n}") for n in range(3)))
    await store.plan(NOW, lambda *_: Plan((Due(NINE, NOW),), NINE + DAY, NOW + DAY))
    (first,) = (await store.claim("fake", NOW + HOUR, most=1)).claims
    assert first.doubted
    assert len((await store.claim("fake", NOW + HOUR)).claims) == 3


async def test_since_when_it_is_in_doubt(store: Store) -> None:
    """A look changes nothing about when the post was given up; another post does."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "", (), MESSAGE, NOW)
    given_up = NOW + 15 * SECOND
    for at, doubted_at in ((given_up, given_up), (given_up + MINUTE, None), (given_up + HOUR, given_up + HOUR)):
        await store.finish(Ended(claim.delivery, Outcome.UNCERTAIN, "no answer", at, doubted_at=doubted_at), at)
        (claim,) = (await store.claim("fake", at)).claims
        assert claim.kept
        assert (claim.kept.begun_at, claim.kept.doubted_at) == (NOW, given_up if doubted_at is None else doubted_at)


async def test_given_up_by_a_dead_process(store: Store, lapse: Callable[[], None]) -> None:
    """What a dead process had in flight was given up when its lease ended."""
    claim = await claimed(store)
    await store.keep(claim.delivery, "", (), MESSAGE, NOW)
    lapse()
    assert await store.reap(NOW + HOUR) == 1
    (again,) = (await store.claim("fake", NOW + HOUR)).claims
    assert again.kept
    assert again.kept.begun_at == NOW
    assert again.kept.doubted_at
    assert again.kept.doubted_at <= NOW + HOUR


async def test_what_a_clock_that_was_ahead_put_off(store: Store) -> None:
    """Set back, the clock lets wait no longer what it had put off; what it puts off from then on waits."""
    claim = await claimed(store)
    await store.finish(Ended(claim.delivery, Outcome.RETRY, "no answer", NOW + MINUTE), NOW)
    assert await store.rouse(NOW) == 0
    assert not (await store.claim("fake", NOW)).claims
    assert await store.rouse(NOW - HOUR) == 1
    (again,) = (await store.claim("fake", NOW - HOUR)).claims
    await store.finish(Ended(again.delivery, Outcome.RETRY, "no answer", NOW), NOW - HOUR)
    assert await store.rouse(NOW - HOUR) == 0


async def test_what_a_clock_that_was_ahead_gave_back(store: Store, lapse: Callable[[], None]) -> None:
    """What was taken from a process by a clock that is set back since waits no longer either."""
    await claimed(store)
    lapse()
    assert await store.reap(NOW + HOUR) == 1
    assert not (await store.claim("fake", NOW + MINUTE)).claims
    assert await store.rouse(NOW + MINUTE) == 1
    assert len((await store.claim("fake", NOW + MINUTE)).claims) == 1


async def test_a_hold_of_a_clock_that_was_ahead(store: Store) -> None:
    """What was asked for by a clock that has been set back since holds nothing back, and a new wish replaces it."""
    await claimed(store)
    await put(store, standing("other"))
    await store.plan(NOW, lambda *_: Plan((Due(NINE, NOW - HOUR),), NINE + DAY, NOW + DAY))
    pace = Pace("platform", 1)
    await store.hold(pace.name(CHANNEL), NOW + MINUTE, NOW)
    assert not (await store.claim("fake", NOW, paces=[pace])).claims
    await store.hold(pace.name(CHANNEL), NOW - HOUR + MINUTE, NOW - HOUR)
    assert not (await store.claim("fake", NOW - HOUR, paces=[pace])).claims
    assert len((await store.claim("fake", NOW - HOUR + MINUTE, paces=[pace])).claims) == 1
