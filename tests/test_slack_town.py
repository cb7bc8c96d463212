"""What a workspace does with digestbot, from its members' side: each command, button, form and shortcut in Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.slack import Slack as LocalSlack
from servers.slack.world import BOT, Ephemeral, Message, User, View
from slack_town import Town, town

from digestbot import clock
from digestbot.model import LOCAL
from digestbot.orders import Outcome
from digestbot.platforms.slack.asking import SAVE

ORDER = "/digest subscribe daily at 9:00 UTC theme:weights size:2 name:weights"


@pytest.fixture
async def local() -> AsyncIterator[LocalSlack]:
    """A local Slack that ends the test with what was wrong in what it got."""
    async with LocalSlack() as made:
        yield made


@pytest.fixture
async def here(local: LocalSlack, tmp_path: Path) -> AsyncIterator[Town]:
    """A workspace with one digest ordered for C1."""
    async with town(local, tmp_path) as made:
        assert "Ordered as “weights”" in await made.hear(ORDER)
        yield made


COMMANDS = [
    ("/quote", "U2", "Another", ""),
    ("/quote licence", "U3", "A licence decides", ""),
    ("/quote random", "U2", "Another", ""),
    ("/quote licenze", "U2", "licence", ""),
    ("/quote author:Exampel", "U2", "Did you mean", ""),
    ("/quote help", "U2", "looks up what you half remember", ""),
    ("/quote saved", "U2", "Your list is empty", ""),
    ("/digest", "U2", "/digest now", ""),
    ("/digest help", "U2", "/digest subscribe", ""),
    ("/digest themes", "U2", "Weights", ""),
    ("/digest preview weights", "U2", "from «On open weights|Ada Example", ""),
    ("/digest now weights", "U1", "Ada Example", ""),
    ("/digest list", "U2", "weights", ""),
    ("/digest next", "U2", "weights", ""),
    ("/digest history", "U2", "No delivery is like that", ""),
    ("/digest edit weights size:3", "U1", "Changed “weights”", ""),
    ("/digest edit weights size:3", "U3", "Only whoever ordered", ""),
    ("/digest pause weights", "U1", "is paused", ""),
    ("/digest pause weights", "U3", "Only whoever ordered", ""),
    ("/digest resume weights", "U1", "is active already", ""),
    ("/digest skip weights", "U1", "leaves out", ""),
    ("/digest unsubscribe weights", "U1", "is removed", ""),
    ("/digest subscribe weekdays at 9 UTC", "U3", "Only admins may order digests", ""),
    ("/digest why weights", "U2", "", "weights"),
    ("/digest lisst", "U2", "Did you mean /digest list", ""),
    ("/digest audit", "U3", "Only admins", ""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "user", "says", "names"), COMMANDS, ids=[f"{one[0]} {one[1]}" for one in COMMANDS])
async def test_every_command_is_answered_privately(here: Town, words: str, user: str, says: str, names: str) -> None:
    """Each command is answered in its ack, to who asked alone, with what it is about."""
    said = await here.hear(words, user=user)
    assert any(one in said for one in says.split("|"))
    assert names in said
    assert not here.posts("C1")


async def test_another_page_and_more_take_their_places(here: Town) -> None:
    """Another quote and the next page replace the private message; what is like one stands beside it."""
    random = await here.shown("/quote random", user="U2")
    before = random.text
    await here.local.click(random, label="Another")
    await here.local.until(lambda: random.replaced)
    assert random.text
    found = await here.shown("/quote model", user="U2")
    assert "Page" in str(found.blocks) or "page" in str(found.blocks)
    await here.local.click(found, label="More")
    await here.local.until(lambda: found.replaced)
    like = await here.whispered(random, "More like this")
    assert like is not random
    assert "something like it" in str(like.blocks)
    assert before


async def test_a_link_is_opened_and_nothing_else(here: Town) -> None:
    """Open source is the client's own affair: the click is acked, and nobody answers."""
    quote, calls = await here.shown("/quote random", user="U2"), len(here.local.state.calls)
    assert (await here.local.click(quote, label="Open source")).acked
    assert here.local.state.calls[calls:] == []


