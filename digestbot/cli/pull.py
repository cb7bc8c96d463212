"""`digestbot pull`: fetch the notes that live elsewhere now."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from digestbot.cli.options import echo_json, json_option
from digestbot.errors import SourceError

if TYPE_CHECKING:
    from digestbot.config.sources import SourceOrder
    from digestbot.settings import Settings
    from digestbot.sources.job import Report

FAILED = 1
"""The exit status when a source could not be fetched; the others were all the same."""


@click.command("pull", short_help="Fetch the notes that live elsewhere.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
def pull(names: tuple[str, ...], *, as_json: bool) -> None:
    """Fetch what is new of the sources of digestbot.toml, and say what came.

    NAME is a source's name; without one all are fetched. `digestbot run` does the same by itself.
    """
    from digestbot import settings

    loaded, told, failed = settings.load(), [], False
    for order in _wanted(loaded, names):
        done = _pulled(loaded, order)
        failed = failed or isinstance(done, SourceError)
        if as_json:
            told.append(_as_json(order, done))
        else:
            _tell(order, done)
    if as_json:
        echo_json(sources=told)
    if failed:
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


def _pulled(settings: Settings, order: SourceOrder) -> Report | SourceError:
    from digestbot import credentials, sources
    from digestbot.clock import now

    try:
        token = credentials.load().token(order.name)
        return asyncio.run(sources.refresh(order, settings.data, token, now()))
    except SourceError as error:
        return error


def _tell(order: SourceOrder, done: Report | SourceError) -> None:
    if isinstance(done, SourceError):
        click.echo(f"digestbot: {done}", err=True)
        return
    click.echo(f"{order.name}: read where it lies, {order.path}." if order.kind == "folder" else str(done))
    for problem in done.problems:
        click.echo(f"{problem}; {problem.fix}" if problem.fix else str(problem))


def _as_json(order: SourceOrder, done: Report | SourceError) -> dict[str, object]:
    """What came of one source; `failed` is the reason, "" where all went well."""
    from digestbot.sources.job import Report

    failed = str(done) if isinstance(done, SourceError) else ""
    return {**asdict(Report(order.name) if isinstance(done, SourceError) else done), "failed": failed}
