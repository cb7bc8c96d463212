"""What Slack documents of lengths and numbers, written down from its pages and from nothing of ours.

Pages: docs.slack.dev/reference/block-kit/{blocks,block-elements,composition-objects}, reference/views,
reference/methods/chat.postMessage. Lengths are in UTF-16 units, the strictest way to count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
TEXT, TEXT_CUT = 4_000, 40_000
METADATA = 8_000  # unpublished; `metadata_too_large` exists
# Undocumented: `msg_blocks_too_long`. The shortest message that was reported refused had 11,341 characters.
BLOCKS_TOTAL = 11_340
VIEW_BYTES = 250_000
PRIVATE_METADATA = 3_000
TITLE = 24

# (block or element, key): most characters of a string or a text object, or most items of a list; all hold at least one.
SIZES: dict[tuple[str, str], int] = {
    ("header", "text"): 150,
    ("section", "text"): 3_000,
    ("section", "fields"): 10,
    ("context", "elements"): 10,
    ("actions", "elements"): 25,
    ("image", "alt_text"): 2_000,
    ("image", "image_url"): 3_000,
    ("image", "title"): 2_000,
    ("input", "label"): 2_000,
    ("input", "hint"): 2_000,
    ("markdown", "text"): 12_000,
    ("button", "text"): 75,
    ("button", "url"): 3_000,
    ("button", "accessibility_label"): 75,
    ("overflow", "options"): 5,
    ("static_select", "options"): 100,
    ("static_select", "option_groups"): 100,
    ("multi_static_select", "options"): 100,
    ("radio_buttons", "options"): 10,
    ("checkboxes", "options"): 10,
    ("confirm", "title"): 100,
    ("confirm", "text"): 300,
    ("confirm", "confirm"): 30,
    ("confirm", "deny"): 30,
    ("option", "text"): 75,
    ("option", "value"): 150,
    ("option", "description"): 75,
    ("option", "url"): 3_000,
    ("option_group", "label"): 75,
    ("option_group", "options"): 100,
}
# As above, where empty is fine.
MAY_BE_EMPTY: dict[tuple[str, str], int] = {
    ("button", "value"): 2_000,
    ("plain_text_input", "initial_value"): 3_000,
}
EVERYWHERE = {"action_id": 255, "block_id": 255}
PLACEHOLDER = 150
FIELD, CONTEXT_TEXT = 2_000, 3_000
MAX_LENGTH = 3_000
# Objects that have no `type`, by the key that holds them.
_NAMES = {"option": "option", "initial_option": "option", "options": "option", "initial_options": "option",
          "confirm": "confirm", "option_groups": "option_group"}  # fmt: skip


def length(value: object) -> int:
    """UTF-16 units of a string or of a text object, items of a list."""
    if isinstance(value, dict):
        value = value.get("text", "")
    if isinstance(value, str):
        return len(value.encode("utf-16-le", "replace")) // 2
    return len(value) if isinstance(value, list) else 0


def parts(value: object, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every block, element and object inside, by its type (or by what holds it)."""
    if isinstance(value, list):
        for item in value:
            yield from parts(item, name)
    elif isinstance(value, dict):
        kind = value.get("type")
        yield (kind if isinstance(kind, str) else _NAMES.get(name, "")), value
        for key, below in value.items():
            yield from parts(below, key)


def broken(blocks: object) -> Iterator[str]:
    """Every documented limit that blocks break."""
    for name, part in parts(blocks):
        yield from _sizes(name, part)
        yield from _special(name, part)


def _sizes(name: str, part: dict[str, Any]) -> Iterator[str]:
    for key, value in part.items():
        most = SIZES.get((name, key))
        if most is not None and not 1 <= length(value) <= most:
            yield f"{name}.{key} has {length(value)}, allowed are 1 to {most}"
        most = MAY_BE_EMPTY.get((name, key), EVERYWHERE.get(key))
        if most is not None and length(value) > most:
            yield f"{name}.{key} has {length(value)}, allowed are {most}"
    if length(part.get("placeholder", "x")) not in range(1, PLACEHOLDER + 1):
        yield f"{name}.placeholder has {length(part['placeholder'])}, allowed are 1 to {PLACEHOLDER}"


def _special(name: str, part: dict[str, Any]) -> Iterator[str]:
    if name == "section":
        yield from (
            f"section.fields[] has {length(field)}" for field in part.get("fields", []) if length(field) > FIELD
        )
        if not part.get("text") and not part.get("fields"):
            yield "section has neither text nor fields"
    if name == "context":
        texts = (element for element in part.get("elements", []) if "text" in element)
        yield from (f"context text has {length(e)}" for e in texts if not 1 <= length(e) <= CONTEXT_TEXT)
    if name in {"header", "button"} and part.get("text", {}).get("type") != "plain_text":
        yield f"{name}.text is not plain_text"
    if name == "plain_text_input" and not 1 <= part.get("max_length", 1) <= MAX_LENGTH:
        yield f"plain_text_input.max_length is {part['max_length']}"
    if name in {"rich_text", "rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"}:
        yield from _rich_text(name, part)


def _rich_text(name: str, part: dict[str, Any]) -> Iterator[str]:
    """Undocumented: empty elements and empty texts of `rich_text` are refused with `invalid_blocks`."""
    if not part.get("elements"):
        yield f"{name} has no elements"
    yield from (
        f"{name} holds an empty text" for e in part.get("elements", []) if e.get("type") == "text" and not e["text"]
    )


def total(value: object) -> int:
    """All characters of text and of URLs in blocks: what the hidden limit counts."""
    if isinstance(value, list):
        return sum(map(total, value))
    if isinstance(value, dict):
        own = sum(length(value[key]) for key in ("text", "url") if isinstance(value.get(key), str))
        return own + sum(total(below) for below in value.values() if isinstance(below, dict | list))
    return 0
