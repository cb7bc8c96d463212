"""The words behind a command: `theme:"open weights"`, plain words, and the standing order that they make together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, get_args

from digestbot import schedule
from digestbot.commands.context import nearest
from digestbot.curation import ALL, ROTATE
from digestbot.errors import ScheduleError, ThemeError, UsageError
from digestbot.model import CatchUp, Channel, Drafting, InDoubt, Subscription, WhenShort
from digestbot.orders import MOST_HIGHLIGHTS
from digestbot.ports import Library

EXAMPLE = 'weekdays at 09:00 Europe/Berlin theme:"open weights" size:3'
"""A standing order as people write it."""

KEYS = (
    "theme", "schedule", "zone", "size", "title", "name", "channel", "repeat", "when_short", "catch_up", "in_doubt",
    "balance", "on_this_day", "draft", "draft_minutes", "prompt", "pin", "mention",
)  # fmt: skip
"""What can be named in an order, each before a colon."""

_ALIASES = {"when": "schedule", "timezone": "zone", "tz": "zone", "repeat_after_days": "repeat", "themes": "theme"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TOKEN = re.compile(
    r"(?:(?P<key>[a-z][a-z_-]*):)?(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|[“„](?P<curled>[^“”]*)[“”]|(?P<bare>\S+))|(?P<alone>\S+)",
    re.IGNORECASE | re.DOTALL,
)
_ZONE = re.compile(r"(?:[a-z_]+/[a-z_/+-]+\d*|utc),?", re.IGNORECASE)
_GROUP = re.compile(r"<(?:!subteam\^|@&|!)(\w+)(?:\|[^>]*)?>")
_MENTION = re.compile(r"<#([\w-]+)(?:\|[^>]*)?>")
_FULL = re.compile(r"([a-z][\w.]*):(?:([^/:\s]+)/)?([^/:\s]+)", re.ASCII)
_BEGINS = re.compile(r"daily|every|each|week\w*|month\w*|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|first|last|cron")
_YES, _NO = {"yes", "on", "true"}, {"no", "off", "false"}
_LONGEST, _MOST_WORDS = 100, 80
LONGEST_PROMPT, LONGEST_DRAFT = 500, 24 * 60
_WORDS_OF_A_THEME = 8
"""A theme of more words needs its key: each length is another schedule to be tried."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Asked:
    """Words taken apart: what was named, by its key, and the rest, where a quoted text is one word."""

    named: Mapping[str, str]
    rest: tuple[str, ...] = ()


def read(text: str, keys: Sequence[str] = KEYS) -> Asked:
    """Take words apart. Raises UsageError for a key that is none of `keys`, or that is named twice or without value."""
    named: dict[str, str] = {}
    rest = []
    for key, value in _tokens(text, keys):
        if not key:
            rest.append(value)
        elif key in named:
            raise UsageError(f"{key}: is there twice. Write it once.")
        else:
            named[key] = value
    return Asked(named, tuple(rest))


def filled(answers: Mapping[str, str]) -> str:
    """The words that say what was filled into a form, for the command that takes it; `title:""` is an empty title."""
    return " ".join(_pair(key, value.strip()) for key, value in answers.items())


def spelled(order: Subscription) -> str:
    """The words that order this subscription again; `ordered` makes an equal one of them."""
    plain = Subscription(order.id, order.channel, order.schedule)
    said = {key: value for key, value in settings(order).items() if value != settings(plain)[key]}
    said.pop("schedule", None)
    zone = said.pop("zone", plain.zone)
    return " ".join((order.schedule, _pair("zone", zone), filled(said), _pair("name", order.id))).replace("  ", " ")


