"""Why a delivery is as it is, stage by stage, and who changed what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from digestbot.commands import telling
from digestbot.commands.context import Context, listed
from digestbot.commands.deliveries import FAILED, find_delivery
from digestbot.commands.digest import short
from digestbot.commands.highlights import why_highlight
from digestbot.commands.permissions import is_curator, may_change, need_admin
from digestbot.commands.standing import only, visible
from digestbot.curation import Curated, compose
from digestbot.errors import EmptyError, UsageError
from digestbot.model import Action, Command, Listing, Notice, Source, View
from digestbot.orders import Outcome, PartState, Record

Stage = tuple[str, str, str]
"""What happened, when, and how."""

_ID = re.compile(r"[0-9a-f]{4,16}")
_LATE = timedelta(minutes=2)
_UNPICKED = (Outcome.PLANNED, Outcome.RETRY, Outcome.CLAIMED, Outcome.PARKED, Outcome.DRAFT)
_PART = {
    "waiting": "waits to be posted",
    "begun": "was being posted; whether it arrived is not known yet",
    "doubtful": "may or may not have arrived; look in the channel",
}
_CHANGED = "What the notes hold, what is hidden or what was shown has changed since: the reasons cannot be told again."


async def why(command: Command, context: Context) -> View:
    """Why a delivery or a highlight is as it is: `morning`, `morning/2026-11-20`, or a highlight's id."""
    text = command.text.strip() or (await only(command, context)).subscription.id
    if record := await find_delivery(command, context, text):
        return await _why_delivery(command, context, record)
    if _ID.fullmatch(text.casefold()) and (one := context.library.get(text.casefold())):
        return await why_highlight(command, context, one)
    names = [one.subscription.id for one in await visible(command, context)]
    if text.casefold() in names:
        return Notice(f"“{text}” has not delivered anything yet. /digest next tells what is to come.")
    known = f" ({listed(names, 'or')})" if names else ""
    raise UsageError(
        f"There is no delivery and no highlight “{text}” here. Write a subscription's name"
        f"{known}, a day of it such as morning/2026-11-20, or a highlight's id."
    )


async def audit(command: Command, context: Context) -> View:
    """Who changed what, the latest first; a number says how many."""
    need_admin(command, context, "read the audit")
    word = command.text.strip() or "20"
    if not (word.isascii() and word.isdigit() and 1 <= int(word[:4]) <= 200):
        raise UsageError("Write how many: /digest audit 20, at most 200.")
    found = await context.ledger.audit(command.channel.workspace, limit=int(word))
    rows = tuple(
        (f"{one.at.astimezone(context.now.tzinfo):%Y-%m-%d %H:%M}", one.actor or "digestbot", one.action, one.subject,
         one.detail)
        for one in found
    )  # fmt: skip
    return Listing("Audit", ("When", "Who", "What", "Subject", "Detail"), rows) if rows else Notice(_UNCHANGED)


async def stages(record: Record, context: Context) -> list[Stage]:
    """A delivery from its order to its end: what happened, when and how, in the order of its way."""
    return [
        *_planned(record, context),
        *await _picked(record, context),
        *_posted(record, context),
        ("State", _time(record.finished_at, record, context), _state(record)),
        ("Next", _time(record.due_at, record, context), _next(record)),
    ]


async def _why_delivery(command: Command, context: Context, record: Record) -> View:
    lines = [_line(one) for one in await stages(record, context)]
    name = short(record.delivery)
    standing = await context.ledger.standing(command.channel.workspace, record.delivery.subscription.id)
    again = record.outcome in FAILED and standing is not None and may_change(command, context, standing)
    amends = record.outcome is Outcome.CONFIRMED and context.amend is not None and is_curator(command, context)
    actions = (
        *((Action("Send it again", "digest", f"retry {name}"),) if again else ()),
        *((Action("Amend it", "digest", f"amend {name}"),) if amends else ()),
    )
    return Notice("\n".join([f"Why {name}", *lines]), actions)


def _line(stage: Stage) -> str:
    """A stage as a line; what belongs to the one before it begins with a dot."""
    name, when, what = stage
    return f"{' '.join(filter(None, (name or '·', when)))}: {what}"


def _planned(record: Record, context: Context) -> list[Stage]:
    delivery, order = record.delivery, record.delivery.subscription
    planned = _time(record.planned_at, record, context)
    if delivery.notice:
        return [("Notice", "", delivery.notice), ("Planned", planned, "for those who look after the channel")]
    by_hand = "asked for by hand" if delivery.occurrence.second else telling.when(order)
    late = record.planned_at - telling.instant_of(delivery)
    return [
        ("Ordered", "", f"{telling.about(order)} for {order.channel}"),
        ("Due", f"{telling.spoken(delivery.occurrence, context.now)}", by_hand),
        ("Planned", planned, f"{_length(late)} late: digestbot was not running" if late > _LATE else "in time"),
    ]


