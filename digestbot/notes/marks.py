"""Texts with `==marks==` or `<mark>`: what is marked is the reader's highlight, the rest of the body stays quotable."""

from __future__ import annotations

import re

from digestbot.model import Voice
from digestbot.notes import prose
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.inline import plain

_MARK = re.compile(r"==([^=\s][^=]{0,4000}?)==|<mark\b[^<>]{0,80}>([^<]{1,4000})</mark>")
_EXPLANATION = re.compile(r"^(?:highlights?|highlighted|marks?|marked|bold|text)$", re.IGNORECASE)
# Two private-use characters stand for the ends of a mark while the markup round it is taken away.
_ON, _OFF = "\ue000", "\ue001"
_SPAN = re.compile(f"{_ON}([^{_OFF}]*){_OFF}")


def read(document: Document) -> list[Passage] | None:
    """Marked sentences first, then the rest of the body; None when nothing is marked."""
    thread = sum(block.kind == "rule" for block in document.blocks) >= 2
    marked: list[Passage] = []
    rest: list[Block] = []
    for block in document.blocks:
        found = _marked(block, document)
        marked += found or []
        rest += [block] if found is None else _unmarked(block, found)
    if not marked:
        return None
    if thread:  # several people may speak in it, and the note names one
        for passage in marked:
            passage.voice = Voice.SUMMARY
    document.blocks = rest
    return marked + prose.passages(document)


def _marked(block: Block, document: Document) -> list[Passage] | None:
    """The marked sentences of a block; none where it only explains what marks mean; None where it has no mark."""
    text = block.text
    if block.kind in {"code", "table", "heading"} or not _MARK.search(text):
        return None
    fenced = _MARK.sub(lambda match: f"{_ON}{match[1] or match[2]}{_OFF}", text.replace(_ON, "").replace(_OFF, ""))
    words = plain(fenced, document.hidden)
    spans = [match for match in _SPAN.finditer(words.text) if not _EXPLANATION.match(match[1].strip())]
    around = _sentences_around(words.text)
    sentences = dict.fromkeys(sentence for span in spans if (sentence := _whole(span, around)))
    return [Passage(sentence, block.line, voice=Voice.AUTHOR, links=words.links) for sentence in sentences]


def _sentences_around(text: str) -> dict[str, str]:
    """The sentence that each marked piece of a text stands in; a piece that runs over several has none."""
    around: dict[str, str] = {}
    for sentence in prose.sentences(" ".join(text.split("\n"))):
        whole = sentence.replace(_ON, "").replace(_OFF, "").strip()
        for span in _SPAN.finditer(sentence):
            around.setdefault(" ".join(span[1].split()), whole)
    return around


def _whole(span: re.Match[str], around: dict[str, str]) -> str:
    """The marked words if they are a sentence or more, else the sentence round them."""
    words = " ".join(span[1].split())
    if words[:1].isupper() and words.endswith((".", "!", "?", "”", '"')) and len(words) > 30:
        return words
    return around.get(words, words)


def _unmarked(block: Block, found: list[Passage]) -> list[Block]:
    """The block again without its marked sentences, if whole sentences are left."""
    if block.kind != "paragraph" or not found:
        return []
    taken = {passage.text for passage in found}
    words = plain(_MARK.sub(lambda match: match[1] or match[2], block.text)).text
    left = [sentence for sentence in prose.sentences(" ".join(words.split("\n"))) if sentence not in taken]
    return [Block("paragraph", block.line, [" ".join(left)])] if left else []
