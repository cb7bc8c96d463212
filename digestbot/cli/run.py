"""`digestbot run` and `digestbot console`: the service, and its prompt alone."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from digestbot.cli.options import content_option, load_settings

if TYPE_CHECKING:
    from digestbot.settings import Settings


@click.command("run", short_help="Deliver the digests of digestbot.toml at their times.")
@content_option
@click.option("--console", "prompt", is_flag=True, help="Answer commands on standard input too, and end when it ends.")
def run(content: tuple[str, ...], *, prompt: bool) -> None:
    """Deliver the digests of digestbot.toml at their times, until stopped."""
    from digestbot import telemetry

    loaded = load_settings(content)
    telemetry.start(form=loaded.log_format, level=loaded.log_level)

    from digestbot import app

    asyncio.run(app.serve(loaded, prompt=prompt or _seated(loaded)))


@click.command("console", short_help="Answer /quote and /digest at a prompt.")
@content_option
def console(content: tuple[str, ...]) -> None:
    """Answer /quote and /digest at a prompt, as every platform does; `exit` ends it."""
    from digestbot import app

    asyncio.run(app.converse(load_settings(content)))


def _seated(settings: Settings) -> bool:
    """Whether somebody sits at the terminal, and the terminal is one of the channels."""
    terminal = sys.stdin is not None and sys.stdin.isatty()
    return terminal and any(one.channel.platform == "console" for one in settings.subscriptions)
