"""bytes -> Note, pure: reads any note, never fails one, and says what was odd.

A file is decoded, taken apart (document.py) and offered to the dialects in the order of DIALECTS; the first that knows
it reads it. A new dialect is a file beside these and a line in the table. What all have in common happens here: voices,
duplicates, ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote

from digestbot.model import Highlight, Note, Problem, Source, Voice
from digestbot.notes import article, clippings, collected, exports, marks, quotes, spreadsheet, values, video
from digestbot.notes.decode import decode
from digestbot.notes.document import Document, take_apart
from digestbot.notes.draft import Item, Passage
from digestbot.notes.inline import fold_name, label, plain, target_name
from digestbot.notes.keys import CONTRIBUTOR
from digestbot.notes.level import highlight_id, level, level_url
from digestbot.notes.voices import heard, is_anothers

Dialect = Callable[[Document], list[Passage] | None]

DIALECTS: tuple[Dialect, ...] = (video.read, exports.read, marks.read, quotes.read, article.read)
"""Readers of markdown and plain text, the most particular first; article reads everything."""

MOST_CHARACTERS = 5 << 18
MOST_LINES = 50_000
"""How much of a note is read; the longest markdown file among 28,000 real ones has 1.2 MB."""

_TEMPLATE_PART = re.compile(r"<%[^%]{0,400}%>|\{\{[^{}\n]{0,200}\}\}")
# However it is written, and even where the front matter round it cannot be read: in doubt a note is private.
_PRIVATE = re.compile(
    r"^[-*>+ \t]{0,9}private[* \t]{0,3}[:=]{1,2}[* \t]{0,3}(?:!!bool[ \t]+)?[\"']?(?:true|yes|y|on|1)\b",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD_LINES = 12
_TRUE = frozenset({"true", "yes", "1", "on"})
_OVERLAP = 30
_DOCUMENT = re.compile(r"^# [^\n]{1,500}\n{1,3}(?:!\[[^\n]{0,2000}\n{1,3})?#{1,3} Metadata[ \t]*$", re.MULTILINE)
_MOST_DOCUMENTS = 5000


def parse(path: str, data: bytes, *, hidden: frozenset[str] = frozenset()) -> Note:
    """Read one file of the corpus.

    path: relative to its content folder, with forward slashes. hidden: names of notes, spelled by fold_name, that must
    not be named; links to them are shown as `[…]`. Never raises for anything the file holds.
    """
    text, problems = decode(path, data)
    parts = [_parse(path, part, line, hidden) for line, part in _documents(text)]
    return (
        _joined(path, problems, parts)
        if len(parts) > 1
        else replace(parts[0], problems=(*problems, *parts[0].problems))
    )


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a file, each with the number of lines before it: an export may write one below another."""
    starts = [match.start() for match in _DOCUMENT.finditer(text)][1:_MOST_DOCUMENTS] if "## " in text else []
    line = 0
    for start, end in pairwise([0, *starts, len(text)]):
        yield line, text[start:end]
        line += text.count("\n", start, end)


def _joined(path: str, problems: list[Problem], parts: list[Note]) -> Note:
    """One note of several documents; a document that stands there twice is read once."""
    sources: list[Source] = []
    highlights: dict[tuple[str, str], Highlight] = {}
    for part in parts:
        for one in part.highlights:
            source = next((known for known in sources if known == one.source), one.source)
            highlights.setdefault((one.id, source.key), replace(one, source=source, position=len(highlights)))
            if source is one.source and source not in sources:
                sources.append(source)
    return Note(
        path,
        tuple(sources) or parts[0].sources,
        tuple(highlights.values()),
        tuple(problems) + tuple(problem for part in parts for problem in part.problems),
        aliases=tuple(name for part in parts for name in part.aliases),
        private=any(part.private for part in parts),
    )


