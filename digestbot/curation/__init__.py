"""Which digest a delivery gets: its theme, whether the stock lasts, and the picks with their reasons.

Pure and seeded: the same delivery, library and history give the same digest, on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Literal

from digestbot.curation.elsewhere import elsewhere
from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.curation.picking import Pick, Wanted, pick
from digestbot.curation.shelf import Past, Shelf
from digestbot.errors import EmptyError
from digestbot.model import Delivery, Digest, Highlight, Subscription
from digestbot.orders import Picked
from digestbot.ports import Library, Shown

ROTATE, ALL = "rotate", "all"
"""The themes of those who want another one each time, and of those who want no theme."""

EMPTY = "The library holds no highlights yet. Put notes into the content folder, and see `digestbot corpus check`."

LOW_DAYS = 14
"""When a theme lasts for fewer days than this, its readers' admins are told."""

_EVERYTHING = "everything"
"""What a library calls the theme that every highlight is under."""
_LATELY = timedelta(days=7)
_MOST_RECENT = 60
"""How many of the last days' highlights a pick is held against, at most."""
_PUNCTUAL = timedelta(hours=12)
"""A digest that comes a little early on the last of its days is not made to wait for a day."""
_NEVER = datetime.max.replace(tzinfo=UTC)
_THEMES_TRIED = 12

State = Literal["fresh", "fewer", "skip", "second round"]


@dataclass(frozen=True, slots=True)
class Stock:
    """How far a theme reaches. left: highlights that may be shown now, before this digest.

    days: until the first repeat, at the present pace; None where it is too far to matter.
    """

    state: State
    left: int
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Curated:
    """A digest and how it came about. theme: the name under which the history is to keep it.

    relaxed: the rules that had to give way, see picking.RULES; "quality" where nothing of the theme reads well alone.
    """

    digest: Digest
    theme: str
    picks: tuple[Pick, ...]
    stock: Stock
    relaxed: tuple[str, ...] = ()

    @property
    def picked(self) -> tuple[Picked, ...]:
        """The picks as the history is to keep them."""
        return tuple(recorded(one.highlight) for one in self.picks)

    @property
    def ids(self) -> tuple[str, ...]:
        """What the history is to keep."""
        return tuple(one.highlight.id for one in self.picks)

    @property
    def sources(self) -> tuple[str, ...]:
        """For each pick the identity of its source."""
        return tuple(one.highlight.source.identity for one in self.picks)

    @property
    def why(self) -> dict[str, str]:
        """The reasons of each pick in sentences, by its id."""
        return {one.highlight.id: str(one.why) for one in self.picks}

    @property
    def warning(self) -> str:
        """What those who look after the channel should know about its stock, "" for nothing."""
        left, days = self.stock.left, self.stock.days
        if self.stock.state == "fresh" and (days is None or days >= LOW_DAYS):
            return ""
        state = {
            "fresh": f"The stock of “{self.theme}” lasts for {days} more days",
            "fewer": f"“{self.theme}” has only {left} highlights that were not shown lately, so digests are smaller",
            "skip": f"“{self.theme}” has nothing left that was not shown lately, so this digest is left out",
            "second round": f"“{self.theme}” has been shown in full, and begins again",
        }[self.stock.state]
        return f"{state}. Add notes, or order another theme."


def compose(
    library: Library, history: Sequence[Shown], delivery: Delivery, now: datetime, guidance: Guidance = NOBODY
) -> Curated:
    """The digest of a delivery, as its subscription orders it; without highlights where the stock says so.

    history: of which only what lies before `now` (aware) counts, so that a past day's digest can be made again. The
    title is the theme's name; a subscription's own title is the caller's to set. Raises ThemeError, and EmptyError
    where there are no highlights.
    """
    order = delivery.subscription
    past = [row for row in history if row.at <= now]
    name = _theme(library, past, delivery, now, guidance)
    shelf, relaxed = _readable(library, name, order, guidance)
    seen, size, stock = _stocked(shelf, past, order, now, name)
    day = delivery.occurrence.date()
    wanted = Wanted(delivery.id, size, now, day, order.balance, order.on_this_day)
    lately = _lately(library, past, now)
    picks = pick(shelf, seen, wanted, lately) if size else ()
    if size and not picks and not shelf.exact:
        # Of a large theme nobody knows how much the gate keeps out: all that passes it may have been shown.
        picks = pick(shelf, seen.dated(_since(order, now)), wanted, lately)
    title = _title(library, name)
    notice = "Second round: everything here was shown once." if stock.state == "second round" else ""
    shown = tuple(one.highlight for one in picks)
    digest = Digest(title, day.isoformat(), shown, notice=notice, also_in=elsewhere(library, shown))
    gave_way = {rule: None for one in picks for rule in one.why.relaxed}
    return Curated(digest, title, picks, stock, (*relaxed, *gave_way))


