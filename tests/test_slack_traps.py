"""The traps of slack_bolt and slack_sdk: each shown with what they do by default, and avoided."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from servers.slack import Answer, Slack
from servers.slack.clients import (
    KEYED,
    bolt,
    client,
    error,
    handler,
    online,
    quoting,
)
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.response import BoltResponse
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A local Slack that ends the test with what was wrong in what it got."""
    async with Slack() as made:
        yield made


@pytest.mark.parametrize(("handlers", "messages"), [("default", 2), ("none", 1)])
async def test_trap_1_a_silent_retry_doubles(slack: Slack, handlers: str, messages: int) -> None:
    """The default client posts again when the answer is lost, and says ok; without handlers it says what it knows."""
    slack.faults.add("chat.postMessage #1 drop-after")
    if handlers == "default":
        hasty: list[AsyncRetryHandler] = AsyncWebClient().retry_handlers
        assert [type(one) for one in hasty] == [AsyncConnectionErrorRetryHandler]
        # The same handler, without its pause of up to 1.5 s.
        hasty = [AsyncConnectionErrorRetryHandler(interval_calculator=FixedValueRetryIntervalCalculator(0.01))]
        assert (await client(slack, retry_handlers=hasty).chat_postMessage(channel="C1", **KEYED))["ok"]
    else:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client(slack).chat_postMessage(channel="C1", **KEYED)
    assert slack.world.counts("delivery_id")["d1"] == messages


async def test_trap_1_respond_retries_too(slack: Slack) -> None:
    """`respond()` makes a client with the same handlers, and cannot be told otherwise; a webhook client of ours can."""
    url = f"{slack.base}/response/{slack.state.tickets.response('U1', 'C1')}"
    assert AsyncWebhookClient(url).retry_handlers
    slack.faults.add("response_url #1 drop-after")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await AsyncWebhookClient(url, retry_handlers=[]).send(text="once", response_type="in_channel")
    assert [message.text for message in slack.world.messages()] == ["once"]


async def test_trap_2_a_timeout_beside_a_session_is_ignored(slack: Slack) -> None:
    """`timeout=` does nothing beside `session=`; the session's own timeout does."""
    slack.faults.add("auth.test always slow=0.25")
    async with aiohttp.ClientSession() as session:
        assert (await client(slack, session=session, timeout=0.05).auth_test())["ok"]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as session:
        with pytest.raises(TimeoutError):
            await client(slack, session=session).auth_test()


@pytest.mark.parametrize(("before", "least", "most"), [(False, 0.009, 1.0), (True, 0.0, 0.009)])
async def test_trap_3_the_ack_waits_for_a_polling_loop(slack: Slack, before: bool, least: float, most: float) -> None:  # noqa: FBT001 - a parameter
    """An ack waits for a loop of 10 ms unless the handler is awaited."""
    async with online(slack, quoting(slack, process_before_response=before)):
        await slack.command("/quote")
        latencies = sorted([(await slack.command("/quote")).latency for _ in range(21)])
    assert least < latencies[0] if least else latencies[0] < most


async def test_trap_6_a_reset_makes_deaf(slack: Slack) -> None:
    """After a reset one client hears nothing until its next ping; of two, the other one answers at once."""
    app = quoting(slack)
    async with online(slack, app, ping=0.4):
        slack.hub.reset()
        since = time.monotonic()
        assert (await slack.command("/quote")).timed_out
        await slack.until(lambda: slack.hub.opened == 2)
        assert time.monotonic() - since > 0.1
    opened = slack.hub.opened
    async with online(slack, app, sockets=2, ping=0.4):
        slack.hub.reset(opened + 1)
        assert (await slack.command("/quote")).acked


async def test_trap_6_a_dead_address_is_tried_for_ever(slack: Slack) -> None:
    """A client whose address died before it could connect asks for no other one, unless the old one is taken away."""
    async with online(slack, quoting(slack), ping=0.1) as (one,):
        asked = len(slack.calls("apps.connections.open"))
        slack.hub.enabled = False
        slack.hub.reset()
        await slack.until(lambda: len(slack.calls("apps.connections.open")) > asked)
        asked = len(slack.calls("apps.connections.open"))
        slack.state.tickets.addresses.clear()
        slack.hub.enabled = True
        await asyncio.sleep(0.5)
        assert not slack.hub.live
        assert len(slack.calls("apps.connections.open")) == asked
        one.client.wss_uri = None
        await slack.connected()
        assert (await slack.command("/quote")).acked


async def test_trap_7_a_bad_app_token_never_fails(slack: Slack) -> None:
    """A socket with a bad token tries for ever and says nothing; asking for an address says it at once."""
    one = handler(quoting(slack), slack, ping=0.02, token="xapp-old")
    connecting = asyncio.create_task(one.connect_async())
    await slack.until(lambda: len(slack.calls("apps.connections.open")) > 3)
    assert not connecting.done()
    await one.close_async()
    await connecting
    assert await error(client(slack).apps_connections_open(app_token="xapp-old")) == "invalid_auth"


