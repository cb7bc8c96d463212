"""What is private stays in the folder: however a note says that it is, and however another one names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import read

from digestbot.library.export import as_jsonl
from digestbot.library.folder import read_folder
from digestbot.library.privacy import Rules

SECRET = "The safe opens on Tuesdays only, as everybody here knows.\n"


@pytest.mark.parametrize(
    "head",
    [
        "---\nprivate: true # for now\n---\n",
        "---\nprivate: y\n---\n",
        "---\nprivate: !!bool true\n---\n",
        "---\nprivate: true\n\n",
        "---\nprivate: true\n...\n",
        "----\nprivate: true\n----\n",
        f"---\nprivate: true\ntitle: {'a' * 40_000}\n---\n",
        f"---\ntitle: {'a' * 20_000}\nprivate: true\n---\n",
        "# Safe\nprivate:: true\n\n",
        "- private:: true\n- ",
        "**Private:** yes\n\n",
        "<!-- draft -->\n---\nprivate: true\n---\n",
        "private: true\n\nSafe (A)\n- Your Highlight on page 1 | Added on Monday\n\nOpen it.\n==========\n",
    ],
)
def test_marked_as_private(head: str) -> None:
    """A note is private even where the front matter that says so is broken, too long or no front matter."""
    assert read(head + SECRET).private


@pytest.mark.parametrize(
    "head", ["---\nprivate: false\n---\n", "Private: truely not.\n\n", "```\n{'private': true}\n```\n"]
)
def test_not_private(head: str) -> None:
    """Other words about private things do not hide a note."""
    assert not read(head + SECRET).private


@pytest.mark.parametrize(
    "link",
    [
        "[[Kestrel|Project Kestrel budget]]",
        "[[Kestrel#Budget|Budget of Kestrel]]",
        "[the Kestrel plan](Kestrel.md)",
        "[[Kes\u00adtrel]]",
        "&#91;&#91;Kestrel&#93;&#93;",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_link_names_a_private_note(tmp_path: Path, link: str, encoding: str) -> None:
    """Not by a label that holds the name, nor in a file of another encoding."""
    (tmp_path / "Kestrel.md").write_text(f"---\nprivate: true\n---\n{SECRET}", encoding="utf-8")
    (tmp_path / "open.md").write_text(f"We met on Monday and talked of {link} for an hour.\n", encoding=encoding)
    found = read_folder(tmp_path)
    assert (found.withheld, [one.text for one in found.notes[0].highlights]) == (
        1,
        ["We met on Monday and talked of […] for an hour."],
    )


def test_no_problem_names_a_private_note(tmp_path: Path) -> None:
    """A note that belongs to no highlight is reported without the private names in it."""
    (tmp_path / "Kestrel.md").write_text(f"---\nprivate: true\n---\n{SECRET}", encoding="utf-8")
    record = "Quay (A)\n- Your {} | Added on Monday 1:00\n\n{}\n==========\n"
    text = record.format("Highlight on page 1", "The quay.") + record.format("Note on page 9", "see [[Kestrel]]")
    (tmp_path / "My Clippings.txt").write_text(text, encoding="utf-8")
    (line,) = as_jsonl(read_folder(tmp_path).notes)
    assert "see […]" in line
    assert "Kestrel" not in line


def test_excluded_tag_in_another_encoding(tmp_path: Path) -> None:
    """A tag that keeps a note back is found in UTF-16 too."""
    (tmp_path / "a.md").write_text(f"{SECRET}#hr\n", encoding="utf-16")
    assert read_folder(tmp_path, Rules(tags=frozenset({"hr"}))).withheld == 1
