"""The room that finds: the index kept in step with notes that come, change and go."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sample_notes import write

from digestbot.errors import ContentError
from digestbot.library import open_library, shelf, worker
from digestbot.library.folder import read_folder
from digestbot.library.index import How, update
from digestbot.library.place import Place
from digestbot.library.privacy import Rules
from digestbot.library.search import Library
from digestbot.library.themes import assign

ONE = "The first of the thoughts that were written down here by somebody."
TWO = "Another remark, jotted in the margin of a borrowed dictionary."


@dataclass
class Desk:
    """A folder of notes and its index."""

    notes: Path
    data: Path
    rules: Rules | None = None

    def open(self) -> Library:
        """The library as the notes are now."""
        return open_library(self.place)

    @property
    def place(self) -> Place:
        """The same for the index alone."""
        return Place((self.notes,), self.data, self.rules or Rules())

    def buildings(self) -> Sequence[Path]:
        """The folders that hold an index."""
        return sorted(path.parent for path in self.data.glob("library/*/*/meta.json"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder with two notes, indexed."""
    desk = Desk(tmp_path / "notes", tmp_path / "data")
    write(desk.notes, "One", ONE)
    write(desk.notes / "sub", "Two", TWO)
    desk.open()
    return desk


def test_a_changed_note_is_replaced(desk: Desk) -> None:
    """What a note said before is gone, what it says now is found, in the same index; the others are not read."""
    before = desk.buildings()
    write(desk.notes, "One", "Something else stands here by now, said in quite other words.")
    assert update(desk.place).changed == 1
    library = desk.open()
    assert (library.find("thoughts").total, library.find("quite other").total, library.find("remark").total) == (
        0,
        1,
        1,
    )
    assert desk.buildings() == before
    assert library.summary.highlights == 2


def test_a_deleted_note_disappears(desk: Desk) -> None:
    """A note that is deleted is not found, counted or drawn any more, and its themes lose it."""
    (desk.notes / "sub" / "Two.md").unlink()
    library = desk.open()
    assert library.find("remark").total == 0
    assert (library.summary.notes, library.summary.highlights, library.summary.sources) == (1, 1, 1)
    assert [one.text for one in library.sample("", seed="x", size=9)] == [ONE]


def test_a_moved_note_keeps_its_highlights(desk: Desk) -> None:
    """A note in another place has the same ids."""
    before = {one.id for one in desk.open().find("").highlights}
    (desk.notes / "sub").rename(desk.notes / "elsewhere")
    assert {one.id for one in desk.open().find("").highlights} == before


def test_the_files_that_are_named_are_looked_at(desk: Desk) -> None:
    """Told which files changed, an update finds them, folders that came or went included."""
    new = write(desk.notes / "new" / "deep", "Three", "A third voice joins them late in the evening.")
    assert update(desk.place, How(only=[new])).changed == 1
    (desk.notes / "new").rename(desk.notes / "old")
    assert update(desk.place, How(only=[desk.notes / "new", desk.notes / "old"])).changed == 2
    shutil.rmtree(desk.notes / "old")
    assert update(desk.place, How(only=[desk.notes / "old"])).changed == 1
    assert update(desk.place, How(only=[desk.notes / "picture.png", desk.notes / ".obsidian" / "x.md"])).changed == 0
    assert open_library(Place((desk.notes,), desk.data), check=False).find("").total == 2


def test_two_notes_with_one_highlight(desk: Desk) -> None:
    """A passage that two notes hold is one, and stays while one of them does, whichever goes first."""
    copy = write(desk.notes / "copies", "One", ONE)
    assert desk.open().find("thoughts").total == 1
    copy.unlink()
    assert desk.open().find("thoughts").total == 1
    write(desk.notes / "copies", "One", ONE)
    desk.open()
    (desk.notes / "One.md").unlink()
    library = desk.open()
    assert (library.find("thoughts").total, library.summary.highlights) == (1, 2)
    copy.unlink()
    assert desk.open().find("thoughts").total == 0


