"""Where a library comes from and where it lies: for each workspace its notes, their index, and what stays private."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from digestbot.library.privacy import Rules, rules
from digestbot.library.shelf import Shelf
from digestbot.model import LOCAL, SavedSearch
from digestbot.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """Which notes, where their index lies, what of them stays private, and which saved searches are themes of them."""

    content: tuple[Path, ...]
    data: Path
    rules: Rules = field(default_factory=Rules)
    saved: tuple[SavedSearch, ...] = ()

    @property
    def shelf(self) -> Shelf:
        """Where the index lies."""
        return Shelf.of(self.content, self.data)

    def key(self, number: int, path: str) -> str:
        """The name in the index of the note at a path below the content folder of this number."""
        return f"{number}/{path}"

    def locate(self, key: str) -> tuple[Path, str]:
        """The content folder and the path below it that a note's name stands for."""
        number, _, path = key.partition("/")
        return self.content[int(number)], path


def place(settings: Settings, workspace: str = LOCAL) -> Place:
    """The place of a workspace's library: the one owner of which notes a workspace sees.

    The default one sees the content, the sources of no workspace and what was imported; another sees its own content
    or else the same, and its own sources. A workspace with notes or exclusions of its own has a folder of its own under
    the data; all others share one.
    """
    told = settings.workspace(workspace)
    mine = rules(told)
    shared = told.content == settings.folders and mine == rules(settings)
    data = settings.data if shared else settings.data / "workspaces" / told.name
    return Place(told.content, data, mine, settings.themes)


def places(settings: Settings) -> dict[str, Place]:
    """The place of the default library, under LOCAL, and of each workspace that is named."""
    return {name: place(settings, name) for name in settings.names}