async def test_a_quote_is_shared_with_the_channel(here: Town) -> None:
    """Everybody sees it, with who shared it; who shared it is told in a line, and can do so ten times an hour."""
    quote = await here.shown("/quote random", user="U2")
    told = await here.whispered(quote, "Share to channel")
    (shared,) = here.posts("C1")
    assert "Shared by bo" in str(shared.blocks)
    assert (told.text, told.user) == ("It is in the channel now, with your name.", "U2")
    assert shared.arguments["unfurl_links"] is False
    for _ in range(9):
        await here.whispered(quote, "Share to channel")
    assert "more would be too many" in (await here.whispered(quote, "Share to channel")).text
    assert len(here.posts("C1")) == 10


async def test_a_quote_is_shared_where_digestbot_is_no_member(here: Town) -> None:
    """Where it cannot post, the response URL of who shares it can."""
    quote = await here.shown("/quote random", channel="G2")
    assert "It is in the channel now" in (await here.whispered(quote, "Share to channel")).text
    (shared,) = here.posts("G2")
    assert shared.arguments["response_type"] == "in_channel"


@pytest.mark.parametrize(("fault", "says"), [("500-after", "did not say"), ("429=30", "nobody sees it")])
async def test_a_quote_that_could_not_be_shared_is_said(here: Town, fault: str, says: str) -> None:
    """It is never tried again by itself, and who shared it knows where they stand."""
    quote = await here.shown("/quote random")
    here.local.faults.add(f"chat.postMessage always {fault}")
    assert says in (await here.whispered(quote, "Share to channel")).text
    assert len(here.local.calls("chat.postMessage")) == 1


async def test_a_quote_is_saved_to_the_members_own_messages(here: Town) -> None:
    """It is on the list and in the direct messages; a second time it is only said to be there."""
    quote = await here.shown("/quote random", user="U2")
    assert "in your direct messages" in (await here.whispered(quote, "Save")).text
    (kept,) = here.posts("DU2")
    assert "Saved" in str(kept.blocks)
    assert "already" in (await here.whispered(quote, "Save")).text
    assert "Your list: 1" in await here.hear("/quote saved", user="U2")
    await here.whispered(kept, "Take it off", user="U2")
    assert "Your list is empty" in await here.hear("/quote saved", user="U2")


async def test_a_typed_save_is_told_too(here: Town) -> None:
    """A command whose answer goes elsewhere tells its member so."""
    quote = await here.shown("/quote random")
    name = _value(quote, "Save").split()[-1]
    count = len(here.local.world.ephemerals)
    assert (await here.say(f"/digest save {name}")).acked
    await here.local.until(lambda: len(here.local.world.ephemerals) > count)
    assert here.posts("DU1")


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("More like this", "more"),
        ("Less like this", "less"),
        ("Save", "direct messages"),
        ("Why this one", "weights"),
        ("Report", "several members"),
    ],
)
async def test_each_entry_below_a_digests_highlight(here: Town, label: str, says: str) -> None:
    """A member chooses from the menu beside a highlight, and is answered alone."""
    digest = await _delivered(here)
    told = await here.whispered(digest, label, user="U2")
    assert says in f"{told.text} {told.blocks}".casefold()
    assert not digest.edits


