"""The variant of crash.chat that has a history and no keys, as Slack."""

from __future__ import annotations

from crash.adapter import Adapter
from crash.adapter import connect as connect_variant

from digestbot.settings import Settings


def connect(settings: Settings) -> Adapter:
    """See platforms.connect."""
    return connect_variant(settings, __name__, "slack", find=True, dedupe=False)
