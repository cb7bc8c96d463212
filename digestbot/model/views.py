"""What is to be shown or asked, with no platform in it: the Views."""

from __future__ import annotations

from dataclasses import dataclass

from digestbot.model.words import Action, Highlight


@dataclass(frozen=True, slots=True)
class Mention:
    """The one group of people that a message calls. id: as the platform writes it; never a text of a note."""

    id: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A View: the highlights of one delivery under their theme.

    title: "Open weights" (a theme's name, or the subscription's own title). day: the local date it is for, ISO 8601.
    intro, closing: what the subscription wants said before and after, plain text that somebody typed.
    notice: what is special about this one ("Second round", "Fewer today"), in our own words.
    also_in: for the highlights in their order, the titles of other sources that hold the same passage.
    characters: how long the whole may be when read at once; 0 leaves it to rendering (see rendering.budget).
    mention: whom its first part calls, None for nobody; an id that is none of the platform's calls nobody.
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
    mention: Mention | None = None


@dataclass(frozen=True, slots=True)
class Quotes:
    """A View: what a look-up found, or one page of it. total counts all that matched, the shown ones included.

    snippets: for the highlights in their order the words around what matched, see ports.Found.
    page, pages: counted from 1. meant: the spelling that was looked up instead where a word of `query` was not known;
    "" for none. partly: nothing has all the words. also_in: see Digest. heading: what is said above instead of what was
    looked up and found, such as who shared it.
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
    heading: str = ""


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
    live: what the form says of itself (`Form.note`) depends on it, and is to be asked anew when it changes.
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
    live: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A View: fields to fill in, the most important first; what was filled in is the answer to a command.

    Where a platform takes no more than five, the others are left as they are. title: at most 24 characters. submit: the
    command that takes the answers; its label is the button's. note: what the present answers would come to.
    """

    title: str
    fields: tuple[Field, ...]
    submit: Action
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a Home: sentences of our own, highlights, and what can be done with them.

    actions: those with a highlight's id stand beside it, the others below the section.
    """

    title: str
    lines: tuple[str, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """A View: all that digestbot has for one member, at a glance; one message, at most ten sections."""

    sections: tuple[Section, ...]
    actions: tuple[Action, ...] = ()


View = Digest | Quotes | Notice | Listing | Form | Home
