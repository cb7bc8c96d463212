from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from fakes import CHANNEL, NOW, FakeLibrary, FakePlatform, make_highlight
from world import ADMINS, FEW, LIBRARY, MORNING, NINE, World, refusal

from digestbot.errors import ContentError, LostClaimError, PlatformError, SettingsError, StoreError, TemplateError
from digestbot.model import Action, Channel, Delivery, Digest, Highlight, MessageRef, Notice
from digestbot.orders import Change, Outcome
from digestbot.ports import Capabilities, Pace
from digestbot.service.retrying import FIRST_RETRY, JITTER, LONGEST_RETRY, MOST_ATTEMPTS, asked, backoff


@pytest.fixture
async def world() -> World:
    """Monday nine o'clock, a standing order, and nothing delivered yet."""
    world = World()
    await world.order()
    return world


async def test_due_is_delivered_once(world: World) -> None:
    """At nine the digest is posted in its parts, in order, under its keys, the first being the parent; then nothing."""
    assert await world.tick() == [Outcome.CONFIRMED]
    delivery = Delivery(MORNING, NINE)
    (_, one, key, parent), (_, _, second_key, second_parent) = world.platform.posts
    assert (one.payload["with"], key, parent) == ("text", delivery.key(0), None)
    assert second_key == delivery.key(1) != key
    assert second_parent is not None
    assert second_parent.id == "1"
    assert max(len(key), len(second_key)) <= 25
    for minutes in (0, 5, 60 * 20):
        world.now = NOW + timedelta(minutes=minutes)
        assert await world.tick() == []
    assert len(world.platform.posts) == 2


async def test_every_retry_sends_what_was_kept(world: World) -> None:
    """What was rendered once is what every attempt sends, whatever became of the notes meanwhile."""
    world.platform.failures = [None, refusal()]
    assert await world.tick() == [Outcome.RETRY]
    world.stock = FakeLibrary([make_highlight(99, tags=("weights",))])
    world.later(hours=1)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert len(world.rendered) == 1
    assert world.keys == [Delivery(MORNING, NINE).key(n) for n in (0, 1)]


async def test_notes_that_are_away_are_waited_for(world: World) -> None:
    """A content folder that is gone for a moment, or a full data folder, delays the digest and loses none."""
    for problem in (ContentError("There is no folder."), SettingsError("The disk is full.")):
        world.fault = problem
        assert (await world.tick(), world.state()) == ([Outcome.RETRY], (Outcome.RETRY, str(problem)))
        world.later(minutes=3)
    world.fault = None
    assert await world.tick() == [Outcome.CONFIRMED]


@pytest.mark.parametrize("scope", ["channel", "workspace", "platform"])
async def test_retry_after_is_honoured(world: World, scope: str) -> None:
    """Asked to wait 90 seconds, digestbot waits 90 and at most nine more; the pace of that scope is held for all."""
    world.platform.failures = [refusal(retry_after=90, scope=scope)]  # type: ignore[arg-type]
    assert await world.tick() == [Outcome.RETRY]
    due_at = world.entry().due_at
    assert due_at is not None
    assert NOW + timedelta(seconds=90) <= due_at <= NOW + timedelta(seconds=99)
    pace = Pace(scope, 1.0)  # type: ignore[arg-type]
    assert world.store.paces.free == {pace.name(CHANNEL): NOW + timedelta(seconds=90)}
    world.later(seconds=89)
    assert await world.tick() == []
    world.later(seconds=10)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert (len(world.platform.posts), len(world.rendered)) == (2, 1)


async def test_what_is_claimed_already_waits_too(world: World) -> None:
    """Asked to wait, this process posts nothing more there, not even what it had claimed before."""
    await world.order(replace(MORNING, id="second"))
    world.platform.failures = [refusal(retry_after=30)]
    service = world.service
    outcomes = [await service.deliver(held) for held in await world.claims()]
    assert [one.outcome for one in outcomes] == [Outcome.RETRY, Outcome.RETRY]
    assert outcomes[1].due_at == NOW + timedelta(seconds=30)
    assert world.platform.posts == []


def test_jitter_is_drawn_by_the_delivery() -> None:
    """A wait is a fifth longer or shorter at most, never under what a platform asked, and the same when drawn again."""
    waits = set()
    for attempt in range(1, 20):
        for name in ("a", "b", "c"):
            one = Delivery(replace(MORNING, id=name), NINE, attempt)
            plain = min(FIRST_RETRY * 2 ** (attempt - 1), LONGEST_RETRY)
            assert plain * (1 - JITTER) <= backoff(one) <= plain * (1 + JITTER)
            assert backoff(one) == backoff(replace(one))
            assert timedelta(seconds=20) <= asked(one, 20) <= timedelta(seconds=22)
            waits.add(backoff(one))
    assert len(waits) > 50


