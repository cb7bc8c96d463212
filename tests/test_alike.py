"""Near-duplicates: what is the same passage, what only sounds like it, and which of several is shown."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import make_highlight, make_text
from hypothesis import given
from hypothesis import strategies as st

from digestbot.library.alike import Links, alike, ideas, shape, signature, standing
from digestbot.library.folder import read_folder
from digestbot.model import Highlight, Voice

ROOT = Path(__file__).parent.parent

LETTER = (
    "Our mill is there to grind the best flour for the whole valley. To do this we must make sure that we always have "
    "water of our own, and that we are not waiting on a neighbour's weir where he can close the sluice."
)
ARTICLE = (
    "“Our mill is there to grind the best flour for the whole valley,” the miller wrote. “To do that, we need to "
    "make sure that we always have water of our own and that we do not wait on a neighbour's weir that could close "
    "the sluice.”"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LETTER, ARTICLE),
        (LETTER, LETTER.upper().replace(",", "")),
        (LETTER, f"In May he spoke of bread and of rent. {LETTER} Then he left the hall, and nobody clapped."),
        ("The quay is longer at low tide than anyone in the harbour office cares to write down.",) * 2,
        (
            "Every harbour is a promise that the sea makes to people who never asked for it.",
            "Every harbour is a promise the sea makes to people who had never asked for it.",
        ),
        ("潮水退去的时候才知道谁没有穿衣服站在海里", "他说：潮水退去的时候才知道谁没有穿衣服站在海里。"),
    ],
)
def test_the_same_passage(one: str, other: str) -> None:
    """What is quoted again, cut or slightly reworded is alike, and signatures say where to look."""
    assert alike(shape(one), shape(other))
    assert alike(shape(other), shape(one))
    assert len(set(signature(one)) & set(signature(other))) >= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Version 2.1 of the library was released on 3 May 2023 with fixes for 14 bugs in the parser.",
            "Version 2.2 of the library was released on 9 May 2023 with fixes for 31 bugs in the parser.",
        ),
        (
            "The larger model scored 71.2 on the held-out questions after three epochs of training on the mixture.",
            "The larger model scored 68.4 on the held-out questions after three epochs of training on the mixture.",
        ),
        (
            "There is no way to prosperity, prosperity is the way.",
            "There is no way to quietness, quietness is the way.",
        ),
        ("To measure the tide is the beginning of wisdom.", "Patience with the tide is the beginning of wisdom."),
        ("Base pressure at subsonic speeds in a narrow jet.", "Base pressure at supersonic speeds in a narrow jet."),
        ("It is what it is.", "It is what it is."),
        ("", ""),
        (make_text(1), make_text(2)),
    ],
)
def test_formulas_are_not_the_same(one: str, other: str) -> None:
    """Short texts, and texts that differ in a number or in the one word that matters, are not linked."""
    assert not alike(shape(one), shape(other))


def test_texts_of_one_mould_are_not_linked() -> None:
    """Of two hundred sentences out of one mould none is linked with another."""
    texts = {str(number): make_text(number) for number in range(200)}
    links = Links(texts.__getitem__)
    for name, text in texts.items():
        links.add(name, text)
    assert links.linked == {}


_SENTENCES = [
    LETTER,
    ARTICLE,
    LETTER[:130],
    make_text(1),
    make_text(2),
    f"{make_text(1)} {make_text(2)}",
    "",
    "潮" * 20,
]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, len(_SENTENCES) - 1)), max_size=30))
def test_links_follow_every_change(steps: list[tuple[str, int]]) -> None:
    """After any additions and removals the links are those of what is there, whatever was there before."""
    texts: dict[str, str] = {}
    links = Links(texts.__getitem__)
    for name, number in steps:
        if name in texts:
            was = links.linked.get(name, set()).copy()
            assert links.remove(name, texts.pop(name)) == was
        else:
            texts[name] = _SENTENCES[number]
            assert links.add(name, texts[name]) == links.linked.get(name, set())
    fresh = Links(texts.__getitem__)
    for name, text in sorted(texts.items()):
        fresh.add(name, text)
    assert links.linked == fresh.linked
    assert all(name in links.linked[other] for name, found in links.linked.items() for other in found)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    """Likeness goes both ways, and signatures are numbers of 32 bits."""
    assert alike(shape(one), shape(other)) == alike(shape(other), shape(one))
    assert all(0 <= number < 2**32 for number in signature(one))


def _one(number: int, **changes: object) -> Highlight:
    published = changes.pop("published", None)
    made = replace(make_highlight(number, LETTER), **changes)  # type: ignore[arg-type]
    return replace(made, source=replace(made.source, published=published))


def test_the_best_sourced_is_shown() -> None:
    """The author's words with their place come first, then quoted ones, then the author's without it, then hearsay."""
    order = [
        _one(1, published="2020-01-01"),
        _one(2, url=None, location="page 3", published="2021"),
        _one(3),
        _one(4, voice=Voice.QUOTED, speaker="Ada", published="2019"),
        _one(5, voice=Voice.AUTHOR, url=None),
        _one(6, voice=Voice.QUOTED, published="2001"),
        _one(7, voice=Voice.AUTHOR, marked=False, text=LETTER * 2),
        _one(8, voice=Voice.SUMMARY),
    ]
    assert sorted([*order[4:], *order[:4]], key=standing) == order


def test_an_idea_is_shown_once() -> None:
    """One idea has one highlight that is shown, and the others beside it, the best first."""
    letter, article, page, other = (
        _one(1),
        _one(2, voice=Voice.QUOTED, speaker="Ada"),
        _one(3, voice=Voice.SUMMARY),
        _one(4),
    )
    linked = {letter.id: {article.id, page.id}, article.id: {letter.id}, page.id: {letter.id}}
    assert list(ideas([page, other, article, letter], linked)) == [(letter, (article, page)), (other, ())]


def test_ideas_make_no_chains() -> None:
    """Two passages that only share a third are two ideas; the third is with the better of them."""
    first, part, second = _one(1), _one(2, voice=Voice.QUOTED, speaker="Ada"), _one(3)
    linked = {first.id: {part.id}, part.id: {first.id, second.id}, second.id: {part.id}}
    assert list(ideas([first, part, second], linked)) == [(first, (part,)), (second, ())]
    links = Links(lambda name: name, linked)
    assert links.family(second.id) == {first.id, part.id, second.id}
    assert links.family("unknown") == {"unknown"}


def test_a_crowd_is_not_compared() -> None:
    """What very many texts have in common is a phrase of the language: it costs no comparisons."""
    asked: list[str] = []
    texts = {str(number): f"{make_text(number)} Please subscribe below." for number in range(200)}

    def text_of(name: str) -> str:
        asked.append(name)
        return texts[name]

    links = Links(text_of)
    for name, text in texts.items():
        links.add(name, text)
    assert len(asked) < 500


def _linked(root: Path) -> list[tuple[str, str]]:
    """The titles of each two linked highlights of a folder, in the order of the folder."""
    held = {one.id: one for note in read_folder(root).notes for one in note.highlights}
    links = Links(lambda name: held[name].text)
    return [
        (held[other].source.title or "", one.source.title or "")
        for one in held.values()
        for other in links.add(one.id, one.text)
    ]


def test_the_sample_content_holds_one() -> None:
    """One passage of the sample notes stands in two of them by design, and nothing else is linked."""
    assert _linked(ROOT / "content") == [("Field notes on the commons", "From Unix to Linux")]


@pytest.mark.corpus
def test_real_notes_hold_two() -> None:
    """Of five real notes about one debate an article quotes a letter twice; what only sounds alike is not linked."""
    folder = Path(os.environ.get("DIGESTBOT_TEST_CORPUS", ROOT.parent / "shared" / "corpus")) / "seeds"  # noqa: TID251 - no setting of the product
    if not folder.is_dir():
        pytest.skip("DIGESTBOT_TEST_CORPUS names no folder with seeds/")
    found = _linked(folder)
    assert len(found) == 2
    assert len(set(found)) == 1
