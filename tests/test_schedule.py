"""Schedules: the grammar, its refusals, what is said back, and the days that a rule means."""

from __future__ import annotations

import re
import time as stopwatch
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot import schedule
from digestbot.errors import ScheduleError
from digestbot.schedule.rules import LAST, Cron, Monthly, Ordinal, Schedule, Span, Weekly

ROOT = Path(__file__).parent.parent
NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - occurrences are wall times
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "America/Havana"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("daily at 09:00", "daily at 09:00 UTC"),
        ("Daily  at noon", "daily at 12:00 UTC"),
        (
            "EVERY DAY AT NOON Europe/Berlin EXCEPT 2026-12-24 TO 2026-12-26 AND 2026-12-31",
            "daily at 12:00 Europe/Berlin except 2026-12-24 to 2026-12-26 and 2026-12-31",
        ),
        (
            "Every 2 Weeks On Friday At 5 PM From 2026-11-20 LONDON",
            "every 2 weeks on friday at 17:00 from 2026-11-20 Europe/London",
        ),
        ("every day at 9", "daily at 09:00 UTC"),
        ("weekdays and weekends at 9", "daily at 09:00 UTC"),
        ("weekdays at 8:30 Europe/London", "weekdays at 08:30 Europe/London"),
        ("weekdays at midnight", "weekdays at 00:00 UTC"),
        ("every weekday at 9am", "weekdays at 09:00 UTC"),
        ("weekends at 5:30 pm", "weekends at 17:30 UTC"),
        ("mondays and thursdays at 17:00", "mondays and thursdays at 17:00 UTC"),
        ("thursdays, mondays, and fridays at 17:00", "mondays, thursdays and fridays at 17:00 UTC"),
        ("every monday at 9", "mondays at 09:00 UTC"),
        ("weekdays and sundays at 9", "mondays, tuesdays, wednesdays, thursdays, fridays and sundays at 09:00 UTC"),
        ("every 2 weeks on friday at 16:00", "every 2 weeks on friday at 16:00 UTC"),
        ("every 2 weeks on fridays at 16", "every 2 weeks on friday at 16:00 UTC"),
        ("every 3 weeks on friday at 16 from 2026-11-20", "every 3 weeks on friday at 16:00 from 2026-11-20 UTC"),
        ("first monday of the month at 10:00", "first monday of the month at 10:00 UTC"),
        ("last and 2nd friday of the month at 10", "second and last friday of the month at 10:00 UTC"),
        ("last day of the month at noon", "last day of the month at 12:00 UTC"),
        ("monthly on the 15th and 1st at 9", "monthly on the 1st and 15th at 09:00 UTC"),
        ("monthly on the 2, 3 and 28 at 9", "monthly on the 2nd, 3rd and 28th at 09:00 UTC"),
        ("cron 0 9 * * 1-5", "cron 0 9 * * 1-5 UTC"),
        ("CRON  0 9 * JAN mon London", "cron 0 9 * jan mon Europe/London"),
        ("cron 0 9,17 * * *, Berlin, except 2026-12-25", "cron 0 9,17 * * * Europe/Berlin except 2026-12-25"),
        (
            "daily at 9 except 2027-04-05, 2026-12-24 to 2027-01-02 except 2027-05-01 Tokyo",
            "daily at 09:00 Asia/Tokyo except 2026-12-24 to 2027-01-02, 2027-04-05 and 2027-05-01",
        ),
        (
            "every 2 weeks on friday at 16 Berlin from 2026-11-20 except 2026-12-18",
            "every 2 weeks on friday at 16:00 from 2026-11-20 Europe/Berlin except 2026-12-18",
        ),
    ],
)
def test_known_words(text: str, meaning: str) -> None:
    """Each form of the grammar is read, whatever its case and spacing, and has one canonical text."""
    assert str(schedule.parse(text)) == meaning
    assert schedule.parse(meaning, "Asia/Tokyo") == schedule.parse(text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("daily 9:00", "daily at 09:00"),
        ("every weekday at 8.30", "weekdays at 08:30"),
        ("daly at noon", "daily at 12:00"),
        ("at 9pm", "daily at 21:00"),
        ("sometimes", "daily at 09:00"),
        ("", "daily at 09:00"),
        ("daily at", "daily at 09:00"),
        ("daily at 0900", "daily at 09:00"),
        ("daily at 9:5", "daily at 09:00"),
        ("daily at 17h30", "daily at 17:30"),
        ("daily at 09:00:30", "daily at 09:00"),
        ("daily at ９", "daily at 09:00"),
        ("daily at 12am", "daily at 00:00"),
        ("daily at 12 pm", "daily at 12:00"),
        ("daily at 9 or 10", "daily at 09:00"),
        ("daily at 9 and 17", "daily at 09:00"),
        ("daily at 09:00 or so", "daily at 09:00"),
        ("mondays at 9 and fridays at 10", "mondays and fridays at 09:00"),
        ("Europe/London weekdays at 9", "weekdays at 09:00"),
        ("monday at 9", "mondays at 09:00"),
        ("on mondays at 9", "mondays at 09:00"),
        ("weekly at 9", "mondays at 09:00"),
        ("every mon and thurs at 9", "mondays and thursdays at 09:00"),
        ("wenesdays at 9", "wednesdays at 09:00"),
        ("monday to friday at 9", "weekdays at 09:00"),
        ("mon-fri at 9", "weekdays at 09:00"),
        ("mondays and at 9", "mondays at 09:00"),
        ("mondays and mondays at 9", "mondays at 09:00"),
        ("weekdays and mondays at 9", "weekdays at 09:00"),
        ("every 15 minutes", "cron */15 * * * *"),
        ("every minute", "cron * * * * *"),
        ("every 2 hours", "cron 0 */2 * * *"),
        ("hourly", "cron 0 * * * *"),
        ("every other friday at 16:00", "every 2 weeks on friday at 16:00"),
        ("every three weeks on friday at 16:00", "every 3 weeks on friday at 16:00"),
        ("every second friday at 16:00", "every 2 weeks on friday at 16:00"),
        ("every 3rd friday at 16:00", "every 3 weeks on friday at 16:00"),
        ("last friday at 16:00", "last friday of the month at 16:00"),
        ("biweekly at 9", "every 2 weeks on monday at 09:00"),
        ("every 1 weeks on friday at 9", "fridays at 09:00"),
        ("every 53 weeks on friday at 9", "fridays at 09:00"),
        ("fridays at 9 from 2026-11-20", "fridays at 09:00"),
        ("every 2 weeks on monday at 16:00 from 2026-11-20", "every 2 weeks on monday at 16:00 from 2026-11-23"),
        ("every 2 weeks on friday at 9 Berlin from 2026-11-20 Tokyo", "every 2 weeks on friday at 09:00"),
        ("monthly at 9", "monthly on the 1st at 09:00"),
        ("monthly on the at 9", "monthly on the 1st at 09:00"),
        ("monthly on the 1th at 9", "monthly on the 1st at 09:00"),
        ("monthly on the 1st and 1 at 9", "monthly on the 1st at 09:00"),
        ("first day of the month at 9", "monthly on the 1st at 09:00"),
        ("monthly on the last day at 9", "last day of the month at 09:00"),
        ("monthly on the 31st at 9", "last day of the month at 09:00"),
        ("monthly on the 30th at 9", "last day of the month at 09:00"),
        ("monthly on the 1st and 29th at 9", "last day of the month at 09:00"),
        ("fifth monday of the month at 9", "last monday of the month at 09:00"),
        ("third tuesday of every month at 9", "third tuesday of the month at 09:00"),
        ("first and first monday of the month at 9", "first monday of the month at 09:00"),
        ("weekdays at 9 " + "x" * 500, "weekdays at 09:00"),
    ],
)
def test_unknown_words_are_refused_with_the_nearest_form(text: str, near: str) -> None:
    """What the grammar does not know is refused, never guessed, and the proposal is itself a correct schedule."""
    with pytest.raises(ScheduleError) as refused:
        schedule.parse(text)
    assert str(refused.value).endswith(f"Write “{near}”.")
    schedule.parse(near)


