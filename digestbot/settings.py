"""Settings: where the notes, the data and the configuration lie. The one module that reads the environment for them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from digestbot.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything about an installation but its secrets. All paths are absolute."""

    content: tuple[Path, ...]
    data: Path
    config: Path
    templates: Path | None = None
    exclude_tags: tuple[str, ...] = ()
    exclude_folders: tuple[str, ...] = ()


def load(content: tuple[str, ...] = ()) -> Settings:
    """Read the settings; `content` (from the command line) comes before DIGESTBOT_CONTENT."""
    environment = os.environ  # noqa: TID251 - this is settings.py
    said = content or tuple(filter(None, environment.get("DIGESTBOT_CONTENT", "").split(os.pathsep)))
    paths = tuple(Path(text).resolve() for text in said) or (bundled("content"),)
    for path in paths:
        if not path.exists():
            raise SettingsError(f"DIGESTBOT_CONTENT: there is no {path}. Name a folder of notes.")
    data = environment.get("DIGESTBOT_DATA") or "~/.local/share/digestbot"
    templates = environment.get("DIGESTBOT_TEMPLATES")
    return Settings(
        content=paths,
        data=Path(data).expanduser().resolve(),
        config=Path(environment.get("DIGESTBOT_CONFIG") or "digestbot.toml").resolve(),
        templates=Path(templates).resolve() if templates else None,
    )


def bundled(name: str) -> Path:
    """The folder "templates" or "content" that digestbot brings: in a wheel beside the code, else in the checkout."""
    here = Path(__file__).parent
    packaged = here / "_data" / name
    return packaged if packaged.is_dir() else here.parent / name
