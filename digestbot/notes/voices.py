"""Whose words a passage holds. When the text does not say it plainly, nobody is named."""

from __future__ import annotations

import re

from digestbot.model import Voice

_OPEN, _CLOSE = '“"«„「『', '”"»“」』'
_SPOKEN = re.compile(
    rf"^[{_OPEN}](.{{8,}}[^{_OPEN}])[{_CLOSE}][.,]?\s*(?:[—–―~]|--?)\s*([^—–\n{_OPEN}{_CLOSE}]{{2,80}})$",
    re.DOTALL,
)
_SIGNED = re.compile(r"^(.{8,}?)\n(?:[—–―~]|--|- )\s*([^—–\n]{2,80})$", re.DOTALL)
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
_PRONOUN = re.compile(r"^(?:He|She|They|It|We|I|You|The|A|An|One|Others|Some|Critics|Analysts|Officials)\b")
_ROLE = re.compile(r"\s*[,(].*$", re.DOTALL)
_PERSON = re.compile(r"^[^\W\d_a-zа-яß][^\d?!:;/@#|]*$")


def heard(text: str) -> tuple[str, Voice, str | None] | None:
    """(words, QUOTED, speaker) for a passage that is somebody's words and marked as such; None for any other passage.

    `“…” — Name` and a signature line name the speaker; so does a passage of nothing but quotations and «Name wrote». A
    passage wholly in quotation marks has a speaker whom the text does not name: the speaker is None.
    """
    for pattern in (_SPOKEN, _SIGNED):
        match = pattern.match(text) if text[0] in _OPEN or pattern is _SIGNED else None
        if match and (name := _person(match[2])):
            return match[1].strip(_OPEN + _CLOSE + " \n"), Voice.QUOTED, name
    if text[0] not in _OPEN:
        return None
    rest = _QUOTATION.sub("", text).strip()
    if not rest.strip(" .,!?"):
        return text, Voice.QUOTED, None
    clause = _CLAUSE.match(rest)
    if clause:
        name = clause[1] or clause[2]
        return text, Voice.QUOTED, None if _PRONOUN.match(name) else name
    return (text, Voice.QUOTED, None) if _NAMELESS.match(rest) else None


def _person(text: str) -> str | None:
    """A name of one to five words, without the role behind it; None for what looks like a clause."""
    name = _ROLE.sub("", text).strip(" .*_[]")
    if not 2 <= len(name) <= 60 or len(name.split()) > 5 or not _PERSON.match(name):
        return None
    return name