@pytest.mark.parametrize(
    ("tail", "fix"),
    [
        ("except", "Dates are written like 2026-12-24."),
        ("except tomorrow", "Dates are written like 2026-12-24."),
        ("except 24.12.2026", "Dates are written like 2026-12-24."),
        ("except 2026-12-24 to", "Mars"),
        ("except 2027-01-02 to 2026-12-24", "Write “except 2026-12-24 to 2027-01-02”."),
        ("except 2026-12-24 to 2027-01-02, 2026-12-25", "Write “except 2026-12-24 to 2027-01-02”."),
        ("except 2026-12-25 except 2026-12-25", "Write “except 2026-12-25”."),
        ("except 2026-02-30", "There is no 2026-02-30 in the calendar. Write a date such as 2026-12-24."),
        ("except 2026-01-01 to 9999-12-31", "Write a date from 1970 to 2199."),
        ("from 20 November", "Dates are written like 2026-12-24."),
    ],
)
def test_dates_that_cannot_be(tail: str, fix: str) -> None:
    """Dates that are none, run backwards, stand twice or are too far away are refused with what to write."""
    with pytest.raises(ScheduleError) as refused:
        schedule.parse(f"every 2 weeks on friday at 9 {tail}")
    assert str(refused.value).endswith(fix) or fix == "Mars"


