"""Attribution by voice: when a highlight stands in quotation marks, and under whose name. Decided here alone.

A false attribution is the worst thing this product can do: a name and quotation marks are given only to words that the
note marks as somebody's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digestbot.model import Action, Highlight, Voice
from digestbot.rendering.dialects import clean, one_line, safe_url

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+){2,}")
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")

LONGEST_NAME = 200
"""Characters of a title or of the names before it is cut."""

MOST_TITLES = 2
"""How many of the other sources of a passage are named."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an attribution, which may be a link; host: whether to show beside it where it leads."""

    text: str
    url: str | None = None
    host: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """A highlight as a template sees it, or a piece of one.

    text: the passage or this piece of it. quoted: whether it stands in quotation marks. credit: who, where and when,
    () for unknown. url: the deep link to it, else the source's; None where there is no address of the web.
    number: its place in the View, from 1. before, after: what shows that a sentence goes on there: "… ", " …" or "".
    actions: what it offers; with the last piece alone.
    """

    id: str
    text: str
    quoted: bool = False
    credit: tuple[Span, ...] = ()
    url: str | None = None
    number: int = 1
    before: str = ""
    after: str = ""
    actions: tuple[Action, ...] = ()

    @property
    def line(self) -> str:
        """The passage on one line, to know it by in a menu."""
        return " ".join(self.text.split())

    @property
    def words(self) -> str:
        """The passage as it is shown, in quotation marks if they are due."""
        words = f"{self.before}{self.text}{self.after}"
        return f"“{words}”" if self.quoted and not _in_marks(self.text) else words


def attribute(one: Highlight, also_in: Sequence[str] = ()) -> Item:
    """What is shown of a highlight: “…” — speaker, in «title»; “…” — author, «title»; or … from «title»; with its date.

    also_in: titles of other sources that hold the passage.
    """
    url = safe_url(one.url) or safe_url(one.source.url)
    name = _name(one)
    spans = [*_title(one, url, name), *_place(one, url), *_date(one)]
    if name:
        spans = [Span(f"— {name}"), *spans]
    quoted = bool(name) or _is_marked(one)
    return Item(one.id, clean(one.text).strip(), quoted, (*spans, *_others(also_in, spans)), url)


def _is_marked(one: Highlight) -> bool:
    return one.voice is Voice.AUTHOR and one.marked


def _name(one: Highlight) -> str:
    if one.voice is Voice.QUOTED:
        return _short(one.speaker or "")
    return _short(_joined([name for name in map(one_line, one.source.authors) if name])) if _is_marked(one) else ""


def _title(one: Highlight, url: str | None, name: str) -> list[Span]:
    title = readable(one.source.title or "")
    unnamed = "— " if _is_marked(one) else "from "
    lead = unnamed if not name else ", in " if one.voice is Voice.QUOTED else ", "
    if title:
        return [Span(lead), Span(f"«{title}»", url)]
    return [Span(" · " if name else unnamed), Span("source", url)] if url else []


def readable(title: str) -> str:
    """A title on one line; one that is a file's name in slug form (`three-or-more-words`) is spelled out."""
    title = _short(title)
    if not _SLUG.fullmatch(title):
        return title
    words = re.sub("[-_]", " ", title)
    return words[0].upper() + words[1:]


def _place(one: Highlight, url: str | None) -> list[Span]:
    """Where in the source; what a link does not lead to is told."""
    if not one.source.title:
        return []
    if one.timestamp is None:
        return [Span(f", {_short(one.location)}")] if one.location and not url and one_line(one.location) else []
    hours, rest = divmod(max(0, one.timestamp), 3600)
    clock = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return [Span(f", at {clock}")]


def _date(one: Highlight) -> list[Span]:
    published = _short(one.source.published or "")
    return [Span(f", {_spelled(published)}")] if published and (one.source.title or one.source.authors) else []


def _spelled(published: str) -> str:
    """2001-03-02 as “2 March 2001”, 2001-03 as “March 2001”, all else as it is."""
    found = _DATE.fullmatch(published)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None
    except ValueError:
        day = None
    if not found or not day:
        return published
    return f"{day.day} {day:%B} {day.year}" if found[3] else f"{day:%B} {day.year}"


def _others(titles: Sequence[str], spans: Sequence[Span]) -> list[Span]:
    named = [f"«{title}»" for title in map(readable, titles) if title]
    if not named:
        return []
    more = [f"{len(named) - MOST_TITLES} more"] if len(named) > MOST_TITLES else []
    return [Span((" · " if spans else "") + "also in " + _joined([*named[:MOST_TITLES], *more], most=3))]


def _joined(names: list[str], most: int = 3) -> str:
    if len(names) > most:
        return f"{names[0]} and others"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _short(name: str) -> str:
    line = one_line(name)
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1].rstrip() + "…"


def _in_marks(text: str) -> bool:
    return text.startswith(("“", '"', "«", "„")) and text.endswith(("”", '"', "»", "“")) and len(text) > 1
