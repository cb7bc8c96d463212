"""The words behind a command."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from dialogue import LIBRARY
from fakes import CHANNEL
from hypothesis import given
from hypothesis import strategies as st

from digestbot import schedule
from digestbot.commands import words
from digestbot.errors import ScheduleError, ThemeError, UsageError
from digestbot.model import Subscription

BASE = Subscription("x", CHANNEL, "daily at 09:00", zone="Europe/Berlin")


def _read(text: str) -> Subscription:
    return words.ordered(words.read(text), BASE, LIBRARY)


@pytest.mark.parametrize(
    "text",
    [
        'weekdays at 8:30 Europe/London theme:"open weights"',
        'theme:"open weights" weekdays at 8:30 Europe/London',
        "weekdays at 8:30 open weights Europe/London",
        "open weights weekdays at 08:30 zone:Europe/London",
        "open weights, Europe/London, weekdays at 8:30".replace(",", ""),
        "Europe/London weekdays at 8:30 about Open Weights",
        "theme:“open weights” when:“weekdays at 8:30” tz:europe/london".replace("europe/london", "Europe/London"),
        'schedule:"weekdays at 08:30" zone:Europe/London open weights',
        "theme:„open weights“ weekdays at 8:30 Europe/London",
        "THEME:“Open Weights” Weekdays AT 8:30 Europe/London",
    ],
)
def test_words_stand_in_any_order(text: str) -> None:
    """A theme, a schedule and a zone are understood in any order, with keys or without."""
    wanted = replace(BASE, theme="open weights", schedule="weekdays at 08:30", zone="Europe/London")
    assert _read(text) == wanted


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("size:5", "size", 5),
        ("size:25", "size", 25),
        ("repeat:30", "repeat_after_days", 30),
        ('repeat:"30 days"', "repeat_after_days", 30),
        ("repeat-after-days:90d", "repeat_after_days", 90),
        ('when_short:"second round"', "when_short", "second round"),
        ("when-short:second-round", "when_short", "second round"),
        ("when_short:skip", "when_short", "skip"),
        ("catch_up:all", "catch_up", "all"),
        ("in_doubt:repeat", "in_doubt", "repeat"),
        ("balance:0.25", "balance", 0.25),
        ("on_this_day:yes", "on_this_day", True),
        ('title:"Morning: what to read"', "title", "Morning: what to read"),
        (r'title:"She said \"no\""', "title", 'She said "no"'),
        ("theme:all", "theme", "all"),
        ('theme:"open weights, licences"', "themes", ("open weights", "licences")),
        ("channel:<#C7|general>", "channel", replace(CHANNEL, id="C7")),
        ("channel:C7", "channel", replace(CHANNEL, id="C7")),
        ("channel:webhook:acme/team", "channel", replace(CHANNEL, platform="webhook", id="team")),
    ],
)
def test_each_key(text: str, key: str, value: object) -> None:
    """Each key sets what it names, and nothing else."""
    made = _read(f"daily at 9 {text}")
    assert getattr(made, key) == value
    assert replace(made, **{key: getattr(BASE, key)}) == BASE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("daily at 9 siez:5", "siez: is not known here. Did you mean size:?"),
        ("daily at 9 size:0", "size:0 is not a number from 1 to 25."),
        ("daily at 9 size:26", "size:26 is not a number"),
        ("daily at 9 size:three", "size:three is not a number"),
        ("daily at 9 size:²", "size:² is not a number"),
        ("daily at 9 size:3 size:4", "size: is there twice."),
        ("daily at 9 theme: open", "theme: says nothing. Write it like theme:“value”"),
        ("daily at 9 repeat:4000", "repeat:4000 is not a number from 0 to 3650."),
        ("daily at 9 balance:1.5", "balance:1.5 is not a number"),
        ("daily at 9 balance:.", "balance:. is not a number"),
        ("daily at 9 when_short:repeat", 'Write when_short:fewer or when_short:"second round" or when_short:skip.'),
        ("daily at 9 catch_up:none", "Write catch_up:all or catch_up:latest or catch_up:skip."),
        ("daily at 9 on_this_day:perhaps", "on_this_day:perhaps is not known."),
        ("daily at 9 channel:fake:globex/C1", "belongs to the workspace that orders it"),
        ("daily at 9 channel:!", "is not a channel"),
        ("daily at 9 licences theme:all", "“licences” is not understood. Write something like: weekdays at 09:00"),
        ("daily at 9 theme:,", "theme: needs a theme's name"),
        (f"daily at 9 title:{'x' * 101}", "at most 100 characters"),
        ("licences", "“licences” is a theme. Write theme:licences to change what “x” is about."),
        ("daily at 9 " + "word " * 90, "too many words"),
    ],
)
def test_refusals(text: str, told: str) -> None:
    """What cannot be understood is refused with the nearest correct form."""
    with pytest.raises(UsageError) as refused:
        _read(text)
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["wekdays at 9", "dayly at 9:00", "weekdays at 25:00", "at 9"])
def test_a_schedule_that_cannot_be_read(text: str) -> None:
    """The schedule's own refusal is what is told."""
    with pytest.raises(ScheduleError, match=r"Write|There is no"):
        _read(text)


