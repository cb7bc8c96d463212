"""Look-up and picking: a query in anybody's words -> highlights, best first; a theme -> its highlights."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from hashlib import blake2b

import tantivy
from tantivy import Occur, Query

from digestbot.errors import ThemeError
from digestbot.library import documents, names, schema, stock
from digestbot.library.ladder import Ladder, Meant, Rung
from digestbot.library.query import Asked, parse
from digestbot.library.shelf import Head
from digestbot.library.snippet import snippet
from digestbot.library.themes import fold
from digestbot.model import Highlight, Theme
from digestbot.ports import Found

_ID = re.compile(r"[0-9a-f]{8,16}")
_FACETS = {"author": "writer", "source": "source", "theme": "theme", "tag": "tag", "voice": "voice"}
_HASHES = 1 << 64


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

    def __init__(self, index: tantivy.Index, head: Head, notice: str = "") -> None:
        self.searcher = index.searcher()
        self._schema = index.schema
        self._head = head
        self._languages = [code for code, _ in self.searcher.terms_with_prefix("language", "")] or ["en"]
        self._ladder = Ladder(self.searcher, self._schema, self._languages)
        self._held = self._ladder.everything([])
        self._stock: dict[str, Mapping[str, int]] = {}
        self.notice = notice

    @cached_property
    def summary(self) -> Summary:
        """What this library holds."""
        head = self._head
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
            total, addresses = self._search(rung.query, limit, offset, order)
            if total:
                return self._found(total, addresses, meant, rung)
        return Found()

    def get(self, highlight_id: str) -> Highlight | None:
        """See ports.Library."""
        address = self._address(highlight_id)
        return self._highlight(address) if address else None

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
        query = Query.boolean_query([(Occur.Must, near), (Occur.MustNot, itself)])
        return [self._highlight(address) for address in self._search(query, limit, 0, None)[1]]

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
        size = min(max(1, limit), stock.MOST_BUCKETS)
        buckets = self._buckets(chosen, {"terms": {"field": field, "size": size, "segment_size": stock.MOST_BUCKETS}})
        return [(self._label(by, str(key)), count) for key, count, _ in buckets]

    def themes(self) -> Sequence[Theme]:
        """See ports.Library."""
        return self._themes

    def pool(self, theme: str) -> Sequence[Highlight]:
        """See ports.Library. Themes too broad or too small to be listed have their highlights here all the same."""
        query = Query.term_query(self._schema, "theme", schema.clean(fold(theme)), index_option="basic")
        total, found = self._search(query, self.searcher.num_docs, 0, "order")
        if not total:
            raise ThemeError(self._unknown(theme))
        return [self._highlight(address) for address in found]

    def stock(self, theme: str) -> Mapping[str, int]:
        """See ports.Library."""
        key = schema.clean(fold(theme))
        if key not in self._stock:
            query = Query.term_query(self._schema, "theme", key, index_option="basic")
            self._stock[key] = stock.by_identity(self.searcher, query)
        if not self._stock[key]:
            raise ThemeError(self._unknown(theme))
        return self._stock[key]

    def within(self, theme: str, source: str) -> Sequence[Highlight]:
        """See ports.Library."""
        asked = {"theme": schema.clean(fold(theme)), "identity": schema.clean(source)}
        terms = (Query.term_query(self._schema, name, term, index_option="basic") for name, term in asked.items())
        query = Query.boolean_query([(Occur.Must, term) for term in terms])
        _, found = self._search(query, self._count(query), 0, "place")
        return [self._highlight(address) for address in found]

    @cached_property
    def _themes(self) -> tuple[Theme, ...]:
        return stock.themes(self.searcher, self._schema)

    def _unknown(self, theme: str) -> str:
        known = {fold(one.name): one.name for one in self._themes}
        near = [known[key] for key in get_close_matches(fold(theme), known, n=3, cutoff=0.5)]
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
        if by != "source":
            return self._named(key) if by in ("theme", "tag") else key
        query = Query.term_query(self._schema, "source", key, index_option="basic")
        one = self._highlight(self._search(query, 1, 0, None)[1][0])
        return one.source.title or "Untitled"

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
