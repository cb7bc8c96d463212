"""Settings: where the notes, the data and the configuration lie. The one module that reads the environment for them.

Each setting is read from the environment, else from `.env` in the working directory, else has a default. Secrets are
in credentials.py: reading them costs pydantic-settings, which takes longer to import than a look-up may take in all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from digestbot import config
from digestbot.config.sources import IMPORTS, SourceOrder
from digestbot.curation.guidance import NOBODY, Guidance
from digestbot.errors import SettingsError
from digestbot.model import SavedSearch, Subscription

PREFIX = "DIGESTBOT_"
ENV_FILE = ".env"

PLACES = ("CONTENT", "DATA", "CONFIG", "TEMPLATES")
"""What is read here, each after PREFIX."""

SECRETS = ("DATABASE_URL", "WEBHOOK_<NAME>", "SOURCE_<NAME>_TOKEN")
"""What is read in credentials.py, each after PREFIX."""

_LONGEST_SHOWN = 100
_SECRET = re.compile(r"DATABASE_URL|WEBHOOK_[A-Z0-9_]+|SOURCE_[A-Z0-9_]+_TOKEN")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything about an installation but its secrets. All paths are absolute.

    content: folders (or single files) of notes; all exist. `folders` adds what was fetched and imported.
    data: for the index, the database and what is fetched, never in the notes. config: the file that all below come
    from; it need not exist.
    templates: a folder whose templates come before the bundled ones, or None.
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

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders of notes: the content, then what is there of the sources and of what was imported."""
        fetched = (*(one.place(self.data) for one in self.sources), self.data / "sources" / IMPORTS)
        return tuple(dict.fromkeys((*self.content, *(one for one in fetched if one.is_dir()))))

    @property
    def template_folders(self) -> list[str]:
        """The operator's folder of templates, if there is one, then ours: for rendering.Renderer."""
        return [str(folder) for folder in (self.templates, bundled("templates")) if folder]


def load(content: tuple[str, ...] = ()) -> Settings:
    """Read the settings; `content` (from the command line) comes before DIGESTBOT_CONTENT.

    Raises SettingsError with the name of the setting and what to write instead. Creates nothing.
    """
    variables, sample = _variables(), bundled("content").resolve()
    path = _config(variables.get("CONFIG", ""))
    said = config.read(path)
    sources = tuple(_ordered(one, path) for one in said.sources)
    folders = tuple(Path(one.path) for one in sources if one.kind == "folder")
    paths = _content(content, variables.get("CONTENT", ""))
    data = _data(variables.get("DATA", ""), (*(paths or (sample,)), *folders))
    # The sample notes stand in where there are no others, and never among them.
    others = bool(paths or sources or any((data / "sources" / IMPORTS).glob("*")))
    return Settings(
        content=paths if others else (sample,),
        data=data,
        config=path,
        templates=_templates(variables.get("TEMPLATES", "")),
        subscriptions=said.subscriptions,
        exclude_tags=said.exclude_tags,
        exclude_folders=said.exclude_folders,
        themes=said.themes,
        guidance=said.guidance,
        sources=sources,
    )


def bundled(name: str) -> Path:
    """The folder "templates" or "content" that digestbot brings: in a wheel beside the code, else in the checkout."""
    here = Path(__file__).parent
    packaged = here / "_data" / name
    return packaged if packaged.is_dir() else here.parent / name


def _variables() -> dict[str, str]:
    """What is set, by its name without the prefix; the environment comes before .env, and empty counts as not set."""
    file, environment = _ours(_env_file()), _ours(os.environ)
    for name in file:
        _refuse_unknown(name, f"{ENV_FILE}: ")
    for name in environment:
        # Not ours alone to fill: Kubernetes sets DIGESTBOT_PORT and more for a service named digestbot.
        _refuse_unknown(name)
    return {name: value for name, value in {**file, **environment}.items() if value}


