"""What is asked -> the Command: who asks, with which rights, from where, and about which message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from digestbot.errors import PlatformError
from digestbot.model import Channel, Command, Quoted
from digestbot.platforms.slack import quoting
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.asking import Asked, Payload, Place
from digestbot.platforms.slack.conversations import Conversations
from digestbot.platforms.slack.people import People, Person
from digestbot.platforms.slack.starting import Identity

_MOST_NAMES = 10
"""Members named in one message who are looked up; the others keep their ids."""


@dataclass(frozen=True, slots=True)
class Asker:
    """One workspace's. workspace: its name in our channels."""

    api: Api
    people: People
    conversations: Conversations
    identity: Identity
    workspace: str

    async def command(self, asked: Asked) -> Command | None:
        """The command, None for a stranger in a channel that is not this workspace's."""
        place = asked.place
        who = await self._person(place)
        if who.stranger and not await self.conversations.hosted(place.channel, self.identity.team):
            return None
        quoted = await self._quoted(asked.message, place.channel) if asked.message else None
        return Command(
            asked.name,
            asked.text,
            Channel("slack", self.workspace, place.channel),
            place.user,
            admin=who.admin,
            groups=who.groups,
            id=place.trigger,
            where=await self._where(place),
            zone=who.zone,
            called=who.name,
            values=asked.values,
            message=quoted,
            live=asked.live,
            stranger=who.stranger,
        )

    async def _person(self, place: Place) -> Person:
        """Who asks: without rights where either they or where they did it are of another workspace."""
        who = await self.people.get(place.user)
        elsewhere = place.team not in {"", self.identity.team}
        return Person(zone=who.zone, name=who.name, stranger=True) if elsewhere or who.stranger else who

    async def _where(self, place: Place) -> Literal["channel", "direct"]:
        """In the Home tab it is the member's own affair, as in their direct messages."""
        if place.home and not place.channel:
            return "direct"
        return "direct" if await self.conversations.is_direct(place.channel, place.user) else "channel"

    async def _quoted(self, message: Payload, channel: str) -> Quoted:
        author, names = str(message.get("user") or ""), {}
        for one in quoting.mentioned(message)[:_MOST_NAMES]:
            names[one] = (await self.people.get(one)).name
        written = (await self.people.get(author)).name if author else str(message.get("username") or "")
        ours = self.identity.user == author or (message.get("bot_id") or "-") == self.identity.bot
        return Quoted(
            quoting.plain(message, names),
            author,
            written or author,
            await self._permalink(channel, message),
            quoting.said_at(message),
            ours,
            bot=bool(message.get("bot_id")) or message.get("subtype") == "bot_message",
        )

    async def _permalink(self, channel: str, message: Payload) -> str:
        """The way to a message; made by its rule where digestbot is not in the channel, and Slack tells it nothing."""
        ts = str(message.get("ts") or "")
        try:
            call = self.api.client.chat_getPermalink(channel=channel, message_ts=ts)
            return str((await self.api.call(call, "a message"))["permalink"])
        except PlatformError:
            thread = str(message.get("thread_ts") or "")
            reply = f"?thread_ts={thread}&cid={channel}" if thread not in {"", ts} else ""
            return f"https://{self.identity.domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}{reply}"
