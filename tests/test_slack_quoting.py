"""Members' messages as plain text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from digestbot.platforms.slack import quoting

NAMES = {"U1": "ada", "U2": "bo"}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U1> and <@U2|robert> and <@U9|eve> and <@U8>", "@ada and @bo and @eve and @U8"),
        ("see <https://example.org/?a=1&amp;b=2|the page> or <https://example.org>", "see the page or https://example.org"),
        ("<!here> <!subteam^S1|@board> <!subteam^S1> <#C1|reading> <#C2>", "@here @board @subteam #reading #C2"),
        ("<!date^1392734382^{date}|18 February 2014>", "18 February 2014"),
        ("", ""),
    ],
)  # fmt: skip
def test_markup_becomes_what_a_reader_saw(text: str, plain: str) -> None:
    """References become names and labels, escapes become signs, and nothing of it is live any more."""
    assert quoting.plain({"text": text}, NAMES) == plain


def test_rich_text_is_read_as_it_stands() -> None:
    """A typed message's own stars stay, lists keep their lines, and members have names."""
    section: dict[str, Any] = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "2*3 is ", "style": {"bold": True}},
            {"type": "emoji", "name": "six", "unicode": "0036-20e3"},
            {"type": "emoji", "name": "shipit"},
            {"type": "text", "text": " says "},
            {"type": "user", "user_id": "U1"},
            {"type": "link", "url": "https://example.org"},
            {"type": "broadcast", "range": "here"},
        ],
    }
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]} for text in ("one", "two")]
    block = {"type": "rich_text", "elements": [section, {"type": "rich_text_list", "elements": items}]}
    said = quoting.plain({"text": "*something else*", "blocks": [block]}, NAMES)
    assert said == "2*3 is 6\u20e3:shipit: says @adahttps://example.org@here\none\ntwo"
    assert quoting.plain({"text": "its markup", "blocks": [{"type": "section"}]}, NAMES) == "its markup"


def test_who_is_named_is_named_once() -> None:
    """The members whose names are to be asked for."""
    assert quoting.mentioned({"text": "<@U2> <@U1|ada> <@U2> <#C1>"}) == ["U2", "U1"]


@pytest.mark.parametrize(("ts", "at"), [("1392734382.5", 1392734382.5), ("", None), ("soon", None), (None, None)])
def test_a_message_says_when_it_was_said(ts: str | None, at: float | None) -> None:
    """Its name is its time; anything else is none."""
    assert quoting.said_at({"ts": ts}) == (datetime.fromtimestamp(at, UTC) if at else None)
