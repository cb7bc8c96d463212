"""`digestbot run` and `digestbot console` as people run them: real processes, a real local server, a real database."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import make_text
from servers.webhook import Webhooks

from digestbot import config
from digestbot.model import Channel, Subscription
from digestbot.orders import Change, Standing
from digestbot.service import decide
from digestbot.store import SqlStore, open_store

NOTE = """---
title: On open weights
author: Ada Example
tags: [weights]
---

## Highlights

- Weights that anyone may download outlive the company that trained them, and that is the point of it.
- A licence decides what a model is worth to those who did not train it, long after the launch is over.
- Reproducing a training run costs more than most laboratories admit in public, which keeps rivals few.
- Evaluation is the part of the work that nobody funds and everybody relies on when choosing a model.
"""
PATIENCE = 20
"""Seconds after which a test gives up; nothing here waits that long when all is well."""


@dataclass
class House:
    """A working directory with notes and one subscription, and the processes that were started in it."""

    root: Path
    server: Webhooks
    processes: list[Process] = field(default_factory=list)

    def order(self, at: datetime, channel: str = "webhook:team", theme: str = "weights", size: int = 3) -> None:
        """Subscribe the channel for this time of day (UTC)."""
        text = f'name = "morning"\nchannel = "{channel}"\ntheme = "{theme}"\n'
        text += f'schedule = "daily at {at:%H:%M}"\nsize = {size}\n'
        (self.root / "digestbot.toml").write_text(f"[[subscriptions]]\n{text}", encoding="utf-8")

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        """The database of the house, opened as a process does."""
        store = open_store(f"sqlite:///{self.root}/data/digestbot.db")
        yield store
        store.close()

    async def order_overdue(self, size: int = 3) -> None:
        """Subscribe the team's channel for two minutes ago: due at once when the process starts."""
        at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=2)  # noqa: TID251 - real processes read the real clock
        self.order(at, size=size)
        (declared,) = config.read(self.root / "digestbot.toml").subscriptions
        standing = Standing(declared, declared=True, next_occurrence=at.replace(tzinfo=None), next_at=at)
        async with self.store() as store:
            assert await store.put(standing, Change("local", at, "", "add", "morning"))

    async def start(self, *arguments: str, url: str = "", **more: str) -> Process:
        """Start digestbot with these arguments, posting to the server's webhook of Slack's kind by default."""
        environment = {
            "PATH": os.defpath,
            "HOME": str(self.root),
            "DIGESTBOT_CONTENT": "notes",
            "DIGESTBOT_DATA": "data",
            "DIGESTBOT_WEBHOOK_TEAM": url or self.server.slack,
            **more,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "digestbot", *arguments),
            cwd=self.root,
            env=environment,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        self.processes.append(process)
        return process

    async def mark(self) -> None:
        """Plan a notice to the console: once the log says how it ended, a tick has claimed whatever waited."""
        now = datetime.now(UTC)  # noqa: TID251 - real processes read the real clock
        async with self.store() as store:
            assert await store.announce(Channel("console", "local", "console"), f"mark {now}", "Marked.", now)

    async def claim(self) -> None:
        """Plan and claim what is due, as a process does that then dies."""
        now = datetime.now(UTC)  # noqa: TID251 - real processes read the real clock
        async with self.store() as store:
            await store.plan(now, decide)
            assert (await store.claim("webhook", now)).claims

    def expire(self) -> None:
        """Let a minute pass for the leases of a process that died."""
        past = "UPDATE deliveries SET lease_until = '2026-01-01 00:00:00.000000' WHERE lease_until IS NOT NULL"
        with closing(sqlite3.connect(self.root / "data" / "digestbot.db")) as connection, connection:
            connection.execute(past)

    def write_many(self) -> None:
        """Two dozen more notes, so that a digest of all of them takes several messages."""
        for number in range(24):
            passages = [f"- {make_text(number * 9 + n)} {make_text(1000 + number * 9 + n)}" for n in range(3)]
            head = f"---\ntitle: Essay {number}\nauthor: Author {number}\ntags: [weights]\n---\n\n## Highlights\n\n"
            (self.root / "notes" / f"essay-{number}.md").write_text(head + "\n".join(passages), encoding="utf-8")

    def states(self) -> list[str]:
        """The states of the subscription's deliveries in the ledger, oldest first."""
        query = "SELECT state FROM deliveries WHERE subscription = 'morning' ORDER BY id"
        with closing(sqlite3.connect(self.root / "data" / "digestbot.db")) as connection:
            return [state for (state,) in connection.execute(query).fetchall()]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house with one note and a server that takes webhooks; whatever still runs at the end is killed."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "weights.md").write_text(NOTE, encoding="utf-8")
    async with Webhooks() as server:
        house = House(tmp_path, server)
        yield house
        for process in house.processes:
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def logged(process: Process, *words: str) -> str:
    """The next line of the process's log that holds all these words."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if all(word in line for word in words):
                return line
    raise AssertionError(f"the process ended without saying {words}")


async def says(process: Process, *words: str) -> None:
    """Wait until the process has printed all these words."""
    assert process.stdout is not None
    printed = ""
    async with asyncio.timeout(PATIENCE):
        while not all(word in printed for word in words):
            chunk = await process.stdout.read(4096)
            assert chunk, f"the process ended after {printed!r}"
            printed += chunk.decode()


async def ask(process: Process, line: str) -> None:
    """Type a line."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()


