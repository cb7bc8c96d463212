"""What `digestbot doctor` looks at besides the channels: tokens, scopes, and whether Slack takes our digests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError

from digestbot.errors import PlatformError, SettingsError
from digestbot.findings import Check, Finding, Level, ok
from digestbot.model import Digest
from digestbot.platforms.slack import starting
from digestbot.platforms.slack.api import Api
from digestbot.platforms.slack.scopes import SCOPES, lacking
from digestbot.platforms.slack.starting import Seat
from digestbot.rendering import Renderer
from digestbot.rendering.samples import SAMPLES
from digestbot.settings import Settings

_VITAL = frozenset({"chat:write", "commands"})
"""Without these nothing works; without another scope something less does."""

_MEND = "Look at your own templates with `digestbot preview --platform slack`; if you have none, report it."
_UNASKED = Finding(Level.WARNING, "Slack was not asked.", "Set the tokens, and let the doctor look again.")


Look = Callable[[Seat], Awaitable[Sequence[Finding]]]


def checks(settings: Settings, tokens: Sequence[Callable[[], object]], seat: Callable[[], Seat]) -> Sequence[Check]:
    """In the order in which they build on each other.

    tokens: read one each. seat: takes them all. They raise SettingsError for what is missing or of another kind.
    """
    online: dict[str, Look] = {"slack app": _app, "slack scopes": _scopes, "slack digests": partial(_digests, settings)}
    asking = [Check(name, partial(_asked, seat, look), online=True) for name, look in online.items()]
    return [Check("slack tokens", partial(_tokens, tokens)), *asking]


async def _tokens(tokens: Sequence[Callable[[], object]]) -> Sequence[Finding]:
    """Whether they are there, and look like what they should be."""
    wrong = []
    for read in tokens:
        try:
            read()
        except SettingsError as error:
            wrong.append(Finding.of(str(error)))
    return wrong or [ok("SLACK_BOT_TOKEN and SLACK_APP_TOKEN are set, and look like such tokens")]


async def _asked(seat: Callable[[], Seat], look: Look) -> Sequence[Finding]:
    """What a look finds that asks Slack; without tokens, of which `_tokens` tells, it cannot."""
    try:
        taken = seat()
    except SettingsError:
        return [_UNASKED]
    try:
        return await look(taken)
    finally:
        await taken.api.close()


async def _app(seat: Seat) -> Sequence[Finding]:
    """Whose the bot's token is, whether digestbot.toml means that workspace, and whether sockets can be opened."""
    return [await _told(_whose(seat)), await _told(_opens(seat))]


async def _told(look: Awaitable[Finding]) -> Finding:
    try:
        return await look
    except PlatformError as error:
        return Finding.of(str(error))


async def _whose(seat: Seat) -> Finding:
    identity = await starting.identify(seat.api)
    wrong = starting.misnamed(identity, seat.workspace)
    return Finding.of(wrong) if wrong else ok(f"SLACK_BOT_TOKEN is of {identity.name} ({identity.team})")


async def _opens(seat: Seat) -> Finding:
    await starting.try_app_token(seat.api, seat.app_token)
    return ok("SLACK_APP_TOKEN opens sockets")


async def _scopes(seat: Seat) -> Sequence[Finding]:
    """Whether the app was granted all that the manifest asks for."""
    await starting.identify(seat.api)
    granted = seat.api.scopes
    if granted is None:
        return [Finding(Level.WARNING, "Slack does not say what was granted.", "Look under OAuth & Permissions.")]
    missing = [
        Finding.of(one.complaint, Level.ERROR if one.name in _VITAL else Level.WARNING) for one in lacking(granted)
    ]
    return missing or [ok(f"all {len(SCOPES)} are granted")]


async def _digests(settings: Settings, seat: Seat) -> Sequence[Finding]:
    """Whether Slack's own validator takes what the templates make of the sample digests. Nothing is posted."""
    renderer = Renderer(settings.template_folders)
    digests = [renderer.render(view, "slack") for view in SAMPLES if isinstance(view, Digest)]
    parts = [part for message in digests for part in message.parts]
    wrong = [said for part in parts if (said := await _refused(seat.api, part.payload.get("blocks")))]
    if wrong:
        return [Finding(Level.ERROR, f"Slack would refuse a digest: {said}.", _MEND) for said in wrong]
    return [ok(f"Slack takes the {len(parts)} messages that the sample digests make")]


async def _refused(api: Api, blocks: object) -> str:
    """What Slack says against these blocks, "" for nothing. Raises PlatformError where it cannot be asked.

    https://docs.slack.dev/reference/methods/blocks.validate
    """
    try:
        await api.call(api.anonymous.api_call("blocks.validate", json={"blocks": blocks}), "a digest", ours=False)
    except PlatformError as error:
        if said := _complaints(error.__cause__):
            return said
        raise
    return ""


def _complaints(cause: BaseException | None) -> str:
    """The validator's complaints, the first of them."""
    data: Any = cause.response.data if isinstance(cause, SlackApiError) else None
    errors = data.get("errors") if isinstance(data, dict) else None
    return "; ".join(f"{one.get('pointer') or '/'}: {one.get('message')}" for one in (errors or ())[:3])
