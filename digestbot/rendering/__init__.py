"""View -> Message: what a platform is sent, within its limits, with every text shown as it is and acted on never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from digestbot.errors import TemplateError
from digestbot.model import Action, Digest, Highlight, Message, Notice, Part, Quotes, View
from digestbot.rendering.attribution import Item, attribute
from digestbot.rendering.limits import exceeded
from digestbot.rendering.looks import Looks, shorten

Entry = Item | tuple[str, ...]
"""What a message may be split between: highlights, a notice's text, rows of a listing."""

_SHORTEST = 40
"""Characters to which an entry may be cut before its template is taken to be the problem."""


@dataclass(frozen=True, slots=True)
class Content:
    """A View taken apart: the template's name, what all parts say, and what is split between them."""

    template: str
    values: dict[str, object]
    entries: tuple[Entry, ...]
    actions: tuple[Action, ...]


class Renderer:
    """Renders Views with the templates of `folders`, of which an earlier one comes before a later one file by file."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = tuple(folders)
        self._looks: dict[str, Looks] = {}

    def render(self, view: View, templates: str) -> Message:
        """A View as the platform takes whose templates lie in the folder of this name (Capabilities.templates).

        What does not fit one message is split by highlight or row, and what does not fit alone is cut at the end of a
        sentence. Raises TemplateError when a template is broken or leaves no room.
        """
        looks = self._looks.setdefault(templates, Looks(self._folders, templates))
        press = _Press(looks, templates, content(view))
        parts: list[Part] = []
        rest = press.content.entries
        while rest or not parts:
            part, taken = press.largest(rest, first=not parts)
            parts.append(part)
            rest = rest[taken:]
        return Message(tuple(parts))


@dataclass(frozen=True, slots=True)
class _Press:
    """Makes the parts of one message for one platform."""

    looks: Looks
    platform: str
    content: Content

    def largest(self, rest: tuple[Entry, ...], *, first: bool) -> tuple[Part, int]:
        """The part that holds the most of the entries that are left, and how many those are."""
        whole = self.fitting(rest, first=first, last=True)
        if whole or not rest:
            return whole or self.refuse(rest), len(rest)
        count, part = _most(1, len(rest) - 1, lambda n: self.fitting(rest[:n], first=first, last=False))
        if part:
            return part, count
        alone, last = rest[0], len(rest) == 1
        _, part = _most(_SHORTEST, _width(alone), lambda n: self.fitting((_cut(alone, n),), first=first, last=last))
        return part or self.refuse((alone,)), 1

    def fitting(self, entries: tuple[Entry, ...], *, first: bool, last: bool) -> Part | None:
        """The part with these entries, or None where the platform would refuse it."""
        part = self.part(entries, first=first, last=last)
        return None if exceeded(part.payload, self.platform) else part

    def part(self, entries: tuple[Entry, ...], *, first: bool, last: bool) -> Part:
        """The part with these entries, whatever its size; actions are offered below the last one."""
        actions = self.content.actions if last else ()
        values = {**self.content.values, "items": entries, "actions": actions, "first": first, "last": last}
        text = self.looks.text(self.content.template, values)
        return Part(self.looks.payload(self.content.template, {**values, "fallback": text}), text)

    def refuse(self, entries: tuple[Entry, ...]) -> NoReturn:
        """Say which limit a template breaks even with the shortest text."""
        part = self.part(tuple(_cut(entry, _SHORTEST) for entry in entries), first=True, last=True)
        limit = exceeded(part.payload, self.platform)
        problem = f"more than {limit.most} at “{limit.path}” ({limit.document})" if limit else "no room for its text"
        path = f"{self.platform}/{self.content.template}.yaml"
        raise TemplateError(f"the message it makes is not allowed: {problem}", path=path)


def content(view: View) -> Content:
    """Take a View apart."""
    if isinstance(view, Digest):
        return Content("digest", {"title": view.title, "date": view.day}, _items(view.highlights), view.actions)
    if isinstance(view, Quotes):
        said = {"corrected": view.corrected, "partly": view.partly}
        values: dict[str, object] = {"query": view.query, "total": view.total, **said}
        return Content("quotes", values, _items(view.highlights), view.actions)
    if isinstance(view, Notice):
        return Content("notice", {}, (Item("", view.text),), view.actions)
    values = {"title": view.title, "columns": view.columns}
    return Content("listing", values, view.rows, view.actions)


def _items(highlights: Sequence[Highlight]) -> tuple[Item, ...]:
    items = map(attribute, highlights)
    return tuple(item for item in items if item.text)


def _most(low: int, high: int, attempt: Callable[[int], Part | None]) -> tuple[int, Part | None]:
    """The largest number from low to high at which the attempt succeeds, with what it made; None if none does."""
    best: tuple[int, Part | None] = (0, None)
    while low <= high:
        middle = (low + high) // 2
        part = attempt(middle)
        best, low, high = ((middle, part), middle + 1, high) if part else (best, low, middle - 1)
    return best


def _width(entry: Entry) -> int:
    return len(entry.text) if isinstance(entry, Item) else max(map(len, entry), default=0)


def _cut(entry: Entry, most: int) -> Entry:
    if isinstance(entry, Item):
        return replace(entry, text=shorten(entry.text, most))
    return tuple(shorten(cell, most) for cell in entry)
