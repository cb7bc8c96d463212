"""When an attempt is made again, and when a part in doubt is looked for. Pure: the jitter is drawn by the delivery."""

from __future__ import annotations

from datetime import datetime, timedelta

from digestbot.curation import draw
from digestbot.model import Delivery

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
JITTER = 0.2
"""A wait is up to this share of itself longer or shorter, so that what failed together does not come back together."""

MOST_ATTEMPTS = 24
"""What has no time at which it expires, or is in the channel in part, is given up after as many."""

SETTLE = timedelta(seconds=30)
"""How long after a post was given up its absence from the channel's history counts: it may still be on its way."""

FIRST_LOOK = timedelta(seconds=5)
"""How long after a post failed it is looked for."""
LOOKS = tuple(timedelta(seconds=one) for one in (30, 60, 120, 210, 300))
"""How long after a post was given up it is looked for again."""

BLIND_AFTER = timedelta(minutes=5)
"""A platform that did not let us look for as long, and as often as LOOKS says, is taken for one that cannot."""

_SOON = timedelta(seconds=1)

_APART = timedelta(seconds=5)
"""The clocks of two processes, each of which asks one server for the time, differ by less."""


def backoff(delivery: Delivery) -> timedelta:
    """How long to wait after a failed attempt: doubling from FIRST_RETRY to LONGEST_RETRY, with jitter."""
    doublings = min(max(delivery.attempt, 1), 10) - 1
    wait = min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)
    return wait * (1 - JITTER + 2 * JITTER * _share(delivery))


def asked(delivery: Delivery, seconds: float) -> timedelta:
    """The seconds that a platform asked us to wait, and a little more: at most a tenth, or a second."""
    return timedelta(seconds=seconds + max(1.0, seconds / 10) * _share(delivery))


def at_most(since: datetime, now: datetime, steady_since: datetime) -> timedelta | None:
    """The time that has passed since an instant which was written down; None where no clock can tell.

    What was written down before the clock was known to go steadily, or lies in the future, was written down by a clock
    that has been set since.
    """
    return max(now - since, timedelta()) if steady_since <= since <= now + _APART else None


def at_least(since: datetime, now: datetime, steady_since: datetime) -> timedelta:
    """As `at_most`; where no clock can tell, what has passed since that clock goes steadily, which came later."""
    passed = at_most(since, now, steady_since)
    return now - steady_since if passed is None else passed


def next_look(age: timedelta) -> timedelta:
    """After how long to look again for a part that was given up so long ago: ever more rarely."""
    return next((one - age for one in LOOKS if one - age > _SOON), LOOKS[0])


def blind(age: timedelta, looks: int) -> bool:
    """Whether a look that failed, after so many others and so long after the post, was the last.

    The first look may come late, after an outage of ours or behind a thousand others: it alone says nothing.
    """
    return age >= BLIND_AFTER and looks >= len(LOOKS)


def _share(delivery: Delivery) -> float:
    """A number from 0 to 1, always the same for an attempt."""
    return draw(f"{delivery.id}/{delivery.attempt}", 1001) / 1000
