"""[[subscriptions]]: the channels' standing orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeVar

from digestbot import schedule
from digestbot.config.table import Table
from digestbot.curation import ROTATE
from digestbot.errors import ScheduleError
from digestbot.model import LOCAL, CatchUp, Channel, Drafting, InDoubt, Subscription, WhenShort
from digestbot.orders import MOST_HIGHLIGHTS

KEYS = (
    "name", "channel", "schedule", "zone", "theme", "size", "title", "repeat_after_days", "when_short", "catch_up",
    "in_doubt", "balance", "on_this_day", "draft", "draft_minutes", "prompt", "pin", "mention",
)  # fmt: skip
"""What a table may say of a subscription."""

_CHANNEL = re.compile(r"([a-z][\w.]*)(?::(?:([^/:\s]+)/)?([^/:\s]+))?", re.ASCII)
_WHEN_SHORT: dict[str, WhenShort] = {"fewer": "fewer", "skip": "skip", "second round": "second round"}
_DRAFT: dict[str, Drafting] = {"off": "off", "sends": "sends", "waits": "waits"}
_CATCH_UP: dict[str, CatchUp] = {"latest": "latest", "skip": "skip", "all": "all"}
_IN_DOUBT: dict[str, InDoubt] = {"leave": "leave", "repeat": "repeat"}

T = TypeVar("T")


def platforms() -> list[str]:
    """The names of the platforms that digestbot brings: the files of platforms/."""
    return sorted(module.name for module in iter_modules([str(Path(__file__).parents[1] / "platforms")]))


def read(table: Table) -> tuple[Subscription, ...]:
    """All of them, each with a name of its own. Raises SettingsError."""
    found: dict[str, Subscription] = {}
    for place in table.rows("subscriptions", "subscription"):
        one = _subscription(place)
        if one.id in found:
            raise place.wrong("name", f"“{one.id}” is taken by another subscription. Give each its own name.")
        found[one.id] = one
    return tuple(found.values())


def _subscription(table: Table) -> Subscription:
    table.knows(*KEYS)
    order, zone = _schedule(table)
    return Subscription(
        id=table.name("morning"),
        channel=channel(table),
        schedule=order,
        theme=ROTATE if isinstance(table.values.get("theme"), list) else table.text("theme", ROTATE),
        themes=table.texts("theme") if isinstance(table.values.get("theme"), list) else (),
        zone=zone,
        size=_size(table),
        title=table.text("title") if "title" in table.values else None,
        repeat_after_days=int(table.number("repeat_after_days", 60, 0, 3650)),
        when_short=_one_of(table, "when_short", "fewer", _WHEN_SHORT),
        balance=table.number("balance", 0.5, 0, 1),
        on_this_day=table.switch("on_this_day"),
        catch_up=_one_of(table, "catch_up", "latest", _CATCH_UP),
        in_doubt=_one_of(table, "in_doubt", "leave", _IN_DOUBT),
        draft=_one_of(table, "draft", "off", _DRAFT),
        draft_minutes=int(table.number("draft_minutes", 60, 1, 1440)),
        prompt=table.text("prompt") if "prompt" in table.values else "",
        pin=table.switch("pin"),
        mention=table.text("mention") if "mention" in table.values else "",
    )


def _one_of(table: Table, key: str, default: str, known: Mapping[str, T]) -> T:
    text = table.text(key, default)
    if text not in known:
        raise table.wrong(key, f"“{text}” is not known. Write {', '.join(known)}.")
    return known[text]


def channel(table: Table, key: str = "channel") -> Channel:
    """The channel that a key names, on a platform that there is. Raises SettingsError."""
    text = table.text(key)
    found = _CHANNEL.fullmatch(text)
    if not found:
        raise table.wrong(key, f"“{text}” is not a channel. Write console, webhook:team or platform:workspace/id.")
    platform, workspace, name = found.groups()
    if "." not in platform and platform not in platforms():
        raise table.wrong(key, f"there is no platform “{platform}”. Write {' or '.join(platforms())}.")
    return Channel(platform, workspace or LOCAL, name or platform)


def _schedule(table: Table) -> tuple[str, str]:
    """The schedule's own words, once they are known to be understood, and the IANA name of its zone.

    A city may stand for its zone, and a zone in the words wins over the key.
    """
    text, zone = table.text("schedule"), table.text("zone", "UTC")
    try:
        schedule.parse(text)
    except ScheduleError as error:
        raise table.wrong("schedule", str(error)) from error
    try:
        order = schedule.parse(text, zone)
    except ScheduleError as error:
        raise table.wrong("zone", str(error)) from error
    return text, order.zone


def _size(table: Table) -> int:
    size = table.values.get("size", 3)
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MOST_HIGHLIGHTS:
        raise table.wrong("size", f"write how many highlights a digest has, a number from 1 to {MOST_HIGHLIGHTS}.")
    return size
