"""The local Slack in a process of its own, as the chat of a crash run: it fails, and logs as crash.chat does.

    python -m crash.workspace PORT_FILE LOG_FILE FAULTS TIMEOUT_SECONDS LATE DEDUPE_SECONDS SEED [blind]

Blind, its app was granted no scope to read a history with. It keeps to Slack's limit of a message a second and channel;
its second is divided by CRASH_SCALE, as all times of a crash run are.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, time

from aiohttp import web
from servers.slack import Channel, Message, Slack, World
from servers.slack.control import Control
from servers.slack.world import BOT

CHANNELS = 200
"""Channels that the app is in, C0 and so on."""

KEY = "key"
"""What our messages' metadata have their key under."""

POSTS = ("drop-before", "drop-after", "429={wait}", "500-before", "500-after", "reset-before", "reset-after",
         "slow={slow}", "slow={late}", "hang-after")  # fmt: skip
"""What befalls a post; slow beyond its time-out, it becomes a message once the client gave up."""

LOOKS = ("drop-before", "500-before", "429={wait}")
"""What befalls a look into a history, half as often."""


def rules(share: float, timeout: float, late: float) -> str:
    """The faults, in the words of servers.slack.faults, that strike this share of the posts in all."""
    told = {"wait": 0.5 * timeout, "slow": 0.6 * timeout, "late": late * timeout}
    return "\n".join(
        [*_spread("chat.postMessage", POSTS, share), *_spread("conversations.*", LOOKS, share / 2)]
    ).format(**told)


def _spread(method: str, kinds: tuple[str, ...], share: float) -> Iterator[str]:
    """A rule each. Each draws by itself and the first one that strikes counts, so each has the root of what is left."""
    each = 100 * (1 - (1 - share) ** (1 / len(kinds)))
    return (f"{method} {each:.4f}% {kind}" for kind in kinds)


def world(*, blind: bool) -> World:
    """A workspace with our channels."""
    made = World.small()
    made.channels |= {f"C{n}": Channel(f"C{n}", f"team-{n}", {BOT, "U1"}) for n in range(CHANNELS)}
    if blind:
        made.scopes = {scope for scope in made.scopes if not scope.endswith(":history")}
    return made


class Chat:
    """What crash.run asks of a chat, on top of a local Slack."""

    def __init__(self, slack: Slack, log: Path) -> None:
        self.slack = slack
        self._log = log

    async def tally(self, request: web.Request) -> web.Response:
        """GET /: how many messages there are, of how many keys, what befell the posts, and what nobody should send.

        With ?log it writes the log, too.
        """
        if "log" in request.query:
            self.write()
        counts = self.slack.world.counts(KEY)
        befell: Counter[str] = Counter()
        for name, count in self.slack.faults.struck.items():
            method, kind = name.split()
            befell[kind if method == "chat.postMessage" else f"{kind} (look)"] += count
        told = {"messages": counts.total(), "keys": len(counts), "befell": befell, "problems": self.slack.problems[:20]}
        return web.json_response(told)

    def write(self) -> None:
        """Write the log anew."""
        ahead = time() - monotonic()
        lines = [_line(message, ahead) for message in self.slack.world.messages() if message.metadata]
        self._log.write_text("".join(lines), encoding="ascii")


def _line(message: Message, ahead: float) -> str:
    """As crash.verdict reads it. ahead: of the wall clock before the monotonic one."""
    key = (message.metadata or {})["event_payload"][KEY]
    return f"{key} slack/{message.channel} {message.sender} {message.received:.3f} {float(message.ts) - ahead:.3f}\n"


async def serve(slack: Slack, log: Path, port_file: Path) -> None:
    """Serve until SIGTERM; the port stands in `port_file` once all is ready."""
    chat, stop = Chat(slack, log), asyncio.Event()
    await slack.start(*Control(slack).routes, web.get("/", chat.tally))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ready = port_file.with_suffix(".new")
    ready.write_text(str(slack.port), encoding="ascii")
    ready.rename(port_file)
    await stop.wait()
    chat.write()
    await slack.stop()


if __name__ == "__main__":
    _port, _log, _faults, _timeout, _late, _dedupe, _seed, *_blind = sys.argv[1:]
    _slack = Slack(world(blind=bool(_blind)))
    _slack.world.posts_a_second = float(os.environ["CRASH_SCALE"])
    _slack.faults.clear(int(_seed))
    _slack.faults.add(rules(float(_faults), float(_timeout), float(_late)))
    asyncio.run(serve(_slack, Path(_log), Path(_port)))
