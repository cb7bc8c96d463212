"""Fakes of our own ports, kept in memory; mypy holds them to the Protocols (see the last lines)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal

from digestbot.errors import PlatformError, ThemeError
from digestbot.model import (
    Answered,
    Channel,
    Command,
    Highlight,
    MessageRef,
    Part,
    Source,
    Subscription,
    Theme,
    Voice,
)
from digestbot.ports import Answer, Capabilities, Found, Library, Name, News, Platform

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
class FakePlatform:
    """A platform that keeps what it is given.

    failures: raised first, one a post; None lets that one through. lost: those failures of which it may have arrived
    did not take the message after all. blind: what was posted last cannot be found yet. gate: posts wait for it.
    edits: what was put in the place of which message. pinned: what is pinned; stubborn: raised by every pin and unpin.
    looks: how often somebody looked for a key.
    commands: what `run` asks, in order; replies: what it was answered.
    """

    name: str = "fake"
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            "text", can_find=True, can_answer=True, can_edit=True, can_thread=True, can_pin=True
        )
    )
    failures: list[PlatformError | None] = field(default_factory=list)
    lost: bool = False
    blind: bool = False
    gate: asyncio.Event | None = None
    posts: list[tuple[Channel, Part, str, MessageRef | None]] = field(default_factory=list)
    edits: list[tuple[MessageRef, Part]] = field(default_factory=list)
    pinned: list[MessageRef] = field(default_factory=list)
    stubborn: PlatformError | None = None
    looks: int = 0
    findings: tuple[str, ...] = ()
    commands: list[Command] = field(default_factory=list)
    replies: list[Answered] = field(default_factory=list)
    drained: bool = False

    def templates(self, channel: Channel) -> str:  # noqa: ARG002 - the port names it
        """See ports.Platform."""
        return self.capabilities.templates

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:
        """See ports.Platform. A failure with sent="perhaps" keeps the message all the same: the worst case.

        Within the window of `dedupe_seconds`, which a test sets, a key that was posted makes no second message.
        """
        if self.gate:
            await self.gate.wait()
        failure = self.failures.pop(0) if self.failures else None
        there = self._posted(channel, key) if self.capabilities.dedupe_seconds else None
        if there is None and (failure is None or (failure.sent == "perhaps" and not self.lost)):
            self.posts.append((channel, part, key, parent))
        if failure is not None:
            raise failure
        return there or MessageRef(channel, str(len(self.posts)))

    async def find(
        self,
        channel: Channel,
        key: str,
        since: datetime,
        parent: MessageRef | None = None,  # noqa: ARG002 - its threads are found as its channels are
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """See ports.Platform."""
        assert since.tzinfo is not None
        self.looks += 1
        if not self.capabilities.can_find:
            return "cannot look"
        return (None if self.blind else self._posted(channel, key)) or "absent"

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """See ports.Platform. It fails as `post` does."""
        if failure := self.failures.pop(0) if self.failures else None:
            raise failure
        self.edits.append((ref, part))

    async def pin(self, ref: MessageRef) -> None:
        """See ports.Platform."""
        if self.stubborn:
            raise self.stubborn
        self.pinned = [*(one for one in self.pinned if one != ref), ref]

    async def unpin(self, ref: MessageRef) -> None:
        """See ports.Platform."""
        if self.stubborn:
            raise self.stubborn
        self.pinned = [one for one in self.pinned if one != ref]

    async def check(self, channel: Channel) -> Sequence[str]:  # noqa: ARG002 - the port names it
        """See ports.Platform."""
        return self.findings

    async def run(self, answer: Answer, news: News | None = None) -> None:  # noqa: ARG002 - it hears of nothing
        """See ports.Platform."""
        self.replies.extend([await answer(command) for command in self.commands])

    async def drain(self) -> None:
        """See ports.Platform."""
        self.drained = True

    def _posted(self, channel: Channel, key: str) -> MessageRef | None:
        found = [str(n) for n, post in enumerate(self.posts, 1) if (post[0], post[2]) == (channel, key)]
        return MessageRef(channel, found[0]) if found else None


_TYPED: tuple[Library, Platform] = (FakeLibrary(), FakePlatform())


@dataclass
class FakeNews:
    """Keeps what a platform tells of itself."""

    told: list[tuple[str, ...]] = field(default_factory=list)

    async def gone(self, channel: Channel, reason: str) -> None:
        """See ports.News."""
        self.told.append(("gone", channel.id, reason))

    async def back(self, channel: Channel) -> None:
        """See ports.News."""
        self.told.append(("back", channel.id))

    async def left(self, workspace: str) -> None:
        """See ports.News."""
        self.told.append(("left", workspace))

    async def returned(self, workspace: str) -> None:
        """See ports.News."""
        self.told.append(("returned", workspace))
