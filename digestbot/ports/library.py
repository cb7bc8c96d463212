"""Library: the highlights of one or more content folders, for look-up and picking. library/ implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from digestbot.model import Highlight, Theme


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up found.

    total: how many highlights match. highlights: one page of them, the best first. corrected: the words as they were
    understood where their spelling was mended, else "". partly: none has all the words, these have some. snippets: for
    each highlight the words around what matched, "" where nothing in its text did.
    """

    total: int = 0
    highlights: tuple[Highlight, ...] = ()
    corrected: str = ""
    partly: bool = False
    snippets: tuple[str, ...] = ()


Kind = Literal["theme", "author", "title", "tag"]


@dataclass(frozen=True, slots=True)
class Name:
    """What can be suggested. stock: how many highlights stand behind it."""

    text: str
    kind: Kind
    stock: int


FACETS = ("author", "source", "theme", "tag", "voice")
"""What a look-up's matches can be counted by."""


class Library(Protocol):
    """The highlights of one or more content folders, for look-up and picking. Reads only; raises ContentError.

    A query is words, "phrases", -exclusions and filters (author: source: theme: tag: voice: before: after:). Any text
    is a valid query; "" matches all.
    """

    def find(self, query: str, *, limit: int = 5, offset: int = 0) -> Found:
        """The highlights that match; with words that nobody wrote together, or misspelt ones, the nearest.

        Of several that hold the same passage (`also_in`) only the best sourced.
        """
        ...

    def get(self, highlight_id: str) -> Highlight | None:
        """The highlight of that id (or of an unambiguous beginning of it), or None."""
        ...

    def sample(self, query: str, *, seed: str, size: int = 1) -> Sequence[Highlight]:
        """Highlights that match, drawn at random: the same for the same seed and the same notes; fewer if there are."""
        ...

    def like(self, highlight_id: str, *, limit: int = 5) -> Sequence[Highlight]:
        """Other highlights that say something like this one, the nearest first; none for an unknown id."""
        ...

    def context(self, highlight_id: str, *, around: int = 2) -> Sequence[Highlight]:
        """The highlight between those that stand before and after it in its note, in their order; none for unknown."""
        ...

    def also_in(self, highlight: Highlight) -> Sequence[Highlight]:
        """The other highlights that hold the same passage, cut or a little reworded, the best sourced first."""
        ...

    def facets(self, query: str, by: str, *, limit: int = 10) -> Sequence[tuple[str, int]]:
        """How many of the matches each author, source (by its title), theme, tag or voice has, most first.

        by: one of FACETS.
        """
        ...

    def suggest(self, typed: str, limit: int = 10) -> Sequence[Name]:
        """Themes, authors, titles and tags of which a word begins with what was typed, the largest first.

        Where there is none, those that it may have been meant to be.
        """
        ...

    def themes(self) -> Sequence[Theme]:
        """Every theme with its stock, the largest first."""
        ...

    def pool(self, theme: str) -> Sequence[Highlight]:
        """All highlights under a theme, each passage once, in a stable order; "everything" is all there are.

        Raises ThemeError with the nearest names.
        """
        ...

    def stock(self, theme: str) -> Mapping[str, int]:
        """How many highlights each source has under a theme, by `Source.identity`. Raises as `pool`.

        Quick for any number of highlights, for every digest of a large theme asks it.
        """
        ...

    def within(self, theme: str, source: str) -> Sequence[Highlight]:
        """The highlights under a theme of the source with this identity, in a stable order."""
        ...
