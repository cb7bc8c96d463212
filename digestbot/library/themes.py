"""What the notes are about: tags, wikilinks, folders and categories, folded into themes with readable names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from digestbot.model import Highlight, Note, Theme

EVERYTHING = "everything"
"""The key of the theme that every highlight is under; it is listed only where no other has several sources."""

_LEAST = 3
"""A theme with fewer highlights cannot fill one digest."""
_SHARE, _FEW = 0.3, 10
"""What covers more than this share of more than this many notes says nothing about any of them."""
_HOUSEKEEPING = frozenset(
    "archive clipping favorite favourite h1 h2 h3 h4 highlight import inbox note quote readwise todo unread".split()
)
"""Folded names that exporters and note-takers use to keep order, not to say what a note is about."""
_FORMATS = frozenset(
    ["article", "book", "email", "literature note", "newsletter", "paper", "pdf", "podcast", "post", "tweet", "video"]
)
"""Folded names of what a source is, not of what it is about: never listed, but a digest of them can be ordered."""
_ACRONYMS = frozenset("ai agi api cpu eu gpu gpt ip llm ml moe nlp rag rl uk un us usa".split())
_MONTHS = (
    r"jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?"
    r"|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?"
)
_CALENDAR = re.compile(rf"\b({_MONTHS}|w\d+|q\d)\b")


def fold(name: str) -> str:
    """The key of a theme's name: `Open_Weights`, `#open-weight` and `open weights` are one theme."""
    words = re.sub(r"[\s_\-]+", " ", name.strip().strip("#").casefold()).split()
    return " ".join([*words[:-1], _singular(words[-1])]) if words else ""


@dataclass(slots=True)
class _Shelf:
    """What stands under one key. notes: how many files it appears in."""

    spellings: Counter[str] = field(default_factory=Counter)
    highlights: dict[str, Highlight] = field(default_factory=dict)
    notes: set[int] = field(default_factory=set)


def assign(notes: Sequence[Note]) -> tuple[tuple[Theme, ...], dict[str, set[str]]]:
    """The themes worth a digest, the largest first, and the keys of all themes that each highlight id is under."""
    shelves: dict[str, _Shelf] = defaultdict(_Shelf)
    under: dict[str, set[str]] = defaultdict(set)
    for number, note in enumerate(notes):
        for key, name, one in _placed(note):
            under[one.id].add(key)
            shelf = shelves[key]
            shelf.spellings[name] += 1
            shelf.highlights[one.id] = one
            shelf.notes.add(number)
    listed = [shelf for key, shelf in shelves.items() if _telling(key, shelf, len(notes))]
    if EVERYTHING in shelves and not any(_sources(shelf) >= _LEAST for shelf in listed):
        listed.append(shelves[EVERYTHING])
    themes = [Theme(_readable(shelf.spellings), len(shelf.highlights), _sources(shelf)) for shelf in listed]
    return tuple(sorted(themes, key=lambda theme: (-theme.highlights, theme.name))), dict(under)


def _placed(note: Note) -> Iterator[tuple[str, str, Highlight]]:
    folders = PurePosixPath(note.path).parts[:-1]
    for one in note.highlights:
        yield EVERYTHING, EVERYTHING, one
        category = (one.source.category,) if one.source.category else ()
        tags = [part for tag in (*one.tags, *one.source.tags, *category) for part in tag.split("/")]
        links = [link.split("#")[0].rsplit("/", 1)[-1] for link in one.links]
        for name in (*tags, *links, *folders):
            key = fold(name)
            if key and key not in _HOUSEKEEPING and key != EVERYTHING and not _is_date(key):
                yield key, name, one


def _is_date(key: str) -> bool:
    rest = _CALENDAR.sub("", key)
    return any(c.isdigit() for c in key) and not any(c.isalpha() for c in rest)


def _telling(key: str, shelf: _Shelf, total: int) -> bool:
    if key in {EVERYTHING, *_FORMATS} or len(shelf.highlights) < _LEAST:
        return False
    return total <= _FEW or len(shelf.notes) <= total * _SHARE


def _sources(shelf: _Shelf) -> int:
    return len({one.source for one in shelf.highlights.values()})


def _readable(spellings: Counter[str]) -> str:
    # The commonest spelling; of equally common ones the one with capitals, since it was written with more care.
    name = min(spellings, key=lambda name: (-spellings[name], name.islower(), name))
    plain = " ".join(re.sub(r"[\s_\-]+", " ", name.strip().strip("#")).split())
    if not plain.islower():
        return plain
    words = [_acronym(word) for word in plain.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _acronym(word: str) -> str:
    stem = word.removesuffix("s")
    if word in _ACRONYMS:
        return word.upper()
    return f"{stem.upper()}s" if stem in _ACRONYMS else word


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word
