"""How fast the library's small parts are: themes counted, near-duplicates linked, names suggested while one types.

The floors are for 100,000 highlights and 10,000 names on one core; another number of highlights can be named as an
argument. Texts are drawn from a vocabulary with the frequencies of English, and one in twenty quotes another. Prints
process time, which other programs disturb least: for suggestions its 95th percentile.
"""

from __future__ import annotations

import random  # noqa: TID251 - a seeded corpus
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import accumulate

from digestbot.library.alike import Links
from digestbot.library.propose import propose
from digestbot.library.suggest import Suggestions, build, load
from digestbot.library.themes import Tally, listed
from digestbot.model import Highlight, Source, Voice
from digestbot.ports import Name

HIGHLIGHTS, NAMES, TYPED = 100_000, 10_000, 2000
WORDS = 30_000
LETTERS = "eeeettaaooiinnsshhrrddlluuccmmffwwyyggppbvk"
EACH = 20
"""Highlights of a source, in the mean."""


def vocabulary(chance: random.Random) -> list[str]:
    """Words of two to eleven letters, no two alike, the common ones short."""
    made: dict[str, None] = {}
    while len(made) < WORDS:
        longest = 4 if len(made) < 200 else 11
        made["".join(chance.choices(LETTERS, k=chance.randint(2, longest)))] = None
    return list(made)


def texts(chance: random.Random, count: int) -> list[str]:
    """Passages of 12 to 60 words, one in twenty a part of an earlier one with a word changed."""
    words = vocabulary(chance)
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(WORDS)))
    made: list[str] = []
    for number in range(count):
        if number % 20 == 19:
            quoted = made[chance.randrange(number)].split()
            quoted[chance.randrange(len(quoted))] = "indeed"
            made.append(" ".join(quoted[: max(12, len(quoted) * 2 // 3)]))
        else:
            made.append(" ".join(chance.choices(words, cum_weights=weights, k=chance.randint(12, 60))))
    return made


def highlights(chance: random.Random, passages: Sequence[str]) -> list[Highlight]:
    """The passages, each of a source with an author and two of four hundred tags."""
    tags = [f"{word}-{chance.randrange(9)}-tag" for word in vocabulary(chance)[300:700]]
    made = []
    for number, text in enumerate(passages):
        work = number // EACH
        source = Source(f"Work {work}", (f"Author {work // 3}",), tags=tuple(chance.choices(tags, k=2)), key=str(work))
        made.append(Highlight(f"{number:016x}", text, source, Voice.AUTHOR, tags=tuple(chance.choices(tags, k=1))))
    return made


def names(chance: random.Random, count: int) -> list[Name]:
    """Titles of two to seven words, with the stocks of a library: few large, many small."""
    words = vocabulary(chance)
    weights = list(accumulate(1 / (rank + 20) for rank in range(WORDS)))
    return [
        Name(" ".join(chance.choices(words, cum_weights=weights, k=chance.randint(2, 7))), "title", 3000 // (n + 1))
        for n in range(count)
    ]


def mistyped(chance: random.Random, text: str) -> str:
    """A text with one letter left out, put in, changed or swapped with the next."""
    at = chance.randrange(len(text) - 1)
    before, letter, after = text[:at], text[at], text[at + 1 :]
    return chance.choice(
        [before + after, f"{before}x{letter}{after}", f"{before}x{after}", before + after[0] + letter + after[1:]]
    )


def slowest(index: Suggestions, queries: Sequence[str]) -> float:
    """The 95th percentile of milliseconds an answer takes."""
    taken = []
    for query in queries:
        start = time.perf_counter()
        index.suggest(query)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(taken, n=20)[-1]


def timed(work: Callable[[], object]) -> float:
    """Seconds of process time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def row(what: str, measured: float, unit: str, floor: float | None = None) -> None:
    """Print one line of the table."""
    print(f"{what:56}{measured:12,.2f} {unit:10}{'' if floor is None else f'{floor:10,g}'}")


def library(count: int) -> None:
    """Near-duplicates and themes of so many highlights."""
    chance = random.Random(3)
    passages = texts(chance, count)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    links = Links(lambda name: passages[int(name)])
    taken = timed(lambda: [links.add(str(number), text) for number, text in enumerate(passages)])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024
    row(f"near-duplicates linked, {count:,} highlights", count / taken, "per s", 5000)
    row(f"  memory, {len(links.linked):,} highlights linked", grown, "MiB", 250)
    again = [str(number) for number in range(0, count, max(1, count // 1000))]
    taken = timed(
        lambda: [(links.remove(name, passages[int(name)]), links.add(name, passages[int(name)])) for name in again]
    )
    row("  one changed", taken / len(again) * 1000, "ms", 1)
    made, tally = highlights(chance, passages), Tally()
    taken = timed(lambda: [tally.add(one, f"folder/{number // EACH}.md") for number, one in enumerate(made)])
    row("themes counted", count / taken, "per s", 20_000)
    row("themes listed", timed(lambda: listed(tally.counts)) * 1000, "ms", 500)
    row("themes proposed from 10,000 highlights", timed(lambda: propose(made[:10_000])), "s")


def suggestions() -> None:
    """Names suggested, with and without a mistake."""
    chance = random.Random(5)
    made = names(chance, NAMES)
    index = build(made)
    row(f"suggestions built, {NAMES:,} names", timed(lambda: build(made)) * 1000, "ms")
    stored = index.dump()
    row(f"  loaded from {len(stored) / 1e6:.1f} MB", timed(lambda: load(stored)) * 1000, "ms", 100)
    words = [" ".join(name.text.split()[chance.randrange(2) :]) for name in chance.choices(index.names, k=TYPED)]
    begun = [text[: chance.randint(1, 12)] for text in words]
    row("  p95 while typing", slowest(index, begun), "ms", 1)
    wrong = [mistyped(chance, text[: chance.randint(4, 14)]) for text in words if len(text) > 4]
    row("  p95 with a mistake", slowest(index, wrong), "ms", 5)


def main() -> None:
    """Print the table."""
    print(f"{'themes, near-duplicates, suggestions':56}{'measured':>12} {'':10}{'floor':>10}")
    library(int(sys.argv[1]) if len(sys.argv) > 1 else HIGHLIGHTS)
    suggestions()


if __name__ == "__main__":
    main()
