"""The room that picks."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from fakes import NOW, FakeLibrary, make_highlight, make_subscription
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.curation import Curated, compose, curate, lasts
from digestbot.curation.guidance import NOBODY, VOTERS, Guidance, Vote, spelled
from digestbot.errors import EmptyError, ThemeError
from digestbot.model import Delivery, Highlight, Source, Subscription
from digestbot.ports import Shown


def _texts(count: int) -> list[Highlight]:
    return [make_highlight(number) for number in range(count)]


def _of_sources(*sizes: int) -> list[Highlight]:
    """Highlights of as many sources as there are sizes, each with an author of its own."""
    owners = [owner for owner, size in enumerate(sizes) for _ in range(size)]
    return [
        replace(one, source=make_highlight(owner).source) for one, owner in zip(_texts(sum(sizes)), owners, strict=True)
    ]


def _order(theme: str = "all", *, size: int = 3, **more: object) -> Subscription:
    return replace(make_subscription(theme=theme), size=size, **more)  # type: ignore[arg-type]


def _delivery(order: Subscription, day: int = 0) -> Delivery:
    return Delivery(order, datetime.fromisoformat("2026-03-02T09:00") + timedelta(days=day))


def _compose(
    pool: Sequence[Highlight],
    history: Sequence[Shown] = (),
    order: Subscription | None = None,
    guidance: Guidance = NOBODY,
    *,
    day: int = 0,
) -> Curated:
    now = NOW + timedelta(days=day)
    return compose(FakeLibrary(pool), history, _delivery(order or _order(), day), now, guidance)


def _days(pool: Sequence[Highlight], order: Subscription, days: int, guidance: Guidance = NOBODY) -> Iterator[Curated]:
    """Digests day by day, each knowing of those before it."""
    history: list[Shown] = []
    for day in range(days):
        found = _compose(pool, tuple(history), order, guidance, day=day)
        yield found
        at = NOW + timedelta(days=day)
        history += [Shown(one, found.theme, at, key) for one, key in zip(found.ids, found.sources, strict=True)]


def _pick(pool: Sequence[Highlight], *, seed: str = "s", size: int = 3, history: tuple[Shown, ...] = ()) -> list[str]:
    return [one.id for one in curate(pool, history, seed=seed, size=size, now=NOW)]


def test_same_seed_same_pick() -> None:
    """A pick depends on the seed and not on the order of the pool; another seed gives another pick."""
    pool = _texts(60)
    assert _pick(pool) == _pick(pool[::-1])
    assert len({tuple(_pick(pool, seed=str(n))) for n in range(10)}) > 5


def test_pick_is_independent_of_the_hash_seed() -> None:
    """Two processes with different PYTHONHASHSEED pick the same, and give the same reasons."""
    code = "import test_curation as t; print(t._pick(t._texts(60)), t._compose(t._texts(900)).why)"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].strip()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=12, max_size=25))
def test_no_repeat_before_nine_tenths_of_a_round(sizes: list[int]) -> None:
    """Whatever the sizes of the sources, a highlight comes again only when nearly all others had their turn."""
    pool = _of_sources(*sizes)
    gap = min(60, 0.9 * len(pool) / 3, len(pool) // 3)
    last: dict[str, int] = {}
    for day, found in enumerate(_days(pool, _order(when_short="second round"), 2 * len(pool) // 3)):
        assert len(found.picks) == 3
        assert all(day - last[one] >= gap for one in found.ids if one in last)
        last |= dict.fromkeys(found.ids, day)
    assert set(last) == {one.id for one in pool}


def test_no_source_twice_while_no_source_holds_a_third() -> None:
    """Large sources are spread over a round, so that its last digests need not take two of one."""
    for found in _days(_of_sources(40, 30, 20, *[3] * 20), _order(when_short="second round"), 80):
        assert len(set(found.sources)) == 3


def test_never_shown_first() -> None:
    """Nothing is repeated while something is unseen, even for who asks again and again."""
    pool, history = _texts(7), list[Shown]()
    rounds = []
    for day in range(3):
        picks = _pick(pool, seed=str(day), history=tuple(history))
        history += [Shown(pick, "t", NOW - timedelta(days=10 - day)) for pick in picks]
        rounds.append(set(picks))
    assert len(rounds[0] | rounds[1]) == 6
    assert len(set.union(*rounds)) == 7
    assert not rounds[2] & rounds[1]


def test_what_was_shown_later_does_not_count() -> None:
    """The pick of a past moment can be made again."""
    pool = _texts(20)
    later = tuple(Shown(pick, "t", NOW + timedelta(hours=1)) for pick in _pick(pool))
    assert _pick(pool, history=later) == _pick(pool)


@pytest.mark.parametrize("count", [300, 3000])
def test_more_sources_change_few_picks(count: int) -> None:
    """One source in a hundred more leaves at least nine picks of ten as they were, in small themes and in large."""
    before, after = FakeLibrary(_texts(count)), FakeLibrary(_texts(count + count // 100))
    same = 0
    for day in range(20):
        delivery = _delivery(_order(), day)
        one, other = (compose(library, (), delivery, NOW) for library in (before, after))
        same += len({*one.ids} & {*other.ids})
    assert same >= 0.9 * 60


def test_one_per_source_and_author_while_there_are_enough() -> None:
    """Sources and authors differ where the pool allows, and repeat where it does not, which is then said."""
    assert len({one.source for one in curate(_of_sources(10, 10, 10), (), seed="s", size=3, now=NOW)}) == 3
    ada = [
        replace(one, source=replace(one.source, authors=("Ada",), title=f"Book {n % 2}", url=None))
        for n, one in enumerate(_texts(9))
    ]
    others = [*ada, *_texts(60)[50:]]
    assert len({one.source.authors for one in curate(others, (), seed="s", size=3, now=NOW)}) == 3
    found = _compose(ada)
    assert sorted(Counter(found.sources).values()) == [1, 2]
    assert found.relaxed == ("author", "source")
    assert any("source is in this digest already" in why for why in found.why.values())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=3, max_size=30), st.integers(1, 6))
def test_one_idea_once(ideas: list[int], size: int) -> None:
    """Passages that share most of their words are never in one digest, even if that makes it smaller."""
    pool = [make_highlight(n, f"{make_highlight(idea).text} Or number {n}.") for n, idea in enumerate(ideas)]
    found = curate(pool, (), seed="s", size=size, now=NOW)
    assert len(found) == min(size, len(set(ideas)))
    assert len({one.text.partition(" Or ")[0] for one in found}) == len(found)


def test_what_was_said_this_week_is_not_said_again() -> None:
    """A passage that says the same as one shown in the last seven days waits while there is something else."""
    said = make_highlight(1)
    pool = [said, make_highlight(2, f"{said.text} Once more."), *_texts(9)[3:]]
    history = (Shown(said.id, "x", NOW - timedelta(days=6), said.source.identity),)
    for day in range(20):
        order = replace(_order(), id=f"order-{day}")
        assert make_highlight(2).id not in _compose(pool, history, order).ids


def test_weights_follow_the_balance() -> None:
    """A source is drawn by its size to the power of the balance: all alike at 0, by its share at 1."""
    pool = _of_sources(64, *[1] * 64)
    drawn = {
        balance: sum(
            _compose(pool, (), replace(_order(size=1, balance=balance), id=f"order-{n}")).sources
            == (pool[0].source.identity,)
            for n in range(200)
        )
        for balance in (0.0, 0.5, 1.0)
    }
    assert drawn[0.0] < 12  # 200 / 65 = 3
    assert 8 < drawn[0.5] < 45  # 200 / 9 = 22
    assert 75 < drawn[1.0] < 125


def test_settings_weigh_sources() -> None:
    """A source is known by its title or its address; never means never, and double is drawn more often."""
    pool = _of_sources(*[4] * 10)
    never = Guidance({spelled("ESSAY 3"): 0.0, spelled("https://www.example.org/4/"): 0.0})
    heard = {key for found in _days(pool, _order(), 10, guidance=never) for key in found.sources}
    assert len(heard) == 8
    double = Guidance({spelled("Essay 5"): 5.0})
    orders = [replace(_order(), id=f"order-{n}") for n in range(60)]
    often = [
        sum("Essay 5" in "".join(_compose(pool, (), one, guidance=who).sources) for one in orders)
        for who in (Guidance(), double)
    ]
    assert often[1] > 1.5 * often[0]


def test_nobody_steers_alone() -> None:
    """Votes of fewer than VOTERS members change nothing, however many; more than that move a weight by at most two."""
    few = Guidance(votes=tuple(Vote("ada", "s", "t", -1) for _ in range(99)))
    assert few.liked_sources == {}
    many = Guidance(votes=tuple(Vote(str(n), "s", "T", 1) for n in range(VOTERS)))
    assert 1 < many.liked_sources["s"] < 1.5
    crowd = Guidance(votes=tuple(Vote(str(n), "s", "T", -9) for n in range(999)))
    assert 0.5 <= crowd.liked_themes["t"] < 0.51


def test_curators_decide() -> None:
    """What curators hide is not shown, what they keep is shown whatever the gate says; reports count from VOTERS on."""
    good, bad = make_highlight(1), make_highlight(2, "And so on.")
    assert _compose([good, bad]).ids == (good.id,)
    assert set(_compose([good, bad], guidance=Guidance(kept=frozenset({bad.id}))).ids) == {good.id, bad.id}
    both = [good, make_highlight(3)]
    assert _compose(both, guidance=Guidance(hidden=frozenset({good.id}))).ids == (both[1].id,)
    for members, shown in ((VOTERS - 1, 2), (VOTERS, 1)):
        reports = tuple((str(n), good.id) for n in range(members))
        assert len(_compose(both, guidance=Guidance(reports=reports)).ids) == shown


def test_a_theme_of_bad_passages_is_shown_all_the_same() -> None:
    """Where nothing reads well alone, that is said, and what there is is shown; hidden ones are not."""
    found = _compose([make_highlight(1, "And so on."), make_highlight(2, "He did it.")])
    assert len(found.picks) == 2
    assert found.relaxed == ("quality",)
    with pytest.raises(EmptyError, match="may be shown"):
        _compose([make_highlight(1)], guidance=Guidance(hidden=frozenset({make_highlight(1).id})))


def test_a_text_without_marks_offers_its_best() -> None:
    """A source that nobody marked has eight turns at most; one with marks has all."""
    pool = [replace(one, marked=False) for one in _of_sources(30)]
    assert lasts(FakeLibrary(pool), "everything", _order(size=1)) == 8
    assert lasts(FakeLibrary(_of_sources(30)), "everything", _order(size=1)) == 30


def test_fewer_when_the_stock_is_short() -> None:
    """With 90 highlights for 60 days of three, digests shrink, none repeats, and few days go without."""
    seen: list[str] = []
    sizes = []
    for found in _days(_texts(90), _order(), 60):
        sizes.append(len(found.picks))
        seen += found.ids
    assert len(seen) == len(set(seen)) == 90
    assert min(sizes) >= 1
    assert sizes[0] == 3


def test_skip_and_second_round() -> None:
    """When all was shown lately a digest is left out, or begins again and says so, as the order has it."""
    for when_short, size, notice in (("skip", 0, ""), ("second round", 3, "Second round")):
        *_, before, last = _days(_texts(9), _order(when_short=when_short), 4)
        assert before.stock.state == "fresh"
        assert (len(last.picks), last.stock.state) == (size, when_short)
        assert last.digest.notice.startswith(notice)
        assert last.warning


def test_a_thin_stock_is_announced() -> None:
    """Admins hear of it two weeks before a theme repeats, and not before that."""
    warnings = [found.warning for found in _days(_texts(180), _order(repeat_after_days=50), 49)]
    assert warnings[0] == ""
    assert "more days" in warnings[-1]


def test_repeats_come_after_the_days_that_were_ordered() -> None:
    """What was shown 60 days ago may come again, even if that digest was a little late that day; not after 59."""
    pool = _texts(3)
    for days, expected in ((59, "skip"), (60, "fresh")):
        history = [Shown(one.id, "all", NOW - timedelta(days=days) + timedelta(minutes=5)) for one in pool]
        assert _compose(pool, history, _order(when_short="skip")).stock.state == expected


def test_on_this_day() -> None:
    """What was published on this day of an earlier year comes first where that is ordered, and says why."""
    old = replace(make_highlight(99), source=replace(make_highlight(99).source, published="1999-03-02"))
    found = _compose([*_texts(40), old], (), _order(on_this_day=True))
    assert old.id in found.ids
    assert "on this day in 1999" in found.why[old.id]


def test_length_is_kept() -> None:
    """A digest has at most 1,200 characters while that can be had."""
    long = [make_highlight(n, f"{make_highlight(n).text} {'word ' * 100}".strip() + ".") for n in range(40)]
    for n in range(20):
        found = _compose([*long, *_texts(90)[50:]], (), replace(_order(), id=f"order-{n}"))
        assert sum(len(one.text) for one in found.digest.highlights) <= 1200
    assert _compose(long).relaxed == ("length",)


def test_every_pick_explains_itself() -> None:
    """The reasons name the pool, what was set aside, when it was last shown, and what came next."""
    pool = [*_of_sources(5, 5, 5, 5), make_highlight(77, "And so on.")]
    found = _compose(pool)
    assert set(found.why) == set(found.ids)
    for why in found.why.values():
        assert why.startswith("Drawn from 20 highlights of 4 sources.")
        assert "Never shown before." in why
        assert "Next would have been «Essay" in why


def test_a_large_theme_is_never_looked_through() -> None:
    """Of a theme that cannot run out only the drawn sources' highlights are read."""

    class Large(FakeLibrary):
        asked = 0

        def pool(self, theme: str) -> Sequence[Highlight]:
            raise AssertionError(theme)

        def stock(self, theme: str) -> Counter[str]:  # noqa: ARG002 - the port names it
            return Counter(one.source.identity for one in self.highlights)

        def within(self, theme: str, source: str) -> Sequence[Highlight]:
            self.asked += 1
            return super().within(theme, source)

    library = Large(_of_sources(*[10] * 300))
    history: list[Shown] = []
    for day in range(30):
        found = compose(library, history, _delivery(_order(), day), NOW + timedelta(days=day))
        assert len(found.picks) == 3
        assert not {row.highlight_id for row in history} & {*found.ids}
        history += [Shown(one, "t", NOW, key) for one, key in zip(found.ids, found.sources, strict=True)]
    assert library.asked <= 30 * 20


