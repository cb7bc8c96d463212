"""The application: the parts wired together, and started and stopped. Here the clock is read.

declare    digestbot.toml's subscriptions become standing orders, each difference said in the log
Clockwork  plans, claims and delivers them (clockwork.py), while the platforms' commands are answered
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from digestbot import credentials, platforms, schedule, telemetry, web
from digestbot.clock import Clock
from digestbot.clockwork import HEARTBEAT_SECONDS, Clockwork
from digestbot.commands import Context, answer, matching
from digestbot.curation import ALL, ROTATE
from digestbot.curation.guidance import Guidance
from digestbot.errors import DigestbotError, PlatformError, ScheduleError, SettingsError, ThemeError, origin
from digestbot.findings import Check, Finding, Level
from digestbot.library.watch import Keepers
from digestbot.model import LOCAL, Answered, Channel, Command, Form, Message, Notice, Part, View
from digestbot.orders import WAITING, Standing
from digestbot.ports import Connected, Ledger, Library, News, Outbox, Platform
from digestbot.rendering import Renderer
from digestbot.rendering.dialects import mentionable
from digestbot.service import Admins, Amender, Channels, Composer, Drafter, Service, Step, follow
from digestbot.settings import Settings
from digestbot.sources.inbox import inbox
from digestbot.stopping import on_signals
from digestbot.web.health import Health, answering, beating

_TRIES = 5
"""How often the declared subscriptions are compared anew because somebody changed one of them just then."""

_NOTHING = (
    "there are no subscriptions, so nothing is ever due. "
    'Write [[subscriptions]] with name = "morning", channel = "console" and schedule = "daily at 09:00".'
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class App:
    """The parts of a running digestbot. libraries: the notes of a workspace as they are now.

    clock: what all of them go by.
    """

    settings: Settings
    outbox: Outbox
    ledger: Ledger
    platforms: Mapping[str, Platform]
    renderer: Renderer
    libraries: Callable[[str], Awaitable[Library]]
    clock: Clock = field(default_factory=Clock)
    worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "digestbot-compose"))

    async def library(self, workspace: str) -> Library:
        """The notes of a workspace as they are now."""
        return await self.libraries(workspace)

    def guidance(self, workspace: str) -> Guidance:  # noqa: ARG002 - every workspace is told the same
        """What the settings say about what may be shown in a workspace."""
        return self.settings.guidance

    def admin_channel(self, workspace: str) -> Channel | None:
        """Where the admins of a workspace are told what they should know."""
        return self.settings.workspace(workspace).admin_channel

    def curators_channel(self, workspace: str) -> Channel | None:
        """Where the curators of a workspace are told what there is to decide."""
        return self.settings.workspace(workspace).curators_channel or self.admin_channel(workspace)

    def mentionable(self, channel: Channel, group: str) -> bool:
        """Whether a group can be mentioned in a channel, as its platform writes it."""
        platform = self.platforms.get(channel.platform)
        return mentionable(platform.templates(channel) if platform else channel.platform, group)

    def service(self) -> Service:
        """What delivers, over these parts."""
        admins = Admins(self.outbox, self.admin_channel)
        now, steady_since = self.clock.now, lambda: self.clock.steady_since
        channels = Channels(self.ledger, self.outbox, self.platforms, admins, now)
        drafter = self.drafter()
        return Service(
            self.outbox,
            self.platforms,
            drafter.composer,
            drafter,
            admins,
            channels,
            now,
            time.monotonic,
            steady_since,
            asyncio.sleep,
        )

    def drafter(self) -> Drafter:
        """What shows drafts to curators and changes them, over these parts."""
        answering = frozenset(name for name, one in self.platforms.items() if one.capabilities.can_answer)
        composer = Composer(self.ledger, self.library, self.guidance, self.render, self.run, answering)
        return Drafter(composer, self.outbox, self.platforms, self.curators_channel)

    def amender(self) -> Amender:
        """What puts a message right that was posted, over these parts."""
        return Amender(self.ledger, self.platforms, self.library, self.render)

    async def context(self, workspace: str) -> Context:
        """What an answer to somebody of a workspace may use."""
        people = self.settings.workspace(workspace)
        return Context(
            await self.library(workspace),
            self.ledger,
            self.clock.now(),
            guidance=self.guidance(workspace),
            admins=frozenset(people.admins),
            curators=frozenset(people.curators),
            amend=self.amender().amend,
            swap=self.drafter().swap if self.platforms else None,
            mentionable=self.mentionable,
            inbox=inbox(self.settings, workspace),
            announce=self.announce,
            curators_channel=self.curators_channel(workspace),
        )

    async def announce(self, channel: Channel, topic: str, notice: Notice) -> None:
        """Have a notice delivered as any digest is: kept, tried again, and posted once."""
        await self.outbox.announce(channel, topic, notice.text, self.clock.now(), notice.actions)

    async def run(self, work: Callable[[], T], /) -> T:
        """Do work in the one thread for it: the loop, and with it every look-up, goes on meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self.worker, work)

    async def answer(self, command: Command) -> Answered:
        """What answers a command; whatever goes wrong is said there, in a sentence."""
        templates = self.platforms[command.channel.platform].templates(command.channel)
        workspace = command.channel.workspace
        try:
            if command.live:
                return await self.matching(command)
            reply = await answer(command, await self.context(workspace))
            told, settled = (self.render(one, templates) if one else None for one in (reply.told, reply.settled))
            form = isinstance(reply.view, Form)
            answered = Answered(self.render(reply.view, templates), reply.to, reply.instead, told, form, settled)
        except DigestbotError as error:
            return self._apology(str(error), templates, command, error)
        except Exception as error:  # noqa: BLE001 - a fault in one answer must stop no other
            return self._apology(
                f"That failed: a fault in digestbot ({type(error).__name__}).", templates, command, error
            )
        telemetry.event("answer", channel=command.channel, parts=len(answered.message.parts))
        return answered

    async def matching(self, command: Command) -> Answered:
        """The form that a command would submit, as it is filled in so far; see commands.matching."""
        templates = self.platforms[command.channel.platform].templates(command.channel)
        form = await matching(command, await self.context(command.channel.workspace))
        return Answered(self.render(form, templates), form=True, instead=True)

    def render(self, view: View, templates: str) -> Message:
        """See Renderer.render; a broken template of the operator's is logged each time that ours stands in for it."""
        message = self.renderer.render(view, templates)
        for one in message.problems:
            telemetry.event("template", failed=True, path=one.path, line=one.line, problem=one.problem)
        return message

    def _apology(self, text: str, templates: str, command: Command, error: Exception) -> Answered:
        telemetry.event("answer", failed=True, channel=command.channel, problem=origin(error))
        try:
            return Answered(self.render(Notice(text), templates))
        except DigestbotError:  # the templates are what is broken
            return Answered(Message((Part({"text": text}, text),)))


