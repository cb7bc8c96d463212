"""Whose words a passage holds. When the text does not say it plainly, nobody is named."""

from __future__ import annotations

import re

from digestbot.model import Voice

_OPEN, _CLOSE = '“"«„「『', '”"»“」』'
_SPOKEN = re.compile(
    rf"^[{_OPEN}](.{{8,}}[^{_OPEN}])[{_CLOSE}][.,]?\s*(?:[—–―~]{{1,2}}|--?)\s*([^—–\n{_OPEN}{_CLOSE}]{{2,80}})$",
    re.DOTALL,
)
_SIGNED = re.compile(r"^(.{8,}?)\n(?:[—–―~]{1,2}|--|- )\s*([^—–\n]{2,80})$", re.DOTALL)
# No class holds its own opening sign: a text of nothing but those would be searched to its end from each of them.
_QUOTATION = re.compile(r"“[^“”]*”|\"[^\"]*\"|«[^«»]*»|„[^„“”]*[“”]|「[^「」]*」")
_VERB = (
    r"(?:said|says|wrote|writes|told|added|adds|argued|argues|explained|explains|noted|notes|asked|asks"
    r"|replied|tweeted|posted|recalled"
    r"|concluded|continued|warned|insisted|stated|remarked|commented)"
)
_NAME = r"((?:[A-Z][\w.'’-]+)(?:\s+(?:de|van|von|der|la|bin|al|[A-Z][\w.'’-]*))*)"
_CLAUSE = re.compile(rf"^[\s,.]*(?:{_NAME}\s+{_VERB}|{_VERB}\s+{_NAME})[\s,.]*$")
_NAMELESS = re.compile(
    rf"^[\s,.]*(?:(?:he|she|they|the \w+)\s+{_VERB}|{_VERB}\s+(?:he|she|they|the \w+))[\s,.]*$", re.IGNORECASE
)
# Words with a capital that name nobody: alone before "said", or at the head of what is signed.
_NOBODY = re.compile(
    r"^(?:He|She|They|It|We|I|You|The|A|An|One|Others?|Some|Many|Most|Both|Then|There|Here|This|That|Who|What|Meanwhile|However"
    r"|Yesterday|Today|Tomorrow|Last|Earlier|Later|Once|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Chief|Executives?"
    r"|Critics|Analysts|Officials|Police|Prosecutors|Authorities|Investigators|Researchers|Scientists|Experts|Doctors"
    r"|Engineers|Economists|Historians|Teachers|Parents|Residents|Neighbou?rs|Witnesses|Sources|People|Supporters"
    r"|Opponents|Protesters|Lawyers|Lawmakers|Ministers|Farmers|Traders|Investors|Spokes\w+)\b(?!-)"
)
# Nor do these, behind a dash: clauses, chapters, and what stands for a name that nobody knows.
_NO_PERSON = re.compile(
    r"^(?:chapter|part|book|page|section|volume|vol|source|quoted|translated|the end|unknown|not|no|yes|and|but|or|so"
    r"|then|if|we|i|you|he|she|it|they|this|that|these|those|a|an|some|one|in|on|at|from|to|for|of|with|by|my|our"
    r"|your|his|her|their|see|what|when|where|who|why|how|there|here|eine?|une?|una?"
    r"|глава|часть|kapitel|teil|seite|chapitre|capítulo)(?=\s|$)",
    re.IGNORECASE,
)
_DASHES = "—–―~-"
_NAME_WORDS = 5
_PARTICLES = frozenset("de van von der den la le du da di del al bin ibn of and the y und et".split())
_ROLE = re.compile(r"\s*[,(].*$", re.DOTALL)
_PERSON = re.compile(r"^[^\W\d_a-zа-яß][^\d?!:;/@#|]*$")


def heard(text: str) -> tuple[str, Voice, str | None] | None:
    """(words, QUOTED, speaker) for a passage that is somebody's words and marked as such; None for any other passage.

    `“…” — Name` and a signature line name the speaker; so does a passage of nothing but quotations and «Name wrote». A
    passage wholly in quotation marks has a speaker whom the text does not name: the speaker is None. A dash before one
    word is no signature where no quotation marks stand: a line of dialogue begins like that.
    """
    for pattern in (_SPOKEN, _SIGNED):
        match = pattern.match(text) if text[0] in _OPEN or pattern is _SIGNED else None
        if match and _is_one_quotation(match) and (name := person(match[2])) and _signs(match, name):
            return _bare(match[1]), Voice.QUOTED, name
    if text[0] not in _OPEN:
        return None
    rest = _QUOTATION.sub("", text).strip()
    if not rest.strip(" .,!?"):
        return text, Voice.QUOTED, None
    clause = _CLAUSE.match(rest)
    if clause:
        name = (clause[1] or clause[2]).rstrip(".,")
        return text, Voice.QUOTED, None if _NOBODY.match(name) else name
    return (text, Voice.QUOTED, None) if _NAMELESS.match(rest) else None


def _bare(words: str) -> str:
    """What was said without the quotation marks round the whole of it."""
    words = words.strip()
    return words[1:-1].strip() if words[0] in _OPEN and words[-1] in _CLOSE else words


def _is_one_quotation(match: re.Match[str]) -> bool:
    """Whether what is signed is one speaker's: no second quotation in it, and no list whose last item looks signed."""
    words = match[1]
    if match.re is _SPOKEN:
        return _CLOSE[_OPEN.index(match.string[0])] not in words.rstrip(_CLOSE)
    return match.string[match.end(1)] == "\n" and "\n- " not in words and not words.rstrip().endswith((":", ","))


def _signs(match: re.Match[str], name: str) -> bool:
    """Whether `— Name` on a line below words without quotation marks is their signature, and no dialogue or list."""
    words = match[1]
    last = words.rpartition("\n")[2]
    return match.string[0] in _OPEN or (" " in name and words[0] not in _DASHES and last[:1] not in _DASHES)


def person(text: str) -> str | None:
    """A name of one to five words, capitalised but for particles, without the role behind it; else None."""
    name = _ROLE.sub("", text).strip(" .*_[]")
    if not 2 <= len(name) <= 60 or len(name.split()) > _NAME_WORDS or not _PERSON.match(name) or _NO_PERSON.match(name):
        return None
    return None if any(word[0].islower() and word not in _PARTICLES for word in name.split()) else name
