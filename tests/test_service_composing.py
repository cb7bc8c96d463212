from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from fake_store import FakeStore
from fakes import NOW, FakeLibrary, FakePlatform, make_highlight
from world import MORNING, NINE, World

from digestbot.model import Delivery
from digestbot.ports import Shown
from digestbot.service.composing import FRESH, KEPT_BY

STOCK = FakeLibrary([make_highlight(n, tags=("weights",)) for n in range(40)])


@dataclass
class Counting(FakeStore):
    """A store that counts how often a history was read."""

    read: int = 0

    async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
        """See ports.Ledger."""
        self.read += 1
        return await FakeStore.history(self, workspace, subscription)


def delivery(name: str) -> Delivery:
    """One of many digests of nine o'clock."""
    return Delivery(replace(MORNING, id=name), NINE)


async def test_digests_of_one_minute_do_not_repeat_each_other() -> None:
    """What was composed a moment ago counts as shown, though the ledger has none of it, and one reading serves all."""
    store = Counting()
    composer = World(store=store, stock=STOCK).service.composer
    digests = [await composer.compose(delivery(f"s{n}"), FakePlatform(), NOW) for n in range(8)]
    picked = [one for found, _ in digests for one in found.ids]
    assert len(set(picked)) == len(picked) > len(digests)
    assert store.read == 1


async def test_what_is_composed_again_is_the_same() -> None:
    """An attempt that kept nothing does not stand in the way of the next one's picks."""
    composer = World(stock=STOCK).service.composer
    one, _ = await composer.compose(delivery("s1"), FakePlatform(), NOW)
    again, _ = await composer.compose(delivery("s1"), FakePlatform(), NOW + timedelta(seconds=1))
    assert one.ids == again.ids


async def test_a_history_is_read_again() -> None:
    """After FRESH, and when the clock was set back; what was never kept is forgotten after KEPT_BY."""
    store = Counting()
    composer = World(store=store, stock=STOCK).service.composer
    one, _ = await composer.compose(delivery("s1"), FakePlatform(), NOW)
    for moment in (FRESH, -FRESH, KEPT_BY):
        await composer.compose(delivery("s2"), FakePlatform(), NOW + moment)
    assert store.read == 4
    assert not any(row.delivery == delivery("s1").id for row in composer._pasts["acme"].composed)  # noqa: SLF001
    assert one.ids
