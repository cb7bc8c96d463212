"""What a delivery says: its picks out of the library, and the message that is made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from digestbot.commands.offers import beneath
from digestbot.curation import Curated, compose
from digestbot.curation.guidance import Guidance, guided
from digestbot.model import Delivery, Message, Notice, View
from digestbot.ports import Ledger, Library, Shown

FRESH = timedelta(seconds=5)
"""So old a history may be: at nine o'clock a workspace's digests all ask for the same one, which may be long."""

KEPT_BY = timedelta(minutes=1)
"""When the picks of a digest are in the ledger, unless it was never sent."""
from digestbot.model import Delivery, Digest, Mention, Message, Notice, Subscription, View
from digestbot.ports import Ledger, Library, Platform

T = TypeVar("T")

Render = Callable[[View, str], Message]
"""A view rendered with the templates of that name."""


class Run(Protocol):
    """Does work that keeps a processor busy where it holds up nobody; returns or raises what the work does."""

    async def __call__(self, work: Callable[[], T], /) -> T:
        """Do it."""
        ...


@dataclass(slots=True)
class _Past:
    """A workspace's history, read at an instant, and what was composed since and may not be in it yet."""

    read: Sequence[Shown] = ()
    read_at: datetime | None = None
    composed: list[Shown] = field(default_factory=list)

    def before(self, delivery: Delivery) -> list[Shown]:
        """All of it, without what an attempt before this one composed for the same delivery."""
        return [*self.read, *(one for one in self.composed if one.delivery != delivery.id)]

    def renew(self, read: Sequence[Shown], now: datetime) -> None:
        """Take what was read now; what was composed stays until it is kept."""
        kept = {one.delivery for one in read}
        self.read, self.read_at = read, now
        self.composed = [one for one in self.composed if one.delivery not in kept and one.at > now - KEPT_BY]


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes digests. library, guidance: of a workspace, its notes as they are now, and what its settings say.

    answering: the platforms on which what is offered below a highlight is answered.
    What is composed at once for several channels of a workspace does not repeat itself.
    """

    ledger: Ledger
    library: Callable[[str], Awaitable[Library]]
    guidance: Callable[[str], Guidance]
    render: Render
    run: Run
            past.composed += [
                Shown(one.id, found.theme, now, one.source, one.native, delivery.id) for one in found.picked
            ]
    answering: frozenset[str] = frozenset()

    async def compose(self, delivery: Delivery, platform: Platform, now: datetime) -> tuple[Curated, Message | None]:
        """A delivery's picks and its message on its platform; None where the stock has nothing for it.

        Raises EmptyError, ThemeError, ContentError, SettingsError, TemplateError, StoreError.
        """
        order = delivery.subscription
        workspace = order.channel.workspace
        past, library = await self._past(workspace, now), await self.library(workspace)
        hidden, votes = await asyncio.gather(self.ledger.hidden(workspace), self.ledger.votes(workspace))
        told = guided(self.guidance(workspace), hidden, votes)

        def work() -> tuple[Curated, Message | None]:
            found = compose(library, past.before(delivery), delivery, now, told)
            if not found.picks:
                return found, None
