"""What may go into a digest: the gate, and its reasons for people to inspect.

A passage in a channel stands alone, and its readers have not seen the page it is from; what needs that page stays in
look-ups. The rules are cheap and rather strict, for a library has more passages than days. Curators overrule them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.model import Highlight

SHORTEST, LONGEST, FEWEST_WORDS = 40, 700, 8
"""Characters and words of a passage that can stand alone in a channel and is still read there; an ideograph is a word
and counts as two characters."""

MOST_UNMARKED = 8
"""How many passages a source that no reader marked offers to digests: its best ones."""


class Reason(StrEnum):
    """Why a passage is kept out of digests, in words for people."""

    SHORT = "too short to stand alone"
    LONG = "too long for a channel"
    DANGLING = "begins with a word that points back"
    FRAGMENT = "begins or ends in the middle"
    LIST = "is a list or a table"
    BOILERPLATE = "belongs to the page, not to the text"
    CODE = "is code or an address"
    DEPENDENT = "speaks of something that is not there"
    CAPPED = "beyond the best eight of a text without marks"
    HIDDEN = "hidden by a curator"
    REPORTED = "reported by several members"


def offered(highlights: Sequence[Highlight], guidance: Guidance = NOBODY) -> tuple[list[Highlight], Counter[Reason]]:
    """Of one source's highlights those that may go into a digest, in their order, and why the others may not."""
    left: list[Highlight] = []
    why: Counter[Reason] = Counter()
    for one in highlights:
        reason = judged(one, guidance)
        if reason:
            why[reason] += 1
        else:
            left.append(one)
    if len(left) > MOST_UNMARKED and not any(one.marked for one in highlights):
        why[Reason.CAPPED] = len(left) - MOST_UNMARKED
        best = {one.id for one in sorted(left, key=merit)[:MOST_UNMARKED]} | guidance.kept
        left = [one for one in left if one.id in best]
    return left, why


def judged(one: Highlight, guidance: Guidance = NOBODY) -> Reason | None:
    """Why a highlight stays out of digests when curators and members have been heard; None where it may go in."""
    if one.id in guidance.hidden or (guidance.hidden_sources and one.source.identity in guidance.hidden_sources):
        return Reason.HIDDEN
    if one.id in guidance.kept:
        return None
    return Reason.REPORTED if one.id in guidance.reported else next(iter(reasons(one)), None)


def reasons(one: Highlight) -> tuple[Reason, ...]:
    """What the gate has against a highlight, from its text alone; () for nothing."""
    return _against(one.text.strip())


@lru_cache(maxsize=4096)  # each digest of a small theme asks again of all its highlights
def _against(text: str) -> tuple[Reason, ...]:
    return tuple(reason for reason, holds in _RULES if holds(text))


def merit(one: Highlight) -> tuple[float, int]:
    """Sorts passages nobody marked, the best first: of a readable length, self-contained, early in the text."""
    length = len(one.text)
    off = max(0, 140 - length, length - 380) / 100
    return off + 0.3 * len(_POINTERS.findall(one.text)) + 0.02 * one.position, one.position


_IDEOGRAPH = "[\u2e80-\u9fff\uac00-\ud7af]"
_WIDE = re.compile(_IDEOGRAPH)
_OPENING = "\"'“”‘’«»„「『（([*_ \u00a0"


def _words(text: str) -> str:
    """Phrases, separated by commas, as alternatives of a regular expression."""
    phrases = text.replace("'", "['’]").split(",")
    return "(?:" + "|".join(phrase.strip() for phrase in phrases if phrase.strip()) + r")(?!\w)"


