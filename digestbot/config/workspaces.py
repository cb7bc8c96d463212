"""[workspaces.NAME]: a Slack workspace or a Discord guild, its own notes, and who looks after it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digestbot.config.subscriptions import channel
from digestbot.config.table import Table
from digestbot.model import LOCAL, Channel

KEYS = ("content", "admins", "curators", "admin_channel", "curators_channel", "exclude_tags", "exclude_folders")
"""What a table may say of a workspace."""

NAME = re.compile(r"[A-Za-z0-9][\w-]{0,63}", re.ASCII)
"""What a workspace may be called."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One team's own digestbot: nothing of its notes is ever shown to another.

    name: as a channel's `platform:name/id` has it. content: its own folders of notes, absolute; () for the default.
    admins: the platform's ids of people who may change subscriptions. curators: of those who may hide highlights.
    admin_channel: where admins are told what they should know, or None. curators_channel: where curators are told what
    there is to decide; None for the admins' channel.
    exclude_tags, exclude_folders: what stays private in it beside what stays private everywhere.
    """

    name: str
    content: tuple[Path, ...] = ()
    admins: frozenset[str] = frozenset()
    curators: frozenset[str] = frozenset()
    admin_channel: Channel | None = None
    exclude_tags: tuple[str, ...] = ()
    exclude_folders: tuple[str, ...] = ()
    curators_channel: Channel | None = None


def read(table: Table, folder: Path) -> tuple[Workspace, ...]:
    """Each table under [workspaces]; relative paths begin at `folder`. Raises SettingsError."""
    named = table.table("workspaces")
    for name, row in named.values.items():
        if not isinstance(row, Mapping):
            raise named.wrong(name, f"write a table here, headed [workspaces.{name}].")
        if not NAME.fullmatch(name):
            raise named.wrong(name, "cannot be a name. Write the workspace's id, such as T0123ABCD, or local.")
    return tuple(_workspace(named.table(name), name, folder) for name in named.values)


def _workspace(table: Table, name: str, folder: Path) -> Workspace:
    table.knows(*KEYS)
    if name == LOCAL and "content" in table.values:
        raise table.wrong("content", "the notes of local are the default ones. Set DIGESTBOT_CONTENT instead.")
    return Workspace(
        name,
        content=_content(table, folder),
        admins=frozenset(table.texts("admins")),
        curators=frozenset(table.texts("curators")),
        admin_channel=channel(table, "admin_channel") if "admin_channel" in table.values else None,
        curators_channel=channel(table, "curators_channel") if "curators_channel" in table.values else None,
        exclude_tags=table.texts("exclude_tags"),
        exclude_folders=table.texts("exclude_folders"),
    )


def _content(table: Table, folder: Path) -> tuple[Path, ...]:
    """The folders of notes, all of which exist; a workspace that names none on purpose would be shown the default."""
    texts = table.texts("content")
    if "content" in table.values and not texts:
        raise table.wrong("content", 'name its folders of notes, such as content = ["notes"], or remove the key.')
    return tuple(_existing(table, folder, text) for text in dict.fromkeys(texts))


def _existing(table: Table, folder: Path, text: str) -> Path:
    try:
        path = (folder / Path(text).expanduser()).resolve()
        there = path.exists()
    except (OSError, RuntimeError, ValueError):
        there = False
    if not there:
        raise table.wrong("content", f"there is no “{text[:100]}”. Name a folder of notes.")
    return path
