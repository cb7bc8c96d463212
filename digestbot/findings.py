"""Findings: what a look at an installation brings up, for `digestbot doctor` and for the health of a service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digestbot.errors import DigestbotError, origin


class Level(StrEnum):
    """How bad a finding is; an error keeps something from working."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: a sentence, and what to do about it ("" where nothing is to be done)."""

    level: Level
    what: str
    fix: str = ""

    @classmethod
    def of(cls, sentences: str, level: Level = Level.ERROR) -> Finding:
        """A finding out of an error's sentences, the last of which says what to do."""
        what, stop, fix = sentences.rpartition(". ")
        return cls(level, what + stop.strip(), fix) if stop else cls(level, sentences)


Look = Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at. online: it needs the network, and is left out by `digestbot doctor --offline`.

    look: whatever it raises becomes a finding.
    """

    name: str
    look: Look
    online: bool = False


def ok(what: str) -> Finding:
    """All is well, and how."""
    return Finding(Level.OK, what)


def many(number: int, what: str, several: str = "") -> str:
    """`1 note`, `2 notes`; several: the plural, where it is not made with an s."""
    return f"{number} {what if number == 1 else several or f'{what}s'}"


def worst(findings: Sequence[Finding]) -> Level:
    """The level of the worst of them; ok for none."""
    return max((one.level for one in findings), key=list(Level).index, default=Level.OK)


async def ask(check: Check, seconds: float) -> Sequence[Finding]:
    """What a check finds; never raises, and waits no longer than that."""
    # Imported here: look-ups read the configuration, which knows findings, and need no loop.
    import asyncio

    try:
        async with asyncio.timeout(seconds):
            return tuple(await check.look())
    except TimeoutError:
        return (Finding(Level.ERROR, f"There was no answer within {seconds:g} seconds.", "Look at the log."),)
    except DigestbotError as error:
        return (Finding.of(str(error)),)
    except Exception as error:  # noqa: BLE001 - one check that fails must not hide the others
        return (Finding(Level.ERROR, f"The check itself failed: {origin(error)}.", "Please report it."),)
