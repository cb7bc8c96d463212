"""No command prints a secret, whatever it is asked and however it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import pytest
from sample_notes import write
from surface import leaves

from digestbot.cli import cli
from digestbot.environment import SETTINGS

CANARY = "c4n4ry"
URLS = {"DIGESTBOT_DATABASE_URL": f"postgresql+psycopg://bot:{CANARY}@127.0.0.1:1/ledger"}
"""Secrets that must look like something; every other is a URL that nobody answers."""

NOWHERE = {"DIGESTBOT_SLACK_API_URL": "http://127.0.0.1:1/"}
TOKENS = {"SLACK_BOT_TOKEN": f"xoxb-{CANARY}", "SLACK_APP_TOKEN": f"xapp-{CANARY}"}

TOML = """
[[subscriptions]]
name = "morning"
channel = "webhook:team"
schedule = "daily at 09:00"
"""


ALL = list(leaves(cli))


def planted(*, files: Path | None = None) -> dict[str, str]:
    """A secret in every setting that is one; with a folder, in a file each there."""
    found = {}
    for one in SETTINGS:
        if one.secret:
            name = one.name.replace("<NAME>", "TEAM")
            text = TOKENS.get(one.name) or URLS.get(one.name, f"http://127.0.0.1:1/{CANARY}")
            if files:
                (files / name).write_text(text, encoding="utf-8")
                (files / name).chmod(0o644)
            found |= {f"{name}_FILE": str(files / name)} if files else {name: text}
    return found


def run(*arguments: str, home: Path, **environment: str) -> str:
    """All that digestbot prints; a command that asks something is told nothing."""
    ran = subprocess.run(
        [sys.executable, "-m", "digestbot", *arguments],
        env={
            **NOWHERE,
            "DIGESTBOT_DATA": str(home / "data"),
            "DIGESTBOT_CONTENT": "notes",
            "HOME": str(home),
            **environment,
        },
        cwd=home,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert ran.returncode in {0, 1, 2, 3}, ran.stdout
    assert "Traceback" not in ran.stdout
    return ran.stdout


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with notes and a subscription."""
    write(tmp_path / "notes", "A note", "The ferry leaves the harbour at nine and nobody knows of it.")
    (tmp_path / "digestbot.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_no_command_prints_a_secret(words: Sequence[str], command: click.Command, home: Path) -> None:
    """Help, answers, JSON and failures of each command are without the secrets, from the environment or from files."""
    (home / "files").mkdir()
    options = {option for parameter in command.params for option in parameter.opts}
    assert CANARY not in run(*words, "--help", home=home, **planted())
    assert CANARY not in run(*words, home=home, **planted())
    if "--json" in options:
        assert CANARY not in run(*words, "--json", home=home, **planted(files=home / "files"))


BROKEN: Sequence[Callable[[str], dict[str, str]]] = (
    lambda name: {name: CANARY},
    lambda name: {name: f"http://[{CANARY}"},
    lambda name: {name: CANARY, f"{name}_FILE": CANARY},
    lambda name: {f"{name}_FILE": f"/nowhere/{CANARY}"},
    lambda name: {f"{name}S": CANARY},
)


@pytest.mark.parametrize("words", [("run",), ("doctor", "--json")])
def test_no_failure_prints_a_secret(words: Sequence[str], home: Path) -> None:
    """Secrets that are misspelt, doubled, no URL or in the place of a path are not in the complaint about them."""
    for broken in BROKEN:
        lines = {key: value for name in planted() for key, value in broken(name).items()}
        (home / ".env").write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")
        assert CANARY not in run(*words, home=home), lines
    (home / ".env").write_text(f"DIGESTBOT_DATA=data\n'{CANARY}\n", encoding="utf-8")
    assert CANARY not in run(*words, home=home)


def test_the_log_has_no_secret(home: Path) -> None:
    """The service's log, as JSON and at its most talkative, has no secret."""
    secrets = {name: value for name, value in planted().items() if name not in URLS}
    process = subprocess.Popen(
        [sys.executable, "-m", "digestbot", "run"],
        env={
            "DIGESTBOT_DATA": str(home / "data"),
            "DIGESTBOT_CONTENT": "notes",
            "HOME": str(home),
            "DIGESTBOT_LOG_FORMAT": "json",
            "DIGESTBOT_LOG_LEVEL": "debug",
            **NOWHERE,
            **secrets,
        },
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    log = ""
    try:
        while "subscribed" not in log:
            line = process.stdout.readline()
            assert line, log
            log += line
        os.kill(process.pid, signal.SIGTERM)
        rest, _ = process.communicate(timeout=20)
    finally:
        process.kill()
    assert CANARY not in log + rest
