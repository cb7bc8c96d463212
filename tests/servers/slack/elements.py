"""What can be used in blocks: finding it as a member does, and what using or filling it in gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from servers.slack import limits
from servers.slack.chat import INTERACTIVE

Values = Mapping[str, str | list[str] | None]

# The key of an element's value in `state` and in `actions`, and the key of what it is at first.
_VALUES = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}


def usable(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every element that can be used, with its block."""
    for block in blocks:
        yield from ((block, part) for name, part in limits.parts(block) if name in INTERACTIVE)


def find(blocks: list[dict[str, Any]], action_id: str, value: str, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The element with this id, value or label; a value or label may be that of one of its options.

    AssertionError with what is there when there is none: nobody can click what is not shown.
    """
    for block, element in usable(blocks):
        named = not action_id or element["action_id"] == action_id
        if named and _takes(element, value) and (not label or label in _labels(element)):
            return block, element
    there = [f"{element['action_id']} {_labels(element)}" for _, element in usable(blocks)]
    raise AssertionError(f"nothing to click with {action_id or value or label!r}; there is {there}")


def action(block: dict[str, Any], element: dict[str, Any], value: str, label: str, ts: str) -> dict[str, Any]:
    """The entry of `actions` that using an element gives."""
    made = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"], "action_ts": ts}
    if element["type"] == "button":
        return made | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    key, _ = _VALUES[element["type"]]
    chosen = _chosen(element, value or label) if key == "selected_option" else value
    return made | {key: [_chosen(element, value or label)] if key == "selected_options" else chosen}


def state(blocks: list[dict[str, Any]], values: Values) -> dict[str, dict[str, Any]]:
    """`state.values` of a view: what was filled in, by action_id or block_id, and else what was there at first."""
    made: dict[str, dict[str, Any]] = {}
    known: set[str] = set()
    for block, element in usable(blocks):
        if element["type"] in {"button", "overflow"}:
            continue
        names = {element["action_id"], block["block_id"]}
        known |= names
        given = [values[name] for name in names if name in values]
        made.setdefault(block["block_id"], {})[element["action_id"]] = _filled(element, given)
    if unknown := values.keys() - known:
        raise AssertionError(f"no input {sorted(unknown)}; there is {sorted(known)}")
    return made


def unfilled(blocks: list[dict[str, Any]], filled: dict[str, dict[str, Any]]) -> list[str]:
    """The inputs that are still empty and not optional: a client does not let such a modal go."""
    wanted = [block for block in blocks if block["type"] == "input" and not block.get("optional")]
    return [b["block_id"] for b in wanted if not any(_content(value) for value in filled[b["block_id"]].values())]


def _content(value: dict[str, Any]) -> bool:
    return any(content for key, content in value.items() if key != "type")


def _filled(element: dict[str, Any], given: list[str | list[str] | None]) -> dict[str, Any]:
    kind = element["type"]
    key, first = _VALUES[kind]
    if not given:
        empty: list[Any] | None = [] if key.endswith("s") and key.startswith("selected_") else None
        return {"type": kind, key: element.get(first, empty)}
    value = given[0]
    if key == "selected_options":
        return {"type": kind, key: [_chosen(element, one) for one in value or []]}
    if key == "selected_option" and isinstance(value, str):
        return {"type": kind, key: _chosen(element, value)}
    if kind == "plain_text_input":
        _short_enough(element, str(value or ""))
    return {"type": kind, key: value}


def _short_enough(element: dict[str, Any], text: str) -> None:
    """A client lets nobody type more, or send less."""
    least, most = element.get("min_length", 0), element.get("max_length", 3_000)
    assert not text or least <= limits.length(text) <= most, (
        f"{element['action_id']} takes {least} to {most} characters"
    )


def _options(element: dict[str, Any]) -> list[dict[str, Any]]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return list(element.get("options", [])) + grouped


def _chosen(element: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The option with this value or label; an external select takes any value, as it was suggested."""
    for option in _options(element):
        if wanted in {option.get("value"), option["text"]["text"]}:
            return option
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": wanted}, "value": wanted}
    there = [option["text"]["text"] for option in _options(element)]
    raise AssertionError(f"no option {wanted!r}; there is {there}")


def _takes(element: dict[str, Any], value: str) -> bool:
    """Whether it has this value, or an option with it; what has no fixed values takes any."""
    if element["type"] not in {"button", "overflow", "static_select", "radio_buttons", "checkboxes"} or not value:
        return True
    return value in {element.get("value"), *(option.get("value") for option in _options(element))}


def _labels(element: dict[str, Any]) -> list[str]:
    own = [element["text"]["text"]] if "text" in element else []
    return own + [option["text"]["text"] for option in _options(element)]