def _ours(variables: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(PREFIX): value for name, value in variables.items() if name.startswith(PREFIX)}


def _refuse_unknown(name: str, place: str = "") -> None:
    """Raise SettingsError for a name that is none of a setting; outside of a place that is ours, if it is like one."""
    known = {one.replace("_<NAME>", ""): one for one in (*PLACES, *SECRETS)}
    if name in PLACES or _SECRET.fullmatch(name):
        return
    near = get_close_matches(name, known, 1, 0.75)
    if near or place:
        meant = f"Write {PREFIX}{known[near[0]]}, or remove it." if near else "Remove it; .env.example names them all."
        raise SettingsError(f"{place}{PREFIX}{name}: digestbot knows no such setting. {meant}")


def _env_file() -> dict[str, str]:
    path = Path(ENV_FILE)
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise SettingsError(f"{ENV_FILE}: is not a file. Write it as plain text, or remove it.")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{ENV_FILE}: cannot be read as UTF-8 text. Check the file and its permissions.") from error
    return _parsed(text)


def _parsed(text: str) -> dict[str, str]:
    """The file's variables; python-dotenv itself would only log a line that it cannot read."""
    from io import StringIO

    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    for binding in parse_stream(StringIO(text)):
        if binding.error:
            raise SettingsError(f"{ENV_FILE}:{binding.original.line}: is not a setting. Write NAME=value.")
    return {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value is not None}


def _content(arguments: tuple[str, ...], variable: str) -> tuple[Path, ...]:
    texts = arguments or tuple(filter(None, variable.split(os.pathsep)))
    origin = "--content" if arguments else f"{PREFIX}CONTENT"
    return tuple(_existing(text, origin) for text in dict.fromkeys(texts))


def _ordered(order: SourceOrder, path: Path) -> SourceOrder:
    """The order with the folder that it names, which has to be there."""
    if order.kind != "folder":
        return order
    return replace(order, path=str(_existing(order.path, f"{path}: sources “{order.name}”: path")))


def _existing(text: str, origin: str) -> Path:
    path = located(text, origin)
    if not path.exists():
        raise SettingsError(
            f"{origin}: there is no {path}. Name a folder of notes, or several with “{os.pathsep}” between."
        )
    return path


def _data(variable: str, content: tuple[Path, ...]) -> Path:
    """The folder of derived data; inside the notes it would be synced, indexed and published with them."""
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    path = located(variable or f"{home}/digestbot", f"{PREFIX}DATA")
    refuse_in_notes(path, content, f"{PREFIX}DATA")
    if path.exists() and not path.is_dir():
        raise SettingsError(f"{PREFIX}DATA: {path} is a file. Name a folder; digestbot creates it.")
    return path


def refuse_in_notes(path: Path, content: tuple[Path, ...], origin: str) -> None:
    """Raise SettingsError, naming the setting, for a path that lies in one of the content folders."""
    for folder in content:
        if path.is_relative_to(folder):
            raise SettingsError(f"{origin}: {path} lies in the notes ({folder}). Name a place outside of them.")


def _config(variable: str) -> Path:
    path = located(variable or "digestbot.toml", f"{PREFIX}CONFIG")
    if variable and not path.is_file():
        raise SettingsError(
            f"{PREFIX}CONFIG: there is no file {path}. Name your digestbot.toml, or remove the setting."
        )
    return path


def _templates(variable: str) -> Path | None:
    if not variable:
        return None
    path = located(variable, f"{PREFIX}TEMPLATES")
    if not path.is_dir():
        raise SettingsError(f"{PREFIX}TEMPLATES: there is no folder {path}. Name the folder of your own templates.")
    return path


def located(text: str, origin: str) -> Path:
    """The absolute path that a setting names, which need not exist; raises SettingsError for one that cannot be."""
    try:
        path = Path(text).expanduser().resolve()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
        raise SettingsError(f"{origin}: “{shown}” cannot be reached ({why}). Name another place.") from error
    return path
