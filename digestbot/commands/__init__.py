"""What `/quote` and `/digest` answer, on every platform and in the CLI: a Command -> a Reply.

    lookup.py /quote    digest.py now, preview, deliver, themes    ordering.py, showing.py standing orders
    drafts.py draft, approve, swap, skip    deliveries.py history    explaining.py, highlights.py why, audit
    moderating.py hide, amend, retry, votes    forms.py ordering by a form    keeping.py share, one's own list
    capturing.py words that become highlights

words.py reads what was typed, standing.py finds which order is meant, telling.py says what is said of one, and
permissions.py decides who may.
"""

from __future__ import annotations

from dataclasses import replace

from digestbot.commands import (
    capturing,
    deliveries,
    digest,
    drafts,
    explaining,
    forms,
    home,
    keeping,
    lookup,
    moderating,
    ordering,
    showing,
)
from digestbot.commands.context import Amend, Context, Handler, nearest
from digestbot.commands.digest import list_themes
from digestbot.commands.lookup import QUOTE_HELP, count_by, look_up
from digestbot.errors import EmptyError, UsageError
from digestbot.model import Command, Form, Notice, Reply, View

__all__ = [
    "DIGEST_HELP",
    "QUOTE_HELP",
    "Amend",
    "Context",
    "answer",
    "carry_out",
    "count_by",
    "list_themes",
    "look_up",
    "matching",
]

DIGEST_HELP = """\
/digest now [THEME] shows a digest here and counts it, /digest preview [THEME or NAME] only shows it, and \
/digest themes lists the themes.
/digest subscribe weekdays at 9 Europe/Berlin theme:"open weights" size:3 orders one for this channel; \
/digest edit NAME size:5, pause NAME, resume NAME, skip NAME and unsubscribe NAME change it.
/digest list, show NAME, next and history tell what is ordered, to come and done; /digest why NAME or ID tells why.
Curators approve, swap or skip a draft, hide ID or a source's title, and amend NAME; \
admins deliver NAME, retry NAME and read the audit."""
"""NAME may be left out where a channel has one subscription."""


async def answer(command: Command, context: Context) -> Reply:
    """The Reply that answers a command; a mistake in its words is answered too, with the nearest correct form.

    Raises what the library and the store raise: ContentError, StoreError.
    """
    try:
        return await carry_out(command, context)
    except (EmptyError, UsageError) as error:
        return Reply(Notice(str(error)))


async def carry_out(command: Command, context: Context) -> Reply:
    """As `answer`, but a mistake raises UsageError, and EmptyError where there is nothing to show."""
    handler = _COMMANDS.get(command.name)
    if handler is None:
        raise UsageError(f"There is no /{command.name} here. {nearest(command.name, _TYPED, '/')}")
    answered = await handler(_direct(command), context)
    return answered if isinstance(answered, Reply) else Reply(answered)


async def _digest(command: Command, context: Context) -> View | Reply:
    word, _, rest = command.text.strip().partition(" ")
    if command.values and word in {"subscribe", "edit"}:
        return await _ordered(command, context)
    known = word.casefold() or "help"
    handler = _DIGEST.get(_ALIASES.get(known, known))
    if handler is None:
        raise UsageError(f"/digest does not know “{word}”. {nearest(known, _DIGEST_TYPED, '/digest ')}")
    return await handler(replace(command, text=rest.strip()), context)


async def matching(command: Command, context: Context) -> Form:
    """The form that a command would submit, as it is filled in so far, with what its answers would come to."""
    return forms.told(await forms.filled_in(_direct(command), context))


def _direct(command: Command) -> Command:
    """The command with the member's direct messages for its channel, if that is where it was given."""
    here = command.channel.direct(command.actor) if command.where == "direct" and command.actor else command.channel
    return replace(command, channel=here)


async def _ordered(command: Command, context: Context) -> View | Reply:
    """What answers a form that orders something, by the words that it says; one that is wrong is shown again."""
    handler = _DIGEST[command.text.partition(" ")[0]]
    words = f"{command.text.partition(' ')[2]} {forms.spoken(command.values)}".strip()
    try:
        return await handler(replace(command, text=words), context)
    except UsageError as error:
        return await forms.filled_in(command, context, error)


async def _help(command: Command, context: Context) -> View:  # noqa: ARG001 - every handler takes the same
    return Notice(DIGEST_HELP)


_OF_HIGHLIGHTS: dict[str, Handler] = {
    "more": moderating.more,
    "less": moderating.less,
    "report": moderating.report,
    "save": keeping.save,
    "share": keeping.share,
    "hide": moderating.hide,
    "why": explaining.why,
}
"""What stands in the menu beside a highlight: there the id is all that follows."""

_DIGEST: dict[str, Handler] = {
    "now": digest.now,
    "preview": digest.preview,
    "themes": digest.themes,
    "subscribe": ordering.subscribe,
    "edit": ordering.edit,
    "list": showing.list_orders,
    "show": showing.show,
    "pause": ordering.pause,
    "resume": ordering.resume,
    "skip": drafts.skip,
    "draft": drafts.draft,
    "approve": drafts.approve,
    "swap": drafts.swap,
    "unsubscribe": ordering.unsubscribe,
    "unsubscribe?": ordering.ask_to_unsubscribe,
    "next": showing.coming,
    "history": deliveries.history,
    **_OF_HIGHLIGHTS,
    "unhide": moderating.unhide,
    "hidden": moderating.hidden,
    "amend": moderating.amend,
    "deliver": digest.deliver,
    "retry": moderating.retry,
    "unsave": keeping.unsave,
    "saved": keeping.saved,
    "capture": capturing.capture,
    "inbox": capturing.inbox,
    "accept": capturing.accept,
    "correct": capturing.correct,
    "refuse": capturing.refuse,
    "withdraw": capturing.withdraw,
    "audit": explaining.audit,
    "help": _help,
}
_ALIASES = {"saves": "saved", "add": "subscribe", "remove": "unsubscribe", "deliveries": "history", "again": "retry"}
_DIGEST_TYPED = [*(word for word in _DIGEST if word.isalpha()), *_ALIASES]
_TYPED = ("quote", "digest")
_COMMANDS: dict[str, Handler] = {
    "quote": lookup.quote,
    "digest": _digest,
    "capture": capturing.capture,
    "home": home.home,
    **_OF_HIGHLIGHTS,
}
