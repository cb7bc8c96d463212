"""The workers: `digestbot run` in processes of their own, and what is done to them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import IO

FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
"""The library that gives a process a false clock, where it is installed (`apt-get install faketime`)."""

UNLIMITED = resource.RLIM_INFINITY

CANNOT_BEGIN = 3
"""The exit code of a process that cannot begin, as without its database; whoever watches over it starts it again."""


@dataclass
class Worker:
    """One place for a worker, filled anew each time that its process ends.

    environment: of the process. folder: where it keeps its log, and runs. clock: a file that says how wrong its clock
    is, None where it is right; false: what it says at first ("+1h"); shared: by several, which all see it at once.
    fell: what processes ended by that should not have. given_up: how many could not begin, and said why.
    """

    number: int
    environment: dict[str, str]
    folder: Path
    clock: Path | None = None
    false: str = "+0"
    shared: bool = False
    process: subprocess.Popen[bytes] | None = None
    frozen: bool = False
    stopping: bool = False
    cramped: bool = False
    fell: list[str] = field(default_factory=list)
    given_up: int = 0
    writer: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the worker's processes said, one after the other."""
        return self.folder / f"worker{self.number}.log"

    @property
    def steady(self) -> bool:
        """Whether it runs, and nothing is being done to it."""
        running = self.process is not None and self.process.poll() is None
        return running and not (self.frozen or self.stopping or self.cramped)

    def start(self) -> None:
        """Start a process."""
        environment = dict(self.environment)
        if self.clock is not None:
            environment |= {
                "LD_PRELOAD": str(FAKETIME),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                # Read once a second, or, at a price, each time that a process asks for the time.
                **({"FAKETIME_NO_CACHE": "1"} if self.shared else {"FAKETIME_CACHE_DURATION": "1"}),
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crash.worker"],
            env=environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=self._pipe(),
            stderr=self._pipe(),
        )

    def set_clock(self, wrong: str) -> None:
        """Let its clock be wrong by as much; the file is put in place at once, for it is read all the time."""
        assert self.clock is not None
        new = self.clock.with_suffix(".new")
        new.write_text(wrong, encoding="ascii")
        new.rename(self.clock)

    def _pipe(self) -> IO[bytes]:
        """Into the log: what a process without room has to say is what one wants to read."""
        if self.writer is None:
            with self.log.open("ab") as log:
                self.writer = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log)
        assert self.writer.stdin is not None
        return self.writer.stdin

    def look(self) -> bool:
        """Whether the process has ended, by whatever: then it is forgotten, and what it fell over is kept."""
        if self.process is None or self.process.poll() is None:
            return False
        code = self.process.returncode
        if code == CANNOT_BEGIN and _outage(self.last_words()):
            self.given_up += 1
        elif code not in {0, -signal.SIGKILL, -signal.SIGTERM}:
            self.fell.append(f"worker {self.number} ended with {code}: {self.last_words()}")
        self.process, self.frozen, self.stopping, self.cramped = None, False, False, False
        return True

    def kill(self) -> None:
        """End the process at once, frozen or not."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """Stop the process where it is."""
        self._signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        self._signal(signal.SIGCONT)
        self.frozen = False

    def terminate(self) -> None:
        """Ask the process to end."""
        self._signal(signal.SIGTERM)
        self.stopping = True

    def cramp(self) -> None:
        """Let none of its files grow any further, as on a full disk."""
        self._limit(1)
        self.cramped = True

    def ease(self) -> None:
        """Give it room again."""
        self._limit(UNLIMITED)
        self.cramped = False

    def spent(self) -> float:
        """Seconds of the processor's time that its present process used."""
        try:
            fields = Path(f"/proc/{self.process.pid if self.process else 0}/stat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        user, system = fields.rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def end(self, patience: float) -> float:
        """Ask it to end, and how many seconds it took; it is killed where it does not."""
        began = monotonic()
        if self.process is None:
            return 0.0
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
        took = monotonic() - began
        if self.writer is not None:
            self.writer.communicate()
        return took

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def _limit(self, size: int) -> None:
        if self.process is not None and self.process.poll() is None:
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))

    def last_words(self) -> str:
        """The last line of its log."""
        sleep(0.1)  # it comes through a pipe
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _outage(said: str) -> bool:
    """Whether a process says, in a sentence, that it has no database or no room."""
    return said.startswith("digestbot: ")
