"""Notes that live elsewhere: Readwise and Hypothesis, fetched from local servers, and when they are fetched."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from servers.hypothesis_api import TOKEN as HYPOTHESIS_TOKEN
from servers.hypothesis_api import Hypothesis, annotation
from servers.readwise import TOKEN, Readwise, book, highlight

from digestbot import notes, sources
from digestbot.config.sources import SourceOrder
from digestbot.credentials import Credentials
from digestbot.errors import SettingsError, SourceError
from digestbot.library.folder import read_folder
from digestbot.model import Highlight, Voice
from digestbot.settings import Settings
from digestbot.sources import hypothesis as annotations
from digestbot.sources import readwise as export
from digestbot.sources.job import Job, Kept, Report, alone
from digestbot.sources.page import Page, Passage, file_name, markdown

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def readwise() -> AsyncIterator[Readwise]:
    """An account with three books, on two pages of the export."""
    ropes = highlight(11, "Ropes remember.", note="ask Signe", tags=[{"id": 1, "name": "old rope"}])
    time = highlight(
        21, "The sea is loud.", location=3723, location_type="time_offset", url="https://read.readwise.io/x"
    )
    async with Readwise([
        book(1, "The Long Quay", ropes, source_url="https://example.org/quay", book_tags=[{"id": 2, "name": "sea"}]),
        book(2, "Tides, a podcast", time, category="podcasts"),
        book(3, "Knots", highlight(31, "Knots hold."), highlight(32, "A bad one.", is_discard=True)),
    ]) as server:  # fmt: skip
        yield server


@pytest.fixture
async def group() -> AsyncIterator[Hypothesis]:
    """A group with two annotations of one page."""
    first = annotation("one", "Ropes remember.", "2026-02-01T10:00:00.000000+00:00", text="so they do", tags=["rope"])
    async with Hypothesis([first, annotation("two", "Knots hold.", "2026-02-02T10:00:00.000000+00:00")]) as server:
        yield server


class Naps(list[float]):
    """How long somebody slept, without the sleep."""

    async def __call__(self, seconds: float) -> None:
        """Take no time."""
        self.append(seconds)


async def fetch_readwise(server: Readwise, data: Path, at: datetime = NOW, token: str = TOKEN) -> Report:
    """One refresh of the account."""
    order = SourceOrder("reading", "readwise", url=server.url)
    return await sources.refresh(order, data, SecretStr(token), at, Naps())


async def fetch_group(server: Hypothesis, data: Path, at: datetime = NOW) -> Report:
    """One refresh of the group."""
    order = SourceOrder("margin", "hypothesis", url=server.url, group="abc123")
    return await sources.refresh(order, data, SecretStr(HYPOTHESIS_TOKEN), at, Naps())


def read(data: Path, name: str) -> dict[str, Highlight]:
    """The highlights that the library finds in a source's folder, by their texts."""
    found = read_folder(data / "sources" / name)
    assert not found.problems
    return {one.text: one for note in found.notes for one in note.highlights}


def written(data: Path) -> dict[Path, int]:
    """When each note was written, in nanoseconds."""
    return {path: path.stat().st_mtime_ns for path in data.rglob("*.md")}


async def test_an_account_becomes_notes(readwise: Readwise, tmp_path: Path) -> None:
    """Every field of the export that digestbot knows is read back from the notes; what was discarded is not there."""
    report = await fetch_readwise(readwise, tmp_path)
    assert str(report) == "reading: 3 notes; 3 new, 0 changed, 0 gone."
    found = read(tmp_path, "reading")
    assert set(found) == {"Ropes remember.", "The sea is loud.", "Knots hold."}
    one = found["Ropes remember."]
    assert (one.url, one.location, one.note) == ("https://readwise.io/open/11", "Location 11", "ask Signe")
    assert (one.tags, one.native_id, one.voice) == (("old rope",), "rw11", Voice.AUTHOR)
    assert (one.source.title, one.source.authors) == ("The Long Quay", ("Lena Holm",))
    assert (one.source.url, one.source.category, "sea" in one.source.tags) == (
        "https://example.org/quay",
        "books",
        True,
    )
    assert found["The sea is loud."].timestamp == 3723
    folders = {path.parent.name for path in (tmp_path / "sources" / "reading").rglob("*.md")}
    assert folders == {"books", "podcasts"}


