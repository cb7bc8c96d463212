"""What the notes are about: names, what is no theme, counts kept one highlight at a time, saved and proposed themes."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from itertools import product

import pytest
from fakes import make_highlight, make_text
from hypothesis import given
from hypothesis import strategies as st

from digestbot.library.furniture import is_date, is_furniture
from digestbot.library.names import fold, readable, singular
from digestbot.library.propose import propose
from digestbot.library.saved import matches, title
from digestbot.library.themes import EVERYTHING, Tally, candidates, days_of_stock, listed
from digestbot.model import Highlight, SavedSearch, Source, Theme


def _one(number: int = 1, **changes: object) -> Highlight:
    return replace(make_highlight(number), **changes)  # type: ignore[arg-type]


def _keys(one: Highlight, path: str = "note.md") -> set[str]:
    own = {fold(author) for author in one.source.authors}
    return {found.key for found in candidates(one, path)} - own - {EVERYTHING}


@pytest.mark.parametrize(
    "spellings",
    [
        ("Open_Weights", "#open-weight", "open weights", "OpenWeights", "ＯＰＥＮ weights"),
        ("Policies", "policy"),
        ("Batches", "batch"),
        ("Analyses", "analysis"),
        ("Databases", "database"),
        ("Hot topics", "#hottopic"),
        ("📚 Shelves", "shelf"),
        ("Café—Culture", "café culture"),
    ],
)
def test_one_key_for_all_spellings(spellings: tuple[str, ...]) -> None:
    """Case, signs between words, emoji and plurals make no other theme."""
    assert len({fold(name.replace("—", "-")) for name in spellings}) == 1


@pytest.mark.parametrize(
    "word",
    "bus news analysis physics economics ethics series species lens gas bias status virus chaos kubernetes class "
    "process is as us this ios canvas politics basis iris".split(),
)
def test_words_in_s_that_are_no_plurals(word: str) -> None:
    """What ends in s and is no plural stays as it is."""
    assert singular(word) == word


@given(st.text(max_size=30))
def test_a_key_is_its_own_key(name: str) -> None:
    """Folding a key changes nothing, whatever it was made of."""
    assert fold(fold(name)) == fold(name)


@given(
    st.dictionaries(st.sampled_from(["open-weights", "Open_Weights", "open weight", "OpenWeights"]), st.integers(1, 9))
)
def test_a_shown_name_has_the_key_of_its_spellings(spellings: dict[str, int]) -> None:
    """Whoever types a theme's name as it is shown means that theme."""
    if spellings:
        assert fold(readable(spellings)) == "openweight"


@pytest.mark.parametrize(
    ("spellings", "shown"),
    [
        ({"open-weights": 9, "Open_Weights": 3}, "Open weights"),
        ({"GPT_models": 2, "gpt-models": 1}, "GPT models"),
        ({"ai_safety_and_llms": 1}, "AI safety and LLMs"),
        ({"fine-tuning": 2}, "Fine-tuning"),
        ({"PyTorch": 1, "pytorch": 1}, "PyTorch"),
        ({"开放模型": 1}, "开放模型"),
    ],
)
def test_readable_names(spellings: dict[str, int], shown: str) -> None:
    """The commonest wording is shown, as a person would write it."""
    assert readable(spellings) == shown


def test_a_handle_stays_as_its_owner_writes_it() -> None:
    """What only names an author gets no capital."""
    assert readable({"some_handle": 3}, person=True) == "some handle"


@pytest.mark.parametrize(
    "name",
    "2023-02 | Feb 3rd, 2022 | 2023-W05 | Monday | 2023/02/03 | 20230203 | 3 May 2021 | May 2024 | Q3 2024 | "
    "2023年2月3日 | 星期一 | 1984 | 3 марта 2022 | 2022-01-01T10:30".split(" | "),
)
def test_dates(name: str) -> None:
    """A date, a week, a weekday and a bare number are no themes."""
    assert is_date(name)


@pytest.mark.parametrize("name", ["May", "Sun", "GPT-4", "3D printing", "Friday the 13th film", "AI 2027", "W3C", "of"])
def test_no_dates(name: str) -> None:
    """A number or a month in a name makes no date of it."""
    assert not is_date(name)


@pytest.mark.parametrize(
    "heading",
    "Highlights | Summary | Metadata | References | Introduction | Conclusions | Chapter 3 | Part Two | IV | 12. | "
    "第一章 海 | Глава 2 | New highlights added July 3, 2023 at 5:00 PM | Key takeaways | Contents | 划线评论".split(
        " | "
    ),
)
def test_furniture(heading: str) -> None:
    """A heading that says where it stands, or what part follows, is no theme."""
    assert is_furniture(heading)


