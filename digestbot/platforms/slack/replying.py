"""Where an answer goes once it is there: beside or instead of a message, into a modal, the channel or the member's own.

Who asked is told in any case; what Slack refuses is logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from digestbot import telemetry
from digestbot.errors import PlatformError
from digestbot.model import Answered, Message
from digestbot.platforms.slack import showing
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.asking import Place
from digestbot.platforms.slack.conversations import Conversations
from digestbot.platforms.slack.refusals import code_of

_OUTSIDE = {"not_in_channel", "channel_not_found"}
"""Refusals of a post after which the response URL can still reach a channel: digestbot is no member of it."""


@dataclass(frozen=True, slots=True)
class Replying:
    """One workspace's."""

    api: Api
    conversations: Conversations

    async def show(self, answered: Answered, place: Place) -> None:
        """Show an answer, once the ack is out, to whom it is for."""
        try:
            if answered.settled and place.message and await self.settle(answered.settled, place) and not place.view:
                return
            if answered.to == "member":
                await self._privately(answered.message, place, instead=answered.instead)
            else:
                await self._tell(answered, place)
        except PlatformError as error:
            telemetry.event("answer", failed=True, problem=error)

    async def settle(self, message: Message, place: Place) -> bool:
        """Put what was decided in the place of the message that asked for it; whether Slack took it."""
        said: dict[str, Any] = {name: message.parts[0].payload.get(name) for name in ("text", "blocks")}
        try:
            await self.api.call(
                self.api.client.chat_update(channel=place.channel, ts=place.message, **said), "a decision",
                scope="channel",
            )  # fmt: skip
        except PlatformError as error:
            telemetry.event("answer", failed=True, problem=error)
            return False
        return True

    async def publish(self, message: Message, user: str) -> None:
        """Show a member their Home tab. Raises nothing."""
        try:
            call = self.api.client.views_publish(user_id=user, view=showing.home(message))
            await self.api.call(call, "the Home tab")
        except PlatformError as error:
            telemetry.event("home", failed=True, problem=error)

    async def amend(self, message: Message, place: Place) -> None:
        """Show a form that is being filled in what it comes to so far; one that was changed again meanwhile is left."""
        view = showing.form(message, place)
        if view is None:
            return
        try:
            call = self.api.client.views_update(view_id=place.view, hash=place.hash, view=view)
            await self.api.call(call, "a form")
        except PlatformError as error:
            if _code(error) not in {"hash_conflict", "not_found"}:
                telemetry.event("answer", failed=True, problem=error)

    async def open(self, view: dict[str, Any], place: Place) -> None:
        """Open a modal, on top of the one it was asked in; who cannot be shown it is told. Raises PlatformError."""
        client = self.api.client
        call = client.views_push if place.view else client.views_open
        try:
            await self.api.call(call(trigger_id=place.trigger, view=view), "a form")
        except PlatformError:
            if not place.url:
                raise
            await self.api.respond(place.url, {"text": showing.TOO_LATE, "replace_original": False})

    async def respond(self, message: Message, place: Place, *, replaces: bool = False, begin: int = 0) -> None:
        """Use the response URL for the parts from `begin` on. Raises PlatformError."""
        for n, payload in enumerate(showing.in_turn(message, showing.MOST_USES + begin)[begin:]):
            how = {"response_type": "ephemeral", "replace_original": replaces and n == 0}
            await self.api.respond(place.url, {**how, **payload})

    async def _privately(self, message: Message, place: Place, *, instead: bool = False) -> None:
        if view := showing.form(message, place):
            await self.open(view, place)
        elif place.view:
            await self._in_modal(showing.modal(message, place), place, on_top=place.beside and not instead)
        elif place.url:
            await self.respond(message, place, replaces=instead and place.private)
        elif place.trigger:
            await self.open(showing.modal(message, place), place)

    async def _in_modal(self, view: dict[str, Any], place: Place, *, on_top: bool) -> None:
        client = self.api.client
        if on_top:
            await self.api.call(client.views_push(trigger_id=place.trigger, view=view), "a modal")
        else:
            await self.api.call(client.views_update(view_id=place.view, view=view), "a modal")

    async def _tell(self, answered: Answered, place: Place) -> None:
        """Say it to all in the channel, or in the member's direct messages; then tell the member that it was said."""
        told = answered.told
        try:
            if answered.to == "direct":
                await self._post(answered.message, await self.conversations.direct(place.user))
            else:
                await self._share(answered.message, place)
        except PlatformError as error:
            telemetry.event("answer", failed=True, problem=error)
            told = showing.plainly(showing.PERHAPS_SAID if error.sent == "perhaps" else showing.UNSAID)
        if told:
            await self._privately(told, place)

    async def _share(self, message: Message, place: Place) -> None:
        try:
            await self._post(message, place.channel)
        except PlatformError as error:
            if not place.url or _code(error) not in _OUTSIDE:
                raise
            for payload in showing.in_turn(message, showing.MOST_USES - 1):
                how = {"response_type": "in_channel", "replace_original": False}
                await self.api.respond(place.url, {**how, **payload})

    async def _post(self, message: Message, channel: str) -> None:
        """Post the parts, the first to the channel and the others to its thread. Raises PlatformError."""
        thread: dict[str, Any] = {}
        for part in message.parts:
            said: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, **part.payload, **thread}
            call = self.api.client.chat_postMessage(channel=channel, **said)
            answer = await self.api.call(call, "what was to be shown", scope="channel")
            thread = thread or {"thread_ts": str(answer["ts"])}


def _code(error: PlatformError) -> str:
    cause = error.__cause__
    return code_of(cause) if isinstance(cause, SlackApiError) else ""
