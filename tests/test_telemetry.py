from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from digestbot import telemetry


@pytest.fixture
def begin() -> Iterator[Callable[..., io.StringIO]]:
    """Starts a log, as telemetry.start does, and gives what it is written to; afterwards logging is as it was."""
    root, ours = logging.getLogger(), logging.getLogger("digestbot")
    before = list(root.handlers), root.level, ours.level
    root.handlers.clear()

    def start(**how: str) -> io.StringIO:
        stream = io.StringIO()
        telemetry.start(stream, **how)  # type: ignore[arg-type]
        return stream

    yield start
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


@pytest.fixture
def log(begin: Callable[..., io.StringIO]) -> io.StringIO:
    """A log as it is without settings."""
    return begin()


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


def test_a_line_of_a_library(log: io.StringIO) -> None:
    """A library's warning is one line too, and of an exception it tells the kind and the place, not the text."""
    try:
        int("what a note says")
    except ValueError:
        logging.getLogger("some.library").exception("It failed\nbadly")
    (line,) = log.getvalue().splitlines()
    assert ' ERROR log logger=some.library message="It failed\\nbadly" problem="ValueError at ' in line
    assert "what a note says" not in line


def test_json(begin: Callable[..., io.StringIO]) -> None:
    """As JSON each line is one object with ts, level and event, its keys as they are, and no key in their place."""
    log = begin(form="json")
    telemetry.event("delivery", failed=True, parts=2, reason="no\nnews", none=None, level="high", odd={"a"})
    logging.getLogger("some.library").warning("be %s", "warned")
    first, second = map(json.loads, log.getvalue().splitlines())
    assert first.pop("ts").endswith("Z")
    assert first == {"level": "warning", "event": "delivery", "parts": 2, "reason": "no\nnews", "odd": "{'a'}"}
    assert list(second) == ["ts", "level", "event", "logger", "message"]
    assert (second["event"], second["message"]) == ("log", "be warned")


@pytest.mark.parametrize(
    ("level", "events"),
    [("debug", ["a", "b", "log"]), ("info", ["a", "b", "log"]), ("warning", ["b", "log"]), ("error", [])],
)
def test_levels(level: str, events: list[str], begin: Callable[..., io.StringIO]) -> None:
    """What is below the level is left out; libraries are not heard below their warnings at any level."""
    log = begin(form="json", level=level)
    telemetry.event("a")
    telemetry.event("b", failed=True)
    logging.getLogger("some.library").info("in passing: xoxb-token")
    logging.getLogger("some.library").warning("be warned")
    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == events


async def test_what_a_line_is_about(begin: Callable[..., io.StringIO]) -> None:
    """Within `about` every line has its keys, also in tasks and threads and of libraries, and none outside of it.

    Deliveries that are attempted side by side do not get each other's.
    """
    log = begin(form="json")

    async def attempt(name: str) -> None:
        with telemetry.about(delivery=name):
            telemetry.event("begin", mine=name)
            await asyncio.sleep(0)
            await asyncio.create_task(inner(name))
            await asyncio.to_thread(telemetry.event, "thread", mine=name)
            telemetry.event("other", mine=name, delivery="its own")

    async def inner(name: str) -> None:
        logging.getLogger("some.library").warning("%s", name)

    await asyncio.gather(attempt("one"), attempt("two"))
    telemetry.event("outside")
    *within, outside = map(json.loads, log.getvalue().splitlines())
    assert len(within) == 8
    for line in within:
        mine = line.get("mine") or line["message"]
        assert line["delivery"] == ("its own" if line["event"] == "other" else mine)
    assert "delivery" not in outside


def test_about_within_about(log: io.StringIO) -> None:
    """One may stand within another: the keys of both are told, and the inner one's end with it."""
    with telemetry.about(workspace="local"):
        with telemetry.about(delivery="a"):
            telemetry.event("both")
        telemetry.event("one")
    both, one = (line.split(" ", 2)[2] for line in log.getvalue().splitlines())
    assert (both, one) == ("both workspace=local delivery=a", "one workspace=local")
