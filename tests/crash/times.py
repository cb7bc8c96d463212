"""How long everything takes, shrunk in proportion so that a run takes minutes."""

from __future__ import annotations

from dataclasses import dataclass

from digestbot.ports import LEASE_SECONDS

TIMEOUT, DEDUPE = 15.0, 60.0
"""How many seconds our adapters wait for an answer, and for how many Discord knows a nonce."""

RESOLVED = 300.0
"""Within so many seconds it has to be known whether a message arrived."""

STARTS = 30.0
"""What some starts in a row take on a busy machine, in seconds that nothing shrinks."""


@dataclass(frozen=True, slots=True)
class Times:
    """What real times are divided by."""

    scale: float

    @property
    def timeout(self) -> float:
        """Seconds until the adapter gives up."""
        return TIMEOUT / self.scale

    @property
    def dedupe(self) -> float:
        """Seconds for which a key is known."""
        return DEDUPE / self.scale

    @property
    def lease(self) -> float:
        """Seconds of a lease."""
        return LEASE_SECONDS / self.scale

    @property
    def resolved(self) -> float:
        """Seconds within which a doubt has to be resolved; a killed process starts anew in real time."""
        return max(RESOLVED / self.scale, STARTS)

    def described(self) -> str:
        """What was used, in a line."""
        used = f"lease {self.lease:g} s, time-out {self.timeout:g} s, keys known for {self.dedupe:g} s"
        return f"{used}: the real ones divided by {self.scale:g}"
