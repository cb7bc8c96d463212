"""A corpus as JSON Lines, CSV or Markdown: what the reader made of every file, for other programs and for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from digestbot.model import Highlight, Note, Source, Voice

COLUMNS = ("Highlight", "Title", "Author", "URL", "Note", "Location", "Date")
"""The header of Readwise's CSV import, so that an export can be read there."""

_FORMULA = ("=", "+", "-", "@", "\t")


def as_jsonl(notes: Iterable[Note]) -> Iterator[str]:
    """One JSON object for each source, in one line; a file that yields nothing has its line too.

    The problems of a file of several sources stand in the first of its lines.
    """
    for note in notes:
        problems = [str(problem) for problem in note.problems]
        of_source = _by_source(note)
        for source in note.sources:
            yield json.dumps(
                {
                    "path": note.path,
                    "title": source.title,
                    "authors": list(source.authors),
                    "source_url": source.url,
                    "tags": list(source.tags),
                    "published": source.published,
                    "highlights": [_object(one) for one in of_source.get(id(source), ())],
                    "problems": problems,
                },
                ensure_ascii=False,
            )
            problems = []


def _by_source(note: Note) -> dict[int, list[Highlight]]:
    """The highlights of each source, by its identity: a clippings file may hold thousands of books."""
    found: dict[int, list[Highlight]] = {}
    for one in note.highlights:
        found.setdefault(id(one.source), []).append(one)
    return found


def _object(one: Highlight) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": one.id,
        "text": one.text,
        "url": one.url,
        "location": one.location,
        "timestamp": one.timestamp,
        "note": one.note,
        "tags": list(one.tags),
        "voice": one.voice.value,
        "speaker": one.speaker,
    }
    return {**fields, "contributor": one.contributor} if one.contributor else fields


def as_csv(notes: Iterable[Note]) -> Iterator[str]:
    """Rows under COLUMNS, line ends included; a cell that a spreadsheet would take for a formula gets an apostrophe."""
    yield _row(COLUMNS)
    for note in notes:
        for one in note.highlights:
            source = one.source
            where = one.location or ("" if one.timestamp is None else str(one.timestamp))
            authors = ", ".join(source.authors)
            url = one.url or source.url or ""
            yield _row((one.text, source.title or "", authors, url, one.note or "", where, source.published or ""))


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return line.getvalue()


def as_markdown(notes: Iterable[Note]) -> Iterator[str]:
    """A section for each source that has highlights, in the form that the reader reads best."""
    for note in notes:
        of_source = _by_source(note)
        for source in note.sources:
            if highlights := of_source.get(id(source)):
                yield "\n".join([*_head(source, highlights), *(_bullet(one) for one in highlights), ""])


def _head(source: Source, highlights: Iterable[Highlight]) -> list[str]:
    # Read again, bullets under a Highlights heading would pass for the author's own words.
    anybody = any(one.voice is Voice.SUMMARY for one in highlights)
    lines = [f"# {_escaped(source.title or 'Untitled')}", "", "## Metadata"]
    for name, value in (
        ("Author", ", ".join(source.authors)),
        ("Full Title", source.title),
        ("URL", source.url),
        ("Published", source.published),
        ("Tags", " ".join(f"#{tag.replace(' ', '_')}" for tag in source.tags)),
        ("Voice", Voice.SUMMARY.value if anybody else None),
    ):
        if value:
            lines.append(f"- {name}: {value}")
    return [*lines, "", "## Highlights"]


def _bullet(one: Highlight) -> str:
    said = f"“{one.text}” — {one.speaker}" if one.speaker else one.text
    text = "\n  ".join(_escaped(line) for line in said.split("\n"))
    link = f" ([View Highlight]({one.url}))" if one.url else ""
    place = f"\n    - Location: {one.location}" if one.location else ""
    note = "\n    - Note: " + " ".join(one.note.split()) if one.note else ""
    tags = "\n    - Tags: " + " ".join(f"#{tag.replace(' ', '_')}" for tag in one.tags) if one.tags else ""
    return f"- {text}{link}{place}{note}{tags}"


def _escaped(line: str) -> str:
    """A line of plain text as Markdown that shows it: signs that would format are escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#~|" else sign for sign in line)
