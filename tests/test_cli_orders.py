"""Standing orders and deliveries on the command line: subscription, deliveries, why, deliver, hide and audit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from dialogue import in_words

from digestbot.cli.asking import translated
from digestbot.cli.options import SCHEMA

NOTE = """---
title: On open weights
author: Ada Example
tags: [open-weights]
---

## Highlights

- A model whose weights are published can be studied by people who asked nobody.

- Whoever can run a model on a machine of one's own need not fear that it is withdrawn.

- The price of a model that anybody may host falls until it meets the price of power.
"""


class Home:
    """A folder with one note in notes/, in which digestbot is run."""

    def __init__(self, path: Path) -> None:
        """Write the note."""
        self.path = path
        (path / "notes").mkdir()
        (path / "notes" / "weights.md").write_text(NOTE, encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run digestbot as a process, with nothing of the caller's environment."""
        places = {"DIGESTBOT_DATA": str(self.path / "data"), "DIGESTBOT_CONTENT": str(self.path / "notes")}
        return subprocess.run(
            [sys.executable, "-m", "digestbot", *arguments],
            env={"HOME": str(self.path), **places},
            cwd=self.path,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def say(self, *arguments: str) -> str:
        """What it prints, where it ends well."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, name: str, *arguments: str) -> object:
        """What it prints as JSON under a name, with the schema's version."""
        told = json.loads(self.say(*arguments, "--json"))
        assert set(told) == {"schema", name}
        assert told["schema"] == SCHEMA
        return told[name]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one note."""
    return Home(tmp_path)


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which morning is ordered, for tests that change nothing."""
    made = Home(tmp_path_factory.mktemp("ordered"))
    _order(made)
    return made


def _order(home: Home) -> str:
    return home.say("subscription", "add", "morning", "console", "daily", "at", "9", "--zone", "Europe/Berlin")


def test_an_order_from_its_beginning_to_its_end(home: Home) -> None:
    """An order is added, changed, skipped, paused, resumed and removed, and each says what holds then."""
    told = _order(home)
    assert (
        f"Ordered as “morning”: 3 highlights of another theme each time, {in_words('daily at 09:00')}, in console."
        in told
    )
    assert "3 highlights match, enough for 1 digest" in told
    assert "Changed “morning” (size: 3 -> 1; title: - -> To read)" in home.say(
        "subscription", "edit", "morning", "--size", "1", "--title", "To read"
    )
    assert "“morning” leaves out " in home.say("subscription", "skip", "morning")
    assert "is paused. Nothing is posted until digestbot subscription resume morning." in home.say(
        "subscription", "pause", "morning", "for", "a", "while"
    )
    assert "paused: for a while" in home.say("subscription", "list")
    assert "“morning” goes on. Next: " in home.say("subscription", "resume", "morning")
    assert "“morning” is removed." in home.say("subscription", "remove", "morning")
    actions = [line["action"] for line in home.json("audit", "audit")]  # type: ignore[attr-defined]
    assert actions == ["remove", "resume", "pause", "skip", "edit", "add"]


def test_a_failure_is_said_once(home: Home) -> None:
    """A digest that is refused is told on stdout, with the way to more on stderr, and not logged beside it."""
    (home.path / ".env").write_text("DIGESTBOT_WEBHOOK_OTHER=https://example.org/hook\n", encoding="utf-8")
    assert home.run("subscription", "add", "lost", "webhook:nowhere", "daily at 9").returncode == 0
    refused = home.run("deliver", "lost")
    assert (refused.returncode, "DIGESTBOT_WEBHOOK_NOWHERE" in refused.stdout) == (1, True)
    assert refused.stderr.count("\n") == 1, refused.stderr


def test_what_only_the_file_says_is_named(home: Home) -> None:
    """What digestbot.toml declares and no service has taken in is named, rather than passed over."""
    line = 'name = "morning"\nchannel = "console"\nschedule = "daily at 9"\n'
    (home.path / "digestbot.toml").write_text(f"[[subscriptions]]\n{line}", encoding="utf-8")
    for words in (("subscription", "list"), ("deliver", "morning", "--dry-run")):
        said = home.run(*words).stderr
        assert said.startswith(f"digestbot: {home.path}/digestbot.toml: what it says of morning holds once"), words
    (home.path / "digestbot.toml").unlink()
    assert home.run("subscription", "list").stderr == ""


def test_orders_as_json(home: Home) -> None:
    """What is ordered and what comes next are printed for other programs, under a version."""
    _order(home)
    [listed] = home.json("subscriptions", "subscription", "list")  # type: ignore[misc]
    assert listed == home.json("subscription", "subscription", "show", "morning")
    assert {key: listed[key] for key in ("name", "channel", "schedule", "zone", "size", "state", "by")} == {
        "name": "morning", "channel": "console", "schedule": "daily at 09:00", "zone": "Europe/Berlin", "size": 3,
        "state": "active", "by": "cli",
    }  # fmt: skip
    coming = home.json("next", "subscription", "next", "2")
    assert [one["name"] for one in coming] == ["morning", "morning"]  # type: ignore[attr-defined]
    assert coming[0]["at"] == coming[1]["at"].replace(coming[1]["at"][:10], coming[0]["at"][:10])  # type: ignore[index]


def test_an_extra_digest_is_delivered_and_explained(home: Home) -> None:
    """A dry run writes nothing; a delivery is posted, listed, and told stage by stage; what it showed can be hidden."""
    _order(home)
    assert "«On open weights»" in home.say("deliver", "morning", "--dry-run")
    assert home.json("deliveries", "deliveries") == []
    told = home.say("deliver", "morning")
    assert "«On open weights»" in told
    assert ": confirmed" in told.splitlines()[-1]
    [record] = home.json("deliveries", "deliveries", "morning", "--state", "confirmed", "--since", "7d")  # type: ignore[misc]
    assert record["state"] == "confirmed"
    why = home.say("why", "morning")
    assert ": asked for by hand" in why
    assert ". Drawn from 3 highlights" in why
    delivery = home.json("delivery", "why", "morning")
    assert delivery["stages"][0]["stage"] == "Ordered"  # type: ignore[index]
    assert [one["state"] for one in delivery["parts"]] == ["arrived"]  # type: ignore[index]
    [highlight, _, _] = delivery["highlights"]  # type: ignore[index]
    shown = home.say("why", highlight)
    assert "Kept back: shown less than 60 days ago" in shown
    assert home.json("highlight", "why", highlight)
    assert "digestbot amend takes it out of what was posted." in home.say("hide", "On", "open", "weights")
    assert "cannot change what was posted there" in home.say("amend", "morning")
    assert "«On open weights»" in home.say("hide")
    assert "may be shown again" in home.say("hide", "--undo", "On open weights")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("subscription add x console dayly at 9", "Write “daily at 09:00”."),
        ("subscription add x slak:T1/C1 daily at 9", "There is no platform “slak”. Name console or slack or webhook."),
        (
            "subscription add x webhook:T1/team daily at 9 --workspace T2",
            "webhook:T1/team is a channel of T1, not of T2.",
        ),
        (
            "subscription add morning console daily at 8",
            "“morning” is taken. Change it with digestbot subscription edit",
        ),
        ("subscription edit evning --size 3", "There is no subscription “evning” here."),
        ("subscription edit morning --size 99", "size:99 is not a number from 1 to 25."),
        ("subscription edit morning", "Say what is to change, such as --size 5"),
        ("subscription next lots", "Write how many"),
        ("deliveries --state lost", "“lost” is not understood."),
        ("why unicorns", "There is no delivery and no highlight “unicorns” here."),
        ("retry morning", "There is no delivery “morning” here. digestbot deliveries lists them."),
        ("amend morning", "There is no delivery “morning” here."),
        ("hide unicorns", "There is no source and no highlight “unicorns”."),
        ("deliver evning", "There is no subscription “evning” here."),
    ],
)
def test_refusals(ordered: Home, words: str, told: str) -> None:
    """A mistake is said on stderr, in terms of the command line, with exit code 2 and nothing on stdout."""
    done = ordered.run(*words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "/digest" not in done.stderr


def test_workspaces_are_apart(home: Home) -> None:
    """An order of one workspace is not seen from another."""
    home.say("subscription", "add", "morning", "webhook:acme/team", "daily at 9")
    assert "Nothing is ordered here yet." in home.say("subscription", "list")
    assert "webhook:acme/team" in home.say("subscription", "list", "--workspace", "acme")


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("Write /digest edit morning.", "Write digestbot subscription edit morning."),
        ("See /digest history and /digest why x.", "See digestbot deliveries and digestbot why x."),
        ("In words: /digest subscribe daily at 9", "In words: /digest subscribe daily at 9"),
    ],
)
def test_hints_are_translated(said: str, here: str) -> None:
    """What an answer says about commands of a channel is said in terms of the command line."""
    assert translated(said) == here


