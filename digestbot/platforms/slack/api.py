"""Slack's Web API: one session with one time-out, no silent second tries, and PlatformError for whatever fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping

import aiohttp
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from digestbot import telemetry
from digestbot.errors import PlatformError
from digestbot.platforms.slack.refusals import FAILURES, Scope, understood

TIMEOUT_SECONDS = 15
"""Slack answers within a second; after this long nobody knows what became of a call."""


AGAIN_SECONDS = 60.0
"""After how long the same complaint of the SDK's is worth another line."""


class Quiet(logging.Handler):
    """The SDK's complaints as events: only where and what kind, for their texts may hold payloads and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple[str, str], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler. What is tried every few seconds complains once a minute."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        part = f"{record.module}.{record.funcName}"
        if record.created - self._told.get((part, kind), 0.0) > AGAIN_SECONDS:
            self._told[part, kind] = record.created
            telemetry.event("slack", failed=True, part=part, problem=kind)


LOG = logging.getLogger("digestbot.slack_sdk")
"""What the SDK is given to write to; it would print tracebacks of every lost connection."""
LOG.propagate = False
LOG.setLevel(logging.WARNING)
LOG.addHandler(Quiet())


class Api:
    """The Web API for one bot token.

    seconds: how long a call may take. scopes: what the token was granted, as Slack said with its last answer; None
    before the first.
    """

    def __init__(self, token: SecretStr, url: str, seconds: float = TIMEOUT_SECONDS) -> None:
        self.scopes: frozenset[str] | None = None
        self.token = token
        self._url = url
        self._seconds = seconds
        self._opened: AsyncWebClient | None = None

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client. Its session lives in the loop that asks first."""
        if self._opened is None:
            self._opened = AsyncWebClient(
                token=self.token.get_secret_value(),
                base_url=self._url,
                session=self._session(),
                retry_handlers=[],  # the default one posts again when an answer is lost, and nobody is told
                logger=LOG,
            )
        return self._opened

    @property
    def anonymous(self) -> AsyncWebClient:
        """The same without the token, for libraries that would take it for theirs."""
        return AsyncWebClient(base_url=self._url, session=self.client.session, retry_handlers=[], logger=LOG)

    async def call(
        self, answer: Awaitable[AsyncSlackResponse], about: object, *, scope: Scope = "workspace", ours: bool = True
    ) -> AsyncSlackResponse:
        """The answer to a call of `client`. about: what it is for. scope: whom its rate limit concerns.

        ours: it was made with the bot's token, and tells of its scopes. Raises PlatformError.
        """
        try:
            response = await answer
        except FAILURES as error:
            raise understood(error, about, scope) from error
        granted = response.headers.get("x-oauth-scopes") if response.headers else None
        if ours and granted is not None:
            self.scopes = frozenset(one.strip() for one in granted.split(","))
        return response

    async def respond(self, url: str, payload: Mapping[str, object]) -> None:
        """Use a response URL. Raises PlatformError."""
        webhook = AsyncWebhookClient(url, session=self.client.session, retry_handlers=[], logger=LOG)
        try:
            answer = await webhook.send_dict(dict(payload))
        except FAILURES as error:
            raise understood(error, "an answer", "channel") from error
        if answer.status_code != 200:
            raise PlatformError(f"Slack took no answer (status {answer.status_code}).", permanent=True)

    async def close(self) -> None:
        """Close the session; a call after it opens another one."""
        if self._opened is not None and self._opened.session is not None:
            await self._opened.session.close()
        self._opened = None

    def _session(self) -> aiohttp.ClientSession:
        # `timeout=` of the client counts for nothing beside a session.
        timeout = aiohttp.ClientTimeout(total=self._seconds, connect=0.9 * self._seconds)
        return aiohttp.ClientSession(timeout=timeout)
