"""What a dialect hands over: sources and highlights before ids, duplicates and voices are settled.

Dialects fill these in the order of the file; notes/__init__.py turns them into the model, the same way for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from digestbot.model import Voice


@dataclass(slots=True)
class Passage:
    """A highlight in the making.

    text: plain text, markup gone. line: 1-based, where it begins in the file.
    voice: AUTHOR for what a reader marked in the source, SUMMARY for sentences nobody marked, QUOTED with a speaker.
    extends: an earlier passage of which this one is a prefix, or the other way round, is the same passage recorded
        twice (Kindle's extended selections); the longest is kept.
    The other fields are those of model.Highlight.
    """

    text: str
    line: int
    voice: Voice = Voice.AUTHOR
    speaker: str | None = None
    url: str | None = None
    location: str | None = None
    timestamp: int | None = None
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    contributor: str | None = None
    native_id: str | None = None
    marked: bool = True
    section: str | None = None
    links: list[str] = field(default_factory=list)
    extends: bool = False


@dataclass(slots=True)
class Item:
    """A source in the making, with its passages.

    inside: title and authors were written inside the note (not taken from the file name), so ids may rest on them.
    """

    title: str | None = None
    authors: list[str] = field(default_factory=list)
    url: str | None = None
    published: str | None = None
    tags: list[str] = field(default_factory=list)
    category: str | None = None
    inside: bool = True
    passages: list[Passage] = field(default_factory=list)
