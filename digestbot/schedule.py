"""A schedule's words become occurrences: naive wall times, each mapped to one instant of its time zone.

APScheduler's CronTrigger misses or doubles days round clock changes when it runs in a zone. Here it runs over wall
time, with UTC as a stand-in that has no clock changes; the zone comes in afterwards. The wall time is the occurrence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from itertools import islice, takewhile
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from digestbot.errors import ScheduleError

Days = Literal["daily", "weekdays"]

_FORM = re.compile(r"(daily|weekdays) at (?:(\d{1,2})(?::(\d\d))?|(noon|midnight))")
_NAMED = {"noon": (12, 0), "midnight": (0, 0)}
_NEARLY_A_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?\s*([ap]m)?", re.IGNORECASE)
_WIDEST_CHANGE = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a subscription is due: on which days, at which wall time, in which zone (an IANA name)."""

    days: Days
    hour: int
    minute: int
    zone: str

    def __str__(self) -> str:
        return f"{self.days} at {self.hour:02}:{self.minute:02}"


def parse(text: str, zone: str = "UTC") -> Schedule:
    """Read `daily at 09:00`, `weekdays at 8:30`, `daily at 9` or `daily at noon`.

    Raises ScheduleError with the nearest correct form for anything else, for a time of day that does not exist, and
    for a zone that is not in the IANA database.
    """
    form = _FORM.fullmatch(" ".join(text.split()).casefold())
    if not form:
        raise ScheduleError(f"“{text}” is not a schedule that digestbot knows. Write {_nearest(text)}.")
    days, hours, minutes, named = form.groups()
    hour, minute = _NAMED[named] if named else (int(hours), int(minutes or 0))
    if hour > 23 or minute > 59:
        raise ScheduleError(f"There is no {hours}:{minutes or '00'} in a day. Write a time from 00:00 to 23:59.")
    return Schedule("daily" if days == "daily" else "weekdays", hour, minute, _zone_name(zone))


def describe(schedule: Schedule) -> str:
    """The schedule in words, the zone included."""
    words = {"daily": "every day", "weekdays": "Monday to Friday"}[schedule.days]
    return f"{words} at {schedule.hour:02}:{schedule.minute:02}, {schedule.zone}"


def occurrences(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Every wall time (naive) of the schedule later than the wall time `after`, in order, without end."""
    # Imported here: look-ups read the configuration, and need no trigger.
    from apscheduler.triggers.cron import CronTrigger

    weekday = "mon-fri" if schedule.days == "weekdays" else "*"
    trigger = CronTrigger(hour=schedule.hour, minute=schedule.minute, day_of_week=weekday, timezone=UTC)
    previous, moment = None, after.replace(tzinfo=UTC) + timedelta(microseconds=1)
    while True:
        previous = moment = trigger.get_next_fire_time(previous, moment)
        yield moment.replace(tzinfo=None)


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


def due(schedule: Schedule, after: datetime, now: datetime) -> list[datetime]:
    """The occurrences later than the wall time `after` whose instant has come at `now` (aware), in order."""
    return list(takewhile(lambda one: instant(schedule, one) <= now, occurrences(schedule, after)))


def next_times(schedule: Schedule, now: datetime, n: int = 3) -> list[datetime]:
    """The next n instants after `now` (aware), in the schedule's zone."""
    start = wall_time(schedule, now) - _WIDEST_CHANGE
    coming = (instant(schedule, one) for one in occurrences(schedule, start))
    return list(islice((one for one in coming if one > now), n))


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


def _zone_name(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        pass
    near = get_close_matches(zone.title(), available_timezones(), 1)
    hint = f"Did you mean {near[0]}?" if near else "Write one such as Europe/Berlin."
    raise ScheduleError(f"“{zone}” is not a time zone of the IANA database. {hint}")


def _nearest(text: str) -> str:
    """A correct schedule out of whatever days and time the words seem to mean."""
    words = re.findall(r"[a-z]+", text.casefold())
    near = next((found[0] for word in words if (found := get_close_matches(word, get_args(Days), 1))), "daily")
    named = next((word for word in words if word in _NAMED), None)
    return f"“{near} at {named or _nearly_a_time(text)}”"


def _nearly_a_time(text: str) -> str:
    found = _NEARLY_A_TIME.search(text)
    if not found:
        return "09:00"
    hour = int(found[1]) % 24
    if found[3]:
        hour = hour % 12 + (12 if found[3].casefold() == "pm" else 0)
    return f"{hour:02}:{int(found[2] or 0) % 60:02}"
