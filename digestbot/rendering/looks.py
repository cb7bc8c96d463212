"""Templates: loading, checking and filling them in. A payload template is YAML, a text template is text.

In a payload template every `{{ expression }}` becomes one JSON string (or number, or list), so that nothing in a note
can end its string: it has to be a whole scalar, which is checked when the template is loaded.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import east_asian_width

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digestbot.errors import TemplateError
from digestbot.rendering.attribution import Span
from digestbot.rendering.dialects import DIALECTS, Dialect, clean
from digestbot.rendering.limits import length

_KEY_OR_ITEM = re.compile(r"\s*(- +)*([\w-]+: +)?")
_ENCODED_TWICE = ("macro", "call", "filter")
_NO_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|[^\x00-\uffff]")


@dataclass(frozen=True, slots=True)
class Ready:
    """Markup of the dialect: escaped where it had to be, and not to be escaped again."""

    text: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Text for a place where the platform formats nothing (rich_text, plain_text, a button's label)."""

    text: str


class Looks:
    """The templates of one platform: the file `<platform>/<view>.yaml` (or `.txt`) of the first folder that has it.

    A platform that brings no template for a view is given what the text template makes, as `text`.
    """

    def __init__(self, folders: Sequence[str], platform: str) -> None:
        self._folder = platform
        self._dialect = DIALECTS.get(platform, DIALECTS["text"])
        self._loader = FileSystemLoader(list(folders))
        self._payloads = _environment(self._loader, self._dialect, self._encoded, checked=True)
        self._texts = _environment(self._loader, DIALECTS["text"], _plain_text, checked=False)

    def payload(self, view: str, values: dict[str, object]) -> dict[str, object]:
        """Fill a payload template in; values holds the text as `fallback`. Raises TemplateError."""
        name = f"{self._folder}/{view}.yaml"
        if not self._has(name):
            return {"text": values["fallback"]}
        import yaml  # what a terminal shows is no YAML, and a look-up there is over sooner without

        try:
            payload = yaml.load(fill(self._payloads, name, values), Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise TemplateError(f"what the template makes is not YAML: {_one_line(error)}", path=name) from error
        if not isinstance(payload, dict):
            raise TemplateError("what the template makes is not a mapping at its top", path=name)
        return payload

    def text(self, view: str, values: dict[str, object]) -> str:
        """Fill the text template in: what a terminal shows, and the fallback of all others. Raises TemplateError."""
        return re.sub(r"\n{3,}", "\n\n", fill(self._texts, f"text/{view}.txt", values)).strip()

    def _has(self, name: str) -> bool:
        try:
            self._loader.get_source(self._payloads, name)
        except TemplateNotFound:
            return False
        return True

    def _encoded(self, value: object) -> str:
        return encode(_literal(self._dialect, value))


def encode(value: object) -> str:
    """JSON that PyYAML reads as the same value: what YAML 1.1 does not let stand as it is becomes an escape.

    Lone surrogates, which no platform takes, become U+FFFD.
    """
    return _NO_YAML.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xD800 <= code <= 0xDFFF:
        return "\\ufffd"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _literal(dialect: Dialect, value: object) -> object:
    """A template's value as it goes into the payload: escaped by its type."""
    if isinstance(value, Plain | Ready):
        return value.text
    if isinstance(value, str):
        return dialect.escape(value)
    if isinstance(value, tuple) and all(isinstance(span, Span) for span in value):
        return _markup(dialect, value)
    return str(value) if isinstance(value, StrictUndefined) else value


def _markup(dialect: Dialect, spans: Sequence[Span]) -> str:
    pieces = ((dialect.escape(span.text), span.url) for span in spans)
    return "".join(dialect.link(label, url) if url else label for label, url in pieces)


def _plain_text(value: object) -> str:
    return str(_literal(DIALECTS["text"], value))


def _environment(
    loader: FileSystemLoader, dialect: Dialect, finalize: Callable[[object], str], *, checked: bool
) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[_WholeScalars] if checked else [],
        autoescape=False,  # finalize escapes, in the platform's dialect instead of HTML
    )
    environment.filters.update(
        plain=lambda value: Plain(clean(str(getattr(value, "text", value)))),
        lines=lambda values: Ready("\n".join(str(_literal(dialect, value)) for value in values if value)),
        bold=lambda value: Ready(f"**{_literal(dialect, value)}**"),
        code=lambda value: Ready("```\n" + clean(str(value)).replace("`", "'") + "\n```"),
        cut=lambda value, most: shorten(str(value), most, dialect.escape),
        day=day,
        table=_table,
    )
    return environment


