"""A service among fakes, with clocks that tests set and digests whose highlights are a part each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from fake_rows import Entry
from fake_store import FakeStore
from fakes import CHANNEL, NOW, FakeLibrary, FakePlatform, make_highlight, make_subscription

from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.errors import PlatformError
from digestbot.model import Channel, Delivery, Digest, Message, Part, Subscription, View
from digestbot.orders import Change, Claim, Ended, Outcome, Standing
from digestbot.ports import Capabilities, Library
from digestbot.service import FRESH_SECONDS, Admins, Amender, Channels, Composer, Drafter, Held, Service, decide, first

T = TypeVar("T")

NINE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time
MORNING = replace(make_subscription(), size=2)
BLIND = Capabilities("text")
ADMINS = Channel("fake", "acme", "ADMINS")
CURATORS = Channel("fake", "acme", "CURATORS")
LIBRARY = FakeLibrary([make_highlight(n, tags=("weights",)) for n in range(1, 201)])
"""Enough for months, so that nobody has to be told that it runs out."""
FEW = FakeLibrary(LIBRARY.highlights[:8])


@dataclass
class World:
    """A service and what it is surrounded by. fault: raised when something is rendered. slept: how long it waited."""

    now: datetime = NOW
    monotonic: float = 0.0
    steady_since: datetime = NOW - timedelta(days=365)
    store: FakeStore = field(default_factory=FakeStore)
    platform: FakePlatform = field(default_factory=FakePlatform)
    stock: FakeLibrary = field(default_factory=lambda: LIBRARY)
    admin_channel: Channel | None = ADMINS
    curators_channel: Channel | None = CURATORS
    fault: Exception | None = None
    rendered: list[View] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    @property
    def service(self) -> Service:
        """The service that would be built after a restart: it has no memory of its own."""
        platforms = {"fake": self.platform}
        admins = Admins(self.store, lambda _: self.admin_channel)
        channels = Channels(self.store, self.store, platforms, admins, lambda: self.now)
        return Service(
            self.store,
            platforms,
            self.drafter.composer,
            self.drafter,
            admins,
            channels,
            lambda: self.now,
            lambda: self.monotonic,
            lambda: self.steady_since,
            self.sleep,
        )

    @property
    def drafter(self) -> Drafter:
        """What shows drafts to curators."""
        answering = frozenset({"fake"}) if self.platform.capabilities.can_answer else frozenset[str]()
        composer = Composer(self.store, self.library, self.guidance, self.render, self.run, answering)
        return Drafter(composer, self.store, {"fake": self.platform}, lambda _: self.curators_channel)

    @property
    def amender(self) -> Amender:
        """What puts right what was posted."""
        return Amender(self.store, {"fake": self.platform}, self.library, self.render)

    async def library(self, workspace: str) -> Library:
        """The stock of this world."""
        assert workspace == "acme"
        return self.stock

    def guidance(self, workspace: str) -> Guidance:
        """Nobody has said anything."""
        assert workspace == "acme"
        return NOBODY

    async def run(self, work: Callable[[], T], /) -> T:
        """Do it here."""
        return work()

    async def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.slept.append(seconds)
        self.later(seconds=seconds)

    def later(self, **ago: float) -> None:
        """Let time pass."""
        self.now += timedelta(**ago)
        self.monotonic += timedelta(**ago).total_seconds()

    def render(self, view: View, templates: str) -> Message:
        """One part a highlight, and one for anything else; or the fault of this world."""
        if self.fault:
            raise self.fault
        self.rendered.append(view)
        texts = [one.text for one in view.highlights] if isinstance(view, Digest) else [str(view)]
        return Message(tuple(Part({"with": templates, "text": text}, text) for text in texts))

    async def order(self, subscription: Subscription = MORNING) -> Standing:
        """A standing order that begins with the present minute."""
        occurrence, at = first(subscription, self.now)
        there = await self.store.standing("acme", subscription.id)
        new = Standing(subscription, next_occurrence=occurrence, next_at=at, version=there.version if there else 0)
        assert await self.store.put(new, Change("acme", self.now, "U1", "add", subscription.id))
        return self.store.orders["acme", subscription.id]

    async def plan(self) -> list[Ended]:
        """Plan what is due."""
        planned: list[Ended] = []
        while some := await self.store.plan(self.now, decide):
            planned += some
        return planned

    async def claims(self) -> list[Held]:
        """Plan and claim what is due."""
        await self.plan()
        claimed = await self.store.claim("fake", self.now, paces=self.platform.capabilities.paces)
        return [self.hold(one) for one in claimed.claims]

    def hold(self, claim: Claim) -> Held:
        """A claim that was taken just now."""
        return Held(claim, self.monotonic + FRESH_SECONDS)

    async def tick(self) -> list[Outcome]:
        """Plan, claim and deliver what is due now."""
        return [(await self.service.deliver(held)).outcome for held in await self.claims()]

    async def die(self, *, accepted: bool) -> Held:
        """A process claims MORNING, keeps it, may post the first part, and dies; its lease ends."""
        (held,) = await self.claims()
        delivery = held.claim.delivery
        await self.store.keep(delivery, "weights", (), Message((Part({}, "one"), Part({}, "two"))), self.now)
        if accepted:
            await self.platform.post(CHANNEL, Part({}, "one"), delivery.key(0), None)
        return held

    async def reaped(self, **after: float) -> None:
        """Time passes, and leases that ended are given back."""
        self.later(**after)
        await self.store.reap(self.now)

    def entry(self, occurrence: datetime = NINE, subscription: Subscription = MORNING) -> Entry:
        """What the store has of a delivery."""
        return self.store.entries[Delivery(subscription, occurrence).id]

    def state(self, occurrence: datetime = NINE) -> tuple[Outcome, str]:
        """What the store says of a delivery."""
        entry = self.entry(occurrence)
        return entry.outcome, entry.reason

    @property
    def keys(self) -> list[str]:
        """The keys of what was posted to CHANNEL."""
        return [key for channel, _, key, _ in self.platform.posts if channel == CHANNEL]

    @property
    def notices(self) -> list[str]:
        """What is planned to be told to the admins."""
        return [one.delivery.notice for one in self.store.entries.values() if one.delivery.notice]


def refusal(
    *,
    permanent: bool = False,
    retry_after: float | None = None,
    sent: Literal["no", "perhaps"] = "no",
    scope: Literal["channel", "workspace", "platform"] = "channel",
) -> PlatformError:
    """A platform's refusal."""
    return PlatformError("It said no.", permanent=permanent, retry_after=retry_after, sent=sent, scope=scope)
