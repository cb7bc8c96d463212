"""Workspaces: each sees its own notes, and nothing of another's."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fake_store import FakeStore
from fakes import FakePlatform
from sample_notes import write

from digestbot import settings
from digestbot.app import App
from digestbot.clock import now
from digestbot.config.workspaces import Workspace
from digestbot.errors import SettingsError
from digestbot.library.place import place, places
from digestbot.library.privacy import Rules
from digestbot.library.watch import Keepers
from digestbot.model import Channel, Command, Subscription
from digestbot.orders import Change, Outcome, Standing
from digestbot.rendering import Renderer
from digestbot.service import Held, decide, first
from digestbot.sources.inbox import inbox

TOML = """
[content]
exclude_tags = ["private"]

[workspaces.T0RED]
content = ["red"]
admins = ["U1", "U2"]
curators = ["U3"]
admin_channel = "webhook:ops"
exclude_folders = ["attic"]

[workspaces.T0BLUE]
content = ["blue"]

[workspaces.T0PLAIN]
admins = ["U9"]
"""

WORDS = {"T0RED": "crimsonsecret", "T0BLUE": "azuresecret", "local": "greensecret"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the notes of three workspaces, each of which says its own secret everywhere a note can."""
    for name in [name for name in os.environ if name.startswith("DIGESTBOT_")]:  # noqa: TID251 - a clean start for each test
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGESTBOT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DIGESTBOT_CONTENT", str(tmp_path / "green"))
    for folder, word in (("red", WORDS["T0RED"]), ("blue", WORDS["T0BLUE"]), ("green", WORDS["local"])):
        texts = [f"The ferry {word} leaves the harbour at {n} and nobody knows of it." for n in range(4)]
        write(tmp_path / folder, f"A note on {word}", *texts, author=f"Ada {word}", tags=f"ferries, {word}")
        (tmp_path / folder / f"{word}.md").write_bytes(b"\xff\xfe\x00odd")
    (tmp_path / "digestbot.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run digestbot in the working directory."""
    command = [sys.executable, "-m", "digestbot", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_a_workspace_is_read(home: Path) -> None:
    """Every key of a workspace's table reaches the settings, with what holds for all put in."""
    told = settings.load()
    assert told.workspace("T0RED") == Workspace(
        "T0RED",
        (home / "red",),
        frozenset({"U1", "U2"}),
        frozenset({"U3"}),
        Channel("webhook", "local", "ops"),
        ("private",),
        ("attic",),
    )
    assert told.workspace("T0PLAIN").content == (home / "green",)
    assert told.workspace("T0PLAIN").admins == {"U9"}
    assert told.workspace("T0NOBODY") == Workspace("T0NOBODY", (home / "green",), exclude_tags=("private",))
    assert told.folders == (home / "green",)
    assert set(told.noted) == {home / "green", home / "red", home / "blue", home / "data" / "sources" / "imports"}


def test_where_curators_are_told(home: Path) -> None:
    """What is handed in is told in the curators' channel."""
    (home / "digestbot.toml").write_text("[workspaces.T0]\ncurators_channel = 'webhook:desk'\n", encoding="utf-8")
    assert settings.load().workspace("T0").curators_channel == Channel("webhook", "local", "desk")


def test_where_a_workspaces_captures_go(home: Path) -> None:
    """Into its own notes, so that no other workspace ever sees them; the default ones into the default notes."""
    told = settings.load()
    assert inbox(told, "T0RED").folder == home / "red" / "Inbox"
    assert inbox(told, "T0BLUE").folder == home / "blue" / "Inbox"
    assert inbox(told, "T0PLAIN").folder == inbox(told).folder == home / "green" / "Inbox"


def test_where_libraries_lie(home: Path) -> None:
    """Notes or exclusions of a workspace's own have a folder of their own; all others share the one there was before.

    So a workspace that is added makes nobody else's notes be read again.
    """
    told = settings.load()
    found = places(told)
    assert list(found) == ["local", "T0RED", "T0BLUE", "T0PLAIN"]
    assert found["local"] == found["T0PLAIN"] == place(told, "T0NOBODY")
    assert found["local"].data == home / "data"
    assert found["T0RED"].data == home / "data" / "workspaces" / "T0RED"
    assert found["T0RED"].rules == Rules(frozenset({"private"}), frozenset({"attic"}))
    (home / "digestbot.toml").write_text("[workspaces.local]\nexclude_tags = ['x']\n", encoding="utf-8")
    assert place(settings.load()).data == home / "data" / "workspaces" / "local"


SOURCES = """
[[sources]]
name = "common"
kind = "git"
url = "/srv/common"

[[sources]]
name = "local-only"
kind = "readwise"
workspace = "local"

[[sources]]
name = "reds"
kind = "readwise"
workspace = "T0RED"

[[sources]]
name = "plains"
kind = "folder"
path = "ours"
workspace = "T0PLAIN"

[[sources]]
name = "untold"
kind = "readwise"
workspace = "T0UNTOLD"
"""


@pytest.fixture
def sourced(home: Path) -> Path:
    """The same with sources for everybody, for three workspaces and with an import; each says its own name."""
    (home / "digestbot.toml").write_text(TOML + SOURCES, encoding="utf-8")
    fetched = {name: home / "data" / "sources" / name for name in ("common", "local-only", "reds", "untold", "imports")}
    for name, folder in {**fetched, "plains": home / "ours"}.items():
        word = f"{name.replace('-', '')}fetched"
        write(folder, f"A note on {word}", f"The ferry {word} leaves the harbour at dusk and nobody knows of it.")
    return home


SEEN = {
    "local": {"greensecret", "commonfetched", "localonlyfetched", "importsfetched"},
    "T0RED": {"crimsonsecret", "redsfetched"},
    "T0BLUE": {"azuresecret"},
    "T0PLAIN": {"greensecret", "commonfetched", "localonlyfetched", "importsfetched", "plainsfetched"},
    "T0UNTOLD": {"greensecret", "commonfetched", "localonlyfetched", "importsfetched", "untoldfetched"},
}
ALL_SEEN = set().union(*SEEN.values())


@pytest.mark.usefixtures("sourced")
@pytest.mark.parametrize("workspace", list(SEEN))
def test_whose_a_source_is(workspace: str) -> None:
    """What is fetched for a workspace is found in it alone; for none, wherever the default notes are."""
    found = {
        word
        for word in ALL_SEEN
        if word in run("quote", "ferry", "--json", "--limit", "100", "--workspace", workspace).stdout
    }
    assert found == SEEN[workspace]
    exported = run("corpus", "export", "--workspace", workspace).stdout
    assert {word for word in ALL_SEEN if word in exported} == SEEN[workspace]


async def test_a_service_keeps_sources_apart(sourced: Path) -> None:
    """A running service finds in each workspace what was fetched for it, and shares a library where that is nothing."""
    told = settings.load()
    assert list(places(told)) == ["local", "T0RED", "T0BLUE", "T0PLAIN", "T0UNTOLD"]
    assert place(told, "T0NOBODY") == place(told)
    assert place(told, "T0PLAIN").data == sourced / "data" / "workspaces" / "T0PLAIN"
    keepers = Keepers(told)
    await keepers.open()
    for name, seen in SEEN.items():
        library = await keepers.library(name)
        assert {word for word in ALL_SEEN if library.find(f'"{word}"').total} == seen


def test_content_on_the_command_line(sourced: Path) -> None:
    """It comes before DIGESTBOT_CONTENT and nothing else: what was fetched is still read, but by no check of a PATH."""
    said = run("quote", "ferry", "--json", "--limit", "100", "--content", "blue").stdout
    assert {word for word in ALL_SEEN if word in said} == SEEN["local"] - {"greensecret"} | {"azuresecret"}
    for command in (("corpus", "export"), ("corpus", "check")):
        ran = run(*command, "blue")
        assert "azuresecret" in ran.stdout
        assert "fetched" not in ran.stdout + ran.stderr
    assert "fetched" not in run("demo").stdout
    assert sourced / "ours" in settings.load().noted


@pytest.mark.usefixtures("sourced")
def test_what_was_never_fetched_is_said() -> None:
    """A look-up names the sources of its own workspace that have to be fetched, and no others."""
    with Path("digestbot.toml").open("a", encoding="utf-8") as file:
        file.write("[[sources]]\nname='late'\nkind='readwise'\nworkspace='T0BLUE'\n")
        file.write("[[sources]]\nname='later'\nkind='readwise'\nworkspace='T0RED'\n")
    said = run("quote", "ferry", "--workspace", "T0BLUE").stderr
    assert "digestbot: late: run `digestbot pull` to fetch it." in said
    assert "later" not in said


COMMANDS = [
    ("preview",),
    ("preview", "--theme", "all", "--size", "25", "--platform", "slack", "--json", "--why"),
    ("preview", "--theme", "all", "--html", "page.html"),
    ("preview", "--theme", "{other}"),
    ("quote", "ferry"),
    ("quote", "{other}"),
    ("quote", "random", "--json"),
    ("quote", "--by", "author"),
    ("quote", "author:{other}"),
    ("quote", "ferry", "--json", "--limit", "100"),
    ("themes",),
    ("themes", "--json"),
    ("themes", "suggest"),
    ("corpus", "check"),
    ("corpus", "check", "--json"),
    ("corpus", "index"),
    ("corpus", "index", "--force"),
    ("corpus", "export"),
    ("corpus", "export", "--format", "csv"),
    ("corpus", "export", "--format", "md"),
]


@pytest.mark.parametrize("workspace", ["T0RED", "T0BLUE", "local"])
def test_no_word_of_another(workspace: str, home: Path) -> None:
    """No command in one workspace shows a word of the notes of another, in whatever order they were read."""
    others = [word for name, word in WORDS.items() if name != workspace]
    for other in WORDS:
        assert run("corpus", "index", "--workspace", other).returncode == 0
    seen = ""
    for command in COMMANDS:
        words = [word.replace("{other}", others[0]) for word in command]
        ran = run(*words, "--workspace", workspace)
        output = ran.stdout + ran.stderr
        output += (home / "page.html").read_text("utf-8") if "--html" in words else ""
        for other in others:
            # What somebody typed may come back, but nothing that stands round it in the notes.
            typed = any(other in word for word in words)
            signs = [f"ferry {other}", f"Ada {other}", f"note on {other}", f"{other}.md"] if typed else [other]
            assert not [sign for sign in signs if sign in output], words
        assert "Traceback" not in output
        seen += output
    assert WORDS[workspace] in seen


@pytest.mark.usefixtures("home")
def test_no_id_of_another() -> None:
    """An id of one workspace's highlight finds nothing in another."""
    found = json.loads(run("quote", "ferry", "--json", "--workspace", "T0RED").stdout)
    name = found["highlights"][0]["id"]
    for words in ((name,), ("like", name), ("context", name)):
        ran = run("quote", *words, "--json", "--workspace", "T0BLUE")
        assert "crimsonsecret" not in ran.stdout + ran.stderr
    assert "crimsonsecret" in run("quote", name, "--workspace", "T0RED").stdout


def test_an_unknown_workspace(home: Path) -> None:
    """A workspace that digestbot.toml does not have is refused on the command line: it would be shown other notes."""
    ran = run("quote", "ferry", "--workspace", "T0READ")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"There is no workspace “T0READ” in {home}/digestbot.toml. Name local or T0RED" in ran.stderr
    ran = run("quote", "ferry", "--workspace", "T0RED", "--content", "blue")
    assert ran.returncode == 2
    assert "Leave out --workspace or --content" in ran.stderr


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("workspaces = 3", r"workspaces: write a table here"),
        ("[workspaces]\nT0 = 3", r"workspaces\.T0: write a table here, headed \[workspaces\.T0\]"),
        ("[workspaces.'a/b']", r"workspaces\.a/b: cannot be a name"),
        ("[workspaces.'..']", r"workspaces\.\.\.: cannot be a name"),
        ("[workspaces.local]\ncontent = ['red']", r"workspaces\.local\.content: .*Set DIGESTBOT_CONTENT"),
        ("[workspaces.T0]\ncontent = ['nowhere']", r"workspaces\.T0\.content: there is no “nowhere”"),
        ("[workspaces.T0]\ncontent = ['~nosuch/x']", r"workspaces\.T0\.content: there is no “~nosuch/x”"),
        ("[workspaces.T0]\ncontent = []", r"workspaces\.T0\.content: name its folders"),
        ("[workspaces.T0]\ncontent = 'red'", r"workspaces\.T0\.content: write a list of texts"),
        ("[workspaces.T0]\nadmins = 'U1'", r"workspaces\.T0\.admins: write a list of texts"),
        ("[workspaces.T0]\nadmin = ['U1']", r"workspaces\.T0\.admin: .*Write admins"),
        ("[workspaces.T0]\nadmin_channel = 'icq:1'", r"workspaces\.T0\.admin_channel: there is no platform “icq”"),
    ],
)
def test_a_wrong_workspace_is_named(text: str, complaint: str, home: Path) -> None:
    """A mistake in a workspace's table is refused by its key, with what to write instead."""
    (home / "digestbot.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        settings.load()


def test_no_data_in_the_notes_of_any(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the index nor a page is written into the notes of a workspace."""
    monkeypatch.setenv("DIGESTBOT_DATA", str(home / "red" / "data"))
    with pytest.raises(SettingsError, match=r"DIGESTBOT_DATA: .*lies in the notes"):
        settings.load()
    monkeypatch.setenv("DIGESTBOT_DATA", str(home / "data"))
    assert "--html" in run("preview", "--html", "blue/page.html").stderr
    assert not (home / "blue" / "page.html").exists()


async def test_a_service_keeps_them_apart(home: Path) -> None:
    """A running service looks in the library of the workspace that asks, also when it is told of a saved note."""
    keepers = Keepers(settings.load())
    await keepers.open()
    watching = asyncio.create_task(keepers.watch())
    try:
        red, blue, plain = [await keepers.library(name) for name in ("T0RED", "T0BLUE", "T0PLAIN")]
        assert [one.find("ferry").total for one in (red, blue, plain)] == [4, 4, 4]
        assert [one.find(WORDS["T0RED"]).total for one in (red, blue, plain)] == [4, 0, 0]
        assert await keepers.library("local") is plain
        write(home / "blue", "More", "The azuresecret pilot sleeps until the tide has turned, and nobody wakes him.")
        async with asyncio.timeout(20):
            while not (await keepers.library("T0BLUE")).find("pilot").total:  # noqa: ASYNC110 - the system says when
                await asyncio.sleep(0.05)
        assert not (await keepers.library("T0RED")).find("pilot").total
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.usefixtures("home")
async def test_a_digest_is_of_its_own_workspace() -> None:
    """`digestbot run` answers a channel of each workspace out of that workspace's notes alone."""
    told = settings.load()
    platform = FakePlatform()
    store, renderer = FakeStore(), Renderer(told.template_folders)
    app = App(told, store, store, {"fake": platform}, renderer, Keepers(told).library)
    for name, word in WORDS.items():
        channel = Channel("fake", name, "C1")
        for text in ("ferry", *WORDS.values()):
            message = await app.answer(Command("quote", text, channel, "U1"))
            said = "".join(part.text for part in message.message.parts)
            assert (word in said) is (text in {"ferry", word})
            for other in WORDS.values():
                assert other == word or f"ferry {other}" not in said
        order = Subscription("daily", channel, "daily at 09:00", theme="all", size=25)
        occurrence, at = first(order, now())
        new = Standing(order, next_occurrence=occurrence, next_at=at)
        await store.put(new, Change(name, now(), "", "add", "daily"))
        await store.plan(at, decide)
        (claim,) = (await store.claim("fake", at)).claims
        claim = replace(claim, send_at=now())  # not to wait for the morning
        assert (await app.service().deliver(Held(claim, float("inf")))).outcome is Outcome.CONFIRMED
        posted = "".join(part.text for _, part, _, _ in platform.posts)
        assert [one for one in WORDS.values() if one in posted] == [word]
        platform.posts.clear()
