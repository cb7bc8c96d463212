"""How a service is asked to stop: the first SIGTERM or SIGINT lets it finish, a second one ends it at once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

AS_SHELLS_SAY = 128
"""A process that a signal ended is known by this and the signal's number: 143 for SIGTERM, 130 for SIGINT."""


def on_signals() -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets; the second one ends the process, with nothing tidied up.

    What is in flight then is found by the next process, as after any other end.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def signalled(number: int) -> None:
        if asked:
            logging.shutdown()
            sys.stdout.flush()
            os._exit(AS_SHELLS_SAY + number)
        asked.append(number)
        stop.set()

    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled, number)
    return stop
