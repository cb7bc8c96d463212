"""A schedule's words become occurrences: naive wall times, each mapped to one instant of its time zone.

    text -> grammar.parse (cron.py reads cron's fields, zones.py the zone) -> Schedule -> wall.py -> occurrences

`str` of a Schedule is its canonical text; `describe` and `echo` are for people.
"""

from __future__ import annotations

from digestbot.schedule.grammar import parse
from digestbot.schedule.rules import Schedule, describe
from digestbot.schedule.wall import coming, due, echo, instant, next_occurrence, next_times, occurrences, wall_time

__all__ = [
    "Schedule", "coming", "describe", "due", "echo", "instant", "next_occurrence", "next_times", "occurrences", "parse",
    "wall_time",
]  # fmt: skip
