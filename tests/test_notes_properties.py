"""What holds for every note: the reader never fails, ids last, and nothing private or unrendered is left in a text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digestbot import notes
from digestbot.library.folder import read_folder
from digestbot.library.privacy import Rules
from digestbot.model import Note

unhurried = settings(deadline=None)  # a deadline measures how busy the machine is, not the reader

WORDS = st.sampled_from(
    ["rope", "knot", "quay", "tide", "boat", "fog", "lamp", "crew", "mast", "Hafen", "причал", "码头", "부두", "ميناء"]
)
SENTENCE = st.lists(WORDS, min_size=5, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")
SENTENCES = st.lists(SENTENCE, min_size=1, max_size=6, unique_by=str.casefold)
PIECES = [
    *("---", "+++", "title: ", "author: [[", "]]", "[[", "|", "tags: #", "- ", "* ", "> ", "1. ", "# ", "\t", "    "),
    *("\n", "\n\n", "\n\n- ", "\n> ", "\n\t- ", "\n# ", "## Highlights\n", "## Metadata\n", "Note: ", "**Tags**: "),
    *("> [!quote] ", "([View Highlight](https://read.readwise.io/read/1))", "[⤴️](https://x.y/#1)", "— ", "“", "”"),
    *("==", "`", "```\n", "%%", "<!--", "-->", '<a data-t="1:2">', "</a>", "[0:12]", "📌 ", "⏱", "💭 ", "^id", "{{x}}"),
    *("<% y %>", "Location 5", "(Page 5)", "\u00a0", "\u200b", "\ufeff", "https://example.org/a", "![](i.png)"),
    *("![[i.png]]", "\\", "*", "_", "~~", "(", ")", "[", "]", "| a | b |\n", "key:: ", "==========\n"),
    *("- Your Highlight on page 7 | Added on", "From: [[c]] <br/>", "videoId: abcDEF12345", "private: true"),
    *("Highlight,Title\n", '"', ",", "&amp;"),
    *("rope and knot. ", "The crew rowed out before dawn and said little of it. "),
]  # fmt: skip
SOUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
PATHS = st.sampled_from(["a.md", "My Clippings.txt", "b/data.csv", ".md", "x/%3A___ (highlights).md", "\n.md"])
LEFTOVER = re.compile(r"\[\[[^\[\]]*\]\]|\[View Highlight\]\(https?://[^()\s]+\)")


@unhurried
@given(path=PATHS, data=st.binary(max_size=200) | SOUP.map(str.encode) | SOUP.map(lambda text: text.encode("utf-16")))
@example("a.md", b"")
@example("a.md", b"---\n")
@example("a.md", b"\x00\x01\xff")
def test_no_note_fails(path: str, data: bytes) -> None:
    """Whatever a file holds, it is a note with a source, its highlights have words, and no markup is left in them."""
    note = notes.parse(path, data)
    assert note.sources
    for highlight in note.highlights:
        assert highlight.text.strip()
        assert not LEFTOVER.search(highlight.text)
        assert highlight.source in note.sources
        assert not highlight.speaker or highlight.voice == "quoted"
    assert note.highlights or note.problems


def export(
    sentences: list[str], *, url: str | None = "https://example.org/quay", link: str = "01a", style: str = "- "
) -> str:
    """A note in Readwise's shape."""
    address = f"- URL: {url}\n" if url else ""
    head = "# The Long Quay\n\n## Metadata\n- Author: [[Lena Holm]]\n- Full Title: The Long Quay\n"
    return f"{head}{address}\n## Highlights\n" + "".join(
        f"{style}{text} ([View Highlight](https://read.readwise.io/read/{link}{number}))\n"
        for number, text in enumerate(sentences)
    )


def ids(text: str, path: str = "quay.md") -> dict[str, str]:
    """The id of each highlight by its text."""
    return {highlight.text: highlight.id for highlight in notes.parse(path, text.encode()).highlights}


@unhurried
@given(SENTENCES, st.sampled_from(["https://example.org/quay", None]))
def test_an_id_lasts(sentences: list[str], url: str | None) -> None:
    """A highlight keeps its id when its note is moved, renamed, or exported in another order, link, bullet or head."""
    first = ids(export(sentences, url=url))
    assert [*first] == sentences
    assert len(set(first.values())) == len(sentences)
    assert ids(export(sentences, url=url), "Reading/Old/Renamed (highlights).md") == first
    assert ids(export(sentences[::-1], url=url, link="02b", style="* ")) == first
    assert (
        ids("---\naliases: [Quay]\ntags: #sea\nauthor: @gull on Twitter\n---\n" + export(sentences, url=url)) == first
    )
    assert ids(export([f"*{text}*" for text in sentences], url=url)) == first


@unhurried
@given(SENTENCES, st.booleans())
def test_front_matter_spells_one_source(sentences: list[str], quoted: bool) -> None:  # noqa: FBT001 (hypothesis draws it)
    """The same source has the same ids whether front matter, properties or a metadata block describe it."""
    body = "## Highlights\n" + "".join(f"- {text}\n" for text in sentences)
    mark = '"' if quoted else ""
    written = [
        f"---\ntitle: {mark}The Long Quay{mark}\nauthor: [[Lena Holm]]\n---\n{body}",
        f"---\nAuthor:\n  - Lena Holm\nTitle: The Long Quay\nstatus: {{broken\n---\n{body}",
        f'+++\ntitle = "The Long Quay"\nauthor = "Lena Holm"\n+++\n{body}',
        f"title:: The Long Quay (highlights)\nauthor:: [[Lena Holm]]\n\n{body}",
        f"# The Long Quay by Lena Holm\n\n## Metadata\n* Author: *Lena Holm*\n\n{body}",
    ]
    assert len({tuple(ids(text).items()) for text in written}) == 1


