"""Front matter: find the block, read it without harm, and keep what was written as text.

YAML is read for its structure only: every scalar stays the text it was (a title of 1917 or NO is a title). Depth, size
and node count are bounded and anchors, aliases and merge keys are refused before anything is built from them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import yaml
from frontmatter.default_handlers import YAMLHandler

MAX_BYTES = 32 * 1024
MAX_DEPTH = 16
MAX_NODES = 2000

_Parser = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_KEY = re.compile(r"^([^\s:#>\-\[{\"'][^:\n]{0,60}?)\s*:(?:[ \t]+(.*)|)$")
_TOML_KEY = re.compile(r"^([\w-]{1,60})[ \t]{0,9}=[ \t]{0,9}(.*)$")
_ITEM = re.compile(r"^[ \t]*-[ \t]+(.*)$")
_FOLDED = re.compile(r"^[|>][+-]?\d?[ \t]*$")
_PROPERTY = re.compile(r"^([^\s:>\-#][^:\n]{0,60}?)::[ \t]*(.*)$")


@dataclass(slots=True)
class Front:
    """What stands before the body.

    values: by folded key, the texts written for it, in order; nested maps are spread out under their inner keys.
    body: the rest of the file. first_line: the 1-based line at which the body begins.
    problems: (line, what is odd) pairs.
    """

    body: str
    first_line: int = 1
    values: dict[str, list[str]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    raw: str = ""


class _Refused(yaml.YAMLError):
    """The block is larger, deeper or more tangled than front matter has a reason to be."""


class _Loader:
    """What YAMLHandler asks of a loader, on libyaml's events: no recursion, bounded, every scalar a string."""

    def __init__(self, stream: str) -> None:
        self._parser = _Parser(stream)

    def dispose(self) -> None:
        self._parser.dispose()

    def get_single_data(self) -> object:
        root: list[object] = []
        stack: list[list[object]] = [root]
        maps: list[bool] = [False]
        nodes = 0
        while self._parser.check_event():
            event = self._parser.get_event()
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _Refused("anchors and aliases are not read in front matter")
            if isinstance(event, yaml.ScalarEvent):
                stack[-1].append(event.value)
            elif isinstance(event, yaml.CollectionStartEvent):
                stack.append([])
                maps.append(isinstance(event, yaml.MappingStartEvent))
            elif isinstance(event, yaml.CollectionEndEvent):
                done = stack.pop()
                stack[-1].append(_mapping(done) if maps.pop() else done)
            nodes += 1
            if nodes > MAX_NODES or len(stack) > MAX_DEPTH:
                raise _Refused("is larger or deeper than front matter should be")
        return root[0] if root else None


def _mapping(flat: list[object]) -> dict[str, object]:
    return {key: value for key, value in zip(flat[::2], flat[1::2], strict=False) if isinstance(key, str)}


def split(text: str) -> Front:
    """Take the front matter off a note: YAML between `---`, TOML between `+++`, or Logseq's `key:: value` lines."""
    start = len(text) - len(text.lstrip("\n \t"))
    fence = text[start : start + 3]
    if fence in {"---", "+++"} and text[start + 3 : start + 4] in {"\n", " ", "\t"}:
        opened = text.find("\n", start)
        closed = re.compile(r"^" + re.escape(fence) + r"[ \t]*$", re.MULTILINE).search(text, opened + 1)
        if opened > 0 and closed:
            return _fenced(text, fence, opened + 1, closed)
    return _properties(text)


