"""What becomes of a payload: the command is answered, and the answer shown where it was asked. Knows no transport.

KINDS has a function for each kind of payload, EVENTS one for each event; a new kind of dialogue is a line there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from digestbot import telemetry
from digestbot.errors import PlatformError, origin
from digestbot.model import OPEN, Channel, Command, Message
from digestbot.platforms.slack import asking, showing
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.asking import Asked, Payload, Place, kind_of
from digestbot.platforms.slack.people import People
from digestbot.ports import Answer

ACK_SECONDS = 2.5
"""Slack waits three seconds for an ack; what takes longer than this is shown afterwards."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a payload is acked with (None: with nothing), and what remains to be done once that is on its way.

    otherwise: how the ack's content reaches the member where the ack itself cannot; None where it has no content.
    """

    ack: Mapping[str, Any] | None = None
    then: Callable[[], Awaitable[None]] | None = None
    otherwise: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One workspace's. workspace: its name in our channels. changed: is told of a channel that changed.

    patience: seconds after which an ack goes out without the answer.
    """

    api: Api
    people: People
    workspace: str
    answer: Answer
    changed: Callable[[str], None]
    patience: float = ACK_SECONDS

    async def hear(self, payload: Payload) -> Reply:
        """The reply to a payload, in time for its ack. Whatever fails is answered in a sentence; never raises."""
        kind = kind_of(payload)
        try:
            return await KINDS.get(kind, _nothing)(self, payload)
        except Exception as error:  # noqa: BLE001 - a payload of a new shape must not stop the others
            telemetry.event("slack", failed=True, part=kind, problem=origin(error))
            return Reply({"text": showing.FAILED} if kind == "command" else None)

    async def answered(self, asked: Asked) -> Message:
        """The message that answers; a failure is a message too."""
        if asked.problem:
            return showing.plainly(asked.problem)
        try:
            who = await self.people.get(asked.place.user)
            where = Channel("slack", self.workspace, asked.place.channel)
            command = Command(
                asked.name, asked.text, where, asked.place.user, who.admin, who.groups, asked.place.trigger,
                zone=who.zone, values=asked.values,
            )  # fmt: skip
            return (await self.answer(command)).message
        except Exception as error:  # noqa: BLE001 - who asked is told in any case
            telemetry.event("answer", failed=True, problem=origin(error))
            return showing.plainly(showing.FAILED)

    async def show(self, message: Message, place: Place) -> None:
        """Show an answer to who asked, once the ack is out; what Slack refuses is logged."""
        try:
            if view := showing.form(message, place):
                await self._open(view, place)
            elif place.view:
                await self._in_modal(showing.modal(message, place), place)
            elif place.url:
                replaces = place.private and not place.beside
                await self.respond(message, place, replaces=replaces)
            elif place.trigger:
                await self._open(showing.modal(message, place), place)
        except PlatformError as error:
            telemetry.event("answer", failed=True, problem=error)

    async def respond(self, message: Message, place: Place, *, replaces: bool = False, begin: int = 0) -> None:
        """Use the response URL for the parts from `begin` on. Raises PlatformError."""
        for n, payload in enumerate(showing.in_turn(message, showing.MOST_USES + begin)[begin:]):
            how = {"response_type": "ephemeral", "replace_original": replaces and n == 0}
            await self.api.respond(place.url, {**how, **payload})

    async def _open(self, view: dict[str, Any], place: Place) -> None:
        """Open a modal, on top of the one it was asked in; who cannot be shown it is told."""
        client = self.api.client
        call = client.views_push if place.view else client.views_open
        try:
            await self.api.call(call(trigger_id=place.trigger, view=view), "a form")
        except PlatformError:
            if not place.url:
                raise
            await self.api.respond(place.url, {"text": showing.TOO_LATE, "replace_original": False})

    async def _in_modal(self, view: dict[str, Any], place: Place) -> None:
        client = self.api.client
        if place.beside:
            await self.api.call(client.views_push(trigger_id=place.trigger, view=view), "a modal")
        else:
            await self.api.call(client.views_update(view_id=place.view, view=view), "a modal")

    async def in_time(self, asked: Asked) -> tuple[Message | None, Awaitable[Message]]:
        """The answer, or None where it takes too long, and what will give it."""
        work = asyncio.create_task(self.answered(asked))
        done, _ = await asyncio.wait({work}, timeout=self.patience)
        return (work.result() if done else None), work