@unhurried
@given(SENTENCES, SENTENCE)
def test_an_edit_leaves_the_others(sentences: list[str], other: str) -> None:
    """Editing one highlight changes no other's id."""
    edited = [f"{other} Edited.", *sentences[1:]]
    before, after = ids(export(sentences)), ids(export(edited))
    assert {text: before[text] for text in sentences[1:]} == {text: after[text] for text in sentences[1:]}
    assert before[sentences[0]] not in after.values()


@unhurried
@given(SENTENCES)
def test_sources_have_ids_of_their_own(sentences: list[str]) -> None:
    """The same words in another source are another highlight; a tracking parameter is no other source."""
    first = ids(export(sentences)).values()
    assert not {*first} & {*ids(export(sentences, url="https://example.org/tides")).values()}
    assert [*first] == [*ids(export(sentences, url="http://www.example.org/quay/?utm_source=x")).values()]


NAMES = [
    "Secret Harbour",
    "ropes & knots (2024)",
    "Geheim_Kai",
    "Café Pläne",
    "Пристань",
    "秘密の港",
    "Plan: B",
    "a [b] c",
]


def told(note: Note) -> str:
    """Everything of a note that may be shown, but for the path, folded as a wikilink's target would be."""
    parts: list[object] = [problem.problem for problem in note.problems]
    for source in note.sources:
        parts += [source.title, source.url, source.category, *source.authors, *source.tags]
    for highlight in note.highlights:
        parts += [highlight.text, highlight.note, highlight.section, highlight.contributor, highlight.speaker]
        parts += [*highlight.tags, *highlight.links]
    return notes.fold_name("\n".join(str(part) for part in parts if part))


def linking(name: str, sentence: str) -> dict[str, str]:
    """Notes of several dialects that link to a note by its name, in every place a link can stand."""
    spelled = f"[[{name}]] and [[folder/{name}.md|{name}]] and [[{name}#part]] and [{name}](x.md) and ![[{name}]]"
    return {
        "export.md": f"---\nauthor: [[{name}]]\ntags: [[{name}]]\n---\n# About [[{name}]]\n## Highlights\n"
        f"### On [[{name}]]\n- {sentence} {spelled} ([View Highlight](https://read.readwise.io/read/1))\n"
        f"    - Note: see [[{name}]]\n    - Tags: #[[{name}]], [[{name}]]\n    - Added by:: [[{name}]]\n",
        "prose.md": f"{sentence} The crew keeps {spelled} in the log of the boat.\n\n"
        f"==Marked [[{name}]] here==, and {sentence} Nobody ever marked {spelled} in this line.\n",
        "quote.md": f"> [!quote] {sentence}\n> - [[{name}]]\n\n> [!quote] [[{name}]]\n> {sentence} {spelled}\n",
        "video.md": f"---\nvideoId: abcDEF12345\n---\nFrom: [[{name}]] <br/>\n{sentence} It shows {spelled}. [0:05]\n",
        "table.csv": f"Highlight,Book Title,Book Author,Note,Tags\n{sentence} [[{name}]],On [[{name}]],[[{name}]],"
        f"[[{name}]],[[{name}]]\n",
        "logseq.md": f"title:: Notes on [[{name}]]\nauthor:: [[{name}]]\n\n- Highlights first synced by [[Readwise]]\n"
        f"\t- {sentence} {spelled}\n",
        "collected.md": f"- [On [[{name}]]](https://omnivore.app/me/q)\n  site:: [S](https://example.org/q)\n"
        f"  author:: [[{name}]]\n\t- > {sentence} {spelled} [⤴️](https://omnivore.app/me/q#1)\n"
        f"\t\t- note:: [[{name}]]\n",
    }


@pytest.mark.parametrize("kind", ["marked", "folder", "tag", "alias", "title"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from(NAMES), sentence=SENTENCE)
def test_private_names_stay_private(tmp_path: Path, kind: str, name: str, sentence: str) -> None:
    """A private note, or one with an excluded folder or tag, never appears, nor do its names anywhere else."""
    folder = tmp_path / f"{kind} {name.replace('/', ' ')} {abs(hash(sentence))}"
    (folder / "hidden").mkdir(parents=True, exist_ok=True)
    for path, text in linking(name, sentence).items():
        (folder / path).write_text(text, encoding="utf-8")
    private = {
        "marked": (f"{name.replace(':', '%3A')}.md", "---\nprivate: true\n---\n"),
        "folder": (f"hidden/{name.replace(':', '%3A')}.md", ""),
        "tag": (f"{name.replace(':', '%3A')} (highlights).md", "#secret\n"),
        "alias": ("x.md", f"---\nprivate: true\naliases: Other, {name}\n---\n"),
        "title": ("y.md", f"---\nprivate: true\n---\n# {name}\n"),
    }
    path, head = private[kind]
    (folder / path).write_text(f"{head}\n{sentence} This must never be seen by anybody.\n", encoding="utf-8")
    corpus = read_folder(folder, Rules(tags=frozenset({"secret"}), folders=frozenset({"Hidden"})))
    assert corpus.withheld == 1
    assert {note.path for note in corpus.notes} == set(linking(name, sentence))
    for note in corpus.notes:
        assert notes.fold_name(name) not in told(note), note.path
        assert "never be seen" not in told(note)
