"""Each payload once: Slack sends one again whose ack it missed, on any socket, and the library does not mind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from digestbot.platforms.slack.asking import Payload
from digestbot.platforms.slack.dialogue import Reply

REMEMBERED_SECONDS = 600.0
"""Slack sends an event again at once, after a minute and after five (docs.slack.dev/apis/events-api)."""

KEPT_SECONDS = 30.0
"""For how long a reply is kept, for the same payload to be acked with again."""


@dataclass(slots=True)
class Once:
    """Hears each payload once; whoever brings it again gets the same ack, and nothing else follows.

    seen: when (monotonic) each was first heard. replies: those that may still be asked for again.
    """

    hear: Callable[[Payload], Awaitable[Reply]]
    now: Callable[[], float] = time.monotonic
    seen: dict[str, float] = field(default_factory=dict)
    replies: dict[str, asyncio.Future[Reply]] = field(default_factory=dict)

    async def __call__(self, payload: Payload) -> Reply:
        """The reply to a payload."""
        name = str(payload.get("trigger_id") or payload.get("event_id") or "")
        if not name:
            return await self.hear(payload)
        self._forget()
        if name in self.seen:
            first = self.replies.get(name)
            return replace(await asyncio.shield(first), then=None) if first else Reply()
        self.seen[name] = self.now()
        self.replies[name] = asyncio.ensure_future(self.hear(payload))
        return await asyncio.shield(self.replies[name])

    def _forget(self) -> None:
        """Drop what is too old; both are in the order in which they were heard."""
        while self.seen and self.now() - self.seen[next(iter(self.seen))] > REMEMBERED_SECONDS:
            del self.seen[next(iter(self.seen))]
        while self.replies and self._old(next(iter(self.replies))):
            del self.replies[next(iter(self.replies))]

    def _old(self, name: str) -> bool:
        return self.now() - self.seen.get(name, float("-inf")) > KEPT_SECONDS
