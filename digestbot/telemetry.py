"""Telemetry: what happened, one line each on standard error: a constant event and its keys, as text or as JSON.

A value is an identifier, a number or a reason of ours; never a message's text, a query, or a secret. Lines of libraries
are the event `log`, with who wrote it; of an exception they bring only its kind and its place, for its text may quote
a note.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

from digestbot.errors import origin

_LOG = logging.getLogger("digestbot")
_PLAIN = re.compile(r"[\w./:+@#-]+")
_ABOUT: ContextVar[Mapping[str, object]] = ContextVar("about", default={})  # noqa: B039 - replaced, never changed


def start(stream: TextIO | None = None, *, form: Literal["text", "json"] = "text", level: str = "info") -> None:
    """Write events, and the warnings of libraries, to the stream (standard error by default) from now on.

    level: debug, info, warning or error; what is less is left out. Libraries are never heard below their warnings: what
    they say in passing may hold payloads and tokens.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    least = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(logging.WARNING, least), handlers=[handler], force=True)
    _LOG.setLevel(least)


def event(name: str, /, *, failed: bool = False, **keys: object) -> None:
    """Write one line: the event's name, then every key that is not None or empty, and those of `about`."""
    level = logging.WARNING if failed else logging.INFO
    _LOG.log(level, "%s", _text(name, keys), extra={"event": name, "keys": keys})


@contextmanager
def about(**keys: object) -> Iterator[None]:
    """Put these keys on every line that is written within, also by libraries and by tasks that begin within.

    A key that a line brings itself is its own.
    """
    before = _ABOUT.set({**_ABOUT.get(), **keys})
    try:
        yield
    finally:
        _ABOUT.reset(before)


class _Text(logging.Formatter):
    """`2026-03-02T09:00:00Z INFO event key=value …`; a value that is no plain word is quoted as in JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        return f"{_moment(record):%Y-%m-%dT%H:%M:%SZ} {record.levelname} {_text(_event(record), _keys(record))}"


class _Json(logging.Formatter):
    """One object a line: ts, level, event, and the keys."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        when = _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = {"ts": when, "level": record.levelname.lower(), "event": _event(record)}
        keys = {key: value for key, value in _keys(record).items() if key not in head}
        return json.dumps({**head, **keys}, ensure_ascii=False, default=str)


def _text(name: str, keys: Mapping[str, object]) -> str:
    return " ".join([name, *(f"{key}={_value(value)}" for key, value in _told(keys).items())])


def _told(keys: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in keys.items() if value not in (None, "")}


def _keys(record: logging.LogRecord) -> dict[str, object]:
    # A line is written where it is made: what `about` says there is what it is about.
    own: Mapping[str, object] = getattr(record, "keys", None) or _foreign(record)
    return _told({**_ABOUT.get(), **own})


def _foreign(record: logging.LogRecord) -> Mapping[str, object]:
    """The keys of a library's line; of an event without keys of its own, none."""
    if hasattr(record, "event"):
        return {}
    error = record.exc_info[1] if record.exc_info else None
    return {"logger": record.name, "message": record.getMessage(), "problem": origin(error) if error else ""}


def _event(record: logging.LogRecord) -> str:
    return str(getattr(record, "event", "log"))


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _value(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
