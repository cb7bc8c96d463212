"""Settings: where the notes, the data and the configuration lie, and how digestbot shows what it does.

environment.py lists what is read, the secrets included; credentials.py reads those.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from digestbot import config, environment
from digestbot.config import Config
from digestbot.config.sources import IMPORTS, SourceOrder
from digestbot.config.workspaces import Workspace
from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.environment import Variables
from digestbot.errors import SettingsError
from digestbot.model import LOCAL, SavedSearch, Subscription

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

LOG_FORMATS: Mapping[str, LogFormat] = {"text": "text", "json": "json"}
LOG_LEVELS: Mapping[str, LogLevel] = {"info": "info", "debug": "debug", "warning": "warning", "error": "error"}
"""What may be set; the first is the default."""

_LONGEST_SHOWN = 100
_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything about an installation but its secrets. All paths are absolute.

    content: folders (or single files) of notes; all exist. `folders` adds what was fetched and imported.
    data: for the index, the database and what is fetched, never in the notes. config: the file that `subscriptions`,
    `themes`, the exclusions, `guidance`, `sources` and `workspaces` come from; it need not exist.
    templates: a folder whose templates come before the bundled ones, or None.
    http: the host and port at which `digestbot run` tells its health, or None.
    slack_api_url: where Slack's Web API is, "" for Slack itself.
    """

    content: tuple[Path, ...]
    data: Path
    config: Path
    templates: Path | None = None
    subscriptions: tuple[Subscription, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    exclude_folders: tuple[str, ...] = ()
    themes: tuple[SavedSearch, ...] = ()
    guidance: Guidance = NOBODY
    sources: tuple[SourceOrder, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    log_format: LogFormat = "text"
    log_level: LogLevel = "info"
    http: tuple[str, int] | None = None
    slack_api_url: str = ""

    @property
    def template_folders(self) -> list[str]:
        """The operator's folder of templates, if there is one, then ours: for rendering.Renderer."""
        return [str(folder) for folder in (self.templates, bundled("templates")) if folder]

    @property
    def folders(self) -> tuple[Path, ...]:
        """The default folders of notes: the content, then what is there of the default sources and of the imports."""
        return self.workspace(LOCAL).content

    @property
    def noted(self) -> tuple[Path, ...]:
        """Every folder of notes, whosever they are and whether or not it is there yet; nothing is written into them."""
        own = (folder for one in self.workspaces for folder in one.content)
        return (*self.content, *own, *(one.place(self.data) for one in self.sources), self._imports)

    @property
    def names(self) -> tuple[str, ...]:
        """The workspaces that are named: LOCAL, then each that has a table or a source of its own."""
        named = (*(one.name for one in self.workspaces), *(one.workspace for one in self.sources))
        return tuple(dict.fromkeys((LOCAL, *filter(None, named))))

    def workspace(self, name: str) -> Workspace:
        """What holds for a workspace: its table, with all its folders of notes and what is excluded everywhere put in.

        Its folders are its content, else the default ones, and what is there of its own sources. One without a table
        has no content of its own, and nobody looks after it.
        """
        told = self._told(name)
        fetched = [one.place(self.data) for one in self.sources_of(name)]
        fetched += [] if told.content else [self._imports]
        return replace(
            told,
            content=tuple(dict.fromkeys((*(told.content or self.content), *filter(_there, fetched)))),
            exclude_tags=(*self.exclude_tags, *told.exclude_tags),
            exclude_folders=(*self.exclude_folders, *told.exclude_folders),
        )

    def sources_of(self, workspace: str) -> tuple[SourceOrder, ...]:
        """The sources whose notes a workspace sees: its own, and the default ones where it sees the default notes."""
        whose = {workspace} if self._told(workspace).content else {workspace, LOCAL, ""}
        return tuple(one for one in self.sources if one.workspace in whose)

    def _told(self, name: str) -> Workspace:
        return next((one for one in self.workspaces if one.name == name), Workspace(name))

    @property
    def _imports(self) -> Path:
        return self.data / "sources" / IMPORTS


def load(content: tuple[str, ...] = ()) -> Settings:
    """Read the settings; `content` (from the command line) comes before DIGESTBOT_CONTENT.

    Raises SettingsError with the name of the setting and what to write instead. Creates nothing.
    """
    found, problems = survey(environment.look(), content)
    if problems:
        raise SettingsError(problems[0])
    return found


def survey(variables: Variables, content: tuple[str, ...] = ()) -> tuple[Settings, tuple[str, ...]]:
    """The settings as far as they can be read, and what is wrong with the others, which stand at their defaults.

    Content that cannot be read is (), and so is each part of a digestbot.toml that cannot. Never raises.
    """
    problems, nothing, unordered = list(variables.problems), tuple[Path, ...](), tuple[SourceOrder, ...]()
    text, sample = variables.text, bundled("content").resolve()
    named = text("DIGESTBOT_CONTENT")
    paths = _tried(problems, lambda: _content(content, named), nothing)
    path = _tried(problems, lambda: _config(text("DIGESTBOT_CONFIG")), Path("digestbot.toml"))
    said = _tried(problems, lambda: config.read(path), Config())
    sources = _tried(problems, lambda: tuple(_ordered(one, path) for one in said.sources), unordered)
    noted = (*(paths or (sample,)), *(folder for one in said.workspaces for folder in one.content))
    noted += tuple(Path(one.path) for one in sources if one.kind == "folder")
    data = _tried(problems, lambda: _data(text("DIGESTBOT_DATA"), noted), _default_data())
    # The sample notes stand in where there are no others, and never among them.
    others = content or named.strip(os.pathsep) or said.sources or _imported(data)
    found = Settings(
        content=paths if others else (sample,),
        data=data,
        config=path,
        templates=_tried(problems, lambda: _templates(text("DIGESTBOT_TEMPLATES")), None),
        subscriptions=said.subscriptions,
        exclude_tags=said.exclude_tags,
        exclude_folders=said.exclude_folders,
        themes=said.themes,
        guidance=said.guidance,
        sources=sources,
        workspaces=said.workspaces,
        log_format=_tried(problems, lambda: _chosen(variables, "DIGESTBOT_LOG_FORMAT", LOG_FORMATS), "text"),
        log_level=_tried(problems, lambda: _chosen(variables, "DIGESTBOT_LOG_LEVEL", LOG_LEVELS), "info"),
        http=_tried(problems, lambda: _address(text("DIGESTBOT_HTTP")), None),
        slack_api_url=text("DIGESTBOT_SLACK_API_URL"),
    )
    return found, tuple(problems)


def _tried(problems: list[str], read: Callable[[], T], default: T) -> T:
    """What is read, or the default, and what is wrong among the problems."""
    try:
        return read()
    except SettingsError as error:
        problems.append(str(error))
        return default


def bundled(name: str) -> Path:
    """The folder "templates" or "content" that digestbot brings: in a wheel beside the code, else in the checkout."""
    here = Path(__file__).parent
    packaged = here / "_data" / name
    return packaged if packaged.is_dir() else here.parent / name


def _content(arguments: tuple[str, ...], variable: str) -> tuple[Path, ...]:
    texts = arguments or tuple(filter(None, variable.split(os.pathsep)))
    origin = "--content" if arguments else "DIGESTBOT_CONTENT"
    return tuple(_existing(text, origin) for text in dict.fromkeys(texts))


def _ordered(order: SourceOrder, path: Path) -> SourceOrder:
    """The order with the folder that it names, which has to be there."""
    if order.kind != "folder":
        return order
    return replace(order, path=str(_existing(order.path, f"{path}: sources “{order.name}”: path")))


def _imported(data: Path) -> bool:
    folder = data / "sources" / IMPORTS
    return _there(folder) and any(folder.glob("*"))


def _there(folder: Path) -> bool:
    """Whether there is such a folder; not, where nobody may look (the doctor, who asks too, must go on)."""
    try:
        return folder.is_dir()
    except OSError:
        return False


def _existing(text: str, origin: str) -> Path:
    path = located(text, origin)
    if not path.exists():
        raise SettingsError(
            f"{origin}: there is no {path}. Name a folder of notes, or several with “{os.pathsep}” between."
        )
    return path


def _data(variable: str, content: tuple[Path, ...]) -> Path:
    """The folder of derived data; inside the notes it would be synced, indexed and published with them."""
    path = located(variable or str(_default_data()), "DIGESTBOT_DATA")
    refuse_in_notes(path, content, "DIGESTBOT_DATA")
    if path.exists() and not path.is_dir():
        raise SettingsError(f"DIGESTBOT_DATA: {path} is a file. Name a folder; digestbot creates it.")
    return path


def refuse_in_notes(path: Path, content: tuple[Path, ...], origin: str) -> None:
    """Raise SettingsError, naming the setting, for a path that lies in one of the content folders."""
    for folder in content:
        if path.is_relative_to(folder):
            raise SettingsError(f"{origin}: {path} lies in the notes ({folder}). Name a place outside of them.")


def _default_data() -> Path:
    return Path(environment.data_home(), "digestbot")


def _chosen(variables: Variables, name: str, choices: Mapping[str, T]) -> T:
    """One of the choices, the first where nothing is said."""
    text = variables.text(name).strip().casefold() or next(iter(choices))
    if text not in choices:
        raise SettingsError(f"{name}: “{_shown(text)}” is not known. Write {' or '.join(choices)}.")
    return choices[text]


def _address(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    found = _ADDRESS.fullmatch(text.strip())
    if not found or int(found[3]) > 65535:
        raise SettingsError(f"DIGESTBOT_HTTP: “{_shown(text)}” is no address. Write one such as 127.0.0.1:8765.")
    return found[1] or found[2], int(found[3])


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _config(variable: str) -> Path:
    path = located(variable or "digestbot.toml", "DIGESTBOT_CONFIG")
    if variable and not path.is_file():
        raise SettingsError(
            f"DIGESTBOT_CONFIG: there is no file {path}. Name your digestbot.toml, or remove the setting."
        )
    return path


def _templates(variable: str) -> Path | None:
    if not variable:
        return None
    path = located(variable, "DIGESTBOT_TEMPLATES")
    if not path.is_dir():
        raise SettingsError(f"DIGESTBOT_TEMPLATES: there is no folder {path}. Name the folder of your own templates.")
    return path


def located(text: str, origin: str) -> Path:
    """The absolute path that a setting names, which need not exist; raises SettingsError for one that cannot be."""
    try:
        path = Path(text).expanduser().resolve()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{origin}: “{_shown(text)}” cannot be reached ({why}). Name another place.") from error
    return path
