"""What is wrong with a payload: what Slack refuses, and what it would take though nobody should send it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from servers.slack import limits

_SCHEMA = Path(__file__).parents[2] / "schemas" / "slack.json"
_LIVE = re.compile(r"<[@!#][^>]*>")
_UNESCAPED = re.compile(r"&(?!(?:amp|lt|gt);)|[<>]")
_LINK = re.compile(r"<(?:https?|mailto):[^<>|]+(?:\|[^<>]*)?>")
_EVENT_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,254}")
# Elements of rich_text that mention somebody, as mrkdwn would write them.
_RICH = {"broadcast": "<!{range}>", "user": "<@{user_id}>", "usergroup": "<!subteam^{usergroup_id}>",
         "channel": "<#{channel_id}>"}  # fmt: skip
MESSAGE_KEYS = {"text", "blocks", "attachments", "mrkdwn", "unfurl_links", "unfurl_media", "metadata", "thread_ts",
                "response_type", "replace_original", "delete_original"}  # fmt: skip
_VIEW_KEYS = {
    "modal": {"type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close",
              "notify_on_close", "external_id", "submit_disabled"},
    "home": {"type", "blocks", "private_metadata", "callback_id", "external_id"},
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What is wrong; `error` is Slack's name for it where Slack refuses."""

    text: str
    error: str = ""


def message(payload: dict[str, Any], allowed: Collection[str] = ()) -> Iterator[Finding]:
    """A message, wherever it is sent. allowed: the mentions that it may hold, as mrkdwn writes them."""
    blocks, text = payload.get("blocks") or [], payload.get("text")
    if isinstance(text, str) and text.strip():
        yield from _text(text, allowed)
    elif blocks or payload.get("attachments"):
        yield Finding("no fallback text: notifications and screen readers have nothing to say")
    else:
        yield Finding("a message with nothing in it", "no_text")
    if payload.get("attachments"):
        yield Finding("attachments are legacy")
    if payload.get("link_names") or payload.get("parse") == "full":
        yield Finding("names in the text become mentions (link_names, parse)")
    yield from _blocks(blocks, limits.MESSAGE_BLOCKS, "invalid_blocks", allowed)
    if (total := limits.total(blocks)) > limits.BLOCKS_TOTAL:
        yield Finding(f"the blocks hold {total} characters", "msg_blocks_too_long")
    yield from _metadata(payload.get("metadata"))


def view(payload: object, allowed: Collection[str] = ()) -> Iterator[Finding]:
    """A modal or a Home tab."""
    kind = payload.get("type") if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or kind not in _VIEW_KEYS:
        yield Finding("a view is a modal or a home", "invalid_arguments")
        return
    if unknown := payload.keys() - _VIEW_KEYS[kind]:
        yield Finding(f"a {kind} has no {', '.join(sorted(unknown))}", "invalid_arguments")
    if kind == "modal":
        yield from _modal(payload)
    if limits.length(payload.get("private_metadata", "")) > limits.PRIVATE_METADATA:
        yield Finding("private_metadata is too long", "invalid_arguments")
    if len(json.dumps(payload)) > limits.VIEW_BYTES:
        yield Finding("the view has more than 250 kB", "view_too_large")
    yield from _blocks(payload.get("blocks"), limits.VIEW_BLOCKS, "invalid_arguments", allowed)


def suggestions(payload: dict[str, Any]) -> Iterator[Finding]:
    """The answer to `block_suggestion`."""
    options = payload.get("options")
    if payload.keys() != {"options"} or not isinstance(options, list) or len(options) > 100:
        yield Finding(f"suggestions are at most 100 options, not {json.dumps(payload)[:100]}", "invalid_arguments")
        return
    element = [{"type": "static_select", "action_id": "x", "options": options}] if options else []
    yield from (Finding(text, "invalid_arguments") for text in limits.broken(element))


def _modal(payload: dict[str, Any]) -> Iterator[Finding]:
    for key in ("title", "submit", "close"):
        said = payload.get(key)
        if said is None and key != "title":
            continue
        if (
            not isinstance(said, dict)
            or said.get("type") != "plain_text"
            or not 1 <= limits.length(said) <= limits.TITLE
        ):
            yield Finding(f"a modal's {key} is plain_text of 1 to {limits.TITLE} characters", "invalid_arguments")
    inputs = any(block.get("type") == "input" for block in payload.get("blocks") or [])
    if inputs and not payload.get("submit"):
        yield Finding("a modal with inputs has submit", "invalid_arguments")


