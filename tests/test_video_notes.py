"""Notes on a video: passages with the moment they are about, and nothing of the markup that tells it."""

from __future__ import annotations

import pytest

from digestbot.model import Highlight, Voice
from digestbot.notes import parse

VIDEO = "abcDEF12345"
HEAD = f"---\ntitle: Boats\nvideoId: {VIDEO}\n---\n\nFrom: [[sealab]] <br/>\n"
SENTENCE = "The hull is built from the inside out, which surprises everybody"
ANCHOR = '<a class="yt-timestamp" data-t="00:01:05">[00:01:05]</a>'


def _read(body: str, head: str = HEAD) -> tuple[Highlight, ...]:
    return parse("boats.md", (head + body).encode()).highlights


def _texts(body: str) -> list[str]:
    return [highlight.text for highlight in _read(body)]


@pytest.mark.parametrize(
    ("mark", "moment"),
    [
        ('<a class="yt-timestamp" data-t="00:00:05">[00:00:05]</a>', 5),
        ('<a class="yt-timestamp" data-t="02:26"></a>', 146),
        ('<a class="yt-timestamp" data-t="0:05:00">[0:05:00]</a>', 300),
        ('<a class="yt-timestamp" data-t="01:46:">[01:46:]</a>', 106),
        ('<a class="yt-timestamp" data-t="00:00:00]">[00:00:00]</a>', 0),
        ('<a class="yt-timestamp" data-23:11:00">[23:11:00]</a>', 83460),
        ('<a class="yt-timestamp" data-t="000:01:00">[000:01:00]</a>', 60),
        ('<a class="yt-timestamp" data-t="00:00:00:00">[00:00:00:00]</a>', 0),
        ('<a class="yt-timestamp" data-t="">[00:01:05]</a>', 65),
        ('<a class="yt-timestamp" data-t="HH:MM:SS">[HH:MM:SS]</a>', None),
        ("<a class='yt-timestamp' data-t='00:01:05'>[00:01:05]</a>", 65),
        ("<a class=yt-timestamp data-t=00:01:05>[00:01:05]</a>", 65),
        ('<a class="yt-timestamp">[00:01:05]</a>', 65),
        ('<a class="yt-timestamp" data-t="00:01:05">00:01:05</a>', 65),
        ('<a class="yt-timestamp" data-t="00:01:05-00:01:10">[00:01:05-00:01:10]</a>', 65),
        ('<a class="yt-timestamp" data-t="00:01:05"/>', 65),
        ('<a class="yt-timestamp" data-t="00:01:05">[00:01:05]', 65),
        ('&lt;a class="yt-timestamp" data-t="00:01:05"&gt;[00:01:05]&lt;/a&gt;', 65),
        ("[00:01:05]", 65),
        ("[[00:01:05]]", 65),
        ("[00:01:05-00:02:00]", 65),
        ("[00:01:05, 00:02:00]", 65),
        ("(00:01:05)", 65),
        ("[00:01:05][00:02:00]", 65),
        (f"[1:05](https://youtu.be/{VIDEO}?t=65)", 65),
        (f"([1:05](https://www.youtube.com/watch?v={VIDEO}&t=65s))", 65),
        (f"[1:05](https://www.youtube.com/watch?v={VIDEO}&t=1m5s)", 65),
        (f"({ANCHOR})", 65),
        (f"( {ANCHOR} )", 65),
        (f"({ANCHOR}, {ANCHOR})", 65),
        (f"{ANCHOR}, {ANCHOR}", 65),
        (f"{ANCHOR}{ANCHOR}", 65),
    ],
)
@pytest.mark.parametrize("end", [f"{SENTENCE} %s.", f"{SENTENCE}. %s", f"{SENTENCE}.%s", f"- {SENTENCE}. %s"])
def test_every_spelling_of_a_time_mark_is_read_and_leaves_no_trace(mark: str, moment: int | None, end: str) -> None:
    """A mark behind a sentence, before its stop or in a list item gives the moment and its link, and no text."""
    (highlight,) = _read(end % mark + "\n")
    assert highlight.text == f"{SENTENCE}."
    assert highlight.timestamp == moment
    assert highlight.url == (None if moment is None else f"https://www.youtube.com/watch?v={VIDEO}&t={moment}s")


