"""`digestbot run` in a Slack workspace: a real process at a local Slack."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.slack import Slack as LocalSlack

from digestbot import config
from digestbot.orders import Change, Standing
from digestbot.platforms.slack.sockets import COUNT
from digestbot.store import open_store

PATIENCE = 20
"""Seconds after which a test gives up; nothing here waits that long when all is well."""

NOTE = """---
title: On open weights
author: Ada Example
tags: [weights]
---

## Highlights

- Weights that anyone may download outlive the company that trained them, and that is the point of it.
- A licence decides what a model is worth to those who did not train it, long after the launch is over.
- Evaluation is the part of the work that nobody funds and everybody relies on when choosing a model.
"""


@pytest.fixture
async def local() -> AsyncIterator[LocalSlack]:
    """A local Slack that ends the test with what was wrong in what it got."""
    async with LocalSlack() as made:
        yield made


@asynccontextmanager
async def served(local: LocalSlack, root: Path, **more: str) -> AsyncIterator[Process]:
    """`digestbot run` over one note, with the workspace's tokens; killed where it still runs at the end."""
    (root / "notes").mkdir(exist_ok=True)
    (root / "notes" / "weights.md").write_text(NOTE, encoding="utf-8")
    tokens = {"SLACK_BOT_TOKEN": local.world.bot_token, "SLACK_APP_TOKEN": local.world.app_token}
    places = {"DIGESTBOT_CONTENT": "notes", "DIGESTBOT_DATA": "data", "DIGESTBOT_SLACK_API_URL": local.api_url}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "digestbot", "run"),
        cwd=root,
        env={"PATH": os.defpath, "HOME": str(root), **places, **tokens, **more},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def order_overdue(root: Path) -> None:
    """Subscribe the channel for two minutes ago: due at once when the process starts."""
    at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=2)  # noqa: TID251 - real processes read the real clock
    order = f'name = "morning"\nchannel = "slack:C1"\ntheme = "weights"\nschedule = "daily at {at:%H:%M}"\n'
    (root / "digestbot.toml").write_text(f"[[subscriptions]]\n{order}", encoding="utf-8")
    (declared,) = config.read(root / "digestbot.toml").subscriptions
    standing = Standing(declared, declared=True, next_occurrence=at.replace(tzinfo=None), next_at=at)
    (root / "data").mkdir()
    store = open_store(f"sqlite:///{root}/data/digestbot.db")
    assert await store.put(standing, Change("local", at, "", "add", "morning"))
    store.close()


async def test_a_workspace_is_served_from_its_first_command_to_the_last(local: LocalSlack, tmp_path: Path) -> None:
    """Without any subscription the service answers; one that a command orders stands; SIGTERM ends it well."""
    async with served(local, tmp_path) as process:
        await local.until(lambda: len(local.hub.live) == COUNT, PATIENCE)
        quote = await local.command("/quote", "licence")
        assert "A licence decides what a model is worth" in str(quote.blocks)
        ordered = await local.command("/digest", "subscribe daily at 9:00 Europe/Berlin theme:weights", user="U1")
        listed = await local.command("/digest", "list")
        process.send_signal(signal.SIGTERM)
        since = time.monotonic()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        assert time.monotonic() - since < 5
    assert "weights" in ordered.text
    assert "weights" in str(listed.blocks)


async def test_a_digest_arrives_once_whatever_becomes_of_its_answer(local: LocalSlack, tmp_path: Path) -> None:
    """A digest whose post got no answer is found in the channel, and not posted again."""
    local.faults.add("chat.postMessage #1 reset-after")
    await order_overdue(tmp_path)
    async with served(local, tmp_path):
        await local.until(lambda: local.calls("conversations.history")[1:], PATIENCE)
        await asyncio.sleep(0.5)
        history = await local.command("/digest", "history")
    (digest,) = local.world.messages()
    assert digest.metadata
    assert "confirmed" in str(history.blocks)


async def test_a_bad_token_is_said_and_the_rest_goes_on(local: LocalSlack, tmp_path: Path) -> None:
    """Tokens of no use are said in the log in words; webhooks and the console would go on."""
    async with served(local, tmp_path, SLACK_APP_TOKEN="xapp-old") as process:
        assert process.stderr
        async with asyncio.timeout(PATIENCE):
            while b"SLACK_APP_TOKEN is not known" not in (line := await process.stderr.readline()):
                assert line, "it ended without a word"
        assert process.returncode is None
