"""The stores that keep one contract: the fake that other tests use, and the one in SQL on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from fake_store import FakeStore
from ordering import MINUTE, Store
from sqlalchemy import create_engine, select, update

from digestbot.store import SqlStore, open_store
from digestbot.store.tables import deliveries


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where each kind of store is; "" for the one in memory."""
    if request.param == "postgresql":
        found: str = request.getfixturevalue("postgres_url")
        return found
    return f"sqlite:///{tmp_path}/ledger.db" if request.param == "sqlite" else ""


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    """Each kind of store, empty."""
    opened = open_store(address) if address else FakeStore()
    yield opened
    if isinstance(opened, SqlStore):
        opened.close()


@pytest.fixture
def twin(address: str, store: Store) -> Iterator[Store]:
    """Another process's store on the same database."""
    opened = open_store(address) if address else store
    yield opened
    if isinstance(opened, SqlStore):
        opened.close()


@pytest.fixture
def lapse(address: str, store: Store) -> Callable[..., None]:
    """Lets two minutes, or as many as are given, pass for all leases, which a server counts by its own clock."""

    def ends(minutes: int = 2) -> None:
        if isinstance(store, FakeStore):
            for entry in store.entries.values():
                entry.lease_until = entry.lease_until and entry.lease_until - minutes * MINUTE
            return
        engine = create_engine(address)
        with engine.begin() as connection:
            for row in connection.execute(select(deliveries).where(deliveries.c.lease_until.is_not(None))).all():
                over = update(deliveries).where(deliveries.c.id == row.id)
                connection.execute(over.values(lease_until=row.lease_until - minutes * MINUTE))
        engine.dispose()

    return ends
