"""Cron: the five fields against another implementation, and what is refused."""

from __future__ import annotations

import random  # noqa: TID251 - seeded, for expressions
from datetime import datetime, timedelta
from itertools import islice

import pytest
from croniter import CroniterBadDateError, croniter

from digestbot import schedule
from digestbot.errors import ScheduleError

START = datetime(2026, 1, 1)  # noqa: DTZ001 - occurrences are wall times
FIELDS = [
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    (0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
]


def _number(dice: random.Random, value: int, first: int, names: tuple[str, ...]) -> str:
    named = names and value - first < len(names) and dice.random() < 0.3
    return names[value - first] if named else str(value)


def _item(dice: random.Random, first: int, last: int, names: tuple[str, ...]) -> str:
    low, high = sorted(dice.choices(range(first, last + 1), k=2))
    kind = dice.randrange(4)
    if kind == 0:
        return f"*/{dice.randint(1, last - first)}"
    if kind == 1 or low == high:
        return _number(dice, low, first, names)
    span = f"{_number(dice, low, first, names)}-{_number(dice, high, first, names)}"
    # A name ends a range as its number does, and Sunday's is 0.
    span = f"{low}-{high}" if span.endswith("sun") else span
    return f"{span}/{dice.randint(1, high - low)}" if kind == 2 else span


def _expression(dice: random.Random) -> str:
    fields = []
    for first, last, names in FIELDS:
        items = [_item(dice, first, last, names) for _ in range(dice.choice((1, 1, 1, 2, 3)))]
        fields.append("*" if dice.random() < 0.35 else ",".join(items))
    return " ".join(fields)


def _all(field: str, place: int) -> bool:
    """Whether croniter finds every value of its place in a field."""
    return croniter.expand(" ".join(field if n == place else "*" for n in range(5)))[0][place] == ["*"]


def _other(expression: str, after: datetime, n: int) -> list[datetime]:
    """The next times that croniter finds, none where it finds that there is none.

    croniter wants either of two days where crontab(5) wants both if a field begins with `*`, unless it is asked to do
    as Vixie cron does (`implement_cron_bug`). And it takes a field that lists every value for a `*`: in crontab(5) only
    the sign itself is one, so that with `1-31` as one of two days every day matches; croniter is asked for that.
    """
    minute, hour, day, month, weekday = expression.split()
    if not day.startswith("*") and not weekday.startswith("*") and (_all(day, 2) or _all(weekday, 4)):
        expression = f"{minute} {hour} * {month} *"
    walk = croniter(expression, after, implement_cron_bug=True)
    try:
        return [walk.get_next(datetime) for _ in range(n)]
    except CroniterBadDateError:
        return []


def _ours(expression: str, after: datetime, n: int) -> list[datetime]:
    """The next times, none where the expression is refused since it never comes."""
    try:
        order = schedule.parse(f"cron {expression}")
    except ScheduleError as error:
        if "never comes" in str(error):
            return []
        raise
    return list(islice(schedule.occurrences(order, after), n))


def test_ten_thousand_expressions_as_croniter_reads_them() -> None:
    """Random expressions have the same next three times as in croniter; what is refused never comes there either."""
    dice = random.Random(20261120)  # noqa: S311 - no secret
    refused = 0
    for _ in range(10_000):
        expression = _expression(dice)
        after = START + timedelta(minutes=dice.randrange(2 * 365 * 24 * 60))
        found = _ours(expression, after, 3)
        assert found == _other(expression, after, 3), expression
        refused += not found
    assert refused < 100


@pytest.mark.parametrize(
    ("fields", "fix"),
    [
        ("0 9 * *", "Write “cron 0 9 * * *”."),
        ("0 0 9 * * 1-5", "Write “cron 0 9 * * 1-5”."),
        ("0 9 * * 1-5 2027", "Write “cron 0 9 * * 1-5”."),
        ("60 9 * * *", "Write a number from 0 to 59."),
        ("0 24 * * *", "Write a number from 0 to 23."),
        ("0 9 0 * *", "Write a number from 1 to 31."),
        ("0 9 * 13 *", "Write a number from 1 to 12."),
        ("0 9 * * 8", "Write a number from 0 to 7."),
        ("0 9 * * xyz", "Write a number from 0 to 7."),
        ("5/15 * * * *", "Write 5-59/15."),
        ("0 9 * * 1/2", "Write 1-6/2."),
        ("*/0 9 * * *", "Write 0."),
        ("*/60 9 * * *", "Write 0."),
        ("0 22-2 * * *", "Write 22-23,0-2."),
        ("0 22-0 * * *", "Write 22-23,0."),
        ("0 9 * nov-feb *", "Write 11-12,1-2."),
        ("0 9 * * fri-mon", "Write 5-6,0-1."),
        ("0 9 * * fri-sun", "Write 5-7."),
        ("0 9 L * *", "Write “last day of the month at 09:00”."),
        ("0 9 * * fri#1", "Write “first friday of the month at 09:00”, or “last friday of the month at 09:00”."),
        ("0 9 * * 5L", "Write “first friday of the month at 09:00”, or “last friday of the month at 09:00”."),
        ("0 9 15W * *", "Write *, numbers, ranges such as 2-6, or steps such as */5."),
        ("0 9 ? * *", "Write *."),
        ("0 9,,10 * * *", "Write *, numbers, ranges such as 1-5, or steps such as */5."),
        ("0 9 30 2 *", "Write another day."),
        ("0 9 31 4,6 *", "Write another day."),
        ("0 9 31 2 */2", "Write another day."),
        ("0 ９ * * *", "Write *, numbers, ranges such as 1-5, or steps such as */5."),
    ],
)
def test_cron_that_could_be_misread_is_refused(fields: str, fix: str) -> None:
    """What is no cron, what crons differ about, and what never comes is refused with the form to write."""
    with pytest.raises(ScheduleError) as refused:
        schedule.parse(f"cron {fields}")
    assert str(refused.value).endswith(fix)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("@hourly", "cron 0 * * * *"),
        ("@daily", "daily at 00:00"),
        ("@weekly", "sundays at 00:00"),
        ("@yearly", "cron 0 0 1 1 *"),
        ("0 9 * * 1-5", "cron 0 9 * * 1-5"),
        ("cronjob 0 9 * * 1-5", "cron 0 9 * * 1-5"),
    ],
)
def test_what_lacks_the_word_cron(name: str, form: str) -> None:
    """Nicknames and bare fields are refused with the form that means the same."""
    with pytest.raises(ScheduleError) as refused:
        schedule.parse(name)
    assert str(refused.value).endswith(f"Write “{form}”.")
    schedule.parse(form)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("* * * * *", "every minute"),
        ("0 9 * * 1-5", "at 09:00 on Mon-Fri"),
        ("0 9,17 * * 0,7", "at 09:00, 17:00 on Sun"),
        ("*/15 9-17 * * *", "at minute 0, 15, 30, 45 of the hours 9-17"),
        ("* 9 * * *", "every minute of the hours 9"),
        ("5 * * jan-mar,dec *", "at minute 5 of every hour in Jan-Mar, Dec"),
        ("0 9 1,15 * mon", "at 09:00 on day 1, 15 of the month or on Mon"),
        ("0 9 1-7 * */7", "at 09:00 on day 1-7 of the month, only on Sun"),
    ],
)
def test_cron_in_words(fields: str, words: str) -> None:
    """Cron's fields are echoed in words, so that what was misread is seen."""
    assert schedule.describe(schedule.parse(f"cron {fields} Berlin")) == f"cron {fields} ({words}), Europe/Berlin"


