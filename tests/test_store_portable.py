"""Exports of the ledger: out of either database, into either, merged and never doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import CHANNEL, NOW
from ordering import DAY, NINE, change, daily, drafting, drafts, edit, put, standing

from digestbot.errors import StoreError
from digestbot.model import Channel, Message, MessageRef, Part
from digestbot.orders import Capture, Change, Due, Ended, Outcome, Picked
from digestbot.store import open_store, portable
from digestbot.store.engine import connect

ODD = Message((Part({"z": 1, "a": ["«eins» \U0001f600", None, 0.1]}, "日本 «eins» \U0001f600\n"), Part({}, "zwei")))
KINDS = ["sqlite", "postgresql"]
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes empty stores of the kind that is asked for."""
    with ExitStack() as stack:
        made: list[str] = []

        def make(kind: str) -> str:
            if kind == "sqlite":
                made.append(f"sqlite:///{tmp_path}/{len(made)}.db")
            else:
                made.append(stack.enter_context(request.getfixturevalue("postgres").database()))
            open_store(made[-1]).close()
            return made[-1]

        yield make


async def fill(url: str, workspace: str = "acme", days: int = 5) -> None:
    """Something of everything in a workspace."""
    store = open_store(url)
    await put(store, standing(workspace=workspace), standing("evening", workspace=workspace, channel="C2"))
    for n in range(days):
        now = NOW + timedelta(days=n, microseconds=n)
        await store.plan(now, daily)
        for claim in (await store.claim("fake", now)).claims:
            picks = [Picked(f"h{n}", "Title\x1fAuthor\x1f\x1f", "rw1"), Picked("b")]
            await store.keep(claim.delivery, "Öffnung", picks, ODD, now)
            await store.end(claim.delivery, 0, MessageRef(CHANNEL, "m") if n % 2 else None, now)
            outcome = [Outcome.CONFIRMED, Outcome.RETRY, Outcome.UNCERTAIN, Outcome.REFUSED][n % 4]
            due = now + 9 * DAY if outcome is Outcome.RETRY else None
            await store.finish(Ended(claim.delivery, outcome, "'; -- \"\\", due), now)
    channel = Channel("fake", workspace, "C1")
    for _ in range(2):
        await store.show(channel, "Asked for", [Picked("d"), Picked("d")], NOW)
        await store.note(Change(workspace, NOW, "U1", "did", "the same"))
    await store.vote(workspace, "U1", Picked("a", "source"), "Öffnung", "more", NOW)
    await store.save(workspace, "U1", "a", NOW)
    words = Capture(replace(CHANNEL, workspace=workspace), "We ship.", "U7", "Ada", "U1", "Bob", NOW)
    await store.capture(words)
    await store.hide(workspace, "source", "Title\x1fAuthor", Change(workspace, NOW, "U1", "hide", "Title"))
    store.close()


def exported(url: str, workspace: str | None = None) -> str:
    """The document of a store."""
    pieces: list[str] = []
    database = connect(url)
    portable.export(database, pieces.append, workspace)
    database.close()
    return "".join(pieces)


def loaded(url: str, document: object, workspace: str | None = None) -> dict[str, int]:
    """What was new in it."""
    database = connect(url)
    try:
        return portable.load(database, document, "export.json", workspace)
    finally:
        database.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_out_in_and_out_again(empty: Callable[[str], str], kind: str) -> None:
    """What one kind of database exports, and the other takes in, is exported from there byte for byte the same."""
    first, second = empty(kind), empty(OTHER[kind])
    await fill(first)
    await fill(first, "beta", 3)
    before = open_store(first)
    await put(before, drafting())
    await before.plan(NOW, drafts)
    before.close()
    document = exported(first)
    assert portable.is_export(json.loads(document))
    added = loaded(second, json.loads(document))
    assert exported(second) == document
    assert {name: count > 0 for name, count in added.items()} == dict.fromkeys(added, True)
    store = open_store(second)
    record = await store.delivery("acme", "morning", NINE)
    assert record
    assert ([pick.id for pick in record.picks], len(record.parts), len(record.attempts)) == (["h0", "b"], 2, 1)
    assert await store.kept("acme", "morning", NINE) == ODD
    waits = await store.delivery("acme", "noon", NINE)
    assert waits
    assert waits.draft, "nothing that curators are to see may be sent without them"
    assert await store.plan(NOW + 30 * DAY, daily)
    store.close()


async def test_the_same_again_adds_nothing(empty: Callable[[str], str]) -> None:
    """A document that is taken in twice is in the store once, with rows that were alike from the beginning."""
    first, second = empty("sqlite"), empty("sqlite")
    await fill(first)
    document = json.loads(exported(first))
    loaded(second, document)
    once = exported(second)
    assert set(loaded(second, document).values()) == {0}
    assert exported(second) == once
    assert set(loaded(first, document).values()) == {0}


