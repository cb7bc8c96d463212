"""The index kept in step with the notes: what changed is read again, and nothing but that.

A building made by other code or under other rules is never served: it is made anew, aside, while who has the old one
open goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import tantivy

from digestbot.errors import ContentError
from digestbot.library import schema
from digestbot.library.files import Stamp, as_text, scan, stamp
from digestbot.library.folder import private_names, read_one
from digestbot.library.place import Place
from digestbot.library.privacy import Rules
from digestbot.library.shelf import Head, Manifest, Row, digest
from digestbot.model import Note, SavedSearch

_BUSY = "Another digestbot is reading the notes; what it has not read yet is not found."

Report = Callable[[int, int], None]
"""Is told how many notes are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An index, what is known of it, the folder it lies in, and the saved searches to ask it. mark: see Shelf.mark."""

    index: tantivy.Index
    head: Head
    building: Path
    saved: tuple[SavedSearch, ...] = ()
    mark: object = None


@dataclass(frozen=True, slots=True)
class News:
    """What `update` did.

    changed: how many notes were read again or are gone. notice: what was not done, and why. waiting: how many notes are
    to be read; more than were asked for at most, so that nothing was done.
    """

    changed: int = 0
    notice: str = ""
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class How:
    """How to bring an index in step.

    only: the files that changed, where that is known; else all are looked at (not opened). force: forget the notes of a
    folder that is empty or gone, which else are kept, with a notice. most: how many notes to read at most. report: is
    told how far it is. wait: until another process that writes is done, even where there is something to serve.
    """

    only: Collection[Path] | None = None
    force: bool = False
    most: int | None = None
    report: Report | None = None
    wait: bool = False

    def too_many(self, count: int) -> bool:
        """Whether that many notes are more than to be read here."""
        return self.most is not None and count > self.most


@dataclass(slots=True)
class _Seen:
    """The folders as they are now. missing: why the notes of a folder (by its number) are not to be forgotten."""

    stamps: dict[str, Stamp]
    problems: int = 0
    missing: dict[int, str] = field(default_factory=dict)


def open_current(place: Place) -> Opened | None:
    """The index that is served; None where there is none that this code may serve."""
    building, mark = place.shelf.current(), place.shelf.mark()
    if building is None:
        return None
    try:
        head = Head.load(building)
        if head.made_by != made_by(place.rules):
            return None
        return Opened(schema.register(tantivy.Index.open(str(building))), head, building, place.saved, mark)
    except (ValueError, OSError, KeyError, TypeError):
        return None


def update(place: Place, how: How | None = None) -> News:
    """Bring the index in step with the notes. Raises ContentError, SettingsError."""
    how = how or How()
    with place.shelf.lock(wait=how.wait or place.shelf.current() is None) as mine:
        current = open_current(place)
        if not mine and current:
            return News(notice=_BUSY)
        if not mine:
            return update(place, replace(how, wait=True))
        if current is None:
            return _build(place, how)
        index, manifest = current.index, _before(place)
        if manifest is None:
            return _build(place, how)
        seen = _glance(place, manifest, how.only) if how.only is not None else None
        return _step(place, index, manifest, seen or _look(place, None if how.force else manifest), how)


def made_by(rules: Rules) -> str:
    """A name for the code and the rules by which notes are read: where it differs they are to be read again."""
    ours = Path(__file__).parent
    files = sorted([*ours.glob("*.py"), *(ours.parent / "notes").glob("*.py"), ours.parent / "model" / "words.py"])
    states = [(file.name, file.stat()) for file in files]
    code = [f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in states]
    return digest([str(schema.VERSION), *code, "", *sorted(rules.tags), "", *sorted(rules.folders)])


def _look(place: Place, known: Manifest | None) -> _Seen:
    """All files of all folders. known: where notes of a folder are known that is gone or empty now, they stay."""
    seen = _Seen({})
    for number, root in enumerate(place.content):
        before = sum(key.startswith(f"{number}/") for key in known.rows) if known else 0
        try:
            found, problems = scan(root)
        except ContentError as error:
            if not before:
                raise _absent(root) if not root.exists() else error from error
            found, problems = {}, ()
        if before and not found:
            seen.missing[number] = _warning(root, before)
        seen.problems += len(problems)
        seen.stamps |= {place.key(number, path): one for path, one in found.items()}
    return seen


def _absent(root: Path) -> ContentError:
    name = as_text(str(root))
    return ContentError(f"The content folder {name} does not exist. Name one with --content or DIGESTBOT_CONTENT.")


def _warning(root: Path, before: int) -> str:
    name = as_text(str(root))
    how = "holds no notes any more" if root.exists() else "is gone"
    return (
        f"The content folder {name} {how}; the {before} notes read from it before are kept. "
        "If they are to be forgotten, run `digestbot corpus index --force`."
    )


def _glance(place: Place, manifest: Manifest, only: Collection[Path]) -> _Seen | None:
    """The folders as they are now if nothing but these files changed; None where that cannot be said."""
    stamps = {key: row.stamp for key, row in manifest.rows.items()}
    for path in only:
        places = [(n, root) for n, root in enumerate(place.content) if path.is_relative_to(root)]
        if not places or any(path == root for _, root in places):
            return None
        for number, root in places:
            below = path.relative_to(root).as_posix()
            key = place.key(number, below)
            if found := stamp(root, below):
                stamps[key] = found
            elif stamps.pop(key, None) is None and (path.is_dir() or any(one.startswith(f"{key}/") for one in stamps)):
                return None  # a folder came or went, with all that lies in it
    emptied = {key.partition("/")[0] for key in manifest.rows} - {key.partition("/")[0] for key in stamps}
    return None if emptied else _Seen(stamps, manifest.head.problems)


def _build(place: Place, how: How) -> News:
    """Make a new building aside and let it take the place of the one before."""
    from digestbot.library import writing

    seen = _look(place, None if how.force else _before(place))
    if seen.missing:
        raise ContentError(" ".join(seen.missing.values()))
    if how.too_many(len(seen.stamps)):
        return News(waiting=len(seen.stamps))
    building = place.shelf.clear()
    writing.create(building)
    index = schema.register(tantivy.Index.open(str(building)))
    hidden = _hidden(place, seen.stamps)
    manifest = Manifest(Head(made_by(place.rules), digest(sorted(hidden))))
    writing.fill(index, _notes(place, seen.stamps, hidden, manifest, how.report))
    manifest.save(building, seen.problems)
    place.shelf.publish(building)
    return News(len(seen.stamps))


def _before(place: Place) -> Manifest | None:
    """What the building that is served was made from, however it was made: its notes must not be lost."""
    building = place.shelf.current()
    try:
        return Manifest.load(building) if building else None
    except (OSError, ValueError, TypeError):
        return None


def _step(place: Place, index: tantivy.Index, manifest: Manifest, seen: _Seen, how: How) -> News:
    """Change what has changed."""
    rows, notice = manifest.rows, " ".join(seen.missing.values())
    kept = {key for key in rows if int(key.partition("/")[0]) in seen.missing} if seen.missing else set()
    gone = {key for key in rows if key not in seen.stamps} - kept
    fresh = {key for key, found in seen.stamps.items() if key not in rows or rows[key].stamp != found}
    if not gone and not fresh and seen.problems == manifest.head.problems and manifest.head.hidden:
        return News(notice=notice)
    if how.too_many(len(fresh)):
        return News(waiting=len(fresh))
    hidden = _hidden(place, ({key for key, row in rows.items() if row.withheld} - gone) | fresh)
    if digest(sorted(hidden)) != manifest.head.hidden:
        # Any note may name one that is private now.
        if not kept:
            return _build(place, replace(how, force=True))
        # Those of a folder that is not there cannot be read again now; the next time they can.
        fresh, manifest.head = set(seen.stamps), replace(manifest.head, hidden="")
    _change(place, index, manifest, _Change(gone, fresh, hidden), how.report)
    if building := place.shelf.current():
        manifest.save(building, seen.problems)
    return News(len(gone | fresh), notice)


@dataclass(frozen=True, slots=True)
class _Change:
    """The names of the notes that are gone and of those to be read, and what they must not name."""

    gone: set[str]
    fresh: set[str]
    hidden: frozenset[str]


def _change(place: Place, index: tantivy.Index, manifest: Manifest, what: _Change, report: Report | None) -> None:
    from digestbot.library import documents, writing

    fresh, before = what.fresh, manifest.rows.keys()
    touched = what.gone | (fresh & before)
    if shared := writing.sharing(index, touched):
        # They hold copies of what may be gone now, and have to put it in themselves.
        fresh = fresh | {key for key in before if key not in what.gone and documents.home(key) in shared}
        touched = what.gone | (fresh & before)
    for key in what.gone:
        del manifest.rows[key]
    writing.replace_notes(index, touched, _notes(place, fresh, what.hidden, manifest, report))


def _notes(
    place: Place, keys: Collection[str], hidden: frozenset[str], manifest: Manifest, report: Report | None
) -> Iterator[tuple[str, Note]]:
    """Read the notes of these names, in the order of the folders; what was read is put down in the manifest."""
    for done, key in enumerate(sorted(keys, key=_order), 1):
        root, path = place.locate(key)
        # Looked at before it is read: what is written in between is read again the next time.
        found = stamp(root, path)
        note = read_one(root, path, place.rules, hidden) if found else None
        if found:
            manifest.rows[key] = Row(found, withheld=note is None)
        else:
            manifest.rows.pop(key, None)
        if note:
            yield key, note
        if report:
            report(done, len(keys))


def _hidden(place: Place, keys: Collection[str]) -> frozenset[str]:
    """The names of the private notes among these."""
    return frozenset(name for key in keys for name in private_names(*place.locate(key), place.rules))


def _order(key: str) -> tuple[int, str]:
    number, _, path = key.partition("/")
    return int(number), path
