"""Kindle's clippings file: languages, firmwares, authors, notes, repeated selections and damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.model import Voice
from digestbot.notes.clippings import read, recognise
from digestbot.notes.kindle_title import split_authors, split_title

BOOK = "The Quiet Harbour (Lena Holm)"
QUAY = "The quay is longer at low tide."
END = "=========="


def record(label: str, text: str = QUAY, heading: str = BOOK) -> str:
    """A record as Kindle writes it."""
    return f"{heading}\n{label}\n\n{text}\n{END}\n"


# The label of a highlight, the place in it as read, and the labels of a note and a bookmark.
LANGUAGES = {
    "en-US": (
        "- Your Highlight on page 7 | Location 98-99 | Added on Sunday, August 20, 2023 9:10:00 PM",
        "page 7, Location 98-99",
        "- Your Note on page 7 | Location 99 | Added on Sunday, August 20, 2023 9:11:00 PM",
        "- Your Bookmark on page 7 | Location 98 | Added on Sunday, August 20, 2023 9:12:00 PM",
    ),
    "en-GB": (
        "- Your Highlight at location 98-99 | Added on Sunday, 20 August 2023 21:10:00",
        "location 98-99",
        "- Your Note at location 99 | Added on Sunday, 20 August 2023 21:11:00",
        "- Your Bookmark at location 98 | Added on Sunday, 20 August 2023 21:12:00",
    ),
    "en on an early Kindle": (
        "- Highlight Loc. 98-99  | Added on Sunday, August 21, 2011, 09:10 PM",
        "Loc. 98-99",
        "- Note Loc. 99  | Added on Sunday, August 21, 2011, 09:11 PM",
        "- Bookmark Loc. 98  | Added on Sunday, August 21, 2011, 09:12 PM",
    ),
    "en on a Kindle Touch": (
        "- Highlight on Page 7 | Loc. 98-99  | Added on Sunday, August 21, 2011, 09:10 PM",
        "Page 7, Loc. 98-99",
        "- Note on Page 7 | Loc. 99  | Added on Sunday, August 21, 2011, 09:11 PM",
        "- Bookmark on Page 7 | Loc. 98  | Added on Sunday, August 21, 2011, 09:12 PM",
    ),
    "de": (
        "- Ihre Markierung auf Seite 7 | bei Position 98-99 | Hinzugefügt am Sonntag, 20. August 2023 21:10:00",
        "Seite 7, Position 98-99",
        "- Deine Notiz bei Position 99 | Hinzugefügt am Sonntag, 20. August 2023 21:11:00",
        "- Dein Lesezeichen bei Position 98 | Hinzugefügt am Sonntag, 20. August 2023 21:12:00",
    ),
    "fr": (
        "- Votre surlignement sur la page 7 | emplacement 98-99 | Ajouté le dimanche 20 août 2023 21:10:00",
        "page 7, emplacement 98-99",
        "- Votre note à l’emplacement 99 | Ajouté le dimanche 20 août 2023 21:11:00",
        "- Votre signet à lʼemplacement 98 | Ajouté le dimanche 20 août 2023 21:12:00",
    ),
    "es": (
        "- Tu subrayado en la página 7 | posición 98-99 | Añadido el domingo, 20 de agosto de 2023 21:10:00",
        "página 7, posición 98-99",
        "- La nota en la posición 99 | Añadido el domingo, 20 de agosto de 2023 21:11:00",
        "- El marcador en la posición 98 | Añadido el domingo, 20 de agosto de 2023 21:12:00",
    ),
    "es on an early Kindle": (
        "- Mi subrayado en la página 7 | Posición 98 - 99 | Añadido el domingo 21 de agosto de 2011, 21:10:00",
        "página 7, Posición 98 - 99",
        "- Mi nota Posición 99 | Añadido el domingo 21 de agosto de 2011, 21:11:00",
        "- Mi marcador Posición 98 | Añadido el domingo 21 de agosto de 2011, 21:12:00",
    ),
    "pt-BR": (
        "- Seu destaque na página 7 | posição 98-99 | Adicionado: domingo, 20 de agosto de 2023 21:10:00",
        "página 7, posição 98-99",
        "- Sua nota ou posição 99 | Adicionado: domingo, 20 de agosto de 2023 21:11:00",
        "- Seu marcador ou posição 98 | Adicionado: domingo, 20 de agosto de 2023 21:12:00",
    ),
    "it": (
        "-  La tua evidenziazione a pagina 7 | posizione 98-99 | Aggiunto in data domenica 20 agosto 2023 21:10:00",
        "pagina 7, posizione 98-99",
        "-  La tua nota alla posizione 99 | Aggiunto in data domenica 20 agosto 2023 21:11:00",
        "- Il tuo segnalibro alla posizione 98 | Aggiunto in data domenica 20 agosto 2023 21:12:00",
    ),
    "nl": (
        "- Je highlight op pagina 7 | locatie 98 t/m 99 | Toegevoegd op zondag 20 augustus 2023 21:10:00",
        "pagina 7, locatie 98 t/m 99",
        "- Je notitie op locatie 99 | Toegevoegd op zondag 20 augustus 2023 21:11:00",
        "- Je bladwijzer op locatie 98 | Toegevoegd op zondag 20 augustus 2023 21:12:00",
    ),
    "ru": (
        "– Ваш выделенный отрывок на странице 7 | Место 98–99 | Добавлено: воскресенье, 20 августа 2023 г. в 21:10:00",
        "странице 7, Место 98–99",
        "– Ваша заметка в месте 99 | Добавлено: воскресенье, 20 августа 2023 г. в 21:11:00",
        "– Ваша закладка в месте 98 | Добавлено: воскресенье, 20 августа 2023 г. в 21:12:00",
    ),
    "ja": (
        "- 7ページ|位置No. 98-99のハイライト |作成日: 2023年8月20日日曜日 21:10:00",
        "7ページ, 位置No. 98-99",
        "- 位置No. 99のメモ |作成日: 2023年8月20日日曜日 21:11:00",
        "- 位置No. 98のブックマーク |作成日: 2023年8月20日日曜日 21:12:00",
    ),
    "zh-Hans": (
        "- 您在第 7 页（位置 #98-99）的标注 | 添加于 2023年8月20日星期日 下午9:10:00",
        "第 7 页, 位置 #98-99",
        "- 您在位置 #99 的笔记 | 添加于 2023年8月20日星期日 下午9:11:00",
        "- 您在位置 #98 的书签 | 添加于 2023年8月20日星期日 下午9:12:00",
    ),
    "zh-Hans on an early Kindle": (
        "- 我的标注 位置98-99 | 添加于 2012年8月20日星期一 下午09时10分28秒",
        "位置98-99",
        "- 我的笔记 位置99 | 添加于 2012年8月20日星期一 下午09时11分28秒",
        "- 我的书签 位置98 | 添加于 2012年8月20日星期一 下午09时12分28秒",
    ),
    "zh-Hant": (
        "- 您在位置 #98-99 的標註 | 新增於 2023年8月20日 星期日 下午9:10:00",
        "位置 #98-99",
        "- 您在位置 #99 的筆記 | 新增於 2023年8月20日 星期日 下午9:11:00",
        "- 您在位置 #98 的書籤 | 新增於 2023年8月20日 星期日 下午9:12:00",
    ),
    "ko": (
        "- 7페이지 | 위치 98-99의 하이라이트 | 추가됨 2023년 8월 20일 일요일 오후 9:10:00",
        "7페이지, 위치 98-99",
        "- 위치 99의 메모 | 추가됨 2023년 8월 20일 일요일 오후 9:11:00",
        "- 위치 98의 북마크 | 추가됨 2023년 8월 20일 일요일 오후 9:12:00",
    ),
    "a language nobody taught us": (
        "— Eich Uwcholeuad ar dudalen 7 | Lleoliad 98-99 | Ychwanegwyd Sul, 20 Awst 2023 21:10:00",
        "dudalen 7, Lleoliad 98-99",
        "— Eich Nodyn ar Leoliad 99 | Ychwanegwyd Sul, 20 Awst 2023 21:11:00",
        "— Eich Llyfrnod ar Leoliad 98 | Ychwanegwyd Sul, 20 Awst 2023 21:12:00",
    ),
}


@pytest.mark.parametrize(("highlight", "place", "note", "bookmark"), LANGUAGES.values(), ids=LANGUAGES)
def test_a_language_is_read(highlight: str, place: str, note: str, bookmark: str) -> None:
    """In every language the highlight has its place, the note stands beside it, and the bookmark is dropped."""
    text = record(bookmark, "") + record(note, "for the spring issue") + record(highlight)
    assert recognise(text)
    items, problems = read(text, "My Clippings.txt")
    assert not problems
    (item,) = items
    assert (item.title, item.authors, item.inside) == ("The Quiet Harbour", ["Lena Holm"], True)
    (passage,) = item.passages
    assert (passage.text, passage.voice, passage.line) == (QUAY, Voice.AUTHOR, 11)
    assert (passage.location, passage.note) == (place, "for the spring issue")


@pytest.mark.parametrize(
    "label",
    [
        "- Your Underline on Location 98-99 | Added on Wednesday, September 2, 2026 8:12:30\u202fAM",
        "- Your Circle on Location 98-99 | Added on Wednesday, September 2, 2026 8:12:30\u202fAM",
        "- Clip This Article on Location 98 | Added on Sunday, August 21, 2011, 09:10 PM",
        "- Your Highlight on page 7 | Added on Sunday, August 20, 2023 9:10:00 PM",
        "- Your Highlight on page 1-10 | location 2-20",
        "- Highlight",
    ],
)
def test_other_marks_and_bare_labels_are_highlights(label: str) -> None:
    """Underlines, circles, clipped articles and labels without a place or a date are highlights too."""
    assert recognise(record(label))
    assert [p.text for item in read(record(label), "x.txt")[0] for p in item.passages] == [QUAY]


def test_a_roman_page_is_kept() -> None:
    """The front matter of a book counts its pages in roman numerals."""
    items, _ = read(record("- Your Highlight on page xii | Location 30-34 | Added on Monday, 1 May 2023 9:10:00"), "x")
    assert items[0].passages[0].location == "page xii, Location 30-34"


@pytest.mark.parametrize(
    ("line", "title", "authors"),
    [
        ("The Quiet Harbour (Lena Holm)", "The Quiet Harbour", ["Lena Holm"]),
        ("The Quiet Harbour (Holm, Lena)", "The Quiet Harbour", ["Lena Holm"]),
        ("The Quiet Harbour (Holm, Lena;Ode, Ben)", "The Quiet Harbour", ["Lena Holm", "Ben Ode"]),
        (
            "The Quiet Harbour (Lena Holm, Ben Ode and Ana Cruz)",
            "The Quiet Harbour",
            ["Lena Holm", "Ben Ode", "Ana Cruz"],
        ),
        ("The Quiet Harbour (Le Marin, Ursula K.)", "The Quiet Harbour", ["Ursula K. Le Marin"]),
        ("The Quiet Harbour (Lena Holm, Jr.)", "The Quiet Harbour", ["Lena Holm Jr."]),
        ("The Quiet Harbour (José Ortega y Marín)", "The Quiet Harbour", ["José Ortega y Marín"]),
        ("The Quiet Harbour (Mole & Daughters)", "The Quiet Harbour", ["Mole & Daughters"]),
        ("The Quiet Harbour (Harbour Series 2) (Lena Holm)", "The Quiet Harbour (Harbour Series 2)", ["Lena Holm"]),
        ("Der Hafen (German Edition) (Lena Holm)", "Der Hafen (German Edition)", ["Lena Holm"]),
        ("Der Hafen (German Edition)", "Der Hafen (German Edition)", []),
        ("The Quiet Harbour (Lena Holm) (z-lib.org)", "The Quiet Harbour", ["Lena Holm"]),
        ("The Quiet Harbour (Lena Holm) (2)", "The Quiet Harbour", ["Lena Holm"]),
        ("Le port (Inconnu(e))", "Le port", []),
        ("The Quiet Harbour (Unknown)", "The Quiet Harbour", []),
        ("The Quiet Harbour (An Essay)  ", "The Quiet Harbour (An Essay)", []),
        ("静かな港（港文庫）（霧島 蓮）", "静かな港（港文庫）", ["霧島 蓮"]),
        ("静かな港 (霧島 蓮、川 舞)", "静かな港", ["霧島 蓮", "川 舞"]),
        ("The Quiet Harbour - Lena B. Holm", "The Quiet Harbour", ["Lena B. Holm"]),
        ("The Quiet Harbour - Holm, Lena", "The Quiet Harbour", ["Lena Holm"]),
        ("Der stille Hafen im Nebel - Lena van der Holm", "Der stille Hafen im Nebel", ["Lena van der Holm"]),
        ("The Quiet Harbour - Tides Explained", "The Quiet Harbour - Tides Explained", []),
        ("The Quiet Harbour - Second Edition", "The Quiet Harbour - Second Edition", []),
        (
            "The Quiet Harbour -- Lena Holm -- 2nd, 2019 -- 0f1e2d3c4b5a69788796a5b4c3d2e1f0 -- Anna’s Archive",
            "The Quiet Harbour",
            ["Lena Holm"],
        ),
        ("The_Quiet_Harbour_0f1e2d3c4b5a69788796a5b4c3d2e1f0.pdf", "The_Quiet_Harbour", []),
        ("quiet-harbour.epub (lena@example.org)", "quiet-harbour", []),
        ("--harbours (Lena Holm)", "harbours", ["Lena Holm"]),
        ("", None, []),
    ],
)
def test_the_title_line(line: str, title: str | None, authors: list[str]) -> None:
    """Title and authors part at the last brackets that hold a person; what is no person is no author."""
    found = split_title(line)
    assert (found[0], list(found[1])) == (title, authors)


def test_authors_of_a_list() -> None:
    """Lists part at semicolons, commas and "and"; each name stands once."""
    assert split_authors("Lena Holm; Ben Ode, Lena Holm") == ["Lena Holm", "Ben Ode"]
    assert split_authors("") == []


PLACE = "- Your Highlight on Location {} | Added on Sunday, August 20, 2023 9:10:00 PM"
NOTE = "- Your Note on Location {} | Added on Sunday, August 20, 2023 9:10:00 PM"


def texts(text: str) -> list[str]:
    """The passages of all books."""
    return [passage.text for item in read(text, "x.txt")[0] for passage in item.passages]


def test_an_extended_selection_is_kept_once() -> None:
    """Of overlapping records of which one begins or ends with the other, the longest stays, with the later note."""
    text = (
        record(PLACE.format("98-98"), "The quay is longer")
        + record(NOTE.format("98"), "early thought")
        + record(PLACE.format("98-99"))
        + record(NOTE.format("99"), "later thought")
        + record(PLACE.format("99-99"), "at low tide.")
    )
    (item,) = read(text, "x.txt")[0]
    (passage,) = item.passages
    assert (passage.text, passage.line, passage.location) == (QUAY, 1, "Location 98-99")
    assert passage.note is not None
    assert passage.note.endswith("later thought")


def test_equal_beginnings_elsewhere_are_two_highlights() -> None:
    """A word looked up in another place is not a part of the sentence that begins with it."""
    text = record(PLACE.format("98-99")) + record(PLACE.format("300-300"), "The quay")
    assert texts(text) == [QUAY, "The quay"]


def test_a_file_appended_to_itself_says_nothing_twice() -> None:
    """Exact duplicates are folded, also those of selections that were extended later."""
    once = (
        record(PLACE.format("98-98"), "The quay") + record(PLACE.format("98-99")) + record(PLACE.format("5-6"), "Fog.")
    )
    assert texts(once + once) == [QUAY, "Fog."]


def test_a_note_goes_to_the_highlight_around_it() -> None:
    """The highlight that ends at a note's place gets it first; a note written again replaces the old one."""
    text = (
        record(PLACE.format("90-120"), "A long passage about the quay, and more.")
        + record(PLACE.format("98-99"), "Fog is a slow door.")
        + record(NOTE.format("99"), "first")
        + record(NOTE.format("99"), "second")
        + record(NOTE.format("110"), "inside")
    )
    (item,) = read(text, "x.txt")[0]
    assert [passage.note for passage in item.passages] == ["inside", "second"]


