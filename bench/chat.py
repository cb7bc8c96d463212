"""A platform in the bench's own process: it counts, keeps to a real platform's limits, and asks for look-ups meanwhile.

Found by its dotted path, bench.chat. What it is to be stands in bench.json in the data folder; what it saw it writes to
seen-<process>.json there when it is drained.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter, time
from typing import Literal

from digestbot.errors import PlatformError
from digestbot.model import Channel, Command, MessageRef, Part
from digestbot.ports import Answer, Capabilities, Pace
from digestbot.settings import Settings

NAME = "bench.chat"
TICK = 0.005
"""Seconds between two looks at whether the loop stood still."""

LOOK_UP_EVERY = 0.1
GRACE = 0.05
"""How many seconds early a message may come without being refused: a real platform's clock ticks no finer."""

PACES = {
    "none": (),
    "slack": (
        Pace("channel", 1.0),
        Pace("workspace", 0.25, 10),
    ),  # https://docs.slack.dev/apis/web-api/rate-limits; what a workspace may get is not published
    "discord": (
        Pace("platform", 1 / 50),
        Pace("channel", 1.0, 5),
    ),  # https://discord.com/developers/docs/topics/rate-limits
}


class Chat:
    """See ports.Platform. kind: whose limits. latency: seconds a post takes. look_ups: whether it asks for them.

    watch: whether it looks at the loop, which costs more than all else while nothing is due.
    """

    name = NAME

    def __init__(self, data: Path, kind: str, latency: float, *, look_ups: bool, watch: bool) -> None:
        self.capabilities = Capabilities("slack", can_find=True, can_answer=True, paces=PACES[kind])
        self._data, self._latency = data, latency
        self._look_ups, self._watches = look_ups, watch
        self._posts: list[tuple[str, str, float]] = []
        self._free: dict[str, float] = {}
        self._refused = 0
        self._looked: list[float] = []
        self._stall = 0.0

    def templates(self, channel: Channel) -> str:  # noqa: ARG002 - as ports.Platform
        """See ports.Platform."""
        return "slack"

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:  # noqa: ARG002 - as ports.Platform
        """Take it, or refuse it as too early."""
        now = time()
        for pace in self.capabilities.paces:
            self._keep_to(pace, channel, now)
        if self._latency:
            await asyncio.sleep(self._latency)
        self._posts.append((channel.workspace, channel.id, now))
        return MessageRef(channel, key)

    async def find(
        self,
        channel: Channel,  # noqa: ARG002 - as ports.Platform
        key: str,  # noqa: ARG002 - as ports.Platform
        since: datetime,  # noqa: ARG002 - as ports.Platform
        parent: MessageRef | None = None,  # noqa: ARG002 - as ports.Platform
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """Nothing is ever in doubt here."""
        return "absent"

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Never asked: it cannot edit."""

    async def check(self, channel: Channel) -> Sequence[str]:  # noqa: ARG002 - as ports.Platform
        """See ports.Platform."""
        return ()

    async def run(self, answer: Answer) -> None:
        """Watch the loop, and look something up now and then."""
        async with asyncio.TaskGroup() as group:
            if self._watches:
                group.create_task(self._watch())
            if self._look_ups:
                group.create_task(self._ask(answer))

    async def drain(self) -> None:
        """Write down what was seen."""
        seen = {"posts": self._posts, "refused": self._refused, "looked": self._looked, "stall": self._stall}
        (self._data / f"seen-{os.getpid()}.json").write_text(json.dumps(seen), encoding="utf-8")

    def _keep_to(self, pace: Pace, channel: Channel, now: float) -> None:
        name = pace.name(channel)
        free = max(self._free.get(name, 0.0), now - pace.seconds * (pace.burst - 1))
        if free > now + GRACE:
            self._refused += 1
            raise PlatformError("Too early.", permanent=False, retry_after=free - now, scope=pace.scope)
        self._free[name] = free + pace.seconds

    async def _watch(self) -> None:
        await asyncio.sleep(1.0)  # what the start costs is another thing
        while True:
            before = perf_counter()
            await asyncio.sleep(TICK)
            self._stall = max(self._stall, perf_counter() - before - TICK)

    async def _ask(self, answer: Answer) -> None:
        words = ("open weights", "licence", "benchmark", "training data", "theme:licences", "safety")
        for n in range(1_000_000):
            await asyncio.sleep(LOOK_UP_EVERY)
            before = perf_counter()
            await answer(Command("quote", words[n % len(words)], Channel(NAME, "w1", "asked"), "U1"))
            self._looked.append(perf_counter() - before)


def connect(settings: Settings) -> Chat:
    """See platforms.connect."""
    told = json.loads((settings.data / "bench.json").read_text(encoding="utf-8"))
    return Chat(settings.data, told["kind"], told["latency"], look_ups=told["look_ups"], watch=told["watch"])