async def test_only_what_is_new_is_asked_for(readwise: Readwise, tmp_path: Path) -> None:
    """The second refresh asks since the first; what it does not tell again is still there, what changed has changed."""
    await fetch_readwise(readwise, tmp_path)
    assert [sorted(one) for one in readwise.asked] == [["includeDeleted"], ["includeDeleted", "pageCursor"]]
    late = (NOW + timedelta(minutes=30)).isoformat()
    readwise.books[0]["highlights"].append(highlight(12, "Quays wait.", updated=late))
    readwise.books[2]["highlights"][0] |= {"text": "Knots hold fast.", "updated": late}
    report = await fetch_readwise(readwise, tmp_path, NOW + timedelta(hours=1))
    assert readwise.asked[2:] == [{"includeDeleted": "true", "updatedAfter": (NOW - timedelta(minutes=5)).isoformat()}]
    assert (report.new, report.changed, report.gone, report.notes) == (0, 2, 0, 3)
    found = read(tmp_path, "reading")
    assert set(found) == {"Ropes remember.", "Quays wait.", "The sea is loud.", "Knots hold fast."}
    assert found["Knots hold fast."].native_id == "rw31"


async def test_nothing_new_writes_nothing(readwise: Readwise, tmp_path: Path) -> None:
    """A note that stays as it was is not written, so that the library does not read it again."""
    await fetch_readwise(readwise, tmp_path)
    before = written(tmp_path)
    report = await fetch_readwise(readwise, tmp_path, NOW + timedelta(hours=1))
    assert (report.new, report.changed, report.gone) == (0, 0, 0)
    assert written(tmp_path) == before


async def test_what_was_deleted_goes(readwise: Readwise, tmp_path: Path) -> None:
    """A deleted highlight leaves its note, a deleted book takes its note with it, a renamed one moves."""
    await fetch_readwise(readwise, tmp_path)
    late = (NOW + timedelta(minutes=30)).isoformat()
    readwise.books[0]["highlights"][0] |= {"is_deleted": True, "updated": late}
    readwise.books[1]["is_deleted"] = True
    readwise.books[2] |= {"title": "Knots and Bends"}
    readwise.books[2]["highlights"][0] |= {"updated": late}
    report = await fetch_readwise(readwise, tmp_path, NOW + timedelta(hours=1))
    assert (report.new, report.gone, report.notes) == (1, 3, 1)
    assert read(tmp_path, "reading")["Knots hold."].source.title == "Knots and Bends"


async def test_everything_is_fetched_once_a_week(readwise: Readwise, tmp_path: Path) -> None:
    """What vanished without a word is gone after seven days, when all is asked for again."""
    await fetch_readwise(readwise, tmp_path)
    del readwise.books[0]
    for days in (1, 6):
        await fetch_readwise(readwise, tmp_path, NOW + timedelta(days=days))
        assert "Ropes remember." in read(tmp_path, "reading")
    await fetch_readwise(readwise, tmp_path, NOW + timedelta(days=7))
    assert "updatedAfter" not in readwise.asked[-1]
    assert set(read(tmp_path, "reading")) == {"The sea is loud.", "Knots hold."}