def curate(
    pool: Sequence[Highlight], history: Sequence[Shown], *, seed: str, size: int, now: datetime
) -> tuple[Highlight, ...]:
    """At most `size` of these highlights by the rules of a digest, repeats included, in the order of their showing."""
    shelf = Shelf.of(pool)
    shelf = shelf if shelf.stock else _ungated(pool, NOBODY)
    past = [row for row in history if row.at <= now]
    seen = Past.of(shelf, past, size=size, since=_NEVER)
    return tuple(one.highlight for one in pick(shelf, seen, Wanted(seed, size, now, now.date())))


def recorded(one: Highlight) -> Picked:
    """A highlight as the history is to keep it. The address of its whole source is no id of its own."""
    native = "" if one.native_id in {None, one.source.url} else one.native_id
    return Picked(one.id, one.source.identity, native or "")


def recalled(picked: Picked, library: Library) -> Highlight | None:
    """A highlight as it is now: by its id, else by what it is called where it comes from."""
    if one := library.get(picked.id):
        return one
    if not picked.native:
        return None
    return next((one for one in library.within(_EVERYTHING, picked.source) if one.native_id == picked.native), None)


def draw(seed: str, below: int) -> int:
    """A number from 0 up to, not including, `below`: always the same for a seed."""
    return int.from_bytes(blake2b(seed.encode("utf-8", "replace"), digest_size=8).digest()) % below


def lasts(library: Library, theme: str, order: Subscription, guidance: Guidance = NOBODY) -> int | None:
    """How many digests of an order's size a theme fills before it repeats; None where it is too large to be counted."""
    shelf = _shelf(library, theme, order, guidance)
    return shelf.total // order.size if shelf.exact else None


def _theme(library: Library, past: Sequence[Shown], delivery: Delivery, now: datetime, guidance: Guidance) -> str:
    """The theme of a delivery: of those it rotates among the least recently used that can fill a digest.

    Where none can, the whole library, unless the order names its themes; else the one in turn that has anything left.
    """
    order = delivery.subscription
    if order.theme.casefold() != ROTATE:
        return _EVERYTHING if order.theme.casefold() == ALL else order.theme
    names = _in_turn(order.themes or [one.name for one in library.themes()], past, delivery.id, now, guidance)
    if not names:
        raise EmptyError(EMPTY)
    tried = names[:_THEMES_TRIED]
    if not order.themes and _plain(_EVERYTHING) not in map(_plain, names):
        tried.append(_EVERYTHING)
    left = {}
    for name in tried:
        shelf = _shelf(library, name, order, guidance)
        left[name] = Past.of(shelf, past, size=order.size, since=_since(order, now)).left(shelf)
        if len(left[name]) >= order.size:
            return name
    return next((name for name in tried if sum(left[name].values()) >= order.size), None) or next(
        (name for name in tried if left[name]), names[0]
    )


def _in_turn(names: Iterable[str], past: Sequence[Shown], seed: str, now: datetime, guidance: Guidance) -> list[str]:
    """Themes in the order of their turns: never used ones by lot, then the longest unused; liked ones age faster."""
    used = {_plain(row.theme): row.at for row in past}

    def turn(name: str) -> tuple[float, int]:
        liked = guidance.liked_themes.get(name.casefold(), 1.0)
        last = used.get(_plain(name))
        age = (now - last).total_seconds() * liked if last else math.inf
        return -age, draw(f"{seed}/{name}", 1 << 32)

    return sorted(names, key=turn)


