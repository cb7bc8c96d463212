"""`digestbot next`, and schedules in digestbot.toml."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from digestbot import config
from digestbot.errors import SettingsError


def _next(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digestbot", "next", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_next() -> None:
    """A schedule is said in words, with its next five times in its zone."""
    words, *times = _next("weekdays at 8:30", "--zone", "Tokyo").stdout.splitlines()
    assert words == "weekdays at 08:30, Asia/Tokyo"
    assert len(times) == 5
    assert all(one.endswith(" 08:30 JST") and one[:3] not in {"Sat", "Sun"} for one in times)


def test_next_as_json() -> None:
    """As JSON the canonical text and the instants are given; the words need no quotes, and their zone wins."""
    found = json.loads(_next("daily", "at", "noon", "Tokyo", "--zone", "London", "--json").stdout)
    assert (found["schedule"], found["words"]) == ("daily at 12:00 Asia/Tokyo", "daily at 12:00, Asia/Tokyo")
    assert [one[10:] for one in found["next"]] == ["T12:00:00+09:00"] * 5


def test_next_refuses() -> None:
    """A schedule that is none is refused on stderr with the nearest form, as wrong usage."""
    ran = _next("daily 9:00")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Write “daily at 09:00”." in ran.stderr


def _read(tmp_path: Path, lines: str) -> config.Config:
    path = tmp_path / "digestbot.toml"
    path.write_text(f"[[subscriptions]]\nname = 'morning'\nchannel = 'console'\n{lines}\n", encoding="utf-8")
    return config.read(path)


@pytest.mark.parametrize(
    ("lines", "zone"),
    [
        ("schedule = 'daily at 9'", "UTC"),
        ("schedule = 'daily at 9'\nzone = 'New York'", "America/New_York"),
        ("schedule = 'daily at 9 Tokyo'", "Asia/Tokyo"),
        ("schedule = 'daily at 9 Tokyo'\nzone = 'Berlin'", "Asia/Tokyo"),
    ],
)
def test_the_zone_of_a_subscription(tmp_path: Path, lines: str, zone: str) -> None:
    """A subscription's zone is the IANA name of what its key or, before that, its schedule says."""
    (one,) = _read(tmp_path, lines).subscriptions
    assert one.zone == zone


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("schedule = 'daily at 9 Atlantis'", "schedule"),
        ("schedule = 'daily at 9 Tokyo'\nzone = 'Atlantis'", "zone"),
        ("schedule = 'monthly on the 31st at 9'\nzone = 'Atlantis'", "schedule"),
    ],
)
def test_the_key_that_is_wrong(tmp_path: Path, lines: str, key: str) -> None:
    """A zone or a schedule that cannot be is complained about with its file and its own key."""
    with pytest.raises(SettingsError, match=rf"digestbot\.toml: subscriptions\[1\]\.{key}: "):
        _read(tmp_path, lines)
