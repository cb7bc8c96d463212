"""The room that renders: attribution, escaping, limits, splitting and templates."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from fakes import make_highlight
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.errors import TemplateError
from digestbot.model import Action, Digest, Highlight, Listing, Notice, Quotes, Source, View, Voice
from digestbot.rendering import Renderer
from digestbot.rendering.attribution import attribute
from digestbot.rendering.dialects import clean
from digestbot.rendering.limits import exceeded, length
from digestbot.rendering.looks import encode, shorten

BUNDLED = str(Path(__file__).parent.parent / "templates")
RENDERER = Renderer([BUNDLED])
PLATFORMS = ("slack", "discord", "text")

NASTY = (
    "@everyone @here <!everyone> <!channel|x> <@U123> <@&9> <#42> </cmd:1> <t:0:R> <:smile:1> :smile: *b* _i_ ~s~ `c` "
    "||sp|| > q\n# h\n- l\n1. n\n2) m\n-# s\n[a](https://evil.example) <https://evil.example|x> https://evil.example "
    "{{ 7*7 }} {% raw %} \" \\ ' \n---\nkey: value # no\n- &a *a !!python/object:x \x00\x1b[31m \x85 \u2028 \ufeff "
    "\ufffe \ud800 🦆 \u202e gnp. ```\n"
)
hostile = st.one_of(
    st.text(max_size=200),
    st.text("@<>&!#*_~`|[](){}:/\\\"'\n -.1a%", max_size=80),
    st.lists(st.sampled_from(NASTY.split(" ")), max_size=12).map(" ".join),
)


def _digest(*highlights: Highlight, title: str = "Open weights") -> Digest:
    return Digest(title, "2026-03-02", highlights)


def _payloads(view: View, platform: str) -> list[dict[str, Any]]:
    return [part.payload for part in RENDERER.render(view, platform).parts]


def _texts(value: object, kind: str, inside: str = "") -> Iterator[str]:
    """The `text` of every object of a type in a payload."""
    if isinstance(value, dict):
        if inside == "" and value.get("type") == kind and isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from _texts(inner, kind)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, kind)


# Attribution


@pytest.mark.parametrize(
    ("changes", "quoted", "credit"),
    [
        ({"voice": Voice.QUOTED, "speaker": "Grace"}, True, "— Grace, in «Essay 1»"),
        ({"voice": Voice.QUOTED}, False, "from «Essay 1»"),
        ({"voice": Voice.AUTHOR}, True, "— Author 1, «Essay 1»"),
        ({"voice": Voice.AUTHOR, "marked": False}, False, "from «Essay 1»"),
        ({"voice": Voice.SUMMARY}, False, "from «Essay 1»"),
        ({"voice": Voice.SUMMARY, "speaker": "Grace"}, False, "from «Essay 1»"),
        ({"source": Source("T", ("A", "B", "C"))}, True, "— A, B and C, «T»"),
        ({"source": Source("T", ("A", "B", "C", "D"))}, True, "— A and others, «T»"),
        ({"source": Source("T")}, True, "— «T»"),
        ({"source": Source(None, ("A",))}, True, "— A"),
        ({"source": Source(None)}, True, ""),
        ({"timestamp": 3725}, True, "— Author 1, «Essay 1», at 1:02:05"),
    ],
)
def test_attribution_by_voice(changes: dict[str, Any], quoted: bool, credit: str) -> None:  # noqa: FBT001 - a table
    """Quotation marks and a name are given to marked words of a speaker or an author, and to nothing else."""
    item = attribute(replace(make_highlight(1), **changes))
    assert (item.words == f"“{item.text}”") == quoted
    assert "".join(span.text for span in item.credit) == credit


def test_quotation_marks_are_not_doubled() -> None:
    """A passage that brings its own quotation marks gets no second pair."""
    assert attribute(make_highlight(1, "“Quite so.”")).words == "“Quite so.”"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://x.example/" + "a" * 3000, "x"])
def test_only_web_addresses_become_links(url: str) -> None:
    """Addresses of other schemes and of absurd length are left out."""
    assert attribute(replace(make_highlight(1), url=url, source=Source("T", url=url))).url is None


# What a message looks like


def test_slack_digest() -> None:
    """Header, day, a literal quotation block and its attribution with the link; no unfurling, and a fallback text."""
    [payload] = _payloads(_digest(make_highlight(1, "Weights & <measures> ought to be *free* for all.")), "slack")
    assert payload["unfurl_links"] is payload["unfurl_media"] is False
    assert [block["type"] for block in payload["blocks"]] == ["header", "context", "rich_text", "context"]
    assert payload["blocks"][0]["text"] == {"type": "plain_text", "emoji": False, "text": "Open weights"}
    [quote] = payload["blocks"][2]["elements"]
    assert quote["type"] == "rich_text_quote"
    assert quote["elements"] == [{"type": "text", "text": "“Weights & <measures> ought to be *free* for all.”"}]
    assert list(_texts(payload["blocks"], "mrkdwn")) == ["— Author 1, <https://example.org/1#h|«Essay 1»>"]
    assert "Weights &amp; &lt;measures&gt;" in payload["text"]


def test_discord_digest() -> None:
    """One embed a highlight with the link inside the text, no shared url, and nobody can be mentioned."""
    [payload] = _payloads(_digest(make_highlight(1, "*Free* for all."), make_highlight(2)), "discord")
    assert payload["content"] == "**Open weights**\nMonday 2 March 2026"
    assert payload["allowed_mentions"] == {"parse": []}
    assert payload["embeds"][0] == {
        "description": "“\\*Free\\* for all.”\n— Author 1, [«Essay 1»](https://example.org/1#h)"
    }
    assert all("url" not in embed for embed in payload["embeds"])


def test_text_digest() -> None:
    """The terminal shows the same, with the address below."""
    [part] = RENDERER.render(_digest(make_highlight(1, "Free for all.")), "text").parts
    assert part.text == (
        "Open weights · Monday 2 March 2026\n\n“Free for all.”\n— Author 1, «Essay 1»\nhttps://example.org/1#h"
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (_digest(), "No highlight is left"),
        (Quotes("open", (make_highlight(1, "Free."),), 1), "1 highlight for “open”"),
        (Quotes("open", (make_highlight(1, "Free."),), 12), "12 highlights for “open”"),
        (Quotes("", (make_highlight(1, "Free for all."),), 12), "Free for all"),
        (Notice("There is no such theme."), "There is no such theme."),
        (Listing("Themes", ("Theme", "Stock"), (("Ethics", "7"), ("Open weights", "12"))), "Ethics            7"),
        (Notice("Choose.", (Action("Another", "quote", "random"),)), "Another"),
    ],
    ids=["empty", "one", "many", "random", "notice", "listing", "action"],
)
def test_every_view_on_every_platform(view: View, shown: str, platform: str) -> None:
    """Each kind of View says what it has to say, on each platform and in its fallback text."""
    [part] = RENDERER.render(view, platform).parts
    assert shown in json.dumps(part.payload, ensure_ascii=False)
    assert shown in part.text


def test_a_platform_without_templates_is_given_the_text() -> None:
    """A new platform works with the text templates until it brings its own."""
    [part] = RENDERER.render(_digest(make_highlight(1)), "matrix").parts
    assert part.payload == {"text": part.text}


# Hostile texts


@settings(max_examples=150, deadline=None)
@given(text=hostile, name=hostile, title=hostile, url=hostile, theme=hostile)
def test_slack_shows_any_text_and_acts_on_none(text: str, name: str, title: str, url: str, theme: str) -> None:
    """Whatever a note says: the quote shows it literally, and mrkdwn holds no mention and no link but ours."""
    source = Source(title, (name,), f"https://x.example/{url}")
    highlight = replace(make_highlight(1), text=text, source=source, url=None, voice=Voice.SUMMARY)
    payloads = _payloads(_digest(highlight, title=theme), "slack")
    shown = [words for payload in payloads for words in _texts(payload["blocks"], "text")]
    assert shown == ([clean(text).strip()] if clean(text).strip() else [])
    for payload in payloads:
        json.dumps(payload).encode()
        assert exceeded(payload, "slack") is None
        for markup in (payload["text"], *_texts(payload["blocks"], "mrkdwn")):
            assert not re.search(r"[<>]", re.sub(r"<https?://[^\s<>|]*\|([^<>]*)>", r"\1", markup))


@settings(max_examples=150, deadline=None)
@given(text=hostile, name=hostile, title=hostile, url=hostile, theme=hostile)
def test_discord_shows_any_text_and_acts_on_none(text: str, name: str, title: str, url: str, theme: str) -> None:
    """Whatever a note says: each mark stands behind a backslash, and without those the text is the original."""
    source = Source(title, (name,), f"https://x.example/{url}")
    highlight = replace(make_highlight(1), text=text, source=source, url=None, voice=Voice.SUMMARY)
    for payload in _payloads(_digest(highlight, title=theme), "discord"):
        json.dumps(payload).encode()
        assert exceeded(payload, "discord") is None
        assert payload["allowed_mentions"] == {"parse": []}
        for markup in (payload["content"].replace("**", ""), *(embed["description"] for embed in payload["embeds"])):
            ours = re.sub(r"\]\(https?://[^\s()]*\)", "", markup)
            assert not re.search(r"@(everyone|here)", ours, re.IGNORECASE)
            assert not re.search(r"[*_~`|<>@#:]", re.sub(r"\\[^A-Za-z0-9\s]", "", ours))


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u200b"), max_size=300))
def test_discord_markup_reads_as_the_original(text: str) -> None:
    """A reader of Discord sees what the note says, up to an invisible break in @everyone."""
    one = replace(make_highlight(1, "x" + text + "x"), voice=Voice.SUMMARY, source=Source(None), url=None)
    [payload] = _payloads(_digest(one), "discord")
    seen = re.sub(r"\\([^A-Za-z0-9\s])", r"\1", payload["embeds"][0]["description"]).replace("\u200b", "")
    assert seen == clean("x" + text + "x")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_nastiest_text(platform: str) -> None:
    """All tricks at once, in every place, leave a payload that can be sent."""
    source = Source(NASTY, (NASTY,), NASTY, tags=(NASTY,))
    one = replace(make_highlight(1, NASTY), source=source, url=NASTY)
    for view in (
        _digest(one, title=NASTY),
        Quotes(NASTY, (one,), 1),
        Notice(NASTY),
        Listing(NASTY, (NASTY,), ((NASTY,),)),
    ):
        for payload in _payloads(view, platform):
            assert exceeded(payload, platform) is None
            assert "\x1b" not in json.dumps(payload, ensure_ascii=False)
            json.dumps(payload, ensure_ascii=False).encode()


codecs.register_error("replace_lone", lambda error: ("\ufffd".encode() * (error.end - error.start), error.end))  # type: ignore[attr-defined]


@settings(max_examples=500, deadline=None)
@given(value=st.text() | st.lists(st.text(max_size=20), max_size=3) | st.integers() | st.booleans() | st.none())
def test_json_that_yaml_reads_alike(value: object) -> None:
    """What a template's expression becomes is one YAML scalar of the same value."""
    whole = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace_lone").decode())
    assert yaml.load(f"- {encode(value)}\n- after", Loader=yaml.CSafeLoader) == [whole, "after"]


