"""What `/quote` answers: words, filters, an id, `random`, `like`, `context`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from digestbot.commands.context import Context
from digestbot.commands.keeping import is_hidden, saved
from digestbot.commands.offers import beside, offer
from digestbot.curation import EMPTY, curate
from digestbot.curation.elsewhere import elsewhere
from digestbot.model import Command, Listing, Notice, Quotes, Reply, View
from digestbot.ports import Hidden, Library

PAGE = 3
"""How many highlights a look-up shows at once."""

QUOTE_HELP = (
    "/quote WORDS looks up what you half remember. “quotation marks” keep words together, -WORD leaves out, and "
    "author:NAME source:TITLE theme:NAME tag:NAME voice:quoted before:2020 after:2019-05 narrow it. /quote random "
    "[author:NAME …] surprises you, /quote ID shows one highlight, /quote like ID what says something like it, and "
    "/quote context ID what stands around it, and /quote saved your own list. page:2 at the end shows what comes next."
)

_NAMED = re.compile(r"(?<!\S)-?(author|source|theme|tag):(?:\"([^\"]*)\"|(\S+))", re.IGNORECASE)
_FILTER_OF = {"title": "source"}
"""The filter for a kind of name, where it is not called like it."""
_PAGE = re.compile(r"(?<!\S)page:([1-9]\d{0,3})$", re.IGNORECASE)
_RANDOM = re.compile(r"|random((?:\s+-?[a-z]+:(?:\"[^\"]*\"|[^\s\"]+))*)", re.IGNORECASE)
_SAVED = re.compile(r"saved(?:\s+(.*))?", re.IGNORECASE)
_ABOUT_ONE = re.compile(r"(like|context)\s+([0-9a-f]{4,16})", re.IGNORECASE)
_HEADING = {"like": "What says something like it", "context": "What stands around it"}
_NOTHING_HIDDEN = Hidden()


async def quote(command: Command, context: Context) -> Reply:
    """Answer a look-up, without what this workspace's curators hid; or with the member's own list.

    Another page takes the place of the one before it, and another random quote that of the last.
    """
    if own := _SAVED.fullmatch(command.text.strip()):
        return await saved(replace(command, text=own[1] or ""), context)
    seed = f"{command.channel}/{command.id or context.now.isoformat()}"
    hidden = await context.ledger.hidden(command.channel.workspace)
    view, asked = look_up(command.text, context.library, seed=seed, hidden=hidden), command.text.strip()
    return Reply(view, instead=bool(_RANDOM.fullmatch(asked) or _PAGE.search(asked)))


def look_up(query: str, library: Library, *, seed: str, limit: int = PAGE, hidden: Hidden = _NOTHING_HIDDEN) -> View:
    """What `/quote` and `digestbot quote` answer: words, filters, an id, `random`, `like`, `context` or `help`.

    `page:2` at the end of the words asks for what comes after the first `limit`. seed: of `random`. hidden: what is
    not shown.
    """
    view = _found(query.strip(), library, seed, limit, hidden)
    return _veiled(view, hidden) if isinstance(view, Quotes) else view


def _found(asked: str, library: Library, seed: str, limit: int, hidden: Hidden) -> View:
    if asked.casefold() == "help":
        return Notice(QUOTE_HELP)
    if random := _RANDOM.fullmatch(asked):
        return _random(library, (random[1] or "").strip(), seed, hidden)
    if about := _ABOUT_ONE.fullmatch(asked):
        return _about_one(about[1].casefold(), about[2], library)
    words, page = _paged(asked)
    found = library.find(words, limit=limit, offset=(page - 1) * limit)
    if not found.total:
        return Notice(f"Nothing found for “{words}”. {_instead(words, library)}")
    if not found.highlights:
        return Notice(f"There is no page {page} for “{words}”: {found.total} highlights are all there is.")
    more = found.total > page * limit
    actions = (
        *beside(found.highlights),
        *offer("Back", f"{words} page:{page - 1}", when=page > 1),
        *offer("More", f"{words} page:{page + 1}", when=more),
    )
    pages = -(-found.total // limit)
    return Quotes(
        words,
        found.highlights,
        found.total,
        actions,
        page=page,
        pages=pages,
        meant=found.corrected,
        partly=found.partly,
        also_in=elsewhere(library, found.highlights),
        snippets=found.snippets,
    )


def count_by(query: str, by: str, library: Library, *, limit: int = 20) -> View:
    """How many of a look-up's matches each author, source, theme, tag or voice (ports.FACETS) has."""
    rows = tuple((name, str(count)) for name, count in library.facets(query, by, limit=limit))
    return Listing(query, (by.capitalize(), "Highlights"), rows) if rows else Notice(f"Nothing found for “{query}”.")


