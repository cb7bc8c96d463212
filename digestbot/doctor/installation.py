"""What the doctor looks at: an installation, as far as it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digestbot import environment
from digestbot.environment import Variables
from digestbot.model import Channel
from digestbot.settings import Settings, survey


@dataclass(frozen=True, slots=True)
class Installation:
    """What is set, the settings that come of it, and what is wrong with them (see settings.survey).

    content: the folders of notes that the command line names, which come before what is set.
    """

    variables: Variables
    settings: Settings
    problems: tuple[str, ...] = ()
    content: tuple[str, ...] = ()

    @property
    def channels(self) -> Sequence[Channel]:
        """Every channel that something is posted to, each once."""
        told = self.settings
        admins = [one.admin_channel for one in told.workspaces if one.admin_channel]
        return list(dict.fromkeys([*(one.channel for one in told.subscriptions), *admins]))


def found(content: tuple[str, ...] = ()) -> Installation:
    """The installation as the environment and the working directory have it. Never raises."""
    variables = environment.look()
    return Installation(variables, *survey(variables, content), content)
