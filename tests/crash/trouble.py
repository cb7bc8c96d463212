"""What befalls the workers and the database while they work, as often as was ordered and spread over the whole run."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from crash.databases import Database
from crash.verdict import Freeze
from crash.workers import Worker

SHORTEST_FREEZE, LONGEST_FREEZE = 0.2, 1.7
"""In leases: some end within it, most after."""

MOST_SECONDS_TO_END = 10.0
"""What a SIGTERM may take."""


@dataclass
class Trouble:
    """Deals it out. ordered: how often what is to happen; done: how often it did. lease: in seconds."""

    workers: Sequence[Worker]
    database: Database
    ordered: dict[str, int]
    lease: float
    dice: Random
    done: Counter[str] = field(default_factory=Counter)
    freezes: list[Freeze] = field(default_factory=list)
    farewells: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def step(self, progress: float) -> None:
        """Do what is due when so much (0 to 1) of the work is done, undo what lasted long enough, start who fell."""
        self._undo(monotonic())
        for kind, count in self.ordered.items():
            if self.done[kind] < count * min(1.0, progress):
                self._deal(kind)
        for worker in self.workers:
            if worker.process is None or worker.look():
                worker.start()

    def over(self) -> bool:
        """Whether all that was ordered happened, and was undone."""
        return not self._later and all(self.done[kind] >= count for kind, count in self.ordered.items())

    def calm(self) -> None:
        """Undo all that was done, at once."""
        self._undo(float("inf"))

    def _deal(self, kind: str) -> None:
        deal: dict[str, Callable[[Worker], None]] = {
            "kills": self._kill,
            "freezes": self._freeze,
            "stops": self._stop,
            "full disks": self._cramp,
            "database restarts": self._crash,
            "clock jumps": self._jump,
        }
        able = [one for one in self.workers if one.steady and (kind != "clock jumps" or self._right(one))]
        if able:
            self.done[kind] += 1
            deal[kind](self.dice.choice(able))

    def _kill(self, worker: Worker) -> None:
        worker.kill()
        worker.look()

    def _freeze(self, worker: Worker) -> None:
        pid = worker.process.pid if worker.process else 0
        worker.freeze()
        began = monotonic()

        def thaw() -> None:
            if worker.process is not None and worker.process.pid == pid:
                self.freezes.append(Freeze(pid, began, monotonic()))
                worker.thaw()

        self._after(self.lease * self.dice.uniform(SHORTEST_FREEZE, LONGEST_FREEZE), thaw)

    def _stop(self, worker: Worker) -> None:
        process, began = worker.process, monotonic()
        worker.terminate()

        def ended() -> None:
            if process is None or process.poll() is None:
                if monotonic() - began < MOST_SECONDS_TO_END:
                    self._after(0.1, ended)
                else:
                    self.problems.append(f"worker {worker.number} did not end within 10 s of SIGTERM")
                    worker.kill()
                return
            self.farewells.append(monotonic() - began)
            if process.returncode not in {0, -signal.SIGTERM}:
                self.problems.append(f"worker {worker.number} ended with {process.returncode} after SIGTERM")

        self._after(0.1, ended)

    def _cramp(self, worker: Worker) -> None:
        worker.cramp()
        self._after(self.lease * self.dice.uniform(0.3, 1.0), worker.ease)

    def _crash(self, _: Worker) -> None:
        self.database.crash()

    def _jump(self, worker: Worker) -> None:
        """An hour and more to and fro, for a while."""
        before = worker.false
        worker.set_clock(self.dice.choice(["+40m", "-40m", "+90m", "-90m"]))
        lasts = self.lease * self.dice.uniform(SHORTEST_FREEZE, LONGEST_FREEZE)
        self._after(lasts, lambda: worker.set_clock(before))

    def _right(self, worker: Worker) -> bool:
        """Whether its clock can be set, and is as it was at first."""
        return worker.clock is not None and worker.clock.read_text(encoding="ascii") == worker.false

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        self._later.append((monotonic() + seconds, act))

    def _undo(self, now: float) -> None:
        due = [one for one in self._later if one[0] <= now]
        self._later = [one for one in self._later if one[0] > now]
        for _, act in due:
            act()
