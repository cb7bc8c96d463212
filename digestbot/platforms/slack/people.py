"""Who asks: their time zone, whether they administer the workspace, and their user groups, as Slack last said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from digestbot import telemetry
from digestbot.errors import PlatformError
from digestbot.platforms.slack.api import Api

FRESH_SECONDS = 600.0
"""For how long what Slack said of somebody is believed."""

PATIENCE_SECONDS = 1.5
"""How long an answer waits for it; a member who is not known is answered as anybody is."""

MOST = 5_000
"""Members who are remembered at once."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a member; a stranger from another workspace has neither rights nor groups here.

    name: as others see it.
    """

    admin: bool = False
    zone: str = ""
    groups: tuple[str, ...] = ()
    name: str = ""
    stranger: bool = False


@dataclass(slots=True)
class Kept(Generic[T]):
    """Answers by a name, each asked for once at a time and kept for FRESH_SECONDS."""

    ask: Callable[[str], Awaitable[T]]
    answers: dict[str, tuple[float, asyncio.Future[T]]] = field(default_factory=dict)

    async def get(self, name: str) -> T:
        """The answer; whoever asks meanwhile waits for the same one. Raises PlatformError, TimeoutError."""
        since, asked = self.answers.get(name, (0.0, None))
        if asked is None or time.monotonic() - since > FRESH_SECONDS or _failed(asked):
            if len(self.answers) >= MOST:
                self.answers.clear()
            asked = asyncio.ensure_future(self.ask(name))
            asked.add_done_callback(_failed)  # an error that nobody waits for any more is no fault
            self.answers[name] = time.monotonic(), asked
        return await asyncio.wait_for(asyncio.shield(asked), PATIENCE_SECONDS)


class People:
    """The members of one workspace. team: its id; None for each that Slack names."""

    def __init__(self, api: Api, team: str) -> None:
        self._api = api
        self._team = team
        self._members = Kept(self._member)
        self._groups = Kept(self._all_groups)

    async def get(self, user: str) -> Person:
        """What is known of a member; never raises: who is not known has no rights."""
        try:
            person = await self._members.get(user)
        except (PlatformError, TimeoutError) as error:
            telemetry.event("member", failed=True, problem=str(error) or "no answer in time")
            return Person()
        if person.stranger:
            return person
        try:
            groups = await self._groups.get("")
        except (PlatformError, TimeoutError) as error:
            telemetry.event("groups", failed=True, problem=str(error) or "no answer in time")
            return person
        return replace(person, groups=tuple(name for name, members in groups.items() if user in members))

    async def _member(self, user: str) -> Person:
        answer = await self._api.call(self._api.client.users_info(user=user), "a member")
        said: dict[str, Any] = answer["user"]
        of_ours = said.get("team_id", self._team) == self._team and not said.get("is_stranger")
        admin = of_ours and bool(said.get("is_admin") or said.get("is_owner") or said.get("is_primary_owner"))
        return Person(admin, str(said.get("tz") or ""), name=_name(said), stranger=not of_ours)

    async def _all_groups(self, _: str) -> dict[str, frozenset[str]]:
        """The members of every user group of the workspace, in one call."""
        scopes = self._api.scopes
        if scopes is not None and "usergroups:read" not in scopes:
            return {}
        answer = await self._api.call(self._api.client.usergroups_list(include_users=True), "the user groups")
        return {str(one["id"]): frozenset(one.get("users") or ()) for one in answer["usergroups"]}


def _name(said: dict[str, Any]) -> str:
    profile = said.get("profile") or {}
    return str(
        profile.get("display_name") or profile.get("real_name") or said.get("real_name") or said.get("name") or ""
    )


def _failed(asked: asyncio.Future[Any]) -> bool:
    return asked.done() and (asked.cancelled() or asked.exception() is not None)
