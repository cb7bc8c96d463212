"""The saved searches of digestbot.toml, answered by one state of the index: the themes that the operator defines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tantivy
from tantivy import Query

from digestbot.library import documents, saved
from digestbot.library.ladder import Ladder
from digestbot.library.query import parse
from digestbot.library.themes import fold
from digestbot.model import Highlight, SavedSearch, Theme


class Searches:
    """Saved searches as themes, by any spelling of their names; what one finds is kept once it was asked for.

    A `theme:` within a saved search means a theme of the notes, so that none can ask for itself.
    """

    def __init__(
        self, searches: Iterable[SavedSearch], searcher: tantivy.Searcher, layout: tantivy.Schema, ladder: Ladder
    ) -> None:
        self._searches: dict[str, SavedSearch] = {}
        for one in searches:
            self._searches.setdefault(fold(one.name), one)
        self._searcher = searcher
        self._schema = layout
        self._ladder = ladder
        self._queries: dict[str, Query] = {}
        self._found: dict[str, list[tantivy.DocAddress]] = {}

    @property
    def keys(self) -> Sequence[str]:
        """The folded names of all of them."""
        return list(self._searches)

    def title(self, theme: str) -> str | None:
        """How the saved search of this name is headed; None where there is none."""
        search = self._searches.get(fold(theme))
        return saved.title(search) if search else None

    def addresses(self, theme: str) -> Sequence[tantivy.DocAddress]:
        """What the saved search of this name finds: all that has all the words of its query and meets its conditions.

        In a stable order; nothing where there is no such search.
        """
        key = fold(theme)
        if key not in self._found:
            search = self._searches.get(key)
            self._found[key] = self._matching(search) if search else []
        return self._found[key]

    def query(self, theme: str) -> Query | None:
        """The same as a query; None where there is no such search."""
        key = fold(theme)
        if key in self._searches and key not in self._queries:
            self._queries[key] = self._query(key, self._searches[key])
        return self._queries.get(key)

    def _query(self, key: str, search: SavedSearch) -> Query:
        if not _conditioned(search):
            return self._ladder.every(parse(search.query))
        lots = self._searcher.fast_field_values("lot", list(self.addresses(key)))
        return Query.term_set_query(self._schema, "id", [f"{lot:016x}" for lot in lots])

    def themes(self) -> Sequence[Theme]:
        """Those that find anything, with their stock: an empty one would only ever be an empty digest."""
        return [self._theme(key) for key in self._searches if self.addresses(key)]

    def _theme(self, key: str) -> Theme:
        found = list(self.addresses(key))
        sources = {one.source.key or one.source for one in map(self._highlight, found)}
        return Theme(saved.title(self._searches[key]), len(found), len(sources))

    def _matching(self, search: SavedSearch) -> list[tantivy.DocAddress]:
        query, most = self._ladder.every(parse(search.query)), max(1, self._searcher.num_docs)
        hits = self._searcher.search(query, most, count=False, order_by_field="order", order=tantivy.Order.Asc).hits
        found = [address for _, address in hits]
        if not _conditioned(search):
            return found
        return [address for address in found if saved.matches(search, self._highlight(address))]

    def _highlight(self, address: tantivy.DocAddress) -> Highlight:
        return documents.decode(self._searcher.doc(address)["data"][0])


def _conditioned(search: SavedSearch) -> bool:
    """Whether it says more than a query, which is for the index alone to answer."""
    return bool(search.tags or search.authors or search.sources or search.exclude)