def settings(order: Subscription) -> dict[str, str]:
    """What can be changed of an order, as it is written behind each key."""
    return {
        "theme": ", ".join(order.themes) or order.theme,
        "schedule": order.schedule,
        "zone": order.zone,
        "size": str(order.size),
        "title": order.title or "",
        "channel": f"{order.channel.platform}:{order.channel.workspace}/{order.channel.id}",
        "repeat": str(order.repeat_after_days),
        "when_short": order.when_short,
        "catch_up": order.catch_up,
        "in_doubt": order.in_doubt,
        "balance": f"{order.balance:g}",
        "on_this_day": "yes" if order.on_this_day else "no",
        "draft": order.draft,
        "draft_minutes": str(order.draft_minutes),
        "prompt": order.prompt,
        "pin": "yes" if order.pin else "no",
        "mention": order.mention,
    }


def ordered(asked: Asked, base: Subscription, library: Library) -> Subscription:
    """The order that words make of another one: only what they name changes.

    Words without a key are a schedule and perhaps a theme, in either order, and a zone anywhere between. Raises
    UsageError, ScheduleError or ThemeError with the nearest correct form.
    """
    named = dict(asked.named)
    rest = _take_zone(list(asked.rest), named)
    if len(rest) > _MOST_WORDS:
        raise UsageError(f"These are too many words. Write something like: {EXAMPLE}")
    zone = named.get("zone", base.zone)
    if rest and "schedule" not in named:
        if "theme" not in named and _is_theme(" ".join(_linked(rest)), library):
            raise UsageError(_only_a_theme(" ".join(rest), base))
        times, left = _divided(rest, zone)
        named["schedule"], rest = " ".join(times), left
    if rest:
        if "theme" in named:
            raise UsageError(f"“{' '.join(rest)}” is not understood. Write something like: {EXAMPLE}")
        named["theme"] = _spoken_theme(rest, named["schedule"], library)
    if not named.get("schedule", base.schedule):
        raise UsageError(f"Say when, too, such as weekdays at 09:00. Write something like: {EXAMPLE}")
    made = _timed(base, named.get("schedule", base.schedule), zone)
    for key, value in named.items():
        made = _SET[key](made, value.strip(), library) if key in _SET else made
    return made


def differences(old: Subscription, new: Subscription) -> str:
    """What changed, as `size: 3 -> 5`, "" for nothing."""
    after = settings(new)
    pairs = ((key, value, after[key]) for key, value in settings(old).items())
    return "; ".join(f"{key}: {was or '-'} -> {is_now or '-'}" for key, was, is_now in pairs if was != is_now)


def check_name(name: str) -> str:
    """The name; raises UsageError for one that cannot be a subscription's."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"“{name}” cannot be a name. Use a-z, 0-9, - and _, such as name:{slug(name)}.")
    return name


def slug(text: str) -> str:
    """A name made of a theme's; “digest” where nothing of it can be in one."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:40].strip("-") or "digest"


