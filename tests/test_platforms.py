from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import make_subscription
from pydantic import SecretStr
from servers.webhook import Webhooks

from digestbot import platforms
from digestbot.errors import PlatformError, SettingsError
from digestbot.model import Channel, Part
from digestbot.platforms.webhook import LONGEST_WAIT_SECONDS, Webhook
from digestbot.settings import Settings

TEAM = Channel("webhook", "local", "team")
HELLO = Part({"text": "hello", "content": "hello"}, "hello")


@pytest.fixture
async def server() -> AsyncIterator[Webhooks]:
    """A local server that takes webhooks."""
    async with Webhooks() as running:
        yield running


async def post(url: str) -> PlatformError | str:
    """What comes of one post to this URL: the error, or the reference's id."""
    webhook = Webhook({"team": SecretStr(url)})
    try:
        return (await webhook.post(TEAM, HELLO, "key", None)).id
    except PlatformError as error:
        return error
    finally:
        await webhook.drain()


@pytest.mark.parametrize(
    ("step", "permanent", "sent"),
    [
        ("400", True, "no"),
        ("403", True, "no"),
        ("404", True, "no"),
        ("302", True, "no"),
        ("408", False, "perhaps"),
        ("500", False, "perhaps"),
        ("503", False, "perhaps"),
        ("drop", False, "perhaps"),
    ],
)
@pytest.mark.parametrize("kind", ["slack", "discord"])
async def test_every_refusal_is_told_apart(
    server: Webhooks, step: str, kind: str, *, permanent: bool, sent: str
) -> None:
    """A refusal is permanent; a failure or a cut line may have let the message through. Each is tried exactly once."""
    server.script = [step]
    error = await post(getattr(server, kind))
    assert isinstance(error, PlatformError)
    assert (error.permanent, error.sent) == (permanent, sent)
    assert server.tries == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.35", 0.35), ("soon", 30.0), ("nan", 30.0), ("-5", 30.0), ("99999999", 86400.0)],
)
async def test_retry_after(server: Webhooks, header: str, seconds: float) -> None:
    """A 429 says how long to wait; what says nothing sensible becomes a sensible wait."""
    assert seconds <= LONGEST_WAIT_SECONDS
    server.script, server.retry_after = ["429"], header
    error = await post(server.slack)
    assert isinstance(error, PlatformError)
    assert (error.permanent, error.sent, error.retry_after) == (False, "no", seconds)


async def test_discord_names_the_message_and_pings_nobody(server: Webhooks) -> None:
    """Discord is asked to wait, its id is kept, and mentions in a digest ping nobody. Slack gets no such field."""
    assert await post(server.discord) == "1"
    assert await post(server.slack) == ""
    assert server.accepted[0]["allowed_mentions"] == {"parse": []}
    assert "allowed_mentions" not in server.accepted[1]


async def test_nobody_there_means_not_sent() -> None:
    """A connection that is refused did certainly not bring the message."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = await post(f"http://127.0.0.1:{taken.getsockname()[1]}/services/T0/B0/s3cret")
    assert isinstance(error, PlatformError)
    assert (error.permanent, error.sent) == (False, "no")


@pytest.mark.parametrize("step", ["404", "500", "429", "drop"])
async def test_the_url_is_in_no_error(server: Webhooks, step: str) -> None:
    """The secret part of the URL is neither in an error nor in what caused it."""
    server.script = [step]
    error = await post(server.slack)
    assert isinstance(error, PlatformError)
    assert "s3cret" not in f"{error!r} {error.__cause__!r} {error.__cause__}"


@pytest.mark.parametrize(
    ("path", "templates"),
    [
        ("/services/T0/B0/x", "slack"),
        ("/api/webhooks/1/x-Y_z", "discord"),
        ("/api/v10/webhooks/1/x", "discord"),
        ("/api/webhooks/1/x/slack", "slack"),
        ("/hooks/anything", "slack"),
    ],
)
def test_the_path_decides_the_templates(path: str, templates: str) -> None:
    """A URL of Discord's form takes Discord's payload on any host; all others take Slack's."""
    webhook = Webhook({"team": SecretStr(f"https://chat.example.org{path}")})
    assert webhook.templates(TEAM) == templates


def settings_for(tmp_path: Path, channel: Channel) -> Settings:
    """Settings with one subscription of this channel."""
    subscription = replace(make_subscription(), channel=channel)
    return Settings((), tmp_path, tmp_path / "digestbot.toml", subscriptions=(subscription,))


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "subscription “morning”: no URL is set for webhook:team. Set DIGESTBOT_WEBHOOK_TEAM="),
        ("hooks.example.org/s3cret", "DIGESTBOT_WEBHOOK_TEAM is not a URL"),
        ("ftp://example.org/s3cret", "DIGESTBOT_WEBHOOK_TEAM is not a URL"),
        ("https://exa mple:p/s3cret", "DIGESTBOT_WEBHOOK_TEAM is not a URL"),
    ],
)
def test_a_webhook_without_its_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, complaint: str) -> None:
    """A missing or wrong URL is refused at the start, by the setting's name and without its value."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGESTBOT_WEBHOOK_TEAM", url)
    with pytest.raises(SettingsError) as refused:
        platforms.connect("webhook", settings_for(tmp_path, TEAM))
    assert complaint in str(refused.value)
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"


def test_a_platform_outside_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dotted path names a platform of somebody else's; names that lead nowhere are refused with what exists."""
    (tmp_path / "our_bots").mkdir()
    (tmp_path / "our_bots" / "matrix.py").write_text(
        "from fakes import FakePlatform\n\ndef connect(_):\n    return FakePlatform('matrix')\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    settings = settings_for(tmp_path, TEAM)
    assert platforms.connect("our_bots.matrix", settings).name == "matrix"
    with pytest.raises(SettingsError, match=r"there is no module our_bots\.irc"):
        platforms.connect("our_bots.irc", settings)
    with pytest.raises(SettingsError, match=r"there is no module digestbot\.platforms\.webhok"):
        platforms.connect("webhok", settings)
    assert "our_bots.irc" not in sys.modules


async def test_discord_edits_its_message_in_place(server: Webhooks) -> None:
    """An edit replaces the whole of a message, pings nobody, and its refusals are told apart as those of a post."""
    webhook = Webhook({"team": SecretStr(server.discord)})
    ref = await webhook.post(TEAM, Part({"embeds": [{"description": "old"}]}, "old"), "key", None)
    await webhook.edit(ref, Part({"content": "new"}, "new"))
    assert server.accepted == [{"content": "new", "embeds": [], "allowed_mentions": {"parse": []}}]
    with pytest.raises(PlatformError) as gone:
        await webhook.edit(replace(ref, id="99"), HELLO)
    server.script = ["429"]
    with pytest.raises(PlatformError) as later:
        await webhook.edit(ref, HELLO)
    await webhook.drain()
    assert (gone.value.permanent, later.value.permanent, later.value.retry_after) == (True, False, 1.0)
