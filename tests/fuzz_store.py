"""Random operations of two workspaces on a store in SQL: `fuzz_store.py -runs=100000`, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from time import time

from crossing import Crossing
from postgres import running

from digestbot.store import open_store

EACH = 2_000
"""Operations of one store: with more of them every answer gets longer, and nothing new happens."""


async def cross(url: str, seed: int, runs: int) -> None:
    """That many operations; raises AssertionError, which names the seed, for what crossed."""
    store = open_store(url)
    crossing = Crossing(store, seed)
    try:
        for _ in range(runs):
            await crossing.step()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error
    finally:
        store.close()


def main() -> None:
    """Half of the runs on each kind of database, in stores of EACH operations."""
    runs = next((int(word.removeprefix("-runs=")) for word in sys.argv[1:] if word.startswith("-runs=")), EACH)
    seed = int(time())
    sys.stdout.write(f"{runs} operations from seed {seed}\n")
    with tempfile.TemporaryDirectory() as folder, running() as server:
        server.prepare()
        for n in range(0, runs, EACH):
            if n // EACH % 2:
                with server.database() as url:
                    asyncio.run(cross(url, seed + n, min(EACH, runs - n)))
            else:
                asyncio.run(cross(f"sqlite:///{folder}/{n}.db", seed + n, min(EACH, runs - n)))
    sys.stdout.write("nothing crossed\n")


main()
