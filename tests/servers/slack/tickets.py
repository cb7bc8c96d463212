"""What Slack hands out to be used soon and seldom: triggers of interactions, response URLs, socket addresses."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from servers.slack.world import Ephemeral, Message, Refused

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS, RESPONSE_USES = 1_800.0, 5
ADDRESS_SECONDS = 30.0


@dataclass
class Trigger:
    """Lets one modal be opened. view: the modal that it came from, which a push goes on top of."""

    user: str
    at: float
    view: str = ""
    used: bool = False


@dataclass
class Response:
    """Lets an app answer an interaction; `origin` is what `replace_original` replaces."""

    user: str
    channel: str
    at: float
    origin: Message | Ephemeral | None = None
    uses: int = 0


@dataclass
class Tickets:
    """All that is out. `clock` is a monotonic one, in seconds, so that a test may let time pass."""

    clock: Callable[[], float] = time.monotonic
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    addresses: dict[str, float] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def name(self, prefix: str) -> str:
        """A new id."""
        return f"{prefix}{next(self._numbers):06d}"

    def trigger(self, user: str, view: str = "") -> str:
        """A trigger_id for what somebody just did."""
        name = f"{next(self._numbers)}.{id(self) % 10**6}.{'ab12' * 4}"
        self.triggers[name] = Trigger(user, self.clock(), view)
        return name

    def redeem(self, name: str) -> Trigger:
        """The trigger, once and in time."""
        trigger = self.triggers.get(name)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.clock() - trigger.at > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def response(self, user: str, channel: str, origin: Message | Ephemeral | None = None) -> str:
        """The last part of a response URL."""
        name = self.name("R")
        self.responses[name] = Response(user, channel, self.clock(), origin)
        return name

    def respond(self, name: str) -> Response:
        """The response URL's interaction, five times within half an hour."""
        response = self.responses.get(name)
        if response is None or self.clock() - response.at > RESPONSE_SECONDS:
            raise Refused("expired_url")
        if response.uses >= RESPONSE_USES:
            raise Refused("used_url")
        response.uses += 1
        return response

    def address(self) -> str:
        """The last part of a socket's address."""
        name = self.name("wss")
        self.addresses[name] = self.clock()
        return name

    def connect(self, name: str) -> bool:
        """Whether a socket may be opened under this address: once and soon."""
        return self.clock() - self.addresses.pop(name, float("-inf")) <= ADDRESS_SECONDS
