"""All that crosses the edge, as Protocols that state what they promise and raise.

The core calls these; library/, platforms/ and store/ implement them; tests/fakes.py holds fakes of the same types.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from digestbot.model import (
    Channel,
    Command,
    Delivery,
    Highlight,
    Message,
    MessageRef,
    Outcome,
    Part,
    Subscription,
    Theme,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up found.

    total: how many highlights match. highlights: one page of them, the best first. corrected: the words as they were
    understood where their spelling was mended, else "". partly: none has all the words, these have some. snippets: for
    each highlight the words around what matched, "" where nothing in its text did.
    """

    total: int = 0
    highlights: tuple[Highlight, ...] = ()
    corrected: str = ""
    partly: bool = False
    snippets: tuple[str, ...] = ()


Kind = Literal["theme", "author", "title", "tag"]


@dataclass(frozen=True, slots=True)
class Name:
    """What can be suggested. stock: how many highlights stand behind it."""

    text: str
    kind: Kind
    stock: int


FACETS = ("author", "source", "theme", "tag", "voice")
"""What a look-up's matches can be counted by."""


class Library(Protocol):
    """The highlights of one or more content folders, for look-up and picking. Reads only; raises ContentError.

    A query is words, "phrases", -exclusions and filters (author: source: theme: tag: voice: before: after:). Any text
    is a valid query; "" matches all.
    """

    def find(self, query: str, *, limit: int = 5, offset: int = 0) -> Found:
        """The highlights that match; with words that nobody wrote together, or misspelt ones, the nearest.

        Of several that hold the same passage (`also_in`) only the best sourced.
        """
        ...

    def get(self, highlight_id: str) -> Highlight | None:
        """The highlight of that id (or of an unambiguous beginning of it), or None."""
        ...

    def sample(self, query: str, *, seed: str, size: int = 1) -> Sequence[Highlight]:
        """Highlights that match, drawn at random: the same for the same seed and the same notes; fewer if there are."""
        ...

    def like(self, highlight_id: str, *, limit: int = 5) -> Sequence[Highlight]:
        """Other highlights that say something like this one, the nearest first; none for an unknown id."""
        ...

    def context(self, highlight_id: str, *, around: int = 2) -> Sequence[Highlight]:
        """The highlight between those that stand before and after it in its note, in their order; none for unknown."""
        ...

    def also_in(self, highlight: Highlight) -> Sequence[Highlight]:
        """The other highlights that hold the same passage, cut or a little reworded, the best sourced first."""
        ...

    def facets(self, query: str, by: str, *, limit: int = 10) -> Sequence[tuple[str, int]]:
        """How many of the matches each author, source (by its title), theme, tag or voice has, most first.

        by: one of FACETS.
        """
        ...

    def suggest(self, typed: str, limit: int = 10) -> Sequence[Name]:
        """Themes, authors, titles and tags of which a word begins with what was typed, the largest first.

        Where there is none, those that it may have been meant to be.
        """
        ...

    def themes(self) -> Sequence[Theme]:
        """Every theme with its stock, the largest first."""
        ...

    def pool(self, theme: str) -> Sequence[Highlight]:
        """All highlights under a theme, each passage once, in a stable order; "everything" is all there are.

        Raises ThemeError with the nearest names.
        """
        ...

    def stock(self, theme: str) -> Mapping[str, int]:
        """How many highlights each source has under a theme, by `Source.identity`. Raises as `pool`.

        Quick for any number of highlights, for every digest of a large theme asks it.
        """
        ...

    def within(self, theme: str, source: str) -> Sequence[Highlight]:
        """The highlights under a theme of the source with this identity, in a stable order."""
        ...


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, so that the service need not ask which platform it is.

    templates: the folder of templates that suit it ("slack", "discord", "text"); see also `Platform.templates`.
    """

    templates: str
    can_find: bool = False
    can_answer: bool = False


Answer = Callable[[Command], Awaitable[Message]]


class Platform(Protocol):
    """One chat platform, connected. Methods raise PlatformError and nothing else."""

    name: str
    capabilities: Capabilities

    def templates(self, channel: Channel) -> str:
        """The folder of templates that suit this channel: a webhook's channel may be Slack's or Discord's."""
        ...

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """Post one part; `key` (at most 25 characters) is the same at every try of the same part.

        parent: the first part of the same message, for platforms that continue in a thread.
        """
        ...

    async def find(self, channel: Channel, key: str, since: datetime) -> MessageRef | Literal["absent", "cannot look"]:
        """The message posted with `key` after `since` (aware), if the platform can look."""
        ...

    async def check(self, channel: Channel) -> Sequence[str]:
        """What would keep a digest from reaching the channel, each with its fix; nothing is posted."""
        ...

    async def run(self, answer: Answer) -> None:
        """Take commands until cancelled or the platform ends; returns at once where there are none."""
        ...

    async def drain(self) -> None:
        """Finish what was accepted, then disconnect."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the history of picks. at: aware, when the digest was confirmed or reserved.

    source: the `Source.identity` of the highlight, "" where it was not written down.
    """

    highlight_id: str
    theme: str
    at: datetime
    source: str = ""


