"""The room that renders: limits, how a long message is divided, and how much is read at once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import make_highlight
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.model import Action, Digest, Highlight, Listing, Part, Quotes, Source
from digestbot.rendering import Renderer
from digestbot.rendering.content import READ_AT_ONCE
from digestbot.rendering.cutting import break_at, shorten
from digestbot.rendering.limits import exceeded, length

RENDERER = Renderer([str(Path(__file__).parent.parent / "templates")])


def _digest(*highlights: Highlight) -> Digest:
    return Digest("Open weights", "2026-03-02", highlights)


def _long(count: int, size: int) -> Quotes:
    words = "This sentence is exactly as long as it has to be, & no longer. "
    return Quotes("w", tuple(make_highlight(n, (words * (size // len(words) + 1))[:size]) for n in range(count)), count)


def _texts(part: Part) -> list[str]:
    """The passages of a part, with their marks of quotation, on Slack."""
    blocks: Any = part.payload["blocks"]
    quotes = [one for block in blocks if block["type"] == "rich_text" for one in block["elements"]]
    return [one["elements"][0]["text"] for one in quotes if one["type"] == "rich_text_quote"]


def _credits(part: Part) -> list[str]:
    blocks: Any = part.payload["blocks"]
    sections = [one for block in blocks if block["type"] == "rich_text" for one in block["elements"]]
    return ["".join(s["text"] for s in one["elements"]) for one in sections if one["type"] == "rich_text_section"]


@pytest.mark.parametrize("platform", ["slack", "discord"])
@pytest.mark.parametrize(("count", "size"), [(1, 200), (25, 500), (3, 3_900), (60, 20), (1, 30_000), (12, 9_000)])
def test_messages_fit(platform: str, count: int, size: int) -> None:
    """Whatever its size a View becomes parts within the limits; each piece of a highlight is under its attribution."""
    parts = RENDERER.render(_long(count, size), platform).parts
    assert all(exceeded(part.payload, platform) is None for part in parts)
    shown = [json.dumps(part.payload.get("blocks", part.payload.get("embeds")), ensure_ascii=False) for part in parts]
    titles = re.findall(r"«Essay (\d+)»", "".join(shown))
    assert list(dict.fromkeys(titles)) == [str(n) for n in range(count)]
    pieces = sum(text.count("“This") for text in shown)
    assert len(titles) == pieces
    assert (len(parts) > 1) == (count * (size + 80) > 5_500)


def test_parts_are_marked() -> None:
    """Each part of several says which it is; the only one says nothing."""
    for platform in ("slack", "discord", "text"):
        for part in RENDERER.render(_long(1, 200), platform).parts:
            assert not re.search(r"\b1\\*/1\b", json.dumps(part.payload))
    for platform in ("slack", "discord"):
        parts = RENDERER.render(_long(12, 3_000), platform).parts
        for n, part in enumerate(parts, 1):
            assert re.search(rf"{n}\W+{len(parts)}\b", json.dumps(part.payload))
            assert f"{n}/{len(parts)}" in part.text


def test_only_the_first_part_has_the_title_and_only_the_last_the_actions() -> None:
    """A continued message does not begin again, but says what it goes on with."""
    view = replace(_digest(*_long(12, 2_000).highlights), actions=(Action("Another", "digest", "now"),), closing="Bye.")
    parts = RENDERER.render(replace(view, characters=100_000), "slack").parts
    blocks: list[Any] = [part.payload["blocks"] for part in parts]
    kinds = [[block["type"] for block in row] for row in blocks]
    assert [row.count("header") for row in kinds] == [1] + [0] * (len(parts) - 1)
    assert [row.count("actions") for row in kinds] == [0] * (len(parts) - 1) + [1]
    assert blocks[1][0]["elements"][0]["text"] == f"Open weights · 2/{len(parts)}"
    assert ["Bye." in part.text for part in parts] == [False] * (len(parts) - 1) + [True]


def test_a_highlight_is_divided_between_sentences() -> None:
    """What does not fit one message goes on in the next, from sentence to sentence, and nothing is lost."""
    view = _long(1, 30_000)
    parts = RENDERER.render(view, "slack").parts
    pieces = [text for part in parts for text in _texts(part)]
    assert len(pieces) > 2
    assert all(piece.startswith("“This sentence") for piece in pieces)
    assert all(piece.endswith("no longer.”") for piece in pieces[:-1])
    assert " ".join(piece.strip("“”") for piece in pieces) == view.highlights[0].text.strip()
    assert {credit for part in parts for credit in _credits(part)} == {"— Author 0, «Essay 0» (example.org)"}


def test_an_endless_sentence_is_divided_between_clauses() -> None:
    """A sentence longer than a message ends with … and goes on with …, at a comma where there is one."""
    clause = "the weights are open, and whoever wants to may read them as a book that nobody has finished, "
    view = Quotes("w", (make_highlight(1, (clause * 300).strip()),), 1)
    pieces = [text for part in RENDERER.render(view, "slack").parts for text in _texts(part)]
    assert all(piece.endswith(("open, …”", "finished, …”")) for piece in pieces[:-1])
    assert all(piece.startswith("“… ") for piece in pieces[1:])
    assert " ".join(piece.strip("“”… ").strip() for piece in pieces) == view.highlights[0].text


@pytest.mark.parametrize("text", ["x" * 30_000, "👩‍👩‍👧‍👦" * 2_000, "e\u0301" * 9_000, "人" * 20_000])
def test_text_without_a_place_to_divide(text: str) -> None:
    """Even what has no word's end is divided, between characters, and comes together again."""
    view = Quotes("w", (make_highlight(1, text),), 1)
    for platform in ("slack", "discord"):
        parts = RENDERER.render(view, platform).parts
        assert all(exceeded(part.payload, platform) is None for part in parts)
    pieces = [piece.strip("“”… ") for part in RENDERER.render(view, "slack").parts for piece in _texts(part)]
    assert "".join(pieces) == text
    assert not any(piece.startswith(("\u200d", "\u0301")) for piece in pieces)


