"""Fakes of our own ports, kept in memory; mypy holds them to the Protocols (see the last lines)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal

from digestbot.errors import PlatformError, ThemeError
from digestbot.model import (
    Channel,
    Command,
    Delivery,
    Highlight,
    Message,
    MessageRef,
    Outcome,
    Part,
    Source,
    Subscription,
    Theme,
    Voice,
)
from digestbot.ports import Answer, Capabilities, Found, Library, Name, Platform, Shown, Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The instant at which tests take place, a Monday."""

CHANNEL = Channel("fake", "acme", "C1")
"""The channel in which tests take place."""


_NOUNS = (
    "anchor basket candle desert engine feather garden hammer island jacket kettle lantern meadow needle orchard "
    "pebble quiver ribbon saddle tunnel umbrella velvet window yellow zephyr blanket compass dolphin escape "
    "falcon glacier harbour icicle jungle kingdom ladder mirror nutmeg oyster pencil quarry river shadow thunder"
).split()


def make_highlight(number: int = 1, text: str = "", *, author: str = "", tags: tuple[str, ...] = ()) -> Highlight:
    """A highlight of a source of its own; tests change what matters to them with dataclasses.replace."""
    title = f"Essay {number}"
    source = Source(title, (author or f"Author {number}",), f"https://example.org/{number}", key=f"essay-{number}")
    return Highlight(
        f"{number:016x}", text or make_text(number), source, Voice.AUTHOR, url=f"{source.url}#h", tags=tags
    )


def make_text(number: int) -> str:
    """A sentence that reads well alone and says something else for every number."""
    nouns = [_NOUNS[byte % len(_NOUNS)] for byte in blake2b(str(number).encode(), digest_size=8).digest()]
    return "Nr. {}: the {} is to the {} as the {} is to the {}, and the {} of an old {} has a {} and a {}.".format(
        number, *nouns
    )


def make_subscription(name: str = "morning", schedule: str = "daily at 09:00", theme: str = "rotate") -> Subscription:
    """A standing order of CHANNEL."""
    return Subscription(name, CHANNEL, schedule, theme)


def _facet(one: Highlight, by: str) -> Sequence[str]:
    if by in ("tag", "theme"):
        return one.tags
    return one.source.authors if by == "author" else (one.voice.value if by == "voice" else one.source.title or "",)


@dataclass
class FakeLibrary:
    """A library of given highlights, in their order; a theme is a tag, a match is every word as a substring."""

    highlights: Sequence[Highlight] = ()

    def find(self, query: str, *, limit: int = 5, offset: int = 0) -> Found:
        """See ports.Library."""
        found = self._matching(query)
        shown = tuple(found[offset : offset + limit])
        return Found(len(found), shown, snippets=tuple(one.text for one in shown))

    def get(self, highlight_id: str) -> Highlight | None:
        """See ports.Library."""
        found = [one for one in self.highlights if highlight_id and one.id.startswith(highlight_id)]
        return found[0] if len(found) == 1 else None

    def sample(self, query: str, *, seed: str, size: int = 1) -> Sequence[Highlight]:
        """See ports.Library."""
        return sorted(self._matching(query), key=lambda one: blake2b(f"{seed}{one.id}".encode()).digest())[:size]

    def like(self, highlight_id: str, *, limit: int = 5) -> Sequence[Highlight]:
        """See ports.Library. Alike is what has a tag in common."""
        one = self.get(highlight_id)
        return [other for other in self.highlights if one and other != one and set(one.tags) & set(other.tags)][:limit]

    def context(self, highlight_id: str, *, around: int = 2) -> Sequence[Highlight]:
        """See ports.Library. All highlights are of one note."""
        one = self.get(highlight_id)
        at = self.highlights.index(one) if one else 0
        return self.highlights[max(0, at - around) : at + around + 1] if one else ()

    def also_in(self, highlight: Highlight) -> Sequence[Highlight]:
        """See ports.Library. The same passage is the same text."""
        return [one for one in self.highlights if one.text == highlight.text and one.id != highlight.id]

    def facets(self, query: str, by: str, *, limit: int = 10) -> Sequence[tuple[str, int]]:
        """See ports.Library."""
        values = [value for one in self._matching(query) for value in _facet(one, by)]
        return Counter(values).most_common(limit)

    def suggest(self, typed: str, limit: int = 10) -> Sequence[Name]:
        """See ports.Library. Suggested are themes that begin like the first letters of what was typed."""
        found = [one for one in self.themes() if one.name.casefold().startswith(typed.casefold()[:3])]
        return [Name(one.name, "theme", one.highlights) for one in found[:limit]]

    def themes(self) -> Sequence[Theme]:
        """See ports.Library."""
        names = dict.fromkeys(tag for one in self.highlights for tag in one.tags)
        themes = [self._theme(name) for name in names]
        return sorted(themes, key=lambda theme: (-theme.highlights, theme.name))

    def pool(self, theme: str) -> Sequence[Highlight]:
        """See ports.Library."""
        found = self._under(theme)
        if not found:
            raise ThemeError(f"There is no theme “{theme}”.")
        return found

    def stock(self, theme: str) -> Mapping[str, int]:
        """See ports.Library."""
        return Counter(one.source.identity for one in self.pool(theme))

    def within(self, theme: str, source: str) -> Sequence[Highlight]:
        """See ports.Library."""
        return [one for one in self._under(theme) if one.source.identity == source]

    def _matching(self, query: str) -> list[Highlight]:
        words = query.casefold().split()
        return [one for one in self.highlights if all(word in self._haystack(one) for word in words)]

    def _theme(self, name: str) -> Theme:
        pool = self._under(name)
        return Theme(name, len(pool), len({one.source for one in pool}))

    def _under(self, theme: str) -> list[Highlight]:
        if theme == "everything":
            return list(self.highlights)
        return [one for one in self.highlights if theme.casefold() in (tag.casefold() for tag in one.tags)]

    @staticmethod
    def _haystack(one: Highlight) -> str:
        return " ".join((one.text, one.source.title or "", *one.source.authors, *one.tags)).casefold()


