"""JSON from a service's API: asked politely, waited for, and never answered by another host than the one asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import aiohttp

from digestbot.credentials import token_setting
from digestbot.errors import SourceError
from digestbot.sources.job import Job

TIMEOUT = aiohttp.ClientTimeout(total=120, connect=30)
LONGEST_WAIT = 120.0
"""Seconds; a service that wants longer is asked again at a later refresh."""

MOST_BYTES = 64 * 1024 * 1024
"""Of one answer."""

TRIES = 5
_DEFAULT_WAIT = 10.0


class Service:
    """A service's API at one address, with the job's token in the header `Authorization: <scheme> <token>`."""

    def __init__(self, job: Job, url: str, scheme: str) -> None:
        self._job = job
        self._url = url
        headers = {"Authorization": f"{scheme} {job.token.get_secret_value()}"} if job.token else {}
        self._session = aiohttp.ClientSession(timeout=TIMEOUT, headers={**headers, "Accept": "application/json"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """The answer to one query. Waits and asks again where that may help; raises SourceError where it did not."""
        for number in range(TRIES):
            try:
                return await self._once(asked)
            except SourceError as error:
                wait = 2.0**number if error.retry_after is None else error.retry_after
                if error.permanent or number == TRIES - 1 or wait > LONGEST_WAIT:
                    raise
            await self._job.sleep(wait)
        raise AssertionError("unreachable")  # pragma: no cover

    async def _once(self, asked: Mapping[str, str]) -> dict[str, Any]:
        try:
            # A redirect would carry the token to wherever it points.
            async with self._session.get(self._url, params=asked, allow_redirects=False) as answer:
                self._refuse(answer)
                body = await self._body(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SourceError(f"{self._named} cannot be reached ({type(error).__name__}).") from error
        try:
            found = json.loads(body)
        except ValueError as error:
            raise SourceError(f"{self._named} answered with something that is no JSON.") from error
        if not isinstance(found, dict):
            raise SourceError(f"{self._named} answered with JSON of another shape than its API has.", permanent=True)
        return found

    def _refuse(self, answer: aiohttp.ClientResponse) -> None:
        """Raise SourceError for any answer but a good one."""
        if answer.status == 200:
            return
        if answer.status == 429:
            raise SourceError(f"{self._named} asks for a pause.", retry_after=_seconds(answer, self._job))
        if answer.status in {401, 403}:
            fix = "Mend" if self._job.token else "Set"
            setting = token_setting(self._job.order.name)
            raise SourceError(f"{self._named} refuses the token. {fix} {setting}.", permanent=True)
        if answer.status >= 500:
            raise SourceError(f"{self._named} has a fault of its own (status {answer.status}).")
        raise SourceError(
            f"{self._named} does not know what was asked (status {answer.status}). Check the source's table.",
            permanent=True,
        )

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in answer.content.iter_chunked(1 << 16):
            body += chunk
            if len(body) > MOST_BYTES:
                raise SourceError(f"{self._named} answered with more than {MOST_BYTES >> 20} MiB.", permanent=True)
        return bytes(body)

    @property
    def _named(self) -> str:
        return f"{self._job.order.name} ({self._url.partition('://')[2].partition('/')[0]})"


def _seconds(answer: aiohttp.ClientResponse, job: Job) -> float:
    """What Retry-After says, in seconds; it may be a number or a date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal() and len(text) < 8:
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text).replace(tzinfo=UTC) - job.now).total_seconds())
    except (ValueError, TypeError):
        return _DEFAULT_WAIT
