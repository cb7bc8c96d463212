"""`digestbot hide`: what is not to be shown any more."""

from __future__ import annotations

import click

from digestbot.cli.asking import ask, workspace_option


@click.command("hide", short_help="Take a highlight or a source out for good.")
@click.argument("what", nargs=-1, metavar="HIGHLIGHT|SOURCE")
@click.option("--undo", is_flag=True, help="Let it be shown again.")
@workspace_option
def hide(what: tuple[str, ...], workspace: str | None, *, undo: bool) -> None:
    """Take a HIGHLIGHT (by its id) or a SOURCE (by its title or address) out of digests and look-ups.

    Without either, list what is hidden.
    """
    word = "unhide" if undo else "hide"
    ask(f"{word} {' '.join(what)}" if what or undo else "hidden", workspace)
