"""The index on disk: what it holds, when it must be made again, and how that is done without ever breaking it.

Each set of content folders has a folder of its own under `data/library/`, and in it one folder per state of the notes,
named by its fingerprint. A state is built under the name `new` and renamed when it is whole, so that whatever bears a
fingerprint can be opened.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tantivy

from digestbot.errors import ContentError, SettingsError
from digestbot.library.themes import assign, fold
from digestbot.model import Highlight, Note, Source, Theme, Voice

if TYPE_CHECKING:
    from digestbot.library.folder import Corpus, Rules

FIELDS = ("text", "author", "title", "beside")
"""The fields of words that a look-up searches: the passage, who, where, and what was written beside it."""

_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}"
_WORD = rf"[{_CJK}]|[\p{{L}}\p{{M}}\p{{N}}&&[^{_CJK}]]+"
_ABOUT = "library.json"
_HEAP = 64_000_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What was read. withheld: notes kept back as private; problems: oddities that `corpus check` tells in full."""

    notes: int = 0
    sources: int = 0
    highlights: int = 0
    problems: int = 0
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an index beside its documents."""

    summary: Summary
    themes: tuple[Theme, ...]


def analyzer() -> tantivy.TextAnalyzer:
    """How texts and queries become words: levelled, English endings cut off, one word per CJK character."""
    levels = (tantivy.Filter.remove_long(80), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold())
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_WORD))
    for level in (*levels, tantivy.Filter.stemmer("english")):
        builder = builder.filter(level)
    return builder.build()


def open_current(content: Sequence[Path], data: Path, rules: Rules | None) -> tuple[tantivy.Index, About]:
    """The index of the notes as they are now, from disk if nothing has changed. Raises as open_library does."""
    state = fingerprint(content, rules)
    shelf = data / "library" / _digest(str(root.absolute()) for root in content)
    try:
        return _open(shelf / state)
    except (ValueError, OSError, KeyError, TypeError):
        _build(shelf, state, content, rules)
    return _open(shelf / state)


def fingerprint(content: Sequence[Path], rules: Rules | None) -> str:
    """A name for the state of the notes: it changes with any file's path, size or time, the rules and our own code."""
    ours = Path(__file__).parent
    code = (ours, ours.parent / "notes", ours.parent / "model.py")
    private = [*sorted(rules.tags), "/", *sorted(rules.folders)] if rules else []
    files = [line for root in (*content, *code) for line in sorted(_files(root))]
    return _digest([*files, *private])


def decode(data: bytes) -> Highlight:
    """A highlight as `_document` stored it."""
    fields = _frozen(json.loads(data))
    return Highlight(**{**fields, "source": Source(**_frozen(fields["source"])), "voice": Voice(fields["voice"])})


def clean(text: str) -> str:
    """Text as UTF-8 can hold it; the index takes no lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _files(root: Path) -> Iterator[str]:
    if not root.exists():
        raise ContentError(f"The content folder {root} does not exist. Name one with --content or DIGESTBOT_CONTENT.")
    waiting = [str(root)]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            else:
                stat = entry.stat(follow_symlinks=False)
                yield f"{entry.path}\0{stat.st_size}\0{stat.st_mtime_ns}"
    if root.is_file():
        yield f"{root}\0{root.stat().st_size}\0{root.stat().st_mtime_ns}"


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".") and entry.name != "__pycache__"]
    except OSError:
        # A file, or a folder that may not be listed: reading the notes says so with its name.
        return []


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape") + b"\0\0")
    return digest.hexdigest()


def _open(path: Path) -> tuple[tantivy.Index, About]:
    about = json.loads((path / _ABOUT).read_bytes())
    index = tantivy.Index.open(str(path))
    # An index forgets its tokenizers when it is closed.
    index.register_tokenizer("words", analyzer())
    return index, About(Summary(**about["summary"]), tuple(Theme(**theme) for theme in about["themes"]))


def _build(shelf: Path, state: str, content: Sequence[Path], rules: Rules | None) -> None:
    try:
        with _alone(shelf):
            for leftover in shelf.iterdir():
                if leftover.is_dir() and leftover.name != state:
                    shutil.rmtree(leftover)
            if not _whole(shelf / state):
                shutil.rmtree(shelf / state, ignore_errors=True)
                _write(shelf / "new", content, rules)
                (shelf / "new").rename(shelf / state)
    except PermissionError as error:
        raise SettingsError(f"The data folder {shelf} cannot be written. Name another with DIGESTBOT_DATA.") from error


def _whole(path: Path) -> bool:
    try:
        _open(path)
    except (ValueError, OSError, KeyError, TypeError):
        return False
    return True


@contextmanager
def _alone(shelf: Path) -> Iterator[None]:
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, content: Sequence[Path], rules: Rules | None) -> None:
    from digestbot.library import folder

    private = rules or folder.Rules(frozenset(), frozenset())
    corpora = [folder.read_folder(root, private) for root in content]
    notes = [note for corpus in corpora for note in corpus.notes]
    listed, membership = assign(notes)
    highlights: dict[str, Highlight] = {}
    for one in (one for note in notes for one in note.highlights):
        highlights.setdefault(one.id, one)
    path.mkdir()
    _add(path, highlights.values(), membership)
    about = About(_summary(corpora, notes, highlights.values()), listed)
    (path / _ABOUT).write_text(json.dumps(asdict(about)), encoding="utf-8")


def _summary(corpora: Iterable[Corpus], notes: Sequence[Note], highlights: Collection[Highlight]) -> Summary:
    return Summary(
        notes=len(notes),
        sources=len({one.source for one in highlights}),
        highlights=len(highlights),
        problems=sum(len(corpus.problems) for corpus in corpora),
        withheld=sum(corpus.withheld for corpus in corpora),
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "tag", "theme"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="words")
    builder.add_unsigned_field("order", fast=True)
    builder.add_bytes_field("data", stored=True)
    return builder.build()


def _add(path: Path, highlights: Iterable[Highlight], membership: Mapping[str, Collection[str]]) -> None:
    schema = _schema()
    index = tantivy.Index(schema, path=str(path))
    index.register_tokenizer("words", analyzer())
    # One thread keeps documents in the order of the notes, by which equal scores are ordered.
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for order, one in enumerate(highlights):
        fields = _document(one, order, membership.get(one.id, ()))
        writer.add_document(tantivy.Document.from_dict(fields, schema))
    writer.commit()
    writer.wait_merging_threads()


def _document(one: Highlight, order: int, keys: Collection[str]) -> dict[str, Any]:
    tags = (*one.tags, *one.source.tags)
    beside = (one.note or "", one.section or "", one.source.category or "", *tags, *one.links)
    return {
        "id": clean(one.id),
        "tag": sorted({clean(fold(tag)) for tag in tags}),
        "theme": sorted(clean(key) for key in keys),
        "text": clean(one.text),
        "author": clean(" ".join((*one.source.authors, one.speaker or ""))),
        "title": clean(one.source.title or ""),
        "beside": clean(" ".join(beside)),
        "order": order,
        "data": json.dumps(asdict(one)).encode(),
    }


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
