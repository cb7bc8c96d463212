"""Saved searches of digestbot.toml: whether a highlight meets one's conditions."""

from __future__ import annotations

import re

from digestbot.library.names import fold
from digestbot.model import Highlight, SavedSearch


def matches(search: SavedSearch, one: Highlight) -> bool:
    """Whether a highlight meets a saved search's conditions; its `query` is for the library's look-up to answer.

    Each of `tags`, `authors` and `sources` that names anything must be met by one of its names. Tags match with all
    that is nested below them, authors and titles by all words of a name in any order, sources by the site of their
    address too. `exclude` leaves out what one of its names would match as a tag, an author or a source.
    """
    wanted = ((search.tags, _tagged), (search.authors, _by), (search.sources, _of))
    if any(names_wanted and not any(test(one, name) for name in names_wanted) for names_wanted, test in wanted):
        return False
    return not any(test(one, name) for name in search.exclude for _, test in wanted)


def _tagged(one: Highlight, name: str) -> bool:
    wanted = [fold(level) for level in name.lstrip("#").split("/")]
    tags = (*one.tags, *one.source.tags, *filter(None, (one.source.category,)))
    levels = ([fold(level) for level in tag.lstrip("#").split("/")] for tag in tags)
    return any(found[: len(wanted)] == wanted for found in levels)


def _by(one: Highlight, name: str) -> bool:
    return any(_worded(name, author) for author in (*one.source.authors, one.speaker or ""))


def _of(one: Highlight, name: str) -> bool:
    site = re.match(r"https?://(?:www\.)?([^/:?#]+)", one.source.url or "")
    return _worded(name, one.source.title or "") or (
        bool(site) and f".{site[1]}".endswith(f".{name.casefold()}") if site else False
    )


def _worded(wanted: str, text: str) -> bool:
    found = _words(text)
    return bool(_words(wanted)) and _words(wanted) <= found


def _words(text: str) -> set[str]:
    return {fold(word) for word in re.findall(r"[^\W_]+", text)}