async def test_an_order_is_made_by_a_form(here: Town) -> None:
    """The form knows the member's zone, says what its answers come to while it is filled in, and orders."""
    await here.say("/digest subscribe", user="U1")
    (view,) = here.local.world.views.values()
    assert _filled(view)["zone"] == "Europe/Berlin"
    assert "highlights match" in _note(view)
    await here.local.click(view, "theme", label="Weights")
    await here.local.until(lambda: view.updates)
    assert "“Weights”" in _note(view)
    answers = {"theme": "Weights", "time": "25:00", "days": "weekdays", "zone": "UTC", "size": "4"}
    wrong = await here.local.submit(view, answers)
    assert set((wrong.content or {})["errors"]) == {"time"}
    answers |= {"time": "8:30", "title": "Read", "prompt": "Who has tried it?"}
    await here.local.submit(view, answers)
    assert "Ordered as" in str(view.payload["blocks"])
    order = await here.app.ledger.standing(LOCAL, "weights-2")
    assert order is not None
    made = order.subscription
    assert (made.size, made.title, made.prompt, made.zone) == (4, "Read", "Who has tried it?", "UTC")


async def test_an_order_is_changed_by_a_form(here: Town) -> None:
    """Edit shows what holds, and changes what was changed."""
    await here.say("/digest edit weights")
    (view,) = here.local.world.views.values()
    assert _filled(view)["time"] == "09:00"
    await here.local.submit(view, {**_filled(view), "size": "5"})
    order = await here.app.ledger.standing(LOCAL, "weights")
    assert order is not None
    assert (order.subscription.size, order.subscription.schedule) == (5, "daily at 09:00")


async def test_a_message_becomes_a_highlight_and_is_taken_out(here: Town) -> None:
    """Handed in by the shortcut, accepted in the curators' channel, found, and removed by whose words they are."""
    text = "Say what you <measure> first, and *then* optimise it with <@U1>."
    here.local.world.users["U9"] = User("U9", "eve")
    said = here.local.world.say("C1", "U9", text.replace("<measure>", "&lt;measure&gt;"))
    count = len(here.local.world.ephemerals)
    await here.local.shortcut(SAVE, said, user="U2")
    await here.local.until(lambda: len(here.local.world.ephemerals) > count)
    assert "once a curator accepts it" in here.local.world.ephemerals[-1].text
    await here.pump()
    (notice,) = here.posts("G1")
    assert "words of eve" in notice.text
    assert "“Say what you <measure> first, and *then* optimise it with @ada.”" in str(notice.blocks)
    await here.local.click(notice, label="Accept", user="U2")
    await here.local.until(lambda: notice.edits)
    assert notice.text.startswith("Accepted by bo")
    found = await here.hear("/quote measure", user="U1")
    assert "Say what you <measure> first" in found
    assert "eve" in found
    (capture,) = await here.app.ledger.captures(LOCAL, "accepted")
    assert capture.permalink.startswith("https://local.slack.com/archives/C1/p")
    assert (capture.author, capture.by) == ("U9", "U2")
    assert "Only whose words they are" in await here.hear(f"/digest withdraw {capture.number}", user="U3")
    await here.pump()
    assert "Accepted, and soon" in here.posts("DU2")[-1].text
    assert "Taken out" in (await here.whispered(here.posts("DU9")[-1], "Take it out", user="U9")).text
    assert "Say what you" not in await here.hear("/quote measure", user="U1")


async def test_what_was_handed_in_is_corrected_in_a_form(here: Town) -> None:
    """The form opens from the notice, which then says what was decided."""
    notice = await _handed_in(here)
    await here.local.click(notice, label="Correct", user="U2")
    await here.local.until(lambda: here.local.world.views)
    (view,) = here.local.world.views.values()
    await here.local.submit(view, {"text": "Measure it before anybody optimises it.", "name": "Grace"})
    await here.local.until(lambda: notice.edits)
    assert "“Measure it before anybody optimises it.” by Grace" in str(notice.blocks)


async def test_what_was_handed_in_is_refused_once(here: Town) -> None:
    """Nobody decides twice: the notice says what was decided, and so does one that was missed."""
    notice = await _handed_in(here)
    before = notice.blocks
    assert "Only curators" in (await here.whispered(notice, "Refuse", user="U3")).text
    await here.say("/digest refuse 1", user="U2")
    assert notice.blocks == before
    await here.local.click(notice, label="Accept", user="U2")
    await here.local.until(lambda: notice.edits)
    assert "was refused already" in notice.text
    assert "Accept" not in str(notice.blocks)


