"""A command asked from the command line: by the console's admin, of one workspace, with the answer in plain text."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from digestbot.cli.options import echo_text, load_settings, render

if TYPE_CHECKING:
    from digestbot.app import App
    from digestbot.commands import Context
    from digestbot.model import Command, View
    from digestbot.ports import Library
    from digestbot.service import Step
    from digestbot.settings import Settings

T = TypeVar("T")

Work = Callable[["App", "Command", "Context"], Awaitable[T]]
"""What is to be done with the parts of digestbot, a command of the console's admin, and what it may use."""

workspace_option = click.option("--workspace", metavar="NAME", help="The workspace that is meant.  [default: local]")

_TYPED = re.compile(r"(?<!words: )/digest (\w+)")
"""A hint; the words that order something again are those of a channel here too."""

_HERE = {
    "subscribe": "digestbot subscription add NAME CHANNEL",
    "unsubscribe": "digestbot subscription remove",
    "history": "digestbot deliveries",
    **{word: f"digestbot subscription {word}" for word in ("edit", "list", "next", "pause", "resume", "show", "skip")},
}
"""What the commands of a channel are called here; the others have the same name."""


def ask(words: str, workspace: str | None, *, platforms: bool = False, notes: bool = True) -> None:
    """Let the console's admin say `/digest WORDS`, and print the answer; the rest as `gather`."""
    from digestbot.commands import carry_out

    async def said(_: App, command: Command, context: Context) -> View:
        return (await carry_out(command, context)).view

    settings, view = gather(words, workspace, said, platforms=platforms, notes=notes)
    echo(view, settings)


def gather(
    words: str, workspace: str | None, work: Work[T], *, platforms: bool = False, notes: bool = True
) -> tuple[Settings, T]:
    """The settings, and what the work returns. Hints for a channel that its errors hold are put in terms of here.

    platforms: those that are set up are connected. notes: the answer is about the notes as they are now; what has
    nothing to do with them takes the index as it lies, and no vault is looked through for it.

    Raises UsageError for a mistake in the words.
    """
    from digestbot.errors import UsageError

    settings = load_settings(())
    try:
        return settings, asyncio.run(_gather(settings, words, workspace, work, platforms=platforms, notes=notes))
    except UsageError as error:
        raise UsageError(translated(str(error))) from error


def echo(view: View, settings: Settings) -> None:
    """Print an answer; what it offers next is said in its text, and its buttons are for channels."""
    from digestbot.model import Form

    shown = view if isinstance(view, Form) else replace(view, actions=())
    for part in render(shown, "text", settings).parts:
        echo_text(translated(part.text))


def translated(text: str) -> str:
    """A text with the commands of a channel as they are written here."""
    here = _TYPED.sub(lambda found: _HERE.get(found[1], f"digestbot {found[1]}"), text)
    return here.replace("Leave out as-today", "Leave out --as-today")


def _say_what_waits(settings: Settings, workspace: str, steps: Iterable[Step]) -> None:
    """Say which lines of digestbot.toml no service has taken in, on stderr: the answer knows nothing of them."""
    from digestbot.commands.context import listed

    orders = [step.standing.subscription for step in steps]
    if names := [one.id for one in orders if one.channel.workspace == workspace]:
        said = f"digestbot: {settings.config}: what it says of {listed(names)} holds once `digestbot run` has started."
        click.echo(said, err=True)


async def _as_it_lies(settings: Settings, workspace: str) -> Library:
    from digestbot.library import open_library
    from digestbot.library.place import place

    return open_library(place(settings, workspace), check=False)


async def _gather(
    settings: Settings, words: str, workspace: str | None, work: Work[T], *, platforms: bool, notes: bool
) -> T:
    from digestbot.app import differences, opened
    from digestbot.model import LOCAL, Channel, Command
    from digestbot.platforms import configured

    declared = {one.channel.platform for one in settings.subscriptions}
    name = workspace or LOCAL
    async with opened(settings, declared | set(configured()) if platforms else set(), stays=False) as connected:
        app = connected if notes else replace(connected, libraries=partial(_as_it_lies, settings))
        _say_what_waits(settings, name, await differences(app))
        command = Command("digest", words, Channel("cli", name, "cli"), "cli", admin=True)
        return await work(app, command, await app.context(name))
