"""Attribution by voice: when a highlight stands in quotation marks, and under whose name. Decided here alone.

A false attribution is the worst thing this product can do: a name and quotation marks are given only to words that the
note marks as somebody's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digestbot.model import Highlight, Voice
from digestbot.rendering.dialects import clean, one_line, safe_url

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+){2,}")

LONGEST_NAME = 200
"""Characters of a title or of the names before it is cut."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an attribution, which may be a link."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A highlight as a template sees it.

    text: the passage, perhaps cut. quoted: whether it stands in quotation marks. credit: who and where, () for unknown.
    url: the deep link to it, else the source's; None where there is no address of the web.
    """

    id: str
    text: str
    quoted: bool = False
    credit: tuple[Span, ...] = ()
    url: str | None = None

    @property
    def words(self) -> str:
        """The passage as it is shown, in quotation marks if they are due."""
        return f"“{self.text}”" if self.quoted and not _in_marks(self.text) else self.text


def attribute(one: Highlight) -> Item:
    """What is shown of a highlight: “…” — speaker, in «title»; “…” — author, «title»; or … from «title»."""
    url = safe_url(one.url) or safe_url(one.source.url)
    name = _name(one)
    spans = [*_title(one, url, name), *_place(one)]
    if name:
        spans = [Span(f"— {name}"), *spans]
    return Item(one.id, clean(one.text).strip(), bool(name) or _is_marked(one), tuple(spans), url)


def _is_marked(one: Highlight) -> bool:
    return one.voice is Voice.AUTHOR and one.marked


def _name(one: Highlight) -> str:
    if one.voice is Voice.QUOTED:
        return _short(one.speaker or "")
    return _short(_joined([name for name in map(one_line, one.source.authors) if name])) if _is_marked(one) else ""


def _title(one: Highlight, url: str | None, name: str) -> list[Span]:
    title = _short(_readable(one.source.title or ""))
    unnamed = "— " if _is_marked(one) else "from "
    lead = unnamed if not name else ", in " if one.voice is Voice.QUOTED else ", "
    return [Span(lead), Span(f"«{title}»", url)] if title else []


def _readable(title: str) -> str:
    """A title; one that is a file's name in slug form (`three-or-more-words`) is spelled out."""
    if not _SLUG.fullmatch(title):
        return title
    words = re.sub("[-_]", " ", title)
    return words[0].upper() + words[1:]


def _place(one: Highlight) -> list[Span]:
    if one.timestamp is None or not one.source.title:
        return []
    hours, rest = divmod(max(0, one.timestamp), 3600)
    clock = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return [Span(f", at {clock}")]


def _joined(names: list[str]) -> str:
    if len(names) > 3:
        return f"{names[0]} and others"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _short(name: str) -> str:
    line = one_line(name)
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1].rstrip() + "…"


def _in_marks(text: str) -> bool:
    return text.startswith(("“", '"', "«", "„")) and text.endswith(("”", '"', "»", "“")) and len(text) > 1
