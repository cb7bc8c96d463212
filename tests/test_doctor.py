"""The doctor: it finds what is wrong, says what to do, and is stopped by nothing that it finds."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sample_notes import write

from digestbot import settings
from digestbot.doctor import Examined, examine, usable
from digestbot.doctor.installation import found
from digestbot.doctor.machine import clock, zones
from digestbot.findings import Check, Finding, Level, ask, ok, worst
from digestbot.library import open_library
from digestbot.library.place import place
from digestbot.sources.job import Kept
from digestbot.store import open_store

TOML = """
[[subscriptions]]
name = "morning"
channel = "webhook:team"
schedule = "weekdays at 09:00"
zone = "America/New_York"

[workspaces.T0RED]
content = ["red"]
admin_channel = "webhook:ops"
"""

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in the working directory with which all is well."""
    for name in [name for name in os.environ if name.startswith("DIGESTBOT_")]:  # noqa: TID251 - a clean start for each test
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for folder in ("notes", "red"):
        write(
            tmp_path / folder, f"On {folder}", f"The {folder} ferry leaves the harbour at nine and nobody knows of it."
        )
    (tmp_path / "digestbot.toml").write_text(TOML, encoding="utf-8")
    for name, value in {
        "CONTENT": "notes",
        "DATA": "data",
        "WEBHOOK_TEAM": "https://example.org/s3cret",
        "WEBHOOK_OPS": "https://example.org/s3cret",
    }.items():
        monkeypatch.setenv(f"DIGESTBOT_{name}", value)
    return tmp_path


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Run `digestbot doctor` in the working directory."""
    command = [sys.executable, "-m", "digestbot", "doctor", *options]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


async def told(*, offline: bool = True) -> dict[str, Examined]:
    """What the doctor finds, by the names of the checks."""
    return {one.name: one for one in await examine(found(), offline=offline)}


def said(examined: Examined) -> str:
    """All sentences of what a check found."""
    return "\n".join(f"{one.level}: {one.what} {one.fix}".strip() for one in examined.findings)


def files(folder: Path) -> dict[str, float]:
    """Every file below a folder, with the time at which it was written."""
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


async def test_a_source_that_nobody_sees(home: Path) -> None:
    """A source of a workspace that nothing else names is warned of; so is none whose workspace has a table."""
    with (home / "digestbot.toml").open("a", encoding="utf-8") as file:
        for name, workspace in (("lost", "T0RDE"), ("found", "T0RED")):
            lines = f'name = "{name}"\nkind = "folder"\npath = "notes"\nworkspace = "{workspace}"\n'
            file.write(f"\n[[sources]]\n{lines}")
    warned = [one.what for one in (await told())["sources"].findings if one.level is Level.WARNING]
    assert warned == ["lost: its workspace T0RDE has neither a table nor a subscription."]


def test_all_is_well(home: Path) -> None:
    """With nothing wrong each check says what it saw, the exit status is 0, and nothing was changed."""
    before = files(home)
    ran = run()
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert "error" not in ran.stdout
    for line in (
        r"^  ok       DIGESTBOT_CONTENT: notes \(environment\)$",
        r"^  ok       DIGESTBOT_LOG_LEVEL: info \(default\)$",
        r"^  ok       DIGESTBOT_WEBHOOK_TEAM: set \(environment\)$",
        r"digestbot\.toml: 1 subscription, 0 sources, 1 workspace, 0 saved searches$",
        r"^  ok       T0RED: notes of its own, 0 admins, 0 curators, admins are told in webhook:ops$",
        r"/notes: 1 note, 1 highlight, 0 private notes left out$",
        r"^notes of T0RED$",
        r"weekdays at 09:00, America/New_York; next \w{3} \d{4}-\d\d-\d\d 09:00(, \w{3} [\d-]+ 09:00){2}$",
        r"^  ok       webhook:team: nothing is in the way$",
        r"^  ok       webhook:ops: nothing is in the way$",
        r"^  ok       .*/digestbot\.db is made when it is needed$",
    ):
        assert re.search(line, ran.stdout, re.MULTILINE), line
    assert "s3cret" not in ran.stdout
    assert files(home) == before


@pytest.mark.usefixtures("home")
def test_json() -> None:
    """For programs: a version, the worst level, and every check with its findings; offline no channel is looked at."""
    ran = run("--json", "--offline")
    document = json.loads(ran.stdout)
    assert (document["schema"], document["offline"], document["level"]) == (1, True, "ok"), ran.stdout
    names = [one["name"] for one in document["checks"]]
    assert names == [
        "settings", "secrets", "digestbot.toml", "workspaces", "data", "clock", "time zones", "database", "notes",
        "notes of T0RED", "templates", "subscription morning",
    ]  # fmt: skip
    for check in document["checks"]:
        assert set(check) == {"name", "level", "findings"}
        assert all(set(one) == {"level", "what", "fix"} for one in check["findings"])


def test_nothing_hides_the_rest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With everything wrong at once every check still runs, each error says what to do, and the exit status is 3."""
    (home / "digestbot.toml").write_text("[[subscriptions]\n", encoding="utf-8")
    (home / ".env").write_text("DIGESTBOT_COLOUR=red\n", encoding="utf-8")
    (home / "data").write_text("no folder", encoding="utf-8")
    for name, value in {
        "DIGESTBOT_CONTENT": "nowhere",
        "DIGESTBOT_TEMPLATES": "nowhere",
        "DIGESTBOT_HTTP": "nowhere",
        "DIGESTBOT_DATABASE_URL": "s3cret",
        "DIGESTBOT_WEBHOOK_BAD_FILE": "s3cret",
    }.items():
        monkeypatch.setenv(name, value)
    ran = run("--json")
    assert ran.returncode == 3
    assert "s3cret" not in ran.stdout + ran.stderr
    checks = {one["name"]: one for one in json.loads(ran.stdout)["checks"]}
    assert len([one for one in checks["settings"]["findings"] if one["level"] == "error"]) == 5
    for name in ("settings", "secrets", "digestbot.toml", "database"):
        assert checks[name]["level"] == "error"
        assert all(one["fix"] for one in checks[name]["findings"] if one["level"] == "error")
    assert {"clock", "time zones", "templates"} <= checks.keys()


