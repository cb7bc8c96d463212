"""Messages in channels: posted with their key, found by it, changed, and what would keep them from a channel."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from digestbot.errors import PlatformError
from digestbot.model import Channel, MessageRef, Part
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.conversations import Conversations
from digestbot.platforms.slack.refusals import code_of

EVENT = "digestbot"
"""The event_type of our messages' metadata; the payload holds the key."""

PAGE = 200
MOST_PAGES = 50
"""A channel in which more was said since than these pages hold cannot be searched in time."""

REMEMBERED_SECONDS = 3600.0
"""For how long a channel whose history was refused is taken to refuse it."""

_HISTORY = {"channels:history", "groups:history"}
_DIRECT_HISTORY = {"im:history"}
_PINNED_ALREADY, _NOT_PINNED = {"already_pinned"}, {"no_pin", "not_pinned", "message_not_found"}
_SHOWN = ("text", "blocks")
"""What of a payload `chat.update` takes."""

_UNREADABLE = {
    "missing_scope": "the app lacks channels:history, groups:history or im:history",
    "no_permission": "the app may not read it",
    "not_in_channel": "digestbot is not in the channel",
    "channel_not_found": "digestbot is not in the channel",
    "access_denied": "the app may not read it",
    "not_allowed_token_type": "the token may not read it",
    "method_not_supported_for_channel_type": "the channel shows none",
}
"""Refusals after which a history cannot be read until somebody changes something."""

_BLIND = (
    "The history of {name} cannot be read: {why}. A message of which Slack does not say whether it arrived can then "
    "not be looked for. Give the app all scopes of `digestbot slack manifest`, and install it again."
)


