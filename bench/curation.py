"""A year of digests: how soon something comes again, and who gets a hearing, against four other ways of picking.

A folder of notes can be named as an argument; without one the sample content is taken. Generated libraries follow, and
what one pick costs in a theme of 228,000 highlights. Each bar is printed with what was measured, pass or short.
"""

from __future__ import annotations

import math
import random  # noqa: TID251 - seeded, and a bench delivers nothing
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import corpus
import tantivy

from digestbot.curation import compose
from digestbot.curation.picking import same_idea, words
from digestbot.curation.quality import offered, reasons
from digestbot.library import schema, search, stock, writing
from digestbot.library.folder import read_folder
from digestbot.library.index import Opened
from digestbot.library.shelf import Head
from digestbot.model import Channel, Delivery, Highlight, Note, Source, Subscription, Theme, Voice
from digestbot.ports import Library, Shown

DAYS, SIZE, ROUNDS = 365, 3, 3
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
ORDER = Subscription("bench", Channel("console", "bench", "bench"), "", "all", size=SIZE, when_short="second round")
ROW = "{:16}{:>9}{:>9}{:>8}{:>8}{:>10}{:>9}{:>11}"

Policy = Callable[[Sequence[Highlight], random.Random], Iterator[Sequence[Highlight]]]


@dataclass(frozen=True)
class Held:
    """As much of ports.Library as curation asks: given highlights, all under one theme."""

    highlights: Sequence[Highlight]
    counts: Mapping[str, int]
    by_source: Mapping[str, Sequence[Highlight]]
    by_id: Mapping[str, Highlight]

    def also_in(self, highlight: Highlight) -> Sequence[Highlight]:  # noqa: ARG002 - nothing is held twice
        """See ports.Library."""
        return ()

    @classmethod
    def of(cls, highlights: Sequence[Highlight]) -> Held:
        """A library of these."""
        by_source: dict[str, list[Highlight]] = defaultdict(list)
        for one in highlights:
            by_source[one.source.identity].append(one)
        counts = {key: len(held) for key, held in by_source.items()}
        return cls(highlights, counts, by_source, {one.id: one for one in highlights})

    def get(self, highlight_id: str) -> Highlight | None:
        """See ports.Library."""
        return self.by_id.get(highlight_id)

    def themes(self) -> Sequence[Theme]:
        """See ports.Library."""
        return [Theme("Everything", len(self.highlights), len(self.counts))]

    def pool(self, _: str) -> Sequence[Highlight]:
        """See ports.Library."""
        return self.highlights

    def stock(self, _: str) -> Mapping[str, int]:
        """See ports.Library."""
        return self.counts

    def within(self, _: str, source: str) -> Sequence[Highlight]:
        """See ports.Library."""
        return self.by_source[source]


def ours(pool: Sequence[Highlight], dice: random.Random) -> Iterator[Sequence[Highlight]]:
    """Our own picks."""
    library, history, run = Held.of(pool), list[Shown](), dice.random()
    order = Subscription(f"bench-{run}", ORDER.channel, "", "all", size=SIZE, when_short="second round")
    for day in range(DAYS):
        now = START + timedelta(days=day)
        found = compose(library, history, Delivery(order, now.replace(tzinfo=None)), now)
        yield found.digest.highlights
        history += [Shown(one, found.theme, now, source) for one, source in zip(found.ids, found.sources, strict=True)]


def at_random(pool: Sequence[Highlight], dice: random.Random) -> Iterator[Sequence[Highlight]]:
    """Any three, each day anew."""
    for _ in range(DAYS):
        yield dice.sample(list(pool), min(SIZE, len(pool)))


def fresh_shuffle(pool: Sequence[Highlight], dice: random.Random) -> Iterator[Sequence[Highlight]]:
    """Dealt from a shuffled pack, which is shuffled again when it is through."""
    pack: list[Highlight] = []
    for _ in range(DAYS):
        dealt: list[Highlight] = []
        while len(dealt) < min(SIZE, len(pool)):
            pack = pack or dice.sample(list(pool), len(pool))
            dealt.append(pack.pop())
        yield dealt


def decay(pool: Sequence[Highlight], dice: random.Random) -> Iterator[Sequence[Highlight]]:
    """Drawn by weights, each showing leaving a tenth of the weight, as Readwise is said to do."""
    weights = dict.fromkeys((one.id for one in pool), 1.0)
    for _ in range(DAYS):
        drawn = sorted(pool, key=lambda one: -math.log(1 - dice.random()) / weights[one.id])[:SIZE]
        for one in drawn:
            weights[one.id] *= 0.1
        yield drawn


