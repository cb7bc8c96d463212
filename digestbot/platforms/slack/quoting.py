"""Somebody's message as plain text: Slack's markup and references -> what a reader saw.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from digestbot.platforms.slack.asking import Payload

_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


def mentioned(message: Payload) -> list[str]:
    """The ids of the members whom a message names, each once, in their order."""
    return list(dict.fromkeys(_MENTION.findall(str(message.get("text") or ""))))


def plain(message: Payload, names: Mapping[str, str]) -> str:
    """The text of a message; names: what members are called, by their ids.

    A message that was typed has rich text beside its markup, in which a star is a star; others have markup alone.
    """
    blocks = message.get("blocks") or []
    if blocks and all(block.get("type") == "rich_text" for block in blocks):
        return "\n".join(_rich(part, names) for block in blocks for part in block.get("elements") or ()).strip()
    text = _REFERENCE.sub(lambda found: _referred(found[1], found[2], names), str(message.get("text") or ""))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def said_at(message: Payload) -> datetime | None:
    """When a message was said, which is its name too."""
    ts = str(message.get("ts") or "")
    return datetime.fromtimestamp(float(ts), UTC) if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", ts) else None


def _rich(part: Payload, names: Mapping[str, str]) -> str:
    """The words of a rich text's section, quote or list, whose items stand in lines of their own."""
    if part.get("type") == "rich_text_list":
        return "\n".join(_rich(one, names) for one in part.get("elements") or ())
    return "".join(_words(part, names))


def _words(part: Payload, names: Mapping[str, str]) -> Iterator[str]:
    for one in part.get("elements") or ():
        kind = one.get("type")
        if kind == "user":
            yield _called(str(one.get("user_id") or ""), "", names)
        elif kind == "emoji":
            yield _emoji(one)
        elif kind == "broadcast":
            yield f"@{one.get('range', '')}"
        else:
            yield str(one.get("text") or one.get("url") or one.get("channel_id") or "")


def _emoji(one: Mapping[str, Any]) -> str:
    """An emoji by its code points, where it has some."""
    code = str(one.get("unicode") or "")
    signs = code.split("-") if re.fullmatch(r"[0-9a-f]{2,6}(-[0-9a-f]{2,6})*", code) else []
    return "".join(chr(int(sign, 16)) for sign in signs if int(sign, 16) < 0x110000) or f":{one.get('name', '')}:"


def _referred(what: str, label: str | None, names: Mapping[str, str]) -> str:
    if what.startswith("@"):
        return _called(what[1:], label or "", names)
    if what.startswith("#"):
        return f"#{label or what[1:]}"
    if what.startswith("!"):
        return label or f"@{what[1:].partition('^')[0]}"
    return label or what


def _called(member: str, label: str, names: Mapping[str, str]) -> str:
    return f"@{names.get(member) or label or member}"
