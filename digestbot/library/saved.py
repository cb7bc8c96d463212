"""Saved searches of digestbot.toml: whether a highlight meets one's conditions."""

from __future__ import annotations

import re

from digestbot.library.names import fold, readable
from digestbot.model import Highlight, SavedSearch

_SITE = re.compile(r"https?://(?:www\.)?([^/:?#]+)")


def title(search: SavedSearch) -> str:
    """The name to show: `open-weights` is headed “Open weights”."""
    return readable({search.name: 1})


def matches(search: SavedSearch, one: Highlight) -> bool:
    """Whether a highlight meets a saved search's conditions; its `query` is for the library's look-up to answer.

    Each of `tags`, `authors` and `sources` that names anything must be met by one of its names. Tags match at any level
    of a nested tag, authors and titles by all words of a name in any order, sources by the site of their address too.
    `exclude` leaves out what one of its names would match as a tag, an author or a source.
    """
    conditions = ((_tagged, search.tags), (_by, search.authors), (_of, search.sources))
    if not all(any(met(one, name) for name in names) for met, names in conditions if names):
        return False
    return not any(met(one, name) for met, _ in conditions for name in search.exclude)


def _tagged(one: Highlight, name: str) -> bool:
    wanted = _levels(name)
    tags = map(_levels, (*one.tags, *one.source.tags, one.source.category or ""))
    return any(found[start : start + len(wanted)] == wanted for found in tags for start in range(len(found)))


def _levels(tag: str) -> list[str]:
    return [fold(level) for level in tag.split("/")]


def _by(one: Highlight, name: str) -> bool:
    return any(_worded(name, author) for author in (*one.source.authors, one.speaker or ""))


def _of(one: Highlight, name: str) -> bool:
    site = _SITE.match(one.source.url or "")
    on_site = site is not None and f".{site[1].casefold()}".endswith(f".{name.casefold().removeprefix('www.')}")
    return on_site or _worded(name, one.source.title or "")


def _worded(wanted: str, text: str) -> bool:
    words = _words(wanted)
    return bool(words) and words <= _words(text)


def _words(text: str) -> set[str]:
    return {fold(word) for word in re.findall(r"[^\W_]+", text)}