def _any(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(pattern, flags)


_POINTERS = _any(rf"\b{_words('this,that,these,those,he,she,they,it,him,them,his,her,its,their,we,our,here')}")

_BACK = _any(
    _words(
        r"""
        this, these, he, she, they, him, them, his, her, hers, their, theirs, its, such, both, others, another,
        moreover, furthermore, however, therefore, thus, hence, also, but, and, or, nor, so, then, nevertheless,
        nonetheless, otherwise, additionally, besides, meanwhile, similarly, likewise, conversely, finally, lastly,
        consequently, accordingly, yet, indeed, afterwards, even so, in addition, for example, for instance,
        in contrast, by contrast, in other words, on the other hand, on the contrary, as a result, in short, in fact,
        in turn, in response, after all, at the same time, either way, in conclusion, to conclude, in summary,
        ultimately, that's, which, the (?:former|latter|same|others?|following|aforementioned|answer|reason|result),
        secondly, thirdly, firstly,
        (?:the )?(?:second|third|fourth|next|last|other|final) (?:one|reason|point|thing|step|option|type|kind|problem),
        dies, diese[rsmn]?, er, ihm, ihn, außerdem, jedoch, aber, und, oder, deshalb, daher, zudem, doch, dann,
        zweitens, drittens, ferner, darum, dabei, dadurch, damit, denn, trotzdem, hingegen, stattdessen, zum beispiel,
        dennoch, allerdings, somit, hierbei, cela, ceci, cette, ces, cet, elle, elles, ils, cependant, mais, et, donc,
        ainsi, de plus, ensuite, enfin, par exemple, toutefois, pourtant, c'est pourquoi, en effet, d'ailleurs,
        il (?!faut|y a|est|était|vaut)\w+, esto, este, esta, estos, estas, eso, ese, esa, él, ella, ellos, ellas,
        además, sin embargo, pero, por eso, por lo tanto, luego, así, también, por ejemplo, questo, questa, questi,
        queste, egli, lui, lei, essi, inoltre, tuttavia, quindi, perciò, infine, poi, isso, isto, ele, ela, eles, elas,
        além disso, no entanto, mas, portanto, porém, dit, deze, hij, zij, bovendien, echter, maar, daarom, dus, это,
        этот, эта, эти, этого, этим, он, она, они, оно, его, её, ее, их, им, поэтому, однако, кроме того, но, и, а,
        или, также, затем, например, во-первых, во-вторых, такой, такая, такие, таким образом, тогда, при этом, потом,
        зато, ведь, тоже, именно поэтому, к тому же, вместе с тем, подобн\w+, так
        """
    )
)
"""Words that carry on from a sentence before."""

_COUNTING = _any(rf"{_words('first, second, third, next, last, still, again, further, instead, rather')} ?[,:]")
"""They carry on only before a comma: "Second, …", not "Second World War"."""

_NOT_BACK = _any(
    _words(
        r"""
        (?:he|she|they|those|that) wh(?:o|om|ich|ose), they say, these days, this (?:day|year|world|life|century),
        so (?:long|far|much|many|called), so-called, such (?:is|are), both \w+(?: \w+)? and, luego de, además de,
        así como, cette année
        """
    )
)
_BACK_SOON = _any(
    _words(
        r"""
        when, if, as, after, before, while, because, since, although, though, in, on, for, with, at, by, from, to, of,
        until, once, like, despite, given, even, under, during, through, about, all, most, some, many, one, none, each,
        part, half, either, neither, because of
        """
    )
    + r"(?: of| in| on| to)? "
    + _words("he, she, they, him, them, his, their, its, this, these, those, such, it")
    + r"(?! (?:wh(?:o|om|ich|ose)|comes to|turns out|year|world|life|century))"
)
"""A pronoun behind the first word; cataphora ("When he was old, Carl …") is rare enough."""

_RUSSIAN_BACK = re.compile(
    r"\w+,? (?:[а-яё-]+,? ){0,6}"
    + _words("этот, эти, этим, этими, этом, этого, этой, эту, этих, него, неё, нее, них, ней, ему, её, ее, его, ей, их")
)
_THESE = _any(r"(?:[\w'’-]+,? ){1,7}these \w|the \w+ also\b|(?:[\w'’-]+ ){1,4}this (?:is|was|means|makes|can|will)\b")
_THAT = _any(r"(?:that|those) (?:is|was|are|were|has|have|means|makes|would|will|can|may|in|one|way|said)\b")
_IT = _any(
    r"it\b(?!(?:['’]s| is| was| takes| would be| has been| seems| may be)(?: [\w-]+){1,4}? "
    r"(?:that|to|when|who|how|what|why|whether)\b(?! (?:her|him|them|me)\b))"
)
"""It, unless what it stands for follows: "It is never too late to …"."""

_CJK_BACK = re.compile(
    "这|這|那(?!些年)|他|她|它|此|其(?!实)|因此|所以|但|然而|而且|而(?!今)|另外|例如|比如|于是|於是|同时|同時|总之|也|还|還|并|第[二三四五]"
    "|これ|それ|その|この|しかし|また|そして|だから|彼|例えば|つまり"
    "|이 |그 |이것|그것|그는|그녀|그러나|하지만|또한|따라서|그리고|이는|그래서|이런|이러한|이를|그런|또는|예를 들어"
)

_BRAND = re.compile(r"[a-z]+[A-Z.0-9][\w.]*\w")
_OPEN_END = _any(
    r"(?:[:,;–—(\[“‘«-]|\.\.\.|…|[：，、；]|\b"
    + _words(
        r"""
        and, or, but, the, a, an, of, to, in, for, with, that, which, as, by, is, are, und, oder, der, die, et, de, la,
        и, в, на, что
        """
    )
    + r")[\"'”’*_ ]*$"
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»」』)]*(?:\s|$)")
_CUT = re.compile(r",\s+\S+(?:\s+\S+){0,2}$")
"""A clause that has just begun."""
_VERBAL = _any(
    r"\b(?:\w+s|\w+ed|i|you|we|they|to|who|let|can|will|may|must|should|could|would|might|do|did|have|had|be|been|are"
    r"|were|never|only|cannot)\b"
)
"""Something that a short English sentence has and a heading lacks."""
_HEADED = re.compile(r"[^\n.!?:;。]{1,60}\n")
_PAIRS = (("(", ")"), ("“", "”"), ("«", "»"), ("[", "]"), ("「", "」"), ("（", "）"))

