"""What is told of notes, and where and when it goes: from Note to MessageRef."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Literal

_UNIT, _AND = "\x1f", "\x1e"
"""ASCII's own separators: of the fields of an identity, and of authors."""

_MOST_IDENTITY = 500
"""Characters of each field of an identity; an index takes no words without end."""

WhenShort = Literal["fewer", "skip", "second round"]
"""What a digest does that could only be filled by repeating something too early."""

CatchUp = Literal["latest", "skip", "all"]
"""What becomes of digests that were missed: the last one is sent if it is not too late, none, or each in its turn."""

InDoubt = Literal["leave", "repeat"]
"""What becomes of a message of which nobody can tell whether it arrived: it stays away, or comes perhaps twice."""


Drafting = Literal["off", "sends", "waits"]
"""Whether curators see a digest before its hour, and what becomes of it without an answer: it is sent, or held back."""


class Voice(StrEnum):
    """Whose words a highlight holds; only the first two may be shown in quotation marks under a name."""

    QUOTED = "quoted"
    """Somebody's words, marked as such in the note; `Highlight.speaker` says whose."""
    AUTHOR = "author"
    """The source's own sentences, marked as a highlight by a reader."""
    SUMMARY = "summary"
    """A note-taker's or reporter's words, or an unmarked passage: shown as «from title»."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something odd in one file, a note of the corpus or a template, which was used all the same or refused.

    line: 1-based, or None when the problem is the file's as a whole.
    """

    path: str
    line: int | None
    problem: str
    fix: str = ""

    def __str__(self) -> str:
        path = "".join(sign if sign >= " " and sign != "\x7f" else f"\\x{ord(sign):02x}" for sign in self.path)
        where = f"{path}:{self.line}" if self.line else path
        return f"{where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Source:
    """What a note is about: a book, an article, a podcast, a video.

    key: what highlight ids are derived from: the url, else title and authors written inside the note, else "".
    published: ISO 8601 date, or the year or month alone where no more is known.
    """

    title: str | None
    authors: tuple[str, ...] = ()
    url: str | None = None
    published: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    key: str = ""

    @property
    def identity(self) -> str:
        """What tells this source from others in the index and the ledger; `identified` reads it."""
        said = (self.title or "", _AND.join(self.authors), self.url or "", self.published or "")
        return _UNIT.join(one[:_MOST_IDENTITY] for one in said)

    @staticmethod
    def identified(identity: str) -> Source:
        """The title, authors, url and date that an identity was made of."""
        title, authors, url, published = (*identity.split(_UNIT), "", "", "", "")[:4]
        return Source(title or None, tuple(filter(None, authors.split(_AND))), url or None, published or None)


