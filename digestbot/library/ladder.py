"""A query taken apart -> the queries to try one after the other, until one finds something.

All words (those that stand together as typed first), then all but one, then any. A word that the index lacks stands
for those it may have been meant to be: its completions if it is the last, else its corrections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import tantivy
from tantivy import Occur, Query

from digestbot.library import schema
from digestbot.library.query import Asked, Filter
from digestbot.library.themes import fold

MOST_WORDS = 64
"""Words of a query beyond this many are not looked at: nobody remembers more, and each costs time."""

_PHRASE_BOOST = 4.0
_COMPLETIONS, _CORRECTIONS = 40, 16
"""How many words an unfinished or misspelt one may stand for."""
_COMPLETED = 0.5
"""What a completion of a word that is one itself counts."""
_FUZZY_PREFIX = 4
_MANY = 4
"""From this many words on a query is a question rather than a memory: what has most of it is best, all or not."""

_RUN = 3
"""From this many words on, stop words counted, a query is first looked for as a run of words."""
_EXACT = 0.4
"""What the very form of a word counts beside its stem."""
STOP = schema.STOP_WORDS

Alternatives = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One query to try. partly: what it finds need not have all the words."""

    query: Query
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Meant:
    """A word that was typed, and what it may stand for. mended: the index lacks it as it was typed."""

    typed: str
    alternatives: Alternatives
    mended: bool = False


