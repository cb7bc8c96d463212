"""`digestbot corpus`, and the forms in which a corpus leaves it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from digestbot.library.export import COLUMNS, as_csv, as_jsonl, as_markdown
from digestbot.library.folder import read_folder
from digestbot.model import Voice

SAMPLES = Path(__file__).parent.parent / "content"

EXPORT = """---
author: [[Lena Holm]]
title: Quiet Harbours
date: 2024-05-06
tags:
- sea
---
## Metadata
- URL: https://harbour.example/quiet

## Highlights
- The quay is longer at low tide than any chart of it admits. ([View Highlight](https://read.readwise.io/read/01a))
    - Note: for the spring issue
    - Tags: #tides
- “Row first, argue later, and never do both in the dark.” — Signe Berg
"""
BROKEN = (
    "---\nauthor: @gull_watcher on Twitter\n---\n# Gulls\n\nGulls are the only critics who never miss a premiere.\n"
)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder with an export, a note with broken front matter, a template and a private note."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "harbours.md").write_text(EXPORT, encoding="utf-8")
    (folder / "gulls.md").write_text(BROKEN, encoding="utf-8")
    (folder / "template.md").write_text("# {{title}}\n\n{{content}}\n", encoding="utf-8")
    (folder / "secret.md").write_text("---\nprivate: true\n---\nThe safe opens on Tuesdays only.\n", encoding="utf-8")
    return folder


def digestbot(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program as a person would."""
    command = [sys.executable, "-m", "digestbot", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)


def test_check_names_file_line_and_fix(notes: Path) -> None:
    """What is odd is told with its file and line; without --strict that is no failure."""
    result = digestbot("corpus", "check", str(notes), cwd=notes.parent)
    assert result.returncode == 0
    first, *problems = result.stdout.splitlines()
    assert first == "notes: 3 notes, 3 highlights, 1 private left out; 2 things to look at:"
    assert problems == [
        "gulls.md:2: the front matter is not valid YAML; read line by line; mend the front matter",
        "template.md: is a template that was never filled in",
    ]


def test_strict_check_fails_on_findings(notes: Path) -> None:
    """--strict exits with 1 when there is anything to look at, and with 0 when there is not."""
    assert digestbot("corpus", "check", "--strict", str(notes), cwd=notes.parent).returncode == 1
    assert digestbot("corpus", "check", "--strict", str(notes / "harbours.md"), cwd=notes.parent).returncode == 0


def test_check_as_json(notes: Path) -> None:
    """--json gives the counts and every problem with its parts."""
    told = json.loads(digestbot("corpus", "check", "--json", str(notes), cwd=notes.parent).stdout)
    assert (told["notes"], told["highlights"], told["withheld"]) == (3, 3, 1)
    assert [(one["path"], one["line"]) for one in told["problems"]] == [("gulls.md", 2), ("template.md", None)]


def test_export_as_json_lines(notes: Path) -> None:
    """Every source is one object with all its fields; a file that yields nothing has its line, with the reason."""
    lines = digestbot("corpus", "export", str(notes), cwd=notes.parent).stdout.splitlines()
    objects = {one["path"]: one for one in map(json.loads, lines)}
    assert set(objects) == {"gulls.md", "harbours.md", "template.md"}
    assert objects["template.md"]["highlights"] == []
    assert objects["template.md"]["problems"] == ["template.md: is a template that was never filled in"]
    harbours = objects["harbours.md"]
    assert (harbours["title"], harbours["authors"]) == ("Quiet Harbours", ["Lena Holm"])
    assert (harbours["source_url"], harbours["published"]) == ("https://harbour.example/quiet", "2024-05-06")
    marked, said = harbours["highlights"]
    assert marked == {
        "id": marked["id"],
        "text": "The quay is longer at low tide than any chart of it admits.",
        "url": "https://read.readwise.io/read/01a",
        "location": None,
        "timestamp": None,
        "note": "for the spring issue",
        "tags": ["tides"],
        "voice": "author",
        "speaker": None,
    }
    assert (said["voice"], said["speaker"]) == ("quoted", "Signe Berg")


def test_a_missing_folder_is_said_plainly(tmp_path: Path) -> None:
    """A content folder that does not exist ends with the settings' exit status and a sentence, not a traceback."""
    result = digestbot("corpus", "check", str(tmp_path / "nowhere"), cwd=tmp_path)
    assert result.returncode == 3
    assert "nowhere" in result.stderr
    assert "Traceback" not in result.stderr


def test_csv_has_the_columns_of_readwise_and_no_formulas(notes: Path) -> None:
    """A CSV export has the header of Readwise's import, and no cell that a spreadsheet would run."""
    (notes / "sums.md").write_text("## Highlights\n- =SUM(A1:A9) is how the harbour master counts boats.\n")
    rows = list(csv.reader(io.StringIO("".join(as_csv(read_folder(notes).notes)))))
    assert tuple(rows[0]) == COLUMNS
    texts = [row[0] for row in rows[1:]]
    assert "'=SUM(A1:A9) is how the harbour master counts boats." in texts
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("folder", [None, SAMPLES], ids=["exports", "the sample notes"])
def test_markdown_can_be_read_again(notes: Path, tmp_path: Path, folder: Path | None) -> None:
    """A Markdown export of a whole corpus, one file, gives every highlight again, and no voice that was not there."""
    before = {one.id: one for note in read_folder(folder or notes).notes for one in note.highlights if one.source.key}
    again = tmp_path / "again.md"
    again.write_text("\n".join(as_markdown(read_folder(folder or notes).notes)), encoding="utf-8")
    after = {one.id: one for note in read_folder(again).notes for one in note.highlights}
    assert before
    for one in before.values():
        assert one.id in after, one.text
        other = after[one.id]
        assert (other.text, other.source.title, other.source.authors) == (
            one.text,
            one.source.title,
            one.source.authors,
        )
        assert other.location in {one.location, None} if one.url else other.location == one.location
        assert other.voice is one.voice or other.voice is Voice.SUMMARY
        assert other.speaker in {one.speaker, None}


def test_json_lines_hold_any_name(tmp_path: Path) -> None:
    """A file name of bytes that are no UTF-8, or with a line end, is one line of valid JSON."""
    (tmp_path / "two\nlines.md").write_text("The lighthouse keeper counts ships the way others count sheep.")
    Path(str(tmp_path).encode().decode() + "/bad\udcff.md").write_text("The bell buoy rings for nobody in particular.")
    objects = [json.loads(line.encode("utf-8")) for line in as_jsonl(read_folder(tmp_path).notes)]
    assert {one["path"] for one in objects} == {"two\nlines.md", "bad\\xff.md"}