@pytest.mark.parametrize(
    "text", ["daily at 24:00", "daily at 9:60", "weekdays at 99", "daily at 13pm", "daily at 0 am"]
)
def test_a_time_that_no_day_has(text: str) -> None:
    """A time outside the day is refused."""
    with pytest.raises(ScheduleError, match="from 00:00 to 23:59"):
        schedule.parse(text)


def test_the_documented_forms_are_read() -> None:
    """Every schedule in the first column of the tables in docs/schedules.md is one, and its example is as shown."""
    text = (ROOT / "docs" / "schedules.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    forms = [form for row in rows for form in re.findall(r"`([^`]+)`", row)]
    assert len(forms) > 12
    for form in forms:
        schedule.parse(form)
    command, words, *times = re.findall(r"^```\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)[0].splitlines()
    order = schedule.parse(command.split('"')[1])
    shown = schedule.next_times(order, datetime(2026, 11, 20, 18, tzinfo=UTC), 5)
    assert schedule.describe(order) == words
    assert times == [f"{one:%a} {one.day:2} {one:%b %Y %H:%M %Z}" for one in shown]


def test_description() -> None:
    """A schedule is echoed in words with its zone and exceptions, and those words are read again."""
    order = schedule.parse("weekdays at 8:30 except 2026-12-24 to 2027-01-02", "London")
    words = "weekdays at 08:30, Europe/London, except 2026-12-24 to 2027-01-02"
    assert schedule.describe(order) == words
    assert schedule.parse(words) == order


def test_echo() -> None:
    """An answer says the schedule in words and its next times, with the year where it is another one."""
    now = datetime(2026, 11, 20, 18, tzinfo=UTC)
    weekdays = schedule.parse("weekdays at 8:30", "London")
    times = "next Mon 23 Nov 08:30, Tue 24 Nov 08:30, Wed 25 Nov 08:30"
    assert schedule.echo(weekdays, now) == f"weekdays at 08:30, Europe/London; {times}"
    monthly = schedule.parse("first monday of the month at 10", "London")
    assert schedule.echo(monthly, now, 2).endswith("next Mon 7 Dec 10:00, Mon 4 Jan 2027 10:00")


