"""The service: what is due is planned, delivered, and followed up where it fails. No I/O of its own, no clock.

planning.py    what follows for a standing order at an instant, and for those that digestbot.toml declares
delivering.py  one attempt at a claimed delivery: pick, render, keep the parts, post them one by one, finish
drafting.py    what curators see before its hour, and change
pinning.py     the latest digest in sight
channels.py    channels that are gone and back, and workspaces that leave
held.py        a claim in this process's hands
looking.py     a part in the channel's own history
retrying.py    when an attempt is made again, and when a part in doubt is looked for
admins.py      what those who look after a channel are told
"""

from __future__ import annotations

from digestbot.service.admins import Admins
from digestbot.service.amending import Amender
from digestbot.service.channels import Channels
from digestbot.service.composing import Composer, Render, Run
from digestbot.service.delivering import FRESH_SECONDS, Service
from digestbot.service.drafting import Drafter
from digestbot.service.held import Held
from digestbot.service.planning import Step, decide, first, follow

__all__ = [
    "FRESH_SECONDS",
    "Admins",
    "Amender",
    "Channels",
    "Composer",
    "Drafter",
    "Held",
    "Render",
    "Run",
    "Service",
    "Step",
    "decide",
    "first",
    "follow",
]
