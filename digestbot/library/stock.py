"""The themes of an index, by what it holds under each."""

from __future__ import annotations

from collections import Counter

import tantivy
from tantivy import Query

from digestbot.library import documents, schema
from digestbot.library.themes import EVERYTHING, LEAST, Count, fold, listed
from digestbot.model import Theme

MOST_BUCKETS = 65_000
"""An aggregation with more of them is refused by tantivy."""


def themes(searcher: tantivy.Searcher, layout: tantivy.Schema) -> tuple[Theme, ...]:
    """The themes worth a digest, the largest first: see themes.listed.

    What stands under a key is counted by its sources, a query each. A library of a million highlights has some hundred
    thousand keys of one source, its authors above all; they matter only where there are too few of several.
    """
    held = Query.term_query(layout, "kind", schema.HIGHLIGHT, index_option="basic")
    everything = Counter(dict(searcher.terms_with_prefix("source", "", filter_query=held)))
    if not everything:
        return ()
    found = {EVERYTHING: Count(everything, *spelled(searcher, EVERYTHING))}
    large = {key for key, stock in searcher.terms_with_prefix("theme", "", filter_query=held) if stock >= LEAST}
    shared = large & _shared(searcher, held) - {EVERYTHING}
    found |= {key: _count(searcher, layout, key) for key in shared}
    several = [one for one in listed(found) if one.sources > 1 and fold(one.name) != EVERYTHING]
    if len(several) < LEAST:
        found |= {key: _count(searcher, layout, key) for key in large - shared - {EVERYTHING}}
    return listed(found)


def by_identity(searcher: tantivy.Searcher, theme: Query) -> dict[str, int]:
    """How many of the highlights that a query finds each source has, by `Source.identity`."""
    terms = {"terms": {"field": "identity", "size": MOST_BUCKETS, "segment_size": MOST_BUCKETS}}
    try:
        buckets = searcher.aggregate(theme, {"found": terms})["found"]["buckets"]
    except ValueError:  # more sources than an aggregation takes; the other way takes several times as long
        return dict(searcher.terms_with_prefix("identity", "", filter_query=theme))
    return {one["key"]: one["doc_count"] for one in buckets}


def _shared(searcher: tantivy.Searcher, held: Query) -> set[str]:
    """The keys that more than one source has, or one source in several notes."""
    often: Counter[str] = Counter()
    for term, sources in searcher.terms_with_prefix("named", "", filter_query=held):
        often[term.partition(documents.SEPARATOR)[0]] += sources
    return {key for key, sources in often.items() if sources > 1}


def spelled(searcher: tantivy.Searcher, key: str) -> tuple[Counter[str], Counter[str]]:
    """In how many sources the name of a key is written in which way, and found by which signal."""
    spellings: Counter[str] = Counter()
    signals: Counter[str] = Counter()
    for term, sources in searcher.terms_with_prefix("named", f"{key}{documents.SEPARATOR}"):
        _, signal, name = term.split(documents.SEPARATOR, 2)
        spellings[name] += sources
        signals[signal] += sources
    return spellings, signals


def _count(searcher: tantivy.Searcher, layout: tantivy.Schema, key: str) -> Count:
    query = Query.term_query(layout, "theme", key, index_option="basic")
    terms = {"terms": {"field": "source", "size": MOST_BUCKETS, "segment_size": MOST_BUCKETS}}
    try:
        buckets = searcher.aggregate(query, {"found": terms})["found"]["buckets"]
    except ValueError:  # more sources than can be counted: too broad to be listed
        buckets = []
    sources = Counter({str(one["key"]): int(one["doc_count"]) for one in buckets})
    return Count(sources, *spelled(searcher, key))
