"""Texts with marks: what a reader marked, made whole, and what is left of the text round it."""

from __future__ import annotations

import time

import pytest

from digestbot.model import Highlight, Voice
from digestbot.notes import parse

HEAD = '---\ntitle: On boats\nsource: https://yard.example/boats\nauthor: "[[Jo Ek]]"\ntags: [clippings]\n---\n'


def _read(body: str) -> tuple[Highlight, ...]:
    return parse("Clippings/On boats.md", (HEAD + body).encode()).highlights


def _marked(body: str) -> list[str]:
    return [highlight.text for highlight in _read(body) if highlight.marked]


def _rest(body: str) -> list[str]:
    return [highlight.text for highlight in _read(body) if not highlight.marked]


@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        ("The crew agreed, ==and the wind did not==.", ["The crew agreed, and the wind did not."]),
        ("It rained. The crew ==agreed== at once. It rained.", ["The crew agreed at once."]),
        ("==The crew agreed at once, and then it rained.==", ["The crew agreed at once, and then it rained."]),
        ("Two ==marks== in one ==sentence== are one highlight.", ["Two marks in one sentence are one highlight."]),
        ("A mark of <mark>the other</mark> kind is one too.", ["A mark of the other kind is one too."]),
        ('A mark <mark style="background: #fff">with colour</mark> is one.', ["A mark with colour is one."]),
        ("- An item with a ==marked part== that is whole.", ["An item with a marked part that is whole."]),
        ("- ==A marked item without a stop==", ["A marked item without a stop"]),
        ("> A quotation with ==a mark== in the middle.", ["A quotation with a mark in the middle."]),
        ("==A mark over\ntwo lines of the same text.==", ["A mark over two lines of the same text."]),
        ("==**Bold lead.** The rest is marked as well.==", ["Bold lead. The rest is marked as well."]),
        ("==One is short.== ==Two is short too.==", ["One is short.", "Two is short too."]),
        ("A heading line\nThe crew ==agreed== at once.", ["The crew agreed at once."]),
        ("船は==一日に一度==だけ着く。波が高い。", ["船は一日に一度だけ着く。"]),
        ("They met with ==Dr. Voss== in the yard. It rained.", ["They met with Dr. Voss in the yard."]),
    ],
)
def test_a_mark_is_quoted_as_a_whole_sentence(written: str, quoted: list[str]) -> None:
    """A marked fragment brings the sentence round it, marked sentences stay what they are, and each comes once."""
    assert _marked(written + "\n") == quoted


@pytest.mark.parametrize(
    "written",
    [
        "If a == b then the two are equal, and if c == d they are too.",
        "The loop ends when x==1 and y==2 at the same time, the book says.",
        "Write `if x ==y== z` and the parser will tell you what it thinks.",
        "Use `a == b` to compare, never `a = b`, and `c == d` is the same.",
        "```\nif a ==b== c\n```",
        "## A ==marked== heading",
        "| ==a== | b |\n|---|---|\n| c | ==d== |",
        "====",
        "The sign ≠ is not == and == is not it, as the manual says.",
    ],
)
def test_comparisons_code_headings_and_tables_hold_no_marks(written: str) -> None:
    """Two equal signs that mark nothing in prose are left alone."""
    assert _marked(written + "\n") == []


def test_a_comparison_is_shown_as_it_was_written() -> None:
    """Taking marks away does not take the signs of a comparison."""
    text = "The loop ends when x==1 and y==2 at the same time, the book says."
    assert _rest(text + "\n") == [text]


@pytest.mark.parametrize(
    "line",
    [
        "**Note:** Below is the text from the article, with any ==highlights== done by me.",
        "Text marked ==like this== is what I found important.",
        "==⚠  Switch to EXCALIDRAW VIEW in the MORE OPTIONS menu of this document. ⚠==",
    ],
)
def test_an_explanation_of_marks_is_neither_mark_nor_passage(line: str) -> None:
    """A line that says what marks mean is nobody's highlight."""
    assert _read(f"{line}\n") == ()


def test_the_rest_of_a_marked_paragraph_stays_quotable() -> None:
    """What stands before and behind a marked sentence is kept apart, and quoted as nobody's marked words."""
    body = "Before it there is a sentence of this length. The crew ==agreed==. Behind it there is one more like that.\n"
    highlights = _read(body)
    assert [(highlight.text, highlight.marked, highlight.voice) for highlight in highlights] == [
        ("The crew agreed.", True, Voice.AUTHOR),
        ("Before it there is a sentence of this length.", False, Voice.SUMMARY),
        ("Behind it there is one more like that.", False, Voice.SUMMARY),
    ]


def test_paragraphs_without_marks_stay_quotable() -> None:
    """Marks elsewhere do not take a paragraph's worth."""
    assert _rest("The crew ==agreed==.\n\nNobody spoke until the harbour was in sight.\n") == [
        "Nobody spoke until the harbour was in sight."
    ]


def test_a_marked_thread_credits_nobody() -> None:
    """Where rules part the words of several people, a mark is not put into the mouth of the note's author."""
    thread = (
        "The tide is ==never late== for anyone.\n\n---\n\nYou say that ==every time== we miss it.\n\n---\n\nI do.\n"
    )
    highlights = [highlight for highlight in _read(thread) if highlight.marked]
    assert [(highlight.voice, highlight.speaker) for highlight in highlights] == [(Voice.SUMMARY, None)] * 2


def test_many_stops_cost_little() -> None:
    """A row of stops behind a mark is searched once, not from each of its stops."""
    started = time.process_time()
    assert _marked("The crew ==agreed at once== " + "。" * 60_000)
    assert time.process_time() - started < 5
