"""What ports.Outbox and ports.Ledger promise of drafts, asked of every store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from fakes import CHANNEL, NOW
from ordering import HOUR, MESSAGE, MINUTE, Store, change, drafting, drafts, put

from digestbot.model import Delivery, Message, MessageRef, Part
from digestbot.orders import Draft, Ended, Outcome, Picked, Record

HOURS = NOW + HOUR
"""When the draft is sent."""

PICKS = (Picked("a", "source"), Picked("b", "", "rw1"))
ANEW = Message((Part({"n": 3}, "drei"),))
LINE = change(drafting(), "approve")


async def drafted(store: Store) -> Delivery:
    """A draft that was composed, kept and shown to curators."""
    await put(store, drafting())
    await store.plan(NOW, drafts)
    (claim,) = (await store.claim("fake", NOW)).claims
    assert claim.draft == Draft("wanted", HOURS)
    await store.keep(claim.delivery, "Öffnung", PICKS, MESSAGE, NOW, begun=False)
    await store.finish(Ended(claim.delivery, Outcome.DRAFT, "Curators are asked.", HOURS + 6 * HOUR), NOW)
    return claim.delivery


async def record(store: Store) -> Record:
    """How the draft stands."""
    found = await store.delivery("acme", "noon")
    assert found
    return found


async def test_a_draft_is_claimed_ahead_of_its_hour(store: Store) -> None:
    """An order with a draft is planned, and its delivery claimed, as long before its hour as it says."""
    await put(store, replace(drafting(), next_at=HOURS))
    assert await store.next_time(NOW, ["fake"]) == NOW
    there = await store.standing("acme", "noon")
    assert there
    assert there.next_at == HOURS
    (ended,) = await store.plan(NOW, drafts)
    assert (ended.outcome, ended.due_at) == (Outcome.PLANNED, NOW)
    later = await store.standing("acme", "noon")
    assert later
    assert later.next_at == HOURS + 24 * HOUR


async def test_what_is_kept_for_curators_is_not_in_flight(store: Store) -> None:
    """The parts of a draft wait, and it waits for an answer with its picks reserved."""
    await drafted(store)
    found = await record(store)
    assert [part.state for part in found.parts] == ["waiting", "waiting"]
    assert (found.outcome, found.draft) == (Outcome.DRAFT, Draft("shown", HOURS))
    assert [row.highlight_id for row in await store.history("acme")] == ["a", "b"]
    assert not (await store.claim("fake", HOURS)).claims


async def test_a_process_that_dies_before_the_notice_leaves_it_wanted(store: Store, lapse: Callable[[], None]) -> None:
    """Composed but not shown: the next attempt gets the kept parts, and shows those."""
    await put(store, drafting())
    await store.plan(NOW, drafts)
    (claim,) = (await store.claim("fake", NOW)).claims
    await store.keep(claim.delivery, "Öffnung", PICKS, MESSAGE, NOW, begun=False)
    lapse()
    await store.reap(NOW + 2 * MINUTE)
    (again,) = (await store.claim("fake", NOW + 2 * MINUTE)).claims
    assert again.draft == Draft("wanted", HOURS)
    assert again.kept
    assert (again.kept.message, again.kept.begun_at) == (MESSAGE, None)


async def test_an_approved_draft_is_sent_at_its_hour(store: Store) -> None:
    """It is claimed at its hour, not before, with the kept parts; the audit has the line, once."""
    delivery = await drafted(store)
    assert await store.approve(delivery, 0, LINE)
    assert not await store.approve(delivery, 0, LINE)
    assert not (await store.claim("fake", HOURS - MINUTE)).claims
    (claim,) = (await store.claim("fake", HOURS)).claims
    assert claim.draft == Draft("approved", HOURS)
    assert claim.kept
    assert claim.kept.message == MESSAGE
    assert [one.action for one in await store.audit("acme")] == ["approve", "add"]


async def test_a_draft_approved_late_is_sent_at_once(store: Store) -> None:
    """After its hour an approval makes it due."""
    delivery, late = await drafted(store), HOURS + 20 * MINUTE
    assert await store.approve(delivery, 0, replace(LINE, at=late))
    assert (await store.claim("fake", late)).claims


async def test_a_swap_changes_picks_and_parts(store: Store) -> None:
    """What is sent then, and what history has, is the new; what was swapped is known."""
    delivery = await drafted(store)
    swapped = Draft("shown", HOURS, ("b",))
    assert await store.redraft(delivery, swapped, "Öffnung", (PICKS[0], Picked("c")), ANEW, LINE)
    found = await record(store)
    assert ([one.id for one in found.picks], found.draft) == (["a", "c"], swapped)
    assert await store.kept("acme", "noon", delivery.occurrence) == ANEW
    assert [row.highlight_id for row in await store.history("acme")] == ["a", "c"]


async def test_of_two_swaps_the_second_is_refused(store: Store) -> None:
    """A swap made from what was swapped meanwhile changes nothing; so does an approval of it."""
    delivery = await drafted(store)
    assert await store.redraft(delivery, Draft("shown", HOURS, ("b",)), "t", (Picked("c"),), ANEW, LINE)
    assert not await store.redraft(delivery, Draft("shown", HOURS, ("a",)), "t", (Picked("d"),), MESSAGE, LINE)
    assert not await store.approve(delivery, 0, LINE)
    assert await store.kept("acme", "noon", delivery.occurrence) == ANEW
    assert await store.approve(delivery, 1, LINE)
    assert not await store.redraft(delivery, Draft("shown", HOURS, ("b", "c")), "t", (), ANEW, LINE)


@pytest.mark.parametrize("approved", [False, True])
async def test_a_draft_is_skipped_until_it_is_on_its_way(store: Store, approved: bool) -> None:  # noqa: FBT001 - a parameter
    """Approved or not, a draft can be left out; its picks are free again."""
    delivery = await drafted(store)
    assert not approved or await store.approve(delivery, 0, LINE)
    assert await store.drop(delivery, "Left out by U1.", LINE)
    found = await record(store)
    assert (found.outcome, found.reason, found.due_at) == (Outcome.SKIPPED, "Left out by U1.", None)
    assert not await store.history("acme")
    assert not (await store.claim("fake", HOURS + 6 * HOUR)).claims


async def test_what_is_on_its_way_is_not_skipped(store: Store) -> None:
    """A claimed draft, and one of which a part arrived, stay as they are, whoever says what."""
    delivery = await drafted(store)
    await store.approve(delivery, 0, LINE)
    (claim,) = (await store.claim("fake", HOURS)).claims
    assert not await store.drop(delivery, "no", LINE)
    await store.begin(claim.delivery, 0, HOURS)
    await store.end(claim.delivery, 0, MessageRef(CHANNEL, "m1"), HOURS)
    await store.finish(Ended(claim.delivery, Outcome.RETRY, "later", HOURS), HOURS)
    assert not await store.drop(delivery, "no", LINE)
    assert not await store.approve(delivery, 0, LINE)


async def test_a_paused_draft_waits_for_its_answer_again(store: Store) -> None:
    """Paused it is parked and takes no answer; resumed it is a draft again, with the time that it had."""
    delivery = await drafted(store)
    there = await store.standing("acme", "noon")
    assert there
    assert await store.put(replace(there, state="paused", next_at=None, next_occurrence=None), LINE)
    assert (await record(store)).outcome is Outcome.PARKED
    assert not await store.approve(delivery, 0, LINE)
    paused = await store.standing("acme", "noon")
    assert paused
    assert await store.put(replace(there, version=paused.version), LINE)
    assert (await record(store)).outcome is Outcome.DRAFT
    assert await store.approve(delivery, 0, LINE)


async def test_an_admin_sends_an_expired_draft(store: Store) -> None:
    """What nobody approved in time can be sent all the same, and counts as approved."""
    await drafted(store)
    (claim,) = (await store.claim("fake", HOURS + 6 * HOUR)).claims
    await store.finish(Ended(claim.delivery, Outcome.EXPIRED, "Nobody approved it."), HOURS + 6 * HOUR)
    assert await store.again(claim.delivery, HOURS + 7 * HOUR, LINE)
    (again,) = (await store.claim("fake", HOURS + 7 * HOUR)).claims
    assert again.draft == Draft("approved", HOURS)


async def test_a_delivery_without_draft_takes_no_answer(store: Store) -> None:
    """Nothing can be approved, dropped or swapped that curators were not to see."""
    await put(store, drafting(draft="off"))
    await store.plan(
        NOW, lambda one, now: replace(drafts(one, now), due=(replace(drafts(one, now).due[0], draft_at=None),))
    )
    found = await record(store)
    assert (found.draft, found.due_at) == (None, HOURS)
    assert not await store.approve(found.delivery, 0, LINE)
    assert not await store.drop(found.delivery, "no", LINE)
    assert not await store.redraft(found.delivery, Draft("shown", HOURS, ("a",)), "t", (), ANEW, LINE)


async def test_a_notice_with_its_message_is_posted_as_it_is(store: Store) -> None:
    """A message laid out with a notice is what its claim has, and its parts wait; the topic is there once."""
    assert await store.announce(CHANNEL, "draft/1", "A draft", NOW, message=ANEW)
    assert not await store.announce(CHANNEL, "draft/1", "A draft", NOW, message=MESSAGE)
    (claim,) = (await store.claim("fake", NOW)).claims
    assert claim.kept
    assert (claim.kept.message, claim.kept.begun_at, claim.delivery.notice) == (ANEW, None, "A draft")
