"""Highlights that a reading product exported, by what they have in common whatever the product and its template.

A highlight is a list item, a quote or a paragraph that ends with the link to its place (tails.py), is pinned with 📌,
or stands under a Highlights heading. What stands below it (note, tags, date) belongs to it. So are read: Readwise and
its many templates, Logseq, Hypothesis, Matter, Snipd, WeRead, the Kindle plugin, Readwise Mirror, Omnivore and Zotero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digestbot.model import Voice
from digestbot.notes import tails, values
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.front import fold_key
from digestbot.notes.inline import label, plain

PIN = "📌"
_HIGHLIGHTS = re.compile(
    r"^\W*(?:(?:my |kindle |book |all )?highlights?(?: ?(?:&|and|/) ?notes)?|highlights? added.*"
    r"|highlights first synced.*"
    r"|new highlights.*|quotes|annotations|高亮划线|划线|标注|重点|выделения|цитаты|markierungen|surlignages"
    r"|destacados"
    r"|ハイライト|하이라이트)\W*$",
    re.IGNORECASE,
)
_CONTAINER = re.compile(
    r"^(?:#+ )?(?:\*\*)?(?:new )?highlights?(?: first synced| added| synced|\b(?=\W*$))", re.IGNORECASE
)
_SYNCED = re.compile(r"^new highlights", re.IGNORECASE)
_NEVER = frozenset({"page notes", "本书评论", "书评", "metadata"})
_NOTE_WORDS = (
    r"(?:my |📝 ?)?(?:notes?|annotation|comments?|thoughts?)|笔记|想法|评论|批注|заметка|комментарий|notiz|kommentar"
    r"|nota|メモ"
)
_NOISE_WORDS = r"date|added|colou?r|created|updated|highlighted(?: at)?|id|link|url|collapsed|synced"
_FIELDS = (
    ("note", re.compile(rf"^(?:{_NOTE_WORDS})[ \t]*[:：]{{1,2}}[ \t]*(.*)$|^💭[ \t]*(.*)$", re.IGNORECASE)),
    ("tags", re.compile(r"^(?:tags?|labels?|标签|теги)[ \t]*:{1,2}[ \t]*(.*)$", re.IGNORECASE)),
    ("place", re.compile(r"^(?:location|page)[ \t]*:{1,2}[ \t]*([\d–-]+)[ \t]*$", re.IGNORECASE)),
    ("contributor", re.compile(r"^(?:added|shared|contributed) by[ \t]*:{1,2}[ \t]*(.*)$", re.IGNORECASE)),
    ("noise", re.compile(rf"^(?:⏱|(?:{_NOISE_WORDS})[ \t]*:{{1,2}}|\^[\w-]+$)()", re.IGNORECASE)),
)
"""What may stand below a highlight: the kind of field, and what its line looks like without emphasis."""
_SPEAKER_LINE = re.compile(r"^(?:\*\*)?speaker \d+(?:\*\*)?:?$", re.IGNORECASE)
_UNCOVERED = frozenset({"no highlighted text", "airrquote"})


@dataclass(slots=True)
class _Entry:
    """A highlight being put together. open: its ending has not been seen yet, so more lines may belong to it."""

    block: Block
    section: str | None
    lines: list[str]
    tail: tails.Tail | None = None
    notes: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    location: str | None = None
    contributor: str | None = None
    native_id: str | None = None
    in_note: bool = False

    @property
    def open(self) -> bool:
        return self.tail is None or not self.tail.found


@dataclass(slots=True)
class _Reading:
    """Where the walk over the blocks stands."""

    entries: list[_Entry] = field(default_factory=list)
    current: _Entry | None = None
    section: str | None = None
    zone_level: int | None = None
    in_zone: bool = False
    never_level: int | None = None
    base: tuple[int, str] | None = None
    linked: bool = False
    bullets: bool = False
    ruled: bool = False


def read(document: Document) -> list[Passage] | None:
    """The highlights of an export in the order of the file; None when the note is no export."""
    strong = [_strong(block) for block in document.blocks]
    linked = any(strong)
    if not linked and not any(_opens_zone(block) for block in document.blocks):
        return None
    reading = _Reading(linked=linked, bullets=_listed(document.blocks, strong))
    reading.ruled = sum(block.kind == "rule" for block in document.blocks) >= 2
    for block, is_strong in zip(document.blocks, strong, strict=True):
        _step(reading, block, document, is_strong=is_strong)
    podcast = any("podcast" in tag.casefold() for tag in document.item.tags)
    found = [_passage(entry, document, podcast=podcast) for entry in reading.entries]
    return [passage for passage in found if passage is not None]


def _strong(block: Block) -> bool:
    """Whether a block proves by itself that it is an exported highlight."""
    if block.kind not in {"bullet", "paragraph", "quote"} or not block.lines:
        return False
    if block.lines[0].startswith(PIN):
        return True
    text = block.text
    if "](" not in text and "[[z" not in text and "(" not in text:
        return False
    tail = _own_tail(block)
    return tail.found and bool(tail.text)


def _own_tail(block: Block) -> tails.Tail:
    lines = list(block.lines)
    while len(lines) > 1 and _field(lines[-1]):
        lines.pop()
    return tails.take("\n".join(lines))


def _opens_zone(block: Block) -> bool:
    if block.kind == "heading":
        return bool(_HIGHLIGHTS.match(label(block.text)))
    return block.kind == "bullet" and bool(block.lines) and bool(_CONTAINER.match(block.lines[0]))


def _listed(blocks: list[Block], strong: list[bool]) -> bool:
    """Whether the highlights are list items (else they are quotes or paragraphs)."""
    proven = [block.kind for block, is_strong in zip(blocks, strong, strict=True) if is_strong]
    if proven:
        return proven.count("bullet") * 2 >= len(proven)
    opened = next(number for number, block in enumerate(blocks) if _opens_zone(block))
    return any(block.kind == "bullet" for block in blocks[opened + 1 :])


def _step(reading: _Reading, block: Block, document: Document, *, is_strong: bool) -> None:
    if block.kind == "heading":
        _enter(reading, block, document)
    elif reading.never_level is not None or block.kind in {"code", "table", "callout"}:
        return
    elif block.kind == "rule":
        reading.current = None
    elif block.kind == "bullet" and _CONTAINER.match(block.text) and not is_strong:
        reading.in_zone, reading.base, reading.current = True, None, None
    elif _belongs(reading, block):
        _add_fields(reading.current, block.lines)
    elif is_strong:
        _add_strong(reading, block)
    elif block.kind == "bullet":
        _add_bullet(reading, block)
    else:
        _add_text(reading, block)


def _enter(reading: _Reading, block: Block, document: Document) -> None:
    name = label(block.text, document.hidden)
    reading.current = None
    if reading.never_level is not None and block.level > reading.never_level:
        return
    reading.never_level = block.level if fold_key(name) in _NEVER else None
    if _HIGHLIGHTS.match(name):
        reading.in_zone = True
        reading.zone_level = block.level if not _SYNCED.match(name) else reading.zone_level or block.level
        reading.section = None
    else:
        if reading.zone_level is not None and block.level <= reading.zone_level and not reading.linked:
            reading.in_zone = False
        reading.section = name or None


def _belongs(reading: _Reading, block: Block) -> bool:
    """Whether a block is a field (note, tags, date …) of the highlight before it."""
    if reading.current is None or not block.lines:
        return False
    first = block.lines[0]
    if _field(first):
        return True
    alone = block.kind == "paragraph" and len(block.lines) == 1 and not tails.take(first).text
    return alone and tails.take(first).found


def _add_fields(entry: _Entry | None, lines: list[str]) -> None:
    if entry is None:
        return
    for line in lines:
        kind, value = _field(line) or ("", "")
        if kind == "note":
            entry.notes.append(value)
        elif kind == "tags":
            entry.tags += values.tags([value])
        elif kind == "place":
            entry.location = entry.location or value
        elif kind == "contributor":
            entry.contributor = label(value) or None
        elif kind == "noise":
            block_id = re.search(r"\^([\w-]+)$", line)
            entry.native_id = entry.native_id or (block_id[1] if block_id else None)
        elif (tail := tails.take(line)).found and not tail.text:
            entry.tail = entry.tail if entry.tail and entry.tail.found else tail
        elif entry.in_note:
            entry.notes[-1] += "\n" + line
        entry.in_note = kind == "note" or (not kind and entry.in_note)


def _field(line: str) -> tuple[str, str] | None:
    """The kind and the value of a field line, or None for a line of words."""
    if ":" not in line and "：" not in line and not line.startswith(("⏱", "💭", "^")):
        return None
    head, value = line[:60].replace("**", "").replace("__", "").lstrip("*"), line[60:]
    for kind, pattern in _FIELDS:
        if match := pattern.match(head):
            return kind, (match[1] or (match[2] if kind == "note" else "") or "") + value
    return None


def _add_strong(reading: _Reading, block: Block) -> None:
    current = reading.current
    inner = current and current.open and not current.lines[0].startswith(PIN)
    if (
        current
        and inner
        and (block.kind != "bullet" or block.indent > current.block.indent or _other_marker(reading, block))
    ):
        _extend(current, block)
    else:
        _begin(reading, block)


def _other_marker(reading: _Reading, block: Block) -> bool:
    """An inner list may stand as far left as the highlights do, with another sign."""
    return (
        reading.base is not None
        and block.kind == "bullet"
        and block.indent == reading.base[0]
        and block.marker != reading.base[1]
    )


def _begin(reading: _Reading, block: Block) -> None:
    entry = _Entry(block, reading.section, [])
    reading.entries.append(entry)
    reading.current = entry
    if block.kind == "bullet" and reading.base is None:
        reading.base = (block.indent, block.marker)
    _take_lines(entry, block.lines)


def _extend(entry: _Entry, block: Block) -> None:
    first, *rest = block.lines
    _take_lines(entry, [f"• {first}" if block.kind == "bullet" else first, *rest])


def _take_lines(entry: _Entry, lines: list[str]) -> None:
    """Words first, then fields: the first field line ends the words."""
    words: list[str] = []
    for number, line in enumerate(lines):
        if (words or entry.lines) and _field(line):
            _add_fields(entry, lines[number:])
            break
        words.append(line)
    tail = tails.take("\n".join(words))
    if tail.found or tail.native_id:
        entry.tail = tail
        entry.lines.append(tail.text)
    else:
        entry.lines += words


def _add_bullet(reading: _Reading, block: Block) -> None:
    current, base = reading.current, reading.base
    if current and current.block.kind == "bullet" and block.indent > current.block.indent:
        if current.open:
            _extend(current, block)
        else:
            current.notes.append(block.text)
    elif current and current.open and _other_marker(reading, block):
        _extend(current, block)
    elif (
        reading.in_zone
        and reading.bullets
        and (base is None or block.indent <= base[0])
        and not _other_marker(reading, block)
    ) or (reading.linked and not reading.in_zone and base == (block.indent, block.marker)):
        _begin(reading, block)
    elif not (reading.linked and reading.bullets):
        reading.current = None


def _add_text(reading: _Reading, block: Block) -> None:
    current = reading.current
    if reading.bullets:
        if current and current.open and (reading.linked or block.indent > current.block.indent):
            _extend(current, block)
        return
    if reading.linked:
        own_words = current and current.tail and (current.tail.url or "").startswith("zotero")
        if current and not current.open and not own_words and block.kind == "paragraph":
            current.notes.append(block.text)
        return
    if not reading.in_zone:
        return
    if current and reading.ruled and block.kind == "paragraph":
        _extend(current, block)
    else:
        _begin(reading, block)


def _passage(entry: _Entry, document: Document, *, podcast: bool) -> Passage | None:
    tail = entry.tail or tails.Tail("")
    lines = [line.removeprefix(PIN).strip() for line in "\n".join(entry.lines).split("\n")]
    transcript = next((number for number, line in enumerate(lines) if line.rstrip().casefold() == "transcript:"), None)
    if transcript is not None:
        lines = [line for line in lines[transcript + 1 :] if not _SPEAKER_LINE.match(line)]
    words = plain(
        "\n".join(line.lstrip("#") if line.startswith("#") and " " in line[:7] else line for line in lines),
        document.hidden,
    )
    if tail.image or not words.text or words.text.casefold() in _UNCOVERED:
        return None
    return Passage(
        text=words.text,
        line=entry.block.line,
        voice=Voice.QUOTED if podcast or transcript is not None else Voice.AUTHOR,
        url=tail.url or words.url,
        location=tail.location or entry.location,
        timestamp=tail.timestamp if tail.timestamp is not None else next(iter(words.times), None),
        note=plain("\n".join(entry.notes), document.hidden).text or None,
        tags=list(dict.fromkeys(tail.tags + entry.tags)),
        contributor=entry.contributor,
        native_id=tail.native_id or entry.native_id or tail.url,
        section=entry.section,
        links=words.links,
    )