def test_old_firmware_shortens_the_end_of_a_range() -> None:
    """Location 1234-36 ends at 1236, so a note at 1236 is its note."""
    (item,) = read(record(PLACE.format("1234-36")) + record(NOTE.format("1236"), "mine"), "x.txt")[0]
    assert item.passages[0].note == "mine"


def test_a_note_without_a_highlight_is_reported() -> None:
    """A reader's own words are never passed off as the book's, and never lost silently."""
    items, problems = read(record(PLACE.format("98-99")) + record(NOTE.format("500"), "call Ana"), "x.txt")
    assert [passage.note for passage in items[0].passages] == [None]
    (problem,) = problems
    assert problem.line == 6
    assert "call Ana" in problem.problem


@pytest.mark.parametrize(
    "sentinel",
    [
        "<You have reached the clipping limit for this item>",
        " <You have reached the clipping limit set by the publisher, Quay Press>",
        "<このアイテムのクリップの上限に達しました>",
        "<您已达到本内容的剪贴上限>",
        "<Vous avez atteint la limite maximale pour cet article>",
        "<Has alcanzado el límite de recortes de este elemento>",
        "<Für diesen Titel können keine Ausschnitte mehr gespeichert werden>",
    ],
)
def test_the_clipping_limit_is_no_highlight(sentinel: str) -> None:
    """What Kindle writes in place of a text is dropped and counted; words it kept before that stay."""
    items, problems = read(record(PLACE.format("98-99")) + record(PLACE.format("120-130"), sentinel), "x.txt")
    assert [passage.text for item in items for passage in item.passages] == [QUAY]
    assert "1 highlight" in problems[0].problem


