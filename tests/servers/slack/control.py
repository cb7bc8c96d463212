"""The server as a process of its own, with an endpoint through which other processes look and meddle."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import Any

from aiohttp import web
from servers.slack.server import Slack


class Control:
    """`GET /control` tells how it stands; `POST /control` does `{"do": …}`.

    faults: `rules` replace those in force, drawn by `seed`. world: sets attributes of the world. reset, half_open,
    disconnect: sockets. command: types one, and gives the ack.
    """

    def __init__(self, slack: Slack) -> None:
        self.slack = slack

    @property
    def routes(self) -> tuple[web.RouteDef, ...]:
        """The two routes."""
        return web.get("/control", self.look), web.post("/control", self.act)

    async def look(self, request: web.Request) -> web.Response:
        """Counts of messages by a key of their metadata (`?key=delivery_id`), sockets, calls, faults, problems."""
        counts = self.slack.world.counts(request.query.get("key", "delivery_id"))
        return web.json_response(
            {
                "messages": sum(1 for _ in self.slack.world.messages()),
                "counts": counts,
                "doubled": sorted(name for name, count in counts.items() if count > 1),
                "sockets": len(self.slack.hub.live),
                "calls": len(self.slack.state.calls),
                "struck": self.slack.faults.struck,
                "problems": self.slack.problems,
            }
        )

    async def act(self, request: web.Request) -> web.Response:
        """One deed."""
        given = await request.json()
        return web.json_response(await self._act(given.pop("do", ""), given) or {})

    async def _act(self, deed: str, given: dict[str, Any]) -> dict[str, Any] | None:
        match deed:
            case "faults":
                self.slack.faults.clear(given.get("seed", 1))
                self.slack.faults.add(given.get("rules", ""))
            case "world":
                for name, value in given.items():
                    setattr(self.slack.world, name, set(value) if name == "scopes" else value)
            case "reset":
                self.slack.hub.reset(given.get("number"))
            case "half_open":
                self.slack.hub.half_open(given.get("number"))
            case "disconnect":
                await self.slack.hub.disconnect(given["reason"], given.get("number"))
            case "command":
                answer = await self.slack.command(given.pop("name"), given.pop("text", ""), **given)
                return {"acked": answer.acked, "latency": answer.latency, "content": answer.content}
            case _:
                raise web.HTTPBadRequest(text=f"cannot do {deed!r}")
        return None


async def serve(port: int = 0) -> None:
    """Serve until SIGTERM; the first line on stdout says where, as JSON."""
    slack, stop = Slack(port=port), asyncio.Event()
    await slack.start(*Control(slack).routes)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    where = {"base": slack.base, "api_url": slack.api_url, "control": f"{slack.base}/control"}
    print(json.dumps({**where, "bot_token": slack.world.bot_token, "app_token": slack.world.app_token}), flush=True)  # noqa: T201
    await stop.wait()
    await slack.stop()
