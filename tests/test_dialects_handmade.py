"""Notes that people write by hand, and what they leave out: pages here and there, addresses in links, local dates."""

from __future__ import annotations

import pytest
from reading import read

PROSE = "The quay is longer at low tide, and so is the walk home.\n"


def test_quotes_with_and_without_a_page() -> None:
    """Below a Quotes heading each quote is a highlight, whether or not a page stands behind it."""
    note = read(
        "## Quotes\n> One without.\n\n> Two with one. (p. 3)\n\nMy thought.\n\n> Three.\n> Four.\n\n## Mine\n> No.\n"
    )
    assert [(found.text, found.location, found.note) for found in note.highlights] == [
        ("One without.", None, None),
        ("Two with one.", "p. 3", "My thought."),
        ("Three.\nFour.", None, None),
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Call `parse()` before you quote.", "Call parse() before you quote."),
        ("The crew of the Alma agreed in spring ([[long_talks]]).", "The crew of the Alma agreed in spring."),
        ("The crew of the Alma agreed in spring ([01:02]).", "The crew of the Alma agreed in spring."),
    ],
)
def test_empty_parentheses(written: str, text: str) -> None:
    """What a link or a time mark leaves behind goes; the parentheses of a function stay."""
    assert [found.text for found in read(f"{written}\n").highlights] == [text]


def test_callout_of_a_pdf() -> None:
    """PDF++ puts what is marked into a quote within a callout headed by the place."""
    (found,) = read("> [!PDF|yellow] [[Keel.pdf#page=4|Keel, p.4]]\n> > Nothing floats by accident.\n").highlights
    assert (found.text, found.section, found.marked) == ("Nothing floats by accident.", "Keel, p.4", True)


@pytest.mark.parametrize(
    "head",
    [
        "# Quays\n#Omnivore\n\n[Read on Omnivore](https://omnivore.app/me/q)\n[Read Original](https://q.example.org/1)\n",
        "# [Quays](https://q.example.org/1)\n",
        "---\ntitle: Quays\nomnivore: https://omnivore.app/me/q\noriginal: https://q.example.org/1\n---\n",
    ],
)
def test_address_of_the_source(head: str) -> None:
    """The source's address may be a link at the head of the note."""
    (source,) = read(f"{head}\n{PROSE}").sources
    assert (source.title, source.url) == ("Quays", "https://q.example.org/1")


@pytest.mark.parametrize(
    ("written", "day"),
    [("12.03.2022", "2022-03-12"), ("1. 2. 2022", "2022-02-01"), ("99.03.2022", "2022-03"), ("03/04/2022", "2022")],
)
def test_dotted_date(written: str, day: str) -> None:
    """A date with dots begins with the day; of one with strokes, whose order nobody knows, only the year is taken."""
    assert read(f"---\npublished: {written}\n---\n{PROSE}").sources[0].published == day


def test_authors_of_two_fields() -> None:
    """Authors with `given` and `family`, as Pandoc writes them, have both."""
    text = f"---\nauthor:\n- given: Ada\n  family: Finch\n- family: Ode\n---\n{PROSE}"
    assert read(text).sources[0].authors == ("Ada Finch", "Ode")


@pytest.mark.parametrize("heading", ["Destaques", "Citações", "Citaten", "Cytaty", "Alıntılar", "Цитати"])
def test_highlights_heading(heading: str) -> None:
    """A list below a Highlights heading holds highlights in these languages too."""
    (found,) = read(f"# Quay\n\n## {heading}\n- The quay is longer at low tide\n").highlights
    assert found.marked
