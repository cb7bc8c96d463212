"""Look-up and picking: a query in anybody's words -> highlights, best first; a theme -> its highlights."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from hashlib import blake2b

import tantivy
from tantivy import Occur, Query

from digestbot.errors import ThemeError
from digestbot.library import documents, known, names, schema, stock
from digestbot.library.index import Opened
from digestbot.library.ladder import Ladder, Meant, Rung
from digestbot.library.query import Asked, parse
from digestbot.library.searches import Searches
from digestbot.library.snippet import snippet
from digestbot.library.suggest import Suggestions
from digestbot.library.themes import fold
from digestbot.library.twins import Twins
from digestbot.model import Highlight, Theme
from digestbot.ports import Found, Name

_ID = re.compile(r"[0-9a-f]{8,16}")
_FACETS = {"author": "writer", "source": "source", "theme": "theme", "tag": "tag", "voice": "voice"}
_HASHES = 1 << 64
_SOURCES, _HIGHLIGHTS = 512, 2048
"""How many sources' highlights, and single ones, are remembered."""
_SPARE, _FEW = 20, 200
"""Matches beyond a page that are looked at for ideas that come twice: so many, and all where there are but few."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was read. withheld: notes kept back as private; problems: oddities of the folders themselves."""

    notes: int = 0
    sources: int = 0
    highlights: int = 0
    problems: int = 0
    withheld: int = 0


