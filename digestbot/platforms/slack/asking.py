"""What somebody typed, clicked or filled in: Slack's payloads -> what is asked, and where an answer may go.

A payload is what Slack sends in any mode; nothing here knows how it came. There is a function for each kind.
https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from digestbot.rendering.actions import parse_id

Payload = Mapping[str, Any]

STALE = "That button is older than this digestbot. Ask anew with /quote or /digest."


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer may go.

    channel: where it was asked, "" where nobody knows. trigger: opens one modal, within three seconds. url: the
    response URL, "" for none. view: the modal it was asked in; home: it was asked on the Home tab. private: only the
    member sees the message that was clicked in. beside: the answer is about a part of the message, which stays.
    """

    user: str
    channel: str = ""
    trigger: str = ""
    url: str = ""
    view: str = ""
    home: bool = False
    private: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A command's name, its words and what was filled in. problem: what to say instead of asking anybody."""

    place: Place
    name: str = ""
    text: str = ""
    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def kind_of(payload: Payload) -> str:
    """Which kind of payload it is: "command", or what Slack calls its type."""
    return "command" if "command" in payload else str(payload.get("type", ""))


def command(payload: Payload) -> Asked:
    """A slash command; whatever stands behind it are its words."""
    place = Place(payload["user_id"], payload["channel_id"], payload["trigger_id"], payload.get("response_url", ""))
    return Asked(place, payload["command"].removeprefix("/").casefold(), _unescaped(payload.get("text") or ""))


def click(payload: Payload) -> Asked | None:
    """A button or an option of a menu, which carries its command; None for one that is a link."""
    action = payload["actions"][0]
    if action.get("url"):
        return None
    chosen = action.get("selected_option") or {}
    container, view = payload.get("container") or {}, payload.get("view") or {}
    place = Place(
        payload["user"]["id"],
        (payload.get("channel") or {}).get("id") or _channel(view),
        payload.get("trigger_id", ""),
        payload.get("response_url", ""),
        view.get("id", "") if view.get("type") == "modal" else "",
        home=view.get("type") == "home",
        private=bool(container.get("is_ephemeral")),
        beside=bool(chosen),
    )
    return _meant(place, str(chosen.get("value") or action.get("value") or ""))


def submission(payload: Payload) -> Asked:
    """A modal that was sent off: the command of its Form, with what was filled in as `values`."""
    view = payload["view"]
    place = Place(payload["user"]["id"], _channel(view), payload.get("trigger_id", ""), view=view["id"])
    return _meant(place, str(view.get("callback_id", "")), filled(view))


def shortcut(payload: Payload) -> Asked:
    """A shortcut, in a message's menu or a global one; its callback_id carries its command."""
    channel = (payload.get("channel") or {}).get("id", "")
    place = Place(payload["user"]["id"], channel, payload.get("trigger_id", ""), payload.get("response_url", ""))
    return _meant(place, str(payload.get("callback_id", "")))


def filled(view: Payload) -> dict[str, str]:
    """What was filled in, by the fields' names, which are those of their blocks; "" for what was left empty."""
    values: Mapping[str, Mapping[str, Payload]] = (view.get("state") or {}).get("values") or {}
    return {block: _said(element) for block, elements in values.items() for element in elements.values()}


def memory(channel: str) -> str:
    """What a modal remembers for us: the channel that it is about. It comes back as the view's private_metadata."""
    return json.dumps({"channel": channel})


CHOICES: Mapping[str, Callable[[Payload], Asked | None]] = {
    "block_actions": click,
    "message_action": shortcut,
    "shortcut": shortcut,
}
"""Which function reads which kind of choice: those that are acked with nothing, and answered afterwards."""


def _meant(place: Place, text: str, values: dict[str, str] | None = None) -> Asked:
    meant = parse_id(text)
    return Asked(place, *meant, values or {}) if meant else Asked(place, problem=STALE)


def _channel(view: Payload) -> str:
    try:
        said = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return ""
    return str(said.get("channel", "")) if isinstance(said, dict) else ""


def _said(element: Payload) -> str:
    """The answer in one element of a modal, whatever its type."""
    many = element.get("selected_options")
    if many is not None:
        return ", ".join(str(one["value"]) for one in many)
    if one := element.get("selected_option"):
        return str(one["value"])
    keys = ("value", "selected_time", "selected_date", "selected_conversation", "selected_channel", "selected_user")
    return next((str(element[key]) for key in keys if element.get(key)), "")


def _unescaped(text: str) -> str:
    """Slack escapes these three, and nothing else, in what people type."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
