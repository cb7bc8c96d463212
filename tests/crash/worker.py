"""`digestbot run` as it is, but in a hurry: all of the engine's times are divided by CRASH_SCALE.

With CRASH_ENGINE_ONLY each digest is one canned message, so that neither picking nor rendering is measured.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import ModuleType

import aiohttp

from digestbot import app, clockwork
from digestbot.__main__ import main
from digestbot.model import Delivery, Message, Part
from digestbot.platforms.slack import api, platform
from digestbot.service.composing import Composer
from digestbot.store import claiming

LOADED = (app, clockwork, claiming, api, platform)
"""With these all rooms are imported that hold a time."""

SHRUNK = (
    "LEASE_SECONDS", "LEASE", "FRESH_SECONDS", "DEDUPE_MARGIN", "LONGEST_PAUSE",
    "FIRST_RETRY", "LONGEST_RETRY", "SETTLE", "FIRST_LOOK", "LOOKS", "BLIND_AFTER",
    "HEARTBEAT_SECONDS", "LONGEST_SECONDS", "HORIZON",
)  # fmt: skip
"""The names of our own constants that hold times, in whatever room they are or were imported to."""

Times = float | timedelta | tuple[timedelta, ...]


def shrink(scale: float) -> None:
    """Divide them all; raises KeyError for one that is nowhere, for it was renamed."""
    rooms = [room for name, room in sys.modules.items() if name.split(".")[0] == "digestbot"]
    for name in SHRUNK:
        found = [room for room in rooms if hasattr(room, name)]
        if not found:
            raise KeyError(name)
        for room in found:
            _divide(room, name, scale)


def _divide(room: ModuleType, name: str, scale: float) -> None:
    value: Times = getattr(room, name)
    setattr(room, name, tuple(one / scale for one in value) if isinstance(value, tuple) else value / scale)


def shrink_slack(scale: float) -> None:
    """Divide the paces and the time-out of Slack, too."""
    able = platform.Slack.capabilities
    paces = tuple(replace(pace, seconds=pace.seconds / scale) for pace in able.paces)
    platform.Slack.capabilities = replace(able, paces=paces)
    api.Api = partial(api.Api, seconds=api.TIMEOUT_SECONDS / scale)  # type: ignore[misc,assignment] # as it is connected


def signed(session: Callable[[api.Api], aiohttp.ClientSession]) -> Callable[[api.Api], aiohttp.ClientSession]:
    """Sessions of the Web API whose requests say which process sends them, and since when."""

    async def sign(_: object, __: object, request: aiohttp.TraceRequestStartParams) -> None:
        request.headers["X-Sender"] = f"{os.getpid()} {time.monotonic():.3f}"

    def made(self: api.Api) -> aiohttp.ClientSession:
        opened, trace = session(self), aiohttp.TraceConfig()
        trace.on_request_start.append(sign)
        trace.freeze()
        opened.trace_configs.append(trace)
        return opened

    return made


@dataclass(frozen=True, slots=True)
class Canned:
    """What of a Curated the service asks for."""

    theme: str = "all"
    picked: tuple[()] = ()
    warning: str = ""


async def canned(self: Composer, delivery: Delivery, templates: str, now: datetime) -> tuple[Canned, Message]:  # noqa: ARG001 - stands in for Composer.compose
    """The same message each time."""
    text = f"What {delivery.id} would have said"
    return Canned(), Message((Part({"text": text}, text),))


if __name__ == "__main__":
    shrink(float(os.environ["CRASH_SCALE"]))
    api.Api._session = signed(api.Api._session)  # type: ignore[method-assign] # noqa: SLF001 - the verdict asks who sent what
    shrink_slack(float(os.environ["CRASH_SCALE"]))
    clockwork.MOST_IN_FLIGHT = int(os.environ["CRASH_IN_FLIGHT"])
    clockwork.ROOM = min(clockwork.ROOM, clockwork.MOST_IN_FLIGHT // 4)
    if os.environ["CRASH_ENGINE_ONLY"]:
        Composer.compose = canned  # type: ignore[method-assign,assignment] # nothing else is to be measured
    sys.argv[1:] = ["run"]
    main()
