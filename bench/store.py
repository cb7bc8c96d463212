"""How many deliveries a second the store takes from planned to confirmed, each step durable before the next.

The same way as the service's, with 64 in flight and nothing rendered or posted: plan, claim within a pace, keep a
message with three picks, finish. And what the claim costs while far more waits. PostgreSQL is the one of the tests, or
DIGESTBOT_TEST_DATABASE_URL's.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from postgres import running

from digestbot.model import Channel, Message, MessageRef, Part, Subscription
from digestbot.orders import Change, Claim, Due, Ended, Outcome, Picked, Plan, Standing
from digestbot.ports import Pace
from digestbot.store import SqlStore, open_store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NINE = NOW.replace(tzinfo=None)
ORDERS, WORKSPACES, IN_FLIGHT = 10_000, 100, 64
PACES = (Pace("platform", 0.00001, 1000), Pace("channel", 0.001, 50))
MESSAGE = Message((Part({"blocks": [{"type": "section", "text": {"text": "words " * 100}}] * 3}, "words " * 200),))
PICKS = tuple(Picked(f"{n:016x}", "A title\x1fAn author\x1fhttps://example.org\x1f2026", f"rw{n}") for n in range(3))

T = TypeVar("T")


class Watch:
    """Sums up how long each step took, as its callers saw it."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    async def time(self, name: str, work: Awaitable[T]) -> T:
        """Do it and count its time."""
        began = perf_counter()
        done = await work
        self.spent[name] = self.spent.get(name, 0) + perf_counter() - began
        return done


def order(n: int) -> Standing:
    """One of many orders that are due at NOW."""
    channel = Channel("console", f"w{n % WORKSPACES}", f"c{n}")
    return Standing(Subscription(f"order-{n}", channel, "daily at 09:00"), next_occurrence=NINE, next_at=NOW)


def decide(_: Standing, now: datetime) -> Plan:
    """One delivery, and the next tomorrow."""
    return Plan(
        (Due(NINE, NOW, expires_at=NOW + timedelta(hours=6)),), NINE + timedelta(days=1), now + timedelta(days=1)
    )


async def prepare(store: SqlStore) -> None:
    """Write the orders down."""
    orders = [order(n) for n in range(ORDERS)]
    changes = [Change(one.subscription.channel.workspace, NOW, "", "add", one.subscription.id) for one in orders]
    await asyncio.gather(*(store.put(*one) for one in zip(orders, changes, strict=True)))


async def deliver(store: SqlStore, claim: Claim) -> None:
    """Keep the message and confirm it."""
    await store.keep(claim.delivery, "Open weights", PICKS, MESSAGE, NOW)
    ref = MessageRef(claim.delivery.subscription.channel, "1700000000.000100")
    await store.finish(Ended(claim.delivery, Outcome.CONFIRMED, ref=ref), NOW)


async def drain(store: SqlStore, watch: Watch) -> int:
    """Claim and deliver until nothing waits, claiming again as soon as a quarter has ended, as the clockwork does."""
    tasks: set[asyncio.Task[None]] = set()
    room, done, more = asyncio.Event(), 0, True

    def ended(task: asyncio.Task[None]) -> None:
        tasks.remove(task)
        if len(tasks) <= IN_FLIGHT * 3 // 4:
            room.set()

    while more:
        most = IN_FLIGHT - len(tasks)
        claims = (await watch.time("claim", store.claim("console", NOW, most=most, paces=PACES))).claims
        for claim in claims:
            task = asyncio.create_task(deliver(store, claim))
            tasks.add(task)
            task.add_done_callback(ended)
        done, more = done + len(claims), bool(claims)
        room.clear()
        if more and len(tasks) > IN_FLIGHT * 3 // 4:
            await room.wait()
    await asyncio.gather(*tasks)
    return done


async def measure(name: str, url: str) -> None:
    """Print a line for this database."""
    store, watch = open_store(url), Watch()
    await prepare(store)
    began, busy = perf_counter(), process_time()
    while await watch.time("plan", store.plan(NOW, decide)):
        pass
    planned = perf_counter() - began
    done = await drain(store, watch)
    elapsed = perf_counter() - began
    cpu = 1e6 * (process_time() - busy) / done
    each = {name: 1e6 * spent / done for name, spent in watch.spent.items()}
    each["next"] = 1e6 * await timed(store.next_time(NOW, ["console"]))
    each["reap"] = 1e6 * await timed(store.reap(NOW))
    each["history"] = 1e6 * await timed(store.history("w1"))
    store.close()
    figures = "".join(f"{each[one]:>9.0f}" for one in ("plan", "claim", "next", "reap", "history"))
    print(f"{name:12}{done / elapsed:>14,.0f}{done / (elapsed - planned):>14,.0f}{cpu:>9.0f}{figures}")


async def timed(work: Awaitable[object]) -> float:
    """Seconds of one call."""
    began = perf_counter()
    await work
    return perf_counter() - began


def main() -> None:
    """Print the table."""
    print(
        f"{ORDERS} deliveries of {WORKSPACES} workspaces, {IN_FLIGHT} in flight; µs a delivery (plan, claim) or a call"
    )
    print(
        f"{'database':12}{'deliveries/s':>14}{'planned ones':>14}"
        + "".join(f"{one:>9}" for one in ("CPU", "plan", "claim", "next", "reap", "history"))
    )
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure("sqlite", f"sqlite:///{folder}/ledger.db"))
    with running() as server:
        server.prepare()
        server.do("CREATE DATABASE bench_store")
        asyncio.run(measure("postgresql", server.address("bench_store")))


main()
