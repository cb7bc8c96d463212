"""The entry point: runs the command line, and turns what goes wrong into a sentence and an exit code."""

from __future__ import annotations

import sys

import click

from digestbot.cli import cli
from digestbot.errors import ContentError, DigestbotError, SettingsError, StoreError, UsageError

_EXIT_CODES: tuple[tuple[type[DigestbotError], int], ...] = (
    (UsageError, 2),
    (SettingsError, 3),
    (ContentError, 3),
    (StoreError, 3),
    (DigestbotError, 1),
)


def main() -> None:
    """Run `digestbot`: exit 0 ok, 1 findings or a failure, 2 usage, 3 settings; never a traceback for bad input."""
    try:
        cli(prog_name="digestbot")
    except DigestbotError as error:
        click.echo(f"digestbot: {error}", err=True)
        sys.exit(next(code for kind, code in _EXIT_CODES if isinstance(error, kind)))


if __name__ == "__main__":
    main()
