"""The full run: `make crash`. Each of its runs prints a table; exit 1 where one of them is not well."""

from __future__ import annotations

import argparse
import sys

from crash.__main__ import main
from crash.workers import FAKETIME

SLACK = "--deliveries 2000 --kills 50 --freezes 10 --stops 5 --full-disks 0"
"""One workspace takes four messages a second, shrunk as all times are: more than this would only take longer."""


def runs(deliveries: int, kills: int) -> list[str]:
    """The arguments of each run: the large ones, then what only has to be tried, with a tenth of it and less."""
    freezes, stops = max(1, kills // 4), max(1, kills // 10)
    large = f"--deliveries {deliveries} --kills {kills} --freezes {freezes} --stops {stops} --engine-only"
    small = f"--deliveries {max(100, deliveries // 20)} --kills {max(1, kills // 10)} --freezes 4 --stops 2"
    alone, shared = "--database sqlite --workers 1", "--database postgresql --workers 4"
    found = [
        f"{alone} {large} --full-disks 5",
        f"{shared} {large} --full-disks 0 --database-restarts 5",
        f"{alone} {small} --full-disks 2",
        f"--database sqlite --workers 2 {small} --full-disks 2",
        f"{shared} {small} --full-disks 0 --database-restarts 2",
    ]
    found += [f"{alone} --chat slack {SLACK}", f"{shared} --chat slack {SLACK}", f"{alone} --chat slack-blind {SLACK}"]
    if FAKETIME:
        found.append(f"{shared} {small} --full-disks 0 --false-clocks --clock-jumps 6")
        found.append(f"--database sqlite --workers 2 {small} --full-disks 0 --false-clocks --clock-jumps 6")
    return found


if __name__ == "__main__":
    _parser = argparse.ArgumentParser(prog="crash.full", description=__doc__)
    _parser.add_argument("--deliveries", type=int, default=100_000)
    _parser.add_argument("--kills", type=int, default=100)
    _told = _parser.parse_args()
    if not FAKETIME:
        print("faketime is not installed: no worker gets a false clock.")  # noqa: T201 - says what is left out
    _well = [main(arguments.split()) for arguments in runs(_told.deliveries, _told.kills)]
    sys.exit(0 if all(_well) else 1)
