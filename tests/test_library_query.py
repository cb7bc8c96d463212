"""The room that finds: what somebody typed, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.library.query import Asked, Filter, parse


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", Asked()),
        ("open weights", Asked("open weights")),
        ('"open weights" cost', Asked("cost", ("open weights",))),
        ("“open weights” «the commons»", Asked("", ("open weights", "the commons"))),
        ("cost -licence -“open weights”", Asked("cost", (), ("licence", "open weights"))),
        ("author:karpathy cost", Asked("cost", filters=(Filter("author", "karpathy"),))),
        ('AUTHOR:"Ada Lovelace"', Asked(filters=(Filter("author", "Ada Lovelace"),))),
        (
            "-tag:#ai theme:open-weights",
            Asked(filters=(Filter("tag", "ai", without=True), Filter("theme", "open-weights"))),
        ),
        ("voice:Quoted", Asked(filters=(Filter("voice", "quoted"),))),
        ("voice:loud", Asked("voice:loud")),
        ("before:2020 after:2019-05", Asked(filters=(Filter("before", "20200101"), Filter("after", "20190501")))),
        ("before:tea after:2019-13", Asked("before:tea after:2019-13")),
        ("author: tag:??", Asked("author: tag:??")),
        ("http://x.org/a:b covid-19 -19", Asked("http://x.org/a:b covid-19 -19")),
        ('say "unfinished', Asked('say "unfinished')),
        ("- ? --", Asked("- ? --")),
        ("what was that quote about open weights", Asked("open weights")),
        ("What is the line where he speaks of cost?", Asked("he speaks of cost?")),
        ("what was that quote", Asked("what was that quote")),
    ],
)
def test_what_is_typed_is_taken_apart(query: str, asked: Asked) -> None:
    """Filters, phrases and exclusions are told from words; what is none of them is text, as it was typed."""
    assert parse(query) == asked


@settings(max_examples=2000, deadline=None)
@given(st.text() | st.text('author:tagbefore0123-" “”«»-#@.', max_size=60))
def test_any_text_can_be_taken_apart(query: str) -> None:
    """Nothing raises, no part is empty, and nothing but white space and quotation marks is lost without a reason."""
    asked = parse(query)
    assert all((*asked.phrases, *asked.without, *(one.value for one in asked.filters)))
    assert not asked.empty or not query.strip()
