"""`digestbot export`, and what `digestbot import` does with such a file."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestbot.cli.db import echo_counts, opened

if TYPE_CHECKING:
    from digestbot.store.engine import Database


@click.command("export", short_help="Write subscriptions, history and votes to a file.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--workspace", help="Only this workspace.")
def export(file: Path | None, workspace: str | None) -> None:
    """Write what was ordered, sent, said, saved and done to a new FILE, or to standard output (-), as JSON.

    `digestbot import` takes it in again, into either kind of database. Whatever waits there is sent from there, too:
    stop this digestbot first.
    """
    from digestbot.store import portable, upgraded

    with opened() as database:
        upgraded(database)
        if file is None or str(file) == "-":
            portable.export(database, sys.stdout.write, workspace)
        else:
            _write(database, file, workspace)


def _write(database: Database, file: Path, workspace: str | None) -> None:
    """A new file, which only its owner can read."""
    from digestbot.errors import StoreError
    from digestbot.store import portable

    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            try:
                counts = portable.export(database, out.write, workspace)
            except BaseException:
                with suppress(OSError):
                    file.unlink()
                raise
    except FileExistsError as error:
        raise StoreError(f"{file} is there already. Name a new file, or move that one away.") from error
    except OSError as error:
        raise StoreError(f"{file} cannot be written ({error.strerror}). Name another place.") from error
    echo_counts(counts)


def take_in(file: Path, workspace: str | None = None) -> None:
    """Merge an export into the database, and say what was new. Raises StoreError for any other file."""
    from digestbot.errors import StoreError
    from digestbot.store import portable, upgraded

    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise StoreError(f"{file} cannot be read ({error.strerror}). Name a file of `digestbot export`.") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{file} is no export of digestbot, or damaged. Nothing was changed.") from error
    with opened() as database:
        upgraded(database)
        echo_counts(portable.load(database, document, str(file), workspace))