async def test_a_crash_before_the_mark_loses_nothing(readwise: Readwise, tmp_path: Path) -> None:
    """The notes are written before the mark of how far they go; without it they are fetched again, and are the same."""
    await fetch_readwise(readwise, tmp_path)
    state = tmp_path / "sources" / "reading.json"
    early = state.read_text(encoding="utf-8")
    late = (NOW + timedelta(minutes=30)).isoformat()
    readwise.books[0]["highlights"].append(highlight(12, "Quays wait.", updated=late))
    await fetch_readwise(readwise, tmp_path, NOW + timedelta(hours=1))
    after = read(tmp_path, "reading")
    newest = max(written(tmp_path).values())
    assert newest <= state.stat().st_mtime_ns
    state.write_text(early, encoding="utf-8")  # as if the power had failed between the two
    report = await fetch_readwise(readwise, tmp_path, NOW + timedelta(hours=2))
    assert (report.new, report.changed, report.gone) == (0, 0, 0)
    assert read(tmp_path, "reading") == after


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cursor": 3, "moon": 1}'])
async def test_a_damaged_mark_begins_anew(readwise: Readwise, tmp_path: Path, text: str) -> None:
    """A mark that cannot be read costs a full fetch and nothing else."""
    await fetch_readwise(readwise, tmp_path)
    (tmp_path / "sources" / "reading.json").write_text(text, encoding="utf-8")
    report = await fetch_readwise(readwise, tmp_path, NOW + timedelta(hours=1))
    assert (report.new, report.changed, report.gone, report.notes) == (0, 0, 0, 3)


@pytest.mark.parametrize(
    ("script", "naps"),
    # What was dropped on a line that was open already aiohttp asks for once more by itself.
    [(["429"], [7.0]), (["500", "drop", "drop", "garbage"], [1.0, 2.0, 4.0])],
    ids=["asked to wait", "faults"],
)
async def test_a_passing_fault_is_waited_for(
    readwise: Readwise, tmp_path: Path, script: list[str], naps: list[float]
) -> None:
    """A 429 is waited for as long as it says, a fault a little longer each time; then all comes."""
    readwise.script = script
    slept = Naps()
    order = SourceOrder("reading", "readwise", url=readwise.url)
    report = await sources.refresh(order, tmp_path, SecretStr(TOKEN), NOW, slept)
    assert report.notes == 3
    assert slept == naps


@pytest.mark.parametrize(
    ("script", "token", "said"),
    [
        (["500"] * 5, TOKEN, "has a fault of its own"),
        (["404"], TOKEN, "does not know what was asked"),
        (["302"], TOKEN, "does not know what was asked"),
        ([], "rw-wr0ng", "refuses the token. Mend DIGESTBOT_SOURCE_READING_TOKEN"),
    ],
    ids=["broken", "gone", "elsewhere", "token"],
)
async def test_what_stays_broken_is_said(
    readwise: Readwise, tmp_path: Path, script: list[str], token: str, said: str
) -> None:
    """Where waiting does not help the refresh ends with a reason that names no token, and the notes stay."""
    await fetch_readwise(readwise, tmp_path)
    tries, readwise.script, readwise.asked = len(script) or 1, script, []
    with pytest.raises(SourceError, match=said) as refused:
        await fetch_readwise(readwise, tmp_path, NOW + timedelta(days=8), token)
    assert token not in f"{refused.value!r} {refused.value.__cause__!r}"
    assert len(readwise.asked) == tries
    assert len(read(tmp_path, "reading")) == 3


async def test_a_long_pause_ends_the_refresh(readwise: Readwise, tmp_path: Path) -> None:
    """A service that wants more than two minutes is left alone for as long as it says."""
    readwise.script, readwise.paused = ["429"], "3600"
    with pytest.raises(SourceError) as refused:
        await fetch_readwise(readwise, tmp_path)
    order = SourceOrder("reading", "readwise", every=timedelta(minutes=30))
    assert sources.pause(order, refused.value, 1) == timedelta(hours=1)


async def test_readwise_without_a_token(tmp_path: Path) -> None:
    """A missing token is named by its setting, and nobody is asked."""
    with pytest.raises(SourceError, match="DIGESTBOT_SOURCE_MY_READING_TOKEN"):
        await sources.refresh(SourceOrder("my-reading", "readwise"), tmp_path, None, NOW)