def _fenced(text: str, fence: str, opened: int, closed: re.Match[str]) -> Front:
    block = text[opened : closed.start()]
    front = Front(body=text[closed.end() + 1 :], first_line=text.count("\n", 0, closed.end()) + 2, raw=block)
    at = text.count("\n", 0, opened) + 1
    if len(block) > MAX_BYTES:
        front.problems.append((at, f"the front matter is over {MAX_BYTES // 1024} KiB and was not read"))
        return front
    try:
        if fence == "---" and not block.strip():
            return front
        data = YAMLHandler().load(block, Loader=_Loader) if fence == "---" else tomllib.loads(block)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        front.problems.append(
            (at + _line_of(error), f"the front matter is not valid {_kind(fence)}; read line by line")
        )
        data = None
    if fence == "---":
        _read_lines(block, front, _KEY)
    elif data is None:
        _read_lines(block, front, _TOML_KEY)
    if isinstance(data, dict):
        _spread(data, front)
    elif not front.values:  # a paragraph between two rules, not front matter
        return Front(body=text)
    return front


def _kind(fence: str) -> str:
    return "YAML" if fence == "---" else "TOML"


def _line_of(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    return int(mark.line) if mark else 0


def _read_lines(block: str, front: Front, keys: re.Pattern[str]) -> None:
    """Keep the raw text of every top-level key, so that `#tag`, `[[link]]`, `@handle` and `a: b` survive YAML."""
    texts: list[str] | None = None
    folded = False
    for line in block.split("\n"):
        key = keys.match(line)
        if key:
            folded = bool(_FOLDED.match(key[2] or ""))
            texts = front.values.setdefault(fold_key(key[1]), [])
            if key[2] and not folded:
                texts.append(unquoted(key[2]))
        elif texts is not None and line.strip():
            _continue(texts, line, folded=folded)


def _continue(texts: list[str], line: str, *, folded: bool) -> None:
    item = _ITEM.match(line)
    if folded:
        texts[:] = [" ".join([*texts, line.strip()])]
    elif item:
        texts.append(unquoted(item[1]))
    elif line[0] not in " \t" and texts:
        texts[-1] += "\n" + line.strip()
    elif _KEY.match(line.strip()):
        return  # a nested map: its texts come from YAML
    elif texts and texts[-1].startswith(("[", '"', "'")):
        texts[-1] = unquoted(texts[-1] + " " + line.strip())
    else:
        texts.append(unquoted(line.strip()))


def _spread(data: dict[str, object], front: Front) -> None:
    """Add what only the structure tells: nested maps, folded texts, JSON and TOML values."""
    for key, value in data.items():
        if isinstance(value, dict) and "name" not in value:
            _spread(value, front)
        elif not front.values.get(fold_key(key)) or _holds_map(value):
            front.values[fold_key(key)] = [text for text in _texts(value) if text]


def _holds_map(value: object) -> bool:
    """Whether a value is a person or thing of several fields, or lists some: their raw lines are not its text."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def _texts(value: object) -> Iterator[str]:
    """The texts in a value; of a map its `name`, or `given` and `family` (as Pandoc writes them).

    Of a map of one key, which `Re: Tides` is in a list, both sides.
    """
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        if "name" in value:
            yield from _texts(value["name"])
        elif isinstance(last := value.get("family"), str):
            yield f"{value.get('given') or ''} {last}".strip()
        elif len(value) == 1:
            yield ": ".join(str(part) for pair in value.items() for part in pair)
    elif value is not None:
        yield str(value)


def _properties(text: str) -> Front:
    """Logseq's page properties: `key:: value` lines at the very top, read as front matter."""
    front = Front(body=text)
    offset = 0
    for number, line in enumerate(text.split("\n", 60)[:60]):
        match = _PROPERTY.match(line)
        if not match:
            if line.strip() or front.values:
                break
        else:
            front.values.setdefault(fold_key(match[1]), []).append(unquoted(match[2]))
            front.first_line = number + 2
        offset += len(line) + 1
    if front.values:
        front.body = text[offset:]
    return front


@lru_cache(maxsize=4096)  # notes of one folder use the same few keys
def fold_key(key: str) -> str:
    """One spelling for a key: `Full-Title`, `full_title` and `Full Title` are `full title`."""
    return " ".join(re.sub(r"[\s_\-*]+", " ", key).casefold().split())


def unquoted(text: str) -> str:
    """A value without the quotes that YAML would take off."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\([\"\\/])", r"\1", text[1:-1])
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text
