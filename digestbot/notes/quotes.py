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


def read(document: Document) -> list[Passage] | None:
    """Quotations first, then whatever prose stands beside them; None when the note holds no quotation of its own."""
    quoted: list[Passage] = []
    rest: list[Block] = []
    collection = _mostly_quotes(document.blocks)
    for block in document.blocks:
        passage = _quotation(block, document)
        if passage is None and collection and block.kind == "quote":
            words = plain(tails.take(block.text).text, document.hidden)
            passage = Passage(words.text, block.line, links=words.links) if words.text else None
        if passage is None:
            rest.append(block)
        else:
            quoted.append(passage)
    if not quoted:
        return None
    document.blocks = rest
    return quoted + prose.passages(document)


def _mostly_quotes(blocks: list[Block]) -> bool:
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
    return Passage(
        text,
        block.line,
        voice=Voice.QUOTED if speaker or spoken else Voice.AUTHOR,
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
