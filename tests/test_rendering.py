"""The room that renders: attribution, and what each View looks like on each platform."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import make_highlight

from digestbot.model import OPEN, Action, Digest, Field, Form, Highlight, Listing, Notice, Quotes, Source, View, Voice
from digestbot.rendering import Renderer
from digestbot.rendering.actions import LONGEST_ID, action_id, offered, parse_id
from digestbot.rendering.attribution import attribute

BUNDLED = str(Path(__file__).parent.parent / "templates")
RENDERER = Renderer([BUNDLED])
PLATFORMS = ("slack", "discord", "text")


def _digest(*highlights: Highlight, title: str = "Open weights") -> Digest:
    return Digest(title, "2026-03-02", highlights)


def _payloads(view: View, platform: str) -> list[dict[str, Any]]:
    return [part.payload for part in RENDERER.render(view, platform).parts]


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
        ({"source": Source(None, ("A",))}, True, "— A · source"),
        ({"source": Source(None, ("A",)), "url": None}, True, "— A"),
        ({"source": Source(None)}, True, "— source"),
        ({"source": Source(None), "url": None}, True, ""),
        ({"source": Source("T", published="1999")}, True, "— «T», 1999"),
        ({"source": Source("T", published="1999-10")}, True, "— «T», October 1999"),
        ({"source": Source("T", published="1999-10-05")}, True, "— «T», 5 October 1999"),
        ({"source": Source("T", published="1999-13-45")}, True, "— «T», 1999-13-45"),
        ({"source": Source("T"), "location": "page 12"}, True, "— «T»"),
        ({"source": Source("T"), "location": "page 12", "url": None}, True, "— «T», page 12"),
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


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://x.example/" + "a" * 3000,
        "x",
        "https://bank.example@evil.example/",
        "https://bank.example%2F@evil.example/",
        "https://[::1",
        "https://./",
        "https://" + "a." * 200 + "example/",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    """Addresses of other schemes, of absurd length, or that hide their host are left out."""
    assert attribute(replace(make_highlight(1), url=url, source=Source("T", url=url))).url is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.Example.org:8080/a?b#c", "example.org"),
        ("https://exämple.org/", "xn--exmple-cua.org"),
        ("https://pаypal.example/", "xn--pypal-4ve.example"),
        ("https://" + "a" * 60 + ".evil.example/", "…" + "a" * 46 + ".evil.example"),
    ],
)
def test_a_link_says_where_it_leads(url: str, shown: str) -> None:
    """Beside a link stands its host as a browser resolves it; of a long one the end, which says whose it is."""
    one = replace(make_highlight(1), url=url)
    [slack] = _payloads(_digest(one), "slack")
    [discord] = _payloads(_digest(one), "discord")
    assert slack["blocks"][2]["elements"][1]["elements"][3]["text"] == f" ({shown})"
    assert discord["embeds"][0]["description"].replace("\\", "").endswith(f" ({shown})")


def test_other_sources_of_a_passage() -> None:
    """Where the same passage stands elsewhere the first two titles are named, and the rest is counted."""
    credit = attribute(make_highlight(1), ["A", "b-c-d", "E", "F"]).credit
    assert credit[-1].text == " · also in «A», «B c d» and 2 more"


# What a message looks like


def test_slack_digest() -> None:
    """Header, day, a literal quotation block and its attribution with the link; no unfurling, and a fallback text."""
    [payload] = _payloads(_digest(make_highlight(1, "Weights & <measures> ought to be *free* for all.")), "slack")
    assert payload["unfurl_links"] is payload["unfurl_media"] is False
    assert [block["type"] for block in payload["blocks"]] == ["header", "context", "rich_text"]
    assert payload["blocks"][0]["text"] == {"type": "plain_text", "emoji": False, "text": "Open weights"}
    quote, credit = payload["blocks"][2]["elements"]
    assert quote["type"] == "rich_text_quote"
    assert quote["elements"] == [{"type": "text", "text": "“Weights & <measures> ought to be *free* for all.”"}]
    assert credit["type"] == "rich_text_section"
    assert credit["elements"][2] == {"type": "link", "url": "https://example.org/1#h", "text": "«Essay 1»"}
    assert "".join(one["text"] for one in credit["elements"]) == "— Author 1, «Essay 1» (example.org)"
    assert payload["mrkdwn"] is False
    assert "Weights &amp; &lt;measures&gt;" in payload["text"]
    assert "https" not in payload["text"], "screen readers read it aloud"


def test_discord_digest() -> None:
    """One embed a highlight with the link inside the text, no shared url, and nobody can be mentioned."""
    [payload] = _payloads(_digest(make_highlight(1, "*Free* for all."), make_highlight(2)), "discord")
    assert payload["content"] == "**Open weights**\nMonday 2 March 2026"
    assert payload["allowed_mentions"] == {"parse": []}
    assert payload["embeds"][0] == {
        "description": "“\\*Free\\* for all.”\n— Author 1, [«Essay 1»](https://example.org/1#h) \\(example.org\\)"
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
        (Quotes("open", (make_highlight(1, "Free."),), 12, page=2, pages=3), "12 highlights for “open” · page 2 of 3"),
        (Quotes("opne", (make_highlight(1, "Free."),), 2, meant="open"), "for “open”; nothing holds “opne”"),
        (Quotes("opne", (), 0, meant="open"), "Nothing found for “opne”. Did you mean “open”?"),
        (Quotes("open", (make_highlight(1, "Free."),), 1, also_in=(("B",),)), "also in «B»"),
        (Quotes("", (make_highlight(1, "Free for all."),), 12), "One of 12 highlights"),
        (Listing("Themes", ("Theme",), (("Ethics",),), page=2, pages=3), "Page 2 of 3"),
        (Digest("Open", "2026-03-02", (make_highlight(1),), notice="Fewer today"), "Fewer today"),
        (Digest("Open", "2026-03-02", (make_highlight(1),), intro="Good morning"), "Good morning"),
        (Digest("Open", "2026-03-02", (make_highlight(1),), closing="And you?"), "And you?"),
        (Form("Ask", (Field("a", "What is it"),), Action("Send", "ask")), "What is it"),
        (Notice("There is no such theme."), "There is no such theme."),
        (Listing("Themes", ("Theme", "Stock"), (("Ethics", "7"), ("Open weights", "12"))), "Ethics            7"),
        (Notice("Choose.", (Action("Another", "quote", "random"),)), "Another"),
    ],
)
def test_every_view_on_every_platform(view: View, shown: str, platform: str) -> None:
    """Each kind of View says what it has to say, on each platform and in its fallback text."""
    [part] = RENDERER.render(view, platform).parts
    payload = json.dumps(part.payload, ensure_ascii=False).replace("\\\\", "")
    assert shown in payload
    assert shown in part.text


def test_a_platform_without_templates_is_given_the_text() -> None:
    """A new platform works with the text templates until it brings its own."""
    [part] = RENDERER.render(_digest(make_highlight(1)), "matrix").parts
    assert part.payload == {"text": part.text}


# Actions


_TWO = (make_highlight(1, "Free for all."), make_highlight(2, "And for ever."))
_MENUS = tuple(Action(label, name, "", one.id) for one in _TWO for label, name in (("Save", "save"), ("More", "more")))
_BUTTONS = (Action("Another", "digest", "now"), Action("Themes", "digest", "themes"))


def test_slack_offers_one_menu_a_highlight() -> None:
    """Below each highlight stands an overflow menu with its own actions, below all the buttons of the View."""
    [payload] = _payloads(Digest("Open", "2026-03-02", _TWO, (*_MENUS, *_BUTTONS)), "slack")
    first, second, buttons = [block["elements"] for block in payload["blocks"] if block["type"] == "actions"]
    assert [[one["value"] for one in menu[0]["options"]] for menu in (first, second)] == [
        [f"d1:save {one.id}", f"d1:more {one.id}"] for one in _TWO
    ]
    assert first[0]["type"] == "overflow"
    assert first[0]["action_id"] != second[0]["action_id"]
    assert [one["value"] for one in buttons] == ["d1:digest now", "d1:digest themes"]


def test_discord_offers_a_menu_and_rows_of_buttons() -> None:
    """Buttons for the View's actions, five a row; before them one menu that names the highlights with actions."""
    [plain] = _payloads(Digest("Open", "2026-03-02", _TWO, _BUTTONS), "discord")
    assert [one["custom_id"] for one in plain["components"][0]["components"]] == ["d1:digest now", "d1:digest themes"]
    [mixed] = _payloads(Digest("Open", "2026-03-02", _TWO, (*_MENUS, *_BUTTONS)), "discord")
    [menu], buttons = [row["components"] for row in mixed["components"]]
    assert [one["value"] for one in menu["options"]] == [action_id(one) for one in _MENUS]
    assert [one["custom_id"] for one in buttons] == [action_id(one) for one in _BUTTONS]
    many = tuple(Action(str(n), "quote", str(n)) for n in range(7))
    [rows] = _payloads(Digest("Open", "2026-03-02", _TWO, many), "discord")
    assert [len(row["components"]) for row in rows["components"]] == [5, 2]
    assert [one.get("description") for one in menu["options"][1:3]] == ["Free for all.", "And for ever."]


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_a_link_is_a_button_that_leads_there(platform: str) -> None:
    """What leads to an address is opened by the client; what is no address of the web is not offered."""
    url = "https://example.org/a?b=c&d=<e>"
    view = Quotes(
        "", _TWO[:1], 1, (Action("Open source", OPEN, "1", url=url), Action("Odd", OPEN, "2", url="file:///x"))
    )
    [payload] = _payloads(view, platform)
    rows = payload["components"] if platform == "discord" else payload["blocks"][-1:]
    [button] = [one for row in rows for one in row.get("components", row.get("elements"))]
    assert button["url"] == url
    assert ("custom_id" in button) is False


