"""A workspace at a local Slack with all of digestbot in it: notes, ledger, commands, deliveries, and passing time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from servers.slack import Slack as LocalSlack
from servers.slack.hub import Answer
from servers.slack.world import Ephemeral, Message, View
from slack_seat import QUICK, platform, running

from digestbot import clock
from digestbot.app import App
from digestbot.config.workspaces import Workspace
from digestbot.library.watch import Keepers
from digestbot.model import LOCAL, Channel
from digestbot.orders import Outcome
from digestbot.rendering import Renderer
from digestbot.service import FRESH_SECONDS, Held, decide
from digestbot.settings import Settings, bundled
from digestbot.store import open_store

BOARD = Channel("slack", LOCAL, "G1")
"""Where curators are, and admins."""

_NOTE = """---
title: {title}
author: {author}
url: https://example.org/{slug}
tags: [weights]
---

## Highlights

{passages}
"""
_PASSAGES = (
    "Weights that anyone may download outlive the company that trained them, which is the point of part {n}.",
    "A licence decides what a model is worth to those who did not train it, long after launch number {n}.",
    "Evaluation is the part of the work that nobody funds and everybody relies on when choosing model {n}.",
)


def write_notes(folder: Path) -> None:
    """Four sources of three highlights each."""
    folder.mkdir()
    for n in range(1, 5):
        said = "\n".join(f"- {passage.format(n=n)}" for passage in _PASSAGES)
        text = _NOTE.format(title=f"On open weights {n}", author=f"Ada Example {n}", slug=n, passages=said)
        (folder / f"weights {n}.md").write_text(text, encoding="utf-8")


@dataclass
class Town:
    """The workspace. later: how far its deliveries are ahead of the clock."""

    local: LocalSlack
    app: App
    later: timedelta = timedelta()

    def now(self) -> datetime:
        """The time of its deliveries."""
        return clock.now() + self.later

    async def pump(self, **later: float) -> list[Outcome]:
        """Deliver all that is due, after some time."""
        self.later += timedelta(**later)
        service = replace(self.app.service(), now=self.now, sleep=self._sleep)
        ended: list[Outcome] = []
        while await service.outbox.plan(self.now(), decide):
            pass
        while claims := (await service.outbox.claim("slack", self.now() + timedelta(seconds=1))).claims:
            helds = [Held(claim, time.monotonic() + FRESH_SECONDS) for claim in claims]
            ended += [(await service.deliver(one)).outcome for one in helds]
        return ended

    async def say(self, words: str, *, user: str = "U1", channel: str = "C1") -> Answer:
        """Somebody types a command."""
        name, _, text = words.partition(" ")
        return await self.local.command(name, text, user=user, channel=channel)

    async def hear(self, words: str, *, user: str = "U1", channel: str = "C1") -> str:
        """What is shown in answer to a command, blocks and all, as text."""
        answer = await self.say(words, user=user, channel=channel)
        assert answer.acked
        return f"{answer.text} {answer.blocks}"

    async def shown(self, words: str, **who: str) -> Ephemeral:
        """The private message that answers a command."""
        answer = await self.say(words, **who)
        assert isinstance(answer.shown, Ephemeral)
        return answer.shown

    async def whispered(self, target: Message | Ephemeral | View, label: str, *, user: str = "") -> Ephemeral:
        """The private message that follows a click."""
        count = len(self.local.world.ephemerals)
        await self.local.click(target, label=label, user=user)
        await self.local.until(lambda: len(self.local.world.ephemerals) > count)
        return self.local.world.ephemerals[-1]

    def posts(self, channel: str) -> list[Message]:
        """What digestbot said in a channel, the oldest first."""
        there = self.local.world.channels.get(channel)
        return [one for one in (there.messages.values() if there else ()) if one.user == "U0BOT"]

    async def _sleep(self, seconds: float) -> None:
        self.later += timedelta(seconds=seconds)


@asynccontextmanager
async def town(local: LocalSlack, root: Path, **more: Any) -> AsyncIterator[Town]:
    """The workspace while it runs: U1 administers it, user group S1 curates. more: settings."""
    write_notes(root / "notes")
    people = Workspace(LOCAL, curators=frozenset({"S1"}), admin_channel=BOARD, curators_channel=BOARD)
    settings = Settings((root / "notes",), root / "data", root / "digestbot.toml", workspaces=(people,), **more)
    (root / "data").mkdir()
    store, keepers = open_store(f"sqlite:///{root}/data/digestbot.db"), Keepers(settings)
    slack = platform(local, timing=QUICK)
    app = App(settings, store, store, {"slack": slack}, Renderer([str(bundled("templates"))]), keepers.library)
    await keepers.open()
    try:
        async with running(local, app.answer, news=app.service().channels, made=slack):
            yield Town(local, app)
    finally:
        app.worker.shutdown()
        store.close()