_ITEM = re.compile(r"\s*(?:[-*+•‣▪◦·–—]\s|\(?\d{1,2}[.)]\s|\(?[a-hivx]{1,3}\)\s|\[[ x]\])")

_BOILERPLATE = re.compile(
    r"\b"
    + _words(
        r"""
        subscribe (?:to our|to my|to the|now|today), sign up (?:for our|for my|here|now), all rights reserved,
        getty images, click here, photo(?:graph)? by, (?:image|photo) credit, follow (?:us|me) on, privacy policy,
        contributed reporting, contributed to this (?:report|story|article),
        originally (?:published|appeared) (?:in|on|at), leave a comment,
        thank(?:s| you) for (?:reading|watching|listening|subscribing), comments? below, table of contents,
        kindle user, alle rechte vorbehalten, tous droits réservés, inscrivez-vous, suscríbete, derechos reservados,
        подпишитесь, подписывайтесь, все права защищены, руководств\w+ пользователя, joined the channel
        """
    )
    + r"|©|版权所有|关注公众号|구독|무단 전재|転載"
)
_BOILERPLATE_IF_BRIEF = re.compile(
    r"\b"
    + _words(
        r"""
        newsletters?, cookies?, read more, learn more, share this, terms of (?:service|use), edited by,
        email address, staff writer, contributing (?:writer|editor), (?:reporter|correspondent|editor) (?:at|for|with),
        subscribe, sign up, listen to this, watch the video, conference call, download,
        (?:this|the) (?:article|post|story|episode) (?:was|is|has been) (?:first |originally )?(?:published|updated)
        """
    )
)
_BRIEF = 200

_CODE = _any(
    r"```|</?[a-z]+[^>]*>|\w\(\)|=>|->|::|&&|\|\||[{};]\s*$|^\s*(?:\$|#!|>>>|sudo |npm |pip |git |curl |docker )"
    r"|\bdef \w+\(|\bfunction\s*\(|\b(?:const|let|var) \w+ =|\\[a-z]+\{|\$\$|\w_\w",
    re.MULTILINE,
)
_SIGNS = re.compile(r"[{}<>=\\|`_$#~^]")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+")

