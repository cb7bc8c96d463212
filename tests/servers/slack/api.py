"""The Web API over HTTP: token, scopes, arguments, faults, and the table of methods."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import struct
from collections.abc import Callable
from typing import Any

from aiohttp import web
from servers.slack import arguments, chat, checks, conversations, responses, views
from servers.slack.conversations import need
from servers.slack.faults import Fault
from servers.slack.state import Call, State
from servers.slack.world import APP, BOT, TEAM, Refused

Method = Callable[[State, dict[str, Any]], dict[str, Any]]


def who(state: State, a: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - has the form of a method
    """auth.test."""
    names = {"url": "https://local.slack.com/", "team": "Local", "user": "digestbot"}
    return {**names, "team_id": TEAM, "user_id": BOT, "bot_id": "B0001", "is_enterprise_install": False}


def address(state: State, a: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - has the form of a method
    """apps.connections.open."""
    return {"url": f"{state.base.replace('http', 'ws', 1)}/link/?ticket={state.tickets.address()}&app_id={APP}"}


def validate(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """blocks.validate: needs no token; exactly one of blocks, message and view."""
    given = a.keys() & {"blocks", "message", "view"}
    if len(given) != 1:
        raise Refused("invalid_arguments")
    kind = given.pop()
    payload = {"text": "x", "blocks": a[kind]} if kind == "blocks" else a[kind]
    found = list((checks.view if kind == "view" else checks.message)(payload, state.allowed))
    wrong = [{"pointer": "", "code": "failed_constraint", "message": f.text} for f in found if f.error]
    if wrong:
        raise Refused(f"invalid_{kind}", errors=wrong)
    return {}


# The method and the scope that it always needs; which scope a channel's kind needs is decided below.
METHODS: dict[str, tuple[Method, str]] = {
    "auth.test": (who, ""),
    "apps.connections.open": (address, ""),
    "blocks.validate": (validate, ""),
    "chat.postMessage": (chat.post, "chat:write"),
    "chat.update": (chat.update, "chat:write"),
    "chat.delete": (chat.delete, "chat:write"),
    "chat.postEphemeral": (chat.post_ephemeral, "chat:write"),
    "chat.getPermalink": (chat.permalink, ""),
    "conversations.info": (conversations.info, "*:read"),
    "conversations.history": (conversations.history, "*:history"),
    "conversations.replies": (conversations.replies, "*:history"),
    "conversations.open": (conversations.open_dm, "im:write"),
    "conversations.join": (conversations.join, "channels:join"),
    "conversations.members": (conversations.members, "*:read"),
    "users.info": (conversations.user, "users:read"),
    "users.conversations": (conversations.of_user, ""),
    "usergroups.list": (conversations.groups, "usergroups:read"),
    "usergroups.users.list": (conversations.of_group, "usergroups:read"),
    "views.open": (views.open_modal, ""),
    "views.update": (views.update, ""),
    "views.push": (views.push, ""),
    "views.publish": (views.publish, ""),
    "pins.add": (chat.pin, "pins:write"),
    "pins.remove": (chat.unpin, "pins:write"),
    "pins.list": (chat.pins, "pins:read"),
}
_WITHOUT_TOKEN = {"blocks.validate"}
RECEIVED = web.RequestKey("received", float)
"""When a request came in."""


class Api:
    """Answers `POST /api/<method>` and `POST /response/<ticket>`."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API."""
        request[RECEIVED] = self.state.tickets.clock()
        method, given = request.match_info["method"], await arguments.read(request)
        return await self._meet(request, method, given, lambda: self._answer(request, method, given))

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """One use of a response URL."""
        given = await request.json()
        return await self._meet(request, "response_url", given, lambda: self._response(request, given))

    async def _meet(
        self, request: web.Request, method: str, given: dict[str, Any], answer: Callable[[], web.Response]
    ) -> web.StreamResponse:
        """The answer, or the fault that stands before or behind it."""
        fault = self.state.faults.meet(method)
        if fault is None or fault.what == "slow" or fault.after:
            await asyncio.sleep(fault.seconds if fault and fault.what == "slow" else 0)
            response = answer()
            outcome = str(json.loads(response.text or "{}").get("error", "ok"))
        if fault is not None and fault.what != "slow":
            outcome = f"{fault.what}{'-after' if fault.after else ''}"
            response = await self._misbehave(request, fault)
        self.state.calls.append(Call(method, given, outcome, self.state.tickets.clock()))
        self.state.changed()
        return response

    async def _misbehave(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.what == "429":
            return _ratelimited(fault.seconds)
        if fault.what == "500":
            return web.Response(status=500, text="Internal Server Error")
        if fault.what == "hang":
            await self.state.closing.wait()
        cut(request.transport, hard=fault.what == "reset")
        return web.Response(status=500)

    def _answer(self, request: web.Request, method: str, given: dict[str, Any]) -> web.Response:
        try:
            made = {"ok": True, **self._called(request, method, given)}
        except Refused as refused:
            if refused.error == "ratelimited":
                return _ratelimited(float(str(refused.beside["retry_after"])))
            made = {"ok": False, "error": refused.error, **refused.beside}
        scopes = {"X-OAuth-Scopes": ",".join(sorted(self.state.world.scopes))}
        return web.json_response(made, headers=scopes if made["ok"] else {})

    def _called(self, request: web.Request, method: str, given: dict[str, Any]) -> dict[str, Any]:
        if method not in METHODS:
            raise Refused("unknown_method")
        function, scope = METHODS[method]
        if method not in _WITHOUT_TOKEN:
            self._authorize(method, arguments.token(request, given))
        for text in arguments.wrong(method, given):
            self.state.problem(text)
        if lacking := list(arguments.missing(method, given)):
            raise Refused("invalid_arguments", response_metadata={"messages": lacking})
        if scope:
            self._scope(scope, given)
        self.state.sender = request.headers.get("X-Sender", ""), request[RECEIVED]
        return function(self.state, given)

    def _authorize(self, method: str, token: str) -> None:
        """The app's token opens sockets, the bot's does everything else."""
        right, other = self.state.world.bot_token, self.state.world.app_token
        if method == "apps.connections.open":
            right, other = other, right
        if not token:
            raise Refused("not_authed")
        if token != right:
            raise Refused("not_allowed_token_type" if token == other else "invalid_auth")

    def _scope(self, scope: str, given: dict[str, Any]) -> None:
        kind = self.state.world.seen(given["channel"]).kind if scope.startswith("*") else ""
        need(self.state, scope.replace("*", kind))

    def _response(self, request: web.Request, given: dict[str, Any]) -> web.Response:
        try:
            responses.respond(self.state, request.match_info["ticket"], given)
        except Refused as refused:
            gone = refused.error in {"expired_url", "used_url"}
            return web.json_response({"ok": False, "error": refused.error}, status=404 if gone else 200)
        return web.json_response({"ok": True})


def cut(transport: asyncio.Transport | None, *, hard: bool) -> None:
    """End a connection at once: with FIN, or `hard` with RST, as if a box in between had forgotten it."""
    if transport is None:
        return
    if hard:
        line = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _ratelimited(seconds: float) -> web.Response:
    """Slack gives whole seconds; a fault may give less, so that tests need not wait."""
    wait = seconds if seconds < 1 else math.ceil(seconds)
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": f"{wait:g}"})