async def serve(settings: Settings, *, prompt: bool = False) -> None:
    """Deliver every standing order's digests until SIGTERM or SIGINT; with a prompt, until that ends too.

    Raises SettingsError, ContentError and StoreError where it cannot begin.
    """
    from digestbot import sources

    stop, secrets = on_signals(), credentials.load()
    for problem in secrets.warnings:
        telemetry.event("secret", failed=True, problem=problem)
    if not await _unless(stop, sources.first(settings, secrets)):
        return
    async with opened(settings, _names(settings, prompt=prompt)) as app:
        await declare(app)
        await _check(app)
        service = app.service()
        clockwork = Clockwork(app.outbox, service, app.clock)
        async with web.serving(settings.http, _health(app, clockwork)) as address:
            telemetry.event("started", http=address, content=len(settings.content))
            await clockwork.start()
            fresh = asyncio.create_task(sources.keep_fresh(settings, secrets))
            names = _listening(app, prompt=prompt)
            listeners = [asyncio.create_task(_listen(app, name, stop, service.channels)) for name in names]
            await stop.wait()
            fresh.cancel()
            await clockwork.stop()
            await _cancel([*listeners, fresh])


async def converse(settings: Settings) -> None:
    """Answer commands on the terminal until the prompt ends; deliver nothing."""
    async with opened(settings, {"console"}) as app:
        await app.platforms["console"].run(app.answer)


async def declare(app: App) -> None:
    """Let the standing orders follow digestbot.toml, and say each difference.

    Raises SettingsError where nothing is ordered at all.
    """
    for _ in range(_TRIES):
        steps = await differences(app)
        for step in steps:
            if await app.ledger.put(step.standing, step.change):
                telemetry.event("subscription", id=step.change.subject, said=step.said)
        if not steps:
            break
    asked = app.settings.subscriptions or _listening(app, prompt=False)  # where commands come from orders may come
    if not asked and await app.outbox.next_time(app.clock.now(), list(app.platforms)) is None:
        raise SettingsError(f"{app.settings.config}: {_NOTHING}")
    for one in await app.outbox.declared():
        order, coming = one.subscription, one.next_at and one.next_at.isoformat(timespec="minutes")
        when = schedule.describe(schedule.parse(order.schedule, order.zone))
        telemetry.event("subscribed", id=order.id, channel=order.channel, when=when, next=coming, paused=one.reason)


async def differences(app: App) -> list[Step]:
    """What `declare` would change now. Raises SettingsError for a schedule that cannot be read."""
    try:
        return follow(app.settings.subscriptions, await _there(app), app.clock.now())
    except ScheduleError as error:
        raise SettingsError(f"{app.settings.config}: {error}") from error


