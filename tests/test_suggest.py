"""Suggestions while somebody types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.library.suggest import Suggestions, build, load
from digestbot.ports import Name

NAMES = build(
    [
        Name("Open weights", "theme", 40),
        Name("open-weights", "tag", 90),
        Name("Andrej Karpathy", "author", 12),
        Name("Søren Kierkegaard", "author", 30),
        Name("The Cathedral and the Bazaar", "title", 25),
        Name("Bazaars of the East", "title", 3),
        Name("Émile Zola", "author", 7),
        Name("Преступление и наказание", "title", 9),
        Name("思考，快与慢", "title", 5),
        Name("Energy", "theme", 60),
    ]
)


def _texts(typed: str, limit: int = 10) -> list[str]:
    return [name.text for name in NAMES.suggest(typed, limit)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("op", ["Open weights"]),
        ("WEI", ["Open weights"]),
        ("karp", ["Andrej Karpathy"]),
        ("baz", ["The Cathedral and the Bazaar", "Bazaars of the East"]),
        ("the b", ["The Cathedral and the Bazaar"]),
        ("bazaar cath", ["The Cathedral and the Bazaar"]),
        ("emile z", ["Émile Zola"]),
        ("Sören", ["Søren Kierkegaard"]),
        ("kierkegård", ["Søren Kierkegaard"]),
        ("наказ", ["Преступление и наказание"]),
        ("快与", ["思考，快与慢"]),
        ("...", []),
        ("xylophone", []),
    ],
)
def test_beginnings_of_words(typed: str, found: list[str]) -> None:
    """The beginning of any word finds a name, without accents and case, the largest stock first."""
    assert _texts(typed)[: max(len(found), 1)] == found


@pytest.mark.parametrize(
    "typed",
    [
        "karpaty",
        "karrpathy",
        "karpahty",
        "kxrpathy",
        "xarpathy",
        "andrejkarp",
        "and rej",
        "karpxthy andrej",
        "andrej karpatyh",
    ],
)
def test_one_mistake(typed: str) -> None:
    """A letter wrong, missing, too many or swapped is forgiven, the space and the first letter too."""
    assert _texts(typed) == ["Andrej Karpathy"]


@pytest.mark.parametrize("typed", ["kxrpxthy", "kax"])
def test_two_mistakes_and_short_words(typed: str) -> None:
    """Two mistakes are another word, and so is one in three letters."""
    assert _texts(typed) == []


def test_nothing_typed() -> None:
    """Before anything is typed the largest are suggested, as many as fit."""
    assert _texts(" ", 2) == ["Energy", "Open weights"]
    assert _texts("", 0) == _texts("op", -1) == []


def test_names_spelled_alike_are_one() -> None:
    """A tag that is a theme is suggested once, as the theme."""
    assert [name.kind for name in NAMES.suggest("open")] == ["theme"]


_NAMES = st.lists(
    st.builds(
        Name, st.text("abé -潮", max_size=12), st.sampled_from(["theme", "author", "title", "tag"]), st.integers(0, 99)
    ),
    max_size=12,
)


@given(_NAMES, st.text("abxé -潮", max_size=6), st.integers(-1, 5))
def test_an_index_that_was_stored_answers_the_same(names: list[Name], typed: str, limit: int) -> None:
    """Stored and loaded, an index answers as before; no answer is longer than asked for or holds a name twice."""
    made = build(names)
    again = load(made.dump())
    assert again == made
    found = again.suggest(typed, limit)
    assert found == made.suggest(typed, limit)
    assert len(found) == len(set(found)) <= max(limit, 0)


@given(_NAMES, st.data())
def test_every_name_is_found_by_its_beginning(names: list[Name], data: st.DataObject) -> None:
    """Whatever beginning of a kept name is typed, the name is among the answers."""
    for name in build(names).names:
        typed = name.text[: data.draw(st.integers(1, 12))]
        if any(sign.isalnum() for sign in typed):
            assert name in build(names).suggest(typed, len(names))


@pytest.mark.parametrize("data", [b"", b"{}", b'[9,[],[],[],""]', b'[1,[1],[],[],""]', b"\xff"])
def test_a_broken_index_is_refused(data: bytes) -> None:
    """What `dump` did not write is a ValueError, upon which the index is made again."""
    with pytest.raises(ValueError, match=r"\w"):
        load(data)


def test_no_names() -> None:
    """An empty library suggests nothing."""
    assert Suggestions().suggest("open") == build([]).suggest("") == []
