"""The grammar of schedules: strict and our own. What it does not know is refused with the nearest correct form.

    text  := rule " at " time [zone] [exceptions]  |  "cron" field field field field field [zone] [exceptions]
    rule  := "daily" | "every day" | days | "every " days | "every N weeks on " days ... [from DATE]
           | "first monday of the month" | "last day of the month" | "monthly on the 1st and 15th"

The zone may stand before or behind what follows it, and a comma anywhere between the parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NoReturn

from digestbot.errors import ScheduleError
from digestbot.schedule import cron, zones
from digestbot.schedule.nearest import NAMED, proposal
from digestbot.schedule.rules import (
    GROUPS,
    LAST,
    ORDINALS,
    WEEKDAYS,
    Cron,
    Monthly,
    Ordinal,
    Schedule,
    Span,
    Weekly,
    ordinal,
)  # fmt: skip

_Rule = Weekly | Monthly | Ordinal | Cron

LONGEST = 500
"""Characters of a schedule; twenty exceptions fit in."""

MOST_WEEKS = 52
"""The longest distance of “every N weeks”."""

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Years that dates of a schedule lie in; behind the year 9999 no date can be counted any more."""

_TIME = re.compile(r"(?:(noon|midnight)|([0-9]{1,2})(?::([0-9]{2}))?(?: ?(am|pm))?)(?=[ ,]|$)")
_TAIL = re.compile(r"(?:^|[ ,] ?)(from|except)(?= |$)")
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SPAN = rf"{_DATE}(?: to {_DATE})?"
_SPANS = re.compile(rf"({_SPAN}(?:(?:, and |, | and ){_SPAN})*)(?:[ ,]+(.*))?")
_ANCHOR = re.compile(rf"({_DATE})(?:[ ,]+(.*))?")
_AND = re.compile(r", and |, | and ")
_WEEKS = re.compile(r"every ([0-9]{1,2}) weeks on (.+)")
_OF_MONTH = re.compile(rf"(.+) ({'|'.join(WEEKDAYS)}) of the month")
_SIXTH = re.compile(rf"[0-9*?]|(?:{'|'.join(day[:3] for day in WEEKDAYS)})\b")
_PLURAL = {**GROUPS, **{f"{day}s": (number,) for number, day in enumerate(WEEKDAYS)}}
_SINGULAR = {
    "weekday": GROUPS["weekdays"],
    "weekend": GROUPS["weekends"],
    **{day: (number,) for number, day in enumerate(WEEKDAYS)},
}
_WHICH = {**ORDINALS, **{ordinal(number): number for number in range(1, 5)}}


@dataclass(frozen=True, slots=True)
class _Tail:
    """What stands behind the time: a zone, a first day, days that are left out."""

    zone: str = ""
    anchor: str = ""
    spans: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def parse(text: str, zone: str = "UTC") -> Schedule:
    """Read a schedule: `weekdays at 8:30 Europe/London`, `last day of the month at noon`, `cron 0 9 * * 1-5`.

    A zone in the text wins over `zone`; either is an IANA name or a city's. Raises ScheduleError with the nearest
    correct form for anything else, and for what is not the same to everybody or does not come in every month.
    """
    if len(text) > LONGEST:
        _refuse(text[:LONGEST], f"A schedule has at most {LONGEST} characters.")
    zone = zones.resolve(zone)
    level = _leveled(text)
    rule, tail = _cron(text, level) if level.startswith("cron") else _in_words(text, level)
    return Schedule(_begun(rule, tail, level), zones.resolve(tail.zone) if tail.zone else zone, _exceptions(tail))


def _leveled(text: str) -> str:
    """One space between words and behind commas; lower case, but for IANA names, which are found as they are."""
    words = text.replace(",", " , ").split()
    return " ".join(word if "/" in word else word.casefold() for word in words).replace(" ,", ",")


def _in_words(text: str, level: str) -> tuple[Weekly | Monthly | Ordinal, _Tail]:
    head, _, rest = level.partition(" at ")
    found = _TIME.match(rest)
    if not found:
        _refuse(text)
    rule = _rule(text, head, _clock(level, *found.groups()))
    behind = rest[found.end() :].lstrip(" ,")
    if behind.startswith(("and ", "or ")):
        _refuse(level, "A schedule in words has one rule and one time.")
    return rule, _tail(level, behind)


def _clock(text: str, named: str | None, hours: str, minutes: str | None, half: str | None) -> time:
    if named:
        return NAMED[named]
    hour, minute = int(hours), int(minutes or 0)
    if half and hour == 12:
        _refuse(text, f"People differ about 12 {half}: write noon or midnight.")
    if hour > (12 if half else 23) or minute > 59 or (half and not hour):
        shown = f"{hours}:{minutes or '00'}{' ' + half if half else ''}"
        raise ScheduleError(f"There is no {shown} in a day. Write a time from 00:00 to 23:59.")
    return time(hour + (12 if half == "pm" else 0), minute)


def _rule(text: str, head: str, at: time) -> Weekly | Monthly | Ordinal:
    if head == "last day of the month":
        return Monthly((LAST,), at)
    if head.startswith("monthly on the "):
        return Monthly(_month_days(text, head.removeprefix("monthly on the ")), at)
    if found := _OF_MONTH.fullmatch(head):
        which = _members(text, found[1], {name: (number,) for name, number in _WHICH.items()})
        return Ordinal(tuple(sorted(which, key=lambda one: one % 6)), WEEKDAYS.index(found[2]), at)
    return _weekly(text, head, at)


