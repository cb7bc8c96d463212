"""A local server that takes incoming webhooks as Slack and Discord do, and refuses what they would refuse.

Limits: https://docs.slack.dev/reference/block-kit/blocks and https://discord.com/developers/docs/resources/message.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

SLACK_PATH = "/services/T0/B0/s3cret"
DISCORD_PATH = "/api/webhooks/123/s3cret"

_SLACK_TEXTS = {"header": 150, "section": 3000}
_SLACK_TOTAL = 11_000
_EMBED_TEXTS = {"title": 256, "description": 4096}

Problems = Callable[[dict[str, object]], Iterator[str]]


@dataclass
class Webhooks:
    """Both kinds of webhook on one port. `script` holds what the next posts meet, one each; afterwards all is well.

    script: a status ("429", "500"), "hold" (accept it and never answer) or "drop" (cut the line before reading on).
    accepted: the payloads that became messages; an edit takes the place of one. refusals: why others did not.
    tries: every POST and PATCH that came in.
    """

    script: list[str] = field(default_factory=list)
    accepted: list[dict[str, object]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    tries: int = 0
    retry_after: str = "1"
    held: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    _runner: web.AppRunner | None = None
    _release: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def slack(self) -> str:
        """The URL of the webhook of Slack's kind."""
        return f"http://127.0.0.1:{self.port}{SLACK_PATH}"

    @property
    def discord(self) -> str:
        """The URL of the webhook of Discord's kind."""
        return f"http://127.0.0.1:{self.port}{DISCORD_PATH}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post(SLACK_PATH, self._slack)
        app.router.add_post(DISCORD_PATH, self._discord)
        app.router.add_patch(DISCORD_PATH + "/messages/{id}", self._discord_edit)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release.set()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _slack(self, request: web.Request) -> web.StreamResponse:
        return await self._take(request, slack_problems) or web.Response(text="ok")

    async def _discord(self, request: web.Request) -> web.StreamResponse:
        refused = await self._take(request, discord_problems)
        waits = request.query.get("wait") == "true"
        return refused or web.json_response({"id": str(len(self.accepted))}, status=200 if waits else 204)

    async def _discord_edit(self, request: web.Request) -> web.StreamResponse:
        if int(request.match_info["id"]) > len(self.accepted):
            return web.json_response({"message": "Unknown Message", "code": 10008}, status=404)
        refused = await self._take(request, discord_problems)
        if not refused:
            self.accepted[int(request.match_info["id"]) - 1] = self.accepted.pop()
        return refused or web.json_response({"id": request.match_info["id"]})

    async def _take(self, request: web.Request, problems: Problems) -> web.Response | None:
        """Keep the payload, or the answer to give instead."""
        self.tries += 1
        step = self.script.pop(0) if self.script else "ok"
        if step == "drop":
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=500)
        if step.isdigit():
            headers = {"Retry-After": self.retry_after} if step == "429" else {}
            return web.Response(status=int(step), headers=headers, text="no_service")
        return await self._accept(await request.read(), problems, step)

    async def _accept(self, body: bytes, problems: Problems, step: str) -> web.Response | None:
        payload = json.loads(body)
        found = list(problems(payload))
        if found:
            self.refusals.extend(found)
            return web.Response(status=400, text="invalid_payload")
        self.accepted.append(payload)
        self.arrived.set()
        if step == "hold":
            self.held.set()
            await self._release.wait()
        return None


def slack_problems(payload: dict[str, object]) -> Iterator[str]:
    """What Slack would refuse: no fallback, too many blocks, too long a text, or too much of it in all."""
    if not isinstance(payload.get("text"), str) or not payload["text"]:
        yield "no text for notifications"
    blocks = payload.get("blocks", [])
    assert isinstance(blocks, list)
    if len(blocks) > 50:
        yield f"{len(blocks)} blocks"
    for block in blocks:
        text = block.get("text", {}).get("text", "")
        if len(text) > _SLACK_TEXTS.get(block["type"], 3000):
            yield f"{block['type']} of {len(text)} characters"
    total = sum(len(text) for text in _texts(blocks))
    if total > _SLACK_TOTAL:
        yield f"msg_blocks_too_long: {total}"


def discord_problems(payload: dict[str, object]) -> Iterator[str]:
    """What Discord would refuse: an empty message, too long a content, too many or too long embeds."""
    content, embeds = payload.get("content", ""), payload.get("embeds", [])
    assert isinstance(content, str)
    assert isinstance(embeds, list)
    if not content and not embeds:
        yield "empty message"
    if len(content) > 2000:
        yield f"content of {len(content)} characters"
    if len(embeds) > 10:
        yield f"{len(embeds)} embeds"
    for embed in embeds:
        for name, limit in _EMBED_TEXTS.items():
            if len(embed.get(name, "")) > limit:
                yield f"{name} of {len(embed[name])} characters"
    if sum(len(text) for text in _texts(embeds)) > 6000:
        yield "embeds of more than 6000 characters"


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            if key not in {"type", "url", "action_id", "block_id", "emoji"}:
                yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