async def test_retries_wait_longer_and_expire(world: World) -> None:
    """Without a hint each wait doubles up to an hour; when it is too late the delivery expires with its last reason."""
    world.platform.failures = [refusal() for _ in range(MOST_ATTEMPTS)]
    waits = []
    while await world.tick() == [Outcome.RETRY]:
        due_at = world.entry().due_at
        assert due_at is not None
        waits.append((due_at - world.now) / FIRST_RETRY)
        world.now = due_at
    assert [round(wait) for wait in waits[:3]] == [1, 2, 4]
    assert max(waits) <= 60 * (1 + JITTER)
    assert world.state() == (Outcome.EXPIRED, "Tried until it was too late. It said no.")
    assert world.now - NOW < timedelta(hours=6)
    assert await world.store.history("acme") == []


async def test_what_an_admin_sends_again_is_never_too_late(world: World) -> None:
    """A dead letter that is sent on its way again days later is posted, without what is known to have arrived."""
    world.platform.failures = [None, *(refusal() for _ in range(MOST_ATTEMPTS))]
    for _ in range(MOST_ATTEMPTS):
        await world.tick()
        world.now = max(world.now, world.entry().due_at or world.now)
    assert world.state()[0] is Outcome.REFUSED
    world.platform.failures, world.now = [], NOW + timedelta(hours=23)
    change = Change("acme", world.now, "U1", "retry", "morning")
    assert await world.store.again(world.entry().delivery, world.now, change)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == [Delivery(MORNING, NINE).key(n) for n in (0, 1)]


async def test_too_late_is_not_begun(world: World) -> None:
    """What waited beyond its time, parked or with nobody to claim it, expires unsent and says when it should have."""
    await world.plan()
    world.later(hours=6, minutes=1)
    assert await world.tick() == [Outcome.EXPIRED]
    assert world.state()[1] == "It was to be posted by 2026-03-02 15:00 UTC and could not be begun until then."
    assert world.platform.posts == []


async def test_a_crash_makes_nothing_late(world: World) -> None:
    """What was in flight when digestbot stopped, is not in the channel, and is hours too late by now, expires."""
    await world.die(accepted=False)
    await world.reaped(hours=7)
    assert await world.tick() == [Outcome.EXPIRED]
    assert world.state()[1].startswith("It was to be posted by 2026-03-02 15:00 UTC")
    assert world.platform.posts == []


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_crash_ends_no_message_in_the_middle(world: World, *, arrived: bool) -> None:
    """However late it is, a message whose first part is in the channel gets its second, and is looked for before."""
    held = await world.die(accepted=True)
    if arrived:
        await world.store.end(held.claim.delivery, 0, MessageRef(CHANNEL, "1"), world.now)
    await world.reaped(hours=7)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.keys == [Delivery(MORNING, NINE).key(n) for n in (0, 1)]


async def test_what_is_asked_to_wait_is_not_given_up(world: World) -> None:
    """However often a platform asks to wait for a little, a delivery that expires is tried until then."""
    world.platform.failures = [refusal(retry_after=5) for _ in range(2 * MOST_ATTEMPTS)]
    for _ in range(2 * MOST_ATTEMPTS):
        assert await world.tick() == [Outcome.RETRY]
        world.now = world.entry().due_at or world.now
    assert await world.tick() == [Outcome.CONFIRMED]


async def test_a_permanent_refusal_pauses_and_is_told_once(world: World) -> None:
    """What cannot help is not tried again: the subscription is paused with the reason, and its admins are told once."""
    world.platform.failures = [refusal(permanent=True)]
    assert await world.tick() == [Outcome.REFUSED]
    assert world.state() == (Outcome.REFUSED, "It said no. Its subscription is paused.")
    standing = world.store.orders["acme", "morning"]
    assert (standing.state, standing.reason, standing.next_at) == ("paused", "It said no.", None)
    assert await world.store.history("acme") == []
    (notice,) = world.notices
    assert "“morning” in fake:acme/C1 is paused: It said no. Once that is mended, say /digest resume" in notice
    assert await world.tick() == [Outcome.CONFIRMED]
    assert [channel for channel, *_ in world.platform.posts] == [ADMINS]
    world.later(days=1)
    assert await world.tick() == []
    assert len(world.notices) == 1


