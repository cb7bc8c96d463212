"""Occurrences: the naive wall times of a schedule, and the one instant of its zone that each of them means.

APScheduler's CronTrigger misses or doubles days round clock changes when it runs in a zone. Here it runs over wall
time, with UTC as a stand-in that has no clock changes; the zone comes in afterwards. The wall time is the occurrence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import dropwhile, islice, takewhile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digestbot.schedule import cron
from digestbot.schedule.rules import LAST, WEEKDAYS, Cron, Monthly, Ordinal, Schedule, Weekly, counted_from, describe

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

_SECOND = timedelta(seconds=1)
_MOMENT = timedelta(microseconds=1)


def occurrences(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Every wall time (naive) of the schedule later than the wall time `after`, in order; ends with the year 9999.

    Of several that a jump of the clock moves to the same instant only the last is one.
    """
    found = _following(schedule, after)
    while found is not None:
        if not _overtaken(schedule, found):
            yield found
        found = _following(schedule, found)


@lru_cache(maxsize=16384)
def next_occurrence(schedule: Schedule, after: datetime) -> datetime | None:
    """The first of `occurrences`; remembered, since what many subscriptions share is asked for many times."""
    return next(occurrences(schedule, after), None)


@lru_cache(maxsize=16384)
def instant(schedule: Schedule, occurrence: datetime) -> datetime:
    """When an occurrence takes place (aware, in the schedule's zone).

    A wall time that the clock shows twice means the first time; one that the clock jumps over means the first instant
    after the jump.
    """
    zone = ZoneInfo(schedule.zone)
    first = occurrence.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == occurrence:
        return first.astimezone(zone)
    return _end_of_gap(occurrence.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def due(schedule: Schedule, after: datetime, now: datetime) -> Iterator[datetime]:
    """The occurrences later than the wall time `after` whose instant has come at `now` (aware), in order."""
    # In UTC: within one zone Python compares what the clocks show, and those show an hour twice.
    now = now.astimezone(UTC)
    return takewhile(lambda one: instant(schedule, one) <= now, _remembered(schedule, after))


def coming(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """The occurrences whose instant is later than `now` (aware), in order."""
    now = now.astimezone(UTC)  # as in `due`
    # All of them are later than what the clock shows; where it shows an hour again, some of those are past.
    return dropwhile(lambda one: instant(schedule, one) <= now, _remembered(schedule, wall_time(schedule, now)))


def _remembered(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """As `occurrences`, each remembered: thousands of orders have the same schedule, and ask at one instant."""
    while (found := next_occurrence(schedule, after)) is not None:
        yield found
        after = found


def next_times(schedule: Schedule, now: datetime, n: int = 3) -> list[datetime]:
    """The next n instants after `now` (aware), in the schedule's zone."""
    return [instant(schedule, one) for one in islice(coming(schedule, now), n)]


def echo(schedule: Schedule, now: datetime, n: int = 3) -> str:
    """The schedule in words and its next n local times: `weekdays at 08:30, Europe/London; next Mon 23 Nov 08:30, …`.

    A year is named where it is not the present one.
    """
    year = wall_time(schedule, now).year
    times = ", ".join(_spoken(one, year) for one in next_times(schedule, now, n))
    return f"{describe(schedule)}; next {times}"


def wall_time(schedule: Schedule, now: datetime) -> datetime:
    """What a clock on the wall shows in the schedule's zone at `now` (naive)."""
    return now.astimezone(ZoneInfo(schedule.zone)).replace(tzinfo=None)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second of the new offset between two instants in UTC that lie on either side of a jump."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.astimezone(zone)


def _following(schedule: Schedule, after: datetime) -> datetime | None:
    """The next wall time by the rule, leaving out the days that are no days of the schedule."""
    begin = after.replace(tzinfo=UTC) + _MOMENT
    while True:
        coming = (trigger.get_next_fire_time(None, begin) for trigger in _triggers(schedule.rule))
        found: datetime | None = min((one for one in coming if one), default=None)
        if found is None:
            return None
        day = _resume(schedule, found.date())
        if day == found.date():
            return found.replace(tzinfo=None)
        begin = datetime.combine(day, time.min, UTC)


def _resume(schedule: Schedule, day: date) -> date:
    """The day itself where the schedule may have it, else a later one before which it has none."""
    for span in schedule.exceptions:
        if span.first <= day <= span.last:
            return span.last + timedelta(days=1)
    if not isinstance(schedule.rule, Weekly) or schedule.rule.every == 1:
        return day
    return counted_from(schedule.rule, max(day, schedule.rule.anchor or day))


@lru_cache(maxsize=4096)
def _triggers(rule: Weekly | Monthly | Ordinal | Cron) -> tuple[CronTrigger, ...]:
    # Imported here: look-ups read the configuration, and need no trigger.
    from apscheduler.triggers.cron import CronTrigger

    return tuple(CronTrigger(**fields, timezone=UTC) for fields in _fields(rule))


def _fields(rule: Weekly | Monthly | Ordinal | Cron) -> tuple[dict[str, str], ...]:
    """The rule as APScheduler's fields, one dictionary a trigger."""
    if isinstance(rule, Cron):
        return cron.triggers(rule.fields)
    clock = {"hour": str(rule.at.hour), "minute": str(rule.at.minute)}
    if isinstance(rule, Weekly):
        return ({**clock, "day_of_week": ",".join(WEEKDAYS[day][:3] for day in rule.days)},)
    if isinstance(rule, Monthly):
        return ({**clock, "day": ",".join("last" if day == LAST else str(day) for day in rule.days)},)
    place = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", -1: "last"}
    return ({**clock, "day": ",".join(f"{place[which]} {WEEKDAYS[rule.weekday][:3]}" for which in rule.which)},)


def _overtaken(schedule: Schedule, occurrence: datetime) -> bool:
    """Whether the clock jumps over this wall time to an instant that a later one of the schedule has, too."""
    if not isinstance(schedule.rule, Cron):  # at most one a day
        return False
    moved = instant(schedule, occurrence)
    if moved.replace(tzinfo=None) == occurrence:
        return False
    coming = _following(schedule, occurrence)
    return coming is not None and instant(schedule, coming) == moved


def _spoken(moment: datetime, year: int) -> str:
    named = "" if moment.year == year else f" {moment.year}"
    return f"{moment:%a} {moment.day} {moment:%b}{named} {moment:%H:%M}"