async def test_what_is_there_stays(empty: Callable[[str], str]) -> None:
    """Merged into a store with the same names, the document adds what is missing and changes nothing."""
    first, second = empty("sqlite"), empty("sqlite")
    await fill(first, days=5)
    await fill(second, days=2)
    store = open_store(second)
    await edit(store, "morning", state="paused", next_at=None, reason="ours")
    await store.vote("acme", "U1", Picked("a", "source"), "Öffnung", "less", NOW + DAY)
    mine = await store.standing("acme", "evening")
    assert mine
    await store.order_now(mine, Due(NINE + timedelta(minutes=1), NOW), change(mine))
    store.close()
    added = loaded(second, json.loads(exported(first)))
    assert (added["subscriptions"], added["deliveries"], added["votes"], added["shown"]) == (0, 6, 0, 12)
    store = open_store(second)
    paused = await store.standing("acme", "morning")
    assert paused
    assert (paused.state, paused.reason) == ("paused", "ours")
    assert [one.opinion for one in await store.votes("acme")] == ["less"]
    assert len(await store.deliveries("acme", limit=99)) == 11
    assert len(await store.history("acme")) == 4 * 2 + 2 * 2 * 4 - 2 * 2
    store.close()


async def test_one_workspace(empty: Callable[[str], str]) -> None:
    """One workspace can be exported alone, or taken alone out of a document of all."""
    first, second, third = (empty("sqlite") for _ in range(3))
    await fill(first)
    await fill(first, "beta", 2)
    alone = exported(first, "beta")
    assert "acme" not in alone
    loaded(second, json.loads(alone))
    loaded(third, json.loads(exported(first)), "beta")
    assert exported(second) == exported(third) == alone
    with pytest.raises(StoreError, match=r"nothing of the workspace gamma, but of acme, beta"):
        loaded(second, json.loads(exported(first)), "gamma")


def damaged(document: str) -> Iterator[object]:
    """What is no export any more."""
    whole = json.loads(document)
    yield from ([], None, {"digestbot": "export"}, {**whole, "schema": 2}, {**whole, "workspaces": []})
    for table in whole["workspaces"]["acme"]:
        less = json.loads(document)
        del less["workspaces"]["acme"][table]
        yield less
        for key in whole["workspaces"]["acme"][table][-1]:
            for change_it in (lambda row, key: row.pop(key), lambda row, key: row.update({key: {"odd": 1}})):
                other = json.loads(document)
                change_it(other["workspaces"]["acme"][table][-1], key)
                yield other
    elsewhere = json.loads(document)
    elsewhere["workspaces"]["acme"]["subscriptions"][0]["ordered"]["channel"]["workspace"] = "beta"
    yield elsewhere


async def test_a_damaged_export_changes_nothing(empty: Callable[[str], str]) -> None:
    """A document with a row that lacks something, or has something odd, is refused in a sentence, and all of it."""
    first, second = empty("sqlite"), empty("sqlite")
    await fill(first)
    before = exported(second)
    for document in damaged(exported(first)):
        with pytest.raises(StoreError, match=r"export\.json"):
            loaded(second, document)
        assert exported(second) == before


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program as a person runs it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}  # noqa: TID251 - a subprocess needs its PATH
    command = [sys.executable, "-m", "digestbot", *arguments]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=60)


async def test_the_commands(tmp_path: Path) -> None:
    """`export` writes to a file of its owner's, or to standard output; `import` takes it in and says what was new."""
    assert run(tmp_path, "db", "upgrade").returncode == 0
    await fill(f"sqlite:///{tmp_path}/.local/share/digestbot/digestbot.db")
    saved = run(tmp_path, "export", "saved.json")
    assert (saved.returncode, saved.stderr, saved.stdout.split()[:2]) == (0, "", ["subscriptions", "2"])
    assert (tmp_path / "saved.json").stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "export").stdout == (tmp_path / "saved.json").read_text(encoding="utf-8")
    again = run(tmp_path, "export", "saved.json")
    assert (again.returncode, "is there already" in again.stderr) == (3, True)
    other = tmp_path / "other"
    other.mkdir()
    taken = run(other, "import", str(tmp_path / "saved.json"))
    assert (taken.returncode, taken.stderr, taken.stdout) == (0, "", saved.stdout)
    assert run(other, "export").stdout == (tmp_path / "saved.json").read_text(encoding="utf-8")
    (tmp_path / "words.json").write_text("[1, 2", encoding="utf-8")
    refused = run(other, "import", str(tmp_path / "words.json"))
    assert (refused.returncode, "no export of digestbot" in refused.stderr) == (3, True)
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    assert "no export of digestbot" in run(other, "import", str(tmp_path / "deep.json")).stderr
    assert "cannot be read (No such file" in run(other, "import", "nowhere.json").stderr
    missing = run(other, "export", "-", "--workspace", "nobody")
    assert json.loads(missing.stdout)["workspaces"]["nobody"]["deliveries"] == []