@pytest.mark.parametrize("how", ["emptied", "gone"])
def test_an_emptied_folder_keeps_its_library(desk: Desk, how: str) -> None:
    """A folder that lost all its notes at once, as an unmounted disk does, is said, and nothing is forgotten."""
    shutil.rmtree(desk.notes)
    if how == "emptied":
        desk.notes.mkdir()
    library = desk.open()
    assert library.find("thoughts").total == 1
    assert "--force" in library.notice
    write(desk.notes, "One", ONE)
    assert desk.open().notice == ""
    assert desk.open().summary.highlights == 1


def test_an_emptied_folder_is_forgotten_on_demand(desk: Desk) -> None:
    """With force the library is what the folder is: empty."""
    shutil.rmtree(desk.notes)
    desk.notes.mkdir()
    assert update(desk.place, How(force=True)).changed == 2
    assert desk.open().find("").total == 0


def test_an_emptied_folder_is_not_read_anew(desk: Desk) -> None:
    """Where the index has to be made anew, an emptied folder is an error rather than an empty library."""
    shutil.rmtree(desk.notes)
    desk.notes.mkdir()
    desk.rules = Rules(folders=frozenset({"diary"}))
    with pytest.raises(ContentError, match="--force"):
        desk.open()


def test_one_emptied_folder_of_two(tmp_path: Path) -> None:
    """The notes of the other folder are followed meanwhile."""
    write(tmp_path / "one", "One", ONE)
    write(tmp_path / "two", "Two", TWO)
    folders = [tmp_path / "one", tmp_path / "two"]
    open_library(Place(folders, tmp_path / "data"))
    (tmp_path / "one" / "One.md").unlink()
    write(tmp_path / "two", "Three", "A third voice joins them late in the evening.")
    library = open_library(Place(folders, tmp_path / "data"))
    assert library.find("").total == 3
    assert "one" in library.notice


def test_new_rules_apply_to_all(desk: Desk) -> None:
    """With other rules nothing that was read under the former ones is served."""
    desk.rules = Rules(folders=frozenset({"sub"}))
    library = desk.open()
    assert (library.find("remark").total, library.summary.withheld) == (0, 1)


def test_a_note_that_becomes_private(desk: Desk) -> None:
    """Its passages go, and so does its name in the notes that link to it; made public again, both come back."""
    write(desk.notes, "Links", "This one links to [[Two]] because it is worth reading twice.")
    assert "Two" in desk.open().find("links").highlights[0].text
    write(desk.notes / "sub", "Two", TWO, more="private: true\n")
    library = desk.open()
    assert library.find("remark").total == 0
    assert "Two" not in library.find("links").highlights[0].text
    write(desk.notes / "sub", "Two", TWO)
    library = desk.open()
    assert "Two" in library.find("links").highlights[0].text
    assert library.find("remark").total == 1


def test_many_notes_are_read_apart(desk: Desk) -> None:
    """Many notes are read in another process, which says how far it is; the outcome is the same."""
    for number in range(worker.MANY + 1):
        write(desk.notes / "many", f"Note {number}", f"Remark number {number} of a long series of remarks by nobody.")
    told: list[tuple[int, int]] = []
    news = worker.update(desk.place, How(report=lambda done, total: told.append((done, total))))
    assert news.changed == worker.MANY + 1
    assert told[-1] == (worker.MANY + 1, worker.MANY + 1)
    assert desk.open().summary.highlights == worker.MANY + 3


def test_errors_of_the_other_process_come_back(tmp_path: Path) -> None:
    """What is wrong with the notes is raised here as it was there."""
    with pytest.raises(ContentError, match="does not exist"):
        worker._apart(Place((tmp_path / "nowhere",), tmp_path / "data"), How())  # noqa: SLF001 - else only many notes get there


