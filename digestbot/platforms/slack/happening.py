"""What happens to channels and to the workspace itself: Slack's events -> what the service is told.

EVENTS has a function for each event; those that are not about digestbot tell nobody anything.
https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from digestbot.model import Channel
from digestbot.platforms.slack.asking import Payload
from digestbot.ports import News


@dataclass(frozen=True, slots=True)
class Happening:
    """One workspace's. bot: digestbot's own id there. forget: drops what was known of a channel."""

    workspace: str
    bot: str
    forget: Callable[[str], None]
    news: News | None = None

    async def hear(self, event: Payload) -> None:
        """Tell what follows from an event. Raises StoreError."""
        reaction = EVENTS.get(str(event.get("type", "")))
        if reaction:
            await reaction(self, event)

    async def gone(self, event: Payload, *, reason: str) -> None:
        """A channel takes nothing any more."""
        channel = self._channel(event)
        if self.news and channel.id:
            await self.news.gone(channel, reason)

    async def back(self, event: Payload) -> None:
        """A channel may take digests again."""
        channel = self._channel(event)
        if self.news and channel.id:
            await self.news.back(channel)

    async def joined(self, event: Payload) -> None:
        """Somebody joined a channel; what counts is whether it was digestbot."""
        if event.get("user") == self.bot:
            await self.back(event)

    async def left(self, event: Payload) -> None:  # noqa: ARG002 - every reaction takes the same
        """The workspace removed digestbot."""
        if self.news:
            await self.news.left(self.workspace)

    async def revoked(self, event: Payload) -> None:
        """Tokens ended; those of members are none of ours."""
        if (event.get("tokens") or {}).get("bot"):
            await self.left(event)

    def _channel(self, event: Payload) -> Channel:
        name = str(event.get("channel") or "")
        self.forget(name)
        return Channel("slack", self.workspace, name)


def _gone(reason: str) -> Callable[[Happening, Payload], Awaitable[None]]:
    return partial(Happening.gone, reason=reason)


_ARCHIVED = _gone("the channel was archived.")
_DELETED = _gone("the channel was deleted.")
_REMOVED = _gone("digestbot was removed from the channel.")

EVENTS: Mapping[str, Callable[[Happening, Payload], Awaitable[None]]] = {
    "channel_archive": _ARCHIVED,
    "group_archive": _ARCHIVED,
    "channel_deleted": _DELETED,
    "group_deleted": _DELETED,
    "channel_left": _REMOVED,
    "group_left": _REMOVED,
    "channel_unarchive": Happening.back,
    "group_unarchive": Happening.back,
    "member_joined_channel": Happening.joined,
    "app_uninstalled": Happening.left,
    "tokens_revoked": Happening.revoked,
}
