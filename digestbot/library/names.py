"""How people spell what a note is about: one key for all spellings, and one readable name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_IDEOGRAPH = "\u2e80-\u9fff\uac00-\ud7af"
_JOINED = re.compile(r"[\s_\-‐‑–]+")
_SIGNS = re.compile(r"^[#@\s]+|[\s:*_\-]+$")

_EMOJI = frozenset("\u200b\u200c\u200d\u20e3\ufe0e\ufe0f")
"""Signs without a width, which join or colour emoji."""

_SINGULAR = {
    "analyses": "analysis", "crises": "crisis", "hypotheses": "hypothesis", "theses": "thesis", "axes": "axis",
    "buses": "bus", "gases": "gas", "viruses": "virus", "statuses": "status", "biases": "bias", "lenses": "lens",
    "campuses": "campus", "bonuses": "bonus", "atlases": "atlas", "canvases": "canvas", "aliases": "alias",
    "caches": "cache", "niches": "niche", "headaches": "headache", "quizzes": "quiz", "shoes": "shoe", "toes": "toe",
    "movies": "movie", "cookies": "cookie", "zombies": "zombie", "calories": "calorie", "selfies": "selfie",
    "lives": "life", "wives": "wife", "knives": "knife", "leaves": "leaf", "shelves": "shelf", "wolves": "wolf",
    "halves": "half", "selves": "self", "thieves": "thief", "children": "child", "women": "woman", "men": "man",
}  # fmt: skip
_NO_PLURAL = frozenset(
    """
    always atlas bias alias canvas chaos christmas gas kudos lens mars means news perhaps series species texas kansas
    windows wales aws css devops dns gps https ios js kubernetes macos mlops ops os pandas postgres keras sas saas paas
    """.split()
)
_ICS_PLURAL = tuple(
    "basic characteristic clinic comic critic fabric graphic heuristic lyric metric relic tactic topic".split()
)
"""Words whose plural ends as the names of sciences do: topics are several, physics is one."""

_ACRONYMS = frozenset(
    "ai agi api asr cpu css diy dna dns eu gdp gpl gpt gpu html http ip iot kpi llm ml moe nlp okr pdf pkm rag rl rlhf "
    "saas seo sql sre uk ui un us usa ux vc".split()
)
_HYPHENED = re.compile(
    r"\b(a|anti|co|cross|e|fine|multi|non|post|pre|self|semi|sub|t|x)-(?=[^\W\d_]{3})", re.IGNORECASE
)
"""First parts whose hyphen belongs to the word; all other hyphens of a name stand for spaces."""


def fold(name: str) -> str:
    """The key of a name: `Open_Weights`, `#openWeight` and `open weights` have one key, which has no spaces.

    Levelled are case, compatibility forms, spaces and the signs that stand for them, and the plural of the last word.
    A key is its own key.
    """
    plain = _plain(name).casefold().split()
    # The last word knows its irregular plural, the words written in one are all that a hashtag has.
    key = singular("".join([*plain[:-1], singular(plain[-1])])) if plain else ""
    # Words written in one may put a letter before an accent that stood alone.
    return key if key.isascii() else unicodedata.normalize("NFKC", key)


def singular(word: str) -> str:
    """An English plural's singular; any other word as it is. `bus`, `news`, `analysis` and `physics` are no plurals."""
    if word in _SINGULAR:
        return _SINGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word in _NO_PLURAL or word.endswith(("ss", "us", "is", "ous", "'s")):
        return word
    if word.endswith("ics"):
        return word[:-1] if word[:-1].endswith(_ICS_PLURAL) else word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "oes")) and len(word) > 5:
        return word[:-2]
    return word[:-1]


def readable(spellings: Mapping[str, int], *, person: bool = False) -> str:
    """The name to show for a key, from how often it is written in which way.

    The commonest wording decides, then its commonest spelling, of equally common ones the one with capitals. What is
    only ever written small begins with a capital and has its acronyms in capitals, unless it is a person's handle.
    """
    shown: dict[str, int] = {}
    for spelling, count in spellings.items():
        shown[_shown(spelling)] = shown.get(_shown(spelling), 0) + count
    wordings: dict[str, int] = {}
    for name, count in shown.items():
        wordings[name.casefold()] = wordings.get(name.casefold(), 0) + count
    name = min(
        shown, key=lambda name: (-wordings[name.casefold()], name.casefold(), -shown[name], name.islower(), name)
    )
    if person or not name.islower():
        return name
    words = [_acronym(word) for word in name.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _plain(name: str) -> str:
    """Compatibility form, no emoji, `#` or `@` before it, single spaces for whatever joins words."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name).replace("’", "'")
        name = "".join(sign for sign in name if sign not in _EMOJI and unicodedata.category(sign) not in {"So", "Sk"})
    return " ".join(_SIGNS.sub("", _JOINED.sub(" ", name)).split())


def _shown(name: str) -> str:
    kept = _HYPHENED.sub("\\1\0", name)
    return _plain(kept).replace("\0", "-")


def _acronym(word: str) -> str:
    stem = word.removesuffix("s")
    if word in _ACRONYMS:
        return word.upper()
    return f"{stem.upper()}s" if stem in _ACRONYMS else word
