"""Texts nobody marked -> quotable passages: whole sentences or paragraphs of the body, and no furniture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digestbot.model import Voice
from digestbot.notes.body import body
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.paragraphs import Unit, units

LONGEST = 900
"""A paragraph longer than this many characters is cut at sentence ends into passages."""
_AIM = 450
_SHORTEST_REST = 30
_SENTENCE_END = re.compile(r"[.!?…]+[\"“”‘’'«»)\]]*(?=\s)|[。！？]+[”」』）]*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"\ue000])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|St|Sr|Jr|Prof|Gen|Sen|Rep|Gov|Lt|Col|vs|etc|cf|e\.g|i\.e|Fig|No"
    r"|Vol|Inc|Ltd|Co|Corp|al|approx"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|U\.S|U\.K|[A-Z]\.[A-Z])\.$"
)


def passages(document: Document, found: list[Unit] | None = None) -> list[Passage]:
    """Every passage of a note's body that may be quoted, in the order of the file, as nobody's marked words.

    found: the note's units, where they are known already.
    """
    found = list(units(document)) if found is None else found
    for unit in found:
        unit.shown = _finished(unit.shown)
    title = document.item.title
    return [piece for unit in body(found, document.item) if unit.shown != title for piece in _cut(unit)]


def _finished(text: str) -> str:
    """The text without a last sentence that only introduces what follows."""
    if not text.endswith((":", "：")):
        return text
    whole = sentences(text)[:-1]
    return " ".join(whole) if sum(map(len, whole)) >= _SHORTEST_REST else text


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
