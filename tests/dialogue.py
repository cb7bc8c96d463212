"""Dialogues in tests: what somebody says, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fake_store import FakeStore
from fakes import CHANNEL, NOW, FakeLibrary, make_highlight

from digestbot import schedule
from digestbot.commands import Amend, Context, answer
from digestbot.model import Channel, Command, Delivery, Listing, Message, MessageRef, Notice, Part, Reply, View
from digestbot.orders import Due, Ended, Outcome, Picked, Plan, Standing

LIBRARY = FakeLibrary([make_highlight(n, tags=("open weights",) if n <= 24 else ("licences",)) for n in range(1, 37)])
"""24 highlights under “open weights”, 12 under “licences”."""


@dataclass
class Talk:
    """A workspace in which people talk to digestbot. admin: whether the platform says that who speaks is one."""

    store: FakeStore = field(default_factory=FakeStore)
    library: FakeLibrary = field(default_factory=lambda: LIBRARY)
    channel: Channel = CHANNEL
    actor: str = "U1"
    admin: bool = True
    groups: tuple[str, ...] = ()
    now: datetime = NOW
    admins: frozenset[str] = frozenset()
    curators: frozenset[str] = frozenset({"CURATOR", "G-CURATORS"})
    amend: Amend | None = None

    def as_(self, actor: str, *, admin: bool = False, groups: tuple[str, ...] = (), channel: str = "") -> Talk:
        """The same workspace with somebody else speaking, perhaps in another channel."""
        where = replace(self.channel, id=channel) if channel else self.channel
        return replace(self, actor=actor, admin=admin, groups=groups, channel=where)

    async def say(self, words: str, **more: Any) -> View:
        """The View that answers what is said; more: see Command."""
        return (await self.ask(words, **more)).view

    async def ask(self, words: str, **more: Any) -> Reply:
        """What answers what is said, and whom."""
        name, _, text = words.removeprefix("/").partition(" ")
        command = Command(name, text, self.channel, self.actor, self.admin, self.groups, **more)
        context = Context(
            self.library,
            self.store,
            self.now,
            zone="Europe/Berlin",
            admins=self.admins,
            curators=self.curators,
            amend=self.amend,
            **self.more(),
        )
        return await answer(command, context)

    def more(self) -> dict[str, Any]:
        """What else answers may use."""
        return {}

    async def hear(self, words: str) -> str:
        """What is answered, as plain text: a notice's words, or a list's title and its cells."""
        return said(await self.say(words))

    def order(self, name: str) -> Standing:
        """A standing order as the store has it."""
        return self.store.orders[self.channel.workspace, name]

    async def post(
        self, name: str, picks: tuple[int, ...], at: datetime, *, outcome: Outcome = Outcome.CONFIRMED
    ) -> Delivery:
        """Let the clockwork deliver these highlights for a standing order, or fail to."""
        standing = self.order(name)
        occurrence = standing.next_occurrence
        assert occurrence
        await self.store.plan(standing.next_at or at, lambda one, _: _plan(one, name, at))
        claimed = await self.store.claim(self.channel.platform, at)
        [delivery] = [one.delivery for one in claimed.claims if one.delivery.subscription.id == name]
        highlights = [make_highlight(n) for n in picks]
        rows = [Picked(one.id, one.source.identity, one.native_id or "") for one in highlights]
        await self.store.keep(delivery, standing.subscription.theme, rows, Message((Part({}, "text"),)), at)
        reason = "" if outcome is Outcome.CONFIRMED else "The channel is archived."
        ref = MessageRef(self.channel, "171.2") if outcome is Outcome.CONFIRMED else None
        await self.store.finish(Ended(delivery, outcome, reason, ref=ref), at)
        return delivery


def _plan(standing: Standing, name: str, at: datetime) -> Plan:
    if standing.subscription.id != name or standing.next_occurrence is None:
        return Plan((), standing.next_occurrence, standing.next_at)
    return Plan((Due(standing.next_occurrence, at),), standing.next_occurrence, standing.next_at)


def in_words(text: str, zone: str = "Europe/Berlin") -> str:
    """A schedule as answers say it."""
    return schedule.describe(schedule.parse(text, zone))


def said(view: View) -> str:
    """A View's words, as plain text."""
    if isinstance(view, Notice):
        return view.text
    if isinstance(view, Listing):
        return "\n".join([view.title, " | ".join(view.columns), *(" | ".join(row) for row in view.rows)])
    return repr(view)


def offered(view: View) -> dict[str, str]:
    """The commands that a View offers, by their labels."""
    actions = () if not hasattr(view, "actions") else view.actions
    return {one.label: f"/{one.name} {one.words}" for one in actions}
