"""The doctor: looks at all of an installation, in order, and says what is wrong and what to do. It changes nothing.

Each file has `checks(installation)` for one group of things; one that fails hides none of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digestbot.doctor import channels, database, digests, machine, notes, setup, templates
from digestbot.doctor.installation import Installation
from digestbot.findings import Check, Finding, Level, ask, worst

PATIENCE = 30.0
"""Seconds that a check may wait for the network."""

_GROUPS = (
    setup.checks,
    machine.checks,
    database.checks,
    notes.checks,
    templates.checks,
    digests.checks,
    channels.checks,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """One check and what it found."""

    name: str
    findings: Sequence[Finding]

    @property
    def level(self) -> Level:
        """That of the worst finding."""
        return worst(self.findings)


def checks(of: Installation) -> Sequence[Check]:
    """Every check of an installation, in the order in which they are best read: what others build upon comes first."""
    return [check for group in _GROUPS for check in group(of)]


async def examine(of: Installation, *, offline: bool) -> Sequence[Examined]:
    """Ask every check, one after the other. offline: without those that need the network."""
    return [Examined(check.name, await ask(check, PATIENCE)) for check in checks(of) if not (check.online and offline)]


def usable(examined: Sequence[Examined]) -> bool:
    """Whether the settings are such that digestbot starts with them."""
    return not any(one.level is Level.ERROR for one in examined if one.name in setup.NAMES)
