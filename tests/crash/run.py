"""One crash run, from the first standing order to the verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any

from crash import databases, seed
from crash.adapter import FILE
from crash.databases import Database
from crash.times import Times
from crash.trouble import Trouble
from crash.verdict import Verdict, judge
from crash.workers import FAKETIME, Worker
from crash.workspace import CHANNELS
from servers.slack.world import TEAM, World
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from digestbot.model import Channel
from digestbot.orders import Outcome
from digestbot.store import open_store
from digestbot.store.tables import deliveries

STEP_SECONDS = 0.05
LOOK_SECONDS = 2.0
"""How often the ledger is asked whether anything still waits."""

MOST_FALLS, MOST_GIVEN_UP = 3, 60
"""How often a worker may fall over, or be unable to begin, before the run is given up."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be tried; see __main__.py. scale: what all of the engine's times are divided by.

    chat: "own" for crash.chat, "slack" for the local Slack, "slack-blind" for one whose history cannot be read.
    in_flight: how many deliveries of a platform a worker has under way at once. late: after how many time-outs of the
    client a message may still come to be.
    """

    database: str
    chat: str
    workers: int
    deliveries: int
    workspaces: int
    kills: int
    freezes: int
    stops: int
    full_disks: int
    database_restarts: int
    clock_jumps: int
    in_flight: int
    late: float
    faults: float
    scale: float
    seed: int
    patience: float
    engine_only: bool
    false_clocks: bool

    @property
    def troubles(self) -> dict[str, int]:
        """How often what is to befall the workers."""
        restarts = self.database_restarts if self.database == "postgresql" else 0
        jumps = self.clock_jumps if self.false_clocks and FAKETIME else 0
        all_of_it = {
            "kills": self.kills,
            "freezes": self.freezes,
            "stops": self.stops,
            "full disks": self.full_disks,
            "database restarts": restarts,
            "clock jumps": jumps,
        }
        return {kind: count for kind, count in all_of_it.items() if count}


@dataclass(frozen=True, slots=True)
class Done:
    """What a run was like. seconds: until nothing waited any more; busy: until 99 % were there; cpu: of the workers."""

    verdict: Verdict
    trouble: Trouble
    befell: dict[str, int]
    seconds: float
    busy: float
    cpu: float
    problems: Sequence[str]


def run(order: Order, folder: Path) -> Done:
    """Do it all, in that folder."""
    with _database(order, folder) as database, _chat(order, folder) as url:
        _settle_in(order, folder, url)
        open_store(database.url).close()
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        if order.chat == "own":
            seed.sow(database.engine, order.deliveries, order.workspaces, minute)
        else:
            seed.sow_in(database.engine, (_channel(n) for n in range(order.deliveries)), minute)
        workers = [_worker(n, order, folder, _told(order, folder, database.url, url)) for n in range(order.workers)]
        lease = Times(order.scale).lease
        trouble = Trouble(workers, database, order.troubles, lease, Random(order.seed))
        return _drain(order, folder, database, url, trouble)


def _drain(order: Order, folder: Path, database: Database, url: str, trouble: Trouble) -> Done:
    began = monotonic()
    problems, busy = _follow(order, database, url, trouble, began)
    seconds = monotonic() - began
    cpu = sum(worker.spent() for worker in trouble.workers)
    trouble.calm()
    farewells = [worker.end(15) for worker in trouble.workers]
    problems += [f"worker {n} took {took:.1f} s to end" for n, took in enumerate(farewells) if took > 10]
    sleep(order.late * Times(order.scale).timeout + 0.2)  # for what is still to become a message
    told = _ask(f"{url}/?log")
    problems += [f"Slack should not be sent this: {one}" for one in told.get("problems", ())]
    problems += [said for worker in trouble.workers for said in worker.fell] + trouble.problems
    problems += [f"the database is not intact: {one}" for one in database.faults()]
    verdict = judge(database.engine, folder / "messages.log", trouble.freezes, blind=order.chat == "slack-blind")
    return Done(verdict, trouble, told["befell"], seconds, busy, cpu, problems + verdict.problems())


def _follow(order: Order, database: Database, url: str, trouble: Trouble, began: float) -> tuple[list[str], float]:
    """Deal out trouble until nothing waits any more; what was wrong, and how long the bulk took."""
    looked, busy = began, 0.0
    while True:
        now = monotonic()
        if now - began > order.patience:
            return [f"{_waiting(order, database)} still wait after {order.patience:.0f} s"], busy or now - began
        if any(len(one.fell) > MOST_FALLS or one.given_up > MOST_GIVEN_UP for one in trouble.workers):
            return [f"a worker does not stay up: {trouble.workers[0].last_words()}"], busy or now - began
        progress = _ask(url)["keys"] / order.deliveries
        if progress >= 0.99 and not busy:
            busy = now - began
        trouble.step(progress)
        if now - looked > LOOK_SECONDS:
            looked = now
            if not _waiting(order, database):
                if trouble.over():
                    return [], busy or now - began
                trouble.step(1.0)  # where much stays unknown there are never as many messages as deliveries
        sleep(STEP_SECONDS)


def _waiting(order: Order, database: Database) -> int:
    """How many deliveries are not at their end, or not even planned."""
    ended = deliveries.c.due_at.is_(None) & deliveries.c.state.not_in(_UNENDED) & (deliveries.c.notice == "")
    try:
        with database.engine.connect() as db:
            return order.deliveries - (db.scalar(select(func.count()).select_from(deliveries).where(ended)) or 0)
    except SQLAlchemyError:
        return order.deliveries  # it was just started again


_UNENDED = (Outcome.PLANNED, Outcome.CLAIMED, Outcome.RETRY)


@contextmanager
def _database(order: Order, folder: Path) -> Iterator[Database]:
    place = folder / "database"
    place.mkdir()
    if order.database == "postgresql":
        with databases.postgres(place) as database:
            yield database
        return
    database = databases.sqlite(place)
    yield database
    database.stop()


@contextmanager
def _chat(order: Order, folder: Path) -> Iterator[str]:
    """The platform's process; its URL."""
    times, port = Times(order.scale), folder / "port"
    told = (port, folder / "messages.log", order.faults, times.timeout, order.late, times.dedupe, order.seed)
    module = "crash.chat" if order.chat == "own" else "crash.workspace"
    command = [sys.executable, "-m", module, *map(str, told), *(["blind"] if order.chat == "slack-blind" else [])]
    environment = _environment() | {"CRASH_SCALE": str(order.scale)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL) as process:
        try:
            while not port.exists():
                assert process.poll() is None, "the chat did not start"
                sleep(0.02)
            yield f"http://127.0.0.1:{port.read_text(encoding='ascii')}"
        finally:
            process.terminate()


