"""Time zones by their IANA name, or by the name of a city where only one can be meant."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from digestbot.errors import ScheduleError

_REGIONS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip

# Parts of Australia that zones are named after, and cities that are as large or better known elsewhere.
_NO_CITY = {"act", "lhi", "north", "nsw", "queensland", "south", "tasmania", "victoria", "west", "cordoba", "merida"}

# What differs from machine to machine, or is no zone.
_NO_ZONE = {"localtime", "Factory", "posixrules"}

# Abbreviations name an offset at best. Two are IANA zones that never change their clocks, which hardly anybody means.
_ABBREVIATIONS = {
    "America/New_York": "est edt et",
    "America/Chicago": "cst cdt ct",
    "America/Denver": "mst mdt mt",
    "America/Los_Angeles": "pst pdt pt",
    "Europe/London": "bst",
    "Europe/Berlin": "cest mez mesz",
    "Asia/Kolkata": "ist",
    "Asia/Tokyo": "jst",
    "Australia/Sydney": "aest aedt aet",
}
_LONGEST = 64
_OFFSET = re.compile(r"(?:utc|gmt)?\s*[+-]\s*[0-9]{1,2}(?::?[0-9]{2})?")


def resolve(text: str) -> str:
    """The IANA name of a zone or of a city's zone, whatever its case.

    Raises ScheduleError, with the nearest names, for a name that is unknown, that several cities have, or that says
    an offset instead of a zone.
    """
    name = text.strip()[:_LONGEST]
    spelled = _spelled(name)
    if meant := next((zone for zone, short in _ABBREVIATIONS.items() if spelled in short.split()), None):
        raise ScheduleError(f"“{name}” is an abbreviation and not a time zone of one place. Did you mean {meant}?")
    # Most names are written as they are; the others take a look through all of them.
    exact = next((one for one in (name, name if "/" in name else name.upper()) if _known(one)), None)
    found = exact or _names().get(name.casefold()) or _cities().get(spelled)
    if found:
        return found
    raise ScheduleError(f"“{name}” is not a time zone of the IANA database, nor a city with one. {_hint(name)}")


def _known(name: str) -> bool:
    if name in _NO_ZONE or name.startswith(("posix/", "right/")):
        return False
    try:
        return ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):
        return False


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every zone by its name in lower case."""
    return {zone.casefold(): zone for zone in sorted(available_timezones() - _NO_ZONE)}


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """Zones by their city. Istanbul and Nicosia stand under Asia and under Europe, with the same clocks."""
    pairs = [zone.split("/") for zone in _names().values()]
    two = [pair for pair in pairs if len(pair) == 2 and pair[0] in _REGIONS]
    return {city: "/".join(pair) for pair in two if (city := _spelled(pair[1])) not in _NO_CITY}


def _hint(name: str) -> str:
    if _OFFSET.fullmatch(name.casefold()):
        return "An offset knows no summer time: write a city instead, such as Europe/Berlin."
    near = [*_ending(name), *(_near(name, _names()) if "/" in name else _near(_spelled(name), _cities()))]
    if not near:
        return "Write one such as Europe/Berlin."
    return f"Did you mean {' or '.join(list(dict.fromkeys(near))[:3])}?"


def _ending(name: str) -> list[str]:
    """Zones whose last word is this name, though it is too little to go by."""
    return [zone for zone in _names().values() if "/" in zone and _spelled(zone.rpartition("/")[2]) == _spelled(name)]


def _near(name: str, known: dict[str, str]) -> list[str]:
    return [known[one] for one in get_close_matches(name.casefold(), known, 1, 0.8)]


def _spelled(name: str) -> str:
    """A city's name without accents, full stops, apostrophes, and with spaces only: `São Paulo` is `sao paulo`."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in ".'’")
    return " ".join(re.sub(r"[_\s-]+", " ", plain).split())
