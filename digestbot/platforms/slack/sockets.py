"""Socket Mode: two sockets, so that one answers while the other is lost or refreshed, and neither is lost for good."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from digestbot import telemetry
from digestbot.errors import PlatformError, origin
from digestbot.platforms.slack.api import LOG
from digestbot.platforms.slack.asking import Payload
from digestbot.platforms.slack.dialogue import Reply

COUNT = 2

LOOK_SECONDS = 0.1
"""How often a connection is looked at: a lost one makes deaf for no longer."""

TURNED_OFF = "Socket Mode was turned off: turn it on, on the app's page Socket Mode."

_LOST = (ConnectionError, aiohttp.ClientError, RuntimeError)
"""What a socket that is gone raises when it is written to."""

ELSEWHERE_SECONDS = 1.0
"""How long another connection is looked for to ack on; after three seconds Slack wants no ack any more."""

Hear = Callable[[Payload], Awaitable[Reply]]
Session = aiohttp.ClientWebSocketResponse | None
"""A connection of a socket's client, which takes a new one now and then."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that sockets wait.

    ping: between pings; a silent line is noticed after one or two. patience: how long a connection may take to open, or
    the next one to take its place. longest: between two tries. off: before the next try after Socket Mode was turned
    off. reading: how long a connection that is let go still takes commands, if it never comes to rest. drain: all of
    draining.
    """

    ping: float = 2.0
    patience: float = 10.0
    longest: float = 30.0
    off: float = 60.0
    reading: float = 1.0
    drain: float = 4.5


class Client(SocketModeClient):
    """The library's client for one connection, which says when that ends instead of connecting again by itself.

    By itself it closes the old connection before it opens the next one, and does that twice when it is told to refresh,
    with what was on the line in between lost; and it tries a dead address for ever.
    """

    def __init__(self, token: SecretStr, web_client: AsyncWebClient, ping: float) -> None:
        super().__init__(token.get_secret_value(), logger=LOG, web_client=web_client, ping_interval=ping)
        self.ended = asyncio.Event()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - its own
        """The library asks for another connection: after a reset, a missed ping, or because Slack said so."""
        self.ended.set()


@dataclass(slots=True)
class Line:
    """One connection. at_work: the requests that came on it. turned_off: Slack said that Socket Mode is off."""

    sockets: Sockets
    client: Client
    at_work: set[asyncio.Task[Any]] = field(default_factory=set)
    turned_off: bool = False

    @property
    def up(self) -> bool:
        """Whether it stands, as far as anybody knows."""
        session = self.client.current_session
        return session is not None and not session.closed and not self.client.stale

    async def connect(self) -> bool:
        """Connect, for as long as it is worth while; whether it did."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.client.connect(), self.sockets.timing.patience)  # type: ignore[no-untyped-call]
        return self.up

    async def end(self) -> None:
        """Wait until the connection is lost, or Slack wants it to end. The library looks only at every ping."""
        while self.up and not self.client.ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.client.ended.wait(), LOOK_SECONDS)

    async def message(self, message: aiohttp.WSMessage) -> None:
        """Look at each message for the one that says that Socket Mode was turned off."""
        if '"link_disabled"' in str(message.data) and json.loads(message.data).get("type") == "disconnect":
            self.turned_off = True

    async def request(self, _: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Answer one request; the library holds on to none of them."""
        task = asyncio.ensure_future(self.sockets.answer(self, self.client.current_session, request))
        for at_work in (self.at_work, self.sockets.at_work):
            at_work.add(task)
            task.add_done_callback(at_work.discard)

    async def send(self, text: str, session: Session) -> bool:
        """Send a text on one of its connections, if that still stands."""
        if session is None or session.closed:
            return False
        try:
            await session.send_str(text)
        except _LOST:
            return False
        return True

    async def rest(self, until: float) -> None:
        """Come to rest: read on until nothing is at work, or for a while, then read no more and finish."""
        reading = min(until, time.monotonic() + self.sockets.timing.reading)
        while await self._busy() and time.monotonic() < reading:  # noqa: ASYNC110 - the library's queue tells nobody
            await asyncio.sleep(0.005)
        if self.client.message_receiver is not None:
            self.client.message_receiver.cancel()
        while await self._busy() and time.monotonic() < until:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        """Close the socket, even one whose other end is silent."""
        self.client.closed = True
        with suppress(TimeoutError, *_LOST):
            await asyncio.wait_for(self.client.disconnect(), 0.3)  # type: ignore[no-untyped-call]
        with suppress(*_LOST):
            await self.client.close()  # type: ignore[no-untyped-call]
        await asyncio.sleep(0)

    async def _busy(self) -> bool:
        """Whether anything is read, queued or at work; a request is in none of these for a turn of the loop or two."""
        for _ in range(3):
            if self.at_work or not self.client.message_queue.empty():
                return True
            await asyncio.sleep(0)
        return False


class Sockets:
    """All sockets of one app token. hear: gives the reply to a payload, and never raises.

    at_work: the requests of all sockets, those that were given up included.
    """

    def __init__(self, client: AsyncWebClient, token: SecretStr, hear: Hear, timing: Timing) -> None:
        self.timing = timing
        self.lines: list[Line] = []
        self.at_work: set[asyncio.Task[Any]] = set()
        self._client = client
        self._token = token
        self._hear = hear
        self._keepers: list[asyncio.Task[None]] = []
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def up(self) -> int:
        """How many are connected."""
        return self._fresh()

    def open(self) -> None:
        """Open them, and keep them open."""
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(COUNT)]

    async def close(self) -> None:
        """Answer what was accepted, then close: in `Timing.drain` seconds at the most."""
        until = time.monotonic() + self.timing.drain
        await _cancelled([*self._keepers, *self._retiring])
        await asyncio.gather(*(line.rest(until) for line in self.lines))
        if self.at_work:
            await asyncio.wait(self.at_work, timeout=max(0.0, until - time.monotonic()))
        if self.at_work:
            telemetry.event("slack", failed=True, problem="Commands were left unanswered.", count=len(self.at_work))
            await _cancelled([*self.at_work])
        await asyncio.gather(*(line.close() for line in self.lines))
        self.lines.clear()

    async def answer(self, line: Line, session: Session, request: SocketModeRequest) -> None:
        """Hear a request's payload, ack it, and do what remains. session: the connection that it came on."""
        reply = await self._hear(request.payload)
        try:
            if not await line.send(_ack(request, reply.ack), session):
                await self._ack_elsewhere(request, reply)
            if reply.then is not None:
                await reply.then()
        except PlatformError as error:
            telemetry.event("answer", failed=True, problem=error)
        except Exception as error:  # noqa: BLE001 - one answer's fault stops no other
            telemetry.event("answer", failed=True, problem=origin(error))

    async def _ack_elsewhere(self, request: SocketModeRequest, reply: Reply) -> None:
        """Ack on any connection, soon, for the one that it came on is lost; the content takes its own way, if it can.

        Slack does not say whether it takes an ack on another connection. The content arrives in either case, and once.
        """
        if reply.otherwise is not None:
            await reply.otherwise()
        bare, until = _ack(request, None if reply.otherwise else reply.ack), time.monotonic() + ELSEWHERE_SECONDS
        while time.monotonic() < until:
            for line in self.lines:
                if await line.send(bare, line.client.current_session):
                    return
            await asyncio.sleep(0.02)

    async def _keep(self) -> None:
        """Keep one connection open until cancelled; then it stays as it is, for `close`."""
        failures = 0
        while True:
            line = self._made()
            self.lines.append(line)
            since = time.monotonic()
            if await line.connect():
                await line.end()
            # One that ends at once is a failure too: Slack does that to an app with too many sockets.
            lasted = line.client.current_session is not None and time.monotonic() - since > self.timing.ping
            failures = 0 if lasted else failures + 1
            self._retire(line)
            if line.turned_off:
                telemetry.event("slack", failed=True, problem=TURNED_OFF)
                await asyncio.sleep(self.timing.off)
            elif failures:
                telemetry.event("slack", failed=True, problem="No connection.", failures=failures)
                await asyncio.sleep(min(self.timing.longest, 2.0**failures))

    def _retire(self, line: Line) -> None:
        """Let a connection go: one that still stands is read until another one has taken its place."""

        async def retire() -> None:
            until = time.monotonic() + self.timing.patience
            while line.up and self._fresh() < COUNT and time.monotonic() < until:  # noqa: ASYNC110 - no event for it
                await asyncio.sleep(LOOK_SECONDS / 10)
            await line.rest(time.monotonic() + self.timing.drain)
            await line.close()
            self.lines.remove(line)

        task = asyncio.create_task(retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    def _fresh(self) -> int:
        return sum(line.up and not line.client.ended.is_set() for line in self.lines)

    def _made(self) -> Line:
        line = Line(self, Client(self._token, self._client, self.timing.ping))
        line.client.socket_mode_request_listeners.append(line.request)
        line.client.on_message_listeners.append(line.message)
        return line


def _ack(request: SocketModeRequest, content: Mapping[str, Any] | None) -> str:
    return json.dumps({"envelope_id": request.envelope_id, **({"payload": content} if content else {})})


async def _cancelled(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
