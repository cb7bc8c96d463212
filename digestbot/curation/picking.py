"""Which highlights of one theme: sources by weighted lots, of each the highlight whose turn it is, no idea twice.

Every source draws a waiting time from a keyed hash of its own (exponential clocks: -log(u) / weight, the shortest wins;
Efraimidis and Spirakis, 2006), so that a source more or less hardly changes who wins. Only the winners' highlights are
ever looked at, however large the theme is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from heapq import nsmallest
from itertools import combinations, islice, pairwise, permutations
from zlib import crc32

from digestbot.curation.shelf import Past, Shelf, weight_of
from digestbot.model import Highlight, Source

CHARACTERS = 1200
"""How long the texts of a digest may be together."""

_ROOM = 160
"""Characters that each highlight still to come is promised."""
_SAME = 0.6
"""Two passages that share this much of the shorter one's words say the same."""
_OVERDUE = 8.0
"""A source never seen, or not for long, is drawn this many times as often as one whose turn has come."""
_CANDIDATES = 256
"""How many sources are considered."""
_WIDTH = 8
"""How many sources compete for a place in a digest once the lots have put them in order."""
_ALL_ORDERS = 5
"""Up to so many highlights every order is tried."""
_WORD = re.compile("[\u2e80-\u9fff\uac00-\ud7af]|[^\\W\\d_]{4,}")
_MASK = (1 << 64) - 1

RULES = {"length": 1, "this week": 2, "author": 3, "source": 7}
"""What may give way when a digest cannot be filled otherwise, and what each costs: the cheapest that suffice do."""

_SUBSETS = (some for n in range(len(RULES) + 1) for some in combinations(RULES, n))
LEVELS = tuple(sorted(_SUBSETS, key=lambda some: sum(RULES[rule] for rule in some)))
"""The rules that give way together, the cheapest first."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a pick was made of; as text, sentences for people.

    sources, highlights: the theme's. held: highlights of its source that may be shown. set_aside: those that may not.
    last_shown, source_last_shown: before this. turn: why it came before the lots. alternatives: what came next.
    relaxed: the RULES that had to give way.
    """

    sources: int
    highlights: int
    held: int
    set_aside: tuple[tuple[str, int], ...] = ()
    last_shown: datetime | None = None
    source_last_shown: datetime | None = None
    turn: str = ""
    alternatives: tuple[Highlight, ...] = ()
    relaxed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield f"Drawn from {_count(self.highlights, 'highlight')} of {_count(self.sources, 'source')}."
        if self.turn:
            yield self.turn
        aside = ", ".join(f"{number} {reason}" for reason, number in self.set_aside)
        yield f"Its source offers {self.held}" + (f" ({aside})." if aside else ".")
        yield f"Last shown on {self.last_shown:%Y-%m-%d}." if self.last_shown else "Never shown before."
        if self.source_last_shown and self.source_last_shown != self.last_shown:
            yield f"Its source was last heard on {self.source_last_shown:%Y-%m-%d}."
        for rule in self.relaxed:
            yield f"{_GAVE_WAY[rule]}, for nothing else was left."
        if self.alternatives:
            yield f"Next would have been {' or '.join(_name(one) for one in self.alternatives)}."


@dataclass(frozen=True, slots=True)
class Pick:
    """A highlight, and why it was picked."""

    highlight: Highlight
    why: Why


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. now: aware. day: of the digest, for `on_this_day`. Else see model.Subscription."""

    seed: str
    size: int
    now: datetime
    day: date
    balance: float = 0.5
    on_this_day: bool = False
    characters: int = CHARACTERS


def pick(shelf: Shelf, past: Past, wanted: Wanted, recent: Sequence[Highlight] = ()) -> tuple[Pick, ...]:
    """At most `wanted.size` highlights in the order in which to show them, one per source, author and idea.

    Rules give way by LEVELS, but one idea is never shown twice, and nothing that is blocked.
    recent: what was shown in the last days, against which each pick must say something new.
    """
    draw = _Draw(shelf, past, wanted, tuple(recent))
    draw.take_turns()
    for relaxed in LEVELS:
        draw.fill(relaxed)
    return _neighbours(draw.picks)


@dataclass(frozen=True, slots=True)
class Places:
    """A function from numbers to [0, 1) that is another one for each seed (multiply-shift; Dietzfelbinger, 1997)."""

    factor: int
    offset: int

    @classmethod
    def of(cls, seed: str) -> Places:
        """The function of this seed."""
        key = blake2b(seed.encode("utf-8", "replace"), digest_size=16).digest()
        return cls(int.from_bytes(key[:8]) | 1, int.from_bytes(key[8:]))

    def at(self, number: int) -> float:
        """The place of a number."""
        return ((self.factor * number + self.offset) & _MASK) / 2**64


@lru_cache(maxsize=2048)  # the same passages stand for choice in one digest after the other
def words(text: str) -> frozenset[str]:
    """The words that carry the meaning: those of four letters or more, and every ideograph."""
    return frozenset(_WORD.findall(text.casefold()))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter text's `words` stand in the other one, 0 to 1."""
    return len(one & other) / max(1, min(len(one), len(other)))


