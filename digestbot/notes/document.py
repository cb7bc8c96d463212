"""A markdown note taken apart: front matter, the metadata written in its body, and the blocks that are left.

Precedence of what is said twice: metadata block, callout fields and Logseq properties > front matter > `From:` line >
first heading > file name > first line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digestbot.model import Problem
from digestbot.notes import front, values
from digestbot.notes.blocks import QUOTE_CALLOUTS, Block, scan
from digestbot.notes.draft import Item
from digestbot.notes.front import fold_key
from digestbot.notes.inline import label, without_comments
from digestbot.notes.keys import (
    AUTHOR,
    CATEGORY,
    HASHED_TAGS,
    KNOWN,
    NAMED_TAGS,
    PUBLISHED,
    TITLE,
    URL,
    VIDEO,
)

_METADATA_HEADINGS = frozenset(
    {
        "metadata", "about", "info", "information", "元数据", "元資料", "метаданные", "metadaten", "métadonnées",
        "metadatos", "metadados",
        "details", "book info", "article info", "bibliography", "properties", "メタデータ", "메타데이터",
    }
)  # fmt: skip
_GENERIC_TITLES = _METADATA_HEADINGS | {
    "highlights", "annotations", "notes", "高亮划线", "quotes", "article text", "summary", "highlights & notes",
    "table of contents", "contents",
}  # fmt: skip

_FIELD = re.compile(
    r"^[-*+]?[ \t]*(?:\*\*|__|\*)?([^\s:：*\[(][^:：\n]{0,38}?)(?:\*\*|__|\*)?"
    r"[ \t]*(?:::|[:：])(?:\*\*)?(?![/\d])[ \t]*(.*)$"
)
_FROM = re.compile(r"^From:[ \t]*(\[\[[^\]]{1,200}\]\])[ \t]*(?:$|<br[ \t]*/?>[ \t]*(.*)$)")
_IMAGE_ONLY = re.compile(r"^(?:\[?!\[[^\n]*|!\[\[[^\n]*\]\][ \t]*)$")
_DATE_LINE = re.compile(r"^\(?\[{0,2}\d{4}-\d{2}-\d{2}[-\w, ]{0,16}\]{0,2}\)?$|^\(\d{1,2}/\d{1,2}/\d{4}[^)]{0,20}\)$")
_URL_LINE = re.compile(r"^<?(https?://[^\s/]+/\S+?)>?$")  # without a label only a page's address, not a site's
_LINK_LINE = re.compile(r"^\[([^\[\]]{1,200})\]\((https?://[^()\s]+)\)$")
_PASTED_FRONT = re.compile(
    r"^---[ \t]*\n(?:[\w -]{1,40}:(?:[ \t][^\n]*)?\n|[ \t]+-[ \t][^\n]*\n|-[ \t][^\n]*\n){1,60}---[ \t]*$", re.MULTILINE
)


@dataclass(slots=True)
class Document:
    """A note ready for the dialects.

    values: by folded key, what metadata says (the body's before the front matter's). blocks: the body without metadata.
    channel: whose video a video note is about. hidden: folded names of notes that must not be named.
    """

    path: str
    values: dict[str, list[str]]
    blocks: list[Block]
    problems: list[Problem]
    hidden: frozenset[str]
    raw_front: str = ""
    channel: str | None = None
    heading: str | None = None
    item: Item = field(default_factory=Item)

    def under(self, keys: tuple[str, ...]) -> list[str]:
        """What these keys say, all of it, in the order of the keys."""
        return [text for key in keys if key in self.values for text in self.values[key]]

    def texts(self, keys: tuple[str, ...]) -> list[str]:
        """What the first of these keys that says anything says."""
        for key in keys:
            found = [text for text in self.values.get(key, ()) if text.strip()]
            if found:
                return found
        return []


def take_apart(path: str, text: str, hidden: frozenset[str] = frozenset()) -> Document:
    """Read front matter, body metadata and blocks of a note, and fill in what they say about its source."""
    head = front.split(text.replace("\xa0", " "))
    problems = [Problem(path, line, problem, "mend the front matter") for line, problem in head.problems]
    body = head.body
    if "%%" in body or "<!--" in body:
        body = without_comments(body)
    if "\n---" in body:
        body = _PASTED_FRONT.sub(lambda match: "\n" * match[0].count("\n"), body)
    document = Document(path, {}, scan(body, head.first_line), problems, hidden, raw_front=head.raw)
    _take_channel(document)
    _take_metadata(document)
    _add_front(document, head.values)
    document.item = _describe(document)
    return document


def _add_front(document: Document, found: dict[str, list[str]]) -> None:
    """What front matter says comes after what the body says.

    Its author counts only where the body names none, and not where it has an e-mail address: that is the notes' owner.
    """
    named = bool(values.names(document.under(AUTHOR), document.hidden))
    for key, texts in found.items():
        if key in AUTHOR:
            texts = [] if named else [text for text in texts if not values.has_email(text)]
        document.values.setdefault(key, []).extend(texts)


def _take_channel(document: Document) -> None:
    for block in document.blocks[:4]:
        if block.kind == "paragraph" and (match := _FROM.match(block.lines[0])):
            document.channel = label(match[1], document.hidden)
            if match[2]:
                block.lines[0] = match[2]
                return
            del block.lines[0]
            block.line += 1
            if not block.lines:
                document.blocks.remove(block)
            return


def fields_of(block: Block) -> list[tuple[str, str]] | None:
    """The `Key: value` lines of a block (a value may go on over lines), or None when it does not begin with one."""
    found: list[tuple[str, str]] = []
    for line in block.lines:
        if line.startswith(("!", "- !", "* !")) and _IMAGE_ONLY.match(line.lstrip("-* ")):
            continue
        match = _FIELD.match(line)
        if match:
            found.append((fold_key(match[1]), match[2].strip()))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line}")
        else:
            return None
    return found


def _take_metadata(document: Document) -> None:
    """Move what is metadata out of the blocks: a Metadata section, field callouts, and field lines at the top."""
    kept: list[Block] = []
    section: int | None = None
    top = True
    for block in document.blocks:
        if block.kind == "heading":
            name = fold_key(label(block.text))
            section = block.level if _describes_source(name) else None
            top = top and (block.level == 1 or section is not None)
            if section is None:
                _keep_heading(document, block, kept, top=top)
            continue
        if block.kind == "rule" and section is not None:
            section = None
            continue
        fields = _metadata_of(block, in_section=section is not None, top=top)
        if fields is None:
            top = top and _passes(document, block)
            kept.append(block)
            continue
        for key, value in fields:
            document.values.setdefault(key, []).append(value)
    document.blocks = kept


def _describes_source(name: str) -> bool:
    """Whether a heading (folded) stands over metadata, as `Metadata`, `Episode metadata` and `Book info` do."""
    last = name.rpartition(" ")[2]
    return name in _METADATA_HEADINGS or (last in {"metadata", "info", "information"} and len(name) < 30)


def _keep_heading(document: Document, block: Block, kept: list[Block], *, top: bool) -> None:
    name = label(block.text, document.hidden)
    first = not any(other.kind == "heading" for other in kept)
    if top and first and block.level == 1 and document.heading is None and fold_key(name) not in _GENERIC_TITLES:
        document.heading = name
        if linked := _LINK_LINE.match(block.text):
            document.values.setdefault("url", []).append(linked[2])
    else:
        kept.append(block)


def _metadata_of(block: Block, *, in_section: bool, top: bool) -> list[tuple[str, str]] | None:
    """The fields that a block of metadata holds (none, where it is only furniture of the head); None for any other."""
    if block.kind in {"callout", "quote"} and not (in_section and block.kind == "quote"):
        return _boxed(block, top=top)
    if block.kind not in {"bullet", "paragraph", "quote"} or not (in_section or top or block.kind != "bullet"):
        return None
    fields = fields_of(block)
    if in_section:
        linked = fields is None and "](" in block.text and not label(block.text).endswith((".", "!", "?"))
        return [] if linked or (fields is None and _IMAGE_ONLY.match(block.text)) else fields
    known = sum(key in KNOWN for key, _ in fields or ())
    if not top or not known or len(fields or ()) > known + 2:
        return _links_only(block) if top else None
    return fields


def _boxed(block: Block, *, top: bool) -> list[tuple[str, str]] | None:
    """The fields in a callout or quote of which at least two are known; a callout at the top may be only a title."""
    if block.marker in QUOTE_CALLOUTS and block.title:
        return None
    fields = fields_of(block)
    if sum(key in KNOWN for key, _ in fields or ()) >= 2:
        return fields
    return [] if block.kind == "callout" and not block.lines and top else None


def _links_only(block: Block) -> list[tuple[str, str]] | None:
    """`[Read Original](https://…)` alone in its line at the top is a field whose key is the label."""
    found = [(fold_key(match[1]), match[2]) for line in block.lines if (match := _LINK_LINE.match(line))]
    known = block.kind == "bullet" or any(key in KNOWN for key, _ in found)
    return found if known and 0 < len(found) == len(block.lines) else None


def _passes(document: Document, block: Block) -> bool:
    """Whether metadata may still follow a block: an image, a date, tags or a bare address do not end the head."""
    if block.kind not in {"paragraph", "bullet"}:
        return block.kind == "rule"
    rest = [line for line in block.lines if not (_IMAGE_ONLY.match(line) or _DATE_LINE.match(line))]
    if block.kind == "paragraph" and values.hashtags(block.text):
        return True
    for line in list(rest):
        match = _URL_LINE.match(line)
        if match and block.kind == "paragraph":
            document.values.setdefault("url", []).append(match[1])
            rest.remove(line)
    if len(rest) < len(block.lines):
        block.lines = rest
    return not rest


def _describe(document: Document) -> Item:
    hidden = document.hidden
    title = _title(document)
    authors = values.names(document.under(AUTHOR), hidden)
    return Item(
        title=title or None,
        authors=_named_authors(authors, title),
        url=_url(document),
        published=next((day for text in document.under(PUBLISHED) if (day := values.day(text))), None),
        tags=_tags(document),
        category=next(iter(values.tags(document.texts(("category",)), hidden)), None),
        inside=bool(document.texts(TITLE) or document.heading),
    )


def _title(document: Document) -> str:
    for text in document.under(TITLE):
        if text.strip().casefold() in {"(no title)", "no title", "untitled"}:
            return ""
        name = label(text, document.hidden)
        if values.meaningful(name):
            return re.sub(r" \(highlights\)$", "", name)
    if document.heading and values.meaningful(document.heading):
        return _without_author(document.heading, document)
    if document.heading is not None and document.heading.casefold() in {"(no title)", "no title"}:
        return ""
    return values.file_title(document.path)


def _without_author(heading: str, document: Document) -> str:
    """`Title by Name` as `Title`, where the name is known to be the author's."""
    for name in values.names(document.texts(AUTHOR), document.hidden):
        before, by, after = heading.rpartition(" by ")
        if by and before and after.startswith(name):
            return before
    return heading


