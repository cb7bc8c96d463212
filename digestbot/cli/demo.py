"""The first look: what digestbot does, on the sample notes, with no token and nothing left behind."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestbot.cli.options import columns, content_option, fill, load_library, plain
from digestbot.clock import now

if TYPE_CHECKING:
    from digestbot.library.search import Library
    from digestbot.model import Digest
    from digestbot.rendering import Renderer

_NEXT = """\
digestbot preview --content ~/notes       today's digest of your own notes
digestbot quote WORDS                     look up what you half remember
digestbot themes                          what your notes are about
digestbot --help                          everything else"""


@click.command(short_help="Show a digest of the sample notes, and a look-up.")
@content_option
def demo(content: tuple[str, ...]) -> None:
    """Show today's digest as Slack and Discord would get it, and a look-up answered."""
    from digestbot import settings
    from digestbot.cli.look import pick
    from digestbot.library.place import place
    from digestbot.rendering import Renderer

    loaded = settings.load(content or (str(settings.bundled("content")),))
    with tempfile.TemporaryDirectory(prefix="digestbot-") as data:
        library = load_library(place(replace(loaded, data=Path(data))))
        renderer = Renderer(loaded.template_folders)
        digest = pick(loaded, library, "rotate", now().date(), 3).digest
        _read(library, loaded.content)
        _digest(digest, renderer)
        _look_up(digest, library, renderer)
    _title("What next")
    click.echo(_NEXT)


def _title(text: str) -> None:
    click.secho(f"\n{text} {'─' * (columns() - len(text) - 1)}\n", bold=None if plain() else True)


def _read(library: Library, content: tuple[Path, ...]) -> None:
    held = library.summary
    names = ", ".join(theme.name for theme in library.themes()[:6])
    _title("digestbot: a folder of notes becomes a digest your team reads")
    where = " and ".join(f"{path.name}/" for path in content)
    click.echo(f"Read {held.notes} notes in {where}: {held.highlights} highlights from {held.sources} sources.")
    click.echo(fill(f"{len(library.themes())} themes, among them {names}."))


def _digest(digest: Digest, renderer: Renderer) -> None:
    from digestbot.cli.sketch import sketch

    for platform, name in (("slack", "Slack"), ("discord", "Discord")):
        _title(f"Today's digest in {name}")
        for part in renderer.render(digest, platform).parts:
            click.echo(sketch(part, platform))


def _look_up(digest: Digest, library: Library, renderer: Renderer) -> None:
    from digestbot.commands import look_up

    words = _half_remembered(digest, library)
    _title(f"/quote {words}")
    for part in renderer.render(look_up(words, library, seed="demo", limit=1), "text").parts:
        click.echo(fill(part.text))


def _half_remembered(digest: Digest, library: Library) -> str:
    """Two neighbouring words of a highlight that is not in the digest, one of them misspelt as people do."""
    from digestbot.curation import curate

    shown = {one.id for one in digest.highlights}
    others = [one for one in library.find("", limit=1000).highlights if one.id not in shown and one.text.isascii()]
    text = curate(others, (), seed=digest.day, size=1, now=now())[0].text if others else digest.highlights[0].text
    pairs = re.findall(r"\b([a-z]{6,}) ([a-z]{5,})\b", text.lower()) or [tuple(text.lower().split()[:2])]
    first, *rest = max(pairs, key=lambda pair: len("".join(pair)))
    return " ".join([first[:3] + first[4:] if len(first) > 6 else first, *rest])