@pytest.mark.parametrize("heading", ["Civil law", "Mix", "Vivid dreams", "Steppe", "Partnerships", "Energy"])
def test_no_furniture(heading: str) -> None:
    """A heading that only looks like a number or a part is kept."""
    assert not is_furniture(heading)


def test_every_signal_counts() -> None:
    """Tags, wikilinks, folders, category, heading and author name themes alike."""
    source = Source("Tides", ("Lena Holm",), tags=("sea",), category="Harbours")
    one = _one(source=source, tags=("Wind",), links=("Places/Quays#north",), section="On Boats")
    found = {candidate.key: candidate.signal.value for candidate in candidates(one, "03 - Travel/tides.md")}
    assert found == {
        EVERYTHING: "all", "wind": "tag", "sea": "tag", "harbour": "category", "quay": "link", "travel": "folder",
        "lenaholm": "author", "onboat": "heading",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "keys"),
    [
        (("ai/open-source",), {"ai", "opensource"}),
        (("topic/energy",), {"energy"}),
        (("status/read", "type/highlight"), set()),
        (("readwise/books", "readwise-articles", "literature-note"), {"book", "literaturenote"}),
        (("blue", "orange", "sea"), {"sea"}),
        (("{{tags}}", "tag1", "#", "undefined", "https://example.org", "2023-02-01"), set()),
        (("微信读书笔记", "精品小说-科幻经典"), {"精品小说", "科幻经典"}),
    ],
)
def test_what_tags_say(tags: tuple[str, ...], keys: set[str]) -> None:
    """Each level of a nested tag is a theme; exporters' order, marker colours and leftovers are none."""
    assert _keys(_one(tags=tags)) == keys


def test_authors_that_are_sites_are_no_themes() -> None:
    """Exporters put a site where they know no author."""
    one = _one(source=Source("Tides", ("blog.example.com", "Lena Holm"), key="t"))
    assert {found.name for found in candidates(one, "t.md")} == {EVERYTHING, "Lena Holm"}


_TAGS = st.lists(st.sampled_from(["sea", "Sea", "wind", "boats", "2024"]), max_size=3).map(tuple)


@st.composite
def _noted(draw: st.DrawFn) -> list[tuple[Highlight, str]]:
    """Highlights of a few sources in a folder, each with an id of its own."""
    made = []
    for number, tags in enumerate(draw(st.lists(_TAGS, max_size=20))):
        source = replace(make_highlight(number % 5).source, authors=("Lena Holm",) if number % 3 else ())
        made.append((_one(number, tags=tags, source=source), f"Travel/{number % 5}.md"))
    return made


@given(_noted(), st.sets(st.integers(0, 19)))
def test_counts_forget_what_is_taken_away(made: list[tuple[Highlight, str]], gone: set[int]) -> None:
    """Adding and taking away again leaves the counts of what remains, and the same themes."""
    tally, fresh = Tally(), Tally()
    for one, path in made:
        tally.add(one, path)
    for number, (one, path) in enumerate(made):
        if number in gone:
            assert tally.remove(one, path) == {found.key for found in candidates(one, path)}
        else:
            fresh.add(one, path)
    assert tally.counts == fresh.counts
    assert listed(tally.counts) == listed(fresh.counts)


def _listed(*noted: tuple[Highlight, str]) -> dict[str, tuple[int, int]]:
    tally = Tally()
    for one, path in noted:
        tally.add(one, path)
    return {theme.name: (theme.highlights, theme.sources) for theme in listed(tally.counts)}


def test_a_theme_of_one_source_yields_to_those_of_several() -> None:
    """Where three themes have several sources, one that only one source has is not listed."""
    shared = [(_one(n, tags=("sea", "wind", "boats")), f"{n}.md") for n in range(3)]
    alone = [(_one(9, id=f"{n:016x}", tags=("lichen",)), "9.md") for n in range(90, 94)]
    assert set(_listed(*shared, *alone)) == {"Sea", "Wind", "Boats"}
    assert {"Lichen", "Author 9"} <= set(_listed(*alone))


