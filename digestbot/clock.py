"""The clock: the one place that reads it. Everything else is told what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_SET = timedelta(seconds=2)
"""A clock that moved by more than this against the monotonic one was set; less is its own unsteadiness."""


def now() -> datetime:
    """The present instant, aware, in the machine's own zone."""
    return datetime.now(UTC).astimezone()  # noqa: TID251 - see above


class Clock:
    """What time it is, by the one clock that all processes of a database share, and since when that has gone steadily.

    It is the machine's own until `follow` tells of a server's; from then on it goes by that one, and nothing that
    happens to the machine's own matters. steady_since: what it showed when this process began to look at it, or saw
    that it was set. It cannot vouch for what was written down before that.
    """

    def __init__(self, wall: Callable[[], datetime] = now, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Go by these; monotonic is in seconds."""
        self._wall, self._monotonic = wall, monotonic
        self._followed = False
        self._shown, self._at = wall(), monotonic()
        self.steady_since = self._shown

    def now(self) -> datetime:
        """The present instant, aware."""
        if not self._followed:
            at, wall = self._monotonic(), self._wall()
            self._show(wall, at, off=wall - self._after(at))
        return self._after(self._monotonic())

    def follow(self, told: datetime, asked: float) -> None:
        """Go by a server's clock, which showed `told` at some moment since `asked`, of the monotonic clock."""
        at, told = self._monotonic(), told.astimezone()
        earliest, latest = self._after(asked), self._after(at)
        if not self._followed:
            self._followed, self._shown, self._at, self.steady_since = True, told, at, told
        elif not earliest <= told <= latest:  # by no more than has to be: the answer may have been long under way
            off = told - (latest if told > latest else earliest)
            self._show(latest + off, at, off)

    def _after(self, at: float) -> datetime:
        return self._shown + timedelta(seconds=at - self._at)

    def _show(self, shown: datetime, at: float, off: timedelta) -> None:
        self._shown, self._at = shown, at
        if abs(off) > _SET:
            self.steady_since = shown
