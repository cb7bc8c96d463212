"""Deliveries found by what people call them, and listed by state and time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from digestbot.commands import telling
from digestbot.commands.context import Context, nearest
from digestbot.commands.permissions import is_admin
from digestbot.commands.standing import settle_all, visible
from digestbot.errors import UsageError
from digestbot.model import Command, Listing, Notice, View
from digestbot.orders import WAITING, Outcome, Record

FAILED = (Outcome.REFUSED, Outcome.EXPIRED, Outcome.UNCERTAIN)
"""What did not arrive, as far as anybody knows."""

_STATES = {
    **{one.value: (one,) for one in Outcome},
    "failed": FAILED,
    "waiting": (*WAITING, Outcome.CLAIMED, Outcome.PARKED),
}
_DELIVERY = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9:_-]*)(?:/(?P<day>\d{4}-\d\d-\d\d)(?:[t ](?P<at>\d\d:\d\d(?::\d\d)?))?)?"
)
_SPAN = re.compile(r"(\d{1,4}) ?(d|h|w|days?|hours?|weeks?)")
_HOURS = {"h": 1, "d": 24, "w": 168}
_CELL = 60
_MOST = 20
"""Rows of a history that are read in a channel."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are asked for. name: of one subscription, "" for all that may be seen."""

    everywhere: bool = False
    name: str = ""
    states: tuple[Outcome, ...] = ()
    since: datetime | None = None


async def history(command: Command, context: Context) -> View:
    """The latest deliveries of this channel: `[NAME] [STATE] [since 2026-11-01]`, or `all` of the workspace."""
    wanted = await read_wanted(command, context)
    found = await recent(command, context, wanted)
    if not found:
        return Notice("No delivery is like that. /digest next tells what is to come.")
    rows = tuple(_row(one, context) for one in found)
    return Listing("Deliveries", ("Delivery", "State", "When", "Theme", "Why"), rows)


async def read_wanted(command: Command, context: Context) -> Wanted:
    """What a history is asked for, in words of any order. Raises UsageError with the nearest one that is known."""
    everywhere, words = settle_all(command, context, command.text.casefold().replace(":", " ").split())
    names = [one.subscription.id for one in await visible(command, context, everywhere=True)]
    wanted = Wanted(everywhere)
    left = [word for word in words if word not in {"since", "state"}]
    while left:
        word = left.pop(0)
        pair = f"{word} {left[0]}" if left else ""
        if word in names:
            wanted = replace(wanted, name=word)
        elif word in _STATES:
            wanted = replace(wanted, states=(*wanted.states, *_STATES[word]))
        elif _SPAN.fullmatch(pair):
            wanted = replace(wanted, since=_since(pair, context.now))
            left.pop(0)
        else:
            since = _since(word, context.now)
            if since is None:
                raise UsageError(f"“{word}” is not understood. {nearest(word, [*names, *_STATES, 'today', '7d'])}")
            wanted = replace(wanted, since=since)
    return wanted


async def recent(command: Command, context: Context, wanted: Wanted, *, most: int = _MOST) -> list[Record]:
    """The latest deliveries that are asked for and that this person may see, the newest first."""
    workspace, ledger = command.channel.workspace, context.ledger
    if wanted.name or not wanted.everywhere:
        names = [wanted.name] if wanted.name else [one.subscription.id for one in await visible(command, context)]
        asked = [
            await ledger.deliveries(workspace, subscription=name, states=wanted.states, since=wanted.since, limit=most)
            for name in names
        ]
        found = sorted((one for some in asked for one in some), key=lambda one: one.planned_at, reverse=True)
        return [one for one in found if await may_see_delivery(command, context, one)][:most]
    everything = await ledger.deliveries(workspace, states=wanted.states, since=wanted.since, limit=most)
    return [one for one in everything if await may_see_delivery(command, context, one)]


async def find_delivery(command: Command, context: Context, text: str) -> Record | None:
    """The delivery of that name: `morning` (its latest), `morning/2026-11-20`, `morning/2026-11-20T09:00`.

    With its attempts, picks and parts. None where there is none that this person may see.
    """
    record = await named_delivery(command.channel.workspace, context, text)
    return record if record and await may_see_delivery(command, context, record) else None


async def named_delivery(workspace: str, context: Context, text: str) -> Record | None:
    """As `find_delivery`, whoever asks."""
    found = _DELIVERY.fullmatch(text.strip().casefold().removeprefix(f"{workspace.casefold()}/"))
    occurrence = await _occurrence(context, workspace, found) if found and found["day"] else None
    if not found or (found["day"] and occurrence is None):
        return None
    return await context.ledger.delivery(workspace, found["name"], occurrence)


async def may_see_delivery(command: Command, context: Context, record: Record) -> bool:
    """Whether this person may read about a delivery: in its own channel everybody, else as for its subscription.

    What goes to a member's direct messages is theirs alone.
    """
    order = record.delivery.subscription
    if order.channel.member:
        return order.channel.member == command.actor
    if order.channel == command.channel or is_admin(command, context):
        return True
    standing = await context.ledger.standing(command.channel.workspace, order.id)
    return standing is not None and standing.by == command.actor != ""


async def _occurrence(context: Context, workspace: str, found: re.Match[str]) -> datetime | None:
    """The occurrence at a wall time, or the last one of a day."""
    try:
        day = datetime.fromisoformat(found["day"])
        if found["at"]:
            return datetime.combine(day.date(), time.fromisoformat(found["at"]))
    except ValueError:
        return None
    about = (day - timedelta(days=2)).replace(tzinfo=UTC)
    rows = await context.ledger.deliveries(workspace, subscription=found["name"], since=about, limit=1000)
    return max((one.delivery.occurrence for one in rows if one.delivery.occurrence.date() == day.date()), default=None)


def _row(one: Record, context: Context) -> tuple[str, ...]:
    order = one.delivery.subscription
    at = one.finished_at or one.due_at or one.planned_at
    name = one.delivery.id.partition("/")[2]
    return (
        name,
        one.outcome.value,
        telling.spoken(telling.in_zone(at, order), context.now),
        one.theme,
        _short(one.reason),
    )


def _short(reason: str) -> str:
    """A reason as a cell of a table; `why` tells all of it."""
    return reason if len(reason) <= _CELL else f"{reason[: _CELL - 1].rstrip()}…"


def _since(word: str, now: datetime) -> datetime | None:
    """The instant that a day or a span of time names, None for neither."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"today": midnight, "yesterday": midnight - timedelta(days=1)}
    if word in days:
        return days[word]
    if span := _SPAN.fullmatch(word):
        return now - timedelta(hours=int(span[1]) * _HOURS[span[2][0]])
    try:
        return datetime.fromisoformat(word).replace(tzinfo=now.tzinfo)
    except ValueError:
        return None
