"""The texts of metadata -> names, tags, addresses and dates; nothing is guessed that is not written."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from digestbot.notes.inline import label

_PLACEHOLDERS = {
    "",
    "undefined",
    "null",
    "none",
    "nan",
    "n/a",
    "-",
    "—",
    "(no title)",
    "no title",
    "untitled",
    "unknown",
    "unknown author",
    "author",
    "true",
    "false",
    "[]",
    '""',
    "''",
}
_TEMPLATE = re.compile(r"\{\{|\}\}|<%|%>|^\[?\[?\{\w*\}\]?\]?$")
_EMAIL = re.compile(r"[<(]?\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b[>)]?")
_SEVERAL = re.compile(r"[;；、\n]|(?<=\]\])[ \t,]*(?=\[\[)")
_AND = re.compile(r" (?:&|and|und|et|y|e|och|и|及) ", re.IGNORECASE)
_INITIALS = re.compile(r"^[^\W\d_]\.(?:[ -]?[^\W\d_]\.)*$")
_SUFFIX = re.compile(r"^(?:jr|sr|ph\.?d|m\.?d|inc|ltd|llc|esq|ii|iii|iv|dds|mba|cpa)\.?$", re.IGNORECASE)
_NAME_LINK = re.compile(r"^\[([^\[\]]+)\]\([^()\s]*\)$")
_URL = re.compile(r"https?://[^\s<>\"'\]|{}\\^`]+")
_DATE = re.compile(r"(?<!\d)(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?)?(?!\d)")
_LONG_DATE = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\.?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d)")  # always the day first
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BROKEN_HOST = re.compile(r"undefined$|^localhost$|^$")
READER_HOSTS = (
    "readwise.io",
    "read.readwise.io",
    "omnivore.app",
    "hyp.is",
    "hypothes.is",
    "getpocket.com",
    "feedbin.com",
)
"""Services that show a page they did not write; another address of the source is better."""


def flow(texts: Iterable[str]) -> Iterator[str]:
    """The items of values that may be YAML flow lists (`[a, "b"]`), wikilinks left whole."""
    for text in texts:
        text = text.strip()
        if text.startswith("[") and not text.startswith("[["):
            text = re.sub(r"\]\s+#[^\]]*$", "]", text)
        if text.startswith("[") and text.endswith("]") and not text.startswith("[["):
            yield from (part.strip().strip("\"'") for part in _split_commas(text[1:-1]))
        else:
            yield text


def _split_commas(text: str) -> Iterator[str]:
    depth, start, quote = 0, 0, ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and not text[start:at].strip():
            quote = sign
        elif sign in "[({":
            depth += 1
        elif sign in "])}":
            depth -= 1
        elif sign == "," and depth <= 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def meaningful(text: str) -> bool:
    """Whether a value says something: no placeholder and no unrendered template."""
    return text.strip().casefold() not in _PLACEHOLDERS and not _TEMPLATE.search(text)


def has_email(text: str) -> bool:
    """Whether a value holds an e-mail address."""
    return "@" in text and bool(_EMAIL.search(text))


def names(texts: Iterable[str], hidden: frozenset[str] = frozenset()) -> list[str]:
    """People (or publications) named by metadata, each once and first name first; no e-mail address is left."""
    found: list[str] = []
    for text in flow(texts):
        listed = _SEVERAL.split(_EMAIL.sub("", text) if "@" in text else text)
        for part in listed:
            for piece in _listed(" ".join(_bare_name(part, hidden).split()), turned=len(listed) > 1):
                name = piece.partition(" # ")[0].strip(" *_\t\"'")
                if meaningful(name) and name not in found and "[…]" not in name and any(map(str.isalnum, name)):
                    found.append(name)
    return found


def _listed(text: str, *, turned: bool) -> Iterator[str]:
    """`Lena Holm, Ben Ode and Ana Cruz` are three; `Strunk & White` is one, and so is `Holm, Lena`.

    turned: the text is one of several that were parted by semicolons, so that its comma is no list's.
    """
    pieces = [piece.strip() for piece in re.split(r"[,，]", text) if piece.strip()]
    for number in range(len(pieces) - 1, 0, -1):
        if _SUFFIX.match(pieces[number]):
            pieces[number - 1] += f", {pieces.pop(number)}"
    if len(pieces) == 2 and _is_turned(*pieces, surely=turned):
        yield f"{pieces[1]} {pieces[0]}"
        return
    for piece in pieces:
        parts = _AND.split(re.sub(r"^(?:and|&) ", "", piece, flags=re.IGNORECASE))
        yield from parts if len(pieces) > 1 or all(" " in part for part in parts) else [piece]


def _is_turned(last: str, first: str, *, surely: bool) -> bool:
    """Whether two texts are a last and a first name; scripts without capitals write no names that way."""
    if not (last[0].isupper() and first[0].isupper()):
        return False
    single = " " not in last and (" " not in first or bool(_INITIALS.match(first.rpartition(" ")[2])))
    return single or bool(_INITIALS.match(first)) or (surely and len(last.split()) <= 2)


def _bare_name(text: str, hidden: frozenset[str]) -> str:
    text = text.strip()
    link = _NAME_LINK.match(text)
    if link:
        return link[1]
    if ("[[" in text and "]]" not in text) or ("]]" in text and "[[" not in text):
        return text.replace("[[", "").replace("]]", "")
    return label(text.replace("]][[", "]], [["), hidden) if re.search(r"[\[*_<`&\\]", text) else text


def tags(texts: Iterable[str], hidden: frozenset[str] = frozenset()) -> list[str]:
    """Tags: `#a#b` are two, `[[a]]` is one, a plain text is split at commas."""
    found: list[str] = []
    for text in flow(texts):
        text = text.replace("]] ", "]],").replace("]][[", "]],[[")
        for piece in text.split(","):
            piece = label(piece, hidden).strip().strip("\"'")
            parts = re.split(r"\s*#", piece) if "#" in piece else [piece]
            for tag in parts:
                tag = tag.strip().strip("[]")
                if meaningful(tag) and tag not in found and "[…]" not in tag and any(map(str.isalpha, tag)):
                    found.append(tag)
    return found


def hashtags(text: str) -> list[str]:
    """The tags of a text made of nothing but `#tags`; empty for any other text."""
    words = text.replace("#[[", "#").replace("]]", "").split()
    if words and all(word.startswith("#") and len(word) > 1 and not word.startswith("##") for word in words):
        return tags(words)
    return []


def address(text: str) -> str | None:
    """The first web address in a value, else None; an address with a broken host is none."""
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?*_>")
        while url.endswith(")") and url.count("(") < url.count(")"):
            url = url[:-1]
        if not _BROKEN_HOST.search(host(url)):
            return url
    return None


def host(url: str) -> str:
    """The host of an address without `www.`, in lower case; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def of_reader(url: str) -> bool:
    """Whether an address leads to a reading service rather than to the source itself."""
    return host(url) in READER_HOSTS


