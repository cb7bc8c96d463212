"""digestbot.toml: the subscriptions, saved searches, and what of the notes stays private. It holds no secrets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from pkgutil import iter_modules

from digestbot import schedule
from digestbot.curation import ROTATE
from digestbot.curation.guidance import NOBODY, Guidance, spelled
from digestbot.errors import ScheduleError, SettingsError
from digestbot.model import LOCAL, Channel, SavedSearch, Subscription, WhenShort

MOST_HIGHLIGHTS = 25
"""The largest digest that may be ordered."""

_LONGEST = 64
"""Characters of a theme's name."""
_RESERVED = {"rotate", "all", "everything"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ID = re.compile(r"[0-9a-f]{16}")
_CHANNEL = re.compile(r"([a-z][\w.]*)(?::(?:([^/:\s]+)/)?([^/:\s]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Config:
    """What digestbot.toml says.

    exclude_tags, exclude_folders: notes with these tags, or in these folders of a content folder, are never shown.
    themes: saved searches, each a theme beside those that the notes show.
    guidance: weights of sources, and which highlights are taken out or put past the gate.
    """

    subscriptions: tuple[Subscription, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    exclude_folders: tuple[str, ...] = ()
    themes: tuple[SavedSearch, ...] = ()
    guidance: Guidance = NOBODY


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file, which knows its place in it, so that every complaint names the file and the key."""

    place: str
    values: Mapping[str, object]

    def wrong(self, key: str, fix: str) -> SettingsError:
        return SettingsError(f"{self.place}{key}: {fix}")

    def knows(self, *keys: str) -> None:
        """Raise SettingsError for a key that is none of these."""
        for key in self.values:
            if key not in keys:
                near = get_close_matches(key, keys, 1) or sorted(keys)
                raise self.wrong(key, f"digestbot knows no such key. Write {' or '.join(near)}.")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; raises SettingsError where there is none and no default."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f'write a text here, such as {key} = "{_EXAMPLES[key]}".')
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, () where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.wrong(key, f'write a list of texts here, such as {key} = ["{_EXAMPLES[key]}"].')
        return tuple(one.strip() for one in value)

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """A number within bounds; raises SettingsError for anything else."""
        value = self.values.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(key, f"write a number from {least:g} to {most:g}.")
        return value

    def switch(self, key: str) -> bool:
        """True or false; raises SettingsError for anything else."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, f"write {key} = true, or remove it.")
        return value

    def table(self, key: str) -> _Table:
        """A table within this one, an empty one where there is none."""
        values = self.values.get(key, {})
        if not isinstance(values, dict):
            raise self.wrong(key, f"write a table here, headed [{key}].")
        return _Table(f"{self.place}{key}.", values)


_KEYS = (
    "name", "channel", "schedule", "zone", "theme", "size", "title", "repeat_after_days", "when_short", "balance",
    "on_this_day",
)  # fmt: skip

_WHEN_SHORT: dict[str, WhenShort] = {"fewer": "fewer", "skip": "skip", "second round": "second round"}

_EXAMPLES = {
    "name": "morning",
    "channel": "webhook:team",
    "theme": "rotate",
    "schedule": "weekdays at 09:00",
    "zone": "Europe/Berlin",
    "title": "Morning reading",
    "exclude_tags": "private",
    "exclude_folders": "Journal",
    "query": "open weights",
    "tags": "licences",
    "authors": "Ada Lovelace",
    "sources": "example.org",
    "exclude": "newsletter",
    "when_short": "fewer",
    "hide": "0123456789abcdef",
    "show": "0123456789abcdef",
}


def read(path: Path) -> Config:
    """Read the file; one that is not there says nothing. Raises SettingsError with the file, the key and the fix."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). Check DIGESTBOT_CONFIG.") from error
    except RecursionError:
        raise SettingsError(f"{path}: is not TOML: brackets stand in brackets, too deeply.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not TOML: {error}.") from error
    table = _Table(f"{path}: ", document)
    table.knows("subscriptions", "content", "themes", "sources", "highlights")
    content = table.table("content")
    content.knows("exclude_tags", "exclude_folders")
    excluded = content.texts("exclude_tags"), content.texts("exclude_folders")
    return Config(_subscriptions(path, table), *excluded, _themes(path, table), _guidance(table))


def platforms() -> list[str]:
    """The names of the platforms that digestbot brings: the files of platforms/."""
    return sorted(module.name for module in iter_modules([str(Path(__file__).parent / "platforms")]))


def _guidance(table: _Table) -> Guidance:
    highlights, sources = table.table("highlights"), table.table("sources")
    highlights.knows("hide", "show")
    weights = {}
    for name in sources.values:
        one = sources.table(name)
        one.knows("weight", "never")
        weights[spelled(name)] = 0.0 if one.switch("never") else float(one.number("weight", 1.0, 0.01, 100))
    hide, show = (_ids(highlights, key) for key in ("hide", "show"))
    return Guidance(weights, hidden=hide, kept=show - hide)


def _ids(table: _Table, key: str) -> frozenset[str]:
    for name in table.texts(key):
        if not _ID.fullmatch(name):
            raise table.wrong(key, f"“{name}” is no id. Write all 16 digits, as `digestbot quote --json` shows them.")
    return frozenset(table.texts(key))


def _themes(path: Path, table: _Table) -> tuple[SavedSearch, ...]:
    rows = table.values.get("themes", {})
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise table.wrong(
            "themes", "write one table a theme, each headed with its name, such as [themes.open-weights]."
        )
    found: dict[str, SavedSearch] = {}
    for name, row in rows.items():
        key = re.sub(r"[\s_-]+", " ", name).strip().casefold()
        if not any(sign.isalnum() for sign in key) or key in _RESERVED or len(name) > _LONGEST:
            raise table.wrong(
                f"themes.{name}", f"cannot be a name. Use up to {_LONGEST} letters, such as open-weights."
            )
        if key in found:
            raise table.wrong(f"themes.{name}", f"is spelled like themes.{found[key].name}. Give each its own name.")
        found[key] = _theme(_Table(f"{path}: themes.{name}.", row), name.strip())
    return tuple(found.values())


def _theme(table: _Table, name: str) -> SavedSearch:
    table.knows("query", "tags", "authors", "sources", "exclude")
    lists = {key: table.texts(key) for key in ("tags", "authors", "sources", "exclude")}
    search = SavedSearch(name, table.text("query") if "query" in table.values else "", **lists)
    if not (search.query or search.tags or search.authors or search.sources):
        raise table.wrong("query", 'is what finds its highlights: write query = "words", or tags, authors or sources.')
    return search


def _subscriptions(path: Path, table: _Table) -> tuple[Subscription, ...]:
    rows = table.values.get("subscriptions", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise table.wrong("subscriptions", "write one table a subscription, each headed [[subscriptions]].")
    found: dict[str, Subscription] = {}
    for number, row in enumerate(rows, 1):
        place = _Table(f"{path}: subscriptions[{number}].", row)
        one = _subscription(place)
        if one.id in found:
            raise place.wrong("name", f"“{one.id}” is taken by another subscription. Give each its own name.")
        found[one.id] = one
    return tuple(found.values())


def _subscription(table: _Table) -> Subscription:
    table.knows(*_KEYS)
    name = table.text("name")
    if not _NAME.fullmatch(name):
        raise table.wrong("name", f"“{name}” cannot be a name. Use a-z, 0-9, - and _, such as morning.")
    order, zone = _schedule(table)
    return Subscription(
        id=name,
        channel=_channel(table),
        schedule=order,
        theme=ROTATE if isinstance(table.values.get("theme"), list) else table.text("theme", ROTATE),
        themes=table.texts("theme") if isinstance(table.values.get("theme"), list) else (),
        zone=zone,
        size=_size(table),
        title=table.text("title") if "title" in table.values else None,
        repeat_after_days=int(table.number("repeat_after_days", 60, 0, 3650)),
        when_short=_when_short(table),
        balance=table.number("balance", 0.5, 0, 1),
        on_this_day=table.switch("on_this_day"),
    )


def _when_short(table: _Table) -> WhenShort:
    text = table.text("when_short", "fewer")
    if text not in _WHEN_SHORT:
        raise table.wrong("when_short", f"“{text}” is not known. Write {', '.join(_WHEN_SHORT)}.")
    return _WHEN_SHORT[text]


def _channel(table: _Table) -> Channel:
    text = table.text("channel")
    found = _CHANNEL.fullmatch(text)
    if not found:
        raise table.wrong(
            "channel", f"“{text}” is not a channel. Write console, webhook:team or platform:workspace/id."
        )
    platform, workspace, name = found.groups()
    if "." not in platform and platform not in platforms():
        raise table.wrong("channel", f"there is no platform “{platform}”. Write {' or '.join(platforms())}.")
    return Channel(platform, workspace or LOCAL, name or platform)


def _schedule(table: _Table) -> tuple[str, str]:
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


def _size(table: _Table) -> int:
    size = table.values.get("size", 3)
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MOST_HIGHLIGHTS:
        raise table.wrong("size", f"write how many highlights a digest has, a number from 1 to {MOST_HIGHLIGHTS}.")
    return size