async def stop(process: Process) -> float:
    """Ask the process to end, as a service manager does; the seconds it took. It must end well."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == 0
    return time.monotonic() - began


def cpu_seconds(process: Process) -> float:
    """The processor time that the process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_a_due_digest_is_one_post_and_the_console_answers(house: House) -> None:
    """A digest due this minute arrives as exactly one good POST; the same process answers at its prompt; then it rests.

    A restart posts nothing again.
    """
    if datetime.now(UTC).second > 50:  # noqa: TID251 - real processes read the real clock
        await asyncio.sleep(10)
    house.order(datetime.now(UTC))  # noqa: TID251 - real processes read the real clock
    process = await house.start("run", "--console")
    await logged(process, "delivery", "outcome=confirmed")
    await ask(process, "/quote licence decides")
    await says(process, "A licence decides what a model is worth", "Ada Example")
    await ask(process, "/digest now")
    await says(process, "On open weights")
    before = cpu_seconds(process)
    await asyncio.sleep(1)
    assert cpu_seconds(process) - before < 0.05
    assert await stop(process) < 5
    assert (house.server.tries, len(house.server.accepted), house.server.refusals) == (1, 1, [])

    await house.mark()
    again = await house.start("run")
    await logged(again, "delivery=local/notice:")
    await stop(again)
    assert house.server.tries == 1
    assert house.states() == ["confirmed"]


@pytest.mark.parametrize("kind", ["slack", "discord"])
async def test_a_missed_digest_is_sent_at_start(house: House, kind: str) -> None:
    """What came due while digestbot was away is sent when it starts, within the limits of either platform."""
    await house.order_overdue()
    process = await house.start("run", url=getattr(house.server, kind))
    await logged(process, "outcome=confirmed")
    await stop(process)
    assert (len(house.server.accepted), house.server.refusals) == (1, [])
    assert "Weights" in str(house.server.accepted[0])


@pytest.mark.parametrize("farewell", [signal.SIGKILL, signal.SIGTERM])
async def test_stopped_between_accept_and_answer(house: House, farewell: signal.Signals) -> None:
    """Killed, or stopped, while the platform holds its answer: nothing is posted twice, and the ledger shows the doubt.

    A stop ends within ten seconds all the same.
    """
    await house.order_overdue()
    house.server.script = ["hold"]
    process = await house.start("run")
    async with asyncio.timeout(PATIENCE):
        await house.server.held.wait()
    process.send_signal(farewell)
    async with asyncio.timeout(10):
        await process.wait()
    assert house.states() == ["claimed" if farewell == signal.SIGKILL else "uncertain"]

    house.expire()
    again = await house.start("run")
    await logged(again, "outcome=uncertain", "it may have arrived")
    await stop(again)
    assert house.server.tries == 1
    assert house.states() == ["uncertain"]


