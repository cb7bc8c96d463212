"""What is said of a standing order: its times, how far its stock reaches, and what can be done with it next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from digestbot import schedule
from digestbot.commands.context import Context, listed
from digestbot.curation import ALL, EMPTY, ROTATE, lasts
from digestbot.curation.guidance import Guidance
from digestbot.errors import EmptyError, ScheduleError, ThemeError
from digestbot.model import Action, Delivery, Subscription
from digestbot.orders import Standing
from digestbot.schedule import Schedule

_EVERYTHING = "everything"
_PACE = 8
"""Occurrences by which the distance between two digests is measured."""


def advance(standing: Standing, after: datetime) -> Standing:
    """The standing order with its first occurrence later than this instant (aware)."""
    plan = _plan(standing.subscription)
    at = next(schedule.coming(plan, after), None) if plan else None
    due = schedule.instant(plan, at).astimezone(UTC) if plan and at else None
    return replace(standing, next_occurrence=at, next_at=due)


def times(standing: Standing, now: datetime, count: int) -> list[datetime]:
    """The next instants at which an order delivers, in its own zone; what is left out is not among them."""
    plan, first = _plan(standing.subscription), standing.next_at
    if standing.state != "active" or plan is None:
        return []
    if first is None:
        return schedule.next_times(plan, now, count)
    # What is due was not delivered yet, and what was left out lies before the first.
    return [first.astimezone(ZoneInfo(plan.zone)), *schedule.next_times(plan, first, count - 1)][:count]


def spoken(moment: datetime, now: datetime) -> str:
    """An instant as people write it in its own zone, the year where it is not the present one."""
    year = "" if moment.year == now.astimezone(moment.tzinfo).year else f" {moment.year}"
    return f"{moment:%a} {moment.day} {moment:%b}{year} {moment:%H:%M}"


def when(order: Subscription) -> str:
    """The schedule in words, the zone included."""
    plan = _plan(order)
    return schedule.describe(plan) if plan else f"{order.schedule}, {order.zone} (which cannot be read)"


def zone(order: Subscription) -> str:
    """The zone of an order: its schedule may name one, too."""
    plan = _plan(order)
    return plan.zone if plan else "UTC"


def coming(standing: Standing, now: datetime) -> str:
    """The next three local times in a sentence, or why there are none."""
    if standing.state == "paused":
        return "It is paused" + (f": {sentence(standing.reason)}" if standing.reason else ".")
    if standing.state == "removed":
        return "It was removed."
    found = [spoken(one, now) for one in times(standing, now, 3)]
    return f"Next: {listed(found)}." if found else "Its schedule has no further times."


def sentence(text: str) -> str:
    """A reason that somebody typed, with a full stop behind it."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def about(order: Subscription) -> str:
    """What a digest holds: `3 highlights of “open weights”`."""
    number = "1 highlight" if order.size == 1 else f"{order.size} highlights"
    if order.themes:
        return f"{number} of {listed((f'“{name}”' for name in order.themes), 'or')} in turn"
    if order.theme.casefold() == ROTATE:
        return f"{number} of another theme each time"
    return f"{number} of all there are" if order.theme.casefold() == ALL else f"{number} of “{order.theme}”"


def stock(order: Subscription, context: Context, guidance: Guidance) -> str:
    """How many highlights match, and for how many days they last, in a sentence."""
    rotates = order.theme.casefold() == ROTATE
    names = order.themes or ((_EVERYTHING,) if rotates or order.theme.casefold() == ALL else (order.theme,))
    try:
        total = sum(sum(context.library.stock(name).values()) for name in names)
        counted = [lasts(context.library, name, order, guidance) for name in names]
    except (ThemeError, EmptyError) as error:
        return str(error) if context.library.find("", limit=1).total else EMPTY
    # Of a theme too large to be counted the gate is not asked; it keeps out fewer than the years that are rounded off.
    digests = sum(total // order.size if one is None else one for one in counted)
    matching = "1 highlight matches" if total == 1 else f"{total:,} highlights match"
    return f"{matching}, enough for {_count(digests, 'digest')}{_days(order, context.now, digests)}."


def next_steps(standing: Standing) -> tuple[Action, ...]:
    """What can be done with a standing order."""
    name = standing.subscription.id
    if standing.state == "removed":
        return (Action("Bring it back", "digest", f"resume {name}"),)
    pausing = ("Pause", "pause") if standing.state == "active" else ("Resume", "resume")
    edit = () if standing.declared else (("Edit", "edit"),)
    remove = () if standing.declared else (("Remove", "unsubscribe?"),)
    steps = (("Preview", "preview"), *edit, pausing, *remove)
    return tuple(Action(label, "digest", f"{word} {name}") for label, word in steps)


def in_zone(moment: datetime, order: Subscription) -> datetime:
    """An instant in an order's zone; in UTC where there is none, as for notices."""
    return moment.astimezone(ZoneInfo(zone(order)))


def instant_of(delivery: Delivery) -> datetime:
    """When a delivery's occurrence takes place (aware)."""
    plan = _plan(delivery.subscription)
    return schedule.instant(plan, delivery.occurrence) if plan else delivery.occurrence.replace(tzinfo=UTC)


def _plan(order: Subscription) -> Schedule | None:
    """The schedule; None where it cannot be read any more, so that a list still shows all the others."""
    try:
        return schedule.parse(order.schedule, order.zone)
    except ScheduleError:
        return None


def _days(order: Subscription, now: datetime, digests: int) -> str:
    """How long so many digests last at the pace of the schedule, "" where nothing lasts."""
    plan = _plan(order)
    moments = schedule.next_times(plan, now, _PACE) if plan else []
    if len(moments) < 2 or not digests:
        return ""
    pace = (moments[-1] - moments[0]).total_seconds() / 86_400 / (len(moments) - 1)
    days = round(digests * pace)
    return f": {_count(days, 'day')} before one comes again" if days < 730 else f": about {days // 365} years"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
