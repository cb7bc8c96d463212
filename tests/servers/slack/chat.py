"""Messages: chat.* and pins.*."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from servers.slack import checks, limits
from servers.slack.state import State
from servers.slack.world import BOT, Channel, Ephemeral, Message, Refused

BURST = 5
# Elements that somebody can use, and which therefore have an id, given by Slack where the app gives none.
INTERACTIVE = {"button", "overflow", "static_select", "external_select", "users_select", "conversations_select",
               "channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
               "multi_conversations_select", "multi_channels_select", "radio_buttons", "checkboxes", "datepicker",
               "timepicker", "datetimepicker", "plain_text_input", "number_input", "url_text_input",
               "email_text_input", "rich_text_input"}  # fmt: skip


def with_ids(state: State, blocks: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Blocks as they are kept: every block has an id, and every element that can be used."""
    made = deepcopy(blocks or [])
    for block in made:
        block.setdefault("block_id", state.tickets.name("b"))
    for name, part in limits.parts(made):
        if name in INTERACTIVE:
            part.setdefault("action_id", state.tickets.name("a"))
    return made


def post(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """chat.postMessage."""
    channel = _writable(state, a["channel"])
    state.judge("chat.postMessage", checks.message(a, state.allowed))
    _pace(state, channel)
    if (thread := a.get("thread_ts", "")) and thread not in channel.messages:
        raise Refused("thread_not_found")
    message = Message(
        state.world.ts(), channel.id, BOT, a.get("text") or "", with_ids(state, a.get("blocks")), arguments=a
    )
    message.thread_ts, message.broadcast = thread, bool(a.get("reply_broadcast"))
    message.metadata, (message.sender, message.received) = a.get("metadata"), state.sender
    if thread:
        channel.messages[thread].thread_ts = thread
    channel.messages[message.ts] = message
    return {"channel": channel.id, "ts": message.ts, "message": message.shown(metadata=True)}


def update(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """chat.update: the app's own messages only; what is not given stays."""
    channel, message = _own(state, a["channel"], a["ts"], "cant_update_message")
    state.judge("chat.update", checks.message(a, state.allowed))
    if limits.length(a.get("text", "")) > limits.TEXT:
        raise Refused("msg_too_long")
    before = {"text": message.text, "blocks": message.blocks, "metadata": message.metadata, "at": state.world.ts()}
    message.edits.append(before)
    message.text = a.get("text", message.text)
    message.blocks = with_ids(state, a["blocks"]) if "blocks" in a else message.blocks
    message.metadata = a.get("metadata", message.metadata)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.shown(metadata=True)}


def delete(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """chat.delete: the app's own messages only."""
    channel, message = _own(state, a["channel"], a["ts"], "cant_delete_message")
    del channel.messages[message.ts]
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """chat.postEphemeral."""
    channel = _writable(state, a["channel"])
    if a["user"] not in channel.members:
        raise Refused("user_not_in_channel")
    state.judge("chat.postEphemeral", checks.message(a, state.allowed))
    return {"message_ts": whisper(state, channel.id, a["user"], a).ts}


def whisper(state: State, channel: str, user: str, payload: dict[str, Any]) -> Ephemeral:
    """Show something to one member."""
    shown = Ephemeral(
        state.world.ts(), channel, user, payload.get("text") or "", with_ids(state, payload.get("blocks"))
    )
    shown.thread_ts = payload.get("thread_ts", "")
    state.world.ephemerals.append(shown)
    return shown


def permalink(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """chat.getPermalink."""
    channel = state.world.seen(a["channel"])
    message = _there(channel, a["message_ts"])
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    link = f"https://local.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"
    return {"channel": channel.id, "permalink": link}


def pin(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """pins.add."""
    channel = _writable(state, a["channel"])
    ts = _there(channel, a.get("timestamp", "")).ts
    if ts in channel.pins:
        raise Refused("already_pinned")
    channel.pins.append(ts)
    return {}


def unpin(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """pins.remove."""
    channel = _writable(state, a["channel"])
    if a.get("timestamp") not in channel.pins:
        raise Refused("no_pin")
    channel.pins.remove(a["timestamp"])
    return {}


def pins(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """pins.list, newest first."""
    channel = state.world.seen(a["channel"])
    found = [channel.messages[ts] for ts in reversed(channel.pins) if ts in channel.messages]
    return {"items": [{"type": "message", "channel": channel.id, "message": message.shown()} for message in found]}


def _writable(state: State, name: str) -> Channel:
    channel = state.world.seen(name)
    user = state.world.users.get(channel.im)
    if user and user.is_restricted:
        raise Refused("user_is_restricted")
    if channel.archived:
        raise Refused("is_archived")
    if BOT not in channel.members:
        raise Refused("not_in_channel")
    if channel.only_admins_post:
        raise Refused("restricted_action")
    return channel


def _there(channel: Channel, ts: str) -> Message:
    message = channel.messages.get(ts)
    if message is None:
        raise Refused("message_not_found")
    return message


def _own(state: State, name: str, ts: str, error: str) -> tuple[Channel, Message]:
    channel = state.world.seen(name)
    message = _there(channel, ts)
    if channel.archived:
        raise Refused("is_archived")
    if message.user != BOT:
        raise Refused(error)
    return channel, message


def _pace(state: State, channel: Channel) -> None:
    """A message a second and channel, with some in a burst (GCRA; Slack does not say how many)."""
    if state.world.posts_a_second is None:
        return
    step, now = 1 / state.world.posts_a_second, state.tickets.clock()
    free = max(state.paced.get(channel.id, 0.0), now) + step
    if free - now > BURST * step:
        raise Refused("ratelimited", retry_after=free - now - BURST * step)
    state.paced[channel.id] = free
