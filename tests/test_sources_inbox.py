"""Notes of captures: written whole, over nothing, and read back as they were handed in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import CHANNEL, NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot import notes
from digestbot.errors import SourceError
from digestbot.level import level
from digestbot.model import Voice
from digestbot.orders import Capture
from digestbot.settings import Settings, bundled
from digestbot.sources.inbox import NoteInbox, inbox, note_of

WORDS = Capture(CHANNEL, "We ship when it is done.\n\nNot *before*.", "U7", "Ada Lovelace", "U1", "Bob", NOW,
                "https://acme.slack.com/archives/C1/p1772", number=12)  # fmt: skip

TEXTS = [
    WORDS.text,
    "# No heading\n- no list\n> no quote\n1. no number",
    "Note: this is no field.\nTags: nor this",
    "“Quoted” words — Somebody Else",
    "<b>bold</b> [link](https://x.example) ![[embed]] `code` ^id $1 & ~no~",
    "---\ntitle: no\n---\nFront matter that is none.",
    "Ada wrote: «we ship when it is done, and not before».",
    "日本語の文章も読めます。それでいい。",
]


def put(path: Path, text: str) -> None:
    """Write a file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def texts(folder: Path) -> dict[str, str]:
    """What the files of a folder say."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


def _read(capture: Capture) -> notes.Note:
    return notes.parse("Inbox/x.md", note_of(capture).encode())


@pytest.mark.parametrize("text", TEXTS)
def test_a_note_reads_back(text: str) -> None:
    """One highlight with the words, whose they are, the way to the message, and who handed them in."""
    note = _read(replace(WORDS, text=text))
    [one] = note.highlights
    assert level(one.text) == level(text)
    assert (one.voice, one.speaker, one.contributor) == (Voice.QUOTED, "Ada Lovelace", "Bob")
    assert (one.url, one.source.url, one.native_id) == (WORDS.permalink, WORDS.permalink, "capture-12")
    assert one.source.published == "2026-03-02"
    assert note.problems == ()


@pytest.mark.parametrize("name", ["ada", "Ada L. (she/her)", "Мария", "Ada, Countess of Lovelace", "ada_99", "A & B"])
def test_whose_words_they_are(name: str) -> None:
    """A name is kept whatever it looks like, apart from signs that stand between several."""
    [one] = _read(replace(WORDS, author_name=name)).highlights
    assert (one.voice, one.speaker) == (Voice.QUOTED, " ".join(name.replace(",", " ").replace("&", " ").split()))


@given(st.text(min_size=12, max_size=400).filter(lambda text: len(level(text)) > 8))
@settings(max_examples=200, deadline=None)
def test_any_words(text: str) -> None:
    """Whatever somebody wrote makes one highlight of theirs, and never another's."""
    found = _read(replace(WORDS, text=text)).highlights
    assert len(found) <= 1
    assert all((one.voice, one.speaker) == (Voice.QUOTED, "Ada Lovelace") for one in found)


async def test_written_and_removed(tmp_path: Path) -> None:
    """A note is written once, over no other file, and its removal tells which highlights went."""
    box = NoteInbox(tmp_path / "Inbox", (tmp_path / "Inbox",))
    first = await box.write(WORDS)
    assert await box.write(WORDS) == first
    put(Path(first), "Somebody's own words.")
    second = await box.write(WORDS)
    assert second != first
    assert set(texts(tmp_path / "Inbox")) == {Path(second).name, Path(first).name}
    [one] = _read(WORDS).highlights
    assert await box.remove(second) == [one.id]
    assert await box.remove(second) == ()
    assert texts(tmp_path / "Inbox") == {Path(first).name: "Somebody's own words."}


async def test_nothing_else_is_removed(tmp_path: Path) -> None:
    """What lies outside the inbox stays."""
    box = NoteInbox(tmp_path / "Inbox", (tmp_path / "Inbox",))
    other = tmp_path / "other.md"
    put(other, "Words.")
    for path in (other, tmp_path / "Inbox" / ".." / "other.md", Path("/etc/passwd")):
        with pytest.raises(SourceError, match="no note of the inbox"):
            await box.remove(str(path))
    assert texts(tmp_path) == {"other.md": "Words."}


async def test_where_notes_go(tmp_path: Path) -> None:
    """Into the first content folder; beside the imports where that is a file, or digestbot's own sample."""
    config = tmp_path / "digestbot.toml"
    single = tmp_path / "one.md"
    put(single, "Words.")
    put(tmp_path / "notes" / "two.md", "Words.")
    aside = tmp_path / "data" / "sources" / "imports" / "inbox"
    assert inbox(Settings((tmp_path / "notes",), tmp_path / "data", config)).folder == tmp_path / "notes" / "Inbox"
    assert inbox(Settings((single,), tmp_path / "data", config)).folder == aside
    assert inbox(Settings((bundled("content").resolve(),), tmp_path / "data", config)).folder == aside
    assert Path(await inbox(Settings((single,), tmp_path / "data", config)).write(WORDS)).parent == aside


async def test_what_would_not_read_back(tmp_path: Path) -> None:
    """Words that would be read as nothing, or as nobody's, are refused before there is a file."""
    box = NoteInbox(tmp_path / "Inbox", ())
    for odd in (replace(WORDS, text="\x00"), replace(WORDS, author_name="…")):
        with pytest.raises(SourceError, match="Correct"):
            await box.write(odd)
    assert texts(tmp_path) == {}


async def test_what_cannot_be_written(tmp_path: Path) -> None:
    """The reason is said, with the folder."""
    put(tmp_path / "Inbox", "a file")
    with pytest.raises(SourceError, match="Let digestbot write to"):
        await NoteInbox(tmp_path / "Inbox", ()).write(WORDS)
