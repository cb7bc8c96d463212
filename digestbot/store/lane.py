"""A lane: one thread on one engine, in which whatever waits is done in one transaction.

One commit costs the disk the same for one operation as for a hundred. So operations that arrive while another
transaction is under way wait for it, and then go together; whoever asked is told after the commit, never before.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from digestbot.errors import StoreError
from digestbot.store.engine import BUSY_SECONDS, lost, translated

MOST = 500
"""Operations of one transaction: enough that the commit costs little, few enough that a caller waits milliseconds."""

PATIENCE_SECONDS = BUSY_SECONDS + 5
"""How long one transaction's statements may go unanswered before the connection is broken off."""

T = TypeVar("T")
One = TypeVar("One")
Args = TypeVarTuple("Args")


@dataclass(frozen=True, slots=True)
class _Job:
    """One operation: `work(connection, *args)`, or for `many` its place among others of `work(connection, [args…])`."""

    work: Callable[..., Any]
    args: Any
    many: bool
    future: asyncio.Future[Any]


class Lane:
    """A thread on an engine. An operation that fails fails alone; one whose connection broke may have been done."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        *,
        sever: Callable[[], None],
        most: int = MOST,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Take the engine, the thread's name, what breaks the engine's connections, a transaction's size and time."""
        self._engine, self._sever, self._most, self._patience = engine, sever, most, patience
        self._thread = ThreadPoolExecutor(1, name)
        self._process = os.getpid()
        self._lock = Lock()
        self._waiting: list[_Job] = []
        self._draining = self._closed = False
        self._since: float | None = None
        self._watch: tuple[asyncio.AbstractEventLoop, asyncio.TimerHandle] | None = None

    async def run(self, work: Callable[[Connection, *Args], T], *args: *Args) -> T:
        """What `work(connection, *args)` returns, once it is committed; it must be safe to begin it twice.

        Raises StoreError, or what `work` raises.
        """
        done: T = await self._submit(work, args, many=False)
        return done

    async def run_many(self, work: Callable[[Connection, Sequence[One]], Sequence[T]], one: One) -> T:
        """As `run`, for work that takes all that wait of its kind at once, and returns a result for each."""
        done: T = await self._submit(work, one, many=True)
        return done

    def close(self) -> None:
        """Let what is under way end; nothing can be run afterwards."""
        with self._lock:
            self._closed = True
        try:
            self._thread.submit(int).result(self._patience)
        except TookTooLong:
            self._sever()
        self._thread.shutdown()

    async def _submit(self, work: Callable[..., Any], args: object, *, many: bool) -> Any:
        if os.getpid() != self._process:
            raise StoreError("The database was opened by another process. Open it again after a fork.")
        loop = asyncio.get_running_loop()
        job = _Job(work, args, many, loop.create_future())
        with self._lock:
            if self._closed:
                raise StoreError("The database is closed.")
            self._waiting.append(job)
            idle, self._draining = not self._draining, True
        if idle:
            self._thread.submit(self._drain)
        self._watch_over(loop)
        return await job.future

    def _drain(self) -> None:
        while True:
            with self._lock:
                jobs, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                self._draining = bool(jobs)
            if not jobs:
                return
            self._since = monotonic()
            self._commit(jobs)
            self._since = None

    def _commit(self, jobs: Sequence[_Job]) -> None:
        """Do all in one transaction; where one fails, halve until it stands alone."""
        begun = False
        try:
            with self._engine.begin() as connection:
                begun = True
                done = list(_done(connection, jobs))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked, and this thread goes on
            if len(jobs) == 1 or not begun or lost(error):
                _tell([(job, None, error) for job in jobs])
            else:
                middle = len(jobs) // 2
                self._commit(jobs[:middle])
                self._commit(jobs[middle:])
        else:
            _tell([(job, result, None) for job, result in done])

    def _watch_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look now and then whether the thread hangs, as long as there is something to do."""
        if self._watch is None or self._watch[0] is not loop:
            self._watch = (loop, loop.call_later(self._patience / 4, self._look, loop))

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        since, self._watch = self._since, None
        if since is not None and monotonic() - since > self._patience:
            self._sever()
        if self._draining:
            self._watch_over(loop)


def shared(work: Callable[[Connection, *Args], T]) -> Callable[[Connection, Sequence[tuple[*Args]]], Sequence[T]]:
    """A read for `run_many`: those that ask the same at once get the same answer, read and held in memory once."""

    def once_each(connection: Connection, asked: Sequence[tuple[*Args]]) -> Sequence[T]:
        found = {args: work(connection, *args) for args in dict.fromkeys(asked)}
        return [found[args] for args in asked]

    return once_each


def _done(connection: Connection, jobs: Iterable[_Job]) -> Iterable[tuple[_Job, object]]:
    """Each job with its result: those of a kind one after the other, or at once. At once asked means in any order."""
    kinds: dict[Callable[..., Any], list[_Job]] = {}
    for job in jobs:
        kinds.setdefault(job.work, []).append(job)
    for work, alike in kinds.items():
        if alike[0].many:
            yield from zip(alike, work(connection, [job.args for job in alike]), strict=True)
        else:
            yield from [(job, work(connection, *job.args)) for job in alike]


_Told = tuple[_Job, object, Exception | None]


def _tell(told: Sequence[_Told]) -> None:
    """Resolve the futures, each in its own loop, which is woken once."""
    loops: dict[asyncio.AbstractEventLoop, list[_Told]] = {}
    for one in told:
        loops.setdefault(one[0].future.get_loop(), []).append(one)
    for loop, ours in loops.items():
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(_resolve, ours)


def _resolve(told: Sequence[_Told]) -> None:
    for job, result, error in told:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(_ours(error))


def _ours(error: Exception) -> Exception:
    """The error that a caller gets: an own one for each, for they add to its traceback."""
    if not isinstance(error, SQLAlchemyError):
        return error
    ours = translated(error)
    ours.__cause__ = error
    return ours
