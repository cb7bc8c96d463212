"""`digestbot slack manifest`: what a workspace is asked for."""

from __future__ import annotations

import click


@click.group("slack", short_help="What a Slack workspace needs.")
def slack() -> None:
    """Set digestbot up in a Slack workspace."""


@slack.command("manifest", short_help="The manifest of the Slack app.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, without the reasons.")
def manifest(*, as_json: bool) -> None:
    """Print the manifest to paste at api.slack.com/apps, with the reason for each scope and event beside it."""
    import json

    from digestbot.platforms.slack import manifest as made

    click.echo(json.dumps(made.manifest(), indent=2) if as_json else made.as_yaml(), nl=as_json)
