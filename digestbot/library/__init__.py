"""The library: the highlights of the content folders, indexed on disk for look-up and picking; knows no platform."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digestbot.library.folder import Rules
    from digestbot.library.search import Library


def open_library(content: Sequence[Path], data: Path, rules: Rules | None = None) -> Library:
    """The highlights of all `content` folders, from the index under `data`, made again if a note has changed.

    rules: what stays private (library/folder.py); nothing by default. Raises ContentError when a content folder cannot
    be read, SettingsError when the data folder cannot be written. Ask again to see later changes.
    """
    from digestbot.library import index, search

    return search.Library(*index.open_current(content, data, rules))
