"""`digestbot pull`: fetch the notes that live elsewhere now."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from digestbot.config.sources import SourceOrder
    from digestbot.settings import Settings

FAILED = 1
"""The exit status when a source could not be fetched; the others were all the same."""


@click.command("pull", short_help="Fetch the notes that live elsewhere.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def pull(names: tuple[str, ...]) -> None:
    """Fetch what is new of the sources of digestbot.toml, and say what came.

    NAME is a source's name; without one all are fetched. `digestbot run` does the same by itself.
    """
    from digestbot import settings

    loaded = settings.load()
    done = [_pulled(loaded, one) for one in _wanted(loaded, names)]
    if not all(done):
        sys.exit(FAILED)


def _wanted(settings: Settings, names: tuple[str, ...]) -> list[SourceOrder]:
    from digestbot.errors import SettingsError, UsageError

    if not settings.sources:
        raise SettingsError(
            f"{settings.config}: there are no sources. "
            'Write [[sources]] with name = "team-notes", kind = "git" and url = "https://…".'
        )
    known = {one.name: one for one in settings.sources}
    for name in names:
        if name not in known:
            raise UsageError(f"There is no source “{name}”. digestbot.toml names {', '.join(known)}.")
    return [known[name] for name in names or known]


def _pulled(settings: Settings, order: SourceOrder) -> bool:
    from digestbot import credentials, sources
    from digestbot.clock import now
    from digestbot.errors import SourceError

    if order.kind == "folder":
        click.echo(f"{order.name}: read where it lies, {order.path}.")
        return True
    try:
        token = credentials.load().token(order.name)
        report = asyncio.run(sources.refresh(order, settings.data, token, now()))
    except SourceError as error:
        click.echo(f"digestbot: {error}", err=True)
        return False
    click.echo(str(report))
    for problem in report.problems:
        click.echo(f"{problem}; {problem.fix}" if problem.fix else str(problem))
    return True
