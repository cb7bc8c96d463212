"""Texts nobody marked -> quotable passages: whole sentences or paragraphs of the body, and no furniture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from digestbot.model import Voice
from digestbot.notes import boilerplate
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document, fields_of
from digestbot.notes.draft import Passage
from digestbot.notes.front import fold_key
from digestbot.notes.inline import label, plain
from digestbot.notes.level import level

LONGEST = 900
"""A paragraph longer than this many characters is cut at sentence ends into passages."""
_AIM = 450
_SHORTEST, _SHORTEST_CJK = 30, 12
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_END = re.compile(r"[.!?…。！？؟।][\"”’'»)\]」』】*]*$")
_SENTENCE_END = re.compile(r"[.!?…]+[\"”’'»)\]]*(?=\s)|[。！？]+[”」』）]*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|St|Sr|Jr|Prof|Gen|Sen|Rep|Gov|Lt|Col|vs|etc|cf|e\.g|i\.e|Fig|No"
    r"|Vol|Inc|Ltd|Co|Corp|al|approx"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|U\.S|U\.K|[A-Z]\.[A-Z])\.$"
)
_DATED_END = re.compile(
    r"(?:^|[.!?]\s+)(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}"
    r"|\d{1,2} \w{3,9} \d{4})\.?$",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"^(?:fig(?:ure|\.)?|table|chart|exhibit|abb\.?|图|圖|表)\s*\d", re.IGNORECASE)
_CHAPTER = re.compile(r"^\(?\d{1,2}:\d{2}(?::\d{2})?\b")
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}\b")
_TEMPLATE = re.compile(r"<%|%>|\{\{|\}\}")
_GLUED_URL = re.compile(r"([.!?”\"。])\s?https?://\S+$")
_URL = re.compile(r"https?://\S+|www\.\S+")
_MARKDOWN_LINK = re.compile(r"\]\((?!#)")
_TASK = re.compile(r"^\[[ xX/>-]\]\s")
_FIELD_LINE = re.compile(r"^[\w -]{1,30}::\s")
_BYLINE = re.compile(r"^(?:by|von|par|por)\s+\S", re.IGNORECASE)
_BIOGRAPHY = re.compile(
    r"^[A-Z]\w+(?: [A-Z][\w.]*){1,3} (?:is|was) (?:a|an|the)\b.{0,90}\b(?:reporter|writer|editor|correspondent"
    r"|columnist|contributor"
    r"|fellow|freelance|professor|journalist|founder of|author of)\b"
)
_QUOTE_PUNCTUATION = "\"'“”‘’«»"


@dataclass(slots=True)
class Unit:
    """A paragraph or list item before it is judged: its markup, the line it begins at, and where it stands."""

    markup: str
    line: int
    section: str | None
    kind: str
    title: str = ""
    shown: str = ""
    links: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    url: str | None = None


def passages(document: Document) -> list[Passage]:
    """Every passage of a note's body that may be quoted, in the order of the file, as nobody's marked words."""
    found = list(units(document))
    repeated = _repeated(found)
    last_lines = {unit.line for unit in found[-3:]} if len(found) > 6 else set()
    kept: list[Passage] = []
    for unit in found:
        if not is_quotable(unit) or (repeated and level(unit.shown) in repeated) or unit.shown == document.item.title:
            continue
        if unit.line in last_lines and _BIOGRAPHY.match(unit.shown):
            continue
        kept.extend(_cut(unit))
    return kept


def units(document: Document) -> Iterator[Unit]:
    """The paragraphs and list items of the body, with their plain text filled in; stops where a page's tail begins."""
    section: str | None = None
    skipped: int | None = None
    flat = [pair for block in document.blocks for pair in _lines(block)]
    for number, (block, markup, line) in enumerate(flat):
        if block.kind == "heading":
            name = label(markup, document.hidden)
            if skipped is None or block.level <= skipped:
                skipped = block.level if fold_key(name.strip(":")) in boilerplate.SECTIONS else None
                section = name or None
            continue
        if skipped is not None:
            continue
        words = plain(markup, document.hidden)
        shown = " ".join(words.text.split("\n")) if block.kind != "quote" else words.text
        if number * 5 >= len(flat) * 2 and len(shown) < 60 and boilerplate.TAIL.match(shown):
            return
        shown = _finished(shown)
        if shown:
            yield Unit(markup, line, section, block.kind, block.title, shown, words.links, words.times, words.url)


def _finished(text: str) -> str:
    """The text without an address glued to its end, and without a last sentence that only introduces what follows."""
    text = _GLUED_URL.sub(r"\1", text)
    if not text.endswith((":", "：")):
        return text
    whole = sentences(text)[:-1]
    return " ".join(whole) if sum(map(len, whole)) >= _SHORTEST else text


