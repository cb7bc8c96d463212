"""Words of a message that become a highlight: handed in by a member, decided by a curator, removed by who said them."""

from __future__ import annotations

import re
from dataclasses import replace

from digestbot.commands import words
from digestbot.commands.allowance import CAPTURES, spend
from digestbot.commands.context import Context
from digestbot.commands.moderating import posted_lately
from digestbot.commands.permissions import is_curator, need_curator
from digestbot.commands.standing import change
from digestbot.errors import SourceError, UsageError
from digestbot.model import Action, Command, Field, Form, Listing, Notice, Quoted, Reply, View
from digestbot.orders import Capture, CaptureState, Change

LONGEST = 2_000
"""Characters of a passage: more is no quote."""

_PAGE = 5
"""Captures of which each has its three buttons in one message."""

_TOO_LATE = "Somebody else decided about number {} just now."
_SHORTEST = 12
_NUMBER = re.compile(r"#?(\d{1,15})")
_ID = re.compile(r"[0-9a-f]{4,16}")
_NATIVE = re.compile(r"capture-(\d{1,15})")
_HOW = "Use “Save as highlight” on a message, or write /digest capture “the words” by:“whose they are”."


async def capture(command: Command, context: Context) -> View:
    """Hand in a message, or words with whose they are; a curator decides whether they become a highlight."""
    if context.inbox is None:
        raise UsageError("Passages cannot be handed in here. Write them into a note.")
    said = command.message or _typed(command)
    _check(said)
    await spend(command, context, CAPTURES)
    who = command.called or command.actor
    text = said.text.strip()
    wanted = Capture(
        command.channel, text, said.author, said.name, command.actor, who, context.now, said.permalink, said.said_at
    )
    made = await context.ledger.capture(wanted)
    if made != replace(wanted, number=made.number):
        return Notice("It is handed in already." if made.state == "pending" else "It is a highlight already.")
    await context.ledger.note(_line(command, context, "capture", made))
    if context.announce and context.curators_channel:
        notice = Notice(f"{who} hands in words of {made.author_name}: “{_short(made.text)}”", _decisions(made, ""))
        await context.announce(context.curators_channel, f"capture/{made.number}", notice)
    return Notice("Thank you. It becomes a highlight once a curator accepts it, and you will be told.")


async def inbox(command: Command, context: Context) -> View:
    """What waits to be accepted or refused, the oldest first."""
    need_curator(command, context, "see what was handed in")
    found = await context.ledger.captures(command.channel.workspace, "pending")
    if not found:
        return Notice("Nothing waits to be accepted.")
    shown = found[:_PAGE]
    rows = tuple(
        (str(one.number), one.author_name, _short(one.text), one.by_name, f"{one.at:%Y-%m-%d}") for one in shown
    )
    actions = tuple(action for one in shown for action in _decisions(one, f" {one.number}"))
    more = len(found) - len(shown)
    title = "Handed in" + (f", and {more} more behind these" if more else "")
    return Listing(title, ("Number", "Whose words", "Text", "Handed in by", "When"), rows, actions)


async def accept(command: Command, context: Context) -> Reply:
    """Make a note of what was handed in, as it is or as a form corrected it."""
    need_curator(command, context, "accept what was handed in")
    if over := await _over(command, context):
        return over
    one = await _pending(command, context)
    if context.inbox is None:
        raise UsageError("Notes cannot be written from here. Say it in a channel, where digestbot runs.")
    text = command.values.get("text", one.text).strip()
    name = " ".join(command.values.get("name", one.author_name).split())
    _check(Quoted(text, one.author, name))
    fixed = replace(one, text=text, author_name=name, state="accepted", decided_by=command.actor)
    try:
        note = await context.inbox.write(fixed)
    except SourceError as error:
        raise UsageError(str(error)) from error
    made = replace(fixed, note=note)
    if not await context.ledger.settle(made, "pending", _line(command, context, "accept", one)):
        await _undo(made, context)
        raise UsageError(_TOO_LATE.format(one.number))
    await _tell(context, one, one.by, "accepted", f"Accepted, and soon among the highlights: “{_short(text)}”")
    if one.author not in {"", one.by}:
        away = (Action("Take it out", "digest", f"withdraw {one.number}"),)
        told = f"{one.by_name} saved words of yours as a highlight: “{_short(text)}” They are yours to take out."
        await _tell(context, one, one.author, "quoted", told, away)
    out = (Action("Take it out", "digest", f"withdraw {one.number}"),)
    settled = Notice(f"Accepted by {_who(command)}: “{_short(text)}” by {name}", out)
    return Reply(Notice(f"Accepted: {note} is a note now.", out), settled=settled)


async def correct(command: Command, context: Context) -> View:
    """A form in which a curator mends the words, or whose they are, before they are accepted."""
    need_curator(command, context, "correct what was handed in")
    one = await _pending(command, context)
    fields = (
        Field("text", "The words", value=one.text, lines=True, most=LONGEST),
        Field("name", "Whose words they are", value=one.author_name, most=100),
    )
    return Form("Correct and accept", fields, Action("Accept", "digest", f"accept {one.number}"))


async def refuse(command: Command, context: Context) -> Reply:
    """Turn down what was handed in; the other words are the reason, which the member is told."""
    need_curator(command, context, "refuse what was handed in")
    number, _, reason = command.text.strip().partition(" ")
    if over := await _over(replace(command, text=number), context):
        return over
    one = await _pending(replace(command, text=number), context)
    await _settle(command, context, replace(one, state="refused", decided_by=command.actor), "pending", "refuse")
    why = f" The reason: {reason}" if reason else ""
    await _tell(context, one, one.by, "refused", f"Not accepted as a highlight: “{_short(one.text)}”{why}")
    settled = Notice(f"Refused by {_who(command)}: “{_short(one.text)}” by {one.author_name}{why}")
    return Reply(Notice(f"Refused. {one.by_name} is told."), settled=settled)