async def test_a_second_stop_ends_at_once(house: House) -> None:
    """Asked twice, digestbot ends in a moment, with the code of the signal; the next process finds what it left."""
    await house.order_overdue()
    house.server.script = ["hold"]
    process = await house.start("run")
    async with asyncio.timeout(PATIENCE):
        await house.server.held.wait()
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.2)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == 128 + signal.SIGTERM
    assert time.monotonic() - began < 2
    assert house.states() == ["claimed"]


async def test_killed_after_the_answer(house: House) -> None:
    """Killed at rest: what was confirmed is not posted again."""
    await house.order_overdue()
    process = await house.start("run")
    await logged(process, "outcome=confirmed")
    process.kill()
    await process.wait()
    await house.mark()
    again = await house.start("run")
    await logged(again, "delivery=local/notice:")
    await stop(again)
    assert (house.server.tries, house.states()) == (1, ["confirmed"])


async def test_killed_between_claim_and_pick(house: House) -> None:
    """What a process had claimed when it died, with nothing picked yet, is sent once by the next one."""
    await house.order_overdue()
    await house.claim()
    house.expire()
    process = await house.start("run")
    await logged(process, "outcome=confirmed", "attempt=2")
    await stop(process)
    assert (house.server.tries, house.states()[-1]) == (1, "confirmed")


async def test_killed_between_two_parts(house: House) -> None:
    """Killed when one message of a digest has arrived and the next has not: the next process posts the rest alone."""
    house.write_many()
    await house.order_overdue(size=25)
    house.server.script = ["ok", "429"]
    process = await house.start("run", url=house.server.discord)
    await logged(process, "outcome=retry")
    process.kill()
    await process.wait()
    assert len(house.server.accepted) == 1
    again = await house.start("run", url=house.server.discord)
    await logged(again, "outcome=confirmed")
    await stop(again)
    texts = [str(payload) for payload in house.server.accepted]
    assert len(set(texts)) == len(texts) == house.server.tries - 1 > 1


async def test_killed_in_the_first_of_several_parts(house: House) -> None:
    """Killed while the first message is in doubt: the others follow, it is not posted again, the doubt is shown."""
    house.write_many()
    await house.order_overdue(size=25)
    house.server.script = ["hold"]
    process = await house.start("run", url=house.server.discord)
    async with asyncio.timeout(PATIENCE):
        await house.server.held.wait()
    process.kill()
    await process.wait()
    house.expire()
    again = await house.start("run", url=house.server.discord)
    line = await logged(again, "outcome=uncertain")
    await stop(again)
    texts = [str(payload) for payload in house.server.accepted]
    assert len(set(texts)) == len(texts) == house.server.tries > 1
    assert f"Part 1 of {len(texts)}: it may have arrived" in line


async def test_a_429_is_honoured(house: House) -> None:
    """Asked to wait two seconds, digestbot waits them, with no other try between, and then the digest arrives."""
    await house.order_overdue()
    house.server.script, house.server.retry_after = ["429"], "2"
    process = await house.start("run")
    await logged(process, "outcome=retry")
    began = time.monotonic()
    await logged(process, "outcome=confirmed", "attempt=2")
    assert 1.5 < time.monotonic() - began < 10
    await stop(process)
    assert (house.server.tries, len(house.server.accepted)) == (2, 1)


@pytest.mark.parametrize("fault", ["500", "drop"])
async def test_a_failure_is_not_repeated_blindly(house: House, fault: str) -> None:
    """After a 500 or a cut line nobody knows what arrived: it is shown as uncertain and never tried again."""
    await house.order_overdue()
    house.server.script = [fault]
    process = await house.start("run")
    line = await logged(process, "outcome=uncertain")
    assert "s3cret" not in line
    await stop(process)
    await house.mark()
    again = await house.start("run")
    await logged(again, "delivery=local/notice:")
    await stop(again)
    assert (house.server.tries, house.states()) == (1, ["uncertain"])


