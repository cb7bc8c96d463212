"""The platforms: one file each, found by its name, or by a dotted path when it lies outside of digestbot.

A platform's module has a function `connect(settings) -> ports.Platform` that raises SettingsError where something it
needs is missing. It opens no connection: the first message does. And `configured() -> bool` says whether it was given
what it needs, so that orders which no file declares reach it too; a module without one is connected where it is named.
A function `checks(settings)` of it adds to what `digestbot doctor` looks at: tokens, rights, the server's own word;
those that need the network are marked `online`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from digestbot.errors import SettingsError
from digestbot.findings import Check
from digestbot.ports import Platform
from digestbot.settings import Settings


def connect(name: str, settings: Settings) -> Platform:
    """The platform of that name ("webhook"), or of that module ("our_bots.matrix"). SettingsError for others."""
    platform: Platform = _module(name, settings).connect(settings)
    return platform


def checks(name: str, settings: Settings) -> Sequence[Check]:
    """What the platform has the doctor look at besides its channels; SettingsError as `connect`."""
    module = _module(name, settings)
    found: Sequence[Check] = module.checks(settings) if hasattr(module, "checks") else ()
    return found


def _module(name: str, settings: Settings) -> ModuleType:
    path = name if "." in name else f"{__name__}.{name}"
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if error.name and path.startswith(error.name):
            raise SettingsError(f"{settings.config}: there is no module {path}. Check the channel's name.") from error
        raise


def configured() -> list[str]:
    """The platforms among ours that were given what they need. Raises SettingsError for a secret that is wrong."""
    modules = {one.name: import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)}
    return [name for name, module in modules.items() if hasattr(module, "configured") and module.configured()]