Stop = Callable[[AsyncSocketModeHandler, set[asyncio.Task[Any]]], Awaitable[None]]


async def _in_flight(slack: Slack, stop: Stop) -> Answer:
    """A command whose handler is at work when the socket is stopped."""
    working = asyncio.Event()
    slack.hub.ack_seconds = 0.5

    async def work() -> None:
        working.set()
        await asyncio.sleep(0.1)

    one = handler(quoting(slack, work), slack)
    at_work = tracked(one)
    await one.connect_async()
    await slack.connected()
    asked = asyncio.create_task(slack.command("/quote"))
    await working.wait()
    await stop(one, at_work)
    answer = await asked
    await asyncio.gather(*at_work)
    return answer


def tracked(one: AsyncSocketModeHandler) -> set[asyncio.Task[Any]]:
    """The requests at work on a socket, through its public list of listeners."""
    at_work: set[asyncio.Task[Any]] = set()

    async def handle(socket: Any, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        assert task
        at_work.add(task)
        task.add_done_callback(at_work.discard)
        await one.handle(socket, request)

    one.client.socket_mode_request_listeners[:] = [handle]
    return at_work


async def test_trap_8_closing_drops_what_is_in_flight(slack: Slack) -> None:
    """Closing a socket leaves an accepted command unanswered; waiting for it first does not."""
    assert (await _in_flight(slack, lambda one, _: one.close_async())).timed_out

    async def drain(one: AsyncSocketModeHandler, at_work: set[asyncio.Task[Any]]) -> None:
        assert one.client.message_receiver
        one.client.message_receiver.cancel()  # nothing new is read
        while not one.client.message_queue.empty():  # noqa: ASYNC110 - the queue tells nobody
            await asyncio.sleep(0)
        await asyncio.gather(*at_work)
        await one.close_async()

    assert (await _in_flight(slack, drain)).acked


@pytest.mark.parametrize(("sockets", "answered"), [(1, False), (2, True)])
async def test_trap_6_a_refresh_leaves_a_gap(slack: Slack, sockets: int, answered: bool) -> None:  # noqa: FBT001 - a parameter
    """A socket that is refreshed is closed before the next one opens; of two, the other one answers meanwhile."""
    async with online(slack, quoting(slack), sockets=sockets):
        refresh = asyncio.create_task(slack.hub.disconnect("refresh_requested", 1, grace=0.0))
        await slack.until(lambda: len(slack.hub.live) < sockets)
        assert (await slack.command("/quote")).acked == answered
        await refresh
        await slack.until(lambda: len(slack.hub.live) == sockets)


@pytest.mark.parametrize("defended", [False, True])
async def test_trap_9_what_nobody_handles_is_not_answered(slack: Slack, defended: bool) -> None:  # noqa: FBT001 - a parameter
    """A command without a handler, or whose handler fails, times out; a catch-all and an error handler answer both."""
    app = bolt(slack)
    slack.hub.ack_seconds = 3.0 if defended else 0.1

    @app.command("/quote")
    async def broken(ack: Any) -> None:  # noqa: ARG001 - fails before it
        raise RuntimeError("no library")

    if defended:

        @app.command(re.compile(".*"))
        async def anything(ack: Any) -> None:
            await ack("I do not know that command.")

        @app.error
        async def failed(error: Exception) -> BoltResponse:  # noqa: ARG001 - goes into a log
            return BoltResponse(status=200, body="Something went wrong.")

    async with online(slack, app):
        answers = [await slack.command("/other"), await slack.command("/quote")]
    assert [answer.acked for answer in answers] == [defended, defended]
    if defended:
        assert [answer.text for answer in answers] == ["I do not know that command.", "Something went wrong."]


async def test_trap_9_nothing_is_deduped(slack: Slack) -> None:
    """An event that comes again runs its handler again; its event_id tells."""
    app, got = bolt(slack), []
    slack.hub.ack_seconds, slack.hub.retries = 0.03, (0.0,)

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any]) -> None:
        got.append(body["event_id"])
        await asyncio.sleep(0.06)

    async with online(slack, app):
        await slack.event("app_mention", channel="C1", user="U1", text="hi")
        await asyncio.sleep(0.1)
    assert len(got) == 2
    assert len(set(got)) == 1


async def test_trap_9_nor_is_a_command_that_comes_again(slack: Slack) -> None:
    """A command that is delivered twice is handled twice; its trigger_id tells."""
    app, got = bolt(slack), []

    @app.command("/quote")
    async def quote(ack: Any, body: dict[str, Any]) -> None:
        got.append(body["trigger_id"])
        await ack("Once")

    async with online(slack, app, sockets=2):
        await slack.again(await slack.command("/quote"))
    assert len(got) == 2
    assert len(set(got)) == 1


async def test_trap_12_a_misspelt_argument_passes_in_silence(slack: Slack) -> None:
    """The SDK sends what it does not know; this server tells."""
    assert (
        await client(slack).chat_update(channel="C1", ts=slack.world.say("C1", "U0BOT", "x").ts, text="y", metdata={})
    )["ok"]
    assert slack.take_problems() == ["chat.update has no argument 'metdata'"]
