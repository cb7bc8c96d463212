"""What templates may do with a value: the filters, and how a value becomes text of a dialect by its type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import east_asian_width

from jinja2 import Undefined

from digestbot.model import Mention
from digestbot.rendering.actions import action_id
from digestbot.rendering.attribution import Span
from digestbot.rendering.cutting import shorten
from digestbot.rendering.dialects import Dialect, clean, discord_code, host


@dataclass(frozen=True, slots=True)
class Ready:
    """Markup of the dialect: escaped where it had to be, and not to be escaped again."""

    text: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Text for a place where the platform formats nothing (rich_text, plain_text, a button's label)."""

    text: str


def literal(dialect: Dialect, value: object) -> object:
    """A template's value as it goes into the payload: escaped by its type."""
    if isinstance(value, Plain | Ready):
        return value.text
    if isinstance(value, str):
        return dialect.escape(value)
    if isinstance(value, Mention):
        return _call(dialect, value)
    if isinstance(value, tuple) and all(isinstance(span, Span) for span in value):
        return _markup(dialect, value)
    return str(value) if isinstance(value, Undefined) else value  # the text of an undefined name is its error


def filters(dialect: Dialect) -> dict[str, Callable[..., object]]:
    """The filters of a platform's templates, by their names.

    plain: shown literally, where nothing is formatted. lines: joined, empty ones left out. bold, code: marked up so.
    cut(most): at most so many characters, counted as they are sent: escaped, unless they are plain.
    elements: an attribution, or a Mention, as Slack's rich_text elements. called: a Mention, or None where its id
    is none of the platform's.
    id: the id of an Action. day: an ISO date in words. table(columns): rows aligned for a font of fixed width.
    """
    return {
        "plain": lambda value: Plain(clean(str(getattr(value, "text", value)))),
        "lines": lambda values: Ready("\n".join(str(literal(dialect, value)) for value in values if value)),
        "bold": lambda value: Ready(f"**{literal(dialect, value)}**"),
        "code": lambda value: Ready(discord_code(str(value))),
        "cut": lambda value, most: _cut(dialect, value, most),
        "elements": lambda value: _elements(_called(dialect, value) if isinstance(value, Mention) else value),
        "called": lambda mention: _called(dialect, mention),
        "id": lambda action: Plain(action_id(action)),
        "day": day,
        "table": _table,
    }


def _cut(dialect: Dialect, value: object, most: int) -> str | Plain:
    if isinstance(value, Plain):
        return Plain(shorten(value.text, most))
    return shorten(str(value), most, dialect.escape)


def _markup(dialect: Dialect, spans: Sequence[Span]) -> str:
    return "".join(_linked(dialect, span) for span in spans)


def _linked(dialect: Dialect, span: Span) -> str:
    label = dialect.escape(span.text)
    if not span.url or dialect.link is None:
        return label
    return dialect.link(label, span.url) + (dialect.escape(f" ({host(span.url)})") if span.host else "")


def _called(dialect: Dialect, mention: Mention | None) -> Mention | None:
    """The one place where a mention is let through: an id that is exactly a group's, of a value of its own type."""
    known = isinstance(mention, Mention) and dialect.group is not None and dialect.group.fullmatch(mention.id)
    return mention if known else None


def _call(dialect: Dialect, mention: Mention) -> str:
    allowed = _called(dialect, mention)
    return dialect.call(allowed.id) if allowed and dialect.call else ""


def _elements(spans: Sequence[Span] | Mention | None) -> list[dict[str, str]]:
    """Text and links of rich_text, which shows both literally; the host of a link stands behind it."""
    if isinstance(spans, Mention):
        if spans.id == "here":
            return [{"type": "broadcast", "range": "here"}]
        return [{"type": "usergroup", "usergroup_id": spans.id}]
    elements = []
    for span in spans or ():
        elements.append({"type": "link", "url": span.url} if span.url else {"type": "text"})
        elements[-1]["text"] = span.text
        if span.url and span.host:
            elements.append({"type": "text", "text": f" ({host(span.url)})"})
    return elements


def day(value: str) -> str:
    """An ISO 8601 date as people write it: Monday 2 March 2026."""
    one = date.fromisoformat(value)
    return f"{one:%A} {one.day} {one:%B} {one.year}"


def _table(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> str:
    """Rows under their column names, aligned with spaces; columns of numbers to the right."""
    cells = [[" ".join(clean(cell).split()) for cell in row] for row in (columns, *rows)]
    widths = [max(_width(row[n]) for row in cells) for n in range(len(columns))]
    numeric = [all(row[n].isdigit() for row in cells[1:]) for n in range(len(columns))]
    aligned = ([_aligned(*cell) for cell in zip(row, widths, numeric, strict=True)] for row in cells)
    return "\n".join("  ".join(row).rstrip() for row in aligned)


def _aligned(cell: str, width: int, right: bool) -> str:  # noqa: FBT001 - a column's three facts
    padding = " " * (width - _width(cell))
    return padding + cell if right else cell + padding


def _width(text: str) -> int:
    """Columns of a text in a fixed-width font, in which Chinese, Japanese and Korean take two each."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
