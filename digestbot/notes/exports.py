"""Highlights that a reading product exported, by what they have in common whatever the product and its template.

A highlight is a list item, a quote or a paragraph that ends with the link to its place (tails.py), is pinned with 📌,
or stands under a Highlights heading. What stands below it (note, tags, date) belongs to it. So are read: Readwise and
its many templates, Logseq, Hypothesis, Matter, Snipd, WeRead, the Kindle plugin, Readwise Mirror, Omnivore and Zotero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from digestbot.notes import entries, fields, quotes, tails, video
from digestbot.notes.blocks import QUOTE_CALLOUTS, Block, Kind
from digestbot.notes.document import Document
from digestbot.notes.draft import Item, Passage
from digestbot.notes.front import fold_key
from digestbot.notes.inline import label

_HIGHLIGHTS = re.compile(
    r"^\W*(?:(?:(?:my|kindle|book|all|key|web|page|selected|favou?rite|article) ){0,3}"
    r"(?:highlights?|quotes|quotations|annotations|highlighted passages)(?: ?(?:&|and|/|,) ?(?:my )?notes)?"
    r"|notes ?(?:&|and|/) ?highlights|highlights added.*|highlights first synced.*|new highlights.*|imported: .*"
    r"|高亮划线|划线|劃線|标注|重点|摘录|書摘|书摘|выделения|цитаты|markierungen|zitate|surlignages|citations|extraits"
    r"|destacados|citas|destaques|citações|trechos|evidenziazioni|sottolineature|citazioni|markeringen|citaten"
    r"|markeringar|citat|citater|sitater|cytaty|citáty|alıntılar|цитати|ハイライト|하이라이트)\W*$",
    re.IGNORECASE,
)
_CONTAINER = re.compile(
    r"^(?:#+ )?(?:\*\*)?(?:new )?highlights?(?: first synced| added| synced|\b(?=\W*$))", re.IGNORECASE
)
_SYNCED = re.compile(r"^(?:new highlights|imported: )", re.IGNORECASE)
_NEVER = frozenset({"page notes", "本书评论", "书评", "metadata"})
_OWN = frozenset(
    {
        "related", "related notes", "related to", "references", "see also", "links", "backlinks", "my notes",
        "my thoughts", "thoughts", "reflections", "actions", "action items", "tasks", "todo", "to do", "questions",
        "summary", "my summary",
        "相关", "参考", "связанное", "ссылки", "verweise", "siehe auch", "voir aussi", "véase también",
    }
)  # fmt: skip
"""Headings below which a list without links is the note-taker's, though they stand within the highlights."""
_FINISHED = re.compile(r"[.!?…。！？][\"”’»」』)*_]*$")


@dataclass(slots=True)
class _Reading:
    """Where the walk over the blocks stands."""

    found: list[entries.Entry] = field(default_factory=list)
    current: entries.Entry | None = None
    section: str | None = None
    zone_level: int | None = None
    in_zone: bool = False
    never_level: int | None = None
    base: tuple[int, str] | None = None
    linked: bool = False
    bullets: bool = False
    quotes: bool = False
    ruled: bool = False
    addressed: bool = False


def read(document: Document) -> list[Passage] | None:
    """The highlights of an export in the order of the file; None when the note is no export."""
    blocks = [part for block in document.blocks for part in _parted(block)]
    strong = [_strong(block) for block in blocks]
    linked = any(strong)
    if not linked and not any(map(_opens_zone, blocks)):
        return None
    reading = _Reading(linked=linked)
    reading.bullets, reading.quotes = _shape(blocks, strong)
    reading.addressed = any(_is_addressed(block) for block, proves in zip(blocks, strong, strict=True) if proves)
    reading.ruled = sum(block.kind == "rule" for block in blocks) >= 2
    for block, is_strong in zip(blocks, strong, strict=True):
        _step(reading, block, document, is_strong=is_strong)
    found = [entries.passage(entry, document, speech=_is_speech(document.item)) for entry in reading.found]
    return [passage for passage in found if passage is not None]


def _is_speech(item: Item) -> bool:
    """Whether the source is a recording: who speaks in it is not who published it."""
    told = any(word in tag.casefold() for tag in item.tags for word in ("podcast", "video"))
    return told or video.watched(item.url) is not None


