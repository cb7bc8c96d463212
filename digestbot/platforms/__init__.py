"""The platforms: one file each, found by its name, or by a dotted path when it lies outside of digestbot.

A platform's module has a function `connect(settings) -> ports.Platform` that raises SettingsError where something it
needs is missing. It opens no connection: the first message does.
"""

from __future__ import annotations

from importlib import import_module

from digestbot.errors import SettingsError
from digestbot.ports import Platform
from digestbot.settings import Settings


def connect(name: str, settings: Settings) -> Platform:
    """The platform of that name ("webhook"), or of that module ("our_bots.matrix"). SettingsError for others."""
    path = name if "." in name else f"{__name__}.{name}"
    try:
        module = import_module(path)
    except ModuleNotFoundError as error:
        if error.name and path.startswith(error.name):
            raise SettingsError(f"{settings.config}: there is no module {path}. Check the channel's name.") from error
        raise
    platform: Platform = module.connect(settings)
    return platform
