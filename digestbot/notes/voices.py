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
    r"|your|his|her|their|see|what|when|where|who|why|how|there|here|eine?|une?|una?|after|via|about|re|photo"
    r"|image|interview|letter|thanks?|cheers|love|yours|sincerely|regards|attributed|misattributed|paraphras(?:ed|ing)"
    r"|глава|часть|kapitel|teil|seite|chapitre|capítulo)(?=\s|$)",
    re.IGNORECASE,
)
_DASHES = "—–―~-"
_NAME_WORDS = 5
_PARTICLES = frozenset("de van von der den la le du da di del al bin ibn of and the y und et".split())
_ROLE = re.compile(r"\s*[,(].*$", re.DOTALL)
_CAPITAL = r"[^\W\d_a-zа-яß]"
_PERSON = re.compile(rf"^{_CAPITAL}[^\d?!:;/@#|]*$")
_OWNED = re.compile(r"['’]s\s")  # `Ben Ode's Diary` is a work, `Ben Ode's Mother` somebody else
_STOPS = '.!?…。！？,;"”’»」*'
_LABEL = re.compile(rf"^{_CAPITAL}[\w.'’-]{{0,30}}(?: {_CAPITAL}[\w.'’-]{{0,30}}){{0,3}}(?=: \S)", re.MULTILINE)
_FARTHEST = 100
_BEHIND = re.compile(r"[.!?…”\"»]\s+(?:(?:[—–―~]{1,2}|--?)\s*([^—–\n.!?]{2,80})|\(([^()\n.!?]{2,80})\))$")


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
        return text, Voice.QUOTED, None if _NOBODY.match(name) or _OWNED.search(name) else name
    return (text, Voice.QUOTED, None) if _NAMELESS.match(rest) else None


def is_anothers(text: str, authors: list[str]) -> bool:
    """Whether a passage shows by its form that somebody else than these authors speaks in it, or more than one person.

    So do `Ana Cruz: …` and the lines of a dialogue, `RT @ana: …`, and a name behind the last sentence, after a dash or
    in parentheses. It is nobody's then: a form like these does not prove whose it is.
    """
    if text.startswith("RT @"):
        return True
    known = {name.casefold() for name in authors}
    labels = [match[0] for match in _LABEL.finditer(text) if match[0].casefold() not in known]
    if len(labels) > 1 or (labels and " " in labels[0] and text.startswith(labels[0])):
        return True
    behind = _BEHIND.search(text[-_FARTHEST:])
    if behind is None:
        return False
    if behind[1] and text[0] in _OPEN:
        return True
    named = person(behind[1] or behind[2])
    return named is not None and named.casefold() not in known and (bool(behind[1]) or " " in named)


def signs(note: str, authors: list[str]) -> bool:
    """Whether a note is nothing but the name of somebody else than these authors."""
    name = person(note.lstrip(_DASHES + " "))
    return name is not None and (" " in name or note[0] in _DASHES) and name not in authors


def _bare(words: str) -> str:
    """What was said without the quotation marks round the whole of it."""
    words = words.strip()
    return words[1:-1].strip() if words[0] in _OPEN and words[-1] in _CLOSE else words


def _is_one_quotation(match: re.Match[str]) -> bool:
    """Whether what is signed is one speaker's: no second quotation in it, and no list whose last item looks signed."""
    words = match[1]
    if match.re is _SPOKEN:
        return _CLOSE[_OPEN.index(match.string[0])] not in words.rstrip(_CLOSE)
    if any(line and line[0] in _DASHES for line in words.split("\n")[1:]):
        return False  # another signature, or a list
    return not words.rstrip().endswith((":", ","))


def _signs(match: re.Match[str], name: str) -> bool:
    """Whether `— Name` on a line below words without quotation marks is their signature, and no dialogue or list."""
    words = match[1]
    if match.string[0] in _OPEN:
        return True
    item = match.string[match.end(1) :].startswith("\n- ") and words.rstrip()[-1] not in _STOPS
    return " " in name and words[0] not in _DASHES and not item


def person(text: str) -> str | None:
    """A name of one to five words, capitalised but for particles, without the role behind it; else None."""
    name = _ROLE.sub("", text).strip(" .*_[]")
    if not 2 <= len(name) <= 60 or len(name.split()) > _NAME_WORDS or not _PERSON.match(name):
        return None
    if _NO_PERSON.match(name) or _OWNED.search(name):
        return None
    return None if any(word[0].islower() and word not in _PARTICLES for word in name.split()) else name
