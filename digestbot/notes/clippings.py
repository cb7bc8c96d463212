"""Kindle's `My Clippings.txt`, in every language and firmware: one source a book.

A record is a title line, a line that says what was marked and where, an empty line, the text, and ten `=`:

    The Quiet Harbour (Lena Holm)
    - Your Highlight on page 7 | Location 98-99 | Added on Sunday, August 20, 2023 9:10:00 PM

    The quay is longer at low tide.
    ==========

Only the line of `=` is the same in every language; a record whose words are unknown is read by its shape. The first
line is read in kindle_title.py, the second in kindle_label.py.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from digestbot.model import Problem
from digestbot.notes.draft import Item, Passage
from digestbot.notes.kindle_label import NOWHERE, Kind, Label, Span, parse_label
from digestbot.notes.kindle_title import split_title

_SEPARATOR = "=========="
_TORN = "a record without its second line (what was marked, and where) was left out"
# "<You have reached the clipping limit for this item>", alone or where the text was cut off.
_LIMIT = re.compile(
    r"<[^<>]{0,80}(?:limit|límit|limiet|grenze|лимит|предел|上限|限制|한도|sınır)[^<>]{0,120}>$", re.IGNORECASE
)
_SENTENCE_IN_BRACKETS = re.compile(r"<[^\W\d_][^<>=/\"]{20,150}>")
_SPACES = re.compile(r"[ \t\xa0\u202f]+")
# An extended selection is recorded within a few records of the first one; a longer look back costs time and finds none.
_NEIGHBOURS = 8
# How many highlights that end after a note's place are looked at: more than that never overlap in a book.
_CROWD = 64
# A file with more is no reader's; reading a hostile one has to end.
_MOST_RECORDS = 50_000


@dataclass(slots=True)
class _Record:
    """One record: its title line, what its label says, its text, and what was written beside it, by place."""

    line: int
    heading: str
    kind: Kind
    location: str | None
    span: Span
    text: str
    notes: dict[Span, str]


def recognise(text: str) -> bool:
    """Whether this is a clippings file: a line of ten `=` ends a record whose second line says what was marked."""
    if _SEPARATOR not in text:
        return False
    chunks = islice(_chunks(text), 20)
    return any(ended and _label(lines) is not None for _, lines, ended in chunks)


def read(text: str, path: str) -> tuple[list[Item], list[Problem]]:
    """One item a book that has highlights, in the order they first appear, and what was odd.

    Bookmarks and empty records are dropped; records cut off by the publisher's clipping limit are counted in one
    problem; a note that belongs to no highlight is a problem with its text.
    """
    records, problems = _records(text, path)
    headings = {record.heading: split_title(record.heading) for record in records}
    books: dict[tuple[str | None, tuple[str, ...]], list[_Record]] = {}
    for record in records:
        books.setdefault(headings[record.heading], []).append(record)
    items = []
    for (title, authors), of_book in books.items():
        problems += _attach_notes(of_book, path)
        passages = _fold([record for record in of_book if record.kind is Kind.HIGHLIGHT])
        if passages:
            items.append(Item(title=title, authors=list(authors), category="books", passages=passages))
    return items, sorted(problems, key=lambda problem: problem.line or 0)


def _chunks(text: str) -> Iterator[tuple[int, list[str], bool]]:
    """The lines between two separators: the number of the first, the lines, and whether a separator ended them."""
    first = 1
    lines: list[str] = []
    for number, line in enumerate(io.StringIO(text, newline="\n"), 1):
        bare = line.replace("\ufeff", "").strip("\r\n")
        if bare.strip() == _SEPARATOR:
            if lines:
                yield first, lines, True
            lines = []
        elif lines or bare.strip():
            first = first if lines else number
            lines.append(bare)
    if lines:
        yield first, lines, False


def _label(lines: list[str]) -> tuple[int, Label] | None:
    """The label of a record, and in which line it stands. A title may be missing, or be broken over two lines."""
    for at in (1, 2, 0):
        label = parse_label(lines[at]) if at < len(lines) else None
        if label:
            return at, label
    return None


def _records(text: str, path: str) -> tuple[list[_Record], list[Problem]]:
    records, problems, limited = [], [], []
    for number, (first, lines, _) in enumerate(_chunks(text)):
        if number == _MOST_RECORDS:
            problem = f"more than {_MOST_RECORDS:,} records: the rest was not read"
            problems.append(Problem(path, first, problem, "split the file"))
            break
        found = _label(lines)
        if found is None:
            problems.append(Problem(path, first, _TORN, "Kindle writes a title, then '- Your Highlight on …'"))
            continue
        record = _record(first, lines, *found)
        whole = record.text
        record.text = _within_limit(whole)
        if record.text != whole:
            limited.append(first)
        if record.text and record.kind is not Kind.BOOKMARK:
            records.append(record)
    if limited:
        problem = f"the publisher's clipping limit cut off {len(limited)} highlights: Kindle did not write their text"
        problems.append(Problem(path, limited[0], problem))
    return records, problems


def _record(first: int, lines: list[str], at: int, label: Label) -> _Record:
    # The separator stands inside a text where somebody marked a passage of the clippings file itself.
    text = "\n".join(_SPACES.sub(" ", line.replace(_SEPARATOR, " ")).strip() for line in lines[at + 1 :]).strip()
    heading = " ".join(lines[:at])
    return _Record(first, heading, label.kind or _shape(label, text), label.location, label.span, text, {})


def _shape(label: Label, text: str) -> Kind:
    """What a record of an unknown word marks: text with a range is a highlight, text at a single place a note."""
    if not text:
        return Kind.BOOKMARK
    return Kind.HIGHLIGHT if label.ranged or label.span == NOWHERE else Kind.NOTE


def _within_limit(text: str) -> str:
    """The text without the sentence that Kindle writes in place of what the publisher does not let it copy."""
    if not text.endswith(">"):
        return text
    if _SENTENCE_IN_BRACKETS.fullmatch(text) and (not text.isascii() or text.count(" ") > 2):
        return ""
    tail = text[-210:]
    match = _LIMIT.search(tail)
    return text[: len(text) - len(tail) + match.start()].rstrip() if match else text


def _attach_notes(records: list[_Record], path: str) -> list[Problem]:
    """Give each note to the highlight that ends at its place, or holds it; the others are problems.

    A note written again at the same place replaces the first.
    """
    order = {id(record): at for at, record in enumerate(records)}
    marked = [record for record in records if record.kind is Kind.HIGHLIGHT and record.span != NOWHERE]
    marked.sort(key=lambda record: record.span[1])
    ends = [record.span[1] for record in marked]
    orphans = []
    for note in records:
        if note.kind is not Kind.NOTE:
            continue
        around = _around(note.span[1], marked, ends)
        if around:
            home = min(around, key=lambda r: (r.span[1], abs(order[id(r)] - order[id(note)])))
            home.notes[note.span] = note.text
        else:
            words = note.text if len(note.text) <= 80 else note.text[:79] + "…"
            orphans.append(Problem(path, note.line, f"the note “{words}” belongs to no highlight and was left out"))
    return orphans


def _around(place: int, marked: list[_Record], ends: list[int]) -> list[_Record]:
    """The highlights that hold a place, out of all sorted by their ends."""
    at = bisect_left(ends, place)
    return [record for record in marked[at : at + _CROWD] if record.span[0] <= place]


def _fold(records: list[_Record]) -> list[Passage]:
    """The records as passages, each once: a selection that was extended is recorded again, and the longest wins."""
    kept: list[_Record] = []
    seen: dict[str, int] = {}
    for record in records:
        level = _level(record.text)
        at = seen.get(level)
        if at is None:
            recent = range(max(0, len(kept) - _NEIGHBOURS), len(kept))
            at = next((at for at in recent if _same_selection(kept[at], record)), len(kept))
        if at == len(kept):
            kept.append(record)
        else:
            kept[at] = _longest(kept[at], record)
        seen[level] = at
    return [_passage(record) for record in kept]


def _level(text: str) -> str:
    return " ".join(text.casefold().split())


def _same_selection(one: _Record, other: _Record) -> bool:
    """Whether two records overlap in place, and one text begins or ends with the other."""
    if one.span[0] > other.span[1] or other.span[0] > one.span[1]:
        return False
    short, long = sorted((_level(one.text), _level(other.text)), key=len)
    return long.startswith(short) or long.endswith(short)


def _longest(first: _Record, again: _Record) -> _Record:
    """The longer of two records of one selection, where the first one stood, with the notes of both."""
    longest = again if len(again.text) > len(first.text) else first
    return replace(longest, line=first.line, notes=first.notes | again.notes)


def _passage(record: _Record) -> Passage:
    note = "\n".join(record.notes.values()) or None
    return Passage(text=record.text, line=record.line, location=record.location, note=note)
