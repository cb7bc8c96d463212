"""The library of a process that stays: the system says which notes were saved, and just those are read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection
from pathlib import Path

from watchfiles import Change, awatch

from digestbot import telemetry
from digestbot.errors import ContentError, DigestbotError
from digestbot.library import index, worker
from digestbot.library.files import hidden
from digestbot.library.index import How, News
from digestbot.library.place import Place, place, places
from digestbot.library.search import Library
from digestbot.settings import Settings

STEP, DEBOUNCE = 100, 1000
"""Milliseconds: changes that come within a step of each other are read together, but none waits longer than both."""


class Keeper:
    """Keeps one library in step with its notes, while `watch` runs; else looks at them each time it is asked.

    watching: whether the system tells what is saved.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._library: Library | None = None
        self._mark: object = None
        self.watching = False
        self._turn = asyncio.Lock()

    async def library(self) -> Library:
        """The notes as they are now. Raises ContentError, SettingsError."""
        if self._library is None or not self.watching:
            await self._update(None)
        if self._library is None:
            raise ContentError("The index of the notes cannot be opened. Try again.")
        return self._library

    async def watch(self) -> None:
        """Follow what is saved, until cancelled; gives up, with a line in the log, where the system cannot tell."""
        roots = self._place.content
        if not all(root.is_dir() for root in roots):
            return  # a single file is often saved by putting another into its place, which no watch survives
        try:
            await self._follow(awatch(*roots, watch_filter=_visible(roots), step=STEP, debounce=DEBOUNCE))
        except Exception as error:  # noqa: BLE001 - whatever ends the watch is said, and look-ups ask by themselves
            telemetry.event("watch", failed=True, problem=f"{type(error).__name__}: {error}")
        finally:
            self.watching = False

    async def _follow(self, saved: AsyncGenerator[set[tuple[Change, str]], None]) -> None:
        coming = asyncio.ensure_future(anext(saved))
        await asyncio.sleep(0)
        # What was saved before the watch began is found now, what is saved from here on is told.
        await self._update_or_say(None)
        self.watching = True
        try:
            while all(root.is_dir() for root in self._place.content):
                changes = await coming
                coming = asyncio.ensure_future(anext(saved))
                await self._update_or_say({Path(path) for _, path in changes})
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
            await saved.aclose()

    async def _update_or_say(self, only: Collection[Path] | None) -> None:
        try:
            await self._update(only)
        except DigestbotError as error:
            telemetry.event("library", failed=True, problem=error)

    async def _update(self, only: Collection[Path] | None) -> None:
        async with self._turn:
            began = time.perf_counter()
            how = How(only=only, wait=self._library is not None)
            news = await asyncio.to_thread(worker.update, self._place, how)
            # Another process may have read the notes before this one came to it.
            mark = self._place.shelf.mark()
            if mark != self._mark or self._library is None or news.notice != self._library.notice:
                self._library, self._mark = await asyncio.to_thread(self._opened, news), mark
                telemetry.event(
                    "library",
                    failed=bool(news.notice),
                    changed=news.changed,
                    ms=round((time.perf_counter() - began) * 1000),
                    notice=news.notice,
                )

    def _opened(self, news: News) -> Library | None:
        current = index.open_current(self._place)
        return Library(current, news.notice) if current else self._library


class Keepers:
    """Keeps the libraries of all workspaces in step; those that see the same notes share one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keepers: dict[Place, Keeper] = {}

    async def library(self, workspace: str) -> Library:
        """The notes of a workspace as they are now. Raises ContentError, SettingsError."""
        return await self._keeper(place(self._settings, workspace)).library()

    async def open(self) -> None:
        """Read the notes of every workspace that is known, one after the other. Raises as `library`."""
        for one in places(self._settings):
            await self.library(one)

    async def watch(self) -> None:
        """Follow what is saved in any of them, until cancelled."""
        keepers = {self._keeper(one): None for one in places(self._settings).values()}
        await asyncio.gather(*(keeper.watch() for keeper in keepers))

    def _keeper(self, where: Place) -> Keeper:
        if where not in self._keepers:
            self._keepers[where] = Keeper(where)
        return self._keepers[where]


def _visible(roots: Collection[Path]) -> Callable[[Change, str], bool]:
    """A filter against what no reading of the folders would meet: what lies in a hidden folder, an editor's files."""

    def visible(_: Change, path: str) -> bool:
        below = [Path(path).relative_to(root) for root in roots if Path(path).is_relative_to(root)]
        return any(not any(map(hidden, one.parts)) for one in below)

    return visible
