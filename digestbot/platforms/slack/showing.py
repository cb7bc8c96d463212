"""A rendered Message -> what Slack takes: acks, uses of a response URL, modals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from digestbot.model import Message, Part
from digestbot.platforms.slack.asking import Place, memory

MOST_USES = 5
"""How often a response URL may be used, in half an hour (docs.slack.dev/interactivity/handling-user-interaction)."""

MOST_BLOCKS = 100
"""Blocks of a modal."""

FAILED = "That failed, by a fault of digestbot's. Try again; if it stays so, tell whoever runs it."
WAIT = "One moment …"
TOO_MUCH = "There is more, and Slack lets me show no more at once. Narrow it down."
TOO_LATE = "The form could not be opened. Ask again, or type what you want behind the command."

Payload = Mapping[str, object]


def plainly(text: str) -> Message:
    """A message of one sentence of ours, which holds nothing that Slack's markup knows."""
    return Message((Part({"text": text}, text),))


def form(message: Message, place: Place) -> dict[str, Any] | None:
    """The modal that a Form was rendered as, which remembers where it was asked for; None for other messages."""
    view = message.parts[0].payload.get("view") if message.parts else None
    return {"private_metadata": memory(place.channel), **view} if isinstance(view, dict) else None


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
    blocks = [block for part in message.parts for block in _blocks(part)]
    return {
        "type": "modal",
        "title": _plain("digestbot"),
        "close": _plain("Close"),
        "private_metadata": memory(place.channel),
        "blocks": blocks[:MOST_BLOCKS],
    }


def _blocks(part: Part) -> Sequence[object]:
    blocks = part.payload.get("blocks")
    return blocks if isinstance(blocks, list) else [{"type": "section", "text": _plain(part.text[:3_000] or WAIT)}]


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}
