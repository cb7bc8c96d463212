"""Slack's tokens, scopes and manifest."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from fakes import make_subscription
from pydantic import SecretStr
from servers.slack.api import METHODS
from servers.slack.world import SCOPES as GRANTED

from digestbot import platforms
from digestbot.cli import cli
from digestbot.config.workspaces import Workspace
from digestbot.errors import SettingsError
from digestbot.model import LOCAL, Channel
from digestbot.platforms.slack import API_URL, bolt, dialogue, happening, manifest, scopes
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.asking import Payload
from digestbot.platforms.slack.dialogue import Reply
from digestbot.platforms.slack.platform import Slack
from digestbot.platforms.slack.starting import Identity
from digestbot.settings import Settings

SOURCES = Path(dialogue.__file__).parent


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env, and none of Slack's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DIGESTBOT_SLACK_API_URL"):
        monkeypatch.delenv(name, raising=False)


def settings(*workspaces: str, url: str = "") -> Settings:
    """Settings with one subscription in each of these workspaces."""
    made = [
        replace(make_subscription(), channel=Channel("slack", name, f"C{n}")) for n, name in enumerate(workspaces, 1)
    ]
    return Settings((), Path(), Path("digestbot.toml"), subscriptions=tuple(made), slack_api_url=url)


@pytest.mark.parametrize(
    ("bot", "app", "says"),
    [
        ("", "xapp-1", "SLACK_BOT_TOKEN is missing"),
        ("xoxb-1", "", "SLACK_APP_TOKEN is missing"),
        ("xoxp-s3cret", "xapp-1", "SLACK_BOT_TOKEN is not such a token"),
        ("xoxb-1", "xoxb-s3cret", "SLACK_APP_TOKEN is not such a token"),
        ("xoxb-1 s3cret", "xapp-1", "SLACK_BOT_TOKEN is not such a token"),
        ("xoxb-1\ns3cret", "xapp-1", "SLACK_BOT_TOKEN is not such a token"),
    ],
)
def test_tokens_that_are_missing_or_mixed_up(monkeypatch: pytest.MonkeyPatch, bot: str, app: str, says: str) -> None:
    """Each is refused by its name, with where to find it, and without its value."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", bot)
    monkeypatch.setenv("SLACK_APP_TOKEN", app)
    with pytest.raises(SettingsError, match=says) as refused:
        platforms.connect("slack", settings())
    assert "s3cret" not in f"{refused.value!r}"
    assert "the app's page" in str(refused.value)


def test_a_token_alone_counts_as_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is connected as soon as one of its tokens is set, so that the other one is asked for."""
    assert "slack" not in platforms.configured()
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert "slack" in platforms.configured()


@pytest.mark.parametrize(
    ("url", "asked"), [("", API_URL), ("http://127.0.0.1:1/api", "http://127.0.0.1:1/api/"), ("slack.com", None)]
)
def test_the_api_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch, url: str, asked: str | None) -> None:
    """DIGESTBOT_SLACK_API_URL names another base URL; what is none is refused."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    if asked is None:
        with pytest.raises(SettingsError, match="DIGESTBOT_SLACK_API_URL"):
            platforms.connect("slack", settings(url=url))
        return
    connected = platforms.connect("slack", settings(url=url))
    assert isinstance(connected, Slack)
    assert connected.posting.api._url == asked  # noqa: SLF001 - it opens a session that a loop has to close


def test_one_workspace_by_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands land in the workspace that digestbot.toml names; two of them need two digestbots."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    for names, workspace in (((), LOCAL), (("acme", "acme"), "acme")):
        connected = platforms.connect("slack", settings(*names))
        assert isinstance(connected, Slack)
        assert connected.posting.workspace == workspace
    with pytest.raises(SettingsError, match=r"several workspaces \(acme, other\)"):
        platforms.connect("slack", settings("acme", "other"))


