"""Real clients of the local Slack, and payloads for them, for the tests of the server and of the libraries' traps."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from servers.slack.server import Slack
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

SAID: dict[str, Any] = {
    "text": "One good thing",
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "One good thing"}}],
}
KEYED: dict[str, Any] = {**SAID, "metadata": {"event_type": "digest", "event_payload": {"delivery_id": "d1"}}}
QUIET = logging.getLogger("quiet")
QUIET.setLevel(logging.CRITICAL)


def button(label: str, action_id: str, value: str = "") -> dict[str, Any]:
    """An actions block with one button."""
    element = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": label}}
    return {"type": "actions", "elements": [element | ({"value": value} if value else {})]}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal with a title and a button to send it."""
    plain = {"title": {"type": "plain_text", "text": "Subscribe"}, "submit": {"type": "plain_text", "text": "Save"}}
    return {"type": "modal", "callback_id": "subscribe", **plain, "blocks": list(blocks), **more}


def field(name: str, **more: Any) -> dict[str, Any]:
    """A modal's input for a line of text."""
    element = {"type": "plain_text_input", "action_id": name, **more}
    return {
        "type": "input",
        "block_id": f"{name}-block",
        "label": {"type": "plain_text", "text": name},
        "element": element,
    }


def client(slack: Slack, **more: Any) -> AsyncWebClient:
    """The real client, as the adapter will have it."""
    given = {"token": slack.world.bot_token, "base_url": slack.api_url, "retry_handlers": [], "logger": QUIET, **more}
    return AsyncWebClient(**given)


def bolt(slack: Slack, **more: Any) -> AsyncApp:
    """The real app, with its ack sent as soon as the handler is done."""
    return AsyncApp(client=client(slack), logger=QUIET, **{"process_before_response": True, **more})


def handler(app: AsyncApp, slack: Slack, ping: float = 2.0, token: str = "") -> AsyncSocketModeHandler:
    """A socket of the app."""
    return AsyncSocketModeHandler(app, token or slack.world.app_token, logger=QUIET, ping_interval=ping)


@asynccontextmanager
async def online(
    slack: Slack, app: AsyncApp, sockets: int = 1, ping: float = 2.0
) -> AsyncIterator[list[AsyncSocketModeHandler]]:
    """The app, connected with so many sockets."""
    made = [handler(app, slack, ping) for _ in range(sockets)]
    for one in made:
        await one.connect_async()
    await slack.connected(sockets)
    try:
        yield made
    finally:
        for one in made:
            await one.close_async()


def quoting(slack: Slack, before: Callable[[], Awaitable[Any]] | None = None, **more: Any) -> AsyncApp:
    """An app that answers /quote with blocks."""
    app = bolt(slack, **more)

    @app.command("/quote")
    async def quote(ack: Any, command: dict[str, Any]) -> None:
        if before:
            await before()
        await ack(text=f"About {command['text']}", blocks=[SAID["blocks"][0], button("Another", "another", "q1")])

    return app


async def error(call: Awaitable[Any]) -> str:
    """Slack's name for what is wrong with a call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