async def test_two_services_share_a_ledger(house: House) -> None:
    """Two processes on one database, started by accident, deliver everything once between them."""
    names = [f"order-{n}" for n in range(40)]
    at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=2)  # noqa: TID251 - real processes read the real clock
    house.order(at + timedelta(hours=2))
    async with house.store() as store:
        for n, name in enumerate(names):
            channel, when = Channel("webhook", "local", f"team{n}"), f"daily at {at:%H:%M}"
            order = Subscription(name, channel, when, "weights", when_short="second round")
            standing = Standing(order, by="U1", next_occurrence=at.replace(tzinfo=None), next_at=at)
            assert await store.put(standing, Change("local", at, "U1", "add", name))
    urls = {f"DIGESTBOT_WEBHOOK_TEAM{n}": house.server.slack for n in range(len(names))}
    processes = [await house.start("run", **urls), await house.start("run", **urls)]
    async with asyncio.timeout(3 * PATIENCE):
        while len(house.server.accepted) < len(names):  # noqa: ASYNC110 - a list tells nobody that it grew
            await asyncio.sleep(0.05)
    for process in processes:
        await stop(process)
    assert house.server.tries == len(names)


async def test_a_subscription_made_by_a_command_is_delivered(house: House) -> None:
    """With nothing in digestbot.toml, what a command ordered is delivered to a platform that is set up."""
    at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=2)  # noqa: TID251 - real processes read the real clock
    order = Subscription("morning", Channel("webhook", "local", "team"), f"daily at {at:%H:%M}", "weights")
    async with house.store() as store:
        standing = Standing(order, by="U1", next_occurrence=at.replace(tzinfo=None), next_at=at)
        assert await store.put(standing, Change("local", at, "U1", "add", "morning"))
    process = await house.start("run")
    await logged(process, "outcome=confirmed")
    await stop(process)
    assert (house.server.tries, house.states()) == (1, ["confirmed"])


async def test_a_channel_that_is_gone_pauses_its_subscription(house: House) -> None:
    """A refusal for good is posted once and never again: the subscription is paused, also after a restart."""
    await house.order_overdue()
    house.server.script = ["404"]
    process = await house.start("run")
    await logged(process, "outcome=refused", "is paused")
    await stop(process)
    again = await house.start("run")
    await house.mark()
    await logged(again, "delivery=local/notice:")
    await stop(again)
    assert (house.server.tries, house.states()) == (1, ["refused"])


async def test_console_alone(house: House) -> None:
    """`digestbot console` answers until its input ends, and delivers nothing, whatever is due."""
    await house.order_overdue()
    process = await house.start("console")
    printed, complaints = await process.communicate(b"/quote evaluation\n/digest themes\n/nothing\n")
    assert (process.returncode, complaints) == (0, b"")
    assert "Evaluation is the part of the work" in printed.decode()
    assert "Weights" in printed.decode()
    assert "/nothing" in printed.decode()
    assert house.server.tries == 0


async def test_a_note_saved_meanwhile_is_found(house: House) -> None:
    """What is saved while digestbot runs is in look-ups two seconds later, and what is deleted is not."""
    process = await house.start("console")
    await ask(process, "/quote evaluation")
    await says(process, "Evaluation is the part")
    new = house.root / "notes" / "new.md"
    new.write_text(NOTE.replace("Evaluation", "Distillation"), encoding="utf-8")
    await asyncio.sleep(2)
    await ask(process, "/quote distillation")
    await says(process, "Distillation is the part")
    new.unlink()
    await asyncio.sleep(2)
    await ask(process, "/quote distillation")
    await says(process, "Nothing found")


def commit(upstream: Path, text: str) -> None:
    """Put a note into a repository that others write."""
    upstream.mkdir(exist_ok=True)
    (upstream / "harbour.md").write_text(text, encoding="utf-8")
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "notes"]):
        subprocess.run(["git", *who, *words], cwd=upstream, check=True)


