"""The payloads of interactions and events, as Slack documents them."""

from __future__ import annotations

from typing import Any

from servers.slack.state import State
from servers.slack.world import APP, BOT, TEAM, Channel, Ephemeral, Message, User, View


def command(state: State, name: str, text: str, user: str, channel: str) -> dict[str, Any]:
    """A slash command. It cannot be typed in a thread, so there is no thread in it."""
    who, where = state.world.users[user], state.world.channels[channel]
    return {
        "token": "local",
        "team_id": who.team,
        "team_domain": "local",
        "channel_id": where.id,
        "channel_name": "directmessage" if where.im else "privategroup" if where.private else where.name,
        "user_id": who.id,
        "user_name": who.name,
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": _url(state, user, channel),
        "trigger_id": state.tickets.trigger(user),
    }


def click(state: State, target: Message | Ephemeral, user: str, action: dict[str, Any]) -> dict[str, Any]:
    """`block_actions` of a message; one that only its reader sees is not in the payload."""
    where, private = state.world.channels[target.channel], isinstance(target, Ephemeral)
    place = {"type": "message", "message_ts": target.ts, "channel_id": where.id, "is_ephemeral": private}
    place |= {"thread_ts": target.thread_ts} if target.thread_ts else {}
    message = {"message": target.shown(metadata=True)} if isinstance(target, Message) else {}
    return {
        **_interaction(state, "block_actions", user),
        "container": place,
        "channel": _channel(where),
        **message,
        "state": {"values": {}},
        "response_url": _url(state, user, where.id, target),
        "actions": [action],
    }


def click_in_view(
    state: State, view: View, user: str, action: dict[str, Any], values: dict[str, Any]
) -> dict[str, Any]:
    """`block_actions` of a modal or a Home tab: it has no channel and no response URL."""
    shown = view.shown() | {"state": {"values": values}}
    place = {"type": "view", "view_id": view.id}
    return {
        **_interaction(state, "block_actions", user, view.id),
        "container": place,
        "view": shown,
        "actions": [action],
    }


def submission(state: State, view: View, values: dict[str, Any]) -> dict[str, Any]:
    """`view_submission`."""
    shown = view.shown() | {"state": {"values": values}}
    return {**_interaction(state, "view_submission", view.user, view.id), "view": shown, "response_urls": []}


def closed(state: State, view: View, *, cleared: bool) -> dict[str, Any]:
    """`view_closed`."""
    made = _interaction(state, "view_closed", view.user)
    del made["trigger_id"]
    return {**made, "view": view.shown(), "is_cleared": cleared}


def message_shortcut(state: State, callback_id: str, message: Message, user: str) -> dict[str, Any]:
    """`message_action`: a shortcut in a message's menu."""
    where = state.world.channels[message.channel]
    return {
        **_interaction(state, "message_action", user),
        "callback_id": callback_id,
        "action_ts": state.world.ts(),
        "message_ts": message.ts,
        "message": message.shown(),
        "channel": _channel(where),
        "response_url": _url(state, user, where.id),
    }


def shortcut(state: State, callback_id: str, user: str) -> dict[str, Any]:
    """`shortcut`: a global one, in no channel."""
    return {**_interaction(state, "shortcut", user), "callback_id": callback_id, "action_ts": state.world.ts()}


def suggestion(
    state: State, target: Message | View, user: str, element: tuple[dict[str, Any], dict[str, Any]], typed: str
) -> dict[str, Any]:
    """`block_suggestion`: what was typed into an external select."""
    block, select = element
    made = _interaction(state, "block_suggestion", user)
    del made["trigger_id"]
    if isinstance(target, View):
        place: dict[str, Any] = {"container": {"type": "view", "view_id": target.id}, "view": target.shown()}
    else:
        channel = _channel(state.world.channels[target.channel])
        place = {
            "container": {"type": "message", "message_ts": target.ts},
            "message": target.shown(),
            "channel": channel,
        }
    return {**made, **place, "action_id": select["action_id"], "block_id": block["block_id"], "value": typed}


def event(state: State, inner: dict[str, Any], channel: str = "") -> dict[str, Any]:
    """`event_callback` around an event."""
    where = state.world.channels.get(channel or inner.get("channel", ""))
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM,
        "user_id": BOT,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "local",
        "team_id": TEAM,
        "api_app_id": APP,
        "type": "event_callback",
        "event": {"event_ts": state.world.ts(), **inner},
        "event_id": state.tickets.name("Ev"),
        "event_time": int(float(state.world.ts())),
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(where and where.shared),
    }


def _interaction(state: State, kind: str, user: str, view: str = "") -> dict[str, Any]:
    who: User = state.world.users[user]
    return {
        "type": kind,
        "team": {"id": who.team, "domain": "local" if who.team == TEAM else "elsewhere"},
        "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": who.team},
        "api_app_id": APP,
        "token": "local",
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": state.tickets.trigger(user, view),
    }


def _channel(channel: Channel) -> dict[str, str]:
    return {"id": channel.id, "name": "directmessage" if channel.im else channel.name}


def _url(state: State, user: str, channel: str, origin: Message | Ephemeral | None = None) -> str:
    return f"{state.base}/response/{state.tickets.response(user, channel, origin)}"
