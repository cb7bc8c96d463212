"""The room that finds: the names that an index knows, and what is suggested of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_notes import write

from digestbot.commands import look_up
from digestbot.errors import ThemeError
from digestbot.library import open_library
from digestbot.library.place import Place
from digestbot.library.search import Library
from digestbot.model import Notice, SavedSearch
from digestbot.ports import Name

SAVED = (SavedSearch("looms-and-wool", query="looms"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three notes of two authors under two tags."""
    texts = [f"Remark number {number} about looms, and what hangs on them in winter." for number in range(3)]
    write(tmp_path / "notes", "Engines of Wool", *texts, author="Ada Lovelace", tags="weaving")
    write(
        tmp_path / "notes", "Threads", "A thread breaks where it was thinnest from the start.", author="Joseph Jacquard"
    )
    return tmp_path


def _open(folder: Path) -> Library:
    return open_library(Place((folder / "notes",), folder / "data", saved=SAVED))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("joseph", Name("Joseph Jacquard", "author", 1)),
        ("looms", Name("Looms and wool", "theme", 3)),
        ("engines", Name("Engines of Wool", "title", 3)),
        ("jacqard", Name("Joseph Jacquard", "author", 1)),
        ("weights", Name("Weights", "tag", 1)),
    ],
)
def test_names_of_every_kind(folder: Path, typed: str, name: Name) -> None:
    """Authors, titles, tags and themes, saved searches among them, are suggested with their stock, despite a typo."""
    assert _open(folder).suggest(typed, 1) == [name]


def test_names_follow_the_notes(folder: Path) -> None:
    """Names are counted once for a state of the index, whoever opens it, and again when a note comes or goes."""
    _open(folder).suggest("")
    (file,) = (folder / "data").rglob("names")
    before = file.stat().st_mtime_ns
    assert _open(folder).suggest("thre", 1) == [Name("Threads", "title", 1)]
    assert file.stat().st_mtime_ns == before
    (folder / "notes" / "Threads.md").unlink()
    assert _open(folder).suggest("thre") == []


def test_a_broken_file_is_made_anew(folder: Path) -> None:
    """What is no file of names is not trusted; the names are counted."""
    _open(folder).suggest("")
    (file,) = (folder / "data").rglob("names")
    file.write_bytes(file.read_bytes()[:60])
    assert _open(folder).suggest("jacq", 1) == [Name("Joseph Jacquard", "author", 1)]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("author:lovelase", 'Did you mean author:"Ada Lovelace"?'),
        ("source:engins", 'Did you mean source:"Engines of Wool"?'),
        ('theme:"loms and wool"', 'Did you mean theme:"Looms and wool"?'),
        ("xyzzyqq", "Try fewer words; “quote help” says what else can be asked."),
    ],
)
def test_nothing_found_names_what_was_meant(folder: Path, query: str, answer: str) -> None:
    """A look-up that finds nothing proposes the names like those that were asked for."""
    view = look_up(query, _open(folder), seed="")
    assert isinstance(view, Notice)
    assert view.text == f"Nothing found for “{query}”. {answer}"


def test_an_unknown_theme_names_the_nearest(folder: Path) -> None:
    """A theme is suggested by any of its words, a misspelt one included."""
    with pytest.raises(ThemeError, match="nearest are Looms and wool"):
        _open(folder).pool("looms and wolo")
