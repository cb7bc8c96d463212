"""What the notes are about: tags, wikilinks, folders, categories, headings and authors, united into themes.

`candidates` says under which keys one highlight stands, looking at nothing else; `Tally` counts them, one highlight at
a time; `listed` makes the list of themes out of the counts. So an index can keep counts and need not read all notes
again when one changes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from digestbot.library import furniture, names
from digestbot.model import Highlight, Note, Source, Theme

fold = names.fold
"""The key of a theme's name."""

EVERYTHING = "everything"
"""The key of the theme that every highlight is under; it is listed only where no other has several sources."""

LEAST = 3
"""A theme with fewer highlights cannot fill one digest."""
_SHARE, _ENOUGH = 0.3, 10
"""What covers more than this share of more than this many sources says nothing about any of them; a source counts with
the share of its highlights that are covered."""
_LONGEST = 60
"""Characters of the longest name of a theme; what is longer is a sentence."""
_REMEMBERED = 20_000
"""Names whose keys are remembered: most highlights bring none that is new, and a key takes longer than all the rest."""


class Signal(StrEnum):
    """Where in a note a theme's name stands."""

    TAG = "tag"
    LINK = "link"
    FOLDER = "folder"
    CATEGORY = "category"
    HEADING = "heading"
    AUTHOR = "author"
    ALL = "all"


class Candidate(NamedTuple):
    """One theme that a highlight may stand under: its key (`fold`), as it is spelled there, and by what signal."""

    key: str
    name: str
    signal: Signal


_FOLDER_NUMBER = re.compile(r"^\(?\d{1,3}(?:\.\d+)*\)?[\s._)\-–]+(?=[^\W\d_])")
_BETWEEN_IDEOGRAPHS = re.compile(r"(?<=[\u2e80-\u9fff])-(?=[\u2e80-\u9fff])")


def candidates(one: Highlight, path: str) -> Iterator[Candidate]:
    """The themes that a highlight may stand under, each key once; whether they are listed depends on their counts.

    path: of its note, relative to the content folder. Exporters' housekeeping, dates, furniture headings and template
    leftovers are left out here, formats (articles, podcasts) are kept, so that a digest of them can be ordered.
    """
    seen: set[str] = set()
    for signal, name in _signals(one, path):
        found = _candidate(signal, name)
        if found.key and found.key not in seen:
            seen.add(found.key)
            yield found


def source_name(source: Source, path: str) -> str:
    """What tells sources apart when they are counted: the key that ids rest on, else title and authors, else file."""
    return source.key or "\n".join((source.title or "", *(source.authors or (path,))))


def _signals(one: Highlight, path: str) -> Iterator[tuple[Signal, str]]:
    yield Signal.ALL, EVERYTHING
    for tag in one.tags:
        if fold(tag) not in furniture.COLOURS:
            yield from ((Signal.TAG, level) for level in _levels(tag))
    for tag in one.source.tags:
        yield from ((Signal.TAG, level) for level in _levels(tag))
    if one.source.category:
        yield from ((Signal.CATEGORY, level) for level in _levels(one.source.category))
    for link in one.links:
        yield Signal.LINK, link.split("#")[0].rsplit("/", 1)[-1]
    for folder in path.split("/")[:-1]:
        yield Signal.FOLDER, _FOLDER_NUMBER.sub("", folder)
    for author in one.source.authors:
        yield Signal.AUTHOR, author
    if one.section:
        yield Signal.HEADING, one.section.strip().rstrip(":：")


@lru_cache(maxsize=_REMEMBERED)
def _levels(tag: str) -> tuple[str, ...]:
    """The levels of a nested tag that say what it is about: `ai/open-source` is about AI and about open source."""
    if furniture.is_leftover(tag):
        return ()
    levels = [level for level in _BETWEEN_IDEOGRAPHS.sub("/", tag.strip().lstrip("#")).split("/") if level.strip()]
    if len(levels) > 1 and fold(levels[0]) in furniture.ORDER_OF:
        return tuple(level for level in levels[1:] if fold(level) in furniture.FORMATS)
    return tuple(levels[1:] if len(levels) > 1 and fold(levels[0]) in furniture.SHELVES else levels)


@lru_cache(maxsize=_REMEMBERED)
def _candidate(signal: Signal, name: str) -> Candidate:
    return Candidate(_key(signal, name), name, signal)