async def withdraw(command: Command, context: Context) -> View:
    """Take out, for good, words that were said in a channel; who said them may, and curators."""
    one = await _meant(command, context)
    if one is None or not (is_curator(command, context) or one.author == command.actor != ""):
        raise UsageError("Only whose words they are, and curators, may take them out. Report takes a highlight too.")
    if one.state == "removed":
        return Notice("It was taken out already.")
    ids = await _removed_note(one, context)  # all of this may be done again if it fails half-way
    amended = await _taken_back(command, context, ids)
    gone = replace(one, state="removed", decided_by=command.actor, note="")
    await _settle(command, context, gone, one.state, "withdraw")
    rest = " What was posted of it in the last days is edited." if amended else ""
    return Notice(f"Taken out: no digest and no look-up shows it any more.{rest}")


async def _removed_note(one: Capture, context: Context) -> list[str]:
    """The ids of the highlights of the note that was deleted."""
    if not one.note:
        return []
    if context.inbox is None:
        raise UsageError("Notes cannot be removed from here. Say it in a channel, where digestbot runs.")
    try:
        return list(await context.inbox.remove(one.note))
    except SourceError as error:
        raise UsageError(str(error)) from error


async def _taken_back(command: Command, context: Context, ids: list[str]) -> bool:
    """Hide the highlights, for their note may come back from elsewhere, and edit what was posted of them lately."""
    workspace, amended = command.channel.workspace, False
    for one in ids:
        await context.ledger.hide(workspace, "highlight", one, change(command, context, "hide", one, "withdrawn"))
        if amend := context.amend:
            said = [await amend(record) for record in await posted_lately(workspace, context, one)]
            amended = amended or bool(said)
    return amended


async def _pending(command: Command, context: Context) -> Capture:
    found = await _numbered(command, context)
    if found is None:
        raise UsageError(f"Nothing was handed in under “{command.text.strip()}”. /digest inbox lists what waits.")
    if found.state != "pending":
        raise UsageError(f"Number {found.number} was {found.state} already.")
    return found


async def _over(command: Command, context: Context) -> Reply | None:
    """That somebody decided already, if so: the notice that still asks for it says it too, then."""
    found = await _numbered(command, context)
    if found is None or found.state == "pending":
        return None
    text = f"Number {found.number} was {found.state} already."
    return Reply(Notice(text), settled=Notice(text))


def _who(command: Command) -> str:
    return command.called or command.actor or "an admin"


async def _numbered(command: Command, context: Context) -> Capture | None:
    number = _NUMBER.fullmatch(command.text.strip())
    return await context.ledger.captured(command.channel.workspace, int(number[1])) if number else None


async def _meant(command: Command, context: Context) -> Capture | None:
    """The capture of this number, or of the highlight of this id."""
    text = command.text.strip().casefold()
    if one := context.library.get(text) if _ID.fullmatch(text) else None:
        number = _NATIVE.fullmatch(one.native_id or "")
        found = await context.ledger.captured(command.channel.workspace, int(number[1])) if number else None
        # In a ledger that was moved the numbers are others.
        return found if found and found.permalink in {"", one.url, one.source.url} else None
    return await _numbered(command, context)


async def _settle(command: Command, context: Context, one: Capture, was: CaptureState, action: str) -> None:
    if not await context.ledger.settle(one, was, _line(command, context, action, one)):
        raise UsageError(_TOO_LATE.format(one.number))


async def _undo(one: Capture, context: Context) -> None:
    """Remove a note that came too late, unless whoever was quicker accepted the same."""
    there = await context.ledger.captured(one.channel.workspace, one.number)
    if context.inbox and not (there and there.note == one.note):
        await context.inbox.remove(one.note)


def _line(command: Command, context: Context, action: str, one: Capture) -> Change:
    return change(command, context, action, str(one.number), one.author_name)


async def _tell(  # noqa: PLR0913, PLR0917 - who is told what of what
    context: Context, one: Capture, member: str, topic: str, text: str, actions: tuple[Action, ...] = ()
) -> None:
    if context.announce and member:
        await context.announce(one.channel.direct(member), f"capture/{one.number}/{topic}", Notice(text, actions))


def _typed(command: Command) -> Quoted:
    """Words that were typed, with whose they are; nobody else's name is ever put to them."""
    asked = words.read(command.text, ("by", "url"))
    text, name = " ".join(asked.rest), asked.named.get("by", "")
    if not text or not name:
        raise UsageError(_HOW)
    return Quoted(text, "", name, asked.named.get("url", ""))


def _check(said: Quoted) -> None:
    """Raise UsageError for what cannot become a highlight."""
    if said.ours:
        raise UsageError("That is a message of digestbot's own. Save the highlight instead.")
    if said.bot:
        raise UsageError("That was written by a program. Only what people say becomes a highlight.")
    if len(said.text.strip()) < _SHORTEST:
        raise UsageError("There is too little text in it to be a highlight.")
    if len(said.text.strip()) > LONGEST:
        raise UsageError(f"It is too long to be a highlight: {len(said.text):,} characters, of {LONGEST:,} at most.")
    if not said.name.strip():
        raise UsageError("It does not say whose words they are. " + _HOW)


def _decisions(one: Capture, which: str) -> tuple[Action, ...]:
    """What a curator may make of it; which: what tells it from the others in a list."""
    names = (("Accept", "accept"), ("Correct", "correct"), ("Refuse", "refuse"))
    return tuple(Action(f"{label}{which}", "digest", f"{word} {one.number}") for label, word in names)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199].rstrip()}…"
