"""Drafts from the plan to the channel: what curators see, what they decide, and what a crash in between changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from fakes import CHANNEL, FakeLibrary
from world import CURATORS, FEW, LIBRARY, MORNING, NINE, World

from digestbot.commands import Context, answer
from digestbot.model import Channel, Command, Digest, Message, Part, Subscription, View
from digestbot.orders import Outcome, Picked

SENDS = replace(MORNING, draft="sends", schedule="daily at 10:00", size=3)
WAITS = replace(SENDS, draft="waits")
TEN = NINE.replace(hour=10)
NAME = "morning/2026-03-02T10:00"


@dataclass
class Desk(World):
    """A world in which curators speak. A digest is one part, so that its whole text is compared."""

    cards: list[Digest] = field(default_factory=list)

    def render(self, view: View, templates: str) -> Message:
        """One part for anything; drafts are kept to be looked at."""
        if self.fault:
            raise self.fault
        if isinstance(view, Digest) and view.intro:
            self.cards.append(view)
        text = "|".join(one.id for one in view.highlights) if isinstance(view, Digest) else str(view)
        return Message((Part({"with": templates, "text": text}, text),))

    async def say(self, words: str, actor: str = "CURATOR") -> View:
        """What a curator is answered in the curators' channel."""
        name, _, text = words.removeprefix("/").partition(" ")
        context = Context(self.stock, self.store, self.now, curators=frozenset({"CURATOR"}), swap=self.drafter.swap)
        return (await answer(Command(name, text, CURATORS, actor), context)).view

    async def hear(self, words: str, actor: str = "CURATOR") -> str:
        """The same, in words."""
        view = await self.say(words, actor)
        return view.text if hasattr(view, "text") else repr(view)

    def posted(self, channel: Channel = CHANNEL) -> list[str]:
        """The texts that are in a channel."""
        return [part.text for where, part, _, _ in self.platform.posts if where == channel]


async def desk(subscription: Subscription = SENDS, stock: FakeLibrary = LIBRARY) -> Desk:
    """An order whose draft was composed and shown at nine, an hour before its time."""
    made = Desk(stock=stock)
    await made.order(subscription)
    assert await made.tick() == [Outcome.DRAFT]
    assert set(await made.tick()) == {Outcome.CONFIRMED}
    return made


def ids(world: Desk) -> list[str]:
    """The draft's picks."""
    return [one.id for one in world.entry(TEN, SENDS).picks]


async def test_what_curators_see_is_what_is_sent() -> None:
    """Before its time the draft is in the curators' channel alone; unanswered it is sent as it was, at its hour."""
    world = await desk()
    assert world.posted() == []
    assert world.posted(CURATORS) == ["|".join(ids(world))]
    world.later(minutes=59)
    assert await world.tick() == []
    world.later(minutes=1)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.posted() == world.posted(CURATORS)


async def test_buttons_stand_for_this_round() -> None:
    """Each highlight can be swapped, the whole approved or skipped; the commands name the delivery and the round."""
    (card,) = (await desk()).cards
    offered = {one.label: f"{one.name} {one.words}" for one in card.actions if not one.highlight}
    assert offered == {"Approve": f"digest approve {NAME} 0", "Skip": f"digest skip {NAME}"}
    swaps = [one.words for one in card.actions if one.label == "Swap it"]
    assert swaps == [f"swap {NAME} 0 {one.id}" for one in card.highlights]
    assert "Unanswered it is sent then." in card.intro
    assert card.mention is None


async def test_held_back_without_an_answer() -> None:
    """`waits` sends nothing that nobody approved: it expires with the reason, six hours after its hour."""
    world = await desk(WAITS)
    world.later(hours=1)
    assert await world.tick() == []
    world.later(hours=6)
    assert await world.tick() == [Outcome.EXPIRED]
    assert "No curator approved it in time" in world.entry(TEN, WAITS).reason
    assert world.posted() == []
    assert f"“{NAME}” is expired" in await world.hear(f"/digest approve {NAME}")