def _shelf(library: Library, name: str, order: Subscription, guidance: Guidance) -> Shelf:
    """A theme's highlights; one by one only where they may run out within `repeat_after_days`."""
    stock = library.stock(name)
    if sum(stock.values()) <= 4 * order.size * max(order.repeat_after_days, 1):
        return Shelf.of(library.pool(name), guidance)
    return Shelf.large(stock, lambda source: library.within(name, source), guidance)


def _readable(library: Library, name: str, order: Subscription, guidance: Guidance) -> tuple[Shelf, tuple[str, ...]]:
    shelf = _shelf(library, name, order, guidance)
    if shelf.stock or not shelf.exact:
        return shelf, ()
    shelf = _ungated(library.pool(name), guidance)
    if not shelf.stock:
        raise EmptyError(f"Nothing under “{name}” may be shown: it is hidden, or its sources are never to appear.")
    return shelf, ("quality",)


def _ungated(pool: Sequence[Highlight], guidance: Guidance) -> Shelf:
    everything = frozenset(one.id for one in pool) - guidance.reported
    return Shelf.of(pool, replace(guidance, kept=everything))


def _stocked(
    shelf: Shelf, past: Sequence[Shown], order: Subscription, now: datetime, name: str
) -> tuple[Past, int, Stock]:
    """The past that binds this digest, how many highlights it gets, and how the stock stands."""
    size = order.size
    seen = Past.of(shelf, past, size=size, since=_since(order, now))
    if not shelf.exact:
        return seen, size, Stock("fresh", shelf.total)
    left, pace = sum(seen.left(shelf).values()), _pace(seen, order, now, name)
    allowed, pace = _paced(left, seen, order, now, pace), pace or 1.0
    stock = Stock("fresh", left, math.ceil(left / size * pace))
    if order.when_short == "second round" and shelf.total * pace < size * order.repeat_after_days:
        again = Past.of(shelf, past, size=size, since=_NEVER)
        unseen = again.unseen(shelf)
        return again, size, replace(stock, state="second round" if unseen < min(size, shelf.total) else "fresh")
    if left >= size and (allowed == size or order.when_short != "fewer"):
        return seen, size, stock
    if order.when_short == "fewer" and allowed:
        return seen, allowed, replace(stock, state="fewer")
    return seen, 0, replace(stock, state="skip")


def _paced(left: int, seen: Past, order: Subscription, now: datetime, pace: float | None) -> int:
    """How many highlights a digest gets so that what is left lasts until the first one may return."""
    shown = [row.at for row, _ in seen.rows if row.at > _since(order, now)]
    if pace is None or not shown:
        return min(order.size, left)
    days = (shown[0] - _since(order, now)).total_seconds() / 86_400
    return min(order.size, math.ceil(left / max(1, math.ceil(days / pace))))


def _pace(seen: Past, order: Subscription, now: datetime, name: str) -> float | None:
    """Days between two digests of a theme, from what was shown lately; None before the first."""
    title = _plain(name)
    shown = sorted({row.at for row, _ in seen.rows if row.at > _since(order, now) and _plain(row.theme) == title})
    return max(0.1, (now - shown[0]).total_seconds() / 86_400 / len(shown)) if shown else None


def _since(order: Subscription, now: datetime) -> datetime:
    return now - timedelta(days=order.repeat_after_days) + _PUNCTUAL


def _lately(library: Library, past: Sequence[Shown], now: datetime) -> list[Highlight]:
    ids = [row.highlight_id for row in past if row.at > now - _LATELY][-_MOST_RECENT:]
    found = (library.get(name) for name in dict.fromkeys(ids))
    return [one for one in found if one]


def _title(library: Library, name: str) -> str:
    """A theme's name as the library spells it."""
    spelled = [known.name for known in library.themes() if _plain(known.name) == _plain(name)]
    return spelled[0] if spelled else name.capitalize() if name == _EVERYTHING else name


def _plain(name: str) -> str:
    return name.casefold().replace("-", " ").replace("_", " ")