def test_an_id_is_the_command() -> None:
    """What a click sends back is read as the command it stood for; ids of other makes are not."""
    assert parse_id(action_id(Action("Find", "quote", "open weights"))) == ("quote", "open weights")
    assert parse_id(action_id(_MENUS[0])) == ("save", _TWO[0].id)
    assert parse_id("d2:quote x") is parse_id("quote x") is None


def test_ids_never_collide_and_are_never_cut() -> None:
    """Equal actions of two highlights differ, a repeated one is offered once, one that is too long not at all."""
    long = Action("Long", "quote", "x" * LONGEST_ID)
    assert offered([*_MENUS, *_MENUS, long]) == _MENUS
    assert len({action_id(one) for one in _MENUS}) == 4


# Forms

_FORM = Form(
    "Subscribe this channel",
    (
        Field("theme", "Theme", (("rotate", "A new one each time"), ("data", "Data")), "data", "What it is about."),
        Field("title", "Title", value="Friday", required=False, most=80),
        Field("intro", "Said before it", lines=True),
    ),
    Action("Subscribe", "subscribe", "here"),
)


def test_slack_modal() -> None:
    """A form is the view of views.open; block, action and answer are called like the field."""
    [payload] = _payloads(_FORM, "slack")
    view = payload["view"]
    assert (view["type"], view["callback_id"]) == ("modal", "d1:subscribe here")
    assert [block["block_id"] for block in view["blocks"]] == ["theme", "title", "intro"]
    assert [block["optional"] for block in view["blocks"]] == [False, True, False]
    theme, title, intro = (block["element"] for block in view["blocks"])
    assert (theme["type"], theme["initial_option"]["value"]) == ("static_select", "data")
    assert (title["initial_value"], title["max_length"], title["multiline"]) == ("Friday", 80, False)
    assert intro["multiline"] is True
    assert view["blocks"][0]["hint"]["text"] == "What it is about."