async def test_a_stop_between_pause_and_notice_loses_no_notice(world: World) -> None:
    """A process that died just when it had paused the subscription: the next attempt tells the admins all the same."""
    held = await world.die(accepted=False)
    await world.store.pause(held.claim.delivery, "It said no.", world.now)
    await world.reaped(minutes=2)
    world.platform.failures = [refusal(permanent=True)]
    assert await world.tick() == [Outcome.REFUSED]
    assert len(world.notices) == 1


async def test_notices_say_nothing_about_themselves(world: World) -> None:
    """Where the admins' channel is refused for good, nothing more is announced, and nothing is paused."""
    world.platform.failures = [refusal(permanent=True), refusal(permanent=True)]
    assert await world.tick() == [Outcome.REFUSED]
    assert await world.tick() == [Outcome.REFUSED]
    assert await world.tick() == []
    assert len(world.notices) == 1


async def test_without_an_admins_channel_the_ledger_says_it(world: World) -> None:
    """Nobody is told where nobody is named; the reason stands in the ledger and with the subscription."""
    world.admin_channel = None
    world.platform.failures = [refusal(permanent=True)]
    assert await world.tick() == [Outcome.REFUSED]
    assert world.notices == []
    assert "is paused" in world.state()[1]


async def test_a_stock_that_runs_out_is_told_ahead(world: World) -> None:
    """Admins hear before the stock is at its end, once a week for each state, and the channel hears nothing of it."""
    world.stock = FEW
    await world.order(replace(MORNING, theme="weights", when_short="skip"))
    outcomes = []
    for day in range(5):
        world.now = NOW + timedelta(days=day)
        outcomes += await world.tick()
        await world.tick()
    digests = [one for one in outcomes if one is not None]
    assert digests.count(Outcome.SKIPPED) == 1
    kinds = [text.partition(": ")[2][:20] for text in world.notices]
    assert len(kinds) == len(set(kinds)) == 2
    assert "more days" in world.notices[0]
    assert "nothing left" in world.notices[1]
    assert "nothing left" in world.state(NINE + timedelta(days=4))[1]
    assert not any("stock" in part.text for channel, part, *_ in world.platform.posts if channel == CHANNEL)


@pytest.mark.parametrize("fault", [TemplateError("unknown name", path="digest.yaml", line=3), ZeroDivisionError()])
async def test_a_fault_ends_one_delivery(world: World, fault: Exception) -> None:
    """A broken template, or a fault of ours, refuses that delivery with its reason and pauses nothing."""
    world.fault = fault
    assert await world.tick() == [Outcome.REFUSED]
    where = "A fault in digestbot: ZeroDivisionError at tests/world.py:"
    assert world.state()[1].startswith(("digest.yaml:3: unknown name", where))
    assert world.store.orders["acme", "morning"].state == "active"
    world.fault, world.now = None, NOW + timedelta(days=1)
    assert await world.tick() == [Outcome.CONFIRMED]


@pytest.mark.parametrize(
    ("stock", "theme", "reason"),
    [((), "rotate", "holds no highlights"), (LIBRARY.highlights, "llamas", "There is no theme “llamas”")],
)
async def test_nothing_to_show_is_said(world: World, stock: Sequence[Highlight], theme: str, reason: str) -> None:
    """Without highlights or without the theme nothing is posted, the ledger says why, and the admins are told."""
    world.stock = FakeLibrary(stock)
    await world.order(replace(MORNING, theme=theme))
    assert await world.tick() == [Outcome.REFUSED]
    assert reason in world.state()[1]
    assert reason in world.notices[0]
    assert world.platform.posts == []


async def test_history_keeps_the_theme_and_people_see_the_title(world: World) -> None:
    """A subscription's own title heads its digests; the history has the theme's name, by which themes rotate."""
    await world.order(replace(MORNING, title="Good morning"))
    await world.tick()
    assert [one.title for one in world.rendered if isinstance(one, Digest)] == ["Good morning"]
    assert {row.theme for row in await world.store.history("acme")} == {"weights"}


async def test_what_curators_hid_is_not_sent(world: World) -> None:
    """A hidden highlight is in no digest."""
    world.stock = FEW
    for number in range(1, 7):
        change = Change("acme", NOW, "U1", "hide", str(number))
        await world.store.hide("acme", "highlight", f"{number:016x}", change)
    await world.tick()
    assert {row.highlight_id for row in await world.store.history("acme")} == {f"{n:016x}" for n in (7, 8)}


