"""What somebody asks, and to whom it is answered; with no platform in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from digestbot.model.views import Notice, View
from digestbot.model.words import Channel, Message


@dataclass(frozen=True, slots=True)
class Quoted:
    """Somebody's message on a platform, as plain text.

    author: the platform's id of who wrote it, name: theirs as others see it. permalink: the way to it. said_at: aware.
    ours: digestbot posted it. bot: some program did.
    """

    text: str
    author: str
    name: str
    permalink: str = ""
    said_at: datetime | None = None
    ours: bool = False
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody typed, clicked or chose, with no platform in it.

    name: a key of the table in commands/ ("quote", "digest"). text: the words behind it. channel: where it was said.
    actor: the platform's id of who said it. groups: of the roles or user groups they are in. admin: they administer
    the workspace, as the platform says. id: the platform's of this very interaction, "" for none.
    where: "direct" in the direct messages between the member and digestbot. zone: the member's, an IANA name, "" where
    the platform tells none. called: the member's name as others see it. values: what was filled into a form, by the
    names of its fields. message: the one that it is about, for a shortcut. live: the form is still being filled in, and
    what its answers would come to is asked (Field.live); nothing is done. stranger: they are of another workspace, in a
    channel that is shared with it.
    """

    name: str
    text: str
    channel: Channel
    actor: str
    admin: bool = False
    groups: tuple[str, ...] = ()
    id: str = ""
    where: Literal["channel", "direct"] = "channel"
    zone: str = ""
    called: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    message: Quoted | None = None
    live: bool = False
    stranger: bool = False


Addressee = Literal["member", "channel", "direct"]
"""Who gets an answer: who asked and nobody else, all in the channel, or who asked in their direct messages."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A View that answers a command, and to whom.

    instead: it takes the place of the message whose action was chosen, where only the member sees that one (the next
    page, another quote); typed, or chosen in a channel's message, it stands by itself. told: what the member alone is
    told where the View goes elsewhere; it stands by itself. settled: what was decided, for the place of the message
    that asked for it and that others see too, so that nobody decides again; the View is for those who saw no such one.
    """

    view: View
    to: Addressee = "member"
    instead: bool = False
    told: Notice | None = None
    settled: Notice | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A Reply rendered for the platform that asked; see there. form: it asks for something, in a modal if possible."""

    message: Message
    to: Addressee = "member"
    instead: bool = False
    told: Message | None = None
    form: bool = False
    settled: Message | None = None
