"""digestbot.toml: the subscriptions, saved searches, sources, workspaces, and what stays private. It holds no secrets.

Each file of this folder reads one group of its tables.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from digestbot.config import guidance, sources, subscriptions, themes, workspaces
from digestbot.config.sources import SourceOrder
from digestbot.config.table import Table
from digestbot.config.workspaces import Workspace
from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.errors import SettingsError
from digestbot.model import SavedSearch, Subscription


@dataclass(frozen=True, slots=True)
class Config:
    """What digestbot.toml says.

    exclude_tags, exclude_folders: notes with these tags, or in these folders of a content folder, are never shown.
    themes: saved searches, each a theme beside those that the notes show.
    guidance: weights of sources, and which highlights are taken out or put past the gate.
    sources: where notes that live elsewhere come from.
    workspaces: the teams that have notes or admins of their own.
    """

    subscriptions: tuple[Subscription, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    exclude_folders: tuple[str, ...] = ()
    themes: tuple[SavedSearch, ...] = ()
    guidance: Guidance = NOBODY
    sources: tuple[SourceOrder, ...] = ()
    workspaces: tuple[Workspace, ...] = ()


def read(path: Path) -> Config:
    """Read the file; one that is not there says nothing. Raises SettingsError with the file, the key and the fix."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). Check DIGESTBOT_CONFIG.") from error
    except RecursionError:
        raise SettingsError(f"{path}: is not TOML: brackets stand in brackets, too deeply. Take some out.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not TOML: {error}. Mend that line.") from error
    table = Table(f"{path}: ", document)
    table.knows("subscriptions", "content", "themes", "sources", "weights", "highlights", "workspaces")
    content = table.table("content")
    content.knows("exclude_tags", "exclude_folders")
    excluded = content.texts("exclude_tags"), content.texts("exclude_folders")
    return Config(
        subscriptions.read(table),
        *excluded,
        themes.read(table),
        guidance.read(table),
        sources.read(table),
        workspaces.read(table, path.absolute().parent),
    )
