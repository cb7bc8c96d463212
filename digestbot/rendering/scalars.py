"""Payload templates are YAML in which every expression is one whole scalar: how that is encoded, and how it is checked.

An expression that is only part of a value would keep its quotation marks or end its string, so such a template is
refused as it is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from jinja2 import Environment, TemplateSyntaxError
from jinja2.ext import Extension

_KEY_OR_ITEM = re.compile(r"\s*(- +)*([\w-]+: +)?")
_ENCODED_TWICE = ("macro", "call", "filter")
_NO_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|[^\x00-\uffff]")
_MARK = "  #@ "

Token = tuple[int, str, str]


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


class WholeScalars(Extension):
    """Refuses, as a template is loaded, what would not come out of the payload as it went in."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Check the source and give it back; raises TemplateSyntaxError with the line."""
        for line, problem in _mistakes(_tokens(self.environment, source)):
            raise TemplateSyntaxError(problem, line, name, filename)
        return source


class MarkedLines(Extension):
    """Writes behind each line of a payload, as a comment, which template and line it comes from: to find a mistake."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source with its marks; a line that ends inside of a tag gets none."""
        tokens = self.environment.lex(source)
        return "".join(_marked(text, line, filename or name) if kind == "data" else text for line, kind, text in tokens)


def _marked(text: str, line: int, name: str | None) -> str:
    first, *rest = text.split("\n")
    return first + "".join(f"{_MARK}{name}:{line + n}\n{after}" for n, after in enumerate(rest))


def marked_line(payload: str, number: int) -> tuple[str, int] | None:
    """The template and line that made a line (from 0) of a payload rendered with MarkedLines, or the nearest above."""
    for line in reversed(payload.splitlines()[: number + 1]):
        _, mark, place = line.rpartition(_MARK)
        if mark:
            name, _, at = place.rpartition(":")
            return name, int(at)
    return None


def _tokens(environment: Environment, source: str) -> list[Token]:
    return [token for token in environment.lex(source) if token[1] != "whitespace"]


def _mistakes(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
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


def _double(line: int, tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    words = [text for _, _, text in tokens]
    block_set = words[:1] == ["set"] and "=" not in words and "," not in words
    if words and (words[0] in _ENCODED_TWICE or block_set):
        yield line, f"`{words[0]}` would encode its text twice: use a filter or include"
