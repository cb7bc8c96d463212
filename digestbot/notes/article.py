"""Plain articles: no marks, perhaps no metadata; title, by-line and address are found by rule where none are given."""

from __future__ import annotations

import re

from digestbot.notes import boilerplate, byline, prose, values
from digestbot.notes.body import judge, size
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.level import level
from digestbot.notes.paragraphs import BYLINE, CJK, Unit, units

_MEANINGLESS = re.compile(
    r"^(?:[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|[\d\W_]*|untitled[\s\d]*|(?:page|article|document|doc|text|note"
    r"|new)[\s_-]*\d*)$",
    re.IGNORECASE,
)
_ONLY_URL = re.compile(r"^<?(https?://\S+?)>?$")
_GLUED_URL = re.compile(r"[.!?”\"](https?://\S+)$")
_NAV_SIGNS = re.compile(r"[|>»›@←→]| {3,}|^\W*$|[a-z][A-Z][a-z]+[A-Z]|^[\w &]{2,20}: [A-Z]\w+(?: & \w+)?$")
_MENU = frozenset(
    {
        "home", "about", "archive", "archives", "subscribe", "donate", "contact", "products", "pricing", "docs",
        "blog", "careers", "news", "sports", "opinion", "search", "menu", "login", "shop", "store", "help", "faq",
        "support", "events", "podcast", "podcasts", "video", "videos", "more", "newsletter", "newsletters",
        "sections", "latest", "trending", "features", "reviews", "team", "company", "jobs", "press", "advertise",
    }
)  # fmt: skip
_LEAD = 80  # characters of the sentence with which a body is taken to begin
_NEAR = 3
_SITE_NAME = 20  # a shorter line that comes again may be the name of the site
_HEAD, _LONG_TITLE = 5, 30  # a short first line is the title of a text, but the menu of a page with a long head


def read(document: Document) -> list[Passage]:
    """The quotable passages of a text; fills in what the text itself says about its title, author and address."""
    found = list(units(document))
    start = _body_start(found)
    item = document.item
    title_at = -1
    if not item.inside and _MEANINGLESS.match(item.title or ""):
        title_at = _find_title(found, start)
        item.title = found[title_at].shown if title_at >= 0 else None
        item.inside = title_at >= 0
    if not item.authors:
        item.authors = byline.find([unit.shown for unit in found], start)
    if item.url is None:
        item.url = _find_url(found, title_at, start)
    return prose.passages(document, found)


def _body_start(found: list[Unit]) -> int:
    """The place of the first long sentence with another one near it, else of the first long sentence, else the end."""
    first = len(found)
    for number, unit in enumerate(found):
        if size(unit.shown) >= _LEAD and judge(unit) == "sentence":
            if any(judge(other) == "sentence" for other in found[number + 1 : number + 1 + _NEAR]):
                return number
            first = min(first, number)
    return first


def _find_title(found: list[Unit], start: int) -> int:
    """The place of the line before the body that is most like a title, or -1; one that comes again is likelier."""
    later = {level(unit.shown) for unit in found[start:]}
    best, best_score = -1, 0
    for number, unit in enumerate(found[:start]):
        text = unit.shown
        first = number == 0 and (start <= _HEAD or size(text) >= _LONG_TITLE)
        if not _could_be_title(text, unit, first=first):
            continue
        signed = any(
            BYLINE.match(other.shown) or byline.is_date(other.shown) for other in found[number + 1 : number + 3]
        )
        again = size(text) >= _SITE_NAME and level(text) in later
        score = 2 + 3 * again + (len(text.split()) >= 5) + 2 * first
        score += 2 * (not text.endswith((".", ":"))) + 2 * signed
        if score > best_score:
            best, best_score = number, score
    return best


def _could_be_title(text: str, unit: Unit, *, first: bool) -> bool:
    words = text.casefold().split()
    count = len(words) + len(CJK.findall(text)) // 2
    if not (8 if first else 15) <= size(text) <= 220 or count < (2 if first else 3):
        return False
    if unit.kind == "bullet" or text.isupper() or _NAV_SIGNS.search(text) or BYLINE.match(text) or byline.is_date(text):
        return False
    if sum(word in _MENU for word in words) * 2 > len(words):
        return False
    return not (boilerplate.is_boilerplate(text) or _ONLY_URL.match(text))


def _find_url(found: list[Unit], title_at: int, start: int) -> str | None:
    """An address that is a line of its own at the very top or under the title, or that ends the text."""
    heads = found[:1] + (found[title_at + 1 : start] if title_at >= 0 else [])
    for unit in heads + found[-1:]:
        if match := _ONLY_URL.match(unit.markup) or (_GLUED_URL.search(unit.markup) if unit is found[-1] else None):
            return values.address(match[1])
    return None
