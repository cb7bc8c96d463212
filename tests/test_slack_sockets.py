"""Slack's Socket Mode as the adapter uses it: no trap of the libraries loses a command."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from servers.slack import Answer
from servers.slack import Slack as LocalSlack
from servers.slack.hub import MOST_SOCKETS
from slack_sdk.web.async_client import AsyncWebClient
from slack_seat import QUICK, Answers, platform, running, saying

from digestbot.errors import PlatformError
from digestbot.model import Command, Message
from digestbot.platforms.slack.api import LOG, Quiet
from digestbot.platforms.slack.asking import Payload
from digestbot.platforms.slack.dialogue import Reply
from digestbot.platforms.slack.once import KEPT_SECONDS, REMEMBERED_SECONDS, Once
from digestbot.platforms.slack.platform import Slack
from digestbot.platforms.slack.scopes import SCOPES, Scope
from digestbot.platforms.slack.sockets import COUNT, Timing


@pytest.fixture
async def local() -> AsyncIterator[LocalSlack]:
    """A local Slack that ends the test with what was wrong in what it got."""
    async with LocalSlack() as made:
        yield made


async def test_a_command_is_answered_in_its_ack(local: LocalSlack) -> None:
    """The answer's blocks are in the ack, privately, and nothing else is sent; auth.test is asked once in all."""
    async with running(local, answers := Answers()):
        shown = [await local.command("/quote", "stoics") for _ in range(3)]
    assert [answer.text for answer in shown] == ["quote: stoics"] * 3
    assert all(answer.blocks and answer.latency < 1 for answer in shown)
    assert len(answers.asked) == 3
    assert len(local.calls("auth.test")) == 1
    assert not local.calls("response_url")


async def test_trap_3_the_ack_waits_for_no_loop(local: LocalSlack) -> None:
    """The fastest acks take less than bolt's polling loop, 10 ms, would alone."""
    async with running(local, Answers()):
        latencies = [(await local.command("/quote", "x")).latency for _ in range(40)]
    assert min(latencies) < 0.009


async def test_trap_6_a_reset_of_one_socket_loses_nothing(local: LocalSlack) -> None:
    """While one socket is down the other one answers, and the first comes back."""
    async with running(local, Answers()):
        for _ in range(3):
            local.hub.reset(local.hub.live[0].number)
            assert (await local.command("/quote")).acked
            await local.connected(COUNT)


async def test_trap_6_a_refresh_of_one_socket_loses_nothing(local: LocalSlack) -> None:
    """Slack refreshes sockets every few hours: the other one answers in the gap."""
    async with running(local, Answers()):
        refresh = asyncio.create_task(local.hub.disconnect("refresh_requested", local.hub.live[0].number, grace=0.0))
        await local.until(lambda: len(local.hub.live) < COUNT)
        assert (await local.command("/quote")).acked
        await refresh
        await local.connected(COUNT)


async def test_trap_6_a_refresh_of_both_loses_nothing(local: LocalSlack) -> None:
    """A new connection is opened before the old one is let go, so that even a refresh of all leaves no gap."""
    async with running(local, Answers()):
        refresh = asyncio.create_task(local.hub.disconnect("refresh_requested", grace=0.3))
        answers = []
        while not refresh.done():
            answers.append(await local.command("/quote"))
            await asyncio.sleep(0.005)
        await local.until(lambda: len(local.hub.live) == COUNT)
    assert len(answers) > 10
    assert all(answer.acked for answer in answers)


async def test_trap_6_both_sockets_come_back(local: LocalSlack) -> None:
    """After a reset of both, and after a half-open line, both are there again within a few pings."""
    async with running(local, Answers()) as slack:
        local.hub.reset()
        await local.until(lambda: local.hub.opened >= 2 * COUNT and len(local.hub.live) >= COUNT)
        local.hub.half_open()
        await local.until(lambda: local.hub.opened >= 3 * COUNT)
        await local.until(lambda: [s for s in local.hub.live if not s.half_open])
        assert (await _answered(local)).acked
        await _both_up(slack)


async def _both_up(slack: Slack) -> None:
    async with asyncio.timeout(2):
        while slack.sockets_up < COUNT:  # noqa: ASYNC110 - the server is not told
            await asyncio.sleep(0.02)


async def _answered(local: LocalSlack) -> Answer:
    """The answer to a command that goes to a socket that is read."""
    local.hub.prefer = next(socket.number for socket in local.hub.live if not socket.half_open)
    return await local.command("/quote")