async def test_a_group_becomes_notes(group: Hypothesis, tmp_path: Path) -> None:
    """Annotations with a quote are highlights with their link, note, tags and author, in one note a page."""
    group.rows += [
        annotation("page", "", "2026-02-03T10:00:00+00:00", text="a note on the whole page"),
        annotation("reply", "", "2026-02-03T11:00:00+00:00", text="I agree", references=["one"]),
        annotation("own", "My secret.", "2026-02-03T12:00:00+00:00", permissions={"read": ["acct:ada@hypothes.is"]}),
        annotation("bad", "Rude words.", "2026-02-03T13:00:00+00:00", hidden=True),
    ]
    report = await fetch_group(group, tmp_path)
    assert (report.new, report.notes) == (1, 1)
    found = read(tmp_path, "margin")
    assert set(found) == {"Ropes remember.", "Knots hold."}
    one = found["Ropes remember."]
    assert (one.url, one.note, one.tags) == ("https://hyp.is/one/example.org/quay", "so they do", ("rope",))
    assert (one.native_id, one.contributor) == ("hypone", "ada")
    assert (one.source.title, one.source.url) == ("The Long Quay", "https://example.org/quay")


async def test_a_group_is_followed(group: Hypothesis, tmp_path: Path) -> None:
    """The next search begins a minute before the last edit that was seen; an edit changes, privacy withdraws."""
    await fetch_group(group, tmp_path)
    assert group.asked == [{"sort": "updated", "order": "asc", "limit": "200", "group": "abc123"}]
    group.rows[1] = annotation("two", "Knots hold fast.", "2026-02-04T10:00:00.000000+00:00")
    group.rows[0] |= {"permissions": {"read": ["acct:ada@hypothes.is"]}, "updated": "2026-02-04T11:00:00.000000+00:00"}
    report = await fetch_group(group, tmp_path, NOW + timedelta(hours=1))
    assert group.asked[1]["search_after"] == "2026-02-02T09:59:00+00:00"
    assert (report.new, report.changed, report.gone) == (0, 1, 0)
    assert set(read(tmp_path, "margin")) == {"Knots hold fast."}


async def test_a_deleted_annotation_goes_within_a_week(group: Hypothesis, tmp_path: Path) -> None:
    """The search says nothing of what was deleted: it goes with the full search, seven days after the last."""
    await fetch_group(group, tmp_path)
    del group.rows[0]
    await fetch_group(group, tmp_path, NOW + timedelta(days=6))
    assert len(read(tmp_path, "margin")) == 2
    await fetch_group(group, tmp_path, NOW + timedelta(days=7))
    assert set(read(tmp_path, "margin")) == {"Knots hold."}


async def test_many_annotations_come_in_pages(group: Hypothesis, tmp_path: Path) -> None:
    """More than an answer holds is fetched page by page, each behind the last edit of the one before."""
    start = datetime(2026, 2, 3, tzinfo=UTC)
    times = (start + timedelta(seconds=number) for number in itertools.count())
    group.rows += [
        annotation(f"n{number}", f"Passage {number}.", next(times).isoformat(timespec="microseconds"))
        for number in range(450)
    ]
    await fetch_group(group, tmp_path)
    assert len(group.asked) == 3
    assert len(read(tmp_path, "margin")) == 452


async def test_another_group_begins_anew(group: Hypothesis, tmp_path: Path) -> None:
    """Where the table asks for something else now, nothing of what was fetched before stays."""
    await fetch_group(group, tmp_path)
    order = SourceOrder("margin", "hypothesis", url=group.url, group="zzz")
    report = await sources.refresh(order, tmp_path, SecretStr(HYPOTHESIS_TOKEN), NOW, Naps())
    assert (report.gone, report.notes) == (1, 0)


