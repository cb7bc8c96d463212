"""What follows for a standing order at an instant, and what digestbot.toml changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from fakes import CHANNEL, NOW
from world import MORNING, NINE, World

from digestbot import schedule
from digestbot.model import CatchUp, Channel
from digestbot.orders import Outcome, Standing
from digestbot.service.planning import GRACE, LAST_CHANCE, MOST_MISSED, SPACING, decide, first, follow

DAY = timedelta(days=1)


def standing(**changes: object) -> Standing:
    """MORNING, next due at nine."""
    return replace(Standing(replace(MORNING, **changes), changed_at=NOW - DAY), next_occurrence=NINE, next_at=NOW)  # type: ignore[arg-type]


def test_what_is_due_is_sent_and_the_next_is_told() -> None:
    """At its time the occurrence is due, is good for six hours, and the next day's follows."""
    plan = decide(standing(), NOW)
    (due,) = plan.due
    assert (due.at, due.due_at, due.skip, due.expires_at) == (NINE, NOW, "", NOW + GRACE)
    assert (plan.next_occurrence, plan.next_at, plan.pause) == (NINE + DAY, NOW + DAY, "")


def test_nothing_is_due_before_its_time() -> None:
    """A second before nothing is due, and the same time stays the next one."""
    plan = decide(standing(), NOW - timedelta(seconds=1))
    assert (plan.due, plan.next_occurrence, plan.next_at) == ((), NINE, NOW)


def test_deciding_twice_decides_the_same() -> None:
    """What is decided depends on the order and the instant alone."""
    assert decide(standing(), NOW) == decide(standing(), NOW)


@pytest.mark.parametrize(
    ("late", "skips"),
    [
        (timedelta(hours=6), ["a later one", "a later one", "a later one", ""]),
        (timedelta(hours=6, seconds=1), ["a later one", "a later one", "a later one", "more than 6 hours late"]),
    ],
)
def test_latest_sends_the_last_missed_one(late: timedelta, skips: list[str]) -> None:
    """After three days away the last one is sent within six hours, and has an hour at least; the others are skipped."""
    now = NOW + 3 * DAY + late
    plan = decide(standing(), now)
    assert [one.at for one in plan.due] == [NINE + n * DAY for n in range(4)]
    assert [one.skip[: len(said)] for one, said in zip(plan.due, skips, strict=True)] == skips
    assert plan.due[-1].expires_at == (now + LAST_CHANCE if not plan.due[-1].skip else None)
    assert plan.next_occurrence == NINE + 4 * DAY


@pytest.mark.parametrize(("seconds", "sent"), [(0, True), (60, True), (61, False)])
def test_skip_sends_only_what_is_due_now(seconds: int, sent: bool) -> None:  # noqa: FBT001 - a table
    """Who wants nothing late gets what is due this minute, and nothing that was missed."""
    plan = decide(standing(catch_up="skip"), NOW + timedelta(seconds=seconds))
    assert [not one.skip for one in plan.due] == [sent]


def test_all_sends_each_in_its_turn() -> None:
    """Who wants all of them gets them ten minutes apart, the oldest first, each with its own six hours."""
    now = NOW + 3 * DAY + timedelta(hours=9)
    plan = decide(standing(catch_up="all"), now)
    assert [one.at for one in plan.due] == [NINE + n * DAY for n in range(4)]
    assert [one.due_at for one in plan.due] == [now + n * SPACING for n in range(4)]
    assert [one.expires_at for one in plan.due] == [now + n * SPACING + GRACE for n in range(4)]


@pytest.mark.parametrize("catch_up", ["latest", "skip", "all"])
def test_of_long_ago_only_the_last_month_is_written_down(catch_up: CatchUp) -> None:
    """A clock that began in 1970 makes no 20,000 rows."""
    old = replace(standing(catch_up=catch_up), next_occurrence=datetime(1970, 1, 1, 9, 0))  # noqa: DTZ001 - a wall time
    plan = decide(old, NOW)
    assert len(plan.due) == 32
    assert plan.due[-1].at == NINE