def round_robin(pool: Sequence[Highlight], dice: random.Random) -> Iterator[Sequence[Highlight]]:
    """Source after source, of each the next highlight in its order."""
    library = Held.of(pool)
    sources = dice.sample(sorted(library.by_source), len(library.by_source))
    turns = Counter[str]()
    for day in range(DAYS):
        chosen = [sources[(day * SIZE + n) % len(sources)] for n in range(SIZE)]
        dealt = []
        for source in chosen:
            held = library.by_source[source]
            dealt.append(held[turns[source] % len(held)])
            turns[source] += 1
        yield dealt


POLICIES: dict[str, Policy] = {
    "digestbot": ours, "random": at_random, "fresh shuffle": fresh_shuffle, "decay x0.1": decay,
    "round-robin": round_robin,
}  # fmt: skip


@dataclass(frozen=True)
class Year:
    """What a year was like. repeats: within min(60 days, 0.9 T/n). gap: the smallest between two showings, days.

    ideas, sources: digests in which an idea, or a source, came twice. seen: how many sources were heard; mean: the day,
    on average over all sources, when each was heard first (those never heard count as the last day).
    """

    repeats: float
    gap: float
    ideas: float
    sources: float
    seen: float
    mean: float
    covered: float


def lived(pool: Sequence[Highlight], digests: Sequence[Sequence[Highlight]]) -> Year:
    """A year, measured."""
    bound = min(60.0, 0.9 * len(pool) / SIZE)
    last: dict[str, int] = {}
    first: dict[str, int] = {}
    gaps, ideas, doubled = [], 0, 0
    for day, digest in enumerate(digests):
        gaps += [day - last[one.id] for one in digest if one.id in last]
        gaps += [0] * (len(digest) - len({one.id for one in digest}))
        last |= {one.id: day for one in digest}
        for one in digest:
            first.setdefault(one.source.identity, day)
        ideas += any(same_idea(words(a.text), words(b.text)) for a, b in combinations(digest, 2))
        doubled += len({one.source.identity for one in digest}) < len(digest)
    every = {one.source.identity for one in pool}
    seen = [first.get(source, DAYS) for source in every]
    repeats = sum(gap < bound for gap in gaps)
    return Year(repeats, min(gaps, default=DAYS), ideas, doubled, len(first), statistics.mean(seen), max(seen))


def mean(years: Sequence[Year]) -> Year:
    """Several years as one; of gaps the smallest."""
    fields = {name: statistics.mean(getattr(year, name) for year in years) for name in Year.__annotations__}
    return Year(**{**fields, "gap": min(year.gap for year in years)})


def compare(name: str, pool: Sequence[Highlight]) -> None:
    """Print the table of one library and its bars."""
    sources = len({one.source.identity for one in pool})
    ideal = len(pool) / SIZE
    print(f"\n{name}: {len(pool)} highlights that may be shown, {sources} sources, T/n = {ideal:.0f} days")
    print(ROW.format("a year of", "repeats", "min gap", "ideas", "source", "sources", "first", "all heard"))
    print(ROW.format("", "too soon", "days", "twice", "twice", "heard", "heard", "by day"))
    years = {}
    for policy, pick in POLICIES.items():
        runs = [lived(pool, list(pick(pool, random.Random(seed)))) for seed in range(ROUNDS)]
        year = years[policy] = mean(runs)
        cells = (year.repeats, year.gap, year.ideas, year.sources, year.seen, year.mean, year.covered)
        print(ROW.format(policy, *(f"{cell:.1f}" for cell in cells)))
    us, others = years["digestbot"], [year for policy, year in years.items() if policy != "digestbot"]
    bar("no repeat within min(60 days, 0.9 T/n)", us.repeats == 0)
    bar(f"smallest gap at least 0.9 T/n = {0.9 * ideal:.1f} days", us.gap >= min(DAYS, 0.9 * ideal))
    bar("no idea twice in a digest", us.ideas == 0)
    bar(
        "a source twice in a digest: less often than all others",
        all(us.sources < o.sources or us.sources == 0 for o in others),
    )
    chance = years["random"]
    bar("every source heard sooner than at random", us.covered <= chance.covered and us.mean <= chance.mean)


def bar(text: str, passed: bool) -> None:  # noqa: FBT001 - what was found
    """Print whether a bar is reached."""
    print(f"  {'pass ' if passed else 'SHORT'}  {text}")


def readable(root: Path) -> list[Highlight]:
    """The highlights of a folder that may go into digests."""
    held: dict[str, dict[str, Highlight]] = defaultdict(dict)
    for note in read_folder(root).notes:
        for one in note.highlights:
            held[one.source.identity].setdefault(one.id, one)
    return [one for some in held.values() for one in offered(list(some.values()))[0]]


