"""Whose words they are: a name stands only under what its owner said, and in doubt under nothing."""

from __future__ import annotations

import pytest
from reading import Row, beside, case, read, row

from digestbot.model import Voice

HEAD = "---\ntitle: On fences\nauthor: Dana Whitlock\n---\n"
QUOTED, SUMMARY, AUTHOR = Voice.QUOTED, Voice.SUMMARY, Voice.AUTHOR
LINK = "([View Highlight](https://read.readwise.io/read/1))"

SIGNED = [
    case(
        "below the quote",
        "> Fences are talk in wood.\n\n— Ana Cruz\n\n> Roads follow the mule.\n\n— *Ben Ode*, smith\n",
        row("Fences are talk in wood.", voice=QUOTED, speaker="Ana Cruz"),
        row("Roads follow the mule.", voice=QUOTED, speaker="Ben Ode"),
    ),
    case(
        "below the quote, under a heading",
        "## Quotes\n> Fences are talk in wood.\n\n- Ana Cruz\n\n> Roads follow the mule.\n",
        row("Fences are talk in wood.", voice=QUOTED, speaker="Ana Cruz"),
        row("Roads follow the mule.", voice=AUTHOR),
    ),
    case(
        "two people in one quote",
        "> “Row first.”\n> — Ana Cruz\n> “Argue later.”\n> — Ben Ode\n",
        row("Row first.", voice=QUOTED, speaker="Ana Cruz"),
        row("Argue later.", voice=QUOTED, speaker="Ben Ode"),
    ),
    case(
        "a page is no signature",
        "## Quotes\n> Fences are talk in wood.\n\n— p. 12\n",
        row("Fences are talk in wood.", voice=AUTHOR),
    ),
    case(
        "a bare name below",
        "## Quotes\n- Fences are talk in wood.\n  - Ana Cruz\n",
        row("Fences are talk in wood.", voice=QUOTED, speaker=None),
    ),
    case(
        "a name that is a note",
        "## Quotes\n- Fences are talk in wood.\n  - Note: Ana Cruz\n",
        row("Fences are talk in wood.", voice=AUTHOR, note="Ana Cruz"),
    ),
]
ANOTHERS = [
    case(
        "introduced", "Ana Cruz writes:\n\n> Fences are talk in wood.\n", row("Fences are talk in wood.", voice=QUOTED)
    ),
    case(
        "a name before", "[[Ana Cruz]]\n\n> Fences are talk in wood.\n", row("Fences are talk in wood.", voice=QUOTED)
    ),
    case(
        "a callout of somebody's",
        "> [!quote] Ana Cruz\n> Fences are talk in wood.\n",
        row("Fences are talk in wood.", voice=QUOTED, speaker=None),
    ),
    case(
        "a label",
        f"## Highlights\n- **Ana Cruz:** Fences are talk. {LINK}\n",
        row("Ana Cruz: Fences are talk.", voice=SUMMARY),
    ),
    case(
        "the author's label",
        f"## Highlights\n- Dana Whitlock: Fences. {LINK}\n",
        row("Dana Whitlock: Fences.", voice=AUTHOR),
    ),
    case(
        "one word is a lead",
        f"## Highlights\n- Lesson: fences talk. {LINK}\n",
        row("Lesson: fences talk.", voice=AUTHOR),
    ),
    case(
        "a dialogue",
        f"## Highlights\n- Ben: hello there.\n  Ana: and goodbye. {LINK}\n",
        row("Ben: hello there.\nAna: and goodbye.", voice=SUMMARY),
    ),
    case(
        "a retweet",
        f"## Highlights\n- RT @ana: Fences are talk. {LINK}\n",
        row("RT @ana: Fences are talk.", voice=SUMMARY),
    ),
    case(
        "a name at the end",
        "## Quotes\n- Fences are talk. — Ana Cruz\n",
        row("Fences are talk. — Ana Cruz", voice=SUMMARY),
    ),
    case(
        "a name in parentheses",
        "## Quotes\n- Fences are talk. (Ana Cruz)\n",
        row("Fences are talk. (Ana Cruz)", voice=SUMMARY),
    ),
    case(
        "a mark in a quotation",
        "“It broke. ==We were proud of it for all of those years.== So what,” said Ana Cruz.\n",
        row("We were proud of it for all of those years.", voice=SUMMARY),
    ),
    case(
        "a mark behind a German quotation",
        "„Es brach“, sagte er. ==Wir waren in all den Jahren sehr stolz darauf.==\n",
        row("Wir waren in all den Jahren sehr stolz darauf.", voice=AUTHOR),
    ),
    case(
        "a mark behind a quotation",
        "“It broke,” he said. ==We were proud of it for all of those years.==\n",
        row("We were proud of it for all of those years.", voice=AUTHOR),
    ),
    case(
        "a mark in an interview",
        "**Ana:** I left. ==Glass never forgives you, and wood always does.==\n",
        row("Glass never forgives you, and wood always does.", voice=SUMMARY),
    ),
    case(
        "a mark in a quote",
        "Much prose of the author's own stands here and goes on.\n\n> ==Fences are talk in wood.==\n",
        row("Fences are talk in wood.", voice=SUMMARY),
    ),
]
UNNAMED = [
    case("a work", "> “Row first.” — Ben Ode's Diary\n", row("“Row first.” — Ben Ode's Diary", voice=SUMMARY)),
    case("after", "> “Row first.” — After Basho\n", row("“Row first.” — After Basho", voice=SUMMARY)),
    case(
        "somebody's mother",
        "> “Row first,” Ben Ode’s Mother said.\n",
        row("“Row first,” Ben Ode’s Mother said.", voice=QUOTED, speaker=None),
    ),
    case("a list", "> From the shop\n> - Brown Bread\n", row("From the shop\n- Brown Bread", speaker=None)),
]


@pytest.mark.parametrize(("body", "expected"), SIGNED + ANOTHERS + UNNAMED)
def test_voice(body: str, expected: tuple[Row, ...]) -> None:
    """The author of a note is not credited with what its own signs give to somebody else."""
    note = read(HEAD + body)
    assert beside(note, expected)[: len(expected)] == expected


def test_a_signature_below_an_empty_line() -> None:
    """In a clipping, whose text keeps its empty lines, a signature is one too."""
    text = "Fences (Lena Holm)\n- Your Highlight on page 1 | Added on Monday 1:00\n\nFences are talk.\n\n— Ana Cruz\n"
    (found,) = read(f"{text}==========\n", "My Clippings.txt").highlights
    assert (found.voice, found.speaker) == (QUOTED, "Ana Cruz")


def test_nothing_introduces_a_quote() -> None:
    """A paragraph of which the head took every line says nothing about the quote below it."""
    (found,) = read("# Fences\n\n2023-05-06\n\n> Fences are talk in wood.\n").highlights
    assert (found.text, found.voice) == ("Fences are talk in wood.", AUTHOR)


@pytest.mark.parametrize("url", ["https://www.youtube.com/watch?v=abcdefghijk", "https://youtu.be/abcdefghijk"])
def test_a_recording_is_not_its_publishers_words(url: str) -> None:
    """Of highlights in a video nobody is named: the channel is not who speaks."""
    text = f"# Keels\n## Metadata\n- Author: [[Boat Lab]]\n- URL: {url}\n## Highlights\n- I trust no keel. {LINK}\n"
    (found,) = read(text).highlights
    assert (found.voice, found.speaker) == (QUOTED, None)
