"""The words of digestbot as frozen dataclasses; every other module speaks in them.

    words.py notes, channels, subscriptions, deliveries, messages    views.py what is shown    asking.py what is asked

Texts from notes and people are plain text here: no markup, never escaped. Escaping happens once, in rendering.
"""

from __future__ import annotations

from digestbot.model.asking import Addressee, Answered, Command, Quoted, Reply
from digestbot.model.views import Digest, Field, Form, Home, Listing, Mention, Notice, Quotes, Section, View
from digestbot.model.words import (
    LOCAL,
    OPEN,
    Action,
    CatchUp,
    Channel,
    Delivery,
    Drafting,
    Highlight,
    InDoubt,
    Message,
    MessageRef,
    Note,
    Part,
    Problem,
    SavedSearch,
    Source,
    Subscription,
    Theme,
    Voice,
    WhenShort,
)

__all__ = [
    "LOCAL",
    "OPEN",
    "Action",
    "Addressee",
    "Answered",
    "CatchUp",
    "Channel",
    "Command",
    "Delivery",
    "Digest",
    "Drafting",
    "Field",
    "Form",
    "Highlight",
    "Home",
    "InDoubt",
    "Listing",
    "Mention",
    "Message",
    "MessageRef",
    "Note",
    "Notice",
    "Part",
    "Problem",
    "Quoted",
    "Quotes",
    "Reply",
    "SavedSearch",
    "Section",
    "Source",
    "Subscription",
    "Theme",
    "View",
    "Voice",
    "WhenShort",
]
