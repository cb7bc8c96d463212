"""Settings and where each comes from, secrets without their values, digestbot.toml, and its workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from digestbot import config, credentials
from digestbot.config.workspaces import Workspace
from digestbot.doctor.installation import Installation
from digestbot.environment import SETTINGS, Given
from digestbot.errors import SettingsError
from digestbot.findings import Check, Finding, Level, many, ok
from digestbot.settings import Settings, bundled

NAMES = ("settings", "secrets", "digestbot.toml")
"""The checks without which digestbot does not start."""


def checks(of: Installation) -> Sequence[Check]:
    """What is set, and what was made of it."""
    looks = (_settings, _secrets, _file)
    found = [Check(name, partial(look, of)) for name, look in zip(NAMES, looks, strict=True)]
    return [*found, Check("workspaces", partial(_workspaces, of))] if of.settings.workspaces else found


async def _settings(of: Installation) -> Sequence[Finding]:
    file = f"{of.settings.config}: "
    wrong = [Finding.of(one) for one in of.problems if not one.startswith(file)]
    sample = of.settings.content == (bundled("content").resolve(),)
    hint = "DIGESTBOT_CONTENT is not set, and the sample notes stand in."
    odd = [Finding(Level.WARNING, hint, "Name the folder of your own notes.")] if sample else []
    return [*wrong, *odd, *(ok(_told(of, one.name)) for one in SETTINGS if not one.secret)]


def _told(of: Installation, name: str) -> str:
    if name == "DIGESTBOT_CONTENT" and of.content:
        return f"{name}: {', '.join(of.content)} (command line)"
    given = next((one for one in of.variables.given if one.name == name), None)
    return f"{name}: {given.value} ({given.origin})" if given else f"{name}: {_default(of.settings, name)} (default)"


def _default(settings: Settings, name: str) -> str:
    """What holds where a setting is not set."""
    held = getattr(settings, name.removeprefix("DIGESTBOT_").lower())
    texts = [str(one) for one in held] if isinstance(held, tuple) else [str(held or "none")]
    return ", ".join(texts) or "none"


async def _secrets(of: Installation) -> Sequence[Finding]:
    return [_secret(one) for one in of.variables.secrets] or [ok("None is set.")]


def _secret(given: Given) -> Finding:
    try:
        credentials.value(given)
    except SettingsError as error:
        return Finding.of(str(error))
    if odd := credentials.warning(given):
        return Finding.of(odd, Level.WARNING)
    return ok(f"{given.plain}: set ({'a file, ' if given.in_file else ''}{given.origin})")


async def _file(of: Installation) -> Sequence[Finding]:
    path = of.settings.config
    if not path.exists():
        fix = "Write one with [[subscriptions]], as the README shows."
        return [Finding(Level.WARNING, f"There is no {path}, so nothing is ever due.", fix)]
    said = config.read(path)
    # What is wrong about the folders that it names is not known to those who read the file alone.
    wrong = [Finding.of(one) for one in of.problems if one.startswith(f"{path}: ")]
    counts = (
        many(len(said.subscriptions), "subscription"),
        many(len(said.sources), "source"),
        many(len(said.workspaces), "workspace"),
        many(len(said.themes), "saved search", "saved searches"),
    )
    return [*wrong, ok(f"{path}: {', '.join(counts)}")]


async def _workspaces(of: Installation) -> Sequence[Finding]:
    named = {one.name for one in of.settings.workspaces}
    others = sorted({one.workspace for one in of.channels} - named - {"local"})
    return [*(_workspace(of.settings, one) for one in of.settings.workspaces), *map(_without, others)]


def _workspace(settings: Settings, one: Workspace) -> Finding:
    fetched = ["notes of its own"] if any(source.workspace == one.name for source in settings.sources) else []
    notes = "notes of its own" if one.content else " and ".join(["the default notes", *fetched])
    people = f"{many(len(one.admins), 'admin')}, {many(len(one.curators), 'curator')}"
    return ok(f"{one.name}: {notes}, {people}, admins are told in {one.admin_channel or 'no channel'}")


def _without(name: str) -> Finding:
    what = f"{name} has no table, and is shown the default notes."
    return Finding(Level.WARNING, what, f"Write [workspaces.{name}] with its content, if they are not meant for it.")