def test_a_heading_of_one_source_is_no_theme() -> None:
    """What stands over three passages of a single text is a heading, not what anything else is about."""
    alone = [(_one(9, id=f"{n:016x}", section="The walled garden", tags=("sea",)), "9.md") for n in range(3)]
    assert "The walled garden" not in _listed(*alone)
    both = [*alone, (_one(8, section="The walled garden"), "8.md")]
    assert _listed(*both)["The walled garden"] == (4, 2)


def test_what_covers_everything_is_no_theme() -> None:
    """A theme on more than 30 % of the sources is not listed; one tagged passage does not cover its source."""
    noted = []
    for number, part in product(range(12), range(4)):
        tags = ("common",) if number < 4 else ("wind",) if number < 7 else ()
        tags += ("passing",) if part == 0 and number < 9 else ()
        source = replace(make_highlight(number).source, authors=())
        noted.append((_one(id=f"{number * 9 + part:016x}", tags=tags, source=source), f"{number}.md"))
    assert _listed(*noted) == {"Passing": (9, 9), "Wind": (12, 3)}


@pytest.mark.parametrize(
    ("held", "size", "per_week", "days"), [(30, 3, 5, 14), (2, 3, 5, 0), (10, 1, 7, 10), (9, 3, 0.5, 42)]
)
def test_days_of_stock(held: int, size: int, per_week: float, days: int) -> None:
    """The days until a highlight comes again are those of the digests that the stock fills."""
    assert days_of_stock(Theme("Sea", held, 2), size, per_week) == days


SOURCE = Source("The Tides of Oslo", ("Lena Holm",), "https://blog.example.org/tides", tags=("sea/tides",))


@pytest.mark.parametrize(
    ("search", "met"),
    [
        (SavedSearch("s", "words are for the library"), True),
        (SavedSearch("s", tags=("Tide",)), True),
        (SavedSearch("s", tags=("sea/tides", "x")), True),
        (SavedSearch("s", tags=("tides/sea",)), False),
        (SavedSearch("s", authors=("holm",)), True),
        (SavedSearch("s", authors=("Holmes",)), False),
        (SavedSearch("s", sources=("example.org",)), True),
        (SavedSearch("s", sources=("ample.org",)), False),
        (SavedSearch("s", sources=("oslo tides",)), True),
        (SavedSearch("s", tags=("sea",), authors=("nobody",)), False),
        (SavedSearch("s", tags=("sea",), exclude=("Lena Holm",)), False),
        (SavedSearch("s", tags=("sea",), exclude=("tides",)), False),
        (SavedSearch("s", tags=("sea",), exclude=("wind",)), True),
    ],
)
def test_saved_searches(search: SavedSearch, met: bool) -> None:  # noqa: FBT001 - a table's column
    """All that a saved search names must be met, by any one of its names, and nothing that it excludes."""
    assert matches(search, _one(source=SOURCE)) is met


def test_a_saved_search_has_a_readable_name() -> None:
    """The heading of a table in digestbot.toml is shown as people write."""
    assert title(SavedSearch("open-weights")) == "Open weights"


def _saying(number: int, text: str) -> Highlight:
    return _one(number, text=text)


def test_proposals() -> None:
    """Words that go together in several sources are proposed with a readable name, the reason and the lines of TOML."""
    noise = [_saying(number, make_text(number)) for number in range(40)]
    said = [
        _saying(n, f"However {w} it was, it is the Supply Chain.") for n, w in enumerate(("cold", "wet", "dear"), 50)
    ]
    found = propose([*noise, *said])
    assert [one.name for one in found][:1] == ["Supply Chain"]
    assert found[0].highlights == tuple(one.id for one in said)
    assert found[0].why == '"supply chain" stands in 3 highlights of 3 sources.'
    assert tomllib.loads(found[0].toml) == {"themes": {"supply-chain": {"query": '"supply chain"'}}}


def test_no_proposals_out_of_one_source_or_nothing() -> None:
    """A single source's pet phrase is no theme, and no highlights have none."""
    assert propose([]) == []
    assert propose([_one(1, id=str(n), text="The supply chain held again.") for n in range(9)]) == []


@given(st.lists(st.text(max_size=60), max_size=12), st.integers(0, 5))
def test_any_text_can_be_proposed_from(texts: list[str], limit: int) -> None:
    """Whatever the texts hold, proposals are lines of TOML and no more than asked for."""
    found = propose([_saying(number, f"{text} quay wall {text}") for number, text in enumerate(texts)], limit)
    assert len(found) <= limit
    for one in found:
        (theme,) = tomllib.loads(one.toml)["themes"].values()
        assert theme == {"query": one.query}
