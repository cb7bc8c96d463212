"""Cron's five fields: what they mean (as in Vixie cron), as APScheduler's fields, and in words.

crontab(5): weekday 0 and 7 are Sunday. Where neither the day of the month nor the weekday begins with `*`, a day that
matches either of them counts; else it has to match both. APScheduler counts weekdays from Monday, always wants both,
and reads `fri#1` as every Friday: it is given names, one trigger a side, and nothing but sets that were read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from digestbot.errors import ScheduleError

Fields = tuple[str, str, str, str, str]
"""Minute, hour, day of the month, month and weekday, as they are written, in lower case."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_YEAR = ("", *(month.title() for month in _MONTHS))
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(r"(?:(\*)|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the five places: its name, its bounds, and the names that stand for numbers from `first` on."""

    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        """A number or a name; raises ScheduleError for one that is out of bounds."""
        if text in self.names:
            return self.names.index(text) + self.first
        if not text.isdigit() or not self.first <= int(text) <= self.last:
            raise ScheduleError(f"“{text}” is no {self.name} of cron. Write a number from {self.first} to {self.last}.")
        return int(text)


KINDS = (
    _Kind("minute", 0, 59),
    _Kind("hour", 0, 23),
    _Kind("day of the month", 1, 31),
    _Kind("month", 1, 12, _MONTHS),
    _Kind("weekday", 0, 7, _DAYS),
)
"""The five places, in cron's order."""

NICKNAMES = {
    "@hourly": "cron 0 * * * *",
    "@daily": "daily at 00:00",
    "@midnight": "daily at 00:00",
    "@weekly": "sundays at 00:00",
    "@monthly": "monthly on the 1st at 00:00",
    "@yearly": "cron 0 0 1 1 *",
    "@annually": "cron 0 0 1 1 *",
}
"""What some crons have a name for, in the form that is read here."""


@lru_cache(maxsize=4096)
def triggers(fields: Fields) -> tuple[dict[str, str], ...]:
    """APScheduler's fields, one dictionary a trigger; an occurrence is one of any of them. Raises ScheduleError.

    Refused: what some cron reads otherwise (`5/15`, `L`, `#`, `W`, `?`), what is empty, and what never comes.
    """
    minute, hour, day, month, weekday = (_values(text, kind) for text, kind in zip(fields, KINDS, strict=True))
    week = frozenset(number % 7 for number in weekday)
    names = ",".join(_DAYS[number] for number in sorted(week)) if len(week) < 7 else "*"
    always = {"minute": _ranges(minute, 60), "hour": _ranges(hour, 24), "month": _ranges(month, 12)}
    if not _either(fields):
        if min(day) > max(_LONGEST[number - 1] for number in month):
            raise ScheduleError(
                f"“cron {' '.join(fields)}” never comes: no such month has that day. Write another day."
            )
        return ({**always, "day": _ranges(day, 31), "day_of_week": names},)
    return ({**always, "day": _ranges(day, 31)}, {**always, "day_of_week": names})


@lru_cache(maxsize=4096)
def words(fields: Fields) -> str:
    """What the fields mean, such as `at 09:00 on mondays` or `every minute`."""
    minute, hour, day, month, weekday = (sorted(_values(*pair)) for pair in zip(fields, KINDS, strict=True))
    days = [f"on day {_numbers(day)} of the month"] if len(day) < 31 or _either(fields) else []
    week = sorted({(number - 1) % 7 for number in weekday})
    if len(week) < 7 or _either(fields):
        days.append(f"on {', '.join(_runs(week, _WEEK))}")
    months = f" in {', '.join(_runs(month, _YEAR))}" if len(month) < 12 else ""
    on = f" {(' or ' if _either(fields) else ', only ').join(days)}" if days else ""
    return f"{_times(minute, hour)}{on}{months}"


def _values(text: str, kind: _Kind) -> frozenset[int]:
    return frozenset[int]().union(*(_item(item, kind) for item in text.split(",")))


def _item(item: str, kind: _Kind) -> range:
    found = _ITEM.fullmatch(item)
    if not found:
        raise ScheduleError(f"“{item or ','}” is no {kind.name} of cron. Write {_instead(item, kind)}.")
    star, begin, end, step = found.groups()
    if step and not (star or end):
        raise ScheduleError(f"Crons differ about “{item}”. Write {begin}-{_end(kind)}/{step}.")
    first = kind.first if star else kind.number(begin)
    last = kind.last if star else kind.number(end or begin)
    return _stepped(item, kind, range(first, last + 1), int(step or 1))


def _instead(item: str, kind: _Kind) -> str:
    """The form that is read here, of what other crons have a sign for."""
    if item == "?":
        return "*"
    if item == "l" and kind.name == "day of the month":
        return "“last day of the month at 09:00”"
    if kind.names == _DAYS and ("#" in item or item.endswith("l")):
        return "“first friday of the month at 09:00”, or “last friday of the month at 09:00”"
    return f"*, numbers, ranges such as {kind.first + 1}-{kind.first + 5}, or steps such as */5"


def _stepped(item: str, kind: _Kind, span: range, step: int) -> range:
    if not span:
        raise ScheduleError(f"The range “{item}” runs backwards. Write {_wrapped(kind, span.start, span.stop - 1)}.")
    if not 1 <= step <= max(1, len(span) - 1):
        raise ScheduleError(f"The step of “{item}” leaves a single value or none. Write {span.start}.")
    return span[::step]


def _wrapped(kind: _Kind, begin: int, end: int) -> str:
    """What a range that runs over the end of the hour, day, year or week has to be written as."""
    if _end(kind) == 6 and end == 0:
        return f"{begin}-7"
    return ",".join(_runs(list(range(begin, _end(kind) + 1))) + _runs(list(range(kind.first, end + 1))))


def _end(kind: _Kind) -> int:
    """The last number that does not say again what the first one says."""
    return 6 if kind.names == _DAYS else kind.last


def _either(fields: Fields) -> bool:
    return not fields[2].startswith("*") and not fields[4].startswith("*")


def _ranges(values: frozenset[int], size: int) -> str:
    return "*" if len(values) == size else ",".join(_runs(sorted(values)))


def _numbers(values: list[int]) -> str:
    return ", ".join(_runs(values))


def _runs(values: list[int], names: Sequence[object] = range(60)) -> list[str]:
    """Consecutive numbers as ranges, [1, 2, 3, 5] as 1-3 and 5, by their names."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return [f"{names[run[0]]}-{names[run[-1]]}" if len(run) > 1 else str(names[run[0]]) for run in runs]


def _times(minutes: list[int], hours: list[int]) -> str:
    if len(minutes) * len(hours) <= 4:
        return "at " + ", ".join(f"{hour:02}:{minute:02}" for hour in hours for minute in minutes)
    if len(minutes) == 60:
        return "every minute" + ("" if len(hours) == 24 else f" of the hours {_numbers(hours)}")
    of = "every hour" if len(hours) == 24 else f"the hours {_numbers(hours)}"
    return f"at minute {_numbers(minutes)} of {of}"
