"""Highlights for the benches: as many as asked for, with a vocabulary that grows and is spread as in real notes.

The commonest words are those of the sample content in their own order, the rest are made of syllables; ranks follow
Zipf's law with Mandelbrot's shift. The same number gives the same highlights on every machine.
"""

from __future__ import annotations

import random  # noqa: TID251 - seeded: the same corpus on every machine
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

from digestbot.model import Highlight, Note, Source, Voice

CONTENT = Path(__file__).parent.parent / "content"
VOCABULARY = 250_000
PER_NOTE = 10
"""Highlights a note."""

_SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo xu za tra ple ment ing tion al er est or an ic".split()


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """The words, the commonest first, and their cumulated weights."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CONTENT.rglob("*.md"))]
    words = [word for word, _ in Counter(re.findall(r"[a-z]+", " ".join(texts).lower())).most_common()]
    made, dice = dict.fromkeys(words), random.Random(7)
    while len(made) < VOCABULARY:
        made["".join(dice.choices(_SYLLABLES, k=dice.randint(2, 5)))] = None
    return list(made), list(accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(VOCABULARY)))


def notes(count: int, seed: int = 1) -> Iterator[tuple[str, Note]]:
    """Notes with `count` highlights in all, each under its name in the index."""
    dice = random.Random(seed)
    words, weights = vocabulary()
    for number in range((count + PER_NOTE - 1) // PER_NOTE):
        title, author = (" ".join(dice.choices(words[200:20000], k=k)).capitalize() for k in (4, 2))
        tags = tuple(dice.choices(words[100:600], k=2))
        source = Source(title, (author.title(),), f"https://example.org/{number}", f"{2000 + number % 25}", tags)
        here = min(PER_NOTE, count - number * PER_NOTE)
        texts = (" ".join(dice.choices(words, cum_weights=weights, k=dice.randint(12, 50))) for _ in range(here))
        highlights = tuple(
            Highlight(f"{dice.getrandbits(64):016x}", text.capitalize() + ".", source, Voice.AUTHOR, position=place)
            for place, text in enumerate(texts)
        )
        path = f"{words[number % 300]}/{number}.md"
        yield f"0/{path}", Note(path, (source,), highlights)
