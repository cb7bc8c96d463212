"""[themes.NAME]: saved searches."""

from __future__ import annotations

import re

from digestbot.config.table import Table
from digestbot.model import SavedSearch

_LONGEST = 64
"""Characters of a theme's name."""

_RESERVED = {"rotate", "all", "everything"}


def read(table: Table) -> tuple[SavedSearch, ...]:
    """Each table under [themes], by its heading's name. Raises SettingsError."""
    rows = table.values.get("themes", {})
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise table.wrong(
            "themes", "write one table a theme, each headed with its name, such as [themes.open-weights]."
        )
    found: dict[str, SavedSearch] = {}
    for name, row in rows.items():
        key = re.sub(r"[\s_-]+", " ", name).strip().casefold()
        if not any(sign.isalnum() for sign in key) or key in _RESERVED or len(name) > _LONGEST:
            raise table.wrong(
                f"themes.{name}", f"cannot be a name. Use up to {_LONGEST} letters, such as open-weights."
            )
        if key in found:
            raise table.wrong(f"themes.{name}", f"is spelled like themes.{found[key].name}. Give each its own name.")
        found[key] = _theme(Table(f"{table.place}themes.{name}.", row), name.strip())
    return tuple(found.values())


def _theme(table: Table, name: str) -> SavedSearch:
    table.knows("query", "tags", "authors", "sources", "exclude")
    lists = {key: table.texts(key) for key in ("tags", "authors", "sources", "exclude")}
    search = SavedSearch(name, table.text("query") if "query" in table.values else "", **lists)
    if not (search.query or search.tags or search.authors or search.sources):
        raise table.wrong("query", 'is what finds its highlights: write query = "words", or tags, authors or sources.')
    return search