def test_a_mark_in_the_middle_of_a_sentence_goes_with_its_space() -> None:
    """What stands round a mark closes up as if the mark had never been there."""
    body = (
        f"The hull {ANCHOR}, which is oak, is cut {ANCHOR} by hand. A second yard (in his view {ANCHOR}) has closed.\n"
    )
    assert _texts(body) == ["The hull, which is oak, is cut by hand. A second yard (in his view) has closed."]


def test_ratios_and_times_of_day_are_no_time_marks() -> None:
    """Only brackets with two digits behind each colon tell a moment."""
    text = "The mix is 3:1 by weight, as (see 12:30) the old ratio [2:1] had been before."
    (highlight,) = _read(text + "\n")
    assert (highlight.text, highlight.timestamp) == (text, None)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Oak is good practice in this yard [[oak_and_elm]].", "Oak is good practice in this yard."),
        (f"Oak is good practice in this yard [[oak_and_elm]] ({ANCHOR}).", "Oak is good practice in this yard."),
        ("Oak is what the old books advise [[oak_and_elm]], [[tar_and_rope]].", "Oak is what the old books advise."),
        ("For the order of work there see [[oak_and_elm]].", "For the order of work there see oak and elm."),
        ("[[oak_and_elm]] are slow to season in this yard.", "Oak and elm are slow to season in this yard."),
        ("The yard has used [[oak_and_elm]] in all its boats.", "The yard has used oak and elm in all its boats."),
        ("The yard has its [[oak_and_elm | own oak]] since then.", "The yard has its own oak since then."),
        ("The yard has its [[wood/Oak#Age|old oak]] since then.", "The yard has its old oak since then."),
    ],
)
def test_citations_by_slug_go_and_links_in_a_sentence_stay_as_words(written: str, shown: str) -> None:
    """A slug behind a clause is a citation; one that the sentence needs is shown in words, and so is a label."""
    assert _texts(written + "\n") == [shown]


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        HEAD.replace(" <br/>\n", "\n\n"),
        HEAD.replace(" <br/>\n", "<br>\n"),
        HEAD.replace(" <br/>\n", " <br/> "),
        HEAD.replace("\n\nFrom", "\nFrom"),
    ],
)
def test_the_channel_line_names_the_author_and_is_no_prose(head: str) -> None:
    """`From: [[channel]]`, alone or glued to the first paragraph, is the author and in no passage."""
    note = parse("boats.md", f"{head}{SENTENCE}.\n".encode())
    assert note.sources[0].authors == ("sealab",)
    assert [highlight.text for highlight in note.highlights] == [f"{SENTENCE}."]


def test_the_channel_has_said_nothing() -> None:
    """Passages of a video note are the note-taker's summary, without a speaker."""
    highlights = _read(f"{SENTENCE} {ANCHOR}.\n\n> [!info] Rule\n> - Lay the keel before you count the planks.\n")
    assert {(highlight.voice, highlight.speaker) for highlight in highlights} == {(Voice.SUMMARY, None)}


def test_the_title_of_a_callout_is_its_context() -> None:
    """A callout's lines are passages without list markers; its title is their section, without markup."""
    highlights = _read(f"> [!info] Rule one {ANCHOR}\n>\n> - Lay the keel before you count the planks {ANCHOR}.\n")
    assert [(highlight.text, highlight.section) for highlight in highlights] == [
        ("Lay the keel before you count the planks.", "Rule one")
    ]


def test_a_note_without_time_marks_has_no_deep_links() -> None:
    """Without a moment there is no link to one."""
    assert [(highlight.timestamp, highlight.url) for highlight in _read(f"{SENTENCE}.\n")] == [(None, None)]


@pytest.mark.parametrize(
    "line",
    [
        "00:00 Intro to the boat and its yard.",
        "- 02:10 The keel and all that follows from it.",
        f"* [[oak_and_elm | Oak and elm]] {ANCHOR}",
        "- [[oak_and_elm]]",
        "## The hull is built from the inside out.",
    ],
)
def test_chapters_link_lists_and_headings_are_no_passages(line: str) -> None:
    """What only lists where to look is not quoted."""
    assert _texts(f"{line}\n") == []
