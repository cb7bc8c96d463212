"""Putting right what was posted: the same picks, rendered anew from the notes as they are now, in their old places."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from digestbot.commands.offers import beneath
from digestbot.curation import recalled
from digestbot.curation.elsewhere import elsewhere
from digestbot.errors import PlatformError
from digestbot.model import Digest, Highlight, MessageRef, Notice, Part
from digestbot.orders import PartState, Record
from digestbot.ports import Hidden, Ledger, Library, Platform
from digestbot.service.composing import Render, laid_out

_EMPTY = "This was taken back."


@dataclass(frozen=True, slots=True)
class Amender:
    """Edits the messages of a delivery, through the ports."""

    ledger: Ledger
    platforms: Mapping[str, Platform]
    library: Callable[[str], Awaitable[Library]]
    render: Render

    async def amend(self, record: Record) -> str:
        """Edit what a delivery posted, and say in a sentence what became of it.

        Highlights that are gone or hidden are left out, edited ones are found again by their native id. A platform that
        cannot edit, or will not, is said. Raises StoreError, ContentError, TemplateError.
        """
        order = record.delivery.subscription
        platform = self.platforms.get(order.channel.platform)
        posted = [one for one in record.parts if one.state == "arrived" and one.ref]
        if platform is None or not platform.capabilities.can_edit or not posted:
            return f"{order.channel} cannot change what was posted there. Delete it by hand if it has to go."
        library = await self.library(order.channel.workspace)
        hidden = await self.ledger.hidden(order.channel.workspace)
        found = [recalled(one, library) for one in record.picks]
        kept = tuple(one for one in found if one and not _is_hidden(one, hidden))
        parts = self._parts(record, library, kept, platform)
        try:
            await self._edit(platform, record, posted, parts)
        except PlatformError as error:
            return f"{order.channel} did not take the change: {error}"
        gone, over = len(record.picks) - len(kept), len(parts) - len(posted)
        rest = f" {over} of its messages found no place." if over > 0 else ""
        return f"What was posted is edited. Highlights shown: {len(kept)}; taken out: {gone}.{rest}"

    def _parts(
        self, record: Record, library: Library, kept: tuple[Highlight, ...], platform: Platform
    ) -> Sequence[Part]:
        order = record.delivery.subscription
        if not kept:
            return self.render(Notice(_EMPTY), platform.templates(order.channel)).parts
        day = record.delivery.occurrence.date().isoformat()
        offered = beneath(kept) if platform.capabilities.can_answer else ()
        digest = Digest(record.theme, day, kept, offered, also_in=elsewhere(library, kept))
        return laid_out(digest, order, platform, self.render).parts

    async def _edit(
        self, platform: Platform, record: Record, posted: Iterable[PartState], parts: Sequence[Part]
    ) -> None:
        """Put each part in the place of one that was posted; what is left over of those says so."""
        channel = record.delivery.subscription.channel
        empty = self.render(Notice(_EMPTY), platform.templates(channel)).parts[0]
        for n, place in enumerate(posted):
            await platform.edit(MessageRef(channel, place.ref), parts[n] if n < len(parts) else empty)


def _is_hidden(one: Highlight, hidden: Hidden) -> bool:
    return one.id in hidden.highlights or one.source.identity in hidden.sources
