"""How well look-ups find: known items half remembered (MRR@10) and questions with graded answers (nDCG@10).

    python bench/lookup.py [FOLDER...]

A folder holds `corpus.jsonl` (`_id`, `title`, `text`, perhaps `author`, `tags`) and `queries.jsonl`: either with the
`_id` meant and a `kind`, or with an `_id` of the question's own and its judgements in `qrels.tsv` (question, document,
grade). Known items are also sought among 100,000 other highlights. A folder that is absent is skipped.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import fmean

import corpus
import tantivy
from tantivy import Occur, Query

from digestbot.library import schema, writing
from digestbot.library.index import Opened
from digestbot.library.search import Library
from digestbot.library.shelf import Head
from digestbot.model import Highlight, Note, Source, Voice

OTHERS = 100_000
MRR_FLOOR, NDCG_FLOOR = 0.94, 0.37
DEFAULTS = ("../shared/lookup/known_item", "../shared/lookup/cranfield")

Judgements = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Collection:
    """Texts by number, questions, and which texts answer them. kinds: of questions that mean one text each."""

    name: str
    notes: Sequence[tuple[str, Note]]
    questions: Mapping[str, str]
    judged: Judgements
    kinds: Mapping[str, str]


def load(folder: Path) -> Collection:
    """Read a collection."""
    numbers: dict[str, str] = {}
    notes = []
    for number, row in enumerate(_rows(folder / "corpus.jsonl"), 1):
        numbers[row["_id"]] = f"{number:016x}"
        source = Source(
            row.get("title") or None, tuple(filter(None, [row.get("author")])), tags=tuple(row.get("tags", ()))
        )
        highlight = Highlight(f"{number:016x}", row["text"], source, Voice.AUTHOR)
        notes.append((f"0/{number}", Note(f"{number}", (source,), (highlight,))))
    queries = list(_rows(folder / "queries.jsonl"))
    if (folder / "qrels.tsv").is_file():
        questions = {row["_id"]: row["text"] for row in queries}
        return Collection(folder.name, notes, questions, _judgements(folder / "qrels.tsv", numbers), {})
    questions = {str(n): row["text"] for n, row in enumerate(queries)}
    meant = {str(n): {numbers[row["_id"]]: 1.0} for n, row in enumerate(queries)}
    return Collection(folder.name, notes, questions, meant, {str(n): row["kind"] for n, row in enumerate(queries)})


def indexed(notes: Iterable[tuple[str, Note]], folder: Path) -> tantivy.Index:
    """An index of these notes, made as the library makes its own."""
    writing.create(folder)
    index = schema.register(tantivy.Index.open(str(folder)))
    writing.fill(index, notes)
    return index


def ranked(library: Library, question: str) -> list[str]:
    """The ids of the ten best highlights."""
    return [one.id for one in library.find(question, limit=10).highlights]


def plain_or(index: tantivy.Index, question: str) -> list[str]:
    """The same by any of the words, stemmed, without stop words: what a look-up must never fall below."""
    stems = schema.stemmed("en").analyze(schema.spaced(question))
    terms = [(Occur.Should, Query.term_query(index.schema, schema.words_field("en"), stem)) for stem in stems]
    searcher = index.searcher()
    hits = searcher.search(Query.boolean_query(terms), 10).hits
    return [json.loads(searcher.doc(address)["data"][0])["id"] for _, address in hits]


def mrr(found: Sequence[str], judged: Mapping[str, float]) -> float:
    """The reciprocal of the first right answer's rank."""
    return next((1 / rank for rank, one in enumerate(found, 1) if judged.get(one, 0) > 0), 0.0)


def ndcg(found: Sequence[str], judged: Mapping[str, float]) -> float:
    """Normalised discounted cumulated gain: gain is the grade, the discount log2, the ideal over all judged."""
    gains = [max(0.0, judged.get(one, 0.0)) for one in found]
    ideal = sorted((max(0.0, grade) for grade in judged.values()), reverse=True)[:10]
    best = _discounted(ideal)
    return _discounted(gains) / best if best else 0.0


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _judgements(path: Path, numbers: Mapping[str, str]) -> Judgements:
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        question, document, grade = line.split("\t")[:3]
        if document in numbers:
            judged[question][numbers[document]] = float(grade)
    return judged


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def report(one: Collection) -> None:
    """Print a collection's table."""
    known = bool(one.kinds)
    for others in (0, OTHERS) if known else (0,):
        with tempfile.TemporaryDirectory() as data:
            index = indexed(chain(one.notes, corpus.notes(others)), Path(data))
            library = Library(Opened(index, Head(""), Path(data)))
            beside = f", among {others:,} others" if others else ""
            if known:
                _known_items(one, library, beside)
            else:
                _graded(one, library, index)


def _known_items(one: Collection, library: Library, beside: str) -> None:
    ranks: dict[str, list[float]] = defaultdict(list)
    for key, question in one.questions.items():
        ranks[one.kinds[key]].append(mrr(ranked(library, question), one.judged[key]))
    for kind, values in ranks.items():
        print(f"{one.name + beside:44}{kind:26}MRR@10 {fmean(values):6.3f}")
    mean = fmean(fmean(values) for values in ranks.values())
    print(f"{one.name + beside:44}{'mean of all kinds':26}MRR@10 {mean:6.3f}   floor {MRR_FLOOR}")


def _graded(one: Collection, library: Library, index: tantivy.Index) -> None:
    scored = [key for key in one.questions if any(grade > 0 for grade in one.judged.get(key, {}).values())]
    ours = fmean(ndcg(ranked(library, one.questions[key]), one.judged[key]) for key in scored)
    baseline = fmean(ndcg(plain_or(index, one.questions[key]), one.judged[key]) for key in scored)
    print(
        f"{one.name:44}{f'{len(scored)} questions':26}nDCG@10{ours:6.3f}   floor {NDCG_FLOOR}, plain OR {baseline:.3f}"
    )


def main() -> None:
    """Print the tables of the named folders, else of the usual ones."""
    here = Path(__file__).parent.parent
    for folder in map(Path, sys.argv[1:] or [str(here / name) for name in DEFAULTS]):
        if (folder / "corpus.jsonl").is_file():
            report(load(folder))
        else:
            print(f"{folder.name:44}skipped: there is no corpus.jsonl in {folder}")


if __name__ == "__main__":
    main()
