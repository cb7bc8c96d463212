"""The app's manifest: what a workspace is asked to let digestbot do, and why.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from typing import Any

from digestbot.platforms.slack.asking import SAVE
from digestbot.platforms.slack.scopes import SCOPES

COMMANDS = (
    ("/quote", "Look up what you half remember", "WORDS, random, like ID, context ID or help"),
    ("/digest", "Digests of your team's highlights", "now, subscribe, list, pause NAME or help"),
)
"""Name, description and usage hint of each slash command."""

EVENTS = (
    ("app_home_opened", "show the Home tab"),
    ("channel_archive", "notice that a channel was archived"),
    ("channel_unarchive", "notice that it is back"),
    ("channel_deleted", "notice that it is gone"),
    ("channel_left", "notice that digestbot was removed from a channel"),
    ("group_archive", "the same for private channels"),
    ("group_unarchive", "the same for private channels"),
    ("group_deleted", "the same for private channels"),
    ("group_left", "the same for private channels"),
    ("member_joined_channel", "notice that digestbot was invited"),
    ("app_uninstalled", "pause everything when the workspace removes digestbot"),
    ("tokens_revoked", "the same when its token is revoked"),
)
"""Name of each event, and what it is for."""


def manifest() -> dict[str, Any]:
    """The manifest as Slack takes it, in JSON or YAML."""
    return {
        "display_information": {
            "name": "digestbot",
            "description": "Digests of your team's highlights, and an answer to what you half remember.",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                # Commands can be typed there only where messages can.
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "digestbot", "always_online": True},
            "slash_commands": [
                {"command": name, "description": said, "usage_hint": hint, "should_escape": False}
                for name, said, hint in COMMANDS
            ],
            "shortcuts": [
                {
                    "name": "Save as highlight",
                    "type": "message",
                    "callback_id": SAVE,
                    "description": "Propose this message as a highlight",
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": [one.name for one in SCOPES]}},
        "settings": {
            "event_subscriptions": {"bot_events": [name for name, _ in EVENTS]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
            "org_deploy_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def as_yaml() -> str:
    """The manifest in YAML, each scope and event with its reason beside it."""
    import yaml

    reasons = {one.name: one.why for one in SCOPES} | dict(EVENTS)
    lines = yaml.safe_dump(manifest(), sort_keys=False, allow_unicode=True, width=200).splitlines()
    return "".join(f"{_explained(line, reasons)}\n" for line in [_HEAD, *lines])


def _explained(line: str, reasons: dict[str, str]) -> str:
    why = reasons.get(line.strip().removeprefix("- "))
    return f"{line}  # {why}" if why else line


_HEAD = (
    "# Paste this at api.slack.com/apps: Create New App, From a manifest. Then its page Install App gives\n"
    "# SLACK_BOT_TOKEN (xoxb-…), and Basic Information, App-Level Tokens, with the scope connections:write,\n"
    "# SLACK_APP_TOKEN (xapp-…)."
)