async def test_approved_it_is_sent_at_its_hour() -> None:
    """`waits` and approved: at ten and not before; the audit says who."""
    world = await desk(WAITS)
    assert await world.hear(f"/digest approve {NAME} 0") == f"“{NAME}” is approved. It is sent at Mon 2 Mar 10:00."
    assert await world.tick() == []
    assert "approved already" in await world.hear(f"/digest approve {NAME} 0")
    world.later(hours=1)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert [(one.actor, one.action, one.subject) for one in world.store.changes][-1] == ("CURATOR", "approve", NAME)


async def test_a_decision_after_the_hour_says_so() -> None:
    """Late, what waited goes out at once, and the answer and the audit tell how late; what went out stays out."""
    world = await desk(WAITS)
    world.later(hours=1, minutes=20)
    said = await world.hear(f"/digest approve {NAME}")
    assert said == f"“{NAME}” is approved. It is 20 minutes after its hour, and is sent now."
    assert world.store.changes[-1].detail == "20 minutes after its hour"
    assert await world.tick() == [Outcome.CONFIRMED]
    for decision in (f"approve {NAME} 0", f"skip {NAME}", f"swap {NAME} {ids(world)[0]}"):
        assert "in the channel already: this comes 20 minutes after its hour" in await world.hear(f"/digest {decision}")


async def test_a_swap_takes_the_next_best_and_keeps_the_others() -> None:
    """One highlight goes, in its place comes one that was not there; the draft is shown anew, and that is sent."""
    world = await desk()
    before = ids(world)
    view = await world.say(f"/digest swap {NAME} 0 {before[1]}")
    after = ids(world)
    assert isinstance(view, Digest)
    assert ([after[0], after[2]], after[1] in before) == ([before[0], before[2]], False)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.posted(CURATORS) == ["|".join(before), "|".join(after)]
    world.later(hours=1)
    await world.tick()
    assert world.posted() == ["|".join(after)]
    assert (world.store.changes[-1].action, world.store.changes[-1].detail) == ("swap", f"{before[1]} -> {after[1]}")


async def test_what_was_swapped_away_does_not_come_back() -> None:
    """Swapping the same place again and again goes on through the stock, and says when there is nothing else."""
    world = await desk(stock=FEW)
    seen = set(ids(world))
    for n in range(5):
        await world.say(f"/digest swap {NAME} {n} {ids(world)[0]}")
        assert ids(world)[0] not in seen
        seen.add(ids(world)[0])
    assert "Nothing else of “" in await world.hear(f"/digest swap {NAME} 5 {ids(world)[0]}")


async def test_a_button_of_an_old_round_decides_nothing() -> None:
    """Who approves what was swapped meanwhile is told, for they have not seen it; so is a swap that came twice."""
    world = await desk(WAITS)
    first = ids(world)[0]
    await world.say(f"/digest swap {NAME} 0 {first}")
    assert "was swapped since" in await world.hear(f"/digest approve {NAME} 0")
    assert "was swapped since" in await world.hear(f"/digest swap {NAME} 0 {first}")
    assert "is approved" in await world.hear(f"/digest approve {NAME} 1")


async def test_a_skipped_draft_is_not_sent() -> None:
    """A curator leaves it out; the next one comes as ordered."""
    world = await desk()
    assert await world.hear("/digest skip morning") == f"“{NAME}” is left out."
    world.later(hours=1)
    assert await world.tick() == []
    assert world.entry(TEN, SENDS).reason == "Left out by CURATOR."
    world.later(hours=23)
    assert await world.tick() == [Outcome.DRAFT]


async def test_only_curators_decide() -> None:
    """A member reads no draft and changes none, whatever they type."""
    world = await desk()
    before = world.entry(TEN, SENDS).record()
    for words in ("draft", f"approve {NAME} 0", f"swap {NAME} 0 {ids(world)[0]}", f"skip {NAME}"):
        assert "Only curators and admins may" in await world.hear(f"/digest {words}", "U9")
    assert world.entry(TEN, SENDS).record() == before


