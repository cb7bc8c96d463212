"""`digestbot workspace`: what belongs to a team as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digestbot.cli.asking import gather

if TYPE_CHECKING:
    from digestbot.app import App
    from digestbot.commands import Context
    from digestbot.model import Command


@click.group("workspace", short_help="Erase what a workspace has here.")
def workspace() -> None:
    """Erase what a workspace has here."""


@workspace.command("erase")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it; there is no way back but a backup.")
def erase(name: str, *, yes: bool) -> None:
    """Delete all that the ledger holds of the workspace NAME: orders, deliveries, history, lists, votes, the audit.

    A workspace that removes digestbot is erased by itself after 30 days. What digestbot.toml declares for it is ordered
    anew when digestbot starts; its notes are not touched.
    """
    from digestbot.errors import UsageError

    if not yes:
        raise UsageError(f"This deletes all of {name} for good. Make a digestbot db backup, then say it with --yes.")

    async def erased(app: App, _: Command, __: Context) -> int:
        return await app.ledger.erase(name)

    count = gather("", None, erased)[1]
    click.echo(f"{name}: {count} rows are erased." if count else f"{name}: there was nothing.")