def _parse(path: str, text: str, line: int, hidden: frozenset[str]) -> Note:
    """One document of a file; line: how many lines stand before it."""
    document, items, reason = _read(path, text, hidden)
    problems = [replace(one, line=one.line + line) if one.line else one for one in document.problems]
    sources: list[Source] = []
    highlights: list[Highlight] = []
    for item in items:
        source = _source(item)
        sources.append(source)
        highlights += _highlights(item, source, document, first=len(highlights))
    if not highlights:
        fix = "" if reason else "mark a passage, or write sentences of 30 characters or more"
        problems.append(Problem(path, None, reason or "holds nothing to quote", fix))
    return Note(
        path,
        tuple(sources),
        tuple(highlights),
        tuple(problems),
        aliases=_aliases(document),
        private=_is_private(document, text),
    )


def own_names(note: Note) -> frozenset[str]:
    """Every name by which a wikilink may call a note, spelled by fold_name."""
    titles = [source.title for source in note.sources if source.title]
    file = note.path.rpartition("/")[2]
    names = (file, target_name(file), values.file_title(file), *titles, *note.aliases)
    return frozenset(folded for name in names if (folded := fold_name(name)))


def _is_private(document: Document, text: str) -> bool:
    """Whether front matter or metadata says so, or a line at the very top."""
    if any(value.strip().casefold() in _TRUE for value in document.values.get("private", ())):
        return True
    head = "\n".join(text[: 1 << 14].split("\n", _HEAD_LINES)[:_HEAD_LINES])
    return bool(_PRIVATE.search(head) or _PRIVATE.search(document.raw_front))


def _aliases(document: Document) -> tuple[str, ...]:
    """What front matter or properties list; a plain text with commas is a name and also a list of names."""
    whole = [value for key in ("aliases", "alias") for value in values.flow(document.values.get(key, ())) if value]
    parts = [part.strip() for value in whole if "," in value for part in value.split(",")]
    return tuple(dict.fromkeys(name for name in (*whole, *parts, *map(label, whole)) if name))


def _read(path: str, text: str, hidden: frozenset[str]) -> tuple[Document, list[Item], str | None]:
    """A file taken apart, its sources with their passages, and why there are none when there are none."""
    table = None
    if clippings.recognise(text):
        table = clippings.read(text, path)
    elif spreadsheet.recognise(text, path):
        table = spreadsheet.read(text, path)
    if table:
        items, problems = table
        if "[[" in text or "](" in text:
            _unlink(items, hidden)
            problems = [replace(problem, problem=plain(problem.problem, hidden).text) for problem in problems]
        return Document(path, {}, [], problems, hidden), items or [Item(values.file_title(path) or None)], None
    kept = _bounded(text)
    document = take_apart(path, kept, hidden)
    if len(kept) < len(text):
        line = kept.count("\n") + 1
        document.problems.append(Problem(path, line, "is too long: the rest was not read", "split the note"))
    return document, *_by_dialect(document)


def _bounded(text: str) -> str:
    """The beginning of a text that is longer than any note: every file has to be read in about a second."""
    text = text[:MOST_CHARACTERS]
    if text.count("\n") < MOST_LINES:
        return text
    return "\n".join(text.split("\n", MOST_LINES)[:MOST_LINES])


def _unlink(items: list[Item], hidden: frozenset[str]) -> None:
    """Show the links in a table's cells as words, as in every other note."""
    for item in items:
        item.title = label(item.title or "", hidden) or None
        item.authors = [name for name in (label(author, hidden) for author in item.authors) if name]
        for passage in item.passages:
            passage.note = plain(passage.note or "", hidden).text or None
            passage.tags = values.tags(passage.tags, hidden)
            if "[" in passage.text:
                words = plain(passage.text, hidden)
                passage.text, passage.links = words.text, words.links
        item.passages = [passage for passage in item.passages if passage.text]


def _by_dialect(document: Document) -> tuple[list[Item], str | None]:
    several = collected.read(document)
    if several:
        return several, None
    item = document.item
    if not document.blocks:
        return [item], "has no text"
    document.blocks = quotes.with_signatures(document.blocks)
    template = _is_template(document)
    for dialect in DIALECTS:
        found = dialect(document)
        if found is None:
            continue
        if template and not (dialect is exports.read and any(passage.url for passage in found)):
            return [item], "is a template that was never filled in"
        item.passages = found
        break
    return [item], None