def _week(day: date) -> int:
    """Weeks since 1970-01-05, the Monday from which every N weeks are counted."""
    return (day - date(1970, 1, 5)).days // 7


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("weekends at 9", lambda day: day.isoweekday() in {6, 7}),
        ("mondays and thursdays at 9", lambda day: day.isoweekday() in {1, 4}),
        ("every 2 weeks on friday at 9", lambda day: day.isoweekday() == 5 and _week(day) % 2 == 0),
        ("every 5 weeks on monday and sunday at 9", lambda day: day.isoweekday() in {1, 7} and _week(day) % 5 == 0),
        (
            "every 2 weeks on monday and friday at 9 from 2026-11-20",
            lambda day: (
                day.isoweekday() in {1, 5}
                and day >= date(2026, 11, 20)
                and (day - date(2026, 11, 16)).days // 7 % 2 == 0
            ),
        ),
        ("first monday of the month at 9", lambda day: day.isoweekday() == 1 and day.day <= 7),
        (
            "second and fourth tuesday of the month at 9",
            lambda day: day.isoweekday() == 2 and (8 <= day.day <= 14 or 22 <= day.day <= 28),
        ),
        (
            "last friday of the month at 9",
            lambda day: day.isoweekday() == 5 and (day + timedelta(days=7)).month != day.month,
        ),
        ("last day of the month at 9", lambda day: (day + timedelta(days=1)).day == 1),
        ("monthly on the 1st and 15th at 9", lambda day: day.day in {1, 15}),
        (
            "weekdays at 9 except 2026-12-24 to 2027-01-02 and 2026-05-01",
            lambda day: (
                day.isoweekday() <= 5
                and day != date(2026, 5, 1)
                and not date(2026, 12, 24) <= day <= date(2027, 1, 2)
            ),
        ),
        ("cron 0 9 1,15 * 1", lambda day: day.day in {1, 15} or day.isoweekday() == 1),
        (
            "cron 0 9 1-7 * */7 except 2026-02-01",
            lambda day: day.day <= 7 and day.isoweekday() == 7 and day != date(2026, 2, 1),
        ),
    ],
)  # fmt: skip
def test_a_rule_has_its_days(text: str, has: Callable[[date], bool]) -> None:
    """Over two years a rule has exactly the days that its words mean, once each."""
    days = (NEW_YEAR + timedelta(days=number, hours=9) for number in range(730))
    expected = [day for day in days if has(day.date())]
    order = schedule.parse(text)
    assert list(islice(schedule.occurrences(order, NEW_YEAR), len(expected))) == expected


def test_long_exceptions_cost_nothing() -> None:
    """A minute's schedule that is left out for 170 years is asked for its next time without counting the minutes."""
    order = schedule.parse("cron * * * * * except 2026-01-01 to 2198-12-31")
    start = stopwatch.perf_counter()
    assert schedule.next_occurrence(order, NEW_YEAR) == datetime(2199, 1, 1)  # noqa: DTZ001 - a wall time
    assert stopwatch.perf_counter() - start < 5


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["00:00", "00:30", "01:45", "02:00", "02:30", "03:00", "23:45"])
def test_every_local_day_has_exactly_one(zone: str, at: str) -> None:
    """Over a year with its clock changes, each local day has one instant, and instants only go forward."""
    daily = schedule.parse(f"daily at {at}", zone)
    year = list(islice(schedule.occurrences(daily, NEW_YEAR - timedelta(seconds=1)), 365))
    instants = [schedule.instant(daily, one) for one in year]
    days = Counter(moment.date() for moment in instants)
    assert len(days) == 365
    assert set(days.values()) == {1}
    in_utc = [moment.astimezone(UTC) for moment in instants]
    assert in_utc == sorted(set(in_utc))


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30+02:00"),
        ("America/New_York", "2026-03-08T02:15", "2026-03-08T03:00-04:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T01:30-04:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45+11:00"),
    ],
)
def test_clock_changes(zone: str, wall: str, expected: str) -> None:
    """A time that occurs twice means the first; a time inside a gap moves to the first instant after it."""
    found = schedule.instant(schedule.parse("daily at 9", zone), datetime.fromisoformat(wall))
    assert found.isoformat(timespec="minutes") == expected


def test_weekdays_leave_the_weekend_out() -> None:
    """From a Friday noon the next three are Monday to Wednesday."""
    friday = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
    times = schedule.next_times(schedule.parse("weekdays at 9"), friday)
    assert [f"{one:%a %H:%M}" for one in times] == ["Mon 09:00", "Tue 09:00", "Wed 09:00"]


@pytest.mark.parametrize("zone", ZONES)
def test_the_second_pass_of_a_repeated_hour_is_not_due_again(zone: str) -> None:
    """Asked every seven hours over a year of clock changes, the next time is always later, and at most a day off."""
    daily = schedule.parse("daily at 1:45", zone)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for step in range(0, 365 * 24, 7):
        now = start + timedelta(hours=step)
        (coming,) = schedule.next_times(daily, now, 1)
        assert timedelta(0) < coming - now <= timedelta(hours=25)


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Europe/Berlin")])
def test_what_is_coming_in_an_hour_that_comes_twice(zone: tzinfo) -> None:
    """In the second pass of an hour nothing of the first is coming or due again, however `now` is told."""
    order = schedule.parse("cron */20 * * * *", "Europe/Berlin")
    now = datetime(2026, 10, 25, 1, 10, tzinfo=UTC).astimezone(zone)  # 02:10 in Berlin, for the second time
    assert [f"{one:%H:%M}" for one in islice(schedule.coming(order, now), 2)] == ["03:00", "03:20"]
    assert [f"{one:%H:%M}" for one in schedule.due(order, datetime(2026, 10, 25, 2, 10), now)] == ["02:20", "02:40"]  # noqa: DTZ001