_NAMES = (
    "id title author category source_url book_tags highlights text location location_type note url readwise_url tags "
    "is_discard is_deleted highlighted_at name uri document links incontext user updated created permissions target "
    "selector type exact label start hidden read references"
).split()
_LINES = st.lists(
    st.sampled_from([
        "Ropes remember.", "Note: x", "(page 12)", "#tag", "- a", "1. b", "> q", "[a](http://x.org)", "**b**", "==m==",
        "Tags: a", "`c`", "&amp;", "%%x%%", "<b>", "key:: v", "## H", "—", "“q”", "2024-01-05", "!", "Location: 12",
        "*", "_x_", "~~s~~", "a:b", "\\", "1917", "[ ] todo", "...", "c++", "$x$", "Added by: me", "https://x.org/a_b",
    ]),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip
_TEXTS = st.lists(_LINES, max_size=3).map(lambda lines: "\n".join(["Ropes:", *lines]))


@given(st.lists(_TEXTS, min_size=1, max_size=3), _TEXTS)
def test_notes_are_read_back_word_for_word(texts: list[str], note: str) -> None:
    """Whatever a highlight, its note or the title holds, the reader finds it again as it was."""
    texts = [f"{number} {text}" for number, text in enumerate(texts)]  # the same passage twice is read once
    passages = [Passage(text, f"rw{number}", "https://e.org/x", "Page 3", note) for number, text in enumerate(texts)]
    page = Page(f"About {texts[0]}", tuple(passages), "Ada Lovelace", "https://example.org/a", "books", ("old rope",))
    found = notes.parse("books/x.md", markdown(page).encode())
    assert [levelled(one.text) for one in found.highlights] == [levelled(text) for text in texts]
    assert {levelled(one.note or "") for one in found.highlights} == {levelled(note)}
    assert [(one.native_id, one.url, one.location) for one in found.highlights] == [
        (f"rw{number}", "https://e.org/x", "Page 3") for number in range(len(texts))
    ]
    assert levelled(found.sources[0].title or "") == levelled(f"About {texts[0]}")


def levelled(text: str) -> str:
    """A text without its spaces, of which the reader leaves none before a stop."""
    return "".join(text.split())


@pytest.mark.parametrize(
    ("title", "name"),
    [("The Long Quay", "the-long-quay-7.md"), ("../../etc/passwd", "etc-passwd-7.md"), ("…", "untitled-7.md")],
)
def test_a_note_has_a_safe_name(title: str, name: str) -> None:
    """A note's file is called by its title's letters and its id, whatever the title holds."""
    assert file_name(title, "../7") == name


def test_one_refresh_at_a_time(tmp_path: Path) -> None:
    """Two processes do not write one folder at once: the second says so."""
    twice = pytest.raises(SourceError, match="another process")
    with alone(tmp_path / "a" / "reading"), twice, alone(tmp_path / "a" / "reading"):
        pass


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A data folder that is in the way is named, with what to do."""
    (tmp_path / "sources").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be written"):
        await sources.refresh(SourceOrder("reading", "readwise"), tmp_path, SecretStr(TOKEN), NOW)


@pytest.mark.parametrize(
    ("error", "failures", "minutes"),
    [
        (SourceError("x"), 1, 1),
        (SourceError("x"), 4, 8),
        (SourceError("x"), 90, 60),
        (OSError(), 2, 2),
        (SourceError("x", permanent=True), 1, 60),
        (SourceError("x", retry_after=7200), 1, 120),
    ],
)
def test_a_failure_is_tried_again_later_and_later(error: Exception, failures: int, minutes: int) -> None:
    """A minute after the first failure, twice as long after each that follows, at most the time between two visits."""
    assert sources.pause(SourceOrder("reading", "readwise"), error, failures) == timedelta(minutes=minutes)


async def test_a_service_refreshes_what_is_due(readwise: Readwise, tmp_path: Path) -> None:
    """What was never fetched is fetched before a service begins, and again in its time; a broken one stops nothing."""
    order = SourceOrder("reading", "readwise", every=timedelta(seconds=0.05), url=readwise.url)
    broken = SourceOrder("broken", "readwise", url=readwise.url)
    settings = Settings((), tmp_path, tmp_path / "digestbot.toml", sources=(order, broken))
    credentials = Credentials(source_token={"reading": SecretStr(TOKEN)})
    await sources.first(settings, credentials)
    assert len(readwise.asked) == 2
    assert (tmp_path / "sources" / "imports").is_dir()
    assert tmp_path / "sources" / "reading" in settings.folders
    task = asyncio.create_task(sources.keep_fresh(settings, credentials))
    async with asyncio.timeout(10):
        while len(readwise.asked) < 5:  # noqa: ASYNC110 - what it waits for is another task's work
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(read(tmp_path, "reading")) == 3


async def test_nothing_is_due_before_its_time(readwise: Readwise, tmp_path: Path) -> None:
    """A service that is started again does not fetch what was fetched within the hour."""
    order = SourceOrder("reading", "readwise", url=readwise.url)
    settings = Settings((), tmp_path, tmp_path / "digestbot.toml", sources=(order,))
    credentials = Credentials(source_token={"reading": SecretStr(TOKEN)})
    await sources.first(settings, credentials)
    await sources.first(settings, credentials)
    task = asyncio.create_task(sources.keep_fresh(settings, credentials))
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(readwise.asked) == 2


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(_NAMES), _ODD, max_size=12), _ODD, _ODD)
def test_whatever_an_api_answers_is_a_note_or_nothing(row: dict[str, Any], told: Any, also: Any) -> None:
    """Fields of any type and depth in a book, a highlight or an annotation never end a refresh."""
    with TemporaryDirectory() as data:
        job = Job(SourceOrder("odd", "readwise"), Path(data) / "odd", NOW)
        job.folder.mkdir()
        kept = Kept()
        export._merge(kept.records, {"user_book_id": 1, **row, "highlights": [{"id": 2, "text": "x", **row}, told]})  # noqa: SLF001
        assert export._write(job, kept).notes in {0, 1}  # noqa: SLF001
        kept = Kept()
        quote = {"selector": [{"type": "TextQuoteSelector", "exact": "x"}, told, row]}
        shared = {"permissions": {"read": ["group:a"]}, "target": [quote, also]}
        annotations._merge(kept, {"id": "a", **row, **shared})  # noqa: SLF001
        assert annotations._write(job, kept).notes in {0, 1}  # noqa: SLF001


@pytest.mark.parametrize("token", ["a b", "a\nHost: example.org", "ä", ""])
async def test_what_is_no_token(readwise: Readwise, tmp_path: Path, token: str) -> None:
    """A token with a line end or a space in it is refused before anybody is asked, and not shown."""
    with pytest.raises(SourceError, match="DIGESTBOT_SOURCE_READING_TOKEN") as refused:
        await fetch_readwise(readwise, tmp_path, token=token)
    assert not token or token not in str(refused.value)
    assert readwise.asked == []


async def test_an_api_of_another_shape(readwise: Readwise, tmp_path: Path) -> None:
    """Books and highlights without what names them are passed over, and never end a refresh."""
    odd: list[Any] = [{}, {"user_book_id": 9}, {"user_book_id": 8, "highlights": [{}, "x", {"id": 5}]}, "x"]
    readwise.books = [
        *({"highlights": [0], "is_deleted": False, **one} for one in odd if isinstance(one, dict)),
        book(4, ""),
    ]
    readwise.books.append(book(5, "Knots", highlight(51, "Knots hold.")))
    report = await fetch_readwise(readwise, tmp_path)
    assert report.notes == 1
    assert json.loads((tmp_path / "sources" / "reading.json").read_text(encoding="utf-8"))["cursor"]
