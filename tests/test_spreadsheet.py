"""Tables of highlights: the exports of Readwise, names of columns, delimiters, and damage."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.model import Voice
from digestbot.notes.draft import Passage
from digestbot.notes.spreadsheet import read, recognise

EXPORT = (
    "Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location,"
    "Highlighted at,Document tags\n"
)


def passages(text: str) -> list[Passage]:
    """All passages of all items."""
    return [passage for item in read(text, "x.csv")[0] for passage in item.passages]


def test_the_export_of_readwise() -> None:
    """Rows become passages of their book, with place, note and tags; line breaks and quotation marks survive."""
    text = (
        EXPORT
        + '"She said: ""Row.""\nAnd we rowed.",Harbours,Lena Holm,B0,mine,yellow,".h1, sea, #wind",page,12,'
        + '2023-01-02,"ships, fog"\n'
        + "Fog is a slow door.,Letters,Ben Ode and Ana Cruz,,,,,location,345,,\n"
        + "Salt is honest.,Harbours,Lena Holm,B0,,,.yellow,order,3,,old\n"
    )
    items, problems = read(text, "x.csv")
    assert not problems
    assert [(item.title, item.authors, item.tags) for item in items] == [
        ("Harbours", ["Lena Holm"], ["ships", "fog", "old"]),
        ("Letters", ["Ben Ode", "Ana Cruz"], []),
    ]
    first, second = items[0].passages
    assert first.text == 'She said: "Row."\nAnd we rowed.'
    assert (first.location, first.note, first.tags, first.line) == ("page 12", "mine", ["sea", "wind"], 2)
    assert first.voice is Voice.AUTHOR
    assert (second.location, second.note, second.tags, second.line) == (None, None, [], 5)
    assert items[1].passages[0].location == "Location 345"


def test_the_import_form_of_readwise() -> None:
    """Highlight, Title, Author, URL, Note, Location, Date: the url is the source's."""
    text = (
        "Highlight,Title,Author,URL,Note,Location,Date\n"
        "Fog is a slow door.,Fog,Lena Holm,https://example.org/fog,,7,\n"
        "Salt.,Fog,Lena Holm,javascript:alert(1),,below the fold,\n"
    )
    (item,) = read(text, "x.csv")[0]
    assert item.url == "https://example.org/fog"
    assert [passage.location for passage in item.passages] == ["Location 7", "below the fold"]


@pytest.mark.parametrize(
    "header",
    [
        "Highlight,Title,Author",
        "\ufeffQUOTE;Book;Authors",
        '"highlighted text"\t"Document Title"\t"Document Author"',
        "Text | Book Title | Creator",
        "\n\nhighlight,BOOK TITLE,author(s)",
    ],
)
def test_headers_and_delimiters(header: str) -> None:
    """Columns are known by several names in any case, after a mark or blank lines, and by four delimiters."""
    delimiter = next(mark for mark in ";\t|," if mark in header)
    text = f"{header}\r\n{delimiter.join(['Fog is a slow door.', 'Harbours', 'Lena Holm'])}\r\n"
    assert recognise(text, "export.txt")
    (item,) = read(text, "x.csv")[0]
    assert (item.title, item.authors, item.passages[0].text) == ("Harbours", ["Lena Holm"], "Fog is a slow door.")


def test_what_is_recognised() -> None:
    """A table is known by its name or its first line; a sentence with commas is none."""
    assert recognise("", "a.CSV")
    assert not recognise("Text, title, and other words\n", "a.md")
    assert not recognise("", "a.txt")


def test_times_and_deep_links() -> None:
    """A place in a recording is seconds; a link of the highlight itself is its deep link; a page has its own column."""
    header = "Highlight,Title,Author,Highlight URL,Location Type,Location,Page\n"
    rows = "One.,T,A,https://example.org/1,time_offset,754,\nTwo.,T,A,,,,9\nThree.,T,A,,page,xii,\n"
    one, two, three = passages(header + rows)
    assert (one.timestamp, one.location, one.url) == (754, None, "https://example.org/1")
    assert (two.location, three.location) == ("page 9", "page xii")


def test_a_source_without_a_name() -> None:
    """Rows without a title belong to a source without one; orders to the exporting product are no note."""
    (item,) = read("Highlight,Title,Author,Note\nFog.,,,.h1 .sea\n", "x.csv")[0]
    assert (item.title, item.authors, item.inside, item.passages[0].note) == (None, [], False, None)


def test_a_table_without_highlights_is_reported() -> None:
    """Without a column of highlights nothing is read, and the report names the column to add."""
    items, (problem,) = read("Date,Amount\n2023-01-02,7\n", "bank.csv")
    assert not items
    assert "column" in problem.problem
    assert "Highlight" in problem.fix
    assert len(read("", "empty.csv")[1]) == 1


def test_ragged_rows_are_read() -> None:
    """Rows with fewer or more cells than the header are read as far as they go; empty rows are skipped."""
    assert [p.text for p in passages("Highlight,Title,Author\nOne.\n\nTwo.,T,A,more,cells\n,,\n")] == ["One.", "Two."]


@pytest.mark.parametrize(
    "mark", ['"Never closed,T,A', f'"{"x" * 200_000}",T,A'], ids=["unclosed", "200,000 characters"]
)
def test_a_damaged_row_costs_only_itself(mark: str) -> None:
    """A row with an unclosed quotation mark or an over-long cell is reported with its line; the others are read."""
    text = f"Highlight,Title,Author\nOne.,T,A\n{mark}\nTwo.,T,A\nThree.,T,A\n"
    items, (problem,) = read(text, "x.csv")
    assert [passage.text for passage in items[0].passages] == ["One.", "Two.", "Three."]
    assert problem.line == 3


def test_a_thoroughly_damaged_table_ends() -> None:
    """Rereading after damage is bounded: the rest is reported, not read for ever."""
    rows = '"a"b,"c,T\n' * 3000
    _, problems = read(f'Highlight,Title,Author\n{rows}"', "x.csv")
    assert problems


@given(st.text(alphabet=st.characters(codec="utf-8")) | st.text(alphabet='",;\n\rab\0', max_size=300))
def test_any_text_is_read(text: str) -> None:
    """No text makes the reader raise, and no passage is empty."""
    recognise(text, "x.csv")
    assert all(passage.text for passage in passages("Highlight,Title\n" + text))
    read(text, "x.csv")


CELL = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from(' ,;"\n'), max_size=30
)


@given(st.lists(st.tuples(CELL, CELL), max_size=8), st.sampled_from(",;\t|"))
def test_what_was_written_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    """Any cells written by the csv module come back as texts, book by book."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([("Highlight", "Title"), *rows])
    written = sorted(text.strip() for text, _ in rows if text.strip())
    assert sorted(passage.text for passage in passages(out.getvalue())) == written
