from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from digestbot import telemetry


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is written while a test runs; afterwards logging is as it was."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    telemetry.start(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_one_line_an_event(log: io.StringIO) -> None:
    """An event is one line: its name, then its keys; empty ones are left out, and no value can break the line."""
    telemetry.event("delivery", failed=True, id="local/morning/2026-03-02T09:00", reason="no\nnews", parts=0, none=None)
    stamp, level, rest = log.getvalue().split(" ", 2)
    assert stamp.endswith("Z")
    assert level == "WARNING"
    assert rest == 'delivery id=local/morning/2026-03-02T09:00 reason="no\\nnews" parts=0\n'


def test_libraries_only_warn(log: io.StringIO) -> None:
    """What libraries say in passing stays out of the log; their warnings are in it."""
    logging.getLogger("apscheduler").info("in passing")
    logging.getLogger("apscheduler").warning("be warned")
    assert "in passing" not in log.getvalue()
    assert "be warned" in log.getvalue()
