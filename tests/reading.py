"""What the tests of the reader share: a note read from text, and a table's expectations beside what was read."""

from __future__ import annotations

from typing import Any

import pytest

from digestbot import notes
from digestbot.model import Note

Row = dict[str, Any]


def read(text: str, path: str = "notes/quay.md") -> Note:
    """A note as the library reads it."""
    return notes.parse(path, text.encode())


def row(text: str, **fields: object) -> Row:
    """A highlight that is expected: its text, and those of its fields that matter in a case."""
    return {"text": text, **fields}


def beside(note: Note, expected: tuple[Row, ...]) -> tuple[Row, ...]:
    """Of each highlight the fields that its expectation names; of highlights beyond the expected ones the text."""
    named = [
        {key: getattr(found, key) for key in wanted} for found, wanted in zip(note.highlights, expected, strict=False)
    ]
    return (*named, *({"text": more.text} for more in note.highlights[len(expected) :]))


def case(name: str, text: str, *expected: Row) -> Any:
    """A named line of a table: a note's text and the highlights it holds."""
    return pytest.param(text, expected, id=name)