_DEPENDENT = re.compile(
    r"\b"
    + _words(
        r"""
        (?:see|cf\.?|in|from|of) (?:the )?(?:figure|fig\.|table|chapter|section|appendix|equation|diagram|slide),
        (?:figure|fig\.|table|chapter|section|equation|listing) \d+,
        as (?:mentioned|noted|described|discussed|shown|stated), as (?:above|below),
        (?:mentioned|described|discussed|listed|shown) (?:above|earlier|below|previously), the following,
        above-mentioned, aforementioned, here are (?:some|a few|the|my), speaker \d,
        in this (?:chapter|section|figure|table|example|video|article|post|lesson|episode|book|series|tutorial|guide),
        the (?:picture|image|chart|graph|screenshot|illustration|photo) (?:above|below|shows), siehe (?:oben|unten),
        in (?:a similar|the same|this|that) (?:way|light|vein|spirit)(?! (?:as|to|that)), voir ci-dessus,
        at this (?:stage|point), come back to (?:this|that)
        """
    )
    + r"|\b(?:above|below)[.:]|🧵|👇|如下|如上|上述|下图|下圖|上图|图\d|見圖|아래와 같|다음과 같|위에서"
)
_SAID = _any(
    rf"[,”\"’'.?!] ?(?:he|she|they) {_words('said,says,added,told,wrote,continued,explained,noted,argued,recalled')}"
    r"|\baccording to (?:him|her|them)\b"
)
_SOMEBODY = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]im|[Hh]er|[Hh]is|[Hh]imself|[Hh]erself)\b")
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_CAPITALISED = re.compile(r"\b[A-Z][a-zà-ÿ]+")
_ANTECEDENT = re.compile(
    r"\b(?:\w+(?:er|or|ist|ian|man|woman|eer|ee|ant)|person|child|boy|girl|king|queen|wife|husband|son|friend|someone"
    r"|somebody|everyone|everybody|anyone|anybody|one|who|whoever|student|chief|guest|head|god)\b"
)
_PLAIN_FIRST = _any(
    _words(
        r"""
        the, a, an, in, on, at, for, with, when, if, as, after, before, while, because, since, once, every, all, some,
        many, most, no, not, there, here, what, who, how, why, where, i, we, you, my, our, your, it, that, to, of, by,
        from, even, they, now, today, suddenly, then, so
        """
    )
)
_QUESTION = re.compile(r"[^.!?。！？]{0,120}[?？]")


def _short(text: str) -> bool:
    ideographs = len(_WIDE.findall(text))
    return len(text.split()) + ideographs < FEWEST_WORDS or len(text) + ideographs < SHORTEST


def _long(text: str) -> bool:
    return len(text) > LONGEST


def _dangling(text: str) -> bool:
    opening = text.lstrip(_OPENING)
    if _NOT_BACK.match(opening):
        return False
    patterns = (_BACK, _CJK_BACK, _COUNTING, _BACK_SOON, _RUSSIAN_BACK, _THESE, _THAT, _IT)
    return any(pattern.match(opening) for pattern in patterns)


def _fragment(text: str) -> bool:
    opening = text.lstrip(_OPENING)
    lower = opening[:1].islower() and not _BRAND.match(opening)
    if lower or opening[:1] in ",.;:…)–—-" or _OPEN_END.search(text[-24:]):
        return True
    if any(text.count(left) != text.count(right) for left, right in _PAIRS) or text.count('"') % 2:
        return True
    if _HEADED.match(text):
        return True
    # A passage that a reader marked up to the last word but not its full stop is whole; one cut later is not.
    unended = text[-1:].isalnum() and not _WIDE.search(text[-1:])
    brief = len(text.split()) < 12
    if brief and text.isascii() and not _VERBAL.search(text):
        return True
    return unended and (brief or bool(_SENTENCE_END.search(text) or _CUT.search(text)))


def _list(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    items = sum(bool(_ITEM.match(line)) for line in lines)
    return bool(_ITEM.match(text)) or items >= 2 or text.count("|") >= 4 or len(lines) > 8


def _boilerplate(text: str) -> bool:
    text = text.lower()  # five times as fast as a pattern that ignores case
    return bool(_BOILERPLATE.search(text) or (len(text) < _BRIEF and _BOILERPLATE_IF_BRIEF.search(text)))


def _code(text: str) -> bool:
    addresses = sum(map(len, _ADDRESS.findall(text)))
    return bool(_CODE.search(text)) or len(_SIGNS.findall(text)) > 0.04 * len(text) or addresses > 0.3 * len(text)


def _dependent(text: str) -> bool:
    return bool(_DEPENDENT.search(text.lower()) or _QUESTION.fullmatch(text)) or _about_somebody(text)


def _about_somebody(text: str) -> bool:
    """Whether he or she is spoken of before anybody was named."""
    found = _SAID.search(text) or _SOMEBODY.search(text)
    if not found:
        return False
    before = _QUOTED.sub("", text[: found.start() + 1])
    names = (word for word in _CAPITALISED.findall(before) if not _PLAIN_FIRST.fullmatch(word))
    return not any(names) and not _ANTECEDENT.search(before)


_RULES = (
    (Reason.SHORT, _short),
    (Reason.LONG, _long),
    (Reason.DANGLING, _dangling),
    (Reason.FRAGMENT, _fragment),
    (Reason.LIST, _list),
    (Reason.BOILERPLATE, _boilerplate),
    (Reason.CODE, _code),
    (Reason.DEPENDENT, _dependent),
)
