"""[[sources]]: where notes that live elsewhere come from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from digestbot.config.table import Table
from digestbot.config.workspaces import NAME

Kind = Literal["folder", "git", "readwise", "hypothesis"]

IMPORTS = "imports"
"""The name under which `digestbot import` keeps what it was given."""

KEYS: dict[Kind, tuple[str, ...]] = {
    "folder": ("path",),
    "git": ("url", "branch", "folder", "every"),
    "readwise": ("url", "every"),
    "hypothesis": ("group", "user", "url", "every"),
}
"""What a table of each kind may say beside name, kind and workspace."""

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_EVERY = re.compile(r"(\d{1,4}) ?(m|min|minutes?|h|hours?|d|days?)")
_SOONEST, _LATEST = timedelta(minutes=5), timedelta(days=30)
_HTTPS = re.compile(
    r"https://[^\s/?#@]+(?:/[^\s?#]*)?|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/[^\s?#]*)?"
)
_HOST = r"(?:[\w.][\w.-]*@)?[A-Za-z0-9][\w.-]*"
_SSH = re.compile(rf"ssh://{_HOST}(?::\d+)?/[^\s:-][^\s:]*|{_HOST}:(?!//)[^\s:-][^\s:]*")
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|\.lock$|/$))[\w][\w./+#-]*")
_GROUP = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True, slots=True)
class SourceOrder:
    """A standing order for notes that live elsewhere.

    name: unique; the folder below the data folder and the setting of its token are called by it. every: how often it
    is refreshed. workspace: which one alone sees its notes, or "" where they are among the default ones. path: the
    folder of kind "folder". url: of the repository or of the service; "" for the service's own. branch, folder: of a
    repository, "" for its main branch and for all of it. group, user: whose annotations of Hypothesis.
    """

    name: str
    kind: Kind
    every: timedelta = timedelta(hours=1)
    workspace: str = ""
    path: str = ""
    url: str = ""
    branch: str = ""
    folder: str = ""
    group: str = ""
    user: str = ""

    def place(self, data: Path) -> Path:
        """The content folder in which its notes lie."""
        return Path(self.path) if self.kind == "folder" else data / "sources" / self.name


def read(table: Table) -> tuple[SourceOrder, ...]:
    """All of them, each with a name of its own. Raises SettingsError."""
    found: dict[str, SourceOrder] = {}
    for place in table.rows("sources", "source"):
        one = _order(place)
        if one.name in found or one.name == IMPORTS:
            raise place.wrong("name", f"“{one.name}” is taken. Give each source its own name.")
        found[one.name] = one
    return tuple(found.values())


def _order(table: Table) -> SourceOrder:
    kind = _kind(table)
    table.knows("name", "kind", "workspace", *KEYS[kind])
    said = {key: table.text(key, "") for key in ("workspace", *KEYS[kind]) if key in table.values and key != "every"}
    for key, value in said.items():
        _CHECKS.get(key, _anything)(table, key, value)
    for key in _NEEDED[kind]:
        table.text(key)
    if kind == "hypothesis" and not (said.get("group") or said.get("user")):
        raise table.wrong("group", "write the id of a group, or user, so that not all of Hypothesis is fetched.")
    if kind == "git":
        said["url"] = _repository(table, said["url"])
    return SourceOrder(table.name("team-notes"), kind, _every(table), **said)


def _kind(table: Table) -> Kind:
    text = table.text("kind")
    for kind in KEYS:
        if text == kind:
            return kind
    raise table.wrong("kind", f"“{text}” is not known. Write {', '.join(KEYS)}.")


def _every(table: Table) -> timedelta:
    text = table.text("every", "1h")
    found = _EVERY.fullmatch(text)
    every = int(found[1]) * _UNITS[found[2][0]] if found else timedelta()
    if not _SOONEST <= every <= _LATEST:
        raise table.wrong("every", f"“{text}” is no time between visits. Write 5m to 30d, such as 1h.")
    return every


def _repository(table: Table, url: str) -> str:
    """The address of a repository, a local path made absolute; raises SettingsError for what git must not be given."""
    if url.startswith(("/", "~/", "./", "../", "file:///")):
        return str(Path(url.removeprefix("file://")).expanduser().resolve())
    if "@" in url.partition("://")[2].partition("/")[0] and not url.startswith("ssh://"):
        raise table.wrong("url", "holds a user or a token. Leave them out: a token is a setting, see .env.example.")
    if not (_HTTPS.fullmatch(url) or _SSH.fullmatch(url)):
        raise table.wrong(
            "url",
            f"“{url}” cannot be cloned. Write https://host/path, git@host:path, ssh://host/path or a folder's path.",
        )
    return url


def _service(table: Table, key: str, text: str) -> None:
    if table.values.get("kind") != "git" and not _HTTPS.fullmatch(text):
        raise table.wrong(key, f"“{text}” is no address of a service. Write https://host/path.")


def _workspace(table: Table, key: str, text: str) -> None:
    if not NAME.fullmatch(text):
        raise table.wrong(key, f"“{text}” is no workspace. Write its id, such as T0123ABCD.")


def _inside(table: Table, key: str, text: str) -> None:
    if text.startswith(("/", "-")) or {"..", ".", ""} & set(text.rstrip("/").split("/")) or not text.isprintable():
        raise table.wrong(
            key, f"“{text}” is no folder within a repository. Write it from its top, such as notes/books."
        )


def _branch(table: Table, key: str, text: str) -> None:
    if not _BRANCH.fullmatch(text):
        raise table.wrong(key, f"“{text}” cannot be a branch. Write its name, such as main.")


def _group(table: Table, key: str, text: str) -> None:
    if not _GROUP.fullmatch(text):
        raise table.wrong(
            key, f"“{text}” is no id of a group. It stands in the group's address: hypothes.is/groups/ID."
        )


def _anything(_: Table, __: str, ___: str) -> None:
    """A key whose text may be anything."""


_CHECKS: dict[str, Callable[[Table, str, str], None]] = {
    "url": _service,
    "workspace": _workspace,
    "folder": _inside,
    "branch": _branch,
    "group": _group,
}
_NEEDED: dict[Kind, tuple[str, ...]] = {"folder": ("path",), "git": ("url",), "readwise": (), "hypothesis": ()}
