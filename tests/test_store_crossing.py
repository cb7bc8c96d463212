"""Nothing crosses from one workspace into another."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from crossing import SPACES, TABLES, Crossing, statements
from fake_store import FakeStore
from ordering import Store

from digestbot.ports import Outbox
from digestbot.store import SqlStore, open_store

CLOCKWORK = {
    "plan": "takes what is due of all workspaces, and writes each row under its own",
    "claim": "takes what is due of all workspaces, in turn",
    "keep": "finds its claim by the number it was given, and compares the workspace",
    "begin": "as keep",
    "end": "as keep",
    "finish": "as keep",
    "extend": "prolongs what this process holds, of whatever workspace",
    "reap": "gives back what any process held",
    "rouse": "a clock that was set was everybody's",
    "clock": "is everybody's",
    "reserve": "paces are a platform's",
    "hold": "paces are a platform's",
    "next_time": "is the earliest of all workspaces",
    "declared": "digestbot.toml declares for all workspaces",
    "pause": "names its workspace as the ledger does",
    "announce": "names its workspace as the ledger does",
    "tally": "counts by platform, for who runs digestbot",
    "suspects": "takes what is to be looked at again of all workspaces",
    "over": "names the workspaces that are to be erased",
    "prune": "forgets what is old in all workspaces",
}
"""The clockwork serves all workspaces at once: why each of its methods may look beyond one."""


def test_all_exceptions_are_listed() -> None:
    """Whoever adds a method to the outbox says here why it may look beyond one workspace."""
    assert {*CLOCKWORK} == {name for name in vars(Outbox) if not name.startswith("_")}


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Each kind of store, empty."""
    if request.param == "fake":
        yield FakeStore()
        return
    sqlite = f"sqlite:///{tmp_path}/ledger.db"
    opened = open_store(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


async def test_nothing_crosses(store: Store) -> None:
    """In 2,000 random operations of two workspaces that name everything alike no answer has the other's words."""
    crossing = Crossing(store, 20260302)
    for _ in range(2_000):
        await crossing.step()
    assert min(crossing.asked.values()) > 20
    for space in SPACES:
        assert await store.history(space)
        assert await store.deliveries(space)


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
async def test_every_statement_names_its_workspace(store: SqlStore) -> None:
    """No statement of the ledger touches a table of workspaces without binding the workspace that it serves."""
    crossing = Crossing(store, 1)
    asked = 0
    for _ in range(600):
        with statements(*store.engines) as seen:
            done = await crossing.step()
        asked += 0 if done == "settle" else sum(_bound(*one) for one in seen)
    assert asked > 600


def _bound(statement: str, parameters: object) -> bool:
    """Whether it touches such a table; then each of its rows of parameters must name a workspace."""
    if not {*re.findall(r"\w+", statement)} & TABLES:
        return False
    rows = parameters if isinstance(parameters, list) else [parameters]
    for row in rows:
        values = row.values() if isinstance(row, dict) else row
        assert {*values} & {*SPACES}, f"{statement} with {row}"
    condition = statement.startswith("INSERT") or re.search(r"WHERE.*workspace\W", statement, re.DOTALL)
    assert condition, statement
    return True
