"""Inline markup -> plain text: links become their labels, marks and anchors go, and what they told is kept aside."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field

REDACTED = "[…]"
"""What stands where a link named a note that must not be named."""

# Every pattern here runs in linear time on any text: no two neighbouring repeats can match the same characters without
# a bound, and a repeat that starts at a bracket stops at the next one.
_COMMENT = re.compile(r"%%[^%]*%%")
_ANCHOR = re.compile(r"<a\b([^<>]{0,200}?\bdata[^<>]{0,200}?)(?:/>|>([^<]{0,40})</a>)")
_CLOCK = r"\d{1,3}(?::\d{2}){1,3}"
_STAMP = re.compile(
    rf"\[{{1,2}}({_CLOCK})(?:[ ,;–-]{{1,3}}{_CLOCK}){{0,5}}\]{{1,2}}(?!\()|(?<=\()(\d{{1,2}}:\d\d:\d\d)(?=\))"
)
# A private-use character stands for a time mark until its neighbours and their parentheses are known.
_TIME = "\ue002"
_TIME_LIST = rf"{_TIME}(?:[ \t,;&–-]{{0,4}}{_TIME})*"
_TIMES = re.compile(rf"[ \t]{{0,2}}(?:\([ \t]{{0,3}}{_TIME_LIST}[ \t]{{0,3}}\)|{_TIME_LIST})")
_STAMP_LINK = re.compile(r"\[[^\[\]\n]{0,40}\]\((https?://[^()\s]{1,300})\)")
_VIDEO_MOMENT = re.compile(r"[?&#]t=(?:(\d{1,2})h)?(?:(\d{1,4})m(?:in)?)?(\d{1,6})?")
_MARKUP = re.compile(r"[\[<*_=~`&\\%^(]")
_DIGITS = re.compile(r"\d+(?::\d+)*")
_IMAGE = re.compile(
    r"!\[\[[^\[\]]*\]\]|!\[[^\[\]]*\]\((?:<[^<>\n]*>|[^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)(?:\{[^{}\n]*\})?"
)
_LINKED_IMAGE = re.compile(r"\[[ \t\n]*\]\((?:<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_WIKILINK = re.compile(r"\[\[((?:[^\[\]|]|\[[^\[\]|]*\])*)(?:\\?\|((?:[^\[\]]|\[[^\[\]]*\])*))?\]\]")
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\((?:<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*\)"
)
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]*)>")
_FOOTNOTE = re.compile(
    r"\[\^[^\]\s]{1,40}\]|\[(?:\\?\[)?\d{1,3}(?:\\?\])?\]\([^()\s#]{0,300}#(?:fn|cite|footnote|ref|note)[^()\s]{0,100}\)"
)
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|center|cite|code|del|details|div|em|embed|figure|figcaption|font|h[1-6]|hr"
    r"|i|iframe|img|input"
    r"|ins|kbd|li|mark|ol|p|pre|q|s|script|small|source|span|strong|style|sub|summary|sup|svg|table|tbody|td"
    r"|th|thead|time|tr|u|ul"
    r"|video|audio|picture|section|article|aside|button|path)\b[^<>]*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)
_DOUBLED = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|~~|(?<![A-Za-z0-9=])==(?=\S)|(?<=\S)==(?![A-Za-z0-9=])")
_SINGLE = re.compile(r"(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~=])")
# An escaped sign is a private-use character while emphasis is taken away.
_SHELTER = 0xE100
_SHELTERED = {_SHELTER + code: chr(code) for code in range(128)}
_BLOCK_ID = re.compile(r" ?\^[A-Za-z0-9][\w-]{0,80} ?$", re.MULTILINE)
_SPACE_STOP = re.compile(r" [.,;!?…。，；！？]")
_LEFTOVER = re.compile(r"\( \)|(?<!\w)\(\)")  # but `parse()` is a name of code
_BEFORE_STOP = re.compile(r" ([.,;!?…。，；！？]{1,3}(?=\s|$))")
_LEFT_COMMA = re.compile(r"[,;][ \t]{0,3}(?=[.!?)])")  # what a list of citations leaves behind
_SLUG = re.compile(r"^[a-z0-9]+(?:_[a-z0-9]+)+$")
_CLAUSE_GOES_ON = re.compile(
    r"(?:^|[\s(])(?:a|an|the|of|in|on|to|for|and|or|as|is|are|was|see|with|like|about|by|from|via|called|into"
    r"|than|use|uses|using|"
    r"between|that|this|its|his|her|their|our|your)[ \t]*$",
    re.IGNORECASE,
)
_AFTER_CLAUSE = re.compile(r"[ \t]*(?:[.,;:!?)\]]|$|\n|\[\[|\(?<a\b|\(?\[\d)")


@dataclass(slots=True)
class Plain:
    """Plain text and what its markup told.

    links: the note names it links to. times: seconds, of every time mark. url: a video link with a time, if there was.
    """

    text: str
    links: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    url: str | None = None


def seconds(stamp: str) -> int | None:
    """Seconds in the first group of digits and colons (`1:02:03`, `00:05`, `01:46:`), else None.

    A fourth group in front is taken for hours too (`00:00:00:00` has been seen for zero only).
    """
    match = _DIGITS.search(stamp)
    if not match:
        return None
    total = 0
    for part in match[0].split(":")[:4]:
        total = total * 60 + int(part[:6])
    return total


def plain(markup: str, hidden: frozenset[str] = frozenset()) -> Plain:
    """The visible text of some markdown; names of `hidden` notes (folded) are replaced by REDACTED."""
    out = Plain("")
    text = markup
    if not _MARKUP.search(text):
        out.text = tidy(text)
        return out
    if "%%" in text or "<!--" in text:
        text = without_comments(text)
    if "&lt;a class" in text:
        text = html.unescape(text)
    if "<a" in text:
        text = _ANCHOR.sub(lambda match: _anchor(match, out), text)
    if ":" in text and ("[" in text or "(" in text):
        text = _without_stamps(text, out)
    if _TIME in text:
        text = _TIMES.sub("", text)
    if "[" in text:
        text = _without_links(text, out, hidden)
    if "<" in text:
        text = _AUTOLINK.sub(r"\1", text)
        text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _without_emphasis(text)
    if "&" in text:
        text = html.unescape(text)
    # Brackets may have been written as entities, or round a tag.
    out.text = tidy(_without_wikilinks(text, out, hidden) if "[[" in text else text)
    return out


def label(markup: str, hidden: frozenset[str] = frozenset()) -> str:
    """Plain text on one line, for titles, names and headings."""
    return " ".join((plain(markup, hidden).text if _MARKUP.search(markup) else markup).split())


def tidy(text: str) -> str:
    """Level white space: single spaces, no empty lines, no space before a stop, no empty parentheses."""
    text = "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))
    if "^" in text:
        text = _BLOCK_ID.sub("", text)
    if "( )" in text or "()" in text:
        text = _LEFTOVER.sub("", text).replace("  ", " ")
    return _BEFORE_STOP.sub(r"\1", text).strip() if _SPACE_STOP.search(text) else text


def without_comments(text: str) -> str:
    """The text without `%% … %%` and `<!-- … -->`; line ends inside them stay, so that line numbers hold."""
    if "%%" in text:
        text = _COMMENT.sub(lambda match: " " + "\n" * match[0].count("\n"), text)
    start = text.find("<!--")
    kept, done = [], 0
    while start >= 0 and (end := text.find("-->", start)) >= 0:
        kept += [text[done:start], "\n" * text.count("\n", start, end)]
        done = end + 3
        start = text.find("<!--", done)
    return "".join([*kept, text[done:]])


def _anchor(match: re.Match[str], out: Plain) -> str:
    moment = seconds(match[1].partition("data")[2])
    moment = seconds(match[2] or "") if moment is None else moment
    if moment is not None:
        out.times.append(moment)
    return _TIME


def _without_links(text: str, out: Plain, hidden: frozenset[str]) -> str:
    if "![" in text:
        text = _LINKED_IMAGE.sub("", _IMAGE.sub("", text))
    if "[^" in text or "#" in text:
        text = _FOOTNOTE.sub("", text)
    if "[[" in text:
        text = _LEFT_COMMA.sub("", _without_wikilinks(text, out, hidden))
    if "](" in text:
        text = _LINK.sub(lambda match: _labelled(match, hidden), text)
    return text


def _labelled(match: re.Match[str], hidden: frozenset[str]) -> str:
    """The label of a link, unless it is a hidden name, or holds one and leads to a note."""
    if not hidden:
        return match[1]
    web = match[0].startswith("](http", len(match[1]) + 1)
    return REDACTED if fold_name(match[1]) in hidden or (not web and _names(match[1], hidden)) else match[1]


def _names(text: str, hidden: frozenset[str]) -> bool:
    """Whether a text holds one of these names, as whole words."""
    folded = f" {fold_name(text)} "
    return any(f" {name} " in folded for name in hidden)


def _without_stamps(text: str, out: Plain) -> str:
    def take_link(match: re.Match[str]) -> str:
        moment = _VIDEO_MOMENT.search(match[1])
        if not moment or not any(moment.groups()) or "youtu" not in match[1]:
            return match[0]
        hours, minutes, rest = (int(part or 0) for part in moment.groups())
        out.times.append(hours * 3600 + minutes * 60 + rest)
        out.url = out.url or match[1]
        return _TIME

    def take_stamp(match: re.Match[str]) -> str:
        moment = seconds(match[1] or match[2])
        if moment is not None:
            out.times.append(moment)
        return _TIME

    return _STAMP.sub(take_stamp, _STAMP_LINK.sub(take_link, text) if "t=" in text else text)


def target_name(target: str) -> str:
    """The name of the note a wikilink points at: no folder, no heading, no block."""
    return (
        target.split("#", maxsplit=1)[0]
        .split("^", maxsplit=1)[0]
        .rstrip("/\\ ")
        .rpartition("/")[2]
        .strip("\\ ")
        .removesuffix(".md")
    )


def fold_name(name: str) -> str:
    """One spelling for a note's name: case, `_`, `-`, spaces and composed letters do not tell two notes apart."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
    return " ".join(re.sub(r"[\s_\-]+", " ", name).casefold().split())