@dataclass(slots=True)
class Posting:
    """One workspace's channels. workspace: its name in our channels.

    blind: why the history of a channel cannot be read, and since when (monotonic).
    """

    api: Api
    workspace: str
    conversations: Conversations
    blind: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """See ports.Platform."""
        where = await self._id(channel)
        metadata = {"event_type": EVENT, "event_payload": {"key": key}}
        thread = {"thread_ts": parent.id} if parent else {}
        said: dict[str, Any] = {
            "unfurl_links": False,
            "unfurl_media": False,
            **part.payload,
            **thread,
            "metadata": metadata,
        }
        try:
            # A message a second and channel is Slack's limit, and 429 speaks of the channel.
            answer = await self.api.call(
                self.api.client.chat_postMessage(channel=where, **said), channel, scope="channel"
            )
        except PlatformError as error:
            raise self._told(error, channel) from error
        return MessageRef(channel, str(answer["ts"]))

    async def find(
        self, channel: Channel, key: str, since: datetime, parent: MessageRef | None
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """See ports.Platform: the channel's own history, or the thread's for what continues a message."""
        where = await self._id(channel)
        if self._unreadable(channel):
            return "cannot look"
        try:
            async for message in self._said(channel, where, since, parent):
                if _key(message) == key:
                    return MessageRef(channel, str(message["ts"]))
        except PlatformError as error:
            if why := _why(error):
                self.blind[channel.id] = why, time.monotonic()
                return "cannot look"
            raise
        return "absent"

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """See ports.Platform; the key stays, for metadata that is not named does."""
        where = await self._id(ref.channel)
        said: dict[str, Any] = {name: part.payload[name] for name in _SHOWN if name in part.payload}
        await self.api.call(self.api.client.chat_update(channel=where, ts=ref.id, **said), ref.channel, scope="channel")

    async def pin(self, ref: MessageRef) -> None:
        """See ports.Platform."""
        where = await self._id(ref.channel)
        await self._unless(_PINNED_ALREADY, self.api.client.pins_add(channel=where, timestamp=ref.id), ref)

    async def unpin(self, ref: MessageRef) -> None:
        """See ports.Platform."""
        where = await self._id(ref.channel)
        await self._unless(_NOT_PINNED, self.api.client.pins_remove(channel=where, timestamp=ref.id), ref)

    async def check(self, channel: Channel) -> Sequence[str]:
        """See ports.Platform; direct messages can be reached if they can be opened."""
        self.forget(channel.id)
        try:
            where = await self._id(channel)
            if channel.member:
                return await self._readable(channel, where, str(channel))
            answer = await self.api.call(self.api.client.conversations_info(channel=where), channel)
        except PlatformError as error:
            return (str(error),)
        about: Mapping[str, Any] = answer["channel"]
        name = f"{channel} (#{about['name']})" if about.get("name") else str(channel)
        if about.get("is_archived"):
            return (f"{name} is archived. Unarchive it, or unsubscribe.",)
        if not about.get("is_member") and not about.get("is_im"):
            return (f"digestbot is not in {name}. Type /invite @digestbot there.",)
        return await self._readable(channel, where, name)

    def forget(self, channel: str) -> None:
        """Something changed in a channel: what was known of it is asked again."""
        self.blind.pop(channel, None)

    async def _readable(self, channel: Channel, where: str, name: str) -> Sequence[str]:
        try:
            await self.api.call(self.api.client.conversations_history(channel=where, limit=1), channel)
        except PlatformError as error:
            why = _why(error)
            if not why:
                return () if error.retry_after else (str(error),)
            self.blind[channel.id] = why, time.monotonic()
            return (_BLIND.format(name=name, why=why),)
        return ()

    async def _said(
        self, channel: Channel, where: str, since: datetime, parent: MessageRef | None
    ) -> AsyncIterator[Mapping[str, Any]]:
        """What was said since, in the channel itself or in a thread, page by page."""
        client, cursor = self.api.client, ""
        for _ in range(MOST_PAGES):
            asked: dict[str, Any] = {
                "channel": where,
                "limit": PAGE,
                "include_all_metadata": True,
                "cursor": cursor or None,
            }
            asked |= {"oldest": f"{since.timestamp():.6f}", "inclusive": True}
            call = (
                client.conversations_replies(ts=parent.id, **asked) if parent else client.conversations_history(**asked)
            )
            answer = await self.api.call(call, channel)
            for message in answer["messages"]:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise PlatformError(f"{channel}: too much was said since to look for it.", permanent=True)

    async def _unless(self, fine: set[str], call: Awaitable[AsyncSlackResponse], ref: MessageRef) -> None:
        """Make a call; these refusals say that it is as it should be. Raises PlatformError."""
        try:
            await self.api.call(call, ref.channel)
        except PlatformError as error:
            cause = error.__cause__
            if not (isinstance(cause, SlackApiError) and code_of(cause) in fine):
                raise

    async def _id(self, channel: Channel) -> str:
        """The id of a channel of this workspace, as the Web API has it. Raises PlatformError."""
        if channel.workspace != self.workspace:
            raise PlatformError(
                f"{channel} is not of the workspace that SLACK_BOT_TOKEN is of: {self.workspace}. "
                f"Write slack:{self.workspace}/{channel.id}, or set the other workspace's tokens.",
                permanent=True,
            )
        return await self.conversations.id_of(channel)

    def _unreadable(self, channel: Channel) -> str:
        """Why a channel's history cannot be read, as far as that is known; "" where it may be."""
        why, since = self.blind.get(channel.id, ("", 0.0))
        if why and time.monotonic() - since < REMEMBERED_SECONDS:
            return why
        needed = _DIRECT_HISTORY if channel.member else _HISTORY
        lacking = self.api.scopes is not None and not self.api.scopes & needed
        return _UNREADABLE["missing_scope"] if lacking else ""

    def _told(self, error: PlatformError, channel: Channel) -> PlatformError:
        """The error, and where nobody will be able to look for the message, why."""
        why = self._unreadable(channel) if error.sent == "perhaps" else ""
        if not why:
            return error
        return PlatformError(
            f"{error} Whether the message is there cannot be looked up: {why}.", permanent=False, sent="perhaps"
        )


def _key(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    ours = metadata.get("event_type") == EVENT
    return str((metadata.get("event_payload") or {}).get("key", "")) if ours else ""


def _why(error: PlatformError) -> str:
    """Why a history cannot be read, "" for a failure that may pass."""
    cause = error.__cause__
    return _UNREADABLE.get(code_of(cause), "") if isinstance(cause, SlackApiError) else ""