def _text(text: str, allowed: Collection[str]) -> Iterator[Finding]:
    if limits.length(text) > limits.TEXT_CUT:
        yield Finding(f"text of {limits.length(text)} characters", "msg_too_long")
    elif limits.length(text) > limits.TEXT:
        yield Finding(f"text of {limits.length(text)} characters, best are {limits.TEXT}")
    yield from _markup(text, allowed, "the fallback text", links=False)


def _markup(text: str, allowed: Collection[str], where: str, *, links: bool) -> Iterator[Finding]:
    """Mentions nobody allowed, and characters that are not escaped."""
    yield from (Finding(f"{where} is live: {found}") for found in _LIVE.findall(text) if found not in allowed)
    rest = _LIVE.sub("", text)
    if _UNESCAPED.search(_LINK.sub("", rest) if links else rest):
        yield Finding(f"{where} is not escaped: {text[:100]!r}")


def _blocks(blocks: object, most: int, error: str, allowed: Collection[str]) -> Iterator[Finding]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield Finding("blocks are no list of blocks", error)
        return
    if len(blocks) > most:
        yield Finding(f"{len(blocks)} blocks, allowed are {most}", error)
    wrong = [text for block in blocks for text in _of_no_type(block)]
    # Where the shape is wrong, lengths cannot be looked up in it.
    wrong = wrong or [*limits.broken(blocks), *_twice(blocks)]
    yield from (Finding(text, error) for text in wrong)
    if not wrong:
        yield from _live(blocks, allowed)


def _of_no_type(block: dict[str, Any]) -> Iterator[str]:
    validator = _validators().get(str(block.get("type")))
    if validator is None:
        yield f"no schema for a block of type {block.get('type')!r}: see tests/schemas/slack.ts"
    elif worst := best_match(validator.iter_errors(block)):
        yield f"{block['type']}: {worst.json_path} {worst.message[:200]}"


@cache
def _validators() -> dict[str, Draft7Validator]:
    """The types of @slack/types, by the block's type."""
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    known = schema["definitions"]["Message"]["properties"]["blocks"]["items"]["anyOf"]
    names = [choice["$ref"].rpartition("/")[2] for choice in known]
    kinds = {schema["definitions"][name]["properties"]["type"]["const"]: name for name in names}
    return {kind: Draft7Validator({**schema, "$ref": f"#/definitions/{name}"}) for kind, name in kinds.items()}


def _twice(blocks: list[dict[str, Any]]) -> Iterator[str]:
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name!r} is there {count} times" for name, count in ids.items() if count > 1)
    for block in blocks:
        inside = Counter(part["action_id"] for _, part in limits.parts(block) if "action_id" in part)
        yield from (f"action_id {name!r} is there {count} times" for name, count in inside.items() if count > 1)
    if sum(block["type"] == "table" for block in blocks) > 1:
        yield "two tables"


def _live(blocks: list[dict[str, Any]], allowed: Collection[str]) -> Iterator[Finding]:
    for name, part in limits.parts(blocks):
        if name == "mrkdwn":
            yield from _markup(part["text"], allowed, "mrkdwn in a block", links=True)
        if name in _RICH and (mention := _RICH[name].format(**part)) not in allowed:
            yield Finding(f"a rich_text element is live: {mention}")


def _metadata(metadata: object) -> Iterator[Finding]:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or metadata.keys() != {"event_type", "event_payload"}:
        yield Finding("metadata is {event_type, event_payload}", "invalid_metadata_format")
        return
    if not isinstance(metadata["event_type"], str) or not _EVENT_TYPE.fullmatch(metadata["event_type"]):
        yield Finding(f"metadata.event_type {metadata['event_type']!r}", "invalid_metadata_format")
    payload = metadata["event_payload"]
    if not isinstance(payload, dict) or not all(
        isinstance(v, str | int | float | bool | dict | list) for v in payload.values()
    ):
        yield Finding("metadata.event_payload holds texts, numbers, booleans and objects", "invalid_metadata_format")
    if len(json.dumps(metadata)) > limits.METADATA:
        yield Finding("metadata is too large", "metadata_too_large")
