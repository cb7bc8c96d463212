"""Credentials: the settings that are secrets, read when something is about to be posted or kept.

A secret is a value, or the path of a file that holds it (as Docker, Kubernetes and systemd hand them over). It becomes
a SecretStr: it is never printed, and no error shows it.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from digestbot import environment
from digestbot.environment import Given, Setting, Variables
from digestbot.errors import SettingsError
from digestbot.settings import Settings, located, refuse_in_notes

MAX_BYTES = 64 * 1024
"""A file that is larger is no secret."""

_FILE_URL = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of an installation: a field for each that environment.SETTINGS lists, see `field_of`.

    database_url: where the ledger is kept, or None for the file in the data folder.
    webhook: the URL of each incoming webhook by its name in lower case (DIGESTBOT_WEBHOOK_TEAM is "team").
    source_token: the token of each source of notes by its name in lower case, see `token`.
    slack_bot_token, slack_app_token: SLACK_BOT_TOKEN and SLACK_APP_TOKEN, named as all of Slack's tools name them.
    warnings: what should be mended about the files that secrets were read from, in sentences.
    """

    database_url: SecretStr | None = None
    webhook: Mapping[str, SecretStr] = field(default_factory=dict)
    source_token: Mapping[str, SecretStr] = field(default_factory=dict)
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    warnings: tuple[str, ...] = ()

    def token(self, source: str) -> SecretStr | None:
        """The token of a source of notes, where there is one."""
        return self.source_token.get(source.replace("-", "_"))

    def database(self, settings: Settings) -> str:
        """The database's URL as SQLAlchemy takes it; the default is a file in the data folder.

        Raises SettingsError for a file in the notes, where it would be synced and published with them, and for a data
        folder that no URL can name.
        """
        if self.database_url is None:
            if "?" in str(settings.data):  # what stands behind it would be read as options of the database
                raise SettingsError(f"DIGESTBOT_DATA: {settings.data} has a ? in it. Name another folder.")
            return f"sqlite:///{settings.data}/digestbot.db"
        url = self.database_url.get_secret_value()
        if url.startswith(_FILE_URL):
            origin = "DIGESTBOT_DATABASE_URL"
            refuse_in_notes(located(url.removeprefix(_FILE_URL), origin), settings.noted, origin)
        return url


def load() -> Credentials:
    """Read the secrets. Raises SettingsError that names what is wrong, and never its value."""
    found, problems = survey(environment.read())
    if problems:
        raise SettingsError(problems[0])
    return found


def survey(variables: Variables) -> tuple[Credentials, tuple[str, ...]]:
    """The secrets as far as they can be read, and what is wrong with the others. Never raises."""
    problems: list[str] = []
    found: dict[str, Any] = {"warnings": tuple(filter(None, map(warning, variables.secrets)))}
    for one in variables.secrets:
        try:
            secret = value(one)
        except SettingsError as error:
            problems.append(str(error))
            continue
        if one.key:
            found.setdefault(field_of(one.setting), {})[one.key.lower()] = secret
        else:
            found[field_of(one.setting)] = secret
    return Credentials(**found), tuple(problems)


def field_of(setting: Setting) -> str:
    """The field of Credentials that holds a secret; for a name with <NAME> in it, one for all of them by their names.

    DIGESTBOT_DATABASE_URL is `database_url`, DIGESTBOT_WEBHOOK_<NAME> is `webhook`, DIGESTBOT_SOURCE_<NAME>_TOKEN is
    `source_token`.
    """
    return setting.name.replace("_<NAME>", "").removeprefix(environment.PREFIX).lower()


def value(given: Given) -> SecretStr:
    """The secret itself. Raises SettingsError for a file that holds none; shows neither its text nor its path.

    A path is not shown because what stands there by mistake may be the secret.
    """
    return SecretStr(_content(given.name, given.value) if given.in_file else given.value)


def warning(given: Given) -> str:
    """What should be mended about a secret's file, "" for nothing."""
    try:
        mode = Path(given.value).expanduser().stat().st_mode if given.in_file else 0
    except (OSError, RuntimeError, ValueError):
        return ""
    if not mode & stat.S_IROTH:
        return ""
    return f"{given.name}: every user of this machine can read its file. Run `chmod o-r` on it."


def webhook_setting(name: str) -> str:
    """The setting that holds the URL of the webhook of that name."""
    return f"{environment.PREFIX}WEBHOOK_{name.replace('-', '_').upper()}"


def token_setting(source: str) -> str:
    """The setting that holds the token of the source of notes of that name."""
    return f"{environment.PREFIX}SOURCE_{source.replace('-', '_').upper()}_TOKEN"


def _content(name: str, path: str) -> str:
    try:
        file = Path(path).expanduser()
        if not file.is_file():  # reading a pipe would wait for ever
            raise SettingsError(f"{name}: there is no file at its path. Name the file that holds the secret.")
        data = file.read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        why = f" ({error.strerror})" if isinstance(error, OSError) else ""
        raise SettingsError(f"{name}: its file cannot be read{why}. Check the path and its permissions.") from None
    text = _text(data)
    if not text:
        raise SettingsError(f"{name}: its file holds no secret. Write one line of text into it, and nothing else.")
    return text


def _text(data: bytes) -> str:
    """The one line of a secret, without the line's end that editors add; "" for what is none."""
    try:
        text = data.decode("utf-8-sig").strip() if len(data) <= MAX_BYTES else ""
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""
