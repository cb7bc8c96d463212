"""The environment and .env: every name that digestbot reads there, and where a value comes from. Read nowhere else.

The environment comes before `.env` in the working directory, and an empty value counts as not set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from digestbot.errors import SettingsError

PREFIX = "DIGESTBOT_"
ENV_FILE = ".env"
IN_FILE = "_FILE"
"""Behind the name of a secret: the path of a file that holds it."""

_ANY = "<NAME>"


@dataclass(frozen=True, slots=True)
class Setting:
    """A name that is read. `<NAME>` in it stands for any of A-Z, 0-9 and _.

    secret: nobody may see its value, and `<name>_FILE` may name a file that holds it.
    """

    name: str
    secret: bool = False

    @property
    def pattern(self) -> str:
        """Matches its full names: <NAME> in `key`, and the ending of a file's path in `file`."""
        name = re.escape(self.name).replace(re.escape(_ANY), "(?P<key>[A-Z0-9_]+?)")
        return rf"{name}(?P<file>{IN_FILE})?" if self.secret else rf"{name}(?P<file>(?!))?"


SETTINGS = (
    Setting("DIGESTBOT_CONTENT"),
    Setting("DIGESTBOT_DATA"),
    Setting("DIGESTBOT_CONFIG"),
    Setting("DIGESTBOT_TEMPLATES"),
    Setting("DIGESTBOT_LOG_FORMAT"),
    Setting("DIGESTBOT_LOG_LEVEL"),
    Setting("DIGESTBOT_HTTP"),
    Setting("DIGESTBOT_SLACK_API_URL"),
    Setting("DIGESTBOT_DATABASE_URL", secret=True),
    Setting("DIGESTBOT_WEBHOOK_<NAME>", secret=True),
    Setting("DIGESTBOT_SOURCE_<NAME>_TOKEN", secret=True),
    Setting("SLACK_BOT_TOKEN", secret=True),
    Setting("SLACK_APP_TOKEN", secret=True),
)
"""All of them, as .env.example and docs/operating.md have them. A secret is a field of credentials.Credentials too."""


@dataclass(frozen=True, slots=True)
class Given:
    """A setting that is set.

    name: as it is written, with a key in place of <NAME>, and with _FILE where `value` is the path of a file.
    origin: "environment" or ".env".
    """

    setting: Setting
    name: str
    key: str
    in_file: bool
    origin: str
    value: str = field(repr=False)

    @property
    def plain(self) -> str:
        """The name without _FILE."""
        return self.name.removesuffix(IN_FILE) if self.in_file else self.name


@dataclass(frozen=True, slots=True)
class Variables:
    """What is set. problems: what is wrong with the names, or with .env, in sentences."""

    given: tuple[Given, ...] = ()
    problems: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """The value of a setting that is no secret, "" where it is not set. Raises KeyError for a name not listed."""
        if Setting(name) not in SETTINGS:
            raise KeyError(name)
        return next((one.value for one in self.given if one.name == name), "")

    @property
    def secrets(self) -> tuple[Given, ...]:
        """The secrets that are set, as they are written: a value, or the path of a file."""
        return tuple(one for one in self.given if one.setting.secret)


def read() -> Variables:
    """What is set. Raises SettingsError for the first problem."""
    found = look()
    if found.problems:
        raise SettingsError(found.problems[0])
    return found


def look() -> Variables:
    """What is set, as far as it can be read; never raises."""
    problems: list[str] = []
    try:
        file = _env_file()
    except SettingsError as error:
        problems.append(str(error))
        file = {}
    # Not ours alone to fill: Kubernetes sets DIGESTBOT_PORT and more for a service named digestbot.
    problems += filter(None, (_unknown(name, f"{ENV_FILE}: ") for name in file))
    problems += filter(None, (_unknown(name) for name in os.environ))
    given = {name: _given(name, value, ENV_FILE) for name, value in file.items()}
    given |= {name: _given(name, value, "environment") for name, value in os.environ.items()}
    set_ = tuple(one for one in given.values() if one and one.value)
    return Variables(set_, (*problems, *_twice(set_)))


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let these variables, which are none of ours, be unset for a moment: for a library that would act on them."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def data_home() -> str:
    """The folder that the system keeps people's data in (https://specifications.freedesktop.org/basedir-spec)."""
    return os.environ.get("XDG_DATA_HOME") or "~/.local/share"


def _given(name: str, value: str, origin: str) -> Given | None:
    for setting in SETTINGS:
        if found := re.fullmatch(setting.pattern, name):
            parts = found.groupdict()
            return Given(setting, name, parts.get("key") or "", bool(parts["file"]), origin, value)
    return None


def _twice(given: Sequence[Given]) -> list[str]:
    """Secrets that are given both as a value and as a file: nobody can tell which one is meant."""
    names = {one.name for one in given}
    both = [one.plain for one in given if one.in_file and one.plain in names]
    return [f"{name} and {name}{IN_FILE} are both set. Remove one of them." for name in both]


def _unknown(name: str, place: str = "") -> str:
    """What is wrong with a name of ours that is none of a setting; outside of a place that is ours, if it is like one.

    "" for all others.
    """
    if not name.startswith(PREFIX) or _given(name, "", place):
        return ""
    known = {one.name.replace(f"_{_ANY}", ""): one.name for one in SETTINGS}
    near = get_close_matches(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], 1, 0.75)
    if not near and not place:
        return ""
    meant = f"Write {known[PREFIX + near[0]]}, or remove it." if near else "Remove it; .env.example names them all."
    return f"{place}{name}: digestbot knows no such setting. {meant}"


def _env_file() -> Mapping[str, str]:
    path = Path(ENV_FILE)
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise SettingsError(f"{ENV_FILE}: is not a file. Write it as plain text, or remove it.")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{ENV_FILE}: cannot be read as UTF-8 text. Check the file and its permissions.") from error
    return _parsed(text)


def _parsed(text: str) -> Mapping[str, str]:
    """The file's variables; python-dotenv itself would only log a line that it cannot read."""
    from io import StringIO

    from dotenv.main import resolve_variables
    from dotenv.parser import parse_stream

    lines = list(parse_stream(StringIO(text)))
    for line in lines:
        if line.error:
            raise SettingsError(f"{ENV_FILE}:{line.original.line}: is not a setting. Write NAME=value.")
    pairs = [(line.key, line.value) for line in lines if line.key is not None]
    return {name: value for name, value in resolve_variables(pairs, override=True).items() if value is not None}