# Limits


def _long(count: int, size: int) -> Digest:
    words = "This sentence is exactly as long as it has to be, & no longer. "
    return _digest(*(make_highlight(n, (words * (size // len(words) + 1))[:size]) for n in range(count)))


@pytest.mark.parametrize("platform", ["slack", "discord"])
@pytest.mark.parametrize(("count", "size"), [(1, 200), (25, 300), (3, 3_900), (60, 20), (1, 30_000), (12, 9_000)])
def test_messages_fit(platform: str, count: int, size: int) -> None:
    """Whatever its size a digest becomes parts within the limits, no highlight is lost, none is torn in two."""
    parts = RENDERER.render(_long(count, size), platform).parts
    assert all(exceeded(part.payload, platform) is None for part in parts)
    titles = re.findall(
        r"«Essay (\d+)»",
        json.dumps([part.payload.get("blocks", part.payload.get("embeds")) for part in parts], ensure_ascii=False),
    )
    assert titles == [str(n) for n in range(count)]
    assert (len(parts) > 1) == (count > 1 and count * (size + 80) > 5_500)


def test_only_the_first_part_has_the_title_and_only_the_last_the_actions() -> None:
    """A continued message does not begin again."""
    view = replace(_long(12, 2_000), actions=(Action("Another", "digest", "now"),))
    parts = RENDERER.render(view, "slack").parts
    kinds = [[block["type"] for block in part.payload["blocks"]] for part in parts]  # type: ignore[attr-defined]
    assert [row.count("header") for row in kinds] == [1] + [0] * (len(parts) - 1)
    assert [row.count("actions") for row in kinds] == [0] * (len(parts) - 1) + [1]


def test_an_overlong_highlight_is_cut_at_a_sentence() -> None:
    """What does not fit ends with a whole sentence, an ellipsis, and its attribution."""
    [part] = RENDERER.render(_long(1, 30_000), "discord").parts
    description = part.payload["embeds"][0]["description"]  # type: ignore[index]
    assert re.search(r"no longer\. …”\n— Author 0, \[«Essay 0»\]", description)
    assert 3_500 < length(description) <= 4_096


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


@given(text=hostile, most=st.integers(1, 60))
def test_shorten(text: str, most: int) -> None:
    """A shortened text is a beginning of the original and keeps to its limit, escapes included."""
    cut = shorten(text, most, lambda words: words.replace("&", "&amp;"))
    assert cut == text or length(cut.replace("&", "&amp;")) <= max(most, 1)
    assert text.startswith(cut.removesuffix("…").rstrip())


def test_limits_count_as_the_platforms_do() -> None:
    """Each list and text is held against its own limit, and sums against theirs."""
    assert exceeded({"blocks": [{"type": "divider"}] * 51}, "slack").most == 50  # type: ignore[union-attr]
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_600}}
    assert exceeded({"blocks": [section] * 3}, "slack") is None
    assert exceeded({"blocks": [section] * 4}, "slack").total  # type: ignore[union-attr]
    assert exceeded({"content": "🦆" * 1_001}, "discord").path == "content"  # type: ignore[union-attr]
    assert exceeded({"embeds": [{"description": "x" * 3_001}] * 2}, "discord").most == 6_000  # type: ignore[union-attr]
    assert exceeded({"text": "x" * 99_999}, "text") is None


# Templates


def _broken(tmp_path: Path, source: str, name: str = "notice.yaml") -> TemplateError:
    (tmp_path / "slack").mkdir()
    (tmp_path / "slack" / name).write_text(source, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        Renderer([str(tmp_path), BUNDLED]).render(Notice("Hello."), "slack")
    return caught.value


@pytest.mark.parametrize(
    ("source", "line", "problem"),
    [
        ("a: 1\ntext: Hello {{ fallback }}\n", 2, "whole value"),
        ("text: {{ fallback }} and more\n", 1, "behind an expression"),
        ("text: {{ fallback }}{{ fallback }}\n", 1, "whole value"),
        ('text: "{{ fallback }}"\n', 1, "whole value"),
        ("{{ fallback }}\n", 1, "whole value"),
        ("a: {b: {{ fallback }}}\n", 1, "whole value"),
        ("# x\n\n{% macro f() %}{% endmacro %}\n", 3, "twice"),
        ("{% set x %}a{% endset %}\n", 1, "twice"),
        ("text: 1\nb: {{ nonsense }}\n", 2, "'nonsense' is undefined"),
        ("text: 1\n{% if %}\n", 2, "Expected an expression"),
        ("text: 1\nb: {{ ''.__class__.__mro__ }}\n", 2, "unsafe"),
        ("text: 1\nb: {{ 1 / 0 }}\n", 2, "division by zero"),
        ("a: [\n", None, "not YAML"),
        ("- {{ fallback }}\n", None, "not a mapping"),
        ("{% include 'slack/nowhere.yaml' %}\n", None, "no such template"),
        ("blocks:\n{% for n in range(60) %}\n- type: divider\n{% endfor %}\n", None, "more than 50 at “blocks”"),
    ],
)
def test_broken_templates(tmp_path: Path, source: str, line: int | None, problem: str) -> None:
    """A broken template is an error with its file, its line where it has one, and what is wrong."""
    error = _broken(tmp_path, source)
    assert problem in str(error)
    assert "slack/" in error.path
    assert error.line == line


def test_whole_scalars_in_all_allowed_places(tmp_path: Path) -> None:
    """Keys, items and conditions on the same line are no mistakes; `set` with = and include are allowed."""
    (tmp_path / "slack").mkdir()
    source = (
        "{% set x = 1 %}\ntext: {{ 'a: ' ~ x }}\nlist:\n- {{ x }}\n- - {{ [x] }}\n{% if x %}key: {{ 'b' }}{% endif %}\n"
    )
    (tmp_path / "slack" / "notice.yaml").write_text(source, encoding="utf-8")
    [part] = Renderer([str(tmp_path), BUNDLED]).render(Notice("Hello."), "slack").parts
    assert part.payload == {"text": "a: 1", "list": [1, [[1]]], "key": "b"}


def test_operators_templates_come_first_file_by_file(tmp_path: Path) -> None:
    """A folder of one's own replaces single files; what it lacks is ours."""
    (tmp_path / "discord").mkdir()
    (tmp_path / "discord" / "_highlight.yaml").write_text("- description: {{ one.text }}\n", encoding="utf-8")
    [part] = Renderer([str(tmp_path), BUNDLED]).render(_digest(make_highlight(1, "Free.")), "discord").parts
    assert part.payload["embeds"] == [{"description": "Free."}]
    assert part.payload["allowed_mentions"] == {"parse": []}
