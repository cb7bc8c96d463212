"""The reader among hostile files: nothing raises, hangs, eats memory, leaks or hides the notes beside it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import attack
import pytest

from digestbot import notes

SECONDS = 2.0
MEMORY = 512 * attack.MIB
# Stands in the environment of the program, and must not come out of it.
TOKEN = "swordfish-4711"
QUAY = "The quay is longer at low tide."

# Runs the program and adds its exit status and the most memory it ever held, in bytes, to the standard error.
WATCH = """
import json, resource, subprocess, sys
status = subprocess.run(sys.argv[1:], timeout=120).returncode
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps({"status": status, "memory": memory}), file=sys.stderr)
"""


@contextmanager
def cpu_seconds(most: float) -> Iterator[None]:
    """Fail what takes more CPU time than this, also in the middle of a regular expression."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"still busy after {most} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    began = time.process_time()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    assert time.process_time() - began < most


@pytest.mark.parametrize("name", attack.CONTENTS)
def test_no_content_troubles_the_reader(name: str) -> None:
    """Whatever a file holds, it is read within the time, and what comes of it is whole: a text and an id each."""
    data = attack.content(name)
    with cpu_seconds(SECONDS):
        note = notes.parse(name, data)
    assert note.sources
    assert note.highlights or note.problems
    assert all(highlight.text.strip() for highlight in note.highlights)
    assert all(re.fullmatch(r"[0-9a-f]{16}", highlight.id) for highlight in note.highlights)
    assert not any(isinstance(tag, bool) or not tag for source in note.sources for tag in source.tags)


@dataclass(frozen=True, slots=True, repr=False)
class Ran:
    """What the program made of the attack folder: the lines of its export by path, and its standard error."""

    root: Path
    lines: dict[str, list[dict[str, Any]]]
    said: str
    output: str
    status: int
    memory: int


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """The real program, run once over the folder with every attack in it."""
    home = tmp_path_factory.mktemp("attack")
    root = home / "notes"
    root.mkdir()
    attack.write(root)
    program = [sys.executable, "-m", "digestbot", "corpus", "export", str(root), "--format", "jsonl"]
    with (home / "out").open("wb") as out, (home / "err").open("wb") as err:
        subprocess.run(
            [sys.executable, "-c", WATCH, *program],
            check=True,
            stdout=out,
            stderr=err,
            cwd=home,
            env={"HOME": str(home), "DIGESTBOT_DATA": str(home / "data"), "HARBOUR_TOKEN": TOKEN},
            timeout=150,
        )
    output = (home / "out").read_text(encoding="utf-8")
    said, _, watched = (home / "err").read_text(encoding="utf-8").rstrip("\n").rpartition("\n")
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in output.split("\n")[:-1]:
        lines.setdefault(json.loads(line)["path"], []).append(json.loads(line))
    yield Ran(root, lines, said, output, **json.loads(watched))
    (root / "unreadable.md").chmod(0o600)


def shown(path: bytes) -> str:
    """A path as the program shows it."""
    return path.decode("utf-8", errors="backslashreplace")


def test_the_program_survives(ran: Ran) -> None:
    """There are at least 110 attacks; the program ends by itself, without a traceback, and in 512 MiB."""
    assert len(attack.CONTENTS) + len(attack.PLACES) >= 110
    assert ran.status == 0
    assert "Traceback" not in ran.said
    assert "please report it" not in ran.output
    assert ran.memory < MEMORY


def test_every_file_has_its_line_or_its_problem(ran: Ran) -> None:
    """No regular file is passed over in silence, whatever its name; what lies too deep is reported by its folder."""
    top = os.fsencode(ran.root)
    files = [
        os.path.relpath(os.path.join(folder, name), top)  # noqa: PTH118 (names that are no text)
        for folder, _, names in os.walk(top)
        for name in names
        if os.path.isfile(os.path.join(folder, name))  # noqa: PTH118, PTH113
        and not os.path.islink(os.path.join(folder, name))  # noqa: PTH118, PTH114
    ]
    missing = {shown(file) for file in files} - set(ran.lines)
    hidden = {path for path in missing if any(part.startswith(".") for part in path.split("/"))}
    (deep,) = missing - hidden
    assert deep.endswith("/deep.md")
    assert "nested deeper" in ran.said
    assert len(hidden) == 4


@pytest.mark.parametrize("name", attack.REFUSED)
def test_a_refused_file_is_reported(ran: Ran, name: str) -> None:
    """Links, pipes, sockets and giants give no highlight, and their line says why."""
    (line,) = ran.lines[name]
    assert not line["highlights"]
    assert "was not read" in line["problems"][0]


@pytest.mark.parametrize("name", ["link-to-the-folder", "link-to-the-system", "link-to-a-folder-outside"])
def test_a_linked_folder_is_reported(ran: Ran, name: str) -> None:
    """A link to a folder is not followed, and the report says so."""
    assert f"{name}: is a link" in ran.said
    assert not any(path.startswith(name + "/") for path in ran.lines)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_reported(ran: Ran) -> None:
    """A file without permissions has a line that says so."""
    (line,) = ran.lines["unreadable.md"]
    assert "Permission denied" in line["problems"][0]


def test_the_notes_among_them_are_read(ran: Ran) -> None:
    """A plain note is read beside all of these, and also under every hostile name, in a folder called like a note."""
    named = {shown(name) for name in attack.NAMES if not name.startswith(b".")}
    for path in named | {"plain.md", "hard-link.md", "folder.md/inside.md"}:
        (line,) = ran.lines[path]
        assert [highlight["text"] for highlight in line["highlights"]] == [QUAY], path


def test_nothing_leaks(ran: Ran) -> None:
    """Neither the environment, nor the system's files, nor what lies beside the folder or in dot folders comes out."""
    everything = ran.output + ran.said
    assert TOKEN not in everything
    assert attack.SECRET not in everything
    for account in Path("/etc/passwd").read_text(encoding="utf-8", errors="replace").splitlines():
        assert account not in everything
    assert not {path.rpartition("/")[2] for path in ran.lines} & set(attack.LEFT_OUT)
    assert not (ran.root.parent / "pwned").exists()


def test_no_name_paints_the_terminal(ran: Ran) -> None:
    """What is said to people holds no control characters, whatever files are called."""
    assert "painted" in ran.said
    assert ran.said.replace("\n", "").isprintable()