def test_a_workspace_is_erased(home: Home) -> None:
    """Only with --yes: all of that workspace goes, of another one nothing."""
    for workspace in ("acme", "other"):
        home.say("subscription", "add", "morning", f"webhook:{workspace}/team", "daily at 9")
    asked = home.run("workspace", "erase", "acme")
    assert (asked.returncode, "say it with --yes" in asked.stderr) == (2, True)
    assert home.say("workspace", "erase", "acme", "--yes") == "acme: 2 rows are erased.\n"
    assert home.say("workspace", "erase", "acme", "--yes") == "acme: there was nothing.\n"
    assert home.json("subscriptions", "subscription", "list", "--workspace", "acme") == []
    assert len(home.json("subscriptions", "subscription", "list", "--workspace", "other")) == 1


def test_drafts_on_the_command_line(home: Home) -> None:
    """The same words as in a channel, and the same answers."""
    home.say("subscription", "add", "morning", "console", "daily at 9", "--draft", "waits", "--pin", "yes")
    assert home.say("draft") == "No draft waits for an answer.\n"
    refused = home.run("approve", "morning")
    assert (refused.returncode, "There is no draft “morning”. digestbot draft lists" in refused.stderr) == (2, True)
    assert "There is no draft" in home.run("swap", "morning", "0123").stderr
