"""How many deliveries a second the ledger writes down, each flushed to the disk: alone, and in groups.

Each of many tasks plans a delivery (insert) and finishes it twice (update, update), as often as it can. PostgreSQL is
the one of the tests, or DIGESTBOT_TEST_DATABASE_URL's.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from postgres import running

from digestbot.model import Channel, Delivery, Outcome, Subscription
from digestbot.ports import Store
from digestbot.store import open_store
from digestbot.store.lane import MOST

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NINE = NOW.replace(tzinfo=None)
TASKS, SECONDS = 64, 3.0


async def work(store: Store, task: int, ends: float, took: list[float]) -> None:
    """One task's deliveries until the end; how long each took."""
    order = Subscription(f"task-{task}", Channel("console", "bench", "console"), "daily at 09:00")
    n = 0
    while (began := perf_counter()) < ends:
        delivery = Delivery(order, NINE + timedelta(days=n))
        await store.plan(order, delivery.occurrence, NOW)
        await store.finish(delivery, Outcome.RETRY, NOW, retry_at=NOW)
        await store.finish(delivery, Outcome.CONFIRMED, NOW)
        took.append(perf_counter() - began)
        n += 1


async def measure(url: str, most: int) -> tuple[float, list[float]]:
    """Deliveries a second, and how long each took."""
    store = open_store(url, most=most)
    took: list[float] = []
    began = perf_counter()
    await asyncio.gather(*(work(store, task, began + SECONDS, took) for task in range(TASKS)))
    elapsed = perf_counter() - began
    store.close()
    return len(took) / elapsed, took


def report(name: str, fresh: Callable[[], str]) -> None:
    """Print a line for each size of a group."""
    for most in (1, MOST):
        rate, took = asyncio.run(measure(fresh(), most))
        p50, p95 = quantiles(took, n=20)[9], quantiles(took, n=20)[18]
        print(f"{name:12}{most:>6}{rate:>14,.0f}{p50 * 1000:>9.1f}{p95 * 1000:>9.1f}")


def main() -> None:
    """Print the table."""
    print(f"{TASKS} tasks, each: plan, finish, finish; every step durable before the next")
    print(f"{'database':12}{'group':>6}{'deliveries/s':>14}{'p50 ms':>9}{'p95 ms':>9}")
    with tempfile.TemporaryDirectory() as folder:
        report("sqlite", lambda: f"sqlite:///{tempfile.mkdtemp(dir=folder)}/ledger.db")
    with running() as server:
        server.prepare()
        for name in ("one", "two"):
            server.do(f"CREATE DATABASE bench_{name}")
        urls = iter([server.address("bench_one"), server.address("bench_two")])
        report("postgresql", lambda: next(urls))


main()