def test_slack_form_with_errors() -> None:
    """Wrong answers are marked in the modal that is still open."""
    wrong = replace(_FORM, fields=(_FORM.fields[0], replace(_FORM.fields[1], error="Too long.")))
    assert _payloads(wrong, "slack") == [{"response_action": "errors", "errors": {"title": "Too long."}}]


def test_discord_modal() -> None:
    """A form is the data of a modal; an error stands where the hint stood."""
    wrong = replace(_FORM, fields=(replace(_FORM.fields[0], error="There is no such theme."), *_FORM.fields[1:]))
    [payload] = _payloads(wrong, "discord")
    assert (payload["title"], payload["custom_id"]) == ("Subscribe this channel", "d1:subscribe here")
    theme, title, intro = payload["components"]
    assert theme["description"] == "There is no such theme."
    assert [one.get("default") for one in theme["component"]["options"]] == [None, True]
    assert (title["component"]["required"], title["component"]["style"]) == (False, 1)
    assert intro["component"]["style"] == 2


def test_a_form_in_text() -> None:
    """Where there are no modals the questions are listed with what they take."""
    [part] = RENDERER.render(_FORM, "text").parts
    assert "Theme\nWhat it is about.\n- A new one each time\n- Data (now)" in part.text
    assert "Title (optional): Friday" in part.text


def test_a_value_that_is_no_choice_is_left_out() -> None:
    """A field is never filled in with what cannot be chosen: Slack refuses such a modal."""
    lost = replace(_FORM, fields=(replace(_FORM.fields[0], value="gone"),))
    [payload] = _payloads(lost, "slack")
    assert "initial_option" not in payload["view"]["blocks"][0]["element"]
