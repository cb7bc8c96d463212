"""What became of digests, and sending one again, anew or at once: deliveries, why, audit, retry, amend, deliver."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from digestbot.cli.asking import ask, echo, gather, translated, workspace_option
from digestbot.cli.options import echo_json, json_option

if TYPE_CHECKING:
    from datetime import datetime

    from digestbot.app import App
    from digestbot.commands import Context
    from digestbot.model import Command, Delivery, View
    from digestbot.orders import Record

_PATIENCE = 120
"""Seconds for which `deliver` waits for the end of what it sent."""


@click.command("deliveries", short_help="List what was delivered, and what was not.")
@click.argument("words", nargs=-1, metavar="[SUBSCRIPTION]")
@click.option("--state", multiple=True, help="confirmed, refused, uncertain …, or `failed` or `waiting`.")
@click.option("--since", metavar="DAY", help="From this day on: 2026-11-20, yesterday or 7d.")
@json_option
@workspace_option
def deliveries(
    words: tuple[str, ...], state: tuple[str, ...], since: str | None, workspace: str | None, *, as_json: bool
) -> None:
    """List the latest deliveries of the workspace, or of one SUBSCRIPTION, with their states and reasons."""
    asked = " ".join(("all", *words, *state, *([since] if since else [])))
    if not as_json:
        ask(f"history {asked}", workspace, notes=False)
        return
    from digestbot.commands.deliveries import read_wanted, recent

    async def found(_: App, command: Command, context: Context) -> list[dict[str, object]]:
        records = await recent(command, context, await read_wanted(command, context), most=1000)
        return [_as_json(one) for one in records]

    echo_json(deliveries=gather(asked, workspace, found, notes=False)[1])


@click.command("why", short_help="Say why a delivery or a highlight is as it is.")
@click.argument("name", metavar="DELIVERY|HIGHLIGHT")
@json_option
@workspace_option
def why(name: str, workspace: str | None, *, as_json: bool) -> None:
    """Tell a delivery stage by stage, or when a HIGHLIGHT was shown and may be shown next.

    A DELIVERY is morning (its latest), morning/2026-11-20 or morning/2026-11-20T09:00.
    """
    if not as_json:
        ask(f"why {name}", workspace)
        return
    from digestbot.commands import carry_out
    from digestbot.commands.deliveries import find_delivery
    from digestbot.commands.explaining import stages
    from digestbot.model import Notice

    async def found(_: App, command: Command, context: Context) -> tuple[str, object]:
        if record := await find_delivery(command, context, name):
            told = [dict(zip(("stage", "when", "what"), one, strict=True)) for one in await stages(record, context)]
            return "delivery", {**_as_json(record), **_details(record), "stages": told}
        view = (await carry_out(command, context)).view
        lines = view.text.split("\n") if isinstance(view, Notice) else []
        return "highlight", [dict(zip(("what", "how"), line.split(": ", 1), strict=False)) for line in lines]

    kind, told = gather(f"why {name}", workspace, found)[1]
    echo_json(**{kind: told})


@click.command("audit", short_help="List who changed what.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many lines.")
@json_option
@workspace_option
def audit(limit: int, workspace: str | None, *, as_json: bool) -> None:
    """List who changed what, the latest first."""
    if not as_json:
        ask(f"audit {limit}", workspace, notes=False)
        return

    async def found(_: App, command: Command, context: Context) -> list[dict[str, object]]:
        lines = await context.ledger.audit(command.channel.workspace, limit=limit)
        return [{**asdict(one), "at": one.at.isoformat()} for one in lines]

    echo_json(audit=gather("", workspace, found, notes=False)[1])


@click.command("retry", short_help="Send a delivery on its way again.")
@click.argument("name", metavar="DELIVERY")
@workspace_option
def retry(name: str, workspace: str | None) -> None:
    """Send a delivery on its way again that was refused, expired or is in doubt; `digestbot run` posts it."""
    ask(f"retry {name}", workspace, notes=False)


@click.command("amend", short_help="Edit what a delivery posted.")
@click.argument("name", metavar="DELIVERY")
@workspace_option
def amend(name: str, workspace: str | None) -> None:
    """Edit what was posted: hidden and vanished highlights go, edited ones are shown as they are now."""
    ask(f"amend {name}", workspace, platforms=True)


@click.command("deliver", short_help="Send an extra digest of a subscription now.")
@click.argument("name", metavar="SUBSCRIPTION")
@click.option("--dry-run", is_flag=True, help="Print what would be picked this second, and write nothing.")
@click.option("--as-today", is_flag=True, help="Send today's early: none comes at its time.")
@workspace_option
def deliver(name: str, workspace: str | None, *, dry_run: bool, as_today: bool) -> None:
    """Send an extra digest to a SUBSCRIPTION's channel now, and say what became of it; exit 1 if it did not arrive.

    It goes the way of every digest: it is planned, and whichever process is quicker, this one or `digestbot run`, posts
    it. What else is due is posted too.
    """
    from digestbot.commands.digest import extra, order_extra
    from digestbot.commands.standing import only

    async def shown(_: App, command: Command, context: Context) -> View:
        return await extra(await only(command, context), context, as_today=as_today)

    async def sent(app: App, command: Command, context: Context) -> Record:
        standing = await only(command, context)
        _need_platform(app, standing.subscription.channel.platform)
        return await _send(app, await order_extra(command, context, standing, as_today=as_today))

    # What became of it is printed below; Python's own logging would say a failure a second time, on stderr.
    logging.getLogger("digestbot").setLevel(logging.CRITICAL)
    if dry_run:
        settings, view = gather(name, workspace, shown)
        echo(view, settings)
        return
    record = gather(name, workspace, sent, platforms=True)[1]
    click.echo(f"{record.delivery.id}: {record.outcome}{f', {record.reason}' if record.reason else ''}")
    if record.outcome != "confirmed":
        click.echo(translated(f"/digest why {record.delivery.id.partition('/')[2]} tells more."), err=True)
        sys.exit(1)


async def _send(app: App, delivery: Delivery) -> Record:
    """Do what the service does until this delivery has ended, or waits for a later attempt."""
    from digestbot.clockwork import Clockwork
    from digestbot.errors import StoreError
    from digestbot.orders import Outcome

    order = delivery.subscription
    clockwork = Clockwork(app.outbox, app.service(), app.clock)
    await clockwork.start()
    try:
        patience = time.monotonic() + _PATIENCE
        while True:
            await asyncio.sleep(0.05)
            record = await app.ledger.delivery(order.channel.workspace, order.id, delivery.occurrence)
            if record is None:
                raise StoreError(f"{delivery.id} is not in the database any more.")
            if record.outcome not in {Outcome.PLANNED, Outcome.CLAIMED} or time.monotonic() > patience:
                return record
    finally:
        await clockwork.stop()


def _need_platform(app: App, name: str) -> None:
    from digestbot.errors import SettingsError

    if name not in app.platforms:
        raise SettingsError(f"The platform “{name}” is not set up here: .env.example names the settings that it needs.")


def _as_json(one: Record) -> dict[str, object]:
    from digestbot.commands.telling import zone

    order = one.delivery.subscription
    return {
        "id": one.delivery.id,
        "subscription": order.id,
        "occurrence": one.delivery.occurrence.isoformat(),
        "zone": zone(order),
        "channel": str(order.channel),
        "state": one.outcome.value,
        "reason": one.reason,
        "theme": one.theme,
        "notice": one.delivery.notice,
        "planned_at": one.planned_at.isoformat(),
        "due_at": _instant(one.due_at),
        "finished_at": _instant(one.finished_at),
    }


def _details(one: Record) -> dict[str, object]:
    """What a delivery tells only where it is asked for alone."""
    return {
        "highlights": [picked.id for picked in one.picks],
        "attempts": [
            {"number": a.number, "begun_at": a.begun_at.isoformat(), "ended_at": a.ended_at.isoformat(),
             "state": a.outcome.value, "reason": a.reason}
            for a in one.attempts
        ],
        "parts": [{"state": part.state, "key": part.key, "ref": part.ref} for part in one.parts],
    }  # fmt: skip


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
