"""Where else a passage stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digestbot.model import Highlight
from digestbot.ports import Library


def elsewhere(library: Library, highlights: Sequence[Highlight]) -> tuple[tuple[str, ...], ...]:
    """For each highlight the titles of the other sources that hold the same passage; () where no highlight has any."""
    found = tuple(tuple(_titles(one, library.also_in(one))) for one in highlights)
    return found if any(found) else ()


def _titles(one: Highlight, others: Iterable[Highlight]) -> Iterable[str]:
    """The titles of these sources, each once in any case, but not the highlight's own."""
    titles = {(title := other.source.title or "an untitled note").casefold(): title for other in others}
    return (title for key, title in titles.items() if key != (one.source.title or "").casefold())