def test_actions_of_a_highlight_stay_with_it() -> None:
    """A highlight's menu is in the part in which it ends, and in no other."""
    view = _long(2, 9_000)
    actions = tuple(Action("Save", "save", "", one.id) for one in view.highlights)
    for platform in ("slack", "discord"):
        parts = RENDERER.render(replace(view, actions=actions), platform).parts
        places = [
            [n for n, part in enumerate(parts) if f"save {one.id}" in json.dumps(part.payload)]
            for one in view.highlights
        ]
        ends = [max(n for n, part in enumerate(parts) if f"«Essay {m}»" in part.text) for m in range(2)]
        assert places == [[end] for end in ends]


def test_highlights_share_a_menu() -> None:
    """Discord's menu takes 25 options: ten highlights have two each, the first of their actions, in one message."""
    names = ("save", "more", "less", "hide")
    view = _long(10, 60)
    actions = tuple(Action(name.title(), name, "", one.id) for one in view.highlights for name in names)
    parts = RENDERER.render(replace(view, actions=(*actions, Action("Another", "quote", "random"))), "discord").parts
    menus: list[Any] = [part.payload["components"] for part in parts]
    [[first, _]] = menus
    assert [one["label"] for one in first["components"][0]["options"]] == ["Save", "More"] * 10


