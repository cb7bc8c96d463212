"""Why a highlight was shown, or is not: where it was, what people say of it, and when it may come next."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from digestbot.commands import telling
from digestbot.commands.context import Context
from digestbot.commands.deliveries import may_see_delivery
from digestbot.commands.offers import offer
from digestbot.commands.permissions import is_curator
from digestbot.commands.standing import visible
from digestbot.curation.quality import judged
from digestbot.model import Action, Command, Highlight, Notice, View
from digestbot.ports import Shown

Row = tuple[str, str]

_MOST_SHOWN = 5
_REPEAT_DAYS = 60
"""What holds where the channel has no subscription that says other."""


async def why_highlight(command: Command, context: Context, one: Highlight) -> View:
    """When and where a highlight was shown, what keeps it back, and when it may come next."""
    past = await _past(command, context, one)
    rows = (
        ("Highlight", one.id),
        ("Text", one.text if len(one.text) <= 140 else f"{one.text[:139].rstrip()}…"),
        ("Source", one.source.title or "untitled"),
        *await _shown(command, context, one),
        ("Votes", await _votes(command, context, one)),
        *await _next(command, context, one, past),
    )
    return Notice("\n".join(f"{what}: {how}" for what, how in rows), _actions(command, context, one))


async def _past(command: Command, context: Context, one: Highlight) -> list[Shown]:
    """What the workspace's history holds of it, before an edit of its text too; oldest first."""
    history = await context.ledger.history(command.channel.workspace)
    return [row for row in history if row.highlight_id == one.id or (row.native and row.native == one.native_id)]


async def _shown(command: Command, context: Context, one: Highlight) -> list[Row]:
    rows = await context.ledger.shown(command.channel.workspace, one.id)
    found = []
    for row, record in rows[:_MOST_SHOWN]:
        where = "on request"
        if record:
            seen = await may_see_delivery(command, context, record)
            where = f"in {record.delivery.id.partition('/')[2]}" if seen else "in another channel"
        at = telling.spoken(row.at.astimezone(context.now.tzinfo), context.now)
        found.append(("Shown", f"{at} {where}" + (f", under “{row.theme}”" if row.theme else "")))
    more = len(rows) - len(found)
    return [*found, *([("Shown", f"and {more} times before")] if more else [])] or [("Shown", "never under this id")]


async def _votes(command: Command, context: Context, one: Highlight) -> str:
    said = Counter(
        vote.opinion for vote in await context.ledger.votes(command.channel.workspace) if vote.highlight_id == one.id
    )
    return f"{said['more']} more like this, {said['less']} less, {said['report']} reports"


async def _next(command: Command, context: Context, one: Highlight, past: list[Shown]) -> list[Row]:
    """Which rule keeps it back, and from when on it may come."""
    guidance = await context.guided(command.channel.workspace)
    if reason := judged(one, guidance):
        return [("Kept back", str(reason.value)), ("Next", "never, while that is so")]
    if not guidance.weight(one.source.title or "", one.source.url or ""):
        return [("Kept back", "its source is never shown: see digestbot.toml"), ("Next", "never, while that is so")]
    orders = [one.subscription for one in await visible(command, context)]
    repeats = {order.id: order.repeat_after_days for order in orders} or {"a digest": _REPEAT_DAYS}
    last = past[-1].at if past else None
    waits = [(name, last + timedelta(days=days), days) for name, days in repeats.items() if last]
    ahead = [(name, at, days) for name, at, days in waits if at > context.now]
    if not ahead:
        return [("Kept back", "nothing"), ("Next", "it may come in any digest of its themes, when its turn has come")]
    return [
        ("Kept back", f"shown less than {max(days for _, _, days in ahead)} days ago"),
        ("Next", "; ".join(f"in {name} from {at:%Y-%m-%d} on" for name, at, _ in ahead)),
    ]


def _actions(command: Command, context: Context, one: Highlight) -> tuple[Action, ...]:
    """What everybody may do with it, and what curators may."""
    hides = (Action("Hide", "digest", f"hide {one.id}"), *_hide_source(one)) if is_curator(command, context) else ()
    report = Action("Report", "report", one.id)
    return (Action("More like this", "quote", f"like {one.id}"), Action("Save", "save", one.id), report, *hides)


def _hide_source(one: Highlight) -> tuple[Action, ...]:
    what = one.source.url or one.source.title or ""
    return offer("Hide its source", f"hide source:{what}", name="digest") if what else ()
