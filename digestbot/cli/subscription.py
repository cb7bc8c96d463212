"""`digestbot subscription`: standing orders from the command line, as `/digest` has them in a channel."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from digestbot.cli.asking import ask, echo, gather, workspace_option
from digestbot.cli.options import echo_json, json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digestbot.app import App
    from digestbot.commands import Context
    from digestbot.model import Command, View
    from digestbot.orders import Standing

_FIELDS = (
    click.option("--theme", help="A theme's name, several with commas between, `rotate` or `all`."),
    click.option("--size", help="How many highlights a digest has, 1 to 25."),
    click.option("--zone", help="The time zone, such as Europe/Berlin."),
    click.option("--title", help="What stands above each digest, in place of the theme."),
    click.option("--repeat", metavar="DAYS", help="How long a highlight is not shown again."),
    click.option("--when-short", help="What happens when little is left: fewer, skip or “second round”."),
    click.option("--catch-up", help="What becomes of missed digests: latest, skip or all."),
    click.option("--in-doubt", help="What becomes of a message that may have arrived: leave or repeat."),
    click.option("--balance", help="How much more often large sources are drawn, 0 to 1."),
    click.option("--on-this-day", metavar="yes|no", help="Put first what was published on this day."),
    click.option("--draft", help="Whether curators see it before: off, or what it does unanswered: sends or waits."),
    click.option("--draft-minutes", metavar="MINUTES", help="How long before its hour they see it."),
    click.option("--prompt", help="A question to discuss, in the digest's thread where there are threads."),
    click.option("--pin", metavar="yes|no", help="Pin the latest digest."),
    click.option("--mention", metavar="ID", help="The user group (Slack) or role (Discord) that it mentions."),
)


def _fields(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_FIELDS):
        command = option(command)
    return command


@click.group("subscription", short_help="Order digests, change orders, see what comes next.")
def subscription() -> None:
    """Order digests, change orders, see what comes next; what digestbot.toml declares is changed there."""


@subscription.command()
@click.argument("name")
@click.argument("channel")
@click.argument("schedule", nargs=-1, required=True)
@_fields
@workspace_option
def add(name: str, channel: str, schedule: tuple[str, ...], workspace: str | None, **fields: str | None) -> None:
    """Order a digest: digestbot subscription add morning webhook:team "weekdays at 9" --zone Europe/Berlin.

    CHANNEL is console, webhook:team or platform:workspace/id, as in digestbot.toml.
    """
    from digestbot.errors import UsageError

    full = _channel(channel)
    place = full.partition(":")[2].rpartition("/")[0]
    if place and workspace and place != workspace:
        raise UsageError(f"{channel} is a channel of {place}, not of {workspace}. Leave out --workspace.")
    told = {"name": name, "channel": full, "schedule": " ".join(schedule), **_said(fields)}
    ask(f"subscribe {_words(told)}", workspace or place or None)


@subscription.command()
@click.argument("name")
@click.option("--schedule", help="When it comes, such as “weekdays at 9”.")
@click.option("--channel", help="Where it goes: webhook:team or platform:workspace/id.")
@_fields
@workspace_option
def edit(name: str, workspace: str | None, **fields: str | None) -> None:
    """Change an order: only what is named changes, and its history survives."""
    from digestbot.errors import UsageError

    told = _said(fields)
    if "channel" in told:
        told["channel"] = _channel(told["channel"])
    if not told:
        raise UsageError("Say what is to change, such as --size 5 or --schedule “weekdays at 9”.")
    ask(f"edit {name} {_words(told)}", workspace)


@subscription.command("list")
@json_option
@workspace_option
def list_(workspace: str | None, *, as_json: bool) -> None:
    """List the workspace's orders with their next times and states."""
    if not as_json:
        ask("list all", workspace, notes=False)
        return

    async def found(_: App, command: Command, context: Context) -> list[dict[str, object]]:
        return [_as_json(one) for one in await context.ledger.standings(command.channel.workspace)]

    echo_json(subscriptions=gather("", workspace, found, notes=False)[1])


@subscription.command()
@click.argument("name")
@json_option
@workspace_option
def show(name: str, workspace: str | None, *, as_json: bool) -> None:
    """Show all about an order."""
    if not as_json:
        ask(f"show {name}", workspace)
        return
    from digestbot.commands.standing import only

    async def found(_: App, command: Command, context: Context) -> dict[str, object]:
        return _as_json(await only(command, context))

    echo_json(subscription=gather(name, workspace, found, notes=False)[1])


@subscription.command()
@click.argument("name")
@click.argument("reason", nargs=-1)
@workspace_option
def pause(name: str, reason: tuple[str, ...], workspace: str | None) -> None:
    """Hold an order back until it is resumed."""
    ask(f"pause {name} {' '.join(reason)}", workspace, notes=False)


@subscription.command()
@click.argument("name")
@workspace_option
def resume(name: str, workspace: str | None) -> None:
    """Let a paused order go on, or bring a removed one back."""
    ask(f"resume {name}", workspace, notes=False)


@subscription.command()
@click.argument("name")
@workspace_option
def skip(name: str, workspace: str | None) -> None:
    """Leave out the next digest of an order."""
    ask(f"skip {name}", workspace, notes=False)


@subscription.command()
@click.argument("name")
@workspace_option
def remove(name: str, workspace: str | None) -> None:
    """End an order; its history stays, and `resume` brings it back."""
    ask(f"unsubscribe {name}", workspace, notes=False)


@subscription.command("next")
@click.argument("count", default="5")
@json_option
@workspace_option
def next_(count: str, workspace: str | None, *, as_json: bool) -> None:
    """List the next digests of the workspace, five or as many as COUNT says, in their order."""
    from digestbot.commands import carry_out

    async def found(_: App, command: Command, context: Context) -> tuple[View, list[dict[str, str]]]:
        view = (await carry_out(command, context)).view
        standings = await context.ledger.standings(command.channel.workspace)
        return view, _coming(standings, context, int(count))

    settings, (view, rows) = gather(f"next all {count}", workspace, found, notes=False)
    if as_json:
        echo_json(next=rows)
    else:
        echo(view, settings)


def _coming(standings: Sequence[Standing], context: Context, count: int) -> list[dict[str, str]]:
    from digestbot.commands.telling import times, zone

    found = [(at, one.subscription) for one in standings for at in times(one, context.now, count)]
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    return [
        {"at": at.isoformat(), "name": order.id, "channel": str(order.channel), "zone": zone(order)}
        for at, order in found[:count]
    ]


def _as_json(one: Standing) -> dict[str, object]:
    told = asdict(one.subscription)
    return {
        "name": told.pop("id"),
        **told,
        "channel": str(one.subscription.channel),
        "state": one.state,
        "reason": one.reason,
        "declared": one.declared,
        "by": one.by,
        "next_at": one.next_at.isoformat() if one.next_at else None,
        "next_occurrence": one.next_occurrence.isoformat() if one.next_occurrence else None,
    }


def _channel(text: str) -> str:
    """A channel with its platform in front; raises UsageError for a platform that there is not."""
    from digestbot.config.subscriptions import platforms
    from digestbot.errors import UsageError

    full = text if ":" in text else f"{text}:{text}"
    platform = full.partition(":")[0]
    if "." not in platform and platform not in platforms():
        raise UsageError(f"There is no platform “{platform}”. Name {' or '.join(platforms())}.")
    return full


def _said(fields: dict[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in fields.items() if value is not None}


def _words(told: dict[str, str]) -> str:
    from digestbot.commands.words import filled

    return filled(told)