class Library:
    """ports.Library over one state of the index; safe to share between threads, since it only reads.

    searcher: of tantivy, over that state. notice: what keeps it from being the notes as they are now, a sentence for
    people, else "".
    """

    def __init__(self, opened: Opened, notice: str = "") -> None:
        self.searcher = opened.index.searcher()
        self._schema = opened.index.schema
        self._opened = opened
        self._languages = [code for code, _ in self.searcher.terms_with_prefix("language", "")] or ["en"]
        plain = Ladder(self.searcher, self._schema, self._languages)
        self._searches = Searches(opened.saved, self.searcher, self._schema, plain)
        self._ladder = Ladder(self.searcher, self._schema, self._languages, self._searches.query)
        self._held = self._ladder.everything([])
        self._stock: dict[str, Mapping[str, int]] = {}
        self._seconds: dict[str, frozenset[str]] = {}
        self.notice = notice
        # One digest after the other asks for the same, and to decode a highlight takes longer than to find it.
        self._within = lru_cache(_SOURCES)(self._read_within)
        self._known = lru_cache(_HIGHLIGHTS)(self._read)

    @cached_property
    def summary(self) -> Summary:
        """What this library holds."""
        head = self._opened.head
        sources = self.searcher.terms_with_prefix("source", "", filter_query=self._held)
        return Summary(head.notes, len(sources), self._count(self._held), head.problems, head.withheld)

    def find(self, query: str, *, limit: int = 5, offset: int = 0) -> Found:
        """See ports.Library."""
        named = self.get(query.strip()) if _ID.fullmatch(query.strip()) else None
        if named:
            return Found(1, (named,)[max(0, offset) : max(0, offset) + max(0, limit)], snippets=("",))
        asked = parse(query)
        meant = self._ladder.words(asked.text)
        for rung, order in self._rungs(asked, meant):
            total, addresses = self._once(rung.query, limit, offset, order)
            if total:
                return self._found(total, addresses, meant, rung)
        return Found()

    def get(self, highlight_id: str) -> Highlight | None:
        """See ports.Library."""
        return self._known(highlight_id)

    def sample(self, query: str, *, seed: str, size: int = 1) -> Sequence[Highlight]:
        """See ports.Library."""
        chosen = self._chosen(parse(query))
        start = int.from_bytes(blake2b(seed.encode("utf-8", "replace"), digest_size=8).digest())
        # Ids are hashes: those that follow a random number are a random choice.
        behind = self._between(chosen, start, _HASHES - 1, size)
        found = [*behind, *self._between(chosen, 0, start, size - len(behind))]
        return [self._highlight(address) for address in found]

    def like(self, highlight_id: str, *, limit: int = 5) -> Sequence[Highlight]:
        """See ports.Library."""
        one = self.get(highlight_id)
        if not one:
            return ()
        language = schema.language_of([one.text])
        field = schema.words_field(language if language in self._languages else self._languages[0])
        near = Query.more_like_this_document_fields_query(
            self._schema,
            {field: [schema.spaced(one.text)]},
            min_doc_frequency=2,
            max_doc_frequency=max(10, self.searcher.num_docs // 10),
            min_term_frequency=1,
        )
        itself = Query.term_query(self._schema, "id", one.id, index_option="basic")
        same = [Query.term_query(self._schema, "id", other.id, index_option="basic") for other in self.also_in(one)]
        query = Query.boolean_query([(Occur.Must, near), *((Occur.MustNot, known) for known in (itself, *same))])
        return [self._highlight(address) for address in self._once(query, limit, 0, None)[1]]

    def also_in(self, highlight: Highlight) -> Sequence[Highlight]:
        """See ports.Library."""
        return self._twins.others(highlight)

    def context(self, highlight_id: str, *, around: int = 2) -> Sequence[Highlight]:
        """See ports.Library."""
        address = self._address(highlight_id)
        if not address:
            return ()
        home, place = (self.searcher.fast_field_values(name, [address])[0] for name in ("home", "place"))
        number = int(place or 0)
        note = self._range("home", int(home or 0), int(home or 0))
        near = self._range("place", max(0, number - around), number + max(0, around))
        query = Query.boolean_query([(Occur.Must, query) for query in (self._held, note, near)])
        _, found = self._search(query, 2 * max(0, around) + 1, 0, "place")
        return [self._highlight(one) for one in found]

    def facets(self, query: str, by: str, *, limit: int = 10) -> Sequence[tuple[str, int]]:
        """See ports.Library."""
        chosen, field = self._chosen(parse(query)), _FACETS[by]
        saved = self._saved(chosen) if by == "theme" else {}
        size = min(max(1, limit), stock.MOST_BUCKETS)
        buckets = self._buckets(chosen, {"terms": {"field": field, "size": size, "segment_size": stock.MOST_BUCKETS}})
        counts = [(self._label(by, str(key)), count) for key, count, _ in buckets if by != "theme" or key not in saved]
        counts += [(self._label(by, key), count) for key, count in saved.items() if count]
        return sorted(counts, key=lambda row: -row[1])[:size]

    def suggest(self, typed: str, limit: int = 10) -> Sequence[Name]:
        """See ports.Library. The first time on a new state of the index all names are counted."""
        return self._suggestions.suggest(typed, limit)

    def themes(self) -> Sequence[Theme]:
        """See ports.Library."""
        return self._themes

    def pool(self, theme: str) -> Sequence[Highlight]:
        """See ports.Library. Themes too broad or too small to be listed have their highlights here all the same."""
        found = self._search(self._under(theme), self.searcher.num_docs, 0, "order")[1]
        if not found:
            raise ThemeError(self._unknown(theme))
        return [self._highlight(address) for address in self._distinct(found)]

    def stock(self, theme: str) -> Mapping[str, int]:
        """See ports.Library."""
        key = schema.clean(fold(theme))
        if key not in self._stock:
            counts = Counter(stock.by_identity(self.searcher, self._under(theme)))
            seconds = self._second(theme)
            self._seconds[key] = frozenset(one.id for one in seconds)
            counts.subtract(schema.clean(one.source.identity) for one in seconds)
            self._stock[key] = {name: count for name, count in counts.items() if count > 0}
        if not self._stock[key]:
            raise ThemeError(self._unknown(theme))
        return self._stock[key]

    def within(self, theme: str, source: str) -> Sequence[Highlight]:
        """See ports.Library."""
        return self._within(theme, source) if schema.clean(source) in self.stock(theme) else []

    def _read(self, highlight_id: str) -> Highlight | None:
        address = self._address(highlight_id)
        return self._highlight(address) if address else None

    def _read_within(self, theme: str, source: str) -> Sequence[Highlight]:
        left_out = self._seconds[schema.clean(fold(theme))]
        there = Query.term_query(self._schema, "identity", schema.clean(source), index_option="basic")
        query = Query.boolean_query([(Occur.Must, self._under(theme)), (Occur.Must, there)])
        found = (self._highlight(address) for address in self._search(query, self._count(query), 0, "place")[1])
        return [one for one in found if one.id not in left_out]

    def _under(self, theme: str) -> Query:
        """What is under a theme."""
        term = schema.clean(fold(theme))
        return self._searches.query(theme) or Query.term_query(self._schema, "theme", term, index_option="basic")

    def _second(self, theme: str) -> Sequence[Highlight]:
        """The highlights under a theme that hold what a better sourced one under it holds."""
        if not self._twins.links:
            return ()
        linked = Query.term_set_query(self._schema, "id", list(self._twins.links))
        query = Query.boolean_query([(Occur.Must, self._under(theme)), (Occur.Must, linked)])
        found = [self._highlight(address) for address in self._search(query, self.searcher.num_docs, 0, "order")[1]]
        first = set(self._twins.once([one.id for one in found]))
        return [one for one in found if one.id not in first]

    @cached_property
    def _suggestions(self) -> Suggestions:
        return known.suggestions(self._opened, self.searcher, self.themes)

    @cached_property
    def _twins(self) -> Twins:
        return Twins(self.searcher, self._schema, self.get)

    @cached_property
    def _themes(self) -> tuple[Theme, ...]:
        explicit = [one for one in stock.themes(self.searcher, self._schema) if not self._searches.title(one.name)]
        return tuple(sorted((*self._searches.themes(), *explicit), key=lambda one: (-one.highlights, one.name)))

    def _saved(self, chosen: Query) -> dict[str, int]:
        """How many of the matches each saved search has, by its key."""
        queries = {key: query for key in self._searches.keys if (query := self._searches.query(key))}
        both = {key: [(Occur.Must, chosen), (Occur.Must, query)] for key, query in queries.items()}
        return {key: self._count(Query.boolean_query(clauses)) for key, clauses in both.items()}

    def _unknown(self, theme: str) -> str:
        if title := self._searches.title(theme):
            return f"“{title}” finds nothing. See what digestbot.toml says under [themes]."
        keys = {fold(one.name): one.name for one in self._themes}
        close = [keys[key] for key in get_close_matches(fold(theme), keys, n=3, cutoff=0.5)]
        near = [one.text for one in self.suggest(theme, 3) if one.kind == "theme"] or close
        hint = f"The nearest are {', '.join(near)}." if near else "The list of themes shows them all."
        return f"There is no theme “{theme}”. {hint}"

    def _rungs(self, asked: Asked, meant: Sequence[Meant]) -> Sequence[tuple[Rung, str | None]]:
        conditions = self._ladder.conditions(asked)
        if meant:
            return [(rung, None) for rung in self._ladder.rungs(asked.text, meant, conditions)]
        if asked.text or not (conditions or asked.empty):
            return ()
        return [(Rung(self._ladder.everything(conditions)), None if asked.phrases else "order")]

    def _chosen(self, asked: Asked) -> Query:
        """What a query finds, as a query."""
        rungs = [rung.query for rung, _ in self._rungs(asked, self._ladder.words(asked.text))]
        return next((query for query in rungs if self._count(query)), Query.empty_query())

    def _found(self, total: int, addresses: Sequence[tantivy.DocAddress], meant: Sequence[Meant], rung: Rung) -> Found:
        highlights = tuple(self._highlight(address) for address in addresses)
        plain = {text for word in meant for text, _ in word.alternatives for text in text.split()}
        stems = {
            code: plain | {s for text in plain for s in schema.stemmed(code).analyze(text)} for code in self._languages
        }
        languages = [self._language(one) for one in highlights]
        snippets = tuple(snippet(one.text, stems[code], code) for one, code in zip(highlights, languages, strict=True))
        corrected = _corrected(meant, highlights) if any(word.mended for word in meant) else ""
        return Found(total, highlights, corrected, rung.partly, snippets)

    def _language(self, one: Highlight) -> str:
        if len(self._languages) == 1:
            return self._languages[0]
        found = schema.language_of([one.text])
        return found if found in self._languages else self._languages[0]

    def _once(
        self, query: Query, limit: int, offset: int, order: str | None
    ) -> tuple[int, Sequence[tantivy.DocAddress]]:
        """As `_search`, but each idea once; of many matches only the first are counted so."""
        if not self._twins.links:
            return self._search(query, limit, offset, order)
        wanted = max(0, limit) + max(0, offset)
        total, found = self._search(query, wanted + _SPARE, 0, order)
        if len(found) < total <= _FEW:
            total, found = self._search(query, _FEW, 0, order)
        distinct = self._distinct(found)
        return total - len(found) + len(distinct), distinct[max(0, offset) : wanted]

    def _distinct(self, found: Sequence[tantivy.DocAddress]) -> Sequence[tantivy.DocAddress]:
        if not self._twins.links:
            return found
        lots = self.searcher.fast_field_values("lot", list(found))
        places = {f"{lot:016x}": address for lot, address in zip(lots, found, strict=True)}
        return [places[one] for one in self._twins.once(list(places))]

    def _address(self, highlight_id: str) -> tantivy.DocAddress | None:
        if not re.fullmatch(r"[0-9a-f]{1,16}", highlight_id):
            return None
        if len(highlight_id) < 16:
            ids = self.searcher.terms_with_prefix("id", highlight_id, filter_query=self._held, limit=2)
            if len(ids) != 1:
                return None
            highlight_id = ids[0][0]
        query = Query.term_query(self._schema, "id", highlight_id, index_option="basic")
        return next(iter(self._search(query, 1, 0, None)[1]), None)

    def _between(self, chosen: Query, low: int, high: int, size: int) -> Sequence[tantivy.DocAddress]:
        near = self._range("lot", low, high)
        query = Query.boolean_query([(Occur.Must, chosen), (Occur.Must, near)])
        return self._search(query, size, 0, "lot")[1] if size > 0 else ()

    def _range(self, field: str, low: int, high: int) -> Query:
        return Query.range_query(self._schema, field, tantivy.FieldType.Unsigned, low, high)

    def _label(self, by: str, key: str) -> str:
        if by == "theme" and (title := self._searches.title(key)):
            return title
        if by != "source":
            return self._named(key) if by in ("theme", "tag") else key
        return documents.title_of(key) or "Untitled"

    def _named(self, key: str) -> str:
        spellings, _ = stock.spelled(self.searcher, key)
        return names.readable(spellings) if spellings else key

    def _buckets(self, query: Query, terms: dict[str, object]) -> list[tuple[str, int, dict[str, dict[str, float]]]]:
        found = self.searcher.aggregate(query, {"found": terms})
        return [(one["key"], one["doc_count"], one) for one in found["found"]["buckets"]]

    def _highlight(self, address: tantivy.DocAddress) -> Highlight:
        return documents.decode(self.searcher.doc(address)["data"][0])

    def _count(self, query: Query) -> int:
        return self._search(query, 0, 0, None)[0]

    def _search(
        self, query: Query, limit: int, offset: int, order: str | None
    ) -> tuple[int, Sequence[tantivy.DocAddress]]:
        # The binding panics, past `except Exception`, at a limit of 0 and at numbers that are no u64.
        held = self.searcher.num_docs
        asked, skipped = max(1, min(limit, held)), max(0, min(offset, held))
        result = self.searcher.search(query, asked, order_by_field=order, offset=skipped, order=tantivy.Order.Asc)
        total: int = result.count  # type: ignore[attr-defined]  # the binding's stub leaves it out
        return total, [address for _, address in result.hits] if limit > 0 else []


def _corrected(meant: Sequence[Meant], highlights: Sequence[Highlight]) -> str:
    """The words as they were understood: of several corrections the one that stands in what was found best."""
    first = highlights[0] if highlights else None
    around = " ".join((first.text, *first.source.authors, first.source.title or "")) if first else ""
    there = set(schema.plain().analyze(schema.spaced(around)))
    chosen = [
        next((text for text, _ in word.alternatives if text in there), word.alternatives[0][0])
        if word.mended
        else word.typed
        for word in meant
    ]
    return " ".join(chosen)