def test_an_identity_can_be_read() -> None:
    """A source's identity gives back its title, authors, url and date."""
    source = Source("A title", ("Ada", "Grace"), "https://example.org", "1843-01-02", ("tag",), "books", "key")
    assert Source.identified(source.identity) == replace(source, tags=(), category=None, key="")
    assert Source.identified("") == Source(None)


def _title(
    library: FakeLibrary, history: tuple[Shown, ...] = (), order: Subscription | None = None
) -> tuple[str, str, int]:
    digest = compose(library, history, _delivery(order or _order("rotate")), NOW).digest
    return digest.title, digest.day, len(digest.highlights)


def test_rotate_takes_the_least_recently_used_theme_with_stock() -> None:
    """An unused theme first, then the one used longest ago; one with too little unseen is passed over."""
    tags = ("ale", "bee", "cat")
    pool = [replace(one, tags=(tags[n % 3],)) for n, one in enumerate(_texts(24))]
    thin = [replace(make_highlight(90 + n), tags=("dog",)) for n in range(2)]
    library = FakeLibrary([*pool, *thin])
    history: tuple[Shown, ...] = ()
    used = []
    for day in range(6):
        title, _, size = _title(library, history)
        assert size == 3
        used.append(title)
        history = (*history, Shown(f"{day}", title, NOW - timedelta(days=10 - day)))
    assert sorted(used[:3]) == list(tags)
    assert used[3:] == used[:3]


