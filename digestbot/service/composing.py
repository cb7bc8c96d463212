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
from digestbot.model import Delivery, Digest, Mention, Message, Notice, Subscription, View
from digestbot.ports import Ledger, Library, Platform, Shown

FRESH = timedelta(seconds=5)
"""So old a history may be: at nine o'clock a workspace's digests all ask for the same one, which may be long."""

KEPT_BY = timedelta(minutes=1)
"""When the picks of a digest are in the ledger, unless it was never sent."""

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

    answering: the platforms on which what is offered below a highlight is answered. What is composed at once for
    several channels of a workspace does not repeat itself.
    """

    ledger: Ledger
    library: Callable[[str], Awaitable[Library]]
    guidance: Callable[[str], Guidance]
    render: Render
    run: Run
    answering: frozenset[str] = frozenset()
    _pasts: dict[str, _Past] = field(default_factory=dict)

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
            past.composed += [
                Shown(one.id, found.theme, now, one.source, one.native, delivery.id) for one in found.picked
            ]
            offered = beneath(found.digest.highlights) if order.channel.platform in self.answering else ()
            digest = replace(found.digest, title=found.theme, actions=offered)
            return found, laid_out(digest, order, platform, self.render)

        return await self.run(work)

    async def _past(self, workspace: str, now: datetime) -> _Past:
        past = self._pasts.setdefault(workspace, _Past())
        if past.read_at is None or not past.read_at <= now < past.read_at + FRESH:
            past.renew(await self.ledger.history(workspace), now)
        return past

    async def notice(self, delivery: Delivery, templates: str) -> Message:
        """The message of a delivery that is no digest. Raises TemplateError."""
        answered = delivery.subscription.channel.platform in self.answering
        notice = Notice(delivery.notice, delivery.actions if answered else ())
        return await self.run(lambda: self.render(notice, templates))


def laid_out(digest: Digest, order: Subscription, platform: Platform, render: Render) -> Message:
    """The message of a digest as its order wants it: its title, whom it calls, and the question to discuss.

    The question is the last part, in the digest's thread, where the platform has threads; else the closing words.
    Raises TemplateError.
    """
    templates, threads = platform.templates(order.channel), platform.capabilities.can_thread
    called = Mention(order.mention) if order.mention else None
    title, closing = order.title or digest.title, "" if threads else order.prompt
    message = render(replace(digest, title=title, closing=closing, mention=called), templates)
    if not threads or not order.prompt:
        return message
    question = render(Notice(order.prompt), templates)
    return Message((*message.parts, *question.parts), (*message.problems, *question.problems))
