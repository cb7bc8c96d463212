"""A highlight of an export while it is put together: its words, its ending, and what stands below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digestbot.model import Voice
from digestbot.notes import fields, tails, values, voices
from digestbot.notes.blocks import Block
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.inline import label, plain

PIN = "📌"
_SPEAKER_LINE = re.compile(r"^(?:\*\*)?speaker \d+(?:\*\*)?:?$", re.IGNORECASE)
_GIST = re.compile(r"^\W*(?:summary|key takeaways|takeaways|episode ai notes|ai notes)\W*$", re.IGNORECASE)
_UNCOVERED = frozenset({"no highlighted text", "airrquote"})
_TEMPLATE_PART = re.compile(r"\{\{[^{}\n]{0,200}\}\}|<%[^%]{0,400}%>")
_LINK = re.compile(r"\[\[[^\[\]]*\]\]|\[[^\[\]]*\]\([^()\s]*\)|https?://\S+")
_TASK = re.compile(r"^\[[ xX/>-]\][ \t]")


@dataclass(slots=True)
class Entry:
    """A highlight being put together. lines, notes, tags and contributor are still markup.

    remarked: a note stands below it that no word like `Note:` calls one, so that it may be a signature.
    """

    block: Block
    section: str | None
    lines: list[str]
    tail: tails.Tail | None = None
    notes: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    location: str | None = None
    contributor: str | None = None
    native_id: str | None = None
    in_note: bool = False
    remarked: bool = False

    @property
    def open(self) -> bool:
        """Whether its ending is still to come."""
        return self.tail is None or not self.tail.found


def take_lines(entry: Entry, lines: list[str]) -> None:
    """Words first, then fields: the first field line ends the words."""
    words: list[str] = []
    for number, line in enumerate(lines):
        if (words or entry.lines) and fields.read(line):
            add_fields(entry, lines[number:])
            break
        words.append(line)
    tail = tails.take("\n".join(words))
    if tail.found or tail.native_id:
        entry.tail = tail
        entry.lines.append(tail.text)
    else:
        entry.lines += words


def add_fields(entry: Entry, lines: list[str]) -> None:
    """Add the lines of a field, or of several, and the lines over which a note goes on."""
    for line in lines:
        kind, value = fields.read(line) or ("", "")
        if kind == "note":
            entry.notes.append(value)
        elif kind == "tags":
            entry.tags.append(value)
        elif kind == "place":
            entry.location = entry.location or value
        elif kind == "contributor":
            entry.contributor = value
        elif kind == "noise":
            block_id = re.search(r"\^([\w-]+)$", line)
            entry.native_id = entry.native_id or (block_id[1] if block_id else None)
        elif (tail := tails.take(line)).found and not tail.text:
            entry.tail = entry.tail if entry.tail and entry.tail.found else tail
        elif entry.in_note:
            entry.notes[-1] += "\n" + line
        entry.in_note = kind == "note" or (not kind and entry.in_note)


def add_remark(entry: Entry, block: Block) -> None:
    """Add a block that stands below the highlight and is no field."""
    entry.notes.append(block.text)
    entry.remarked = True


def add_code(entry: Entry, block: Block) -> None:
    """Code inside a highlight is a part of it: its end is still to come."""
    if entry.open and block.indent > entry.block.indent:
        entry.lines += [f"`{line}`" for line in block.lines[1:] if "`" not in line]


def passage(entry: Entry, document: Document, *, speech: bool) -> Passage | None:
    """The finished highlight, or None for an image, a placeholder, or what only links elsewhere."""
    tail = entry.tail or tails.Tail("")
    lines = [line.removeprefix(PIN).strip() for line in "\n".join(entry.lines).split("\n")]
    lines, voice = _spoken(lines, speech=speech)
    markup = "\n".join(line.lstrip("#") if line.startswith("#") and " " in line[:7] else line for line in lines)
    if not tail.found and markup[:1] in {"[", "("}:
        tail = tails.lead(markup)
        markup = tail.text
    words = plain(markup, document.hidden)
    if tail.image or not words.text or words.text.casefold() in _UNCOVERED or _says_nothing(markup, linked=tail.found):
        return None
    text = words.text
    if (tail.url or "").startswith("zotero") and re.fullmatch(r"“[^“”]*”|\"[^\"]*\"", text):
        text = text[1:-1]  # the exporter's quotation marks, not the source's
    note = plain("\n".join(entry.notes), document.hidden).text if entry.notes else ""
    if entry.remarked and not tail.found and voices.signs(note, document.item.authors):
        voice = Voice.QUOTED  # below words that nothing links to their place, a name alone says whose they are
    return Passage(
        text=text,
        line=entry.block.line,
        voice=voice,
        url=tail.url or words.url,
        location=tail.location or entry.location,
        timestamp=tail.timestamp if tail.timestamp is not None else next(iter(words.times), None),
        note=note if values.meaningful(note) else None,
        tags=list(dict.fromkeys(tail.tags + values.tags(entry.tags, document.hidden))),
        contributor=(entry.contributor and label(entry.contributor, document.hidden)) or None,
        native_id=tail.native_id or entry.native_id or tail.url,
        section=entry.section,
        links=words.links,
    )


def _spoken(lines: list[str], *, speech: bool) -> tuple[list[str], Voice]:
    """The lines that hold the words, and whose they are: a recording's transcript, else perhaps a machine's gist."""
    transcript = next((number for number, line in enumerate(lines) if line.rstrip().casefold() == "transcript:"), None)
    if transcript is not None:
        return [line for line in lines[transcript + 1 :] if not _SPEAKER_LINE.match(line)], Voice.QUOTED
    if not speech:
        return lines, Voice.AUTHOR
    gist = [line for line in lines if not _GIST.match(line)]
    return gist, Voice.QUOTED if len(gist) == len(lines) else Voice.SUMMARY


def _says_nothing(markup: str, *, linked: bool) -> bool:
    """Whether a highlight is made of template parts, or (where nothing proves it one) of links or a task."""
    if "{{" in markup or "<%" in markup:
        markup = _TEMPLATE_PART.sub("", markup)
    elif linked or not ("[" in markup or "://" in markup):
        return False
    words = markup if linked else _LINK.sub("", markup)
    return not any(map(str.isalnum, words)) or (not linked and bool(_TASK.match(markup)))
