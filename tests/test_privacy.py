"""What is private stays private, in whatever folder, encoding and spelling."""

from __future__ import annotations

import json
import stat
import unicodedata
from pathlib import Path

import pytest

from digestbot.library import open_library
from digestbot.library.export import as_jsonl
from digestbot.library.folder import Corpus, read_folder, read_folders
from digestbot.library.place import Place
from digestbot.library.privacy import Rules

SECRET = "---\nprivate: true\naliases: [The Owl]\n---\nShe keeps the ferry's accounts in the wrong tin on purpose.\n"


def write(folder: Path, **notes: str) -> Path:
    """A folder with notes; `_` in a name stands for a space."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in notes.items():
        (folder / f"{name.replace('_', ' ')}.md").write_text(text, encoding="utf-8")
    return folder


def shown(*read: Corpus) -> str:
    """Everything that an export tells."""
    problems = [str(problem) for one in read for problem in one.problems]
    return "\n".join([*(line for one in read for line in as_jsonl(one.notes)), *problems])


def test_no_folder_names_what_another_keeps_private(tmp_path: Path) -> None:
    """A note may not name a private note of another content folder, neither in an export nor in a look-up."""
    one = write(tmp_path / "a", Xanthippe=SECRET)
    other = write(tmp_path / "b", lunch="Lunch with [[Xanthippe]] was long, and [[The Owl]] paid for all of it.\n")
    assert "anthippe" not in shown(*read_folders([one, other]))
    found = open_library(Place((one, other), tmp_path / "data")).find("lunch")
    assert [highlight.text for highlight in found.highlights] == [
        "Lunch with […] was long, and […] paid for all of it."
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_the_encoding_hides_nothing_from_the_rules(tmp_path: Path, encoding: str) -> None:
    """Links to private notes are redacted and excluded tags found in whatever encoding a note is written."""
    folder = write(tmp_path / "notes", Xanthippe=SECRET)
    (folder / "open.md").write_bytes("Lunch with [[Xanthippe]] was long and loud, as ever.".encode(encoding))
    (folder / "hush.md").write_bytes("The tide table has one misprint. #hush Nobody minds.".encode(encoding))
    told = shown(read_folder(folder, Rules(tags=frozenset({"hush"}))))
    assert "Lunch with […]" in told
    assert "anthippe" not in told
    assert "misprint" not in told


@pytest.mark.parametrize("excluded", ["work/private", "Work/Private/", "private", "PRIVATE"])
def test_excluded_folders_match_as_they_are_written(tmp_path: Path, excluded: str) -> None:
    """A folder is excluded by its name or by a path, in any case, and notes beside it are not."""
    folder = write(tmp_path / "notes", open="The harbour opens at six, whatever the notice says.\n")
    write(folder / "work" / "private", inner="The safe opens on Tuesdays only, and never before noon.\n")
    told = shown(read_folder(folder, Rules(folders=frozenset({excluded}))))
    assert "harbour" in told
    assert "safe" not in told


def test_accents_match_in_either_form(tmp_path: Path) -> None:
    """A folder whose name is stored with decomposed accents is excluded by the name as it is typed."""
    folder = tmp_path / "notes"
    write(folder / unicodedata.normalize("NFD", "Tagebücher"), day="Today the gulls were louder than the council.\n")
    rules = Rules(folders=frozenset({unicodedata.normalize("NFC", "Tagebücher")}))
    assert "gulls" not in shown(read_folder(folder, rules))


def test_an_excluded_folder_is_not_told_of_by_its_problems(tmp_path: Path) -> None:
    """What cannot be read in an excluded folder is not named either."""
    folder = tmp_path / "notes"
    write(folder / "Journal", day="Today the gulls were louder than the council.\n")
    (folder / "Journal" / "Affair").symlink_to("/nowhere")
    assert "Affair" not in shown(read_folder(folder, Rules(folders=frozenset({"journal"}))))


def test_a_private_note_that_is_too_large_is_private(tmp_path: Path) -> None:
    """A private note is not named for being refused, nor by the notes that link to it."""
    folder = write(tmp_path / "notes", Xanthippe=SECRET + "x" * 9_000_000)
    write(folder, open="Lunch with [[Xanthippe]] was long and loud, as it always is.\n")
    read = read_folder(folder)
    assert read.withheld == 1
    assert "anthippe" not in shown(read)


@pytest.mark.parametrize(
    "link",
    [
        "[[Zo&euml; Quiverling]]",
        "[Zoë Quiverling](Zo%C3%AB%20Quiverling.md)",
        "[[people/Zoë Quiverling#Jobs|Zoë Quiverling]]",
    ],
)
def test_no_spelling_of_a_link_names_a_private_note(tmp_path: Path, link: str) -> None:
    """Entities, Markdown links and aliases that repeat the name are redacted."""
    folder = write(tmp_path / "notes", Zoë_Quiverling=SECRET)
    write(folder, open=f"Lunch with {link} was long and loud, as it always is.\n")
    assert "uiverling" not in shown(read_folder(folder))


def test_no_deep_link_opens_a_private_note(tmp_path: Path) -> None:
    """An address that opens a private note in its program is left out of the highlight."""
    folder = write(tmp_path / "notes", Zoë_Quiverling=SECRET)
    link = "obsidian://open?vault=v&file=people%2FZo%C3%AB%20Quiverling"
    write(folder, open=f"## Highlights\n- The ferry is late on principle. ([View Highlight]({link}))\n")
    (told,) = [json.loads(line) for line in as_jsonl(read_folder(folder).notes)]
    assert [one["url"] for one in told["highlights"]] == [None]


def test_the_index_is_nobody_elses_to_read(tmp_path: Path) -> None:
    """The data folder that a look-up makes is closed to other users of the machine."""
    folder = write(tmp_path / "notes", open="The harbour opens at six, whatever the notice says.\n")
    open_library(Place((folder,), tmp_path / "data" / "digestbot"))
    assert stat.S_IMODE((tmp_path / "data" / "digestbot").stat().st_mode) == 0o700
