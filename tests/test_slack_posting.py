"""Slack's channels: posting, finding, editing, checking, against a local Slack."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from servers.slack import Slack as LocalSlack
from slack_seat import HERE, PART, platform

from digestbot.clock import now
from digestbot.errors import PlatformError
from digestbot.model import LOCAL, Channel, MessageRef, Part
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.platform import PACES, Slack
from digestbot.platforms.slack.refusals import LONGEST_WAIT_SECONDS
from digestbot.ports import Pace
from digestbot.rendering import Renderer
from digestbot.rendering.samples import SAMPLES
from digestbot.settings import bundled

KEY = "0123456789abcdef01234567"
LONG_AGO = timedelta(hours=1)


@pytest.fixture
async def local() -> AsyncIterator[LocalSlack]:
    """A local Slack that ends the test with what was wrong in what it got."""
    async with LocalSlack() as made:
        yield made


@pytest.fixture
async def slack(local: LocalSlack) -> AsyncIterator[Slack]:
    """The adapter; nothing is connected until something is posted."""
    made = platform(local)
    yield made
    await made.drain()


async def failing(slack: Slack, channel: Channel = HERE) -> PlatformError:
    """Why a post fails."""
    with pytest.raises(PlatformError) as caught:
        await slack.post(channel, PART, KEY, None)
    return caught.value


async def test_a_digest_is_posted_with_its_key_and_unfurls_nothing(local: LocalSlack, slack: Slack) -> None:
    """The message carries its key as metadata, and asks for no previews of links."""
    ref = await slack.post(HERE, PART, KEY, None)
    said = local.world.channels["C1"].messages[ref.id]
    assert said.metadata == {"event_type": "digestbot", "event_payload": {"key": KEY}}
    assert (said.arguments["unfurl_links"], said.arguments["unfurl_media"]) == (False, False)
    assert not said.thread_ts


async def test_every_rendered_view_is_taken(local: LocalSlack, slack: Slack) -> None:
    """What our templates make of every View that can be posted, Slack takes as it is."""
    renderer = Renderer([str(bundled("templates"))])
    parts = [part for view in SAMPLES for part in renderer.render(view, "slack").parts]
    posted = [await slack.post(HERE, part, KEY, None) for part in parts if "blocks" in part.payload]
    assert len(posted) > 10
    assert not local.problems


async def test_a_second_part_continues_in_the_thread(local: LocalSlack, slack: Slack) -> None:
    """A part with a parent is a reply to it, and is found there; the channel's history shows only the first."""
    first = await slack.post(HERE, PART, KEY, None)
    second = await slack.post(HERE, PART, KEY[::-1], first)
    assert local.world.channels["C1"].messages[second.id].thread_ts == first.id
    assert await slack.find(HERE, KEY[::-1], now() - LONG_AGO, first) == second
    assert await slack.find(HERE, KEY[::-1], now() - LONG_AGO) == "absent"


async def test_find_reads_every_page_and_nothing_before(local: LocalSlack, slack: Slack) -> None:
    """A message is found behind any number of others, but not where it was posted before the time asked for."""
    ref = await slack.post(HERE, PART, KEY, None)
    for n in range(450):
        local.world.say("C1", "U1", f"chat {n}")
    assert await slack.find(HERE, KEY, now() - LONG_AGO) == ref
    assert len(local.calls("conversations.history")) == 3
    assert await slack.find(HERE, KEY, now() + LONG_AGO) == "absent"


async def test_somebody_elses_metadata_is_not_ours(local: LocalSlack, slack: Slack) -> None:
    """A key in another app's metadata is no digest."""
    theirs = {"event_type": "theirs", "event_payload": {"key": KEY}}
    local.world.say("C1", "U1", "x", metadata=theirs)
    assert await slack.find(HERE, KEY, now() - LONG_AGO) == "absent"


@pytest.mark.parametrize("fault", ["drop-after", "reset-after", "500-after"])
async def test_an_answer_that_is_lost_may_have_been_sent(local: LocalSlack, slack: Slack, fault: str) -> None:
    """A lost answer is told as such, nothing is posted a second time, and the history tells what became of it."""
    local.faults.add(f"chat.postMessage #1 {fault}")
    error = await failing(slack)
    assert (error.permanent, error.sent) == (False, "perhaps")
    assert local.world.counts("key")[KEY] == 1
    assert isinstance(await slack.find(HERE, KEY, now() - LONG_AGO), MessageRef)


