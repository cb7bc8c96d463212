"""The application: the parts wired together, and the loop that keeps them running. Here the clock is read.

`digestbot run` sleeps until the next digest or retry is due, starts its deliveries and sleeps again. Nothing polls.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digestbot import credentials, platforms, schedule, sources, telemetry, web
from digestbot.clock import now
from digestbot.commands import Context, answer
from digestbot.curation import ALL, ROTATE
from digestbot.errors import DigestbotError, PlatformError, SettingsError, StoreError, ThemeError, origin
from digestbot.findings import Check, Finding, Level
from digestbot.library.watch import Keepers
from digestbot.model import LOCAL, Channel, Command, Delivery, Message, Notice, Outcome, Part, Subscription, View
from digestbot.ports import Library, Platform, Store
from digestbot.rendering import Renderer
from digestbot.service import Ended, Service
from digestbot.settings import Settings
from digestbot.store import open_store, serving
from digestbot.web.health import Health, answering, beating

HEARTBEAT = timedelta(minutes=5)
"""The longest sleep: timers stand still while a machine is suspended or its clock is set, and this finds out."""

MOST_IN_FLIGHT = 64
"""How many deliveries are under way at once."""

FAREWELL_SECONDS = 8
"""How long a stop waits for what is in flight; what is not done then is settled at the next start."""

STORE_PAUSE = timedelta(minutes=1)
"""How long to leave a database alone that did not do its work."""

_TICK = "tick"


@dataclass(frozen=True, slots=True)
class App:
    """The parts of a running digestbot."""

    settings: Settings
    store: Store
    platforms: Mapping[str, Platform]
    renderer: Renderer
    keepers: Keepers

    async def library(self, workspace: str) -> Library:
        """The notes of a workspace as they are now; the keepers have them at hand while they watch."""
        return await self.keepers.library(workspace)

    async def answer(self, command: Command) -> Message:
        """The message that answers a command; whatever goes wrong is said there, in a sentence."""
        templates = self.platforms[command.channel.platform].templates(command.channel)
        try:
            context = Context(
                await self.library(command.channel.workspace), self.store, now(), guidance=self.settings.guidance
            )
            view = await answer(command, context)
            message = self.render(view, templates)
        except DigestbotError as error:
            return self._apology(str(error), templates, command, error)
        except Exception as error:  # noqa: BLE001 - a fault in one answer must stop no other
            return self._apology(
                f"That failed: a fault in digestbot ({type(error).__name__}).", templates, command, error
            )
        telemetry.event("answer", channel=command.channel, parts=len(message.parts))
        return message

    def render(self, view: View, templates: str) -> Message:
        """See Renderer.render; a broken template of the operator's is logged each time that ours stands in for it."""
        message = self.renderer.render(view, templates)
        for one in message.problems:
            telemetry.event("template", failed=True, path=one.path, line=one.line, problem=one.problem)
        return message

    def _apology(self, text: str, templates: str, command: Command, error: Exception) -> Message:
        telemetry.event("answer", failed=True, channel=command.channel, problem=origin(error))
        try:
            return self.render(Notice(text), templates)
        except DigestbotError:  # the templates are what is broken
            return Message((Part({"text": text}, text),))


async def serve(settings: Settings, *, prompt: bool = False) -> None:
    """Deliver every subscription's digests until SIGTERM or SIGINT; with a prompt, until that ends too.

    Raises SettingsError, ContentError and StoreError where it cannot begin.
    """
    secrets = credentials.load()
    for problem in secrets.warnings:
        telemetry.event("secret", failed=True, problem=problem)
    url = secrets.database(settings)
    await sources.first(settings, secrets)
    names = {one.channel.platform for one in settings.subscriptions} | ({"console"} if prompt else set())
    with serving(url):
        async with _app(settings, url, names) as app:
            await _check(app)
            stop = _stop_signal()
            clockwork = Clockwork(app, settings.subscriptions)
            async with web.serving(settings.http, _health(app, clockwork)) as address:
                telemetry.event("started", http=address, content=len(settings.content))
                await clockwork.start()
                fresh = asyncio.create_task(sources.keep_fresh(settings, secrets))
                listeners = [asyncio.create_task(_listen(app, name, stop)) for name in _listening(app, prompt=prompt)]
                await stop.wait()
                fresh.cancel()
                await clockwork.stop()
                await _cancel([*listeners, fresh])


