"""Telemetry: what happened, one line each on standard error: a constant event and its keys.

A value is an identifier, a number or a reason of ours; never a message's text, a query, or a secret.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from typing import TextIO

_LOG = logging.getLogger("digestbot")
_PLAIN = re.compile(r"[\w./:+@#-]+")


def start(stream: TextIO | None = None) -> None:
    """Write events, and the warnings of libraries, to the stream (standard error by default) from now on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _LOG.setLevel(logging.INFO)


def event(name: str, /, *, failed: bool = False, **keys: object) -> None:
    """Write one line: the event's name, then `key=value` for every key that is not None or empty."""
    pairs = [f"{key}={_value(value)}" for key, value in keys.items() if value not in (None, "")]
    _LOG.log(logging.WARNING if failed else logging.INFO, "%s", " ".join([name, *pairs]))


def _value(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
