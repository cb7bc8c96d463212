"""Socket Mode: the sockets of an app, the envelopes that go out on them, and the acks that come back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - which socket gets a payload is drawn by a seed
from typing import Any

from aiohttp import WSMsgType, web
from servers.slack.api import cut
from servers.slack.state import State
from servers.slack.world import APP, Ephemeral, Message, View

MOST_SOCKETS = 10
ACK_SECONDS = 3.0


@dataclass
class Answer:
    """What became of one payload.

    latency: seconds from sending to the ack. late: acks that came after their time. sockets: where it was sent; an
    event that was delivered again has one for each time. shown: what the member sees because of the ack of a
    command. view: the modal that is open after the ack of a submission.
    """

    type: str
    payload: dict[str, Any]
    accepts: bool
    acked: bool = False
    late: int = 0
    latency: float = float("inf")
    content: dict[str, Any] | None = None
    sockets: list[int] = field(default_factory=list)
    shown: Message | Ephemeral | None = None
    view: View | None = None

    @property
    def timed_out(self) -> bool:
        """Whether the member was told that the app did not respond."""
        return not self.acked

    @property
    def text(self) -> str:
        """The ack's text."""
        return str((self.content or {}).get("text", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The ack's blocks."""
        return list((self.content or {}).get("blocks", []))

    @property
    def trigger_id(self) -> str:
        """The interaction's trigger."""
        return str(self.payload.get("trigger_id", ""))


@dataclass
class Envelope:
    """One sending of a payload: it is acked by its own id, once, or its time runs out."""

    answer: Answer
    sent_at: float
    over: asyncio.Event = field(default_factory=asyncio.Event)
    acked: bool = False


@dataclass
class Socket:
    """One connection. Half-open: Slack neither reads nor answers on it any more, and has not noticed."""

    number: int
    ws: web.WebSocketResponse
    request: web.Request
    reader: asyncio.Task[None] | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    half_open: bool = False

    @property
    def up(self) -> bool:
        """Whether payloads are sent on it."""
        line = self.request.transport
        return line is not None and not line.is_closing() and not self.ws.closed and not self.gone.is_set()


class Hub:
    """All sockets of the app. ack_seconds and retries (seconds before each redelivery of an event) may be shortened.

    prefer: the number of the socket that gets the next payloads while it is up; otherwise any one gets them.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.sockets: list[Socket] = []
        self.answers: list[Answer] = []
        self.envelopes: dict[str, Envelope] = {}
        self.opened = 0
        self.enabled = True
        self.prefer: int | None = None
        self.ack_seconds = ACK_SECONDS
        self.retries: Sequence[float] = (0.0, 60.0, 300.0)
        self.dice = Random(1)  # noqa: S311 - no secret

    @property
    def timed_out(self) -> list[Answer]:
        """The payloads that nobody acked in time."""
        return [answer for answer in self.answers if answer.timed_out]

    @property
    def live(self) -> list[Socket]:
        """The sockets that payloads may go to."""
        return [socket for socket in self.sockets if socket.up]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """One socket, from its address to its end."""
        if not self.enabled or not self.state.tickets.connect(request.query.get("ticket", "")):
            return web.Response(status=403)
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        self.opened += 1
        socket = Socket(self.opened, ws, request)
        if len(self.live) >= MOST_SOCKETS:
            await ws.send_json(_disconnect("too_many_websockets"))
            await ws.close()
            return ws
        self.sockets.append(socket)
        try:
            await self._serve(socket)
        finally:
            self.sockets.remove(socket)
            self.state.changed()
        return ws

    async def send(self, kind: str, payload: dict[str, Any], *, accepts: bool, retry: int = 0) -> Answer:
        """Send a payload on one socket and wait for its ack, or until its time is over. retry: earlier sendings."""
        answer = Answer(kind, payload, accepts)
        self.answers.append(answer)
        await self._deliver(answer, retry)
        for number, pause in enumerate(self.retries if kind == "events_api" else (), start=retry + 1):
            if answer.acked:
                break
            await asyncio.sleep(pause)
            await self._deliver(answer, number)
        return answer

    def reset(self, number: int | None = None) -> None:
        """Cut one socket, or all, with RST: no close frame, nothing."""
        for socket in self._chosen(number):
            cut(socket.request.transport, hard=True)
            socket.gone.set()

    def half_open(self, number: int | None = None) -> None:
        """Stop reading and answering on one socket, or all, without closing it."""
        for socket in self._chosen(number):
            socket.half_open = True
            if socket.reader:
                socket.reader.cancel()

    async def disconnect(self, reason: str, number: int | None = None, *, grace: float = 0.1) -> None:
        """Announce the end (`warning`, `refresh_requested`, `link_disabled`), and end the sockets after the grace."""
        chosen = self._chosen(number)
        self.enabled = reason != "link_disabled"
        for socket in chosen:
            await socket.ws.send_json(_disconnect(reason))
        await asyncio.sleep(grace)
        for socket in chosen:
            await socket.ws.close()

    def close(self) -> None:
        """The end: nothing waits any more."""
        for socket in self.sockets:
            cut(socket.request.transport, hard=False)
            socket.gone.set()
        for envelope in self.envelopes.values():
            envelope.over.set()

    def _chosen(self, number: int | None) -> list[Socket]:
        return [socket for socket in self.live if number is None or socket.number == number]

    async def _serve(self, socket: Socket) -> None:
        """Say hello, then read until the line ends; a half-open one stays until somebody cuts it."""
        await socket.ws.send_json(self._hello())
        self.state.changed()
        socket.reader = asyncio.create_task(self._read(socket))
        gone = asyncio.create_task(socket.gone.wait())
        await asyncio.wait({socket.reader, gone}, return_when=asyncio.FIRST_COMPLETED)
        if socket.half_open:
            await gone
        gone.cancel()
        socket.reader.cancel()

    async def _read(self, socket: Socket) -> None:
        async for message in socket.ws:
            if message.type == WSMsgType.TEXT:
                self._acked(json.loads(message.data))
                self.state.changed()

    def _acked(self, ack: dict[str, Any]) -> None:
        envelope = self.envelopes.get(str(ack.get("envelope_id")))
        if envelope is None or envelope.acked:
            self.state.problem(f"an ack for no envelope, or its second: {json.dumps(ack)[:100]}")
            return
        envelope.acked, answer = True, envelope.answer
        if ack.get("payload") and not answer.accepts:
            self.state.problem(f"{answer.payload.get('type', answer.type)} takes no payload in its ack")
        if envelope.over.is_set():
            answer.late += 1
            return
        answer.latency = self.state.tickets.clock() - envelope.sent_at
        answer.acked, answer.content = True, ack.get("payload") or {}
        envelope.over.set()

    async def _deliver(self, answer: Answer, retry: int) -> None:
        """To any one socket; with none, the time for an ack is over at once."""
        live = self.live
        if not live:
            return
        preferred = [socket for socket in live if socket.number == self.prefer]
        socket = preferred[0] if preferred else self.dice.choice(live)
        answer.sockets.append(socket.number)
        name, envelope = self.state.tickets.name("E"), Envelope(answer, self.state.tickets.clock())
        self.envelopes[name] = envelope
        try:
            await socket.ws.send_str(json.dumps(_body(answer, name, retry)))
            async with asyncio.timeout(self.ack_seconds):
                await envelope.over.wait()
        except (ConnectionError, TimeoutError):
            envelope.over.set()

    def _hello(self) -> dict[str, Any]:
        debug = {"host": "applink-local", "build_number": 1, "approximate_connection_time": 18_060}
        return {
            "type": "hello",
            "num_connections": len(self.live),
            "debug_info": debug,
            "connection_info": {"app_id": APP},
        }


def _body(answer: Answer, name: str, retry: int) -> dict[str, Any]:
    again = {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""} if answer.type == "events_api" else {}
    body = {"envelope_id": name, "payload": answer.payload, "accepts_response_payload": answer.accepts}
    return {"type": answer.type, **body, **again}


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-local"}}
