"""The command line: one file for each group of commands, imported when one of them is asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword

import click

from digestbot import __version__

COMMANDS = {
    "preview": "look",
    "quote": "look",
    "themes": "look",
    "corpus": "corpus",
    "next": "next",
    "pull": "pull",
    "import": "imports",
    "subscription": "subscription",
    "deliveries": "deliveries",
    "why": "deliveries",
    "deliver": "deliveries",
    "retry": "deliveries",
    "amend": "deliveries",
    "hide": "moderate",
    "draft": "drafts",
    "approve": "drafts",
    "swap": "drafts",
    "audit": "deliveries",
    "run": "run",
    "console": "run",
    "db": "db",
    "workspace": "workspace",
    "export": "portable",
    "doctor": "doctor",
    "slack": "slack",
    "demo": "demo",
}
"""Which file of this folder holds a command; its function is called like the command, `-` written as `_`, and
one that Python knows already with `_` behind."""


class _Commands(click.Group):
    """A group that imports a command's file only when that command, or the list with all its help, is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click names it
        """The commands in the order of the table, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click names it
        """Import the command, or None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"digestbot.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_") + "_" * iskeyword(cmd_name))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; an unknown command is answered with the nearest one."""
        from difflib import get_close_matches

        near = get_close_matches(args[0], COMMANDS, 1) if args[0] not in COMMANDS else []
        if near:
            ctx.fail(f"There is no command “{args[0]}”. Did you mean {near[0]}?")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digestbot")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Turn folders of notes into themed digests for Slack and Discord, and look up what you half remember."""
    if sys.stdout is None and COMMANDS.get(ctx.invoked_subcommand or "") != "run":
        from digestbot.errors import DigestbotError

        raise DigestbotError("standard output is closed, and there is nowhere to print to.")
