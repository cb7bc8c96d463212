"""Who wrote an article, found in its own lines; nobody, when they do not say it plainly."""

from __future__ import annotations

import re

from digestbot.notes.paragraphs import BYLINE

_LONGEST, _TAIL_LINES = 120, 12
_WRITE_TO = re.compile(r"^Write to ([A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}) at \S+@\S+$")
_STOPS = re.compile(
    r"[|·•(–—/;\n]| - |\d| (?:on|in|for|at|from|updated|published|posted|special to|am|le|el|den) ", re.IGNORECASE
)
_AND = re.compile(r" (?:and|&|und|et|y|och|e|with) ")
_ROLE = re.compile(
    r"^(?:[\w&-]+ ){0,3}(?:contributor|writer|reporter|correspondent|columnist|editor|author|journalist"
    r"|redakteur(?:in)?|redactora?|periodista|journaliste|reporter|skribent)\W*$",
    re.IGNORECASE,
)
_ROLES = frozenset(
    {
        "staff", "senior", "local", "special", "chief", "contributing", "associated", "guest", "former", "deputy",
        "political", "business", "science", "health", "sports", "reporter", "writer", "correspondent", "editor",
        "columnist", "contributor", "author", "journalist", "redakteur", "redaktion",
    }
)  # fmt: skip
_NO_NAMES = frozenset(
    {
        "the", "our", "popular", "press", "news", "editorial", "team", "board", "desk", "admin", "reuters", "agency",
        "agencies", "times", "post", "daily", "weekly", "journal", "magazine", "media", "staff", "newsroom",
        "redacción", "rédaction", "redaktionen", "university", "institute", "inc", "ltd", "company", "group",
        "department", "your", "my", "this", "that", "request", "default", "design", "hand", "accident",
    }
)  # fmt: skip
_PARTICLES = frozenset(
    {
        "de", "van", "von", "der", "den", "la", "le", "du", "da", "dos", "das", "di", "el", "al", "bin", "ibn",
        "ter", "ten", "zu", "af", "av", "y",
    }
)  # fmt: skip
_DATE = re.compile(
    r"\b\d{4}[-./年] ?\d{1,2}[-./月]|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2},? \d{4}"
    r"|\b\d{1,2}\.? (?:de )?[^\W\d_]{3,10}\.? (?:de )?\d{4}\b",
    re.IGNORECASE,
)


def find(lines: list[str], start: int) -> list[str]:
    """The authors named by the lines before the body, which begins at `start`, or by a line at the end."""
    head = lines[: start + 1]
    for text, following in zip(head, [*lines[1:], ""], strict=False):
        if len(text) <= _LONGEST and (match := BYLINE.match(text)) and (found := _persons(text[match.end() :])):
            return found
        if text.casefold().rstrip(":") == "by" and (found := _persons(following)):
            return found
        if (name := _person(text.partition(",")[0])) and _is_confirmed(name, text, following, lines):
            return [name]
    return next(([match[1]] for text in lines[-_TAIL_LINES:] if (match := _WRITE_TO.match(text))), [])


def is_byline(text: str) -> bool:
    """Whether a short line only says who wrote what stands below or above it."""
    match = BYLINE.match(text) if len(text) <= _LONGEST else None
    return bool(match and _persons(text[match.end() :]))


def is_date(text: str) -> bool:
    """Whether a short line tells a date."""
    return len(text) <= 80 and bool(_DATE.search(text))


def _is_confirmed(name: str, text: str, following: str, lines: list[str]) -> bool:
    """Whether a name at the head is the writer's: a role stands behind or below it, or a line at the end says so."""
    if _ROLE.match(following) or _ROLE.match(text.partition(", ")[2]):
        return True
    folded = name.casefold()
    said = (f"written by {folded}", f"more from {folded}", f"{folded} is a ", f"{folded} is an ", f"{folded} writes ")
    return any(line.casefold().startswith(said) for line in lines[-_TAIL_LINES:])


def _persons(text: str) -> list[str]:
    """The persons of a by-line; `Ada Ek, Ben Ode and Cy Ash, The Paper` are three."""
    text = _STOPS.split(text, maxsplit=1)[0]
    *before, last = _AND.split(text)
    parts = [part for piece in before for part in piece.split(",")] + last.split(",")[:1]
    names = [_person(part) for part in parts if _ROLES.isdisjoint(part.casefold().split()) or part is parts[0]]
    return [name for name in names if name] if all(names) else []


def _person(text: str) -> str | None:
    """A name of two to four capitalised words, without the role behind it; None for anything else."""
    if len(text) > _LONGEST:
        return None
    words = _STOPS.split(text, maxsplit=1)[0].strip(" .:").split()
    end = next((place for place, word in enumerate(words) if word.casefold().strip(".,") in _ROLES), len(words))
    words = words[:end]
    if not 2 <= len(words) <= 4 or any(word.casefold() in _NO_NAMES for word in words):
        return None
    if not all(_is_name(word) for word in words) or words[0] in _PARTICLES:
        return None
    name = " ".join(words)
    return name.title() if name.isupper() else name


def _is_name(word: str) -> bool:
    return word in _PARTICLES or (word[0].isupper() and all(sign.isalpha() or sign in ".'’-" for sign in word))
