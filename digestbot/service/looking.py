"""A look for one part in the channel's own history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from digestbot.errors import PlatformError, origin
from digestbot.model import Delivery, MessageRef
from digestbot.ports import Platform

SKEW = timedelta(hours=2)
"""A platform's clock may differ from ours by as much, when it is asked for what was posted since: an hour is what a
clock is wrong by that nobody notices, and a message that is not looked for is posted twice."""


async def look(
    platform: Platform, delivery: Delivery, n: int, since: datetime
) -> MessageRef | Literal["absent", "cannot look"] | PlatformError:
    """Part n, posted after that instant, or what kept us from looking."""
    if not platform.capabilities.can_find:
        return "cannot look"
    try:
        return await platform.find(delivery.subscription.channel, delivery.key(n), since - SKEW)
    except PlatformError as error:
        return error
    except Exception as error:  # noqa: BLE001 - the doubt about this part is the worse trouble
        return PlatformError(f"A fault in digestbot: {origin(error)}.", permanent=False)
