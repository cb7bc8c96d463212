"""What exporting products write behind a highlight: the link back to its place, its id, its tags.

Readers change their templates, so a highlight is known by such an ending and not by the product that wrote the file. A
product that ends its highlights in a way of its own is one line in LABELS or PLACES.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digestbot.notes.inline import seconds
from digestbot.notes.values import tags

_PLACE_WORD = (
    r"(?:location|loc\.?|position|pos\.|page|pg\.?|pp?\.|seite|s\.|emplacement|página|pagina|pág\.|页码?|位置|стр\.?"
    r"|страница|место|第)"
)
LABELS = re.compile(
    r"^(?:view (?:highlight|tweet|annotation|quote|clip|in context)s?|open in \w+"
    rf"|{_PLACE_WORD}\s*[\dxivlc–-]+页?|time\s*[\d:]+"
    r"|(?:updated|created|highlighted|added) on .*|⤴️?|↗️?|🔗|pdf)$",
    re.IGNORECASE,
)
"""Link labels that say: here is the place of this highlight."""

PLACES = re.compile(
    r"^(?:kindle|zotero|weread|marginnote\d?app|obsidian|logseq|mailmate|highlights|skim|docdrop)://"
    r"|//(?:read\.)?readwise\.io/(?:read|open|to_kindle|reader)\b|//hyp\.is/|//hypothes\.is/a/|//omnivore\.app/[^#]+#"
    r"|//share\.snipd\.com/snip|//(?:www\.)?airr\.io/quote|//(?:www\.)?(?:twitter|x)\.com/[^/]+/status/|#:~:text="
    r"|//(?:www\.)?glasp\.co/|//(?:www\.)?instapaper\.com/read/|//diigo\.com/|//(?:www\.)?raindrop\.io/"
    r"|//hardcover\.app/|//play\.google\.com/books/reader|//(?:web|hq)\.getmatter\.(?:com|app)/|ibooks://|calibre://",
    re.IGNORECASE,
)
"""Addresses that lead to one highlight in a reading product."""

_WINDOW = 1200
_NEAR = 120
# A highlight with more behind it is no highlight; each one taken off copies the text.
_MOST = 100
_LINK = re.compile(r"\(?\[([^\[\]\n]{0,120})\]\(<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?\)\)?$")
_ZOTERO = re.compile(r"\(?\[\[(zotero://[^\]|\s]+?)(?:\\?\|([^\]]*))?\]\]\)?$")
_PLAIN_PLACE = re.compile(rf"\(([^()\n]{{1,60}}, )?({_PLACE_WORD}\s*[\dxivlc]+(?:\s*[–-]\s*\d+)?页?)\)$", re.IGNORECASE)
_BLOCK_ID = re.compile(r"(?:^|\s|(?<=[。！？.!?”\"]))\^([A-Za-z0-9][\w-]{0,80})$")
_WORD_BEFORE = re.compile(r"\s[—–-]\s*(?:(?:location|page|loc\.?)\s*:?|group:\s*#?\S+)\s*$", re.IGNORECASE)
_DASH = re.compile(r"\s+[—–]$")
_HASHTAGS = re.compile(r"(?:\s+#[^\s#()\[\]]+)+$|\s+#$")
_DAY = re.compile(r"\s(?:[—–-]\s)?\(?(?:\[\[)?\d{4}-\d\d-\d\d(?:\]\])?\)?$")
_LEAD = re.compile(r"^\(?\[([^\[\]\n]{0,120})\]\(<?([^\s<>()]+)>?\)\)?[ \t:—–-]*")
_ROMAN = re.compile(r"^page [ivxlc]+$", re.IGNORECASE)
_PAGE = re.compile(r"[?&]page=(\d+)")
_OPEN_ELSEWHERE = re.compile(r"^open in ", re.IGNORECASE)


@dataclass(slots=True)
class Tail:
    """A highlight's markup without its ending, and what the ending said.

    found: it named the place. sure: by a label or address that nobody writes in a sentence.
    """

    text: str
    url: str | None = None
    location: str | None = None
    timestamp: int | None = None
    native_id: str | None = None
    tags: list[str] = field(default_factory=list)
    found: bool = False
    image: bool = False
    sure: bool = False


def take(markup: str) -> Tail:
    """Take everything off the end of a highlight that is not its words."""
    tail = Tail(markup.rstrip())
    for _ in range(_MOST):
        if not _take_one(tail):
            break
        tail.text = tail.text.rstrip()
    return tail


def lead(markup: str) -> Tail:
    """The same for a highlight before which the link to its place stands."""
    match = _LEAD.match(markup)
    tail = Tail(markup)
    if match and LABELS.match(match[1].strip()):
        _learn(tail, match[1].strip(), match[2])
        tail.text = markup[match.end() :]
    return tail


def _take_one(tail: Tail) -> bool:
    text = tail.text
    window = text[-_WINDOW:]
    last = window[-1:]
    if last in ")]" and last:
        return _take_link(tail, window) or _take_plain_place(tail, window) or _take_day(tail, window[-_NEAR:])
    window = window[-_NEAR:]
    if "^" in window and (match := _BLOCK_ID.search(window)):
        tail.native_id = tail.native_id or match[1]
        return _cut(tail, match)
    if ("#" in window and _take_hashtags(tail, window)) or (last.isdigit() and _take_day(tail, window)):
        return True
    if not any(dash in window for dash in "—–-"):
        return False
    match = _WORD_BEFORE.search(window) or (_DASH.search(window) if tail.found else None)
    return match is not None and (tail.found or "group" in match[0].casefold()) and _cut(tail, match)


def _cut(tail: Tail, match: re.Match[str]) -> bool:
    tail.text = tail.text[: len(tail.text) - (match.end() - match.start())].rstrip()
    return True


def _take_link(tail: Tail, window: str) -> bool:
    match = (_ZOTERO.search(window) if "zotero://" in window else None) or _LINK.search(window)
    if not match:
        return False
    zotero = match[1].startswith("zotero://")
    label, url = (match[2] or "", match[1]) if zotero else (match[1].strip().replace("\xa0", " "), match[2])
    if not zotero and not LABELS.match(label) and not PLACES.search(url):
        return False
    if not url and not LABELS.match(label):
        return False
    tail.image = tail.image or "|image" in url
    _learn(tail, label, url)
    _cut(tail, match)
    if tail.text and not LABELS.match(label) and not any(map(str.isalnum, tail.text)):
        tail.text += f" {label}"  # `📌 [the words](weread://…)`: the label is the highlight
    return True


def _learn(tail: Tail, label: str, url: str) -> None:
    tail.found = True
    tail.sure = tail.sure or bool(LABELS.match(label)) or not url.startswith("http")
    better = tail.url is None or not (_OPEN_ELSEWHERE.match(label) or url.startswith("zotero://select"))
    if url and better and "{{" not in url and "<%" not in url:
        tail.url = url
    if label.casefold().startswith("time") and ":" in label:
        tail.timestamp, tail.location = seconds(label), label[4:].strip()
    elif _ROMAN.match(label) or (re.search(r"\d", label) and not re.search(r"\bon\b", label)):
        tail.location = label.strip("()")
    elif page := _PAGE.search(url):
        tail.location = tail.location or f"page {page[1]}"


def _take_plain_place(tail: Tail, window: str) -> bool:
    match = _PLAIN_PLACE.search(window)
    if not match or (match[1] and not tail.found):
        return False  # a citation in parentheses is a place only where a link to it stands behind
    tail.location = tail.location or " ".join(match[2].split())
    tail.found = True
    return _cut(tail, match)


def _take_hashtags(tail: Tail, window: str) -> bool:
    """Tags at the end belong to the highlight only where a link to its place stands before them."""
    match = _HASHTAGS.search(window)
    if not match or not _linked_before(tail, match):
        return False
    tail.tags = tags([match[0]]) + tail.tags
    return _cut(tail, match)


def _take_day(tail: Tail, window: str) -> bool:
    """So does the day when it was marked."""
    match = _DAY.search(window)
    return match is not None and _linked_before(tail, match) and _cut(tail, match)


def _linked_before(tail: Tail, match: re.Match[str]) -> bool:
    before = Tail(tail.text[: len(tail.text) - len(match[0])].rstrip())
    return before.text[-1:] in {")", "]"} and _take_link(before, before.text[-_WINDOW:])
