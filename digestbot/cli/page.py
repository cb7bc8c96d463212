"""The page of `preview --html`: where its parts come from and where it is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestbot.errors import UsageError

if TYPE_CHECKING:
    from digestbot.curation import Curated
    from digestbot.model import Digest
    from digestbot.ports import Library
    from digestbot.rendering.page import Bundle
    from digestbot.settings import Settings


def show_page(found: Curated, library: Library, settings: Settings, file: Path | None, *, opens: bool) -> None:
    """Write the page of a digest, into the data folder where no file is named, and print where it lies.

    opens: show it in the person's browser too; where there is none, say so on stderr. Raises UsageError where the page
    cannot be written.
    """
    import webbrowser

    from digestbot.settings import refuse_in_notes

    path = (file or settings.data / "preview.html").absolute()
    refuse_in_notes(path.resolve(), settings.noted, "--html")
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(_page(found, library, settings), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}). Name another file with --html.") from error
    click.echo(path)
    if opens and not webbrowser.open(path.as_uri()):
        click.echo("No browser was found here; open the file in yours.", err=True)


def _page(found: Curated, library: Library, settings: Settings) -> str:
    from digestbot.rendering import Renderer
    from digestbot.rendering.hypertext import Hypertext
    from digestbot.rendering.page import PLATFORMS, Preview, draw

    folders = settings.template_folders
    renderer = Renderer(folders)
    messages = {name: renderer.render(found.digest, name) for name in PLATFORMS}
    return draw(Preview(found.digest, messages, _pool(found.digest, library), found.why), Hypertext(folders), _bundle())


def _pool(digest: Digest, library: Library) -> str:
    stock = [theme for theme in library.themes() if theme.name == digest.title]
    return "".join(
        f"Picked from the {one.highlights} highlights of {one.sources} sources under “{one.name}”." for one in stock
    )


def _bundle() -> Bundle | None:
    """What `make web` built, or None where it has not been built."""
    from digestbot.rendering.page import Bundle
    from digestbot.settings import bundled

    script, style = (bundled("web") / name for name in ("preview.js", "preview.css"))
    if not script.is_file() or not style.is_file():
        return None
    return Bundle(script.read_text(encoding="utf-8"), style.read_text(encoding="utf-8"))
