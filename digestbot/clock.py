"""The clock: the one place that reads it. Everything else is told what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in the machine's own zone."""
    return datetime.now(UTC).astimezone()  # noqa: TID251 - see above
