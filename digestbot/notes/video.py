"""Notes on a video: passages with time marks. The channel has said nothing in them; the note-taker has."""

from __future__ import annotations

import re

from digestbot.notes import prose
from digestbot.notes.document import Document
from digestbot.notes.draft import Passage
from digestbot.notes.keys import VIDEO

_WATCH = re.compile(r"(?:youtube\.com/(?:watch\?(?:[^#\s]*&)?v=|live/|shorts/|embed/)|youtu\.be/)([\w-]{6,20})")


def watched(url: str | None) -> str | None:
    """The id of the video that an address shows, else None."""
    match = _WATCH.search(url or "")
    return match[1] if match else None


def read(document: Document) -> list[Passage] | None:
    """The passages of a video note, each with the deep link to its moment; None when the note is about no video."""
    video = watched(document.item.url)
    if document.channel is None and not document.texts(VIDEO):
        return None
    if document.channel and not document.item.authors:
        document.item.authors = [document.channel]
    found = prose.passages(document)
    for passage in found:
        if video and passage.timestamp is not None:
            passage.url = f"https://www.youtube.com/watch?v={video}&t={passage.timestamp}s"
    return found
