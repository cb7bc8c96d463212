"""One spelling for a text, so that the same words are the same however they are set."""

from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[^\W_]+")


def level(text: str) -> str:
    """The letters and digits of a text in compatibility form and lower case, single spaces between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(_WORDS.findall(text.casefold()))
