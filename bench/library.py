"""How fast the library is: look-ups by kind, indexing, updates, memory while serving, the first answer after a start.

    python bench/library.py [HIGHLIGHTS...]      1,000, 100,000 and 1,000,000 unless said otherwise

Makes its own corpus (bench/corpus.py) under the machine's folder for temporary files. Times are of the process's CPU,
which other programs disturb least; p50 and p95 of ROUNDS different questions each, the floor beside them.
"""

from __future__ import annotations

import os
import random  # noqa: TID251 - seeded: the same questions on every machine
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus
import tantivy

from digestbot.library import index, schema, writing
from digestbot.library.index import How
from digestbot.library.place import Place
from digestbot.library.search import Library
from digestbot.library.shelf import Head, Manifest, Row

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 200
INDEXED_FLOOR, MEMORY_FLOOR, OPEN_FLOOR, UPDATE_FLOOR = 20_000, 150, 200, 50

LAYOUT = schema.build()

Ask = Callable[[Library], object]


@dataclass(frozen=True)
class Kind:
    """One kind of look-up: how to ask it, and its floor in milliseconds at up to 100,000 and at more highlights."""

    name: str
    ask: Callable[[random.Random], Ask]
    floors: tuple[float, float] = (5, 25)


def words(dice: random.Random, count: int) -> list[str]:
    """Words that somebody may remember: neither among the commonest nor unheard of."""
    return dice.sample(corpus.vocabulary()[0][60:4000], count)


def misspelt(dice: random.Random, word: str) -> str:
    """A word with one letter typed wrong."""
    place = dice.randrange(len(word))
    return word[:place] + dice.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :]


def _or(dice: random.Random) -> Ask:
    asked = words(dice, 3)

    def ask(library: Library) -> object:
        stems = schema.stemmed("en").analyze(" ".join(asked))
        terms = [tantivy.Query.term_query(LAYOUT, schema.words_field("en"), stem) for stem in stems]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        return library.searcher.search(query, 5, count=False).hits

    return ask


def _find(make: Callable[[random.Random], str]) -> Callable[[random.Random], Ask]:
    def kind(dice: random.Random) -> Ask:
        query = make(dice)
        return lambda library: library.find(query)

    return kind


KINDS = (
    Kind("3 words, any of them, bare", _or, (0.3, 1.0)),
    Kind("1 word", _find(lambda dice: words(dice, 1)[0])),
    Kind("2 words", _find(lambda dice: " ".join(words(dice, 2)))),
    Kind("3 words", _find(lambda dice: " ".join(words(dice, 3)))),
    Kind("3 common words", _find(lambda dice: " ".join(dice.sample(corpus.vocabulary()[0][5:60], 3)))),
    Kind("3 words, one misspelt", _find(lambda dice: " ".join([misspelt(dice, words(dice, 1)[0]), *words(dice, 2)]))),
    Kind("2 words, both misspelt", _find(lambda dice: " ".join(misspelt(dice, word) for word in words(dice, 2)))),
    Kind("2 words and a beginning", _find(lambda dice: " ".join([*words(dice, 2), words(dice, 1)[0][:3]]))),
    Kind("what was that quote about", _find(lambda dice: "what was that quote about " + " ".join(words(dice, 3)))),
    Kind("a question of 8 words", _find(lambda dice: " ".join(words(dice, 8)))),
    Kind("a phrase", _find(lambda dice: f'"{" ".join(dice.sample(corpus.vocabulary()[0][:60], 2))}"')),
    Kind("filters", _find(lambda dice: f"after:2010 tag:{words(dice, 1)[0]} {words(dice, 1)[0]}")),
    Kind("nothing like it", _find(lambda dice: "".join(dice.choices("bcdfghjklmnpqrstvwxz", k=9)))),
    Kind("random, of an author's tag", lambda dice: _sample(words(dice, 1)[0], dice)),
    Kind("by id", lambda dice: _some(dice, lambda library, one: library.get(one[:10]))),
    Kind("more like this", lambda dice: _some(dice, lambda library, one: library.like(one))),
    Kind("a suggestion", lambda dice: _suggest(words(dice, 1)[0][:5]), (1, 1)),
    Kind("a suggestion, one letter wrong", lambda dice: _suggest(misspelt(dice, words(dice, 1)[0])), (5, 5)),
    Kind("what stands around it", lambda dice: _some(dice, lambda library, one: library.context(one))),
)


def _sample(word: str, dice: random.Random) -> Ask:
    seed = str(dice.random())
    return lambda library: library.sample(word, seed=seed, size=8)


def _suggest(typed: str) -> Ask:
    return lambda library: library.suggest(typed)


def _some(dice: random.Random, ask: Callable[[Library, str], object]) -> Ask:
    seed = str(dice.random())

    def some(library: Library) -> object:
        one = library.sample("", seed=seed)[0].id
        begin = time.process_time()
        ask(library, one)
        return time.process_time() - begin

    return some