def _tokens(text: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(text):
        key = (found["key"] or "").casefold().replace("-", "_")
        bare = found["bare"] or ""
        if not key and (alone := re.fullmatch(r"([a-z][a-z_-]*):", bare or found["alone"] or "", re.IGNORECASE)):
            raise UsageError(f"{alone[0]} says nothing. Write it like {alone[0]}“value”, without a space between.")
        if key and bare.startswith("//"):
            key, bare = "", f"{key}:{bare}"
        key = _ALIASES.get(key, key)
        if key and key not in keys:
            raise UsageError(f"{key}: is not known here. {nearest(key, [f'{one}:' for one in keys])}")
        yield key, _value(found, bare)


def _value(found: re.Match[str], bare: str) -> str:
    if found["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", found["quoted"], flags=re.DOTALL)
    return found["curled"] if found["curled"] is not None else bare or found["alone"] or ""


def _pair(key: str, value: str) -> str:
    plain = re.fullmatch(r"[^\s\"“„”\\]+", value)
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f"{key}:{value}" if plain else f'{key}:"{quoted}"'


def _take_zone(words: list[str], named: dict[str, str]) -> list[str]:
    """The words without a zone's name among them, which is then named."""
    zones = [word for word in words if _ZONE.fullmatch(word)]
    if zones and "zone" not in named:
        named["zone"] = zones[0].rstrip(",")
        words.remove(zones[0])
    return words


def _spoken_theme(words: list[str], times: str, library: Library) -> str:
    """The theme that is left beside a schedule. Raises ThemeError, and says what the schedule was taken to be."""
    text = " ".join(words)
    try:
        return _known_theme(text, library)
    except ThemeError as error:
        raise ThemeError(f"{error} “{times}” was understood as the time.") from error


def _only_a_theme(text: str, base: Subscription) -> str:
    if base.schedule:
        return f"“{text}” is a theme. Write {_pair('theme', text)} to change what “{base.id}” is about."
    return f"Say when, too: /digest subscribe {text} weekdays at 09:00"


def _divided(words: list[str], zone: str) -> tuple[list[str], list[str]]:
    """The words of a schedule, and those of a theme before or behind them."""
    for left in range(min(len(words), _WORDS_OF_A_THEME + 1)):
        behind, before = words[left:], words[: len(words) - left]
        if _is_schedule(" ".join(behind), zone):
            return behind, _linked(words[:left])
        if _is_schedule(" ".join(before), zone):
            return before, _linked(words[len(words) - left :])
    begin = next((n for n, word in enumerate(words) if _BEGINS.fullmatch(word.casefold())), 0)
    schedule.parse(" ".join(words[begin:]), zone)
    raise AssertionError("a schedule that can be read was found above")


def _linked(words: list[str]) -> list[str]:
    """A theme's words without the little word that ties them to the time."""
    return words[1:] if len(words) > 1 and words[0].casefold() in {"about", "of", "from", "on", "with"} else words


def _is_schedule(text: str, zone: str) -> bool:
    try:
        schedule.parse(text, zone)
    except ScheduleError:
        return False
    return True


def _is_theme(text: str, library: Library) -> bool:
    try:
        library.stock(text)
    except ThemeError:
        return text.casefold() in {ROTATE, ALL}
    return True


def _timed(order: Subscription, text: str, zone: str) -> Subscription:
    """The order with a schedule in its canonical words, and with its zone beside it, wherever that was written."""
    try:
        read = schedule.parse(text, zone)
    except ScheduleError:
        schedule.parse("daily at 09:00", zone)  # if the zone is what cannot be read, that is to be said
        raise
    return replace(order, schedule=str(read).replace(f" {read.zone}", "", 1), zone=read.zone)


def _set_theme(order: Subscription, text: str, library: Library) -> Subscription:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise UsageError("theme: needs a theme's name, or rotate. /digest themes lists them.")
    known = [_known_theme(name, library) for name in names]
    if len(known) > 1:
        return replace(order, theme=ROTATE, themes=tuple(dict.fromkeys(known)))
    return replace(order, theme=known[0], themes=())


def _known_theme(name: str, library: Library) -> str:
    """A theme's name as the library spells it. Raises ThemeError."""
    if name.casefold() in {ROTATE, ALL}:
        return name.casefold()
    library.stock(name)
    return next((one.name for one in library.themes() if _plain(one.name) == _plain(name)), name)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.casefold())


def _set_size(order: Subscription, text: str, _: Library) -> Subscription:
    return replace(order, size=int(_number("size", text, 1, MOST_HIGHLIGHTS, whole=True)))


def _set_title(order: Subscription, text: str, _: Library) -> Subscription:
    if len(text) > _LONGEST:
        raise UsageError(f"A title has at most {_LONGEST} characters.")
    return replace(order, title=text or None)


def _set_channel(order: Subscription, text: str, _: Library) -> Subscription:
    return replace(order, channel=_channel(text, order.channel))


def _set_repeat(order: Subscription, text: str, _: Library) -> Subscription:
    days = re.sub(r"\s*(?:d|days?)$", "", text.casefold())
    return replace(order, repeat_after_days=int(_number("repeat", days, 0, 3650, whole=True)))


def _set_when_short(order: Subscription, text: str, _: Library) -> Subscription:
    ways: dict[str, WhenShort] = {way: way for way in get_args(WhenShort)}
    return replace(order, when_short=_one_of("when_short", _plain(text), ways))


