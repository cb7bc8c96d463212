"""Slack as ports.Platform: one workspace, by its bot's token and its app's token."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import SecretStr

from digestbot import telemetry
from digestbot.errors import PlatformError, StoreError
from digestbot.findings import Finding, Level, ok
from digestbot.model import Channel, MessageRef, Part
from digestbot.platforms.slack import bolt, starting
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.asker import Asker
from digestbot.platforms.slack.conversations import Conversations
from digestbot.platforms.slack.dialogue import ACK_SECONDS, Dialogue
from digestbot.platforms.slack.happening import Happening
from digestbot.platforms.slack.once import Once
from digestbot.platforms.slack.people import People
from digestbot.platforms.slack.posting import Posting
from digestbot.platforms.slack.replying import Replying
from digestbot.platforms.slack.sockets import COUNT, Sockets, Timing
from digestbot.ports import Answer, Capabilities, News, Pace

PACES = (
    # https://docs.slack.dev/apis/web-api/rate-limits: one a second and channel, short bursts tolerated.
    Pace("channel", 1.0, burst=3),
    # The same page tells of a workspace's limit of several hundred messages a minute, without a number.
    Pace("workspace", 0.25, burst=10),
)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two tries to begin, while Slack is out of reach."""

T = TypeVar("T")


class Slack:
    """The workspace whose tokens these are. workspace: its name in our channels, as digestbot.toml has it.

    timing, patience: see sockets.Timing and dialogue.ACK_SECONDS.
    """

    name = "slack"
    capabilities = Capabilities(
        "slack", can_find=True, can_answer=True, can_edit=True, paces=PACES, can_thread=True, can_pin=True
    )

    def __init__(
        self,
        api: Api,
        app_token: SecretStr,
        workspace: str,
        timing: Timing | None = None,
        patience: float = ACK_SECONDS,
    ) -> None:
        self.conversations = Conversations(api)
        self.posting = Posting(api, workspace, self.conversations)
        self._api = api
        self._app_token = app_token
        self._workspace = workspace
        self._timing = timing or Timing()
        self._patience = patience
        self._drained = asyncio.Event()
        self._sockets: Sockets | None = None

    @property
    def sockets_up(self) -> int:
        """How many sockets are connected, of sockets.COUNT."""
        return self._sockets.up if self._sockets else 0

    def standing(self) -> Sequence[Finding]:
        """See ports.Connected: without a socket no command is answered; digests go out all the same."""
        up = self.sockets_up
        if up == COUNT:
            return [ok(f"{up} of {COUNT} sockets are up")]
        level = Level.WARNING if up else Level.ERROR
        return [Finding(level, f"{up} of {COUNT} sockets are up.", "Look at the log, and at `digestbot doctor`.")]

    def templates(self, channel: Channel) -> str:  # noqa: ARG002 - all its channels are alike
        """See ports.Platform."""
        return self.capabilities.templates

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """See ports.Platform; a part with a parent continues in its thread."""
        return await self.posting.post(channel, part, key, parent)

    async def find(
        self, channel: Channel, key: str, since: datetime, parent: MessageRef | None = None
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """See ports.Platform; whether a history can be read is a matter of the channel."""
        return await self.posting.find(channel, key, since, parent)

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """See ports.Platform."""
        await self.posting.edit(ref, part)

    async def pin(self, ref: MessageRef) -> None:
        """See ports.Platform."""
        await self.posting.pin(ref)

    async def unpin(self, ref: MessageRef) -> None:
        """See ports.Platform."""
        await self.posting.unpin(ref)

    async def check(self, channel: Channel) -> Sequence[str]:
        """See ports.Platform: whose the token is, whether the channel can be reached, and its history be read."""
        try:
            identity = await starting.identify(self._api)
        except PlatformError as error:
            return (str(error),)
        wrong = starting.misnamed(identity, self._workspace)
        return (wrong,) if wrong else await self.posting.check(channel)

    async def run(self, answer: Answer, news: News | None = None) -> None:
        """See ports.Platform. Raises PlatformError for tokens that are good for nothing; waits while Slack is away."""
        identity = await self._unless_drained(self._begin())
        if identity is None:
            return
        people = People(self._api, identity.team)
        happening = Happening(self._workspace, identity.user, self.posting.forget, news)
        replying = Replying(self._api, self.conversations)
        asker = Asker(self._api, people, self.conversations, identity, self._workspace)
        dialogue = Dialogue(asker, replying, answer, happening, self._patience)
        app = bolt.app(self._api, identity, Once(dialogue.hear))
        self._sockets = Sockets(
            self._api.client, self._app_token, lambda payload: bolt.dispatched(app, payload), self._timing
        )
        self._sockets.open()
        if news:
            await self._returned(news)
        await self._drained.wait()

    async def drain(self) -> None:
        """See ports.Platform: every command that was accepted is answered."""
        self._drained.set()
        if self._sockets is not None:
            await self._sockets.close()
        await self._api.close()

    async def _begin(self) -> starting.Identity:
        """Look at the tokens, again and again while nobody answers; say what will not work."""
        pause = _FIRST_PAUSE
        while True:
            try:
                identity = await starting.identify(self._api)
                await starting.try_app_token(self._api, self._app_token)
                break
            except PlatformError as error:
                if error.permanent:
                    raise
                telemetry.event("slack", failed=True, problem=error)
                await asyncio.sleep(error.retry_after or pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        if wrong := starting.misnamed(identity, self._workspace):
            raise PlatformError(wrong, permanent=True)
        for finding in starting.findings(self._api):
            telemetry.event("slack", failed=True, problem=finding)
        telemetry.event("slack", workspace=identity.team, name=identity.name)
        return identity

    async def _returned(self, news: News) -> None:
        """Tell that the workspace has digestbot: its tokens are good."""
        try:
            await news.returned(self._workspace)
        except StoreError as error:
            telemetry.event("slack", failed=True, problem=error)

    async def _unless_drained(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What the work gives, or None once draining began."""
        task, drained = asyncio.ensure_future(work), asyncio.ensure_future(self._drained.wait())
        try:
            await asyncio.wait({task, drained}, return_when=asyncio.FIRST_COMPLETED)
            return await task if task.done() and not self._drained.is_set() else None
        finally:
            for one in (task, drained):
                one.cancel()
            await asyncio.gather(task, drained, return_exceptions=True)
