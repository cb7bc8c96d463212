"""Channels, their history, and the people in them: conversations.*, users.*, usergroups.*."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from servers.slack.state import State
from servers.slack.world import BOT, TEAM, Channel, Message, Refused, User

TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im"}


def info(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """conversations.info."""
    channel = state.world.seen(a["channel"])
    members = {"num_members": len(channel.members)} if a.get("include_num_members") else {}
    return {"channel": {**_shown(channel), **members}}


def history(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """conversations.history: newest first, without replies."""
    channel = _readable(state, a["channel"])
    return _page(state, channel.roots(), a)


def replies(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """conversations.replies: oldest first, with the message that started the thread."""
    channel = _readable(state, a["channel"])
    found = channel.replies(a["ts"])
    if not found:
        raise Refused("thread_not_found")
    return _page(state, found, a)


def open_dm(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """conversations.open with one user."""
    return {"channel": {"id": state.world.dm(a["users"]).id if "users" in a else state.world.seen(a["channel"]).id}}


def join(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """conversations.join: public channels only."""
    channel = state.world.seen(a["channel"])
    if channel.private or channel.im:
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    already = {"warning": "already_in_channel"} if BOT in channel.members else {}
    channel.members.add(BOT)
    return {"channel": _shown(channel), **already}


def members(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """conversations.members."""
    found, cursor = _cut(sorted(state.world.seen(a["channel"]).members), a)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


def user(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """users.info."""
    found = state.world.users.get(a["user"])
    if found is None:
        raise Refused("user_not_found")
    return {"user": _person(found) | ({"locale": found.locale} if a.get("include_locale") else {})}


def of_user(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """users.conversations: those of the bot, or those of a user that the bot shares."""
    kinds = {TYPES[name] for name in a.get("types", "public_channel").split(",") if name in TYPES}
    for kind in kinds:
        need(state, f"{kind}:read")
    who = a.get("user", BOT)
    found = [
        _shown(channel)
        for channel in state.world.channels.values()
        if channel.kind in kinds and who in channel.members and (BOT in channel.members or not channel.private)
        if not (a.get("exclude_archived") and channel.archived)
    ]
    page, cursor = _cut(found, a)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def groups(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """usergroups.list."""
    users = a.get("include_users", False)
    return {
        "usergroups": [
            {
                "id": name,
                "team_id": TEAM,
                "handle": name.lower(),
                "name": name,
                "user_count": len(who),
                "date_delete": 0,
            }
            | ({"users": sorted(who)} if users else {})
            for name, who in state.world.groups.items()
        ]
    }


def of_group(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """usergroups.users.list."""
    if a["usergroup"] not in state.world.groups:
        raise Refused("no_such_subteam")
    return {"users": sorted(state.world.groups[a["usergroup"]])}


def need(state: State, scope: str) -> None:
    """Refuse without the scope, saying what is needed and what there is."""
    if scope not in state.world.scopes:
        raise Refused("missing_scope", needed=scope, provided=",".join(sorted(state.world.scopes)))


def _readable(state: State, name: str) -> Channel:
    channel = state.world.seen(name)
    need(state, f"{channel.kind}:history")
    if BOT not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _page(state: State, found: list[Message], a: dict[str, Any]) -> dict[str, Any]:
    """One page of messages between `oldest` and `latest`, both left out unless `inclusive`."""
    if state.world.distributed:
        _seldom(state)
        a = {**a, "limit": min(int(a.get("limit", 15)), 15)}
    inclusive = a.get("inclusive", False)
    oldest, latest = float(a.get("oldest") or 0), float(a.get("latest") or "inf")
    inside = [m for m in found if oldest < float(m.ts) < latest or (inclusive and float(m.ts) in {oldest, latest})]
    page, cursor = _cut(inside, a)
    shown = [message.shown(metadata=bool(a.get("include_all_metadata"))) for message in page]
    more = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), **more}


def _seldom(state: State) -> None:
    """Once a minute, for apps that are distributed outside the Marketplace."""
    now, last = state.tickets.clock(), state.paced.get("history", float("-inf"))
    if now - last < 60:
        raise Refused("ratelimited", retry_after=60 - (now - last))
    state.paced["history"] = now


def _cut(found: Sequence[Any], a: dict[str, Any]) -> tuple[list[Any], str]:
    start, size = int(str(a.get("cursor") or "c0")[1:]), int(a.get("limit") or 100)
    if not 1 <= size <= 999:
        raise Refused("invalid_limit")
    page = list(found[start : start + size])
    return page, f"c{start + size}" if start + size < len(found) else ""


def _shown(channel: Channel) -> dict[str, Any]:
    kind = {
        "is_channel": not channel.private and not channel.im,
        "is_group": channel.private,
        "is_im": bool(channel.im),
    }
    name = {"user": channel.im} if channel.im else {"name": channel.name, "name_normalized": channel.name}
    shared = {"is_shared": channel.shared, "is_ext_shared": channel.shared, "is_org_shared": False}
    shared |= {"conversation_host_id": channel.host or TEAM} if channel.shared else {}
    state = {"is_private": channel.private or bool(channel.im), "is_archived": channel.archived}
    return {
        "id": channel.id,
        **name,
        **kind,
        **shared,
        **state,
        "is_member": BOT in channel.members,
        "context_team_id": TEAM,
    }


def _person(user: User) -> dict[str, Any]:
    roles = {"is_admin": user.is_admin, "is_owner": False, "is_restricted": user.is_restricted, "is_bot": user.is_bot}
    name = {"name": user.name, "real_name": user.name, "profile": {"real_name": user.name, "display_name": user.name}}
    zone = {"tz": user.tz, "tz_label": user.tz, "tz_offset": user.tz_offset}
    stranger = {"is_stranger": True} if user.team != TEAM else {}
    return {"id": user.id, "team_id": user.team, "deleted": user.deleted, **name, **zone, **roles, **stranger}