def _set_catch_up(order: Subscription, text: str, _: Library) -> Subscription:
    ways: dict[str, CatchUp] = {way: way for way in get_args(CatchUp)}
    return replace(order, catch_up=_one_of("catch_up", text.casefold(), ways))


def _set_in_doubt(order: Subscription, text: str, _: Library) -> Subscription:
    ways: dict[str, InDoubt] = {way: way for way in get_args(InDoubt)}
    return replace(order, in_doubt=_one_of("in_doubt", text.casefold(), ways))


def _set_balance(order: Subscription, text: str, _: Library) -> Subscription:
    return replace(order, balance=_number("balance", text, 0, 1, whole=False))


def _set_on_this_day(order: Subscription, text: str, _: Library) -> Subscription:
    switch = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
    return replace(order, on_this_day=_one_of("on_this_day", text.casefold(), switch))


def _set_draft(order: Subscription, text: str, _: Library) -> Subscription:
    ways: dict[str, Drafting] = {way: way for way in get_args(Drafting)}
    return replace(order, draft=_one_of("draft", text.casefold(), ways))


def _set_draft_minutes(order: Subscription, text: str, _: Library) -> Subscription:
    return replace(order, draft_minutes=int(_number("draft_minutes", text, 1, LONGEST_DRAFT, whole=True)))


def _set_prompt(order: Subscription, text: str, _: Library) -> Subscription:
    if len(text) > LONGEST_PROMPT:
        raise UsageError(f"A prompt has at most {LONGEST_PROMPT} characters.")
    return replace(order, prompt=text)


def _set_pin(order: Subscription, text: str, _: Library) -> Subscription:
    switch = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
    return replace(order, pin=_one_of("pin", text.casefold(), switch))


def _set_mention(order: Subscription, text: str, _: Library) -> Subscription:
    found = _GROUP.fullmatch(text)
    return replace(order, mention=found[1] if found else "" if text.casefold() in _NO else text)


_SET = {
    "theme": _set_theme,
    "size": _set_size,
    "title": _set_title,
    "channel": _set_channel,
    "repeat": _set_repeat,
    "when_short": _set_when_short,
    "catch_up": _set_catch_up,
    "in_doubt": _set_in_doubt,
    "balance": _set_balance,
    "on_this_day": _set_on_this_day,
    "draft": _set_draft,
    "draft_minutes": _set_draft_minutes,
    "prompt": _set_prompt,
    "pin": _set_pin,
    "mention": _set_mention,
}


def _one_of(key: str, text: str, ways: Mapping[str, _T]) -> _T:
    if text not in ways:
        raise UsageError(f"{key}:{text} is not known. Write {' or '.join(_pair(key, way) for way in sorted(ways))}.")
    return ways[text]


def _number(key: str, text: str, least: int, most: int, *, whole: bool) -> float:
    pattern = r"\d{1,6}" if whole else r"\d{0,3}(?:\.\d{1,6})?"
    value = float(text) if text and re.fullmatch(pattern, text, re.ASCII) and text != "." else None
    if value is None or not least <= value <= most:
        raise UsageError(f"{key}:{text} is not a number from {least} to {most}.")
    return value


def _channel(text: str, here: Channel) -> Channel:
    """A channel of the workspace that asks: its mention, its id, or all of it as digestbot.toml spells it."""
    if mention := _MENTION.fullmatch(text):
        return replace(here, id=mention[1])
    found = _FULL.fullmatch(text)
    if not found:
        if not re.fullmatch(r"[\w-]+", text):
            raise UsageError(f"“{text}” is not a channel. Mention it, or write its id.")
        return replace(here, id=text)
    platform, workspace, name = found.groups()
    if name.startswith("@") and name != here.id:
        raise UsageError("A digest in direct messages is ordered there, by the member whose they are.")
    if workspace not in {None, here.workspace}:
        raise UsageError("A subscription belongs to the workspace that orders it. Name one of its own channels.")
    return Channel(platform, here.workspace, name)
