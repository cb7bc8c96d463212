"""`digestbot draft`, `approve` and `swap`: what curators do with a digest before its hour."""

from __future__ import annotations

import click

from digestbot.cli.asking import ask, workspace_option


@click.command("draft", short_help="Show a digest that waits for curators.")
@click.argument("name", required=False, default="", metavar="[DELIVERY]")
@workspace_option
def draft(name: str, workspace: str | None) -> None:
    """Show a draft, or list those that wait. DELIVERY is morning, or morning/2026-11-20."""
    ask(f"draft {name}", workspace)


@click.command("approve", short_help="Let a draft be sent at its hour.")
@click.argument("name", metavar="DELIVERY")
@workspace_option
def approve(name: str, workspace: str | None) -> None:
    """Let a draft be sent at its hour, or at once where that has passed; `subscription skip` leaves it out."""
    ask(f"approve {name}", workspace)


@click.command("swap", short_help="Put another highlight in a draft.")
@click.argument("name", metavar="DELIVERY")
@click.argument("highlight")
@workspace_option
def swap(name: str, highlight: str, workspace: str | None) -> None:
    """Put the next best pick in the place of a draft's HIGHLIGHT (its id)."""
    ask(f"swap {name} {highlight}", workspace, platforms=True)