def test_hours_round_a_clock_change() -> None:
    """Where the clock jumps, no two digests come at one instant; where it falls back, none comes twice."""
    hourly = schedule.parse("cron 0,30 * * * *", "Europe/Berlin")
    for day in ("2026-03-29", "2026-10-25"):
        walk = schedule.occurrences(hourly, datetime.fromisoformat(f"{day}T00:15"))
        instants = [schedule.instant(hourly, one) for one in islice(walk, 10)]
        assert len({one.timestamp() for one in instants}) == 10
        assert [one.timestamp() for one in instants] == sorted(one.timestamp() for one in instants)
    spring = schedule.occurrences(hourly, datetime.fromisoformat("2026-03-29T01:15"))
    assert [f"{one:%H:%M}" for one in islice(spring, 3)] == ["01:30", "03:00", "03:30"]


def test_a_single_time_in_the_gap_is_kept() -> None:
    """A time that the clock jumps over still has its digest, at the first instant after the jump."""
    order = schedule.parse("cron 30 2 * * *", "Europe/Berlin")
    found = schedule.next_occurrence(order, datetime.fromisoformat("2026-03-29T00:00"))
    assert found == datetime.fromisoformat("2026-03-29T02:30")
    assert schedule.instant(order, found).isoformat(timespec="minutes") == "2026-03-29T03:00+02:00"
