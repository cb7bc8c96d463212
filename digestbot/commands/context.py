"""What an answer may use, and the two sentences that every command shares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from digestbot.curation import ROTATE
from digestbot.curation.guidance import NOBODY, Guidance, guided
from digestbot.errors import UsageError
from digestbot.model import Channel, Command, Highlight, Notice, Reply, View
from digestbot.orders import Change, Record
from digestbot.ports import Inbox, Ledger, Library

Amend = Callable[[Record], Awaitable[str]]
"""Render a delivery's picks anew and edit what was posted; answers in a sentence what became of it."""

Swap = Callable[[Record, str, Change], Awaitable[Highlight | None]]
"""Put the next best pick in the place of one of a draft's; the pick, None where there is none or the draft changed."""

Mentionable = Callable[[Channel, str], bool]
"""Whether a group of this id can be mentioned in a channel, as its platform writes it."""

Announce = Callable[[Channel, str, Notice], Awaitable[None]]
"""Have a notice posted to a channel, once for each topic."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer may use; one is made for each command, with the library of the workspace that asks.

    now: aware, in the zone whose calendar day a digest on request is for. theme, size and zone: what holds where
    nobody says other. guidance: what the settings say about what may be shown; curators and members are heard beside
    them. admins, curators: ids of people or of their groups. amend, swap: None where nothing can be edited from here.
    mentionable: None where nobody can be mentioned. inbox: where captures become notes, None where they cannot.
    announce: tells people later; curators_channel: where curators are told what there is to decide, None for nowhere.
    """

    library: Library
    ledger: Ledger
    now: datetime
    theme: str = ROTATE
    size: int = 3
    zone: str = "UTC"
    guidance: Guidance = NOBODY
    admins: frozenset[str] = frozenset()
    curators: frozenset[str] = frozenset()
    amend: Amend | None = None
    swap: Swap | None = None
    mentionable: Mentionable | None = None
    inbox: Inbox | None = None
    announce: Announce | None = None
    curators_channel: Channel | None = None

    async def guided(self, workspace: str) -> Guidance:
        """The settings' guidance together with what curators hid and members said."""
        return guided(self.guidance, await self.ledger.hidden(workspace), await self.ledger.votes(workspace))


Handler = Callable[[Command, Context], Awaitable[View | Reply]]
"""What answers a command, a View for who asked; `Command.text` is what stands behind the words that chose it."""


def highlight(text: str, context: Context) -> Highlight:
    """The highlight of this id. Raises UsageError where there is none."""
    one = context.library.get(text.strip().casefold())
    if not one:
        raise UsageError(f"There is no highlight “{text.strip()}”. Its id is at least four signs of 0-9 and a-f.")
    return one


def nearest(word: str, known: Iterable[str], lead: str = "") -> str:
    """What may have been meant by a word that is not known, in a sentence."""
    names = list(known)
    near = get_close_matches(word, names, n=1)
    return f"Did you mean {lead}{near[0]}?" if near else f"There is {', '.join(lead + name for name in names)}."


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, or `a, b and c`."""
    *some, end = names
    return f"{', '.join(some)} {last} {end}" if some else end