def test_due_between_two_moments() -> None:
    """What is due is what came after the last occurrence, up to now, the present instant included."""
    daily = schedule.parse("daily at 9", "Europe/Berlin")
    last = datetime(2026, 3, 1, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time
    now = datetime(2026, 3, 3, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert [one.day for one in schedule.due(daily, last, now)] == [2, 3]
    assert [one.day for one in schedule.due(daily, last, now - timedelta(seconds=1))] == [2]


TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))


@st.composite
def _fortnightly(draw: st.DrawFn) -> Weekly:
    days, anchor = draw(DAYS), draw(st.none() | st.dates(date(1971, 1, 1), date(2199, 1, 1)))
    if anchor and anchor.weekday() not in days:
        anchor += timedelta(days=(days[0] - anchor.weekday()) % 7)
    return Weekly(days, draw(TIMES), draw(st.integers(2, 52)), anchor)


@st.composite
def _exceptions(draw: st.DrawFn) -> tuple[Span, ...]:
    days = sorted(draw(st.sets(st.dates(date(1970, 1, 1), date(2199, 12, 31)), max_size=8)))
    if draw(st.booleans()):
        return tuple(Span(*pair) for pair in zip(days[::2], days[1::2], strict=False))
    return tuple(Span(day, day) for day in days)


RULES = st.one_of(
    st.builds(Weekly, DAYS, TIMES),
    _fortnightly(),
    st.builds(Monthly, st.sets(st.integers(1, 28), min_size=1).map(lambda days: tuple(sorted(days))), TIMES),
    st.builds(Monthly, st.just((LAST,)), TIMES),
    st.builds(
        Ordinal,
        st.sets(st.sampled_from((1, 2, 3, 4, -1)), min_size=1).map(
            lambda which: tuple(sorted(which, key=lambda n: n % 6))
        ),
        st.integers(0, 6),
        TIMES,
    ),
    st.sampled_from([("0", "9", "*", "*", "1-5"), ("*/5", "9,17", "1", "jan", "mon")]).map(Cron),
)
SCHEDULES = st.builds(Schedule, RULES, st.sampled_from(ZONES), _exceptions())


@given(SCHEDULES)
def test_the_canonical_text_is_read_to_the_same_schedule(order: Schedule) -> None:
    """`str` of a schedule is read to an equal one; what is described in words alone is read again, too."""
    assert schedule.parse(str(order), "Asia/Tokyo") == order
    if not isinstance(order.rule, Cron):
        assert schedule.parse(schedule.describe(order), "Asia/Tokyo") == order


WORDS = (
    "daily weekdays weekly mondays friday every 2 15 weeks month monthly minutes on the of to at first fifth last day "
    "31st 1st and , or except from 2026-11-20 2026-13-01 9 9:30 25:00 12am noon London EST cron * */5 5-2 0 fri#1"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_with_a_form_that_is_read(text: str) -> None:
    """Any text is a schedule or a ScheduleError, and a schedule that an error proposes is one."""
    try:
        order = schedule.parse(text)
    except ScheduleError as error:
        for form in re.findall(r"Write “((?!except)[^”]+)”[,.]", str(error)):
            schedule.parse(form)
    else:
        assert schedule.parse(str(order)) == order


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000_000,
        "daily at 9 " + "except 2026-12-24, " * 100_000,
        "mondays and " * 100_000,
        "daily at 9" + " " * 1_000_000 + "x",
        "cron " + "1," * 200 + " * * * *",
        "cron " + "0-59/1," * 60 + "0 * * * L",
        "daily at 9 " + "london " * 60,
        "every " + "mon " * 120,
        "daily at " + "9" * 480,
        "daily at 9 except " + "2026-12-24 to " * 30,
    ],
)
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    """However long or odd a text is, it is refused before anybody waits for it."""
    start = stopwatch.perf_counter()
    with pytest.raises(ScheduleError) as refused:
        schedule.parse(text)
    assert len(str(refused.value)) < 1000
    assert stopwatch.perf_counter() - start < 5
