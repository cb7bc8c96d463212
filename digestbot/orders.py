"""Standing orders and what became of them: the rows of the store as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from digestbot.model import Channel, Delivery, Message, MessageRef, Subscription


class Outcome(StrEnum):
    """The state a delivery waits or ends in."""

    PLANNED = "planned"
    """It is due, and nobody has tried yet."""
    CLAIMED = "claimed"
    """A process holds it, until its lease ends."""
    CONFIRMED = "confirmed"
    """It is in the channel."""
    UNCERTAIN = "uncertain"
    """One part may or may not be in the channel: waits to be looked for, or nobody can tell."""
    RETRY = "retry"
    """It did not arrive and is tried again."""
    REFUSED = "refused"
    """It cannot be delivered: a dead letter, which an admin may send on its way again."""
    SKIPPED = "skipped"
    """It was not to be sent: too late, asked to be left out, or nothing to show."""
    EXPIRED = "expired"
    """It was tried until it was too late."""
    PARKED = "parked"
    """Its subscription is paused."""
    DRAFT = "draft"
    """Curators see it before its hour, and may swap, skip or approve it."""


WAITING = (Outcome.PLANNED, Outcome.RETRY, Outcome.UNCERTAIN, Outcome.DRAFT)
"""What a process may claim once it is due; an uncertain delivery only while it has a time to be looked for."""

UNSHOWN = (Outcome.REFUSED, Outcome.SKIPPED, Outcome.EXPIRED)
"""Deliveries whose picks nobody saw: the history leaves them out. While one waits its picks are reserved."""

MOST_HIGHLIGHTS = 25
"""The largest digest that may be ordered."""

StandingState = Literal["active", "paused", "removed"]

PausedBy = Literal["", "person", "platform", "schedule"]
"""Who paused an order: only one that its platform refused is resumed without a person."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription as the store keeps it.

    declared: it stands in digestbot.toml, and is changed there. by: who ordered it, "" for the settings.
    reason: why it is paused, and paused_by whom. next_occurrence: the wall time (naive) of the next digest, and next_at
    its instant; both None unless it is active. changed_at: when this row was last written by a person or a process.
    version: counts the changes; a change is only written over the version that it was made from.
    """

    subscription: Subscription
    state: StandingState = "active"
    declared: bool = False
    by: str = ""
    reason: str = ""
    next_occurrence: datetime | None = None
    next_at: datetime | None = None
    changed_at: datetime | None = None
    version: int = 0
    paused_by: PausedBy = ""


@dataclass(frozen=True, slots=True)
class Due:
    """An occurrence that has come. at: its wall time (naive). due_at: when it may be sent (aware).

    skip: why it is not to be sent, "" where it is. expires_at: from when on it is too late to be sent, None for never.
    draft_at: from when on it is composed and shown to curators, None where it is not.
    """

    at: datetime
    due_at: datetime
    skip: str = ""
    expires_at: datetime | None = None
    draft_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What curators have to do with a delivery. send_at: its hour (aware).

    state: it is to be composed, or was shown and waits for an answer, or may be sent.
    left_out: the ids of highlights that were swapped for others, in their order.
    """

    state: Literal["wanted", "shown", "approved"]
    send_at: datetime
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows for a standing order whose time has come: its deliveries, and when it is looked at next.

    pause: why no next time can be told, and the order has to wait for a person; "" otherwise.
    """

    due: tuple[Due, ...]
    next_occurrence: datetime | None = None
    next_at: datetime | None = None
    pause: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """A highlight of a digest as the history keeps it. source: `Source.identity`; native: see Highlight.native_id."""

    id: str
    source: str = ""
    native: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier attempt left behind. ended: by their numbers the parts that ended; None where nobody can tell.

    begun_at: since when the first part that has not ended is in flight, None where none is. doubted_at: when that post
    was given up, None where it was not. looks: how many attempts in a row, but the first, ended in doubt about it.
    """

    message: Message
    ended: Mapping[int, MessageRef | None] = field(default_factory=dict)
    begun_at: datetime | None = None
    looks: int = 0
    doubted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this process alone may attempt while its lease lasts.

    delivery.attempt: the fence: whatever is written under another attempt is refused. send_at: not before this
    instant, for the sake of the platform's pace. doubted: it was uncertain. kept: None at the first attempt.
    expires_at: as it was planned; None for a notice, and once an admin sent it on its way again. draft: None where no
    curator sees it before it is sent.
    """

    delivery: Delivery
    send_at: datetime
    doubted: bool = False
    kept: Kept | None = None
    expires_at: datetime | None = None
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended; `reason` is for people and names no secret.

    due_at: when it is tried or looked for again; None for good. ref: the message that the part in flight became;
    without one that part is waiting again, or in doubt where the outcome is uncertain. doubted_at: when its post was
    given up without an answer, None where this attempt posted nothing.
    """

    delivery: Delivery
    outcome: Outcome
    reason: str = ""
    due_at: datetime | None = None
    ref: MessageRef | None = None
    doubted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a delivery, for those who ask why."""

    number: int
    begun_at: datetime
    ended_at: datetime
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PartState:
    """One part of a kept message. state: waiting, begun, arrived or doubtful."""

    n: int
    key: str
    state: Literal["waiting", "begun", "arrived", "doubtful"]
    ref: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A delivery as the ledger shows it. What follows `finished_at` is filled in where one delivery is asked for."""

    delivery: Delivery
    outcome: Outcome
    reason: str
    theme: str
    planned_at: datetime
    due_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    picks: tuple[Picked, ...] = ()
    parts: tuple[PartState, ...] = ()
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the audit: who did what to what, when. actor: the platform's id, "" for digestbot itself."""

    workspace: str
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str = ""


Opinion = Literal["more", "less", "report"]


@dataclass(frozen=True, slots=True)
class Voted:
    """What a member said of a highlight that was shown; one opinion a member and highlight, the last one."""

    member: str
    highlight_id: str
    source: str
    theme: str
    opinion: Opinion
    at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """A highlight on a member's own list."""

    member: str
    highlight_id: str
    at: datetime


CaptureState = Literal["pending", "accepted", "refused", "removed"]


@dataclass(frozen=True, slots=True)
class Capture:
    """Words of a message that a member handed in to become a highlight.

    channel: where they were said. text: as they are to be shown; a curator may have corrected it. author: the
    platform's id of whose words they are, "" where only the name is known. by, by_name: who handed them in. at: when.
    decided_by: who accepted, refused or removed them. note: where their note lies, "" where there is none.
    number: what they are called, 0 before the store gave one.
    """

    channel: Channel
    text: str
    author: str
    author_name: str
    by: str
    by_name: str
    at: datetime
    permalink: str = ""
    said_at: datetime | None = None
    state: CaptureState = "pending"
    decided_by: str = ""
    note: str = ""
    number: int = 0