@dataclass
class _Entry:
    delivery: Delivery
    planned: datetime
    outcome: Outcome = Outcome.PLANNED
    theme: str = ""
    picks: tuple[tuple[str, str], ...] = ()
    message: Message | None = None
    reason: str = ""
    retry_at: datetime | None = None
    at: datetime | None = None
    arrived: list[MessageRef | None] = field(default_factory=list)
    in_flight: bool = False


@dataclass
class FakeStore:
    """A ledger in memory; `entries` shows a test what was written down."""

    entries: dict[str, _Entry] = field(default_factory=dict)
    requested: list[tuple[Channel, Shown]] = field(default_factory=list)

    async def plan(self, subscription: Subscription, occurrence: datetime, now: datetime, *, skip: str = "") -> bool:
        """See ports.Store."""
        delivery = Delivery(subscription, occurrence, attempt=0)
        there = self.entries.get(delivery.id)
        if there and not (there.outcome is Outcome.SKIPPED and there.planned > now):
            return False
        self.entries[delivery.id] = _Entry(delivery, now, Outcome.SKIPPED if skip else Outcome.PLANNED, reason=skip)
        return True

    async def claim(self, workspace: str, now: datetime, *, most: int = 64) -> Sequence[Delivery]:
        """See ports.Store."""
        waiting = [entry for entry in self.entries.values() if self._waits(entry, workspace, now)][:most]
        for entry in waiting:
            entry.delivery = replace(entry.delivery, attempt=entry.delivery.attempt + 1)
            entry.outcome = Outcome.CLAIMED
        return [entry.delivery for entry in waiting]

    async def keep(
        self,
        delivery: Delivery,
        theme: str,
        picks: Sequence[str],
        message: Message,
        now: datetime,
        *,
        sources: Sequence[str] = (),
    ) -> None:
        """See ports.Store."""
        entry = self.entries[delivery.id]
        rows = tuple(zip(picks, sources or [""] * len(picks), strict=True))
        entry.theme, entry.picks, entry.message, entry.at = theme, rows, message, now

    async def kept(self, delivery: Delivery) -> Message | None:
        """See ports.Store."""
        return self.entries[delivery.id].message

    async def begin_part(self, delivery: Delivery, n: int, now: datetime) -> None:  # noqa: ARG002 - the port names it
        """See ports.Store."""
        assert n == len(self.entries[delivery.id].arrived), "parts are posted in order"
        self.entries[delivery.id].in_flight = True

    async def end_part(self, delivery: Delivery, n: int, ref: MessageRef | None, now: datetime) -> None:  # noqa: ARG002 - the port names it
        """See ports.Store."""
        entry = self.entries[delivery.id]
        entry.arrived.append(ref)
        entry.in_flight = False

    async def arrived(self, delivery: Delivery) -> Sequence[MessageRef | None]:
        """See ports.Store."""
        return tuple(self.entries[delivery.id].arrived)

    async def finish(
        self, delivery: Delivery, outcome: Outcome, now: datetime, *, reason: str = "", retry_at: datetime | None = None
    ) -> None:
        """See ports.Store."""
        entry = self.entries[delivery.id]
        entry.outcome, entry.at, entry.reason, entry.retry_at = outcome, now, reason, retry_at
        entry.in_flight = entry.in_flight and outcome is Outcome.UNCERTAIN

    async def recover(self, workspace: str, now: datetime, only: Delivery | None = None) -> Sequence[Delivery]:  # noqa: ARG002 - the port names it
        """See ports.Store."""
        mine = [one for one in self.entries.values() if one.delivery.subscription.channel.workspace == workspace]
        claimed = [entry for entry in mine if entry.outcome is Outcome.CLAIMED]
        left = [entry for entry in claimed if only is None or entry.delivery.id == only.id]
        for entry in left:
            entry.outcome = Outcome.CLAIMED if entry.in_flight else Outcome.PLANNED
        return [entry.delivery for entry in left if entry.in_flight]

    async def next_claim(self, workspace: str) -> datetime | None:
        """See ports.Store."""
        waiting = (Outcome.PLANNED, Outcome.RETRY)
        mine = [one for one in self.entries.values() if one.delivery.subscription.channel.workspace == workspace]
        return min((one.retry_at or one.planned for one in mine if one.outcome in waiting), default=None)

    async def show(
        self, channel: Channel, theme: str, picks: Sequence[str], now: datetime, *, sources: Sequence[str] = ()
    ) -> None:
        """See ports.Store."""
        rows = zip(picks, sources or [""] * len(picks), strict=True)
        self.requested.extend((channel, Shown(pick, theme, now, source)) for pick, source in rows)

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """See ports.Store."""
        gone = (Outcome.REFUSED, Outcome.SKIPPED)
        entries = [entry for entry in self.entries.values() if entry.outcome not in gone]
        rows = [
            Shown(pick, entry.theme, entry.at or entry.planned, source)
            for entry in entries
            if entry.delivery.subscription.channel.workspace == workspace
            and subscription in (None, entry.delivery.subscription.id)
            for pick, source in entry.picks
        ]
        if subscription is None:
            rows += [row for channel, row in self.requested if channel.workspace == workspace]
        return sorted(rows, key=lambda row: row.at)

    async def last_planned(self, subscription: Subscription, now: datetime) -> datetime | None:
        """See ports.Store."""
        past = [entry.delivery for entry in self.entries.values() if entry.planned <= now]
        mine = (delivery for delivery in past if delivery.subscription.id == subscription.id)
        return max((d.occurrence for d in mine if d.subscription.channel == subscription.channel), default=None)

    @staticmethod
    def _waits(entry: _Entry, workspace: str, now: datetime) -> bool:
        if entry.delivery.subscription.channel.workspace != workspace:
            return False
        due = entry.retry_at is None or entry.retry_at <= now
        return entry.outcome is Outcome.PLANNED or (entry.outcome is Outcome.RETRY and due)


