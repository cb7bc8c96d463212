"""Standing orders made and changed: subscribe, edit, pause, resume, skip, unsubscribe."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from digestbot.commands import forms, telling, words
from digestbot.commands.context import Context, listed
from digestbot.commands.permissions import may_see, need_admin, need_owner
from digestbot.commands.standing import begun, change, meant, only, quicker, removed, rewrite, visible
from digestbot.errors import UsageError
from digestbot.model import Action, Command, Notice, Subscription, View
from digestbot.orders import Change, Due, Standing

_MOST_OWN = 3
"""Digests that a member may order for themselves."""

_HELP = (
    f"/digest subscribe {words.EXAMPLE} orders a digest. The words may come in any order; theme:rotate takes the "
    "themes in turn. Besides there are "
    f"{' '.join(f'{key}:' for key in words.KEYS if key not in ('theme', 'schedule', 'zone', 'size'))}"
)

_DECLARED = "stands in digestbot.toml, and is changed there. Pausing, resuming and skipping can be done here."


async def subscribe(command: Command, context: Context) -> View:
    """Order a digest for this channel: `weekdays at 9 Europe/Berlin theme:"open weights" size:3`.

    In direct messages it is the member's own, which needs no admin. A form's answers that are wrong are the form again.
    """
    if command.text.strip().casefold() == "help":
        return Notice(_HELP)
    if not command.channel.member:
        need_admin(command, context, "order digests")
    base = forms.fresh(command, context)
    if not command.text.strip():
        return forms.to_subscribe(command, context)
    asked = words.read(command.text)
    order = words.ordered(asked, base, context.library)
    _check_carried(order, context)
    if order.channel != command.channel and command.channel.member:
        need_admin(command, context, "order digests for a channel")
    await _refuse_fourth(order, context)
    await _refuse_twin(command, order, context)
    name = asked.named.get("name")
    standing = await _new(command, order, words.check_name(name) if name else "", context)
    return await _told(f"Ordered as “{standing.subscription.id}”", command, standing, context)


async def edit(command: Command, context: Context) -> View:
    """Change an order: only what is named changes, and its history survives."""
    asked = words.read(command.text)
    if "name" in asked.named:
        raise UsageError("A name stays as it is, for the history is kept under it. Everything else can be changed.")
    standing, rest = await meant(command, context, asked.rest)
    _need_undeclared(standing)
    need_owner(command, context, standing)
    order = standing.subscription
    asked = replace(asked, rest=rest)
    if not asked.rest and not asked.named:
        return await forms.to_edit(order, context)
    if "channel" in asked.named:
        need_admin(command, context, "move a digest to another channel")
    if "mention" in asked.named:
        need_admin(command, context, "set whom a digest mentions")

    async def edited(old: Standing) -> tuple[Standing, Change] | None:
        new = words.ordered(asked, old.subscription, context.library)
        _check_carried(new, context)
        detail = words.differences(old.subscription, new)
        made = replace(old, subscription=new)
        if (new.schedule, new.zone) != (old.subscription.schedule, old.subscription.zone):
            made = await begun(context, made) if old.state == "active" else made
        return (made, change(command, context, "edit", order.id, detail)) if detail else None

    made = await rewrite(context, standing, edited)
    if made is None:
        return await _told(f"“{order.id}” is like that already", command, standing, context)
    return await _told(f"Changed “{order.id}” ({words.differences(order, made.subscription)})", command, made, context)


async def pause(command: Command, context: Context) -> View:
    """Hold an order back until it is resumed; the other words are the reason."""
    standing, rest = await meant(command, context, command.text.split())
    need_owner(command, context, standing)
    name, reason = standing.subscription.id, " ".join(rest)

    async def paused(old: Standing) -> tuple[Standing, Change] | None:
        held = replace(old, state="paused", reason=reason, next_occurrence=None, next_at=None, paused_by="person")
        able = old.state == "active" or old.paused_by == "platform"  # else it would go on by itself
        return (held, change(command, context, "pause", name, reason)) if able else None

    made = await rewrite(context, standing, paused)
    if made is None:
        return Notice(f"“{name}” is not active. {telling.coming(standing, context.now)}", telling.next_steps(standing))
    resume = f"Nothing is posted until /digest resume {name}."
    return Notice(f"“{name}” is paused. {resume}", telling.next_steps(made))


async def resume(command: Command, context: Context) -> View:
    """Let a paused order go on, or bring a removed one back."""
    standing = await removed(command, context, command.text.split()) or await only(command, context)
    need_owner(command, context, standing)
    if standing.state == "removed":
        _need_undeclared(standing)
    name = standing.subscription.id

    async def resumed(old: Standing) -> tuple[Standing, Change] | None:
        made = await begun(context, replace(old, state="active", reason="", paused_by=""))
        detail = f"{old.state} -> active"
        return (made, change(command, context, "resume", name, detail)) if old.state != "active" else None

    made = await rewrite(context, standing, resumed)
    if made is None:
        return Notice(
            f"“{name}” is active already. {telling.coming(standing, context.now)}", telling.next_steps(standing)
        )
    return Notice(f"“{name}” goes on. {telling.coming(made, context.now)}", telling.next_steps(made))


async def skip(command: Command, context: Context) -> View:
    """Leave out the next digest of an order."""
    standing = await only(command, context)
    need_owner(command, context, standing)
    name = standing.subscription.id
    for _ in range(2):
        left_out = standing if standing.next_at else telling.advance(standing, context.now)
        if standing.state != "active" or left_out.next_at is None or left_out.next_occurrence is None:
            raise UsageError(f"“{name}” has no next digest. {telling.coming(standing, context.now)}")
        made = await begun(context, standing, left_out.next_at)
        gone = telling.spoken(telling.in_zone(left_out.next_at, standing.subscription), context.now)
        due = Due(left_out.next_occurrence, left_out.next_at, f"Left out by {command.actor or 'an admin'}.")
        if await context.ledger.skip(made, due, change(command, context, "skip", name, gone)):
            return Notice(f"“{name}” leaves out {gone}. {telling.coming(made, context.now)}", telling.next_steps(made))
        standing = await context.ledger.standing(command.channel.workspace, name) or standing
    raise UsageError(quicker(name))


async def unsubscribe(command: Command, context: Context) -> View:
    """End an order; its history stays, and it can be brought back."""
    standing = await only(command, context)
    _need_undeclared(standing)
    need_owner(command, context, standing)
    name = standing.subscription.id

    async def ended(old: Standing) -> tuple[Standing, Change] | None:
        gone = replace(old, state="removed", reason="", next_occurrence=None, next_at=None, paused_by="")
        done = change(command, context, "remove", name, words.spelled(old.subscription))
        return (gone, done) if old.state != "removed" else None

    made = await rewrite(context, standing, ended)
    gone = made or replace(standing, state="removed")
    return Notice(f"“{name}” is removed. What it showed stays in the history.", telling.next_steps(gone))


async def ask_to_unsubscribe(command: Command, context: Context) -> View:
    """Ask before an order is ended by a button."""
    standing = await only(command, context)
    _need_undeclared(standing)
    need_owner(command, context, standing)
    order = standing.subscription
    keep = Action("Pause it instead", "digest", f"pause {order.id}")
    return Notice(
        f"Remove “{order.id}” ({telling.about(order)}, {telling.when(order)})?",
        (Action("Remove it", "digest", f"unsubscribe {order.id}"), keep),
    )


async def _new(command: Command, order: Subscription, name: str, context: Context) -> Standing:
    """The order under its name, or under one made of its theme; a removed one of that name goes on."""
    for _ in range(2):
        order = replace(order, id=name or await _free_name(command, order, context))
        there = await context.ledger.standing(order.channel.workspace, order.id)
        if there and not _is_free(command, context, there):
            raise UsageError(f"“{order.id}” is taken. Change it with /digest edit {order.id}, or write another name:.")
        standing = Standing(order, by=command.actor, version=there.version if there else 0)
        standing = await begun(context, standing)
        line = change(command, context, "add", order.id, words.spelled(order))
        if await context.ledger.put(standing, line):
            return standing
    raise UsageError(quicker(order.id))


async def _free_name(command: Command, order: Subscription, context: Context) -> str:
    themed = order.theme if order.theme.casefold() not in {"rotate", "all"} else ""
    name = words.slug(themed)
    for number in count(1):
        free = name if number == 1 else f"{name}-{number}"
        there = await context.ledger.standing(order.channel.workspace, free)
        if there is None or _is_free(command, context, there):
            return free
    raise AssertionError("numbers do not end")


def _is_free(command: Command, context: Context, there: Standing) -> bool:
    """Whether a name may be given anew: with it comes its history, which must not be another member's own."""
    return there.state == "removed" and may_see(command, context, there)


