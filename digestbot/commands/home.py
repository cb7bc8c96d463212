"""A member's page: today's pick, their digests, their list, and for those who look after it what waits."""

from __future__ import annotations

from datetime import timedelta

from digestbot.commands import telling
from digestbot.commands.context import Context
from digestbot.commands.deliveries import FAILED, may_see_delivery
from digestbot.commands.keeping import is_hidden
from digestbot.commands.lookup import look_up
from digestbot.commands.offers import of_each
from digestbot.commands.permissions import is_admin, is_curator, may_change
from digestbot.commands.standing import visible
from digestbot.model import Action, Command, Home, Quotes, Section
from digestbot.orders import Standing

_MOST = 10
"""Subscriptions that are told of; /digest list has all."""

_SAVED = 3
_LATELY = timedelta(days=7)


async def home(command: Command, context: Context) -> Home:
    """What digestbot has for this member, now."""
    found = [
        await _pick(command, context),
        await _orders(command, context),
        await _saved(command, context),
        await _waiting(command, context),
        await _health(command, context),
    ]
    actions = (
        Action("Random quote", "quote", "random"),
        Action("Themes", "digest", "themes"),
        Action("Help", "digest", "help"),
    )
    return Home(tuple(one for one in found if one), actions)


async def _pick(command: Command, context: Context) -> Section | None:
    """One highlight, the same all day."""
    hidden = await context.ledger.hidden(command.channel.workspace)
    seed = f"{command.channel.workspace}/{command.actor}/{context.now.date()}"
    view = look_up("random", context.library, seed=seed, hidden=hidden)
    shown = view.highlights if isinstance(view, Quotes) else ()
    return (
        Section("Today’s pick", (), shown, tuple(action for one in shown for action in of_each(one))) if shown else None
    )


async def _orders(command: Command, context: Context) -> Section:
    known = await visible(command, context, everywhere=True)
    lines = tuple(_line(one, context) for one in known[:_MOST])
    more = (f"And {len(known) - _MOST} more: /digest list all.",) if len(known) > _MOST else ()
    mine = [one.subscription.id for one in known if may_change(command, context, one) and not one.declared][:_MOST]
    edits = tuple(Action(f"Edit {name}"[:24], "digest", f"edit {name}") for name in mine)
    order = (Action("New digest", "digest", "subscribe"),)
    return Section("Digests", (*lines, *more) or ("None is ordered where you could see it.",), actions=(*order, *edits))


def _line(one: Standing, context: Context) -> str:
    order = one.subscription
    where = "your direct messages" if order.channel.member else str(order.channel)
    return f"{order.id}: {telling.about(order)}, {telling.when(order)}, in {where}. {telling.coming(one, context.now)}"


async def _saved(command: Command, context: Context) -> Section | None:
    rows = await context.ledger.saves(command.channel.workspace, command.actor)
    hidden = await context.ledger.hidden(command.channel.workspace)
    held = [one for row in rows if (one := context.library.get(row.highlight_id)) and not is_hidden(hidden, one)]
    if not held:
        return None
    latest = tuple(held[:_SAVED])
    menus = tuple(action for one in latest for action in of_each(one) if action.name != "save")
    return Section("Your list", (f"{len(held)} saved",), latest, (*menus, Action("All of it", "quote", "saved")))


async def _waiting(command: Command, context: Context) -> Section | None:
    """For curators: what was handed in."""
    if not is_curator(command, context):
        return None
    count = len(await context.ledger.captures(command.channel.workspace, "pending"))
    if not count:
        return None
    return Section(
        "Handed in", (f"{count} waiting to be accepted or refused",), actions=(Action("Look", "digest", "inbox"),)
    )


async def _health(command: Command, context: Context) -> Section | None:
    """For admins: what did not arrive lately, and what is paused."""
    if not is_admin(command, context):
        return None
    workspace = command.channel.workspace
    rows = await context.ledger.deliveries(workspace, states=FAILED, since=context.now - _LATELY, limit=100)
    failed = [one for one in rows if await may_see_delivery(command, context, one)]
    paused = [one for one in await visible(command, context, everywhere=True) if one.state == "paused"]
    lines = (
        f"{len(failed)} deliveries did not arrive in the last days, or nobody can tell" if failed else "All arrived.",
        *(f"{one.subscription.id}: {telling.coming(one, context.now)}" for one in paused[:_MOST]),
    )
    look = (Action("What failed", "digest", "history all failed since 7d"),) if failed else ()
    return Section("Health", lines, actions=(*look, Action("History", "digest", "history all")))
