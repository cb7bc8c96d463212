"""What a workspace holds: people, channels, messages, views. No protocol in it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

TEAM, BOT, APP = "T0001", "U0BOT", "A0001"
SCOPES = (
    "chat:write", "commands", "channels:read", "groups:read", "im:read", "channels:history", "groups:history",
    "im:history", "im:write", "channels:join", "users:read", "usergroups:read", "pins:write", "pins:read",
)  # fmt: skip


class Refused(Exception):  # noqa: N818 - named after what Slack did
    """Slack's answer `ok: false`: its name for the error, and what stands beside it."""

    def __init__(self, error: str, **beside: object) -> None:
        super().__init__(error)
        self.error = error
        self.beside = beside


@dataclass
class User:
    """A member, a guest (`is_restricted`) or somebody of another workspace (`team`)."""

    id: str
    name: str
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    deleted: bool = False
    team: str = TEAM
    locale: str = "en-GB"


@dataclass
class Message:
    """What stands in a channel. `edits` holds what it said before; `arguments` the call that made it.

    sender: who sent it, by the header X-Sender of the request; received: when that came in, in monotonic seconds.
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    metadata: dict[str, Any] | None = None
    broadcast: bool = False
    edits: list[dict[str, Any]] = field(default_factory=list)
    arguments: dict[str, Any] = field(default_factory=dict)
    sender: str = ""
    received: float = 0.0

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread and did not start it."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    def shown(self, *, metadata: bool = False) -> dict[str, Any]:
        """The message as the API gives it; without `include_all_metadata` its payload stays away."""
        made: dict[str, Any] = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM}
        made |= {"blocks": self.blocks} if self.blocks else {}
        made |= {"bot_id": "B0001", "app_id": APP} if self.user == BOT else {}
        made |= {"thread_ts": self.thread_ts} if self.thread_ts else {}
        made |= {"edited": {"user": self.user, "ts": self.edits[-1]["at"]}} if self.edits else {}
        if self.metadata:
            made["metadata"] = self.metadata if metadata else {"event_type": self.metadata["event_type"]}
        return deepcopy(made)


@dataclass
class Ephemeral:
    """What one member sees and nobody else: an ack, `chat.postEphemeral`, a response URL."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    deleted: bool = False
    replaced: int = 0


@dataclass
class View:
    """A modal or a Home tab as its user sees it; `payload` is what the app sent, with ids filled in."""

    id: str
    user: str
    payload: dict[str, Any]
    root_id: str
    hash: str
    previous_id: str = ""
    is_open: bool = True
    updates: int = 0

    def shown(self) -> dict[str, Any]:
        """The view as the API and the payloads of interactions give it."""
        empty = {"private_metadata": "", "callback_id": "", "external_id": "", "state": {"values": {}}}
        ids = {"id": self.id, "team_id": TEAM, "app_id": APP, "bot_id": "B0001", "hash": self.hash}
        place = {"root_view_id": self.root_id, "previous_view_id": self.previous_id or None}
        return {**empty, **deepcopy(self.payload), **ids, **place, "app_installed_team_id": TEAM}


@dataclass
class Channel:
    """A channel, or a direct message with `im`. Only members of a private one can see that it is there.

    host: the workspace that a shared one is of, "" for this one.
    """

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    archived: bool = False
    shared: bool = False
    host: str = ""
    only_admins_post: bool = False
    im: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The first half of the scopes that it needs."""
        return "im" if self.im else "groups" if self.private else "channels"

    def roots(self) -> list[Message]:
        """What the channel itself shows, newest first: no replies, unless they were sent to the channel too."""
        shown = [message for message in self.messages.values() if not message.is_reply or message.broadcast]
        return sorted(shown, key=lambda message: message.ts, reverse=True)

    def replies(self, ts: str) -> list[Message]:
        """A thread, oldest first, with what started it."""
        found = [message for message in self.messages.values() if ts in {message.ts, message.thread_ts}]
        return sorted(found, key=lambda message: message.ts)


@dataclass
class World:
    """One workspace with the app installed. Change it freely; the server reads it at every call.

    scopes: what the bot token was granted. posts_a_second: Slack's limit a channel, None for no limit. distributed:
    an app outside the Marketplace, which may read history once a minute, 15 messages at a time.
    """

    bot_token: str = "xoxb-local"
    app_token: str = "xapp-local"
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    posts_a_second: float | None = None
    distributed: bool = False
    _last: int = 0

    @classmethod
    def small(cls) -> World:
        """An admin (U1), a member (U2), a guest (U3); channels of every kind, the bot in some of them."""
        world = cls(users={BOT: User(BOT, "digestbot", tz="UTC", tz_offset=0, is_bot=True)})
        for user in (User("U1", "ada", is_admin=True), User("U2", "bo"), User("U3", "guest", is_restricted=True)):
            world.users[user.id] = user
        for channel in (
            Channel("C1", "reading", {BOT, "U1", "U2", "U3"}),
            Channel("C2", "elsewhere", {"U1"}),
            Channel("G1", "board", {BOT, "U1"}, private=True),
            Channel("G2", "secret", {"U1"}, private=True),
            Channel("C3", "attic", {BOT, "U1"}, archived=True),
            Channel("C4", "partners", {BOT, "U1"}, shared=True),
        ):
            world.channels[channel.id] = channel
        world.groups["S1"] = {"U2"}
        return world

    def ts(self) -> str:
        """The next timestamp: a message's name within its channel, never given twice."""
        self._last = max(self._last + 1, time.time_ns() // 1_000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def dm(self, user: str) -> Channel:
        """The bot's direct messages with somebody, opened when first asked for."""
        if user not in self.users or self.users[user].deleted:
            raise Refused("user_not_found")
        return self.channels.setdefault(f"D{user}", Channel(f"D{user}", "", {BOT, user}, im=user))

    def seen(self, channel: str) -> Channel:
        """The channel under this id, if the bot can see it."""
        if channel.startswith("U"):
            return self.dm(channel)
        found = self.channels.get(channel)
        if found is None or (found.private and BOT not in found.members):
            raise Refused("channel_not_found")
        return found

    def say(self, channel: str, user: str, text: str, **more: Any) -> Message:
        """Somebody says something."""
        message = Message(self.ts(), channel, user, text, **more)
        self.channels[channel].messages[message.ts] = message
        return message

    def messages(self) -> Iterator[Message]:
        """All messages of the bot, oldest first within each channel."""
        for channel in self.channels.values():
            yield from (message for message in channel.messages.values() if message.user == BOT)

    def counts(self, key: str) -> Counter[str]:
        """How many messages carry each value under `key` in the payload of their metadata."""
        payloads = (message.metadata["event_payload"] for message in self.messages() if message.metadata)
        return Counter(str(payload[key]) for payload in payloads if key in payload)
