"""What all parts of the server share: the world, what is out, what went wrong, and waiting for what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from servers.slack.checks import Finding
from servers.slack.faults import Faults
from servers.slack.tickets import Tickets
from servers.slack.world import Refused, World


@dataclass(frozen=True)
class Call:
    """One request that came in, and what it got: `ok`, Slack's name for an error, or the fault it met."""

    method: str
    arguments: dict[str, Any]
    outcome: str
    at: float


@dataclass
class State:
    """problems: what nobody should send, and what Slack refused. allowed: mentions that messages may hold.

    sender: of the call that takes effect at this moment, and when it came in; see Message.
    """

    world: World
    faults: Faults = field(default_factory=Faults)
    tickets: Tickets = field(default_factory=Tickets)
    problems: list[str] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    paced: dict[str, float] = field(default_factory=dict)
    base: str = ""
    sender: tuple[str, float] = ("", 0.0)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: list[asyncio.Event] = field(default_factory=list)

    def judge(self, where: str, findings: Iterable[Finding]) -> None:
        """Keep what was found wrong; refuse what Slack would refuse."""
        found = list(findings)
        self.problems.extend(f"{where}: {finding.text}" for finding in found)
        error = next((finding.error for finding in found if finding.error), "")
        if error:
            raise Refused(error)

    def problem(self, text: str) -> None:
        """Keep something that nobody should do."""
        self.problems.append(text)

    def changed(self) -> None:
        """Something happened: whoever waits looks again."""
        for event in self._waiting:
            event.set()

    async def until(self, there: Callable[[], Any], seconds: float = 2.0) -> Any:
        """What `there` gives as soon as it gives something; AssertionError when it gives nothing in time."""
        event = asyncio.Event()
        self._waiting.append(event)
        try:
            async with asyncio.timeout(seconds):
                while not (found := there()):
                    await event.wait()
                    event.clear()
        except TimeoutError:
            raise AssertionError(f"not within {seconds} s") from None
        finally:
            self._waiting.remove(event)
        return found