def test_a_text_that_the_limit_cut_off_keeps_its_beginning() -> None:
    """The first words of a limited highlight are the book's own."""
    cut = "Fog is a <You have reached the clipping limit for this item>"
    assert texts(record(PLACE.format("98-99"), cut)) == ["Fog is a"]
    assert texts(record(PLACE.format("98-99"), "<b>bold</b>")) == ["<b>bold</b>"]


def test_books_come_in_their_order_and_without_empty_ones() -> None:
    """Records of a book need not stand together; a book with bookmarks alone is no source."""
    other = "Letters from the Fog (Ben Ode)"
    text = (
        record(PLACE.format("1-2"), "One.")
        + record("- Your Bookmark on Location 5 | Added on Sunday", "", "Empty (Ana Cruz)")
        + record(PLACE.format("3-4"), "Two.", other)
        + record(PLACE.format("5-6"), "Three.")
    )
    items, _ = read(text, "x.txt")
    assert [(item.title, [p.text for p in item.passages]) for item in items] == [
        ("The Quiet Harbour", ["One.", "Three."]),
        ("Letters from the Fog", ["Two."]),
    ]


def test_marks_of_the_device_and_a_torn_end_are_tolerated() -> None:
    """Marks at the start of records, CRLF, several paragraphs and a last record without its line of `=` are read."""
    text = "\ufeff" + record(PLACE.format("1-2"), "One.\n\n Two.").replace("\n", "\r\n") + "\ufeff\ufeff"
    text += record(PLACE.format("3-4"), "Three.").removesuffix(f"{END}\n")
    assert texts(text) == ["One.\n\nTwo.", "Three."]