def _settle_in(order: Order, folder: Path, url: str) -> None:
    """The data folder and the settings that all workers share."""
    data, times = folder / "data", Times(order.scale)
    data.mkdir()
    told = {"url": url, "timeout": times.timeout, "dedupe": times.dedupe}
    (data / FILE).write_text(json.dumps(told), encoding="utf-8")
    later = datetime.now(UTC) + timedelta(hours=12)
    own = [Channel(variant, "far", f"c{n}") for n, variant in enumerate(seed.VARIANTS)]
    orders = [
        f'[[subscriptions]]\nname = "far-{n}"\nchannel = "{channel}"\nschedule = "daily at {later:%H:%M}"\n'
        for n, channel in enumerate(own if order.chat == "own" else [_channel(0)])
    ]
    (folder / "digestbot.toml").write_text("\n".join(orders), encoding="utf-8")


def _channel(n: int) -> Channel:
    """Where the nth delivery to a Slack goes: its channels take turns."""
    return Channel("slack", TEAM, f"C{n % CHANNELS}")


def _told(order: Order, folder: Path, database: str, chat: str) -> dict[str, str]:
    """The settings of a worker."""
    told = {
        "DIGESTBOT_DATA": str(folder / "data"),
        "DIGESTBOT_CONFIG": str(folder / "digestbot.toml"),
        "DIGESTBOT_DATABASE_URL": database,
        "CRASH_SCALE": str(order.scale),
        "CRASH_IN_FLIGHT": str(order.in_flight),
        "CRASH_ENGINE_ONLY": "1" if order.engine_only else "",
    }
    if order.chat == "own":
        return told
    world = World.small()
    tokens = {"SLACK_BOT_TOKEN": world.bot_token, "SLACK_APP_TOKEN": world.app_token}
    return told | tokens | {"DIGESTBOT_SLACK_API_URL": f"{chat}/api/"}


def _worker(number: int, order: Order, folder: Path, told: dict[str, str]) -> Worker:
    clock = None
    if order.false_clocks and FAKETIME and number < 3:
        clock = folder / f"clock{number}"
        clock.write_text(("+1h", "-1h", "+0")[number], encoding="ascii")
    return Worker(number, _environment() | told, folder, clock)


def _environment() -> dict[str, str]:
    here = str(Path(__file__).parent.parent)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DIGESTBOT_")}
    return ours | {"PYTHONPATH": here}


def _ask(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told
