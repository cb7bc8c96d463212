"""What curators do with a digest before its hour: draft, approve, swap, skip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from digestbot.commands import ordering, telling
from digestbot.commands.context import Context, listed
from digestbot.commands.deliveries import named_delivery
from digestbot.commands.digest import short
from digestbot.commands.permissions import is_curator, may_change, need_curator
from digestbot.commands.standing import change
from digestbot.curation import recalled
from digestbot.curation.elsewhere import elsewhere
from digestbot.errors import UsageError
from digestbot.model import Action, Command, Digest, Highlight, Listing, Notice, View
from digestbot.orders import Outcome, Record
from digestbot.ports import Library

_SOON = timedelta(minutes=1)


async def draft(command: Command, context: Context) -> View:
    """A draft as it is now, with what can be done with it; without a name the only one, or a list of all."""
    need_curator(command, context, "see drafts")
    if not command.text.strip():
        found = await context.ledger.deliveries(command.channel.workspace, states=(Outcome.DRAFT,))
        if len(found) != 1:
            return _list(found, context)
    return shown_draft(await _draft(command, context), context.library, context.now)


async def approve(command: Command, context: Context) -> View:
    """Let a draft be sent at its hour: `NAME`, and how often it was swapped as far as whoever decides has seen."""
    need_curator(command, context, "approve drafts")
    text, rounds = _rounds(command.text)
    record = await _draft(command, context, text)
    name, late = short(record.delivery), _late(record, context.now)
    seen = _swaps(record) if rounds is None else rounds
    line = change(command, context, "approve", name, late)
    if await context.ledger.approve(record.delivery, seen, line):
        when = f"It is {late}, and is sent now." if late else f"It is sent at {_hour(record, context.now)}."
        return Notice(f"“{name}” is approved. {when}", (Action("Skip it", "digest", f"skip {name}"),))
    return Notice(await _undecided(command, context, record, seen))


async def swap(command: Command, context: Context) -> View:
    """Put another highlight in the place of one of a draft's: `NAME [ROUND] ID`."""
    need_curator(command, context, "swap highlights of drafts")
    lead, _, typed = command.text.strip().rpartition(" ")
    text, rounds = _rounds(lead)
    record = await _draft(command, context, text)
    seen = _swaps(record) if rounds is None else rounds
    if record.outcome is not Outcome.DRAFT or seen != _swaps(record):
        return Notice(await _undecided(command, context, record, seen))
    out = [one.id for one in record.picks if len(typed) >= 4 and one.id.startswith(typed.casefold())]
    name = short(record.delivery)
    if len(out) != 1:
        ids = listed((one.id[:8] for one in record.picks), "or") if record.picks else "none"
        raise UsageError(f"“{typed}” is no highlight of {name}. Write /digest swap {name} and its id: {ids}.")
    if context.swap is None:
        raise UsageError("Nothing can be swapped from here. Say it in a channel, where digestbot runs.")
    new = await context.swap(record, out[0], change(command, context, "swap", name))
    record = await _draft(command, context, name)
    if new is None and record.outcome is Outcome.DRAFT and _swaps(record) == seen:
        raise UsageError(f"Nothing else of “{record.theme}” may be shown now. Skip the draft, or approve it as it is.")
    if new is None:
        return Notice(await _undecided(command, context, record, seen))
    return shown_draft(record, context.library, context.now)


async def skip(command: Command, context: Context) -> View:
    """Leave out a draft, or the next digest of an order that has none."""
    record = await _pending(command, context, command.text.strip())
    if record is None:
        if "/" in command.text:
            return Notice(await _undecided(command, context, await _draft(command, context)))
        return await ordering.skip(command, context)
    standing = await context.ledger.standing(command.channel.workspace, record.delivery.subscription.id)
    if not (standing and may_change(command, context, standing)):
        need_curator(command, context, "skip drafts")
    name, who = short(record.delivery), command.actor or "an admin"
    line = change(command, context, "skip", name, _late(record, context.now) or "a draft")
    if await context.ledger.drop(record.delivery, f"Left out by {who}.", line):
        return Notice(f"“{name}” is left out.")
    return Notice(await _undecided(command, context, record))


def drafted(record: Record, library: Library) -> tuple[Highlight, ...]:
    """A draft's highlights as the notes have them now."""
    return tuple(one for picked in record.picks if (one := recalled(picked, library)))


def shown_draft(record: Record, library: Library, now: datetime) -> Digest:
    """A draft as curators see it: its highlights, when and where it is sent, and what they can do."""
    order, name = record.delivery.subscription, short(record.delivery)
    picks = drafted(record, library)
    rounds = _swaps(record)
    waits = "Unanswered it is not sent." if order.draft == "waits" else "Unanswered it is sent then."
    approved = record.draft is not None and record.draft.state == "approved"
    intro = (
        f"A draft of “{order.id}” for {order.channel}, {_hour(record, now)}. {'It is approved.' if approved else waits}"
    )
    each = [Action("Swap it", "digest", f"swap {name} {rounds}", one.id) for one in picks]
    why = [Action("Why this one", "digest", "why", one.id) for one in picks]
    whole = (Action("Approve", "digest", f"approve {name} {rounds}"), Action("Skip", "digest", f"skip {name}"))
    return Digest(
        order.title or record.theme,
        record.delivery.occurrence.date().isoformat(),
        picks,
        (*each, *why, *whole[approved:]),
        intro=intro,
        closing=order.prompt,
        also_in=elsewhere(library, picks),
    )