def test_a_separator_in_a_text_is_not_shown() -> None:
    """Somebody who marks a passage of the clippings file itself marks its line of `=` too."""
    assert texts(record(PLACE.format("1-2"), f"One. {END}")) == ["One."]


def test_a_torn_record_is_reported_and_the_next_one_read() -> None:
    """A record without its second line is reported with its line."""
    items, problems = read(f"Half a record\n{END}\n" + record(PLACE.format("1-2")), "x.txt")
    assert len(items) == 1
    assert [problem.line for problem in problems] == [1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Harbours",
        f"Harbours\n{END}\n\n- A heading of ten letters, underlined\n",
        f"{END}\n{END}\n",
        "- Note 7 | 9:10",
    ],
)
def test_other_texts_are_not_clippings(text: str) -> None:
    """A line of ten `=` alone (a heading in markdown) makes no clippings file."""
    assert not recognise(text)


@given(
    st.text(alphabet=st.characters(codec="utf-8"))
    | st.text(alphabet="=-–| \n()0123456789Highlight<>\ufeff", max_size=400)
)
def test_any_text_is_read(text: str) -> None:
    """No text makes the reader raise, and no passage is empty."""
    recognise(text)
    items, _ = read(text + f"\n{END}\n", "x.txt")
    assert all(passage.text for item in items for passage in item.passages)


WORDS = st.lists(st.sampled_from(["quay", "fog", "rope", "lamp", "tide", "harbour"]), min_size=3, max_size=12).map(
    " ".join
)


@given(
    st.lists(st.tuples(st.sampled_from(list(LANGUAGES.values())), WORDS), max_size=8, unique_by=lambda pair: pair[1])
)
def test_what_was_written_is_read_back(records: list[tuple[tuple[str, str, str, str], str]]) -> None:
    """Records in any mixture of languages come back with their texts, in their order."""
    written = [f"{at} {words}" for at, (_, words) in enumerate(records)]
    text = "".join(record(label, words) for (label, *_), words in zip((r[0] for r in records), written, strict=True))
    assert texts(text) == written
