"""Hostile texts through rendering, without end or as many as asked for: `make fuzz`.

-runs=N: texts a platform. -seed=N: another beginning. The first that is shown otherwise than it was written, is acted
on, or breaks a limit ends the run with the seed that makes it again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hostile import case, check, made_up

from digestbot.rendering import Renderer

TEMPLATES = str(Path(__file__).parent.parent / "templates")
PLATFORMS = ("slack", "discord", "text")


def main(runs: int, seed: int) -> None:
    """Render `runs` texts on each platform, a few dozen in each round."""
    renderer = Renderer([TEMPLATES])
    done = 0
    while done < runs:
        made = case(made_up(seed))
        for view in made.views:
            for platform in PLATFORMS:
                try:
                    check(view, platform, renderer)
                except BaseException:
                    print(f"-seed={seed} makes it again: {type(view).__name__} on {platform}", file=sys.stderr)  # noqa: T201 - a fuzzer says so
                    raise
        done, seed = done + made.texts, seed + 1
    print(f"{done:,} hostile texts on each of {len(PLATFORMS)} platforms, none acted on")  # noqa: T201 - a fuzzer says so


if __name__ == "__main__":
    said = dict(found.groups() for found in map(re.compile(r"-(runs|seed)=(\d+)").fullmatch, sys.argv[1:]) if found)
    main(int(said.get("runs", 1_000_000)), int(said.get("seed", 1)))
