"""The title line of a Kindle record: what is the title, who are the authors, and what is neither."""

from __future__ import annotations

import re

# In place of an author: nobody known, a format, a copy's number, a file-sharing site or its hash.
_NOT_AN_AUTHOR = re.compile(
    r"unknown(?: author)?|anonym\w*|inconnu(?:\(e\))?|desconocido|unbekannt|sconosciuto|onbekend|desconhecido"
    r"|неизвестн\w*|未知|不明|佚名|n/?a|\d{1,4}|[0-9a-f]{24,64}|epub|mobi|azw3?|pdf|kindle|ebook|retail"
    r"|[a-z]?\d?-?lib(?:rary)?(?:[ .:].*)?|z-library.*|libgen.*|anna.?s[ -]archive.*|(?:www\.)?oceanofpdf.*",
    re.IGNORECASE,
)
# Not an author either, but a part of the title.
_EDITION = re.compile(r".* (?:edition|ausgabe|издание)|(?:edici[oó]n|édition|edizione|edição) .*", re.IGNORECASE)
_HASH = re.compile(r"(?<![^\W_])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![^\W_])", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:\.(?:pdf|epub|mobi|azw3?|txt|docx?|html?)|_EBOK)+$", re.IGNORECASE)
_BRACKETS = {")": "(", "）": "（"}
_SEVERAL = re.compile(r"[;；、\n]")
_AND = re.compile(r"\s+(?:&|and|und|et|и)\s+")
_INITIALS = re.compile(r"(?:^|\s)[^\W\d_]\.$")
_CAPITALISED = r"[^\W\d_a-zа-яё][\w'’.-]*"
_PARTICLE = r"(?:d[aeiou]|de[nrs]?|del|della|la|le|van|von|zu|ter|ten|bin|ibn|al)"
_NAME = re.compile(rf"{_CAPITALISED}(?: (?:{_PARTICLE}|{_CAPITALISED})){{0,3}} {_CAPITALISED}")
_TURNED = re.compile(r"[^\W\d_][\w'’-]*, [^\W\d_][\w'’.-]*(?: [^\W\d_]\.)*")
_INITIAL = re.compile(r"\b[^\W\d_]\.")
_SUFFIX = re.compile(r"jr\.?|sr\.?|ph\.?d\.?|m\.?d\.?|i{1,3}|iv", re.IGNORECASE)
# Titles are short; a longer line is damage, and is not searched for brackets to its end.
_LONGEST_LINE = 500


def split_title(line: str) -> tuple[str | None, tuple[str, ...]]:
    """The title and the authors of a record's first line; None and () where there is none.

    The authors stand in the last brackets. A line that ends in two spaces has none, whatever brackets its title has:
    that is what Kindle's own pattern leaves behind where a book names nobody.
    """
    line = line[:_LONGEST_LINE]
    edition = ""
    rest, inside = (line, "") if line.endswith("  ") else _last_brackets(line)
    while inside and (_EDITION.fullmatch(inside) or _NOT_AN_AUTHOR.fullmatch(inside)):
        if _EDITION.fullmatch(inside):
            edition = f" ({inside}){edition}"
        line, (rest, inside) = rest, _last_brackets(rest)
    if not inside:
        return _without_brackets(line + edition)
    return _clean(rest + edition), tuple(split_authors(inside))


def _last_brackets(line: str) -> tuple[str, str]:
    """What stands before the brackets that close the line, and what stands in them ("" where there are none)."""
    line = line.strip()
    closing = line[-1:]
    opening = _BRACKETS.get(closing)
    depth = 0
    for at in range(len(line) - 1, -1, -1) if opening else ():
        depth += (line[at] == closing) - (line[at] == opening)
        if depth == 0:
            return line[:at].strip(), line[at + 1 : -1].strip()
    return line, ""


def _without_brackets(line: str) -> tuple[str | None, tuple[str, ...]]:
    """`Title -- Author -- … -- hash -- site`, `Title - Author`, or a title alone."""
    parts = [part.strip() for part in line.split(" -- ")]
    if len(parts) > 2 and (_HASH.search(line) or _NOT_AN_AUTHOR.fullmatch(parts[-1])):
        return _clean(parts[0]), tuple(split_authors(parts[1]))
    title, dash, name = _clean_text(line).rpartition(" - ")
    if dash and _is_name(name.strip(), title):
        return _clean(title), tuple(split_authors(name))
    return _clean(line), ()


def _is_name(name: str, title: str) -> bool:
    """Whether the words after a dash are a person's and not a subtitle's.

    Sure signs are initials and `Lastname, Firstname`. Two or more capitalised words are a name where the title does not
    capitalise every word itself.
    """
    if re.search(r"\d", name) or not _NAME.fullmatch(name.replace(",", "")) or _EDITION.fullmatch(name):
        return False
    if _TURNED.fullmatch(name) or _INITIAL.search(name):
        return True
    return any(len(word) > 4 and word.islower() for word in title.split())


def _clean(title: str) -> str | None:
    return _clean_text(title) or None


def _clean_text(title: str) -> str:
    """Without a file's ending, a hash, and the dashes that stood between them and the title."""
    return " ".join(_HASH.sub("", _EXTENSION.sub("", title.strip())).strip(" \t_-–—").split())


def split_authors(text: str) -> list[str]:
    """The names in a list of authors, each once and first name first; addresses and "unknown" are left out."""
    parts = [part for listed in _SEVERAL.split(text) for part in _conjoined(listed.strip())]
    names = [" ".join(name.split()).strip(" ,") for part in parts for name in _commas(part)]
    return list(dict.fromkeys(n for n in names if n and "@" not in n and not _NOT_AN_AUTHOR.fullmatch(n)))


def _conjoined(names: str) -> list[str]:
    """`Lena Holm and Ben Ode` are two; `Simon & Schuster` is one, and so are brothers who share a last name."""
    parts = _AND.split(names)
    return parts if all(" " in part for part in parts) else [names]


def _commas(names: str) -> list[str]:
    """`Holm, Lena` is one author; `Lena Holm, Ben Ode` are two."""
    parts = [part.strip() for part in re.split(r"[,，]", names)]
    if len(parts) != 2 or not all(parts):
        return parts
    if _SUFFIX.fullmatch(parts[1]):
        return [" ".join(parts)]
    turned = any(len(part.split()) == 1 for part in parts) or _INITIALS.search(parts[1])
    return [f"{parts[1]} {parts[0]}"] if turned else parts