def generated(highlights: int, sources: int, seed: int = 1) -> list[Highlight]:
    """Highlights of sources of which few hold much, as in real libraries, and none over 1,000; no two say the same."""
    dice = random.Random(seed)
    nouns = [
        f"{a}{b}" for a in ("mar", "tol", "ven", "gor", "lin", "dus") for b in ("bera", "kino", "lesta", "mona", "pura")
    ]
    weights = [min(dice.lognormvariate(0, 1.2), 150.0) for _ in range(sources)]
    owners = list(range(sources)) + dice.choices(range(sources), weights, k=highlights - sources)
    made = [Source(f"Book {n}", (f"Writer {n // 2}",), f"https://example.org/{n}") for n in range(sources)]
    found = [
        Highlight(f"{dice.getrandbits(64):016x}", _sentence(dice, nouns), made[owner], Voice.AUTHOR)
        for owner in owners[:highlights]
    ]
    return [one for one in found if not reasons(one)]  # made-up words may look like a fragment


def _sentence(dice: random.Random, nouns: Sequence[str]) -> str:
    told = " ".join(f"{dice.choice(nouns)}{dice.choice(nouns)}" for _ in range(dice.randint(8, 40)))
    return f"{told.capitalize()}."


def stability(pool: Sequence[Highlight]) -> None:
    """Print how many picks stay when 1 % of sources is added."""
    more = generated(len(pool) // 100 + 1, max(1, len({one.source.identity for one in pool}) // 100), seed=9)
    new = [Highlight(f"{n:016x}", one.text, Source(f"New {one.source.title}"), one.voice) for n, one in enumerate(more)]
    before, after = Held.of(pool), Held.of([*pool, *new])
    same = []
    for day in range(200):
        now = START + timedelta(days=day)
        delivery = Delivery(ORDER, now.replace(tzinfo=None))
        one, other = compose(before, (), delivery, now), compose(after, (), delivery, now)
        same.append(len({*one.ids} & {*other.ids}) / SIZE)
    share = statistics.mean(same)
    bar(f"1 % more sources keep at least 90 % of picks: {share:.1%}", share >= 0.9)


def cost(library: Library, theme: str, what: str) -> None:
    """Print what a pick costs where a year of history lies behind it."""
    order = Subscription("bench", ORDER.channel, "", theme, size=SIZE)
    history, spent = list[Shown](), list[float]()
    for day in range(DAYS):
        now = START + timedelta(days=day)
        begin = time.process_time()
        found = compose(library, history, Delivery(order, now.replace(tzinfo=None)), now)
        spent.append((time.process_time() - begin) * 1000)
        history += [Shown(one, found.theme, now, source) for one, source in zip(found.ids, found.sources, strict=True)]
    p95 = statistics.quantiles(spent, n=20)[-1]
    bar(f"{what}: first {spent[0]:.1f}, p50 {statistics.median(spent):.1f}, p95 {p95:.1f} ms CPU of 25", p95 <= 25)


def indexed(highlights: int = 1_000_000, share: float = 0.228) -> None:
    """Print what a pick costs in a real index of so many highlights, of which a share is under the theme."""
    with tempfile.TemporaryDirectory() as folder:
        writing.create(Path(folder))
        opened = schema.register(tantivy.Index.open(folder))
        writing.fill(opened, list(_tagged(highlights, share)))
        library = search.Library(Opened(opened, Head("", ""), Path(folder)))
        held = sum(library.stock("picked").values())
        begin = time.process_time()
        stock.by_identity(
            library.searcher, tantivy.Query.term_query(opened.schema, "theme", "picked", index_option="basic")
        )
        print(f"  theme -> sources, an aggregation: {(time.process_time() - begin) * 1000:.1f} ms CPU")
        cost(library, "picked", f"a pick from {held:,} of {highlights:,} highlights")


def _tagged(highlights: int, share: float) -> Iterator[tuple[str, Note]]:
    for number, (key, note) in enumerate(corpus.notes(highlights)):
        tags = ("picked",) if number % 1000 < share * 1000 else ("left",)
        source = replace(note.sources[0], tags=tags)
        yield (
            key,
            replace(note, sources=(source,), highlights=tuple(replace(one, source=source) for one in note.highlights)),
        )


def main() -> None:
    """Print all."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "content"
    compare(root.name, readable(root))
    for highlights, sources in ((150, 20), (600, 60), (3000, 250)):
        compare(f"generated, {highlights}", generated(highlights, sources))
    print()
    stability(generated(600, 60))
    stability(generated(3000, 250))
    indexed()


if __name__ == "__main__":
    main()
