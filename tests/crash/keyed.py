"""The variant of crash.chat that knows keys for a while and has a history, as Discord."""

from __future__ import annotations

from crash.adapter import Adapter
from crash.adapter import connect as connect_variant

from digestbot.settings import Settings


def connect(settings: Settings) -> Adapter:
    """See platforms.connect."""
    return connect_variant(settings, __name__, "discord", find=True, dedupe=True)
