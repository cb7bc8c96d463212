"""slack-bolt's AsyncApp around a dialogue: bolt reads and authorizes a payload, the dialogue answers it.

The answer is given in a middleware, which bolt awaits. A listener's ack would wait for a loop of 10 ms, and a payload
for which there is no listener would get none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from digestbot import environment
from digestbot.platforms.slack.api import LOG, Api
from digestbot.platforms.slack.asking import Payload
from digestbot.platforms.slack.dialogue import Reply
from digestbot.platforms.slack.starting import Identity

_REPLY = "digestbot.reply"

_OF_BOLT = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""Other tools' settings, at whose sight bolt sets OAuth up, with stores of tokens in the home folder."""

Hear = Callable[[Payload], Awaitable[Reply]]


def app(api: Api, identity: Identity, hear: Hear) -> AsyncApp:
    """The app. Every payload goes to `hear`, so that no kind of it is left without an ack."""

    async def authorize() -> AuthorizeResult:
        # Bolt's own way asks auth.test before the first payload, and tells the member when that fails.
        return AuthorizeResult(
            enterprise_id=None, team_id=identity.team, bot_token=api.token.get_secret_value(),
            bot_id=identity.bot, bot_user_id=identity.user,
        )  # fmt: skip

    with environment.hidden(*_OF_BOLT):
        made = AsyncApp(
            # Bolt would look for a name on the stack, in 50 ms; and it gives its handlers to the logger of that name.
            name="digestbot-slack",
            client=api.anonymous,
            authorize=authorize,
            logger=LOG,
        )

    async def every(body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        reply = await hear(body)
        context[_REPLY] = reply
        return BoltResponse(status=200, body=dict(reply.ack) if reply.ack else "")

    made.use(every)
    return made


async def dispatched(made: AsyncApp, payload: Payload) -> Reply:
    """The reply of an app to a payload; one that bolt itself answered, as those of the bot's own doings, is empty."""
    request = AsyncBoltRequest(mode="socket_mode", body=dict(payload))
    await made.async_dispatch(request)
    reply = request.context.get(_REPLY)
    return reply if isinstance(reply, Reply) else Reply()
