"""What a theme holds, source by source, and what of it was shown before."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from heapq import nsmallest

from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.curation.quality import Reason, judged, merit, offered
from digestbot.model import Highlight, Source
from digestbot.ports import Shown

SLACK = 0.9
"""What share of a theme is shown before its first highlight may come again; the rest leaves room for the lots."""

_LOOKED_AT, _ENOUGH = 10, 2
"""Of a large theme's source so many highlights are read, until so many may be shown."""

Offer = tuple[list[Highlight], Counter[Reason]]


@dataclass(frozen=True)
class Shelf:
    """What a theme holds, source by source. Of a small theme every highlight is known, of a large one only the counts.

    stock: by identity, how many highlights a source has. fetch: its highlights.
    """

    stock: Mapping[str, int]
    fetch: Callable[[str], Sequence[Highlight]]
    guidance: Guidance = NOBODY
    exact: bool = False
    _offers: dict[str, Offer] = field(default_factory=dict)

    @classmethod
    def of(cls, highlights: Iterable[Highlight], guidance: Guidance = NOBODY) -> Shelf:
        """A shelf of given highlights, which counts only those that may be shown."""
        held: dict[str, list[Highlight]] = defaultdict(list)
        for one in highlights:
            held[one.source.identity].append(one)
        offers = {key: offered(some, guidance) for key, some in held.items()}
        stock = {key: len(offer[0]) for key, offer in offers.items() if offer[0]}
        return cls(_allowed(stock, guidance), held.__getitem__, guidance, exact=True, _offers=offers)

    @classmethod
    def large(cls, stock: Mapping[str, int], fetch: Callable[[str], Sequence[Highlight]], guidance: Guidance) -> Shelf:
        """A shelf too large to be looked through; its counts hold what the gate keeps out, too."""
        return cls(_allowed(stock, guidance), fetch, guidance)

    def offer(self, source: str, first: Callable[[Highlight], tuple[float, float]]) -> Offer:
        """The highlights of a source that may be shown, in the order of `first`, and how many may not.

        Of a large theme's sources only the first few are looked at.
        """
        if source not in self._offers:
            held = self.fetch(source)
            best = first if any(one.marked for one in held) else merit
            self._offers[source] = _first_few(nsmallest(_LOOKED_AT, held, key=best), self.guidance)
        found, aside = self._offers[source]
        return sorted(found, key=first), aside

    @cached_property
    def total(self) -> int:
        """How many highlights there are."""
        return sum(self.stock.values())

    def renewed(self, history: Sequence[Shown]) -> Sequence[Shown]:
        """A history in which what was edited since has its present id: the native id stayed what it was.

        Of a large theme nobody knows the ids, and each highlight is held against the history when it is looked at.
        """
        if not self.exact:
            return history
        held = [one for key in self.stock for one in self._offers[key][0]]
        ids, ids_of = {one.id for one in held}, {one.native_id: one.id for one in held if one.native_id}
        return [
            replace(row, highlight_id=ids_of[row.native])
            if row.native in ids_of and row.highlight_id not in ids
            else row
            for row in history
        ]

    def rows(self, history: Sequence[Shown]) -> list[tuple[Shown, str]]:
        """What of a history was on this shelf, each with its source, oldest first."""
        source_of = {one.id: key for key in self.stock for one in self._offers[key][0]} if self.exact else {}
        found = ((row, source_of.get(row.highlight_id, "" if self.exact else row.source)) for row in history)
        return [(row, source) for row, source in found if source in self.stock]


@dataclass(frozen=True, slots=True)
class Past:
    """What of a theme was shown before. last: by highlight. rows: oldest first, each with its source.

    blocked: highlights that may not come again yet. In both a highlight is there by its id and by its native id.
    """

    last: Mapping[str, datetime]
    rows: Sequence[tuple[Shown, str]]
    blocked: frozenset[str]

    def shown(self, one: Highlight) -> datetime | None:
        """When a highlight was last shown, before an edit of its text too; None for never."""
        return self.last.get(one.id) or (self.last.get(_native(one.native_id)) if one.native_id else None)

    def blocks(self, one: Highlight) -> bool:
        """Whether a highlight may not come again yet."""
        return one.id in self.blocked or bool(one.native_id and _native(one.native_id) in self.blocked)

    @classmethod
    def of(cls, shelf: Shelf, history: Sequence[Shown], *, size: int, since: datetime) -> Past:
        """The past as a shelf sees it: what was shown after `since`, or too few highlights ago, is blocked.

        Of T highlights shown n at a time each comes again after T / n digests at best, and after SLACK of that here.
        """
        history = shelf.renewed(history)
        rows = shelf.rows(history)
        digests = min(math.ceil(SLACK * shelf.total / size), shelf.total // size) - 1
        recent = rows[max(0, len(rows) - max(0, digests) * size) :]
        barred = [*(row for row, _ in recent), *(row for row in history if row.at > since)]
        last = {name: row.at for row in history for name in _names(row)}
        return cls(last, rows, frozenset(name for row in barred for name in _names(row)))

    def dated(self, since: datetime) -> Past:
        """The same past, in which only what was shown after `since` is blocked, however little else there is."""
        barred = (row for row, _ in self.rows if row.at > since)
        return replace(self, blocked=frozenset(name for row in barred for name in _names(row)))

    def left(self, shelf: Shelf) -> dict[str, int]:
        """How many highlights each source may show now; sources without any are left out."""
        gone = Counter(source for highlight, source in self._sources.items() if highlight in self.blocked)
        left = dict(shelf.stock)
        for source, number in gone.items():
            left[source] -= number
            if left[source] <= 0:
                del left[source]
        return left

    def exhausted(self, shelf: Shelf) -> frozenset[str]:
        """The sources of which every highlight was shown."""
        shown = Counter(self._sources.values())
        return frozenset(source for source, number in shown.items() if number >= shelf.stock[source])

    def unseen(self, shelf: Shelf) -> int:
        """How many highlights were never shown."""
        return shelf.total - len(self._sources)

    @property
    def _sources(self) -> dict[str, str]:
        return {row.highlight_id: source for row, source in self.rows}


def _names(row: Shown) -> tuple[str, ...]:
    return (row.highlight_id, _native(row.native)) if row.native else (row.highlight_id,)


def _native(name: str) -> str:
    """A native id as it stands among ids, like none of which it looks."""
    return f"^{name}"


def _first_few(highlights: Iterable[Highlight], guidance: Guidance) -> Offer:
    found: list[Highlight] = []
    aside: Counter[Reason] = Counter()
    for one in highlights:
        if reason := judged(one, guidance):
            aside[reason] += 1
        else:
            found.append(one)
        if len(found) == _ENOUGH:
            break
    return found, aside


def _allowed(stock: Mapping[str, int], guidance: Guidance) -> Mapping[str, int]:
    if guidance.hidden_sources:
        stock = {key: held for key, held in stock.items() if key not in guidance.hidden_sources}
    return {key: held for key, held in stock.items() if weight_of(guidance, key)} if guidance.weights else stock


def weight_of(guidance: Guidance, source: str) -> float:
    """What the settings say of the source with this identity."""
    one = Source.identified(source)
    return guidance.weight(one.title or "", one.url or "")