class Store(Protocol):
    """The ledger: what was planned, sent and shown. Every method speaks of one workspace; all raise StoreError."""

    async def plan(self, subscription: Subscription, occurrence: datetime, now: datetime, *, skip: str = "") -> bool:
        """Write a delivery down as planned; False when that occurrence was planned before.

        skip: why it is not to be sent; it is then written down as skipped, and never claimed. What was skipped at a
        time later than `now` was skipped by a clock that went wrong, and is planned anew.
        """
        ...

    async def claim(self, workspace: str, now: datetime, *, most: int = 64) -> Sequence[Delivery]:
        """Take the deliveries that wait (planned, or due for retry), oldest first, durably before it returns."""
        ...

    async def keep(  # noqa: PLR0913 - all that one transaction writes down
        self,
        delivery: Delivery,
        theme: str,
        picks: Sequence[str],
        message: Message,
        now: datetime,
        *,
        sources: Sequence[str] = (),
    ) -> None:
        """Keep the picked ids and the rendered parts: every later try sends exactly these.

        sources: for each pick the identity of its source, or () for none.
        """
        ...

    async def kept(self, delivery: Delivery) -> Message | None:
        """What `keep` kept for this delivery, or None."""
        ...

    async def begin_part(self, delivery: Delivery, n: int, now: datetime) -> None:
        """Write down, durably before it returns, that part n (from 0) is about to be posted."""
        ...

    async def end_part(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:
        """Write down that part n arrived, or (None) that nobody can tell; it is never posted again."""
        ...

    async def arrived(self, delivery: Delivery) -> Sequence[MessageRef | None]:
        """The parts that ended, in order: the first ones, for parts are posted in order. None where nobody can tell."""
        ...

    async def finish(
        self, delivery: Delivery, outcome: Outcome, now: datetime, *, reason: str = "", retry_at: datetime | None = None
    ) -> None:
        """Write down how an attempt ended: unless it is uncertain, a part begun and not ended did not arrive."""
        ...

    async def recover(self, workspace: str, now: datetime, only: Delivery | None = None) -> Sequence[Delivery]:
        """Take over what a dead process left claimed, or that one delivery; for the process that serves the database.

        What had no part in flight waits again; the rest, of which one part may or may not have arrived, is returned.
        """
        ...

    async def next_claim(self, workspace: str) -> datetime | None:
        """When the next delivery may be claimed (aware; in the past for planned ones), or None when none waits."""
        ...

    async def show(
        self, channel: Channel, theme: str, picks: Sequence[str], now: datetime, *, sources: Sequence[str] = ()
    ) -> None:
        """Write down, in one step, a digest shown on request: history counts it, nothing claims or posts it.

        sources: as for `keep`.
        """
        ...

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """What was shown or is reserved, oldest first; of the whole workspace where no subscription is named."""
        ...

    async def last_planned(self, subscription: Subscription, now: datetime) -> datetime | None:
        """The latest occurrence planned for a subscription (naive local wall time), or None.

        What was planned later than `now` does not count: a clock that was ahead for a moment wrote it.
        """
        ...
