"""How much of a thing that others are bothered with one member may do within an hour."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from digestbot.commands.context import Context
from digestbot.errors import UsageError
from digestbot.model import Command


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many within an hour, all of them at once or one after the other. many: what they are, for people."""

    what: str
    most: int
    many: str


SHARES = Allowance("share", 10, "shared {} quotes")
"""What everybody in a channel has to read."""

SAVES = Allowance("save", 60, "saved {} quotes")
"""Each is a message of its own."""

CAPTURES = Allowance("capture", 20, "handed in {} passages")
"""Each has to be read by a curator."""


async def spend(command: Command, context: Context, allowance: Allowance) -> None:
    """Count one. Raises UsageError where it is one too many, with the time from which it is not."""
    workspace, most = command.channel.workspace, allowance.most
    again = await context.ledger.spend(workspace, command.actor, allowance.what, most, context.now)
    if again:
        at = again.astimezone(ZoneInfo(command.zone) if command.zone else context.now.tzinfo)
        done = allowance.many.format(most)
        raise UsageError(f"You {done} within an hour, and more would be too many. It can be done again at {at:%H:%M}.")
