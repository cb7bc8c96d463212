"""What ports.Platform promises, asked of every platform against a terminal or a local server of its own."""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TextIO

import pytest
from fakes import CHANNEL, NOW, FakePlatform
from pydantic import SecretStr
from servers.slack import Slack as LocalSlack
from servers.webhook import Webhooks
from slack_seat import HERE, platform

from digestbot.errors import PlatformError
from digestbot.model import Answered, Channel, Command, Message, Part
from digestbot.platforms.console import Console
from digestbot.platforms.webhook import Webhook
from digestbot.ports import Pace, Platform

KEY = "0123456789abcdef01234567"
PARTS = {
    "fake": Part({}, "hello"),
    "console": Part({}, "hello"),
    "slack": Part(
        {"text": "hello", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]}, "hello"
    ),
    "discord": Part({"content": "hello"}, "hello"),
    "workspace": Part(
        {"text": "hello", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "hello"}}]}, "hello"
    ),
}


@dataclass
class Seat:
    """A platform, a channel of it, a part that it takes, and the templates that suit the channel."""

    platform: Platform
    channel: Channel
    part: Part
    templates: str


def file_of(text: str) -> TextIO:
    """A file that holds these lines."""
    file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - the console reads it later
    file.write(text)
    file.seek(0)
    return file


@pytest.fixture(params=["fake", "console", "slack", "discord", "workspace"])
async def seat(request: pytest.FixtureRequest) -> AsyncIterator[Seat]:
    """Each platform, ready to post."""
    part = PARTS[request.param]
    if request.param == "fake":
        yield Seat(FakePlatform(), CHANNEL, part, "text")
    elif request.param == "console":
        with file_of("") as nothing:
            yield Seat(Console(nothing, io.StringIO()), Channel("console", "local", "console"), part, "text")
    elif request.param == "workspace":
        async with LocalSlack() as local:
            slack = platform(local)
            yield Seat(slack, HERE, part, "slack")
            await slack.drain()
    else:
        async with Webhooks() as server:
            url = server.slack if request.param == "slack" else server.discord
            webhook = Webhook({"team": SecretStr(url)})
            yield Seat(webhook, Channel("webhook", "local", "team"), part, request.param)
            await webhook.drain()


async def test_a_post_gives_a_reference(seat: Seat) -> None:
    """A part that is taken gives a reference in its channel; a second one may continue the first."""
    first = await seat.platform.post(seat.channel, seat.part, KEY, None)
    second = await seat.platform.post(seat.channel, seat.part, KEY[::-1], first)
    assert first.channel == second.channel == seat.channel


async def test_templates_suit_the_channel(seat: Seat) -> None:
    """Each channel says which templates suit it."""
    assert seat.platform.templates(seat.channel) == seat.templates


async def test_find_tells_or_cannot_look(seat: Seat) -> None:
    """What was posted is found under its key, or the platform cannot look; it never says `absent` of what is there."""
    able = seat.platform.capabilities.can_find
    since = NOW - timedelta(days=3650)
    ref = await seat.platform.post(seat.channel, seat.part, KEY, None)
    rest = await seat.platform.post(seat.channel, seat.part, KEY[::-1], ref)
    assert await seat.platform.find(seat.channel, KEY, since) == (ref if able else "cannot look")
    assert await seat.platform.find(seat.channel, KEY[::-1], since, ref) == (rest if able else "cannot look")
    assert await seat.platform.find(seat.channel, "f" * 24, since) == ("absent" if able else "cannot look")


async def test_an_edit_is_taken_or_refused(seat: Seat) -> None:
    """What has an id where edits are possible is put in the place of a message; all else is refused for good."""
    ref = await seat.platform.post(seat.channel, seat.part, KEY, None)
    if seat.platform.name != "console" and ref.id:
        assert seat.platform.capabilities.can_edit
        await seat.platform.edit(ref, seat.part)
        if seat.platform.capabilities.can_find:
            assert await seat.platform.find(seat.channel, KEY, NOW - timedelta(days=3650)) == ref
        return
    with pytest.raises(PlatformError) as refused:
        await seat.platform.edit(ref, seat.part)
    assert (refused.value.permanent, refused.value.sent) == (True, "no")


