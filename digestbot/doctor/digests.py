"""The subscriptions: when each is due next, and whether its theme has anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from digestbot import schedule
from digestbot.clock import now
from digestbot.curation import ALL, ROTATE
from digestbot.doctor.installation import Installation
from digestbot.errors import ThemeError
from digestbot.findings import Check, Finding, Level, ok
from digestbot.library.place import place
from digestbot.model import Subscription
from digestbot.settings import Settings


def checks(of: Installation) -> Sequence[Check]:
    """A look at each subscription."""
    return [
        Check(f"subscription {one.id}", partial(_subscription, of.settings, one)) for one in of.settings.subscriptions
    ]


async def _subscription(settings: Settings, one: Subscription) -> Sequence[Finding]:
    order = schedule.parse(one.schedule, one.zone)
    coming = [f"{time:%a %Y-%m-%d %H:%M}" for time in schedule.next_times(order, now(), 3)]
    said = f"{one.channel}: {schedule.describe(order)}"
    if not coming:
        return [Finding(Level.WARNING, f"{said}; it is never due again.", "Remove it, or change its schedule.")]
    return [ok(f"{said}; next {', '.join(coming)}"), *_themes(settings, one)]


def _themes(settings: Settings, one: Subscription) -> Sequence[Finding]:
    """Themes that the notes do not have, as far as they were read before: nothing is read or written for this."""
    from digestbot.library import index
    from digestbot.library.search import Library

    opened = index.open_current(place(settings, one.channel.workspace))
    if opened is None:
        return []
    library, missing = Library(opened), []
    for theme in one.themes or (one.theme,):
        try:
            _ = theme.casefold() in {ROTATE, ALL} or library.pool(theme)
        except ThemeError as error:
            missing.append(Finding.of(str(error)))
    return missing
