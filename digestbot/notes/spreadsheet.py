"""Highlights exported as a table: Readwise's CSV export, the form it imports, and whatever names its columns alike."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from digestbot.model import Problem
from digestbot.notes.draft import Item, Passage
from digestbot.notes.kindle_title import split_authors

# What a column may be called, lower case. The first name that a header has wins, so that a table with both
# "Highlight" and "Text" is read by the first.
_COLUMNS = {
    "text": (
        "highlight",
        "highlights",
        "highlighted text",
        "quote",
        "quotation",
        "passage",
        "excerpt",
        "text",
        "content",
    ),
    "title": ("book title", "title", "document title", "article title", "source title", "book", "document"),
    "authors": ("book author", "author", "authors", "author(s)", "book authors", "document author", "creator"),
    "url": ("url", "source url", "source_url", "document url", "link"),
    "deep_link": ("highlight url", "highlight link", "deep link"),
    "note": ("note", "notes", "annotation", "comment", "my note"),
    "tags": ("tags", "tag", "highlight tags", "labels"),
    "place_type": ("location type", "location_type"),
    "place": ("location", "position"),
    "page": ("page", "page number"),
    "document_tags": ("document tags", "document_tags", "book tags"),
    "category": ("category", "source type"),
}
_DELIMITERS = (",", ";", "\t", "|")
_TAG_BREAK = re.compile(r"[,;\n]")
_DOT_WORDS = re.compile(r"(?:\.[\w-]+[\s,]*)+")
# Kinds of location that say nothing about where in a text a passage stands.
_NO_PLACE = ("order", "offset", "time_offset", "none")
# A table of more rows is no export of highlights; reading a hostile one has to end.
_MOST_ROWS = 50_000
# How many times the length of a table may be read again after damaged rows.
_PATIENCE = 4
_NO_COLUMN = "a table without a column of highlights: nothing was read"
_Books = dict[tuple[str, tuple[str, ...]], tuple[Item, dict[str, None]]]
_NO_COLUMN_FIX = "name one column Highlight, and others Title, Author, URL, Note, Location, Tags"


def recognise(text: str, path: str) -> bool:
    """Whether this is a table: by its name, or by a first line that names a column of highlights and one of sources."""
    if path.lower().endswith((".csv", ".tsv")):
        return True
    if not any(_first_line(text).count(delimiter) > 1 for delimiter in _DELIMITERS):
        return False
    columns = _columns(_header(text)[1])
    return "text" in columns and "title" in columns and len(columns) > 2


def read(text: str, path: str) -> tuple[list[Item], list[Problem]]:
    """One item for each title and its authors, in the order they first appear, and what was odd."""
    delimiter, header = _header(text)
    columns = _columns(header)
    if "text" not in columns:
        return [], [Problem(path, 1, _NO_COLUMN, _NO_COLUMN_FIX)]
    books: _Books = {}
    problems: list[Problem] = []
    for line, row, problem, fix in _rows(text.replace("\r\n", "\n").replace("\r", "\n"), delimiter, len(header)):
        if problem:
            problems.append(Problem(path, line, problem, fix))
            continue
        cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
        if cells.get("text"):
            _book(cells, books).passages.append(_passage(cells, line))
    for item, tags in books.values():
        item.tags = list(tags)
    return [item for item, _ in books.values()], problems


def _header(text: str) -> tuple[str, list[str]]:
    """The delimiter under which the first line names most of the columns we know, and its cells."""
    tries = [(delimiter, _first_line(text).split(delimiter)) for delimiter in _DELIMITERS]
    delimiter, cells = max(tries, key=lambda one: (len(_columns(one[1])), len(one[1])))
    return delimiter, cells


def _first_line(text: str) -> str:
    return text.lstrip("\ufeff\n").partition("\n")[0][:10_000].rstrip("\r")


def _columns(header: list[str]) -> dict[str, int]:
    """Where each column stands; those the header does not name are missing."""
    names = [" ".join(cell.strip(" \t\"'\ufeff").lower().split()) for cell in header]
    found = {column: next((n for n in known if n in names), None) for column, known in _COLUMNS.items()}
    return {column: names.index(name) for column, name in found.items() if name is not None}


def _rows(text: str, delimiter: str, width: int) -> Iterator[tuple[int, list[str], str, str]]:
    """Each row after the header: the line it begins in, its cells, and what is wrong with it and the fix, or "" and "".

    After a row that cannot be read, reading goes on in its second line: a quotation mark that is never closed would
    otherwise swallow every row that follows. From there on a row of another width is the rest of the damaged one.
    """
    blank = len(text) - len(text.lstrip())
    stream = io.StringIO(text, newline="\n")
    stream.seek(blank)
    stream.readline()
    line = text.count("\n", 0, blank) + 2
    patience, left, damaged = _PATIENCE * len(text), _MOST_ROWS, False
    while patience >= 0:
        first, at, reader = line, stream.tell(), csv.reader(stream, delimiter=delimiter)
        try:
            for row in reader:
                _check_closed(text, at, stream.tell())
                left -= bool(row)
                if left < 0:
                    yield line, [], f"more than {_MOST_ROWS:,} rows: the rest was not read", "split the table"
                    return
                if any(row) and (len(row) == width or not damaged):
                    yield line, row, "", ""
                at, line = stream.tell(), first + reader.line_num
        except csv.Error as error:
            yield line, [], f"a row was left out: {error}", "close its quotation mark, or shorten the cell"
        else:
            return
        patience -= stream.tell() - at
        stream.seek(at)
        stream.readline()
        line, damaged = line + 1, True
    yield line, [], "too many rows are damaged: the rest was not read", "close the quotation marks"


def _check_closed(text: str, start: int, end: int) -> None:
    """Raise csv.Error where the last row runs over several lines with a quotation mark that was never closed."""
    if end == len(text) and text.count('"', start) % 2 and "\n" in text[start : end - 1]:
        raise csv.Error("its quotation mark is never closed")


def _book(cells: dict[str, str], books: _Books) -> Item:
    """The source of a row: a new one for a title and authors not seen before."""
    title, authors = " ".join(cells.get("title", "").split()), split_authors(cells.get("authors", ""))
    key = (title.casefold(), tuple(authors))
    if key not in books:
        category = cells.get("category") or None
        books[key] = Item(title=title or None, authors=authors, category=category, inside=bool(title)), {}
    item, tags = books[key]
    item.url = item.url or _url(cells.get("url", ""))
    tags.update(dict.fromkeys(_tags(cells.get("document_tags", ""))))
    return item


def _passage(cells: dict[str, str], line: int) -> Passage:
    note = cells.get("note", "")
    kind, place = cells.get("place_type", "").lower(), cells.get("place", "")
    seconds = int(place) if kind == "time_offset" and place.isdecimal() and len(place) < 10 else None
    return Passage(
        text=cells["text"],
        line=line,
        location=_location(kind, place, cells.get("page", "")),
        timestamp=seconds,
        url=_url(cells.get("deep_link", "")),
        note=None if _DOT_WORDS.fullmatch(note) else note or None,
        tags=_tags(cells.get("tags", "")),
    )


def _location(kind: str, place: str, page: str) -> str | None:
    """As in "page 12" and "Location 345"; the mere order of a highlight and a time are no place in a text."""
    if kind in _NO_PLACE or not place or place == "0":
        return f"page {page}" if page else None
    if kind == "page":
        return f"page {place}"
    return f"Location {place}" if place[0].isdigit() else place


def _url(text: str) -> str | None:
    return text if text.startswith(("https://", "http://")) and not re.search(r"\s", text) else None


def _tags(text: str) -> list[str]:
    """The tags of a cell. Words with a dot (`.h1`, `.yellow`) are orders to the exporting product, not tags."""
    tags = (tag.strip().lstrip("#").strip() for tag in _TAG_BREAK.split(text) if not tag.strip().startswith("."))
    return list(dict.fromkeys(tag for tag in tags if tag))