async def converse(settings: Settings) -> None:
    """Answer commands on the terminal until the prompt ends; deliver nothing."""
    url = credentials.load().database(settings)
    async with _app(settings, url, {"console"}) as app:
        await app.platforms["console"].run(app.answer)


class Clockwork:
    """Wakes when something is due and starts its deliveries; knows what is in flight."""

    def __init__(self, app: App, subscriptions: Sequence[Subscription]) -> None:
        self._store = app.store
        self._service = Service(app.store, app.platforms, app.library, app.render, now, app.settings.guidance)
        self._subscriptions = subscriptions
        self._workspaces = sorted({one.channel.workspace for one in subscriptions})
        self._in_flight: set[asyncio.Task[None]] = set()
        self._given_up: dict[str, Delivery] = {}
        self._stopping = False
        self.ticked = time.monotonic()
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    async def start(self) -> None:
        """Settle what the last process left behind, say what is ordered, and begin."""
        for workspace in self._workspaces:
            for ended in await self._service.recover(workspace):
                _report(ended)
        for one in self._subscriptions:
            when = schedule.describe(schedule.parse(one.schedule, one.zone))
            coming = (await self._service.coming(one)).isoformat(timespec="minutes")
            telemetry.event("subscribed", id=one.id, channel=one.channel, when=when, next=coming)
        self._scheduler.add_job(
            self._tick,
            IntervalTrigger(seconds=HEARTBEAT.total_seconds()),
            id=_TICK,
            next_run_time=now(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Claim no more, let what is in flight end, and give up on it after FAREWELL_SECONDS."""
        self._stopping = True
        self._scheduler.pause()
        await asyncio.sleep(0)  # a tick that was submitted just now begins, and is known to be in flight
        deadline = asyncio.get_running_loop().time() + FAREWELL_SECONDS
        while self._in_flight and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._in_flight, timeout=left)
        await _cancel(set(self._in_flight))
        self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        # The scheduler would cancel its running job as it shuts down, and log that as a fault.
        work = asyncio.create_task(self._plan_and_claim())
        self._in_flight.add(work)
        work.add_done_callback(self._in_flight.discard)
        await asyncio.wait([work])

    async def _plan_and_claim(self) -> None:
        self.ticked = time.monotonic()
        try:
            await self._settle()
            for skipped in await self._service.plan_due(self._subscriptions):
                _report(skipped)
            for workspace in self._workspaces:
                await self._claim(workspace)
        except StoreError as error:
            telemetry.event("store", failed=True, problem=error)
            self._wake(now() + STORE_PAUSE)
        except Exception as error:  # noqa: BLE001 - one fault must not end all digests for good
            telemetry.event("tick", failed=True, problem=origin(error))
            self._wake(now() + STORE_PAUSE)
        else:
            await self._wake_when_due()

    async def _settle(self) -> None:
        """Take up again what was given up because the database did not do its work."""
        for name, delivery in list(self._given_up.items()):
            for ended in await self._service.recover(delivery.subscription.channel.workspace, delivery):
                _report(ended)
            del self._given_up[name]

    async def _claim(self, workspace: str) -> None:
        room = MOST_IN_FLIGHT - len(self._in_flight)
        if self._stopping or room <= 0:
            return
        for delivery in await self._store.claim(workspace, now(), most=room):
            task = asyncio.create_task(self._deliver(delivery))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        with telemetry.about(delivery=delivery.id):
            await self._attempt(delivery)

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            _report(await self._service.deliver(delivery))
        except StoreError as error:
            self._given_up[delivery.id] = delivery
            telemetry.event("store", failed=True, problem=error)
        except asyncio.CancelledError:
            telemetry.event("delivery", failed=True, outcome="interrupted")
            raise
        await self._wake_when_due()

    async def _wake_when_due(self) -> None:
        """Set the alarm to whatever comes first: a digest, a retry, or the heartbeat."""
        times = [now() + HEARTBEAT]
        if len(self._in_flight) < MOST_IN_FLIGHT:  # else the end of a delivery sets it again
            try:
                waiting = [await self._store.next_claim(workspace) for workspace in self._workspaces]
            except StoreError:
                waiting = [now() + STORE_PAUSE]
            times += [time for time in (self._service.next_due(self._subscriptions), *waiting) if time]
        times += [now() + STORE_PAUSE] if self._given_up else []
        self._wake(min(times))

    def _wake(self, when: datetime) -> None:
        if self._scheduler.running:
            self._scheduler.modify_job(_TICK, next_run_time=when)


@asynccontextmanager
async def _app(settings: Settings, url: str, names: set[str]) -> AsyncIterator[App]:
    """The parts, connected; drained and closed at the end."""
    connected = {name: platforms.connect(name, settings) for name in sorted(names)}
    store = open_store(url)
    keepers = Keepers(settings)
    watching: list[asyncio.Task[None]] = []
    try:
        await keepers.open()
        watching.append(asyncio.create_task(keepers.watch()))
        yield App(settings, store, connected, Renderer(settings.template_folders), keepers)
    finally:
        await _cancel(watching)
        for platform in connected.values():
            await platform.drain()
        store.close()


async def _check(app: App) -> None:
    """Log what would keep a digest from its channel; raise SettingsError for a theme that the notes do not have."""
    for one in app.settings.subscriptions:
        library = await app.library(one.channel.workspace)
        for finding in await app.platforms[one.channel.platform].check(one.channel):
            telemetry.event("channel", failed=True, channel=one.channel, problem=finding)
        named = one.themes or (one.theme,)
        try:
            _ = [library.pool(theme) for theme in named if theme.casefold() not in {ROTATE, ALL}]
        except ThemeError as error:
            raise SettingsError(f"{app.settings.config}: subscription “{one.id}”: {error}") from error


def _health(app: App, clockwork: Clockwork) -> Health:
    """What /livez and /readyz look at: the service ticks at least once a heartbeat."""
    tick = beating(lambda: clockwork.ticked, time.monotonic, 2 * HEARTBEAT.total_seconds())
    checks = [answering("database", lambda: app.store.next_claim(LOCAL))]
    checks += [answering("library", lambda: app.library(LOCAL))]
    for name, platform in app.platforms.items():
        channels = [one.channel for one in app.settings.subscriptions if one.channel.platform == name]
        checks.append(Check(name, partial(_reachable, platform, channels)))
    return Health([tick], [tick, *checks])


async def _reachable(platform: Platform, channels: Sequence[Channel]) -> Sequence[Finding]:
    """What keeps digests from a platform's channels: an error where none of them can be reached, else a warning."""
    said = [problems for problems in [await platform.check(channel) for channel in channels] if problems]
    level = Level.ERROR if said and len(said) == len(channels) else Level.WARNING
    return [Finding.of(problem, level) for problems in said for problem in problems]


def _stop_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _listening(app: App, *, prompt: bool) -> list[str]:
    """The platforms that take commands: the console only where somebody sits at it."""
    able = [name for name, platform in app.platforms.items() if platform.capabilities.can_answer]
    return [name for name in able if prompt or name != "console"]


async def _listen(app: App, name: str, stop: asyncio.Event) -> None:
    """Take a platform's commands. The end of the prompt is the end of the service; another platform's is a failure."""
    try:
        await app.platforms[name].run(app.answer)
    except PlatformError as error:
        telemetry.event("platform", failed=True, platform=name, problem=error)
    except Exception as error:  # noqa: BLE001 - one platform's fault ends no other, and is seen
        telemetry.event("platform", failed=True, platform=name, problem=origin(error))
    finally:
        if name == "console":
            stop.set()


async def _cancel(tasks: set[asyncio.Task[None]] | list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _report(ended: Ended) -> None:
    """The log's one line about an attempt."""
    telemetry.event(
        "delivery",
        failed=ended.outcome is not Outcome.CONFIRMED,
        delivery=ended.delivery.id,
        outcome=ended.outcome,
        attempt=ended.delivery.attempt,
        reason=ended.reason,
        retry_at=ended.retry_at and ended.retry_at.isoformat(timespec="seconds"),
    )
