"""Credentials: the settings that are secrets, read when something is about to be posted or kept.

They come from the environment, else from `.env` in the working directory, as those of settings.py do. A value is a
SecretStr: it is never printed, and no error shows it.
"""

from __future__ import annotations

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableError

from digestbot.errors import SettingsError
from digestbot.settings import ENV_FILE, PREFIX, Settings, located, refuse_in_notes

_FILE_URL = "sqlite:///"


class Credentials(BaseSettings):
    """The secrets of an installation.

    database_url: where the ledger is kept, or None for the file in the data folder.
    webhook: the URL of each incoming webhook by its name in lower case (DIGESTBOT_WEBHOOK_TEAM is "team").
    source: tokens of sources, by what follows DIGESTBOT_SOURCE_ in lower case ("notes_token"); see `token`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        extra="ignore",  # settings.load refuses unknown names, and knows the other settings
        hide_input_in_errors=True,
    )

    database_url: SecretStr | None = None
    webhook: dict[str, SecretStr] = {}
    source: dict[str, SecretStr] = {}

    def token(self, source: str) -> SecretStr | None:
        """The token of a source of notes, where there is one."""
        return self.source.get(f"{source.replace('-', '_')}_token")

    def database(self, settings: Settings) -> str:
        """The database's URL as SQLAlchemy takes it; the default is a file in the data folder.

        Raises SettingsError for a file in the notes, where it would be synced and published with them.
        """
        if self.database_url is None:
            return f"sqlite:///{settings.data}/digestbot.db"
        url = self.database_url.get_secret_value()
        if url.startswith(_FILE_URL):
            origin = f"{PREFIX}DATABASE_URL"
            refuse_in_notes(located(url.removeprefix(_FILE_URL), origin), settings.folders, origin)
        return url


def load() -> Credentials:
    """Read the secrets. Raises SettingsError that names what is wrong, and never its value."""
    try:
        return Credentials()
    except (ValidationError, UnreadableError):
        raise SettingsError(
            f"A {PREFIX}WEBHOOK_<NAME> or {PREFIX}SOURCE_<NAME>_TOKEN setting is no text. Write one for each name."
        ) from None


def webhook_setting(name: str) -> str:
    """The setting that holds the URL of the webhook of that name."""
    return f"{PREFIX}WEBHOOK_{name.replace('-', '_').upper()}"


def token_setting(source: str) -> str:
    """The setting that holds the token of the source of notes of that name."""
    return f"{PREFIX}SOURCE_{source.replace('-', '_').upper()}_TOKEN"
