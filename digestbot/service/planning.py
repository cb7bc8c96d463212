"""What follows for a standing order at an instant, and what digestbot.toml's subscriptions change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import islice

from digestbot import schedule
from digestbot.errors import ScheduleError, origin
from digestbot.model import Subscription
from digestbot.orders import Change, Due, Plan, Standing
from digestbot.ports import AHEAD
from digestbot.schedule import Schedule

GRACE = timedelta(hours=6)
"""How late a missed digest may still be sent, and how long an attempt at one is made again."""

LAST_CHANCE = timedelta(hours=1)
"""What is sent late has at least as long for its attempts."""

LOOK_BACK = timedelta(days=31)
"""How far back missed digests are written down; a clock that started in 1970 would write 20,000."""

MOST_MISSED = 50
"""As many missed digests of an order are written down, or sent in their turn: the latest."""

SPACING = timedelta(minutes=10)
"""Between two digests that are sent in their turn."""

_MOMENT = timedelta(microseconds=1)
_OVERTAKEN = "a later one was due before it could be sent"
_TOO_LATE = "more than 6 hours late, digestbot was not running"
_LEFT_OUT = "it was missed, and this subscription leaves out what was missed"


@dataclass(frozen=True, slots=True)
class Step:
    """A difference between digestbot.toml and the store: what to put, the audit's line, and a sentence about it."""

    standing: Standing
    change: Change
    said: str


def decide(standing: Standing, now: datetime) -> Plan:
    """What follows for a standing order at `now`: see ports.Decide. What was missed follows `catch_up`.

    latest: the last one is sent within GRACE, the others are skipped. skip: only what is due this minute is sent.
    all: each is sent in its turn. A schedule that cannot be read, or has ended, pauses the order, and so does a fault:
    one order's must not keep all others from being planned. What curators are to see is planned before its hour.
    """
    try:
        return _plan(standing, now)
    except ScheduleError as error:
        return Plan((), pause=str(error))
    except Exception as error:  # noqa: BLE001 - see above
        return Plan((), pause=f"A fault in digestbot: {origin(error)}.")


def _plan(standing: Standing, now: datetime) -> Plan:
    order = schedule.parse(standing.subscription.schedule, standing.subscription.zone)
    ahead = now + standing.subscription.lead
    due = _due(standing, order, _missed(order, _since(standing, order, now), ahead), now)
    coming = next(schedule.coming(order, ahead), None)
    if coming is None:
        return Plan(due, pause="Its schedule has no further times.")
    return Plan(due, coming, schedule.instant(order, coming))


def first(subscription: Subscription, now: datetime) -> tuple[datetime, datetime]:
    """The first occurrence (a naive wall time) and its instant of an order that begins with the present minute.

    Raises ScheduleError for a schedule that cannot be read, or has no time to come.
    """
    order = schedule.parse(subscription.schedule, subscription.zone)
    minute = now.replace(second=0, microsecond=0)
    found = next(schedule.coming(order, minute - _MOMENT), None)
    if found is None:
        raise ScheduleError(f"“{subscription.schedule}” has no time to come. Write one that has.")
    return found, schedule.instant(order, found)


def follow(wanted: Sequence[Subscription], there: Iterable[Standing], now: datetime) -> list[Step]:
    """What to put so that the store follows digestbot.toml.

    there: the standing orders that were declared, and those that have the names of `wanted`, in any state. A name that
    a command took is the file's from now on; who paused an order has to resume it. An edited order keeps its history.
    """
    known = {_key(one.subscription): one for one in there}
    steps = [_declare(one, known.get(_key(one)), now) for one in wanted]
    names = {_key(one) for one in wanted}
    gone = [one for key, one in known.items() if one.declared and one.state != "removed" and key not in names]
    return [step for step in steps if step] + [_remove(one, now) for one in gone]


def _declare(wanted: Subscription, there: Standing | None, now: datetime) -> Step | None:
    if there is None or there.state == "removed":
        version = there.version if there else 0
        new = _active(Standing(wanted, declared=True, version=version), now)
        return _step(new, "add", f"“{wanted.id}” is new: {_words(new)}.", "", now)
    if there.subscription == wanted and there.declared:
        return None
    edited = replace(there, subscription=wanted, declared=True, by="")
    timed = (there.subscription.schedule, there.subscription.zone) != (wanted.schedule, wanted.zone)
    edited = _active(edited, now) if timed and there.state == "active" else edited
    differences = "; ".join(_differences(there.subscription, wanted)) or "nothing but who declares it"
    said = f"“{wanted.id}” is changed: {differences}."
    if not there.declared:
        said = (
            f"“{wanted.id}” was ordered by a command and is now declared in digestbot.toml, which holds: {differences}."
        )
    return _step(edited, "edit", said, differences, now)


