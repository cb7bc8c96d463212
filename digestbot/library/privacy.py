"""What never leaves the reader: notes marked private, and those with excluded tags or in excluded folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from digestbot.config.workspaces import Workspace
from digestbot.model import Note
from digestbot.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    """What stays private beside notes marked `private: true`, compared without case and form of accents.

    tags: a note or highlight with one of them (or one nested below it, `tag/inner`), wherever in the note it stands.
    folders: a folder's name at any depth, or several in a row (`work/private`).
    """

    tags: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def withholds(self, note: Note, text: Callable[[], str]) -> bool:
        """Whether nothing of a note may be shown; text: its whole file, decoded when it is asked for."""
        if note.private or self.covers(note.path):
            return True
        return bool(self.tags) and (
            self._tagged(tag for source in note.sources for tag in source.tags) or self._written_in(text())
        )

    def covers(self, path: str) -> bool:
        """Whether a path, with forward slashes, lies in an excluded folder."""
        folders = f"/{_folded(path).rpartition('/')[0]}/"
        return any(f"/{_folded(folder).strip('/')}/" in folders for folder in self.folders)

    def without_tagged(self, note: Note) -> Note:
        """The note without the highlights that bear an excluded tag."""
        if not self.tags:
            return note
        return replace(note, highlights=tuple(one for one in note.highlights if not self._tagged(one.tags)))

    def _tagged(self, found: Iterable[str]) -> bool:
        return bool(self.tags) and any(re.fullmatch(self._pattern, _folded(tag).lstrip("#")) for tag in found)

    def _written_in(self, text: str) -> bool:
        return bool(re.search(rf"(?<![\w/#])#{self._pattern}(?![\w-])", _folded(text)))

    @property
    def _pattern(self) -> str:
        names = sorted(re.escape(_folded(tag).lstrip("#")) for tag in self.tags)
        return rf"(?:{'|'.join(names)})(?:/[\w/-]*)?"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def rules(told: Settings | Workspace) -> Rules:
    """What the settings, or those of a workspace, keep private beside notes marked so."""
    return Rules(frozenset(told.exclude_tags), frozenset(told.exclude_folders))
