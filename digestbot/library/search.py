"""Look-up and picking: a query in anybody's words -> highlights, best first; a theme -> its highlights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import tantivy
from tantivy import Occur, Query

from digestbot.errors import ThemeError
from digestbot.library.index import FIELDS, About, Summary, analyzer, clean, decode
from digestbot.library.themes import fold
from digestbot.model import Highlight, Theme

_FILTER = re.compile(r'(?<!\S)(author|source|theme|tag):("[^"]+"|\S+)', re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8,16}")
_WEIGHTS = dict(zip(FIELDS, (1.0, 1.0, 0.6, 0.4), strict=True))
_LONGEST = 64
"""Words of a query beyond this many are not looked at: nobody remembers more, and each costs time."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query taken apart: conditions that must hold, and words to look for."""

    conditions: tuple[Query, ...]
    words: tuple[Query, ...]


class Library:
    """ports.Library over one state of the index; safe to share between threads, since it only reads."""

    def __init__(self, index: tantivy.Index, about: About) -> None:
        self._searcher = index.searcher()
        self._schema = index.schema
        self._analyzer = analyzer()
        self._themes = about.themes
        self.summary: Summary = about.summary

    def find(self, query: str, *, limit: int = 5, offset: int = 0) -> tuple[int, Sequence[Highlight]]:
        """Highlights with all words of the query; where there are none, those with any of them, best first.

        Beside words a query may hold filters (`author:karpathy source:"The Bazaar" theme:licences tag:ai`) or be the
        beginning of an id (8 characters or more). Whatever is none of these is words. See ports.Library.
        """
        named = self.get(query.strip()) if _ID.fullmatch(query.strip()) else None
        if named:
            return 1, [named][offset : offset + limit]
        asked = self._asked(query)
        if not asked.words:
            everything = asked.conditions or not query.strip()
            return self._in_order(_all_of(asked.conditions), limit, offset) if everything else (0, ())
        total, found = self._best(_all_of((*asked.conditions, *asked.words)), limit, offset)
        return (
            (total, found) if total else self._best(_all_of((*asked.conditions, _any_of(asked.words))), limit, offset)
        )

    def get(self, highlight_id: str) -> Highlight | None:
        """See ports.Library."""
        if not re.fullmatch(r"[0-9a-f]{1,64}", highlight_id):
            return None
        total, found = self._best(Query.regex_query(self._schema, "id", f"{highlight_id}.*"), 1, 0)
        return found[0] if total == 1 else None

    def themes(self) -> Sequence[Theme]:
        """See ports.Library."""
        return self._themes

    def pool(self, theme: str) -> Sequence[Highlight]:
        """See ports.Library. Themes too broad or too small to be listed have their highlights here all the same."""
        key = clean(fold(theme))
        total, found = self._in_order(Query.term_query(self._schema, "theme", key), self._searcher.num_docs, 0)
        if not total:
            raise ThemeError(self._unknown(theme))
        return found

    def _unknown(self, theme: str) -> str:
        names = {fold(one.name): one.name for one in self._themes}
        near = [names[key] for key in get_close_matches(fold(theme), names, n=3, cutoff=0.5)]
        hint = f"The nearest are {', '.join(near)}." if near else "“/digest themes” lists them."
        return f"There is no theme “{theme}”. {hint}"

    def _asked(self, query: str) -> _Asked:
        conditions: list[Query] = []
        rest = query.replace("“", '"').replace("”", '"')
        for match in list(_FILTER.finditer(rest)):
            condition = self._condition(match[1].lower(), match[2].strip('"'))
            if condition:
                conditions.append(condition)
                rest = rest.replace(match[0], " ", 1)
        words = tuple(self._word(token) for token in dict.fromkeys(self._tokens(rest)))
        return _Asked(tuple(conditions), words)

    def _condition(self, name: str, value: str) -> Query | None:
        if name in ("theme", "tag"):
            return Query.term_query(self._schema, name, clean(fold(value))) if fold(value) else None
        field = {"author": "author", "source": "title"}[name]
        terms = [Query.term_query(self._schema, field, token) for token in self._tokens(value)]
        return _all_of(terms) if terms else None

    def _tokens(self, text: str) -> list[str]:
        return self._analyzer.analyze(clean(text))[:_LONGEST]

    def _word(self, token: str) -> Query:
        terms = (Query.boost_query(Query.term_query(self._schema, f, token), w) for f, w in _WEIGHTS.items())
        return Query.disjunction_max_query(list(terms))

    def _best(self, query: Query, limit: int, offset: int) -> tuple[int, Sequence[Highlight]]:
        return self._search(query, limit, offset, None)

    def _in_order(self, query: Query, limit: int, offset: int) -> tuple[int, Sequence[Highlight]]:
        return self._search(query, limit, offset, "order")

    def _search(self, query: Query, limit: int, offset: int, order: str | None) -> tuple[int, Sequence[Highlight]]:
        # The binding panics, past `except Exception`, at a limit of 0 and at numbers that are no u64.
        held = self._searcher.num_docs
        asked, skipped = max(1, min(limit, held)), max(0, min(offset, held))
        result = self._searcher.search(query, asked, order_by_field=order, offset=skipped, order=tantivy.Order.Asc)
        hits = result.hits if limit > 0 else []
        total: int = result.count  # type: ignore[attr-defined]  # the binding's stub leaves it out
        return total, [decode(self._searcher.doc(address)["data"][0]) for _, address in hits]


def _all_of(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries]) if queries else Query.all_query()


def _any_of(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
