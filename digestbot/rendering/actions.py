"""Actions on the wire: the command that a button or a menu's option stands for, and back.

An id is `d1:` and the command's words. The version stands in front so that a button of an old message, pressed after an
upgrade, is recognized as such and never misread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from digestbot.model import OPEN, Action
from digestbot.rendering.dialects import one_line
from digestbot.rendering.limits import length

VERSION = "d1:"

LONGEST_ID = 100
"""Discord's custom_id and option values are the shortest of all (docs.discord.com/developers/components/reference)."""

MOST = 5
"""Actions of one highlight, and buttons of a View: Slack's overflow menu and Discord's row take five."""


LONGEST_LINK = 512
"""Characters of the address of a Discord button, the shortest of all; see the same page."""


def action_id(action: Action) -> str:
    """The id under which a platform sends an action back; equal for equal commands only."""
    return VERSION + one_line(f"{action.name} {action.words}")


def parse_id(text: str) -> tuple[str, str] | None:
    """The command's name and its words, or None for an id that this version did not make."""
    if not text.startswith(VERSION):
        return None
    name, _, words = text.removeprefix(VERSION).partition(" ")
    return name, words


def offered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions that can be offered, each once and with a label that can be read.

    One whose command is longer than an id may be is left out, for half a command would be another one; so is a link
    that is none.
    """
    unique = {action_id(action): action for action in actions if action.name != OPEN or _opens(action.url)}
    short = (action for text, action in unique.items() if length(text) <= LONGEST_ID)
    return tuple(replace(action, label=one_line(action.label) or action.name) for action in short)


def _opens(url: str) -> bool:
    """Whether every platform takes an address behind a button."""
    return (
        url.startswith(("https://", "http://"))
        and length(url) <= LONGEST_LINK
        and one_line(url) == url
        and " " not in url
    )