async def test_trap_6_a_dead_address_is_asked_for_anew(local: LocalSlack) -> None:
    """Sockets whose addresses died before they could connect are made anew, with addresses that live."""
    async with running(local, Answers()):
        asked = len(local.calls("apps.connections.open"))
        local.hub.enabled = False
        local.hub.reset()
        await local.until(lambda: len(local.calls("apps.connections.open")) >= asked + COUNT)
        await asyncio.sleep(0.05)
        local.state.tickets.addresses.clear()
        local.hub.enabled = True
        await local.connected(COUNT)
        assert (await local.command("/quote")).acked


async def test_socket_mode_turned_off_and_on_again(local: LocalSlack, caplog: pytest.LogCaptureFixture) -> None:
    """That Socket Mode was turned off is said in words, and once it is on again commands are answered."""
    async with running(local, Answers()):
        await local.hub.disconnect("link_disabled")
        await local.until(lambda: not local.hub.live)
        await asyncio.sleep(0.1)
        assert "Socket Mode was turned off" in caplog.text
        local.hub.enabled = True
        await local.connected(COUNT)
        assert (await local.command("/quote")).acked


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"app_token": "xapp-old"}, "SLACK_APP_TOKEN is not known to Slack"),
        ({"app_token": "xoxb-local"}, "SLACK_APP_TOKEN is a token of another kind"),
        ({"bot_token": "xoxb-old"}, "the bot's token is not known"),
        ({"workspace": "acme"}, "digestbot.toml speaks of acme"),
    ],
)
async def test_trap_7_what_can_never_work_is_said_at_once(local: LocalSlack, more: dict[str, str], says: str) -> None:
    """A bad token, or one of another workspace, ends the run in words; no socket tries for ever."""
    slack = platform(local, **more)
    async with asyncio.timeout(2):
        with pytest.raises(PlatformError, match=says) as caught:
            await slack.run(Answers())
    await slack.drain()
    assert caught.value.permanent
    assert not local.hub.opened


async def test_a_slack_that_is_away_is_waited_for(local: LocalSlack, caplog: pytest.LogCaptureFixture) -> None:
    """While Slack cannot be asked at the start, the run waits and says so, and then begins."""
    local.faults.add("auth.test #1 500\napps.connections.open #1 429=0.05")
    async with running(local, Answers()):
        assert (await local.command("/quote")).acked
    assert "Slack failed" in caplog.text


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
async def test_a_missing_scope_is_said_at_the_start(
    local: LocalSlack, scope: Scope, caplog: pytest.LogCaptureFixture
) -> None:
    """Each scope that the app lacks is named with what will not work; with all of them nothing is said."""
    local.world.scopes.discard(scope.name)
    async with running(local, Answers()):
        pass
    assert [line for line in caplog.messages if "lacks the scope" in line and scope.name in line]


async def test_nothing_is_said_of_an_app_in_order(local: LocalSlack, caplog: pytest.LogCaptureFixture) -> None:
    """An app with all scopes starts and stops without a complaint, by us or by the libraries."""
    async with running(local, Answers()):
        await local.command("/quote")
    assert [record.message for record in caplog.records if record.levelname != "INFO"] == []


async def slowly(seconds: float, answers: Answers) -> asyncio.Event:
    """Let every answer take so long; the event tells that one is being made."""
    working = asyncio.Event()

    async def before() -> None:
        working.set()
        await asyncio.sleep(seconds)

    answers.before = before
    return working


async def test_trap_8_what_was_accepted_is_answered_before_the_end(local: LocalSlack) -> None:
    """Draining answers every command that was accepted, and takes less than five seconds."""
    answers = Answers()
    working = await slowly(0.3, answers)
    async with running(local, answers) as slack:
        asked = [asyncio.create_task(local.command("/quote", str(n))) for n in range(20)]
        await working.wait()
        since = time.monotonic()
        await slack.drain()
        assert time.monotonic() - since < 2
    assert [answer.text for answer in await asyncio.gather(*asked)] == [f"quote: {n}" for n in range(20)]
    assert not local.hub.live


async def test_trap_8_what_is_to_follow_an_ack_follows_before_the_end(local: LocalSlack) -> None:
    """The answer to a click, which comes after its ack, arrives too."""
    button = {"type": "button", "action_id": "d1:button 1", "value": "d1:quote more", "text": _plain("More")}
    answers = Answers(
        lambda command: saying(command.text, actions=(button,) if command.text == "x" else ()), instead=True
    )
    async with running(local, answers) as slack:
        shown = (await local.command("/quote", "x")).shown
        assert shown is not None
        await slowly(0.2, answers)
        assert (await local.click(shown, label="More")).acked
        await slack.drain()
    assert shown.text == "more"


async def test_draining_ends_in_time_whatever_hangs(local: LocalSlack, caplog: pytest.LogCaptureFixture) -> None:
    """A command that is never answered keeps nobody from stopping: it is counted in the log."""
    answers = Answers()
    working = await slowly(60, answers)
    timing = replace(QUICK, drain=0.3)
    local.hub.ack_seconds = 0.1
    async with running(local, answers, timing=timing) as slack:
        task = asyncio.create_task(local.command("/quote"))
        await working.wait()
        since = time.monotonic()
        await slack.drain()
        assert time.monotonic() - since < 1.5
        await task
    assert 'problem="Commands were left unanswered." count=1' in caplog.text


