"""A correct schedule out of whatever days and time the words seem to mean: what a refusal proposes."""

from __future__ import annotations

import re
from datetime import time
from difflib import get_close_matches

from digestbot.errors import ScheduleError
from digestbot.schedule.cron import NICKNAMES, Fields, triggers
from digestbot.schedule.rules import GROUPS, LAST, ORDINALS, WEEKDAYS, Monthly, Ordinal, Weekly

NAMED = {"noon": time(12), "midnight": time(0)}
"""Times of day that have a name."""

_MORNING = time(9)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_CLOCK = re.compile(r"(?<![0-9:.])([0-9]{1,2})(?:[:.h]([0-9]{2}))?\s?([ap]\.?m\b)?(?![0-9:]|st\b|nd\b|rd\b|th\b)")
_FOUR_DIGITS = re.compile(r"(?<![0-9])([0-9]{2})([0-9]{2})(?![0-9])")
_DAY = re.compile(r"(?<![0-9:.])([0-9]{1,2})(?:st|nd|rd|th)\b")
_STEP = re.compile(r"\b(?:([0-9]{1,3}) ?)?(minute|min|hour)s?\b")
_WORKING = re.compile(r"\bmon[a-z]* ?(?:to|till|until|thru|through|-|–) ?fri")
_UNITS = {"minute": 59, "min": 59, "hour": 23}
_EVERY = {
    2: {"two", "other", "second", "alternate", "fortnight", "fortnightly", "biweekly"},
    3: {"three", "third"},
    4: {"four", "fourth"},
}
_FILLERS = {"every", "each", "week", "weeks", "weekly", "month", "monthly", "first", "and", "the"}
_NAMES = {
    **{name: name for name in (*GROUPS, *WEEKDAYS)},
    **{f"{day}s": day for day in WEEKDAYS},
    "day": "daily",
    "everyday": "daily",
    "weekday": "weekdays",
    "weekend": "weekends",
}


def proposal(text: str) -> str:
    """A schedule that `parse` reads, for a text that it refuses."""
    level = _DATE.sub(" ", " ".join(text.casefold().split()))
    if level in NICKNAMES:
        return NICKNAMES[level]
    return _cron(level) or _often(level) or str(_monthly(level) or _weekly(level))


def _cron(text: str) -> str | None:
    """Five fields that lack the word in front of them, or among six (seconds, a year), or that lack the last ones."""
    words = text.removeprefix("cron ").split()
    for five in (words[-5:], words[:5], [*words, "*"], [*words, "*", "*"]):
        match five:
            case [minute, hour, day, month, weekday] if _means_something((minute, hour, day, month, weekday)):
                return f"cron {minute} {hour} {day} {month} {weekday}"
    return None


def _means_something(fields: Fields) -> bool:
    try:
        return bool(triggers(fields))
    except ScheduleError:
        return False


def _often(text: str) -> str | None:
    """In cron, what comes more than once a day: words have no form for it."""
    found = _STEP.search(text)
    if not found:
        return "cron 0 * * * *" if "hourly" in text else None
    step, unit = int(found[1] or 1), found[2]
    every = f"*/{step}" if 1 < step <= _UNITS[unit] else "*"
    return f"cron 0 {every} * * *" if unit == "hour" else f"cron {every} * * * *"


def _monthly(text: str) -> Monthly | Ordinal | None:
    words = _words(text)
    named = _weekdays(words)
    which = [number for name, number in ORDINALS.items() if name in words]
    of_month = any(word.startswith("month") for word in words)
    if not of_month and (not (named and which) or {"every", "week", "weeks"} & {*words}):
        return None
    numbers = sorted({int(day) for day in _DAY.findall(text) if 1 <= int(day) <= 31})
    if named:
        first = [LAST] if "fifth" in words else [day for day in numbers if day <= 4] or [1]
        return Ordinal(tuple(which or first), named[0], _time(text))
    if LAST in which or any(day > 28 for day in numbers):
        return Monthly((LAST,), _time(text))
    return Monthly(tuple(numbers) or (1,), _time(text))


def _weekly(text: str) -> Weekly:
    words = _words(text)
    group = next((name for word in words if (name := _meant(word)) in GROUPS), None)
    days = _weekdays(words)
    if weeks := _weeks(text, words):
        return Weekly(tuple(days) or (0,), _time(text), weeks)
    if _WORKING.search(text):
        group = "weekdays"
    if group or not (days or "weekly" in words):
        return Weekly(tuple(GROUPS[group or "daily"]), _time(text))
    return Weekly(tuple(days) or (0,), _time(text))


def _weeks(text: str, words: list[str]) -> int | None:
    """Every how many weeks, None for every week."""
    found = re.search(r"([0-9]{1,2})(?:nd|rd|th)? week|every ([0-9]{1,2})(?:nd|rd|th)\b", text)
    if found and 2 <= int(found[1] or found[2]) <= 52:
        return int(found[1] or found[2])
    return next((number for number, names in _EVERY.items() if not names.isdisjoint(words)), None)


def _weekdays(words: list[str]) -> list[int]:
    """The weekdays that are named, misspelt or abbreviated ones too."""
    return sorted({WEEKDAYS.index(name) for word in words if (name := _meant(word)) in WEEKDAYS})


def _meant(word: str) -> str | None:
    """The weekday or the group of them that a word seems to name."""
    if word in _FILLERS:
        return None
    short = next((day for day in WEEKDAYS if len(word) >= 3 and day.startswith(word)), None)
    near = get_close_matches(word, _NAMES, 1, 0.75)
    return short or (_NAMES[near[0]] if near else None)


def _time(text: str) -> time:
    """The time of day that a text seems to mean, 09:00 where there is none."""
    words = _words(text)
    named = next((NAMED[word] for word in words if word in NAMED), None)
    behind = text.partition(" at ")[2] or text
    found = _CLOCK.search(behind) or _FOUR_DIGITS.search(behind)
    if named is not None or not found:
        return named if named is not None else _MORNING
    hour, minute = int(found[1]) % 24, int(found[2] or 0) % 60
    half = found[3] if found.re is _CLOCK else None
    return time(hour % 12 + (12 if half.startswith("p") else 0) if half else hour, minute)


def _words(text: str) -> list[str]:
    # A word that is no name of a day is compared with them all: the first few say what is meant.
    return re.findall(r"[a-z]+", text)[:40]
