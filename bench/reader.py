"""How fast notes are read: notes a second and core, for notes of the size and shape that people keep.

The floor is 1,500 notes a second and core. A folder of real notes can be named as an argument; without one the sample
content and generated notes are measured. Prints medians of process time, which other programs disturb least.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from digestbot import notes
from digestbot.library.folder import read_folder

ROUNDS = 7
FLOOR = 1500
# The median note of 28,000 real ones has 1.3 KB, the ninetieth percentile 8.2 KB.
# Real notes hold three or four wikilinks each, and emphasis now and then.
SENTENCES = (
    "The quay is longer at low tide, and the crew agreed to measure it again in spring. ",
    "Nobody on the *Alma* could say who had first drawn the harbour that way. ",
    "A chart is an argument with the sea, and the sea has read more of it than the pilot [[harbour_charts]]. ",
    "When the fog lifted they counted eleven boats, two of which were not in any register. ",
    "What the [[tide_tables | tables]] call slack water lasts as long as it takes to say so. ",
    "The cook kept the only reliable log of the voyage, because meals do not move. ",
)
SHAPES: dict[str, str] = {
    "export": "---\nauthor: [[Lena Holm]]\ntags:\n- sea\n---\n## Metadata\n- Full Title: Tides {n}\n\n## Highlights\n"
    + "- {s}([View Highlight](https://read.readwise.io/read/{n}))\n  - Note: look at this\n" * 6,
    "video": "---\ntitle: Tides {n}\nvideoId: abcdefghijk\n---\nFrom: [[harbour]] <br/>\n"
    + '{s}<a class="yt-timestamp" data-t="00:01:05">[00:01:05]</a>\n\n' * 8,
    "article": "Tides of {n}\n\nBy Lena Holm\n\n" + "{s}{s}{s}\n\n" * 6 + "Subscribe to our newsletter\n",
    "note": "# Tides {n}\n\n" + "{s}\n\n- {s}\n- [[Boats]]\n\n> {s}\n\n" * 3,
}


def generated(count: int) -> list[tuple[str, bytes]]:
    """Notes of all shapes, no two alike."""
    shapes = list(SHAPES.items())
    return [
        (f"{name}-{n}.md", _filled(shape, n).encode())
        for n in range(count)
        for name, shape in [shapes[n % len(shapes)]]
    ]


def _filled(shape: str, n: int) -> str:
    sentences = cycle(SENTENCES[n % len(SENTENCES) :] + SENTENCES[: n % len(SENTENCES)])
    head, *rest = shape.replace("{n}", str(n)).split("{s}")
    return head + "".join(next(sentences) + part for part in rest)


def median_rate(work: Callable[[], object], count: int) -> float:
    """Notes a second of process time, the median of ROUNDS."""
    rates = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        rates.append(count / (time.process_time() - start))
    return statistics.median(rates)


def parsed(files: Sequence[tuple[str, bytes]]) -> Callable[[], object]:
    """The work of reading these files once."""
    return lambda: [notes.parse(path, data) for path, data in files]


def main() -> None:
    """Print the table."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "content"
    real = [
        (path.name, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.suffix in {".md", ".txt", ".csv"} and path.is_file()
    ]
    made = generated(2000)
    print(f"{'reading notes':34}{'notes':>8}{'mean KB':>9}{'per s and core':>16}{'floor':>8}")
    for name, files in (("files of " + root.name, real), ("generated, four shapes", made)):
        rate = median_rate(parsed(files), len(files))
        size = statistics.mean(len(data) for _, data in files) / 1000
        print(f"{name:34}{len(files):8}{size:9.1f}{rate:16,.0f}{FLOOR:8,}")
    rate = median_rate(lambda: read_folder(root), len(real))
    print(f"{'folder of ' + root.name + ', files opened':34}{len(real):8}{'':9}{rate:16,.0f}{FLOOR:8,}")


if __name__ == "__main__":
    main()
