"""A View taken apart: what all its parts say, and what is split between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from digestbot.model import Action, Digest, Field, Form, Highlight, Home, Listing, Notice, Quotes, Section, View
from digestbot.rendering.actions import MOST, offered
from digestbot.rendering.attribution import Item, Span, attribute
from digestbot.rendering.cutting import cut_off, shorten
from digestbot.rendering.dialects import clean, host, one_line

Entry = Item | tuple[str, ...]
"""What a message may be split between: highlights, a notice's text, rows of a listing."""

READ_AT_ONCE = 1_200
"""Characters of a whole digest that says nothing else, with titles, names and dates: what is read between two tasks."""

A_HIGHLIGHT = 400
"""What each highlight adds to that in a digest of more than three."""

SHORTEST_PASSAGE = 160
"""No passage is cut shorter than this for the sake of the others, however long the intro is."""


@dataclass(frozen=True, slots=True)
class Content:
    """The template's name, what all parts say, what is split between them, and the actions of the whole View."""

    template: str
    values: dict[str, object]
    entries: tuple[Entry, ...] = ()
    actions: tuple[Action, ...] = ()


def content(view: View) -> Content:
    """Take a View apart; a digest's passages are cut to what is read at once, each with the way to the whole."""
    if isinstance(view, Digest):
        return _digest(view)
    if isinstance(view, Quotes):
        items = _items(view.highlights, view.actions, view.also_in)
        values = {"query": view.query, "total": view.total, "meant": view.meant, "page": view.page}
        return Content("quotes", {**values, "pages": view.pages, "summary": _summary(view)}, items, _of_all(view))
    if isinstance(view, Notice):
        return Content("notice", {}, (Item("", clean(view.text).strip() or "…"),), _of_all(view))
    if isinstance(view, Form):
        return _form(view)
    if isinstance(view, Home):
        return _home(view)
    values = {"title": one_line(view.title) or "List", "columns": view.columns, "page": view.page, "pages": view.pages}
    return Content("listing", values, view.rows, _of_all(view))


def _digest(view: Digest) -> Content:
    values: dict[str, object] = {"title": one_line(view.title), "notice": one_line(view.notice)}
    values |= {"intro": clean(view.intro).strip(), "closing": clean(view.closing).strip()}
    around = sum(len(str(text)) for text in values.values()) + len("Wednesday 30 September 2026")
    most = view.characters or max(READ_AT_ONCE, A_HIGHLIGHT * len(view.highlights))
    items = _to_length(_items(view.highlights, view.actions, view.also_in), most - around)
    values |= {"title": values["title"] or "Highlights", "date": view.day, "mention": view.mention}
    return Content("digest", values, items, _of_all(view))


def _home(view: Home) -> Content:
    sections = tuple(map(_section, _numbered_from(view), view.sections))
    actions = [action for section in view.sections for action in section.actions] + list(view.actions)
    every = offered(action for action in actions if not action.highlight)
    return Content("home", {"sections": sections, "every": every}, (), _of_all(view))


def _numbered_from(view: Home) -> list[int]:
    """How many highlights stand before each section: their menus are told apart by their numbers."""
    counts = [len(one.highlights) for one in view.sections]
    return [sum(counts[:n]) for n in range(len(counts))]


def _section(before: int, one: Section) -> dict[str, object]:
    items = [_cut(item, READ_AT_ONCE) for item in _items(one.highlights, one.actions, ())]
    lines = tuple(line for text in one.lines if (line := shorten(clean(text).strip(), READ_AT_ONCE)))
    numbered = tuple(replace(item, number=before + item.number) for item in items)
    return {"title": one_line(one.title) or "…", "lines": lines, "items": numbered, "actions": _of_all(one)}


def _form(view: Form) -> Content:
    submit = offered((view.submit,))
    if not submit:
        raise ValueError("the command of a form is longer than an id may be")
    errors = {field.name: clean(field.error) for field in view.fields if field.error}
    fields = tuple(map(_whole, view.fields))
    values = {"title": one_line(view.title) or "Form", "fields": fields, "errors": errors}
    return Content("form", {**values, "submit": submit[0], "note": clean(view.note).strip()})


def _whole(field: Field) -> Field:
    """A field with labels that can be read, whose value is one of its choices if it has any."""
    choices = tuple((value, one_line(label) or value) for value, label in field.choices)
    known = not choices or field.value in dict(choices)
    label, value = one_line(field.label) or field.name, clean(field.value) if known else ""
    return replace(field, label=label, hint=one_line(field.hint), choices=choices, value=value)


def _summary(view: Quotes) -> str:
    """What was found, in a sentence."""
    if view.heading:
        return shorten(one_line(view.heading), 300)
    wanted, meant = (shorten(clean(text).strip(), 100) for text in (view.query, view.meant))
    if not view.highlights and wanted:
        return f"Nothing found for “{wanted}”." + (f" Did you mean “{meant}”?" if meant else "")
    if not wanted:
        return f"One of {view.total} highlights" if view.total > 1 else "The only highlight"
    words = "with some of the words of" if view.partly else "for"
    count = f"{view.total} highlight{'' if view.total == 1 else 's'} {words} “{meant or wanted}”"
    page = f" · page {view.page} of {view.pages}" if view.pages > 1 else ""
    return count + (f"; nothing holds “{wanted}”" if meant else "") + page


def _of_all(view: Digest | Quotes | Notice | Listing | Home | Section) -> tuple[Action, ...]:
    return offered(action for action in view.actions if not action.highlight)


def _items(
    highlights: Sequence[Highlight], actions: Sequence[Action], also_in: Sequence[Sequence[str]]
) -> tuple[Item, ...]:
    pairs = zip_longest(highlights, also_in[: len(highlights)], fillvalue=())
    items = [attribute(one, titles) for one, titles in pairs if isinstance(one, Highlight)]
    shown = [item for item in items if item.text]
    return tuple(_numbered(item, number, actions) for number, item in enumerate(shown, 1))


def _numbered(item: Item, number: int, actions: Sequence[Action]) -> Item:
    mine = offered(action for action in actions if action.highlight and action.highlight == item.id)
    return replace(item, number=number, actions=mine[:MOST])


def _to_length(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    """The items with `most` characters together, attributions included; the long ones share what short ones leave."""
    cut = list(items)
    room = most - sum(_credit_length(item) for item in items)
    shortest_first = sorted(range(len(items)), key=lambda number: len(items[number].words))
    for done, number in enumerate(shortest_first):
        one = _cut(items[number], max(SHORTEST_PASSAGE, room // (len(items) - done)))
        room -= len(one.words) + _credit_length(one) - _credit_length(items[number])
        cut[number] = one
    return tuple(cut)


def _credit_length(item: Item) -> int:
    hosts = sum(len(host(span.url)) + 3 for span in item.credit if span.url and span.host)
    return sum(len(span.text) for span in item.credit) + hosts + 1


def _cut(item: Item, most: int) -> Item:
    """An item of at most `most` characters; a passage that is cut says where all of it is."""
    if len(item.words) <= most:
        return item
    whole = Span("read in full", item.url, host=False) if item.url else Span(f"in full: /quote {item.id[:8]}")
    way = (Span(" · "), whole) if item.credit else (whole,)
    room = max(1, most - sum(len(span.text) for span in way) - len("“ …”"))
    text, after = cut_off(item.text, room)
    return replace(item, text=text, after=after, credit=(*item.credit, *way))
