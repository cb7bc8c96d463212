"""The table of a run."""

from __future__ import annotations

from collections.abc import Sequence

from crash.run import Done, Order
from crash.times import Times
from crash.verdict import MOST_UNKNOWN, listed


def table(order: Order, done: Done) -> tuple[list[str], Sequence[str]]:
    """The lines to print, and what must not be."""
    verdict, times = done.verdict, Times(order.scale)
    rows = [
        ("due", f"{verdict.due:,}"),
        ("posted", f"{verdict.posted:,} ({verdict.messages:,} messages)"),
        ("lost", f"{len(verdict.lost)}"),
        ("doubled", f"{len(verdict.doubled)} (and {len(verdict.doubled_thawed)} by a process thawed inside a send)"),
        ("unknown", f"{len(verdict.unknown)} with keys or history (most {MOST_UNKNOWN:.1%})"),
        ("unknown, blind", f"{len(verdict.unknown_blind)} where there is neither"),
        ("doubt resolved", _resolved(verdict.resolved)),
        ("befell the workers", ", ".join(f"{count} {kind}" for kind, count in done.trouble.done.items()) or "nothing"),
        ("thawed in a send", f"{len(verdict.thawed)}"),
        ("befell the posts", ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.befell.items()) if kind)),
        ("SIGTERM to exit", f"{max(done.trouble.farewells, default=0):.1f} s at most"),
        (
            "duration",
            f"{done.seconds:.1f} s, 99 % after {done.busy:.1f} s, {verdict.due / done.busy:,.0f} deliveries/s",
        ),
        ("processor", f"{done.cpu:.0f} s, of the processes that were there at the end"),
        ("times", times.described()),
    ]
    kind = "engine only" if order.engine_only else "picked and rendered"
    where = {"own": "", "slack": " to Slack,", "slack-blind": " to a Slack without history,"}[order.chat]
    lines = [
        f"{order.database},{where} {order.workers} worker(s), {order.faults:.0%} faults, {kind}, seed {order.seed}"
    ]
    lines += [f"  {name:20}{value}" for name, value in rows]
    lines += listed("unknown", verdict.unknown)
    lines += listed("doubled by a process thawed inside a send", verdict.doubled_thawed)
    lines += listed("WRONG", done.problems) or ["  all is well"]
    return lines, done.problems


def _resolved(took: Sequence[float]) -> str:
    if not took:
        return "there was none"
    return f"{len(took):,}, after {took[len(took) // 2]:.1f} s (median) to {took[-1]:.1f} s, by the shrunk times"
