"""The second line of a Kindle record: what was marked and where, in the language the device spoke at the time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

Span = tuple[int, int]
NOWHERE: Span = (-1, -1)


class Kind(Enum):
    """What a record marks."""

    BOOKMARK = "bookmark"
    HIGHLIGHT = "highlight"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says.

    kind: None where its word is unknown. location: the places as written ("page 7, Location 98-99").
    span: the first and the last number of the last place, which is a location where there is one, else a page.
    ranged: whether any place has two ends.
    """

    kind: Kind | None
    location: str | None
    span: Span
    ranged: bool


# The firmware ships en, de, es, fr, it, ja, nl, pt-BR, ru and zh-CN; its words come first. The others are what people
# and programs that write the same file use. No word occurs in another kind's labels.
_WORDS = {
    Kind.BOOKMARK: (
        "bookmark|lesezeichen|marcador|signet|segnalibro|bladwijzer|закладка|ブックマーク|书签"
        "|書籤|북마크|책갈피|yer imi|zakładka|bokmärke|bogmærke|bokmerke|záložka|könyvjelző|kirjanmerkki|σελιδοδείκτης"
    ),
    Kind.HIGHLIGHT: (
        "highlight|markierung|subrayado|surlignement|evidenziazione|destaque|выделен|ハイライト|标注"
        "|underline|circle|asterisk|unterstreichung|soulignement|sottolineatura|sublinhado|подчеркнут|下线|下划线|下線"
        "|clip this article|artikel|artículo|articolo|artigo|extrait|вырезка|記事クリップ|文章剪切"
        "|markering|resaltado|surlignage|標註|標注|標記|醒目|畫線|하이라이트|강조|vurgu|podkreśl|zaznacz|wyróżni"
        "|överstrykning|zvýrazn|kiemel|korostus|επισήμανση"
    ),
    Kind.NOTE: (
        "note|notiz|nota|notitie|заметка|メモ|笔记"
        "|筆記|註記|備註|注释|примечание|메모|노트|notunuz|anteckning|notat|poznámka|jegyzet|muistiinpano|σημείωση"
    ),
}
_KINDS = [(kind, re.compile(words)) for kind, words in _WORDS.items()]
_ADDED = re.compile(
    r"\d:\d\d|added|hinzugefügt|añadid|ajouté|aggiunt|toegevoegd|adicionad|добавлен|添加|作成日|追加日|新增|加入"
    r"|추가|eklen|dodano|tillag|přidán|hozzáad|lisätty|προστέθηκε",
    re.IGNORECASE,
)
_MARK = re.compile(r"\s{0,4}[-–—]\s{0,4}(?=\S)")
_BAR = re.compile(r"[|｜]")
_LETTER = r"[^\W\d_ʼ\u3040-\u30ff\u4e00-\u9fff]"
# "page 7", "Loc. 123-25", "месте 637–640", "locatie 55 t/m 88", "位置No. 38-39", "第 7 页", "位置 #114-116".
_PLACE = re.compile(
    rf"(?:(?:位置\s?No\.|位置|第|(?<!{_LETTER}){_LETTER}{{1,30}}\.?)[ \xa0]{{0,3}})?#?"
    r"(?P<start>\d{1,9})(?:[ \xa0]{0,3}(?:[-–—~]|t/m)[ \xa0]{0,3}(?P<end>\d{1,9}))?"
    r"[ \xa0]{0,3}(?:页|頁|ページ|페이지|쪽)?"
)
# The front matter of a book counts its pages in roman numerals.
_ROMAN_PAGE = re.compile(rf"(?<!{_LETTER}){_LETTER}{{1,30}}\.? [ivxlcdm]{{1,12}}$", re.IGNORECASE)
_LONGEST_LABEL = 250


def parse_label(line: str) -> Label | None:
    """What a line says if it is a label: a dash, then a known word, or a place and a date."""
    if len(line) > _LONGEST_LABEL or not _MARK.match(line):
        return None
    parts = [part.strip() for part in _BAR.split(_MARK.sub("", line, count=1))]
    dated = len(parts) > 1 and _ADDED.search(parts[-1]) is not None
    if dated:
        parts.pop()
    kind = _kind_of(re.sub(r"\d+", "", " ".join(parts)))
    matches = [match for part in parts for match in _PLACE.finditer(part)]
    bare = kind is not None and len(line.split()) < 4
    if not bare and (bool(matches) + dated + (kind is not None)) < 2:
        return None
    span = _span(matches[-1]["start"], matches[-1]["end"] or "") if matches else NOWHERE
    return Label(kind, _location(parts, matches), span, any(match["end"] for match in matches))


@lru_cache(maxsize=512)
def _kind_of(words: str) -> Kind | None:
    """The kind that a label's words name; a file repeats a few labels thousands of times."""
    words = words.lower()
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), None)


def _location(parts: list[str], matches: list[re.Match[str]]) -> str | None:
    roman = _ROMAN_PAGE.search(parts[0]) if len(parts) == 2 and len(matches) == 1 else None
    places = [roman[0]] if roman else []
    return ", ".join((places + [match[0].strip() for match in matches])[:2]) or None


def _span(start: str, end: str) -> Span:
    """Both ends; old firmware shortens the second ("123-25" ends at 125)."""
    if len(end) < len(start):
        end = start[: len(start) - len(end)] + end
    return int(start), max(int(start), int(end))