def test_rotate_goes_on_where_all_themes_are_used_up() -> None:
    """A library whose themes have nothing left is shown as a whole, and no theme without stock takes the turn."""
    few = [replace(one, tags=("sea",)) for one in _of_sources(1, 1, 1, 1)]
    many = [make_highlight(number) for number in range(100, 400)]
    found = list(_days([*few, *many], _order("rotate"), 12))
    assert [one.stock.state for one in found] == ["fresh"] * 12
    assert {one.theme for one in found} == {"Everything", "sea"}
    assert len({name for one in found for name in one.ids}) == 36


def test_a_first_digest_is_no_second_round() -> None:
    """However little a library holds, what nobody was shown is not shown again."""
    found = _compose(_texts(2), order=_order(when_short="second round", size=5))
    assert (found.stock.state, found.digest.notice) == ("fresh", "")


def test_several_themes_take_turns() -> None:
    """Of the themes that an order names each has its turn, and no other."""
    library = FakeLibrary([replace(one, tags=(("ale", "bee", "cat")[n % 3],)) for n, one in enumerate(_texts(24))])
    order = _order("rotate", themes=("ale", "cat"))
    first = _title(library, (), order)[0]
    second = _title(library, (Shown("x", first, NOW - timedelta(days=1)),), order)[0]
    assert {first, second} == {"ale", "cat"}


def test_all_is_everything() -> None:
    """The theme "all" takes from the whole library, and is called Everything."""
    assert _title(FakeLibrary(_texts(5)), (), _order("All")) == ("Everything", "2026-03-02", 3)


def test_compose_names_theme_and_day() -> None:
    """A named theme is spelled as the library spells it; the day is the occurrence's."""
    library = FakeLibrary([replace(one, tags=("Open weights",)) for one in _texts(5)])
    assert _title(library, (), _order("open weights")) == ("Open weights", "2026-03-02", 3)


def test_compose_says_what_is_wrong() -> None:
    """An unknown theme and an empty library are usage errors in plain words."""
    with pytest.raises(ThemeError, match="bee"):
        _title(FakeLibrary(_texts(3)), (), _order("bee"))
    with pytest.raises(EmptyError, match="no highlights yet"):
        _title(FakeLibrary())


def test_now_may_be_in_any_zone() -> None:
    """History and now are compared as instants."""
    pool = _texts(6)
    history = tuple(Shown(one.id, "t", NOW.astimezone(timezone(timedelta(hours=5)))) for one in pool[:3])
    assert set(_pick(pool, history=history)) == {one.id for one in pool[3:]}
