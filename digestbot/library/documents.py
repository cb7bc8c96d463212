"""Highlights as documents of the index, and back again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any

import tantivy

from digestbot.library import schema
from digestbot.library.alike import signature
from digestbot.library.themes import Candidate, candidates, fold, source_name
from digestbot.model import Highlight, Note, Source, Voice

SEPARATOR = "\x1f"
"""Stands between a theme's key, a signal and a spelling of its name in the field `named`, and before the title in the
field `source`."""

BETWEEN = " "
"""Stands between the two ids of a link."""

_SOURCE_FIELDS = tuple(one.name for one in fields(Source))
_OWN_FIELDS = tuple(one.name for one in fields(Highlight) if one.name not in ("source", "voice", "position"))
_ALWAYS = ("id", "text", "title")
_PLACE_BITS = 20
_TITLE = 200
"""Characters of a title in the field `source`."""
_DEFAULTS = (None, (), "")

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all highlights of a source have in common, worked out once."""

    held: Fields
    tags: tuple[str, ...]
    words: str
    authors: str
    data: str


def of_note(key: str, note: Note) -> Iterator[Fields]:
    """The documents of a note's highlights, each once. key: the note's name in the index."""
    sources = _told_apart(note.highlights)
    themes: dict[str, set[str]] = defaultdict(set)
    named: dict[int, set[Candidate]] = defaultdict(set)
    for one in note.highlights:
        found = tuple(candidates(one, note.path))
        themes[one.id].update([schema.clean(theme.key) for theme in found])
        named[sources[id(one.source)]].update(found)
    language = schema.language_of(one.text for one in note.highlights)
    about = {"kind": schema.HIGHLIGHT, "note": schema.clean(key), "home": home(key), "language": language}
    near = home(key) >> _PLACE_BITS << _PLACE_BITS
    shared: dict[int, _Shared] = {}
    for one in {one.id: one for one in reversed(note.highlights)}.values():
        number = sources[id(one.source)]
        if number not in shared:
            shared[number] = _shared(one.source, note.path)
        # A source counts once for how its themes are spelled, and for having them.
        held = {
            **about,
            **_document(one, shared[number], language),
            "theme": list(themes[one.id]),
            "named": [_spelled(theme) for theme in named.pop(number, ())],
        }
        # The highlights of a note stand together, as they stand there.
        yield {**held, "order": near | held["place"]}


def _told_apart(highlights: Iterable[Highlight]) -> dict[int, int]:
    """For each Source object (by `id`) the number of its source: a hash of one takes long, and most are one object."""
    numbers: dict[Source, int] = {}
    objects = {id(one.source): one.source for one in highlights}
    return {name: numbers.setdefault(source, len(numbers)) for name, source in objects.items()}


def _spelled(theme: Candidate) -> str:
    return schema.clean(SEPARATOR.join((theme.key, theme.signal, theme.name)))


def copy(highlight_id: str, key: str) -> Fields:
    """The document that says only that this note holds the highlight too."""
    return {"kind": schema.COPY, "copy": highlight_id, "note": schema.clean(key), "home": home(key)}


def link(one: int, other: int) -> Fields:
    """The document that says only that the highlights of these numbers hold the same passage."""
    names = (f"{one:016x}", f"{other:016x}")
    return {"kind": schema.LINK, "link": [BETWEEN.join(names), BETWEEN.join(reversed(names))]}


def word(text: str) -> Fields:
    """The document of a word of the vocabulary."""
    return {"kind": schema.WORD, "word": text}


def home(key: str) -> int:
    """A note's name as the number that `context` and the writer tell notes apart by."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogateescape"), digest_size=8).digest())


def decode(data: bytes) -> Highlight:
    """A highlight as it was written."""
    held = _frozen(json.loads(data))
    return Highlight(**{**held, "source": Source(**_frozen(held["source"])), "voice": Voice(held["voice"])})


def title_of(source: str) -> str:
    """The title in a term of the field `source`, "" for none."""
    return source.partition(SEPARATOR)[2]


def day_of(published: str | None) -> int:
    """A date, a month or a year as yyyymmdd, of which what is not known is 0; 0 for none."""
    digits = [part for part in (published or "").split("-") if part.isdecimal() and part.isascii()]
    year, month, day = ([int(part) for part in digits] + [0, 0, 0])[:3]
    return year * 10000 + month * 100 + day if 0 < year < 10000 and month <= 12 and day <= 31 else 0


def write(writer: tantivy.IndexWriter, held: Fields, layout: tantivy.Schema) -> None:
    """Add a document."""
    writer.add_document(tantivy.Document.from_dict(held, layout))


def _shared(source: Source, path: str) -> _Shared:
    title = schema.spaced(source.title or "")
    authors = schema.spaced(" ".join(source.authors))
    tags = tuple(sorted({schema.clean(fold(tag)) for tag in source.tags}))
    data = json.dumps(_plain(source, _SOURCE_FIELDS))
    held = {
        "writer": [schema.clean(name) for name in source.authors],
        # The title stands in it so that sources are counted and named without reading a highlight of each.
        "source": SEPARATOR.join((_hashed(source_name(source, path)), schema.clean(source.title or "")[:_TITLE])),
        "title": title,
        "identity": schema.clean(source.identity),
        "day": day_of(source.published),
    }
    words = " \n".join(filter(None, (title, schema.spaced(" ".join((source.category or "", *source.tags))))))
    return _Shared(held, tags, words, authors, data)


def _hashed(name: str) -> str:
    return blake2b(name.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _document(one: Highlight, source: _Shared, language: str) -> Fields:
    authors = f"{source.authors} {schema.spaced(one.speaker)}" if one.speaker else source.authors
    beside = schema.spaced(" ".join(filter(None, (one.note, one.section, *one.tags, *one.links))))
    words = "\n".join((schema.spaced(one.text), authors, source.words, beside))
    place = min(one.position, (1 << _PLACE_BITS) - 1)
    number = int(one.id, 16)
    return {
        **source.held,
        "id": one.id,
        "tag": list({*source.tags, *(schema.clean(fold(tag)) for tag in one.tags)} if one.tags else source.tags),
        "voice": one.voice.value,
        "sign": list(signature(one.text)),
        "author": authors,
        "plain": words,
        schema.words_field(language): words,
        # Ids are hashes, so that a number drawn at random is near a random one's.
        "lot": number,
        "place": place,
        "data": _encoded(one, source.data),
    }


def _encoded(one: Highlight, source: str) -> bytes:
    """A highlight as it is kept, which leaves out what it does not say. source: as JSON."""
    held = {**_plain(one, _OWN_FIELDS), "voice": one.voice.value, "position": one.position}
    return f'{json.dumps(held)[:-1]}, "source": {source}}}'.encode()


def _plain(value: Highlight | Source, names: Iterable[str]) -> Fields:
    return {name: held for name in names if (held := getattr(value, name)) not in _DEFAULTS or name in _ALWAYS}


def _frozen(held: Fields) -> Fields:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in held.items()}
