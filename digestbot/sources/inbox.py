"""Notes of what people said in channels: a capture that a curator accepted becomes an ordinary Markdown file.

They go into the folder Inbox of the first content folder, where whoever looks after the notes finds them; where that
cannot be written, or is digestbot's own sample, into a folder beside what was imported.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digestbot import notes
from digestbot.config.sources import IMPORTS
from digestbot.errors import SourceError
from digestbot.model import LOCAL, Voice
from digestbot.orders import Capture
from digestbot.settings import Settings, bundled
from digestbot.sources.page import Page, Passage, address, file_name, joined, markdown

FOLDER = "Inbox"

_BETWEEN_NAMES = re.compile(r"[,;&|/]+(?!\w)|[,;&|]")
"""What the reader of notes takes for several people."""


@dataclass(frozen=True, slots=True)
class NoteInbox:
    """ports.Inbox on a file system. folder: where new notes go; homes: all folders from which one may be removed."""

    folder: Path
    homes: tuple[Path, ...]

    async def write(self, capture: Capture) -> str:
        """See ports.Inbox."""
        return await asyncio.to_thread(self._write, capture)

    async def remove(self, note: str) -> Sequence[str]:
        """See ports.Inbox."""
        return await asyncio.to_thread(self._remove, Path(note))

    def _write(self, capture: Capture) -> str:
        text = note_of(capture)
        found = notes.parse("note.md", text.encode("utf-8", "replace")).highlights
        if [(one.voice, bool(one.speaker)) for one in found] != [(Voice.QUOTED, True)]:
            raise SourceError("Its words, or the name, would not be read as they are. Correct them.", permanent=True)
        workspace = f"{capture.channel.workspace}-{capture.number}"
        for key in (workspace, *(f"{workspace}-{n}" for n in range(2, 100))):
            path = self.folder / file_name(" ".join(capture.text.split()[:8]), key)
            try:
                if _written(path, text):
                    return str(path)
            except OSError as error:
                problem = f"{path} cannot be written ({error.strerror}). Let digestbot write to {self.folder}."
                raise SourceError(problem, permanent=True) from error
        raise SourceError(f"{self.folder} holds too many notes of that name already.", permanent=True)

    def _remove(self, path: Path) -> Sequence[str]:
        if not any(path.parent == home for home in self.homes) or path.suffix != ".md":
            raise SourceError(f"{path} is no note of the inbox any more. Remove the passage by hand.", permanent=True)
        try:
            found = notes.parse(path.name, path.read_bytes())
            path.unlink()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise SourceError(f"{path} cannot be removed ({error.strerror}). Remove it by hand.") from error
        return [one.id for one in found.highlights]


def inbox(settings: Settings, workspace: str = LOCAL) -> NoteInbox:
    """Where the settings let the notes of a workspace's captures go; what was imported, not every workspace sees."""
    seen, sample = settings.workspace(workspace).content, bundled("content").resolve()
    aside = settings.data / "sources" / IMPORTS / FOLDER.casefold()
    fetched = settings.data / "sources"
    own = [one / FOLDER for one in seen if one.is_dir() and one != sample and not one.is_relative_to(fetched)][:1]
    usable = [one for one in own if os.access(one if one.is_dir() else one.parent, os.W_OK)]
    shared = any(one == aside.parent for one in seen) or not own
    return NoteInbox((usable or ([aside] if shared else own))[0], (*own, aside))


def note_of(capture: Capture) -> str:
    """The note of a capture, which notes.parse reads back: the words, whose they are, and who handed them in."""
    said = capture.said_at or capture.at
    url, name = address(capture.permalink), joined([_BETWEEN_NAMES.sub(" ", capture.author_name)])
    passage = Passage(capture.text, f"capture-{capture.number}", url, contributor=capture.by_name)
    title = f"A message of {said.day} {said:%B %Y}"
    page = Page(title, (passage,), name, url, "messages", published=f"{said:%Y-%m-%d}", voice="quoted")
    return markdown(page)


def _written(path: Path, text: str) -> bool:
    """Put a whole file where none is; False where another one is. The same text there already is as good."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    with aside.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)  # unlike a rename it replaces nothing
    except FileExistsError:
        return path.is_file() and path.read_bytes() == text.encode("utf-8", "replace")
    finally:
        aside.unlink()
    return True
