"""What `/quote` and `/digest` answer, on every platform and in the CLI: a Command -> a View."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches

from digestbot.curation import EMPTY, ROTATE, compose, curate, draw
from digestbot.errors import UsageError
from digestbot.model import Command, Delivery, Digest, Listing, Notice, Quotes, Subscription, View
from digestbot.ports import Library, Store

PAGE = 3
"""How many highlights a look-up shows at once."""

QUOTE_HELP = (
    "/quote WORDS looks up what you half remember. author:NAME source:TITLE theme:NAME tag:NAME narrow it, "
    "/quote random surprises you, and an id of 8 characters or more names one highlight."
)
DIGEST_HELP = (
    "/digest now [THEME] picks a digest here and remembers it, /digest preview [THEME] only shows one, "
    "/digest themes lists the themes."
)


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer may use; one is made for each command.

    now: aware, in the zone whose calendar day the digest is for. theme and size: what holds where nobody says other.
    """

    library: Library
    store: Store
    now: datetime
    theme: str = ROTATE
    size: int = 3


Handler = Callable[[Command, Context], Awaitable[View]]


async def answer(command: Command, context: Context) -> View:
    """The View that answers a command; a mistake in its words is answered too, with the nearest correct form.

    Raises what the library and the store raise: ContentError, StoreError.
    """
    handler = _COMMANDS.get(command.name)
    if handler is None:
        return Notice(f"There is no /{command.name} here. {_nearest(command.name, _COMMANDS, '/')}")
    try:
        return await handler(command, context)
    except UsageError as error:
        return Notice(str(error))


def look_up(query: str, library: Library, *, seed: str, limit: int = PAGE) -> View:
    """What `/quote` and `digestbot quote` answer: words, a filter, an id, `random` or `help`. seed: of `random`."""
    asked = query.strip()
    if asked.casefold() == "help":
        return Notice(QUOTE_HELP)
    if asked.casefold() in ("", "random"):
        return _random(library, seed)
    total, found = library.find(asked, limit=limit)
    if not total:
        return Notice(f"Nothing found for “{asked}”. Try fewer words, or /quote help.")
    return Quotes(asked, tuple(found), total)


def list_themes(library: Library) -> View:
    """What `/digest themes` and `digestbot themes` answer."""
    rows = tuple((theme.name, str(theme.highlights), str(theme.sources)) for theme in library.themes())
    return Listing("Themes", ("Theme", "Highlights", "Sources"), rows) if rows else Notice(EMPTY)


async def _quote(command: Command, context: Context) -> View:
    return look_up(command.text, context.library, seed=f"{command.channel}/{context.now.isoformat()}")


async def _digest(command: Command, context: Context) -> View:
    word, _, rest = command.text.strip().partition(" ")
    handler = _DIGEST.get(word.casefold() or "help")
    if handler is None:
        raise UsageError(f"/digest does not know “{word}”. {_nearest(word.casefold(), _DIGEST, '/digest ')}")
    return await handler(replace(command, text=rest.strip()), context)


async def _now(command: Command, context: Context) -> View:
    digest = await _pick(command, context)
    picks = [one.id for one in digest.highlights]
    await context.store.show(command.channel, digest.title, picks, context.now)
    return digest


async def _preview(command: Command, context: Context) -> View:
    return await _pick(command, context)


async def _themes(command: Command, context: Context) -> View:  # noqa: ARG001 - every handler takes the same
    return list_themes(context.library)


async def _help(command: Command, context: Context) -> View:  # noqa: ARG001 - every handler takes the same
    return Notice(DIGEST_HELP)


async def _pick(command: Command, context: Context) -> Digest:
    order = Subscription("now", command.channel, "", command.text or context.theme, size=context.size)
    delivery = Delivery(order, context.now.replace(tzinfo=None))
    return compose(context.library, await context.store.history(command.channel.workspace), delivery, context.now)


def _random(library: Library, seed: str) -> View:
    total, _ = library.find("", limit=1)
    if not total:
        return Notice(EMPTY)
    places = [draw(f"{seed}/{number}", total) for number in range(8)]
    drawn = [one for place in places for one in library.find("", limit=1, offset=place)[1]]
    return Quotes("", curate(drawn, (), seed=seed, size=1, now=datetime.max.replace(tzinfo=UTC)), total)


def _nearest(word: str, known: Iterable[str], lead: str) -> str:
    names = list(known)
    near = get_close_matches(word, names, n=1)
    return f"Did you mean {lead}{near[0]}?" if near else f"There is {', '.join(lead + name for name in names)}."


_DIGEST: dict[str, Handler] = {"now": _now, "preview": _preview, "themes": _themes, "help": _help}
_COMMANDS: dict[str, Handler] = {"quote": _quote, "digest": _digest}
