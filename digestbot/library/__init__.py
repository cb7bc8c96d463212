"""The library: the highlights of the content folders, indexed on disk for look-up and picking; knows no platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digestbot.library.place import Place
    from digestbot.library.search import Library


def open_library(place: Place, *, check: bool = True) -> Library:
    """The highlights of all content folders of a place, from its index; what has changed in the notes is read.

    check: look whether notes have changed; without, an index that is there is opened at once as it is. Raises
    ContentError when a content folder cannot be read, SettingsError when the data folder cannot be written. Ask again
    to see later changes.
    """
    from digestbot.errors import SettingsError
    from digestbot.library import index, search, worker

    current = None if check else index.open_current(place)
    notice = "" if current else worker.update(place).notice
    current = current or index.open_current(place)
    if current is None:
        raise SettingsError(
            f"The index below {place.data} does not stay as it is written. Name another folder with DIGESTBOT_DATA."
        )
    return search.Library(current, notice)
