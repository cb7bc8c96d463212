"""A claim in this process's hands, and what has become of its parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digestbot.model import Message, MessageRef
from digestbot.orders import Claim
from digestbot.service import retrying


@dataclass(slots=True)
class Held:
    """A claim that this process holds. fresh_until: the monotonic second until which a post may begin.

    leave: begin nothing more, and give it back. in_flight: a part was handed to the platform, and what became of it is
    not written down. place: its reserved place within the
    paces, None once it is used. ended: see Kept.ended. doubt: why a part is in doubt.
    looks: see Kept.looks.
    """

    claim: Claim
    fresh_until: float
    leave: bool = False
    in_flight: bool = False
    place: datetime | None = None
    ended: dict[int, MessageRef | None] = field(default_factory=dict)
    doubt: str = ""
    looks: int = 0

    def __post_init__(self) -> None:
        """Begin where the attempts before this one ended."""
        self.place = self.claim.send_at
        self.looks = self.claim.kept.looks if self.claim.kept else 0
        self.ended = dict(self.claim.kept.ended) if self.claim.kept else {}

    def coming(self, message: Message) -> list[int]:
        """The parts of the message that have not ended."""
        return [n for n in range(len(message.parts)) if n not in self.ended]

    def left_of(self, window: float, now: datetime, steady_since: datetime) -> float:
        """How many of so many seconds since the part in flight was begun are left, where a clock can tell."""
        kept = self.claim.kept
        age = retrying.at_most(kept.begun_at, now, steady_since) if kept and kept.begun_at else None
        return 0.0 if age is None else window - age.total_seconds()

    def doubted_for(self, now: datetime, steady_since: datetime) -> timedelta:
        """How long ago, at least, the post of the part in flight was given up."""
        kept = self.claim.kept
        since = kept and (kept.doubted_at or kept.begun_at)
        return retrying.at_least(since, now, steady_since) if since else timedelta()