def test_a_zone_that_is_not_there() -> None:
    """A misspelt zone is answered with the nearest one, not with the schedule's form."""
    with pytest.raises(ScheduleError, match="Europe/Berlin"):
        _read("daily at 9 Europe/Berlni")


@pytest.mark.parametrize("text", ["daily at 9 unicorns", "unicorns daily at 9", "theme:unicorns daily at 9"])
def test_a_theme_that_is_not_there(text: str) -> None:
    """An unknown theme is refused wherever it stands; without a key, with what the time was taken to be."""
    with pytest.raises(ThemeError, match="unicorns") as refused:
        _read(text)
    assert ("“daily at 9” was understood as the time." in str(refused.value)) is ("theme:" not in text)


@pytest.mark.skipif(not hasattr(schedule, "echo"), reason="only daily and weekdays are read yet")
@pytest.mark.parametrize(
    ("text", "when", "zone"),
    [
        (
            "mondays and thursdays at 17:00 London except 2026-12-24 to 2027-01-02 licences",
            "mondays and thursdays at 17:00 except 2026-12-24 to 2027-01-02",
            "Europe/London",
        ),
        ("licences every 2 weeks on friday at 16:00", "every 2 weeks on friday at 16:00", "Europe/Berlin"),
        ("last day of the month at noon about licences", "last day of the month at 12:00", "Europe/Berlin"),
        ("licences cron 0 9 * * 1-5 Tokyo", "cron 0 9 * * 1-5", "Asia/Tokyo"),
        ("daily at 9, New York, licences", "daily at 09:00", "America/New_York"),
        ('theme:licences schedule:"weekdays at 9 Tokyo"', "weekdays at 09:00", "Asia/Tokyo"),
    ],
)
def test_every_schedule_stands_beside_a_theme(text: str, when: str, zone: str) -> None:
    """Whatever schedule is spoken, what is no part of it is the theme, and its zone is kept apart."""
    made = _read(text)
    assert (made.schedule, made.zone, made.theme) == (when, zone, "licences")
    asked = words.read(words.spelled(made))
    assert words.ordered(asked, replace(BASE, zone="Asia/Kathmandu"), LIBRARY) == made


ORDERS = st.builds(
    Subscription,
    id=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,10}", fullmatch=True),
    channel=st.just(CHANNEL),
    schedule=st.sampled_from(["daily at 09:00", "weekdays at 08:30", "daily at 00:00"]),
    theme=st.sampled_from(["rotate", "all", "open weights", "licences"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"]),
    size=st.integers(1, 25),
    title=st.none() | st.text(min_size=1, max_size=100).filter(lambda text: text == text.strip()),
    repeat_after_days=st.integers(0, 3650),
    when_short=st.sampled_from(["fewer", "skip", "second round"]),
    balance=st.sampled_from([0, 0.25, 0.5, 1]),
    on_this_day=st.booleans(),
    catch_up=st.sampled_from(["latest", "skip", "all"]),
    in_doubt=st.sampled_from(["leave", "repeat"]),
)


@given(ORDERS)
def test_an_order_survives_its_own_words(order: Subscription) -> None:
    """The words that are shown for an order make the same order again."""
    asked = words.read(words.spelled(order))
    base = Subscription("", CHANNEL, "daily at 17:00", zone="Asia/Tokyo")
    assert replace(words.ordered(asked, base, LIBRARY), id=asked.named["name"]) == order


@given(st.dictionaries(st.sampled_from(["theme", "schedule", "title"]), st.text(max_size=30)))
def test_a_form_survives_its_own_words(answers: dict[str, str]) -> None:
    """What was filled into a form is what the command hears."""
    wanted = {key: value.strip() for key, value in answers.items()}
    assert words.read(words.filled(answers)) == words.Asked(wanted)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes reading it fail but with a sentence."""
    with suppress(UsageError):
        assert _read(text).schedule


def test_differences_name_what_changed() -> None:
    """A change is told as the old and the new value of what changed."""
    new = replace(BASE, size=5, title="Morning")
    assert words.differences(BASE, new) == "size: 3 -> 5; title: - -> Morning"
    assert not words.differences(BASE, BASE)


@pytest.mark.parametrize(
    ("theme", "name"), [("Open Weights!", "open-weights"), ("模型", "digest"), ("a" * 90, "a" * 40), ("--", "digest")]
)
def test_slugs(theme: str, name: str) -> None:
    """A name is made of what of a theme can be in one."""
    assert words.slug(theme) == name
    assert words.check_name(name) == name
