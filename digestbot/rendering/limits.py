"""The platforms' limits as data: what a payload may hold, what it must hold, and which document says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Limit:
    """From `least` to `most` characters (UTF-16 units, the strictest way to count), items of a list, or a number.

    path: the keys from the payload down, with a block's `type` for each step into a list, `item` where it has none;
    `*` stands for anything, `|` for alternatives. total: the sum over all texts that match, instead of each.
    unique: at most so many texts that match may be the same.
    """

    path: str
    most: int
    document: str
    least: int = 0
    total: bool = False
    unique: bool = False

    def __str__(self) -> str:
        if self.unique:
            return f"the same at two places of “{self.path}” ({self.document})"
        least = f"from {self.least} to " if self.least else "at most "
        return f"“{self.path}” may have {least}{self.most} ({self.document})"

    def matches(self, path: str) -> bool:
        """Whether the limit is about what has this path."""
        return any(fnmatchcase(path, pattern) for pattern in self.path.split("|"))

    def used(self, found: Sequence[Size]) -> int:
        """How much of it is used by all that it is about."""
        if self.unique:
            texts = [size.text for size in found]
            return max(map(texts.count, texts), default=0)
        if self.total:
            return sum(size.size for size in found if size.text is not None)
        return max((size.size for size in found), default=0)

    def allows(self, found: Sequence[Size]) -> bool:
        """Whether all that the limit is about keeps to it."""
        return self.used(found) <= self.most and all(size.size >= self.least for size in found)


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be there: `key` in every mapping whose path matches that has one of the keys `beside`."""

    path: str
    key: str
    beside: tuple[str, ...]
    document: str

    def __str__(self) -> str:
        return f"“{self.path}” lacks “{self.key}” ({self.document})".replace("“”", "the message")


@dataclass(frozen=True, slots=True)
class Size:
    """The path and the size of something in a payload; text: what it says if it is a text."""

    path: str
    size: int
    text: str | None = None


_BLOCKS = "docs.slack.dev/reference/block-kit/blocks"
_OBJECTS = "docs.slack.dev/reference/block-kit/composition-objects"
_ELEMENTS = "docs.slack.dev/reference/block-kit/block-elements"
_VIEWS = "docs.slack.dev/reference/views/modal-views"
_POST = "docs.slack.dev/reference/methods/chat.postMessage"
_MESSAGE = "docs.discord.com/developers/resources/message"
_COMPONENTS = "docs.discord.com/developers/components/reference"
_RESPONSE = "docs.discord.com/developers/interactions/receiving-and-responding"

LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "slack": (
        Limit("text", 4_000, _POST, least=1),
        Limit("blocks", 50, _BLOCKS, least=1),
        Limit("*blocks.header.text.text", 150, f"{_BLOCKS}/header-block", least=1),
        Limit("*blocks.section.text.text", 3_000, f"{_BLOCKS}/section-block", least=1),
        Limit("*blocks.section.fields", 10, f"{_BLOCKS}/section-block", least=1),
        Limit("*blocks.section.fields.*.text", 2_000, f"{_BLOCKS}/section-block", least=1),
        Limit("*blocks.context.elements", 10, f"{_BLOCKS}/context-block", least=1),
        Limit("*blocks.context.elements.*.text", 3_000, f"{_OBJECTS}/text-object", least=1),
        Limit("*blocks.actions.elements", 25, f"{_BLOCKS}/actions-block", least=1),
        # Undocumented: empty elements are refused with invalid_blocks.
        Limit("*blocks.rich_text.*elements", 1_000, f"{_BLOCKS}/rich-text-block", least=1),
        Limit("*blocks.rich_text.*.text", 10_000, f"{_BLOCKS}/rich-text-block", least=1),
        Limit("*blocks.*.block_id", 255, _BLOCKS, least=1),
        Limit("*blocks.*.block_id", 1, _BLOCKS, unique=True),
        Limit("*blocks.*.action_id", 255, _ELEMENTS, least=1),
        Limit("*blocks.*.action_id", 1, _ELEMENTS, unique=True),
        Limit("*blocks.*.alt_text", 2_000, f"{_BLOCKS}/image-block", least=1),
        Limit("*blocks.*.image_url", 3_000, f"{_BLOCKS}/image-block", least=1),
        Limit("*blocks.*.button.text.text", 75, f"{_ELEMENTS}/button-element", least=1),
        Limit("*blocks.*.button.value", 2_000, f"{_ELEMENTS}/button-element"),
        Limit("*blocks.*.button.url", 3_000, f"{_ELEMENTS}/button-element", least=1),
        Limit("*blocks.*.overflow.options", 5, f"{_ELEMENTS}/overflow-menu-element", least=1),
        Limit("*blocks.*.options", 100, f"{_ELEMENTS}/select-menu-element", least=1),
        Limit("*blocks.*.radio_buttons.options", 10, f"{_ELEMENTS}/radio-button-group-element", least=1),
        Limit("*blocks.*.option*.text.text", 75, f"{_OBJECTS}/option-object", least=1),
        Limit("*blocks.*.option*.value", 150, f"{_OBJECTS}/option-object", least=1),
        Limit("*blocks.*.option*.description.text", 75, f"{_OBJECTS}/option-object", least=1),
        Limit("*blocks.*.placeholder.text", 150, f"{_ELEMENTS}/plain-text-input-element", least=1),
        Limit("*blocks.input.label.text", 2_000, f"{_BLOCKS}/input-block", least=1),
        Limit("*blocks.input.hint.text", 2_000, f"{_BLOCKS}/input-block", least=1),
        Limit("*blocks.input.element.max_length", 3_000, f"{_ELEMENTS}/plain-text-input-element", least=1),
        Limit("*blocks.input.element.initial_value", 3_000, f"{_ELEMENTS}/plain-text-input-element"),
        Limit("*blocks.*.url", 3_000, _ELEMENTS, least=1),
        # Undocumented: msg_blocks_too_long was reported from 11,341 characters on.
        Limit("blocks*.text|blocks*.url", 10_000, "github.com/slackapi, reports of msg_blocks_too_long", total=True),
        Limit("view.title.text", 24, _VIEWS, least=1),
        Limit("view.submit.text", 24, _VIEWS, least=1),
        Limit("view.close.text", 24, _VIEWS, least=1),
        Limit("view.blocks", 100, _VIEWS, least=1),
        Limit("view.callback_id", 255, _VIEWS, least=1),
        Limit("view.private_metadata", 3_000, _VIEWS),
    ),
    "discord": (
        Limit("content", 2_000, _MESSAGE),
        Limit("nonce", 25, _MESSAGE),
        Limit("embeds", 10, _MESSAGE),
        Limit("embeds.*.title", 256, _MESSAGE),
        Limit("embeds.*.description", 4_096, _MESSAGE),
        Limit("embeds.*.fields", 25, _MESSAGE),
        Limit("embeds.*.fields.*.name", 256, _MESSAGE, least=1),
        Limit("embeds.*.fields.*.value", 1_024, _MESSAGE, least=1),
        Limit("embeds.*.footer.text", 2_048, _MESSAGE),
        Limit("embeds.*.author.name", 256, _MESSAGE),
        Limit("embeds.*", 6_000, _MESSAGE, total=True),
        # Undocumented: embeds that share a url are shown as one.
        Limit("embeds.item.url", 1, _MESSAGE, unique=True),
        Limit("components", 5, _COMPONENTS),
        Limit("components.item.components", 5, _COMPONENTS, least=1),
        Limit("components.item.components.item.label", 80, _COMPONENTS),
        Limit("components.item.label", 45, _COMPONENTS, least=1),
        Limit("components.item.description", 100, _COMPONENTS),
        Limit("components.*custom_id", 100, _COMPONENTS, least=1),
        Limit("components.*custom_id", 1, _COMPONENTS, unique=True),
        Limit("components.*.options", 25, _COMPONENTS, least=1),
        Limit("components.*.options.item.label", 100, _COMPONENTS, least=1),
        Limit("components.*.options.item.value", 100, _COMPONENTS, least=1),
        Limit("components.item.components.*.options.item.value", 1, _COMPONENTS, unique=True),
        Limit("components.*.options.item.description", 100, _COMPONENTS),
        Limit("components.item.component.placeholder", 100, _COMPONENTS),
        Limit("components.*placeholder", 150, _COMPONENTS),
        Limit("components.item.component.value", 4_000, _COMPONENTS),
        Limit("components.item.component.max_length", 4_000, _COMPONENTS, least=1),
        Limit("title", 45, _RESPONSE, least=1),
        Limit("custom_id", 100, _RESPONSE, least=1),
    ),
}

