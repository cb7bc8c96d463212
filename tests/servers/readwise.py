"""A local server that exports highlights as Readwise does, and refuses what it would refuse.

https://readwise.io/api_deets: the token in the header, pages by cursor, what changed since a time, 429.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

TOKEN = "rw-s3cret"
PATH = "/api/v2/export/"


def highlight(number: int, text: str, **more: object) -> dict[str, Any]:
    """One highlight as the export shows it."""
    fixed = {"location": number, "location_type": "location", "note": "", "url": None, "tags": [], "is_discard": False}
    known = {"is_deleted": False, "highlighted_at": None, "readwise_url": f"https://readwise.io/open/{number}"}
    return {"id": number, "text": text, "updated": "2026-01-01T00:00:00+00:00", **fixed, **known, **more}


def book(number: int, title: str, *highlights: dict[str, Any], **more: object) -> dict[str, Any]:
    """One book as the export shows it."""
    fixed = {"author": "Lena Holm", "category": "books", "source_url": None, "book_tags": [], "is_deleted": False}
    known = {"readwise_url": f"https://readwise.io/bookreview/{number}"}
    return {"user_book_id": number, "title": title, **fixed, **known, **more, "highlights": list(highlights)}


@dataclass
class Readwise:
    """An account. `script` holds what the next queries meet, one each: a status, "drop", "garbage"; then all is well.

    asked: the parameters of every query that came in. paused: what Retry-After says to a 429.
    """

    books: list[dict[str, Any]] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    page: int = 2
    paused: str = "7"
    port: int = 0
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the export is."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(PATH, self._export)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _export(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        step = self.script.pop(0) if self.script else "ok"
        if step == "drop":
            assert request.transport is not None
            request.transport.abort()
        if step == "garbage":
            return web.Response(text="<html>busy</html>")
        if step.isdigit():
            headers = {"429": {"Retry-After": self.paused}, "302": {"Location": "http://example.org/"}}.get(step, {})
            return web.Response(status=int(step), headers=headers)
        if request.headers.get("Authorization") != f"Token {TOKEN}":
            return web.json_response({"detail": "Invalid token."}, status=401)
        return web.json_response(self._answer(request.query.get("updatedAfter"), request.query.get("pageCursor")))

    def _answer(self, after: str | None, cursor: str | None) -> dict[str, Any]:
        found = [self._since(one, datetime.fromisoformat(after)) if after else one for one in self.books]
        found = [one for one in found if one["highlights"] or one["is_deleted"]]
        start = int(cursor or 0)
        more = start + self.page < len(found)
        rows = found[start : start + self.page]
        return {"count": len(found), "nextPageCursor": start + self.page if more else None, "results": rows}

    def _since(self, one: dict[str, Any], after: datetime) -> dict[str, Any]:
        """A book with those of its highlights that changed since; the others are not told again."""
        fresh = [row for row in one["highlights"] if datetime.fromisoformat(row["updated"]).astimezone(UTC) > after]
        return {**one, "highlights": fresh}
