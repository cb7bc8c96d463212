"""Incoming webhooks of Slack and Discord: send-only, no bot and no token needed; the URL is the secret.

A webhook has neither a history nor idempotency keys. Whatever may have arrived is therefore reported as such, nothing
is tried twice here, and the service decides what follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NoReturn

import aiohttp
from pydantic import SecretStr
from yarl import URL

from digestbot import credentials
from digestbot.credentials import webhook_setting
from digestbot.errors import PlatformError, SettingsError
from digestbot.model import Channel, MessageRef, Part
from digestbot.ports import Answer, Capabilities, Pace
from digestbot.settings import Settings

TIMEOUT_SECONDS = 15
"""A webhook answers within a second; after this long nobody knows what became of the message."""

DEFAULT_WAIT_SECONDS = 30.0
"""How long to wait after a 429 that does not say."""

LONGEST_WAIT_SECONDS = 24 * 3600.0

# https://discord.com/developers/docs/resources/webhook; a path that ends in /slack takes Slack's payload.
_DISCORD = re.compile(r"/api/(?:v\d+/)?webhooks/\d+/[\w-]+/?")
_CODE = re.compile(r"[a-z][a-z0-9_]{2,40}")


class Webhook:
    """Every incoming webhook of the installation; a channel's id is the webhook's name.

    Slack takes a message a second a channel (https://docs.slack.dev/apis/web-api/rate-limits), Discord five in two
    seconds a webhook (its headers say so); the slower of the two holds for both.
    """

    name = "webhook"
    capabilities = Capabilities("slack", can_edit=True, paces=(Pace("channel", 1.0),))

    def __init__(self, urls: Mapping[str, SecretStr]) -> None:
        """Take the URLs by their names, in lower case and with _ in place of -."""
        self._urls = urls
        self._opened: aiohttp.ClientSession | None = None

    def templates(self, channel: Channel) -> str:
        """Discord's for a URL of Discord's form, wherever it is; everything else takes Slack's payload."""
        return "discord" if _is_discord(self._url(channel)) else "slack"

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:  # noqa: ARG002 - webhooks have neither keys nor threads
        """See ports.Platform; the reference has an id on Discord, "" on Slack, which names none."""
        url = self._url(channel)
        discord = _is_discord(url)
        # Without `wait` Discord answers before it has made the message, and names no id.
        target = url.update_query(wait="true") if discord else url
        return await self._send("POST", target, channel, part, discord=discord)

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """See ports.Platform: Discord's webhooks edit their own messages, Slack's name none and cannot."""
        url = self._url(ref.channel)
        if not _is_discord(url) or not ref.id:
            raise PlatformError(f"{ref.channel} is a webhook that cannot change what it posted.", permanent=True)
        # https://discord.com/developers/docs/resources/webhook#edit-webhook-message; what is not named stays.
        emptied = Part({"content": "", "embeds": [], **part.payload}, part.text)
        await self._send("PATCH", url / "messages" / ref.id, ref.channel, emptied, discord=True)

    async def pin(self, ref: MessageRef) -> None:
        """No webhook pins anything, and none says that it can."""

    async def unpin(self, ref: MessageRef) -> None:
        """As `pin`."""

    async def _send(
        self, method: Literal["POST", "PATCH"], target: URL, channel: Channel, part: Part, *, discord: bool
    ) -> MessageRef:
        payload = {"allowed_mentions": {"parse": []}, **part.payload} if discord else part.payload
        try:
            async with self._session().request(method, target, json=payload, allow_redirects=False) as answer:
                return await _taken(answer, channel, discord=discord)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise PlatformError(f"{channel} cannot be reached.", permanent=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PlatformError(f"{channel} gave no answer.", permanent=False, sent="perhaps") from error

    async def find(
        self,
        channel: Channel,  # noqa: ARG002 - see below
        key: str,  # noqa: ARG002 - see below
        since: datetime,  # noqa: ARG002 - see below
        parent: MessageRef | None = None,  # noqa: ARG002 - see below
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """A webhook shows no history."""
        return "cannot look"

    async def check(self, channel: Channel) -> Sequence[str]:
        """See ports.Platform. Whether the URL still works only a message would tell."""
        try:
            self._url(channel)
        except PlatformError as error:
            return (str(error),)
        return ()

    async def run(self, answer: Answer) -> None:
        """Nothing is ever asked through an incoming webhook."""

    async def drain(self) -> None:
        """See ports.Platform."""
        if self._opened is not None:
            await self._opened.close()

    def _url(self, channel: Channel) -> URL:
        secret = self._urls.get(_name(channel))
        if secret is None:
            raise PlatformError(_missing(channel), permanent=True)
        return URL(secret.get_secret_value())

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS, connect=TIMEOUT_SECONDS - 1)
            # A kept connection may be closed by the other side just as it is used, and nobody could say what arrived.
            connector = aiohttp.TCPConnector(force_close=True)
            self._opened = aiohttp.ClientSession(connector=connector, timeout=timeout)
        return self._opened


def connect(settings: Settings) -> Webhook:
    """The webhooks that the subscriptions use. Raises SettingsError for one without a URL."""
    urls = credentials.load().webhook
    for subscription in settings.subscriptions:
        if subscription.channel.platform == Webhook.name:
            _check(urls, subscription.channel, f"{settings.config}: subscription “{subscription.id}”: ")
    return Webhook(urls)


def configured() -> bool:
    """Whether any webhook has a URL. Raises SettingsError as `credentials.load`."""
    return bool(credentials.load().webhook)


def _check(urls: Mapping[str, SecretStr], channel: Channel, place: str) -> None:
    secret = urls.get(_name(channel))
    if secret is None:
        raise SettingsError(place + _missing(channel))
    try:
        url = URL(secret.get_secret_value())
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise SettingsError(f"{webhook_setting(channel.id)} is not a URL. Write the https://… that the platform shows.")


def _missing(channel: Channel) -> str:
    setting = webhook_setting(channel.id)
    return f"no URL is set for {channel.platform}:{channel.id}. Set {setting}=https://… in the environment or in .env."


def _name(channel: Channel) -> str:
    return channel.id.replace("-", "_").lower()


def _is_discord(url: URL) -> bool:
    return _DISCORD.fullmatch(url.path) is not None


async def _taken(answer: aiohttp.ClientResponse, channel: Channel, *, discord: bool) -> MessageRef:
    """The reference that a good answer gives; raises PlatformError by the status of every other."""
    if answer.status >= 300:
        await _refuse(answer, channel)
    if not discord:
        return MessageRef(channel, "")
    try:
        said = await answer.json(content_type=None)
    except (ValueError, aiohttp.ClientError, TimeoutError):
        said = {}  # it arrived all the same: the status said so
    return MessageRef(channel, str(said.get("id", "")) if isinstance(said, dict) else "")


async def _refuse(answer: aiohttp.ClientResponse, channel: Channel) -> NoReturn:
    status = answer.status
    if status == 429:
        wait = _seconds(answer.headers.get("Retry-After"))
        raise PlatformError(f"{channel} takes no more messages for now.", permanent=False, retry_after=wait)
    if status >= 500 or status == 408:
        raise PlatformError(f"{channel} failed with status {status}.", permanent=False, sent="perhaps")
    text = (await answer.content.read(200)).decode("utf-8", "replace").strip()
    code = f" ({text})" if _CODE.fullmatch(text) else ""
    raise PlatformError(f"{channel} refused the message with status {status}{code}.", permanent=True)


def _seconds(header: str | None) -> float:
    """Retry-After in seconds (both platforms send that form, Discord with decimals), within reason."""
    if header is None or not re.fullmatch(r"\d{1,9}(\.\d+)?", header):
        return DEFAULT_WAIT_SECONDS
    return min(float(header), LONGEST_WAIT_SECONDS)
