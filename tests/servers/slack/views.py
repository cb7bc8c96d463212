"""Modals and Home tabs: views.*, and what a submission's ack does to a modal."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from servers.slack import checks
from servers.slack.chat import with_ids
from servers.slack.state import State
from servers.slack.world import Refused, View

STACK = 3


def open_modal(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """views.open."""
    _fits(state, "views.open", a["view"], "modal")
    trigger = state.tickets.redeem(a.get("trigger_id", ""))
    return {"view": _made(state, trigger.user, a["view"]).shown()}


def push(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """views.push: on top of the modal that the trigger came from, three at most."""
    _fits(state, "views.push", a["view"], "modal")
    trigger = state.tickets.redeem(a.get("trigger_id", ""))
    if trigger.view not in state.world.views:
        raise Refused("not_found")
    return {"view": on_top(state, state.world.views[trigger.view], a["view"]).shown()}


def update(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """views.update: the hash, if given, has to be the one that is shown."""
    found = state.world.views.get(a.get("view_id", "")) or _external(state, a.get("external_id", ""))
    if found is None or not found.is_open:
        raise Refused("not_found")
    if a.get("hash", found.hash) != found.hash:
        raise Refused("hash_conflict")
    _fits(state, "views.update", a["view"], "modal")
    return {"view": changed(state, found, a["view"]).shown()}


def publish(state: State, a: dict[str, Any]) -> dict[str, Any]:
    """views.publish: the Home tab of one user."""
    user, home = a["user_id"], state.world.homes.get(a["user_id"])
    if user not in state.world.users:
        raise Refused("user_not_found")
    if home and a.get("hash", home.hash) != home.hash:
        raise Refused("hash_conflict")
    _fits(state, "views.publish", a["view"], "home")
    if home:
        return {"view": changed(state, home, a["view"]).shown()}
    state.world.homes[user] = _view(state, user, a["view"])
    return {"view": state.world.homes[user].shown()}


def on_top(state: State, below: View, payload: dict[str, Any]) -> View:
    """A modal pushed onto another."""
    if sum(view.root_id == below.root_id and view.is_open for view in state.world.views.values()) >= STACK:
        raise Refused("push_limit_reached")
    made = _made(state, below.user, payload)
    made.root_id, made.previous_id = below.root_id, below.id
    return made


def changed(state: State, view: View, payload: dict[str, Any]) -> View:
    """A view that shows something else from now on."""
    view.payload = _kept(state, payload)
    view.hash = f"{state.world.ts()}.h"
    view.updates += 1
    return view


def answered(state: State, view: View, answer: dict[str, Any]) -> View | None:
    """What the ack of a submission does; the view that is then shown, if any."""
    action = answer.get("response_action", "close")
    if action == "errors":
        return _faulty(state, view, answer.get("errors", {}))
    if action in {"update", "push"}:
        _fits(state, f"ack {action}", answer.get("view"), "modal")
        return (changed if action == "update" else on_top)(state, view, answer["view"])
    if action not in {"clear", "close"}:
        state.problem(f"no response_action {action!r}")
    for other in state.world.views.values():
        if other.id == view.id or (action == "clear" and other.root_id == view.root_id):
            other.is_open = False
    return state.world.views.get(view.previous_id) if action == "close" else None


def _faulty(state: State, view: View, errors: dict[str, str]) -> View:
    inputs = {block["block_id"] for block in view.payload["blocks"] if block["type"] == "input"}
    for name in errors.keys() - inputs:
        state.problem(f"an error for {name!r}, which is no input of the modal: Slack shows nothing")
    if not errors:
        state.problem("response_action errors without errors")
    return view


def _fits(state: State, where: str, payload: Any, kind: str) -> None:
    state.judge(where, checks.view(payload, state.allowed))
    if payload["type"] != kind:
        state.problem(f"{where} takes a {kind}")
        raise Refused("invalid_arguments")
    if (name := payload.get("external_id")) and _external(state, name) and where != "views.update":
        raise Refused("duplicate_external_id")


def _external(state: State, name: str) -> View | None:
    return next(
        (v for v in state.world.views.values() if name and v.is_open and v.payload.get("external_id") == name), None
    )


def _made(state: State, user: str, payload: dict[str, Any]) -> View:
    made = _view(state, user, payload)
    state.world.views[made.id] = made
    return made


def _view(state: State, user: str, payload: dict[str, Any]) -> View:
    name = state.tickets.name("V")
    return View(name, user, _kept(state, payload), name, f"{state.world.ts()}.h")


def _kept(state: State, payload: dict[str, Any]) -> dict[str, Any]:
    return {**deepcopy(payload), "blocks": with_ids(state, payload["blocks"])}
