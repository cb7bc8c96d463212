"""What several commands share: their options, the library they open, and the way they print."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from digestbot.library.place import Place
    from digestbot.library.search import Library
    from digestbot.model import Message, View
    from digestbot.settings import Settings

WIDTH = 88
"""Columns of running text, at most."""

SCHEMA = 1
"""The version of what --json prints; it rises when a field changes its meaning or goes."""

content_option = click.option(
    "--content",
    multiple=True,
    metavar="PATH",
    help="A folder of notes, before DIGESTBOT_CONTENT; may be given several times.",
)
workspace_option = click.option(
    "--workspace", metavar="NAME", help="A workspace of digestbot.toml, to see its own notes.  [default: local]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def load_settings(content: tuple[str, ...]) -> Settings:
    """The settings; says on stderr when no notes are configured and the sample content stands in for them."""
    from digestbot import settings

    loaded = settings.load(content)
    if not content and loaded.content == (settings.bundled("content").resolve(),):
        click.echo("Reading the sample content; name your own notes with --content or DIGESTBOT_CONTENT.", err=True)
    return loaded


def load_place(settings: Settings, workspace: str | None, content: tuple[str, ...] = ()) -> Place:
    """Where the notes of a workspace are; of the default one for None.

    Raises UsageError for a workspace that digestbot.toml does not have, which would be shown the default notes, and
    where folders of notes are named too.
    """
    from digestbot.errors import UsageError
    from digestbot.library.place import place
    from digestbot.model import LOCAL

    if workspace and workspace not in settings.names:
        raise UsageError(
            f"There is no workspace “{workspace}” in {settings.config}. Name {' or '.join(settings.names)}."
        )
    if workspace and content:
        raise UsageError("A workspace has its own notes. Leave out --workspace or --content.")
    return place(settings, workspace or LOCAL)


def load_library(settings: Settings, workspace: str | None = None, content: tuple[str, ...] = ()) -> Library:
    """The library of a workspace's notes; on stderr, what is odd about it. Raises as load_place."""
    from digestbot.library import open_library
    from digestbot.model import LOCAL

    library = open_library(load_place(settings, workspace, content))
    wanted = settings.sources_of(workspace or LOCAL)
    missing = [one.name for one in wanted if not one.place(settings.data).is_dir()]
    for notice in filter(
        None, (library.notice, missing and f"{', '.join(missing)}: run `digestbot pull` to fetch it.")
    ):
        click.echo(f"digestbot: {notice}", err=True)
    return library


def complete_theme(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The themes to offer in a shell for what was typed; none where there is no library yet."""
    from digestbot import settings
    from digestbot.errors import DigestbotError
    from digestbot.library import open_library

    content = ctx.params.get("content") or ()
    try:
        library = open_library(load_place(settings.load(content), ctx.params.get("workspace"), content), check=False)
    except DigestbotError:
        return []
    # A shell offers only what goes on as it was begun.
    return [one.name for one in library.themes() if one.name.casefold().startswith(incomplete.casefold())]


def render(view: View, platform: str, settings: Settings) -> Message:
    """A View with the settings' templates; on stderr, which of them are broken and were stood in for."""
    from digestbot.rendering import Renderer

    message = Renderer(settings.template_folders).render(view, platform)
    for problem in message.problems:
        click.echo(f"{problem} {problem.fix}", err=True)
    return message


def plain() -> bool:
    """Whether the person wants no colours or weights on the terminal (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))  # noqa: TID251 - about the terminal, as its width is


def echo_json(**told: object) -> None:
    """Print an object for other programs: the version of its schema, then these fields."""
    click.echo(json.dumps({"schema": SCHEMA, **told}, ensure_ascii=False, indent=2))


def echo_text(text: str) -> None:
    """Print running text, broken into lines where a person reads it on a terminal."""
    click.echo(fill(text) if sys.stdout.isatty() else text)


def columns() -> int:
    """How wide running text may be: as the terminal is, and at most WIDTH."""
    return min(WIDTH, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDTH


def fill(text: str, margin: str = "") -> str:
    """Text with each line broken at the terminal's width and begun with a margin; addresses stay whole."""
    width = max(columns() - len(margin), 20)
    lines = (
        textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""] for line in text.splitlines()
    )
    return "\n".join(f"{margin}{line}".rstrip() for group in lines for line in group)
