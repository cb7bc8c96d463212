from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from digestbot import schedule
from digestbot.errors import ScheduleError

NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - occurrences are wall times
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "America/Havana"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("daily at 09:00", "daily at 09:00"),
        ("weekdays at 8:30", "weekdays at 08:30"),
        ("daily at 9", "daily at 09:00"),
        ("Daily  at noon", "daily at 12:00"),
        ("weekdays at midnight", "weekdays at 00:00"),
    ],
)
def test_known_words(text: str, meaning: str) -> None:
    """Each form of the grammar is read, whatever its case and spacing."""
    assert str(schedule.parse(text)) == meaning


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("daily 9:00", "“daily at 09:00”"),
        ("every weekday at 8.30", "“weekdays at 08:30”"),
        ("daly at noon", "“daily at noon”"),
        ("at 9pm", "“daily at 21:00”"),
        ("daily at 12am", "“daily at 00:00”"),
        ("sometimes", "“daily at 09:00”"),
        ("", "“daily at 09:00”"),
        ("daily at 09:00 or so", "“daily at 09:00”"),
    ],
)
def test_unknown_words_are_refused_with_the_nearest_form(text: str, near: str) -> None:
    """What the grammar does not know is refused, never guessed, and the proposal is itself a correct schedule."""
    with pytest.raises(ScheduleError) as refused:
        schedule.parse(text)
    assert near in str(refused.value)
    schedule.parse(near.strip("“”"))


@pytest.mark.parametrize("text", ["daily at 24:00", "daily at 9:60", "weekdays at 99"])
def test_a_time_that_no_day_has(text: str) -> None:
    """A time outside the day is refused."""
    with pytest.raises(ScheduleError, match="from 00:00 to 23:59"):
        schedule.parse(text)


@pytest.mark.parametrize("zone", ["europe/berlin", "Europe/Berln"])
def test_a_misspelt_zone_names_the_right_one(zone: str) -> None:
    """A zone outside the IANA database is refused with the nearest name."""
    with pytest.raises(ScheduleError, match="Did you mean Europe/Berlin"):
        schedule.parse("daily at 9", zone)


def test_description() -> None:
    """A schedule is echoed in words, with its zone."""
    assert (
        schedule.describe(schedule.parse("weekdays at 8:30", "Europe/London"))
        == "Monday to Friday at 08:30, Europe/London"
    )


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("time", ["00:00", "00:30", "01:45", "02:00", "02:30", "03:00", "23:45"])
def test_every_local_day_has_exactly_one(zone: str, time: str) -> None:
    """Over a year with its clock changes, each local day has one instant, and instants only go forward."""
    daily = schedule.parse(f"daily at {time}", zone)
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
    assert [f"{time:%a %H:%M}" for time in times] == ["Mon 09:00", "Tue 09:00", "Wed 09:00"]


@pytest.mark.parametrize("zone", ZONES)
def test_the_second_pass_of_a_repeated_hour_is_not_due_again(zone: str) -> None:
    """Asked every ten minutes over a year of clock changes, the next time is always later, and at most a day off."""
    daily = schedule.parse("daily at 1:45", zone)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for step in range(0, 365 * 24, 7):
        now = start + timedelta(hours=step)
        (coming,) = schedule.next_times(daily, now, 1)
        assert timedelta(0) < coming - now <= timedelta(hours=25)


def test_due_between_two_moments() -> None:
    """What is due is what came after the last occurrence, up to now, the present instant included."""
    daily = schedule.parse("daily at 9", "Europe/Berlin")
    last = datetime(2026, 3, 1, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time
    now = datetime(2026, 3, 3, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert [one.day for one in schedule.due(daily, last, now)] == [2, 3]
    assert [one.day for one in schedule.due(daily, last, now - timedelta(seconds=1))] == [2]
