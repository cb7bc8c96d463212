"""Commands that look: a digest before it is sent, a highlight half remembered, the themes there are."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestbot.cli.options import (
    complete_theme,
    content_option,
    echo_json,
    echo_text,
    fill,
    json_option,
    load_library,
    load_settings,
    plain,
    render,
    workspace_option,
)
from digestbot.clock import now
from digestbot.ports import FACETS

if TYPE_CHECKING:
    from digestbot.curation import Curated
    from digestbot.model import Listing, View
    from digestbot.ports import Library
    from digestbot.settings import Settings


@click.command(short_help="Show a digest; nothing is sent.")
@click.option(
    "--theme",
    default="rotate",
    show_default=True,
    shell_complete=complete_theme,
    help="A theme's name; `rotate` chooses one.",
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day of the digest.  [default: today]",
)
@click.option("--size", type=click.IntRange(1, 25), default=3, show_default=True, help="How many highlights.")
@click.option("--platform", type=click.Choice(["slack", "discord", "text"]), default="text", show_default=True)
@click.option("--html", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write a page that shows it.")
@click.option("--open", "opens", is_flag=True, help="Show that page in a browser.")
@click.option("--why", is_flag=True, help="Say why each highlight was picked, on stderr.")
@json_option
@workspace_option
@content_option
def preview(
    *,
    theme: str,
    day: datetime | None,
    size: int,
    platform: str,
    file: Path | None,
    opens: bool,
    why: bool,
    as_json: bool,
    workspace: str | None,
    content: tuple[str, ...],
) -> None:
    """Show a digest in the form in which it would be posted; nothing is sent and nothing remembered.

    Its highlights are drawn for the preview: a subscription draws its own, by its name, day and history.

    With --json the messages come as the platform's own payloads, under `parts`. The page of --html shows Slack and
    Discord side by side, needs no network, and its path is printed.
    """
    from digestbot.cli.page import show_page
    from digestbot.cli.sketch import sketch

    settings = load_settings(content)
    library = load_library(settings, workspace, content)
    found = pick(settings, library, theme, day.date() if day else now().date(), size)
    if file or opens:
        show_page(found, library, settings, file, opens=opens)
        return
    message = render(found.digest, platform, settings)
    if as_json:
        echo_json(platform=platform, parts=[part.payload for part in message.parts])
    else:
        (echo_text if platform == "text" else click.echo)("\n\n".join(sketch(part, platform) for part in message.parts))
    if why:
        _echo_why(found)


@click.command(short_help="Look up highlights by words you remember.")
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 100), default=3, show_default=True, help="How many to show.")
@click.option("--page", type=click.IntRange(1, 9999), help="Which page of so many.  [default: 1]")
@click.option(
    "--by", type=click.Choice(FACETS), help="Count what is found, by its author, source, theme, tag or voice."
)
@json_option
@workspace_option
@content_option
def quote(
    *,
    query: tuple[str, ...],
    limit: int,
    page: int | None,
    by: str | None,
    as_json: bool,
    workspace: str | None,
    content: tuple[str, ...],
) -> None:
    """Look up highlights by words you remember; without any, or with `random`, show one at random.

    "quotation marks" keep words together, -WORD leaves out (write -- before it), and author:NAME source:TITLE
    theme:NAME tag:NAME voice:VOICE before:DATE after:DATE narrow it. An id names one highlight; `like ID` shows what
    says something like it, `context ID` what stands around it in its note.
    """
    from digestbot.commands import count_by, look_up
    from digestbot.model import Listing

    settings = load_settings(content)
    library = load_library(settings, workspace, content)
    words = " ".join((*query, f"page:{page}") if page else query)
    if by:
        view = count_by(" ".join(query), by, library, limit=limit if limit > 3 else 20)
    else:
        view = look_up(words, library, seed=now().isoformat(), limit=limit)
    if as_json:
        echo_json(**_as_json(view, " ".join(query)))
    elif isinstance(view, Listing) and sys.stdout.isatty():
        _echo_table(view)
    else:
        _echo_view(view, settings)


@click.group(invoke_without_command=True, short_help="List the themes with their stock.")
@click.option("--size", type=click.IntRange(1, 25), default=3, show_default=True, help="Highlights of a digest.")
@click.option("--per-week", type=click.FloatRange(0.1, 100), default=5, show_default=True, help="Digests a week.")
@json_option
@workspace_option
@content_option
@click.pass_context
def themes(
    ctx: click.Context, *, size: int, per_week: float, as_json: bool, workspace: str | None, content: tuple[str, ...]
) -> None:
    """List the themes with their stock: highlights, sources, and days until a highlight comes again."""
    from digestbot.model import Listing

    if ctx.invoked_subcommand:
        return
    settings = load_settings(content)
    library = load_library(settings, workspace, content)
    view = _stock(library, size, per_week)
    if as_json:
        echo_json(themes=[asdict(theme) for theme in library.themes()])
    elif isinstance(view, Listing) and sys.stdout.isatty():
        _echo_table(view)
    else:
        _echo_view(view, settings)


@themes.command()
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="How many at most.")
@json_option
@workspace_option
@content_option
@click.pass_context
def suggest(ctx: click.Context, *, limit: int, as_json: bool, workspace: str | None, content: tuple[str, ...]) -> None:
    """Propose themes for highlights under none.

    They are printed as lines for digestbot.toml; nothing uses them before they stand there.
    """
    from digestbot.library.propose import propose
    from digestbot.library.themes import EVERYTHING, fold

    told = ctx.parent.params if ctx.parent else {}
    content, workspace = content or told.get("content", ()), workspace or told.get("workspace")
    library = load_library(load_settings(content), workspace, content)
    listed = [theme.name for theme in library.themes() if fold(theme.name) != EVERYTHING]
    # Of a passage that several sources hold, a pool has one and a look-up another.
    pooled = [one for name in listed for one in library.pool(name)]
    held = {one.id for one in pooled} | {other.id for one in pooled for other in library.also_in(one)}
    unthemed = [one for one in library.find("", limit=library.summary.highlights).highlights if one.id not in held]
    found = propose(unthemed, limit)
    if as_json:
        echo_json(suggested=[{**asdict(one), "why": one.why, "toml": one.toml} for one in found])
    elif found:
        click.echo("\n\n".join(f"# {one.why}\n{one.toml}" for one in found))
    elif unthemed:
        click.echo(f"{len(unthemed)} highlights are under no theme, and no words go together in them.", err=True)
    else:
        click.echo("Every highlight is under a theme.", err=True)


def _stock(library: Library, size: int, per_week: float) -> View:
    """The list of themes with the days until each repeats."""
    from digestbot.commands import list_themes
    from digestbot.library.themes import days_of_stock
    from digestbot.model import Listing

    view = list_themes(library)
    if not isinstance(view, Listing):
        return view
    days = [str(days_of_stock(theme, size, per_week)) for theme in library.themes()]
    title = f"{view.title} (days until a repeat, at {per_week:g} digests of {size} a week)"
    rows = tuple((*row, days[number]) for number, row in enumerate(view.rows))
    return Listing(title, (*view.columns, "Days"), rows)


def pick(settings: Settings, library: Library, theme: str, day: date, size: int) -> Curated:
    """What a subscription without a past would get on a day. Raises ThemeError."""
    from digestbot.curation import compose
    from digestbot.model import Channel, Delivery, Subscription

    order = Subscription("preview", Channel("cli", "local", "preview"), "", theme, size=size, when_short="second round")
    return compose(library, (), Delivery(order, datetime.combine(day, time())), now(), settings.guidance)


def _echo_why(found: Curated) -> None:
    for number, one in enumerate(found.picks, 1):
        click.echo(fill(f"{number}. {one.highlight.source.title or one.highlight.text[:40]}: {one.why}"), err=True)
    if found.warning:
        click.echo(fill(found.warning), err=True)


def _as_json(view: View, query: str) -> dict[str, object]:
    """What a look-up found, for other programs."""
    from digestbot.model import Listing, Quotes

    if isinstance(view, Listing):
        kind = view.columns[0].lower()
        counts = [{kind: name, "highlights": int(count)} for name, count in view.rows]
        return {"query": query, "by": kind, "counts": counts}
    found = view if isinstance(view, Quotes) else Quotes(query, (), 0)
    return {
        "query": found.query,
        "total": found.total,
        "corrected": found.meant,
        "partly": found.partly,
        "highlights": [
            {**asdict(one), "snippet": snippet or "", "also_in": titles or ()}
            for one, snippet, titles in zip_longest(found.highlights, found.snippets, found.also_in)
        ],
    }


def _echo_view(view: View, settings: Settings) -> None:
    """Print a View with the text templates; what finds nothing goes to stderr, for it is no data."""
    from digestbot.model import Notice, Quotes

    if isinstance(view, Notice):
        click.echo(view.text, err=True)
    else:
        # What a look-up offers next are commands of a platform; here options do that.
        shown = replace(view, actions=()) if isinstance(view, Quotes) else view
        echo_text(render(shown, "text", settings).parts[0].text)


def _echo_table(view: Listing) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=view.title, box=None, title_justify="left", pad_edge=False)
    for number, column in enumerate(view.columns):
        table.add_column(column, justify="right" if number else "left")
    for row in view.rows:
        table.add_row(*map(Text, row))
    Console(color_system=None if plain() else "auto").print(table)
