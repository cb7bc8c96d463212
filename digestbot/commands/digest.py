"""A digest on request (`now`, `preview`, `deliver`), and the themes that there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from digestbot.commands import telling
from digestbot.commands.context import Context
from digestbot.commands.offers import beneath
from digestbot.commands.permissions import need_owner
from digestbot.commands.standing import change, only, quicker, visible
from digestbot.curation import EMPTY, Curated, compose
from digestbot.errors import UsageError
from digestbot.model import Command, Delivery, Listing, Notice, Subscription, View
from digestbot.orders import Due, Standing
from digestbot.ports import Library

AS_TODAY = "as-today"
"""The word that makes an extra digest the one that today's would have been."""

_MOMENT = timedelta(microseconds=1)
_LATEST = timedelta(hours=6)
"""What was asked for now is not sent later than that."""


async def now(command: Command, context: Context) -> View:
    """Show a digest of a theme here, and count it as shown."""
    order = _on_request(command, context)
    before = await _asked_before(command, context)
    if before:  # the same interaction, delivered again: the same answer, and nothing is counted twice
        past = replace(context, now=before - _MOMENT)
        return _view(await composed(order, before.replace(tzinfo=None), past), order)
    found = await composed(order, context.now.replace(tzinfo=None), context)
    await context.ledger.show(command.channel, found.theme, found.picked, context.now)
    return _view(found, order)


async def preview(command: Command, context: Context) -> View:
    """Show a digest without counting it: the next one of a standing order, else one of a theme."""
    name = command.text.strip().casefold()
    known = await visible(command, context, everywhere=True) if name else []
    standing = next((one for one in known if one.subscription.id == name), None)
    if not standing:
        order = _on_request(command, context)
        return _view(await composed(order, context.now.replace(tzinfo=None), context), order)
    coming = standing if standing.next_occurrence else telling.advance(standing, context.now)
    occurrence = coming.next_occurrence or context.now.replace(tzinfo=None)
    return _view(await composed(standing.subscription, occurrence, context), standing.subscription)


async def deliver(command: Command, context: Context) -> View:
    """Send an extra digest of a standing order to its channel at once, beside its schedule or as today's."""
    typed = command.text.split()
    as_today = AS_TODAY in typed
    named = replace(command, text=" ".join(word for word in typed if word != AS_TODAY))
    standing = await only(named, context)
    need_owner(command, context, standing)
    if await _asked_before(command, context):
        return Notice(f"An extra digest of “{standing.subscription.id}” is ordered already. /digest history shows it.")
    delivery = await order_extra(command, context, standing, as_today=as_today)
    instead = "It counts as today's. " if as_today else ""
    return Notice(
        f"“{standing.subscription.id}” is on its way to {standing.subscription.channel}. {instead}"
        f"/digest why {short(delivery)} tells what became of it."
    )


async def extra(standing: Standing, context: Context, *, as_today: bool) -> View:
    """What `order_extra` would send now. Writes nothing."""
    at = _todays(standing, context) if as_today else _this_second(standing.subscription, context.now)
    return _view(await composed(standing.subscription, at, context), standing.subscription)


async def order_extra(command: Command, context: Context, standing: Standing, *, as_today: bool) -> Delivery:
    """Plan an extra digest for the present second, or today's for now; the service posts it at its next turn.

    Raises UsageError for an order that is not active, or where there is none left today.
    """
    name = standing.subscription.id
    if standing.state != "active":
        raise UsageError(f"“{name}” delivers nothing now. {telling.coming(standing, context.now)}")
    for _ in range(2):
        at = _todays(standing, context) if as_today else _this_second(standing.subscription, context.now)
        made = telling.advance(standing, standing.next_at) if as_today and standing.next_at else standing
        delivery = Delivery(standing.subscription, at, attempt=0)
        line = change(command, context, "deliver", name, short(delivery))
        if await context.ledger.order_now(made, Due(at, context.now, expires_at=context.now + _LATEST), line):
            return delivery
        standing = await context.ledger.standing(command.channel.workspace, name) or standing
    raise UsageError(quicker(name))


async def themes(command: Command, context: Context) -> View:  # noqa: ARG001 - every handler takes the same
    """List the themes."""
    return list_themes(context.library)


def list_themes(library: Library) -> View:
    """What `/digest themes` and `digestbot themes` answer."""
    rows = tuple((theme.name, str(theme.highlights), str(theme.sources)) for theme in library.themes())
    return Listing("Themes", ("Theme", "Highlights", "Sources"), rows) if rows else Notice(EMPTY)


async def composed(order: Subscription, occurrence: datetime, context: Context) -> Curated:
    """The digest of an order at an occurrence, by the history and what people say now."""
    workspace = order.channel.workspace
    history = await context.ledger.history(workspace)
    guidance = await context.guided(workspace)
    return compose(context.library, history, Delivery(order, occurrence), context.now, guidance)


def short(delivery: Delivery) -> str:
    """A delivery's name among those of its own workspace."""
    return delivery.id.partition("/")[2]


async def _asked_before(command: Command, context: Context) -> datetime | None:
    """When this very interaction was asked about first; None for the first time, or where it has no id."""
    if not command.id:
        return None
    before = await context.ledger.seen(command.channel.workspace, command.id, context.now)
    return before and before.astimezone(context.now.tzinfo)


def _on_request(command: Command, context: Context) -> Subscription:
    """What is asked for here and now. Who asks gets an answer, even if it has to be an old one."""
    theme = command.text.strip() or context.theme
    name = f"now {command.id}".strip()  # asked twice within a minute, it is not drawn by the same lots
    return Subscription(name, command.channel, "", theme, size=context.size, when_short="second round")


def _view(found: Curated, order: Subscription) -> View:
    if not found.picks:
        return Notice(found.warning)
    return replace(found.digest, title=order.title or found.digest.title, actions=beneath(found.digest.highlights))


def _this_second(order: Subscription, now: datetime) -> datetime:
    """The present second in the order's zone. Never a full minute, for those are the schedule's."""
    moment = telling.in_zone(now, order).replace(tzinfo=None, microsecond=0)
    return moment if moment.second else moment + timedelta(seconds=1)


def _todays(standing: Standing, context: Context) -> datetime:
    """The occurrence that is still to come today."""
    today = telling.in_zone(context.now, standing.subscription).date()
    at = standing.next_occurrence
    if at is None or at.date() != today:
        name = standing.subscription.id
        raise UsageError(
            f"“{name}” has no digest left today. {telling.coming(standing, context.now)} "
            f"Leave out {AS_TODAY} for an extra one."
        )
    return at
