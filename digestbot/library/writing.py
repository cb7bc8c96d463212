"""Changes of notes -> changes of the index: what a note held is deleted, what it holds now is added, in one commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import tantivy
from tantivy import Query

from digestbot.library import documents, schema, twins
from digestbot.library.alike import Links
from digestbot.model import Note

BULK_HEAP, SMALL_HEAP = 200_000_000, 15_000_000
"""Bytes a writer may fill before it writes a segment; the second is the least that tantivy takes."""

_KNOWN_WORD = (3, 30)
"""The length of words to which a misspelt one may be corrected."""


def create(building: Path) -> None:
    """Make an empty index in an empty folder."""
    tantivy.Index(schema.build(), path=str(building))


def replace_notes(index: tantivy.Index, gone: Collection[str], notes: Iterable[tuple[str, Note]]) -> None:
    """Take the notes of these names out of the index and put the given ones in; visible at the next reload.

    Whatever happens on the way, the index holds all of the change or nothing.
    """
    writer = index.writer(heap_size=SMALL_HEAP, num_threads=1)
    batch = _Batch(index, writer, gone)
    for key in gone:
        batch.unlink(key)
        writer.delete_documents_by_term("note", schema.clean(key))
    for key, note in notes:
        batch.add(key, note)
    writer.commit()
    index.reload()
    writer.wait_merging_threads()


def fill(index: tantivy.Index, notes: Iterable[tuple[str, Note]]) -> None:
    """Put all notes into an empty index, then its vocabulary."""
    writer = index.writer(heap_size=BULK_HEAP, num_threads=1)
    seen: set[int] = set()
    gathered = twins.Gathered()
    for key, note in notes:
        for held in documents.of_note(key, note):
            number = held["lot"]
            documents.write(writer, documents.copy(held["id"], key) if number in seen else held, index.schema)
            if number not in seen:
                gathered.add(number, held["sign"])
            seen.add(number)
    writer.commit()
    index.reload()
    searcher = index.searcher()
    for pair in twins.confirmed(gathered.candidates(), lambda number: _text(searcher, index.schema, number)):
        documents.write(writer, documents.link(*pair), index.schema)
    for word, _ in searcher.terms_with_prefix("plain", ""):
        if _correctable(word):
            documents.write(writer, documents.word(word), index.schema)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()


def sharing(index: tantivy.Index, keys: Collection[str]) -> set[int]:
    """The numbers (documents.home) of other notes that hold copies of highlights which these notes hold."""
    searcher, layout = index.searcher(), index.schema
    if not searcher.doc_freq("kind", schema.COPY):
        return set()
    homes: set[int] = set()
    for key in keys:
        for number in _values(searcher, Query.term_query(layout, "note", schema.clean(key)), "lot"):
            homes.update(_values(searcher, Query.term_query(layout, "copy", f"{number:016x}"), "home"))
    return homes - {documents.home(key) for key in keys}


class _Batch:
    """Notes on their way into an index that holds others."""

    def __init__(self, index: tantivy.Index, writer: tantivy.IndexWriter, gone: Collection[str]) -> None:
        self._searcher = index.searcher()
        self._schema = index.schema
        self._writer = writer
        self._gone = {documents.home(key) for key in gone}
        self._seen: set[int] = set()
        self._words: set[str] = set()
        self._texts: dict[int, str] = {}
        self._links = Links(lambda name: self._texts[int(name)])

    def unlink(self, key: str) -> None:
        """Forget what the note's highlights are linked to."""
        for number in _values(self._searcher, Query.term_query(self._schema, "note", schema.clean(key)), "lot"):
            for pair, _ in self._searcher.terms_with_prefix("link", f"{number:016x}{documents.BETWEEN}"):
                self._writer.delete_documents_by_term("link", pair)

    def add(self, key: str, note: Note) -> None:
        for held in documents.of_note(key, note):
            if held["lot"] in self._seen or self._elsewhere(held["id"]):
                held = documents.copy(held["id"], key)
            else:
                self._seen.add(held["lot"])
                self._learn(held["plain"])
                self._link(held["lot"], held["sign"], documents.decode(held["data"]).text)
            documents.write(self._writer, held, self._schema)

    def _elsewhere(self, highlight_id: str) -> bool:
        homes = _values(self._searcher, Query.term_query(self._schema, "id", highlight_id), "home")
        return any(home not in self._gone for home in homes)

    def _link(self, number: int, signs: Collection[int], text: str) -> None:
        self._texts[number] = text
        found = {int(name) for name in self._links.add(str(number), text)}
        addresses = twins.near(self._searcher, self._schema, signs)
        homes = self._searcher.fast_field_values("home", list(addresses))
        held = [address for address, home in zip(addresses, homes, strict=True) if home not in self._gone]
        others = [documents.decode(self._searcher.doc(address)["data"][0]) for address in held]
        texts = {number: text} | {int(one.id, 16): one.text for one in others}
        found.update(other for _, other in twins.confirmed(((number, other) for other in texts), texts.__getitem__))
        for other in found:
            documents.write(self._writer, documents.link(number, other), self._schema)

    def _learn(self, text: str) -> None:
        for word in set(schema.plain().analyze(text)) - self._words:
            self._words.add(word)
            if _correctable(word) and not self._searcher.doc_freq("word", word):
                documents.write(self._writer, documents.word(word), self._schema)


def _text(searcher: tantivy.Searcher, layout: tantivy.Schema, number: int) -> str:
    query = Query.term_query(layout, "id", f"{number:016x}", index_option="basic")
    ((_, address),) = searcher.search(query, 1, count=False).hits
    return documents.decode(searcher.doc(address)["data"][0]).text


def _values(searcher: tantivy.Searcher, query: Query, field: str) -> Iterator[int]:
    hits = searcher.search(query, max(1, searcher.num_docs), count=False).hits
    values = searcher.fast_field_values(field, [address for _, address in hits])
    return (int(value) for value in values if value is not None)


def _correctable(word: str) -> bool:
    return _KNOWN_WORD[0] <= len(word) <= _KNOWN_WORD[1] and word.isalpha()