@pytest.mark.parametrize("fault", ["drop-before", "reset-before", "500-before"])
async def test_what_did_not_arrive_is_absent(local: LocalSlack, slack: Slack, fault: str) -> None:
    """Nobody can tell such a failure from a lost answer; the history can."""
    local.faults.add(f"chat.postMessage #1 {fault}")
    assert (await failing(slack)).sent == "perhaps"
    assert await slack.find(HERE, KEY, now() - LONG_AGO) == "absent"


async def test_a_silent_slack_is_given_up(local: LocalSlack) -> None:
    """The time-out is the session's, for one beside a session counts for nothing; what became of it nobody knows."""
    slack = platform(local, seconds=0.2)
    local.faults.add("chat.postMessage #1 hang-after")
    error = await failing(slack)
    await slack.drain()
    assert (error.permanent, error.sent) == (False, "perhaps")
    assert local.world.counts("key")[KEY] == 1


async def test_429_says_how_long_and_for_whom(local: LocalSlack, slack: Slack) -> None:
    """Slack's wait is passed on: for a post that of the channel, for a look that of the workspace."""
    local.faults.add("chat.postMessage #1 429=7\nconversations.history #1 429=9")
    error = await failing(slack)
    assert (error.permanent, error.sent, error.retry_after, error.scope) == (False, "no", 7.0, "channel")
    with pytest.raises(PlatformError) as caught:
        await slack.find(HERE, KEY, now() - LONG_AGO)
    assert (caught.value.retry_after, caught.value.scope) == (9.0, "workspace")
    assert caught.value.retry_after < LONGEST_WAIT_SECONDS


@pytest.mark.parametrize(
    ("channel", "code"),
    [("C2", "not_in_channel"), ("G2", "channel_not_found"), ("C3", "is_archived"), ("C9", "channel_not_found")],
)
async def test_a_channel_out_of_reach_is_refused_for_good(slack: Slack, channel: str, code: str) -> None:
    """Such a refusal is permanent, nothing was sent, and the words say what to do."""
    error = await failing(slack, Channel("slack", LOCAL, channel))
    assert (error.permanent, error.sent) == (True, "no")
    assert code in str(error)
    assert "/invite @digestbot" in str(error) or "Unarchive" in str(error)


async def test_blocks_that_are_refused_are_refused_for_good(local: LocalSlack, slack: Slack) -> None:
    """A payload that Slack does not take is not tried again."""
    with pytest.raises(PlatformError, match="invalid_blocks") as caught:
        await slack.post(HERE, Part({"text": "x", "blocks": [{"type": "nonsense"}]}, "x"), KEY, None)
    assert caught.value.permanent
    assert local.take_problems()


@pytest.mark.parametrize(("granted", "says"), [(False, "chat:write"), (True, "")])
async def test_a_missing_scope_is_named(local: LocalSlack, slack: Slack, granted: bool, says: str) -> None:  # noqa: FBT001 - a parameter
    """A refusal for want of a scope names it."""
    if granted:
        assert await slack.post(HERE, PART, KEY, None)
        return
    local.world.scopes.discard("chat:write")
    error = await failing(slack)
    assert error.permanent
    assert says in str(error)


async def test_a_token_that_is_not_known(local: LocalSlack) -> None:
    """A token that was revoked is refused for good, in words, and is not in them."""
    slack = platform(local, bot_token="xoxb-old-s3cret")
    error = await failing(slack)
    await slack.drain()
    assert error.permanent
    assert "SLACK_BOT_TOKEN" in str(error)
    assert "s3cret" not in f"{error!r} {error.__cause__!r} {error.__cause__}"


