"""The Slack adapter at a local Slack, with times that a test need not wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr
from servers.slack import Slack as LocalSlack

from digestbot.model import LOCAL, Answered, Channel, Command, Message, Part
from digestbot.platforms.slack.api import TIMEOUT_SECONDS, Api
from digestbot.platforms.slack.platform import Slack
from digestbot.platforms.slack.sockets import COUNT, Timing
from digestbot.ports import Answer, News

QUICK = Timing(ping=0.1, patience=0.4, longest=0.1, off=0.2, reading=0.1, drain=2.0)
HERE = Channel("slack", LOCAL, "C1")
PART = Part(
    {
        "text": "One good thing",
        "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "One good thing"}}],
    },
    "One good thing",
)


def platform(slack: LocalSlack, **more: Any) -> Slack:
    """The adapter with the local Slack's tokens; more: arguments in place of its own."""
    bot, app = more.pop("bot_token", slack.world.bot_token), more.pop("app_token", slack.world.app_token)
    seconds = more.pop("seconds", TIMEOUT_SECONDS)
    given = {"workspace": LOCAL, "timing": QUICK, **more}
    return Slack(Api(SecretStr(bot), slack.api_url, seconds), SecretStr(app), **given)


class Answers:
    """Answers commands, and keeps them: `says` gives the message to each; more: what else is said of it (Answered)."""

    def __init__(self, says: Callable[[Command], Message] | None = None, **more: Any) -> None:
        self.asked: list[Command] = []
        self.more = more
        self.says = says or (lambda command: saying(f"{command.name}: {command.text}"))
        self.before: Callable[[], Awaitable[Any]] | None = None

    async def __call__(self, command: Command) -> Answered:
        """See ports.Answer."""
        self.asked.append(command)
        if self.before:
            await self.before()
        return Answered(self.says(command), **self.more)


def saying(*texts: str, actions: tuple[dict[str, Any], ...] = ()) -> Message:
    """A message with a part for each text, and with elements to use below the last."""
    blocks = [[{"type": "section", "text": {"type": "plain_text", "text": text}}] for text in texts]
    if actions:
        blocks[-1].append({"type": "actions", "elements": list(actions)})
    return Message(tuple(Part({"text": text, "blocks": made}, text) for text, made in zip(texts, blocks, strict=True)))


@asynccontextmanager
async def running(
    slack: LocalSlack, answers: Answer, sockets: int = COUNT, news: News | None = None, **more: Any
) -> AsyncIterator[Slack]:
    """The adapter while it runs, connected; drained at the end. made: one that there is already."""
    made = more.pop("made", None) or platform(slack, **more)
    task = asyncio.create_task(made.run(answers, news))
    try:
        await slack.connected(sockets)
        yield made
    finally:
        await made.drain()
        await task