async def test_a_clock_that_was_ahead_costs_nothing() -> None:
    """One tick a year ahead: back in the present each day's digest is sent, also the days then taken for missed."""
    world = World()
    await world.order()
    assert await world.tick() == [Outcome.CONFIRMED]
    world.now = NOW + 365 * DAY
    assert await world.tick() == [Outcome.CONFIRMED]
    for days in (1, 2, 350):
        world.now = NOW + timedelta(days=days, minutes=1)
        assert await world.tick() == [Outcome.CONFIRMED], days
    assert len(world.keys) == 10


async def test_a_clock_that_is_set_back_a_little_sends_nothing_twice() -> None:
    """Set back by half an hour just after nine, and by a day: nine o'clock comes again, and its digest does not."""
    world = World()
    await world.order()
    assert await world.tick() == [Outcome.CONFIRMED]
    for back in (timedelta(minutes=30), DAY):
        world.now = NOW - back
        await world.tick()
        world.now = NOW + timedelta(minutes=1)
        await world.tick()
    assert len(set(world.keys)) == len(world.keys)
    assert sum(one.delivery.occurrence == NINE for one in world.store.entries.values()) == 1


def test_a_schedule_that_cannot_be_read_pauses() -> None:
    """An order whose schedule no version of digestbot reads waits for a person, with the reason."""
    plan = decide(standing(schedule="whenever"), NOW)
    assert "is not a schedule" in plan.pause
    assert (plan.due, plan.next_at) == ((), None)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
@pytest.mark.parametrize("clock", ["00:00", "01:30", "02:30", "03:00"])
def test_round_clock_changes_each_day_has_one(zone: str, clock: str) -> None:
    """Planned at each of its times through two years of clock changes, an order has one delivery for each local day."""
    order = replace(MORNING, schedule=f"daily at {clock}", zone=zone)
    now = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    occurrence, at = first(order, now)
    one, seen = Standing(order, next_occurrence=occurrence, next_at=at), []
    while (one.next_at or now) < now + 730 * DAY:
        assert one.next_at is not None
        plan = decide(one, one.next_at)
        seen += [due.at for due in plan.due if not due.skip]
        one = replace(one, next_occurrence=plan.next_occurrence, next_at=plan.next_at)
    days = [at.date() for at in seen]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) in (729, 730)


def test_what_follows_is_what_the_schedule_says() -> None:
    """At any minute of the nights when clocks change, the next time is the first of the schedule's next times."""
    order = schedule.parse("daily at 02:30", "Europe/Berlin")
    for night in (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 10, 24, 23, 0, tzinfo=UTC)):
        for minutes in range(0, 6 * 60, 7):
            now = night + timedelta(minutes=minutes)
            plan = decide(standing(schedule="daily at 02:30", zone="Europe/Berlin"), now)
            assert plan.next_at == schedule.next_times(order, now, 1)[0], now


@pytest.mark.parametrize(("seconds", "days"), [(0, 0), (59, 0), (60, 1)])
def test_a_new_order_begins_with_this_minute(seconds: int, days: int) -> None:
    """Seconds after nine the digest of nine is the first, a minute later tomorrow's is."""
    assert first(MORNING, NOW + timedelta(seconds=seconds)) == (NINE + days * DAY, NOW + days * DAY)


def test_a_new_order_in_the_repeated_hour() -> None:
    """Ordered in the second of two equal minutes, the first of which is over: it begins tomorrow."""
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=berlin).astimezone(UTC)
    occurrence, _ = first(replace(MORNING, schedule="daily at 02:30", zone="Europe/Berlin"), now)
    assert occurrence == datetime(2026, 10, 26, 2, 30)  # noqa: DTZ001 - a wall time


def test_few_of_a_busy_schedule_are_written_down() -> None:
    """Of an order with more missed times than MOST_MISSED only the latest are planned, and quickly."""
    busy = standing(schedule="cron */5 * * * *")
    now = NOW + 20 * DAY
    plan = decide(busy, now)
    assert len(plan.due) <= MOST_MISSED
    assert plan.due[-1].due_at == now