@pytest.mark.parametrize(
    ("user", "text", "says"),
    [(BOT, "A long enough sentence of mine.", "digestbot's own"), ("U3", "Short", "too little text")],
)
async def test_what_is_no_highlight_is_not_handed_in(here: Town, user: str, text: str, says: str) -> None:
    """What digestbot said, and what says nothing, is refused at once."""
    said, count = here.local.world.say("C1", user, text), len(here.local.world.ephemerals)
    await here.local.shortcut(SAVE, said)
    await here.local.until(lambda: len(here.local.world.ephemerals) > count)
    assert says in here.local.world.ephemerals[-1].text


async def test_a_shortcut_counts_once(here: Town) -> None:
    """Slack brings an interaction again whose ack it missed: nothing follows a second time."""
    answer = await here.local.shortcut(SAVE, here.local.world.say("C1", "U3", "Something worth to be kept for long."))
    await here.local.again(answer)
    await here.local.until(lambda: here.local.calls("response_url"))
    await here.pump()
    assert len(here.posts("G1")) == 1


async def test_the_home_tab_shows_what_there_is(here: Town) -> None:
    """Subscriptions, today's pick and health; what is changed from it is seen on it."""
    await here.local.open_home("U1")
    await here.local.until(lambda: "U1" in here.local.world.homes)
    home = here.local.world.homes["U1"]
    assert all(one in str(home.payload["blocks"]) for one in ("Today’s pick", "weights", "Health"))
    await here.local.click(home, label="Edit weights")
    await here.local.until(lambda: here.local.world.views)
    (view,) = here.local.world.views.values()
    assert not home.updates
    await here.local.submit(view, {**_filled(view), "size": "7"})
    await here.local.until(lambda: home.updates)
    assert "7 highlights" in str(home.payload["blocks"])
    await here.local.open_home("U3")
    await here.local.until(lambda: "U3" in here.local.world.homes)
    assert "Health" not in str(here.local.world.homes["U3"].payload["blocks"])


async def test_a_members_own_digest_comes_to_their_messages(here: Town) -> None:
    """Ordered from the Home tab without being an admin, it is delivered to the member, found, and nobody else's."""
    await here.local.open_home("U2")
    await here.local.until(lambda: "U2" in here.local.world.homes)
    await here.local.click(here.local.world.homes["U2"], label="New digest")
    await here.local.until(lambda: here.local.world.views)
    (view,) = here.local.world.views.values()
    at = clock.now() + timedelta(minutes=2)
    answers = {"theme": "Weights", "time": f"{at:%H:%M}", "days": "daily", "zone": "UTC", "size": "1"}
    await here.local.submit(view, answers)
    assert "Ordered as" in str(view.payload["blocks"])
    here.local.faults.add("chat.postMessage #1 reset-after")
    await here.pump(minutes=3)
    await here.pump(minutes=3)
    (digest,) = here.posts("DU2")
    assert "Ada Example" in str(digest.blocks)
    listed = await here.hear("/digest list", user="U2", channel="DU2")
    assert "weights-2" in listed
    assert "weights-2" not in await here.hear("/digest list", user="U1")


async def test_messages_between_two_members_are_not_digestbots(here: Town) -> None:
    """A command typed there is answered, and orders nothing for anybody's own messages."""
    here.local.world.channels["D9"] = type(here.local.world.channels["C1"])("D9", "", {"U2", "U3"}, im="U3")
    assert "Only admins" in await here.hear(ORDER, user="U2", channel="D9")


@pytest.mark.parametrize(
    ("kind", "minutes", "outcome"), [("sends", 31, Outcome.CONFIRMED), ("waits", 480, Outcome.EXPIRED)]
)
async def test_a_draft_without_an_answer(here: Town, kind: str, minutes: int, outcome: Outcome) -> None:
    """Unanswered it goes out at its hour, or not, as the subscription says."""
    await _drafted(here, kind)
    assert not here.posts("C1")
    assert outcome in await here.pump(minutes=minutes)
    assert len(here.posts("C1")) == (outcome is Outcome.CONFIRMED)


