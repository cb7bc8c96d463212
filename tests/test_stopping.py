"""The signals of a service manager, sent to a real process."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

PROGRAM = """
import asyncio
from digestbot.stopping import on_signals

async def main():
    stop = on_signals()
    print("ready", flush=True)
    await stop.wait()
    print("stopping", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_at_once(number: signal.Signals) -> None:
    """The first signal asks to stop, and the second ends the process with the code that a shell would show."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, stdout=PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        assert await process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert await process.stdout.readline() == b"stopping\n"
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 128 + signal.SIGTERM
