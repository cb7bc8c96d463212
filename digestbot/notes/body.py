"""Which paragraphs are the body of an article, and which are furniture of the page round it.

Each paragraph is judged by itself first (is it a finished sentence, does it speak of the page?), then by where it
stands: behind a line that begins the tail, alone among furniture, between two sentences of the body, or twice in the
file.
"""

from __future__ import annotations

import re
from typing import Literal

from digestbot.notes import boilerplate, byline
from digestbot.notes.draft import Item
from digestbot.notes.level import level
from digestbot.notes.paragraphs import CJK, END, Unit

Verdict = Literal["sentence", "short", "line", "furniture"]
"""sentence: may be quoted. short: may be, if it stands in the body. line: no sentence. furniture: of the page."""

_SHORTEST, _SHORTEST_CJK = 30, 12
_SHORT, _SHORT_CJK, _SHORT_WORDS = 20, 8, 4
_LABEL = 60
_ENOUGH = 200  # characters of body that stand before any tail
_DENSE = 140  # characters that neighbours need together to be surely the body
_RESUMED = 160
_PAGE = 3  # lines of furniture that tell a web page from a note
_TAIL_UNITS = 6
_LONGEST_COMPARED = 60_000

_DATED_END = re.compile(
    r"(?:^|[.!?]\s+)(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}"
    r"|\d{1,2} \w{3,9} \d{4})\.?$"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day, [a-z]{3,9}\.? \d{1,2}, \d{4}\.?$",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"^(?:fig(?:ure|\.)?|table|chart|exhibit|abb(?:ildung|\.)?|图|圖|表|図)\s*\d", re.IGNORECASE)
_CHAPTER = re.compile(r"^\(?\d{1,2}:\d{2}(?::\d{2})?\b")
_EMAIL = re.compile(r"[\w.+-]@[\w-]{1,63}\.[\w.-]{2,63}\b")
_TEMPLATE = re.compile(r"<%|%>|\{\{|\}\}")
_URL = re.compile(r"https?://\S+|www\.\S+")
_MARKDOWN_LINK = re.compile(r"\]\((?!#)")
_TASK = re.compile(r"^\[[^\[\]]\]\s")
_FIELD_LINE = re.compile(r"^[\[(]?[\w -]{1,30}::\s")
_BIOGRAPHY = re.compile(
    r"^(?:[^\W\d_a-z][\w.'’-]+,? ){2,4}(?:is|was|has|covers|writes|teaches|lives|works|ist|schreibt|est|es|är)\b"
    r".{0,120}\b"
    r"(?:reporter|writer|editor|correspondent|columnist|contributor|fellow|freelance|professor|journalist|founder of"
    r"|author of|covers|writes (?:about|for)|teaches|lives in|freier journalist|redakteur(?:in)?|autor(?:in)?"
    r"|journaliste|romanci[eè]re?|periodista|skribent)\b"
)
_INNER_END = re.compile(r"[.!?…]\s|[。！？].")
_GOES_ON = re.compile(r"[:：]\s*\S")
_QUOTE_PUNCTUATION = "\"'“”‘’«»„「」『』"
_SMALL = frozenset(
    {
        "a", "an", "and", "as", "at", "but", "by", "for", "from", "if", "in", "into", "nor", "of", "off", "on", "or",
        "over", "per", "the", "to", "up", "via", "vs", "vs.", "with",
    }
)  # fmt: skip


def body(found: list[Unit], item: Item) -> list[Unit]:
    """The paragraphs that may be quoted, in the order of the file."""
    verdicts = [judge(unit) for unit in found]
    _mark_repeats(found, verdicts)
    page = verdicts.count("furniture") >= _PAGE
    _mark_tails(found, verdicts)
    _mark_ends(found, verdicts, item)
    if page:
        _mark_strays(found, verdicts)
    _save_short(verdicts)
    return [unit for unit, verdict in zip(found, verdicts, strict=True) if verdict == "sentence"]


def judge(unit: Unit) -> Verdict:
    """What a paragraph is by itself."""
    text = unit.shown
    if boilerplate.is_boilerplate(text) or ("@" in text and _EMAIL.search(text)) or byline.is_byline(text):
        return "furniture"
    if not END.search(text) or _is_caption(text) or _looks_like_heading(text) or _is_markup(unit):
        return "line"
    if _linked_too_much(unit) or _is_code(text):
        return "line"
    if text[-1] in "?？" and size(text) < _LABEL and not _INNER_END.search(text):
        return "line"  # a heading that asks; a paragraph of one short question is not worth the risk
    cjk = not text.isascii() and CJK.search(text)
    if len(text) >= (_SHORTEST_CJK if cjk else _SHORTEST):
        return "sentence"
    enough = len(text) >= _SHORT_CJK if cjk else len(text) >= _SHORT and text.count(" ") + 1 >= _SHORT_WORDS
    return "short" if enough else "line"


def _is_markup(unit: Unit) -> bool:
    """A task, an inline field, or a part of a template."""
    return bool(_TASK.match(unit.markup) or _FIELD_LINE.match(unit.shown) or _TEMPLATE.search(unit.markup))


def _is_caption(text: str) -> bool:
    if text.endswith(("…", "...")) and len(text) < _LABEL:
        return True
    return bool(_FIGURE.match(text) or _CHAPTER.match(text) or (text[-5:-1].isdigit() and _DATED_END.search(text)))


def _looks_like_heading(text: str) -> bool:
    """A short line whose words are capitalised, though it ends like a sentence."""
    if len(text) > 110:
        return False
    words = [stripped for word in text.split() if (stripped := word.strip(_QUOTE_PUNCTUATION + ".,;:!?()"))]
    telling = [word for word in words if word not in _SMALL and word[0].isalpha()]
    lower = sum(not word[0].isupper() for word in telling)
    return len(telling) >= 2 and lower * 8 < len(telling) and text[-1] not in '”"»'


def _linked_too_much(unit: Unit) -> bool:
    if "](" not in unit.markup and "http" not in unit.shown and "www." not in unit.shown:
        return False
    links = len(_MARKDOWN_LINK.findall(unit.markup)) + len(_URL.findall(unit.shown))
    words = len(unit.shown.split()) + len(CJK.findall(unit.shown)) // 2
    bare = _URL.sub("", unit.shown)
    return links * 5 > words or len(bare) < _SHORTEST_CJK


def _is_code(text: str) -> bool:
    letters = sum(map(str.isalnum, text)) + text.count(" ")
    return letters < 0.8 * len(text) and not CJK.search(text)


def size(text: str) -> int:
    """How much a text says, in Latin characters; one of Chinese, Japanese or Korean counts for three."""
    return len(text) if text.isascii() else len(text) + 2 * len(CJK.findall(text))


def _mark_repeats(found: list[Unit], verdicts: list[Verdict]) -> None:
    """Short texts that come twice are furniture: share forms, captions, and the pull quotes cut out of the body."""
    seen: dict[str, int] = {}
    whole = "\n".join(unit.shown for unit in found)
    for number, unit in enumerate(found):
        if len(unit.shown) >= 200:
            continue
        folded = level(unit.shown)
        if folded in seen:
            verdicts[number] = verdicts[seen[folded]] = "furniture"
        elif verdicts[number] == "sentence" and len(whole) < _LONGEST_COMPARED:
            words = unit.shown.strip(_QUOTE_PUNCTUATION + " .…")
            if whole.find(words, whole.find(words) + 1) >= 0:
                verdicts[number] = "furniture"
        seen.setdefault(folded, number)


def _mark_tails(found: list[Unit], verdicts: list[Verdict]) -> None:
    """What stands behind the line that begins a page's tail, and the headlines of other pages in the middle."""
    said = 0
    teaser = -1
    for number, unit in enumerate(found):
        text = unit.shown
        if said >= _ENOUGH and len(text) < _LABEL and verdicts[number] != "sentence":
            if boilerplate.TAIL.match(text):
                verdicts[number:] = ["furniture"] * (len(found) - number)
                return
            if boilerplate.TEASER.match(text) and not _GOES_ON.search(text):
                teaser = number
        if teaser >= 0 and _resumes(found, verdicts, number, after=teaser):
            teaser = -1
        if teaser >= 0:
            verdicts[number] = "furniture"
        elif verdicts[number] == "sentence":
            said += size(text)


def _resumes(found: list[Unit], verdicts: list[Verdict], start: int, *, after: int) -> bool:
    """Whether neighbouring sentences begin here that are too much for headlines; one headline at least is expected."""
    said = 0
    for number in range(start, min(start + 4, len(found))):
        if verdicts[number] != "sentence":
            break
        said += size(found[number].shown)
        if number > start and said >= _RESUMED:
            return start > after + 1 or size(found[start].shown) >= _DENSE
    return False


def _mark_ends(found: list[Unit], verdicts: list[Verdict], item: Item) -> None:
    """Lines near the end that tell who the author is."""
    if len(found) < _TAIL_UNITS:
        return
    for number in range(len(found) // 2, len(found)):
        text = found[number].shown
        named = any(text.startswith(f"{name} ") for name in item.authors if " " in name)
        last = number >= len(found) - (_TAIL_UNITS // 2 if named else _TAIL_UNITS)
        if len(text) < 300 and ((named and last) or ((named or last) and _BIOGRAPHY.match(text))):
            verdicts[number] = "furniture"


def _mark_strays(found: list[Unit], verdicts: list[Verdict]) -> None:
    """On a web page: single sentences far from every run of sentences that is surely the body."""
    dense = _dense(found, verdicts)
    if not dense:
        return
    first, last = dense
    sentences = [number for number, verdict in enumerate(verdicts) if verdict == "sentence"]
    for number in reversed(sentences):
        if number < first and _is_near(verdicts[number + 1 : first]):
            first = number
    for number in sentences:
        if number > last and _is_near(verdicts[last + 1 : number]):
            last = number
    for number in sentences:
        if not first <= number <= last and size(found[number].shown) < _DENSE:
            verdicts[number] = "furniture"


def _is_near(between: list[Verdict]) -> bool:
    """Whether what stands between two sentences does not part them: one line, or two that are not furniture."""
    return len(between) <= 1 or (len(between) == 2 and "furniture" not in between)


def _dense(found: list[Unit], verdicts: list[Verdict]) -> tuple[int, int] | None:
    """Where the first run of neighbouring sentences that is long enough begins, and where the last one ends."""
    runs: list[tuple[int, int]] = []
    start = said = 0
    for number, verdict in enumerate([*verdicts, "line"]):
        if verdict in {"sentence", "short"}:
            said += size(found[number].shown)
            continue
        if said >= _DENSE and number - start >= 2:
            runs.append((start, number - 1))
        start, said = number + 1, 0
    return (runs[0][0], runs[-1][1]) if runs else None


def _save_short(verdicts: list[Verdict]) -> None:
    """A short sentence beside one of the body is of the body too, unless it stands before it or far behind it."""
    sentences = [number for number, verdict in enumerate(verdicts) if verdict == "sentence"]
    for number in range(sentences[0] + 1, min(sentences[-1] + 2, len(verdicts))) if sentences else ():
        if verdicts[number] == "short" and "sentence" in verdicts[number - 1 : number + 2 : 2]:
            verdicts[number] = "sentence"
