"""What the doctor says of a Slack workspace, and what /readyz does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import make_subscription
from servers.slack import Slack as LocalSlack
from slack_seat import Answers, platform, running

from digestbot import platforms
from digestbot.doctor import channels
from digestbot.doctor.installation import Installation
from digestbot.environment import Variables
from digestbot.findings import Finding, Level, ask, worst
from digestbot.model import LOCAL, Channel
from digestbot.platforms.slack.scopes import SCOPES
from digestbot.platforms.slack.sockets import COUNT
from digestbot.ports import Connected
from digestbot.settings import Settings

TOKENS = ("slack tokens", "slack app", "slack scopes", "slack digests")


@pytest.fixture
async def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalSlack]:
    """A local Slack whose tokens are set, and no .env."""
    monkeypatch.chdir(tmp_path)
    async with LocalSlack() as made:
        monkeypatch.setenv("SLACK_BOT_TOKEN", made.world.bot_token)
        monkeypatch.setenv("SLACK_APP_TOKEN", made.world.app_token)
        yield made


def settings(local: LocalSlack, *ids: str, workspace: str = LOCAL, templates: Path | None = None) -> Settings:
    """Settings with a subscription of each of these channels."""
    made = [replace(make_subscription(), id=one, channel=Channel("slack", workspace, one)) for one in ids]
    told = Settings((), Path(), Path("digestbot.toml"), subscriptions=tuple(made), slack_api_url=local.api_url)
    return replace(told, templates=templates)


async def found(local: LocalSlack, **more: str) -> Mapping[str, Sequence[Finding]]:
    """What each of Slack's own checks finds."""
    return {one.name: await ask(one, 5) for one in platforms.checks("slack", settings(local, "C1", **more))}


def said(findings: Sequence[Finding]) -> str:
    """All that was found, in a text."""
    return "\n".join(f"{one.level}: {one.what} {one.fix}".strip() for one in findings)


async def test_all_is_well(local: LocalSlack) -> None:
    """An app in order: each check says what it saw, shows no token and posts nothing; offline only tokens are asked."""
    all_found = await found(local)
    assert tuple(all_found) == TOKENS
    text = said([one for findings in all_found.values() for one in findings])
    assert worst([one for findings in all_found.values() for one in findings]) is Level.OK, text
    assert "(T0001)" in text
    assert local.world.bot_token not in text
    assert len(local.calls("blocks.validate")) >= 3
    assert not list(local.world.messages())
    assert [one.name for one in platforms.checks("slack", settings(local)) if not one.online] == ["slack tokens"]


@pytest.mark.parametrize(
    ("set_to", "check", "says"),
    [
        ("SLACK_BOT_TOKEN=", "slack tokens", "SLACK_BOT_TOKEN is missing. Set it to the Bot User OAuth Token"),
        ("SLACK_APP_TOKEN=xoxb-1", "slack tokens", "SLACK_APP_TOKEN is not such a token. Set it to"),
        ("SLACK_APP_TOKEN=", "slack app", "Slack was not asked. Set the tokens"),
        ("SLACK_BOT_TOKEN=xoxb-old", "slack app", "the bot's token is not known. Set SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN=xapp-old", "slack app", "SLACK_APP_TOKEN is not known to Slack. It is made on"),
    ],
)
async def test_a_token_that_is_wrong(
    local: LocalSlack, monkeypatch: pytest.MonkeyPatch, set_to: str, check: str, says: str
) -> None:
    """It is named, with the fix; the other one is looked at all the same."""
    name, value = set_to.split("=")
    monkeypatch.setenv(name, value)
    text = said((await found(local))[check])
    assert says in text
    if value in {"xoxb-old", "xapp-old"}:
        assert "ok: " in text


async def test_another_workspace_is_meant(local: LocalSlack) -> None:
    """A token of another workspace than digestbot.toml names is an error."""
    text = said((await found(local, workspace="acme"))["slack app"])
    assert "error: " in text
    assert "digestbot.toml speaks of acme" in text


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
async def test_a_scope_that_was_not_granted(local: LocalSlack, scope: object) -> None:
    """Each is named with what fails without it; only those are errors without which nothing works at all."""
    name = str(getattr(scope, "name"))  # noqa: B009 - a parameter
    local.world.scopes.discard(name)
    (one,) = (await found(local))["slack scopes"]
    assert f"lacks the scope {name}:" in one.what
    assert "OAuth & Permissions" in one.fix
    assert (one.level is Level.ERROR) == (name in {"chat:write", "commands"})


async def test_templates_that_slack_refuses(local: LocalSlack, tmp_path: Path) -> None:
    """What Slack's own validator says against a digest of somebody's own template is told."""
    (tmp_path / "mine" / "slack").mkdir(parents=True)
    template = "text: Digest\nblocks:\n  - type: section\n    text:\n      type: odd\n      text: Digest\n"
    (tmp_path / "mine" / "slack" / "digest.yaml").write_text(template, encoding="utf-8")
    told = settings(local, "C1", templates=tmp_path / "mine")
    checks = {one.name: one for one in platforms.checks("slack", told)}
    text = said(await ask(checks["slack digests"], 5))
    local.take_problems()
    assert "error: Slack would refuse a digest: /" in text
    assert "digestbot preview" in text


@pytest.mark.parametrize(
    ("channel", "says"),
    [("C1", "ok: "), ("C2", "/invite @digestbot"), ("G2", "/invite @digestbot"), ("C3", "Unarchive it")],
)
async def test_each_channel(local: LocalSlack, channel: str, says: str) -> None:
    """Each subscription's channel is looked at: whether digestbot is in it, and whether it still takes messages."""
    of = Installation(Variables(), settings(local, channel))
    (look,) = [one for one in channels.checks(of) if one.name == "slack channels"]
    assert says in said(await ask(look, 5))


async def test_a_channel_without_history(local: LocalSlack) -> None:
    """Without the scope for it the doctor says of each channel what that means."""
    local.world.scopes.discard("channels:history")
    of = Installation(Variables(), settings(local, "C1"))
    (look,) = [one for one in channels.checks(of) if one.name == "slack channels"]
    assert "cannot be read: the app lacks channels:history" in said(await ask(look, 5))


@pytest.mark.usefixtures("local")
async def test_a_workspace_without_subscriptions(local: LocalSlack) -> None:
    """Where only the tokens are set, for /quote and orders by command, they are looked at as well."""
    names = [one.name for one in channels.checks(Installation(Variables(), settings(local)))]
    assert names == list(TOKENS)


async def test_readiness_is_the_sockets(local: LocalSlack) -> None:
    """No socket is an error, one a warning, two are well; Slack's API is not asked for it."""
    slack = platform(local)
    assert isinstance(slack, Connected)
    assert worst(slack.standing()) is Level.ERROR
    await slack.drain()
    async with running(local, Answers()) as slack:
        async with asyncio.timeout(2):
            while slack.sockets_up < COUNT:  # noqa: ASYNC110 - the server is not told
                await asyncio.sleep(0.01)
        calls = len(local.state.calls)
        assert worst(slack.standing()) is Level.OK
        assert len(local.state.calls) == calls
        local.hub.enabled = False
        local.hub.reset(local.hub.live[0].number)
        async with asyncio.timeout(2):
            while slack.sockets_up == COUNT:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert worst(slack.standing()) is Level.WARNING
        local.hub.enabled = True
