"""What a delivery says: its picks out of the library, and the message that is made of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from digestbot.commands.offers import beneath
from digestbot.curation import Curated, compose
from digestbot.curation.guidance import Guidance, guided
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


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes digests. library, guidance: of a workspace, its notes as they are now, and what its settings say.

    answering: the platforms on which what is offered below a highlight is answered.
    """

    ledger: Ledger
    library: Callable[[str], Awaitable[Library]]
    guidance: Callable[[str], Guidance]
    render: Render
    run: Run
    answering: frozenset[str] = frozenset()

    async def compose(self, delivery: Delivery, platform: Platform, now: datetime) -> tuple[Curated, Message | None]:
        """A delivery's picks and its message on its platform; None where the stock has nothing for it.

        Raises EmptyError, ThemeError, ContentError, SettingsError, TemplateError, StoreError.
        """
        order = delivery.subscription
        workspace = order.channel.workspace
        history, library = await self.ledger.history(workspace), await self.library(workspace)
        hidden, votes = await self.ledger.hidden(workspace), await self.ledger.votes(workspace)
        told = guided(self.guidance(workspace), hidden, votes)

        def work() -> tuple[Curated, Message | None]:
            found = compose(library, history, delivery, now, told)
            if not found.picks:
                return found, None
            offered = beneath(found.digest.highlights) if order.channel.platform in self.answering else ()
            digest = replace(found.digest, title=found.theme, actions=offered)
            return found, laid_out(digest, order, platform, self.render)

        return await self.run(work)

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
