"""All that crosses the edge, as Protocols that state what they promise and raise.

The core calls these; library/, platforms/ and store/ implement them; tests/fakes.py holds fakes of the same types.
"""

from __future__ import annotations

from digestbot.ports.inbox import Inbox
from digestbot.ports.library import FACETS, Found, Kind, Library, Name
from digestbot.ports.platform import Answer, Capabilities, Connected, News, Pace, Platform
from digestbot.ports.store import AHEAD, LEASE_SECONDS, Claimed, Decide, Hidden, Ledger, Outbox, Shown

__all__ = [
    "AHEAD",
    "FACETS",
    "LEASE_SECONDS",
    "Answer",
    "Capabilities",
    "Claimed",
    "Connected",
    "Decide",
    "Found",
    "Hidden",
    "Inbox",
    "Kind",
    "Ledger",
    "Library",
    "Name",
    "News",
    "Outbox",
    "Pace",
    "Platform",
    "Shown",
]