async def test_drafts_are_listed_and_shown() -> None:
    """Without a name the only draft is shown; a name that is none says so; an id that is none names those that are."""
    world = await desk()
    view = await world.say("/digest draft")
    assert isinstance(view, Digest)
    assert [one.id for one in view.highlights] == ids(world)
    assert "There is no draft “evening”" in await world.hear("/digest draft evening")
    assert f"its id: {ids(world)[0][:8]}" in await world.hear(f"/digest swap {NAME} 0 ffff")
    await world.say(f"/digest skip {NAME}")
    assert await world.hear("/digest draft") == "No draft waits for an answer."


async def test_a_crash_before_the_notice_shows_the_same_draft_once() -> None:
    """Composed and kept, then it dies: the next process shows what was kept, and asks once, also if it dies again."""
    world = Desk()
    await world.order(SENDS)
    (held,) = await world.claims()
    draft = [Picked(world.stock.highlights[n].id) for n in (4, 5, 6)]
    kept = Message((Part({}, "what was kept"),))
    await world.store.keep(held.claim.delivery, "weights", draft, kept, world.now, begun=False)
    await world.reaped(seconds=61)
    (held,) = await world.claims()
    await world.service.drafter.show(
        held.claim, world.now
    )  # the notice is planned, and the process dies before the end
    await world.reaped(seconds=61)
    assert sorted(await world.tick()) == [Outcome.CONFIRMED, Outcome.DRAFT]
    assert await world.tick() == []
    assert world.posted(CURATORS) == ["|".join(one.id for one in draft)]
    world.later(hours=1)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.posted() == ["what was kept"]


async def test_a_crash_while_it_is_sent_is_settled_as_any_other() -> None:
    """Approved, posted and killed: the part is found in the channel, and there is one."""
    world = await desk(WAITS)
    await world.say(f"/digest approve {NAME} 0")
    world.later(hours=1)
    (held,) = await world.claims()
    await world.store.begin(held.claim.delivery, 0, world.now)
    assert held.claim.kept
    await world.platform.post(CHANNEL, held.claim.kept.message.parts[0], held.claim.delivery.key(0), None)
    await world.reaped(seconds=61)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert len(world.posted()) == 1


async def test_too_late_for_a_draft() -> None:
    """Digestbot was not running: `sends` posts without asking, `waits` asks all the same and posts nothing yet."""
    for order, outcome in ((SENDS, Outcome.CONFIRMED), (WAITS, Outcome.DRAFT)):
        world = Desk()
        await world.order(order)
        world.later(hours=1, minutes=5)
        assert await world.tick() == [outcome]


async def test_without_a_place_for_curators() -> None:
    """Nobody to ask: the reason says so, and it can be decided by command."""
    world = Desk(curators_channel=None)
    await world.order(WAITS)
    assert await world.tick() == [Outcome.DRAFT]
    assert "curators_channel" in world.entry(TEN, WAITS).reason
    assert "is approved" in await world.hear(f"/digest approve {NAME}")


async def test_a_draft_that_cannot_be_composed_is_tried_until_its_hour() -> None:
    """What goes wrong with a draft goes wrong with the digest, with the same reasons; a fault of ours is told early."""
    world = Desk()
    await world.order(SENDS)
    world.fault = RuntimeError("x")
    assert await world.tick() == [Outcome.REFUSED]
    assert "fault in digestbot" in world.entry(TEN, SENDS).reason


async def test_an_order_without_draft_is_as_before() -> None:
    """Nothing is planned ahead, and nobody is asked."""
    world = Desk()
    await world.order(MORNING)
    assert await world.tick() == [Outcome.CONFIRMED]
    assert world.posted(CURATORS) == []
    assert world.entry().draft is None


@pytest.mark.parametrize("order", [SENDS, WAITS])
async def test_orders_closer_than_their_draft(order: Subscription) -> None:
    """Every half hour with an hour's draft: each is planned once, none is taken for overtaken."""
    world = Desk()
    await world.order(replace(order, schedule="cron */30 * * * *"))
    planned = [(one.delivery.occurrence.strftime("%H:%M"), one.outcome) for one in await world.plan()]
    assert planned[1:] == [("09:30", Outcome.PLANNED), ("10:00", Outcome.PLANNED)]
    assert planned[0][1] is Outcome.PLANNED
    world.later(minutes=30)
    assert [one.delivery.occurrence.strftime("%H:%M") for one in await world.plan()] == ["10:30"]
