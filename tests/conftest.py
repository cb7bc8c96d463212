"""What all tests share: how properties are searched, and a PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings
from postgres import Server, running

# A change is judged by the same examples each time; whoever works on the code searches new ones with every run.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
_CI = bool(os.environ.get("CI"))  # noqa: TID251 - decides how the tests run, not what they test
settings.load_profile("ci" if _CI else "local")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server. Where it cannot be started its tests are skipped, unless CI says that it must be there."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running())
        except Exception as error:  # whatever keeps it from running here
            if _CI:
                raise
            pytest.skip(f"PostgreSQL cannot be started here: {error}")
        server.prepare()
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """A database on it with our tables and nothing in them."""
    with postgres.database() as url:
        yield url
