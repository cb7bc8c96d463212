"""What is offered beside highlights: under a digest a menu each; under a look-up what can be asked and done next."""

from __future__ import annotations

from collections.abc import Sequence

from digestbot.model import OPEN, Action, Highlight

LONGEST = 80
"""Characters that a platform is sure to give back when an action is chosen."""


def beneath(highlights: Sequence[Highlight]) -> tuple[Action, ...]:
    """A digest's menus: five entries a highlight, the ones that matter most first, for some platforms show fewer."""
    return tuple(action for one in highlights for action in _beneath(one.id))


def beside(highlights: Sequence[Highlight]) -> tuple[Action, ...]:
    """What can be asked about, and done with, what a look-up found: buttons under a single one, else a menu each."""
    if len(highlights) == 1:
        return _of_one(highlights[0])
    return tuple(action for one in highlights for action in of_each(one))


def link(one: Highlight, highlight_id: str = "") -> tuple[Action, ...]:
    """The way to a highlight's source, where there is one; highlight_id: of whose menu it is an entry."""
    url = one.url or one.source.url or ""
    if not url.startswith(("https://", "http://")):
        return ()
    return (Action("Open source", OPEN, "" if highlight_id else one.id, highlight_id, url),)


def offer(label: str, text: str, *, when: bool = True, name: str = "quote") -> tuple[Action, ...]:
    """A command that is offered, where its words are short enough to come back."""
    return (Action(label, name, text),) if when and len(text) <= LONGEST else ()


def _beneath(highlight_id: str) -> tuple[Action, ...]:
    return (
        Action("More like this", "more", highlight=highlight_id),
        Action("Less like this", "less", highlight=highlight_id),
        Action("Save", "save", highlight=highlight_id),
        Action("Why this one", "why", highlight=highlight_id),
        Action("Report", "report", highlight=highlight_id),
    )


def _of_one(one: Highlight) -> tuple[Action, ...]:
    return (
        Action("More like this", "quote", f"like {one.id}"),
        Action("Around it", "quote", f"context {one.id}"),
        Action("Share to channel", "share", one.id),
        Action("Save", "save", one.id),
        *link(one),
    )


def of_each(one: Highlight) -> tuple[Action, ...]:
    """The menu of a highlight among several."""
    return (
        Action("More like this", "quote", "like", one.id),
        Action("Share to channel", "share", highlight=one.id),
        Action("Save", "save", highlight=one.id),
        Action("Around it", "quote", "context", one.id),
        *link(one, one.id),
    )
