"""What became of everything: the ledger and the chat's own log, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from digestbot.orders import Outcome
from digestbot.store.tables import attempts, deliveries, parts, subscriptions

MOST_UNKNOWN = 0.001
"""The share of deliveries that may stay unknown where keys or a history exist."""

MOVED_SECONDS = 1_800
"""What took as long, by a clock that was moved by more than that, took no time that it tells."""

_SHOWN = 20


class Post(NamedTuple):
    """A message that came to be: which process sent it, and three instants of the monotonic clock."""

    key: str
    where: str
    process: int
    began: float
    received: float
    made: float


class Freeze(NamedTuple):
    """When a process stood still."""

    process: int
    began: float
    ended: float

    def within(self, post: Post) -> bool:
        """Whether it stood still after it had begun to send this, and before the platform heard of it."""
        return post.process == self.process and post.began <= self.began and post.received >= self.ended


@dataclass
class Verdict:
    """What was found. Lists hold a line for each, for people."""

    due: int = 0
    posted: int = 0
    messages: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    thawed: list[str] = field(default_factory=list)
    doubled_thawed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unknown_blind: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    resolved: list[float] = field(default_factory=list)

    def problems(self, patience: float) -> list[str]:
        """What must not be. patience: within how many seconds a doubt has to be resolved."""
        found = [f"lost: {one}" for one in self.lost] + [f"doubled: {one}" for one in self.doubled]
        found += [f"strange: {one}" for one in self.strange]
        if len(self.unknown) > max(MOST_UNKNOWN * self.due, 0.5):
            found.append(f"{len(self.unknown)} unknown where there is a way to know")
        if late := [took for took in self.resolved if took > patience]:
            found.append(f"{len(late)} doubts took longer than {patience:g} s to be resolved")
        return found


def judge(engine: Engine, log: Path, freezes: Sequence[Freeze], *, blind: bool = False) -> Verdict:
    """Read both, and compare. blind: the platform has neither keys nor a history, whatever its name."""
    verdict = Verdict()
    posts = _posts(log)
    verdict.messages = sum(map(len, posts.values()))
    known = _ledger(engine, posts, verdict, blind=blind)
    verdict.strange += [
        f"a message that the ledger does not know: {posts[key][0]}" for key in posts if key not in known
    ]
    for key, made in posts.items():
        inside = [post for post in made if any(freeze.within(post) for freeze in freezes)]
        verdict.thawed += [str(post) for post in inside]
        if len(made) > 1:
            (verdict.doubled_thawed if inside else verdict.doubled).append(_story(known.get(key, "?"), made))
    verdict.resolved = _resolved(engine)
    return verdict


def _posts(log: Path) -> Mapping[str, list[Post]]:
    found: dict[str, list[Post]] = defaultdict(list)
    for line in log.read_text(encoding="ascii").splitlines() if log.exists() else ():
        key, where, process, *times = line.split()
        found[key].append(Post(key, where, int(process), *map(float, times)))
    return found


def _ledger(engine: Engine, posts: Mapping[str, list[Post]], verdict: Verdict, *, blind: bool) -> dict[str, str]:
    """Count what the ledger says of each delivery; returns the names of deliveries by the keys of their parts."""
    keys: dict[int, list[str]] = defaultdict(list)
    known: dict[str, str] = {}
    with engine.connect() as db:
        for delivery, key in db.execute(select(parts.c.delivery, parts.c.key)):
            keys[delivery].append(key)
        verdict.due = db.scalar(select(func.count()).select_from(deliveries).where(deliveries.c.notice == "")) or 0
        for (name,) in _unplanned(engine):
            verdict.lost.append(f"{name} was never planned")
        for row in db.execute(select(deliveries).where(deliveries.c.notice == "")):
            name = f"{row.workspace}/{row.subscription}/{row.occurrence:%Y-%m-%dT%H:%M} on {row.platform}"
            known |= dict.fromkeys(keys[row.id], name)
            there = bool(keys[row.id]) and all(key in posts for key in keys[row.id])
            line, unseen = f"{name}: {row.state}, {row.reason}", blind or "blind" in row.platform
            _count(verdict, row.state, line, there=there, blind=unseen)
    return known


def _count(verdict: Verdict, state: str, line: str, *, there: bool, blind: bool) -> None:
    verdict.posted += there
    if state == Outcome.UNCERTAIN:
        (verdict.unknown_blind if blind else verdict.unknown).append(line)
    elif state == Outcome.CONFIRMED and not there:
        verdict.lost.append(f"{line}, and it is not there")
    elif state != Outcome.CONFIRMED:
        (verdict.strange if there else verdict.lost).append(line)


def _unplanned(engine: Engine) -> Iterable[tuple[str]]:
    both = subscriptions.outerjoin(
        deliveries,
        (deliveries.c.workspace == subscriptions.c.workspace) & (deliveries.c.subscription == subscriptions.c.name),
    )
    with engine.connect() as db:
        found = db.execute(
            select(subscriptions.c.name).select_from(both).where(deliveries.c.id.is_(None), ~subscriptions.c.declared)
        )
        return [(name,) for (name,) in found]


def _resolved(engine: Engine) -> list[float]:
    """How many seconds it took from the first doubt until it was known whether a part is there.

    By the clock of the workers: a span in which that was moved is left out, and shows itself by half an hour and more.
    """
    asked = select(attempts.c.delivery, attempts.c.outcome, attempts.c.ended_at)
    took, since, doubted = list[float](), None, None
    with engine.connect() as db:
        for delivery, outcome, ended_at in db.execute(asked.order_by(attempts.c.delivery, attempts.c.number)):
            if delivery != doubted:
                since = None
            if outcome == Outcome.UNCERTAIN:
                since, doubted = since or ended_at, delivery
            elif since:
                took.append((ended_at - since).total_seconds())
                since = None
    return sorted(one for one in took if 0 <= one < MOVED_SECONDS)


def _story(name: str, made: Sequence[Post]) -> str:
    first = made[0].began
    times = [(post.process, *(at - first for at in post[3:])) for post in made]
    told = [f"by {pid} begun {began:+.2f} in {received:+.2f} made {at:+.2f}" for pid, began, received, at in times]
    return f"{name}: {'; '.join(told)}"


def listed(title: str, lines: Sequence[str]) -> Iterable[str]:
    """A title and its lines, not without end."""
    if lines:
        yield f"{title} ({len(lines)}):"
        yield from (f"    {line}" for line in lines[:_SHOWN])