async def test_a_draft_is_approved_where_it_is_shown(here: Town) -> None:
    """The notice says who approved it; then it goes out at its hour."""
    notice = await _drafted(here, "waits")
    assert "Only curators" in (await here.whispered(notice, "Approve", user="U3")).text
    await here.local.click(notice, label="Approve", user="U2")
    await here.local.until(lambda: notice.edits)
    assert "bo decided." in notice.text
    assert "Approve" not in str(notice.blocks)
    assert not here.posts("C1")
    assert Outcome.CONFIRMED in await here.pump(minutes=31)
    assert len(here.posts("C1")) == 1


async def test_a_draft_is_swapped_and_skipped(here: Town) -> None:
    """A swap shows the draft anew and retires the notice before it; a skip leaves the digest out."""
    notice = await _drafted(here, "waits")
    await here.local.click(notice, label="Swap it", user="U2")
    await here.local.until(lambda: notice.edits)
    assert "was swapped" in notice.text
    await here.pump()
    anew = _draft(here)
    assert anew is not notice
    await here.local.click(anew, label="Skip", user="U2")
    await here.local.until(lambda: anew.edits)
    assert "is left out. bo decided." in anew.text
    await here.pump(minutes=31)
    assert not here.posts("C1")


async def test_a_channel_that_is_archived_pauses_and_resumes(here: Town) -> None:
    """Archived, its order pauses and an admin is told once; unarchived, it goes on, and that is told once."""
    await here.local.archive("C1")
    await here.local.archive("C1")
    await _becomes(here, "paused")
    assert ["archived" in text for text in await _told(here, 1)] == [True]
    here.local.world.channels["C1"].archived = False
    await here.local.event("channel_unarchive", channel="C1", user="U1")
    await here.local.event("channel_unarchive", channel="C1", user="U1")
    await _becomes(here, "active")
    assert ["goes on" in text for text in await _told(here, 2)] == [False, True]
    await asyncio.sleep(0.2)
    await here.pump()
    assert len(here.posts("G1")) == 2


async def test_a_channel_that_removes_and_invites_digestbot(here: Town) -> None:
    """Removed, its order pauses; invited again, it goes on; somebody else who joins changes nothing."""
    await here.local.remove_bot("C1")
    await _becomes(here, "paused")
    await here.local.event("member_joined_channel", channel="C1", user="U3", team="T0001")
    await asyncio.sleep(0.2)
    await _becomes(here, "paused")
    here.local.world.channels["C1"].members.add(BOT)
    await here.local.event("member_joined_channel", channel="C1", user=BOT, team="T0001")
    await _becomes(here, "active")


@pytest.mark.parametrize(
    ("event", "more", "state"),
    [
        ("app_uninstalled", {}, "paused"),
        ("tokens_revoked", {"tokens": {"oauth": [], "bot": ["U0BOT"]}}, "paused"),
        ("tokens_revoked", {"tokens": {"oauth": ["U1"], "bot": []}}, "active"),
    ],
)
async def test_a_workspace_that_leaves(here: Town, event: str, more: dict[str, Any], state: str) -> None:
    """Uninstalled, all is paused; a member's own token that ended is none of ours."""
    await here.local.event(event, **more)
    await asyncio.sleep(0.2)
    await _becomes(here, state)


