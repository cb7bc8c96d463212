"""What becomes of a payload: the command is answered, and the answer shown where it was asked. Knows no transport.

KINDS has a function for each kind of payload; a new kind of dialogue is a line there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from digestbot import telemetry
from digestbot.errors import PlatformError, origin
from digestbot.model import OPEN, Answered, Message
from digestbot.platforms.slack import asking, showing
from digestbot.platforms.slack.asker import Asker
from digestbot.platforms.slack.asking import Asked, Payload, Place, kind_of
from digestbot.platforms.slack.happening import Happening
from digestbot.platforms.slack.replying import Replying
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
    """One workspace's. patience: seconds after which an ack goes out without the answer."""

    asker: Asker
    replying: Replying
    answer: Answer
    happening: Happening
    patience: float = ACK_SECONDS

    async def hear(self, payload: Payload) -> Reply:
        """The reply to a payload, in time for its ack. Whatever fails is answered in a sentence; never raises."""
        kind = kind_of(payload)
        try:
            return await KINDS.get(kind, _nothing)(self, payload)
        except Exception as error:  # noqa: BLE001 - a payload of a new shape must not stop the others
            telemetry.event("slack", failed=True, part=kind, problem=origin(error))
            return Reply({"text": showing.FAILED} if kind == "command" else None)

    async def answered(self, asked: Asked) -> Answered:
        """What answers; a failure is an answer too."""
        if asked.problem:
            return Answered(showing.plainly(asked.problem), instead=True)
        try:
            command = await self.asker.command(asked)
            return await self.answer(command) if command else Answered(showing.plainly(showing.NOT_OURS))
        except Exception as error:  # noqa: BLE001 - who asked is told in any case
            telemetry.event("answer", failed=True, problem=origin(error))
            return Answered(showing.plainly(showing.FAILED))

    async def show(self, answered: Answered, asked: Asked) -> None:
        """Show an answer to whom it is for, and the Home tab anew where it was asked from there."""
        if asked.live:
            await self.replying.amend(answered.message, asked.place)
            return
        await self.replying.show(answered, asked.place)
        if asked.place.home and not answered.form:
            await self.publish(asked.place.user)

    async def publish(self, user: str) -> None:
        """Show a member their Home tab as it is now."""
        await self.replying.publish((await self.answered(asking.home({"user": user}))).message, user)

    async def in_time(self, asked: Asked) -> tuple[Answered | None, Awaitable[Answered]]:
        """The answer, or None where it takes too long, and what will give it."""
        work = asyncio.create_task(self.answered(asked))
        done, _ = await asyncio.wait({work}, timeout=self.patience)
        return (work.result() if done else None), work


async def _command(to: Dialogue, payload: Payload) -> Reply:
    """A slash command: the ack carries the answer, the first part of a long one; a form is opened before it."""
    asked = asking.command(payload)
    place = asked.place
    answered, work = await to.in_time(asked)
    if answered is None:
        return Reply({"text": showing.WAIT}, lambda: _show_later(to, work, asked))
    if answered.to != "member":
        return Reply(then=lambda: to.show(answered, asked))
    message = answered.message
    if view := showing.form(message, place):
        return await _opened(to, view, place)
    if not message.parts:
        return Reply()
    first = {"response_type": "ephemeral", **showing.in_turn(message, showing.MOST_USES + 1)[0]}
    rest = (lambda: _rest(to, message, place)) if len(message.parts) > 1 else None
    return Reply(first, rest, lambda: to.replying.api.respond(place.url, first))


async def _click(to: Dialogue, payload: Payload) -> Reply:
    """A click: its ack is empty, and the answer follows."""
    asked = asking.CHOICES[kind_of(payload)](payload)
    if asked is None or asked.name == OPEN:
        return Reply()

    async def then() -> None:
        await to.show(await to.answered(asked), asked)

    return Reply(then=then)


async def _submission(to: Dialogue, payload: Payload) -> Reply:
    """A modal that was sent off: the answer takes its place, or shows what is wrong beside the fields."""
    asked = asking.submission(payload)
    answered, work = await to.in_time(asked)
    if answered is None:
        waiting = showing.modal(showing.plainly(showing.WAIT), asked.place)
        return Reply({"response_action": "update", "view": waiting}, lambda: _show_later(to, work, asked))
    message = answered.message
    if wrong := showing.faults(message):
        return Reply(wrong)
    if not message.parts:
        return Reply()
    view = showing.form(message, asked.place) or showing.modal(message, asked.place)
    return Reply({"response_action": "update", "view": view}, lambda: _after(to, answered, asked))


async def _suggestions(to: Dialogue, payload: Payload) -> Reply:  # noqa: ARG001 - every kind takes the same
    return Reply({"options": []})


async def _event(to: Dialogue, payload: Payload) -> Reply:
    """Something happened in the workspace; Slack only wants to know that it was heard."""
    event = payload.get("event") or {}

    async def then() -> None:
        try:
            if event.get("type") != HOME:
                await to.happening.hear(event)
            elif event.get("tab") == "home":
                await to.publish(str(event["user"]))
        except Exception as error:  # noqa: BLE001 - there is nobody to tell
            telemetry.event("slack", failed=True, part="event", problem=origin(error))

    return Reply(then=then)


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

HOME = "app_home_opened"
"""The event that asks for a member's Home tab; happening.EVENTS has the others."""


async def _opened(to: Dialogue, view: dict[str, Any], place: Place) -> Reply:
    try:
        await to.replying.api.call(to.replying.api.client.views_open(trigger_id=place.trigger, view=view), "a form")
    except PlatformError as error:
        telemetry.event("answer", failed=True, problem=error)
        return Reply({"text": showing.TOO_LATE})
    return Reply()


async def _rest(to: Dialogue, message: Message, place: Place) -> None:
    try:
        await to.replying.respond(message, place, begin=1)
    except PlatformError as error:
        telemetry.event("answer", failed=True, problem=error)


async def _after(to: Dialogue, answered: Answered, asked: Asked) -> None:
    """What else a modal's answer changes: the message that it was opened from, and the Home tab."""
    if answered.settled and asked.place.message:
        await to.replying.settle(answered.settled, asked.place)
    if asked.place.home:
        await to.publish(asked.place.user)


async def _show_later(to: Dialogue, work: Awaitable[Answered], asked: Asked) -> None:
    await to.show(await work, asked)
