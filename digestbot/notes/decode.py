"""bytes -> text: whatever encoding a file is in, it becomes clean text, and what was odd is said."""

from __future__ import annotations

import re

from digestbot.model import Problem

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What stays of UTF-8 that was once read as Latin-1 or cp1252: a lead byte's letter and a continuation byte's sign.
_MOJIBAKE = re.compile("[ÂÃâ][\u0080-\u00bf\u20ac\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u0152-\u0178]")
_UNSEEN = re.compile("[\ufeff\u200b\u2060\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\x0c\x1c-\x1e\x85\u2028\u2029]")
_ODD = re.compile(f"{_UNSEEN.pattern}|{_CONTROL.pattern}|{_LINE_ENDS.pattern}")
_LONGEST_MENDED = 20_000


def decode(path: str, data: bytes) -> tuple[str, list[Problem]]:
    """The text of a file, never raising: UTF-8, UTF-16 or UTF-32 by BOM, cp1252 as the last resort."""
    problems: list[Problem] = []
    text = _text(path, data, problems)
    if not _ODD.search(text):
        return (_mended(path, text, problems) if _suspicious(text) else text), problems
    if _CONTROL.search(text):
        problems.append(Problem(path, None, "holds control characters, which were left out", "save it as plain UTF-8"))
        text = _CONTROL.sub("", text)
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    return (_mended(path, text, problems) if _suspicious(text) else text), problems


def _suspicious(text: str) -> bool:
    return any(sign in text for sign in "ÂÃâ") and bool(_MOJIBAKE.search(text))


def _text(path: str, data: bytes, problems: list[Problem]) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(path, line, "is not UTF-8 and was read as Windows-1252", "save it as UTF-8"))
        return data.decode("cp1252", errors="replace")


def _mended(path: str, text: str, problems: list[Problem]) -> str:
    import ftfy  # 40 ms of start-up for the few files that need it

    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) > _LONGEST_MENDED or not _MOJIBAKE.search(line):
            continue
        mended = ftfy.fix_encoding(line)
        if mended != line:
            lines[number] = mended.replace("\n", " ")
            problems.append(Problem(path, number + 1, "was decoded with the wrong code page and was mended"))
    return "\n".join(lines)
