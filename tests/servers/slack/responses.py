"""Response URLs: what an app says after the ack of an interaction."""

from __future__ import annotations

from typing import Any

from servers.slack import checks
from servers.slack.chat import whisper, with_ids
from servers.slack.state import State
from servers.slack.tickets import Response
from servers.slack.world import BOT, Ephemeral, Message, Refused


def respond(state: State, ticket: str, payload: dict[str, Any]) -> None:
    """Say it to the member, or to the channel; replace or delete what the interaction came from."""
    to = state.tickets.respond(ticket)
    _names(state, "response_url", payload)
    if payload.get("delete_original"):
        _delete(state, to)
        return
    state.judge("response_url", checks.message(payload, state.allowed))
    if payload.get("replace_original"):
        _replace(state, to, payload)
    else:
        show(state, to.channel, to.user, payload)


def show(state: State, channel: str, user: str, payload: dict[str, Any]) -> Message | Ephemeral:
    """What an ack or a response URL says: to the member alone, unless `response_type` is `in_channel`."""
    kind = payload.get("response_type", "ephemeral")
    if kind not in {"ephemeral", "in_channel"}:
        state.problem(f"no response_type {kind!r}")
    if kind != "in_channel":
        return whisper(state, channel, user, payload)
    blocks = with_ids(state, payload.get("blocks"))
    more = {"thread_ts": payload.get("thread_ts", ""), "metadata": payload.get("metadata")}
    return state.world.say(channel, BOT, payload.get("text") or "", blocks=blocks, arguments=payload, **more)


def acked(state: State, channel: str, user: str, payload: dict[str, Any]) -> Message | Ephemeral | None:
    """What the ack of a slash command shows."""
    _names(state, "ack", payload)
    try:
        state.judge("ack", checks.message(payload, state.allowed))
    except Refused:
        return None
    return show(state, channel, user, payload)


def _names(state: State, where: str, payload: dict[str, Any]) -> None:
    for name in sorted(payload.keys() - checks.MESSAGE_KEYS):
        state.problem(f"{where} has no argument {name!r}")


def _delete(state: State, to: Response) -> None:
    if isinstance(to.origin, Ephemeral):
        to.origin.deleted = True
    elif isinstance(to.origin, Message):
        state.world.channels[to.channel].messages.pop(to.origin.ts, None)
    else:
        state.problem("delete_original, and there is no original")


def _replace(state: State, to: Response, payload: dict[str, Any]) -> None:
    if to.origin is None:
        show(state, to.channel, to.user, payload)
        return
    if isinstance(to.origin, Message):
        before = {"text": to.origin.text, "blocks": to.origin.blocks, "metadata": to.origin.metadata}
        to.origin.edits.append({**before, "at": state.world.ts()})
    else:
        to.origin.replaced += 1
    to.origin.text, to.origin.blocks = payload.get("text") or "", with_ids(state, payload.get("blocks"))
