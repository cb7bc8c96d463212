"""`digestbot doctor`: what is wrong with an installation, and what to do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from digestbot.cli.options import content_option, echo_json, fill, json_option

if TYPE_CHECKING:
    from digestbot.doctor import Examined

FINDINGS, SETTINGS = 1, 3
"""The exit status where something is wrong, and where it is a setting."""

_MARGIN = " " * 11


@click.command(short_help="Say what is wrong with the installation, and what to do.")
@click.option("--offline", is_flag=True, help="Leave out what needs the network.")
@json_option
@content_option
def doctor(*, offline: bool, as_json: bool, content: tuple[str, ...]) -> None:
    """Look at settings, notes, data, database, templates, clock, subscriptions and channels; change nothing.

    Exit status 1 where something is wrong, 3 where a setting is; 0 with warnings only.
    """
    from digestbot.doctor import examine, usable
    from digestbot.doctor.installation import found
    from digestbot.findings import Level, worst

    examined = asyncio.run(examine(found(content), offline=offline))
    level = worst([finding for one in examined for finding in one.findings])
    if as_json:
        checks = [{"name": one.name, "level": one.level, "findings": [*map(asdict, one.findings)]} for one in examined]
        echo_json(level=level, offline=offline, checks=checks)
    else:
        click.echo("\n".join(_lines(examined)))
    if level is Level.ERROR:
        sys.exit(FINDINGS if usable(examined) else SETTINGS)


def _lines(examined: Sequence[Examined]) -> list[str]:
    lines = []
    for one in examined:
        lines.append(one.name)
        for finding in one.findings:
            lines.append(f"  {finding.level:<9}{_broken(finding.what)}")
            lines += [f"{_MARGIN}{_broken(finding.fix)}"] if finding.fix else []
    return lines


def _broken(text: str) -> str:
    """Broken into lines where a person reads it on a terminal."""
    return fill(text, _MARGIN).lstrip() if sys.stdout.isatty() else text
