"""Notes of quotations: quote callouts, and lines of `“…” — Speaker`."""

from __future__ import annotations

import re

from digestbot.model import Voice
from digestbot.notes import prose
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.inline import label, plain
from digestbot.notes.voices import heard

_CALLOUTS = frozenset({"quote", "cite", "citation", "quotes"})
_FIELD = re.compile(r"^[-—–]*[ \t]*(?:author|speaker|by|source|book|from|作者)[ \t]*:{1,2}[ \t]*(.+)$", re.IGNORECASE)
_SIGNATURE = re.compile(r"^(?:[-—–―~]+)[ \t]*(\S[^\n]{1,80})$")


def read(document: Document) -> list[Passage] | None:
    """Quotations first, then whatever prose stands beside them; None when the note holds no quotation of its own."""
    quoted: list[Passage] = []
    rest: list[Block] = []
    for block in document.blocks:
        passage = _quotation(block, document)
        if passage is None:
            rest.append(block)
        else:
            quoted.append(passage)
    if not quoted:
        return None
    document.blocks = rest
    return quoted + prose.passages(document)


def _quotation(block: Block, document: Document) -> Passage | None:
    if block.kind == "callout" and block.marker in _CALLOUTS:
        return _from_callout(block, document)
    if block.kind not in {"paragraph", "quote", "bullet"} or not any(sign in block.text for sign in "—–―-~"):
        return None
    words = plain(block.text, document.hidden)
    spoken = heard(words.text) if words.text else None
    if not spoken or not spoken[2] or (block.kind == "paragraph" and words.text[0] not in '“"«„「'):
        return None
    return Passage(spoken[0], block.line, voice=spoken[1], speaker=spoken[2], links=words.links)


def _from_callout(block: Block, document: Document) -> Passage | None:
    """The words may stand in the callout's title; the last line may name who said them."""
    lines = [line for line in [block.title, *block.lines] if line.strip()]
    speaker: str | None = None
    if lines and (match := _FIELD.match(lines[-1]) or (_SIGNATURE.match(lines[-1]) if len(lines) > 1 else None)):
        speaker = label(match[1].split(",")[0], document.hidden).strip(' “”"') or None
        lines.pop()
    words = plain("\n".join(lines), document.hidden)
    if not words.text:
        return None
    spoken = heard(words.text)
    text = spoken[0] if spoken and spoken[2] else words.text
    return Passage(
        text,
        block.line,
        voice=Voice.QUOTED if speaker or spoken else Voice.AUTHOR,
        speaker=speaker or (spoken[2] if spoken else None),
        links=words.links,
    )