@dataclass(frozen=True, slots=True)
class Highlight:
    """A quotable passage with its provenance.

    id: 16 hexadecimal digits, a hash of the levelled text and the source's key; the same passage of the same source
        has the same id wherever its note lies.
    url: the deep link to this very passage. location: as the note says it ("Location 391", "page 12").
    timestamp: seconds into a recording. note: what the reader wrote beside it. Each is None where there is none.
    native_id: the id it has in the exporting product (`rw123`, the deep link), which survives an edit of the text.
    marked: a reader marked it; False for passages that digestbot found in a text without marks.
    section: the heading it stands under. position: its place in the note, from 0.
    links: names of the notes that the passage links to (a signal for themes).
    """

    id: str
    text: str
    source: Source
    voice: Voice
    speaker: str | None = None
    url: str | None = None
    location: str | None = None
    timestamp: int | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    contributor: str | None = None
    native_id: str | None = None
    marked: bool = True
    section: str | None = None
    links: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """One file of the corpus.

    path: relative to its content folder, with forward slashes.
    sources: at least one; several for a clippings file, a CSV export or a page that collects articles.
    highlights: in the order of the file; each names one of `sources`.
    aliases: other names by which wikilinks may call this note. private: the note asks not to be shown; nothing of it
    may leave the reader.
    """

    path: str
    sources: tuple[Source, ...]
    highlights: tuple[Highlight, ...] = ()
    problems: tuple[Problem, ...] = ()
    aliases: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Theme:
    """A name, and how much the library holds under it."""

    name: str
    highlights: int
    sources: int


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A theme that the operator defines: what matches all that is said here, except `exclude`.

    name: as it is shown. query: in the words of a look-up, "" for none. tags, authors, sources: each () or met by any
    one of its names. exclude: names of tags, authors or sources whose highlights stay out.
    """

    name: str
    query: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


LOCAL = "local"
"""The workspace of channels that name none."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a digest goes; on Discord a guild is the workspace. id: the platform's, or that of `direct`."""

    platform: str
    workspace: str
    id: str

    @property
    def member(self) -> str:
        """Whose direct messages these are: the platform's id of a member; "" for a channel of several people."""
        return self.id[1:] if self.id.startswith("@") else ""

    def direct(self, member: str) -> Channel:
        """The direct messages between a member and digestbot; a platform opens them when it posts there."""
        return replace(self, id=f"@{member}")

    def __str__(self) -> str:
        """As digestbot.toml spells it."""
        if self.workspace != LOCAL:
            return f"{self.platform}:{self.workspace}/{self.id}"
        return self.platform if self.id == self.platform else f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel's standing order.

    id: stable name, unique in its workspace; the seed of the picks and the key of the history.
    theme: a theme's name, "all" for every highlight, or "rotate" for the least recently used theme at each delivery.
    themes: the themes to rotate among; () for all there are.
    schedule: in the words of schedule/. zone: an IANA name. size: highlights a digest.
    repeat_after_days: how long a highlight is not shown again. when_short: what happens when there is nothing else.
    balance: a source is drawn in proportion to the number of its highlights to this power, 0 (all alike) to 1.
    on_this_day: what was published on this day of an earlier year comes first.
    draft, draft_minutes: see Drafting, and how long before its hour curators see it.
    prompt: a question to discuss, plain text that somebody typed, or "". pin: the latest digest is pinned.
    mention: the platform's id of the one group that each digest mentions, "" for none; an admin sets it.
    """

    id: str
    channel: Channel
    schedule: str
    theme: str = "rotate"
    zone: str = "UTC"
    size: int = 3
    title: str | None = None
    themes: tuple[str, ...] = ()
    repeat_after_days: int = 60
    when_short: WhenShort = "fewer"
    balance: float = 0.5
    on_this_day: bool = False
    catch_up: CatchUp = "latest"
    in_doubt: InDoubt = "leave"
    draft: Drafting = "off"
    draft_minutes: int = 60
    prompt: str = ""
    pin: bool = False
    mention: str = ""

    @property
    def lead(self) -> timedelta:
        """How long before its hour a digest is planned."""
        return timedelta(0) if self.draft == "off" else timedelta(minutes=self.draft_minutes)


OPEN = "open"
"""The name of an Action that is a link: the platform's client opens it, and nothing is to be answered."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a View offers: a label of at most 24 characters and the command it stands for.

    text: the words behind the command's name. highlight: the id of the highlight it is about, which the command gets as
    its last word; "" for an action of the whole View. url: where it leads to, for an action called OPEN.
    """

    label: str
    name: str
    text: str = ""
    highlight: str = ""
    url: str = ""

    @property
    def words(self) -> str:
        """All that stands behind the command's name."""
        return f"{self.text} {self.highlight}".strip()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A subscription and one occurrence of its schedule: an identity, an idempotency key and the seed of a pick.

    occurrence: the naive local wall time in the subscription's zone, with seconds only where it was ordered for that
    moment. attempt: how often it was claimed, from 1. notice: what is said instead of a digest, "" for a digest, and
    actions: what is offered below that. number: what the store counts it as, 0 where no store gave it.
    """

    subscription: Subscription
    occurrence: datetime
    attempt: int = 1
    notice: str = ""
    number: int = field(default=0, compare=False)
    actions: tuple[Action, ...] = ()

    @property
    def id(self) -> str:
        """The name of this delivery in the ledger, the logs and the seed."""
        where, finest = self.subscription, "seconds" if self.occurrence.second else "minutes"
        return f"{where.channel.workspace}/{where.id}/{self.occurrence.isoformat(timespec=finest)}"

    def key(self, part: int) -> str:
        """The idempotency key of a part (from 0): 24 hexadecimal digits, for Discord takes at most 25."""
        return blake2b(f"{self.id}#{part}".encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """One message as a platform takes it: the payload's fields, and the same content as plain text."""

    payload: dict[str, object]
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A View rendered for one platform: one or more parts, each within the platform's limits, in order.

    problems: templates of the operator's that were broken, and stood in for by the built-in ones.
    """

    parts: tuple[Part, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A posted message: enough to find, edit or answer it again. id is "" where a platform names none."""

    channel: Channel
    id: str
