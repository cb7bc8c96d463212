"""What may stand below a highlight: `Note: …`, `Tags: …`, `Date:: …`, in the words of many products and languages.

A new word is an entry in MEANINGS.
"""

from __future__ import annotations

import re

MEANINGS: dict[str, tuple[str, ...]] = {
    "note": (
        "note", "notes", "annotation", "annotations", "comment", "comments", "thought", "thoughts", "笔记", "筆記",
        "想法", "评论", "批注", "заметка", "комментарий", "notiz", "kommentar", "nota", "remarque", "commentaire",
        "anteckning", "メモ", "메모",
    ),
    "tags": (
        "tag", "tags", "label", "labels", "标签", "標籤", "теги", "schlagwörter", "étiquettes", "etiquetas", "タグ",
        "태그",
    ),
    "place": (
        "location", "page", "loc", "position", "seite", "emplacement", "página", "pagina", "страница", "页码", "位置",
    ),
    "contributor": ("added by", "shared by", "contributed by"),
    "section": ("chapter", "kapitel", "chapitre", "capítulo", "章节"),
    "words": ("highlight", "quote", "excerpt", "zitat", "citation", "摘录", "引用"),
    "noise": (
        "date", "added", "color", "colour", "created", "updated", "highlighted", "highlighted at", "highlighted on",
        "highlight taken on", "date highlighted", "created at", "updated at", "id", "link", "url", "collapsed",
        "synced", "context", "datum", "farbe", "fecha",
    ),
}  # fmt: skip
"""The kinds of field, and the words (in lower case, without emphasis) that stand before their colon."""

_KINDS = {word: kind for kind, words in MEANINGS.items() for word in words}
_LONGEST_KEY = 40
_COLON = re.compile(r"[:：]")
_BEFORE_KEY = re.compile(r"^(?:<\w{1,10}>|[^\w<])+")
_PLACE = re.compile(
    r"^(?:[^\W\d]{1,12}\.? )?[\dxivlc]+(?:[–-]\d+)?(?:, [^\W\d]{1,12}\.? \d+(?:[–-]\d+)?)?$", re.IGNORECASE
)
_BLOCK_ID = re.compile(r"^\^[\w-]+$")


def read(line: str) -> tuple[str, str] | None:
    """The kind and the value of a field line, or None for a line of words."""
    if line[:1] in {"⏱", "💭", "^"}:
        if line[0] == "💭":
            return "note", line[1:].strip()
        return ("noise", "") if line[0] == "⏱" or _BLOCK_ID.match(line) else None
    colon = _COLON.search(line, 0, _LONGEST_KEY)
    if not colon:
        return None
    key = _BEFORE_KEY.sub("", line[: colon.start()]).rstrip(" \t*_").casefold()
    kind = _KINDS.get(key.removeprefix("my "))
    if kind is None:
        return None
    value = line[colon.end() :].lstrip(":* \t_" if line[0] in "*_" else ": \t")
    return (kind, value) if kind != "place" or _PLACE.match(value) else None
