"""The room that finds: saved searches of digestbot.toml as themes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sample_notes import write

from digestbot.errors import ThemeError
from digestbot.library import open_library
from digestbot.library.place import Place
from digestbot.library.search import Library
from digestbot.model import SavedSearch

BOLD = "Open weights are what a bold lab hands to its rivals."
SHY = "The weights stay shut in a drawer of the lab, said the shy one."
DOOR = "An open door lets the cold in and the neighbours too."
ADA = "An engine weaves patterns of open algebra, with weights on its looms."

SAVED = (
    SavedSearch("open-weights", query="opened weight"),
    SavedSearch("ada", query='"patterns of open"', authors=("lovelace",)),
    SavedSearch("labs", tags=("lab",), exclude=("secret",)),
    SavedSearch("nobody", authors=("Nemo",)),
    SavedSearch("selfish", query="theme:selfish"),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Four notes, of which two are tagged as one of the saved searches is named."""
    root = tmp_path_factory.mktemp("saved")
    write(root / "notes", "Bold", BOLD, author="Bob", tags="lab")
    write(root / "notes", "Shy", SHY, author="Eve", tags="lab, secret, ada")
    write(root / "notes", "Door", DOOR, author="Eve", tags="ada")
    write(root / "notes", "Engine", ADA, author="Ada Lovelace", tags="looms")
    return open_library(Place((root / "notes",), root / "data", saved=SAVED))


def _texts(library: Library, theme: str) -> set[str]:
    return {one.text for one in library.pool(theme)}


@pytest.mark.parametrize("name", ["open-weights", "Open weights", "OPEN_WEIGHT"])
def test_all_words_and_no_fewer(library: Library, name: str) -> None:
    """A saved query finds what has all its words in any form, not some of them, however its name is spelled."""
    assert _texts(library, name) == {BOLD, ADA}


def test_conditions_narrow(library: Library) -> None:
    """Authors and tags must be met, what is excluded stays out, and quotation marks hold words together."""
    assert _texts(library, "ada") == {ADA}
    assert _texts(library, "labs") == {BOLD}


def test_listed_with_their_stock(library: Library) -> None:
    """Saved searches that find anything are themes with their counts, one in place of the notes' theme of its name."""
    listed = {theme.name: (theme.highlights, theme.sources) for theme in library.themes()}
    assert listed["Open weights"] == (2, 2)
    assert (listed["Ada"], listed["Labs"]) == ((1, 1), (1, 1))
    assert "Nobody" not in listed


@pytest.mark.parametrize("name", ["open-weights", "labs"])
def test_counted_by_source(library: Library, name: str) -> None:
    """A saved search is drawn from as any theme is, source by source."""
    pool = library.pool(name)
    assert library.stock(name) == Counter(one.source.identity for one in pool)
    drawn = [one.id for source in library.stock(name) for one in library.within(name, source)]
    assert sorted(drawn) == sorted(one.id for one in pool)


def test_a_filter_and_a_facet(library: Library) -> None:
    """`theme:` means a saved search too, with and without conditions of its own, and matches are counted by it."""
    assert {one.text for one in library.find("theme:open-weights bold").highlights} == {BOLD}
    assert library.find("theme:labs").total == 1
    assert library.find("-theme:open-weights").total == 2
    facets = dict(library.facets("weights", "theme"))
    assert (facets["Open weights"], facets["Ada"], facets["Labs"]) == (2, 1, 1)


@pytest.mark.parametrize("name", ["nobody", "selfish"])
def test_one_that_finds_nothing_says_so(library: Library, name: str) -> None:
    """A saved search without a match names its place in the settings; one that names itself is such a one."""
    with pytest.raises(ThemeError, match=r"finds nothing.*digestbot\.toml"):
        library.pool(name)


def test_a_changed_search_needs_no_new_index(tmp_path: Path) -> None:
    """The same index answers other saved searches at the next opening."""
    write(tmp_path / "notes", "Door", DOOR)
    open_library(Place((tmp_path / "notes",), tmp_path / "data"))
    before = sorted((tmp_path / "data").rglob("meta.json"))
    library = open_library(Place((tmp_path / "notes",), tmp_path / "data", saved=[SavedSearch("cold", query="cold")]))
    assert _texts(library, "cold") == {DOOR}
    assert sorted((tmp_path / "data").rglob("meta.json")) == before