async def test_fetched_notes_are_served(house: House) -> None:
    """A service fetches its sources before it begins, knows their themes, and sees what a later pull brings."""
    upstream = house.root / "upstream"
    commit(upstream, NOTE.replace("weights", "harbours").replace("Evaluation", "Navigation"))
    house.order(datetime.now(UTC) + timedelta(hours=2), theme="harbours")  # noqa: TID251 - real processes read the real clock
    with (house.root / "digestbot.toml").open("a", encoding="utf-8") as file:
        file.write(f'[[sources]]\nname = "team"\nkind = "git"\nurl = "{upstream}"\n')
        file.write('[[sources]]\nname = "reading"\nkind = "readwise"\n')
    process = await house.start("run", "--console")
    assert "name=team new=1" in await logged(process, "source", "team")
    await logged(process, "subscribed")
    await ask(process, "/quote navigation")
    await says(process, "Navigation is the part")
    commit(upstream, NOTE.replace("weights", "harbours").replace("Evaluation", "Pilotage"))
    pull = await house.start("pull", "team")
    out, _ = await pull.communicate()
    assert out.decode() == "team: 1 note; 0 new, 1 changed, 0 gone.\n"
    await asyncio.sleep(2)
    await ask(process, "/quote pilotage")
    await says(process, "Pilotage is the part")
    assert await stop(process) < 5


async def test_a_stop_while_sources_are_fetched(house: House) -> None:
    """Stopped while a source's host does not answer, the service waits for it no longer, and ends well."""
    asked = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    house.order(datetime.now(UTC) + timedelta(hours=2))  # noqa: TID251 - real processes read the real clock
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with (house.root / "digestbot.toml").open("a", encoding="utf-8") as file:
            file.write(f'[[sources]]\nname = "team"\nkind = "git"\nurl = "http://127.0.0.1:{port}/team/notes"\n')
        process = await house.start("run")
        await asyncio.wait_for(asked.wait(), PATIENCE)
        assert await stop(process) < 5
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("channel", "complaint"),
    [
        ("webhook:other", "DIGESTBOT_WEBHOOK_OTHER"),
        ("irc:room", "there is no platform “irc”"),
        ("web hook", "is not a channel"),
    ],
)
async def test_wrong_settings_end_it_at_once(house: House, channel: str, complaint: str) -> None:
    """A mistake in the settings is a sentence on standard error and exit code 3, never a traceback."""
    house.order(datetime.now(UTC), channel)  # noqa: TID251 - real processes read the real clock
    process = await house.start("run")
    _, said = await process.communicate()
    assert process.returncode == 3
    assert complaint in said.decode()
    assert "Traceback" not in said.decode()
    assert "s3cret" not in said.decode()


async def test_an_unknown_theme_ends_it_at_once(house: House) -> None:
    """A subscription's theme that the notes do not have is refused at start, with the nearest one."""
    house.order(datetime.now(UTC), theme="wieghts")  # noqa: TID251 - real processes read the real clock
    process = await house.start("run")
    _, said = await process.communicate()
    assert process.returncode == 3
    assert "subscription “morning”: There is no theme “wieghts”. The nearest are Weights." in said.decode()


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
async def test_a_console_without_a_terminal(house: House, closed: str) -> None:
    """Started with a closed stream, the console says what it needs; `run` without a console does not mind."""
    command = f'exec "{sys.executable}" -m digestbot console --content notes {closed}'
    shell = await asyncio.create_subprocess_shell(command, cwd=house.root, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    _, said = await shell.communicate()
    assert shell.returncode == 3
    assert said.decode().startswith("digestbot: The console needs standard input and output.")


async def test_nothing_to_do_is_said(house: House) -> None:
    """Without subscriptions `run` says what to write, rather than sleeping for ever."""
    process = await house.start("run")
    _, said = await process.communicate()
    assert process.returncode == 3
    assert "[[subscriptions]]" in said.decode()
