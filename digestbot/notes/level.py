"""What highlights and their sources are told apart by: levelled texts and addresses, and the ids made of them."""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from digestbot.level import level

__all__ = ["highlight_id", "level", "level_url"]

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|ref|ref_src|s|si|igshid)$")


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
