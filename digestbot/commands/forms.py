"""Ordering by a form: its fields, what its answers say in words, and what they would come to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from digestbot import schedule
from digestbot.commands import telling, words
from digestbot.commands.context import Context
from digestbot.commands.standing import visible
from digestbot.errors import ScheduleError, ThemeError, UsageError
from digestbot.model import Action, Command, Field, Form, Subscription

_MOST_CHOICES = 25
"""Choices that every platform takes in one list."""

_LONGEST_ERROR = 100
_USUAL = "weekdays at 09:00"
"""What a form proposes."""

_KEEP = "keep"
_DAYS = {
    "daily": "Every day",
    "weekdays": "Monday to Friday",
    **{f"{day.casefold()}s": f"Every {day}" for day in
       ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")},
}  # fmt: skip
_DAYS_AT = re.compile(r"(.+) at (\d\d:\d\d)")
_CLEARED = ("title", "prompt")
"""Answers of which an empty one means that there is to be none."""

_SIZES = (1, 2, 3, 4, 5, 7, 10)


def fresh(command: Command, context: Context) -> Subscription:
    """What is ordered where nobody says other: in the zone of the member who asks, if the platform tells it."""
    return Subscription("", command.channel, "", context.theme, command.zone or context.zone, context.size)


async def to_subscribe(command: Command, context: Context) -> Form:
    """The form that orders a digest for this channel."""
    order = replace(fresh(command, context), schedule=_USUAL)
    form = _form("Subscribe", order, context, Action("Subscribe", "digest", "subscribe"))
    return replace(form, note=await _comes_to(order, context))


async def to_edit(order: Subscription, context: Context) -> Form:
    """The form that changes an order, filled in with what holds now."""
    form = _form("Edit", order, context, Action("Save", "digest", f"edit {order.id}"))
    return replace(form, note=await _comes_to(order, context))


def spoken(values: Mapping[str, str]) -> str:
    """The words that a form's answers say; what is no answer to one of its fields is left out."""
    said = {key: value for key, value in values.items() if key in words.KEYS and (value.strip() or key in _CLEARED)}
    days, at = values.get("days", _KEEP), values.get("time", "")
    if days != _KEEP:
        said["schedule"] = f"{days} at {at}"
    return words.filled(said)


async def filled_in(command: Command, context: Context, error: UsageError | None = None) -> Form:
    """The form that the command answers, with its answers so far: what is wrong with them, or what they come to."""
    name = command.text.strip().removeprefix("edit ").strip()
    known = await visible(command, context, everywhere=True) if command.text.startswith("edit ") else []
    old = next((one.subscription for one in known if one.subscription.id == name), None)
    form = await to_edit(old, context) if old else await to_subscribe(command, context)
    fields = [replace(one, value=command.values.get(one.name, one.value)) for one in form.fields]
    note = ""
    try:
        asked = words.read(spoken({one.name: one.value for one in fields}))
        note = await _comes_to(words.ordered(asked, old or fresh(command, context), context.library), context)
    except UsageError as wrong:
        error = error or wrong
    if error:
        at = _wrong(error)
        fields = [replace(one, error=_short(str(error)), hint="") if one.name == at else one for one in fields]
    return replace(form, fields=tuple(fields), note=note)


def told(form: Form) -> Form:
    """The form with what is wrong with it in its note: while it is being filled in nothing is wrong for good."""
    wrong = " ".join(one.error for one in form.fields if one.error)
    return replace(form, fields=tuple(replace(one, error="") for one in form.fields), note=wrong or form.note)


async def _comes_to(order: Subscription, context: Context) -> str:
    guidance = await context.guided(order.channel.workspace)
    return f"{telling.about(order)}, {telling.when(order)}. {telling.stock(order, context, guidance)}"


def _form(title: str, order: Subscription, context: Context, submit: Action) -> Form:
    said = words.settings(order)
    named = [theme.name for theme in context.library.themes()][: _MOST_CHOICES - 3]
    themes = {"rotate": "Another one each time", "all": "All highlights", **{name: name for name in named}}
    themes.setdefault(said["theme"], said["theme"])
    sizes = sorted({*_SIZES, order.size})
    days, at = _days_at(order)
    fields = (
        Field("theme", "Theme", tuple(themes.items()), said["theme"], live=True),
        Field("days", "Days", tuple(_choices(order, days).items()), days, live=True),
        Field("time", "Time", value=at, hint="Such as 09:00.", most=20),
        Field("zone", "Time zone", value=said["zone"], hint="Such as Europe/Berlin.", most=64),
        Field("size", "Highlights in a digest", tuple((str(n), str(n)) for n in sizes), said["size"], live=True),
        Field("title", "Title", value=said["title"], hint="The theme's name, if you leave it out.", required=False,
              most=100),
        Field("prompt", "Question to discuss", value=said["prompt"], hint="It opens the thread of each digest.",
              required=False, most=words.LONGEST_PROMPT),
    )  # fmt: skip
    return Form(title, fields, submit)


def _days_at(order: Subscription) -> tuple[str, str]:
    """The days and the time of a schedule that a form can say, else that it is to be kept."""
    found = _DAYS_AT.fullmatch(order.schedule)
    if found and found[1] in _DAYS:
        return found[1], found[2]
    return _KEEP, found[2] if found else "09:00"


def _choices(order: Subscription, days: str) -> dict[str, str]:
    if days != _KEEP:
        return _DAYS
    try:
        told = schedule.describe(schedule.parse(order.schedule, order.zone))
    except ScheduleError:
        told = order.schedule
    return {_KEEP: f"As it is: {told}"[:75], **_DAYS}


def _wrong(error: UsageError) -> str:
    """The field that an error is about."""
    text = str(error)
    if isinstance(error, ThemeError):
        return "theme"
    if isinstance(error, ScheduleError):
        return "zone" if "zone" in text.casefold() else "time"
    return next((name for name in ("size", "title", "prompt", "zone") if name in text.casefold()), "theme")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_ERROR else f"{text[: _LONGEST_ERROR - 1].rstrip()}…"
