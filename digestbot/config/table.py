"""One table of digestbot.toml: its values, checked one by one, with complaints that name the file and the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from digestbot.errors import SettingsError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

EXAMPLES = {
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
    "draft": "sends",
    "prompt": "Which of these did you know?",
    "mention": "S0123ABCD",
    "catch_up": "latest",
    "in_doubt": "leave",
    "hide": "0123456789abcdef",
    "show": "0123456789abcdef",
    "kind": "git",
    "every": "1h",
    "url": "https://example.org/team/notes.git",
    "path": "~/notes",
    "branch": "main",
    "folder": "notes/books",
    "group": "abcd1234",
    "user": "ada",
    "workspace": "T0123ABCD",
    "content": "notes",
    "admins": "U0123ABCD",
    "curators": "U0123ABCD",
    "admin_channel": "webhook:ops",
}
"""What each key may look like, for complaints."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file, which knows its place in it, so that every complaint names the file and the key."""

    place: str
    values: Mapping[str, object]

    def wrong(self, key: str, fix: str) -> SettingsError:
        """What to raise for a key, and what to write instead."""
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
            raise self.wrong(key, f'write a text here, such as {key} = "{EXAMPLES[key]}".')
        return value.strip()

    def name(self, example: str) -> str:
        """What `name` says, fit for files, settings and addresses."""
        name = self.text("name")
        if not _NAME.fullmatch(name):
            raise self.wrong("name", f"“{name}” cannot be a name. Use a-z, 0-9, - and _, such as {example}.")
        return name

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, () where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.wrong(key, f'write a list of texts here, such as {key} = ["{EXAMPLES[key]}"].')
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

    def rows(self, key: str, what: str) -> list[Table]:
        """The tables headed [[key]], each of which is one `what`."""
        rows = self.values.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.wrong(key, f"write one table a {what}, each headed [[{key}]].")
        return [Table(f"{self.place}{key}[{number}].", row) for number, row in enumerate(rows, 1)]

    def table(self, key: str) -> Table:
        """A table within this one, an empty one where there is none."""
        values = self.values.get(key, {})
        if not isinstance(values, dict):
            raise self.wrong(key, f"write a table here, headed [{key}].")
        return Table(f"{self.place}{key}.", values)