async def _picked(record: Record, context: Context) -> list[Stage]:
    """The picks with their reasons: they are drawn again from the notes, by the history of that instant."""
    if record.delivery.notice:
        return []
    if not record.picks and record.outcome not in _UNPICKED:
        return [("Picked", "", "nothing")]
    found = await _again(record, context)
    if not record.picks:
        rows = [("If picked now", "", str(found))] if isinstance(found, str) else _reasons(found)
        return [("Picked", "", "not yet"), *rows]
    reasons = {} if isinstance(found, str) else found.why
    same = [one.id for one in record.picks] == list(reasons)
    rows = [
        ("", one.id[:8], f"{_title(one.source)}. {reasons[one.id]}" if same else _title(one.source))
        for one in record.picks
    ]
    count = f"{len(rows)} under “{record.theme}”"
    began = record.attempts[0].begun_at if record.attempts else None
    changed = [] if same else [("", "reasons", _CHANGED)]
    return [("Picked", _time(began, record, context), count), *rows, *changed]


async def _again(record: Record, context: Context) -> Curated | str:
    """The pick made once more by what was known then, or why it cannot be made."""
    delivery = record.delivery
    workspace = delivery.subscription.channel.workspace
    history = await context.ledger.history(workspace)
    others = [row for row in history if row.delivery != delivery.id]
    at = record.attempts[0].begun_at if record.attempts and record.picks else context.now
    try:
        return compose(context.library, others, delivery, at, await context.guided(workspace))
    except (UsageError, EmptyError) as error:
        return str(error)


def _reasons(found: Curated) -> list[Stage]:
    if not found.picks:
        return [("If picked now", "", found.warning)]
    rows = [("", one.highlight.id[:8], f"{_title(one.highlight.source.identity)}. {one.why}") for one in found.picks]
    return [("If picked now", "", f"{len(rows)} under “{found.theme}”"), *rows]


def _posted(record: Record, context: Context) -> list[Stage]:
    tries = [
        (f"Attempt {one.number}", _time(one.begun_at, record, context),
         f"{one.outcome.value} after {_length(one.ended_at - one.begun_at)}{_because(one.reason)}")
        for one in record.attempts
    ]  # fmt: skip
    rendered = [("Rendered", "", _count(record.parts))] if record.picks or record.parts else []
    parts = [(f"Part {one.n + 1}", _time(one.changed_at, record, context), _part(one)) for one in record.parts]
    return [*rendered, *(tries or [("Attempt", "", "none yet")]), *parts]


def _part(one: PartState) -> str:
    return f"arrived as {one.ref}" if one.state == "arrived" and one.ref else _PART.get(one.state, one.state)


def _state(record: Record) -> str:
    return f"{record.outcome.value}{_because(record.reason)}"


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _next(record: Record) -> str:
    """What follows by itself, and what a person can do."""
    name, order = short(record.delivery), record.delivery.subscription.id
    retry = f"/digest retry {name} sends it"
    looked_for = "it is looked for in the channel again"
    unanswered = "it is sent then," if record.delivery.subscription.draft == "sends" else "it expires then,"
    unknown = f"nobody can tell whether it arrived: look in the channel; {retry} again"
    return {
        Outcome.PLANNED: "it is sent once it is due and digestbot runs",
        Outcome.CLAIMED: "a process is at it; if that stops, another takes over within a minute",
        Outcome.CONFIRMED: "nothing more, it is in the channel",
        Outcome.UNCERTAIN: looked_for if record.due_at else unknown,
        Outcome.RETRY: "it is tried again",
        Outcome.REFUSED: f"nothing by itself; mend what the reason says, then {retry} again",
        Outcome.SKIPPED: "nothing, it was left out",
        Outcome.EXPIRED: f"nothing, it is too late; {retry} all the same",
        Outcome.PARKED: f"it waits until /digest resume {order}",
        Outcome.DRAFT: f"curators may approve, swap or skip it: /digest draft {name}; {unanswered} unanswered",
    }[record.outcome]


def _time(moment: datetime | None, record: Record, context: Context) -> str:
    if moment is None:
        return ""
    local = telling.in_zone(moment, record.delivery.subscription)
    return f"{telling.spoken(local, context.now)}:{local:%S}"


def _title(identity: str) -> str:
    return Source.identified(identity).title or "an untitled note"


def _count(parts: Sequence[PartState]) -> str:
    return "its text is no longer kept" if not parts else "1 part" if len(parts) == 1 else f"{len(parts)} parts"


def _length(span: timedelta) -> str:
    """A span of time in its largest unit."""
    seconds = span.total_seconds()
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} seconds"


_UNCHANGED = "Nothing was changed yet."
