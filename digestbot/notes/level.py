"""One spelling for a text, so that the same words are the same however they are set."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

_WORDS = re.compile(r"[^\W_]+")
_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|ref|ref_src|s|si|igshid)$")


def level(text: str) -> str:
    """The letters and digits of a text in compatibility form and lower case, single spaces between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(_WORDS.findall(text.casefold()))


def level_url(url: str) -> str:
    """An address without scheme, `www.`, tracking parameters, fragment and final slash."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.strip().casefold()
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.match(key)])
    return f"{parts.netloc.casefold().removeprefix('www.')}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def highlight_id(levelled: str, source_key: str) -> str:
    """16 hexadecimal digits from a highlight's levelled text and its source's key."""
    return blake2b(f"{levelled}\n{source_key}".encode(), digest_size=8).hexdigest()