def _without_wikilinks(text: str, out: Plain, hidden: frozenset[str]) -> str:
    """Links within links are taken from the inside out, three deep; what is nested deeper loses its brackets."""
    for _ in range(3):
        text = _WIKILINK.sub(lambda match: _shown(match, out, hidden), text)
        if "[[" not in text:
            return text
    return text.replace("[[", "").replace("]]", "") if _WIKILINK.search(text) else text


def _shown(match: re.Match[str], out: Plain, hidden: frozenset[str]) -> str:
    target, alias = match[1], match[2]
    name = target_name(target)
    if hidden and fold_name(html.unescape(name)) in hidden:
        return alias.strip() if alias and not _names(alias, hidden) else REDACTED
    if name:
        out.links.append(name)
    if alias is not None:
        return alias.strip()
    if _SLUG.match(name):
        whole = match.string
        before, after = whole[max(0, match.start() - 30) : match.start()], whole[match.end() : match.end() + 12]
        trails = before.strip() and _AFTER_CLAUSE.match(after) and not _CLAUSE_GOES_ON.search(before)
        words = name.replace("_", " ")
        begins = not before.strip() or before.rstrip().endswith((".", "!", "?"))
        return "" if trails else (words[0].upper() + words[1:] if begins else words)
    heading = target.partition("#")[2].lstrip("^").strip() if not name else ""
    return name or heading


def _without_emphasis(text: str) -> str:
    if "`" not in text:
        return _bare(text)
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _bare("".join(parts))
    return "".join(part if number % 2 else _bare(part) for number, part in enumerate(parts))


def _bare(text: str) -> str:
    escaped = "\\" in text and bool(_ESCAPE.search(text))
    if escaped:
        text = _ESCAPE.sub(lambda match: chr(_SHELTER + ord(match[1])), text)
    if "*" in text or "_" in text or "=" in text or "~" in text:
        text = _SINGLE.sub("", _DOUBLED.sub("", text))
    return text.translate(_SHELTERED) if escaped else text
