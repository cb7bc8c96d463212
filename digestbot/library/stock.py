"""What an index holds under each theme, counted for `themes.listed`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import tantivy
from tantivy import Query

from digestbot.library import documents, schema
from digestbot.library.themes import EVERYTHING, LEAST, Count

MOST_BUCKETS = 65_000
"""An aggregation with more of them is refused by tantivy."""


def counts(searcher: tantivy.Searcher, layout: tantivy.Schema) -> Mapping[str, Count]:
    """What stands under each key that has enough highlights to be listed."""
    held = Query.term_query(layout, "kind", schema.HIGHLIGHT, index_option="basic")
    keys = searcher.terms_with_prefix("theme", "", filter_query=held)
    found = {key: _count(searcher, layout, key) for key, stock in keys if stock >= LEAST and key != EVERYTHING}
    everything = Counter(dict(searcher.terms_with_prefix("source", "", filter_query=held)))
    return {EVERYTHING: Count(everything, *spelled(searcher, EVERYTHING)), **found} if everything else {}


def spelled(searcher: tantivy.Searcher, key: str) -> tuple[Counter[str], Counter[str]]:
    """In how many notes the name of a key is written in which way, and found by which signal."""
    spellings: Counter[str] = Counter()
    signals: Counter[str] = Counter()
    for term, notes in searcher.terms_with_prefix("named", f"{key}{documents.SEPARATOR}"):
        _, signal, name = term.split(documents.SEPARATOR, 2)
        spellings[name] += notes
        signals[signal] += notes
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