def shorten(text: str, most: int, escape: Callable[[str], str] = clean) -> str:
    """A text whose escaped form has at most `most` UTF-16 units, cut where a sentence or a word ends, with "…"."""
    if length(escape(text)) <= most:
        return text
    low, high = 0, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(escape(text[:middle])) + 2 <= most else (low, middle - 1)
    kept = text[:low]
    sentences = [match.end() for match in re.finditer(r"[.!?][”\"’')\]]*(?=\s)|[。！？]", kept)]
    words = [match.start() for match in re.finditer(r"\s", kept)]
    ends = [end for end in (*sentences[-1:], *words[-1:]) if end >= low // 2]
    return kept[: ends[0] if ends else low].rstrip() + (" …" if sentences and ends else "…")


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


def fill(environment: Environment, name: str, values: dict[str, object]) -> str:
    """Fill a template in; whatever is wrong with it becomes a TemplateError with file and line."""
    try:
        return environment.get_template(name).render(values)
    except TemplateSyntaxError as error:
        raise TemplateError(error.message or "syntax error", path=error.filename or name, line=error.lineno) from error
    except TemplateNotFound as error:
        raise TemplateError("there is no such template", path=str(error.name or name)) from error
    except (JinjaError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        path, line = _place(error, name)
        raise TemplateError(_one_line(error), path=path, line=line) from error


def _place(error: Exception, name: str) -> tuple[str, int | None]:
    """Where in a template an error came up; Jinja puts the template's own lines into the traceback."""
    templates = (".yaml", ".txt", ".html")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(templates)]
    return (frames[-1].filename, frames[-1].lineno) if frames else (name, None)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


class _WholeScalars(Extension):
    """Refuses, as a template is loaded, what would not come out of the payload as it went in."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Check the source and give it back; raises TemplateSyntaxError with the line."""
        for line, problem in _mistakes(self.environment, source):
            raise TemplateSyntaxError(problem, line, name, filename)
        return source


def _mistakes(environment: Environment, source: str) -> Iterator[tuple[int, str]]:
    tokens = [token for token in environment.lex(source) if token[1] != "whitespace"]
    before, behind = "", False
    for number, (line, kind, text) in enumerate(tokens):
        if kind == "data":
            first, newline, rest = text.partition("\n")
            if behind and first.strip():
                yield line, "nothing may stand behind an expression on its line: put it into the expression with ~"
            behind = behind and not newline
            before = rest.rpartition("\n")[2] if newline else before + text
        elif kind == "block_begin":
            yield from _double(line, tokens[number + 1 : number + 4])
        elif kind == "variable_begin":
            if behind or not before.strip() or not _KEY_OR_ITEM.fullmatch(before):
                yield line, "an expression has to be a whole value: write `key: {{ … }}` or `- {{ … }}`, join with ~"
            behind = True


def _double(line: int, tokens: Sequence[tuple[int, str, str]]) -> Iterator[tuple[int, str]]:
    words = [text for _, _, text in tokens]
    block_set = words[:1] == ["set"] and "=" not in words and "," not in words
    if words and (words[0] in _ENCODED_TWICE or block_set):
        yield line, f"`{words[0]}` would encode its text twice: use a filter or include"
