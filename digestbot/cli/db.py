"""`digestbot db`: the ledger's database, for whoever runs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestbot.cli.options import echo_json, json_option

if TYPE_CHECKING:
    from digestbot.store.engine import Database


@click.group("db", short_help="Upgrade, check, back up or restore the database.")
def db() -> None:
    """Upgrade, check, back up or restore the database that DIGESTBOT_DATABASE_URL names."""


@db.command("upgrade")
def upgrade() -> None:
    """Make the tables, or bring them to this version; `digestbot run` does so by itself."""
    from digestbot.store import upgraded
    from digestbot.store.tables import HEAD

    with opened() as database:
        done = upgraded(database)
        click.echo(f"{database.name}: tables of version {HEAD}{'' if done else ', as before'}")


@db.command("check")
@json_option
def check(*, as_json: bool) -> None:
    """Say what the database is and holds, and whether it is whole; exit 1 if something is wrong."""
    from digestbot.store.check import check as look

    with opened() as database:
        health = look(database)
    if as_json:
        echo_json(**asdict(health))
    else:
        click.echo(f"{health.name}\n{health.product}, tables of version {health.version or 'none'}")
        echo_counts(health.rows)
        for problem in health.problems:
            click.echo(problem)
    sys.exit(1 if health.problems else 0)


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write everything in the database to a new FILE, also while digestbot runs."""
    from digestbot.store.backup import backup as write

    with opened() as database:
        echo_counts(write(database, file))


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Delete what the database holds.")
def restore(file: Path, *, force: bool) -> None:
    """Fill the database from FILE, which `db backup` wrote from this or the other kind of database.

    Stop every digestbot that serves it first.
    """
    from digestbot.store import upgraded
    from digestbot.store.backup import restore as read

    with opened() as database:
        upgraded(database)
        echo_counts(read(database, file, force=force))


@contextmanager
def opened() -> Iterator[Database]:
    """The database that the settings name, closed at the end."""
    from digestbot import credentials, settings
    from digestbot.store.engine import connect

    database = connect(credentials.load().database(settings.load()))
    try:
        yield database
    finally:
        database.close()


def echo_counts(rows: dict[str, int]) -> None:
    """Print a line for each table: its name, and how many rows."""
    for table, count in rows.items():
        click.echo(f"{table:14}{count:>10,}")
