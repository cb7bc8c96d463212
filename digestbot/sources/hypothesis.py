"""Hypothesis: the annotations of a group or a person, a note for each page (https://h.readthedocs.io/en/latest/api/).

The search tells what was added or edited since a time, and never what was deleted: that is found out once a week, when
everything is fetched again. What only its author may read is left out, also where the token would show it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from digestbot.errors import SourceError
from digestbot.sources.job import Job, Kept, Report, mirror
from digestbot.sources.page import Page, Passage, address, file_name, markdown
from digestbot.sources.web import Service

URL = "https://api.hypothes.is/api/search"

LIMIT = 200
"""Annotations of one answer, the most that the service gives."""

OVERLAP = timedelta(minutes=1)
"""How much of what was read last is asked for again: an annotation may be found a moment after it was made."""

FULL = timedelta(days=7)
"""How long until everything is fetched again, and what was deleted goes."""


async def refresh(job: Job) -> Report:
    """Bring the folder in step with the annotations. Raises SourceError."""
    about = " ".join((job.order.url or URL, job.order.group, job.order.user))
    kept = await asyncio.to_thread(Kept.load, job.state)
    if kept.about != about or not kept.full or job.now - datetime.fromisoformat(kept.full) >= FULL:
        kept = Kept(about, full=job.now.isoformat())
    async with Service(job, job.order.url or URL, "Bearer") as service:
        async for rows in _pages(job, service, _earlier(kept.cursor)):
            for row in rows:
                _merge(kept, row)
    kept.refreshed = job.now.isoformat()
    return await asyncio.to_thread(_write, job, kept)


async def _pages(job: Job, service: Service, after: str) -> AsyncIterator[list[Any]]:
    asked = {"sort": "updated", "order": "asc", "limit": str(LIMIT)}
    asked |= {key: value for key, value in (("group", job.order.group), ("user", job.order.user)) if value}
    while True:
        answer = await service.get({**asked, "search_after": after} if after else asked)
        rows = answer.get("rows")
        if not isinstance(rows, list):
            raise SourceError(f"{job.order.name}: the answer to a search has no rows.", permanent=True)
        yield [row for row in rows if isinstance(row, dict)]
        if len(rows) < LIMIT:
            return
        last = rows[-1].get("updated")
        if not last or last == after:
            raise SourceError(f"{job.order.name}: the search does not go on behind {after or 'its first page'}.")
        after = last


def _earlier(cursor: str) -> str:
    try:
        return (datetime.fromisoformat(cursor) - OVERLAP).isoformat()
    except ValueError:  # nothing was read yet
        return ""


def _merge(kept: Kept, row: Mapping[str, Any]) -> None:
    """What is kept, with one annotation; one that may not be shown any more goes."""
    key, updated = str(row.get("id") or ""), str(row.get("updated") or "")
    kept.cursor = max(kept.cursor, updated)
    if not key:
        return
    if (quote := _quote(row)) and _is_shared(row):
        links, document = _dict(row.get("links")), _dict(row.get("document"))
        kept.records[key] = {
            "uri": str(row.get("uri") or ""),
            "title": next((one for one in _texts(document.get("title"))), ""),
            "text": quote,
            "note": str(row.get("text") or ""),
            "tags": _texts(row.get("tags")),
            "url": links.get("incontext") or links.get("html") or "",
            "user": str(row.get("user") or "").removeprefix("acct:").partition("@")[0],
            "location": _page_label(row),
            "order": [_position(row), str(row.get("created") or "")],
        }
    else:
        kept.records.pop(key, None)


def _is_shared(row: Mapping[str, Any]) -> bool:
    """Whether others than its author may read it; the token's owner finds their own private ones too."""
    readers = _texts(_dict(row.get("permissions")).get("read"))
    return any(one.startswith("group:") for one in readers) and not row.get("hidden")


def _selectors(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    targets = row.get("target")
    found = [_dict(target).get("selector") for target in targets] if isinstance(targets, list) else []
    return [one for some in found if isinstance(some, list) for one in some if isinstance(one, dict)]


def _quote(row: Mapping[str, Any]) -> str:
    """The words that were marked; "" for a note on a whole page and for a reply, which have none."""
    found = (one.get("exact") for one in _selectors(row) if one.get("type") == "TextQuoteSelector")
    return next((text.strip() for text in found if isinstance(text, str)), "")


def _page_label(row: Mapping[str, Any]) -> str:
    labels = (str(one.get("label") or "") for one in _selectors(row) if one.get("type") == "PageSelector")
    return next((f"Page {label}" for label in labels if label.isdecimal()), "")


def _position(row: Mapping[str, Any]) -> int:
    starts = (one.get("start") for one in _selectors(row) if one.get("type") == "TextPositionSelector")
    return next((start for start in starts if isinstance(start, int)), 0)


def _write(job: Job, kept: Kept) -> Report:
    pages: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for key, one in kept.records.items():
        pages[one["uri"]].append((key, one))
    notes = {}
    for uri, found in pages.items():
        found.sort(key=lambda pair: (*pair[1]["order"], pair[0]))
        title = next((one["title"] for _, one in found if one["title"]), uri)
        name = file_name(title, hashlib.blake2b(uri.encode("utf-8", "replace"), digest_size=6).hexdigest())
        notes[name] = markdown(Page(title, tuple(_passage(*pair) for pair in found), url=address(uri)))
    report = mirror(job, notes)
    kept.save(job.state)
    return report


def _passage(key: str, one: Mapping[str, Any]) -> Passage:
    return Passage(
        text=one["text"],
        native_id=f"hyp{key}",
        url=address(one["url"]),
        location=one["location"],
        note=one["note"],
        tags=tuple(one["tags"]),
        contributor=one["user"],
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str) and one.strip()] if isinstance(value, list) else []
