"""[weights] and [highlights]: what may go into digests, and how often."""

from __future__ import annotations

import re

from digestbot.config.table import Table
from digestbot.curation.guidance import Guidance, spelled

_ID = re.compile(r"[0-9a-f]{16}")
_LEAST, _MOST = 0.01, 100


def read(table: Table) -> Guidance:
    """Weights of sources, and which highlights are taken out or put past the gate. Raises SettingsError."""
    highlights, weights = table.table("highlights"), table.table("weights")
    highlights.knows("hide", "show")
    hide, show = (_ids(highlights, key) for key in ("hide", "show"))
    return Guidance({spelled(name): _weight(weights, name) for name in weights.values}, hidden=hide, kept=show - hide)


def _weight(table: Table, name: str) -> float:
    """How much more often than others a source is drawn: a number, or "never"."""
    value = table.values[name]
    if value == "never":
        return 0.0
    if not isinstance(value, int | float) or isinstance(value, bool) or not _LEAST <= value <= _MOST:
        raise table.wrong(name, f'write a number from {_LEAST} to {_MOST}, or "never".')
    return float(value)


def _ids(table: Table, key: str) -> frozenset[str]:
    for name in table.texts(key):
        if not _ID.fullmatch(name):
            raise table.wrong(key, f"“{name}” is no id. Write all 16 digits, as `digestbot quote --json` shows them.")
    return frozenset(table.texts(key))