def test_the_latest_of_a_burst_are_written_down() -> None:
    """Of a schedule with a time each minute of one hour, over for a while, the last ones are those that count."""
    burst = replace(standing(schedule="cron * 3 * * *"), next_occurrence=NINE.replace(hour=3))
    plan = decide(burst, NOW - timedelta(hours=3, minutes=30))
    assert len(plan.due) <= MOST_MISSED
    assert [one.at for one in plan.due if not one.skip] == [NINE.replace(hour=3, minute=59)]


def test_a_fault_in_one_order_stops_no_other() -> None:
    """An order that was written down wrongly, such as by an import, is paused with the fault instead of raising it."""
    plan = decide(standing(schedule=5), NOW)
    assert plan.pause.startswith("A fault in digestbot: TypeError at ")
    assert (plan.due, plan.next_at) == ((), None)


def test_what_the_file_says_is_put() -> None:
    """New subscriptions begin with this minute, changed ones are edited, those that are gone are removed."""
    kept, new = replace(MORNING, id="kept"), replace(MORNING, id="new")
    gone = Standing(replace(MORNING, id="gone"), declared=True, version=3, next_occurrence=NINE, next_at=NOW)
    there = [Standing(kept, declared=True, version=1), gone]
    one, other = follow([kept, new], there, NOW)
    assert (one.standing.subscription, one.standing.declared, one.standing.next_at) == (new, True, NOW)
    assert one.said == "“new” is new: daily at 09:00, UTC, in fake:acme/C1, next 2026-03-02 09:00."
    assert (other.standing.state, other.standing.version, other.standing.next_at) == ("removed", 3, None)
    assert [step.change.action for step in (one, other)] == ["add", "remove"]
    assert all(step.change.workspace == "acme" for step in (one, other))
    assert follow([kept], there[:1], NOW) == []


def test_an_edit_keeps_the_time_unless_it_is_about_the_time() -> None:
    """Another size leaves the next time alone; another schedule works it out anew; a paused order stays paused."""
    there = Standing(MORNING, declared=True, version=2, next_occurrence=NINE + DAY, next_at=NOW + DAY)
    (sized,) = follow([replace(MORNING, size=5)], [there], NOW)
    assert (sized.standing.next_at, sized.standing.version) == (NOW + DAY, 2)
    assert sized.said == "“morning” is changed: size “2” → “5”."
    (timed,) = follow([replace(MORNING, schedule="daily at 10:00")], [there], NOW)
    assert timed.standing.next_at == NOW + timedelta(hours=1)
    paused = replace(there, state="paused", reason="It said no.", next_occurrence=None, next_at=None)
    (edited,) = follow([replace(MORNING, schedule="daily at 10:00")], [paused], NOW)
    assert (edited.standing.state, edited.standing.next_at) == ("paused", None)


@pytest.mark.parametrize("state", ["active", "removed"])
def test_the_file_wins_a_name(state: Literal["active", "removed"]) -> None:
    """A name that a command took becomes the file's, and the log says so; a removed one comes back with its history."""
    there = Standing(replace(MORNING, size=9), state=state, by="U1", version=4, next_occurrence=NINE, next_at=NOW)
    (step,) = follow([MORNING], [there], NOW)
    assert (step.standing.subscription, step.standing.declared, step.standing.version) == (MORNING, True, 4)
    assert (step.standing.by, step.standing.state) == ("", "active")
    assert ("was ordered by a command" in step.said) is (state == "active")


def test_what_commands_made_is_left_alone() -> None:
    """A standing order that the file does not name is none of its business, nor is one of another workspace."""
    ordered = Standing(replace(MORNING, id="ordered"), by="U1", version=1)
    assert follow([], [ordered], NOW) == []
    elsewhere = replace(MORNING, channel=Channel("fake", "other", "C1"))
    steps = follow([elsewhere], [Standing(MORNING, version=1)], NOW)
    assert [step.standing.subscription.channel.workspace for step in steps] == ["other"]
    assert elsewhere.channel != CHANNEL