def test_a_finding_alone(home: Path) -> None:
    """An error that is no setting's is exit status 1, and a warning none."""
    (home / "data").mkdir(mode=0o755)
    assert run("--offline").returncode == 0
    (home / "data" / "digestbot.db").write_bytes(b"this is no database" * 100)
    ran = run("--offline")
    assert ran.returncode == 1
    assert re.search(r"^  error    .*digestbot\.db cannot be read: file is not a database", ran.stdout, re.MULTILINE)


async def test_a_database_is_looked_at(home: Path) -> None:
    """A ledger that is there is told by what it is and holds; one that lacks its tables is an error with its fix."""
    url = f"sqlite:///{home}/data/digestbot.db"
    open_store(url).close()
    assert re.search(
        r"^ok: .*/digestbot\.db is whole: SQLite [\d.]+, tables of version \d+, ", said((await told())["database"])
    )
    with closing(sqlite3.connect(home / "data" / "digestbot.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    found = (await told())["database"]
    assert found.level is Level.ERROR
    assert found.findings[0].fix == "Run digestbot db upgrade."


async def test_a_server_is_left_alone_offline(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database on a server is not asked with --offline; else that it gives no answer is an error without its URL."""
    monkeypatch.setenv("DIGESTBOT_DATABASE_URL", "postgresql+psycopg://me:s3cret@127.0.0.1:1/ledger")
    assert "database" not in await told(offline=True)
    found = (await told(offline=False))["database"]
    assert found.level is Level.ERROR
    assert "s3cret" not in said(found)
    assert str(home) not in said(found)


async def test_a_template_is_tried(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template of the operator's that breaks with some message is named with its line."""
    (home / "mine" / "slack").mkdir(parents=True)
    (home / "mine" / "slack" / "notice.yaml").write_text("text: fine\nblocks: {{ nonsense }}\n", encoding="utf-8")
    monkeypatch.setenv("DIGESTBOT_TEMPLATES", "mine")
    found = (await told())["templates"]
    assert found.level is Level.ERROR
    assert "mine/slack/notice.yaml:2: " in said(found)


def test_notes_that_are_odd(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders without a highlight, odd notes and folders within others are warned of, with what to run."""
    (home / "red" / "On red.md").write_bytes("---\ntitle: x\n---\nCaf\xe9 fermée\n".encode("latin-1"))
    (home / "notes" / "inner").mkdir()
    monkeypatch.setenv("DIGESTBOT_CONTENT", "notes:notes/inner")
    found = asyncio.run(told())
    assert f"warning: {home}/notes/inner lies in {home}/notes, and is read twice." in said(found["notes"])
    assert "inner: 0 notes, 0 highlights" in said(found["notes"])
    assert "Run digestbot corpus check --workspace T0RED." in said(found["notes of T0RED"])
    assert found["notes of T0RED"].level is Level.WARNING


async def test_sources_are_told(home: Path) -> None:
    """Each source says when it was refreshed; one that never was is warned of, a folder that is gone is an error."""
    with (home / "digestbot.toml").open("a", encoding="utf-8") as file:
        file.write("[[sources]]\nname='old'\nkind='readwise'\n[[sources]]\nname='rw'\nkind='readwise'\n")
        file.write("[[sources]]\nname='drive'\nkind='folder'\npath='ours'\n")
    broken = await told()
    assert broken["digestbot.toml"].level is Level.ERROR
    assert "sources “drive”: path: there is no" in said(broken["digestbot.toml"])
    (home / "ours").mkdir()
    data = settings.load().data / "sources"
    data.mkdir(parents=True)
    Kept(refreshed="2026-03-02T09:00:00+00:00").save(data / "old.json")
    found = await told()
    assert said(found["sources"]) == (
        "ok: old: refreshed 2026-03-02 09:00 UTC\n"
        "warning: rw was never fetched. Run digestbot pull rw.\n"
        f"ok: drive: read where it lies, {home}/ours"
    )
    assert "3 sources" in said(found["digestbot.toml"])


async def test_a_theme_that_is_missing(home: Path) -> None:
    """A subscription's theme that the notes do not have is an error, once they have been read."""
    with (home / "digestbot.toml").open("a", encoding="utf-8") as file:
        file.write("[[subscriptions]]\nname='b'\nchannel='console'\nschedule='daily at 9'\ntheme='wieghts'\n")
    assert (await told())["subscription b"].level is Level.OK
    open_library(place(settings.load()))
    found = await told()
    assert found["subscription b"].level is Level.ERROR
    assert "There is no theme “wieghts”" in said(found["subscription b"])
    assert found["subscription morning"].level is Level.OK


async def test_a_workspace_without_a_table(home: Path) -> None:
    """Where workspaces have notes of their own, one that is posted to and has none is warned of."""
    text = TOML.replace("webhook:team", "webhook:T0BLUE/team")
    (home / "digestbot.toml").write_text(text, encoding="utf-8")
    assert "warning: T0BLUE has no table, and is shown the default notes." in said((await told())["workspaces"])


@pytest.mark.usefixtures("home")
async def test_channels_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a platform says against a channel is an error of that channel, unless the network is left alone."""
    monkeypatch.delenv("DIGESTBOT_WEBHOOK_OPS")
    found = await told(offline=False)
    assert "ok: webhook:team: nothing is in the way" in said(found["webhook channels"])
    assert "DIGESTBOT_WEBHOOK_OPS" in said(found["webhook channels"])
    assert "webhook channels" not in await told(offline=True)


async def test_platforms_add_checks(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform, also one outside of digestbot, adds what it has to look at by a function of its own."""
    (home / "our_platform.py").write_text(
        """
from digestbot.findings import Check, Finding, Level, ok
from digestbot.platforms.console import connect

def checks(settings):
    async def token():
        return [Finding(Level.WARNING, "The token ends soon.", "Make another.")]
    async def rights():
        return [ok("It may post")]
    return [Check("our token", token), Check("our rights", rights, online=True)]
""",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(home))
    (home / "digestbot.toml").write_text(TOML.replace("webhook:team", "a.b:team"), encoding="utf-8")
    assert "there is no module a.b" in said((await told(offline=False))["a.b channels"])
    (home / "digestbot.toml").write_text(TOML.replace("webhook:team", "our.platform:x"), encoding="utf-8")
    (home / "our").mkdir()
    (home / "our_platform.py").rename(home / "our" / "platform.py")
    found = await told()
    assert said(found["our token"]) == "warning: The token ends soon. Make another."
    assert "our rights" not in found
    assert said((await told(offline=False))["our rights"]) == "ok: It may post"


@pytest.mark.parametrize(
    ("first", "second", "written", "level"),
    [
        (NOON, NOON, None, Level.OK),
        (NOON, NOON, NOON - timedelta(days=30), Level.OK),
        (NOON, NOON - timedelta(seconds=1), None, Level.ERROR),
        (NOON.replace(year=1970), NOON, None, Level.ERROR),
        (NOON.replace(year=2199), NOON, None, Level.ERROR),
        (NOON, NOON, NOON + timedelta(days=1), Level.WARNING),
    ],
)
def test_clocks(first: datetime, second: datetime, written: datetime | None, level: Level) -> None:
    """A clock that was never set, runs backwards or is behind its own data is found out."""
    assert worst(clock(first, second, written)) is level


@pytest.mark.parametrize(
    ("version", "count", "summer", "level"),
    [
        ("2026a", 599, True, Level.OK),
        ("2025c", 599, True, Level.OK),
        ("", 599, True, Level.OK),
        ("2019a", 599, True, Level.WARNING),
        ("2026a", 3, True, Level.ERROR),
        ("2026a", 599, False, Level.ERROR),
    ],
)
def test_time_zones(version: str, count: int, summer: bool, level: Level) -> None:  # noqa: FBT001 - a column of the table
    """Data of time zones that are missing, stripped or old are found out."""
    assert worst(zones(version, count, summer, 2026)) is level


async def test_a_check_never_raises() -> None:
    """Whatever a check raises is a finding; the text of what nobody expected may quote a note, and is not shown."""

    async def fails() -> Sequence[Finding]:
        raise RuntimeError("what a note says")

    (finding,) = await ask(Check("x", fails), 1)
    assert finding.level is Level.ERROR
    assert "RuntimeError at " in finding.what
    assert "what a note says" not in finding.what


def test_a_finding_out_of_an_error() -> None:
    """The last sentence of an error is what to do."""
    assert Finding.of("A is wrong. B too. Do c.") == Finding(Level.ERROR, "A is wrong. B too.", "Do c.")
    assert Finding.of("A is wrong.") == Finding(Level.ERROR, "A is wrong.")
    assert worst([]) is worst([ok("a")]) is Level.OK


def test_usable() -> None:
    """Only errors of settings keep digestbot from starting."""
    error = (Finding(Level.ERROR, "x"),)
    assert usable([Examined("database", error), Examined("settings", ())])
    assert not usable([Examined("database", ()), Examined("secrets", error)])