async def test_the_pace_is_kept(world: World) -> None:
    """A post waits for its place, and each later part of a message takes one of its own."""
    world.platform.capabilities = Capabilities("text", can_find=True, paces=(Pace("channel", 1.5),))
    await world.order(replace(MORNING, id="second", theme="all"))
    assert await world.tick() == [Outcome.CONFIRMED, Outcome.CONFIRMED]
    assert len(world.platform.posts) == 4
    assert world.now - NOW == timedelta(seconds=4.5)


async def test_parts_that_would_wait_for_long_are_given_back(world: World) -> None:
    """When the next part's turn is a minute away, the delivery is claimed again then, and goes on where it was."""
    world.platform.capabilities = Capabilities("text", can_find=True, paces=(Pace("channel", 60),))
    assert await world.tick() == [Outcome.RETRY]
    assert (world.entry().due_at, len(world.keys)) == (NOW + timedelta(seconds=60), 1)
    world.later(seconds=121)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert len(set(world.keys)) == len(world.keys) == 2


async def test_a_stale_claim_is_not_sent(world: World) -> None:
    """A process that stood still for longer than its claim is good for posts nothing, and gives the claim back."""
    (held,) = await world.claims()
    world.monotonic += 36.1
    assert (await world.service.deliver(held)).outcome is Outcome.RETRY
    assert world.platform.posts == []
    assert await world.tick() == [Outcome.CONFIRMED]


async def test_a_lost_claim_is_dropped(world: World) -> None:
    """What another process has taken over is left alone: nothing is posted, and nothing written down."""
    (held,) = await world.claims()
    await world.reaped(seconds=61)
    (other,) = await world.claims()
    with pytest.raises(LostClaimError):
        await world.service.deliver(held)
    assert world.platform.posts == []
    assert (await world.service.deliver(other)).outcome is Outcome.CONFIRMED


async def test_a_database_that_fails_leaves_the_lease(world: World) -> None:
    """Where nothing can be written down nothing is decided: the lease ends, and the next attempt delivers."""
    (held,) = await world.claims()
    world.store.failures = [StoreError("The disk is full.")]
    with pytest.raises(StoreError):
        await world.service.deliver(held)
    assert world.state()[0] is Outcome.CLAIMED
    await world.reaped(seconds=61)
    assert await world.tick() == [Outcome.CONFIRMED]


async def test_what_is_left_at_a_stop_is_given_back(world: World) -> None:
    """Asked to leave, a claim that was not begun is given back at once, and delivered by the next process."""
    (held,) = await world.claims()
    held.leave = True
    ended = await world.service.deliver(held)
    assert (ended.outcome, ended.due_at, world.platform.posts) == (Outcome.RETRY, NOW, [])
    assert await world.tick() == [Outcome.CONFIRMED]


@dataclass
class Addressless(FakePlatform):
    """A platform that does not know the channel."""

    def templates(self, channel: Channel) -> str:
        """Refuse."""
        raise PlatformError(f"No URL is set for {channel}.", permanent=True)


async def test_a_webhook_without_its_address_pauses(world: World) -> None:
    """A channel that the platform does not know, said before anything is posted, is a refusal for good."""
    world.platform = Addressless()
    assert await world.tick() == [Outcome.REFUSED]
    assert world.store.orders["acme", "morning"].state == "paused"


@pytest.mark.parametrize("answers", [True, False])
async def test_menus_only_where_they_are_answered(world: World, *, answers: bool) -> None:
    """Each highlight has a menu of five where somebody takes its answer; a webhook's message has none."""
    world.platform.capabilities = replace(world.platform.capabilities, can_answer=answers)
    await world.tick()
    [digest] = [one for one in world.rendered if isinstance(one, Digest)]
    assert len(digest.actions) == (5 * len(digest.highlights) if answers else 0)
    await world.store.announce(
        CHANNEL, "capture/1", "Bob hands in words.", NOW, (Action("Accept", "digest", "accept 1"),)
    )
    await world.tick()
    [notice] = [one for one in world.rendered if isinstance(one, Notice)]
    assert bool(notice.actions) is answers


async def test_the_admins_are_not_told_of_what_is_a_members_own(world: World) -> None:
    """A member's own digest that is refused is paused; whose it is, and why, is nobody else's business."""
    own = replace(MORNING, id="mine", channel=CHANNEL.direct("U7"))
    await world.order(own)
    world.platform.failures = [None, None, refusal(permanent=True)]
    await world.tick()
    assert world.store.orders["acme", "mine"].state == "paused"
    assert not [one for one in world.store.entries.values() if one.delivery.notice]
