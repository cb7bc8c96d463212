"""Standing orders shown: list, show, and what comes next."""

from __future__ import annotations

from digestbot.commands import telling, words
from digestbot.commands.context import Context
from digestbot.commands.standing import only, settle_all, visible
from digestbot.errors import UsageError
from digestbot.model import Command, Listing, Notice, View
from digestbot.orders import Standing

_NOTHING = "Nothing is ordered here yet. Write /digest subscribe weekdays at 09:00 to order a digest."


async def list_orders(command: Command, context: Context) -> View:
    """This channel's standing orders, or `all` of the workspace."""
    everywhere, _ = settle_all(command, context, command.text.split())
    found = await visible(command, context, everywhere=everywhere)
    if not found:
        return Notice(_NOTHING)
    columns = ("Name", "Theme", "When", "Next", "State", "Channel")
    rows = tuple((*_row(one, context), str(one.subscription.channel)) for one in found)
    return Listing("Subscriptions", columns, rows) if everywhere else _narrow("Subscriptions", columns, rows)


async def show(command: Command, context: Context) -> View:
    """All about one standing order, and the words that order it again."""
    standing = await only(command, context)
    order = standing.subscription
    by = "digestbot.toml" if standing.declared else standing.by or "nobody known"
    lines = (
        f"“{order.id}”: {telling.about(order)}, {telling.when(order)}, in {order.channel}.",
        telling.coming(standing, context.now),
        telling.stock(order, context, await context.guided(order.channel.workspace)),
        f"Ordered by {by}. In words: /digest subscribe {words.spelled(order)}",
    )
    return Notice("\n".join(lines), telling.next_steps(standing))


async def coming(command: Command, context: Context) -> View:
    """The next digests of the channel, or of `all` the workspace, in their order; a number says how many."""
    everywhere, rest = settle_all(command, context, command.text.split())
    count = _count(rest)
    found = await visible(command, context, everywhere=everywhere)
    times = [(at, one) for one in found for at in telling.times(one, context.now, count)]
    orders = [(at, one.subscription) for at, one in sorted(times, key=lambda pair: (pair[0], pair[1].subscription.id))]
    rows = tuple(
        (telling.spoken(at, context.now), telling.zone(one), one.id, telling.about(one), str(one.channel))
        for at, one in orders[:count]
    )
    if not rows:
        return Notice("Nothing is to come here: all is paused." if found else _NOTHING)
    columns = ("When", "Zone", "Name", "What", "Channel")
    return Listing("Next digests", columns, rows) if everywhere else _narrow("Next digests", columns, rows)


def _narrow(title: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Listing:
    """The listing without its last column."""
    return Listing(title, columns[:-1], tuple(row[:-1] for row in rows))


def _row(one: Standing, context: Context) -> tuple[str, ...]:
    order, found = one.subscription, telling.times(one, context.now, 1)
    theme = ", ".join(order.themes) or order.theme
    state = f"{one.state}: {one.reason}" if one.reason else one.state
    return order.id, theme, telling.when(order), telling.spoken(found[0], context.now) if found else "-", state


def _count(rest: list[str]) -> int:
    if not rest:
        return 5
    if len(rest) > 1 or not rest[0].isascii() or not rest[0].isdigit() or not 1 <= int(rest[0][:4]) <= 25:
        raise UsageError("Write how many: /digest next 5, at most 25.")
    return int(rest[0])
