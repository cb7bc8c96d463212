"""The variant of crash.chat that has neither keys nor a history, as an incoming webhook."""

from __future__ import annotations

from crash.adapter import Adapter
from crash.adapter import connect as connect_variant

from digestbot.settings import Settings


def connect(settings: Settings) -> Adapter:
    """See platforms.connect."""
    return connect_variant(settings, __name__, "text", find=False, dedupe=False)
