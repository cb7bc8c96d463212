"""The channels: what would keep a digest from each, by its platform's own word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from digestbot import platforms
from digestbot.doctor.installation import Installation
from digestbot.errors import DigestbotError
from digestbot.findings import Check, Finding, ok
from digestbot.model import Channel
from digestbot.settings import Settings


def checks(of: Installation) -> Sequence[Check]:
    """For each platform that is used or set up what it has to look at by itself, and a look at its channels."""
    named: dict[str, list[Channel]] = {name: [] for name in _configured()}
    for channel in of.channels:
        named.setdefault(channel.platform, []).append(channel)
    found: list[Check] = []
    for name, channels in named.items():
        look = partial(_channels, of.settings, name, channels)
        found += [*_own(of.settings, name)]
        found += [Check(f"{name} channels", look, online=True)] if channels else []
    return found


def _configured() -> Sequence[str]:
    try:
        return platforms.configured()
    except DigestbotError:  # the look at the secrets says so
        return []


def _own(settings: Settings, name: str) -> Sequence[Check]:
    try:
        return platforms.checks(name, settings)
    except DigestbotError:  # the look at its channels says so
        return []


async def _channels(settings: Settings, name: str, channels: Sequence[Channel]) -> Sequence[Finding]:
    platform = platforms.connect(name, settings)
    try:
        return [one for channel in channels for one in _told(channel, await platform.check(channel))]
    finally:
        await platform.drain()


def _told(channel: Channel, problems: Sequence[str]) -> Sequence[Finding]:
    return [Finding.of(problem) for problem in problems] or [ok(f"{channel}: nothing is in the way")]