def measured(ask: Ask, library: Library) -> float:
    """Milliseconds of CPU that one look-up takes."""
    begin = time.process_time()
    took = ask(library)
    return 1000 * (took if isinstance(took, float) else time.process_time() - begin)


def report(count: int, place: Place, library: Library) -> None:
    """Print the table of one size."""
    dice = random.Random(count)
    begin = time.process_time()
    library.suggest("")
    line("names loaded", count, f"{(time.process_time() - begin) * 1000:8.1f} ms", "")
    for kind in KINDS:
        asks = [kind.ask(dice) for _ in range(ROUNDS)]
        times = [measured(ask, library) for ask in asks]
        low, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        line(kind.name, count, f"p50 {low:8.3f} ms   p95 {high:8.3f} ms", f"p95 {kind.floors[count > 100_000]} ms")
    begin = time.process_time()
    listed = library.themes()
    line(f"themes ({len(listed)})", count, f"{(time.process_time() - begin) * 1000:8.1f} ms", "")
    line(
        "update of one note",
        count,
        f"{statistics.median(updated(place) for _ in range(9)):8.1f} ms",
        f"{UPDATE_FLOOR} ms",
    )


def updated(place: Place) -> float:
    """Milliseconds of CPU from a saved note to a library that finds it; the disk takes its own time to sync."""
    note = place.content[0] / "inbox" / "new.md"
    note.parent.mkdir(exist_ok=True)
    note.write_text(f"---\ntitle: New\n---\n\n## Highlights\n\n- Nobody wrote before {time.time_ns()} about it.\n")
    begin = time.process_time()
    news = index.update(place, How(only=[note]))
    current = index.open_current(place)
    found = Library(current).find("nobody wrote before").total if current else 0
    if news.changed != 1 or not found:
        raise RuntimeError(f"the note is not found: {news}")
    return (time.process_time() - begin) * 1000


def made(count: int, place: Place) -> float:
    """Make an index of that many highlights and the empty files that its manifest speaks of; highlights a second."""
    place.shelf.path.mkdir(parents=True)
    building = place.shelf.clear()
    writing.create(building)
    opened = schema.register(tantivy.Index.open(str(building)))
    notes = list(corpus.notes(count))
    begin = time.process_time()
    writing.fill(opened, notes)
    rate = count / (time.process_time() - begin)
    manifest = Manifest(Head(index.made_by(place.rules), index.digest([])))
    for _, note in notes:
        path = place.content[0] / note.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    manifest.rows = {key: Row(one) for key, _ in notes if (one := index.stamp(*place.locate(key)))}
    manifest.save(building, 0)
    place.shelf.publish(building)
    return rate


def served(place: Place) -> Sequence[str]:
    """What a fresh process says of itself: ms until the first answer, ms to look at all notes, RssAnon in MiB."""
    command = [sys.executable, __file__, "--serve", str(place.content[0]), str(place.data)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def serve(content: str, data: str) -> None:
    """Open a library as a fresh process does, ask all kinds of things, and say what that took."""
    place = Place((Path(content),), Path(data))
    begin = time.perf_counter()
    current = index.open_current(place)
    if current is None:
        raise RuntimeError("there is no index")
    library = Library(current)
    library.find("what was that about open weights")
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    index.update(place)
    looked = time.perf_counter() - begin
    dice = random.Random(3)
    for kind in KINDS:
        for _ in range(20):
            kind.ask(dice)(library)
    status = Path("/proc/self/status")
    held = (
        [row.split()[1] for row in status.read_text().splitlines() if row.startswith("RssAnon")]
        if status.exists()
        else []
    )
    print(f"{first * 1000:.0f} {looked * 1000:.0f} {int(held[0]) / 1024 if held else -1:.0f}")


def line(name: str, count: int, value: str, floor: str) -> None:
    """Print a row."""
    print(f"{count:>10,}  {name:30}{value:44}{'floor ' + floor if floor else ''}", flush=True)


def main() -> None:
    """Print the tables of the sizes asked for."""
    if sys.argv[1:2] == ["--serve"]:
        serve(*sys.argv[2:4])
        return
    for count in map(int, sys.argv[1:] or map(str, SIZES)):
        with tempfile.TemporaryDirectory() as folder:
            place = Place((Path(folder) / "notes",), Path(folder) / "data")
            place.content[0].mkdir()
            process = os.fork()
            if not process:  # what building leaves in memory must not slow the look-ups down
                line("indexed a second and core", count, f"{made(count, place):8,.0f}", f"{INDEXED_FLOOR:,}")
                os._exit(0)
            os.waitpid(process, 0)
            first, looked, held = served(place)
            line("first answer of a process", count, f"{first:>8} ms", f"{OPEN_FLOOR} ms")
            line("all notes looked at", count, f"{looked:>8} ms", "")
            line("RssAnon while serving", count, f"{held:>8} MiB", f"{MEMORY_FLOOR} MiB")
            current = index.open_current(place)
            if current:
                report(count, place, Library(current))


if __name__ == "__main__":
    main()
