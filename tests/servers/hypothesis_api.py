"""A local server that searches annotations as Hypothesis does: by group and user, in the order of their last edit.

https://h.readthedocs.io/en/latest/api-reference/v1/: at most 200 rows, `search_after` by the field that is sorted by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

TOKEN = "hyp-s3cret"
PATH = "/api/search"


def annotation(name: str, quote: str, updated: str, **more: object) -> dict[str, Any]:
    """One annotation as the search shows it; without a quote it is a note on the whole page."""
    selectors = [{"type": "TextQuoteSelector", "exact": quote, "prefix": "", "suffix": ""}] if quote else []
    fixed = {
        "uri": "https://example.org/quay", "document": {"title": ["The Long Quay"]}, "text": "", "tags": [],
        "user": "acct:ada@hypothes.is", "group": "abc123", "hidden": False, "created": updated,
        "permissions": {"read": ["group:abc123"]}, "links": {"incontext": f"https://hyp.is/{name}/example.org/quay"},
    }  # fmt: skip
    return {"id": name, "updated": updated, **fixed, "target": [{"source": "", "selector": selectors}], **more}


@dataclass
class Hypothesis:
    """A group's annotations. asked: the parameters of every query. most: rows of an answer, 200 at the real one."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the search is."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(PATH, self._search)
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

    async def _search(self, request: web.Request) -> web.StreamResponse:
        asked = dict(request.query)
        self.asked.append(asked)
        if self.script:
            return web.Response(status=int(self.script.pop(0)))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": "failure"}, status=401)
        limit = int(asked.get("limit", "20"))
        if limit > 200 or asked.get("order") != "asc" or asked.get("sort") != "updated":
            return web.json_response({"status": "failure", "reason": "limit: is greater than 200"}, status=400)
        after = asked.get("search_after", "")
        found = [one for one in self.rows if one["group"] == asked.get("group") and one["updated"] > after]
        found.sort(key=lambda one: str(one["updated"]))
        return web.json_response({"total": len(found), "rows": found[:limit]})
