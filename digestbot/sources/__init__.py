"""Notes that live elsewhere, fetched into folders below the data folder, where the library reads them as any others.

A kind of source is a file of this folder with `refresh(job)`, one line in KINDS, and one in config/sources.py.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from digestbot import telemetry
from digestbot.clock import now
from digestbot.config.sources import IMPORTS, Kind, SourceOrder
from digestbot.credentials import Credentials, token_setting
from digestbot.errors import SettingsError, SourceError, origin
from digestbot.settings import Settings
from digestbot.sources import git, hypothesis, readwise
from digestbot.sources.job import Job, Kept, Report, Sleep, alone

KINDS: Mapping[Kind, Callable[[Job], Awaitable[Report]]] = {
    "git": git.refresh,
    "readwise": readwise.refresh,
    "hypothesis": hypothesis.refresh,
}
"""How each kind is fetched; a "folder" is read where it lies."""

FIRST_RETRY = timedelta(minutes=1)
"""After a failure; doubled with each that follows, and never more than the time between two visits."""

PATIENCE_SECONDS = 60
"""How long a service waits at its start for what was never fetched; what takes longer comes while it runs."""

LONGEST_SLEEP = timedelta(minutes=5)
"""Timers stand still while a machine is suspended; after this long the clock is looked at again."""


async def refresh(
    order: SourceOrder, data: Path, token: SecretStr | None, at: datetime, sleep: Sleep = asyncio.sleep
) -> Report:
    """Fetch what is new of a source into its folder below `data`; what was there stays if that fails.

    Raises SourceError with the reason, and SettingsError when the data folder cannot be written.
    """
    fetch = KINDS.get(order.kind)
    if fetch is None:
        return Report(order.name)
    if token is not None and not re.fullmatch(r"[!-~]+", token.get_secret_value()):
        raise SourceError(
            f"{token_setting(order.name)} is no token: it holds a space, a line end or a letter beyond ASCII.",
            permanent=True,
        )
    folder = order.place(data)
    try:
        with alone(folder):
            folder.mkdir(exist_ok=True)
            return await fetch(Job(order, folder, at, token, sleep))
    except OSError as error:
        raise SettingsError(
            f"{folder} cannot be written ({error.strerror}). Make room there, or mend its permissions."
        ) from error


async def keep_fresh(settings: Settings, credentials: Credentials) -> None:
    """Refresh each source whenever it is due, until cancelled. A failure is logged, tried again, and stops nothing.

    What was never fetched is left to `first`, and tried again a little later.
    """
    fetched = [one for one in settings.sources if one.kind in KINDS]
    await asyncio.gather(*(_keep(one, settings.data, credentials.token(one.name)) for one in fetched))


async def first(settings: Settings, credentials: Credentials) -> None:
    """Fetch what was never fetched, so that a service finds notes when it begins; a failure is logged.

    Makes the folder of imports too, so that the library of that service sees what comes into it later.
    """
    (settings.data / "sources" / IMPORTS).mkdir(parents=True, exist_ok=True)
    missing = [one for one in settings.sources if one.kind in KINDS and last(one, settings.data) is None]
    attempts = [asyncio.create_task(attempt(one, settings.data, credentials.token(one.name))) for one in missing]
    try:
        if attempts:
            await asyncio.wait(attempts, timeout=PATIENCE_SECONDS)
    finally:  # also where the service is stopped meanwhile
        for task in attempts:
            task.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)


async def _keep(order: SourceOrder, data: Path, token: SecretStr | None) -> None:
    failures = 0
    visited = last(order, data)
    due = visited + order.every if visited else now() + FIRST_RETRY
    while True:
        while (left := due - now()) > timedelta():  # noqa: ASYNC110 - what it waits for is the clock
            await asyncio.sleep(min(left, LONGEST_SLEEP).total_seconds())
        error = await attempt(order, data, token)
        failures = failures + 1 if error else 0
        due = now() + (pause(order, error, failures) if error else order.every)


async def attempt(order: SourceOrder, data: Path, token: SecretStr | None) -> Exception | None:
    """Refresh a source and log what came of it, in one line; the error, where there was one."""
    try:
        report = await refresh(order, data, token, now())
    except (SourceError, SettingsError) as error:
        telemetry.event("source", failed=True, name=order.name, problem=error)
        return error
    except Exception as error:  # noqa: BLE001 - a fault in one source stops neither the others nor the digests
        telemetry.event("source", failed=True, name=order.name, problem=origin(error))
        return error
    telemetry.event("source", name=order.name, new=report.new, changed=report.changed, gone=report.gone)
    for problem in report.problems:
        telemetry.event("source", failed=True, name=order.name, problem=problem)
    return None


def pause(order: SourceOrder, error: Exception, failures: int) -> timedelta:
    """How long to leave a source alone that failed so many times in a row; longer where its service asks for it."""
    asked = timedelta(seconds=error.retry_after or 0) if isinstance(error, SourceError) else timedelta()
    if isinstance(error, SourceError) and error.permanent:
        return order.every
    return max(asked, min(order.every, FIRST_RETRY * (1 << min(failures - 1, 16))))


def last(order: SourceOrder, data: Path) -> datetime | None:
    """When a source was refreshed, or None where it never was."""
    folder = order.place(data)
    try:
        return datetime.fromisoformat(Kept.load(folder.with_name(f"{folder.name}.json")).refreshed)
    except ValueError:
        return None
