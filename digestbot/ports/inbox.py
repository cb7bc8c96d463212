"""Inbox: where the words that curators accepted become notes. sources/ implements it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from digestbot.orders import Capture


class Inbox(Protocol):
    """Writes captures as ordinary notes of one workspace's library, and takes them out again. Raises SourceError."""

    async def write(self, capture: Capture) -> str:
        """Write a note that reads back as this highlight, over no other; returns where it lies.

        Written twice, the same capture has one note.
        """
        ...

    async def remove(self, note: str) -> Sequence[str]:
        """Delete a note that `write` made; returns the ids of its highlights, none where it is gone already."""
        ...
