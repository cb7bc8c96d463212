"""Readwise's exports as its templates and people's own templates write them."""

from __future__ import annotations

import pytest
from reading import Row, beside, case, read, row

from digestbot.model import Voice

HEAD = """# The Long Quay

![rw-book-cover](https://img.example.org/q.jpg)

## Metadata
- Author: [[Lena Holm]]
- Full Title: The Long Quay
- Category: #books
- Document Tags: [[sea]] [[old boats]]
- URL: https://example.org/quay

## Highlights
"""


def view(number: int) -> str:
    """The link behind a highlight."""
    return f"([View Highlight](https://read.readwise.io/read/0{number}))"


def url(number: int) -> str:
    """The address in that link."""
    return f"https://read.readwise.io/read/0{number}"


BODIES = [
    case(
        "one line",
        f"- Ropes remember. {view(1)}\n",
        row("Ropes remember.", url=url(1), note=None, tags=(), section=None),
    ),
    case(
        "bold labels",
        f"- Ropes remember. {view(1)}\n    - **Note**: ask Signe\n    - **Tags**: [[rope]], #[[old harbour]]\n",
        row("Ropes remember.", note="ask Signe", tags=("rope", "old harbour")),
    ),
    case(
        "emphasis round label and colon",
        f"- Ropes hold. {view(1)}\n  - *Note:* mine\n",
        row("Ropes hold.", note="mine"),
    ),
    case("bold with colon inside", f"- Ropes hold. {view(1)}\n  - **Note:** mine\n", row("Ropes hold.", note="mine")),
    case("annotation", f"- Ropes hold. {view(1)}\n  - Annotation: mine\n", row("Ropes hold.", note="mine")),
    case("my note", f"- Ropes hold. {view(1)}\n  - My notes: mine\n", row("Ropes hold.", note="mine")),
    case("German note", f"- Taue halten. {view(1)}\n  - Notiz: meins\n", row("Taue halten.", note="meins")),
    case("Chinese note", f"- 绳子记得。 {view(1)}\n  - 想法：我的\n", row("绳子记得。", note="我的")),
    case("Russian note", f"- Канаты помнят. {view(1)}\n  - Заметка: моё\n", row("Канаты помнят.", note="моё")),
    case(
        "note over lines",
        f"- Ropes hold. {view(1)}\n    - Note: first\n      second\n    - Tags: #sea#wind\n",
        row("Ropes hold.", note="first\nsecond", tags=("sea", "wind")),
    ),
    case(
        "own thoughts below",
        f"- Ropes hold. {view(1)}\n    - do they?\n        - they do\n- Knots hold. {view(2)}\n",
        row("Ropes hold.", note="do they?\nthey do"),
        row("Knots hold.", note=None),
    ),
    case(
        "unlabelled note under the line",
        f"- Ropes hold. {view(1)}\n  so I was told\n- Knots hold. {view(2)}\n",
        row("Ropes hold.", note="so I was told", url=url(1)),
        row("Knots hold.", url=url(2)),
    ),
    case(
        "words that look like a note", f"- Note: the tide is out. {view(1)}\n", row("Note: the tide is out.", note=None)
    ),
    case(
        "words that look like tags",
        f"- Ropes. {view(1)}\n- Tags: a word of sailors {view(2)}\n",
        row("Ropes.", tags=()),
        row("Tags: a word of sailors", tags=()),
    ),
    case("ends in parentheses", f"- He sailed (at last) {view(1)}\n", row("He sailed (at last)", url=url(1))),
    case(
        "ends in parentheses, no link", "- He sailed (at last)\n", row("He sailed (at last)", url=None, location=None)
    ),
    case(
        "a link in parentheses",
        f"- He sailed ([the log](https://example.org/log) says so). {view(1)}\n",
        row("He sailed (the log says so).", url=url(1)),
    ),
    case(
        "ends in a link of its own",
        f"- Read [the log](https://example.org/log) {view(1)}\n",
        row("Read the log", url=url(1)),
    ),
    case("ends in a real hashtag", f"- We love #sailing {view(1)}\n", row("We love #sailing", tags=())),
    case("begins with a hashtag", f"- #Sailing is all {view(1)}\n", row("#Sailing is all")),
    case("a heading as highlight", f"- # The Long Quay {view(1)}\n", row("The Long Quay")),
    case(
        "begins with a number",
        f"- 1. Cast off. {view(1)}\n- 1917 was calm {view(2)}\n",
        row("1. Cast off."),
        row("1917 was calm"),
    ),
    case("only an image", f"- ![](https://img.example.org/1.png) {view(1)}\n- ![](https://img.example.org/2.png)\n"),
    case("an image inside", f"- Ropes ![](https://img.example.org/1.png) hold. {view(1)}\n", row("Ropes hold.")),
    case("a quote in a bullet", f"- > Ropes hold. {view(1)}\n", row("Ropes hold.")),
    case("a quote below a bullet's line", f"- He said\n  > Ropes hold. {view(1)}\n", row("He said\nRopes hold.")),
    case("inline code", f"- Type `rope --long` now. {view(1)}\n", row("Type rope --long now.")),
    case(
        "a block of code",
        f"- Type this:\n  ```sh\n  rope --long *now*\n  ```\n  and wait. {view(1)}\n",
        row("Type this:\nrope --long *now*\nand wait.", url=url(1)),
    ),
    case(
        "paragraphs and lists inside",
        f"- First.\n\n  Second.\n  • a point\n\n  1. a step\n  2. a step more {view(1)}\n- Next. {view(2)}\n",
        row("First.\nSecond.\n• a point\n• a step\n• a step more", url=url(1)),
        row("Next.", url=url(2)),
    ),
    case(
        "an inner list as deep as the highlights",
        f"* Cast off:\n- bow\n- stern {view(1)}\n* Next. {view(2)}\n",
        row("Cast off:\n• bow\n• stern", url=url(1)),
        row("Next.", url=url(2)),
    ),
    case("lazy line", f"- Ropes\nremember. {view(1)}\n", row("Ropes\nremember.")),
    case(
        "a blank line and no indent",
        f"- Ropes\n\nremember. {view(1)}\n- Next. {view(2)}\n",
        row("Ropes\nremember."),
        row("Next."),
    ),
    case(
        "no blank lines, no list",
        f"Ropes hold. {view(1)}\nKnots hold too. {view(2)}\n",
        row("Ropes hold.", url=url(1)),
        row("Knots hold too.", url=url(2)),
    ),
    case(
        "chapters",
        f"### Casting off\n- Ropes hold. {view(1)}\n### Landing\n- Knots hold. {view(2)}\n",
        row("Ropes hold.", section="Casting off"),
        row("Knots hold.", section="Landing"),
    ),
    case(
        "a later sync",
        f"- Ropes hold. {view(1)}\n\n## New highlights added January 6, 2023 at 10:29 AM\n- Knots hold. {view(2)}\n",
        row("Ropes hold."),
        row("Knots hold.", section=None),
    ),
    case(
        "a later sync without links",
        "- Ropes hold.\n\n### New highlights added [[January 6th, 2023]] at 10:29 AM\n"
        "- Knots hold.\n    - Note: mine\n",
        row("Ropes hold.", note=None),
        row("Knots hold.", note="mine"),
    ),
    case("own notes after the highlights", "- Ropes hold.\n\n## My thoughts\n- I doubt it.\n", row("Ropes hold.")),
    case(
        "own notes within the highlights",
        "- Ropes hold.\n\n### Related\n- [[Knots]]\n- So do knots.\n",
        row("Ropes hold."),
    ),
    case(
        "links and tasks among them",
        "- [[Knots]]\n- [log](https://example.org)\n- https://example.org\n- [ ] buy rope\n- Ropes.\n",
        row("Ropes."),
    ),
    case(
        "Kindle places with no-break spaces",
        "- Ropes. ([Location\u00a0391](https://readwise.io/to_kindle?action=open&asin=B0&location=391))\n"
        "- Fog. (Page\u00a05)\n"
        "- Mist. ([Page\u00a0xii](https://readwise.io/open/7))\n",
        row("Ropes.", location="Location 391", url="https://readwise.io/to_kindle?action=open&asin=B0&location=391"),
        row("Fog.", location="Page 5", url=None),
        row("Mist.", location="Page xii"),
    ),
    case(
        "places in other words",
        "- Ropes. (pp. 12-14)\n- Fog. (Seite 5)\n- 雾。（第5页）\n- 绳。 (第12页)\n",
        row("Ropes.", location="pp. 12-14"),
        row("Fog.", location="Seite 5"),
        row("雾。（第5页）"),
        row("绳。", location="第12页"),
    ),
    case(
        "a time",
        "- Ropes. ([Time\u00a00:42:16](https://share.example.org/snip/1))\n",
        row("Ropes.", timestamp=2536, url="https://share.example.org/snip/1"),
    ),
    case(
        "ids",
        f"- Salt is honest. {view(1)} [Open in Readwise](https://readwise.io/open/7) ^rw7\n"
        "    - Date:: [[May 3rd, 2022]]\n"
        "- Salt is dear. ^rw8\n- Salt is cheap.\n^rw9\n",
        row("Salt is honest.", url=url(1), native_id="rw7", note=None),
        row("Salt is dear.", native_id="rw8"),
        row("Salt is cheap.", native_id="rw9"),
    ),
    case(
        "a table and a callout stand between",
        f"- Ropes. {view(1)}\n\n| a | b |\n|---|---|\n\n> [!todo] buy rope\n\n- Fog. {view(2)}\n",
        row("Ropes."),
        row("Fog."),
    ),
    case("a mark inside", f"- Ropes ==hold== well. {view(1)}\n", row("Ropes hold well.")),
    case("a private comment inside", f"- Ropes %%ask%% hold<!-- really? -->. {view(1)}\n", row("Ropes hold.")),
    case(
        "the same twice",
        f"- Ropes hold. {view(1)}\n- Ropes *hold*. {view(2)}\n    - Note: mine\n",
        row("Ropes hold.", url=url(1), note="mine"),
    ),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_body(body: str, expected: tuple[Row, ...]) -> None:
    """Below Readwise's usual head, each highlight is read with what stands behind and below it, and nothing else is."""
    note = read(HEAD + body)
    assert beside(note, expected) == expected
    source = note.sources[0]
    assert (source.title, source.authors, source.url) == ("The Long Quay", ("Lena Holm",), "https://example.org/quay")
    assert source.tags == ("sea", "old boats", "books")


NOTES = [
    case(
        "no link anywhere and lists inside",
        "# T\n## Highlights\n- Cast off:\n  - bow\n  - stern\n- Ropes hold.\n  - do they?\n",
        row("Cast off:\n• bow\n• stern", note=None),
        row("Ropes hold.", note="do they?"),
    ),
    case(
        "a bare list after a summary",
        "---\ntags: #sea\n---\n# T\n\nhttps://example.org/t\n2023-07-01\n## Summary\n"
        f"It is about ropes and little else.\n\n- Ropes hold. {view(1)}\n",
        row("Ropes hold.", url=url(1)),
    ),
    case(
        "a summary of several points",
        "# T\n## Metadata\n- Author: [[Lena Holm]]\n- Summary: Points:\n"
        "  - a point about the quay that is long enough.\n\n## Highlights\n- Ropes hold.\n",
        row("Ropes hold."),
    ),
    case(
        "the whole document beside the highlights",
        "# T\n\n## Full Document\n"
        "The whole text stands here, and it is long enough to be quoted.\n\n## Highlights\n"
        f"- Ropes hold. {view(1)}\n",
        row("Ropes hold."),
    ),
    case(
        "twice in one file",
        f"{HEAD}- Ropes hold. {view(1)}\n\n{HEAD}- Ropes hold. {view(1)}\n",
        row("Ropes hold.", url=url(1)),
    ),
    case(
        "tweets",
        "# Tweets From Gull\n## Metadata\n- Author: [[@gull on Twitter]]\n"
        "- Full Title: Tweets From Gull\n- Category: #tweets\n\n## Highlights\n"
        "- Buy the smaller boat.\n\n  ![](https://pbs.example.org/1.jpg)\n\n"
        "  (a thread) ([View Tweet](https://twitter.com/gull/status/1))\n"
        "- @mo I agree #sea ([View Tweet](https://x.com/gull/status/2))\n",
        row("Buy the smaller boat.\n(a thread)", url="https://twitter.com/gull/status/1", tags=()),
        row("@mo I agree #sea", url="https://x.com/gull/status/2", tags=()),
    ),
    case(
        "a template that was never filled in",
        "# {{title}}\n\n## Metadata\n- Author: {{author}}\n\n## Highlights\n- {{text}} ([View Highlight]({{url}}))\n",
    ),
    case(
        "a highlight about templates",
        f"# T\n## Highlights\n- Write {{{{ name }}}} there. {view(1)}\n",
        row("Write {{ name }} there."),
    ),
]


HEADS = [
    "## Highlights",
    "## 📌 Highlights",
    "**Highlights**",
    "Highlights:",
    "Highlights\n==========",
    "# My Kindle Highlights",
]
HEADS += ["## Highlights & Notes", "## Zitate", "## 摘录", "## Цитаты", "### Highlights added January 6, 2023"]
SIGNS = {
    "dash": "- ",
    "star": "* ",
    "dot": "• ",
    "number": "1. ",
    "no-break spaces": "-\u00a0",
    "paragraphs": "\n",
    "quotes": "\n> ",
}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_plain_shapes(head: str, sign: str) -> None:
    """Highlights without any link are known by the heading above them, however it and they are set."""
    note = read(f"# T\n\n{head}\n{sign}Ropes\u00a0hold.\n{sign}Knots hold.\n\n## Related\n- Fog.\n")
    assert [highlight.text for highlight in note.highlights] == ["Ropes hold.", "Knots hold."]


ENDINGS = [
    f"{view(1)} ^rw7",
    f"{view(1)} #sea",
    f"{view(1)} ([[2023-01-02]])",
    f"{view(1)} — 2023-01-02",
    f"{view(1)} [Open in Readwise](https://readwise.io/open/7)",
    f"\n  {view(1)}",
    "\n  - [View Highlight](https://read.readwise.io/read/01)",
    "[View Highlight](<https://read.readwise.io/read/01>)",
    "%% Color: yellow %% " + view(1),
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_endings(ending: str) -> None:
    """The link to a highlight's place is found whatever stands behind it, and none of it is left in the text."""
    note = read(f"# T\n## Highlights\n- Ropes hold. {ending}\n- Knots hold. {view(2)}\n")
    expected = (row("Ropes hold.", url=url(1), note=None), row("Knots hold.", url=url(2), tags=()))
    assert beside(note, expected) == expected


def test_link_before_the_words() -> None:
    """The link may stand before the words, too."""
    note = read(
        "# T\n## Highlights\n- [View Highlight](https://read.readwise.io/read/01): Ropes hold.\n- Knots hold.\n"
    )
    expected = (row("Ropes hold.", url=url(1)), row("Knots hold.", url=None))
    assert beside(note, expected) == expected


@pytest.mark.parametrize(("text", "expected"), NOTES)
def test_note(text: str, expected: tuple[Row, ...]) -> None:
    """Whole notes of other templates give their highlights and nothing else."""
    assert beside(read(text), expected) == expected


PODCASTS = [
    case(
        "a transcript with a summary",
        "- The secret of ropes\n  Summary:\n  They are secret.\n  Transcript:\n  Speaker 1\n"
        "  Ropes are secret, I think.\n  Speaker 2\n"
        "  They are. ([Time 0:02:44](https://share.snipd.com/snip/1))\n    - Note: mine\n",
        row("Ropes are secret, I think.\nThey are.", timestamp=164, voice=Voice.QUOTED, speaker=None, note="mine"),
    ),
    case(
        "a machine's gist",
        "- Key takeaways:\n  • Ropes\n  • Knots ([Time 0:03:44](https://share.snipd.com/snip/2))\n",
        row("• Ropes\n• Knots", voice=Voice.SUMMARY, speaker=None),
    ),
    case("no transcript", "- AirrQuote ([Time 0:06:00](https://www.airr.io/quote/4))\n"),
    case(
        "plain speech",
        "- Speaker 1: it holds. ([Time 0:37:39](https://www.airr.io/quote/1))\n",
        row("Speaker 1: it holds.", voice=Voice.QUOTED, speaker=None, timestamp=2259),
    ),
]


@pytest.mark.parametrize(("body", "expected"), PODCASTS)
def test_podcast(body: str, expected: tuple[Row, ...]) -> None:
    """Of a podcast the transcript is quoted, with nobody named; what a machine summed up is a summary."""
    note = read(f"# Ep 1\n\n## Metadata\n- Author: [[Harbour Radio]]\n- Category: #podcasts\n\n## Highlights\n{body}")
    assert beside(note, expected) == expected