class Ladder:
    """The rungs for one query over one state of the index. saved: the query of the saved search of a name, if any."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        layout: tantivy.Schema,
        languages: Sequence[str],
        saved: Callable[[str], Query | None] = lambda _: None,
    ) -> None:
        self._searcher = searcher
        self._schema = layout
        self._languages = languages
        self._saved = saved

    def conditions(self, asked: Asked) -> list[tuple[Occur, Query]]:
        """What must hold and what must not, whatever the words."""
        clauses = [
            (Occur.MustNot if one.without else Occur.Must, self._unscored(query))
            for one in asked.filters
            if (query := self._filter(one))
        ]
        clauses += [(Occur.Must, query) for text in asked.phrases if (query := self._phrase(tokens(text)))]
        clauses += [(Occur.MustNot, query) for text in asked.without if (query := self._without(text))]
        return clauses

    def everything(self, conditions: list[tuple[Occur, Query]]) -> Query:
        """All highlights under these conditions."""
        held = Query.term_query(self._schema, "kind", schema.HIGHLIGHT, index_option="basic")
        return Query.boolean_query([(Occur.Must, self._unscored(held)), *conditions])

    def every(self, asked: Asked) -> Query:
        """What has all the words, each in any of its forms but never another in its place."""
        runs = list(_runs(asked.text))[:MOST_WORDS]
        conditions = self.conditions(asked)
        if not runs:
            return Query.empty_query() if asked.text else self.everything(conditions)
        meant = [Meant(run, ((run, 1.0),)) for run in runs]
        groups = [found for code in self._languages if (found := self._groups(meant, code))]
        if not groups:
            groups = [[self._term("plain", word) for word in tokens(asked.text)]]
        return _under(_either([self._all(found, ()) for found in groups]), conditions)

    def words(self, text: str) -> list[Meant]:
        """Each word of a text with what it may stand for."""
        runs = list(_runs(text))[:MOST_WORDS]
        return [self._meant(run, last=number == len(runs)) for number, run in enumerate(runs, 1)]

    def rungs(self, text: str, meant: Sequence[Meant], conditions: list[tuple[Occur, Query]]) -> Iterator[Rung]:
        """The queries to try, the strictest first."""
        run = tokens(text)[:MOST_WORDS]
        if len(run) >= _RUN:
            yield Rung(_under(Query.phrase_prefix_query(self._schema, "plain", list(run)), conditions))
        groups = {code: found for code in self._languages if (found := self._groups(meant, code))}
        if not groups:
            every = [self._term("plain", word) for word in run]
            yield Rung(_under(self._all(every, run), conditions))
            return
        most = max(map(len, groups.values()))
        if most < _MANY:
            yield Rung(_under(_either([self._all(found, run) for found in groups.values()]), conditions))
        if 2 < most < _MANY:
            several = [found for found in groups.values() if len(found) > 2]
            yield Rung(_under(_either([self._most(found, run) for found in several]), conditions), partly=True)
        if most > 1:
            every = [query for found in groups.values() for query in found]
            exact = self._exactly([word for word in run if word not in STOP]) if most >= _MANY else []
            yield Rung(_under(_either([*every, *(query for _, query in exact)]), conditions), partly=True)

    def _all(self, groups: Sequence[Query], run: Sequence[str]) -> Query:
        """Each of the groups; the better the more of them stands as it was typed."""
        together = self._phrase(run) if len(run) > 1 else None
        bonus = [(Occur.Should, Query.boost_query(together, _PHRASE_BOOST))] if together else []
        return Query.boolean_query([*((Occur.Must, group) for group in groups), *bonus, *self._exactly(run)])

    def _most(self, groups: Sequence[Query], run: Sequence[str]) -> Query:
        """All but one of the groups."""
        most = Query.boolean_query([(Occur.Should, group) for group in groups], len(groups) - 1)
        return Query.boolean_query([(Occur.Must, most), *self._exactly(run)])

    def _exactly(self, run: Sequence[str]) -> list[tuple[Occur, Query]]:
        return [(Occur.Should, self._weighed("plain", word, _EXACT)) for word in dict.fromkeys(run)]

    def _groups(self, meant: Sequence[Meant], language: str) -> list[Query]:
        """For each word that is no stop word of this language the query for what it may stand for."""
        groups = []
        for word in meant:
            if " " in word.typed:
                groups.append(self._phrase(word.typed.split()))
                continue
            weights: dict[str, float] = {}
            for text, weight in word.alternatives:
                for stem in schema.stemmed(language).analyze(text):
                    weights[stem] = max(weight, weights.get(stem, 0))
            terms = [self._weighed(schema.words_field(language), *one) for one in weights.items()]
            if terms:
                groups.append(terms[0] if len(terms) == 1 else Query.disjunction_max_query(terms))
        return [group for group in groups if group]

    def _meant(self, run: str, *, last: bool) -> Meant:
        if " " in run:
            return Meant(run, ((run, 1.0),))
        known = self._known(run)
        completed = self._completions(run) if last and len(run) > 1 else []
        if known:
            others = [(word, _COMPLETED) for word in completed if word != run and run not in STOP]
            return Meant(run, ((run, 1.0), *others))
        corrected = self.corrections(run, unfinished=last)
        if completed:
            return Meant(run, (*((word, 1.0) for word in completed), *corrected))
        return Meant(run, corrected or ((run, 1.0),), mended=bool(corrected))

    def _known(self, word: str) -> bool:
        """Whether the index has the word in any form, or it is a stop word."""
        if self._searcher.doc_freq("plain", word):
            return True
        stems = [(code, schema.stemmed(code).analyze(word)) for code in self._languages]
        return any(self._searcher.doc_freq(schema.words_field(code), stem) for code, found in stems for stem in found)

    def _completions(self, word: str) -> list[str]:
        return [text for text, _ in self._searcher.terms_with_prefix("plain", word, limit=_COMPLETIONS)]

    def corrections(self, word: str, *, unfinished: bool = False) -> Alternatives:
        """What a misspelt word may have been meant to be, the likeliest first."""
        if len(word) < 3 or not word.isalpha():
            return ()
        near = self._near(word, 1)
        far = self._near(word, 2) if len(word) > 4 else {}
        found = {
            **{text: (2, count) for text, count in far.items()},
            **{text: (1, count) for text, count in near.items()},
        }
        if unfinished and not found and len(word) >= _FUZZY_PREFIX:
            found = {text: (1, count) for text, count in self._near(word, 1, prefix=True).items()}
        likely = sorted(found, key=lambda text: (-_likelihood(word, text, *found[text]), text))
        best = _likelihood(word, likely[0], *found[likely[0]]) if likely else 1
        return tuple((text, max(0.1, _likelihood(word, text, *found[text]) / best)) for text in likely[:_CORRECTIONS])

    def _near(self, word: str, distance: int, *, prefix: bool = False) -> dict[str, int]:
        query = Query.fuzzy_term_query(self._schema, "word", word, distance, prefix=prefix)
        hits = self._searcher.search(query, 200, count=False).hits
        words = (self._searcher.doc(address)["word"][0] for _, address in hits)
        return {text: count for text in words if (count := self._searcher.doc_freq("plain", text))}

    def _phrase(self, words: Sequence[str]) -> Query | None:
        # The binding panics, past `except Exception`, at a phrase of one word.
        if len(words) > 1:
            return Query.phrase_query(self._schema, "plain", list(words))
        return self._term("plain", words[0]) if words else None

    def _without(self, text: str) -> Query | None:
        words = tokens(text)
        if len(words) != 1:
            return self._phrase(words)
        stems = [(code, stem) for code in self._languages for stem in schema.stemmed(code).analyze(words[0])]
        terms = [self._term(schema.words_field(code), stem) for code, stem in stems]
        return _either([*terms, self._term("plain", words[0])])

    def _filter(self, one: Filter) -> Query | None:
        if one.name == "theme" and (saved := self._saved(one.value)):
            return saved
        if one.name in ("theme", "tag"):
            key = schema.clean(fold(one.value))
            return Query.term_query(self._schema, one.name, key, index_option="basic")
        if one.name == "voice":
            return Query.term_query(self._schema, "voice", one.value, index_option="basic")
        if one.name in ("before", "after"):
            return self._days(one)
        field = {"author": "author", "source": "title"}[one.name]
        terms = [Query.term_query(self._schema, field, word, index_option="basic") for word in tokens(one.value)]
        return Query.boolean_query([(Occur.Must, term) for term in terms]) if terms else None

    def _days(self, one: Filter) -> Query:
        day, kind = int(one.value), tantivy.FieldType.Unsigned
        if one.name == "after":
            # A year or a month alone counts as a day of it: its own missing parts are 0.
            least = day // 100 * 100 if day % 100 == 1 else day
            least = least // 10000 * 10000 if least % 10000 == 100 else least
            return Query.range_query(self._schema, "day", kind, max(1, least), None)
        return Query.range_query(self._schema, "day", kind, 1, day, include_upper=False)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self._schema, field, word, index_option="freq")

    def _weighed(self, field: str, word: str, weight: float) -> Query:
        term = self._term(field, word)
        return term if weight == 1 else Query.boost_query(term, weight)

    @staticmethod
    def _unscored(query: Query) -> Query:
        return Query.const_score_query(query, 0.0)


def tokens(text: str) -> list[str]:
    """The words of a text as the field `plain` holds them."""
    found: list[str] = schema.plain().analyze(schema.spaced(text))
    return found


def _runs(text: str) -> Iterator[str]:
    """The words of a text; Chinese or Japanese characters that stand together are one, with spaces between."""
    for typed in text.split():
        for ideographs, words in groupby(tokens(typed), schema.is_ideograph):
            if ideographs:
                yield " ".join(words)
            else:
                yield from words


def _either(queries: Sequence[Query]) -> Query:
    """Any of them."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _under(query: Query, conditions: list[tuple[Occur, Query]]) -> Query:
    """The query under conditions."""
    return Query.boolean_query([(Occur.Must, query), *conditions]) if conditions else query


def _likelihood(typed: str, meant: str, distance: int, count: int) -> float:
    """How likely a word was meant: people type the first letter right, and common words more often."""
    return float(count**0.2) * (6.0 if distance == 1 else 1.0) * (2.5 if typed[0] == meant[0] else 1.0)
