"""The platforms: one file each, found by its name, or by a dotted path when it lies outside of digestbot.

A platform's module has a function `connect(settings) -> ports.Platform` that raises SettingsError where something it
needs is missing. It opens no connection: the first message does. And `configured() -> bool` says whether it was given
what it needs, so that orders which no file declares reach it too; a module without one is connected where it is named.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

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


def configured() -> list[str]:
    """The platforms among ours that were given what they need. Raises SettingsError for a secret that is wrong."""
    modules = {one.name: import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)}
    return [name for name, module in modules.items() if hasattr(module, "configured") and module.configured()]
