"""Platform: where messages go and commands come from. platforms/ implements it, one file or folder each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from digestbot.findings import Finding
from digestbot.model import Answered, Channel, Command, MessageRef, Part


@dataclass(frozen=True, slots=True)
class Pace:
    """A rate that a platform allows: one message every `seconds`, of which `burst` may come at once.

    scope: whether all of the platform's channels share it, those of a workspace, or each channel has its own.
    """

    scope: Literal["platform", "workspace", "channel"]
    seconds: float
    burst: int = 1

    def name(self, channel: Channel) -> str:
        """What is counted together, as the store knows it."""
        shared = {"platform": channel.platform, "workspace": f"{channel.platform}:{channel.workspace}"}
        return shared.get(self.scope, f"{channel.platform}:{channel.workspace}/{channel.id}")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, so that the service need not ask which platform it is.

    templates: the folder of templates that suit it ("slack", "discord", "text"); see also `Platform.templates`.
    can_find: it can look in a channel's history for a key. can_edit: it can change what it posted.
    dedupe_seconds: for how long a second post with the same key makes no second message; 0 where it always does.
    paces: how fast it may be posted to. can_thread: a part with a parent is read apart from the channel, and answered
    there. can_pin: it can keep a message in sight.
    """

    templates: str
    can_find: bool = False
    can_answer: bool = False
    can_edit: bool = False
    dedupe_seconds: float = 0
    paces: tuple[Pace, ...] = ()
    can_thread: bool = False
    can_pin: bool = False


Answer = Callable[[Command], Awaitable[Answered]]
"""What answers a command; it raises nothing."""


class News(Protocol):
    """What a platform tells of its channels and workspaces, unasked. Methods raise StoreError."""

    async def gone(self, channel: Channel, reason: str) -> object:
        """A channel is archived, deleted, or digestbot was removed from it; reason: a sentence that says so."""
        ...

    async def back(self, channel: Channel) -> object:
        """A channel is there (again), and digestbot in it."""
        ...

    async def left(self, workspace: str) -> object:
        """A workspace removed digestbot."""
        ...

    async def returned(self, workspace: str) -> object:
        """A workspace has digestbot (again)."""
        ...


class Platform(Protocol):
    """One chat platform, connected. Methods raise PlatformError and nothing else.

    A Channel may be a member's direct messages (`Channel.member`); who can answer can post there too.
    """

    name: str
    capabilities: Capabilities

    def templates(self, channel: Channel) -> str:
        """The folder of templates that suit this channel: a webhook's channel may be Slack's or Discord's."""
        ...

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """Post one part; `key` (at most 25 characters) is the same at every try of the same part.

        parent: the first part of the same message, for platforms that continue in a thread.
        """
        ...

    async def find(
        self, channel: Channel, key: str, since: datetime, parent: MessageRef | None = None
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """The message posted with `key` after `since` (aware), if the platform can look.

        parent: as it was given to `post`, for what stands in a thread is in no channel's history.
        """
        ...

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Put a part in the place of a posted one; only asked where `can_edit` says so."""
        ...

    async def pin(self, ref: MessageRef) -> None:
        """Keep a message in sight, once however often it is asked; only asked where `can_pin` says so."""
        ...

    async def unpin(self, ref: MessageRef) -> None:
        """Undo `pin`; what is not pinned, or gone, is fine. Only asked where `can_pin` says so."""
        ...

    async def check(self, channel: Channel) -> Sequence[str]:
        """What would keep a digest from reaching the channel, each with its fix; nothing is posted."""
        ...

    async def run(self, answer: Answer, news: News | None = None) -> None:
        """Take commands until cancelled or the platform ends; returns at once where there are none.

        news: is told of channels and workspaces, by platforms that hear of them.
        """
        ...

    async def drain(self) -> None:
        """Finish what was accepted, then disconnect."""
        ...


@runtime_checkable
class Connected(Protocol):
    """A platform that keeps a connection, and so knows by itself how it stands: /readyz asks that, and not `check`."""

    def standing(self) -> Sequence[Finding]:
        """How the connection stands at this moment; nobody else is asked."""
        ...
