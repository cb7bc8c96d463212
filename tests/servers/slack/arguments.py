"""A call's arguments: read from the request, held against the signatures of slack_sdk."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

# What every method takes; `token` travels in the header as a rule.
_ALWAYS = {"token", "team_id"}
# Methods that the SDK has no function for, reached with `api_call`.
_WITHOUT_FUNCTION = {"blocks.validate": {"blocks", "message", "view"}}
_BOOLEANS = {"inclusive", "include_all_metadata", "include_locale", "include_num_members", "exclude_archived",
             "return_im", "include_disabled", "include_users", "include_count"}  # fmt: skip
_JSON = {"blocks", "view", "metadata", "attachments", "message"}


async def read(request: web.Request) -> dict[str, Any]:
    """The arguments of a call from query, form or JSON, with what is written in texts taken out of them."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        found |= await request.json()
    elif request.can_read_body:
        found |= dict(await request.post())
    return {key: _read(key, value) for key, value in found.items()}


def token(request: web.Request, arguments: dict[str, Any]) -> str:
    """The token of a call: from its header, or else from its arguments."""
    bearer = request.headers.get("Authorization", "")
    return bearer.removeprefix("Bearer ") if bearer else str(arguments.get("token", ""))


def wrong(method: str, arguments: dict[str, Any]) -> Iterator[str]:
    """Names that the method does not have: Slack passes over them in silence, and so does the SDK."""
    for name in sorted(arguments.keys() - _known(method) - _ALWAYS):
        yield f"{method} has no argument {name!r}"


def missing(method: str, arguments: dict[str, Any]) -> Iterator[str]:
    """Arguments that the method cannot do without."""
    for name in sorted(_required(method) - arguments.keys()):
        yield f"{method} needs {name!r}"


def _read(key: str, value: Any) -> Any:
    if key in _BOOLEANS:
        return str(value).lower() in {"1", "true"}
    if key in _JSON and isinstance(value, str) and value[:1] in {"{", "["}:
        return json.loads(value)
    return value


@cache
def _parameters(method: str) -> dict[str, inspect.Parameter]:
    function = getattr(AsyncWebClient, method.replace(".", "_"), None)
    found = dict(inspect.signature(function).parameters) if function else {}
    return {name: p for name, p in found.items() if name != "self" and p.kind is not p.VAR_KEYWORD}


def _known(method: str) -> set[str]:
    return set(_parameters(method)) or _WITHOUT_FUNCTION.get(method, set())


def _required(method: str) -> set[str]:
    """`app_token` becomes the token."""
    return {name for name, p in _parameters(method).items() if p.default is p.empty} - {"app_token"}