async def test_nobody_there_means_not_sent() -> None:
    """A connection that is refused did certainly not bring the message."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        api = Api(SecretStr("xoxb-1"), f"http://127.0.0.1:{taken.getsockname()[1]}/api/")
        slack = Slack(api, SecretStr("xapp-1"), LOCAL)
        error = await failing(slack)
        await slack.drain()
    assert (error.permanent, error.sent) == (False, "no")


@pytest.mark.parametrize("how", ["scope", "membership"])
async def test_a_history_out_of_reach_is_remembered_and_said(local: LocalSlack, slack: Slack, how: str) -> None:
    """Without scope or membership nobody can look: that is asked once, and a post in doubt says why."""
    await slack.post(HERE, PART, KEY, None)
    if how == "scope":
        local.world.scopes -= {"channels:history"}
    else:
        local.world.channels["C1"].members.discard("U0BOT")
    assert [await slack.find(HERE, KEY, now() - LONG_AGO) for _ in range(3)] == ["cannot look"] * 3
    assert len(local.calls("conversations.history")) == 1
    local.faults.add("chat.postMessage always drop-before")
    assert "cannot be looked up: " in str(await failing(slack))


async def test_a_channel_that_changed_is_looked_at_again(local: LocalSlack, slack: Slack) -> None:
    """What was known of a channel's history is forgotten when the channel changes, and when it is checked."""
    ref = await slack.post(HERE, PART, KEY, None)
    local.world.scopes -= {"channels:history"}
    assert await slack.find(HERE, KEY, now() - LONG_AGO) == "cannot look"
    local.world.scopes |= {"channels:history"}
    slack.posting.forget("C1")
    assert await slack.find(HERE, KEY, now() - LONG_AGO) == ref


async def test_an_edit_takes_the_place_and_keeps_the_key(local: LocalSlack, slack: Slack) -> None:
    """An edited message shows the new part, is found under its key, and can be gone."""
    ref = await slack.post(HERE, PART, KEY, None)
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "Better"}}]
    await slack.edit(ref, Part({"text": "Better", "mrkdwn": False, "unfurl_links": False, "blocks": blocks}, "Better"))
    assert local.world.channels["C1"].messages[ref.id].text == "Better"
    assert await slack.find(HERE, KEY, now() - LONG_AGO) == ref
    with pytest.raises(PlatformError, match="message_not_found") as gone:
        await slack.edit(MessageRef(HERE, "1.000001"), PART)
    assert gone.value.permanent


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("C1", ""),
        ("G1", ""),
        ("C2", "digestbot is not in slack:C2 (#elsewhere). Type /invite @digestbot there."),
        ("C3", "slack:C3 (#attic) is archived. Unarchive it, or unsubscribe."),
        ("G2", "Type /invite @digestbot there."),
    ],
)
async def test_a_check_says_what_is_in_the_way(local: LocalSlack, slack: Slack, channel: str, says: str) -> None:
    """Each obstacle is named with its fix, and nothing is posted."""
    found = " ".join(await slack.check(Channel("slack", LOCAL, channel)))
    assert says in found
    assert bool(says) == bool(found)
    assert not list(local.world.messages())


async def test_a_check_says_that_a_history_cannot_be_read(local: LocalSlack, slack: Slack) -> None:
    """A channel that takes digests and shows no history is in order but for that."""
    local.world.scopes -= {"groups:history"}
    assert not await slack.check(HERE)
    (found,) = await slack.check(Channel("slack", LOCAL, "G1"))
    assert "history of slack:G1 (#board) cannot be read" in found


async def test_another_workspaces_channel_is_refused(local: LocalSlack) -> None:
    """A channel of another workspace than the token's is never posted to, and a check says so."""
    slack = platform(local, workspace="acme")
    assert (await failing(slack)).permanent
    (found,) = await slack.check(Channel("slack", "acme", "C1"))
    await slack.drain()
    assert "SLACK_BOT_TOKEN is of the workspace Local (T0001), and digestbot.toml speaks of acme" in found
    assert not local.calls("chat.postMessage")


@pytest.mark.parametrize("pace", PACES, ids=lambda pace: pace.scope)
def test_paces_keep_below_what_slack_allows(pace: Pace) -> None:
    """A message a second and channel, and no more than several hundred a minute in a workspace."""
    assert 60 / pace.seconds + pace.burst <= 300
    assert pace.burst <= 10
