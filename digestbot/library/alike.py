"""Near-duplicates: the same passage quoted, cut or slightly reworded in several places is one idea.

A highlight has a signature, a few numbers to be stored and looked up. Who shares two of them is a candidate; `alike`
compares the texts. `Links` does so in memory, and `ideas` says which of the linked highlights is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from zlib import crc32

from digestbot.level import level
from digestbot.model import Highlight, Voice

FEWEST = 6
"""Fewer neighbouring words in common prove nothing: «the beginning of wisdom» is many people's."""
REWORDED, WITHIN, AS_LONG = 0.6, 0.8, 0.7
"""What share of the shorter text's neighbouring words must be neighbours in the other one: the first where the shorter
has at least the last of the other's length, the second where it is found within a longer one."""
FREE, LOST = 4, 0.3
"""Of the shorter text's words that carry meaning this share may be missing, counted beyond the first four: what tells
short formulas apart is just one word. Tried on 2,800 highlights and quotations and 9,600 sentences of abstracts."""

_IDEOGRAPH = "\u2e80-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_ROUND = 4
_TERMS = 8
CROWD = 24
"""What more highlights than this have in common is a phrase of the language and makes no candidates."""
SHARED = 2
"""Candidates have at least so many numbers of their signatures in common: one bears no witness (93,226 of 97,548 pairs
of 11,700 sentences, of which 15 were alike), and each comparison costs ten times as much as finding it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A text as it is compared: pairs of adjacent words, its words that carry meaning and their pairs, its numbers."""

    neighbours: frozenset[tuple[str, str]]
    content: frozenset[str]
    sequence: frozenset[tuple[str, str]]
    numbers: frozenset[str]


def shape(text: str) -> Shape:
    """Take a text apart for `alike`; an ideograph is a word, and so is a number."""
    found = _split(text)
    telling = list(filter(_carries_meaning, found))
    numbers = filter(str.isdecimal, found)
    return Shape(frozenset(pairwise(found)), frozenset(telling), frozenset(pairwise(telling)), frozenset(numbers))


def alike(one: Shape, other: Shape) -> bool:
    """Whether two texts hold the same passage: one is the other reworded a little, or stands within it.

    Where each has a number that the other lacks they report two things in the same words.
    """
    short, long = (one, other) if len(one.neighbours) <= len(other.neighbours) else (other, one)
    shared, of = len(short.neighbours & long.neighbours), len(short.neighbours)
    if shared < FEWEST or shared < of * (REWORDED if of >= AS_LONG * len(long.neighbours) else WITHIN):
        return False
    lost = len(short.content - long.content)
    if lost > LOST * max(0, len(short.content) - FREE) or len(short.content) - lost < 3:
        return False
    if 2 * len(short.sequence & long.sequence) < len(short.sequence):
        return False
    return short.numbers <= long.numbers or long.numbers <= short.numbers


def signature(text: str) -> tuple[int, ...]:
    """The numbers (below 2 ** 32) that a text is found by: of alike texts each has some that the other has as well.

    They are hashes of neighbouring words that carry meaning, the smallest ones, so that texts with the same neighbours
    choose the same of them; the last is of the whole text. () for a text too short to be compared.
    """
    found = _split(text)
    if len(found) <= FEWEST:
        return ()
    telling = [word.encode() for word in found if len(word) > 3 or not word.isalpha() or word >= "\u2e80"]
    # Of each two as they would be with a space between; the first half of that is worked out once a word.
    hashes = {crc32(b" " + other, begun) for begun, other in zip(map(crc32, telling), telling[1:], strict=False)}
    kept = sorted(hashes)[: max(_TERMS, len(hashes) // _ROUND)]
    return (*kept, crc32(" ".join(found).encode()))


@dataclass(slots=True)
class Links:
    """Which highlights are alike, in memory and by id, kept up to date one highlight at a time.

    text_of: the text of a highlight that was added. linked: what each one is alike to; no entry where there is nothing.
    An index on disk that stores signatures can do the same: look up who shares two numbers, and ask `alike`.
    """

    text_of: Callable[[str], str]
    linked: dict[str, set[str]] = field(default_factory=dict)
    _first: dict[int, str] = field(default_factory=dict)
    _others: dict[int, list[str]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> frozenset[str]:
        """Link a highlight that was not added before to those it is alike to, and return these."""
        left = signature(text)
        near = self._near(left)
        mine = shape(text) if near else None
        found = frozenset(other for other in near if mine and alike(mine, shape(self.text_of(other))))
        for other in found:
            self.linked.setdefault(name, set()).add(other)
            self.linked.setdefault(other, set()).add(name)
        for term in left:
            if self._first.setdefault(term, name) != name:
                self._others.setdefault(term, []).append(name)
        return found

    def remove(self, name: str, text: str) -> frozenset[str]:
        """Forget a highlight that was added with this text, and return those it was alike to."""
        for term in signature(text):
            self._leave(term, name)
        found = frozenset(self.linked.pop(name, ()))
        for other in found:
            self.linked[other].remove(name)
            if not self.linked[other]:
                del self.linked[other]
        return found

    def family(self, name: str) -> frozenset[str]:
        """A highlight and all that hang together with it by links: what `ideas` must see again when one changes."""
        family, waiting = {name}, [name]
        while waiting:
            new = self.linked.get(waiting.pop(), set()) - family
            family |= new
            waiting += new
        return frozenset(family)

    def _near(self, left: Sequence[int]) -> list[str]:
        found: Counter[str] = Counter()
        for term in left:
            first, others = self._first.get(term), self._others.get(term, ())
            if first is not None and len(others) < CROWD:
                found.update((first, *others))
        return [name for name, shared in found.items() if shared >= SHARED]

    def _leave(self, term: int, name: str) -> None:
        others = self._others.get(term, [])
        if self._first[term] != name:
            others.remove(name)
        elif others:
            self._first[term] = others.pop(0)
        else:
            del self._first[term]
        if not others:
            self._others.pop(term, None)


def standing(one: Highlight) -> tuple[int, str, int, str]:
    """Sorts highlights that hold the same passage, the best sourced first.

    First the author's words, marked by a reader and with the way to their place (a deep link, a location, a time); then
    words quoted under their speaker's name; then the author's without a place; then the rest, which is hearsay. Of
    equals what was published earlier, for the later quotes it; then the longer, which keeps the context; then by id.
    """
    placed = one.url is not None or one.location is not None or one.timestamp is not None
    author = one.voice is Voice.AUTHOR and one.marked
    quoted = one.voice is Voice.QUOTED and one.speaker is not None
    rank = 0 if author and placed else 1 if quoted else 2 if author else 3
    return rank, one.source.published or "9999", -len(one.text), one.id


def ideas(
    highlights: Iterable[Highlight], linked: Mapping[str, Collection[str]]
) -> Iterator[tuple[Highlight, tuple[Highlight, ...]]]:
    """Each idea once: the best sourced of its highlights, and the others that are alike to that one, best first.

    Nothing hangs together by chains: a long passage and two parts of it are one idea, two long passages that share a
    part are two, and the part is with the better of them. linked: by id, of these highlights or more.
    """
    left = {one.id: one for one in sorted(highlights, key=standing)}
    while left:
        lead = left.pop(next(iter(left)))
        others = sorted((left.pop(name) for name in linked.get(lead.id, ()) if name in left), key=standing)
        yield lead, tuple(others)


def _split(text: str) -> list[str]:
    return level(text).split() if text.isascii() else _WORD.findall(level(text))


def _carries_meaning(word: str) -> bool:
    return len(word) > 3 or not word.isalpha() or word >= "\u2e80"
