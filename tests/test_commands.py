"""The room that answers commands."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from fake_store import FakeStore
from fakes import CHANNEL, NOW, FakeLibrary, make_highlight

from digestbot import commands
from digestbot.commands import Context, answer, count_by
from digestbot.commands.words import KEYS
from digestbot.model import OPEN, Action, Command, Digest, Listing, Notice, Quotes, View
from digestbot.orders import Change

LIBRARY = FakeLibrary([make_highlight(n, tags=("weights",)) for n in range(1, 9)])


async def _say(words: str, library: FakeLibrary = LIBRARY, store: FakeStore | None = None) -> View:
    name, _, text = words.removeprefix("/").partition(" ")
    return (await answer(Command(name, text, CHANNEL, "U1"), Context(library, store or FakeStore(), NOW))).view


def _of_all(view: View) -> list[Action]:
    """The actions of the whole View."""
    return [action for action in getattr(view, "actions", ()) if not action.highlight]


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("/quote help", "/quote WORDS looks up"),
        ("/quote unicorns", "Nothing found for “unicorns”"),
        ("/digest", "/digest now [THEME]"),
        ("/digest help", "/digest now [THEME]"),
        ("/digest preveiw", "Did you mean /digest preview?"),
        ("/digest xyzzy", "There is /digest now, /digest preview, /digest themes, /digest subscribe"),
        ("/digest now unicorns", "There is no theme “unicorns”."),
        ("/qoute open", "Did you mean /quote?"),
    ],
)
async def test_dialogue(said: str, answered: str) -> None:
    """Help is given and mistakes are answered with the nearest correct form."""
    view = await _say(said)
    assert isinstance(view, Notice)
    assert answered in view.text


async def test_quote_finds() -> None:
    """A look-up shows the best three and says how many there are."""
    view = await _say("/quote the")
    assert isinstance(view, Quotes)
    assert (view.query, view.total) == ("the", 8)
    assert [one.id for one in view.highlights] == [one.id for one in LIBRARY.highlights[:3]]


@pytest.mark.parametrize("said", ["/quote", "/quote random"])
async def test_quote_random(said: str) -> None:
    """A random quote is one highlight, the same for the same moment."""
    view = await _say(said)
    assert isinstance(view, Quotes)
    assert len(view.highlights) == 1
    assert view == await _say(said)


async def test_quote_random_under_a_filter() -> None:
    """Filters narrow a random quote; random beside other words is a word."""
    view = await _say("/quote random xyz:abc")
    assert view == Notice("Nothing found for “xyz:abc”.")
    view = await _say("/quote random forests")
    assert isinstance(view, Notice)
    assert "“random forests”" in view.text


async def test_quote_page_by_page() -> None:
    """More is offered while there is more, and a page after the last is answered."""
    view = await _say("/quote the")
    assert isinstance(view, Quotes)
    assert _of_all(view) == [Action("More", "quote", "the page:2")]
    middle = await _say("/quote the page:2")
    assert [one.label for one in _of_all(middle)] == ["Back", "More"]
    last = await _say("/quote the page:3")
    assert isinstance(last, Quotes)
    assert [one.id for one in last.highlights] == [one.id for one in LIBRARY.highlights[6:]]
    assert _of_all(last) == [Action("Back", "quote", "the page:2")]
    assert await _say("/quote the page:4") == Notice("There is no page 4 for “the”: 8 highlights are all there is.")


@pytest.mark.parametrize(("said", "ids"), [("like", (1, 3, 4)), ("context", (1, 2, 3, 4))])
async def test_quote_about_one(said: str, ids: tuple[int, ...]) -> None:
    """What is like a highlight and what stands around it are asked for by its id."""
    view = await _say(f"/quote {said} {2:016x}")
    assert isinstance(view, Quotes)
    assert [one.id for one in view.highlights] == [f"{number:016x}" for number in ids]
    unknown = await _say(f"/quote {said} ffffffff")
    assert isinstance(unknown, Notice)
    assert "no highlight “ffffffff”" in unknown.text


async def test_one_highlight_offers_more() -> None:
    """A highlight shown alone offers what can be asked and done next, as buttons; several have a menu each."""
    view = await _say("/quote random")
    assert isinstance(view, Quotes)
    one = view.highlights[0].id
    assert [(action.label, action.name, action.text) for action in _of_all(view)] == [
        ("Another", "quote", "random"),
        ("More like this", "quote", f"like {one}"),
        ("Around it", "quote", f"context {one}"),
        ("Share to channel", "share", one),
        ("Save", "save", one),
        ("Open source", OPEN, one),
    ]
    several = await _say("/quote the")
    assert isinstance(several, Quotes)
    mine = [action.label for action in several.actions if action.highlight == several.highlights[1].id]
    assert mine == ["More like this", "Share to channel", "Save", "Around it", "Open source"]


async def test_a_digest_on_request_has_menus() -> None:
    """Each highlight of a digest has a menu of five; a command that it names is known."""
    view = await _say("/digest now")
    assert isinstance(view, Digest)
    assert [action.name for action in view.actions[:5]] == ["more", "less", "save", "why", "report"]
    assert len(view.actions) == 5 * len(view.highlights)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("/quote random", True),
        ("/quote", True),
        ("/quote the page:2", True),
        ("/quote the", False),
        ("/quote help", False),
    ],
)
async def test_pages_take_each_others_place(said: str, *, instead: bool) -> None:
    """Another page and another random quote replace what stood there; a look-up stands by itself."""
    name, _, text = said.removeprefix("/").partition(" ")
    reply = await answer(Command(name, text, CHANNEL, "U1"), Context(LIBRARY, FakeStore(), NOW))
    assert (reply.to, reply.instead) == ("member", instead)


def test_counts() -> None:
    """Matches are counted by what was asked for."""
    assert count_by("the", "tag", LIBRARY) == Listing("the", ("Tag", "Highlights"), (("weights", "8"),))
    assert isinstance(count_by("unicorns", "tag", LIBRARY), Notice)


async def test_digest_now_is_remembered() -> None:
    """Two digests in a row share no highlight, and each is written down once."""
    store = FakeStore()
    first, second = await _say("/digest now", store=store), await _say("/digest now Weights", store=store)
    assert isinstance(first, Digest)
    assert isinstance(second, Digest)
    ids = [one.id for view in (first, second) for one in view.highlights]
    assert len(set(ids)) == 6
    assert [row.highlight_id for row in await store.history(CHANNEL.workspace)] == ids
    assert (first.title, first.day) == ("weights", "2026-03-02")


async def test_digest_preview_leaves_no_trace() -> None:
    """A preview is what `now` would show, and nothing is written down."""
    store = FakeStore()
    view = await _say("/digest preview", store=store)
    assert not await store.history(CHANNEL.workspace)
    assert view == await _say("/digest now", store=store)


async def test_digest_themes() -> None:
    """Themes are listed with their stock."""
    assert await _say("/digest themes") == Listing(
        "Themes", ("Theme", "Highlights", "Sources"), (("weights", "8", "8"),)
    )


@pytest.mark.parametrize("said", ["/quote", "/digest now", "/digest preview", "/digest themes"])
async def test_an_empty_library_says_what_to_do(said: str) -> None:
    """Without highlights every command tells where to put notes."""
    view = await _say(said, FakeLibrary())
    assert isinstance(view, Notice)
    assert "Put notes into the content folder" in view.text


@pytest.mark.parametrize("kind", ["highlight", "source"])
async def test_what_is_hidden_is_not_looked_up(kind: Literal["highlight", "source"]) -> None:
    """A look-up leaves out what curators hid, counts without it, and a random one never is it."""
    store = FakeStore()
    one = LIBRARY.highlights[0]
    what = one.id if kind == "highlight" else one.source.identity
    await store.hide(CHANNEL.workspace, kind, what, Change(CHANNEL.workspace, NOW, "U1", "hide", what))
    view = await _say("/quote the", store=store)
    assert isinstance(view, Quotes)
    assert one not in view.highlights
    assert (view.total, len(view.highlights)) == (7, 2)
    assert await _say("/quote Essay 1", store=store) == Notice("What these words find was hidden by a curator.")
    drawn = await _say("/quote random", FakeLibrary([one]), store)
    assert isinstance(drawn, Notice)
    other = Command("quote", "the", replace(CHANNEL, workspace="globex"), "U1")
    assert one in getattr((await answer(other, Context(LIBRARY, store, NOW))).view, "highlights", ())


async def test_a_digest_on_request_leaves_out_what_is_hidden() -> None:
    """Curators are heard by digests on request as by those that are due."""
    store = FakeStore()
    for one in LIBRARY.highlights[:6]:
        line = Change(CHANNEL.workspace, NOW, "U1", "hide", one.id)
        await store.hide(CHANNEL.workspace, "highlight", one.id, line)
    view = await _say("/digest now", store=store)
    assert isinstance(view, Digest)
    assert set(view.highlights) <= set(LIBRARY.highlights[6:])


async def test_channels_of_a_workspace_share_their_history() -> None:
    """What one channel was shown is not new in another of the same workspace."""
    store = FakeStore()
    other = Command("digest", "now", replace(CHANNEL, id="C2"), "U1")
    first = await _say("/digest now", store=store)
    second = (await answer(other, Context(LIBRARY, store, NOW))).view
    assert isinstance(first, Digest)
    assert isinstance(second, Digest)
    assert not set(first.highlights) & set(second.highlights)


def test_every_command_is_documented() -> None:
    """docs/commands.md has each command, its other names, and each key of an order."""
    told = (Path(__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
    for word in commands._DIGEST_TYPED:  # noqa: SLF001 - the table is what is documented
        assert re.search(rf"`(?:/digest )?{word}\b", told), word
    for key in KEYS:
        assert f"`{key}:`" in told, key
