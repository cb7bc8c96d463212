"""What a schedule says, as data: a rule, the days it leaves out, a zone; and the words for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from digestbot.schedule import cron

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""By their numbers in Python, Monday being 0."""

ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
"""Which of a month's five Mondays; not every month has a fifth."""

GROUPS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
"""Sets of weekdays that have a name of their own."""

LAST = -1
"""The last day of a month, however long it is."""

EPOCH = date(1970, 1, 5)
"""A Monday: every N weeks are counted from its week where the text names no date."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """On these weekdays (0 to 6, sorted) of every week, or of one week in `every`.

    anchor: the first day, one of the weekdays; None counts the weeks from EPOCH's and has no beginning.
    """

    days: tuple[int, ...]
    at: time
    every: int = 1
    anchor: date | None = None

    def __str__(self) -> str:
        if self.every == 1:
            return f"{_weekdays(self.days)} at {self.at:%H:%M}"
        begin = f" from {self.anchor}" if self.anchor else ""
        return f"every {self.every} weeks on {listed([WEEKDAYS[day] for day in self.days])} at {self.at:%H:%M}{begin}"


@dataclass(frozen=True, slots=True)
class Monthly:
    """On these days of every month (1 to 28, sorted), or on the LAST alone."""

    days: tuple[int, ...]
    at: time

    def __str__(self) -> str:
        if self.days == (LAST,):
            return f"last day of the month at {self.at:%H:%M}"
        return f"monthly on the {listed([ordinal(day) for day in self.days])} at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Ordinal:
    """On these of every month's weekdays of one name: 1 to 4, and -1 for the last, in the order of ORDINALS."""

    which: tuple[int, ...]
    weekday: int
    at: time

    def __str__(self) -> str:
        names = listed([name for name, number in ORDINALS.items() if number in self.which])
        return f"{names} {WEEKDAYS[self.weekday]} of the month at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Cron:
    """Cron's five fields, as they are written: minute, hour, day of the month, month, weekday."""

    fields: cron.Fields

    def __str__(self) -> str:
        return f"cron {' '.join(self.fields)}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days that are left out, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a subscription is due: by which rule, in which zone (an IANA name), and on which days not (sorted, apart).

    Its text is canonical: `parse` reads it to an equal Schedule.
    """

    rule: Weekly | Monthly | Ordinal | Cron
    zone: str = "UTC"
    exceptions: tuple[Span, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule} {self.zone}{_left_out(self, ' ')}"


def describe(schedule: Schedule) -> str:
    """The schedule in words, the zone and the exceptions included; cron is put into words behind its fields."""
    rule = schedule.rule
    words = f"{rule} ({cron.words(rule.fields)})" if isinstance(rule, Cron) else str(rule)
    return f"{words}, {schedule.zone}{_left_out(schedule, ', ')}"


def counted_from(rule: Weekly, day: date) -> date:
    """The first day, from this one on, whose week counts: the day itself, or the Monday of a later week."""
    anchor = rule.anchor or EPOCH
    monday = day - timedelta(days=day.weekday())
    weeks = (monday - anchor + timedelta(days=anchor.weekday())).days // 7 % rule.every
    return monday + timedelta(weeks=rule.every - weeks) if weeks else day


def listed(names: list[str]) -> str:
    """`a`, `a and b`, or `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in {11, 12, 13} else ending}"


def _weekdays(days: tuple[int, ...]) -> str:
    group = next((name for name, members in GROUPS.items() if tuple(members) == days), None)
    return group or listed([f"{WEEKDAYS[day]}s" for day in days])


def _left_out(schedule: Schedule, before: str) -> str:
    spans = listed([str(one) for one in schedule.exceptions]) if schedule.exceptions else ""
    return f"{before}except {spans}" if spans else ""
