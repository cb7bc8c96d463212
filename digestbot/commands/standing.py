"""Which standing order is meant, and how a change of it is written down while others may change it too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from difflib import get_close_matches

from digestbot.commands.context import Context, listed
from digestbot.commands.permissions import is_admin, may_see
from digestbot.commands.telling import advance, when
from digestbot.errors import UsageError
from digestbot.model import Command
from digestbot.orders import Change, Outcome, Standing

Edit = Callable[[Standing], Awaitable[tuple[Standing, Change] | None]]
"""A change of a standing order and the audit's line about it; None where nothing is to be changed."""


async def visible(command: Command, context: Context, *, everywhere: bool = False) -> list[Standing]:
    """The standing orders of the channel; `everywhere`, those of the workspace that this person may know of."""
    channel = None if everywhere else command.channel
    found = await context.ledger.standings(command.channel.workspace, channel=channel)
    return [one for one in found if may_see(command, context, one)]


async def meant(command: Command, context: Context, words: Sequence[str]) -> tuple[Standing, tuple[str, ...]]:
    """The standing order that the first word names, and the other words.

    Without a name the channel's only one is meant. Raises UsageError with the nearest names.
    """
    known = await visible(command, context, everywhere=True)
    named = words[0].casefold() if words else ""
    if found := next((one for one in known if one.subscription.id == named), None):
        return found, tuple(words[1:])
    here = [one for one in known if one.subscription.channel == command.channel]
    near = get_close_matches(named, [one.subscription.id for one in known], 1) if named else []
    if len(here) == 1 and not near:
        return here[0], tuple(words)
    raise UsageError(_which(named, near, here or known))


async def only(command: Command, context: Context) -> Standing:
    """The standing order that all the words name, or the channel's only one. Raises UsageError for other words."""
    typed = command.text.split()
    standing, rest = await meant(command, context, typed)
    if rest:
        known = await visible(command, context, everywhere=True)
        raise UsageError(_which(" ".join(rest), (), known))
    return standing


async def removed(command: Command, context: Context, words: Sequence[str]) -> Standing | None:
    """The removed standing order of this name, where this person may know of it."""
    found = await context.ledger.standing(command.channel.workspace, words[0].casefold()) if words else None
    return found if found and found.state == "removed" and may_see(command, context, found) else None


async def rewrite(context: Context, standing: Standing, edit: Edit) -> Standing | None:
    """Change a standing order; where somebody else was quicker the change is made once more of what is there now.

    Returns it as it is then, None where nothing was to be changed. Raises UsageError where it changes too fast.
    """
    workspace, name = standing.subscription.channel.workspace, standing.subscription.id
    current: Standing | None = standing
    for _ in range(2):
        if current is None or not (made := await edit(current)):
            return None
        if await context.ledger.put(*made):
            return made[0]
        current = await context.ledger.standing(workspace, name)
        if current and current.state == "removed" != standing.state:
            raise UsageError(f"“{name}” was removed just now. /digest resume {name} brings it back.")
    raise UsageError(quicker(name))


async def begun(context: Context, standing: Standing, after: datetime | None = None) -> Standing:
    """The standing order with its first occurrence later than this instant, now by default, that was not left out.

    Raises UsageError where there is none: an active order without a next time would wait for ever.
    """
    order = standing.subscription
    made = advance(standing, after or context.now)
    while made.next_occurrence and made.next_at:
        there = await context.ledger.delivery(order.channel.workspace, order.id, made.next_occurrence)
        if not there or there.outcome is not Outcome.SKIPPED:
            return made
        made = advance(made, made.next_at)
    raise UsageError(f"“{when(order)}” has no time to come. Write a schedule that has, or remove the order.")


def quicker(name: str) -> str:
    """What is said where others changed the same order twice in the meantime."""
    return f"Somebody else is changing “{name}” just now. Look at /digest show {name}, and say it again."


def change(command: Command, context: Context, action: str, subject: str, detail: str = "") -> Change:
    """The audit's line about what this command does; without the details of what a member orders for themselves."""
    said = "" if command.channel.member else detail
    return Change(command.channel.workspace, context.now, command.actor, action, subject, said)


def settle_all(command: Command, context: Context, words: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether `all` of the workspace is asked for, and the other words. Raises UsageError for those who may not."""
    asked = bool(words) and words[0].casefold() == "all"
    if asked and not is_admin(command, context):
        raise UsageError("Only admins see all channels of the workspace. Leave out “all” to see this one.")
    return asked, list(words[1:] if asked else words)


def _which(named: str, near: Sequence[str], here: Sequence[Standing]) -> str:
    lead = f"There is no subscription “{named}” here. " if named else "Say which one. "
    if near:
        return f"{lead}Did you mean {near[0]}?"
    if here:
        return f"{lead}There is {listed(one.subscription.id for one in here)}."
    return f"{lead if named else 'Nothing is ordered here. '}Write /digest subscribe weekdays at 09:00 to order one."
