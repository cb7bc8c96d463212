"""A quote shared with a channel, and a member's own list: share, save, unsave, saved."""

from __future__ import annotations

import re
from dataclasses import replace

from digestbot.commands.allowance import SAVES, SHARES, spend
from digestbot.commands.context import Context, highlight
from digestbot.commands.offers import link, of_each, offer
from digestbot.curation.elsewhere import elsewhere
from digestbot.errors import UsageError
from digestbot.model import Action, Command, Highlight, Notice, Quotes, Reply, View
from digestbot.ports import Hidden

PAGE = 5
"""Highlights of one's list that are shown at once."""

_PAGE = re.compile(r"(?:page:?\s*)?([1-9]\d{0,3})?", re.IGNORECASE)


async def share(command: Command, context: Context) -> Reply:
    """Show a highlight to all in the channel, with who shared it."""
    one = await _shown(command, context)
    if command.channel.member:
        raise UsageError("There is nobody here to share it with but you. Look it up in a channel, and share it there.")
    await spend(command, context, SHARES)
    who = command.called or command.actor
    actions = (
        Action("More like this", "quote", "like", one.id),
        Action("Save", "save", "", one.id),
        *link(one, one.id),
    )
    view = Quotes("", (one,), 1, actions, also_in=elsewhere(context.library, [one]), heading=f"Shared by {who}")
    return Reply(view, "channel", told=Notice("It is in the channel now, with your name."))


async def save(command: Command, context: Context) -> Reply:
    """Put a highlight on the member's own list, and into their direct messages."""
    one = await _shown(command, context)
    workspace, off = command.channel.workspace, Action("Take it off", "digest", f"unsave {one.id}")
    if any(row.highlight_id == one.id for row in await context.ledger.saves(workspace, command.actor)):
        return Reply(Notice("It is on your list already.", (Action("Your list", "quote", "saved"), off)))
    await spend(command, context, SAVES)
    await context.ledger.save(workspace, command.actor, one.id, context.now)
    told = Notice("Saved to your list.", (Action("Your list", "quote", "saved"), off))
    if command.channel.member:
        return Reply(told)
    view = Quotes("", (one,), 1, (*link(one), off), also_in=elsewhere(context.library, [one]), heading="Saved")
    return Reply(view, "direct", told=replace(told, text="Saved to your list; it is in your direct messages, too."))


async def unsave(command: Command, context: Context) -> View:
    """Take a highlight off the member's own list, one that has left the notes too."""
    text = command.text.strip().casefold()
    one = context.library.get(text)
    was = await context.ledger.unsave(command.channel.workspace, command.actor, one.id if one else text)
    return Notice("Taken off your list." if was else "It is not on your list.")


async def saved(command: Command, context: Context) -> Reply:
    """A page of the member's own list, the latest first; what left the notes, or is hidden, is only counted."""
    asked = _PAGE.fullmatch(command.text.strip())
    if not asked:
        raise UsageError("Write /quote saved, or /quote saved page:2 for what comes next.")
    page = int(asked[1] or 1)
    rows = await context.ledger.saves(command.channel.workspace, command.actor)
    hidden = await context.ledger.hidden(command.channel.workspace)
    found = [context.library.get(row.highlight_id) for row in rows]
    there = [one for one in found if one and not is_hidden(hidden, one)]
    shown = tuple(there[(page - 1) * PAGE : page * PAGE])
    if not shown:
        rest = f"There is no page {page}: your list has {len(there)}." if there else "Your list is empty."
        return Reply(Notice(f"{rest} /quote random, then Save, puts something on it." if not there else rest))
    pages = -(-len(there) // PAGE)
    actions = (
        *(action for one in shown for action in _of_saved(one)),
        *offer("Back", f"saved page:{page - 1}", when=page > 1),
        *offer("More", f"saved page:{page + 1}", when=page < pages),
    )
    gone = f" · {len(rows) - len(there)} more are not in the notes any more" if len(rows) > len(there) else ""
    heading = f"Your list: {len(there)}{gone}" + (f" · page {page} of {pages}" if pages > 1 else "")
    return Reply(Quotes("", shown, len(there), actions, page, pages, heading=heading), instead=True)


def is_hidden(hidden: Hidden, one: Highlight) -> bool:
    """Whether curators took a highlight, or its source, out of what is shown."""
    return one.id in hidden.highlights or (bool(hidden.sources) and one.source.identity in hidden.sources)


def _of_saved(one: Highlight) -> tuple[Action, ...]:
    kept = [action for action in of_each(one) if action.name != "save"]
    return (*kept, Action("Take it off", "digest", "unsave", one.id))


async def _shown(command: Command, context: Context) -> Highlight:
    """The highlight that is meant. Raises UsageError for one that is not there, or was hidden."""
    one = highlight(command.text, context)
    if is_hidden(await context.ledger.hidden(command.channel.workspace), one):
        raise UsageError("It was hidden by a curator, and is not shown any more.")
    return one
