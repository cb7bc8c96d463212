"""Two workspaces in one store, and random operations of people in both: nothing of one may be seen in the other.

Every text of a workspace has its mark in it, and every answer is searched for the other's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random  # noqa: TID251 - a search with a seed

from fakes import NOW
from ordering import DAY, MESSAGE, NINE, SECOND, Store, daily
from sqlalchemy import Engine, event

from digestbot.model import Channel, Message, MessageRef, Part, Subscription
from digestbot.orders import Capture, Change, Due, Ended, Outcome, Picked, Standing
from digestbot.store.tables import metadata

SPACES = ("one", "two")


class Crossing:
    """A run of operations with one seed. asked: how often each was done."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.dice = store, Random(seed)  # noqa: S311 - as above
        self.now = NOW
        self.asked: dict[str, int] = {}

    async def step(self) -> str:
        """One operation in one of the workspaces, whose answer must be its own; the name of what was done."""
        self.now += SECOND * self.dice.randrange(60)
        space = self.dice.choice(SPACES)
        name = self.dice.choice(sorted(_OPERATIONS))
        self.asked[name] = self.asked.get(name, 0) + 1
        answer = await _OPERATIONS[name](self, space)
        foreign = _secret(SPACES[1 - SPACES.index(space)])
        assert foreign not in repr(answer), f"{name} in {space} answered {answer!r}"
        return name

    async def settle(self) -> None:
        """What the clockwork does for all workspaces at once, so that there is something to ask for."""
        await self.store.plan(self.now, daily)
        for claim in (await self.store.claim("fake", self.now)).claims:
            space = claim.delivery.subscription.channel.workspace
            assert _secret(space) in repr(claim)
            assert _secret(SPACES[1 - SPACES.index(space)]) not in repr(claim)
            message = Message(tuple(Part({"of": _secret(space)}, _secret(space)) for _ in MESSAGE.parts))
            picks = [Picked(self.thing(), _secret(space), _secret(space))]
            if claim.kept is None:
                await self.store.keep(claim.delivery, _secret(space), picks, message, self.now)
            outcome = self.dice.choice([Outcome.CONFIRMED, Outcome.REFUSED, Outcome.UNCERTAIN])
            ref = MessageRef(claim.delivery.subscription.channel, _secret(space))
            await self.store.finish(Ended(claim.delivery, outcome, _secret(space), ref=ref), self.now)

    def thing(self) -> str:
        """A highlight's id: both workspaces have the same ones."""
        return f"h{self.dice.randrange(6)}"

    def name(self) -> str:
        """A subscription's: both workspaces have the same ones."""
        return f"s{self.dice.randrange(4)}"

    def member(self) -> str:
        """A member's id: both workspaces have the same ones."""
        return f"u{self.dice.randrange(3)}"

    def change(self, space: str, action: str) -> Change:
        """A line of the audit."""
        return Change(space, self.now, self.member(), action, _secret(space), _secret(space))

    async def order(self, space: str) -> Standing:
        """A standing order, there or new."""
        name = self.name()
        there = await self.store.standing(space, name)
        order = Subscription(name, Channel("fake", space, "C1"), "daily at 09:00", title=_secret(space))
        return there or Standing(order, next_occurrence=NINE, next_at=NOW, by=_secret(space))

    def picked(self, space: str) -> Picked:
        """A highlight that was picked."""
        return Picked(self.thing(), _secret(space), _secret(space))


def _secret(space: str) -> str:
    return f"secret-of-{space}"


async def _put(self: Crossing, space: str) -> object:
    order = await self.order(space)
    state = self.dice.choice(["active", "active", "paused", "removed"])
    at = self.now if state == "active" else None
    occurrence = NINE + DAY * self.dice.randrange(9) if at else None
    changed = replace(order, state=state, next_at=at, next_occurrence=occurrence, reason=_secret(space))
    return await self.store.put(changed, self.change(space, "edit"))


