from __future__ import annotations

import pytest
from fakes import CHANNEL

from digestbot.model import Channel
from digestbot.ports import Pace
from digestbot.service.gate import TOLERANCE, Gate

EACH, ALL = Pace("channel", 1.0), Pace("platform", 0.02)
OTHER = Channel(CHANNEL.platform, CHANNEL.workspace, "another")


def test_messages_leave_no_closer_together_than_the_pace() -> None:
    """One that was late moves the next one back, though that one is not late; another channel waits for nobody."""
    gate = Gate()
    assert gate.wait(CHANNEL, [EACH], 10.0) == 0
    assert gate.wait(CHANNEL, [EACH], 11.4) == 0
    assert gate.wait(CHANNEL, [EACH], 12.0) == pytest.approx(0.4 - TOLERANCE)
    assert gate.wait(OTHER, [EACH], 12.0) == 0
    assert gate.wait(CHANNEL, [EACH], 12.4) == 0


def test_asking_takes_no_place() -> None:
    """Who has to wait has taken nothing: whoever asks first once it is time goes."""
    gate = Gate()
    gate.wait(CHANNEL, [EACH], 0.0)
    waits = [gate.wait(CHANNEL, [EACH], 0.5) for _ in range(5)]
    assert waits == [pytest.approx(0.5 - TOLERANCE)] * 5
    assert gate.wait(CHANNEL, [EACH], 1.0) == 0


def test_a_burst_goes_at_once() -> None:
    """As many as the pace lets through at once, and then one a place."""
    gate, pace = Gate(), Pace("channel", 1.0, burst=3)
    assert [gate.wait(CHANNEL, [pace], 5.0) for _ in range(4)] == [0, 0, 0, pytest.approx(1 - TOLERANCE)]


def test_all_paces_hold() -> None:
    """The slowest decides; a thousand channels together keep to what they share, and old places are forgotten."""
    gate, now, sent = Gate(), 0.0, 0
    while now < 200:
        channel = Channel("fake", "acme", str(sent))
        early = gate.wait(channel, [EACH, ALL], now)
        sent, now = (sent + 1, now) if early == 0 else (sent, now + early)
    assert 9_990 <= sent <= 10_001
    assert len(gate.arrival) < 5_000
