"""Channels that are gone and come back, and workspaces that remove digestbot: orders pause, resume, and are erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digestbot.errors import PlatformError, ScheduleError
from digestbot.model import Channel
from digestbot.orders import Change, Standing
from digestbot.ports import Ledger, Outbox, Platform
from digestbot.service.admins import Admins
from digestbot.service.planning import first

GRACE = timedelta(days=30)
"""How long what a workspace had here is kept after it left."""

_LEFT = "digestbot was removed from the workspace."


@dataclass(frozen=True, slots=True)
class Channels:
    """What follows when a platform refuses a channel, or takes it back. An adapter may call the first four.

    Only orders that a platform paused are resumed; what a person paused stays so. Each method raises StoreError.
    """

    ledger: Ledger
    outbox: Outbox
    platforms: Mapping[str, Platform]
    admins: Admins
    now: Callable[[], datetime]

    async def gone(self, channel: Channel, reason: str) -> Sequence[str]:
        """Pause the orders of a channel at once; their names."""
        there = await self.ledger.standings(channel.workspace, channel=channel)
        names = [one.subscription.id for one in there if await self._pause(one, reason)]
        if names:
            text = f"{channel} cannot be reached: {reason} {_listed(names)} wait until digestbot sees that it can."
            topic = f"gone/{channel}/{self.now().isoformat()}"
            await self.admins.say(channel.workspace, topic, text, self.now())
        return names

    async def back(self, channel: Channel) -> Sequence[str]:
        """Resume the orders of a channel that its platform paused, if it takes digests again; their names."""
        there = await self.ledger.standings(channel.workspace, channel=channel)
        return await self._resume([one for one in there if _paused_by_platform(one)])

    async def left(self, workspace: str) -> None:
        """Pause all orders of a workspace, which is erased after GRACE unless it comes back."""
        now = self.now()
        for one in await self.ledger.standings(workspace):
            await self._pause(one, _LEFT)
        await self.ledger.leave(workspace, now + GRACE)
        await self.ledger.note(Change(workspace, now, "", "leave", workspace, f"erased after {now + GRACE:%Y-%m-%d}"))

    async def returned(self, workspace: str) -> Sequence[str]:
        """Keep what the workspace had, and resume the orders whose channels take digests; their names."""
        if await self.ledger.stay(workspace):
            await self.ledger.note(Change(workspace, self.now(), "", "return", workspace))
        there = await self.ledger.standings(workspace)
        return await self._resume([one for one in there if _paused_by_platform(one)])

    async def recheck(self) -> Sequence[str]:
        """Look at channels that were refused and whose time has come; the names of what was resumed."""
        return await self._resume(await self.outbox.suspects(self.now(), list(self.platforms)))

    async def erase(self) -> Sequence[tuple[str, int]]:
        """Erase the workspaces that left long ago; each with how many rows there were."""
        return [(name, await self.ledger.erase(name)) for name in await self.outbox.over(self.now())]

    async def _pause(self, one: Standing, reason: str) -> bool:
        """Pause an order in the platform's name, unless it is not active; once more if somebody was quicker."""
        workspace, name = one.subscription.channel.workspace, one.subscription.id
        there: Standing | None = one
        while there and there.state == "active":
            paused = replace(there, state="paused", reason=reason, paused_by="platform")
            paused = replace(paused, next_occurrence=None, next_at=None)
            if await self.ledger.put(paused, Change(workspace, self.now(), "", "pause", name, reason)):
                return True
            there = await self.ledger.standing(workspace, name)
        return False

    async def _resume(self, paused: Sequence[Standing]) -> Sequence[str]:
        """Of these orders the names of those that go on; each channel is looked at once."""
        open_: dict[Channel, bool] = {}
        names = []
        for one in paused:
            channel = one.subscription.channel
            if channel not in open_:
                open_[channel] = await self._takes(channel)
            if open_[channel] and await self._go_on(one):
                names.append(one.subscription.id)
        return names

    async def _takes(self, channel: Channel) -> bool:
        """Whether nothing would keep a digest from a channel."""
        platform = self.platforms.get(channel.platform)
        try:
            return platform is not None and not await platform.check(channel)
        except PlatformError:
            return False

    async def _go_on(self, one: Standing) -> bool:
        order, now = one.subscription, self.now()
        try:
            occurrence, at = first(order, now)
        except ScheduleError:
            return False
        active = replace(one, state="active", reason="", paused_by="", next_occurrence=occurrence, next_at=at)
        line = Change(order.channel.workspace, now, "", "resume", order.id, "its channel takes digests again")
        if not await self.ledger.put(active, line):
            return False
        topic = f"resumed/{order.id}/{one.version}"
        text = f"“{order.id}” goes on: {order.channel} takes digests again. Next: {at:%Y-%m-%d %H:%M} UTC."
        await self.admins.say(order.channel.workspace, topic, text, now)
        return True


def _paused_by_platform(one: Standing) -> bool:
    return (one.state, one.paused_by) == ("paused", "platform")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