def _parted(block: Block) -> list[Block]:
    """A block again, cut behind lines that end a highlight; a quote callout is a quote, `**Highlights**` a heading."""
    if block.kind == "paragraph" and len(block.lines) == 1 and _HIGHLIGHTS.match(block.lines[0]):
        return [replace(block, kind="heading", level=2)]
    if block.kind == "callout" and block.marker in QUOTE_CALLOUTS:
        title = [block.title] if block.title and not quotes.is_label(block) else []
        block = Block("quote", block.line, title + block.lines, block.indent, block.marker)
    if len(block.lines) < 2 or block.kind == "code" or not any("](" in line for line in block.lines[:-1]):
        return [block]
    parts: list[Block] = []
    start = 0
    for number, line in enumerate(block.lines[:-1], 1):
        if "](" in line and (tail := tails.take(line)).sure and (tail.text or number - start > 1):
            if fields.read(block.lines[number]) or tails.take(block.lines[number]).text == "":
                break
            parts.append(replace(block, lines=block.lines[start:number], line=block.line + start))
            kind: Kind = "paragraph" if block.kind == "quote" else block.kind
            block = replace(block, kind=kind, indent=block.indent + (kind == "bullet"))
            start = number
    return [*parts, replace(block, lines=block.lines[start:], line=block.line + start)]


def _strong(block: Block) -> bool:
    """Whether a block proves by itself that it is an exported highlight."""
    if block.kind not in {"bullet", "paragraph", "quote"} or not block.lines:
        return False
    if block.lines[0].startswith(entries.PIN):
        return True
    text = block.text
    if "](" not in text and "[[z" not in text and "(" not in text:
        return False
    tail = _own_tail(block)
    return tail.found and bool(tail.text) and (block.kind != "paragraph" or tail.url is not None)


def _is_addressed(block: Block) -> bool:
    """Whether a product wrote a highlight's ending: people write a page behind their quotes, but no address."""
    return block.lines[0].startswith(entries.PIN) or _own_tail(block).url is not None


def _stands_alone(reading: _Reading, block: Block) -> bool:
    """Whether a quote is a highlight with or without a page behind it, as in notes that people write themselves."""
    return block.kind == "quote" and reading.quotes and reading.in_zone and not reading.addressed


def _own_tail(block: Block) -> tails.Tail:
    lines = list(block.lines)
    while len(lines) > 1 and fields.read(lines[-1]):
        lines.pop()
    return tails.take("\n".join(lines))


def _opens_zone(block: Block) -> bool:
    if block.kind == "heading":
        return bool(_HIGHLIGHTS.match(label(block.text)))
    return block.kind == "bullet" and bool(block.lines) and bool(_CONTAINER.match(block.lines[0]))


def _shape(blocks: list[Block], strong: list[bool]) -> tuple[bool, bool]:
    """Whether the highlights are list items, and whether they are quotes; else they are paragraphs."""
    proven = [
        "bullet" if block.kind == "paragraph" and block.indent else block.kind
        for block, is_strong in zip(blocks, strong, strict=True)
        if is_strong
    ]
    if not proven:
        proven = [block.kind for block in _first_zone(blocks) if not fields.read(block.text)]
        quoted = proven[:1] == ["quote"]
        return "bullet" in proven and not quoted, quoted
    return proven.count("bullet") * 2 >= len(proven), proven.count("quote") * 2 > len(proven)


def _first_zone(blocks: list[Block]) -> Iterator[Block]:
    """The texts below the first Highlights heading, down to the next that is no deeper or over the reader's own."""
    opened = next(number for number, block in enumerate(blocks) if _opens_zone(block))
    for block in blocks[opened + 1 :]:
        if block.kind == "heading" and (block.level <= blocks[opened].level or fold_key(block.text) in _OWN):
            return
        if block.kind in {"bullet", "quote", "paragraph"}:
            yield block


def _step(reading: _Reading, block: Block, document: Document, *, is_strong: bool) -> None:
    beside = is_strong and reading.base == (block.indent, block.marker)
    if block.kind == "heading":
        _enter(reading, block, document)
    elif block.kind == "rule":
        reading.current = None
    elif reading.never_level is not None or block.kind in {"table", "callout"} or not block.text:
        return
    elif block.kind == "bullet" and _CONTAINER.match(block.text) and not is_strong:
        reading.in_zone, reading.base, reading.current = True, None, None
    elif not beside and _take_field(reading, block, document):
        return
    elif is_strong:
        _add_strong(reading, block)
    elif block.kind == "bullet":
        _add_bullet(reading, block)
    else:
        _add_text(reading, block)


