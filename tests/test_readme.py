"""The README: what it tells people to type works."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# (language, content) of every fenced block.
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
# `make test` is what runs this very test.
RUN_HERE = [line for line in COMMANDS if line != "make test"]

# Tables that ask somebody who is not there: an account, or a workspace without whose tokens nothing starts.
_ELSEWHERE = r"\[\[sources\]\]|slack:"

CLIPPINGS = "The Long Quay (Lena Holm)\n- Your Highlight on page 3 | Location 31-32\n\nRopes remember.\n==========\n"
# What a look-up of the README finds in the sample notes.
SHOWN = {"tokens per parameter": "About 20 tokens per parameter became the rule of thumb."}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a person with notes in ~/notes and the README's digestbot.toml and .env in the folder."""
    shutil.copytree(ROOT / "content", tmp_path / "notes")
    tables = [block for language, block in BLOCKS if language == "toml" and not re.search(_ELSEWHERE, block)]
    (tmp_path / "digestbot.toml").write_text("\n".join([*tables, _source(tmp_path)]), encoding="utf-8")
    (tmp_path / "My Clippings.txt").write_text(CLIPPINGS, encoding="utf-8")
    (tmp_path / ".env").write_text(_block("", containing="DIGESTBOT_WEBHOOK_TEAM"), encoding="utf-8")
    keep = {name: value for name, value in os.environ.items() if not name.startswith("DIGESTBOT_")}  # noqa: TID251
    path = f"{Path(sys.executable).parent}{os.pathsep}{keep.get('PATH', '')}"
    return {**keep, "HOME": str(tmp_path), "PATH": path, "XDG_DATA_HOME": str(tmp_path / "data")}


def _source(place: Path) -> str:
    """The first source of the README, with a repository on this disk in place of the one it names."""
    upstream = place / "upstream"
    (upstream / "reading").mkdir(parents=True)
    shutil.copy(ROOT / "README.md", upstream / "reading")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "notes"]):
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", *who, *words], cwd=upstream, check=True)
    table = _block("toml", containing="[[sources]]").split("\n\n", maxsplit=1)[0]
    return re.sub(r'url = "[^"]*"', f'url = "{upstream}"', table)


def _block(language: str, containing: str = "") -> str:
    return next(block for known, block in BLOCKS if known == language and containing in block)


@pytest.mark.parametrize("command", RUN_HERE)
def test_command_works(command: str, home: dict[str, str]) -> None:
    """Every command of the README ends well, or, when it is to run on, runs until it is stopped and then ends well."""
    cwd = ROOT if command.startswith("make") else Path(home["HOME"])
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=cwd,
        env=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        if command == "digestbot run":
            _stop_when_ready(process)
        output, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert SHOWN.get(command.rsplit("--content ~/notes ", maxsplit=1)[-1], "") in " ".join(output.split())


def _stop_when_ready(process: subprocess.Popen[str]) -> None:
    """Ask `digestbot run` to end once it has named its last subscription; raise where that takes too long."""
    assert process.stdout is not None
    log = ""
    deadline = time.monotonic() + 60
    while "friday-reading" not in log:
        ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"digestbot is not ready after a minute: {log}"
        chunk = os.read(process.stdout.fileno(), 65536).decode()
        assert chunk, f"digestbot ended: {log}"
        log += chunk
    process.send_signal(signal.SIGTERM)


def test_every_table_row_names_a_known_key() -> None:
    """The table of subscription keys in the docs is the one digestbot.toml knows."""
    from digestbot.config import subscriptions

    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "subscriptions.md").read_text("utf-8"), re.MULTILINE)
    assert tuple(rows) == subscriptions.KEYS


def test_every_source_is_understood(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The sources of the docs are ones that digestbot.toml knows, one of each kind."""
    from digestbot import settings

    path = Path(home["HOME"]) / "sources.toml"
    told = (ROOT / "docs" / "sources.md").read_text("utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```$", told, re.DOTALL | re.MULTILINE)
    path.write_text(block, encoding="utf-8")
    monkeypatch.chdir(path.parent)
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, home[name])
    monkeypatch.setenv("DIGESTBOT_CONFIG", str(path))
    assert sorted(one.kind for one in settings.load().sources) == ["folder", "git", "hypothesis", "readwise"]


def test_the_slack_order_is_understood(tmp_path: Path) -> None:
    """The subscription of the README's way into Slack is one that digestbot.toml knows, of a Slack's channel."""
    from digestbot import config
    from digestbot.model import LOCAL, Channel

    path = tmp_path / "digestbot.toml"
    path.write_text(_block("toml", containing="slack:"), encoding="utf-8")
    (order,) = config.read(path).subscriptions
    assert order.channel == Channel("slack", LOCAL, "C0123ABCD")


def test_the_capture_is_real(home: dict[str, str]) -> None:
    """The digest shown in the README is what the sample notes give, word for word."""
    capture = _block("", containing="$ digestbot preview")
    command, *shown = capture.strip().splitlines()
    words = command.removeprefix("$ digestbot ").split()
    result = subprocess.run(
        [sys.executable, "-m", "digestbot", *words, "--content", str(ROOT / "content")],
        cwd=home["HOME"],
        env=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert " ".join(result.stdout.split()) == " ".join(" ".join(shown).split())
