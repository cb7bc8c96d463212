"""What members type, click and fill in, as dialogues with the Slack adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from servers.slack import Slack as LocalSlack
from slack_seat import Answers, platform, running, saying

from digestbot.model import LOCAL, Action, Channel, Command, Field, Form, Message, Notice, Quotes, View
from digestbot.platforms.slack import asking
from digestbot.platforms.slack.asker import Asker
from digestbot.platforms.slack.dialogue import Dialogue, Reply
from digestbot.platforms.slack.happening import Happening
from digestbot.platforms.slack.people import PATIENCE_SECONDS, People, Person
from digestbot.platforms.slack.replying import Replying
from digestbot.platforms.slack.showing import FAILED, MOST_USES, NOT_OURS, TOO_MUCH
from digestbot.platforms.slack.starting import Identity
from digestbot.rendering import Renderer
from digestbot.rendering.samples import SAMPLES
from digestbot.settings import bundled

RENDERER = Renderer([str(bundled("templates"))])
QUOTES = next(view for view in SAMPLES if isinstance(view, Quotes) and view.pages > 1)
FIELDS = (
    Field("theme", "Theme", (("rotate", "A new one each time"), ("data", "Data")), "data"),
    Field("schedule", "When", value="weekdays at 09:00"),
    Field("intro", "Said before it", required=False, lines=True),
)
FORM = Form("Subscribe", FIELDS, Action("Save", "digest", "subscribe"))


@pytest.fixture
async def local() -> AsyncIterator[LocalSlack]:
    """A local Slack that ends the test with what was wrong in what it got."""
    async with LocalSlack() as made:
        yield made


def shows(*views: View, **more: Any) -> Answers:
    """Answers with these Views, one after the other, as rendering makes them; the last one again and again."""
    left = list(views)

    def says(_: Command) -> Message:
        return RENDERER.render(left.pop(0) if len(left) > 1 else left[0], "slack")

    return Answers(says, **more)


async def test_a_command_says_who_asks_and_where(local: LocalSlack) -> None:
    """Channel, member, rights, zone, user groups and the trigger are told with the words, which come as typed."""
    async with running(local, answers := Answers(lambda _: saying("x"))):
        await local.command("/Quote", "  open &amp; &lt;free&gt; ", user="U1", channel="G1")
        answer = await local.command("/digest", "list", user="U2")
    first, second = answers.asked
    assert (first.name, first.text, first.channel) == ("quote", "open & <free>", Channel("slack", LOCAL, "G1"))
    assert (first.actor, first.admin, first.groups, first.zone) == ("U1", True, (), "Europe/Berlin")
    assert (second.name, second.admin, second.groups, second.id) == ("digest", False, ("S1",), answer.trigger_id)


async def test_members_are_asked_for_once(local: LocalSlack) -> None:
    """Who somebody is, is remembered; so are the user groups of all."""
    async with running(local, Answers()):
        for user in ("U1", "U2", "U1", "U2"):
            await local.command("/quote", user=user)
    assert len(local.calls("users.info")) == 2
    assert len(local.calls("usergroups.list")) == 1


@pytest.mark.parametrize("fault", ["users.info always 500", "users.info always 429=30", "users.info always slow=9"])
async def test_who_is_not_known_has_no_rights(local: LocalSlack, fault: str) -> None:
    """While Slack does not say who asks, they are answered as anybody is."""
    local.faults.add(fault)
    async with running(local, answers := Answers()):
        answer = await local.command("/quote", user="U1")
    assert answer.acked
    assert PATIENCE_SECONDS < 2
    assert not answers.asked[0].admin


async def test_a_stranger_administers_nothing(local: LocalSlack) -> None:
    """An admin of another workspace, in a shared channel, has neither rights nor groups here."""
    local.world.users["U1"].team = "T0002"
    local.world.groups["S1"].add("U1")
    async with running(local, answers := Answers()):
        await local.command("/quote", user="U1", channel="C4")
    one = answers.asked[0]
    assert Person(one.admin, one.zone, one.groups) == Person(zone="Europe/Berlin")
    assert one.stranger


async def test_a_channel_of_another_workspace_is_told_nothing(local: LocalSlack) -> None:
    """Members of other workspaces look up in channels that this workspace shares, not in those shared with it."""
    local.world.users["U1"].team = "T0002"
    local.world.channels["C4"].host = "T0002"
    async with running(local, answers := Answers()):
        theirs = await local.command("/quote", user="U1", channel="C4")
        local.world.channels["C4"].host = ""
        ours = await local.command("/quote", user="U1", channel="C4")
    assert (theirs.text, ours.text) == (NOT_OURS, "quote: ")
    assert len(answers.asked) == 1


async def test_a_button_replaces_a_private_answer(local: LocalSlack) -> None:
    """A button below a look-up carries its command, and the answer takes the place of the private message."""
    async with running(local, answers := shows(QUOTES, Notice("Page two"), instead=True)):
        shown = (await local.command("/quote", "eyeballs")).shown
        assert shown is not None
        assert (await local.click(shown, label="Themes")).content == {}
        await local.until(lambda: shown.replaced)
    assert (answers.asked[1].name, answers.asked[1].text) == ("digest", "themes")
    assert shown.text == "Page two"


async def test_a_menu_beside_a_highlight_is_answered_beside_it(local: LocalSlack) -> None:
    """What is asked about one highlight leaves the message as it is."""
    async with running(local, answers := shows(QUOTES, Notice("Saved"))):
        shown = (await local.command("/quote", "eyeballs")).shown
        assert shown is not None
        await local.click(shown, label="Save")
        await local.until(lambda: len(local.world.ephemerals) == 2)
    assert answers.asked[1].name == "save"
    assert answers.asked[1].text
    assert not shown.replaced
    assert local.world.ephemerals[1].text == "Saved"


async def test_a_button_of_a_digest_is_answered_privately(local: LocalSlack) -> None:
    """In a message that everybody sees a click changes nothing: who clicked sees the answer."""
    digest = RENDERER.render(next(view for view in SAMPLES if view.actions and not isinstance(view, Quotes)), "slack")
    async with running(local, Answers()) as slack:
        ref = await slack.post(Channel("slack", LOCAL, "C1"), digest.parts[0], "k", None)
        message = local.world.channels["C1"].messages[ref.id]
        await local.click(message, label="Another", user="U3")
        await local.until(lambda: local.world.ephemerals)
    assert not message.edits
    assert (local.world.ephemerals[0].user, local.world.ephemerals[0].text) == ("U3", "digest: now")


async def test_a_click_whose_answer_fails_is_answered(local: LocalSlack) -> None:
    """Who clicked is told that it failed, and nothing of why."""
    answers = shows(QUOTES)
    async with running(local, answers):
        shown = (await local.command("/quote", "x")).shown
        assert shown is not None
        answers.says = _fail
        await local.click(shown, label="Themes")
        await local.until(lambda: len(local.world.ephemerals) == 2)
    assert local.world.ephemerals[1].text.startswith("That failed")


async def test_a_payload_of_a_new_shape_is_acked(local: LocalSlack) -> None:
    """What cannot be read is acked all the same; a command says that it failed."""
    slack = platform(local)
    identity = Identity("T0001", "local", "Local", "U0BOT", "B0001")
    asker = Asker(slack.posting.api, People(slack.posting.api, "T0001"), slack.conversations, identity, LOCAL)
    replying = Replying(slack.posting.api, slack.conversations)
    dialogue = Dialogue(asker, replying, Answers(), Happening(LOCAL, "U0BOT", slack.posting.forget))
    assert await dialogue.hear({"command": "/quote"}) == Reply({"text": FAILED})
    assert await dialogue.hear({"type": "block_actions"}) == Reply()
    assert await dialogue.hear({"type": "never heard of"}) == Reply()


def _fail(_: Command) -> Message:
    raise RuntimeError("s3cret")


async def test_a_link_button_is_acked_and_nothing_more(local: LocalSlack) -> None:
    """A button that opens a page asks nobody anything."""
    link = {"type": "button", "action_id": "d1:open", "url": "https://example.org", "text": _plain("Open")}
    async with running(local, answers := Answers(lambda _: saying("x", actions=(link,)))):
        shown = (await local.command("/quote")).shown
        assert shown is not None
        assert (await local.click(shown, label="Open")).acked
    assert len(answers.asked) == 1
    assert not local.calls("response_url")


@pytest.mark.parametrize(("parts", "seen"), [(1, 1), (3, 3), (6, 6), (9, 6)])
async def test_a_long_answer_goes_on_by_the_response_url(local: LocalSlack, parts: int, seen: int) -> None:
    """The first part is in the ack, the others follow in their order; what Slack lets nobody show is said."""
    async with running(local, Answers(lambda _: saying(*(f"part {n}" for n in range(parts))))):
        await local.command("/quote", "x")
    texts = [shown.text for shown in local.world.ephemerals]
    assert len(texts) == seen <= MOST_USES + 1
    assert texts == (
        [f"part {n}" for n in range(parts)] if parts == seen else [f"part {n}" for n in range(5)] + [TOO_MUCH]
    )


async def test_a_form_is_opened_filled_in_and_sent(local: LocalSlack) -> None:
    """A Form becomes a modal; what is filled in comes back by the fields' names, to the channel where it was asked."""
    async with running(local, answers := shows(FORM, Notice("Subscribed."))):
        answer = await local.command("/digest", "subscribe", channel="G1", user="U1")
        assert answer.acked
        assert answer.shown is None
        (view,) = local.world.views.values()
        sent = await local.submit(view, {"theme": "rotate", "schedule": "daily at 8", "intro": 'a "b"\nc:d'})
    asked = answers.asked[1]
    assert (asked.name, asked.text, asked.channel.id) == ("digest", "subscribe", "G1")
    assert asked.values == {"theme": "rotate", "schedule": "daily at 8", "intro": 'a "b"\nc:d'}
    assert sent.view is view
    assert "Subscribed." in str(view.payload["blocks"])


