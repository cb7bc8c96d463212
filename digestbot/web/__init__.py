"""What digestbot serves over HTTP, to the operator's own machine: its health."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digestbot.errors import SettingsError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from digestbot.web.health import Health

_GRACE_SECONDS = 1
"""How long the end waits for who is being answered."""


@asynccontextmanager
async def serving(address: tuple[str, int] | None, health: Health) -> AsyncIterator[str]:
    """Answer at this host and port while the block runs, on its own loop; gives the address, "" for None, for nothing.

    Port 0 is any that is free. Raises SettingsError where the port cannot be had.
    """
    if address is None:
        yield ""
        return
    import uvicorn
    from starlette.applications import Starlette

    from digestbot.web.health import routes

    listener = _listener(*address)
    # No log of its own: telemetry has its warnings. Signals are the service's.
    config = uvicorn.Config(
        guarded(Starlette(routes=routes(health))),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Its `serve` takes the signals over and wakes ten times a second; what it does between these two is not needed.
    await server.startup(sockets=[listener])
    host, port = listener.getsockname()[:2]
    try:
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await server.shutdown(sockets=[listener])


def guarded(app: ASGIApp) -> ASGIApp:
    """The same, refusing hosts that are not `admitted`, and saying that answers are neither kept nor guessed at."""
    from starlette.datastructures import Headers, MutableHeaders
    from starlette.responses import PlainTextResponse

    refusal = PlainTextResponse("Name this service by its IP address, or as localhost.\n", 400)

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Cache-Control"] = "no-store"
            await send(message)

        answer = app if admitted(Headers(scope=scope).get("host", "")) else refusal
        await answer(scope, receive, marked)

    return guard


def admitted(host: str) -> bool:
    """Whether a Host header names an IP address or localhost.

    A page of the web may have its own name point at this machine and read what is answered under it (DNS rebinding);
    an address it cannot take over.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(
            f"DIGESTBOT_HTTP: {host}:{port} cannot be served ({error.strerror}). Name another address."
        ) from error
