"""The room that finds: index, look-up and themes over folders of notes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import make_highlight
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_notes import write

from digestbot.errors import ContentError, SettingsError, ThemeError
from digestbot.library import open_library
from digestbot.library.place import Place
from digestbot.library.search import Library
from digestbot.library.themes import assign, fold
from digestbot.model import Highlight, Note
from digestbot.ports import Found


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Two content folders with a handful of notes."""
    root = tmp_path_factory.mktemp("library")
    write(
        root / "one",
        "The Garden",
        "A garden of open models grows faster than any walled estate ever could.",
        "Whoever plants open seeds should not wonder about models in the hedge.",
        "Nobody ever owned the weather, and yet every garden depends upon it.",
    )
    write(
        root / "two",
        "The Estate",
        "Walls keep the deer out and the gardeners in, said the estate's own ledger.",
        "An estate is a garden with a lawyer, and a lawyer is a garden without a bee.",
        "The licences were longer than the novels that they were meant to protect.",
        author="Charles Babbage",
        tags="licences, estates",
    )
    return open_library(Place((root / "one", root / "two"), root / "data"))


def _found(library: Library, query: str) -> list[str]:
    return [one.text.split()[0] for one in library.find(query, limit=20).highlights]


def test_everything_in_the_order_of_the_notes(library: Library) -> None:
    """The empty query matches all highlights of all folders, page by page in a stable order."""
    found = library.find("", limit=20)
    assert found.total == len(found.highlights) == 6
    pages = [one for offset in range(0, 6, 2) for one in library.find("", limit=2, offset=offset).highlights]
    assert pages == list(found.highlights)
    assert {one.source.title for one in found.highlights} == {"The Garden", "The Estate"}


@pytest.mark.parametrize(
    ("query", "first", "total"),
    [
        ("weather depends", "Nobody", 1),
        ("FASTER éstates", "A", 1),
        ("licence", "The", 3),
        ("what was it about the lawyer and the bee", "An", None),
        ("author:babbage walls", "Walls", 1),
        ("author:“Charles Babbage”", "Walls", 3),
        ('source:"the garden" seeds', "Whoever", 1),
        ("tag:Licences novels", "The", 1),
        ("theme:weight hedge", "Whoever", 1),
        ("author:nobody walls", None, 0),
        ("???", None, 0),
        ("unicorns", None, 0),
    ],
)
def test_look_up(library: Library, query: str, first: str | None, total: int | None) -> None:
    """All words decide, else any; filters narrow; what matches nothing finds nothing."""
    found = library.find(query)
    assert total in (None, found.total)
    assert (found.highlights[0].text.split()[0] if found.highlights else None) == first


def test_all_words_come_before_any_word(library: Library) -> None:
    """Where one highlight has all words those that have only some are not shown; then those that lack one are."""
    assert _found(library, "open seeds models") == ["Whoever"]
    assert _found(library, "open seeds novels") == ["Whoever"]
    assert set(_found(library, "weather unicorn novels")) == {"Nobody", "The"}


def test_by_id(library: Library) -> None:
    """An id or an unambiguous beginning of it names its highlight, whole and equal to what was read."""
    one = library.find("weather").highlights[0]
    assert library.get(one.id) == library.get(one.id[:6]) == one
    assert library.find(one.id[:8]) == Found(1, (one,), snippets=("",))
    assert library.get("") is None
    assert library.get("0" * 16) is None
    assert library.get(".*") is None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text() | st.text('author:tag"\\()[]^~*?+-/ {}aeé', max_size=40), limit=st.integers(), at=st.integers())
def test_any_text_is_a_query(library: Library, query: str, limit: int, at: int) -> None:
    """No query, page size or offset raises, and no page is longer than asked for."""
    found = library.find(query, limit=limit, offset=at)
    assert 0 <= len(found.highlights) <= min(max(limit, 0), found.total)
    assert library.get(query) is None or query


