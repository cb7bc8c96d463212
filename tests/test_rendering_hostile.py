"""The room that renders: text of notes and people is shown as it is, and acted on never."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest
from fakes import make_highlight
from hostile import ATTACKS, case, cases, check, discord_markup, plain, slack_markup
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.model import Notice, Quotes
from digestbot.rendering import Renderer
from digestbot.rendering.dialects import discord, slack

RENDERER = Renderer([str(Path(__file__).parent.parent / "templates")])
PLATFORMS = ("slack", "discord", "text")
TEXTS = 10_000

hostile = st.one_of(
    st.text(max_size=100),
    st.text("@<>&!#*_~`|[](){}:/\\\"'\n -.1a%", max_size=80),
    st.lists(st.sampled_from(" ".join(ATTACKS.values()).split()), max_size=12).map(" ".join),
)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_in_every_place(platform: str, name: str) -> None:
    """One attack as every text of every View: shown as it is written, and a payload that can be sent."""
    for view in case(repeat(ATTACKS[name])).views:
        check(view, platform, RENDERER)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_made_up_texts(platform: str) -> None:
    """Ten thousand hostile texts: none mentions, links, formats or breaks the payload, and all are seen."""
    for made in cases(TEXTS):
        for view in made.views:
            check(view, platform, RENDERER)


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(hostile, min_size=8, max_size=8))
def test_any_texts(platform: str, texts: list[str]) -> None:
    """As above with what hypothesis thinks of, which finds the smallest text that fails."""
    for view in case(_around(texts)).views:
        check(view, platform, RENDERER)


def _around(texts: list[str]) -> Iterator[str]:
    return chain.from_iterable(repeat(texts))


@settings(max_examples=500, deadline=None)
@given(text=hostile)
def test_markup_reads_as_the_original(text: str) -> None:
    """Escaped for Slack's and for Discord's markup a text is seen as it was written, sign for sign."""
    assert slack_markup(slack(text)) == plain(text)
    assert discord_markup("x" + discord(text)) == "x" + plain(text)


@settings(max_examples=200, deadline=None)
@given(text=hostile)
def test_nothing_is_hidden_in_a_notice(text: str) -> None:
    """What a command answers repeats what somebody typed, and is as safe as a note."""
    for platform in PLATFORMS:
        check(Notice(f"There is no theme “{text}”."), platform, RENDERER)
        check(Quotes(text, (make_highlight(1),), 1), platform, RENDERER)
