"""Quotations, marks, inline markup, and whose words they are: nobody is credited with what the text does not show."""

from __future__ import annotations

import pytest
from reading import Row, beside, case, read, row

from digestbot.model import Voice

QUOTES = [
    case(
        "title and signature",
        "> [!quote] Row first, argue later.\n> - Signe, cook\n",
        row("Row first, argue later.", voice=Voice.QUOTED, speaker="Signe"),
    ),
    case(
        "a title without a stop",
        "> [!quote] Row first, argue later\n> - Signe Berg\n",
        row("Row first, argue later", speaker="Signe Berg"),
    ),
    case(
        "lazy", ">[!quote]\nRow first, argue later.\n", row("Row first, argue later.", voice=Voice.AUTHOR, speaker=None)
    ),
    case("a title that goes on", "> [!quote] Row first,\nargue later.\n", row("Row first,\nargue later.")),
    case("author field", "> [!quote]\n> Row first.\n> Author: Signe Berg\n", row("Row first.", speaker="Signe Berg")),
    case(
        "author and source",
        "> [!quote] Row first.\n> Author: Signe Berg\n> Source: The Long Row\n",
        row("Row first.", speaker="Signe Berg"),
    ),
    case(
        "only a source",
        "> [!quote]\n> Row first.\n> Source: The Long Row\n",
        row("Row first.", speaker=None, voice=Voice.AUTHOR),
    ),
    case(
        "a label as title",
        "> [!quote] The Long Row, p. 12\n> Row first.\n",
        row("Row first.", speaker=None, section="The Long Row, p. 12"),
    ),
    case(
        "a wikilink as title",
        "> [!quote] [[Signe Berg]]\n> Row first.\n",
        row("Row first.", speaker=None, section="Signe Berg"),
    ),
    case(
        "a list is no signature",
        "> [!quote]\n> Bring:\n> - Rope\n> - Knots\n",
        row("Bring:\n- Rope\n- Knots", speaker=None),
    ),
    case(
        "a clause is no signature",
        "> [!quote]\n> Row first.\n> - and then argue\n",
        row("Row first.\n- and then argue", speaker=None),
    ),
    case(
        "two paragraphs",
        "> [!quote]+\n> Row first.\n>\n> Argue later.\n> — Signe Berg, *The Long Row*\n",
        row("Row first.\nArgue later.", speaker="Signe Berg"),
    ),
    case(
        "a speaker in the line",
        "“Row first, argue later.” — Signe\n\n"
        '"Tides wait for no crew." - Bo Reed, harbour master\n\n'
        "«Узлы — это решения.» — Анна Круз\n",
        row("Row first, argue later.", voice=Voice.QUOTED, speaker="Signe"),
        row("Tides wait for no crew.", speaker="Bo Reed"),
        row("Узлы — это решения.", speaker="Анна Круз"),
    ),
    case(
        "a speaker in bullets",
        "- “Row first, argue later.” — [[people/Signe Berg|Signe Berg]]\n",
        row("Row first, argue later.", speaker="Signe Berg"),
    ),
    case(
        "a signed block quote",
        "> Row first, argue later.\n> — Signe Berg\n",
        row("Row first, argue later.", speaker="Signe Berg", voice=Voice.QUOTED),
    ),
    case(
        "a cited block quote",
        "> Row first, argue later.\n>\n> -- <cite>Bo Reed</cite>\n",
        row("Row first, argue later.", speaker="Bo Reed"),
    ),
    case(
        "mostly block quotes",
        "# The Quay\n\n> Row first.\n\nI do.\n\n> Tides wait.\n",
        row("Row first.", voice=Voice.AUTHOR, marked=True),
        row("Tides wait."),
    ),
    case(
        "a quote in an article",
        "The crew of the long quay rowed out before dawn and said little of it.\n\n"
        "> Row first.\n\nThey came home late, and nobody had asked them where they went.\n",
        row(
            "The crew of the long quay rowed out before dawn and said little of it.", voice=Voice.SUMMARY, marked=False
        ),
        row("They came home late, and nobody had asked them where they went.", voice=Voice.SUMMARY),
    ),
]


@pytest.mark.parametrize(("text", "expected"), QUOTES)
def test_quotation(text: str, expected: tuple[Row, ...]) -> None:
    """A quotation has the speaker whom the note names beside it, and nobody else."""
    assert beside(read(text), expected) == expected