def _lines(block: Block) -> Iterator[tuple[Block, str, int]]:
    if block.kind in {"code", "table", "rule"} or (
        block.kind == "callout" and block.marker in {"todo", "toc", "quote", "cite"}
    ):
        return
    if block.kind in {"paragraph", "bullet"} and len(block.lines) > 1 and not _wrapped(block.lines):
        yield from ((block, line, block.line + number) for number, line in enumerate(block.lines))
    elif block.kind == "callout" and fields_of(block):
        return
    else:
        start = 0
        for end in [*block.inner_gaps, len(block.lines)]:
            if end > start:
                glue = " " if _wrapped(block.lines[start:end]) else "\n"
                yield block, glue.join(block.lines[start:end]), block.line + start
            start = end


def _wrapped(lines: list[str]) -> bool:
    """Whether the lines of a block are one hard-wrapped paragraph rather than a paragraph each."""
    if max(map(len, lines)) > 130:
        return False
    ended = sum(bool(_END.search(line)) or line.endswith((":", "  ")) for line in lines[:-1])
    return ended * 2 < len(lines) - 1 or len(lines) == 1


def _repeated(found: list[Unit]) -> set[str]:
    """Levelled short texts that stand in the file more than once: furniture, wherever they stand."""
    seen: set[str] = set()
    twice: set[str] = set()
    for unit in found:
        if len(unit.shown) < 200:
            folded = level(unit.shown)
            (twice if folded in seen else seen).add(folded)
    return twice


def is_quotable(unit: Unit) -> bool:
    """Whether a unit is a sentence of the body: long and finished enough, and not one of a page's furniture lines."""
    text = unit.shown
    shortest = _SHORTEST_CJK if CJK.search(text) else _SHORTEST
    if len(text) < shortest or not _END.search(text) or _looks_like_heading(text):
        return False
    if _FIGURE.match(text) or _CHAPTER.match(text) or _TASK.match(unit.markup) or _FIELD_LINE.match(text):
        return False
    if _DATED_END.search(text) or _EMAIL.search(text) or _TEMPLATE.search(unit.markup):
        return False
    if text.endswith(("…", "...")) and len(text) < 60:
        return False
    return not (_linked_too_much(unit) or _is_code(text) or boilerplate.is_boilerplate(text))


def _looks_like_heading(text: str) -> bool:
    """A short line with most words capitalised, or a by-line, though it ends like a sentence."""
    if len(text) > 110 or CJK.search(text):
        return False
    words = [word.strip(_QUOTE_PUNCTUATION) for word in text.split()]
    long_words = [word for word in words if len(word) > 3]
    capitals = sum(word[0].isupper() for word in long_words)
    titled = len(long_words) >= 2 and capitals >= 0.75 * len(long_words) and text[-1] not in '”"'
    return titled or (bool(_BYLINE.match(text)) and len(words) <= 8 and capitals >= len(long_words) - 1)


def _linked_too_much(unit: Unit) -> bool:
    links = len(_MARKDOWN_LINK.findall(unit.markup)) + len(_URL.findall(unit.shown))
    if not links:
        return False
    words = len(unit.shown.split()) + len(CJK.findall(unit.shown)) // 2
    bare = _URL.sub("", unit.shown)
    return links * 5 > words or len(bare) < _SHORTEST_CJK


def _is_code(text: str) -> bool:
    letters = sum(map(str.isalnum, text)) + text.count(" ")
    return letters < 0.8 * len(text) and not CJK.search(text)


def _cut(unit: Unit) -> Iterator[Passage]:
    pieces = [unit.shown] if len(unit.shown) <= LONGEST else _grouped(sentences(unit.shown))
    for piece in pieces:
        yield Passage(
            text=piece,
            line=unit.line,
            voice=Voice.SUMMARY,
            url=unit.url,
            timestamp=next(iter(unit.times), None),
            marked=False,
            section=unit.title or unit.section,
            links=unit.links,
        )


def sentences(text: str) -> list[str]:
    """The sentences of a text; abbreviations and initials do not end one."""
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        following = text[match.end() : match.end() + 3].lstrip()
        if match[0].startswith(".") and (
            _ABBREVIATION.search(text[max(0, match.start() - 12) : match.start() + 1]) or following[:1].islower()
        ):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _grouped(parts: list[str]) -> list[str]:
    groups: list[str] = []
    for part in parts:
        if groups and len(groups[-1]) + len(part) < _AIM:
            groups[-1] += " " + part
        else:
            groups.append(part)
    return groups
