"""The room that picks."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from fakes import NOW, FakeLibrary, make_highlight, make_subscription

from digestbot.curation import compose, curate
from digestbot.errors import ThemeError, UsageError
from digestbot.model import Delivery, Highlight
from digestbot.ports import Shown


def _texts(count: int) -> list[Highlight]:
    return [make_highlight(number) for number in range(count)]


def _pick(pool: list[Highlight], *, seed: str = "s", size: int = 3, history: tuple[Shown, ...] = ()) -> list[str]:
    return [one.id for one in curate(pool, history, seed=seed, size=size, now=NOW)]


def test_same_seed_same_pick() -> None:
    """A pick depends on the seed and not on the order of the pool; another seed gives another pick."""
    pool = _texts(60)
    assert _pick(pool) == _pick(pool[::-1])
    assert len({tuple(_pick(pool, seed=str(n))) for n in range(10)}) > 5


def test_pick_is_independent_of_the_hash_seed() -> None:
    """Two processes with different PYTHONHASHSEED pick the same."""
    code = "import test_curation as t; print(t._pick(t._texts(60)))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].strip()


def test_never_shown_first_then_least_recently_shown() -> None:
    """Nothing is repeated while something is unseen, and repeats come in the order of their showing."""
    pool, history = _texts(7), []
    rounds = []
    for day in range(4):
        at = NOW - timedelta(days=10 - day)
        picks = [one.id for one in curate(pool, history, seed=str(day), size=3, now=NOW)]
        history += [Shown(pick, "t", at) for pick in picks]
        rounds.append(picks)
    assert len({*rounds[0], *rounds[1]}) == 6
    assert rounds[2][0] not in {*rounds[0], *rounds[1]}
    assert set(rounds[2][1:]) < set(rounds[0])
    assert set(rounds[0]) - set(rounds[2]) < set(rounds[3])


def test_what_was_shown_later_does_not_count() -> None:
    """The pick of a past moment can be made again."""
    pool = _texts(20)
    later = tuple(Shown(pick, "t", NOW + timedelta(hours=1)) for pick in _pick(pool))
    assert _pick(pool, history=later) == _pick(pool)


def test_one_per_source_and_author_while_there_are_enough() -> None:
    """Sources and authors differ where the pool allows, and repeat where it does not."""
    three = [replace(one, source=make_highlight(n % 3).source) for n, one in enumerate(_texts(30))]
    assert len({one.source for one in curate(three, (), seed="s", size=3, now=NOW)}) == 3
    ada = [
        replace(one, source=replace(one.source, authors=("Ada",), title=f"Book {n % 2}"))
        for n, one in enumerate(_texts(9))
    ]
    others = [*ada, make_highlight(50), make_highlight(51)]
    assert len({one.source.authors for one in curate(others, (), seed="s", size=3, now=NOW)}) == 3
    assert sorted(one.source.title or "" for one in curate(ada, (), seed="s", size=3, now=NOW)) in (
        ["Book 0", "Book 0", "Book 1"],
        ["Book 0", "Book 1", "Book 1"],
    )


def test_one_idea_once() -> None:
    """Passages that share most of their words are never in one digest, even if that makes it smaller."""
    text = "A model whose weights are published can be studied by people whom nobody had to ask."
    pool = [make_highlight(1, text), make_highlight(2, text.replace("published", "open")), make_highlight(3, text)]
    assert len(_pick(pool)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Too short.",
        "Antidisestablishmentarianism notwithstanding, incomprehensibilities.",
        "Far too long " * 60,
        "and this begins in the middle of a sentence somebody else began",
        "These are the reasons that everybody gives for it in the end:",
    ],
    ids=["short", "few words", "long", "lowercase", "colon"],
)
def test_what_reads_badly_comes_last(text: str) -> None:
    """Fragments and passages too short or too long are picked only where nothing else is left, not even a repeat."""
    bad, good = make_highlight(99, text), _texts(3)
    history = tuple(Shown(one.id, "t", NOW - timedelta(days=1)) for one in good)
    assert bad.id not in _pick([bad, *good], history=history)
    assert _pick([bad, *good], size=4, history=history)[-1] == bad.id


def test_chinese_passages_are_measured_in_their_own_way() -> None:
    """A passage written without spaces is not taken for one word."""
    text = "开放权重的模型可以被任何人研究、修改并在自己的机器上运行，这就是它们的价值所在。"
    assert _pick([make_highlight(1, "Too short."), make_highlight(2, text)], size=1) == [make_highlight(2).id]


def _compose(library: FakeLibrary, history: tuple[Shown, ...] = (), theme: str = "rotate") -> tuple[str, str, int]:
    delivery = Delivery(make_subscription(theme=theme), datetime.fromisoformat("2026-03-02T09:00"))
    digest = compose(library, history, delivery, NOW)
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
        title, _, size = _compose(library, history)
        assert size == 3
        used.append(title)
        history = (*history, Shown(f"{day}", title, NOW - timedelta(days=10 - day)))
    assert sorted(used[:3]) == list(tags)
    assert used[3:] == used[:3]


def test_compose_names_theme_and_day() -> None:
    """A named theme is spelled as the library spells it; the day is the occurrence's."""
    library = FakeLibrary([replace(one, tags=("Open weights",)) for one in _texts(5)])
    assert _compose(library, theme="open weights") == ("Open weights", "2026-03-02", 3)


def test_compose_says_what_is_wrong() -> None:
    """An unknown theme and an empty library are usage errors in plain words."""
    with pytest.raises(ThemeError, match="bee"):
        _compose(FakeLibrary(_texts(3)), theme="bee")
    with pytest.raises(UsageError, match="no highlights yet"):
        _compose(FakeLibrary())


def test_now_may_be_in_any_zone() -> None:
    """History and now are compared as instants."""
    pool = _texts(3)
    shown = (Shown(pool[0].id, "t", NOW.astimezone(timezone(timedelta(hours=5)))),)
    assert _pick(pool, history=shown)[-1] == pool[0].id
