"""What each refusal of Slack's means to a delivery: whether it is for good, and whether the message may have arrived.

https://docs.slack.dev/reference/methods/chat.postMessage lists the codes of a post; other methods' pages list theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from digestbot.errors import PlatformError

Scope = Literal["channel", "workspace"]

DEFAULT_WAIT_SECONDS = 30.0
"""How long to wait after a 429 that does not say."""

LONGEST_WAIT_SECONDS = 24 * 3600.0

_INVITE = "Type /invite @digestbot there."
_TOKEN = "Set SLACK_BOT_TOKEN to the token that the app's page OAuth & Permissions shows."  # noqa: S105 - no token
_PAYLOAD = "If you have templates of your own, look at them with `digestbot preview`."

FOR_GOOD: Mapping[str, str] = {
    "channel_not_found": f"there is no such channel, or digestbot is not in it. {_INVITE}",
    "not_in_channel": f"digestbot is not in the channel. {_INVITE}",
    "is_archived": "the channel is archived. Unarchive it, or unsubscribe.",
    "user_not_found": "there is no such member. Name another channel.",
    "user_not_visible": "there is no such member that digestbot could write to. Name another channel.",
    "user_disabled": "that member's account is deactivated.",
    "user_not_in_channel": "that member is not in the channel.",
    "user_is_restricted": "that member is a guest whom apps cannot write to.",
    "cannot_dm_bot": "a bot takes no messages. Name another channel.",
    "messages_tab_disabled": "the app takes no direct messages. Turn its Messages Tab on, under App Home.",
    "channel_type_not_supported": "the channel takes no messages of this kind. Name another one.",
    "method_not_supported_for_channel_type": "the channel takes no messages of this kind. Name another one.",
    "restricted_action": "only some members may post there. Let digestbot post in the channel's settings.",
    "restricted_action_read_only_channel": "the channel is read-only. Let digestbot post in its settings.",
    "restricted_action_thread_only_channel": "the channel takes nothing but replies. Name another one.",
    "restricted_action_non_threadable_channel": "the channel has no threads, and the digest is a long one. Order less.",
    "restricted_action_thread_locked": "the thread is locked.",
    "cannot_reply_to_message": "its first part takes no replies.",
    "thread_not_found": "its first part is gone.",
    "message_not_found": "the message is gone.",
    "cant_update_message": "the message is somebody else's.",
    "edit_window_closed": "the message is too old to be changed.",
    "is_inactive": "the message is in a thread that is closed.",
    "account_inactive": "the app was removed from the workspace. Install it again, from its page Install App.",
    "token_revoked": f"the bot's token was revoked. {_TOKEN}",
    "token_expired": f"the bot's token has expired. {_TOKEN}",
    "invalid_auth": f"the bot's token is not known. {_TOKEN}",
    "not_authed": f"the bot's token is missing. {_TOKEN}",
    "not_allowed_token_type": f"the token is of another kind: SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN with "
    f"xapp-. {_TOKEN}",
    "missing_scope": "the app lacks a scope. Give it all that `digestbot slack manifest` lists, and install it again.",
    "no_permission": "the app may not do that. Give it all that `digestbot slack manifest` lists, and install it.",
    "access_denied": "the app may not do that there.",
    "team_access_not_granted": "the app may not be used in this workspace. Ask who administers the organisation.",
    "two_factor_setup_required": "the workspace asks for two-factor sign-in of whoever installed the app.",
    "ekm_access_denied": "the organisation's keys do not let the app post. Ask who administers it.",
    "enterprise_is_restricted": "the organisation does not let the app do that. Ask who administers it.",
    "slack_connect_file_link_sharing_blocked": "a shared channel does not take the link.",
    "invalid_blocks": f"its blocks are not allowed. {_PAYLOAD}",
    "invalid_blocks_format": f"its blocks are no blocks. {_PAYLOAD}",
    "msg_blocks_too_long": f"its blocks are too long. {_PAYLOAD}",
    "msg_too_long": f"it is too long. {_PAYLOAD}",
    "no_text": f"nothing is in it. {_PAYLOAD}",
    "markdown_text_conflict": f"it has two texts. {_PAYLOAD}",
    "too_many_attachments": f"it has too many attachments. {_PAYLOAD}",
    "attachment_payload_limit_exceeded": f"its attachments are too long. {_PAYLOAD}",
    "duplicate_message_not_found": "the message that it repeats is gone.",
    "metadata_must_be_sent_from_app": "the token is no bot's of an app. " + _TOKEN,
    "metadata_too_large": "its metadata is too large.",
    "invalid_metadata_format": "its metadata is not allowed.",
    "invalid_metadata_schema": "its metadata is not allowed.",
    "invalid_arguments": f"Slack does not take what is in it. {_PAYLOAD}",
    "invalid_args": f"Slack does not take what is in it. {_PAYLOAD}",
    "message_limit_exceeded": "the workspace may hold no more messages.",
    "deprecated_endpoint": "Slack has ended that method. Update digestbot.",
    "method_deprecated": "Slack has ended that method. Update digestbot.",
    "unknown_method": "there is no such method. DIGESTBOT_SLACK_API_URL may name another service.",
}
"""Codes after which trying again cannot help: what is wrong, and what to do."""

MAYBE_SENT = frozenset({"fatal_error", "internal_error", "service_unavailable", "team_added_to_org"})
"""Codes of which Slack says that some of the work may have been done all the same."""

RATED = frozenset({"ratelimited", "rate_limited"})

_CODE = re.compile(r"[a-z][a-z0-9_]{2,60}")


def understood(error: Exception, about: object, scope: Scope) -> PlatformError:
    """What a call's failure means. about: what the call was for. scope: whom the method's rate limit concerns."""
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return PlatformError(f"{about}: Slack cannot be reached.", permanent=False)
    if isinstance(error, SlackApiError):
        return _refused(error, about, scope)
    return PlatformError(f"{about}: Slack gave no answer.", permanent=False, sent="perhaps")


FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""All that a call of the SDK raises when it fails; `understood` tells them apart."""


