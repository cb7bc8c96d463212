"""Before the first payload: whose tokens these are, what they may do, and whether they suit digestbot.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from digestbot.errors import PlatformError
from digestbot.model import LOCAL
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.refusals import code_of
from digestbot.platforms.slack.scopes import lacking

_PAGE = "It is made on the app's page Basic Information, under App-Level Tokens, with the scope connections:write."
_APP_TOKEN = {
    "invalid_auth": f"SLACK_APP_TOKEN is not known to Slack. {_PAGE}",
    "not_authed": f"SLACK_APP_TOKEN is missing. {_PAGE}",
    "token_revoked": f"SLACK_APP_TOKEN was revoked. {_PAGE}",
    "token_expired": f"SLACK_APP_TOKEN has expired. {_PAGE}",
    "account_inactive": "SLACK_APP_TOKEN is of an app that was removed. Install the app again.",
    "not_allowed_token_type": f"SLACK_APP_TOKEN is a token of another kind; it begins with xapp-. {_PAGE}",
    "missing_scope": f"SLACK_APP_TOKEN lacks the scope connections:write. {_PAGE}",
    "no_permission": f"SLACK_APP_TOKEN lacks the scope connections:write. {_PAGE}",
    "not_allowed": "Socket Mode is off for the app. Turn it on, on the app's page Socket Mode.",
    "access_denied": "Socket Mode is off for the app. Turn it on, on the app's page Socket Mode.",
}


@dataclass(frozen=True, slots=True)
class Seat:
    """What an adapter is made of, as it is set. workspace: its name in our channels."""

    api: Api
    app_token: SecretStr
    workspace: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose a bot token is. team: the workspace's id; domain, name: what people call it. user, bot: the bot's ids."""

    team: str
    domain: str
    name: str
    user: str
    bot: str

    def known_as(self, workspace: str) -> bool:
        """Whether digestbot.toml may call the workspace so."""
        return workspace in {LOCAL, self.team} or workspace.casefold() in {self.domain.casefold(), self.name.casefold()}


async def identify(api: Api) -> Identity:
    """Whose the bot's token is. Raises PlatformError, in words, for a token that is good for nothing."""
    said = await api.call(api.client.auth_test(), "SLACK_BOT_TOKEN")
    domain = str(said.get("url") or "").removeprefix("https://").partition(".")[0]
    return Identity(
        str(said["team_id"]), domain, str(said.get("team") or ""), str(said["user_id"]), str(said.get("bot_id") or "")
    )


async def try_app_token(api: Api, token: SecretStr) -> None:
    """Ask for a socket's address, for a socket with a bad token tries for ever. Raises PlatformError, in words."""
    call = api.client.apps_connections_open(app_token=token.get_secret_value())
    try:
        await api.call(call, "SLACK_APP_TOKEN", ours=False)
    except PlatformError as error:
        cause = error.__cause__
        why = _APP_TOKEN.get(code_of(cause)) if isinstance(cause, SlackApiError) else None
        raise (PlatformError(why, permanent=True) if why else error) from cause


def misnamed(identity: Identity, workspace: str) -> str:
    """What is wrong with the workspace's name in digestbot.toml, "" for nothing."""
    if identity.known_as(workspace):
        return ""
    return (
        f"SLACK_BOT_TOKEN is of the workspace {identity.name} ({identity.team}), and digestbot.toml speaks of "
        f"{workspace}. Write slack:{identity.team}/… there, or set the tokens of {workspace}."
    )


def findings(api: Api) -> Sequence[str]:
    """What will not work with the scopes that Slack granted, each with its fix."""
    return [] if api.scopes is None else [one.complaint for one in lacking(api.scopes)]
