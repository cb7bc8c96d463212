"""Names: lists of authors as people write them, and titles that only a file name tells."""

from __future__ import annotations

import pytest
from reading import read

BODY = "\n## Highlights\n- One rope is never enough.\n"

AUTHORS = {
    "[[Lena Holm]], [[Bo Reed]] and [[Ana Cruz]]": ("Lena Holm", "Bo Reed", "Ana Cruz"),
    "Lena Holm & Bo Reed": ("Lena Holm", "Bo Reed"),
    "Lena Holm, Bo Reed, and Ana Cruz": ("Lena Holm", "Bo Reed", "Ana Cruz"),
    "Lena Holm; Bo Reed": ("Lena Holm", "Bo Reed"),
    "Holm, Lena": ("Lena Holm",),
    "Holm, L. M.": ("L. M. Holm",),
    "Holm, Anna Lena; Reed, Bo": ("Anna Lena Holm", "Bo Reed"),
    "L. M. Holm, B.R. Reed Jr.": ("L. M. Holm", "B.R. Reed Jr."),
    "Sammy Reed, Jr., and Ana Cruz": ("Sammy Reed, Jr.", "Ana Cruz"),
    "Marks & Spencer": ("Marks & Spencer",),
    "刘海, 温山": ("刘海", "温山"),
    "莉娜，小明": ("莉娜", "小明"),
    "莉娜、小明": ("莉娜", "小明"),
    "[[@gull on Twitter]]": ("@gull on Twitter",),
    "example.org": ("example.org",),
    "**Lena Holm**": ("Lena Holm",),
    "[Lena Holm](https://example.org/lena)": ("Lena Holm",),
    "Lena Holm (lena@example.org)": ("Lena Holm",),
    "Unknown": (),
    "[[]]": (),
    "{{author}}": (),
}


@pytest.mark.parametrize(("written", "expected"), AUTHORS.items(), ids=AUTHORS)
def test_authors(written: str, expected: tuple[str, ...]) -> None:
    """A list of authors is split where people split it, and no address, link or placeholder is left of it."""
    assert read(f"## Metadata\n- Author: {written}\n- Full Title: T\n{BODY}").sources[0].authors == expected


FILES = {
    "Tides%3A The Long Way - Highlights.md": "Tides: The Long Way",
    "Tides (highlights).md": "Tides",
    "Tides (highlights) (1).md": "Tides",
    "1234-The-Long-Quay-readwise-hl.md": "The Long Quay",
    "The Long Quay by Lena Holm Highlights.md": "The Long Quay",
    "Stand by Me.md": "Stand by Me",
    "100% Wool.md": "100% Wool",
    "🌊 Tides....md": "🌊 Tides...",
    "Tides.md.md": "Tides",
    "Tides .md": "Tides",
    "Tides - Highlights .md": "Tides",
    "#23 [Tides]?.md": "#23 [Tides]?",
    "Tides\nBoats.md": "Tides Boats",
    "《长堤》.md": "《长堤》",
    "a/b/Notes.on.Tides.MD": "Notes.on.Tides",
    ".md": None,
}


@pytest.mark.parametrize(("name", "expected"), FILES.items(), ids=map(repr, FILES))
def test_file_title(name: str, expected: str | None) -> None:
    """Where nothing else names a note its file does, without what exporters and file systems put into the name."""
    assert read("- One rope is never enough.\n", f"notes/{name}").sources[0].title == expected
