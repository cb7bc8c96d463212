"""The latest digest of a subscription in sight: it is pinned, and the one before it is not any more.

Asked again after a crash this does the same again, of which a platform makes nothing new.
"""

from __future__ import annotations

from digestbot.errors import PlatformError, origin
from digestbot.model import Delivery, MessageRef
from digestbot.orders import Outcome
from digestbot.ports import Ledger, Platform

_LATELY = 10
"""Deliveries among which the one before is looked for; those between were left out or failed."""


async def pin_latest(platform: Platform, ledger: Ledger, delivery: Delivery, ref: MessageRef) -> str:
    """Pin a digest's first part, unless a later digest is there already; what went wrong, in a sentence.

    Raises StoreError.
    """
    order = delivery.subscription
    workspace, name = order.channel.workspace, order.id
    there = await ledger.deliveries(workspace, subscription=name, states=(Outcome.CONFIRMED,), limit=_LATELY)
    others = [one.delivery.occurrence for one in there if one.delivery.subscription.pin]
    if any(one > delivery.occurrence for one in others):
        return ""
    before = max((one for one in others if one < delivery.occurrence), default=None)
    record = await ledger.delivery(workspace, name, before) if before else None
    last = record.parts[0].ref if record and record.parts else ""
    try:
        await platform.pin(ref)
        if record and last:
            await platform.unpin(MessageRef(record.delivery.subscription.channel, last))
    except PlatformError as error:
        return f"It could not be pinned: {error}"
    except Exception as error:  # noqa: BLE001 - it is in the channel, whatever becomes of its pin
        return f"It could not be pinned: a fault in digestbot: {origin(error)}."
    return ""