def _remove(there: Standing, now: datetime) -> Step:
    gone = replace(there, state="removed", declared=False, reason="", next_occurrence=None, next_at=None, paused_by="")
    return _step(gone, "remove", f"“{there.subscription.id}” is gone from digestbot.toml, and is removed.", "", now)


def _step(standing: Standing, action: str, said: str, detail: str, now: datetime) -> Step:
    workspace, name = _key(standing.subscription)
    return Step(standing, Change(workspace, now, "", action, name, detail or "digestbot.toml"), said)


def _active(standing: Standing, now: datetime) -> Standing:
    occurrence, at = first(standing.subscription, now)
    return replace(standing, state="active", reason="", paused_by="", next_occurrence=occurrence, next_at=at)


def _words(standing: Standing) -> str:
    order = standing.subscription
    when = schedule.describe(schedule.parse(order.schedule, order.zone))
    return f"{when}, in {order.channel}, next {standing.next_at:%Y-%m-%d %H:%M}" if standing.next_at else when


def _differences(old: Subscription, new: Subscription) -> list[str]:
    pairs = [(one.name, getattr(old, one.name), getattr(new, one.name)) for one in fields(Subscription)]
    return [f"{name} {_shown(before)} → {_shown(after)}" for name, before, after in pairs if before != after]


def _shown(value: object) -> str:
    listed = isinstance(value, tuple)
    return "none" if value in (None, ()) else f"“{', '.join(map(str, value)) if listed else value}”"  # type: ignore[call-overload]


def _since(standing: Standing, order: Schedule, now: datetime) -> datetime:
    """The wall time from which on occurrences are looked at; of those that are there already none is planned again."""
    wall = schedule.wall_time(order, now)
    if standing.next_occurrence is None or (standing.changed_at and standing.changed_at > now + AHEAD):
        return wall - GRACE
    return max(standing.next_occurrence, wall - LOOK_BACK)


def _missed(order: Schedule, since: datetime, now: datetime) -> list[datetime]:
    """The occurrences up to `now`, of many the latest: at most MOST_MISSED.

    A schedule may have one every minute: by halves a beginning is searched for, behind which few enough are left.
    """
    begin, end = since, schedule.wall_time(order, now)
    found = _some(order, begin, now)
    while len(found) > MOST_MISSED and end - begin >= timedelta(minutes=1):
        middle = begin + (end - begin) / 2
        if later := _some(order, middle, now):
            begin, found = middle, later
        else:
            end = middle
    return found[-MOST_MISSED:]


def _some(order: Schedule, begin: datetime, now: datetime) -> list[datetime]:
    """The first occurrences from a wall time on that have come, one more than MOST_MISSED at most."""
    return list(islice(schedule.due(order, begin - _MOMENT, now), MOST_MISSED + 1))


def _due(standing: Standing, order: Schedule, come: Sequence[datetime], now: datetime) -> tuple[Due, ...]:
    """What becomes of the occurrences that have come, and of those that curators are to see ahead of their hour."""
    missed = [at for at in come if schedule.instant(order, at) <= now]
    ahead = [(at, schedule.instant(order, at)) for at in come[len(missed) :]]
    early = (Due(at, instant, expires_at=instant + GRACE) for at, instant in ahead)
    return tuple(_drafted(standing.subscription, due, now) for due in (*_late(standing, order, missed, now), *early))


def _drafted(subscription: Subscription, due: Due, now: datetime) -> Due:
    """What is held back without an answer is shown to curators however late it is, the rest while there is time."""
    asks = subscription.draft == "waits" or (subscription.draft == "sends" and due.due_at > now)
    return replace(due, draft_at=due.due_at - subscription.lead) if asks and not due.skip else due


def _late(standing: Standing, order: Schedule, missed: Sequence[datetime], now: datetime) -> tuple[Due, ...]:
    if standing.subscription.catch_up == "all":
        return tuple(_in_turn(at, now + n * SPACING) for n, at in enumerate(missed))
    skipped = [Due(at, schedule.instant(order, at), _OVERTAKEN) for at in missed[:-1]]
    last = [_last(standing, at, schedule.instant(order, at), now) for at in missed[-1:]]
    return (*skipped, *last)


def _in_turn(at: datetime, due_at: datetime) -> Due:
    return Due(at, due_at, expires_at=due_at + GRACE)


def _last(standing: Standing, at: datetime, instant: datetime, now: datetime) -> Due:
    if now - instant > GRACE:
        return Due(at, instant, _TOO_LATE)
    if standing.subscription.catch_up == "skip" and now - instant > timedelta(minutes=1):
        return Due(at, instant, _LEFT_OUT)
    return Due(at, instant, expires_at=max(instant + GRACE, now + LAST_CHANCE))


def _key(subscription: Subscription) -> tuple[str, str]:
    return subscription.channel.workspace, subscription.id
