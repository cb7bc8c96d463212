"""The adapter of crash.chat: ports.Platform over HTTP. crash.keyed, crash.history and crash.blind name it.

It reads where the platform is, and how long to wait for it, in `chat.json` in the data folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Literal, NoReturn

import aiohttp

from digestbot.errors import PlatformError
from digestbot.model import Channel, MessageRef, Part
from digestbot.ports import Answer, Capabilities, News
from digestbot.settings import Settings

FILE = "chat.json"


class Adapter:
    """One variant of the platform."""

    def __init__(self, name: str, capabilities: Capabilities, url: str, timeout: float) -> None:
        """Take the variant's dotted path, what it can do, and where and how patiently it is asked."""
        self.name = name
        self.capabilities = capabilities
        self._url = f"{url}/{name.removeprefix('crash.')}"
        self._timeout = timeout
        self._opened: aiohttp.ClientSession | None = None

    def templates(self, channel: Channel) -> str:  # noqa: ARG002 - as ports.Platform
        """See ports.Platform."""
        return self.capabilities.templates

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:  # noqa: ARG002 - threads are none of its business
        """See ports.Platform."""
        marks = {"X-Key": key, "X-Worker": str(os.getpid()), "X-Began": f"{monotonic():.3f}"}
        try:
            async with self._session().post(self._where(channel), json=part.payload, headers=marks) as answer:
                if answer.status != 200:
                    _refuse(answer)
                return MessageRef(channel, (await answer.json())["id"])
        except aiohttp.ClientConnectorError as error:
            raise PlatformError("The chat cannot be reached.", permanent=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PlatformError("The chat gave no answer.", permanent=False, sent="perhaps") from error

    async def find(
        self,
        channel: Channel,
        key: str,
        since: datetime,
        parent: MessageRef | None = None,  # noqa: ARG002 - its channel shows its threads too
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """See ports.Platform."""
        if not self.capabilities.can_find:
            return "cannot look"
        asked = {"key": key, "since": str(since.timestamp())}
        try:
            async with self._session().get(self._where(channel), params=asked) as answer:
                if answer.status == 404:
                    return "absent"
                if answer.status != 200:
                    _refuse(answer)
                return MessageRef(channel, (await answer.json())["id"])
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PlatformError("The chat gave no answer.", permanent=False) from error

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Never asked: it cannot edit."""

    async def check(self, channel: Channel) -> Sequence[str]:  # noqa: ARG002 - as ports.Platform
        """See ports.Platform."""
        return ()

    async def run(self, answer: Answer, news: News | None = None) -> None:
        """See ports.Platform; nobody asks anything."""

    async def drain(self) -> None:
        """See ports.Platform."""
        if self._opened is not None:
            await self._opened.close()

    def _where(self, channel: Channel) -> str:
        return f"{self._url}/{channel.id}"

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout)
            self._opened = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)
        return self._opened


def _refuse(answer: aiohttp.ClientResponse) -> NoReturn:
    if answer.status == 429:
        wait = float(answer.headers["Retry-After"])
        raise PlatformError("The chat takes no more for now.", permanent=False, retry_after=wait)
    if answer.status >= 500:
        raise PlatformError(f"The chat failed with {answer.status}.", permanent=False, sent="perhaps")
    raise PlatformError(f"The chat refused with {answer.status}.", permanent=True)


def connect(settings: Settings, name: str, templates: str, *, find: bool, dedupe: bool) -> Adapter:
    """The variant of that name; see platforms.connect."""
    told = json.loads((settings.data / FILE).read_text(encoding="utf-8"))
    able = Capabilities(templates, can_find=find, dedupe_seconds=told["dedupe"] if dedupe else 0)
    return Adapter(name, able, told["url"], told["timeout"])
