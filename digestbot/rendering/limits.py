"""The platforms' limits as data: what a payload may hold, and which document says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many characters (UTF-16 units, the strictest way to count) of a text, or items of a list.

    path: the keys from the payload down, with a block's `type` for each step into a list, `item` where it has none.
    total: the sum over all texts that match `path`, instead of each.
    """

    path: str
    most: int
    document: str
    total: bool = False


_BLOCKS = "docs.slack.dev/reference/block-kit/blocks"
_OBJECTS = "docs.slack.dev/reference/block-kit/composition-objects"
_ELEMENTS = "docs.slack.dev/reference/block-kit/block-elements"
_MESSAGE = "docs.discord.com/developers/resources/message"
_COMPONENTS = "docs.discord.com/developers/components/reference"

LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "slack": (
        Limit("text", 4_000, "docs.slack.dev/reference/methods/chat.postMessage"),
        Limit("blocks", 50, _BLOCKS),
        Limit("blocks.header.text.text", 150, _BLOCKS),
        Limit("blocks.section.text.text", 3_000, _BLOCKS),
        Limit("blocks.section.fields", 10, _BLOCKS),
        Limit("blocks.section.fields.*.text", 2_000, _BLOCKS),
        Limit("blocks.context.elements", 10, _BLOCKS),
        Limit("blocks.context.elements.*.text", 3_000, _OBJECTS),
        Limit("blocks.actions.elements", 25, _BLOCKS),
        Limit("blocks.*.block_id", 255, _BLOCKS),
        Limit("blocks.*.alt_text", 2_000, _BLOCKS),
        Limit("blocks.*.action_id", 255, _ELEMENTS),
        Limit("blocks.*.button.text.text", 75, _ELEMENTS),
        Limit("blocks.*.button.value", 2_000, _ELEMENTS),
        Limit("blocks.*.overflow.options", 5, _ELEMENTS),
        Limit("blocks.*.options.*.text.text", 75, _OBJECTS),
        Limit("blocks.*.options.*.value", 150, _OBJECTS),
        Limit("blocks.*.url", 3_000, _ELEMENTS),
        # Undocumented: msg_blocks_too_long was reported from 11,341 characters on.
        Limit("blocks.*text", 10_000, "github.com/slackapi, reports of msg_blocks_too_long", total=True),
    ),
    "discord": (
        Limit("content", 2_000, _MESSAGE),
        Limit("embeds", 10, _MESSAGE),
        Limit("embeds.*.title", 256, _MESSAGE),
        Limit("embeds.*.description", 4_096, _MESSAGE),
        Limit("embeds.*.fields", 25, _MESSAGE),
        Limit("embeds.*.fields.*.name", 256, _MESSAGE),
        Limit("embeds.*.fields.*.value", 1_024, _MESSAGE),
        Limit("embeds.*.footer.text", 2_048, _MESSAGE),
        Limit("embeds.*.author.name", 256, _MESSAGE),
        Limit("embeds.*", 6_000, _MESSAGE, total=True),
        Limit("components", 5, _COMPONENTS),
        Limit("components.*.components", 5, _COMPONENTS),
        Limit("components.*.label", 80, _COMPONENTS),
        Limit("components.*.custom_id", 100, _COMPONENTS),
        Limit("nonce", 25, _MESSAGE),
    ),
}


def length(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "replace")) // 2


def exceeded(payload: Mapping[str, object], platform: str) -> Limit | None:
    """The first limit that a payload breaks, or None; platforms without a table have no limits."""
    return next((limit for limit, used in usage(payload, platform) if used > limit.most), None)


def usage(payload: Mapping[str, object], platform: str) -> Iterator[tuple[Limit, int]]:
    """How much of each of a platform's limits a payload uses, in the table's order; 0 for what it does not hold."""
    sizes = list(_sizes("", payload))
    for limit in LIMITS.get(platform, ()):
        found = [
            size for path, size, is_text in sizes if fnmatchcase(path, limit.path) and (is_text or not limit.total)
        ]
        yield limit, sum(found) if limit.total else max(found, default=0)


def _sizes(path: str, value: object) -> Iterator[tuple[str, int, bool]]:
    """The path, the size and whether it is a text, of each text and each list in a payload."""
    if isinstance(value, str):
        yield path, length(value), True
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _sizes(f"{path}.{key}".lstrip("."), inner)
    elif isinstance(value, list):
        yield path, len(value), False
        for inner in value:
            kind = inner.get("type") if isinstance(inner, Mapping) else None
            yield from _sizes(f"{path}.{kind if isinstance(kind, str) else 'item'}", inner)
