"""How fast a platform may be posted to: the generic cell rate algorithm (ITU-T I.371), a row for each pace.

A cell conforms at t if t is not before its theoretical arrival time less the tolerance of the burst. The rows are
locked by whoever reserves, so that any number of processes keep one rate together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from digestbot.model import Channel
from digestbot.ports import Pace
from digestbot.store.dialect import upsert
from digestbot.store.tables import paces

HORIZON = timedelta(seconds=2)
"""What would have to wait for longer is not claimed yet."""

_LONGEST_LEAD = timedelta(minutes=1)
"""An arrival time further ahead comes from a clock that was wrong: nobody reserves that far."""


@dataclass(slots=True)
class Meter:
    """The paces as they stand in this transaction; `reserve` and `slot` are pure arithmetic over them."""

    now: datetime
    arrival: dict[str, datetime] = field(default_factory=dict)
    held: dict[str, datetime] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def slot(self, pace: Pace, channel: Channel) -> datetime:
        """When the next message of this channel conforms to the pace."""
        name = pace.name(channel)
        tolerance = timedelta(seconds=pace.seconds * (pace.burst - 1))
        arrival = min(self.arrival.get(name, self.now), self.now + tolerance + _LONGEST_LEAD)
        return max(self.now, arrival - tolerance, self.held.get(name, self.now))

    def reserve(self, pace: Pace, channel: Channel, at: datetime) -> None:
        """Take the place of one message at that instant."""
        name = pace.name(channel)
        self.arrival[name] = max(at, self.arrival.get(name, at)) + timedelta(seconds=pace.seconds)
        self.changed.add(name)

    def latest(self, all_paces: Iterable[Pace], channel: Channel) -> tuple[datetime, Pace | None]:
        """When the next message conforms to all of them, and the pace that makes it wait the longest."""
        slots = [(self.slot(pace, channel), pace) for pace in all_paces]
        return max(slots, key=lambda one: one[0], default=(self.now, None))


def read(db: Connection, all_paces: Sequence[Pace], channels: Iterable[Channel], now: datetime) -> Meter:
    """The paces of these channels, locked until the transaction ends."""
    names = sorted({pace.name(channel) for channel in channels for pace in all_paces})
    if not names:
        return Meter(now)
    db.execute(upsert(db, paces).on_conflict_do_nothing(), [{"name": name} for name in names])
    # Everybody locks in the same order, so that two never wait for each other.
    these = select(paces).where(paces.c.name.in_(names)).order_by(paces.c.name).with_for_update()
    found = db.execute(these).all()
    arrival = {row.name: row.arrival for row in found if row.arrival}
    return Meter(now, arrival, {row.name: row.held_until for row in found if row.held_until})


def write(db: Connection, meter: Meter) -> None:
    """Keep what was reserved."""
    if meter.changed:
        rows = [{"of": name, "at": meter.arrival[name]} for name in sorted(meter.changed)]
        db.execute(update(paces).where(paces.c.name == bindparam("of")).values(arrival=bindparam("at")), rows)


def reserve(db: Connection, channel: Channel, all_paces: Sequence[Pace], now: datetime) -> datetime:
    """See ports.Outbox."""
    meter = read(db, all_paces, [channel], now)
    at, _ = meter.latest(all_paces, channel)
    for pace in all_paces:
        meter.reserve(pace, channel, at)
    write(db, meter)
    return at


def hold(db: Connection, name: str, until: datetime) -> None:
    """See ports.Outbox."""
    row = upsert(db, paces).values(name=name, held_until=until)
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"held_until": until}))