async def _skip(self: Crossing, space: str) -> object:
    order, due = await self.order(space), Due(NINE + DAY * self.dice.randrange(9), self.now, _secret(space))
    return await self.store.skip(order, due, self.change(space, "skip"))


async def _order_now(self: Crossing, space: str) -> object:
    order, due = await self.order(space), Due(NINE + SECOND * self.dice.randrange(99_999), self.now)
    return await self.store.order_now(order, due, self.change(space, "now"))


async def _again(self: Crossing, space: str) -> object:
    found = await self.store.deliveries(space, states=(Outcome.REFUSED, Outcome.UNCERTAIN), limit=3)
    return [await self.store.again(one.delivery, self.now, self.change(space, "again")) for one in found[:1]]


async def _kept(self: Crossing, space: str) -> object:
    found = await self.store.deliveries(space, limit=9)
    return [await self.store.kept(space, one.delivery.subscription.id, one.delivery.occurrence) for one in found]


async def _settle(self: Crossing, _: str) -> object:
    return await self.settle()


_OPERATIONS: dict[str, Callable[[Crossing, str], Awaitable[object]]] = {
    "put": _put,
    "skip": _skip,
    "order_now": _order_now,
    "again": _again,
    "kept": _kept,
    "settle": _settle,
    "standings": lambda self, space: self.store.standings(space),
    "standings of a channel": lambda self, space: self.store.standings(space, channel=Channel("fake", space, "C1")),
    "standing": lambda self, space: self.store.standing(space, self.name()),
    "deliveries": lambda self, space: self.store.deliveries(space),
    "deliveries of one": lambda self, space: self.store.deliveries(space, subscription=self.name(), since=NOW),
    "delivery": lambda self, space: self.store.delivery(space, self.name()),
    "show": lambda self, space: self.store.show(
        Channel("fake", space, "C1"), _secret(space), [self.picked(space)], self.now
    ),
    "history": lambda self, space: self.store.history(space),
    "history of one": lambda self, space: self.store.history(space, self.name()),
    "shown": lambda self, space: self.store.shown(space, self.thing()),
    "hide": lambda self, space: self.store.hide(space, "source", _secret(space), self.change(space, "hide")),
    "hide the same": lambda self, space: self.store.hide(space, "highlight", self.thing(), self.change(space, "hide")),
    "unhide": lambda self, space: self.store.unhide(space, "highlight", self.thing(), self.change(space, "unhide")),
    "hidden": lambda self, space: self.store.hidden(space),
    "vote": lambda self, space: self.store.vote(
        space, self.member(), self.picked(space), _secret(space), "more", self.now
    ),
    "votes": lambda self, space: self.store.votes(space),
    "save": lambda self, space: self.store.save(space, self.member(), self.thing(), self.now),
    "unsave": lambda self, space: self.store.unsave(space, self.member(), self.thing()),
    "saves": lambda self, space: self.store.saves(space, self.member()),
    "capture": lambda self, space: self.store.capture(
        Capture(Channel("fake", space, "C1"), _secret(space), "U1", "Ada", "U2", "Bob", self.now, _secret(space))
    ),
    "captured": lambda self, space: self.store.captured(space, 1),
    "captures": lambda self, space: self.store.captures(space, "pending"),
    "decide": lambda self, space: self.store.settle(
        Capture(Channel("fake", space, "C1"), _secret(space), "", "Ada", "", "", self.now, state="refused", number=1),
        "pending",
        self.change(space, "refuse"),
    ),
    "spend": lambda self, space: self.store.spend(space, self.member(), "share", 10, self.now),
    "note": lambda self, space: self.store.note(self.change(space, "note")),
    "audit": lambda self, space: self.store.audit(space),
}


SHARED = {"paces", "alembic_version"}
"""Tables in which nothing belongs to a workspace."""

TABLES = {*metadata.tables} - SHARED


@contextmanager
def statements(*engines: Engine) -> Iterator[list[tuple[str, object]]]:
    """Every statement that reaches the database meanwhile, with its parameters."""
    seen: list[tuple[str, object]] = []

    def note(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        seen.append((statement, parameters))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
