"""The blocks of a note -> its paragraphs, list items and lines as plain text, before anybody judges them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from digestbot.notes import boilerplate
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document, fields_of
from digestbot.notes.front import fold_key
from digestbot.notes.inline import label, plain

CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
END = re.compile(r"[.!?…。！？؟।][\"“”‘’'«»)\]」』】*]*$|。[^」]{0,400}」$")
"""Where a finished sentence stops, with the signs that may close it."""
BYLINE = re.compile(
    r"^(?:(?:written |posted |story |text |words |interview )?by|(?:eine? [a-zäöü]+ )?von|par|por|av|door"
    r"|af|di|autore?|auteur|autor|author"
    r"|text|tekst|текст|автор|作者|撰文)"
    r"(?:[:：][ \t]*|[ \t]+)(?=\S)",
    re.IGNORECASE,
)
"""What stands before the name in a by-line."""

_WIDEST_WRAP, _NARROWEST_WRAP = 130, 40
_SLACK = 8  # columns by which a line wrapped by hand may fall short
_SHORTEST_LEAD, _SHORTEST_REST = 30, 12
_EMPHASISED = re.compile(r"([*_])(?!\1).+\1$")
_ITEM = re.compile(r"^(?:[-*+•]|\d{1,2}[.)])[ \t]+")
_LINK_PART = re.compile(r"\[$|\]\(")  # a link whose label was clipped as a paragraph of its own
_GLUED_URL = re.compile(r"([.!?”\"。])\s?https?://\S+$")


@dataclass(slots=True)
class Unit:
    """A paragraph, list item or line: its markup, the line it begins at, where it stands, and its plain text.

    title: of the callout it stands in. links, times, url: what inline.Plain tells.
    """

    markup: str
    line: int
    section: str | None
    kind: str
    title: str = ""
    shown: str = ""
    links: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    url: str | None = None


def units(document: Document) -> Iterator[Unit]:
    """The paragraphs and list items of the body in the order of the file, without the sections that list links."""
    section: str | None = None
    skipped: int | None = None
    width = wrap_width(document.blocks)
    pictured = False  # an image stands directly before, whose caption may follow
    for block in document.blocks:
        if block.kind == "heading":
            name = label(block.text, document.hidden)
            if skipped is None or block.level <= skipped:
                furniture = fold_key(name.strip(":")) in boilerplate.SECTIONS or boilerplate.TAIL.match(name)
                skipped = block.level if furniture else None
                section = name or None
        elif skipped is None:
            title = label(block.title, document.hidden) if block.title else ""
            for kind, markup, line in _pieces(block, width):
                words = plain(markup, document.hidden)
                shown = _GLUED_URL.sub(r"\1", words.text if kind == "quote" else " ".join(words.text.split("\n")))
                if shown and not _LINK_PART.match(markup) and not (pictured and _EMPHASISED.match(markup)):
                    yield Unit(markup, line, section, kind, title, shown, words.links, words.times, words.url)
                pictured = not shown and "![" in markup


def _pieces(block: Block, width: int) -> Iterator[tuple[str, str, int]]:
    """(kind, markup, line) of everything in a block that may be a paragraph of its own."""
    if block.kind in {"code", "table", "rule"} or (
        block.kind == "callout" and (block.marker in {"todo", "toc", "quote", "cite"} or fields_of(block))
    ):
        return
    if block.kind in {"paragraph", "bullet", "callout"}:
        lines_of = [_ITEM.sub("", line) for line in block.lines] if block.kind == "callout" else block.lines
        for start, lines in gathered(lines_of, width):
            yield block.kind if start == 0 else "paragraph", " ".join(lines), block.line + start
        return
    start = 0
    for end in [*block.inner_gaps, len(block.lines)]:
        if end > start:
            parts = gathered(block.lines[start:end], width)
            yield block.kind, "\n".join(" ".join(lines) for _, lines in parts), block.line + start
        start = end


def gathered(lines: list[str], width: int) -> list[tuple[int, list[str]]]:
    """Lines put together to paragraphs, each with the place of its first line."""
    found = [(0, lines[:1])]
    for number, (line, following) in enumerate(pairwise(lines), 1):
        if _goes_on(line, following, width):
            found[-1][1].append(following)
        else:
            found.append((number, [following]))
    return found


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a line is only the first part of a sentence: it was full, or the next goes on in lower case."""
    if len(line) <= width and _is_full(line, following, width):
        return True
    if len(line) < _SHORTEST_LEAD or len(following) < _SHORTEST_REST or not following[0].islower():
        return False
    return not (END.search(line) or line.endswith((":", "  ")) or BYLINE.match(following))


def _is_full(line: str, following: str, width: int) -> bool:
    word = 2 if CJK.match(following) else len(following.split(maxsplit=1)[0])
    return len(line) + 1 + word > width - _SLACK


def wrap_width(blocks: list[Block]) -> int:
    """The column at which the lines of a text were broken, or 0 where they were not."""
    return max((_width(block.lines) for block in blocks if len(block.lines) >= 3 and block.kind != "code"), default=0)


def _width(lines: list[str]) -> int:
    longest = max(map(len, lines))
    if not _NARROWEST_WRAP <= longest <= _WIDEST_WRAP:
        return 0
    capitals = sum(line[:1].isupper() for line in lines[1:])
    ended = sum(bool(END.search(line)) for line in lines[:-1])
    if capitals * 2 > len(lines) - 1 or ended * 2 > len(lines) - 1:
        return 0
    full = all(_is_full(line, following, longest) for line, following in pairwise(lines))
    return longest if full else 0