@dataclass
class FakePlatform:
    """A platform that keeps what it is given; `failures` are raised first, one a post.

    commands: what `run` asks, in order; replies: what it was answered.
    """

    name: str = "fake"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities("text", can_find=True, can_answer=True))
    failures: list[PlatformError] = field(default_factory=list)
    posts: list[tuple[Channel, Part, str, MessageRef | None]] = field(default_factory=list)
    findings: tuple[str, ...] = ()
    commands: list[Command] = field(default_factory=list)
    replies: list[Message] = field(default_factory=list)
    drained: bool = False

    def templates(self, channel: Channel) -> str:  # noqa: ARG002 - the port names it
        """See ports.Platform."""
        return self.capabilities.templates

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """See ports.Platform. A failure with sent="perhaps" keeps the message all the same: the worst case."""
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or failure.sent == "perhaps":
            self.posts.append((channel, part, key, parent))
        if failure is not None:
            raise failure
        return MessageRef(channel, str(len(self.posts)))

    async def find(self, channel: Channel, key: str, since: datetime) -> MessageRef | Literal["absent", "cannot look"]:
        """See ports.Platform."""
        assert since.tzinfo is not None
        if not self.capabilities.can_find:
            return "cannot look"
        found = [str(n) for n, post in enumerate(self.posts, 1) if (post[0], post[2]) == (channel, key)]
        return MessageRef(channel, found[0]) if found else "absent"

    async def check(self, channel: Channel) -> Sequence[str]:  # noqa: ARG002 - the port names it
        """See ports.Platform."""
        return self.findings

    async def run(self, answer: Answer) -> None:
        """See ports.Platform."""
        self.replies.extend([await answer(command) for command in self.commands])

    async def drain(self) -> None:
        """See ports.Platform."""
        self.drained = True


_TYPED: tuple[Library, Store, Platform] = (FakeLibrary(), FakeStore(), FakePlatform())