def _named_authors(authors: list[str], title: str) -> list[str]:
    """`@handle on Twitter` is the person of whom the title says «Tweets From …»."""
    handle = re.match(r"^@\w+ on \w+$", authors[0]) if len(authors) == 1 else None
    tweets = re.match(r"^Tweets From (.+)$", title) if handle else None
    return [tweets[1].strip()] if tweets else authors


def _url(document: Document) -> str | None:
    """The address of the source: a page's before a whole site's, and either before that of a reading service."""
    found = [url for text in document.under(URL) if (url := values.address(text))]
    if found:
        return min(found, key=lambda url: (values.of_reader(url), url.rstrip("/").count("/") < 3))
    video = document.texts(VIDEO)
    if video and re.fullmatch(r"[\w-]{6,20}", video[0].strip()):
        return f"https://www.youtube.com/watch?v={video[0].strip()}"
    return None


def _tags(document: Document) -> list[str]:
    found = values.tags(document.under(NAMED_TAGS), document.hidden)
    for key, texts in document.values.items():
        if key in CATEGORY:
            found += values.tags(texts, document.hidden)
        elif key not in NAMED_TAGS:
            wanted = texts if key not in HASHED_TAGS else [text for text in texts if "#" in text]
            found += [tag for text in wanted for tag in values.hashtags(text)]
    return list(dict.fromkeys(found))
