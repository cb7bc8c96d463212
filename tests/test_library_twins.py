"""The room that finds: the same passage in several sources of one index."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from sample_notes import write

from digestbot.commands import look_up
from digestbot.library import open_library, twins
from digestbot.library.alike import CROWD, signature
from digestbot.library.place import Place
from digestbot.library.search import Library
from digestbot.model import Highlight, Quotes

ROOT = Path(__file__).parent.parent

LETTER = (
    "Our mill is there to grind the best flour for the whole valley. To do this we must make sure that we always have "
    "water of our own, and that we are not waiting on a neighbour's weir where he can close the sluice."
)
REPORT = (
    "Our mill is there to grind the best flour for the whole valley. To do that, we need to make sure that we always "
    "have water of our own and that we do not wait on a neighbour's weir that could close the sluice."
)
OTHER = "A baker across the river counts loaves, and the miller counts what the bakers still owe him."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A letter, a report that quotes it anew, and another note, all under one tag."""
    write(tmp_path / "notes", "Letter", LETTER, author="Ada Miller", tags="valley", more="published: 2001\n")
    write(tmp_path / "notes", "Report", REPORT, author="Rita Reporter", tags="valley", more="published: 2002\n")
    write(tmp_path / "notes", "Bakers", OTHER, author="Bea Baker", tags="valley")
    return tmp_path


def _open(folder: Path) -> Library:
    return open_library(Place((folder / "notes",), folder / "data"))


def _titles(found: tuple[Highlight, ...]) -> list[str | None]:
    return [one.source.title for one in found]


def _also(library: Library, title: str) -> list[str | None]:
    one = library.find(f"source:{title}").highlights[0]
    return _titles(tuple(library.also_in(one)))


def test_one_idea_is_shown_once(folder: Path) -> None:
    """A look-up shows the earlier of two passages that are one, counts it once and names the other source."""
    view = look_up("flour for the whole valley", _open(folder), seed="")
    assert isinstance(view, Quotes)
    assert (_titles(view.highlights), view.total, view.also_in) == (["Letter"], 1, (("Report",),))


def test_a_source_alone_is_found(folder: Path) -> None:
    """Asked for the later source, its own passage is shown, with the earlier one as the other place."""
    view = look_up("source:report flour", _open(folder), seed="")
    assert isinstance(view, Quotes)
    assert (_titles(view.highlights), view.also_in) == (["Report"], (("Letter",),))


def test_pages_do_not_repeat_an_idea(folder: Path) -> None:
    """Page after page shows each idea once, and as many as were counted."""
    library = _open(folder)
    pages = [library.find("valley", limit=1, offset=number) for number in range(3)]
    assert [found.total for found in pages] == [2, 2, 2]
    assert sorted(str(title) for found in pages for title in _titles(found.highlights)) == ["Bakers", "Letter"]


def test_a_pool_holds_an_idea_once(folder: Path) -> None:
    """A theme's pool and what is like a highlight leave the second place of an idea out."""
    library = _open(folder)
    assert sorted(str(title) for title in _titles(tuple(library.pool("valley")))) == ["Bakers", "Letter"]
    assert library.stock("valley") == Counter(one.source.identity for one in library.pool("valley"))
    letter, report = (library.find(f"source:{title}").highlights[0] for title in ("letter", "report"))
    assert not library.within("valley", report.source.identity)
    assert "Report" not in _titles(tuple(library.like(letter.id)))


def test_links_follow_the_notes(folder: Path) -> None:
    """A note that comes, changes or goes takes its links along, without a new index."""
    _open(folder)
    buildings = sorted((folder / "data").rglob("meta.json"))
    copy = write(folder / "notes", "Almanac", f"In May it was said: {LETTER}", author="Al Manac")
    assert sorted(map(str, _also(_open(folder), "letter"))) == ["Almanac", "Report"]
    assert _also(_open(folder), "almanac")[0] == "Letter"
    write(folder / "notes", "Report", "Nothing was said on that day, and nobody wrote it down.", author="Rita Reporter")
    assert _also(_open(folder), "letter") == ["Almanac"]
    copy.unlink()
    library = _open(folder)
    assert _also(library, "letter") == []
    assert library.find("flour for the whole valley").total == 1
    assert sorted((folder / "data").rglob("meta.json")) == buildings


def test_notes_that_come_together_are_linked(folder: Path) -> None:
    """Two notes that are saved at once are compared with each other, too."""
    _open(folder)
    text = "Every harbour is a promise that the sea makes to people who never asked for it."
    write(folder / "notes", "Harbour", text, author="Hal Bour")
    write(folder / "notes", "Promise", text.replace("that the", "the"), author="Pro Mise")
    assert _also(_open(folder), "harbour") == ["Promise"]


def test_a_whole_build_finds_what_updates_find(folder: Path, tmp_path: Path) -> None:
    """The links are the same whether notes came one by one or all at once."""
    _open(folder)
    for number in range(3):
        write(folder / "notes", f"Copy {number}", f"{LETTER} So it was said {number} times.", author=f"Cy {number}")
        grown = _open(folder)
    fresh = open_library(Place((folder / "notes",), tmp_path / "fresh"))
    for one in fresh.find("", limit=9).highlights:
        assert {other.id for other in grown.also_in(one)} == {other.id for other in fresh.also_in(one)}


def test_phrases_of_the_language_make_no_candidates() -> None:
    """What more have in common than CROWD is no candidate, what two have is one."""
    gathered = twins.Gathered()
    for lot in range(CROWD + 1):
        gathered.add(lot, [1, 2, 3, *((7, 8) if lot in (3, 5) else (lot + 100,))])
    assert list(gathered.candidates()) == [(3, 5)]


def test_signs_are_numbers_that_the_index_takes() -> None:
    """Signs and the rows they are packed with fit 64 bits."""
    assert all(sign < 1 << 32 for sign in signature(LETTER))


def test_the_sample_content(tmp_path: Path) -> None:
    """The near-duplicate of the sample corpus is found through its index."""
    library = open_library(Place((ROOT / "content",), tmp_path))
    found = library.find("consent decree of 1956").highlights
    assert _titles(tuple(library.also_in(found[0]))) in (["From Unix to Linux"], ["Field notes on the commons"])


@pytest.mark.corpus
def test_real_notes_hold_two(tmp_path: Path) -> None:
    """The two passages of a letter that an article quotes anew are found, and nothing else."""
    folder = Path(os.environ.get("DIGESTBOT_TEST_CORPUS", ROOT.parent / "shared" / "corpus")) / "seeds"  # noqa: TID251 - no setting of the product
    if not folder.is_dir():
        pytest.skip("DIGESTBOT_TEST_CORPUS names no folder with seeds/")
    library = open_library(Place((folder,), tmp_path))
    every = library.find("", limit=10_000)
    assert sorted(len(library.also_in(one)) for one in every.highlights)[-3:] == [0, 1, 1]
    assert every.total == library.summary.highlights - 2