async def test_a_pin_holds_once(seat: Seat) -> None:
    """Where a platform can pin, asking again for what is so already is no failure."""
    if not seat.platform.capabilities.can_pin:
        return
    ref = await seat.platform.post(seat.channel, seat.part, KEY, None)
    for _ in range(2):
        await seat.platform.pin(ref)
    for _ in range(2):
        await seat.platform.unpin(ref)


async def test_paces_can_be_kept(seat: Seat) -> None:
    """Every pace lets something through, and at least one at once; no two are of one scope."""
    paces = seat.platform.capabilities.paces
    assert all(pace.seconds > 0 and pace.burst >= 1 for pace in paces)
    assert len({pace.scope for pace in paces}) == len(paces)


def test_a_pace_counts_what_is_paced_together() -> None:
    """Each scope has a name of its own in the store; channels share those of their workspace and platform."""
    here, there = Channel("slack", "acme", "C1"), Channel("slack", "acme", "C2")
    for scope, shared in (("platform", True), ("workspace", True), ("channel", False)):
        pace = Pace(scope, 1.0)
        assert (pace.name(here) == pace.name(there)) is shared
    assert Pace("workspace", 1.0).name(here) != Pace("workspace", 1.0).name(Channel("slack", "other", "C1"))


async def test_a_channel_in_order_has_no_findings(seat: Seat) -> None:
    """A check of a channel that takes messages finds nothing, and posts nothing."""
    assert not await seat.platform.check(seat.channel)


async def test_run_ends_where_nothing_is_asked(seat: Seat) -> None:
    """With nobody to ask anything, `run` returns, at the latest when it is drained; which can be done twice."""

    async def answer(command: Command) -> Answered:
        raise AssertionError(command)

    running = asyncio.create_task(seat.platform.run(answer))
    await asyncio.sleep(0.05)
    await seat.platform.drain()
    await seat.platform.drain()
    async with asyncio.timeout(2):
        await running


async def test_console_answers_lines() -> None:
    """Each line of the source is a command, with or without its slash, until `exit`; answers go to the output."""
    asked: list[tuple[str, str]] = []

    async def answer(command: Command) -> Answered:
        asked.append((command.name, command.text))
        return Answered(Message((Part({}, f"about {command.text}\n"), Part({}, "and more"))))

    output = io.StringIO()
    with file_of("/quote open weights\n\n  Digest now  \n/themes\r\nexit\n/quote never\n") as source:
        await Console(source, output).run(answer)
    assert asked == [("quote", "open weights"), ("digest", "now"), ("themes", "")]
    assert output.getvalue().startswith("about open weights\nand more\nabout now\n")


async def test_console_reads_a_pipe_as_it_comes() -> None:
    """Lines that come in pieces, and a last one without an end, are each answered once."""
    asked: list[str] = []
    reading, writing = os.pipe()

    async def answer(command: Command) -> Answered:
        asked.append(command.text)
        if command.text == "zwei":
            os.write(writing, "quote drei ä".encode())
            os.close(writing)
        return Answered(Message(()))

    os.write(writing, b"/quote eins\n/quo")
    os.write(writing, b"te zwei\n")
    with os.fdopen(reading, encoding="utf-8") as source:
        await Console(source, io.StringIO()).run(answer)
    assert asked == ["eins", "zwei", "drei ä"]


async def test_console_survives_a_narrow_terminal() -> None:
    """A character that the terminal's encoding lacks is replaced, and nothing fails."""
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="ascii")
    with file_of("") as nothing:
        await Console(nothing, output).post(CHANNEL, Part({}, "«ä»"), KEY, None)
    assert raw.getvalue().strip() == b"???"
