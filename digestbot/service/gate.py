"""The gate: how far apart this process sends, measured where it sends.

The store gives each message a place within a platform's paces. Between that place and the post lie a commit and a busy
loop, so that two messages a second apart would now and then leave closer together than the platform allows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from digestbot.model import Channel
from digestbot.ports import Pace

TOLERANCE = 0.01
"""Seconds that a message may be early: timers are late by a little, which would add up."""

_MANY = 4096


@dataclass(slots=True)
class Gate:
    """The generic cell rate algorithm, as in store/pacing.py, over what one process sends.

    arrival: by `Pace.name`, the monotonic second at which the next message conforms without a burst.
    """

    arrival: dict[str, float] = field(default_factory=dict)

    async def open(
        self,
        channel: Channel,
        paces: Sequence[Pace],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Wait until a message may be sent, which it has to be at once."""
        while (early := self.wait(channel, paces, monotonic())) > 0:
            await sleep(early)

    def wait(self, channel: Channel, paces: Sequence[Pace], now: float) -> float:
        """Seconds until a message conforms to all of them; at 0 it is taken for sent, and else to be asked again then.

        A place that was given out before the wait would be used later than it says, and the next one too soon after it.
        """
        names = [(pace, pace.name(channel)) for pace in paces]
        free = [self.arrival.get(name, now) - pace.seconds * (pace.burst - 1) - TOLERANCE for pace, name in names]
        if (early := max([now, *free]) - now) > 0:
            return early
        for pace, name in names:
            self.arrival[name] = max(now, self.arrival.get(name, now)) + pace.seconds
        if len(self.arrival) > _MANY:
            self.arrival = {name: there for name, there in self.arrival.items() if there > now}
        return 0.0
