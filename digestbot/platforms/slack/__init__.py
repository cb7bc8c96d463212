"""Slack: digests in channels, look-ups and subscriptions by slash command, over the Web API and Socket Mode.

platform.py  ports.Platform, put together from the rest     posting.py   messages in channels
api.py       the Web API, its time-out, its log             refusals.py  what Slack's errors mean
starting.py  tokens and scopes, before the first payload    scopes.py, manifest.py  what a workspace is asked for
sockets.py   Socket Mode, two sockets, draining             bolt.py      AsyncApp between them and the dialogue
once.py      each payload once                              dialogue.py  a payload -> its ack and what follows
asking.py    payloads -> what is asked                      asker.py     what is asked -> the Command
quoting.py   a member's message -> plain text               people.py    members' names, zones, rights and groups
replying.py  where an answer goes                           showing.py   messages -> what Slack takes
happening.py events -> what the service is told             conversations.py  direct messages, shared channels
examining.py what `digestbot doctor` looks at
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digestbot import credentials
from digestbot.errors import SettingsError
from digestbot.model import LOCAL
from digestbot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import SecretStr

    from digestbot.findings import Check
    from digestbot.platforms.slack.platform import Slack
    from digestbot.platforms.slack.starting import Seat

_TEAM = re.compile(r"T[A-Z0-9]{4,}")
"""What Slack's ids of workspaces look like."""

API_URL = "https://slack.com/api/"

_BOT = "the Bot User OAuth Token that the app's page Install App shows"
_APP = "an app-level token with the scope connections:write, made on the app's page Basic Information"


def connect(settings: Settings) -> Slack:
    """The workspace whose tokens are set. Raises SettingsError for tokens that are missing or of another kind."""
    from digestbot.platforms.slack.platform import Slack

    seat = _seat(settings)
    return Slack(seat.api, seat.app_token, seat.workspace)


def checks(settings: Settings) -> Sequence[Check]:
    """What the doctor looks at: tokens, scopes, and whether Slack takes our digests."""
    from digestbot.platforms.slack import examining

    return examining.checks(settings, (_bot_token, _app_token), lambda: _seat(settings))


def configured() -> bool:
    """Whether a token of Slack's is set. Raises SettingsError as `credentials.load`."""
    found = credentials.load()
    return bool(found.slack_bot_token or found.slack_app_token)


def _seat(settings: Settings) -> Seat:
    from digestbot.platforms.slack.api import Api
    from digestbot.platforms.slack.starting import Seat

    bot, app = _bot_token(), _app_token()
    return Seat(Api(bot, _url(settings.slack_api_url)), app, _workspace(settings))


def _bot_token() -> SecretStr:
    return _token(credentials.load().slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-", _BOT)


def _app_token() -> SecretStr:
    return _token(credentials.load().slack_app_token, "SLACK_APP_TOKEN", "xapp-", _APP)


def _token(secret: SecretStr | None, name: str, begins: str, what: str) -> SecretStr:
    if secret is None:
        raise SettingsError(f"{name} is missing. Set it to {what}; it begins with {begins}")
    text = secret.get_secret_value().strip()
    if not text.startswith(begins) or not text.isascii() or not text.isprintable() or " " in text:
        raise SettingsError(f"{name} is not such a token. Set it to {what}; it begins with {begins}")
    return type(secret)(text)


def _url(text: str) -> str:
    if not text:
        return API_URL
    if not text.startswith(("https://", "http://")) or any(sign.isspace() for sign in text):
        raise SettingsError(f"DIGESTBOT_SLACK_API_URL is no URL. Write one such as {API_URL}, or remove it.")
    return text if text.endswith("/") else f"{text}/"


def _workspace(settings: Settings) -> str:
    """The one name that digestbot.toml has for the workspace: in its channels, else in the table that is of a Slack.

    A table is when its admin_channel is, or when it is called as Slack calls workspaces.
    """
    channels = [one.channel for one in settings.subscriptions]
    channels += [one.admin_channel for one in settings.workspaces if one.admin_channel]
    names = {one.workspace for one in channels if one.platform == "slack"}
    names = names or {one.name for one in settings.workspaces if _TEAM.fullmatch(one.name)}
    if len(names) > 1:
        raise SettingsError(
            f"{settings.config}: the Slack channels are of several workspaces ({', '.join(sorted(names))}), and a "
            "token is of one. Write the same workspace for all, or none."
        )
    return next(iter(names), LOCAL)