def _key(signal: Signal, name: str) -> str:
    """The key of a name, "" for one that can name no theme."""
    if signal is Signal.ALL:
        return EVERYTHING
    key = fold(name)
    if key == EVERYTHING or len(name) > _LONGEST or not any(sign.isalpha() for sign in key):
        return ""
    if furniture.keeps_order(name) or furniture.is_date(name) or furniture.is_leftover(name):
        return ""
    if signal is Signal.HEADING and furniture.is_furniture(name):
        return ""
    return "" if signal is Signal.AUTHOR and furniture.is_site(name) else key


@dataclass(slots=True)
class Count:
    """What stands under one key.

    sources: how many highlights each has under it, by `source_name`. spellings: how often it is written in which way.
    signals: how often it is found by which.
    """

    sources: Counter[str] = field(default_factory=Counter)
    spellings: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)

    @property
    def highlights(self) -> int:
        """How many highlights stand under the key."""
        return self.sources.total()


@dataclass(slots=True)
class Tally:
    """Counts of all keys, kept up to date one highlight at a time; each highlight may be added once."""

    counts: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))

    def add(self, one: Highlight, path: str) -> frozenset[str]:
        """Count a highlight; returns its keys."""
        return self._change(one, path, 1)

    def remove(self, one: Highlight, path: str) -> frozenset[str]:
        """Count a highlight no longer; the same highlight and path must have been added. Returns its keys."""
        return self._change(one, path, -1)

    def _change(self, one: Highlight, path: str, by: int) -> frozenset[str]:
        source = source_name(one.source, path)
        keys: set[str] = set()
        for candidate in candidates(one, path):
            keys.add(candidate.key)
            count = self.counts[candidate.key]
            for counter, item in (
                (count.sources, source),
                (count.spellings, candidate.name),
                (count.signals, candidate.signal.value),
            ):
                counter[item] += by
                if not counter[item]:
                    del counter[item]
            if not count.sources:
                del self.counts[candidate.key]
        return frozenset(keys)


def listed(counts: Mapping[str, Count]) -> tuple[Theme, ...]:
    """The themes worth a digest, the largest first.

    Worth one is what has LEAST highlights of at least two sources and covers no more than 30 % of the sources (where
    there are more than ten). A library with fewer than three such themes lists those of a single source as well, if a
    tag, a folder, a category or an author names them, and one of everything if none has three sources.
    """
    everything = counts.get(EVERYTHING, Count()).sources
    telling = {key: count for key, count in counts.items() if _telling(key, count, everything)}
    several = {key for key, count in telling.items() if len(count.sources) > 1}
    if len(several) < LEAST:
        alone = {Signal.HEADING.value, Signal.LINK.value}
        several |= {key for key, count in telling.items() if not alone.issuperset(count.signals)}
    if everything and not any(len(counts[key].sources) >= LEAST for key in several):
        several.add(EVERYTHING)
    themes = [_theme(counts[key]) for key in several]
    return tuple(sorted(themes, key=lambda theme: (-theme.highlights, theme.name)))


def _theme(count: Count) -> Theme:
    person = set(count.signals) == {Signal.AUTHOR.value}
    return Theme(names.readable(count.spellings, person=person), count.highlights, len(count.sources))


def _telling(key: str, count: Count, everything: Mapping[str, int]) -> bool:
    if key == EVERYTHING or key in furniture.FORMATS or count.highlights < LEAST:
        return False
    covered = sum(found / everything[source] for source, found in count.sources.items())
    return len(everything) <= _ENOUGH or covered <= len(everything) * _SHARE


def assign(notes: Sequence[Note]) -> tuple[tuple[Theme, ...], dict[str, set[str]]]:
    """The themes worth a digest, the largest first, and the keys of all themes that each highlight id is under.

    A highlight that lies in several notes counts once, under the keys of the first.
    """
    tally = Tally()
    under: dict[str, set[str]] = {}
    for note in notes:
        for one in note.highlights:
            if one.id not in under:
                under[one.id] = set(tally.add(one, note.path))
            else:
                under[one.id].update(candidate.key for candidate in candidates(one, note.path))
    return listed(tally.counts), under


def days_of_stock(theme: Theme, size: int, per_week: float) -> int:
    """Days until a theme's highlights repeat, when `per_week` digests of `size` highlights are taken from it."""
    return int(theme.highlights // size * 7 / per_week)
