"""Readwise: all highlights of an account, a note for each book or article (https://readwise.io/api_deets).

The export tells what changed since a time, not the whole book; so what was fetched is kept, and changed in place. What
was deleted is told too; once a week everything is fetched all the same, and what is not among it goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from digestbot.credentials import token_setting
from digestbot.errors import SourceError
from digestbot.sources.job import Job, Kept, Report, mirror
from digestbot.sources.page import Page, Passage, address, file_name, markdown
from digestbot.sources.web import Service

URL = "https://readwise.io/api/v2/export/"

OVERLAP = timedelta(minutes=5)
"""How much of the time before the last refresh is asked for again: two clocks differ, and what was read stays equal."""

FULL = timedelta(days=7)
"""How long until everything is fetched again."""

_BOOK = ("title", "author", "category", "source_url", "book_tags", "readwise_url")
_HIGHLIGHT = (
    "text", "location", "location_type", "note", "url", "readwise_url", "tags", "is_discard", "highlighted_at",
)  # fmt: skip
_PLACES = {"page": "Page", "location": "Location"}


async def refresh(job: Job) -> Report:
    """Bring the folder in step with the account. Raises SourceError."""
    if job.token is None:
        raise SourceError(
            f"{job.order.name} needs the token of readwise.io/access_token in {token_setting(job.order.name)}.",
            permanent=True,
        )
    url = job.order.url or URL
    kept = await asyncio.to_thread(Kept.load, job.state)
    if kept.about != url or not kept.full or job.now - datetime.fromisoformat(kept.full) >= FULL:
        kept = Kept(url, full=job.now.isoformat())
    async with Service(job, url, "Token") as service:
        async for books in _pages(service, kept.cursor):
            for book in books:
                _merge(kept.records, book)
    kept.cursor, kept.refreshed = (job.now - OVERLAP).isoformat(), job.now.isoformat()
    return await asyncio.to_thread(_write, job, kept)


async def _pages(service: Service, since: str) -> AsyncIterator[list[Any]]:
    asked = {"includeDeleted": "true", **({"updatedAfter": since} if since else {})}
    seen: set[str] = set()
    while True:
        answer = await service.get(asked)
        yield _list(answer.get("results"))
        following = answer.get("nextPageCursor")
        if not following:
            return
        if str(following) in seen:
            raise SourceError("Readwise names the same page as the next one again and again.")
        seen.add(str(following))
        asked["pageCursor"] = str(following)


def _merge(books: dict[str, Any], told: Mapping[str, Any]) -> None:
    """What is kept, with what the export told of one book."""
    key = str(told.get("user_book_id") or "")
    if not key:
        return
    if told.get("is_deleted"):
        books.pop(key, None)
        return
    highlights = books.get(key, {}).get("highlights", {})
    books[key] = {**{name: told.get(name) for name in _BOOK}, "highlights": highlights}
    for one in _list(told.get("highlights")):
        if one.get("is_deleted"):
            highlights.pop(str(one.get("id")), None)
        elif one.get("id"):
            highlights[str(one["id"])] = {name: one.get(name) for name in _HIGHLIGHT}


def _write(job: Job, kept: Kept) -> Report:
    notes = {}
    for key, book in kept.records.items():
        page = _page(book)
        if page.passages:
            folder = "".join(filter(str.isalpha, page.category)) or "other"
            notes[f"{folder}/{file_name(page.title, key)}"] = markdown(page)
    report = mirror(job, notes)
    kept.save(job.state)
    return report


def _page(book: Mapping[str, Any]) -> Page:
    shown = [(key, one) for key, one in book["highlights"].items() if not one["is_discard"] and _text(one["text"])]
    shown.sort(key=lambda pair: _order(*pair))
    return Page(
        title=_text(book["title"]) or "Untitled",
        passages=tuple(_passage(key, one) for key, one in shown),
        author=_text(book["author"]),
        url=address(book["source_url"]),
        category=_text(book["category"]),
        tags=_tags(book["book_tags"]),
    )


def _passage(key: str, one: Mapping[str, Any]) -> Passage:
    return Passage(
        text=_text(one["text"]),
        native_id=f"rw{key}",
        url=address(one["url"]) or address(one["readwise_url"]),
        location=_location(one),
        note=_text(one["note"]),
        tags=_tags(one["tags"]),
    )


def _location(one: Mapping[str, Any]) -> str:
    place, kind = one["location"], str(one["location_type"])
    if not isinstance(place, int) or isinstance(place, bool) or place < 0:
        return ""
    if kind == "time_offset":
        return f"Time {place // 3600}:{place // 60 % 60:02}:{place % 60:02}"
    return f"{_PLACES[kind]} {place}" if kind in _PLACES else ""


def _order(key: str, one: Mapping[str, Any]) -> tuple[int, str, str]:
    place = one["location"]
    return place if isinstance(place, int) else 0, str(one["highlighted_at"] or ""), key.zfill(20)


def _tags(rows: object) -> tuple[str, ...]:
    names: Iterable[str] = (_text(row.get("name")) for row in _list(rows))
    return tuple(name for name in names if name)


def _list(value: object) -> list[Any]:
    """The objects of a list; anything else is nothing."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
