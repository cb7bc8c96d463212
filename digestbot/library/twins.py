"""The same passage in several places of an index: found when notes are written, put together when they are shown.

A highlight is found by the numbers of its signature (alike.signature, the field `sign`); two that are alike are named
by a document of their own, of the kind LINK.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, groupby, pairwise

import tantivy
from tantivy import Occur, Query

from digestbot.library import documents, schema
from digestbot.library.alike import CROWD, SHARED, Links, alike, ideas, shape, standing
from digestbot.model import Highlight

_BUCKETS = 64
_HALF = 32
_LOW = (1 << _HALF) - 1


class Gathered:
    """The signatures of many highlights at once, each by its number (`lot`), in 16 bytes a sign and pair."""

    def __init__(self) -> None:
        self._lots = array("Q")
        self._signs = [array("Q") for _ in range(_BUCKETS)]

    def add(self, lot: int, signs: Iterable[int]) -> None:
        """Take in a highlight's."""
        row = len(self._lots)
        self._lots.append(lot)
        for sign in signs:
            self._signs[sign % _BUCKETS].append(sign << _HALF | row)

    def candidates(self) -> Iterator[tuple[int, int]]:
        """The pairs that have as many signs in common as alike texts have."""
        pairs = [array("Q") for _ in range(_BUCKETS)]
        for signs in self._signs:
            for rows in _crowds(signs):
                for one, other in combinations(rows, 2):
                    pairs[one % _BUCKETS].append(one << _HALF | other)
        for bucket in pairs:
            for pair in _repeated(bucket):
                yield self._lots[pair >> _HALF], self._lots[pair & _LOW]


def _crowds(signs: array[int]) -> Iterator[Sequence[int]]:
    """The rows of each sign that several have, but not too many."""
    if not signs:
        return
    ordered = sorted(signs)
    # Most signs are one text's alone, which the plain loop passes over ten times as fast as `groupby`.
    shared = [one ^ other <= _LOW for one, other in pairwise(ordered)]
    kept = [
        sign for sign, before, after in zip(ordered, (False, *shared), (*shared, False), strict=True) if before or after
    ]
    for _, group in groupby(kept, key=lambda sign: sign >> _HALF):
        rows = [sign & _LOW for sign in group]
        if len(rows) <= CROWD:
            yield rows


def _repeated(pairs: array[int]) -> Iterator[int]:
    """The pairs that are there SHARED times or more, each once."""
    for pair, group in groupby(sorted(pairs)):
        if sum(1 for _ in group) >= SHARED:
            yield pair


def confirmed(candidates: Iterable[tuple[int, int]], text_of: Callable[[int], str]) -> Iterator[tuple[int, int]]:
    """The pairs that are alike. text_of: a highlight's text by its number."""
    shapes = lru_cache(10_000)(lambda lot: shape(text_of(lot)))
    return ((one, other) for one, other in candidates if one != other and alike(shapes(one), shapes(other)))


def near(searcher: tantivy.Searcher, layout: tantivy.Schema, signs: Collection[int]) -> Sequence[tantivy.DocAddress]:
    """The highlights that share as many of these signs as alike texts do."""
    known = [sign for sign in signs if 0 < searcher.doc_freq("sign", sign) <= CROWD]
    if len(known) < SHARED:
        return ()
    terms = [(Occur.Should, Query.term_query(layout, "sign", sign, index_option="basic")) for sign in known]
    query = Query.boolean_query(terms, SHARED)
    return [address for _, address in searcher.search(query, CROWD * len(known), count=False).hits]


class Twins:
    """Which highlights hold the same passage, over one state of the index. get: a highlight by its id."""

    def __init__(
        self, searcher: tantivy.Searcher, layout: tantivy.Schema, get: Callable[[str], Highlight | None]
    ) -> None:
        self._get = get
        self.links: Mapping[str, set[str]] = _links(searcher, layout)

    def once(self, ids: Sequence[str]) -> Sequence[str]:
        """The ids with each idea once: in the place of the first that holds it stands the best sourced of them.

        Of equally well sourced ones it is that first one, which matches best where the ids are in that order.
        """
        held = [one for one in dict.fromkeys(ids) if one in self.links] if self.links else []
        if len(held) < 2:
            return ids
        stands: dict[str, str] = {}
        places = {one: place for place, one in enumerate(held)}
        for lead, others in ideas(self._highlights(held), self.links):
            first = min((lead, *others), key=lambda one: places[one.id])
            shown = first if standing(first)[:2] == standing(lead)[:2] else lead
            stands |= {one.id: shown.id for one in (lead, *others)}
        return list(dict.fromkeys(stands.get(one, one) for one in ids))

    def others(self, one: Highlight) -> Sequence[Highlight]:
        """The other highlights that hold the same idea, the best sourced first."""
        if one.id not in self.links:
            return ()
        family = Links(lambda _: "", dict(self.links)).family(one.id)
        for lead, others in ideas(self._highlights(sorted(family)), self.links):
            if one.id == lead.id or one.id in {other.id for other in others}:
                return [other for other in (lead, *others) if other.id != one.id]
        return ()

    def _highlights(self, ids: Iterable[str]) -> Sequence[Highlight]:
        return [found for one in ids if (found := self._get(one))]


def _links(searcher: tantivy.Searcher, layout: tantivy.Schema) -> Mapping[str, set[str]]:
    links: dict[str, set[str]] = {}
    if searcher.doc_freq("kind", schema.LINK):
        held = Query.term_query(layout, "kind", schema.LINK, index_option="basic")
        for pair, _ in searcher.terms_with_prefix("link", "", filter_query=held):
            one, other = pair.split(documents.BETWEEN)
            links.setdefault(one, set()).add(other)
    return links