def day(text: str) -> str | None:
    """An ISO date (or month, or year, where no more is written), else None. `2024-13-45` gives `2024`."""
    named = _LONG_DATE.search(text)
    if named:
        month = _MONTHS.index(named[2][:3].casefold()) + 1
        return _iso(named[4], str(month), named[1] or named[3])
    if dotted := _DOTTED.search(text):
        return _iso(dotted[3], dotted[2], dotted[1])
    match = _DATE.search(text)
    return _iso(match[1], match[2], match[3]) if match else None


def _iso(year: str, month: str | None, date: str | None) -> str | None:
    if not 1000 <= int(year) <= 2200:
        return None
    if not month or not 1 <= int(month) <= 12:
        return year
    if not date or not 1 <= int(date) <= monthrange(int(year), int(month))[1]:
        return f"{year}-{int(month):02d}"
    return f"{year}-{int(month):02d}-{int(date):02d}"


def file_title(path: str) -> str:
    """The title that a file name stands for: no folder, suffix, `%XX`, or what exporters add to it."""
    name = path.rpartition("/")[2]
    while name.casefold().endswith((".md", ".markdown", ".txt", ".csv")):
        name = name.rpartition(".")[0]
    if re.search(r"%[0-9A-Fa-f]{2}", name):
        name = unquote(name, errors="replace")
    name = re.sub(r"(highlights\)) \(\d{1,3}\)$", r"\1", name.strip(), flags=re.IGNORECASE)
    if name.endswith("-readwise-hl"):
        name = re.sub(r"^\d+-", "", name.removesuffix("-readwise-hl")).replace("-", " ")
    name = re.sub(r"\s+by\s+\S[^/]{0,80}?\s+highlights$", "", name, flags=re.IGNORECASE)
    name = re.sub(r"\s*(?:[-–]\s*highlights|\(highlights\)|\s+highlights)$", "", name, flags=re.IGNORECASE)
    return " ".join(name.split())