NOT_SIGNED = [
    "The boat came in.\n— Not today",
    "The boat came in.\n— Tomorrow",
    "— Куда?\n— Домой",
    "Она молчала.\n— Анна",
    "“Row first, argue later.” — Chapter Two",
    "“Row first, argue later.” — The End",
    "“Row first, argue later.” — Unknown",
    "“Row first, argue later.” — page 12",
    "“Row first, argue later.” — and so they did",
    "“It works,” according to Signe Berg.",
    "“We row.” Signe said. “We argue,” said Bo.",
    "Signe said: “Row first, argue later.”",
    "A rope — Long And Old — held",
    "Bring this:\n- Rope Ladders",
    "It closed at last.\n— See Part Two",
    "Bring these:\n– Rope Ladders",
    "– Long Ropes\n– Rope Ladders",
]


@pytest.mark.parametrize("words", NOT_SIGNED)
def test_nobody_is_named(words: str) -> None:
    """Dialogue, clauses, chapters and a quotation in the middle of a sentence name no speaker."""
    lines = words.replace("\n", "\n  ")
    note = read(
        "## Metadata\n- Author: Lena Holm\n\n## Highlights\n"
        f"- {lines} ([View Highlight](https://read.readwise.io/read/1))\n"
    )
    assert [highlight.speaker for highlight in note.highlights] == [None]


INLINE = {
    "[[../folder/Rope|  the rope ]] and [[a/b/Knot]]": "the rope and Knot",
    "[[Sea#Tides]] and [[Sea#^abc]] and [[|label]]": "Sea and Sea and label",
    "a [[Rope\\|coil]] of it": "a coil of it",
    "a ![[img.png]] picture": "a picture",
    "nested [[a [b] c]] and [[x|y [z]]]": "nested a [b] c and y [z]",
    "Practice is good [[some_slug]].": "Practice is good.",
    "See [[some_slug]] for more.": "See some slug for more.",
    "[https://example.org/x](https://example.org/x) is it": "https://example.org/x is it",
    "[a [b] c](https://example.org/x_(y)) is it": "a [b] c is it",
    "HTML &amp; <b>bold</b> x<sup>2</sup>": "HTML & bold x2",
    "*one* **two** ~~three~~ __four__ a_b_c 2*3*4": "one two three four a_b_c 2*3*4",
    "two \\* three \\_ and 1\\. \\[not\\](a link)": "two * three _ and 1. [not](a link)",
    "a footnote[^1] here": "a footnote here",
    "a == b and c == d": "a == b and c == d",
    "kept ==and marked== here": "kept and marked here",
    "a%%hidden%% b<!-- too -->": "a b",
    "no-break\u00a0space and\u200b none": "no-break space and none",
    "حبل واحد لا يكفي": "حبل واحد لا يكفي",
    "밧줄은 기억한다": "밧줄은 기억한다",
    "f(x) = [1, 2] and a[0][1]": "f(x) = [1, 2] and a[0][1]",
    "he left. [[]] [[ ]]": "he left.",
}


@pytest.mark.parametrize(("markup", "text"), INLINE.items(), ids=INLINE)
def test_inline(markup: str, text: str) -> None:
    """What a reader of the rendered note would see is the text: labels, and no markup."""
    assert [highlight.text for highlight in read(f"# T\n## Highlights\n- {markup}\n").highlights] == [text]


def test_marks() -> None:
    """Of a fragment the sentence round it is quoted; the rest of the body stays quotable as nobody's marks."""
    expected = (
        row("The crew agreed, and the wind did not.", marked=True, voice=Voice.AUTHOR),
        row("The harbour slept through all of it, and nobody woke.", marked=True),
        row("A third paragraph stands here without marks.", marked=False, voice=Voice.SUMMARY),
    )
    note = read(
        "The crew agreed, ==and the wind did not==. It was late.\n\n"
        "==The harbour slept through all of it, and nobody woke.==\n\n"
        "A third paragraph stands here without marks.\n"
    )
    assert beside(note, expected) == expected


NOTHING = {
    "empty": "",
    "blank": "\n \n",
    "only front matter": "---\ntitle: T\n---\n",
    "a template": '---\naliases: [<% tp.date.now("YYYY") %>]\n---\n# <% tp.file.title %>\n'
    "- <% tp.x() %> and enough words to look like prose.\n",
    "a query": "# T\n\n```dataview\nLIST FROM #sea\n```\n",
    "a Logseq query": "- {{query (and [[a]] [[b]])}}\n",
    "a stub": "---\ntitle: T\n"
    "desc: A boat goes out in the night and does not come back for a long time.\n---\n\n"
    "![image](b.jpg)\n\nComment:\n---\n",
    "only images": "# T\n## Highlights\n- ![](https://img.example.org/a.png)\n- ![[b.png]]\n",
    "controls": "\x00\x01\x02",
    "only a heading": "# T\n",
    "a fence without an end": "---\n",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_nothing_to_quote(text: str) -> None:
    """Placeholders, templates, queries and stubs give no highlight, and the note says why."""
    note = read(text)
    assert note.highlights == ()
    assert note.problems