async def _draft(command: Command, context: Context, text: str | None = None) -> Record:
    """The delivery of that name that curators were to see. Raises UsageError."""
    typed = (command.text if text is None else text).strip()
    if found := await _pending(command, context, typed):
        return found
    record = await named_delivery(command.channel.workspace, context, typed)
    if record is None or record.draft is None:
        raise UsageError(f"There is no draft “{typed}”. /digest draft lists those that wait.")
    return record


async def _pending(command: Command, context: Context, text: str) -> Record | None:
    """The draft of that name that is not sent yet; of a subscription's the earliest."""
    workspace = command.channel.workspace
    states = (Outcome.DRAFT, Outcome.PLANNED, Outcome.RETRY)
    if "/" in text:
        record = await named_delivery(workspace, context, text)
        return record if record and record.draft and record.outcome in states else None
    name = text.casefold() or await _only_name(command, context)
    rows = await context.ledger.deliveries(workspace, subscription=name, states=states) if name else ()
    for row in reversed(rows):
        record = await context.ledger.delivery(workspace, name, row.delivery.occurrence)
        if record and record.draft:
            return record
    return None


async def _only_name(command: Command, context: Context) -> str:
    """The only subscription of this channel, "" where there are others or none."""
    here = await context.ledger.standings(command.channel.workspace, channel=command.channel)
    if len(here) == 1:
        return here[0].subscription.id
    waiting = await context.ledger.deliveries(command.channel.workspace, states=(Outcome.DRAFT,))
    known = {one.delivery.subscription.id for one in waiting} if is_curator(command, context) and not here else set()
    return known.pop() if len(known) == 1 else ""


async def _undecided(command: Command, context: Context, seen: Record, rounds: int | None = None) -> str:
    """Why a decision changed nothing, in a sentence."""
    order, name = seen.delivery.subscription, short(seen.delivery)
    workspace = command.channel.workspace
    record = await context.ledger.delivery(workspace, order.id, seen.delivery.occurrence) or seen
    if record.outcome is Outcome.DRAFT and rounds not in {None, _swaps(record)}:
        return f"“{name}” was swapped since. /digest draft {name} shows it as it is now."
    if record.outcome in {Outcome.PLANNED, Outcome.RETRY} and record.draft and record.draft.state == "approved":
        return f"“{name}” is approved already, and is sent at {_hour(record, context.now)}."
    if record.outcome is Outcome.PARKED:
        return f"“{order.id}” is paused. /digest resume {order.id} lets it go on."
    late = _late(record, context.now)
    if record.outcome in {Outcome.CONFIRMED, Outcome.CLAIMED, Outcome.UNCERTAIN}:
        return f"“{name}” is on its way or in the channel already{': this comes ' + late if late else ''}."
    reason = f": {telling.sentence(record.reason)}" if record.reason else "."
    return f"“{name}” is {record.outcome.value}{reason}{' This comes ' + late + '.' if late else ''}"


def _swaps(record: Record) -> int:
    return len(record.draft.left_out) if record.draft else 0


def _rounds(text: str) -> tuple[str, int | None]:
    """The name, and the number behind it: how often the draft had been swapped that somebody saw."""
    name, _, last = text.strip().rpartition(" ")
    return (name, int(last)) if name and last.isascii() and last.isdigit() and len(last) < 4 else (text.strip(), None)


def _late(record: Record, now: datetime) -> str:
    """How long after the hour it is, "" before."""
    if record.draft is None or now - record.draft.send_at < _SOON:
        return ""
    minutes = int((now - record.draft.send_at) / _SOON)
    return "1 minute after its hour" if minutes == 1 else f"{minutes} minutes after its hour"


def _hour(record: Record, now: datetime) -> str:
    """When a draft is sent, in its own zone."""
    at = record.draft.send_at if record.draft else telling.instant_of(record.delivery)
    return telling.spoken(telling.in_zone(at, record.delivery.subscription), now)


def _list(found: Sequence[Record], context: Context) -> View:
    columns = ("Draft", "Theme", "Unanswered", "It", "Channel")
    rows = tuple(_row(one, context) for one in found)
    return Listing("Drafts", columns, rows) if rows else Notice("No draft waits for an answer.")


def _row(one: Record, context: Context) -> tuple[str, ...]:
    order = one.delivery.subscription
    at = telling.in_zone(one.due_at or one.planned_at, order)
    then = "is sent" if order.draft == "sends" else "expires"
    return short(one.delivery), one.theme, telling.spoken(at, context.now), then, str(order.channel)
