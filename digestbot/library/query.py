"""What somebody typed -> what to look for: words, phrases, exclusions and filters. Pure; every input means something.

`author:karpathy "open weights" -licence after:2019 what he said about cost`: a filter narrows, quotation marks keep
words together, a minus leaves out, and whatever is none of these is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digestbot.model import Voice

FILTERS = ("author", "source", "theme", "tag", "voice", "before", "after")
"""What may stand before a colon."""

_PIECE = re.compile(rf'(?<!\S)(-?)(?:({"|".join(FILTERS)}):)?(?:"([^"]*)"(?!\S)|(\S+))', re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "＂": '"', "：": ":"})
_LEAD = re.compile(
    r"^\W*(?:(?:what|which|who|where)(?: was| is|'s)?|find|show me|give me|there was|remember)\b"
    r"(?: that| the| this| a)? (?:quote|quotation|line|passage|saying|highlight|one|bit|thing)\b"
    r"(?: again)?(?: about| on| of| where| that| with| from| by)?\b",
    re.IGNORECASE,
)
_LETTER = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. value: never empty; a day as yyyymmdd for before and after. without: it must not hold."""

    name: str
    value: str
    without: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A query taken apart. text: the words in their order. phrases and without: each one or more words, as typed."""

    text: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for: then everything matches."""
        return not (self.text or self.phrases or self.without or self.filters)


@dataclass(slots=True)
class _Pieces:
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)


def parse(query: str) -> Asked:
    """Take a query apart; raises for none."""
    pieces = _Pieces()
    for match in _PIECE.finditer(query.translate(_MARKS)):
        _sort(match, pieces)
    text = " ".join(pieces.words)
    asked = _LEAD.sub("", text).strip()
    known = asked if _LETTER.search(asked) else text
    return Asked(known, tuple(pieces.phrases), tuple(pieces.without), tuple(pieces.filters))


def _sort(match: re.Match[str], pieces: _Pieces) -> None:
    minus, name, quoted, bare = match[1], (match[2] or "").casefold(), match[3], match[4]
    value = (quoted if quoted is not None else bare).strip()
    meant = _filter(name, value, without=bool(minus)) if name else None
    if meant:
        pieces.filters.append(meant)
    elif name or not _LETTER.search(value):
        pieces.words.append(match[0])
    elif minus and not value[0].isdigit():
        pieces.without.append(value)
    elif quoted is not None and not minus:
        pieces.phrases.append(value)
    else:
        pieces.words.append(match[0])


def _filter(name: str, value: str, *, without: bool) -> Filter | None:
    if name in ("before", "after"):
        day = _day(value)
        return Filter(name, day, without) if day else None
    if name == "voice":
        return Filter(name, value.lower(), without) if value.lower() in set(Voice) else None
    value = value.strip('"').lstrip("#@")
    return Filter(name, value, without) if _LETTER.search(value) else None


def _day(value: str) -> str:
    """The first day that is meant, as yyyymmdd: of a year, a month or a day; "" for anything else."""
    match = _DAY.fullmatch(value)
    if not match or not value.isascii():
        return ""
    year, month, day = (int(part or 1) for part in match.groups())
    return f"{year:04}{month:02}{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""
