"""Which highlights go into a delivery: pure and seeded, so that the same question always has the same answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from digestbot.errors import UsageError
from digestbot.model import Delivery, Digest, Highlight, Theme
from digestbot.ports import Library, Shown

ROTATE = "rotate"
"""The theme of those who want another one each time."""

EMPTY = "The library holds no highlights yet. Put notes into the content folder, and see `digestbot corpus check`."

SHORTEST, LONGEST, FEWEST_WORDS = 40, 700, 8
"""Characters and words of a passage that can stand alone in a channel and is still read there."""

_SAME = 0.6
"""Two passages that share this much of the shorter one's words say the same."""
_IDEOGRAPH = "[\u2e80-\u9fff\uac00-\ud7af]"

Clash = Callable[[Highlight, Highlight], bool]


def curate(
    pool: Sequence[Highlight], history: Sequence[Shown], *, seed: str, size: int, now: datetime
) -> tuple[Highlight, ...]:
    """At most `size` highlights of `pool`, in the order in which to show them.

    Passages that read well alone come before all others, never-shown ones before shown ones, the least recently shown
    before the more recent. No author twice while that leaves enough, then no source twice; no idea twice in any case.

    history: what was shown, of which only what lies before `now` (aware) counts, so that a past day's pick can be made
    again. seed: what makes this pick differ from others, e.g. the delivery's id.
    """
    last = {row.highlight_id: row.at for row in history if row.at <= now}
    order = sorted(pool, key=lambda one: _hash(seed, one.id))
    fresh = [one for one in order if one.id not in last]
    shown = sorted((one for one in order if one.id in last), key=lambda one: last[one.id])
    picks: list[Highlight] = []
    for wanted in (_reads_well, _reads_badly):
        for group in (fresh, shown):
            for clash in (_same_author, _same_source, _same_idea):
                _take(picks, filter(wanted, group), clash, size)
    return tuple(picks)


def choose_theme(
    themes: Sequence[Theme],
    history: Sequence[Shown],
    pool: Callable[[str], Sequence[Highlight]],
    *,
    seed: str,
    size: int,
) -> str | None:
    """The name of the least recently used theme that still holds `size` unseen highlights of different sources.

    Where none does it is the least recently used one; None where there are no themes. Equals are ordered by the seed.
    pool: the highlights under a theme's name; asked for no more themes than needed.
    """
    used = {row.theme.casefold(): row.at for row in history}
    seen = {row.highlight_id for row in history}
    fresh = sorted((one for one in themes if one.name.casefold() not in used), key=lambda one: _hash(seed, one.name))
    rest = [one for one in themes if one.name.casefold() in used]
    order = [one.name for one in (*fresh, *sorted(rest, key=lambda one: used[one.name.casefold()]))]
    for name in order:
        if len({one.source for one in pool(name) if one.id not in seen}) >= size:
            return name
    return order[0] if order else None


def compose(library: Library, history: Sequence[Shown], delivery: Delivery, now: datetime) -> Digest:
    """The digest of a delivery: theme and size as its subscription says, seeded by its id.

    The title is the theme's name, under which the history is to keep it; a subscription's own title is the caller's to
    set. history and now: see `curate`. Raises ThemeError, and UsageError where there are no highlights.
    """
    order, past, themes = delivery.subscription, [row for row in history if row.at <= now], library.themes()
    rotates = order.theme.casefold() == ROTATE
    name = choose_theme(themes, past, library.pool, seed=delivery.id, size=order.size) if rotates else order.theme
    if name is None:
        raise UsageError(EMPTY)
    picks = curate(library.pool(name), past, seed=delivery.id, size=order.size, now=now)
    spelled = [known.name for known in themes if _plain(known.name) == _plain(name)]
    return Digest(spelled[0] if spelled else name, delivery.occurrence.date().isoformat(), picks)


def draw(seed: str, below: int) -> int:
    """A number from 0 up to, not including, `below`: always the same for a seed."""
    return int.from_bytes(_hash(seed, "draw")) % below


def _plain(name: str) -> str:
    return name.casefold().replace("-", " ").replace("_", " ")


def _take(picks: list[Highlight], candidates: Iterable[Highlight], clash: Clash, size: int) -> None:
    for one in candidates:
        if len(picks) >= size:
            return
        if not any(clash(one, other) for other in picks):
            picks.append(one)


def _same_author(one: Highlight, other: Highlight) -> bool:
    authors = {name.casefold() for name in one.source.authors} & {name.casefold() for name in other.source.authors}
    return bool(authors) or _same_source(one, other)


def _same_source(one: Highlight, other: Highlight) -> bool:
    # One work may lie in several notes, each with an address of its own.
    titles = [(one.source.title or "").casefold(), (other.source.title or "").casefold()]
    return one.source == other.source or (titles[0] == titles[1] != "") or _same_idea(one, other)


def _same_idea(one: Highlight, other: Highlight) -> bool:
    mine, theirs = _words(one.text), _words(other.text)
    shorter = min(len(mine), len(theirs))
    return one.id == other.id or (shorter > 0 and len(mine & theirs) >= _SAME * shorter)


def _reads_well(one: Highlight) -> bool:
    ideographs = len(re.findall(_IDEOGRAPH, one.text))
    opening = one.text.lstrip("\"'“‘«([ ")[:1]
    whole = not opening.islower() and not one.text.rstrip().endswith((":", ","))
    words = len(one.text.split()) + ideographs
    return whole and words >= FEWEST_WORDS and len(one.text) + ideographs >= SHORTEST and len(one.text) <= LONGEST


def _reads_badly(one: Highlight) -> bool:
    return not _reads_well(one)


def _words(text: str) -> set[str]:
    """The words that carry the meaning: those of four letters or more, and every ideograph."""
    return set(re.findall(rf"{_IDEOGRAPH}|[^\W\d_]{{4,}}", text.casefold()))


def _hash(seed: str, name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "replace"), key=_key(seed), digest_size=8).digest()


def _key(seed: str) -> bytes:
    return hashlib.blake2b(seed.encode("utf-8", "replace"), digest_size=32).digest()
