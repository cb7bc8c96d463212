"""Texts with `==marks==` or `<mark>`: what is marked is the reader's highlight, the rest of the body stays quotable."""

from __future__ import annotations

import re

from digestbot.model import Voice
from digestbot.notes import paragraphs, prose, quotes
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.inline import plain

# A mark's signs do not touch letters outside it: `x==1` compares.
_MARK = re.compile(
    r"(?<![A-Za-z0-9=!<>])==([^=\s](?:[^=]|=(?!=)){0,4000}?)==(?![A-Za-z0-9=])"
    r"|<mark\b[^<>]{0,80}>([^<]{1,4000})</mark>"
)
_EXPLANATION = re.compile(
    r"^(?:highlights?|highlighted|marks?|marked|bold|text|⚠.{0,9}switch to excalidraw.*)$", re.IGNORECASE
)
_LEGEND = re.compile(
    r"\b(?:text|passages?|words?|parts?|lines?|sentences?|everything|anything)"
    r" (?:that (?:is|are) )?(?:marked|highlighted)\b"
    r"|\bhighlights?\b.{0,40}\b(?:by me|mine|my own)\b|\b(?:marked|highlighted) (?:like this|by me|in)\b",
    re.IGNORECASE,
)
# `**Ada:** …` and `ADA: …` in an interview: the note's author is not who speaks.
_SPEAKS = re.compile(r"^(?:(\*\*|__)[^*_:\n]{1,40}(?::\1|\1:)|[^\W\da-z_][^\W\da-z_ .]*(?: [^\W\da-z_ .]+){0,3}:)\s")
# Two private-use characters stand for the ends of a mark while the markup round it is taken away.
_ON, _OFF = "\ue000", "\ue001"
_SPAN = re.compile(f"{_ON}([^{_OFF}]*){_OFF}")
_QUOTATION_SIGN = re.compile(f'[“”«»„「」"{_ON}]')
_STOP_INSIDE = re.compile(f"(?<![.!?…。！？])([.!?…。！？]+){_OFF}")
_STOPS = ".!?…。！？"
_MANY = 100  # marked sentences of one paragraph, behind which nothing worth the search is left
_SENTENCE = 30  # characters from which marked words with capital and stop are a sentence of their own


def read(document: Document) -> list[Passage] | None:
    """Marked sentences first, then the rest of the body; None when nothing is marked."""
    thread = sum(block.kind == "rule" for block in document.blocks) >= 2
    collection = quotes.mostly_quotes(document.blocks)
    width = paragraphs.wrap_width(document.blocks)
    marked: list[Passage] = []
    rest: list[Block] = []
    for block in document.blocks:
        for part in _parts(block, width):
            found = _marked(part, document)
            if found and ((part.kind == "quote" and not collection) or _SPEAKS.match(part.text)):
                for passage in found:
                    passage.voice = Voice.SUMMARY
            marked += found or []
            rest += [part] if found is None else _unmarked(part, found, document.hidden)
    document.blocks = rest
    if not marked:
        return None
    if thread:  # several people may speak in it, and the note names one
        for passage in marked:
            passage.voice = Voice.SUMMARY
    return marked + prose.passages(document)


def _parts(block: Block, width: int) -> list[Block]:
    """A block with marks, cut into its paragraphs unless a mark reaches over their ends."""
    if block.kind not in {"paragraph", "bullet"} or len(block.lines) < 2 or not _MARK.search(block.text):
        return [block]
    parts = [(start, " ".join(lines)) for start, lines in paragraphs.gathered(block.lines, width)]
    if any(text.count("==") % 2 or text.count("<mark") != text.count("</mark") for _, text in parts):
        return [block]
    return [Block(block.kind if start == 0 else "paragraph", block.line + start, [text]) for start, text in parts]


def _marked(block: Block, document: Document) -> list[Passage] | None:
    """The marked sentences of a block; none where it only explains what marks mean; None where it has no mark."""
    text = block.text
    if block.kind in {"code", "table", "heading"} or not _MARK.search(text):
        return None
    words = plain(_MARK.sub(_fenced, text.replace(_ON, "").replace(_OFF, "")), document.hidden)
    spans = [match for match in _SPAN.finditer(words.text) if not _EXPLANATION.match(match[1].strip())]
    if not spans and _ON not in words.text:
        return None
    if _LEGEND.search(words.text.replace(_ON, "").replace(_OFF, "")) and all(span[1].count(" ") < 3 for span in spans):
        return []
    around = _sentences_around(words.text)
    found: dict[str, Voice] = {}
    open_at = _open_quotations(words.text)
    for span in spans:
        if sentence := _whole(span, around):
            found.setdefault(sentence, Voice.SUMMARY if open_at[span.start()] else Voice.AUTHOR)
    return [Passage(sentence, block.line, voice=voice, links=words.links) for sentence, voice in found.items()]


def _open_quotations(text: str) -> dict[int, bool]:
    """For the place of every mark, whether quotation marks are open there: what is marked is somebody else's then."""
    found: dict[int, bool] = {}
    depth, low, straight = 0, False, False
    for sign in _QUOTATION_SIGN.finditer(text):
        if sign[0] == _ON:
            found[sign.start()] = depth > 0 or straight
        elif sign[0] == '"':
            straight = not straight
        elif sign[0] in "”»」" or (sign[0] == "“" and low):
            depth, low = max(0, depth - 1), False
        else:
            depth, low = depth + 1, sign[0] == "„"  # „…“ closes with the sign that opens “…”
    return found


def _fenced(match: re.Match[str]) -> str:
    """A mark between its two signs; what stands in inline code is none."""
    in_code = match.string.count("`", 0, match.start()) % 2
    return match[0] if in_code else f"{_ON}{match[1] or match[2]}{_OFF}"


def _sentences_around(text: str) -> dict[str, str]:
    """The sentence that each marked piece of a text stands in; a piece that runs over several has none."""
    around: dict[str, str] = {}
    for sentence in prose.sentences(_STOP_INSIDE.sub(rf"{_OFF}\1", " ".join(text.split()))):
        whole = sentence.replace(_ON, "").replace(_OFF, "").strip()
        for span in _SPAN.finditer(sentence):
            around.setdefault(span[1].strip(), whole)
    return around


def _whole(span: re.Match[str], around: dict[str, str]) -> str:
    """The marked words if they are a sentence or more, else the sentence round them."""
    words = " ".join(span[1].split())
    if words[:1].isupper() and words.endswith((".", "!", "?", "”", '"')) and len(words) > _SENTENCE:
        return words
    return around.get(words.rstrip(_STOPS), words)


def _unmarked(block: Block, found: list[Passage], hidden: frozenset[str]) -> list[Block]:
    """What stands before, between and behind the marked sentences of a block, each a block of its own."""
    if block.kind not in {"paragraph", "bullet"} or not 0 < len(found) < _MANY:
        return []
    left = [" ".join(plain(_MARK.sub(lambda match: match[1] or match[2], block.text), hidden).text.split())]
    for passage in found:
        left = [rest.strip() for part in left for rest in part.split(passage.text)]
    return [Block(block.kind, block.line, [part]) for part in left if part]
