"""Where a text may be cut: at the end of a sentence, else of a clause, else of a word; and how much is read at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from digestbot.rendering.dialects import clean
from digestbot.rendering.limits import length

_CLAUSE = re.compile(r"[,;:)—–](?=\s)|[，、；：）]")
_CONTEXT = 400
"""Characters behind a place that say whether a sentence ends there."""

_LOOSE_ENDS = " ,;:—–，、；："
_JOINER, _VARIATIONS = "\u200d", range(0xFE00, 0xFE10)
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def break_at(text: str, most: int, *, least: int = 0) -> tuple[int, bool]:
    """Where to end a piece of at most `most` characters, and whether a sentence ends there.

    The last sentence's or line's end behind `least` wins, however early; without one the end of a clause or a word in
    the second half, else the last place that tears no character apart.
    """
    if len(text) <= most:
        return len(text), True
    near = text[: most + _CONTEXT]
    lines = (match.start() for match in re.finditer("\n", near))
    ends = [end for end in (*sentence_ends(near), *lines) if least < end <= most]
    if ends:
        return max(ends), True
    for pattern in (_CLAUSE, re.compile(r"(?=\s)")):
        places = [match.end() for match in pattern.finditer(text[: most + 1]) if most // 2 <= match.end() <= most]
        if places and places[-1]:
            return places[-1], False
    return _between_characters(text, most), False


def sentence_ends(text: str) -> Iterator[int]:
    """The places behind each sentence of a text; abbreviations and initials end none."""
    from digestbot.notes.prose import sentences  # most messages fit, and a look-up is over sooner without

    end = 0
    for sentence in sentences(text):
        end = text.index(sentence, end) + len(sentence)
        yield end


def shorten(text: str, most: int, escape: Callable[[str], str] = clean) -> str:
    """A text whose escaped form has at most `most` UTF-16 units, cut where a sentence or a word ends, with "…"."""
    if length(escape(text)) <= most:
        return text
    low, high = 0, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(escape(text[:middle])) + 2 <= most else (low, middle - 1)
    if low == len(text):
        low -= 1
    return "".join(cut_off(text, low))


def cut_off(text: str, most: int) -> tuple[str, str]:
    """The beginning of a text, of at most `most` characters, and the sign that it goes on."""
    end, whole = break_at(text, most, least=most // 3)
    kept = text[:end].rstrip()
    if not kept:
        return "", "…"
    if not whole:
        kept = kept.rstrip(_LOOSE_ENDS) or kept
    return kept, goes_on(text, end, most)


def goes_on(text: str, end: int, most: int) -> str:
    """The sign behind a piece that ends at `end`: close to a word that was torn, apart from a whole one."""
    return "…" if end == most and not text[end : end + 1].isspace() else " …"


def _between_characters(text: str, place: int) -> int:
    """The last place up to this one that leaves letters with their accents and joined emoji whole."""
    for end in range(place, max(0, place - 40), -1):
        if not _continues(text[end]) and text[end - 1] != _JOINER:
            return end
    return place


def _continues(sign: str) -> bool:
    code = ord(sign)
    return sign == _JOINER or code in _VARIATIONS or code in _SKIN_TONES or bool(unicodedata.combining(sign))
