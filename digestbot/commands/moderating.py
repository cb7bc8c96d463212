"""What may be shown, and what members say of it: hide, unhide, amend, retry; more, less, report."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from digestbot.commands.context import Context, highlight
from digestbot.commands.deliveries import find_delivery
from digestbot.commands.digest import short
from digestbot.commands.permissions import need_admin, need_curator, need_owner
from digestbot.commands.standing import change
from digestbot.curation import recorded
from digestbot.curation.guidance import spelled
from digestbot.errors import UsageError
from digestbot.model import Action, Command, Listing, Notice, Source, View
from digestbot.orders import Opinion, Outcome, Record

_ID = re.compile(r"[0-9a-f]{4,16}")
_LATELY = timedelta(days=7)
_MOST_NAMED, _MOST_AMENDED = 5, 3
_EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Target:
    """What is hidden. what: an id or a `Source.identity`, as `kind` says; name: for people."""

    kind: Literal["highlight", "source"]
    what: str
    name: str

    @property
    def again(self) -> str:
        """What names it and nothing else, in a command."""
        return self.what if self.kind == "highlight" else Source.identified(self.what).url or self.name


async def hide(command: Command, context: Context) -> View:
    """Take a highlight (by its id) or a source (by its title or address) out of digests and look-ups for good."""
    need_curator(command, context, "hide what is shown")
    target = _target(command.text, context)
    line = change(command, context, "hide", target.name, target.kind)
    workspace = command.channel.workspace
    undo = Action("Undo", "digest", f"unhide {target.again}")
    if not await context.ledger.hide(workspace, target.kind, target.what, line):
        return Notice(f"{target.name} is hidden already.", (undo,))
    posted = await _posted_lately(command, context, target)
    text = f"{target.name} is hidden: no digest and no look-up shows it any more."
    if posted:
        text += f" In the last days it was in {', '.join(posted)}; /digest amend takes it out of what was posted."
    amend = [Action(f"Amend {name}"[:24], "digest", f"amend {name}") for name in posted if context.amend]
    return Notice(text, (*amend, undo))


async def unhide(command: Command, context: Context) -> View:
    """Let a hidden highlight or source be shown again."""
    need_curator(command, context, "unhide")
    out = await context.ledger.hidden(command.channel.workspace)
    text = command.text.strip()
    ids = [one for one in out.highlights if _ID.fullmatch(text.casefold()) and one.startswith(text.casefold())]
    one = Target("highlight", ids[0], ids[0]) if len(ids) == 1 else None
    target = one or _source(text, out.sources, "hidden source")
    line = change(command, context, "unhide", target.name, target.kind)
    if not await context.ledger.unhide(command.channel.workspace, target.kind, target.what, line):
        return Notice(f"{target.name} is not hidden.")
    return Notice(f"{target.name} may be shown again.")


async def hidden(command: Command, context: Context) -> View:
    """All that is hidden in this workspace."""
    need_curator(command, context, "see what is hidden")
    found = await context.ledger.hidden(command.channel.workspace)
    rows = [*((one, _text_of(one, context)) for one in sorted(found.highlights))]
    rows += [("source", _name(Source.identified(one))) for one in sorted(found.sources)]
    return Listing("Hidden", ("What", "Text or title"), tuple(rows)) if rows else Notice("Nothing is hidden.")


async def amend(command: Command, context: Context) -> View:
    """Edit what a delivery posted: hidden and vanished highlights go, edited ones are shown as they are now."""
    need_curator(command, context, "amend what was posted")
    record = await _delivery(command, context)
    if context.amend is None:
        raise UsageError("Posted messages cannot be edited from here. Say it in a channel, where digestbot runs.")
    if record.outcome is not Outcome.CONFIRMED:
        raise UsageError(f"“{short(record.delivery)}” is not in the channel: it is {record.outcome.value}.")
    said = await context.amend(record)
    await context.ledger.note(change(command, context, "amend", short(record.delivery), said))
    return Notice(said)


async def retry(command: Command, context: Context) -> View:
    """Send a delivery on its way again that was refused, expired or is in doubt."""
    record = await _delivery(command, context)
    name, order = short(record.delivery), record.delivery.subscription
    standing = await context.ledger.standing(command.channel.workspace, order.id)
    if standing:
        need_owner(command, context, standing)
    else:
        need_admin(command, context, "send it again")
    line = change(command, context, "retry", name, record.outcome.value)
    if not await context.ledger.again(record.delivery, context.now, line):
        raise UsageError(
            f"“{name}” is {record.outcome.value}. Only what was refused, expired or is in doubt for good is sent again."
        )
    paused = standing is not None and standing.state == "paused"
    hint = f" The next ones wait until /digest resume {order.id}." if paused else ""
    return Notice(f"“{name}” is tried again. What arrived of it is not sent twice.{hint}")


async def more(command: Command, context: Context) -> View:
    """Count a member's wish for more like a highlight."""
    return await _vote(command, context, "more", "Noted: more like this.", "Show me some")


