"""Standing orders by the thousand, all due in one minute, written straight into the store's table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert

from digestbot.model import Channel, Subscription
from digestbot.store import rows
from digestbot.store.tables import subscriptions

BATCH = 5_000
VARIANTS = ("crash.keyed", "crash.history", "crash.blind")


def sow(engine: Engine, count: int, workspaces: int, minute: datetime, variants: tuple[str, ...] = VARIANTS) -> None:
    """Write `count` standing orders due at `minute` (aware, UTC), spread unevenly over the workspaces and variants."""
    places = (Channel(variants[n % len(variants)], f"w{_workspace(n, workspaces)}", f"c{n}") for n in range(count))
    sow_in(engine, places, minute)


def sow_in(engine: Engine, places: Iterable[Channel], minute: datetime) -> None:
    """Write a standing order for each of these channels, as often as it is named, due at `minute` (aware, UTC)."""
    made = list(_rows(places, minute))
    for first in range(0, len(made), BATCH):
        with engine.begin() as db:
            db.execute(insert(subscriptions), made[first : first + BATCH])


def _rows(places: Iterable[Channel], minute: datetime) -> Iterator[dict[str, object]]:
    turns: dict[str, int] = {}
    for n, place in enumerate(places):
        workspace = place.workspace
        turns[workspace] = turns.get(workspace, 0) + 1
        one = order(n, place, minute)
        yield {
            "workspace": workspace,
            "name": one.id,
            "channel": str(one.channel),
            "ordered": rows.ordered(one),
            "state": "active",
            "declared": False,
            "next_occurrence": minute.astimezone(UTC).replace(tzinfo=None),
            "next_at": minute,
            "changed_at": min(minute, datetime.now(UTC)) - timedelta(minutes=1),
            "version": 1,
            "turn": turns[workspace],
        }


def _workspace(n: int, workspaces: int) -> int:
    """Every tenth order belongs to the first workspace: a large one stands beside many small ones."""
    return 0 if n % 10 == 0 else 1 + n % max(1, workspaces - 1)


def order(n: int, place: Channel, minute: datetime) -> Subscription:
    """The nth standing order. Highlights may repeat at once: what is tried here is not the stock."""
    return Subscription(
        id=f"s{n}",
        channel=place,
        schedule=f"daily at {minute:%H:%M}",
        theme="all",
        size=12 if n % 20 == 0 else 2,
        repeat_after_days=0,
        when_short="second round",
    )