def _weekly(text: str, head: str, at: time) -> Weekly:
    if head in {"daily", "every day"}:
        return Weekly(tuple(GROUPS["daily"]), at)
    if found := _WEEKS.fullmatch(head):
        every = int(found[1])
        if not 2 <= every <= MOST_WEEKS:
            _refuse(text, f"Weeks are counted from 2 to {MOST_WEEKS}.")
        return Weekly(_members(text, found[2], {**_SINGULAR, **_PLURAL}), at, every)
    if head.startswith("every "):
        return Weekly(_members(text, head.removeprefix("every "), _SINGULAR), at)
    return Weekly(_members(text, head, _PLURAL), at)


def _members(text: str, names: str, known: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """The numbers that a list of names stands for, sorted; each may stand there once."""
    found: list[int] = []
    for name in _AND.split(names):
        if name not in known:
            _refuse(text)
        if not set(found).isdisjoint(known[name]):
            _refuse(text, f"“{name}” stands twice.")
        found += known[name]
    return tuple(sorted(found))


def _month_days(text: str, names: str) -> tuple[int, ...]:
    known: dict[str, Sequence[int]] = {}
    for number in range(1, 32):
        known |= {str(number): (number,), ordinal(number): (number,)}
    days = _members(text, names, known)
    if days[-1] > 28:
        _refuse(text, f"Not every month has a {ordinal(days[-1])}.")
    return days


def _cron(text: str, level: str) -> tuple[Cron, _Tail]:
    # Commas within fields have no space behind them, so the words are those of the text itself.
    words = text.split(maxsplit=6)[1:]
    match [word.casefold() for word in words[:5]]:
        case [minute, hour, day, month, weekday]:
            fields = minute, hour, day, month, weekday.removesuffix(",")
            behind = _leveled(" ".join(words[5:]))
        case _:
            _refuse(text, "Cron has five fields: minute, hour, day of the month, month and weekday.")
    if not level.startswith("cron "):
        _refuse(text)
    if _SIXTH.match(behind):
        _refuse(text, "Cron has five fields here, and none for seconds or years.")
    cron.triggers(fields)
    return Cron(fields), _tail(level, behind)


def _tail(text: str, behind: str) -> _Tail:
    """Take what stands behind the time apart; a part that is there twice is refused."""
    zone, *pieces = _TAIL.split(behind)
    tail = _Tail(zone.strip(" ,"))
    for word, body in zip(pieces[::2], pieces[1::2], strict=True):
        found = (_ANCHOR if word == "from" else _SPANS).fullmatch(body.strip(" ,"))
        if not found:
            raise ScheduleError(f"{_DATES[word]} Dates are written like 2026-12-24.")
        if (found[2] and tail.zone) or (word == "from" and tail.anchor):
            _refuse(text, "A schedule has one time zone and one first day.")
        tail = replace(tail, zone=found[2] or tail.zone)
        if word == "from":
            tail = replace(tail, anchor=found[1])
        else:
            tail = replace(tail, spans=(*tail.spans, *_AND.split(found[1])))
    return tail


_DATES = {
    "from": "Write “from” and the first day, and behind it no more than a zone and exceptions.",
    "except": "Write “except 2026-12-25” or “except 2026-12-24 to 2027-01-02”.",
}


def _begun(rule: _Rule, tail: _Tail, text: str) -> _Rule:
    """The rule with its first day, which has to be one of its weekdays."""
    if not tail.anchor:
        return rule
    if not isinstance(rule, Weekly) or rule.every == 1:
        _refuse(text, "Only “every N weeks” has a first day.")
    anchor = _date(tail.anchor)
    if anchor.weekday() in rule.days:
        return replace(rule, anchor=anchor)
    near = next(day for step in range(1, 8) if (day := anchor + timedelta(days=step)).weekday() in rule.days)
    raise ScheduleError(f"{anchor} is a {WEEKDAYS[anchor.weekday()]}. Write “{replace(rule, anchor=near)}”.")


def _exceptions(tail: _Tail) -> tuple[Span, ...]:
    spans = sorted(_span(*text.partition(" to ")[::2]) for text in tail.spans)
    for one, other in pairwise(spans):
        if other.first <= one.last:
            both = Span(one.first, max(one.last, other.last))
            raise ScheduleError(f"{other.first} is left out twice. Write “except {both}”.")
    return tuple(spans)


def _span(first: str, last: str) -> Span:
    span = Span(_date(first), _date(last or first))
    if span.last < span.first:
        raise ScheduleError(f"“{first} to {last}” ends before it begins. Write “except {last} to {first}”.")
    return span


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ScheduleError(f"There is no {text} in the calendar. Write a date such as 2026-12-24.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ScheduleError(f"{text} is too far away. Write a date from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _refuse(text: str, why: str = "") -> NoReturn:
    """Raise ScheduleError with the nearest correct form."""
    problem = why or f"“{_short(text)}” is not a schedule that digestbot knows."
    raise ScheduleError(f"{problem} Write “{proposal(text)}”.")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