async def _refuse_fourth(order: Subscription, context: Context) -> None:
    """Raise UsageError where a member has as many digests of their own as one may have."""
    if not order.channel.member:
        return
    own = await context.ledger.standings(order.channel.workspace, channel=order.channel)
    if len(own) >= _MOST_OWN:
        names = listed(one.subscription.id for one in own)
        raise UsageError(f"You have {len(own)} digests of your own, which is as many as one may have: {names}.")


async def _refuse_twin(command: Command, order: Subscription, context: Context) -> None:
    """Raise UsageError where the channel has the very same order: a command that came twice orders once."""
    for one in await visible(command, context):
        if replace(one.subscription, id="") == replace(order, id=""):
            raise UsageError(f"That is ordered already, as “{one.subscription.id}”. {telling.coming(one, context.now)}")


async def _told(lead: str, command: Command, standing: Standing, context: Context) -> Notice:
    """What is ordered, when it comes, how far it reaches and what can be done next."""
    order = standing.subscription
    guidance = await context.guided(order.channel.workspace)
    where = "" if order.channel == command.channel else f", in {order.channel}"
    lines = (
        f"{lead}: {telling.about(order)}, {telling.when(order)}{where}.",
        telling.coming(standing, context.now),
        telling.stock(order, context, guidance),
    )
    return Notice("\n".join(lines), telling.next_steps(standing))


def _check_carried(order: Subscription, context: Context) -> None:
    """Raise UsageError for a group that cannot be mentioned there, or a digest of one's own that others would see."""
    if order.channel.member and (order.draft != "off" or order.mention):
        raise UsageError("Your own digest is seen by nobody else: it has no draft, and mentions nobody.")
    if order.mention and not (context.mentionable and context.mentionable(order.channel, order.mention)):
        raise UsageError(
            f"“{order.mention}” is nobody that can be mentioned in {order.channel}. Write mention: and the id of a "
            'user group (Slack) or a role (Discord), or mention:"" for nobody.'
        )


def _need_undeclared(standing: Standing) -> None:
    if standing.declared:
        raise UsageError(f"“{standing.subscription.id}” {_DECLARED}")
