"""Themes proposed for highlights that are under none: words that stand together more often than chance would have it.

Nothing is learnt and nothing is used unasked: a proposal is a look-up, with the highlights it finds, to be copied into
digestbot.toml. It reads languages that write spaces between words.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log

from digestbot.library.names import readable, singular
from digestbot.model import Highlight

PHRASE, APART = (3, 2), (5, 3)
"""Highlights and sources that a proposal has at the least: two words side by side are a name, others share more."""
_SHARE = 0.3
"""A word on more than this share of the highlights says nothing."""
_LIFT = 4.0
"""Words go together that are found together this many times as often as if they did not know of each other."""
_FEW = 50
"""Fewer highlights are judged as if they were among this many: in a handful everything goes together."""
_NEW = 0.5
"""At least this share of a proposal's highlights are in none before it."""
_VOCABULARY = 600
"""The commonest words, of which those that share a highlight are counted: their pairs fit into memory."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BREAK = re.compile(r"[.,;:!?()\[\]{}\"“”«»„…\n]+|\s[-–—]\s")

_STOP = frozenset(
    """
    aber als auch auf aus bei bin bis das dass dem den der des die durch ein eine einem einen einer eines für hat
    haben ich ihr ihre immer ist kann man mehr mit nach nicht noch nur oder sein sich sie sind über und uns unter vom
    von vor war was wenn wer wie wir wird zum zur au aux avec ce cela ces cette comme dans deux donc du elle elles est
    et être fait il ils je la le les leur lui mais même nous on ont ou où par pas plus pour qu que qui sa sans se ses
    si son sont sur tout tous très un une vous y al como con cuando de del desde donde el ella ellos en entre era eran
    es esta este esto está están fue ha hay las lo los más me mi muy no nos o para pero por porque quien ser sin sobre
    su sus también tan todo todos una uno ya без бы был была были было быть вам вас весь во вот все всего всех вы где
    да даже для до его ее ей если есть еще же за и из или им их к как ко когда которая которые который ли мне может мы
    на над надо не него нее нет ни них но ну о об однако он она они оно от очень по под после потому при про с сам
    свой своих себя со так также такой там те тем то того тоже только том ты у уже хотя чего чем через что чтобы эта
    эти это этого этой этом этот я меня нас ним ними свои a about above after again against all almost along already
    also although always among an and another any anyone anything are around as ask at away back be became because
    become been before began behind being below best better between big both bring but by call came can cannot case
    come could day did different do does doing done down during each early either else end enough even ever every
    everyone everything fact far few find first for found from full get give given go goes going good got great had
    hand happen has have having he help her here hers herself high him himself his how however i if in indeed instead
    into is it its itself just keep kind knew know known large last later least less let like likely little long look
    lot made make makes making many matter may maybe mean means men might mine more most much must my myself need
    never new next nobody none nor not nothing now number of off often old once one ones only onto or order other
    others our ours ourselves out over own part perhaps place point possible put quite rather really reason right said
    same saw say says second see seem seen set several shall she should show since small so some someone something
    sometimes soon still such take tell than that the their theirs them themselves then there therefore these they
    thing things think this those though thought three through thus time times to today together told too took toward
    true try turn two under until up upon us use used using very want way ways we well went were what whatever when
    where whether which while who whole whom whose why will with within without work would year years yet you your
    yours yourself able actually certain especially important people person simply usually per cent percent million
    billion thousand hundred seven eight nine ten aren't can't couldn't didn't doesn't don't hadn't hasn't haven't
    isn't it's i'm i've let's that's there's they're wasn't we're we've weren't what's won't wouldn't you're you've
    wrote
    """.split()
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A theme that could be: its name, the look-up that finds it, and the ids of what it holds, in the given order.

    words: the two that go together; adjacent: whether they are a phrase or stand apart in the same highlights.
    """

    name: str
    query: str
    words: tuple[str, str]
    adjacent: bool
    highlights: tuple[str, ...]
    sources: int

    @property
    def why(self) -> str:
        """The reason, as a sentence."""
        one, other = self.words
        count = len(self.highlights)
        if self.adjacent:
            return f"{self.query} stands in {count} highlights of {self.sources} sources."
        return f"“{one}” and “{other}” stand together in {count} highlights of {self.sources} sources."

    @property
    def toml(self) -> str:
        """The lines for digestbot.toml."""
        key = re.sub(r"\W+", "-", self.name.casefold()).strip("-")
        name = key if key.isascii() else f'"{key}"'
        quoted = json.dumps(self.query, ensure_ascii=False) if "'" in self.query else f"'{self.query}'"
        return f"[themes.{name}]\nquery = {quoted}"


