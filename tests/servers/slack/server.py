"""The local Slack itself: starts and stops, and does what members do."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from servers.slack import checks, elements, payloads, responses, views
from servers.slack.api import Api
from servers.slack.faults import Faults
from servers.slack.hub import Answer, Hub
from servers.slack.state import Call, State
from servers.slack.world import BOT, TEAM, Ephemeral, Message, Refused, View, World


class Slack:
    """A workspace on a port of this machine.

    hub: its sockets. faults: what goes wrong. allow: the mentions that messages may hold, as mrkdwn writes them.
    """

    def __init__(self, world: World | None = None, *, port: int = 0) -> None:
        self.state = State(world or World.small())
        self.hub = Hub(self.state)
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def world(self) -> World:
        """What the workspace holds."""
        return self.state.world

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.state.faults

    @property
    def problems(self) -> list[str]:
        """What was sent though nobody should."""
        return self.state.problems

    @property
    def base(self) -> str:
        """Where the server is."""
        return self.state.base

    @property
    def api_url(self) -> str:
        """The base URL for clients."""
        return f"{self.base}/api/"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if kind is None:
            assert not self.problems, "\n".join(self.problems)

    async def start(self, *routes: web.RouteDef) -> None:
        """Listen; more routes may be given."""
        api, app = Api(self.state), web.Application(client_max_size=4 * 2**20)
        app.router.add_route("*", "/api/{method}", api.call)
        app.router.add_post("/response/{ticket}", api.respond)
        app.router.add_get("/link/", self.hub.connect)
        app.add_routes(routes)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self.state.base = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Cut every line and stop listening."""
        self.state.closing.set()
        self.hub.close()
        assert self._runner is not None
        await self._runner.cleanup()

    def allow(self, *mentions: str) -> None:
        """Let messages hold these mentions from here on: `<!subteam^S1>`."""
        self.state.allowed.update(mentions)

    def take_problems(self) -> list[str]:
        """The problems so far, which then fail nothing any more."""
        taken = list(self.problems)
        self.problems.clear()
        return taken

    def calls(self, method: str) -> list[Call]:
        """The calls of one method so far."""
        return [call for call in self.state.calls if call.method == method]

    async def until(self, there: Callable[[], Any], seconds: float = 2.0) -> Any:
        """What `there` gives as soon as it gives something."""
        return await self.state.until(there, seconds)

    async def connected(self, sockets: int = 1) -> None:
        """Wait until so many sockets are open."""
        await self.until(lambda: len(self.hub.live) >= sockets)

    async def command(self, name: str, text: str = "", *, user: str = "U2", channel: str = "C1") -> Answer:
        """Somebody types a slash command; what the ack says is shown."""
        payload = payloads.command(self.state, name, text, user, channel)
        answer = await self.hub.send("slash_commands", payload, accepts=True)
        if answer.content:
            answer.shown = responses.acked(self.state, channel, user, answer.content)
        self.state.changed()
        return answer

    async def click(
        self,
        target: Message | Ephemeral | View,
        action_id: str = "",
        *,
        value: str = "",
        label: str = "",
        user: str = "",
    ) -> Answer:
        """Somebody uses an element, found by its id, its value, or what is written on it (or on its option)."""
        assert not getattr(target, "deleted", False), "the message is gone"
        blocks = target.payload["blocks"] if isinstance(target, View) else target.blocks
        block, element = elements.find(blocks, action_id, value, label)
        action = elements.action(block, element, value, label, self.world.ts())
        who = user or (target.user if isinstance(target, View | Ephemeral) else "U2")
        if isinstance(target, View):
            chosen = (action.get("selected_option") or {}).get("value")
            filled = elements.state(blocks, {block["block_id"]: chosen} if block["type"] == "input" else {})
            payload = payloads.click_in_view(self.state, target, who, action, filled)
        else:
            payload = payloads.click(self.state, target, who, action)
        return await self.hub.send("interactive", payload, accepts=False)

    async def submit(self, view: View, values: elements.Values | None = None) -> Answer:
        """Somebody sends a modal off, filled in by action_id or block_id; the ack is done to it."""
        blocks = view.payload["blocks"]
        filled = elements.state(blocks, values or {})
        assert view.is_open, "the modal is not open"
        assert not (empty := elements.unfilled(blocks, filled)), f"the client asks for {empty} first"
        answer = await self.hub.send("interactive", payloads.submission(self.state, view, filled), accepts=True)
        if answer.acked:
            answer.view = self._answered(view, answer.content or {})
        self.state.changed()
        return answer

    async def close_view(self, view: View, *, all_of_them: bool = False) -> Answer | None:
        """Somebody closes a modal; only one with `notify_on_close` tells."""
        view.is_open = False
        if not view.payload.get("notify_on_close"):
            return None
        payload = payloads.closed(self.state, view, cleared=all_of_them)
        return await self.hub.send("interactive", payload, accepts=False)

    async def shortcut(self, callback_id: str, message: Message | None = None, *, user: str = "U2") -> Answer:
        """Somebody uses a shortcut, in a message's menu or a global one."""
        if message:
            payload = payloads.message_shortcut(self.state, callback_id, message, user)
        else:
            payload = payloads.shortcut(self.state, callback_id, user)
        return await self.hub.send("interactive", payload, accepts=False)

    async def suggest(
        self, target: Message | View, action_id: str, typed: str, *, user: str = "U2"
    ) -> list[dict[str, Any]]:
        """Somebody types into an external select: the options that are offered."""
        blocks = target.payload["blocks"] if isinstance(target, View) else target.blocks
        element = elements.find(blocks, action_id, "", "")
        payload = payloads.suggestion(self.state, target, user, element, typed)
        answer = await self.hub.send("interactive", payload, accepts=True)
        try:
            self.state.judge("ack block_suggestion", checks.suggestions(answer.content or {}))
        except Refused:
            return []
        return list((answer.content or {})["options"])

    async def event(self, kind: str, *, channel: str = "", **inner: Any) -> Answer:
        """Something happens that the app listens to; redelivered until it is acked."""
        body = {"type": kind, **({"channel": channel} if channel else {}), **inner}
        return await self.hub.send("events_api", payloads.event(self.state, body, channel), accepts=False)

    async def again(self, answer: Answer) -> Answer:
        """Slack delivers something that it delivered before: the same trigger, the same event_id."""
        return await self.hub.send(answer.type, answer.payload, accepts=answer.accepts, retry=1)

    async def open_home(self, user: str = "U2") -> Answer:
        """Somebody opens the app's Home tab."""
        home = self.world.homes.get(user)
        shown = {"view": home.shown()} if home else {}
        return await self.event("app_home_opened", channel=self.world.dm(user).id, user=user, tab="home", **shown)

    async def archive(self, channel: str, *, user: str = "U1") -> Answer:
        """Somebody archives a channel."""
        self.world.channels[channel].archived = True
        return await self.event("channel_archive", channel=channel, user=user)

    async def remove_bot(self, channel: str) -> Answer:
        """Somebody removes the bot from a channel."""
        where = self.world.channels[channel]
        where.members.discard(BOT)
        kind = "group_left" if where.private else "channel_left"
        return await self.event(kind, channel=channel, actor_id="U1", team=TEAM)

    def _answered(self, view: View, content: dict[str, Any]) -> View | None:
        try:
            return views.answered(self.state, view, content)
        except Refused as refused:
            self.state.problem(f"the ack of a submission was refused: {refused.error}")
            return view
