"""A View's content -> the parts of a message, each within its platform's limits.

What does not fit one message is divided between highlights or rows. What does not fit alone is divided at the end of a
sentence; a sentence that is longer than a message at the end of a clause or a word. Each piece of a highlight carries
the whole attribution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from digestbot.errors import TemplateError
from digestbot.model import Part
from digestbot.rendering.attribution import Item
from digestbot.rendering.content import Content, Entry
from digestbot.rendering.cutting import break_at, goes_on, shorten
from digestbot.rendering.limits import exceeded
from digestbot.rendering.looks import Looks

_SHORTEST = 40
"""Characters to which an entry may be cut before its template is taken to be the problem."""

_WIDEST_MARK = "9999/9999"

Entries = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A part among its likes. mark: "1/2", or "" for the only one."""

    first: bool = True
    last: bool = True
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Makes the parts of one message for one platform."""

    looks: Looks
    platform: str
    content: Content

    def parts(self) -> tuple[Part, ...]:
        """All parts, in order. Raises TemplateError where a template is broken or leaves no room."""
        whole = self._fitting(self.content.entries, Place())
        if whole:
            return (whole,)
        groups = self._groups()
        marks = [f"{n}/{len(groups)}" for n in range(1, len(groups) + 1)] if len(groups) > 1 else [""]
        places = [Place(n == 0, n == len(groups) - 1, mark) for n, mark in enumerate(marks)]
        pairs = zip(groups, places, strict=True)
        return tuple(self._fitting(group, place) or self._refuse(group) for group, place in pairs)

    def _groups(self) -> list[Entries]:
        """The entries, divided so that each group fits one message even with the widest mark."""
        groups: list[Entries] = []
        rest = self.content.entries
        while True:
            group, rest, ended = self._next(rest, first=not groups)
            groups.append(group)
            if ended:
                return groups

    def _next(self, rest: Entries, *, first: bool) -> tuple[Entries, Entries, bool]:
        """The largest group that fits, what is left, and whether it ends the message, as only the last part does."""
        if self._fitting(rest, Place(first, last=True, mark=_WIDEST_MARK)):
            return rest, (), True
        if not rest:
            self._refuse(rest)
        middle = Place(first, last=False, mark=_WIDEST_MARK)
        count = _most(len(rest), lambda n: bool(self._fitting(rest[:n], middle)))
        if count:
            return rest[:count], rest[count:], False
        piece, left = self._divide(rest[0], middle)
        return (piece,), (*left, *rest[1:]), False

    def _divide(self, entry: Entry, place: Place) -> tuple[Entry, Entries]:
        """The longest piece of an entry that fits alone, and what is left of it."""
        size = len(entry.text) if isinstance(entry, Item) else max(map(len, entry), default=0)
        most = _most(size, lambda n: bool(self._fitting((_beginning(entry, n),), place)))
        if most < min(_SHORTEST, size):
            self._refuse((entry,))
        if not isinstance(entry, Item):
            return tuple(shorten(cell, most) for cell in entry), ()
        end, whole = break_at(entry.text, most)
        after, before = ("", "") if whole else (goes_on(entry.text, end, most), "… ")
        piece = replace(entry, text=entry.text[:end].rstrip(), after=after, actions=())
        left = replace(entry, text=entry.text[end:].strip(), before=before)
        return piece, (left,) if left.text else ()

    def _fitting(self, entries: Entries, place: Place) -> Part | None:
        """The part with these entries, or None where the platform would refuse it."""
        part = self._part(entries, place)
        return None if exceeded(part.payload, self.platform) else part

    def _part(self, entries: Entries, place: Place) -> Part:
        """The part with these entries, whatever its size; actions are offered below the last one."""
        actions = self.content.actions if place.last else ()
        values = {**self.content.values, "items": entries, "actions": actions}
        values |= {"first": place.first, "last": place.last, "mark": place.mark}
        text = self.looks.text(self.content.template, values)
        return Part(self.looks.payload(self.content.template, values), text)

    def _refuse(self, entries: Entries) -> NoReturn:
        """Say which limit a template breaks even with the shortest text."""
        part = self._part(tuple(_beginning(entry, _SHORTEST) for entry in entries), Place())
        name = f"{self.platform}/{self.content.template}.yaml"
        problem = exceeded(part.payload, self.platform) or "no room for its text"
        raise TemplateError(f"the message it makes is not allowed: {problem}", path=self.looks.file(name))


def _most(high: int, fits: Callable[[int], bool]) -> int:
    """The largest number from 1 to high that fits; 0 if none does."""
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _beginning(entry: Entry, most: int) -> Entry:
    """The entry with at most so many characters of text, as a piece that goes on."""
    if isinstance(entry, Item):
        return replace(entry, text=entry.text[:most], after=" …", actions=()) if len(entry.text) > most else entry
    return tuple(shorten(cell, most) for cell in entry)
