"""A rendered message drawn for a terminal, so that a person sees roughly what the platform would show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from digestbot.cli.options import fill
from digestbot.model import Part

_QUOTE, _EMBED = "  ┃ ", "  ▌ "


def sketch(part: Part, platform: str) -> str:
    """One message as text; on platforms without a sketch of their own, its fallback text."""
    draw = _SKETCHES.get(platform)
    return "\n".join(draw(part.payload)) if draw else part.text


def _slack(payload: dict[str, Any]) -> Iterator[str]:
    for block in payload["blocks"]:
        if block["type"] == "header":
            yield f"  {block['text']['text']}"
        elif block["type"] == "rich_text":
            yield ""
            for element in block["elements"]:
                yield fill(_literal(element), _QUOTE if element["type"] == "rich_text_quote" else "  ")
        elif block["type"] == "divider":
            continue
        elif block["type"] == "actions":
            yield "  " + " ".join(map(_control, block["elements"]))
        else:
            texts = block.get("elements") or [block["text"]]
            yield fill(" · ".join(_mrkdwn(text["text"]) for text in texts), "  ")


def _control(element: dict[str, Any]) -> str:
    """A button, or a menu with what it offers."""
    if "options" in element:
        return "[ " + " | ".join(_label(option) for option in element["options"]) + " ]"
    return f"[ {_label(element)} ]"


def _label(element: dict[str, Any]) -> str:
    """The text on a button or an option; Slack has it in `text`, Discord in `label`."""
    return str(element["label"] if "label" in element else element["text"]["text"])


def _literal(element: dict[str, Any]) -> str:
    if element.get("type") in {"text", "link"}:
        return str(element["text"])
    return "".join(_literal(inner) for inner in element.get("elements", []))


def _mrkdwn(text: str) -> str:
    return unescape(re.sub(r"<[^|<>]*\|([^<>]*)>", r"\1", text))


def _discord(payload: dict[str, Any]) -> Iterator[str]:
    if payload.get("content"):
        yield fill(_markdown(payload["content"]), "  ")
    for embed in payload.get("embeds", []):
        yield ""
        yield fill(_markdown(embed["description"]), _EMBED)
    for row in payload.get("components", []):
        yield "  " + " ".join(map(_control, row["components"]))


def _markdown(text: str) -> str:
    links = re.sub(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\([^\s()]*\)", r"\1", text)
    bare = re.sub(r"(?<!\\)\*\*|```\n?", "", links)
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", bare)


_SKETCHES: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {"slack": _slack, "discord": _discord}