@given(
    sentences=st.lists(st.integers(1, 3_000), min_size=1, max_size=8), platform=st.sampled_from(["slack", "discord"])
)
@settings(max_examples=25, deadline=None)
def test_nothing_is_lost_between_parts(sentences: list[int], platform: str) -> None:
    """Whatever its sentences, a passage comes together again; one that fits a message is never torn."""
    text = " ".join(("Word " * (size // 5) + "end.") for size in sentences)
    parts = RENDERER.render(Quotes("w", (make_highlight(1, text),), 1), platform).parts
    shown = [part.text.split("\n")[0].strip("“”") for part in parts]
    assert " ".join(" ".join(shown).replace("…", " ").split()) == text
    assert all(piece.endswith("end.") for piece in shown if "…" not in piece)
    assert "…" not in "".join(shown), "every sentence fits a message"


def test_no_abbreviation_ends_a_sentence() -> None:
    """Dr. and e.g. are no place to divide; a full stop behind a quotation mark is."""
    text = "As Dr. Ada said, e.g. in Fig. 4, it is “open.” Nobody else said so."
    assert break_at(text, 60) == (text.index(" Nobody"), True)
    assert break_at("First line\nsecond line of it", 20) == (10, True)


# What is read at once


def test_a_digest_is_read_at_once() -> None:
    """Three highlights have at most 1,200 characters, with all that stands round them; what is cut says so."""
    for size in (200, 399, 700, 5_000):
        digest = _digest(*_long(3, size).highlights)
        [part] = RENDERER.render(digest, "slack").parts
        words = [text for block in part.payload["blocks"] for text in _words(block)]  # type: ignore[attr-defined]
        assert len("".join(words)) <= READ_AT_ONCE
        assert [credit.endswith(" · read in full") for credit in _credits(part)] == [size > 330] * 3


def _words(value: object) -> list[str]:
    if isinstance(value, dict):
        mine = [value["text"]] if isinstance(value.get("text"), str) else []
        return mine + [word for one in value.values() for word in _words(one)]
    return [word for one in value for word in _words(one)] if isinstance(value, list) else []


def test_short_passages_leave_their_room_to_long_ones() -> None:
    """A passage is cut only where the others need the room, and at the end of a sentence."""
    short, long = make_highlight(1, "Short and free."), _long(1, 900).highlights[0]
    [part] = RENDERER.render(_digest(short, long, long), "slack").parts
    first, second, _ = _texts(part)
    assert first == "“Short and free.”"
    assert second.endswith("no longer. …”")
    assert len(second) > 350


def test_a_budget_of_ones_own() -> None:
    """A subscription may read longer or shorter; without an address the look-up shows the whole."""
    long = replace(_long(1, 900).highlights[0], url=None, source=Source("T"))
    [part] = RENDERER.render(replace(_digest(long), characters=400), "text").parts
    assert len(part.text) <= 400
    assert f"in full: /quote {long.id[:8]}" in part.text
    [part] = RENDERER.render(replace(_digest(long), characters=4_000), "text").parts
    assert long.text.strip() in part.text


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), characters=st.integers(1_000, 3_000))
@settings(max_examples=50, deadline=None)
def test_no_room_is_wasted(sizes: list[int], characters: int) -> None:
    """Together all keep to the budget; a passage is cut only where the rest has no sentence's room left."""
    sentence = "This sentence has exactly fifty characters in all. "
    digest = _digest(*(make_highlight(n, (sentence * size).strip()) for n, size in enumerate(sizes)))
    [part] = RENDERER.render(replace(digest, characters=characters), "slack").parts
    words = "".join(text for block in part.payload["blocks"] for text in _words(block))  # type: ignore[attr-defined]
    shortest = 160 * len(sizes) + 400
    assert len(words) <= max(characters, shortest)
    if " …" in words:
        assert len(words) > characters - 2 * len(sentence) - 60


# Tables and limits


def test_tables_are_aligned_in_every_alphabet() -> None:
    """Columns stand below each other, numbers to the right, wide characters counted as two."""
    rows = (("人工智能", "6"), ("Open weights", "12"))
    [part] = RENDERER.render(Listing("Themes", ("Theme", "Stock"), rows), "text").parts
    assert part.text.splitlines()[2:] == ["Theme         Stock", "人工智能          6", "Open weights     12"]


def test_long_listings_are_continued() -> None:
    """A listing that is too long for one message loses no row."""
    rows = tuple((f"theme {n:03} {'x' * 40}", str(n)) for n in range(400))
    for platform in ("slack", "discord"):
        parts = RENDERER.render(Listing("Themes", ("Theme", "Stock"), rows), platform).parts
        assert re.findall(
            r"theme (\d{3})", "".join(json.dumps(p.payload.get("blocks") or p.payload["embeds"]) for p in parts)
        ) == [f"{n:03}" for n in range(400)]


@given(text=st.text(max_size=200) | st.text("&. \n,a", max_size=99), most=st.integers(1, 60))
def test_shorten(text: str, most: int) -> None:
    """A shortened text is a beginning of the original and keeps to its limit, escapes included."""
    cut = shorten(text, most, lambda words: words.replace("&", "&amp;"))
    assert cut == text or length(cut.replace("&", "&amp;")) <= max(most, 1)
    assert text.startswith(cut.removesuffix("…").rstrip())


def _slack(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"text": "x", "blocks": list(blocks)}


def _discord(**fields: object) -> dict[str, Any]:
    return {"allowed_mentions": {"parse": []}, **fields}


_SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_600}}
_BUTTON = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "x"}}


@pytest.mark.parametrize(
    ("platform", "payload", "path"),
    [
        ("slack", _slack(*[{"type": "divider"}] * 51), "blocks"),
        ("slack", _slack(), "blocks"),
        ("slack", _slack(*[_SECTION] * 4), "blocks*.text|blocks*.url"),
        ("slack", _slack({"type": "header", "text": {"type": "plain_text", "text": ""}}), "*blocks.header.text.text"),
        ("slack", _slack({"type": "actions", "elements": [_BUTTON, _BUTTON]}), "*blocks.*.action_id"),
        ("slack", {"blocks": [{"type": "divider"}]}, ""),
        ("slack", _slack({"type": "image", "image_url": "https://x.example/a.png"}), "*image"),
        ("slack", {"view": {"title": {"type": "plain_text", "text": "x" * 25}}}, "view.title.text"),
        (
            "slack",
            {"view": {"blocks": [{"type": "input", "element": {"max_length": 3_001}}]}},
            "*blocks.input.element.max_length",
        ),
        ("discord", _discord(content="🦆" * 1_001), "content"),
        ("discord", _discord(embeds=[{"description": "x" * 3_001}] * 2), "embeds.*"),
        ("discord", _discord(embeds=[{"url": "https://x.example"}] * 2), "embeds.item.url"),
        ("discord", {"content": "x"}, ""),
        ("discord", {"title": "x" * 46}, "title"),
        ("discord", {"components": [{"type": 18, "label": "x" * 46}]}, "components.item.label"),
    ],
)
def test_limits_count_as_the_platforms_do(platform: str, payload: dict[str, Any], path: str) -> None:
    """Each list, text and number is held against its own limit, sums against theirs, and what is needed is missed."""
    broken = exceeded(payload, platform)
    assert broken is not None
    assert broken.path == path
    assert "docs." in str(broken) or "github.com" in str(broken)


def test_what_fits_is_allowed() -> None:
    """A message within all limits may be sent, and a platform without a table has none."""
    assert exceeded(_slack(*[_SECTION] * 3), "slack") is None
    assert exceeded(_discord(content="x" * 2_000), "discord") is None
    assert exceeded({"text": "x" * 99_999}, "text") is None
