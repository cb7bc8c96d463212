"""A rendered Message -> what Slack takes: acks, uses of a response URL, modals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from digestbot.model import Message, Part
from digestbot.platforms.slack.asking import Place, memory

MOST_USES = 5
"""How often a response URL may be used, in half an hour (docs.slack.dev/interactivity/handling-user-interaction)."""

MOST_BLOCKS = 100
"""Blocks of a modal or a Home tab."""

FAILED = "That failed, by a fault of digestbot's. Try again; if it stays so, tell whoever runs it."
WAIT = "One moment …"
TOO_MUCH = "There is more, and Slack lets me show no more at once. Narrow it down."
UNSAID = "Slack did not take it, so nobody sees it. Try again later."
PERHAPS_SAID = "Slack did not say whether it took it. Look before you try again."
NOT_OURS = "This channel is another workspace's, and digestbot answers only in channels of its own."
TOO_LATE = "The form could not be opened. Ask again, or type what you want behind the command."

Payload = Mapping[str, object]


def plainly(text: str) -> Message:
    """A message of one sentence of ours, which holds nothing that Slack's markup knows."""
    return Message((Part({"text": text}, text),))


def form(message: Message, place: Place) -> dict[str, Any] | None:
    """The modal that a Form was rendered as, which remembers where it was asked for; None for other messages."""
    view = _view(message)
    return {"private_metadata": memory(place), **view} if view.get("type") == "modal" else None


def home(message: Message) -> dict[str, Any]:
    """The Home tab that a Home was rendered as; other messages, such as a fault's, stand on it by themselves."""
    view = _view(message)
    return view if view.get("type") == "home" else {"type": "home", "blocks": _all_blocks(message)}


def faults(message: Message) -> dict[str, Any] | None:
    """The ack that shows a modal's wrong answers beside their fields; None for other messages."""
    payload = message.parts[0].payload if message.parts else {}
    return dict(payload) if payload.get("response_action") == "errors" else None


def in_turn(message: Message, uses: int) -> Sequence[Payload]:
    """The parts' payloads, at most so many; where some are left out, the last says so."""
    payloads = [part.payload for part in message.parts]
    return payloads if len(payloads) <= uses else [*payloads[: uses - 1], {"text": TOO_MUCH}]


def modal(message: Message, place: Place) -> dict[str, Any]:
    """The message in a modal, for who asked where no message can be shown."""
    return {
        "type": "modal",
        "title": _plain("digestbot"),
        "close": _plain("Close"),
        "private_metadata": memory(place),
        "blocks": _all_blocks(message),
    }


def _view(message: Message) -> dict[str, Any]:
    view = message.parts[0].payload.get("view") if message.parts else None
    return view if isinstance(view, dict) else {}


def _all_blocks(message: Message) -> list[object]:
    return [block for part in message.parts for block in _blocks(part)][:MOST_BLOCKS]


def _blocks(part: Part) -> Sequence[object]:
    blocks = part.payload.get("blocks")
    return blocks if isinstance(blocks, list) else [{"type": "section", "text": _plain(part.text[:3_000] or WAIT)}]


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}
