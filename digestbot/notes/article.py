"""Plain articles: no marks, perhaps no metadata; title, byline and address are found by rule where none are given."""

from __future__ import annotations

import re
from itertools import zip_longest

from digestbot.notes import boilerplate, prose, values
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.level import level
from digestbot.notes.prose import Unit

_MEANINGLESS = re.compile(
    r"^(?:[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|[\d\W_]*|untitled[\s\d]*|(?:page|article|document|doc|text|note"
    r"|new)[\s_-]*\d*)$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^(?:by|von|par|por|作者[:：]?)[ \t]+(.{3,60})$", re.IGNORECASE)
_PERSON = re.compile(r"^[A-Z][\w.'’-]+(?: (?:de|van|von|der|la|bin|al|[A-Z][\w.'’-]*)){1,3}$")
_WRITE_TO = re.compile(r"^Write to ([A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}) at \S+@\S+$")
_ONLY_URL = re.compile(r"^<?(https?://\S+?)>?$")
_GLUED_URL = re.compile(r"[.!?”\"](https?://\S+)$")
_NAV_SIGNS = re.compile(r"[|>»›]| {3,}|^\W*$")


def read(document: Document) -> list[Passage]:
    """The quotable passages of a text; fills in what the text itself says about its title, author and address."""
    found = list(prose.units(document))
    body = next(
        (number for number, unit in enumerate(found) if len(unit.shown) >= 80 and prose.is_quotable(unit)), len(found)
    )
    item = document.item
    title_at = -1
    if not item.inside and _MEANINGLESS.match(item.title or ""):
        title_at = _find_title(found, body)
        item.title = found[title_at].shown if title_at >= 0 else None
        item.inside = title_at >= 0
    if not item.authors:
        item.authors = _find_author(found, body)
    if item.url is None:
        item.url = _find_url(found, title_at, body)
    return prose.passages(document)


def _find_title(found: list[Unit], body: int) -> int:
    """The place of the line before the body that is most like a title, or -1; one that comes again is likelier."""
    later = {level(unit.shown) for unit in found[body:]}
    best, best_score = -1, 0
    for number, unit in enumerate(found[:body]):
        text = unit.shown
        words = len(text.split()) + len(prose.CJK.findall(text)) // 2
        if not 15 <= len(text) <= 220 or words < 3 or not _could_be_title(text, unit):
            continue
        score = 2 + 3 * (level(text) in later) + (words >= 5) + 2 * (number == 0) + 2 * (not text.endswith((".", ":")))
        if score > best_score:
            best, best_score = number, score
    return best


def _could_be_title(text: str, unit: Unit) -> bool:
    if unit.kind == "bullet" or text.isupper() or _NAV_SIGNS.search(text) or _BYLINE.match(text):
        return False
    return not (boilerplate.is_boilerplate(text) or _ONLY_URL.match(text) or "@" in text)


def _find_author(found: list[Unit], body: int) -> list[str]:
    head = [unit.shown for unit in found[: body + 1]]
    for text, following in zip_longest(head, head[1:], fillvalue=""):
        match = _BYLINE.match(text)
        name = (match[1] if match else following if text.casefold() == "by" else "").split(",")[0].split("|")[0].strip()
        if _PERSON.match(name):
            return values.names([name])
    for unit in found[-12:]:
        if match := _WRITE_TO.match(unit.shown):
            return [match[1]]
    return []


def _find_url(found: list[Unit], title_at: int, body: int) -> str | None:
    """An address that is a line of its own at the very top or under the title, or that ends the text."""
    heads = found[:1] + (found[title_at + 1 : body] if title_at >= 0 else [])
    for unit in heads + found[-1:]:
        if match := _ONLY_URL.match(unit.markup) or (_GLUED_URL.search(unit.markup) if unit is found[-1] else None):
            return values.address(match[1])
    return None