def _is_template(document: Document) -> bool:
    """Front matter or title with unrendered parts, or a body of which a third is."""
    if _TEMPLATE_PART.search(document.raw_front) or _TEMPLATE_PART.search(document.heading or ""):
        return True
    lines = [line for block in document.blocks if block.kind != "code" for line in block.lines]
    return sum(bool(_TEMPLATE_PART.search(line)) for line in lines) * 3 > len(lines)


def _source(item: Item) -> Source:
    key = level_url(item.url) if item.url else ""
    if not key and item.inside:
        key = "\n".join(level(text) for text in (item.title or "", *item.authors))
    return Source(item.title, tuple(item.authors), item.url, item.published, tuple(item.tags), item.category, key)


def _highlights(item: Item, source: Source, document: Document, *, first: int) -> Iterable[Highlight]:
    declared = next((text.strip().casefold() for text in document.values.get("voice", ()) if text.strip()), None)
    contributor = next(
        (name for key in CONTRIBUTOR for name in values.names(document.texts((key,)), document.hidden)), None
    )
    for passage in item.passages:
        _settle_voice(passage, declared, item.authors)
        if document.hidden and passage.url and _names_a_note(passage.url, document.hidden):
            passage.url = passage.native_id = None
    for position, (levelled, passage) in enumerate(_folded(item.passages).items(), first):
        yield Highlight(
            id=highlight_id(levelled, source.key),
            text=passage.text,
            source=source,
            voice=passage.voice,
            speaker=passage.speaker,
            url=passage.url,
            location=passage.location,
            timestamp=passage.timestamp,
            note=passage.note,
            tags=tuple(passage.tags),
            contributor=passage.contributor or contributor,
            native_id=passage.native_id,
            marked=passage.marked,
            section=passage.section,
            links=tuple(dict.fromkeys(passage.links)),
            position=position,
        )


def _names_a_note(url: str, hidden: frozenset[str]) -> bool:
    """Whether an address opens a note, or its like, by one of these names (`obsidian://open?file=…`)."""
    return not url.startswith("http") and any(name in fold_name(unquote(url)) for name in hidden)


def _settle_voice(passage: Passage, declared: str | None, authors: list[str]) -> None:
    """What the note declares, else what the passage itself shows, else what its dialect took for granted."""
    if declared in {"summary", "reporter"}:
        passage.voice, passage.speaker = Voice.SUMMARY, None
    elif declared == "quoted" and len(authors) == 1:
        passage.voice, passage.speaker = Voice.QUOTED, authors[0]
    elif passage.speaker is None and (spoken := heard(passage.text)):
        passage.text, passage.voice, passage.speaker = spoken
    elif passage.voice is Voice.AUTHOR and is_anothers(passage.text, authors):
        passage.voice = Voice.SUMMARY


def _folded(passages: list[Passage]) -> dict[str, Passage]:
    """Each passage once, by its levelled text (itself, if it has no letters).

    Exact repeats and marked passages that begin a longer one go; what they alone knew is kept.
    """
    first: dict[str, Passage] = {}
    for passage in passages:
        folded = level(passage.text) or passage.text
        if folded in first:
            _merge(first[folded], passage)
        else:
            first[folded] = passage
    dropped: set[str] = set()
    spelled = sorted(folded for folded, passage in first.items() if passage.marked)
    for shorter, longer in pairwise(spelled):
        if len(shorter) >= _OVERLAP and longer.startswith(shorter):
            _merge(first[longer], first[shorter])
            dropped.add(shorter)
    return {folded: passage for folded, passage in first.items() if folded not in dropped}


def _merge(kept: Passage, other: Passage) -> None:
    kept.note = kept.note or other.note
    kept.url = kept.url or other.url
    kept.location = kept.location or other.location
    kept.tags = list(dict.fromkeys(kept.tags + other.tags))
