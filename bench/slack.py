"""How soon Slack has its ack: /quote over a library of 100,000 highlights, beside the floor.

    python bench/slack.py [HIGHLIGHTS]

The local Slack runs in this process, the app in one of its own: either ours, as `digestbot run` puts it together, or
the floor, a handler of slack-bolt that acks with the blocks of one of our answers and does nothing else. Milliseconds
from the payload on the socket to its ack, of ROUNDS different look-ups, one after the other and TOGETHER at once; cpu
is the processor's time that the app's process used for one, which other programs disturb least.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random  # noqa: TID251 - seeded: the same questions on every machine
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import corpus
import tantivy
from servers.slack import Slack as LocalSlack
from servers.slack.world import World

HIGHLIGHTS, ROUNDS, TOGETHER = 100_000, 1_000, 20
ABOVE_FLOOR, P99 = 5.0, 50.0
"""The goal, in milliseconds: how far p50 may lie above the floor's, and p99."""


Figures = dict[int, tuple[float, float, float]]
"""p50, p99 and the processor's time for one, in milliseconds, by how many asked at once."""


def library(folder: Path) -> Any:
    """The library whose index lies in that folder."""
    from digestbot.library import schema
    from digestbot.library.index import Opened
    from digestbot.library.search import Library
    from digestbot.library.shelf import Head

    return Library(Opened(schema.register(tantivy.Index.open(str(folder))), Head(""), folder))


async def serve_ours(api_url: str, folder: Path) -> None:
    """The adapter, the commands and the ledger, as app.serve puts them together."""
    from digestbot import platforms
    from digestbot.app import App
    from digestbot.rendering import Renderer
    from digestbot.settings import Settings
    from digestbot.store import open_store

    opened = library(folder / "index")

    async def libraries(_: str) -> Any:
        return opened

    settings = Settings((), folder, folder / "digestbot.toml", slack_api_url=api_url)
    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    connected = platforms.connect("slack", settings)
    app = App(settings, store, store, {"slack": connected}, Renderer(settings.template_folders), libraries)
    await connected.run(app.answer)


async def serve_floor(api_url: str, folder: Path) -> None:
    """A handler that acks with blocks, on two sockets as ours has; without bolt's polling loop, which costs 10 ms."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    quiet = logging.getLogger("quiet")
    quiet.setLevel(logging.CRITICAL)
    world, content = World.small(), json.loads((folder / "ack.json").read_text(encoding="utf-8"))
    client = AsyncWebClient(token=world.bot_token, base_url=api_url)
    app = AsyncApp(client=client, logger=quiet, process_before_response=True)

    @app.command("/quote")
    async def quote(ack: Any) -> None:
        await ack(**content)

    sockets = [AsyncSocketModeHandler(app, world.app_token, logger=quiet, ping_interval=2) for _ in range(2)]
    for socket in sockets:
        await socket.connect_async()
    await asyncio.Event().wait()


SERVES = {"ours": serve_ours, "floor": serve_floor}


@asynccontextmanager
async def served(slack: LocalSlack, kind: str, folder: Path) -> AsyncIterator[int]:
    """The app in a process of its own, connected; its id."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("DIGESTBOT_", "SLACK_"))}  # noqa: TID251 - handed on
    known |= {"SLACK_BOT_TOKEN": slack.world.bot_token, "SLACK_APP_TOKEN": slack.world.app_token}
    known["DIGESTBOT_LOG_LEVEL"] = "error"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "serve",
        kind,
        slack.api_url,
        str(folder),
        env=known,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await slack.until(lambda: len(slack.hub.live) >= 2, 60)
        yield process.pid
    finally:
        process.kill()
        await process.wait()


def questions() -> Sequence[str]:
    """Two to four words that somebody may remember of what is there; every tenth misspelt, every tenth `random`."""
    dice, words = random.Random(3), corpus.vocabulary()[0][60:4000]
    asked = []
    for n in range(ROUNDS):
        chosen = dice.sample(words, dice.randint(2, 4))
        if n % 10 == 3:
            chosen[0] = chosen[0][:-1] + dice.choice("abcdefghijklmnopqrstuvwxyz")
        asked.append("random" if n % 10 == 7 else " ".join(chosen))
    return asked


async def measure(slack: LocalSlack, together: int) -> list[float]:
    """Milliseconds until each ack, with so many members asking at once, each as soon as he has his answer."""
    waiting, took = list(questions()), list[float]()

    async def member() -> None:
        while waiting:
            answer = await slack.command("/quote", waiting.pop())
            if not answer.blocks:
                raise RuntimeError(f"no answer: {answer}")
            took.append(1000 * answer.latency)

    await asyncio.gather(*(member() for _ in range(together)))
    slack.world.ephemerals.clear()
    slack.hub.answers.clear()
    slack.hub.envelopes.clear()
    return took


def spent(process: int) -> float:
    """Milliseconds of the processor's time that a process used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def both(slack: LocalSlack, kind: str, folder: Path) -> Figures:
    """p50, p99 and the processor's time for one, by how many ask at once."""
    async with served(slack, kind, folder) as process:
        for text in questions()[:50]:  # what is read and compiled at the first use
            answer = await slack.command("/quote", text)
        if kind == "ours":
            said = {name: (answer.content or {})[name] for name in ("text", "blocks")}  # what bolt's ack takes of it
            (folder / "ack.json").write_text(json.dumps(said), encoding="utf-8")
        found = {}
        for together in (1, TOGETHER):
            before = spent(process)
            cuts = quantiles(await measure(slack, together), n=100)
            found[together] = (cuts[49], cuts[98], (spent(process) - before) / ROUNDS)
    return found


def report(ours: Figures, floor: Figures) -> None:
    """Print the table."""
    for together, (p50, p99, cpu) in ours.items():
        bare50, bare99, bare_cpu = floor[together]
        said, bare = f"/quote, {together} at once", f"floor {bare50:.1f} {bare99:.1f}, cpu {bare_cpu:.1f}"
        print(f"{said:28}ack p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  cpu {cpu:5.1f} ms   {bare}")
        if p50 > bare50 + ABOVE_FLOOR or p99 > P99:
            print(f"{'':28}above the goal: p50 within {ABOVE_FLOOR:g} ms of the floor, p99 under {P99:g} ms")


async def main(highlights: int) -> None:
    """Make the library, and measure both."""
    from lookup import indexed

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "index").mkdir()
        indexed(corpus.notes(highlights), folder / "index")
        async with LocalSlack() as slack:
            ours = await both(slack, "ours", folder)
            await slack.until(lambda: not slack.hub.live, 10)
            floor = await both(slack, "floor", folder)
            slack.take_problems()
        report(ours, floor)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        _kind, _url, _folder = sys.argv[2:]
        asyncio.run(SERVES[_kind](_url, Path(_folder)))
    else:
        asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else HIGHLIGHTS))
