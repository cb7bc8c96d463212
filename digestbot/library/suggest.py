"""Suggestions while somebody types: authors, titles, tags and themes by the beginning of any of their words.

Names are sorted by their stock, and every word of a name begins an entry of one sorted list: what begins with the typed
letters lies side by side in it. One letter may be wrong, missing, too many or swapped with the next.
"""

from __future__ import annotations

import heapq
import json
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from digestbot.level import level
from digestbot.ports import Kind, Name

_KINDS: tuple[Kind, ...] = ("theme", "author", "title", "tag")
"""Of several names that are spelled alike the first kind is suggested."""
_LONGEST = 48
"""Letters of an entry; who has typed so many needs no suggestion."""
_WORDS = 12
"""Words of a name that begin an entry."""
_TYPO = 4
"""Fewer letters are no word with a mistake in it, they are another word."""
_END = "\U0010ffff"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Suggestions:
    """An index of names, made by `build`; it reads only.

    names: the largest stock first. entries: sorted beginnings. owners: which name each entry is a part of.
    letters: all that occur in entries and can be mistyped.
    """

    names: tuple[Name, ...] = ()
    entries: tuple[str, ...] = ()
    owners: array[int] = field(default_factory=lambda: array("I"))
    letters: str = ""

    def suggest(self, typed: str, limit: int = 10) -> list[Name]:
        """At most `limit` names, those that hold what was typed as it was typed before those with its words elsewhere.

        Within each, the largest stock comes first. Where there is none, one typing mistake is allowed, in what was
        typed as a whole or in the one word that begins no word of any name. "" suggests the largest of all.
        """
        asked = _folded(typed)
        if limit <= 0 or (typed.strip() and not asked):
            return []
        found = heapq.nsmallest(limit, set(self._owners(asked))) if asked else list(range(min(limit, len(self.names))))
        if len(found) < limit and " " in asked:
            found += [one for one in sorted(self._anywhere(asked.split())) if one not in found]
        if not found and len(asked) >= _TYPO:
            found = heapq.nsmallest(limit, self._mistyped(asked)) or sorted(self._one_unknown(asked.split()))
        return [self.names[number] for number in found[:limit]]

    def dump(self) -> bytes:
        """The index as JSON in UTF-8, for `load`."""
        names = [[name.text, name.kind, name.stock] for name in self.names]
        parts = [_FORMAT, names, self.entries, list(self.owners), self.letters]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    def _owners(self, beginning: str) -> array[int]:
        return self.owners[bisect_left(self.entries, beginning) : bisect_left(self.entries, beginning + _END)]

    def _anywhere(self, words: Iterable[str]) -> set[int]:
        """The names in which each of these words begins a word."""
        found: set[int] | None = None
        for word in sorted(set(words), key=len, reverse=True):
            owners = self._owners(word)
            found = set(owners) if found is None else found.intersection(owners)
            if not found:
                break
        return found or set()

    def _mistyped(self, asked: str) -> set[int]:
        """The names with an entry that begins with `asked` after one edit."""
        found: set[int] = set()
        for low, high, rest in self._edits(asked):
            start = bisect_left(self.entries, rest, low, high)
            stop = bisect_left(self.entries, rest + _END, start, high)
            found.update(self.owners[start:stop])
        return found

    def _one_unknown(self, words: list[str]) -> set[int]:
        """The names that have all words but one, and that one after an edit."""
        unknown = [word for word in words if not self._owners(word)]
        if len(words) < 2 or len(unknown) != 1 or len(unknown[0]) < _TYPO:
            return set()
        return self._mistyped(unknown[0]) & self._anywhere(word for word in words if word != unknown[0])

    def _edits(self, asked: str) -> Iterator[tuple[int, int, str]]:
        """What `asked` may have been meant as, with the part of the entries in which to look for it.

        The letters before the mistake are right, which leaves ever fewer entries the later it is.
        """
        low, high = 0, len(self.entries)
        for place in range(len(asked)):
            before, letter, after = asked[:place], asked[place], asked[place + 1 :]
            low = bisect_left(self.entries, before, low, high)
            high = bisect_left(self.entries, before + _END, low, high)
            if low == high:
                return
            yield low, high, before + after
            if after and after[0] != letter:
                yield low, high, before + after[0] + letter + after[1:]
            for other in self.letters:
                if other != letter:
                    yield low, high, before + other + after
                    yield low, high, before + other + letter + after


def build(names: Iterable[Name]) -> Suggestions:
    """The index of these names; of names that differ in accents, case or signs alone the largest kind is kept."""
    kept: dict[str, Name] = {}
    for name in sorted(names, key=lambda name: (_KINDS.index(name.kind), -name.stock, name.text)):
        kept.setdefault(_folded(name.text), name)
    ordered = sorted(kept.items(), key=lambda item: (-item[1].stock, item[1].text))
    entries = sorted((entry, number) for number, (folded, _) in enumerate(ordered) for entry in _entries(folded))
    letters = {sign for entry, _ in entries for sign in entry if sign < "\u2e80"}
    return Suggestions(
        tuple(name for _, name in ordered),
        tuple(entry for entry, _ in entries),
        array("I", (number for _, number in entries)),
        "".join(sorted(letters)),
    )


def load(data: bytes) -> Suggestions:
    """The index that `dump` wrote. Raises ValueError for anything else."""
    try:
        version, names, entries, owners, letters = json.loads(data)
        if version != _FORMAT:
            raise ValueError(f"format {version} is not {_FORMAT}")
        return Suggestions(tuple(Name(*name) for name in names), tuple(entries), array("I", owners), letters)
    except (TypeError, OverflowError) as error:
        raise ValueError("this is no index of suggestions") from error


def _folded(text: str) -> str:
    """Letters and digits in lower case without accents, single spaces between words."""
    levelled = level(text)
    if levelled.isascii():
        return levelled
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", levelled) if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare)


def _entries(folded: str) -> set[str]:
    """What a name is found by: what begins with each of its words, and with each ideograph of words without spaces."""
    starts = [0, *(place + 1 for place, sign in enumerate(folded) if sign == " ")][:_WORDS]
    inside = [place for place, sign in enumerate(folded[: 2 * _LONGEST]) if sign >= "\u2e80"]
    return {folded[place : place + _LONGEST] for place in (*starts, *inside) if folded[place:]}