async def test_draining_half_open_sockets_takes_no_longer(local: LocalSlack) -> None:
    """A line whose other end is silent is not waited for."""
    async with running(local, Answers(), timing=replace(QUICK, ping=30.0)) as slack:
        local.hub.half_open()
        since = time.monotonic()
        await slack.drain()
        assert time.monotonic() - since < 2


async def test_an_app_with_too_many_sockets_does_not_storm(local: LocalSlack) -> None:
    """Where Slack ends each new connection at once, the next is tried after a pause; with room all is well."""
    client, others = AsyncWebClient(base_url=local.api_url, token=local.world.app_token), []
    async with aiohttp.ClientSession() as session:
        for _ in range(MOST_SOCKETS):
            opened = await client.apps_connections_open(app_token=local.world.app_token)
            others.append(await session.ws_connect(opened["url"]))
        asked = len(local.calls("apps.connections.open"))
        async with running(local, Answers(), MOST_SOCKETS, timing=replace(QUICK, longest=1.5)):
            await asyncio.sleep(1)
            assert local.hub.opened == MOST_SOCKETS + COUNT
            # One for the look at the token; then one each, and no more before the pause is over.
            assert len(local.calls("apps.connections.open")) == asked + 1 + COUNT
            for one in others:
                await one.close()
            await local.until(lambda: len(local.hub.live) == COUNT, 4)
            assert (await local.command("/quote")).acked


async def test_draining_while_slack_is_away(local: LocalSlack) -> None:
    """A run that waits for Slack ends at once when it is drained, and may be drained twice."""
    local.faults.add("auth.test always 500")
    slack = platform(local)
    task = asyncio.create_task(slack.run(Answers()))
    await local.until(lambda: local.calls("auth.test"))
    await slack.drain()
    await slack.drain()
    async with asyncio.timeout(1):
        await task


async def test_trap_9_a_command_that_comes_again_is_carried_out_once(local: LocalSlack) -> None:
    """The same command on the other socket gets the same answer, and nobody is asked twice."""
    async with running(local, answers := Answers()):
        first = await local.command("/quote", "x")
        again = await local.again(first)
    assert len(answers.asked) == 1
    assert again.text == first.text == "quote: x"


async def test_trap_9_also_while_the_first_is_at_work(local: LocalSlack) -> None:
    """A command that comes again before it is answered waits for the one answer."""
    answers = Answers()
    await slowly(0.1, answers)
    local.hub.ack_seconds = 0.05
    async with running(local, answers):
        first = await local.command("/quote", "x")
        assert first.timed_out
        local.hub.ack_seconds = 3.0
        again = await local.again(first)
    assert len(answers.asked) == 1
    assert again.text == "quote: x"


async def test_once_remembers_for_as_long_as_slack_tries_again() -> None:
    """An event that comes again after five minutes is known; after ten it is forgotten, and its memory with it."""
    now, heard = [0.0], []

    async def hear(payload: Payload) -> Reply:
        heard.append(payload)
        return Reply({"text": "x"})

    once = Once(hear, lambda: now[0])
    assert (await once({"event_id": "Ev1"})).ack
    now[0] = 301.0
    assert (await once({"event_id": "Ev1"})).ack is None
    assert not once.replies
    now[0] = REMEMBERED_SECONDS + 1
    await once({"event_id": "Ev1"})
    assert len(heard) == 2
    assert len(once.seen) == 1
    assert KEPT_SECONDS < REMEMBERED_SECONDS


async def test_an_ack_whose_socket_died_reaches_the_member(local: LocalSlack) -> None:
    """A command whose socket is cut while it is answered is acked on the other one, and its answer is shown, once."""
    answers = Answers()
    async with running(local, answers, timing=replace(QUICK, ping=5.0)):

        async def before() -> None:
            local.hub.reset(local.hub.answers[-1].sockets[-1])
            await asyncio.sleep(0.05)

        answers.before = before
        answer = await local.command("/quote", "x")
        await local.until(lambda: local.calls("response_url"))
    assert answer.acked
    assert [shown.text for shown in local.world.ephemerals] == ["quote: x"]


async def test_trap_1_an_answer_by_response_url_comes_once(local: LocalSlack) -> None:
    """What follows an ack is not sent a second time when its answer is lost."""
    local.faults.add("response_url #1 drop-after")
    async with running(local, Answers(lambda _: saying("one", "two", "three"))):
        await local.command("/quote", "x")
    assert [shown.text for shown in local.world.ephemerals][:2] == ["one", "two"]
    assert Counter(shown.text for shown in local.world.ephemerals)["two"] == 1


