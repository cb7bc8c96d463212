"""The room that finds: half-remembered quotes, from words as people type them."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from sample_notes import write

from digestbot.library import open_library
from digestbot.library.place import Place
from digestbot.library.search import Library
from digestbot.library.snippet import WIDTH, snippet

QUOTES = {
    "Bazaar": ("Eric Raymond", "1997-05-27", "software", (
        "Given enough eyeballs, all bugs are shallow, and every problem will be transparent to somebody.",
        "Every good work of software starts by scratching a developer's personal itch.",
        "To be or not to be public is the first question of any project.",
    )),
    "Friendship": ("Emily Brontë", "1847", "people", (
        "Friendship needs no words; it is solitude delivered from the anguish of loneliness.",
        "Love is like the wild rose-briar, friendship like the holly-tree.",
    )),
    "Freiheit": ("Rosa Luxemburg", "1922", "politik", (
        "Freiheit ist immer die Freiheit der Andersdenkenden, nicht die der Mächtigen und ihrer Gehilfen.",
        "Die Bäume der Erkenntnis wachsen nicht in den Gärten der Herren, sondern auf den Wiesen.",
    )),
    "开放": ("李雷", "2023-03", "models", (
        "只公开权重而不说明训练数据，读者能使用weights模型，却无法核对。",
        "开放权重回答了能不能用。",
    )),
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Notes in three languages."""
    root = tmp_path_factory.mktemp("lookup")
    for title, (author, day, tag, texts) in QUOTES.items():
        write(root / "notes", title, *texts, author=author, tags=tag, more=f"published: {day}\n")
    return open_library(Place((root / "notes",), root / "data"))


def _first(library: Library, query: str) -> str | None:
    found = library.find(query).highlights
    return found[0].text.split()[0] if found else None


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("shallow bugs", "Given"),
        ("what was that quote about eyeballs", "Given"),
        ("bug eyeball", "Given"),
        ("eyebals shalow", "Given"),
        ("freindship needs wrods", "Friendship"),
        ("raymond scratching", "Every"),
        ("brontë holly", "Love"),
        ("solitude lonel", "Friendship"),
        ("solitude elephants anguish", "Friendship"),
        ("to be or not to be", "To"),
        ('"like the holly"', "Love"),
        ("friendship -solitude", "Love"),
        ("Baum Erkenntnissen", "Die"),
        ("andersdenkender", "Freiheit"),
        ("训练", "只公开权重而不说明训练数据，读者能使用weights模型，却无法核对。"),
        ("weights", "只公开权重而不说明训练数据，读者能使用weights模型，却无法核对。"),
        ("无法核对", "只公开权重而不说明训练数据，读者能使用weights模型，却无法核对。"),
        ("zzzzzz qqqqqq", None),
    ],
)
def test_half_remembered(library: Library, query: str, first: str | None) -> None:
    """Inflected, misspelt, unfinished, out of order or partly wrong: what was meant comes first."""
    assert _first(library, query) == first


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("author:raymond", 3),
        ('author:"Emily Bronte"', 2),
        ("-author:raymond tag:people", 2),
        ("before:1900", 2),
        ("after:1900 before:1990", 2),
        ("after:1997-05 before:1997-06", 3),
        ("after:2023-03-01", 2),
        ("after:2024", 0),
        ("source:bazaar software", 3),
        ("tag:politik freiheit", 2),
        ("voice:author", 9),
        ("voice:quoted", 0),
        ("theme:software", 3),
        ("-tag:software", 6),
    ],
)
def test_filters(library: Library, query: str, total: int) -> None:
    """Filters narrow what is found, alone or beside words, and a minus turns them round."""
    assert library.find(query, limit=20).total == total


def test_did_you_mean(library: Library) -> None:
    """Where spelling was mended the words are told as they were understood, else nothing is."""
    assert library.find("eyebals shalow").corrected == "eyeballs shallow"
    assert library.find("eyeballs shallow").corrected == ""


def test_only_some_of_the_words(library: Library) -> None:
    """It is told when what was found has not all the words."""
    assert not library.find("solitude anguish").partly
    assert library.find("solitude elephants anguish").partly


def test_the_snippet_that_matched(library: Library) -> None:
    """Beside each highlight stands what matched in it, and nothing where only its source did."""
    assert "eyeballs" in library.find("bugs eyeball").snippets[0]
    assert library.find("raymond").snippets == ("", "", "")


def test_a_snippet_of_a_long_text() -> None:
    """Of a long text the part with the most of the words is cut out between words."""
    text = "far away. " * 60 + "Here the open gardens of the commons grow. " + "and so on. " * 60
    found = snippet(text, {"garden", "common"}, "en")
    assert "gardens of the commons" in found
    assert len(found) <= WIDTH + 4
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert snippet("no word of it", {"garden"}, "en") == ""


def test_random_under_a_filter(library: Library) -> None:
    """A sample is of what matches, without doubles, the same for the same seed; all of it comes up."""
    drawn = [library.sample("author:raymond", seed=str(n))[0] for n in range(60)]
    assert {one.source.title for one in drawn} == {"Bazaar"}
    assert len({one.id for one in drawn}) == 3
    assert library.sample("", seed="x", size=4) == library.sample("", seed="x", size=4)
    assert len({one.id for one in library.sample("", seed="x", size=50)}) == 9
    assert not library.sample("author:nobody", seed="x")


def test_more_like_this(library: Library) -> None:
    """What says something like it comes, itself does not; an unknown id has nothing like it."""
    one = library.find("solitude").highlights[0]
    near = library.like(one.id)
    assert one not in near
    assert library.like("0" * 16) == ()


def test_what_stands_around_it(library: Library) -> None:
    """The neighbours in its note come in their order, and it is among them."""
    one = library.find("scratching itch").highlights[0]
    around = library.context(one.id, around=1)
    assert [text.text.split()[0] for text in around] == ["Given", "Every", "To"]
    assert library.context(one.id, around=0) == [one]
    assert library.context("nothing") == ()


def test_counts_by(library: Library) -> None:
    """Matches are counted by author, source, theme, tag and voice."""
    assert library.facets("friendship", "author") == [("Emily Brontë", 2)]
    assert dict(library.facets("", "source"))["Bazaar"] == 3
    assert library.facets("", "voice") == [("author", 9)]
    assert dict(library.facets("", "tag"))["People"] == 2
    assert library.facets("nobody at all", "theme") == []


def test_ten_thousand_random_strings(library: Library) -> None:
    """Whatever is typed is answered: nothing raises or panics, and no page is longer than asked for."""
    alphabet = [
        *'abe"“-:()[]{}^~*?+\\/&|!#@<>=.,\n\t \0\ud800é́权ฯ0😀',
        "author:",
        "tag:",
        " NOT ",
        "before:2",
        "voice:",
        "the ",
    ]
    for number in range(10_000):
        dice = blake2b(str(number).encode(), digest_size=24).digest()
        query = "".join(alphabet[byte % len(alphabet)] for byte in dice[: 1 + dice[0] % 24])
        found = library.find(query, limit=3)
        assert len(found.highlights) == len(found.snippets) <= min(3, found.total)
