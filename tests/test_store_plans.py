"""How the databases find their rows: by an index, whatever has gathered in the tables."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from crossing import statements
from fakes import CHANNEL, NOW
from ordering import DAY, HOUR, MESSAGE, NINE, Store, change, daily, standing
from sqlalchemy import Engine, create_engine, insert, text

from digestbot.orders import Ended, Outcome, Picked, Plan
from digestbot.ports import Pace
from digestbot.store import SqlStore, open_store, rows
from digestbot.store.tables import attempts, audit, deliveries, parts, shown, subscriptions

MANY, WORKSPACES = 10_000, 20
BIG = ("deliveries", "parts", "shown", "subscriptions", "attempts", "audit")


def gathered(engine: Engine) -> None:
    """What a year of digests leaves behind, and a few that wait."""
    order = standing().subscription
    spaces = [f"w{n % WORKSPACES}" for n in range(MANY)]
    common = {
        "ordered": rows.ordered(order),
        "platform": "fake",
        "notice": "",
        "reason": "",
        "theme": "",
        "planned_at": NOW,
    }
    old = {"state": "confirmed", "attempt": 1, "claimed_at": NOW, "finished_at": NOW}
    tables = {
        subscriptions: lambda n: {
            "name": f"s{n}", "channel": str(order.channel), "ordered": rows.ordered(order), "state": "active",
            "declared": False, "ordered_by": "", "reason": "", "next_occurrence": NINE, "next_at": NOW + DAY + n * HOUR,
            "changed_at": NOW, "version": 1, "turn": n,
        },
        deliveries: lambda n: {**common, **old, "subscription": f"s{n % 99}", "occurrence": NINE + n * HOUR},
        attempts: lambda n: {
            "delivery": n + 1, "number": 1, "begun_at": NOW, "ended_at": NOW, "outcome": "confirmed", "reason": "",
        },
        parts: lambda n: {
            "delivery": n + 1, "n": 0, "key": "", "payload": {}, "text": "" if n % 50 else "text", "state": "arrived",
            "message_ref": "", "changed_at": NOW,
        },
        shown: lambda n: {
            "delivery": n + 1, "highlight_id": f"h{n % 500}", "theme": "", "channel": "", "at": NOW, "source": "",
            "native": "",
        },
        audit: lambda n: {"at": NOW, "actor": "", "action": "", "subject": str(n), "detail": ""},
    }  # fmt: skip
    with engine.begin() as connection:
        for table, row in tables.items():
            connection.execute(insert(table), [{"workspace": space, **row(n)} for n, space in enumerate(spaces)])
        connection.execute(text("ANALYZE"))
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('deliveries', 'id'), {MANY})"))


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SqlStore, Engine]]:
    """A store of each kind with many rows, and an engine beside it."""
    sqlite = f"sqlite:///{tmp_path}/ledger.db"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store, engine = open_store(url), create_engine(url)
    gathered(engine)
    yield store, engine
    engine.dispose()
    store.close()


async def deliver(store: Store) -> None:
    """The way of one delivery, with a first attempt that failed."""
    await store.put(standing(workspace="w1"), change(standing(workspace="w1")))
    await store.plan(NOW, daily)
    for outcome in (Outcome.RETRY, Outcome.CONFIRMED):
        (claim,) = (await store.claim("fake", NOW, paces=[Pace("channel", 1, 9)])).claims
        if claim.kept is None:
            await store.keep(claim.delivery, "Theme", [Picked("a")], MESSAGE, NOW)
        await store.begin(claim.delivery, 0, NOW)
        await store.end(claim.delivery, 0, None, NOW)
        await store.extend([claim.delivery], NOW)
        await store.finish(Ended(claim.delivery, outcome, "", NOW if outcome is Outcome.RETRY else None), NOW)


async def ask(store: Store) -> None:
    """What people ask all day."""
    await store.history("w1", "s1")
    await store.shown("w1", "h1")
    await store.deliveries("w1", subscription="s1")
    await store.delivery("w1", "s1")
    await store.delivery("w1", "s1", NINE + 101 * HOUR)
    await store.standing("w1", "s1")
    await store.audit("w1")


QUESTIONS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "plan": lambda store: store.plan(NOW, lambda *_: Plan(())),
    "claim": lambda store: store.claim("fake", NOW),
    "next_time": lambda store: store.next_time(NOW, ["fake"]),
    "reap": lambda store: store.reap(NOW),
    "deliver": deliver,
    "ask": ask,
    "history": lambda store: store.history("w1"),
    "deliveries": lambda store: store.deliveries("w1"),
    "pause": lambda store: store.put(standing(workspace="w1"), change(standing(workspace="w1"))),
    "show": lambda store: store.show(CHANNEL, "Theme", [Picked("a")], NOW),
}


def scans(engine: Engine, statement: str, parameters: object) -> list[str]:
    """The steps of a statement's plan that read a whole table of many rows."""
    row = parameters[0] if isinstance(parameters, list) else parameters
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", row).all()
    steps = [str(step[-1] if sqlite else step[0]) for step in found]
    whole = re.compile(r"SCAN (\w+)$" if sqlite else r"Seq Scan on (\w+)")
    return [step for step in steps if (match := whole.search(step)) and match[1] in BIG]


@pytest.mark.parametrize("name", sorted(QUESTIONS))
async def test_no_table_is_read_as_a_whole(full: tuple[SqlStore, Engine], name: str) -> None:
    """Nothing that the clockwork or people do all day reads a whole table: each statement has an index."""
    store, engine = full
    with statements(*store.engines) as seen:
        await QUESTIONS[name](store)
    asked = [(sql, found) for sql, found in seen if re.match(r"SELECT|UPDATE|DELETE|INSERT", sql)]
    assert asked
    found = {sql: steps for sql, row in asked if (steps := scans(engine, sql, row))}
    assert not found