def _random(library: Library, filters: str, seed: str, hidden: Hidden) -> View:
    drawn = [one for one in library.sample(filters, seed=seed, size=8) if not is_hidden(hidden, one)]
    if not drawn:
        return Notice(f"Nothing found for “{filters}”." if filters else EMPTY)
    # Of eight the one that reads best.
    picks = curate(drawn, (), seed=seed, size=1, now=datetime.max.replace(tzinfo=UTC))
    actions = (*offer("Another", f"random {filters}".strip()), *beside(picks))
    return Quotes("", picks, len(drawn), actions, also_in=elsewhere(library, picks))


def _about_one(what: str, highlight_id: str, library: Library) -> View:
    """What `/quote like ID` and `/quote context ID` answer."""
    one = library.get(highlight_id)
    if not one:
        return Notice(f"There is no highlight “{highlight_id}”. An id is what `digestbot quote --json` calls one.")
    found = tuple(library.like(one.id, limit=PAGE) if what == "like" else library.context(one.id))
    if not found or found == (one,):
        return Notice("Nothing stands around it in its note." if what == "context" else "Nothing else is like it.")
    return Quotes("", found, len(found), beside(found), also_in=elsewhere(library, found), heading=_HEADING[what])


def _instead(words: str, library: Library) -> str:
    """What to try where nothing was found: names like those that were filtered by, else like the words."""
    asked = [(by.casefold(), quoted or bare) for by, quoted, bare in _NAMED.findall(words)] or [("", words)]
    meant = [one for by, typed in asked for one in _like(by, typed, library)][:3]
    return (
        f"Did you mean {' or '.join(meant)}?" if meant else "Try fewer words; “quote help” says what else can be asked."
    )


def _like(by: str, typed: str, library: Library) -> Iterable[str]:
    """Filters that find something and name what is spelled like `typed`, by the same if that can be."""
    for name in library.suggest(typed, 3):
        text = name.text.replace('"', "")
        ways = (f'{one}:"{text}"' for one in (by, _FILTER_OF.get(name.kind, name.kind)) if one)
        if text.casefold() != typed.casefold() and (way := next(filter(lambda way: _finds(way, library), ways), "")):
            yield way


def _finds(query: str, library: Library) -> bool:
    return library.find(query, limit=1).total > 0


def _paged(asked: str) -> tuple[str, int]:
    """The words, and which page of what they find is asked for."""
    match = _PAGE.search(asked)
    return (asked[: match.start()].strip(), int(match[1])) if match else (asked, 1)


def _veiled(view: Quotes, hidden: Hidden) -> View:
    """The same without what is hidden."""
    veiled = [is_hidden(hidden, one) for one in view.highlights]
    if not any(veiled):
        return view
    if all(veiled):
        return Notice("What these words find was hidden by a curator.")
    left = [n for n, hides in enumerate(veiled) if not hides]
    return replace(
        view,
        highlights=tuple(view.highlights[n] for n in left),
        total=view.total - sum(veiled),
        also_in=tuple(view.also_in[n] for n in left) if view.also_in else (),
        snippets=tuple(view.snippets[n] for n in left) if view.snippets else (),
    )
