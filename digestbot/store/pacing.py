"""How fast a platform may be posted to: the generic cell rate algorithm (ITU-T I.371), a row for each pace.

A cell conforms at t if t is not before its theoretical arrival time less the tolerance of the burst. The rows are
one process's at a time, so that any number of processes keep one rate together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from digestbot.model import Channel
from digestbot.ports import Pace
from digestbot.store.dialect import upsert
from digestbot.store.prepared import Prepared
from digestbot.store.tables import paces

HORIZON = timedelta(seconds=2)
"""What would have to wait for longer is not claimed yet."""

_AHEAD = timedelta(minutes=1)
"""What was reserved or asked for by a clock that was further ahead than this, which had gone wrong, does not count."""


@dataclass(slots=True)
class Meter:
    """The paces as they stand in this transaction: arithmetic over the rows that `read` found.

    arrival, held: see the table. put_off: how many were sent away, each to a later place. changed: what to write.
    """

    now: datetime
    arrival: dict[str, datetime] = field(default_factory=dict)
    held: dict[str, datetime] = field(default_factory=dict)
    put_off: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def slot(self, pace: Pace, channel: Channel) -> datetime:
        """When the next message of this channel conforms to the pace."""
        name = pace.name(channel)
        tolerance = timedelta(seconds=pace.seconds * (pace.burst - 1))
        arrival = self.arrival.get(name, self.now) - tolerance
        free = max(self.now, arrival, self.held.get(name, self.now))
        return free + self.put_off[name] * timedelta(seconds=pace.seconds)

    def reserve(self, pace: Pace, channel: Channel, at: datetime) -> None:
        """Take the place of one message that is sent at that instant.

        One that waits for its channel takes the next place of what channels share nevertheless: until then that would
        lie idle. Where it is sent they are kept apart once more (service/gate.py).
        """
        name = pace.name(channel)
        begin = at if pace.scope == "channel" else max(self.now, self.held.get(name, self.now))
        self.arrival[name] = max(begin, self.arrival.get(name, begin)) + timedelta(seconds=pace.seconds)
        self.changed.add(name)

    def latest(self, all_paces: Iterable[Pace], channel: Channel) -> tuple[datetime, Pace | None]:
        """When the next message conforms to all of them, and the pace that makes it wait the longest."""
        slots = [(self.slot(pace, channel), pace) for pace in all_paces]
        return max(slots, key=lambda one: one[0], default=(self.now, None))


def read(db: Connection, meter: Meter, all_paces: Sequence[Pace], channels: Iterable[Channel]) -> None:
    """Let the meter know the paces of these channels, nobody else's until the transaction ends."""
    names = {pace.name(channel) for channel in channels for pace in all_paces} - meter.known
    if not names:
        return
    if not meter.known and db.dialect.name == "postgresql":
        db.execute(_ONE_AT_A_TIME)
    for row in db.execute(_THESE, {"names": sorted(names)}):
        if row.arrival and row.reserved_at <= meter.now + _AHEAD:
            meter.arrival[row.name] = row.arrival
        if row.held_until and row.held_at <= meter.now + _AHEAD:
            meter.held[row.name] = row.held_until
    meter.known |= names


_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(0x7061636573))
"""Rows that are not there yet cannot be locked; 'paces' in ASCII is the lock's name."""

_THESE = select(paces).where(paces.c.name.in_(bindparam("names", expanding=True)))


def write(db: Connection, meter: Meter) -> None:
    """Keep what was reserved."""
    rows = [{"name": name, "arrival": meter.arrival[name], "reserved_at": meter.now} for name in sorted(meter.changed)]
    _RESERVED[db.dialect.name].run(db, rows)


def reserve(db: Connection, channel: Channel, all_paces: Sequence[Pace], now: datetime) -> datetime:
    """See ports.Outbox."""
    meter = Meter(now)
    read(db, meter, all_paces, [channel])
    at, _ = meter.latest(all_paces, channel)
    for pace in all_paces:
        meter.reserve(pace, channel, at)
    write(db, meter)
    return at


def _reserved(insert: sqlite.Insert | postgresql.Insert) -> Prepared:
    anew = {name: insert.excluded[name] for name in ("arrival", "reserved_at")}
    return Prepared(insert.on_conflict_do_update(index_elements=["name"], set_=anew))


_RESERVED = {"sqlite": _reserved(sqlite.insert(paces)), "postgresql": _reserved(postgresql.insert(paces))}


def hold(db: Connection, name: str, until: datetime, now: datetime) -> None:
    """See ports.Outbox."""
    row = upsert(db, paces).values(name=name, held_until=until, held_at=now)
    anew = {"held_until": until, "held_at": now}
    sooner = or_(paces.c.held_until.is_(None), paces.c.held_until < until, paces.c.held_at > now + _AHEAD)
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_=anew, where=sooner))


def spend(db: Connection, workspace: str, member: str, what: str, most: int, now: datetime) -> datetime | None:
    """See ports.Ledger. What a member may do is a pace as well: one channel of their own, and a burst."""
    pace, own = Pace("channel", _HOUR / most, most), Channel(f"member/{what}", workspace, member)
    meter = Meter(now)
    read(db, meter, [pace], [own])
    at = meter.slot(pace, own)
    if at > now:
        return at
    meter.reserve(pace, own, at)
    write(db, meter)
    return None


_HOUR = 3600.0