async def test_what_is_wrong_in_a_form_stands_beside_its_field(local: LocalSlack) -> None:
    """Errors keep the modal open, each at its field, and it can be sent again; what was left empty is ""."""
    wrong = Form("Subscribe", (FIELDS[0], Field("schedule", "When", error="Write 09:00.")), FORM.submit)
    async with running(local, answers := shows(FORM, wrong, Notice("Done."))):
        await local.command("/digest", "subscribe")
        (view,) = local.world.views.values()
        refused = await local.submit(view, {"theme": "data", "schedule": "nine"})
        assert refused.content == {"response_action": "errors", "errors": {"schedule": "Write 09:00."}}
        assert view.is_open
        await local.submit(view, {"theme": "data", "schedule": "09:00"})
    assert answers.asked[2].values == {"theme": "data", "schedule": "09:00", "intro": ""}


async def test_a_button_opens_a_form_too(local: LocalSlack) -> None:
    """The answer to a click may be a Form; the message stays."""
    async with running(local, shows(QUOTES, FORM)):
        shown = (await local.command("/quote", "x")).shown
        assert shown is not None
        await local.click(shown, label="Themes")
        await local.until(lambda: local.world.views)
    assert not shown.replaced


async def test_a_form_that_cannot_be_opened_is_said(local: LocalSlack) -> None:
    """Where Slack opens no modal, the member is told to ask again."""
    local.faults.add("views.open always 500-before")
    async with running(local, shows(FORM)):
        answer = await local.command("/digest", "subscribe")
    assert "could not be opened" in answer.text


