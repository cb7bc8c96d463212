"""Time zones: their names, and every clock change in two years of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from digestbot import schedule
from digestbot.errors import ScheduleError

# As they are where a clock change may strike: most happen from midnight to three, Greenland's before midnight.
TIMES = [
    time(0),
    time(0, 30),
    time(1),
    time(1, 30),
    time(2),
    time(2, 30),
    time(3),
    time(12),
    time(22, 30),
    time(23, 45),
]
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
# They never change their clocks, are hardly ever meant, and are refused.
REFUSED = {"EST", "MST", "localtime", "Factory"}
ZONES = sorted(available_timezones() - REFUSED)

Segment = tuple[datetime, timedelta]
"""From which instant (in UTC) on a zone has which offset."""


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _segments(zone: ZoneInfo) -> list[Segment]:
    """The offsets of a zone over the two years, looked up day by day and then to the second."""
    found = [(BEGIN - timedelta(days=10), _offset(zone, BEGIN))]
    moments = (BEGIN + timedelta(days=day) for day in range((END - BEGIN).days + 1))
    for before, after in pairwise(moments):
        if _offset(zone, after) != found[-1][1]:
            seconds = range(int((after - before).total_seconds()) + 1)
            low, high = seconds[0], seconds[-1]
            while high - low > 1:
                middle = (low + high) // 2
                changed = _offset(zone, before + timedelta(seconds=middle)) != found[-1][1]
                low, high = (low, middle) if changed else (middle, high)
            found.append((before + timedelta(seconds=high), _offset(zone, after)))
    return found


def _expected(segments: list[Segment], wall: datetime) -> datetime:
    """The first instant at which the zone's clock shows the wall time or a later one.

    Said without fold or gap: where the clock falls back that is the first pass, where it jumps the end of the jump.
    """
    ends = [start for start, _ in segments[1:]] + [END + timedelta(days=10)]
    for (start, offset), end in zip(segments, ends, strict=True):
        moment = max(start, wall.replace(tzinfo=UTC) - offset)
        if moment < end:
            return moment
    raise AssertionError(wall)


def _days_round(segments: list[Segment]) -> Iterator[date]:
    """Two days before each clock change, of which the next five days are looked at; one in July without any."""
    yield date(2026, 7, 1)
    for start, offset in segments[1:]:
        yield (start + offset).date() - timedelta(days=2)


def test_every_day_of_every_zone_has_exactly_one() -> None:
    """Round every clock change of every IANA zone in two years each local day has one occurrence, at its instant."""
    changes = 0
    for name in ZONES:
        segments = _segments(ZoneInfo(name))
        changes += len(segments) - 1
        for at in TIMES:
            daily = schedule.parse(f"daily at {at:%H:%M}", name)
            for day in _days_round(segments):
                before = datetime.combine(day, time.min) - timedelta(seconds=1)
                found = list(islice(schedule.occurrences(daily, before), 5))
                assert found == [datetime.combine(day + timedelta(days=n), at) for n in range(5)]
                # Aware times of two zones are never equal in an hour that comes twice (PEP 495): seconds are compared.
                instants = [schedule.instant(daily, one).timestamp() for one in found]
                assert instants == [_expected(segments, one).timestamp() for one in found], (name, at, day)
    assert changes > 500


def test_every_name_is_read() -> None:
    """Each IANA name is read as it is, and in the text, in whatever case."""
    for name in ZONES:
        assert schedule.parse("daily at 9", name).zone == name
        assert schedule.parse(f"daily at 9 {name.lower()}").zone == name


@pytest.mark.parametrize(
    ("city", "zone"),
    [
        ("London", "Europe/London"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("Berlin", "Europe/Berlin"),
        ("São Paulo", "America/Sao_Paulo"),
        ("St. Johns", "America/St_Johns"),
        ("port-au-prince", "America/Port-au-Prince"),
        ("Istanbul", "Europe/Istanbul"),
        ("Kolkata", "Asia/Kolkata"),
        ("Calcutta", "Asia/Calcutta"),
        ("utc", "UTC"),
        ("gb", "GB"),
    ],
)
def test_a_city_is_its_zone(city: str, zone: str) -> None:
    """A city that a zone is named after may stand for it, in the text and beside it."""
    assert schedule.parse("daily at 9", city).zone == zone
    assert schedule.parse(f"daily at 9 {city}").zone == zone
    assert schedule.parse(f"daily at 9, {city}, except 2026-12-25").zone == zone


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Berln", "Did you mean Europe/Berlin?"),
        ("Berln", "Did you mean Europe/Berlin?"),
        ("Petersburg", "Did you mean America/Indiana/Petersburg?"),
        ("San Juan", "Did you mean America/Argentina/San_Juan?"),
        ("Victoria", "Did you mean Australia/Victoria?"),
        ("Cordoba", "Did you mean America/Argentina/Cordoba or America/Cordoba?"),
        ("EST", "Did you mean America/New_York?"),
        ("pst", "Did you mean America/Los_Angeles?"),
        ("UTC+2", "An offset knows no summer time: write a city instead, such as Europe/Berlin."),
        ("+0100", "An offset knows no summer time: write a city instead, such as Europe/Berlin."),
        ("Mars/Base", "Write one such as Europe/Berlin."),
        ("localtime", "Write one such as Europe/Berlin."),
        ("posix/Europe/Berlin", "Did you mean Europe/Berlin?"),
        ("../../etc/passwd", "Write one such as Europe/Berlin."),
        ("", "Write one such as Europe/Berlin."),
        ("x" * 100_000, "Write one such as Europe/Berlin."),
        ("\0", "Write one such as Europe/Berlin."),
    ],
)
def test_a_name_that_is_no_zone(name: str, hint: str) -> None:
    """What is unknown, ambiguous, an abbreviation or an offset is refused with the nearest names."""
    with pytest.raises(ScheduleError) as refused:
        schedule.parse("daily at 9", name)
    assert str(refused.value).endswith(hint)


def test_the_text_wins() -> None:
    """A zone in the text is the schedule's, whatever the subscription says; that has to be a zone all the same."""
    assert schedule.parse("daily at 9 Tokyo", "Berlin").zone == "Asia/Tokyo"
    with pytest.raises(ScheduleError, match="Mars"):
        schedule.parse("daily at 9 Tokyo", "Mars")
