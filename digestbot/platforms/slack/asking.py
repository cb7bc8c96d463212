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

SAVE = "save_highlight"
"""The callback_id of the message shortcut, as the manifest names it."""

STALE = "That button is older than this digestbot. Ask anew with /quote or /digest."


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer may go.

    team: the workspace of who asked, "" where nobody says. channel: where it was asked, "" where nobody knows. trigger:
    opens one modal, within three seconds. url: the response URL, "" for none. view: the modal it was asked in, as it
    was with `hash`; home: it was asked on the Home tab, or in a modal that was opened there. private: only the member
    sees the message that was clicked in; message: the ts of one that others see too. beside: the answer is about a part
    of the message, which stays.
    """

    user: str
    channel: str = ""
    trigger: str = ""
    url: str = ""
    view: str = ""
    hash: str = ""
    home: bool = False
    private: bool = False
    message: str = ""
    beside: bool = False
    team: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command's name, its words and what was filled in. problem: what to say instead of asking anybody.

    live: the form is still being filled in. message: the payload of the message that it is about.
    """

    place: Place
    name: str = ""
    text: str = ""
    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    live: bool = False
    message: Payload | None = None


def kind_of(payload: Payload) -> str:
    """Which kind of payload it is: "command", or what Slack calls its type."""
    return "command" if "command" in payload else str(payload.get("type", ""))


def command(payload: Payload) -> Asked:
    """A slash command; whatever stands behind it are its words."""
    place = Place(
        payload["user_id"], payload["channel_id"], payload["trigger_id"], payload.get("response_url", ""),
        team=str(payload.get("team_id") or ""),
    )  # fmt: skip
    return Asked(place, payload["command"].removeprefix("/").casefold(), _unescaped(payload.get("text") or ""))


def click(payload: Payload) -> Asked | None:
    """A button or an option of a menu, which carries its command; None for one that is a link.

    A field of a form that was changed asks what the form comes to so far.
    """
    action, view = payload["actions"][0], payload.get("view") or {}
    if action.get("url"):
        return None
    if any(block.get("type") == "input" and block.get("block_id") == action.get("block_id") for block in _blocks(view)):
        return _meant(_in_view(payload), str(view.get("callback_id", "")), filled(view), live=True)
    chosen = action.get("selected_option") or {}
    place = _in_view(payload, beside=bool(chosen)) if view else _in_message(payload, beside=bool(chosen))
    return _meant(place, str(chosen.get("value") or action.get("value") or ""))


def submission(payload: Payload) -> Asked:
    """A modal that was sent off: the command of its Form, with what was filled in as `values`."""
    view = payload["view"]
    return _meant(_in_view(payload), str(view.get("callback_id", "")), filled(view))


def shortcut(payload: Payload) -> Asked:
    """A shortcut, in a message's menu or a global one; the callback_id of one that is not SAVE carries its command."""
    channel = (payload.get("channel") or {}).get("id", "")
    place = Place(
        payload["user"]["id"], channel, payload.get("trigger_id", ""), payload.get("response_url", ""),
        team=_team(payload),
    )  # fmt: skip
    message = payload.get("message")
    if payload.get("callback_id") == SAVE and message:
        return Asked(place, "capture", message=message)
    return _meant(place, str(payload.get("callback_id", "")))


def home(event: Payload) -> Asked:
    """The Home tab was opened."""
    return Asked(Place(str(event["user"]), home=True), "home")


def filled(view: Payload) -> dict[str, str]:
    """What was filled in, by the fields' names, which are those of their blocks; "" for what was left empty."""
    values: Mapping[str, Mapping[str, Payload]] = (view.get("state") or {}).get("values") or {}
    return {block: _said(element) for block, elements in values.items() for element in elements.values()}


def memory(place: Place) -> str:
    """What a modal remembers for us: where it was opened. It comes back as the view's private_metadata."""
    return json.dumps({"channel": place.channel, "message": place.message, "home": place.home})


CHOICES: Mapping[str, Callable[[Payload], Asked | None]] = {
    "block_actions": click,
    "message_action": shortcut,
    "shortcut": shortcut,
}
"""Which function reads which kind of choice: those that are acked with nothing, and answered afterwards."""


def _in_message(payload: Payload, *, beside: bool) -> Place:
    container = payload.get("container") or {}
    private = bool(container.get("is_ephemeral"))
    return Place(
        payload["user"]["id"],
        (payload.get("channel") or {}).get("id", ""),
        payload.get("trigger_id", ""),
        payload.get("response_url", ""),
        private=private,
        message="" if private else str(container.get("message_ts") or ""),
        beside=beside,
        team=_team(payload),
    )


def _in_view(payload: Payload, *, beside: bool = False) -> Place:
    """A modal, which remembers where it was opened, or the Home tab."""
    view = payload["view"]
    known, modal = _remembered(view), view.get("type", "modal") == "modal"
    return Place(
        payload["user"]["id"],
        str(known.get("channel", "")),
        payload.get("trigger_id", ""),
        view=view["id"] if modal else "",
        hash=str(view.get("hash", "")),
        home=not modal or bool(known.get("home")),
        message=str(known.get("message", "")),
        beside=beside,
        team=_team(payload),
    )


def _team(payload: Payload) -> str:
    """The workspace of who did it; `team` is the one in which they did."""
    return str((payload.get("user") or {}).get("team_id") or (payload.get("team") or {}).get("id") or "")


def _meant(place: Place, text: str, values: dict[str, str] | None = None, *, live: bool = False) -> Asked:
    meant = parse_id(text)
    return Asked(place, *meant, values or {}, live=live) if meant else Asked(place, problem=STALE)


def _remembered(view: Payload) -> Mapping[str, object]:
    try:
        said = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _blocks(view: Payload) -> list[Payload]:
    return list(view.get("blocks") or ())


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
