"""Who may do what: anyone looks up, admins and whoever ordered it change, curators hide."""

from __future__ import annotations

from digestbot.commands.context import Context
from digestbot.errors import UsageError
from digestbot.model import Command
from digestbot.orders import Standing

_ADMINS = "Ask an admin of this workspace; `admins` in digestbot.toml names them."
_GUESTS = frozenset({"", "help", "themes", "preview", "list", "show", "next", "why", "quote"})
"""What only shows something: commands, and words of /digest."""


def need_guest(command: Command) -> None:
    """Raise UsageError for what is not open to members of other workspaces: they look up, and change nothing."""
    word = command.text.strip().partition(" ")[0].casefold() if command.name == "digest" else command.name
    if word not in _GUESTS:
        raise UsageError("Members of other workspaces can look up quotes here, and nothing else.")


def is_admin(command: Command, context: Context) -> bool:
    """Whether the platform or the settings let this person administer the workspace."""
    return command.admin or bool({command.actor, *command.groups} - {""} & context.admins)


def is_curator(command: Command, context: Context) -> bool:
    """Whether this person decides what may be shown; admins do."""
    return is_admin(command, context) or bool({command.actor, *command.groups} - {""} & context.curators)


def may_change(command: Command, context: Context, standing: Standing) -> bool:
    """Whether this person may change a standing order: an admin, or whoever ordered it; a member's own only they."""
    if member := standing.subscription.channel.member:
        return member == command.actor
    return is_admin(command, context) or standing.by == command.actor != ""


def may_see(command: Command, context: Context, standing: Standing) -> bool:
    """Whether this person may read about a standing order: in its own channel everybody."""
    return standing.subscription.channel == command.channel or may_change(command, context, standing)


def need_admin(command: Command, context: Context, what: str) -> None:
    """Raise UsageError unless an admin asks."""
    if not is_admin(command, context):
        raise UsageError(f"Only admins may {what}. {_ADMINS}")


def need_curator(command: Command, context: Context, what: str) -> None:
    """Raise UsageError unless a curator or an admin asks."""
    if not is_curator(command, context):
        raise UsageError(
            f"Only curators and admins may {what}. Ask one of them; `curators` in digestbot.toml names them."
        )


def need_owner(command: Command, context: Context, standing: Standing) -> None:
    """Raise UsageError unless this person may change the standing order."""
    if not may_change(command, context, standing):
        raise UsageError(f"Only whoever ordered “{standing.subscription.id}”, and admins, may change it. {_ADMINS}")
