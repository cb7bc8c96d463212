"""What those who look after a channel are told: that it is paused, or that its notes run out. The channel is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from digestbot.model import Channel, Delivery
from digestbot.ports import Outbox

_LONGEST = 200
"""Characters of a topic."""


@dataclass(frozen=True, slots=True)
class Admins:
    """Plans notices to the admins' channels. channel: where the admins of a workspace are told; None for nowhere."""

    outbox: Outbox
    channel: Callable[[str], Channel | None]

    async def paused(self, delivery: Delivery, reason: str, now: datetime) -> bool:
        """Say, once a delivery, that its refusal paused the subscription; False where nobody is told anew."""
        order = delivery.subscription
        text = (
            f"“{order.id}” in {order.channel} is paused: {reason} Once that is mended, say /digest resume {order.id},"
            " or wait until digestbot sees it."
        )
        return await self._tell(delivery, f"paused/{delivery.id}", text, now)

    async def say(self, workspace: str, topic: str, text: str, now: datetime) -> bool:
        """Say something once a topic; False where nobody is told anew."""
        channel = self.channel(workspace)
        return channel is not None and await self.outbox.announce(channel, topic[:_LONGEST], text, now)

    async def stock(self, delivery: Delivery, state: str, warning: str, now: datetime) -> bool:
        """Say, once a week for each state of a subscription's stock, how it stands; False where nobody is told anew."""
        year, week, _ = now.isocalendar()
        order = delivery.subscription
        topic = f"stock/{order.id}/{state}/{year}-{week:02}"
        return await self._tell(delivery, topic, f"About “{order.id}” in {order.channel}: {warning}", now)

    async def _tell(self, about: Delivery, topic: str, text: str, now: datetime) -> bool:
        own = about.subscription.channel.member  # what members order for themselves is nobody else's business
        if about.notice or own:  # a notice never says anything about itself
            return False
        return await self.say(about.subscription.channel.workspace, topic, text, now)
