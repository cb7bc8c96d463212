"""A note of highlights as Markdown that the reader of notes (notes/) reads back word for word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FORMATS = re.compile(r"([\\*_\[\]#~|()=!])|[`<>&^%{}]")
"""Signs that format; the reader takes those of the group for themselves behind a backslash, the others as entities."""

_LIST = re.compile(r"^(?:[-+•–—]+(?=\s|$)|\d{1,9}(?=[.)]))|[–—]+$")
_FIELD = re.compile(r"^([^:：]{1,40})([:：])|::")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\ufffe\uffff]")
_UNSAFE_IN_URL = re.compile(r"[\s<>()\\\"|\[\]{}^`\x00-\x1f\x7f]")
_NO_ID = re.compile(r"[^\w-]", re.ASCII)
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Passage:
    """One highlight as it was fetched, in plain text.

    location: "Page 12", "Location 391" or "Time 1:02:03", or "". url: the deep link, or "". native_id: letters, digits
    and hyphens, which stay the same when the text is edited.
    """

    text: str
    native_id: str
    url: str = ""
    location: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    contributor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A source and its passages in their order. voice: "quoted" where all of it was said by the author."""

    title: str
    passages: tuple[Passage, ...]
    author: str = ""
    url: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    published: str = ""
    voice: str = ""


def markdown(page: Page) -> str:
    """The note: front matter, then a list of highlights, each with its place, id, note and tags."""
    head = ("---", *_front(page), "---", "", "## Highlights", "")
    return "\n".join((*head, *(line for one in page.passages for line in _bullet(one)), ""))


def file_name(title: str, key: str) -> str:
    """A name for a note: readable by its title, unique by its key, and the same on every file system."""
    words = re.sub(r"[\W_]+", "-", title.casefold()).strip("-")
    return f"{words[:_LONGEST_NAME].strip('-') or 'untitled'}-{_NO_ID.sub('', key)}.md"


def address(text: object) -> str:
    """A web address that can stand in a note, or "" for anything else."""
    if not isinstance(text, str) or not text.lower().startswith(("https://", "http://")):
        return ""
    return _UNSAFE_IN_URL.sub(lambda sign: "".join(f"%{byte:02X}" for byte in sign[0].encode()), text.strip())


def _front(page: Page) -> Iterator[str]:
    for key, value in (
        ("title", _escaped(page.title)),
        ("author", _escaped(page.author)),
        ("url", page.url),
        ("category", page.category),
        ("published", page.published),
        ("voice", page.voice),
    ):
        if line := _levelled(value):
            yield f"{key}: {json.dumps(line, ensure_ascii=False)}"
    if page.tags:
        yield f"tags: {json.dumps([_tag(tag) for tag in page.tags], ensure_ascii=False)}"


def _bullet(one: Passage) -> Iterator[str]:
    first, *more = _lines(one.text) or [""]
    place = f" ([{one.location or 'View Highlight'}]({one.url}))" if one.url else ""
    ending = f"{place} ^{_NO_ID.sub('', one.native_id)}"
    lines = [f"- {first}", *(f"  {line}" for line in more)]
    yield from (*lines[:-1], lines[-1] + ending)
    if one.note and (said := _lines(one.note)):
        yield from ("    - Note: " + said[0], *(f"      {line}" for line in said[1:]))
    if one.tags:
        yield "    - Tags: " + ", ".join(f"[[{_tag(tag)}]]" for tag in one.tags)
    if one.location and not one.url:
        yield f"    - Location: {one.location}"
    if one.contributor:
        yield f"    - Added by: {_escaped(_levelled(one.contributor))}"


def _lines(text: str) -> list[str]:
    """The lines of a text that hold something, each as Markdown that shows it and begins no list and no field."""
    return [_begun(_escaped(line)) for raw in text.splitlines() if (line := _levelled(raw))]


def _begun(line: str) -> str:
    line = _LIST.sub(lambda sign: _entities(sign[0]), line)
    return _FIELD.sub(lambda colons: (colons[1] or "") + _entities(colons[0][len(colons[1] or "") :]), line)


def _escaped(line: str) -> str:
    return _FORMATS.sub(lambda sign: f"\\{sign[0]}" if sign[1] else _entities(sign[0]), line)


def _entities(signs: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in signs)


def _levelled(text: str) -> str:
    return " ".join(_CONTROL.sub("", text).split())


def _tag(tag: str) -> str:
    return re.sub(r"[\[\]|#,\"\\]+", " ", _levelled(tag)).strip()


def joined(names: Iterable[str]) -> str:
    """Names as one author line."""
    return ", ".join(_levelled(name) for name in names if name.strip())
