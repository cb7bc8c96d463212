"""Crashes digestbot on purpose, and tells what became of every delivery.

    PYTHONPATH=tests python -m crash [--database sqlite|postgresql] [--chat own|slack|slack-blind]
                                 [--workers 1] [--deliveries 1000] [--kills 10] …

Workers deliver to a chat that fails (chat.py), are killed, frozen, stopped and starved of disk, their database crashes,
their clocks jump. Then the ledger is held against the chat's own log. Exit 1 where anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from crash.report import table
from crash.run import Order, run


def main(arguments: Sequence[str] | None = None) -> bool:
    """Run what the arguments order and print the table; whether all is well."""
    parser = argparse.ArgumentParser(prog="crash", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--chat", choices=["own", "slack", "slack-blind"], default="own")
    for name, default in _NUMBERS.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=f"default {default}")
    parser.add_argument("--engine-only", action="store_true", help="a canned message instead of picking and rendering")
    parser.add_argument(
        "--false-clocks", action="store_true", help="a worker an hour ahead, one behind, one that jumps"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the ledger and the logs, which stays")
    told = vars(parser.parse_args(arguments))
    keep = told.pop("keep")
    with tempfile.TemporaryDirectory(prefix="digestbot-crash-", ignore_cleanup_errors=True) as temporary:
        folder = (keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # PostgreSQL does not run as root, and has to reach its own folder in it
        order = Order(**told)
        lines, problems = table(order, run(order, folder))
    print("\n".join(lines), flush=True)  # noqa: T201 - the answer
    return not problems


_NUMBERS: dict[str, int | float] = {
    "workers": 1,
    "deliveries": 1_000,
    "workspaces": 300,
    "kills": 10,
    "freezes": 4,
    "stops": 3,
    "full-disks": 2,
    "database-restarts": 0,
    "clock-jumps": 0,
    "in-flight": 64,
    "late": 1.6,
    "faults": 0.2,
    "scale": 10.0,
    "seed": 1,
    "patience": 1_800.0,
}

if __name__ == "__main__":
    sys.exit(0 if main() else 1)
