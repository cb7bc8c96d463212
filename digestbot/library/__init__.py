"""The library: the highlights of the content folders, indexed on disk for look-up and picking; knows no platform."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digestbot.library.privacy import Rules
    from digestbot.library.search import Library
    from digestbot.model import SavedSearch


def open_library(
    content: Sequence[Path],
    data: Path,
    rules: Rules | None = None,
    *,
    saved: Sequence[SavedSearch] = (),
    check: bool = True,
) -> Library:
    """The highlights of all `content` folders, from the index under `data`; what has changed in the notes is read.

    rules: what stays private (library/folder.py); nothing by default. saved: themes beside those of the
    notes, each in place of one of its name; they are asked, not indexed. check: look whether notes have changed;
    without, an index that is there is opened at once as it is. Raises ContentError when a content folder cannot be
    read, SettingsError when the data folder cannot be written. Ask again to see later changes.
    """
    from digestbot.errors import SettingsError
    from digestbot.library import index, search, worker
    from digestbot.library.privacy import Rules

    place = index.Place(tuple(content), data, rules or Rules(), tuple(saved))
    current = None if check else index.open_current(place)
    notice = "" if current else worker.update(place).notice
    current = current or index.open_current(place)
    if current is None:
        raise SettingsError(
            f"The index below {data} does not stay as it is written. Name another folder with DIGESTBOT_DATA."
        )
    return search.Library(current, notice)
