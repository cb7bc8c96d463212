"""What the app may do in a workspace: each scope, why it is needed, and the methods that need it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope of the bot token.

    why: what it is for. without: what does not work without it. methods: what of the Web API asks for it.
    """

    name: str
    why: str
    without: str
    methods: tuple[str, ...] = ()

    @property
    def complaint(self) -> str:
        """That it is missing, what does not work for it, and the fix."""
        lacking = f"The app lacks the scope {self.name}: {self.without}."
        return f"{lacking} Add it under OAuth & Permissions, and install it again."


SCOPES = (
    Scope("chat:write", "post digests", "no digest is posted", ("chat.postMessage", "chat.update")),
    Scope("commands", "/quote, /digest and the message shortcut", "nothing is answered"),
    Scope("channels:read", "see whether a public channel is there, archived, and has digestbot in it",
          "public channels cannot be checked", ("conversations.info",)),
    Scope("groups:read", "the same for private channels that it was invited to",
          "private channels cannot be checked", ("conversations.info",)),
    Scope("channels:history", "look whether a digest arrived when Slack did not say, so that none comes twice",
          "a digest of which Slack does not say whether it arrived cannot be looked for in public channels",
          ("conversations.history", "conversations.replies")),
    Scope("groups:history", "the same in private channels that it was invited to",
          "a digest of which Slack does not say whether it arrived cannot be looked for in private channels",
          ("conversations.history", "conversations.replies")),
    Scope("im:write", "open direct messages, for what members save and for digests of their own",
          "nothing can be sent to members: no list, no digest of their own", ("conversations.open",)),
    Scope("im:history", "look whether a digest of a member's own arrived",
          "a member's own digest of which Slack does not say whether it arrived cannot be looked for",
          ("conversations.history", "conversations.replies")),
    Scope("pins:write", "keep the latest digest pinned, where a subscription says so",
          "no digest is pinned", ("pins.add", "pins.remove")),
    Scope("users:read", "know a member's name and time zone, and who administers the workspace",
          "nobody is known as an admin of the workspace, and zones have to be typed", ("users.info",)),
    Scope("usergroups:read", "let a user group curate or administer",
          "user groups named as `admins` or `curators` have no members", ("usergroups.list",)),
)  # fmt: skip
"""In the order in which the manifest lists them."""

FREE = ("auth.test", "apps.connections.open", "chat.getPermalink", "views.open", "views.update", "views.push",
        "views.publish")  # fmt: skip
"""Methods that are called and need no scope."""


def lacking(granted: Collection[str]) -> Sequence[Scope]:
    """Those that these scopes do not hold."""
    return [one for one in SCOPES if one.name not in granted]