async def less(command: Command, context: Context) -> View:
    """Count a member's wish for less like a highlight."""
    return await _vote(command, context, "less", "Noted: less like this.")


async def report(command: Command, context: Context) -> View:
    """Count a member's report of a highlight; what several report stays out of digests."""
    return await _vote(command, context, "report", "Reported. What several members report stays out of digests.")


async def _vote(command: Command, context: Context, opinion: Opinion, thanks: str, show: str = "") -> Notice:
    one = highlight(command.text, context)
    workspace = command.channel.workspace
    shown = await context.ledger.shown(workspace, one.id)
    theme = shown[0][0].theme if shown else ""
    await context.ledger.vote(workspace, command.actor, recorded(one), theme, opinion, context.now)
    return Notice(thanks, (Action(show, "quote", f"like {one.id}"),) if show else ())


def _target(text: str, context: Context) -> Target:
    """The highlight or source that is meant. Raises UsageError that names what the words may mean."""
    typed = text.strip()
    if not typed:
        raise UsageError("Say what: /digest hide ID, or /digest hide and a source's title.")
    if _ID.fullmatch(typed.casefold()):
        if one := context.library.get(typed.casefold()):
            return Target("highlight", one.id, one.id)
        if len(typed) == 16:  # it has left the notes, and may come back
            return Target("highlight", typed.casefold(), typed.casefold())
    return _source(typed, context.library.stock(_EVERYTHING), "source")


def _source(text: str, identities: Iterable[str], what: str) -> Target:
    """The one source of this title or address; of several titles that hold the words the exact one."""
    typed = text.removeprefix("source:").strip('"“”«» ').casefold()
    held = {one: Source.identified(one) for one in identities}
    same = [one for one, source in held.items() if typed in {(source.title or "").casefold(), one.casefold()}]
    same = same or [one for one, source in held.items() if source.url and spelled(source.url) == spelled(typed)]
    found = same or [one for one, source in held.items() if typed and typed in (source.title or "").casefold()]
    if len(found) == 1:
        return Target("source", found[0], _name(held[found[0]]))
    if not found:
        raise UsageError(f"There is no {what} and no highlight “{text.strip()}”. Write its title, or a highlight's id.")
    names = sorted(_name(held[one], apart=len(same) > 1) for one in found)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    raise UsageError(f"That may be {'; '.join(names[:_MOST_NAMED])}{more}. Write a whole title, or an address.")


def _name(source: Source, *, apart: bool = False) -> str:
    """A source for people; `apart` by its address, where titles are alike."""
    if apart and source.url:
        return source.url
    return f"«{source.title}»" if source.title else source.url or "an untitled note"


async def _posted_lately(command: Command, context: Context, target: Target) -> list[str]:
    """The deliveries of the last days that showed what is hidden now, the latest first."""
    rows = await context.ledger.history(command.channel.workspace)
    lately = [row for row in reversed(rows) if row.delivery and row.at > context.now - _LATELY]
    found = [row for row in lately if target.what in {row.highlight_id, row.source}]
    return [name.partition("/")[2] for name in dict.fromkeys(row.delivery for row in found)][:_MOST_AMENDED]


async def posted_lately(workspace: str, context: Context, highlight_id: str) -> list[Record]:
    """What was posted in the last days and shows this highlight, whoever may see it."""
    rows = await context.ledger.shown(workspace, highlight_id)
    lately = [record for row, record in rows if record and row.at > context.now - _LATELY]
    found = {one.delivery.id: one.delivery for one in lately if one.outcome is Outcome.CONFIRMED}
    whole = [await context.ledger.delivery(workspace, one.subscription.id, one.occurrence) for one in found.values()]
    return [one for one in whole if one]


async def _delivery(command: Command, context: Context) -> Record:
    record = await find_delivery(command, context, command.text)
    if not record:
        raise UsageError(f"There is no delivery “{command.text.strip()}” here. /digest history lists them.")
    return record


def _text_of(highlight_id: str, context: Context) -> str:
    one = context.library.get(highlight_id)
    if not one:
        return "no longer in the notes"
    return one.text if len(one.text) <= 80 else f"{one.text[:79].rstrip()}…"
