"""Notes of quotations: quote callouts, lines of `“…” — Speaker`, and notes that are mostly `>` quotes."""

from __future__ import annotations

import re

from digestbot.model import Voice
from digestbot.notes import prose, tails, voices
from digestbot.notes.blocks import QUOTE_CALLOUTS, Block
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.inline import label, plain

_SPEAKER = re.compile(r"^[-—–]*[ \t]*(?:author|speaker|by|said by|作者)[ \t]*:{1,2}[ \t]*(.+)$", re.IGNORECASE)
_SOURCE = re.compile(r"^[-—–]*[ \t]*(?:source|book|from|title|page|location|link|url)[ \t]*:{1,2}[ \t]*", re.IGNORECASE)
_SIGNATURE = re.compile(r"^[-—–―~]+[ \t]*(\S[^\n]{1,80})$")


def with_signatures(blocks: list[Block]) -> list[Block]:
    """The blocks again: each quote with the `— Name` that stands below it, and none with the words of two people."""
    found: list[Block] = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        above = found[-1] if found else None
        listed = block.kind == "bullet" and following is not None and following.kind == "bullet"
        if above and _may_be_signed(above) and not listed and (name := _signature(block)):
            above.lines.append(f"— {name}")
        else:
            found += _by_speaker(block)
    return found


def _may_be_signed(block: Block) -> bool:
    quotes = block.kind == "quote" or (block.kind == "callout" and block.marker in QUOTE_CALLOUTS)
    return quotes and not (block.lines and _SIGNATURE.match(block.lines[-1]))


def _signature(block: Block) -> str | None:
    """What follows the dash of a paragraph or list item that is nothing but a name, else None."""
    if len(block.lines) != 1 or block.kind not in {"paragraph", "bullet"}:
        return None
    line = block.lines[0] if block.kind == "paragraph" else f"- {block.lines[0]}" if block.marker == "-" else ""
    match = _SIGNATURE.match(line)
    name = voices.person(label(match[1])) if match else None
    return match[1] if match and name and (block.kind == "paragraph" or " " in name) else None


def _by_speaker(block: Block) -> list[Block]:
    """A quote cut behind every line that signs what stands above it."""
    if block.kind != "quote" or len(block.lines) < 4:
        return [block]
    parts: list[Block] = []
    start = 0
    for number, line in enumerate(block.lines):
        match = _SIGNATURE.match(line) if number > start else None
        if match and not line.startswith("- ") and voices.person(label(match[1])):
            parts.append(Block("quote", block.line + start, block.lines[start : number + 1], block.indent))
            start = number + 1
    rest = [Block("quote", block.line + start, block.lines[start:], block.indent)] if start < len(block.lines) else []
    return [*parts, *rest] if parts else [block]


def read(document: Document) -> list[Passage] | None:
    """Quotations first, then whatever prose stands beside them; None when the note holds no quotation of its own."""
    quoted: list[Passage] = []
    rest: list[Block] = []
    collection = mostly_quotes(document.blocks)
    for above, block in zip([None, *document.blocks], document.blocks, strict=False):
        passage = _quotation(block, document)
        if passage is None and collection and block.kind == "quote":
            words = plain(tails.take(block.text).text, document.hidden)
            voice = Voice.QUOTED if above and _introduces(above) else Voice.AUTHOR
            passage = Passage(words.text, block.line, voice=voice, links=words.links) if words.text else None
        if passage is None:
            rest.append(block)
        else:
            quoted.append(passage)
    if not quoted:
        return None
    document.blocks = rest
    return quoted + prose.passages(document)


def _introduces(block: Block) -> bool:
    """Whether a paragraph says whose words follow, as `Ana Cruz writes:` and a name alone do."""
    if block.kind != "paragraph":
        return False
    text = label(block.text.rpartition("\n")[2])
    return text.endswith((":", "：")) or voices.person(text) is not None


def mostly_quotes(blocks: list[Block]) -> bool:
    """Whether a note is a collection of quotes rather than a text that quotes somebody now and then."""
    quoted = sum(len(block.text) for block in blocks if block.kind == "quote")
    return quoted > 0 and quoted * 2 >= sum(
        len(block.text) for block in blocks if block.kind in {"quote", "paragraph", "bullet"}
    )


def _quotation(block: Block, document: Document) -> Passage | None:
    if block.kind == "callout" and block.marker in QUOTE_CALLOUTS:
        return _from_callout(block, document)
    if block.kind not in {"paragraph", "quote", "bullet"} or not any(sign in block.text for sign in "—–―-~"):
        return None
    words = plain(block.text, document.hidden)
    spoken = voices.heard(words.text) if words.text else None
    if not spoken or not spoken[2] or (block.kind == "paragraph" and words.text[0] not in '“"«„「'):
        return None
    return Passage(spoken[0], block.line, voice=spoken[1], speaker=spoken[2], links=words.links)


def is_label(block: Block) -> bool:
    """Whether a callout's title only says what stands below it, as `[!quote] The Long Row, p. 12` does."""
    if not block.lines or _SIGNATURE.match(block.lines[0]) or _SPEAKER.match(block.lines[0]):
        return False
    if len(block.title) > 80 or block.title.endswith((".", "!", "?", "…", "”", '"', ",", "。")):
        return False
    return not block.lines[0][:1].islower()


def _from_callout(block: Block, document: Document) -> Passage | None:
    """The words may stand in the callout's title; the last line may name who said them."""
    title = label(block.title, document.hidden) if is_label(block) else ""
    lines = [line for line in ["" if title else block.title, *block.lines] if line.strip()]
    lines, speaker = _signed(lines, document.hidden)
    words = plain("\n".join(lines), document.hidden)
    if not words.text:
        return None
    spoken = voices.heard(words.text)
    text = spoken[0] if spoken and spoken[2] else words.text
    named = voices.person(title) if title and not title.startswith(document.item.title or "\n") else None
    anothers = bool(named and " " in named and named not in document.item.authors)
    return Passage(
        text,
        block.line,
        voice=Voice.QUOTED if speaker or spoken or anothers else Voice.AUTHOR,
        speaker=speaker or (spoken[2] if spoken else None),
        links=words.links,
        section=title or None,
    )


def _signed(lines: list[str], hidden: frozenset[str]) -> tuple[list[str], str | None]:
    """The words, and who signed them in the last line; a line about the book is neither."""
    lines = [line for number, line in enumerate(lines) if number == 0 or not _SOURCE.match(line)]
    last = lines[-1] if len(lines) > 1 else ""
    if match := _SPEAKER.match(last):
        return lines[:-1], label(match[1].split(",")[0], hidden).strip(' “”"') or None
    match = _SIGNATURE.match(last)
    name = voices.person(label(match[1], hidden)) if match and not _SIGNATURE.match(lines[-2]) else None
    return (lines[:-1], name) if name else (lines, None)
