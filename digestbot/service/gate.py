"""The gate: how far apart this process sends, measured where it sends.

The store gives each message a place within a platform's paces. Between that place and the post lie a commit and a busy
loop, so that two messages a second apart would now and then leave closer together than the platform allows.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def place(self, channel: Channel, paces: Sequence[Pace], now: float) -> float:
        """Take the next place that conforms to all of them; how many seconds after `now` it is."""
        names = [(pace, pace.name(channel)) for pace in paces]
        free = [self.arrival.get(name, now) - pace.seconds * (pace.burst - 1) - TOLERANCE for pace, name in names]
        at = max([now, *free])
        for pace, name in names:
            self.arrival[name] = max(at, self.arrival.get(name, at)) + pace.seconds
        if len(self.arrival) > _MANY:
            self.arrival = {name: there for name, there in self.arrival.items() if there > now}
        return at - now