def test_themes(library: Library) -> None:
    """A theme with at least three highlights is listed under a readable name and gives its pool."""
    names = [theme.name for theme in library.themes()]
    assert {"Weights", "Licences", "Estates"} <= set(names)
    assert [one.source.title for one in library.pool("Licence")] == ["The Estate"] * 3


def test_unknown_theme(library: Library) -> None:
    """An unknown theme is refused with the nearest names."""
    for ask in (library.pool, library.stock):
        with pytest.raises(ThemeError, match="Licences"):
            ask("licensse")


def test_stock_counts_what_within_gives(library: Library) -> None:
    """A theme's highlights are counted by source, and a source's are had without the rest."""
    for theme in ("weights", "Licence", "everything"):
        pool = library.pool(theme)
        assert library.stock(theme) == Counter(one.source.identity for one in pool)
        for source in library.stock(theme):
            held = {one.id for one in library.within(theme, source)}
            assert held == {one.id for one in pool if one.source.identity == source}
    assert library.within("weights", "no such source") == []


def test_unchanged_notes_are_not_read_again(tmp_path: Path) -> None:
    """The index is made once, and again when a note or a rule has changed; other states are not kept."""
    note = write(tmp_path / "notes", "One", "The first of the thoughts that were written down here by somebody.")
    shelf = tmp_path / "data" / "library"
    states = []
    for text in ("", "", "\n- A second thought was written down here by somebody else later on.\n"):
        with note.open("a", encoding="utf-8") as file:
            file.write(text)
        library = open_library(Place((tmp_path / "notes",), tmp_path / "data"))
        folders = [path for path in shelf.glob("*/*") if path.is_dir()]
        assert len(folders) == 1
        states.append((library.summary.highlights, folders[0].stat().st_ino))
    assert states[0] == states[1]
    assert [count for count, _ in states] == [1, 1, 2]


def test_an_open_library_outlives_a_newer_one(tmp_path: Path) -> None:
    """Who looks up in an older state is not disturbed by the making of a newer one."""
    write(tmp_path / "notes", "One", "The first of the thoughts that were written down here by somebody.")
    old = open_library(Place((tmp_path / "notes",), tmp_path / "data"))
    write(tmp_path / "notes", "Two", "Other thoughts came later, and somebody else kept them in a drawer.")
    new = open_library(Place((tmp_path / "notes",), tmp_path / "data"))
    assert (old.find("thoughts").total, new.find("thoughts").total) == (1, 2)


@pytest.mark.parametrize("damage", ["truncate", "delete"])
def test_a_broken_index_is_made_again(tmp_path: Path, damage: str) -> None:
    """Files of the index that were cut short or deleted cost a new build, not an answer."""
    write(tmp_path / "notes", "One", "The first of the thoughts that were written down here by somebody.")
    open_library(Place((tmp_path / "notes",), tmp_path / "data"))
    for path in (tmp_path / "data" / "library").glob("*/*/*.json"):
        path.write_bytes(b"") if damage == "truncate" else path.unlink()
    assert open_library(Place((tmp_path / "notes",), tmp_path / "data")).find("thoughts").total == 1