async def test_a_click_in_a_modal_is_answered_in_it(local: LocalSlack) -> None:
    """A button of a modal changes the modal; a menu beside a highlight puts its answer on top."""
    async with running(local, answers := shows(FORM, QUOTES, Notice("Saved"), Notice("Other"))):
        await local.command("/digest", "subscribe", channel="G1", user="U1")
        (view,) = local.world.views.values()
        await local.submit(view, {"theme": "rotate", "schedule": "daily at 8"})
        await local.click(view, label="Save")
        await local.until(lambda: len(local.world.views) == 2)
        await local.click(view, label="Themes")
        await local.until(lambda: "Other" in str(view.payload["blocks"]))
    assert {command.channel.id for command in answers.asked} == {"G1"}


async def test_a_slow_submission_is_announced_and_follows(local: LocalSlack) -> None:
    """A submission whose answer takes long keeps its modal, which shows the answer when it is there."""
    async with running(local, answers := shows(FORM, Notice("Done.")), patience=0.1):
        await local.command("/digest", "subscribe")
        (view,) = local.world.views.values()
        await _slowly(answers, 0.3)
        sent = await local.submit(view, {"theme": "data", "schedule": "x"})
        assert "One moment" in str(sent.content)
        await local.until(lambda: "Done." in str(view.payload["blocks"]))


async def test_a_channel_that_is_archived_is_looked_at_again(local: LocalSlack) -> None:
    """An event about a channel makes what was known of its history be asked again."""
    async with running(local, Answers()) as slack:
        slack.posting.blind["C1"] = "why", 10.0**9
        assert (await local.archive("C1")).acked
        await local.until(lambda: not slack.posting.blind)


async def _slowly(answers: Answers, seconds: float) -> None:
    async def before() -> None:
        await asyncio.sleep(seconds)

    answers.before = before


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ({"type": "plain_text_input", "value": "x"}, "x"),
        ({"type": "plain_text_input", "value": None}, ""),
        ({"type": "static_select", "selected_option": {"value": "a"}}, "a"),
        ({"type": "static_select", "selected_option": None}, ""),
        ({"type": "checkboxes", "selected_options": [{"value": "mon"}, {"value": "tue"}]}, "mon, tue"),
        ({"type": "checkboxes", "selected_options": []}, ""),
        ({"type": "timepicker", "selected_time": "09:00"}, "09:00"),
        ({"type": "datepicker", "selected_date": None}, ""),
        ({"type": "conversations_select", "selected_conversation": "C1"}, "C1"),
    ],
)
def test_every_kind_of_element_is_read(element: dict[str, Any], said: str) -> None:
    """What was filled in is a text, whatever it was filled in with."""
    assert asking.filled({"state": {"values": {"field": {"action": element}}}}) == {"field": said}


@pytest.mark.parametrize("memory", ["", "no json", "[]", "{}", None])
def test_a_modal_without_memory_is_about_no_channel(memory: str | None) -> None:
    """A modal of another version is read all the same."""
    view = {"id": "V1", "callback_id": "d1:digest list", "private_metadata": memory, "state": {"values": {}}}
    asked = asking.submission({"user": {"id": "U1"}, "view": view})
    assert (asked.place.channel, asked.name, asked.text) == ("", "digest", "list")


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