_Pair = tuple[str, str]
_Found = tuple[_Pair, bool]


def propose(highlights: Sequence[Highlight], limit: int = 10) -> list[Proposal]:
    """At most `limit` themes for these highlights, the most telling first: those of many highlights, of rare words.

    Phrases (two words side by side) and pairs of words that share highlights compete; no proposal lies for the most
    part within those before it.
    """
    found, spellings, often = _counted(highlights)
    total = max(len(highlights), _FEW)
    scores = {pair: _score(pair, found, often, total) for pair in found}
    proposals: list[Proposal] = []
    covered: set[int] = set()
    for pair in sorted(filter(scores.get, scores), key=lambda pair: (-scores[pair], pair)):
        if len(proposals) >= limit:
            break
        numbers = found[pair]
        one = _proposal(pair, [highlights[number] for number in sorted(numbers)], spellings)
        if one.sources >= (PHRASE if one.adjacent else APART)[1] and len(numbers - covered) >= _NEW * len(numbers):
            covered |= numbers
            proposals.append(one)
    return proposals


def _counted(
    highlights: Sequence[Highlight],
) -> tuple[Mapping[_Found, set[int]], Mapping[_Pair, Counter[str]], Counter[str]]:
    """Which pairs (and whether side by side) are in which highlights, how phrases are spelled, how common words are."""
    segments = [list(_segments(one.text)) for one in highlights]
    words = [{key for segment in found for key, _ in segment} - {""} for found in segments]
    often = Counter(key for keys in words for key in keys)
    vocabulary = {key for key, count in often.most_common(_VOCABULARY) if count >= PHRASE[0]}
    found: dict[_Found, set[int]] = defaultdict(set)
    spellings: dict[_Pair, Counter[str]] = defaultdict(Counter)
    for number, keys in enumerate(words):
        for segment in segments[number]:
            for (one, spelled), (other, beside) in pairwise(segment):
                if one and other and one != other and min(often[one], often[other]) >= PHRASE[0]:
                    found[(one, other), True].add(number)
                    spellings[one, other][f"{spelled} {beside}"] += 1
        for pair in combinations(sorted(keys & vocabulary), 2):
            found[pair, False].add(number)
    return found, spellings, often


def _segments(text: str) -> Iterator[list[tuple[str, str]]]:
    """The words between two signs that break a sentence, as (key, spelling); the key of a stop word is ""."""
    for part in _BREAK.split(text):
        yield [(_key(word), word) for word in _WORD.findall(part)]


def _key(word: str) -> str:
    plain = word.casefold().replace("’", "'").replace("ё", "е").removesuffix("'s")
    return "" if plain in _STOP or len(plain) < 3 else singular(plain)


def _score(pair: _Found, found: Mapping[_Found, set[int]], often: Mapping[str, int], total: int) -> float:
    """How telling a pair is: its highlights, weighed by how far they are from chance; 0 for what is no theme."""
    (one, other), adjacent = pair
    count, most = len(found[pair]), _SHARE * total
    if count < (PHRASE if adjacent else APART)[0] or max(often[one], often[other]) > most:
        return 0.0
    phrases = [found.get(((first, second), True), ()) for first, second in ((one, other), (other, one))]
    if not adjacent and 2 * max(map(len, phrases)) >= count:
        return 0.0
    lift = count * total / (often[one] * often[other])
    return count * log(lift) if lift >= _LIFT else 0.0


def _proposal(pair: _Found, held: Sequence[Highlight], spellings: Mapping[_Pair, Counter[str]]) -> Proposal:
    words, adjacent = pair
    spelled = spellings[words] if adjacent else Counter({" and ".join(words): 1})
    query = max(spelled, key=lambda name: (spelled[name], name)).lower() if adjacent else " ".join(words)
    ids, sources = tuple(one.id for one in held), len({one.source for one in held})
    return Proposal(readable(spelled), f'"{query}"' if adjacent else query, words, adjacent, ids, sources)
