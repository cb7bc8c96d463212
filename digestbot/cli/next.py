"""`digestbot next`: a schedule in words and its next times, to try one out before it stands in digestbot.toml."""

from __future__ import annotations

import click

from digestbot.cli.options import echo_json, json_option

TIMES = 5
"""How many times are shown: enough to see a weekend, or the other week of two."""


@click.command("next", short_help="Say when a schedule is due next.")
@click.argument("words", nargs=-1, required=True, metavar="SCHEDULE")
@click.option("--zone", default="UTC", show_default=True, help="A time zone, or its city; one in SCHEDULE wins.")
@json_option
def next(words: tuple[str, ...], zone: str, *, as_json: bool) -> None:  # noqa: A001 - the command's name
    """Say SCHEDULE in words, and when it is due next in its time zone: digestbot next "weekdays at 8:30 London"."""
    from digestbot import schedule
    from digestbot.clock import now

    order = schedule.parse(" ".join(words), zone)
    times = schedule.next_times(order, now(), TIMES)
    if as_json:
        shown = [one.isoformat() for one in times]
        echo_json(schedule=str(order), words=schedule.describe(order), next=shown)
        return
    click.echo(schedule.describe(order))
    for one in times:
        click.echo(f"{one:%a} {one.day:2} {one:%b %Y %H:%M %Z}")