def same_idea(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts, given by their `words`, say the same."""
    return likeness(one, other) >= _SAME


@dataclass(slots=True)
class _Draw:
    """One digest while it is put together."""

    shelf: Shelf
    past: Past
    wanted: Wanted
    recent: tuple[Highlight, ...]
    picks: list[Pick] = field(default_factory=list)
    _words: dict[str, frozenset[str]] = field(default_factory=dict)
    _queues: dict[str, list[Highlight]] = field(default_factory=dict)
    _turns: dict[str, str] = field(init=False)
    _order: list[str] = field(init=False)
    _place: Places = field(init=False)

    def __post_init__(self) -> None:
        left = self.past.left(self.shelf)
        self._place = Places.of(self.wanted.seed)
        self._turns = self._due(left)
        drawn = self._lots(left)
        self._order = [*self._turns, *(source for source in drawn if source not in self._turns)]

    def take_turns(self) -> None:
        """Add a highlight of each source that comes before the lots, whatever else has to give way."""
        for source in self._turns:
            for relaxed in (some for some in LEVELS if "source" not in some):
                one = next(self._allowed(source, relaxed), None) if len(self.picks) < self.wanted.size else None
                if one:
                    self.picks.append(Pick(one, self._why(one, (), relaxed)))
                    break

    def fill(self, relaxed: tuple[str, ...]) -> None:
        """Add picks until there are enough or none may be added under the rules that hold."""
        while len(self.picks) < self.wanted.size:
            options = list(islice(self._options(relaxed), _WIDTH))
            if not options:
                return
            chosen = self._most_telling(options)
            others = tuple(one for one in options if one is not chosen)[:2]
            self.picks.append(Pick(chosen, self._why(chosen, others, relaxed)))

    def _options(self, relaxed: tuple[str, ...]) -> Iterator[Highlight]:
        """Of each source, as the lots have put them in order, the first highlight that the rules allow."""
        for source in self._order:
            if one := next(self._allowed(source, relaxed), None):
                yield one

    def _allowed(self, source: str, relaxed: tuple[str, ...]) -> Iterator[Highlight]:
        """A source's highlights that the rules allow; none are read where the source itself is not allowed."""
        mine = Source.identified(source)
        others = [pick.highlight.source for pick in self.picks]
        if "author" not in relaxed and any(_share_author(mine, other) for other in others):
            return
        if "source" not in relaxed and any(_share_title(mine, other) for other in others):
            return
        yield from (one for one in self._queue(source) if self._allows(one, relaxed))

    def _allows(self, one: Highlight, relaxed: tuple[str, ...]) -> bool:
        others = [pick.highlight for pick in self.picks]
        mine = self._said(one)
        if any(one.id == other.id or same_idea(mine, self._said(other)) for other in others):
            return False
        broken = {
            "length": len(one.text) > self._room(),
            "this week": any(same_idea(mine, self._said(other)) for other in self.recent),
        }
        return not any(holds for rule, holds in broken.items() if rule not in relaxed)

    def _room(self) -> int:
        used = sum(len(pick.highlight.text) for pick in self.picks)
        return self.wanted.characters - used - _ROOM * (self.wanted.size - len(self.picks) - 1)

    def _most_telling(self, options: Sequence[Highlight]) -> Highlight:
        """Maximal marginal relevance: the lots' order, against likeness to what is or was lately shown."""
        known = [self._said(one) for one in (*(pick.highlight for pick in self.picks), *self.recent)]
        costs = [
            place / _WIDTH + max((likeness(self._said(one), other) for other in known), default=0.0)
            for place, one in enumerate(options)
        ]
        return options[costs.index(min(costs))]

    def _queue(self, source: str) -> list[Highlight]:
        """A source's highlights, never shown ones first, then by when they were shown."""
        if source not in self._queues:
            held, _ = self.shelf.offer(source, self._rank)
            self._queues[source] = [one for one in held if not self.past.blocks(one)]
        return self._queues[source]

    def _rank(self, one: Highlight) -> tuple[float, float]:
        last = self.past.shown(one)
        return last.timestamp() if last else 0.0, self._place.at(_number(one.id))

    def _said(self, one: Highlight) -> frozenset[str]:
        if one.id not in self._words:
            self._words[one.id] = words(one.text)
        return self._words[one.id]

    def _lots(self, left: Mapping[str, int]) -> list[str]:
        """The sources in the order of their waiting times; those with something never shown before all others."""
        weights = self._weights(left)
        place, log = self._place.at, math.log1p
        heard = self.past.exhausted(self.shelf)
        waits = ((key in heard, -log(-place(_number(key))) / weights[key], key) for key in self._likely(weights))
        return [key for _, _, key in nsmallest(_CANDIDATES, waits)]

    def _likely(self, weights: Mapping[str, float]) -> Collection[str]:
        """The sources that may be among the first candidates: of many only those whose hash is small for their weight.

        -log(1 - p) is never below p, which is quicker to compare.
        """
        if len(weights) < 16 * _CANDIDATES:
            return weights
        factor, offset = self._place.factor, self._place.offset
        cut = 4 * _CANDIDATES / sum(weights.values()) * 2**64
        return [
            key
            for key, weight in weights.items()
            if (factor * crc32(key.encode("utf-8", "replace")) + offset) & _MASK < cut * weight
        ]

    def _weights(self, left: Mapping[str, int]) -> dict[str, float]:
        powers = {held: _OVERDUE * held**self.wanted.balance for held in set(left.values())}
        weights = {source: powers[held] for source, held in left.items()}
        guidance = self.shelf.guidance
        if guidance.weights or guidance.liked_sources:
            liked = guidance.liked_sources
            weights = {key: w * weight_of(guidance, key) * liked.get(key, 1.0) for key, w in weights.items()}
        whole = sum(weights.values())
        for source, age in self._ages().items():
            if source in weights:
                # After as many picks as lie between two of its turns a source is as likely as its weight says.
                weights[source] *= min(1.0, (age * weights[source] / whole) ** 2 / _OVERDUE) + 1e-9
        return weights

    def _ages(self) -> dict[str, int]:
        """How many picks ago each source was last heard."""
        ages: dict[str, int] = {}
        for age, (_, source) in enumerate(reversed(self.past.rows), 1):
            ages.setdefault(source, age)
        return ages

    def _due(self, left: Mapping[str, int]) -> dict[str, str]:
        """The sources that come before the lots, and why."""
        due = self._on_this_day(left) if self.wanted.on_this_day else {}
        digests = sum(left.values()) / self.wanted.size
        late = [source for source, held in left.items() if held >= digests > 1]
        for source in sorted(late, key=lambda source: -left[source]):
            due.setdefault(source, "Its source holds so much of what is left that it has to appear in every digest.")
        return due

    def _on_this_day(self, left: Mapping[str, int]) -> dict[str, str]:
        ending = f"-{self.wanted.day:%m-%d}"
        for source in filter(lambda source: source.endswith(ending), sorted(left)):
            published = Source.identified(source).published or ""
            if published[:4] < str(self.wanted.day.year):
                return {source: f"Its source appeared on this day in {published[:4]}."}
        return {}

    def _why(self, one: Highlight, others: tuple[Highlight, ...], relaxed: tuple[str, ...]) -> Why:
        source = one.source.identity
        held, aside = self.shelf.offer(source, self._rank)
        heard = next((row.at for row, key in reversed(self.past.rows) if key == source), None)
        return Why(
            sources=len(self.shelf.stock),
            highlights=self.shelf.total,
            held=len(held) if self.shelf.exact else self.shelf.stock[source],
            set_aside=tuple((reason.value, number) for reason, number in aside.most_common()),
            last_shown=self.past.shown(one),
            source_last_shown=heard,
            turn=self._turns.get(source, ""),
            alternatives=others,
            relaxed=relaxed,
        )


def _share_author(one: Source, other: Source) -> bool:
    return bool({name.casefold() for name in one.authors} & {name.casefold() for name in other.authors})


def _share_title(one: Source, other: Source) -> bool:
    # One work may lie in several notes, each with an address of its own.
    titles = [(one.title or "").casefold(), (other.title or "").casefold()]
    return one.identity == other.identity or (titles[0] == titles[1] != "")


def _neighbours(picks: Sequence[Pick]) -> tuple[Pick, ...]:
    """The same picks in the order in which each has most to do with the one before it."""
    if len(picks) > _ALL_ORDERS:
        return _one_by_one(list(picks))
    near = {(a.highlight.id, b.highlight.id): _kinship(a.highlight, b.highlight) for a in picks for b in picks}
    return max(
        permutations(picks),
        key=lambda row: sum(near[a.highlight.id, b.highlight.id] for a, b in pairwise(row)),
        default=(),
    )


def _one_by_one(left: list[Pick]) -> tuple[Pick, ...]:
    row = [left.pop(0)]
    while left:
        row.append(left.pop(max(range(len(left)), key=lambda n: _kinship(row[-1].highlight, left[n].highlight))))
    return tuple(row)


def _kinship(one: Highlight, other: Highlight) -> float:
    shared = {*one.tags, *one.links} & {*other.tags, *other.links}
    return likeness(words(one.text), words(other.text)) + 0.2 * len(shared)


def _number(name: str) -> int:
    return crc32(name.encode("utf-8", "replace"))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _name(one: Highlight) -> str:
    return f"«{one.source.title}»" if one.source.title else f"“{one.text[:40]}…”"


_GAVE_WAY = {
    "length": "The digest is longer than it should be",
    "this week": "It says much the same as something shown this week",
    "author": "Its author is in this digest already",
    "source": "Its source is in this digest already",
}
