"""Reading many notes in a process of its own: parsing holds the interpreter's lock, and whoever asks would wait for it.

Run as `python -m digestbot.library.worker` it takes its order as JSON from standard input and says on standard output
how far it is, a line each time, and at the end what it did or what went wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

from digestbot import errors
from digestbot.errors import ContentError
from digestbot.library import index
from digestbot.library.index import How, News, Report
from digestbot.library.place import Place
from digestbot.library.privacy import Rules

MANY = 200
"""From this many notes on a process of its own, which takes 0.2 s to start, is worth it."""

_BAR = 30
_SECONDS = 0.1


def update(place: Place, how: How | None = None) -> News:
    """As index.update; many notes are read in a process of its own, with a progress bar where a person watches."""
    how = how or How()
    try:
        news = index.update(place, replace(how, most=MANY))
        return _apart(place, how) if news.waiting else news
    except ValueError as error:  # what tantivy raises for a full disk and for files that are damaged
        raise ContentError(
            f"The index in {place.shelf.path} cannot be brought in step ({error}). Make room on the disk, or remove "
            "that folder: it is made again from the notes."
        ) from error


def _apart(place: Place, how: How) -> News:
    order = {
        "content": [str(path) for path in place.content],
        "data": str(place.data),
        "tags": sorted(place.rules.tags),
        "folders": sorted(place.rules.folders),
        "force": how.force,
    }
    # -P: whatever lies in the folder that digestbot was started in is no code of ours.
    command = [sys.executable, "-P", "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        return _outcome(_followed(process, json.dumps(order), how.report or _on_terminal))


def _followed(process: subprocess.Popen[str], order: str, report: Report) -> str:
    """Give the order, pass on how far it is, and return the last line."""
    if process.stdin is None or process.stdout is None:
        return ""
    with process.stdin as source:
        source.write(order)
    last = ""
    for last in process.stdout:
        if last[0].isdigit():
            report(*map(int, last.split()))
    return last


def _outcome(line: str) -> News:
    try:
        told = json.loads(line)
        if "error" in told:
            raise getattr(errors, told["error"])(told["message"])
        return News(**told)
    except (ValueError, TypeError, AttributeError) as error:
        raise errors.ContentError("Reading the notes ended before it was done. Try again.") from error


def _on_terminal(done: int, total: int) -> None:
    if sys.stderr is None or not sys.stderr.isatty():
        return
    filled = "█" * (done * _BAR // total)
    sys.stderr.write(f"\rReading notes {filled:░<{_BAR}} {done:,} of {total:,}" + ("\n" if done == total else ""))
    sys.stderr.flush()


def _told(order: dict[str, list[str]]) -> dict[str, object]:
    """Do what was ordered; what came of it, for the last line."""
    rules = Rules(frozenset(order["tags"]), frozenset(order["folders"]))
    place = Place(tuple(map(Path, order["content"])), Path(str(order["data"])), rules)
    try:
        return asdict(index.update(place, How(force=bool(order["force"]), report=_Teller())))
    except errors.DigestbotError as error:
        return {"error": type(error).__name__, "message": str(error)}


class _Teller:
    """Says how far it is, ten times a second and at the end."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        if done == total or time.monotonic() - self._last > _SECONDS:
            self._last = time.monotonic()
            print(done, total, flush=True)  # noqa: T201 - the parent reads it


def main() -> None:
    """Take one order and carry it out."""
    try:
        print(json.dumps(_told(json.load(sys.stdin))), flush=True)  # noqa: T201 - the parent reads it
    except (KeyboardInterrupt, BrokenPipeError):  # whoever gave the order is gone
        sys.exit(1)


if __name__ == "__main__":
    main()