@asynccontextmanager
async def opened(settings: Settings, names: set[str], *, stays: bool = True) -> AsyncIterator[App]:
    """The parts, with these platforms connected; drained and closed at the end.

    stays: the notes of all workspaces are read now and followed; else those that are asked for, when they are.
    """
    from digestbot.store import open_store

    connected = {name: platforms.connect(name, settings) for name in sorted(names)}
    store = open_store(credentials.load().database(settings))
    keepers = Keepers(settings)
    watching: list[asyncio.Task[None]] = []
    app = App(settings, store, store, connected, Renderer(settings.template_folders), keepers.library)
    try:
        await _set(app)
        if stays:
            await keepers.open()
            watching.append(asyncio.create_task(keepers.watch()))
        yield app
    finally:
        await _cancel(watching)
        for platform in connected.values():
            await platform.drain()
        app.worker.shutdown(wait=False, cancel_futures=True)
        store.close()


async def _set(app: App) -> None:
    """Go by the clock of the database, where it has one of its own."""
    asked = time.monotonic()
    if told := await app.outbox.clock():
        app.clock.follow(told, asked)


async def _there(app: App) -> list[Standing]:
    """The orders that were declared, and those that have the names of what is declared now."""
    named = [await app.ledger.standing(one.channel.workspace, one.id) for one in app.settings.subscriptions]
    return [*await app.outbox.declared(), *(one for one in named if one)]


async def _check(app: App) -> None:
    """Log what would keep a digest from its channel; raise SettingsError for a theme that the notes do not have."""
    for platform, outcome, count in await app.outbox.tally(app.clock.now()):
        if outcome in WAITING and platform not in app.platforms:
            telemetry.event("platform", failed=True, platform=platform, problem="It is not set up.", waiting=count)
    for one in app.settings.subscriptions:
        if one.mention and not app.mentionable(one.channel, one.mention):
            raise SettingsError(
                f"{app.settings.config}: subscription “{one.id}”: mention: “{one.mention}” is nobody that can be"
                f" mentioned in {one.channel}. Write the id of a user group (Slack) or of a role (Discord)."
            )
        library = await app.library(one.channel.workspace)
        for finding in await app.platforms[one.channel.platform].check(one.channel):
            telemetry.event("channel", failed=True, channel=one.channel, problem=finding)
        named = one.themes or (one.theme,)
        try:
            _ = [library.stock(theme) for theme in named if theme.casefold() not in {ROTATE, ALL}]
        except ThemeError as error:
            raise SettingsError(f"{app.settings.config}: subscription “{one.id}”: {error}") from error


def _health(app: App, clockwork: Clockwork) -> Health:
    """What /livez and /readyz look at: the service ticks at least once a heartbeat."""
    tick = beating(lambda: clockwork.ticked, time.monotonic, 4 * HEARTBEAT_SECONDS)
    checks = [answering("database", lambda: app.outbox.next_time(app.clock.now(), ()))]
    checks += [answering("library", lambda: app.library(LOCAL))]
    for name, platform in app.platforms.items():
        channels = [one.channel for one in app.settings.subscriptions if one.channel.platform == name]
        look = partial(_standing, platform) if isinstance(platform, Connected) else None
        checks.append(Check(name, look or partial(_reachable, platform, channels)))
    return Health([tick], [tick, *checks])


async def _standing(platform: Connected) -> Sequence[Finding]:
    """How a platform's own connection stands: probes come every few seconds, and its API would not let them all in."""
    return platform.standing()


async def _reachable(platform: Platform, channels: Sequence[Channel]) -> Sequence[Finding]:
    """What keeps digests from a platform's channels: an error where none of them can be reached, else a warning."""
    said = [problems for problems in [await platform.check(channel) for channel in channels] if problems]
    level = Level.ERROR if said and len(said) == len(channels) else Level.WARNING
    return [Finding.of(problem, level) for problems in said for problem in problems]


def _names(settings: Settings, *, prompt: bool) -> set[str]:
    """The platforms to connect: those of the declared subscriptions, and those that are set up, for other orders."""
    declared = {one.channel.platform for one in settings.subscriptions}
    return declared | set(platforms.configured()) | ({"console"} if prompt else set())


def _listening(app: App, *, prompt: bool) -> list[str]:
    """The platforms that take commands: the console only where somebody sits at it."""
    able = [name for name, platform in app.platforms.items() if platform.capabilities.can_answer]
    return [name for name in able if prompt or name != "console"]


async def _listen(app: App, name: str, stop: asyncio.Event, news: News) -> None:
    """Take a platform's commands. The end of the prompt is the end of the service; another platform's is a failure."""
    try:
        await app.platforms[name].run(app.answer, news)
    except PlatformError as error:
        telemetry.event("platform", failed=True, platform=name, problem=error)
    except Exception as error:  # noqa: BLE001 - one platform's fault ends no other, and is seen
        telemetry.event("platform", failed=True, platform=name, problem=origin(error))
    finally:
        if name == "console":
            stop.set()


async def _unless(stop: asyncio.Event, work: Coroutine[object, object, None]) -> bool:
    """Do work, whose errors are raised, unless it is time to stop: then it is cancelled. Whether it was done."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        await _cancel([task])
        return False
    await task
    return True


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
