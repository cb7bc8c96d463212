"""The machine: room and rights for the data, the clock, and the data of time zones."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from importlib import metadata
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from digestbot.clock import now
from digestbot.doctor.installation import Installation
from digestbot.findings import Check, Finding, Level, ok

MIB = 1024 * 1024
LITTLE_ROOM, NO_ROOM = 1024 * MIB, 100 * MIB
"""Free bytes below which a disk is worth a warning, or an error."""

FIRST_YEAR, LAST_YEAR = 2026, 2100
"""A clock outside of these has not been set: this code was not written before."""

_SLACK = timedelta(hours=1)


def checks(of: Installation) -> Sequence[Check]:
    """What digestbot asks of the machine."""
    return [Check("data", partial(_data, of)), Check("clock", partial(_clock, of)), Check("time zones", _zones)]


async def _data(of: Installation) -> Sequence[Finding]:
    path = of.settings.data.expanduser().absolute()
    there = next(one for one in (path, *path.parents) if one.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        fix = "Mend its rights, or name another folder in DIGESTBOT_DATA."
        return [Finding(Level.ERROR, f"{path} cannot be written.", fix)]
    kept = f"{path} can be written" if there == path else f"{path} is made when it is needed"
    return [_private(path) or ok(kept), _room(there)]


def _private(path: Path) -> Finding | None:
    """A finding where others may look into what was read of the notes."""
    if not path.exists() or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return None
    return Finding(Level.WARNING, f"Other users of this machine may look into {path}.", f"Run chmod 700 {path}.")


def _room(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    said = f"{free / 1024 / MIB:.1f} GiB are free on its disk"
    if free >= LITTLE_ROOM:
        return ok(said)
    return Finding(Level.ERROR if free < NO_ROOM else Level.WARNING, f"Only {said}.", "Make room on it.")


async def _clock(of: Installation) -> Sequence[Finding]:
    return clock(now(), now(), _last_written(of.settings.data))


def clock(first: datetime, second: datetime, written: datetime | None) -> Sequence[Finding]:
    """What is odd about a clock that was read twice (aware); written: when the data were last written, if ever."""
    fix = "Set the clock, and keep it set (NTP)."
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        return [Finding(Level.ERROR, f"It shows the year {first.year}.", fix)]
    if second < first:
        return [Finding(Level.ERROR, "It runs backwards.", fix)]
    if written and written - first > _SLACK:
        shown = f"{written:%Y-%m-%d %H:%M}"
        return [Finding(Level.WARNING, f"It is behind the data, which were last written at {shown}.", fix)]
    return [ok(f"{first:%Y-%m-%d %H:%M:%S} in the local zone {first.tzname()} (UTC{first:%z})")]


def _last_written(data: Path) -> datetime | None:
    times = [one.stat().st_mtime for one in data.glob("*.db*")] if data.is_dir() else []
    return datetime.fromtimestamp(max(times), now().tzinfo) if times else None


async def _zones() -> Sequence[Finding]:
    return zones(_version(), len(available_timezones()), _knows_summer(), now().year)


def zones(version: str, count: int, summer: bool, year: int) -> Sequence[Finding]:  # noqa: FBT001 - what was found
    """What is odd about the data of time zones. version: such as 2025b, "" for unknown."""
    fix = "Update the system's tzdata, or the Python package tzdata."
    if count < 300 or not summer:
        return [Finding(Level.ERROR, f"The data of time zones are not complete: {count} zones.", fix)]
    if version[:4].isdigit() and int(version[:4]) < year - 1:
        what = f"The data of time zones are of {version}; countries have changed their clocks since."
        return [Finding(Level.WARNING, what, fix)]
    return [ok(f"{count} zones, version {version or 'unknown'}")]


def _version() -> str:
    """That of the data which zoneinfo takes: the system's come before the package's."""
    for folder in map(Path, TZPATH):
        if not (folder / "Europe" / "Berlin").is_file():
            continue
        for name in ("tzdata.zi", "+VERSION"):
            if (folder / name).is_file():
                found = re.search(r"\d{4}[a-z]+", (folder / name).read_text("utf-8", "replace")[:100])
                return found[0] if found else ""
        return ""
    return metadata.version("tzdata")


def _knows_summer() -> bool:
    zone = ZoneInfo("Europe/Berlin")
    winter, summer = (datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7))
    return winter != summer
