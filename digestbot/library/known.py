"""The names that an index knows, to suggest from: counted once for each of its states and kept in a file beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import tantivy
from tantivy import Query

from digestbot.library import documents, names, schema, suggest
from digestbot.library.index import Opened
from digestbot.library.shelf import digest, put
from digestbot.library.suggest import Suggestions
from digestbot.library.themes import EVERYTHING, Signal
from digestbot.model import Theme
from digestbot.ports import Name

MOST = 10_000
"""Authors, titles and tags, each the ones with the largest stock; the rest are found by a look-up."""

_FILE = "names"


def suggestions(opened: Opened, searcher: tantivy.Searcher, themes: Callable[[], Sequence[Theme]]) -> Suggestions:
    """The names of this state of an index; from the file where that is of this state, else counted and put there."""
    path, state = opened.building / _FILE, digest([str(opened.mark), *map(repr, opened.saved)]).encode()
    with suppress(OSError, ValueError):
        kept, _, data = path.read_bytes().partition(b"\n")
        if kept == state:
            return suggest.load(data)
    built = suggest.build([*(Name(one.name, "theme", one.highlights) for one in themes()), *_counted(searcher, opened)])
    with suppress(OSError):  # the names are there all the same, and are counted again the next time
        put(path, state + b"\n" + built.dump())
    return built


def _counted(searcher: tantivy.Searcher, opened: Opened) -> Iterator[Name]:
    held = Query.term_query(opened.index.schema, "kind", schema.HIGHLIGHT, index_option="basic")
    authors = Counter(dict(searcher.terms_with_prefix("writer", "", filter_query=held)))
    yield from (Name(text, "author", stock) for text, stock in authors.most_common(MOST))
    titles: Counter[str] = Counter()
    for source, stock in searcher.terms_with_prefix("source", "", filter_query=held):
        titles[documents.title_of(source)] += stock
    yield from (Name(text, "title", stock) for text, stock in titles.most_common(MOST) if text)
    stocks = dict(searcher.terms_with_prefix("theme", "", filter_query=held))
    for key, spellings in _largest(_tags(searcher, held), stocks):
        yield Name(names.readable(spellings), "tag", stocks.get(key, 0))


def _tags(searcher: tantivy.Searcher, held: Query) -> dict[str, Counter[str]]:
    """How each tag's name is written, by its key."""
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for term, sources in searcher.terms_with_prefix("named", "", filter_query=held):
        key, signal, name = term.split(documents.SEPARATOR, 2)
        if signal == Signal.TAG and key != EVERYTHING:
            tags[key][name] += sources
    return tags


def _largest(tags: dict[str, Counter[str]], stocks: dict[str, int]) -> Sequence[tuple[str, Counter[str]]]:
    return sorted(tags.items(), key=lambda item: (-stocks.get(item[0], 0), item[0]))[:MOST]
