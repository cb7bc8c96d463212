"""What goes wrong on the way to Slack and back, as rules.

One rule a line: a method (a glob), when, and what.

    chat.postMessage #1 drop-after       the first call: kept, and the line cut before the answer
    chat.* #2-4 429=0.5                  calls two to four: ratelimited, Retry-After 0.5
    * 20% reset-before                   a fifth of all calls, drawn by the seed
    conversations.history always 500

What: `drop` (closed line), `reset` (RST), `hang` (no answer, ever), `500`, each `-before` or `-after` the call took
effect; `429=seconds` always before; `slow=seconds` late but well.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random  # noqa: TID251 - faults are drawn by a seed

_RULE = re.compile(
    r"(?P<method>\S+)\s+(?:#(?P<first>\d+)(?:-(?P<last>\d+))?|(?P<share>[\d.]+)%|always)\s+"
    r"(?P<what>drop|reset|hang|500|429|slow)(?P<after>-after|-before)?(?:=(?P<number>[\d.]+))?"
)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong; seconds for `429` and `slow`."""

    what: str
    after: bool = False
    seconds: float = 0.0


@dataclass
class Rule:
    """When a fault strikes: calls `first` to `last` of the methods that match, or a share of them."""

    method: str
    fault: Fault
    first: int = 1
    last: int = 10**9
    share: float = 1.0
    calls: int = 0

    def strikes(self, method: str, dice: Random) -> bool:
        """Whether this call meets it; counts the call."""
        if not fnmatchcase(method, self.method):
            return False
        self.calls += 1
        return self.first <= self.calls <= self.last and (self.share >= 1 or dice.random() < self.share)


@dataclass
class Faults:
    """The rules in force; the first that strikes counts. `struck` tells how often each did."""

    rules: list[Rule] = field(default_factory=list)
    dice: Random = field(default_factory=lambda: Random(1))  # noqa: S311 - no secret
    struck: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        """Add rules, one a line."""
        self.rules.extend(_rule(line) for line in text.strip().splitlines())

    def clear(self, seed: int = 1) -> None:
        """All is well from here on; new rules are drawn by this seed."""
        self.rules.clear()
        self.dice.seed(seed)

    def meet(self, method: str) -> Fault | None:
        """What this call meets."""
        met = [rule.fault for rule in self.rules if rule.strikes(method, self.dice)]
        if met:
            self.struck[f"{method} {met[0].what}{'-after' if met[0].after else ''}"] += 1
        return met[0] if met else None


def _rule(line: str) -> Rule:
    match = _RULE.fullmatch(line.strip())
    if not match:
        raise ValueError(f"not a rule of faults: {line!r}")
    fault = Fault(match["what"], match["after"] == "-after", float(match["number"] or 0))
    if match["share"]:
        return Rule(match["method"], fault, share=float(match["share"]) / 100)
    if not match["first"]:
        return Rule(match["method"], fault)
    return Rule(match["method"], fault, int(match["first"]), int(match["last"] or match["first"]))
