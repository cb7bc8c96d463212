"""A chat platform in a process of its own, which fails in every way that a real one does, and counts what it took.

    python -m crash.chat PORT_FILE LOG_FILE FAULTS TIMEOUT_SECONDS LATE DEDUPE_SECONDS SEED

It writes a line to LOG_FILE for every message that came to be: the key, the channel, the process that sent it, and when
that process began to send, when the request came in and when it became a message. The three instants are the machine's
monotonic clock, which no worker's false clock touches.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic, time

from aiohttp import web

KINDS = ("drop before", "drop after", "429", "5xx before", "5xx after", "slow", "late")
"""What befalls a post: before and after it became a message, slowly, or made a message once the client gave up."""


@dataclass
class Chat:
    """The messages, and the dice. faults: the share of posts that something befalls.

    timeout: after how many seconds the clients give up. late: after how many such time-outs a message may still come to
    be. dedupe: for how many a key makes no second message.
    """

    faults: float
    timeout: float
    late: float
    dedupe: float
    dice: Random
    log: Path
    messages: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    count: int = 0
    befell: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    async def post(self, request: web.Request) -> web.StreamResponse:
        """POST /{variant}/{channel}: one message, unless something befalls it."""
        received = monotonic()
        await request.read()
        kind = self.dice.choice(KINDS) if self.dice.random() < self.faults else ""
        self.befell[kind] += 1
        if kind == "drop before":
            return _cut(request)
        if kind == "5xx before":
            return web.Response(status=503)
        if kind == "429":
            return web.Response(status=429, headers={"Retry-After": f"{self.dice.uniform(0.1, 1) * self.timeout:.3f}"})
        if kind in {"slow", "late"}:
            least, most = (0.3, 0.8) if kind == "slow" else (1.05, self.late)
            await asyncio.sleep(self.timeout * self.dice.uniform(least, most))
        made = self._make(request, received)
        if kind == "drop after":
            return _cut(request)
        return web.json_response({"id": made}, status=502 if kind == "5xx after" else 200)

    async def find(self, request: web.Request) -> web.StreamResponse:
        """GET /{variant}/{channel}?key=&since=: the message with that key, 404 for none; fails as posts do."""
        if self.dice.random() < self.faults / 2:
            return _cut(request) if self.dice.random() < 0.5 else web.Response(status=500)
        since = float(request.query["since"])
        found = [made for at, made in self.messages.get(request.query["key"], ()) if at >= since]
        return web.json_response({"id": found[0]}) if found else web.Response(status=404)

    async def tally(self, _: web.Request) -> web.StreamResponse:
        """GET /: how many messages there are, of how many keys, and what befell the posts; writes the log, too."""
        self.write()
        return web.json_response({"messages": self.count, "keys": len(self.messages), "befell": dict(self.befell)})

    async def calm(self, _: web.Request) -> web.StreamResponse:
        """POST /calm: from now on all goes well."""
        self.faults = 0
        return web.Response()

    def write(self) -> None:
        """Bring the log up to date."""
        with self.log.open("a", encoding="ascii") as file:
            file.writelines(self.lines)
        self.lines.clear()

    def _make(self, request: web.Request, received: float) -> str:
        key, now = request.headers["X-Key"], time()
        there = self.messages.setdefault(key, [])
        if there and request.match_info["variant"] == "keyed" and now - there[-1][0] < self.dedupe:
            return there[-1][1]
        self.count += 1
        there.append((now, str(self.count)))
        sent = f"{request.headers['X-Worker']} {request.headers['X-Began']} {received:.3f} {monotonic():.3f}"
        where = f"{request.match_info['variant']}/{request.match_info['channel']}"
        self.lines.append(f"{key} {where} {sent}\n")
        return there[-1][1]


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def serve(chat: Chat, port_file: Path) -> None:
    """Serve until SIGTERM; the port stands in `port_file` once all is ready."""
    app = web.Application()
    app.router.add_get("/", chat.tally)
    app.router.add_post("/calm", chat.calm)
    app.router.add_post("/{variant}/{channel}", chat.post)
    app.router.add_get("/{variant}/{channel}", chat.find)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ready = port_file.with_suffix(".new")
    ready.write_text(str(runner.addresses[0][1]), encoding="ascii")
    ready.rename(port_file)
    await stop.wait()
    chat.write()
    await runner.cleanup()


if __name__ == "__main__":
    _port, _log, _faults, _timeout, _late, _dedupe, _seed = sys.argv[1:]
    _chat = Chat(float(_faults), float(_timeout), float(_late), float(_dedupe), Random(int(_seed)), Path(_log))
    asyncio.run(serve(_chat, Path(_port)))
