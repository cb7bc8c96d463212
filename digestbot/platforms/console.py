"""The console: digests appear on the terminal, and a prompt answers commands as every platform does."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Literal, TextIO

from digestbot.errors import PlatformError, SettingsError
from digestbot.model import Answered, Channel, Command, MessageRef, Part
from digestbot.ports import Answer, Capabilities
from digestbot.settings import Settings

CHANNEL = Channel("console", "local", "console")
"""The terminal, as a channel."""

PROMPT = "digestbot> "

_CHUNK = 65536


class Console:
    """A terminal: what is posted is written to `output`, commands are lines of `source`."""

    name = "console"
    capabilities = Capabilities("text", can_answer=True)

    def __init__(self, source: TextIO, output: TextIO) -> None:
        self._source = source
        self._output = output

    def templates(self, channel: Channel) -> str:  # noqa: ARG002 - all its channels are alike
        """See ports.Platform."""
        return self.capabilities.templates

    async def post(self, channel: Channel, part: Part, key: str, parent: MessageRef | None) -> MessageRef:  # noqa: ARG002 - a terminal has no threads
        """Write the part's text; a terminal that is gone takes nothing more."""
        self._write(f"\n{part.text.rstrip()}\n\n")
        return MessageRef(channel, key)

    async def find(
        self,
        channel: Channel,  # noqa: ARG002 - see below
        key: str,  # noqa: ARG002 - see below
        since: datetime,  # noqa: ARG002 - see below
        parent: MessageRef | None = None,  # noqa: ARG002 - see below
    ) -> MessageRef | Literal["absent", "cannot look"]:
        """Nobody can look at what scrolled by."""
        return "cannot look"

    async def edit(self, ref: MessageRef, part: Part) -> None:  # noqa: ARG002 - see below
        """What a terminal shows stays as it is."""
        raise PlatformError("A terminal cannot change what it shows.", permanent=True)

    async def pin(self, ref: MessageRef) -> None:
        """A terminal pins nothing, and does not say that it can."""

    async def unpin(self, ref: MessageRef) -> None:
        """As `pin`."""

    async def check(self, channel: Channel) -> Sequence[str]:  # noqa: ARG002 - all its channels are alike
        """See ports.Platform."""
        return ("Standard output is closed. Start digestbot with one.",) if self._output.closed else ()

    async def run(self, answer: Answer) -> None:
        """Answer each line of the source until it ends, or until somebody types `exit`."""
        self._prompt()
        async for line in _lines(self._source.fileno()):
            if line.casefold() in {"exit", "quit"}:
                return
            if line:
                self._reply(await answer(_command(line)))
            self._prompt()

    async def drain(self) -> None:
        """Nothing is held back: every part was flushed."""

    def _reply(self, answered: Answered) -> None:
        """Write an answer; whoever it is for reads it here."""
        parts = (*answered.message.parts, *(answered.told.parts if answered.told else ()))
        self._write("".join(f"{part.text.rstrip()}\n" for part in parts))

    def _prompt(self) -> None:
        if self._source.isatty():
            self._write(PROMPT)

    def _write(self, text: str) -> None:
        encoding = self._output.encoding or "utf-8"
        try:
            self._output.write(text.encode(encoding, "replace").decode(encoding))
            self._output.flush()
        except (OSError, ValueError) as error:  # ValueError: written to after close
            raise PlatformError("Standard output is closed.", permanent=True) from error


def connect(settings: Settings) -> Console:  # noqa: ARG001 - every platform is connected alike
    """The terminal that digestbot was started from. Raises SettingsError where it was started without one."""
    if sys.stdin is None or sys.stdout is None:  # closed by whoever started the process
        raise SettingsError("The console needs standard input and output. Give digestbot both, or /dev/null.")
    return Console(sys.stdin, sys.stdout)


def configured() -> bool:
    """Whether digestbot was started from something like a terminal."""
    return sys.stdin is not None and sys.stdout is not None


def _command(line: str) -> Command:
    name, _, text = line.removeprefix("/").partition(" ")
    return Command(name.casefold(), text.strip(), CHANNEL, "console")


async def _lines(source: int) -> AsyncIterator[str]:
    """The lines of a terminal, a pipe or a file, stripped; the loop goes on while none is there."""
    rest = b""
    while chunk := await _read(source):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").strip()
    if rest.strip():
        yield rest.decode("utf-8", "replace").strip()


async def _read(source: int) -> bytes:
    """The next bytes, b"" at the end. A thread that waits in `readline` could not be stopped at exit; a reader can."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(source, ready.set)
    except PermissionError:  # a plain file: always ready, and unknown to epoll
        return os.read(source, _CHUNK)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(source)
    try:
        return os.read(source, _CHUNK)
    except OSError:  # the terminal was hung up
        return b""
