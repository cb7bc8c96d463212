"""The one clock that instants are compared by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from fakes import NOW

from digestbot.clock import Clock
from digestbot.service.retrying import at_least, at_most

HOUR = timedelta(hours=1)


@dataclass
class Machine:
    """A machine's two clocks, and the Clock of a process on it."""

    wall: datetime = NOW
    monotonic: float = 100.0
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        """Start the process."""
        self.clock = Clock(lambda: self.wall, lambda: self.monotonic)

    def later(self, seconds: float, *, off: float = 0) -> None:
        """Let time pass, and the wall clock be wrong by so many seconds more."""
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds + off)

    def past(self, seconds: float, *, off: timedelta = timedelta()) -> timedelta:
        """By how much the clock differs from a right one that many seconds after the start."""
        return self.clock.now() - (NOW + timedelta(seconds=seconds)) - off


def test_the_machine_s_own_clock() -> None:
    """Without a server it is the machine's; small corrections leave it steady."""
    machine = Machine()
    machine.later(3600, off=1)
    assert machine.clock.now() == machine.wall
    assert machine.clock.steady_since == NOW


@pytest.mark.parametrize("off", [5400, -5400, 10])
def test_a_machine_s_clock_that_is_set(off: float) -> None:
    """It is followed at once, and nothing of before is vouched for."""
    machine = Machine()
    machine.later(30, off=off)
    assert machine.clock.now() == machine.wall == machine.clock.steady_since
    machine.later(30)
    assert machine.clock.now() - machine.clock.steady_since == timedelta(seconds=30)


def test_a_server_s_clock() -> None:
    """Once a server has told its time the machine's own may be wrong, and be set, without anybody's notice."""
    machine = Machine(wall=NOW + HOUR)
    machine.clock.follow(NOW, 100.0)
    assert machine.clock.now() == machine.clock.steady_since == NOW
    machine.later(20, off=-5400)
    assert machine.past(20) == timedelta()
    assert machine.clock.steady_since == NOW


def test_a_slow_answer_is_no_change() -> None:
    """An answer that was long under way moves the clock by no more than it has to."""
    machine = Machine()
    machine.clock.follow(NOW, 100.0)
    machine.later(8)
    machine.clock.follow(NOW + timedelta(seconds=1), 100.0)
    assert machine.past(8) == timedelta()
    machine.clock.follow(NOW + timedelta(seconds=9), 100.0)
    assert machine.past(9) == timedelta()
    assert machine.clock.steady_since == NOW


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_server_s_clock_that_is_set(off: timedelta) -> None:
    """It is followed when it is next asked, and nothing of before is vouched for."""
    machine = Machine()
    machine.clock.follow(NOW, 100.0)
    machine.later(15)
    machine.clock.follow(NOW + off + timedelta(seconds=15), machine.monotonic)
    assert machine.past(15, off=off) == timedelta()
    assert machine.clock.steady_since == machine.clock.now()


def test_ages() -> None:
    """An age is believed only within the time that the clock vouches for; else only what passed since is known."""
    steady, now = NOW, NOW + timedelta(seconds=50)
    ten = timedelta(seconds=10)
    assert at_most(now - ten, now, steady) == at_least(now - ten, now, steady) == ten
    assert at_most(now + timedelta(seconds=1), now, steady) == timedelta()
    for of_another_clock in (now - HOUR, now + HOUR):
        assert at_most(of_another_clock, now, steady) is None
        assert at_least(of_another_clock, now, steady) == timedelta(seconds=50)