async def test_logs_hold_no_token_no_address_and_no_traceback(
    local: LocalSlack, caplog: pytest.LogCaptureFixture
) -> None:
    """What the libraries say of lost lines becomes one line of ours, without what they would show."""
    async with running(local, Answers()):
        local.hub.enabled = False
        local.hub.reset()
        await local.until(lambda: len(local.calls("apps.connections.open")) > 2 * COUNT + 1)
        await asyncio.sleep(0.1)
        local.hub.enabled = True
        await local.connected(COUNT)
    assert not LOG.propagate  # pytest hears of it all the same
    said = "".join(f"{logging.Formatter().format(one)}\n" for one in caplog.records if one.name != LOG.name)
    assert "No connection." in said
    for secret in (local.world.app_token, local.world.bot_token, "ticket=", "Traceback"):
        assert secret not in said


def test_what_the_library_complains_of_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """A complaint is where it struck and of what kind, and the same one is not told again every few seconds."""
    quiet = Quiet()
    record = logging.LogRecord("sdk", logging.ERROR, "x.py", 1, "wss://s3cret", (), (OSError, OSError("s3cret"), None))
    for second in (0.0, 5.0, 59.0, 61.0):
        record.created = 1e9 + second
        quiet.emit(record)
    assert [one.message for one in caplog.records] == ["slack part=x.None problem=OSError"] * 2


async def test_trap_9_whatever_comes_is_acked(local: LocalSlack) -> None:
    """Unknown commands, actions, shortcuts, submissions, suggestions and events: none is left without an ack."""
    odd = {"type": "button", "action_id": "other", "value": "what?", "text": _plain("Odd")}
    select = {"type": "external_select", "action_id": "s", "placeholder": _plain("Type")}
    async with running(local, Answers(lambda _: saying("x", actions=(odd, select)))):
        acked = await local.command("/unknown")
        assert acked.shown
        blocks = acked.shown.blocks
        answers = [acked, await local.click(acked.shown, label="Odd")]
        await local.until(lambda: "older than this digestbot" in local.world.ephemerals[0].text)
        message = local.world.say("C1", "U1", "hi", blocks=blocks)
        assert await local.suggest(message, "s", "st") == []
        answers += [await local.shortcut("unknown", message), await local.event("app_mention", channel="C1", user="U1")]
        answers += [await local.open_home()]
        await local.until(lambda: len(local.world.ephemerals) == 2)
    assert all(answer.acked for answer in answers)


async def test_trap_9_a_failing_handler_still_answers(local: LocalSlack) -> None:
    """Where answering fails, the member is told, and nothing of the failure's text."""

    def fail(_: Command) -> Message:
        raise RuntimeError("secret path")

    async with running(local, Answers(fail)):
        answer = await local.command("/quote")
    assert "That failed" in answer.text
    assert "secret" not in answer.text


async def test_a_slow_answer_is_announced_and_follows(local: LocalSlack) -> None:
    """What takes too long for an ack is acked in time, and shown when it is there."""
    answers = Answers()
    await slowly(0.3, answers)
    async with running(local, answers, patience=0.1):
        answer = await local.command("/quote", "x")
        assert answer.text.startswith("One moment")
        assert answer.latency < 0.25
        await local.until(lambda: len(local.world.ephemerals) == 2)
    assert local.world.ephemerals[1].text == "quote: x"


async def test_a_storm_of_commands_loses_none(local: LocalSlack) -> None:
    """Through resets and refreshes every command that came on another line is answered, and none twice.

    An ack that was written to the line as it was cut is gone: nobody acks an ack.
    """
    local.hub.ack_seconds = 1.0
    safe: list[str] = []
    async with running(local, Answers()):
        for n in range(12):
            await local.connected(COUNT)
            number = local.hub.live[n % COUNT].number
            commands = [asyncio.create_task(local.command("/quote", f"{n}.{m}")) for m in range(5)]
            if n % 3 == 2:
                await local.hub.disconnect("refresh_requested", number, grace=0.0)
            else:
                await asyncio.sleep(0.0005 * n)
                local.hub.reset(number)
            done = await asyncio.gather(*commands)
            safe += [answer.payload["text"] for answer in done if number not in answer.sockets]
    shown = Counter(shown.text for shown in local.world.ephemerals)
    assert len(safe) > 20
    assert {f"quote: {text}" for text in safe} <= shown.keys()
    assert set(shown.values()) == {1}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def test_the_times_are_what_slack_and_operators_need() -> None:
    """Pings every two to three seconds, and a drain under five."""
    assert 2 <= Timing().ping <= 3
    assert Timing().drain < 5