def code_of(error: SlackApiError) -> str:
    """Slack's name for what is wrong, "" where the answer was none of Slack's."""
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _refused(error: SlackApiError, about: object, scope: Scope) -> PlatformError:
    status, code = _status(error), code_of(error)
    if status == 429 or code in RATED:
        wait = _seconds(error.response.headers.get("Retry-After"))
        return PlatformError(f"{about}: Slack takes no more for now.", permanent=False, retry_after=wait, scope=scope)
    if why := FOR_GOOD.get(code):
        return PlatformError(f"{about}: {why} Slack calls it {code}{_lacking(error)}.", permanent=True)
    if status >= 500 or not code or code in MAYBE_SENT:
        said = f"failed ({code or status})"
        return PlatformError(f"{about}: Slack {said}.", permanent=False, sent="perhaps")
    # A code that is not listed is a refusal all the same; that it lasts is more than anybody knows.
    return PlatformError(f"{about}: Slack refused it ({code}).", permanent=False)


def _lacking(error: SlackApiError) -> str:
    """The scope that Slack asks for, where it does."""
    needed = error.response.data.get("needed")
    return f" and asks for {needed}" if isinstance(needed, str) and re.fullmatch(r"[\w:.,]+", needed) else ""


def _status(error: SlackApiError) -> int:
    """The SDK hands on its own response, or, where the body was no JSON, the HTTP library's."""
    return int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0) or 0)


def _seconds(header: str | None) -> float:
    if header is None or not re.fullmatch(r"\d{1,9}(\.\d+)?", header):
        return DEFAULT_WAIT_SECONDS
    return min(float(header), LONGEST_WAIT_SECONDS)