NEEDS: Mapping[str, tuple[Need, ...]] = {
    "slack": (
        Need("", "text", ("blocks",), f"{_POST}: what notifications show and screen readers read"),
        Need("*image", "alt_text", ("image_url", "slack_file"), f"{_BLOCKS}/image-block"),
    ),
    "discord": (Need("", "allowed_mentions", ("content", "embeds"), f"{_MESSAGE}: without it everyone is mentioned"),),
}


def length(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "replace")) // 2


def exceeded(payload: Mapping[str, object], platform: str) -> Limit | Need | None:
    """The first limit that a payload breaks, or what it lacks; None for one that may be sent.

    Platforms without a table have no limits.
    """
    for need in NEEDS.get(platform, ()):
        if _lacks(need, "", payload):
            return need
    return next((limit for limit, found in _found(payload, platform) if not limit.allows(found)), None)


def usage(payload: Mapping[str, object], platform: str) -> Iterator[tuple[Limit, int]]:
    """How much of each of a platform's limits a payload uses, in the table's order; 0 for what it does not hold."""
    return ((limit, limit.used(found)) for limit, found in _found(payload, platform))


def _found(payload: Mapping[str, object], platform: str) -> Iterator[tuple[Limit, Sequence[Size]]]:
    """Each limit with all that it is about."""
    limits = LIMITS.get(platform, ())
    found: list[list[Size]] = [[] for _ in limits]
    for size in _sizes("", payload):
        for number in _numbers(platform, size.path):
            found[number].append(size)
    return zip(limits, found, strict=True)


@lru_cache(maxsize=2_048)
def _numbers(platform: str, path: str) -> tuple[int, ...]:
    """Which of a platform's limits are about a path; payloads have the same few hundred paths again and again."""
    return tuple(number for number, limit in enumerate(LIMITS.get(platform, ())) if limit.matches(path))


def _sizes(path: str, value: object) -> Iterator[Size]:
    """The path and the size of each text, each number and each list in a payload."""
    if isinstance(value, str):
        yield Size(path, length(value), value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield Size(path, value)
    elif isinstance(value, list):
        yield Size(path, len(value))
    for inner, below in _inside(path, value):
        yield from _sizes(inner, below)


def _lacks(need: Need, path: str, value: object) -> bool:
    here = isinstance(value, Mapping) and any(key in value for key in need.beside) and not value.get(need.key)
    if here and fnmatchcase(path, need.path):
        return True
    return any(_lacks(need, inner, below) for inner, below in _inside(path, value))


def _inside(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield f"{path}.{key}".lstrip("."), below
    elif isinstance(value, list):
        for below in value:
            kind = below.get("type") if isinstance(below, Mapping) else None
            yield f"{path}.{kind if isinstance(kind, str) else 'item'}", below