def _take_field(reading: _Reading, block: Block, document: Document) -> bool:
    """Take a block that is a field (note, tags, date …) of the highlight before it, or that names the next one."""
    current, first = reading.current, block.lines[0]
    kind, value = fields.read(first) or ("", "")
    if kind == "section" and reading.in_zone:
        reading.section = label(value, document.hidden) or None
    elif kind == "words" and reading.in_zone:
        _begin(reading, replace(block, lines=[value, *block.lines[1:]]))
    elif current and block.kind == "code":
        entries.add_code(current, block)
    elif current and (kind or _is_ending(block)):
        entries.add_fields(current, block.lines)
    else:
        return block.kind == "code"
    return True


def _is_ending(block: Block) -> bool:
    """Whether a block is nothing but the link to a highlight's place or its id."""
    if block.kind not in {"paragraph", "bullet"} or len(block.lines) != 1:
        return False
    tail = tails.take(block.lines[0])
    return tail.found and not tail.text


def _enter(reading: _Reading, block: Block, document: Document) -> None:
    name = label(block.text, document.hidden)
    reading.current = None
    if reading.never_level is not None and block.level > reading.never_level:
        return
    reading.never_level = block.level if fold_key(name) in _NEVER else None
    if fold_key(name) in _OWN and reading.in_zone:
        reading.in_zone = False
    if _HIGHLIGHTS.match(name):
        reading.in_zone = True
        reading.zone_level = block.level if not _SYNCED.match(name) else reading.zone_level or block.level
        reading.section = None
    else:
        if reading.zone_level is not None and block.level <= reading.zone_level and not reading.addressed:
            reading.in_zone = False
        reading.section = name or None


def _add_strong(reading: _Reading, block: Block) -> None:
    current = reading.current
    inner = current and current.open and not current.lines[0].startswith(entries.PIN)
    inner = inner and not _stands_alone(reading, block)
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
    entry = entries.Entry(block, reading.section, [])
    reading.found.append(entry)
    reading.current = entry
    if block.kind == "bullet" and reading.base is None:
        reading.base = (block.indent, block.marker)
    entries.take_lines(entry, block.lines)


def _extend(entry: entries.Entry, block: Block) -> None:
    first, *rest = block.lines
    entries.take_lines(entry, [f"• {first}" if block.kind == "bullet" else first, *rest])


def _add_bullet(reading: _Reading, block: Block) -> None:
    current, base = reading.current, reading.base
    if current and reading.quotes and not reading.linked:
        entries.add_remark(current, block)
    elif current and current.block.kind == "bullet" and block.indent > current.block.indent:
        if current.open and not (_is_thought(current, block) and not reading.linked):
            _extend(current, block)
        else:
            entries.add_remark(current, block)
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


def _is_thought(current: entries.Entry, block: Block) -> bool:
    """Below a finished sentence without a link, a list item is what the reader thought of it."""
    if current.notes:
        return True
    last = current.lines[-1] if current.lines else ""
    return block.marker in {"-", "*", "+"} and not last.startswith("•") and bool(_FINISHED.search(last))


def _add_text(reading: _Reading, block: Block) -> None:
    current = reading.current
    if reading.bullets:
        if current and current.open and (reading.linked or block.indent > current.block.indent):
            _extend(current, block)
        return
    if _stands_alone(reading, block):
        _begin(reading, block)
    elif reading.linked and not (reading.ruled and reading.in_zone and (current is None or current.open)):
        own_words = current and current.tail and (current.tail.url or "").startswith("zotero")
        if current and not current.open and not own_words and block.kind == "paragraph":
            entries.add_remark(current, block)
    elif not reading.in_zone:
        return
    elif current and reading.quotes and block.kind == "paragraph":
        entries.add_remark(current, block)
    elif current and reading.ruled and block.kind == "paragraph":
        _extend(current, block)
    elif not reading.quotes or block.kind == "quote":
        _begin(reading, block)