def test_who_comes_second_serves_what_there_is(desk: Desk) -> None:
    """While another process writes, what is there is served, and it is said."""
    lock = next(desk.data.glob("library/*/lock"))
    write(desk.notes, "Three", "A third voice joins them late in the evening.")
    with lock.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        library = desk.open()
    assert library.find("").total == 2
    assert "Another digestbot" in library.notice
    assert desk.open().find("").total == 3


def test_killed_between_the_index_and_its_manifest(desk: Desk) -> None:
    """What was written, but not written down, is written again: nothing is lost or doubled."""
    write(desk.notes, "Three", "A third voice joins them late in the evening.")
    code = f"""
import os
from pathlib import Path
from digestbot.library import open_library, shelf
from digestbot.library.place import Place
shelf.Manifest.save = lambda *_: os._exit(9)
open_library(Place((Path({str(desk.notes)!r}),), Path({str(desk.data)!r})))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    library = desk.open()
    assert (library.find("third voice").total, library.summary.highlights) == (1, 3)


def test_an_older_index_is_made_anew_aside(desk: Desk) -> None:
    """An index of another version is not served; who has it open goes on until then, and it is thrown away later."""
    before = desk.open()
    building = desk.buildings()[0]
    manifest = shelf.Manifest.load(building)
    manifest.head = replace(manifest.head, made_by="another version")
    manifest.save(building, 0)
    assert desk.open().find("").total == 2
    assert before.find("thoughts").total == 1
    assert len(desk.buildings()) == 2
    (desk.buildings()[-1] / "manifest").unlink()
    assert desk.open().find("").total == 2
    assert building not in desk.buildings()


def test_names_that_are_no_utf8(desk: Desk) -> None:
    """A file whose name is no text is read, and forgotten when it goes."""
    name = os.fsencode(desk.notes) + b"/caf\xe9.md"
    with open(name, "wb") as file:  # noqa: PTH123 - a name that a Path could not show
        file.write(b"## Highlights\n\n- A passage in a file whose name no encoding explains any more.\n")
    assert desk.open().find("encoding explains").total == 1
    os.unlink(name)  # noqa: PTH108 - as above
    assert desk.open().find("encoding explains").total == 0


def test_the_index_lists_the_themes_of_the_notes(tmp_path: Path) -> None:
    """What the index counts is what counting all notes gives, in a library of many themes."""
    content = Path(__file__).parent.parent / "content"
    read = read_folder(content).notes
    assert open_library(Place((content,), tmp_path)).themes() == assign(read)[0]


def test_the_worker_runs_no_code_of_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that lies in the working directory is not imported, whatever its name."""
    for number in range(worker.MANY + 1):
        write(tmp_path / "notes", f"note {number}", f"{ONE} Number {number} of them all.")
    (tmp_path / "tantivy.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert open_library(Place((tmp_path / "notes",), tmp_path / "data")).summary.notes == worker.MANY + 1


def test_a_name_that_became_private_while_a_folder_was_away(tmp_path: Path) -> None:
    """Notes name a note no longer once it is private, also where another folder could not be read at the time."""
    content, data = [tmp_path / "a", tmp_path / "b"], tmp_path / "data"
    write(content[0], "open", "The gardens were planned with [[Secret Merger]] in mind, as everybody knew.")
    secret = write(content[0], "Secret Merger", TWO)
    away = write(content[1], "other", ONE)
    assert "Secret" in open_library(Place(content, data)).find("gardens").highlights[0].text
    text = away.read_text(encoding="utf-8")
    away.unlink()
    secret.write_text(secret.read_text(encoding="utf-8").replace("---\n", "---\nprivate: true\n", 1), encoding="utf-8")
    assert "Secret" not in open_library(Place(content, data)).find("gardens").highlights[0].text
    away.write_text(text, encoding="utf-8")
    assert "Secret" not in open_library(Place(content, data)).find("gardens").highlights[0].text