async def _command(to: Dialogue, payload: Payload) -> Reply:
    """A slash command: the ack carries the answer, the first part of a long one; a form is opened before it."""
    asked = asking.command(payload)
    place = asked.place
    message, work = await to.in_time(asked)
    if message is None:
        return Reply({"text": showing.WAIT}, lambda: _show_later(to, work, place))
    if view := showing.form(message, place):
        return await _opened(to, view, place)
    if not message.parts:
        return Reply()
    first = {"response_type": "ephemeral", **showing.in_turn(message, showing.MOST_USES + 1)[0]}
    rest = (lambda: _rest(to, message, place)) if len(message.parts) > 1 else None
    return Reply(first, rest, lambda: to.api.respond(place.url, first))


async def _click(to: Dialogue, payload: Payload) -> Reply:
    """A click: its ack is empty, and the answer follows."""
    asked = asking.CHOICES[kind_of(payload)](payload)
    if asked is None or asked.name == OPEN:
        return Reply()

    async def then() -> None:
        await to.show(await to.answered(asked), asked.place)

    return Reply(then=then)


async def _submission(to: Dialogue, payload: Payload) -> Reply:
    """A modal that was sent off: the answer takes its place, or shows what is wrong beside the fields."""
    asked = asking.submission(payload)
    message, work = await to.in_time(asked)
    if message is None:
        waiting = showing.modal(showing.plainly(showing.WAIT), asked.place)
        return Reply({"response_action": "update", "view": waiting}, lambda: _show_later(to, work, asked.place))
    if wrong := showing.faults(message):
        return Reply(wrong)
    if not message.parts:
        return Reply()
    view = showing.form(message, asked.place) or showing.modal(message, asked.place)
    return Reply({"response_action": "update", "view": view})


async def _suggestions(to: Dialogue, payload: Payload) -> Reply:  # noqa: ARG001 - every kind takes the same
    return Reply({"options": []})


async def _event(to: Dialogue, payload: Payload) -> Reply:
    """Something happened in the workspace; Slack only wants to know that it was heard."""
    event = payload.get("event") or {}
    if reaction := EVENTS.get(str(event.get("type", ""))):
        await reaction(to, event)
    return Reply()


async def _channel_changed(to: Dialogue, event: Payload) -> None:
    to.changed(str(event.get("channel", "")))


async def _nothing(to: Dialogue, payload: Payload) -> Reply:  # noqa: ARG001 - every kind takes the same
    return Reply()


KINDS: Mapping[str, Callable[[Dialogue, Payload], Awaitable[Reply]]] = {
    "command": _command,
    "block_actions": _click,
    "message_action": _click,
    "shortcut": _click,
    "view_submission": _submission,
    "block_suggestion": _suggestions,
    "event_callback": _event,
}
"""What is done about each kind of payload; all others are acked, and nothing follows."""

EVENTS: Mapping[str, Callable[[Dialogue, Payload], Awaitable[None]]] = dict.fromkeys(
    (
        "channel_archive",
        "channel_unarchive",
        "channel_left",
        "group_archive",
        "group_unarchive",
        "group_left",
        "member_joined_channel",
    ),
    _channel_changed,
)


async def _opened(to: Dialogue, view: dict[str, Any], place: Place) -> Reply:
    try:
        await to.api.call(to.api.client.views_open(trigger_id=place.trigger, view=view), "a form")
    except PlatformError as error:
        telemetry.event("answer", failed=True, problem=error)
        return Reply({"text": showing.TOO_LATE})
    return Reply()


async def _rest(to: Dialogue, message: Message, place: Place) -> None:
    try:
        await to.respond(message, place, begin=1)
    except PlatformError as error:
        telemetry.event("answer", failed=True, problem=error)


async def _show_later(to: Dialogue, work: Awaitable[Message], place: Place) -> None:
    await to.show(await work, place)
