"""One page, many sources: each list item that links to an article and carries its properties is a source of its own."""

from __future__ import annotations

import re

from digestbot.model import Voice
from digestbot.notes import fields, tails, values
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document
from digestbot.notes.draft import Item, Passage
from digestbot.notes.front import fold_key
from digestbot.notes.inline import label, plain
from digestbot.notes.keys import AUTHOR, PUBLISHED

_TITLE = re.compile(r"^(?:#{1,6} )?\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\((https?://[^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)$")
_PROPERTY = re.compile(r"^([\w-]{1,30})::[ \t]*(.*)$")


def read(document: Document) -> list[Item] | None:
    """A source for every article with highlights below it; None when the page does not collect articles."""
    heads = [block for block in document.blocks if _properties(block) is not None]
    if not heads:
        return None
    items: list[Item] = []
    head: Block | None = None
    for block in document.blocks:
        if block.kind == "heading" or (block.kind == "bullet" and head and block.indent <= head.indent):
            head = None
        if block.kind == "bullet" and _TITLE.match(block.lines[0]):
            head = block
            items.append(_item(block, document))
        elif head and block.kind in {"bullet", "quote"} and block.indent > head.indent:
            _add(items[-1], block, document)
    return [item for item in items if item.passages]


def _properties(block: Block) -> dict[str, str] | None:
    """The `key:: value` lines below an article's title, or None for any other block."""
    if block.kind != "bullet" or not block.lines or not _TITLE.match(block.lines[0]):
        return None
    found = {fold_key(match[1]): match[2] for line in block.lines[1:] if (match := _PROPERTY.match(line))}
    return found if {"site", "author", "date saved"} & found.keys() else None


def _item(block: Block, document: Document) -> Item:
    found = _properties(block) or {}
    match = _TITLE.match(block.lines[0])
    title, url = (match[1], match[2]) if match else ("", "")
    return Item(
        title=label(title, document.hidden) or None,
        authors=[name for key in AUTHOR if key in found for name in values.names([found[key]], document.hidden)],
        url=values.address(found.get("site", "")) or (None if values.of_reader(url) else url),
        published=next(
            (day for key in ("date published", *PUBLISHED) if (day := values.day(found.get(key, "")))), None
        ),
        tags=values.tags([found.get("labels", ""), found.get("tags", "")], document.hidden),
    )


def _add(item: Item, block: Block, document: Document) -> None:
    if (
        block.kind == "bullet"
        and block.lines
        and block.lines[0].startswith("#")
        and len(block.lines[0].split()) <= 3
        and "[" not in block.text
    ):
        return
    tail = tails.take("\n".join(line for line in block.lines if not _PROPERTY.match(line)))
    own = [field[1] for line in block.lines if (field := fields.read(line)) and field[0] == "note"]
    if own and item.passages and not tail.found:
        item.passages[-1].note = plain("\n".join(own), document.hidden).text or None
    elif not tail.found and item.passages and tail.text and not tail.text.startswith("#"):
        item.passages[-1].note = plain(tail.text, document.hidden).text or item.passages[-1].note
    if not tail.found:
        return
    words = plain("\n".join(line.lstrip("# ") for line in tail.text.split("\n")), document.hidden)
    if words.text:
        item.passages.append(
            Passage(
                words.text,
                block.line,
                voice=Voice.AUTHOR,
                url=tail.url,
                native_id=tail.url,
                tags=tail.tags,
                links=words.links,
            )
        )
