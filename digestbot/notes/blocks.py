"""The lines of a note -> its blocks: headings, list items, quotes, callouts, paragraphs, code, tables and rules.

Looser than CommonMark where people and exports are: a quote may lose its `>` on the next line, a list item goes on over
indented lines after a blank one, and indented text is never code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["heading", "bullet", "paragraph", "quote", "callout", "code", "table", "rule"]

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*$|^(#{1,6})$")
_BULLET = re.compile(r"^([-*+•◦▪‣·])[ \t]+(.*)$|^([-*+])$")
_NUMBERED = re.compile(r"^(\d{1,3}[.)])[ \t]+(.*)$")
_RULE = re.compile(r"^(?:-[ \t]?){3,}$|^(?:\*[ \t]?){3,}$|^(?:_[ \t]?){3,}$|^={10,}$")
_CALLOUT = re.compile(r"^\[!([\w-]+)[^\]]*\][+-]?[ \t]*(.*)$")
_FENCE = re.compile(r"^(`{3,}|~{3,}|\$\$)")
_UNDERLINE = re.compile(r"^=+$")
_QUOTE_MARK = re.compile(r"^(?:>[ \t]?)+")
QUOTE_CALLOUTS = frozenset({"quote", "quotes", "cite", "citation", "highlight", "pdf"})
"""Callouts that hold somebody's words."""

_BULLET_SIGNS = frozenset("-*+•◦▪‣·")


@dataclass(slots=True)
class Block:
    """One block of a note, in the order of the file.

    line: 1-based, of its first line. lines: its text without the block's own markers, still with inline markup; of
        code the opening fence comes first.
    indent: columns, a tab counting four. marker: the bullet's sign, or the callout's type.
    level: of a heading, 1 to 6. title: of a callout. gap: a blank line stands before it.
    """

    kind: Kind
    line: int
    lines: list[str]
    indent: int = 0
    marker: str = ""
    level: int = 0
    title: str = ""
    gap: bool = True
    inner_gaps: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def scan(body: str, first_line: int = 1) -> list[Block]:
    """All blocks of a text; `first_line` is the 1-based number of its first line in the file."""
    blocks: list[Block] = []
    gap = True
    fence = ""
    for number, line in enumerate(body.split("\n"), first_line):
        stripped = line.strip()
        if fence:
            closes = stripped.startswith(fence) and not stripped.strip(fence[0])
            fence = "" if closes else fence
            blocks[-1].lines += [stripped] if stripped and not closes else []
            continue
        if not stripped:
            gap = True
            continue
        opened = _FENCE.match(stripped) if stripped[0] in "`~$" else None
        if opened and not (len(stripped) > len(opened[1]) and stripped.endswith(opened[1])):
            fence = opened[1]
            blocks.append(Block("code", number, [stripped], _columns(line), gap=gap))
        else:
            _place(blocks, stripped, _columns(line), number, gap=gap)
        gap = False
    return blocks


def _columns(line: str) -> int:
    columns = 0
    for sign in line:
        if sign == " ":
            columns += 1
        elif sign == "\t":
            columns += 4
        else:
            break
    return columns


def _place(blocks: list[Block], stripped: str, indent: int, number: int, *, gap: bool) -> None:
    last = blocks[-1] if blocks else None
    if last and last.kind == "paragraph" and not gap and len(last.lines) == 1 and _UNDERLINE.match(stripped):
        last.kind, last.level = "heading", 1
        return
    new = _opened(stripped, indent, number)
    if new is None:
        if last and _goes_on(last, indent, gap=gap):
            if gap:
                last.inner_gaps.append(len(last.lines))
            last.lines.append(_QUOTE_MARK.sub("", stripped))
        else:
            blocks.append(Block("paragraph", number, [stripped], indent, gap=gap))
        return
    if last and not gap and _joins(last, new):
        last.lines.extend(new.lines)
    else:
        new.gap = gap
        blocks.append(new)


def _joins(last: Block, new: Block) -> bool:
    """Whether a quote or table line belongs to the block before it."""
    if new.kind == "quote" and last.kind == "bullet":
        return new.indent > last.indent
    if new.kind == "quote":
        return last.kind in {"quote", "callout"} and new.indent == last.indent
    return new.kind == last.kind == "table"


def _goes_on(last: Block, indent: int, *, gap: bool) -> bool:
    """Whether a plain line belongs to the block before it."""
    if last.kind == "bullet":
        return not gap or indent > last.indent
    if last.kind == "paragraph":
        return not gap
    return last.kind in {"quote", "callout"} and not gap


def _opened(stripped: str, indent: int, number: int) -> Block | None:
    """The block that a line opens by its first signs, or None for plain text."""
    sign = stripped[0]
    if sign == "#" and (heading := _HEADING.match(stripped)):
        return Block("heading", number, [heading[2] or ""], indent, level=len(heading[1] or heading[3]))
    if sign in "-*_=" and _RULE.match(stripped):
        return Block("rule", number, [], indent)
    if sign in _BULLET_SIGNS or sign.isdigit():
        return _listed(stripped, indent, number)
    if sign == ">":
        return _quoted(stripped, indent, number)
    if sign == "|" and stripped.count("|") >= 2:
        return Block("table", number, [stripped], indent)
    return None


def _listed(stripped: str, indent: int, number: int) -> Block | None:
    if bullet := _BULLET.match(stripped):
        return Block("bullet", number, [_QUOTE_MARK.sub("", bullet[2] or "")], indent, bullet[1] or bullet[3])
    numbered = _NUMBERED.match(stripped)
    return Block("bullet", number, [numbered[2]], indent, "1.") if numbered else None


def _quoted(stripped: str, indent: int, number: int) -> Block:
    inner = _QUOTE_MARK.sub("", stripped).strip()
    callout = _CALLOUT.match(inner)
    if callout:
        return Block("callout", number, [], indent, callout[1].casefold(), title=callout[2])
    return Block("quote", number, [inner] if inner else [], indent)