def test_a_crash_while_building_leaves_no_trace(tmp_path: Path) -> None:
    """A build that was killed half-way is thrown away by the next one."""
    write(tmp_path / "notes", "One", "The first of the thoughts that were written down here by somebody.")
    code = f"""
import os
from pathlib import Path
from digestbot.library import open_library, shelf
from digestbot.library.place import Place
shelf.Manifest.save = lambda *_: os._exit(9)
open_library(Place((Path({str(tmp_path / "notes")!r}),), Path({str(tmp_path / "data")!r})))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert list((tmp_path / "data" / "library").glob("*/1/meta.json"))
    assert open_library(Place((tmp_path / "notes",), tmp_path / "data")).find("thoughts").total == 1
    assert len(list((tmp_path / "data" / "library").glob("*/*/meta.json"))) == 1


def test_a_highlight_in_two_folders_is_one(tmp_path: Path) -> None:
    """The same passage of the same source is one document, wherever its notes lie."""
    for folder in ("one", "two"):
        write(tmp_path / folder, "One", "The first of the thoughts that were written down here by somebody.")
    library = open_library(Place((tmp_path / "one", tmp_path / "two"), tmp_path / "data"))
    assert library.find("").total == library.summary.highlights == 1
    assert library.summary.notes == 2


def test_missing_folder(tmp_path: Path) -> None:
    """A content folder that is not there is named, with the setting that names it."""
    with pytest.raises(ContentError, match=r"nowhere does not exist.*DIGESTBOT_CONTENT"):
        open_library(Place((tmp_path / "nowhere",), tmp_path / "data"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_data_folder(tmp_path: Path) -> None:
    """A data folder that cannot be written is named, with the setting that names it."""
    write(tmp_path / "notes", "One", "A thought.")
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(SettingsError, match="DIGESTBOT_DATA"):
        open_library(Place((tmp_path / "notes",), tmp_path / "data"))


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without notes is a library without highlights."""
    (tmp_path / "notes").mkdir()
    library = open_library(Place((tmp_path / "notes",), tmp_path / "data"))
    assert (library.find(""), library.find("x"), library.themes()) == (Found(), Found(), ())


@pytest.mark.parametrize(
    "names",
    [("Open_Weights", "#open-weight", "open weights"), ("Policies", "policy"), ("LLMs", "llm"), ("AI", "#ai")],
)
def test_spellings_of_one_theme(names: tuple[str, ...]) -> None:
    """Case, marks between words, a hash and a simple plural make no other theme."""
    assert len({fold(name) for name in names}) == 1


def _note(path: str, number: int, *tags: str, **changes: object) -> Note:
    highlight: Highlight = replace(make_highlight(number, tags=tags), **changes)  # type: ignore[arg-type]
    return Note(path, (highlight.source,), (highlight,))


def _named(notes: list[Note]) -> dict[str, int]:
    return {theme.name: theme.highlights for theme in assign(notes)[0]}


def test_signals_of_a_theme() -> None:
    """Tags, parts of nested tags, wikilinks and folders are themes alike."""
    notes = [_note(f"Energy/{n}.md", n, "ai/gpu-prices", links=("Places/Open Questions#x",)) for n in range(3)]
    assert _named(notes) == {"AI": 3, "Energy": 3, "GPU prices": 3, "Open Questions": 3}


def test_what_a_source_is_can_be_ordered_and_is_not_listed() -> None:
    """A category such as podcasts has its highlights, yet is not among the themes to rotate through."""
    source = replace(make_highlight().source, category="podcasts")
    notes = [_note(f"{n}.md", n, "birds", source=replace(source, authors=(str(n),), key=str(n))) for n in range(3)]
    themes, under = assign(notes)
    assert [theme.name for theme in themes] == ["Birds"]
    assert all("podcast" in keys for keys in under.values())


def test_no_themes_of_dates_and_housekeeping() -> None:
    """Dates, exporters' housekeeping and what is on too few highlights or on too many notes is no theme."""
    dates = ("2024-05-01", "2024", "May 2024", "2024-W12", "1 Jan 2024")
    notes = [
        _note(f"{n}.md", n, "common", "readwise", *dates, "rare" if n < 2 else "fine" if n < 5 else "x")
        for n in range(12)
    ]
    assert _named(notes) == {"Fine": 3}


def test_without_themes_there_is_one_of_everything() -> None:
    """Notes that show no theme still have one, which holds them all."""
    assert _named([_note(f"{n}.md", n) for n in range(2)]) == {"Everything": 2}


def test_a_theme_is_named_as_it_is_mostly_written() -> None:
    """The commonest spelling names a theme; of two the one with capitals."""
    notes = [_note(f"{n}.md", n, tag) for n, tag in enumerate(["gpt-models", "GPT_models", "GPT models", "GPT models"])]
    assert _named(notes) == {"GPT models": 4}