def test_a_workspaces_own_table_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no channel says so, the workspace is the one whose table has an id of Slack's, or a channel of it."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")

    def called(*tables: Workspace, at: tuple[str, ...] = ()) -> str:
        connected = platforms.connect("slack", replace(settings(*at), workspaces=tables))
        assert isinstance(connected, Slack)
        return connected.posting.workspace

    told = Workspace("acme", admin_channel=Channel("slack", "acme", "C9"))
    guild = Workspace("112233445566778899", admin_channel=Channel("discord", "112233445566778899", "1"))
    assert called(Workspace("T0123ABCD")) == "T0123ABCD"
    assert called(told, guild, Workspace("T0123ABCD")) == "acme"
    assert called(guild, Workspace("local"), Workspace("TEAM")) == LOCAL
    assert called(Workspace("T0123ABCD"), at=("acme",)) == "acme"
    with pytest.raises(SettingsError, match=r"several workspaces \(T0123ABCD, T0456EFGH\)"):
        called(Workspace("T0123ABCD"), Workspace("T0456EFGH"))


async def test_other_tools_settings_set_up_no_oauth(monkeypatch: pytest.MonkeyPatch) -> None:
    """SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, which bolt would act on, change nothing, and stay as they are."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s3cret")
    api = Api(SecretStr("xoxb-1"), API_URL)
    made = bolt.app(api, Identity("T1", "acme", "Acme", "U1", "B1"), _unheard)
    await api.close()
    assert made.oauth_flow is None
    assert os.environ["SLACK_CLIENT_SECRET"] == "s3cret"  # noqa: TID251 - what is left of it


async def _unheard(_: Payload) -> Reply:
    raise AssertionError


def called() -> set[str]:
    """The methods of the Web API that the adapter calls, by its source."""
    found: set[str] = set()
    for path in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr.replace("_", ".", 1))
                found.add(re.sub(r"_([a-z]+)$", r".\1", node.attr))
    return {method for name in found if (method := _method(name))}


def _method(name: str) -> str:
    """The method of this name, however the SDK spells it."""
    return next(
        (
            method
            for method in METHODS
            if method.replace(".", "").lower() == name.replace(".", "").replace("_", "").lower()
        ),
        "",
    )


def test_the_manifest_asks_for_what_is_called() -> None:
    """Every method that the code calls is listed, and every scope is needed by one of them, or by commands."""
    listed = {method for one in scopes.SCOPES for method in one.methods} | set(scopes.FREE)
    assert called() == listed
    asked = {one.name for one in scopes.SCOPES}
    kinds = {
        "*:read": {"channels:read", "groups:read"},
        "*:history": {"channels:history", "groups:history", "im:history"},
    }
    needed = {scope for method in called() for scope in kinds.get(METHODS[method][1], {METHODS[method][1]})}
    assert needed - {""} == asked - {"commands"}
    assert asked <= set(GRANTED)


def test_the_manifest_lists_what_is_listened_to() -> None:
    """Every event that the code reacts to is subscribed to, and every command is there."""
    made = manifest.manifest()
    events = set(made["settings"]["event_subscriptions"]["bot_events"])
    assert events == set(happening.EVENTS) | {dialogue.HOME}
    assert [one["command"] for one in made["features"]["slash_commands"]] == ["/quote", "/digest"]
    assert made["settings"]["socket_mode_enabled"]
    assert made["settings"]["interactivity"] == {"is_enabled": True}


def limits() -> Iterator[tuple[str, int]]:
    """The manifest's texts that Slack limits (docs.slack.dev/reference/app-manifest), with what they may have."""
    made = manifest.manifest()
    yield made["display_information"]["description"], 140
    yield made["display_information"]["name"], 35
    for one in made["features"]["slash_commands"]:
        yield one["description"], 2_000
        yield one["usage_hint"], 1_000
    for one in made["features"]["shortcuts"]:
        yield one["name"], 24
        yield one["description"], 150
        yield one["callback_id"], 255


@pytest.mark.parametrize(("text", "most"), tuple(limits()))
def test_the_manifest_keeps_to_slacks_limits(text: str, most: int) -> None:
    """What is too long Slack would refuse with the whole manifest."""
    assert 0 < len(text) <= most


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_manifest_is_printed(form: str) -> None:
    """`digestbot slack manifest` prints it whole; in YAML with the reason beside each scope and event."""
    result = CliRunner().invoke(cli, ["slack", "manifest", *(["--json"] if form == "json" else [])])
    assert result.exit_code == 0
    read = json.loads(result.output) if form == "json" else yaml.safe_load(result.output)
    assert read == manifest.manifest()
    if form == "yaml":
        for one in scopes.SCOPES:
            assert f"- {one.name}  # {one.why}\n" in result.output