async def test_a_digest_is_pinned_calls_its_group_and_opens_a_thread(here: Town) -> None:
    """The latest is pinned and the one before is not; the group is called once; the question stands in the thread."""
    here.local.allow("<!subteam^S0TEAM12>")
    assert "Changed" in await here.hear('/digest edit weights pin:yes mention:S0TEAM12 prompt:"Who has tried it?"')
    first = await _delivered(here)
    await asyncio.sleep(1.0)  # a delivery is named after its second
    second = await _delivered(here)
    assert here.local.world.channels["C1"].pins == [second.ts]
    assert str(first.blocks).count("S0TEAM12") == 1
    (question,) = [one for one in here.posts("C1") if one.is_reply and one.thread_ts == first.ts]
    assert "Who has tried it?" in question.text


async def test_a_stranger_looks_up_and_changes_nothing(here: Town) -> None:
    """A member of another workspace in a shared channel looks up; whatever they are there, here they change nothing."""
    here.local.world.users["U3"].team, here.local.world.users["U3"].is_admin = "T0002", True
    assert "A licence decides" in await here.hear("/quote licence", user="U3", channel="C4")
    for words in (ORDER, "/digest pause weights", "/digest now weights", "/digest saved", "/digest capture x by:y"):
        assert "nothing else" in await here.hear(words, user="U3", channel="C4")
    quote = await here.shown("/quote random", user="U3", channel="C4")
    assert "nothing else" in (await here.whispered(quote, "Share to channel")).text
    assert not here.posts("C4")


async def _delivered(here: Town) -> Message:
    """The digest, delivered now by an admin's word."""
    before = len([one for one in here.posts("C1") if not one.is_reply])
    here.later += timedelta(seconds=1)
    assert "is on its way" in await here.hear("/digest deliver weights")
    assert Outcome.CONFIRMED in await here.pump(seconds=2)
    return [one for one in here.posts("C1") if not one.is_reply][before]


async def _drafted(here: Town, kind: str) -> Message:
    """A draft of a digest that is due in half an hour, as curators see it."""
    at = clock.now() + timedelta(minutes=30)
    edited = await here.hear(f"/digest edit weights draft:{kind} draft_minutes:60 schedule:“daily at {at:%H:%M}”")
    assert "Changed" in edited
    assert Outcome.DRAFT in await here.pump()
    return _draft(here)


def _draft(here: Town) -> Message:
    """The draft that waits for an answer."""
    (found,) = [one for one in here.posts("G1") if "d1:digest approve" in str(one.blocks)]
    return found


async def _handed_in(here: Town) -> Message:
    """What curators are shown of a message that was handed in."""
    await here.local.shortcut(SAVE, here.local.world.say("C1", "U3", "Measure it before you optimise it, always."))
    await here.local.until(lambda: here.local.calls("chat.getPermalink"))
    await here.local.until(lambda: here.local.calls("response_url"))
    await here.pump()
    return here.posts("G1")[-1]


async def _becomes(here: Town, state: str) -> None:
    """Wait until the order is in that state: what was heard is done after its ack."""
    async with asyncio.timeout(10):
        while (order := await here.app.ledger.standing(LOCAL, "weights")) is None or order.state != state:  # noqa: ASYNC110 - the ledger tells nobody
            await asyncio.sleep(0.01)


async def _told(here: Town, count: int) -> list[str]:
    """What admins were told, once it is so many notices."""
    async with asyncio.timeout(10):
        while len(here.posts("G1")) < count:
            await here.pump()
    return [one.text for one in here.posts("G1")]


def _filled(view: View) -> dict[str, str]:
    """What a modal is filled in with."""
    found = {}
    for block in view.payload["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            found[block["block_id"]] = element.get("initial_option", {}).get("value") or element.get("initial_value")
    return {name: value for name, value in found.items() if value}


def _note(view: View) -> str:
    """What a form says that its answers come to."""
    return "".join(str(block["elements"]) for block in view.payload["blocks"] if block["type"] == "context")


def _value(shown: Ephemeral, label: str) -> str:
    """The value of a button."""
    for block in shown.blocks:
        for element in block.get("elements", ()):
            if element.get("text", {}) and isinstance(element["text"], dict) and element["text"]["text"] == label:
                return str(element["value"])
    raise AssertionError(label)
