"""The words of digestbot as frozen dataclasses; every other module speaks in them.

Texts from notes and people are plain text here: no markup, never escaped. Escaping happens once, in rendering.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
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
    """Where a digest goes; on Discord a guild is the workspace."""

    platform: str
    workspace: str
    id: str

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


@dataclass(frozen=True, slots=True)
class Delivery:
    """A subscription and one occurrence of its schedule: an identity, an idempotency key and the seed of a pick.

    occurrence: the naive local wall time in the subscription's zone, with seconds only where it was ordered for that
    moment. attempt: how often it was claimed, from 1. notice: what is said instead of a digest, "" for a digest.
    number: what the store counts it as, 0 where no store gave it.
    """

    subscription: Subscription
    occurrence: datetime
    attempt: int = 1
    notice: str = ""
    number: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """The name of this delivery in the ledger, the logs and the seed."""
        where, finest = self.subscription, "seconds" if self.occurrence.second else "minutes"
        return f"{where.channel.workspace}/{where.id}/{self.occurrence.isoformat(timespec=finest)}"

    def key(self, part: int) -> str:
        """The idempotency key of a part (from 0): 24 hexadecimal digits, for Discord takes at most 25."""
        return blake2b(f"{self.id}#{part}".encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody typed, clicked or chose, with no platform in it.

    name: a key of the table in commands/ ("quote", "digest"). text: the words behind it. channel: where it was said.
    actor: the platform's id of who said it. groups: of the roles or user groups they are in. admin: they administer
    the workspace. zone: theirs, or "". id: of this very interaction, or "". values: what a Form's fields were given.
    """

    name: str
    text: str
    channel: Channel
    actor: str
    admin: bool = False
    groups: tuple[str, ...] = ()
    id: str = ""
    zone: str = ""
    values: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Action:
    """Something a View offers: a label of at most 24 characters and the command it stands for.

    text: the words behind the command's name. highlight: the id of the highlight it is about, which the command gets as
    its last word; "" for an action of the whole View.
    """

    label: str
    name: str
    text: str = ""
    highlight: str = ""

    @property
    def words(self) -> str:
        """All that stands behind the command's name."""
        return f"{self.text} {self.highlight}".strip()


@dataclass(frozen=True, slots=True)
class Digest:
    """A View: the highlights of one delivery under their theme.

    title: "Open weights" (a theme's name, or the subscription's own title). day: the local date it is for, ISO 8601.
    intro, closing: what the subscription wants said before and after, plain text that somebody typed.
    notice: what is special about this one ("Second round", "Fewer today"), in our own words.
    also_in: for the highlights in their order, the titles of other sources that hold the same passage.
    characters: how long the whole may be when read at once; 0 leaves it to rendering (see rendering.budget).
    """

    title: str
    day: str
    highlights: tuple[Highlight, ...]
    actions: tuple[Action, ...] = ()
    intro: str = ""
    closing: str = ""
    notice: str = ""
    also_in: tuple[tuple[str, ...], ...] = ()
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Quotes:
    """A View: what a look-up found, or one page of it. total counts all that matched, the shown ones included.

    snippets: for the highlights in their order the words around what matched, see ports.Found.
    page, pages: counted from 1. meant: the spelling that was looked up instead where a word of `query` was not known;
    "" for none. partly: nothing has all the words. also_in: see Digest.
    """

    query: str
    highlights: tuple[Highlight, ...]
    total: int
    actions: tuple[Action, ...] = ()
    page: int = 1
    pages: int = 1
    meant: str = ""
    partly: bool = False
    also_in: tuple[tuple[str, ...], ...] = ()
    snippets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A View: a few sentences of our own, and nothing else."""

    text: str
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A View: rows under column names, or one page of them. Every row has as many cells as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    actions: tuple[Action, ...] = ()
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a Form.

    name: a-z, 0-9, - and _, unique in its form; the answer comes back under it. label: at most 45 characters.
    choices: (value, label) of each; without any it is a text. value: what it is filled in with, of `choices` where
    there are some. lines: whether a text may have several. most: characters an answer may have.
    error: what was wrong with the last answer, in a sentence; hint and error have at most 100 characters together.
    """

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""
    hint: str = ""
    error: str = ""
    required: bool = True
    lines: bool = False
    most: int = 1_000


@dataclass(frozen=True, slots=True)
class Form:
    """A View: fields to fill in, at most five of them; what was filled in is the answer to a command.

    title: at most 24 characters. submit: the command that takes the answers; its label is the button's.
    """

    title: str
    fields: tuple[Field, ...]
    submit: Action


View = Digest | Quotes | Notice | Listing | Form


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
