"""The words around what matched, to show why a passage was found. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from digestbot.library import schema

WIDTH = 160
"""Characters of a snippet, at most, beside the signs that say where it was cut."""

_WORD = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\\W_]+")


def snippet(text: str, wanted: Collection[str], language: str) -> str:
    """The part of a text that has the most of the wanted words; "" where it has none.

    wanted: as they are written or as stems of the language, levelled.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    places = [
        (match.start(), match.end(), stem)
        for match in _WORD.finditer(text)
        for stem in _meant(match[0], wanted, language)
    ]
    if not places:
        return ""
    if len(text) <= WIDTH:
        return text
    first, last = _densest(places)
    return _cut(text, first, last)


def _meant(word: str, wanted: Collection[str], language: str) -> list[str]:
    plain = schema.plain().analyze(word)
    return [one for one in (*plain, *schema.stemmed(language).analyze(word)) if one in wanted][:1]


def _densest(places: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """Where the window with the most different words begins and ends."""
    best, at = 0, (places[0][0], places[0][1])
    for number, (start, _, _) in enumerate(places):
        inside = [place for place in places[number:] if place[1] - start <= WIDTH]
        count = len({stem for _, _, stem in inside})
        if count > best and inside:
            best, at = count, (start, inside[-1][1])
    return at


def _cut(text: str, first: int, last: int) -> str:
    """The text around first and last, WIDTH characters of it, cut between words."""
    room = max(0, WIDTH - (last - first)) // 2
    start, end = max(0, first - room), min(len(text), last + room)
    if start > 0:
        start = text.find(" ", start, first) + 1 or first
    if end < len(text):
        end = max(text.rfind(" ", last, end), last)
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"
