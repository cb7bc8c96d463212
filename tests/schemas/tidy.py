"""Schemas as ts-json-schema-generator makes them -> one to keep: what the exported types reach, under short names.

The generator names types by where they stand in a file of a dependency, so that every release would rename them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_POINTER = "#/definitions/"


def tidy(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """The definitions that each schema's own type reaches, numbered in the order in which they are reached."""
    definitions = {name: one for schema in schemas for name, one in schema["definitions"].items()}
    roots = [unquote(schema["$ref"].removeprefix(_POINTER)) for schema in schemas]
    names = {root: root for root in roots}
    kept: dict[str, Any] = {}
    for name in (waiting := list(names)):  # grows on the way
        kept[names[name]] = _renamed(definitions[name], names, waiting)
    return {"$schema": schemas[0]["$schema"], "definitions": kept}


def _renamed(value: object, names: dict[str, str], waiting: list[str]) -> object:
    if isinstance(value, list):
        return [_renamed(one, names, waiting) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(pointer := value.get("$ref"), str):
        name = unquote(pointer.removeprefix(_POINTER))
        if name not in names:
            names[name] = f"T{len(names)}"
            waiting.append(name)
        return {"$ref": _POINTER + names[name]}
    return {key: _renamed(one, names, waiting) for key, one in sorted(value.items())}


if __name__ == "__main__":
    target, *sources = map(Path, sys.argv[1:])
    made = [json.loads(source.read_text(encoding="utf-8")) for source in sorted(sources)]
    target.write_text(json.dumps(tidy(made), separators=(",", ":")) + "\n", encoding="utf-8")
