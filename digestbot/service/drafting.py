"""Drafts: a digest that is composed and kept before its hour, shown to curators, and perhaps changed by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from digestbot.commands.drafts import drafted, shown_draft
from digestbot.commands.offers import beneath
from digestbot.curation import compose, recorded
from digestbot.curation.elsewhere import elsewhere
from digestbot.curation.guidance import Guidance, guided
from digestbot.errors import EmptyError
from digestbot.model import Channel, Digest, Highlight
from digestbot.orders import Change, Claim, Ended, Outcome, Record
from digestbot.ports import Library, Outbox, Platform
from digestbot.service.composing import Composer, laid_out

_EVERYTHING = "everything"
_LONGEST = 200
"""Characters of a topic."""

_NOBODY = "Nobody is told: `curators_channel` in digestbot.toml names none that is set up."


def wanted(claim: Claim, now: datetime) -> bool:
    """Whether a claim is to be shown to curators now; what would be sent without an answer is not, after its hour."""
    draft = claim.draft
    held_back = claim.delivery.subscription.draft == "waits"
    return draft is not None and draft.state == "wanted" and (held_back or now < draft.send_at)


def unanswered(claim: Claim) -> str:
    """Why a draft that waited for an answer is not sent, "" where it may be."""
    if claim.draft and claim.draft.state == "shown" and claim.delivery.subscription.draft == "waits":
        return "No curator approved it in time, and this subscription sends nothing that none approved."
    return ""


@dataclass(frozen=True, slots=True)
class Drafter:
    """Shows drafts to curators and changes them. channel: where the curators of a workspace are; None for nowhere."""

    composer: Composer
    outbox: Outbox
    platforms: Mapping[str, Platform]
    channel: Callable[[str], Channel | None]

    async def show(self, claim: Claim, now: datetime) -> Ended:
        """Plan the notice with the kept draft, once however often this is tried, and wait for an answer.

        Raises StoreError, TemplateError, ContentError.
        """
        delivery, order = claim.delivery, claim.delivery.subscription
        record = await self.composer.ledger.delivery(order.channel.workspace, order.id, delivery.occurrence)
        told = record is not None and await self._tell(record, now)
        send_at = claim.draft.send_at if claim.draft else now
        due_at = send_at if order.draft == "sends" else claim.expires_at or send_at
        reason = "Curators are asked." if told else f"It waits for a curator. {_NOBODY}"
        return Ended(delivery, Outcome.DRAFT, reason, due_at)

    async def swap(self, record: Record, out: str, change: Change) -> Highlight | None:
        """Put the next best pick in the place of one of a draft's, and show it anew; the pick, None for none.

        None, too, where the draft was changed or decided about meanwhile. Raises StoreError, TemplateError,
        ContentError, ThemeError.
        """
        order, draft = record.delivery.subscription, record.draft
        platform = self.platforms.get(order.channel.platform)
        if draft is None or platform is None:
            return None
        library = await self.composer.library(order.channel.workspace)
        new = await self._next(record, library, change.at)
        if new is None:
            return None
        draft = replace(draft, left_out=(*draft.left_out, out))
        picks = tuple(recorded(new) if one.id == out else one for one in record.picks)
        changed = replace(record, draft=draft, picks=picks)
        digest = self._digest(changed, library)
        message = await self.composer.run(lambda: laid_out(digest, order, platform, self.composer.render))
        done = replace(change, detail=f"{out} -> {new.id}")
        if not await self.composer.ledger.redraft(record.delivery, draft, record.theme, picks, message, done):
            return None
        await self._tell(changed, change.at)
        return new

    def _digest(self, record: Record, library: Library) -> Digest:
        """The draft's digest, from the highlights as they are now, as the composer would offer it."""
        picks, day = drafted(record, library), record.delivery.occurrence.date().isoformat()
        answered = record.delivery.subscription.channel.platform in self.composer.answering
        return Digest(record.theme, day, picks, beneath(picks) if answered else (), also_in=elsewhere(library, picks))

    async def _next(self, record: Record, library: Library, now: datetime) -> Highlight | None:
        """The best highlight for this delivery that is not, and was not, among its picks."""
        workspace, ledger = record.delivery.subscription.channel.workspace, self.composer.ledger
        theme = _EVERYTHING if record.theme.casefold() == _EVERYTHING else record.theme
        one = replace(record.delivery.subscription, theme=theme, themes=(), size=1)
        told = guided(self.composer.guidance(workspace), await ledger.hidden(workspace), await ledger.votes(workspace))
        told = _without(told, record)
        history = await ledger.history(workspace)
        delivery = replace(record.delivery, subscription=one)
        try:
            found = await self.composer.run(lambda: compose(library, history, delivery, now, told))
        except EmptyError:  # all that there is was in the draft
            return None
        return found.picks[0].highlight if found.picks else None

    async def _tell(self, record: Record, now: datetime) -> bool:
        """Plan the notice of a draft as it is now; whether there is anybody to read it."""
        order, draft = record.delivery.subscription, record.draft
        channel = self.channel(order.channel.workspace)
        platform = self.platforms.get(channel.platform) if channel else None
        if channel is None or platform is None or draft is None:
            return False
        library = await self.composer.library(order.channel.workspace)
        view, templates = shown_draft(record, library, now), platform.templates(channel)
        message = await self.composer.run(lambda: self.composer.render(view, templates))
        topic = f"draft/{len(draft.left_out)}/{record.delivery.id}"[:_LONGEST]
        await self.outbox.announce(channel, topic, f"Draft of {record.delivery.id}", now, message=message)
        return True


def _without(told: Guidance, record: Record) -> Guidance:
    """The guidance by which nothing is picked that is in the draft, or was."""
    left_out = record.draft.left_out if record.draft else ()
    gone = told.hidden | {one.id for one in record.picks} | set(left_out)
    return replace(told, hidden=gone, kept=told.kept - gone)
