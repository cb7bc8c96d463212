"""The entry point: runs the command line, and turns what goes wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

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
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal of another encoding shows what it can
    try:
        cli(prog_name="digestbot")
    except DigestbotError as error:
        click.echo(f"digestbot: {error}", err=True)
        sys.exit(next(code for kind, code in _EXIT_CODES if isinstance(error, kind)))
    except OSError as error:
        if error.filename is not None:  # not of the output, which has no name
            raise
        click.echo(f"digestbot: standard output cannot be written: {error.strerror}.", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still unwritten would fail once more at exit
        sys.exit(1)


if __name__ == "__main__":
    main()
