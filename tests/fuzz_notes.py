"""A coverage-guided fuzzer on the reader of notes: `make fuzz`, or with libFuzzer's options of one's own.

The first byte of an input chooses the name of the file, the rest is the file. Anything raised, a broken promise of a
note, or more than two seconds of CPU time ends the run; libFuzzer keeps the input in the folder for
temporary files and says where.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["digestbot"]):
    from digestbot import notes
    from digestbot.model import Note, Voice

NAMES = (
    "Harbours.md",
    "folder/Fog - Highlights.md",
    "2023-01-02 %3A __ (highlights).md",
    "page.txt",
    "My Clippings.txt",
    "export.csv",
)
SECONDS = 2.0
SEEDS = (
    """---
title: Harbours
author: [[Lena Holm]]
tags: #sea
date: 2024-01-02
---

## Highlights

- The quay is longer. ([View Highlight](https://read.readwise.io/read/1)) ^rw1
    - Note: mine
    - Tags: #a#b
""",
    """---
videoId: abcdefghijk
---
# Talk

From: [[Channel]] <br/>
Row first. (<a class="yt-timestamp" data-t="00:01:05">[00:01:05]</a>)

> [!quote] Row.
> - Signe, cook
""",
    """+++
title = 'Fog'
+++

The crew agreed, ==and the wind did not==. See [[some_slug|the log]].

“Row first, argue later.” — Signe
""",
    """title:: Tides
author:: [[Ben Ode]]

- Highlights first synced by [[Readwise]] [[Jan 4th, 2023]]
	- Salt is honest. ^a1b2c3
""",
    """> 📌 A lamp is a small shore.
> ⏱ 2023-01-02 08:00 ^33-1-2

Knots are decisions. — location: [98](kindle://book?action=open&location=98) ^ref-1
""",
    """- Harbours. — [Updated on 2023-01-02](https://hyp.is/abc/example.org) — Group: #Public
%% begin %%
“Waves sum.” ([[zotero://open-pdf/library/items/A?page=2&annotation=B|pdf]])
""",
    """}
Harbours at Night

By Lena Holm

The quay is longer at low tide than at high water. Subscribe now
""",
    """\ufeffHarbours (Holm, Lena)
- Your Highlight on page 7 | Location 98-99 | Added on Sunday, 20 August 2023

Fog is a slow door.
==========
Harbours (Holm, Lena)
– Ваша заметка в месте 99 | Добавлено: 2023

mine
==========
""",
    """Highlight,Book Title,Book Author,Note,Tags,Location Type,Location
"Fog, ""a slow
door"".",Fog,A and B,,".h1, sea",page,12
""",
)


def check(note: Note) -> None:
    """The promises of a note that hold for any bytes."""
    assert note.sources, "a note has at least one source"
    assert note.highlights or note.problems, "a note without highlights says why"
    for highlight in note.highlights:
        assert highlight.text.strip(), "a highlight has a text"
        assert re.fullmatch(r"[0-9a-f]{16}", highlight.id), "an id has 16 hexadecimal digits"
        assert any(highlight.source is source for source in note.sources), "a highlight is of one of the sources"
        assert highlight.voice is Voice.QUOTED or highlight.speaker is None, "only quoted words have a speaker"
        assert highlight.timestamp is None or highlight.timestamp >= 0
        highlight.text.encode()
    for source in note.sources:
        assert all(author.strip() for author in source.authors), "an author has a name"
        repr(source).encode()


def one_input(data: bytes) -> None:
    """Read one made-up file."""
    began = time.process_time()
    check(notes.parse(NAMES[data[0] % len(NAMES)] if data else NAMES[0], data[1:]))
    spent = time.process_time() - began
    assert spent < SECONDS, f"took {spent:.1f} s"


def main() -> None:
    """Fuzz from the seeds, in a temporary corpus unless the command line names one."""
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS):
            for choice in range(len(NAMES)):
                Path(folder, f"{number}-{choice}").write_bytes(bytes([choice]) + seed.encode())
        corpus = [] if any(not argument.startswith("-") for argument in sys.argv[1:]) else [folder]
        kept = f"-artifact_prefix={tempfile.gettempdir()}/digestbot-"
        atheris.Setup([sys.argv[0], "-max_len=4096", kept, *sys.argv[1:], *corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
