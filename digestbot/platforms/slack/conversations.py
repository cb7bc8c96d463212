"""Channels as the Web API knows them: the direct messages with a member, and whose a shared channel is."""

from __future__ import annotations

from dataclasses import dataclass, field

from digestbot import telemetry
from digestbot.errors import PlatformError
from digestbot.model import Channel
from digestbot.platforms.slack.api import Api


@dataclass(frozen=True, slots=True)
class Conversations:
    """One workspace's. opened: the ids of the direct messages with its members, which stay what they are."""

    api: Api
    opened: dict[str, str] = field(default_factory=dict)

    async def id_of(self, channel: Channel) -> str:
        """The id under which the Web API has a channel; direct messages are opened. Raises PlatformError."""
        return await self.direct(channel.member) if channel.member else channel.id

    async def direct(self, member: str) -> str:
        """The id of the direct messages with a member, opened. Raises PlatformError."""
        if member not in self.opened:
            answer = await self.api.call(self.api.client.conversations_open(users=member), f"messages to {member}")
            self.opened[member] = str(answer["channel"]["id"])
        return self.opened[member]

    async def is_direct(self, channel: str, member: str) -> bool:
        """Whether a channel is the direct messages between digestbot and a member, not those between two members."""
        if not channel.startswith("D"):
            return False
        try:
            return await self.direct(member) == channel
        except PlatformError as error:
            telemetry.event("slack", failed=True, part="direct", problem=error)
            return False

    async def hosted(self, channel: str, team: str) -> bool:
        """Whether a channel is this workspace's own, and not one that another shares with it."""
        if not channel:
            return False
        try:
            answer = await self.api.call(self.api.client.conversations_info(channel=channel), "a shared channel")
        except PlatformError as error:
            telemetry.event("slack", failed=True, part="shared", problem=error)
            return False
        # https://docs.slack.dev/apis/slack-connect: the host is named in channels that are shared.
        return str(answer["channel"].get("conversation_host_id") or team) == team
