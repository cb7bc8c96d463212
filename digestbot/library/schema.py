"""What the index holds and how texts become words: fields, tokenizers, languages; for writing and for asking.

A document is one of four kinds: a highlight; a copy, which only says that another note holds the same highlight; a
link, which only says that two highlights hold the same passage; a word of the vocabulary, by which spelling is
corrected.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

import tantivy

VERSION = 6
"""Changed with every change of the schema or of the tokenizers; another version's index is built anew."""

HIGHLIGHT, COPY, LINK, WORD = "highlight", "copy", "link", "word"

LANGUAGES = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese",
    "nl": "dutch", "sv": "swedish", "da": "danish", "no": "norwegian", "fi": "finnish", "hu": "hungarian",
    "ro": "romanian", "ru": "russian",
}  # fmt: skip
"""The languages whose endings are cut off, by their codes; each has a field of words of its own."""

STOP_WORDS = frozenset(
    # The binding's own English list lacks "what", "about", "i" and "do", which half a remembered quote consists of.
    "a about above after again all also am an and any are as at be because been before being below between both but by "
    "can could did do does doing down during each either few for from further had has have having he her here hers him "
    "his how i if in into is it its itself just me might more most must my myself neither no nor not of off on once "
    "only or other our ours out over own quite rather really same shall she should so some such than that the their "
    "theirs them then there these they this those through to too under until up upon us very was we were what when "
    "where which while who whom whose why will with would yet you your yours s t d ll m re ve".split()
)

_TELLTALE = {
    "en": "the and of to is that it was for with are this not have from",
    "de": "der die und das ist nicht ein eine zu den mit auf für sich dem auch wie wird",
    "fr": "le la les et des est une dans que qui pour pas sur du au il plus ce",
    "es": "el la los las y es una que en del por con para se no su al como",
    "it": "il la che di è e un una per non sono con del della gli nel si come",
    "pt": "o a os as e é uma que em do da para com não se por no na como",
    "nl": "de het een en van is dat niet op te in zijn met voor die aan ook",
    "sv": "och att det som en är på för av med den inte till ett har jag de",
    "da": "og at det som en er på for af med den ikke til et har jeg de",
    "no": "og at det som en er på for av med den ikke til et etter hva jeg de",
    "fi": "ja on ei se että oli hän kun niin ovat mutta joka myös tai",
    "hu": "a az és hogy nem is egy van ez de meg volt csak azt mint",
    "ro": "și de la în cu nu este care pe un o din se pentru mai sunt",
    "ru": "и в не на что с он как это по но из у за от то",
}  # fmt: skip
_SIGNS = {code: frozenset(words.split()) for code, words in _TELLTALE.items()}
_ALL_SIGNS = frozenset().union(*_SIGNS.values())

_CJK = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_CJK_OUTSIDE = re.compile(f"({_CJK})")
_LONGEST_WORD = 80
_SAMPLE = 1500


def clean(text: str) -> str:
    """Text as UTF-8 can hold it; the index takes no lone surrogates."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def spaced(text: str) -> str:
    """Text whose words a simple tokenizer finds: composed, and with each Chinese or Japanese character on its own.

    A regular expression as the tokenizer does the same at five times the cost (456 ns a word against 98).
    """
    if text.isascii():
        return text
    return _CJK_OUTSIDE.sub(r" \1 ", unicodedata.normalize("NFC", clean(text)))


def is_ideograph(word: str) -> bool:
    """Whether a word is one of those characters that stand for themselves."""
    return bool(_CJK_OUTSIDE.fullmatch(word))


@cache
def plain() -> tantivy.TextAnalyzer:
    """Text that went through `spaced` -> its words, levelled and otherwise as written."""
    return _builder().build()


@cache
def stemmed(language: str) -> tantivy.TextAnalyzer:
    """Text that went through `spaced` -> its words without stop words and without their endings."""
    stop = tantivy.Filter.custom_stopword(sorted(STOP_WORDS))
    if language not in ("en", "ro"):  # the binding has no Romanian list
        stop = tantivy.Filter.stopword(LANGUAGES[language])
    elif language == "ro":
        stop = tantivy.Filter.custom_stopword(sorted(_SIGNS["ro"]))
    return _builder().filter(stop).filter(tantivy.Filter.stemmer(LANGUAGES[language])).build()


def words_field(language: str) -> str:
    """The field that holds the stemmed words of notes in this language."""
    return f"words_{language}"


def language_of(texts: Iterable[str]) -> str:
    """The language of a note by its commonest little words; English where nothing tells."""
    words = re.findall(r"[^\W\d_]+", " ".join(texts)[:_SAMPLE].casefold())
    often = Counter(word for word in words if word in _ALL_SIGNS)
    counts = {code: sum(map(often.__getitem__, signs & often.keys())) for code, signs in _SIGNS.items()}
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    # A handful of foreign words in an English note must not move all of it into another field.
    return best if counts[best] > counts["en"] and counts[best] * 10 >= len(words) else "en"


def build() -> tantivy.Schema:
    """The fields of an index of VERSION."""
    builder = tantivy.SchemaBuilder()
    for name in ("kind", "id", "note", "copy", "link", "named", "language"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("writer", "source", "identity", "theme", "tag", "voice"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("author", "title"):
        builder.add_text_field(name, tokenizer_name="plain", index_option="basic")
    builder.add_text_field("word", tokenizer_name="raw", index_option="basic", stored=True)
    builder.add_text_field("plain", tokenizer_name="plain")
    for code in LANGUAGES:
        builder.add_text_field(words_field(code), tokenizer_name=f"stem_{code}", index_option="freq")
    for name in ("lot", "order", "home", "place", "day"):
        builder.add_unsigned_field(name, fast=True, indexed=name == "day")
    builder.add_unsigned_field("sign", indexed=True)
    builder.add_bytes_field("data", stored=True)
    return builder.build()


def register(index: tantivy.Index) -> tantivy.Index:
    """Name the tokenizers to an index, which forgets them when it is closed; without them a commit fails."""
    index.register_tokenizer("plain", plain())
    for code in LANGUAGES:
        index.register_tokenizer(f"stem_{code}", stemmed(code))
    return index


def _builder() -> tantivy.TextAnalyzerBuilder:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for level in (
        tantivy.Filter.remove_long(_LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
    ):
        builder = builder.filter(level)
    return builder
