from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import CHANNEL, NOW, FakePlatform, FakeStore, make_subscription

from digestbot.app import MOST_IN_FLIGHT, App, Clockwork, _check, _listen
from digestbot.errors import StoreError
from digestbot.library.watch import Keepers
from digestbot.model import Command, Delivery, Message, Outcome
from digestbot.ports import Answer, Shown
from digestbot.rendering import Renderer
from digestbot.settings import Settings, bundled

NINE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - an occurrence is a wall time


@dataclass
class BrokenStore(FakeStore):
    """A ledger that plans but cannot claim, as on a full disk."""

    claims: list[datetime] = field(default_factory=list)

    async def claim(self, workspace: str, now: datetime, *, most: int = 64) -> Sequence[Delivery]:  # noqa: ARG002 - the port names it
        """Refuse, and count."""
        self.claims.append(now)
        raise StoreError(f"The disk is full, {workspace}.")

    async def next_claim(self, workspace: str) -> datetime | None:  # noqa: ARG002 - the port names it
        """Something has waited since the first claim."""
        return self.claims[0]


def make_app(tmp_path: Path, store: FakeStore, content: Path) -> App:
    """An app with a fake platform and real notes."""
    settings = Settings((content,), tmp_path / "data", tmp_path / "digestbot.toml")
    return App(settings, store, {"fake": FakePlatform()}, Renderer([str(bundled("templates"))]), Keepers(settings))


async def test_a_broken_store_is_left_alone(tmp_path: Path) -> None:
    """A database that cannot write is tried once a minute, not as fast as the loop turns."""
    store = BrokenStore()
    clockwork = Clockwork(make_app(tmp_path, store, tmp_path), [replace(make_subscription(), channel=CHANNEL)])
    await clockwork.start()
    await asyncio.sleep(0.3)
    await clockwork.stop()
    assert len(store.claims) == 1


@pytest.mark.parametrize(
    ("content", "said"), [("gone", "gone"), ("notes", "There is no /nope here")], ids=["unreadable", "unknown command"]
)
async def test_every_command_is_answered(tmp_path: Path, content: str, said: str) -> None:
    """What goes wrong while answering is said in the answer, as a sentence."""
    (tmp_path / "notes").mkdir()
    app = make_app(tmp_path, FakeStore(), tmp_path / content)
    message = await app.answer(Command("nope", "", CHANNEL, "U1"))
    assert said in message.parts[0].text


async def test_a_broken_template_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A broken template of the operator's is named in the log with its line, and the answer is given all the same."""
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "notice.txt").write_text("fine\n{{ nonsense }}\n", encoding="utf-8")
    app = replace(
        make_app(tmp_path, FakeStore(), tmp_path), renderer=Renderer([str(tmp_path), str(bundled("templates"))])
    )
    message = await app.answer(Command("nope", "", CHANNEL, "U1"))
    assert "There is no /nope here" in message.parts[0].text
    assert f"template path={tmp_path}/text/notice.txt line=2" in caplog.text
    assert "'nonsense' is undefined" in caplog.text


async def test_a_fault_is_answered_too(tmp_path: Path) -> None:
    """A fault of ours is answered with a sentence and its name, and nothing escapes to the platform."""

    @dataclass
    class Faulty(FakeStore):
        async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
            raise ZeroDivisionError(workspace, subscription)

    (tmp_path / "notes").mkdir()
    app = make_app(tmp_path, Faulty(), tmp_path / "notes")
    message = await app.answer(Command("digest", "now", CHANNEL, "U1"))
    assert "a fault in digestbot (ZeroDivisionError)" in message.parts[0].text


@dataclass
class ForgetfulStore(FakeStore):
    """A ledger that is locked once, just when a digest is to be kept."""

    locked: bool = True

    async def keep(
        self,
        delivery: Delivery,
        theme: str,
        picks: Sequence[str],
        message: Message,
        now: datetime,
        *,
        sources: Sequence[str] = (),
    ) -> None:
        """Refuse once."""
        if self.locked:
            self.locked = False
            raise StoreError("The database is locked.")
        await super().keep(delivery, theme, picks, message, now, sources=sources)


@dataclass
class OddStore(FakeStore):
    """A ledger that meets a fault once."""

    faults: int = 0

    async def claim(self, workspace: str, now: datetime, *, most: int = 64) -> Sequence[Delivery]:
        """Fail once."""
        self.faults += 1
        if self.faults == 1:
            raise TypeError("s3cret")
        return await super().claim(workspace, now, most=most)


@pytest.mark.parametrize(("kind", "logged"), [(ForgetfulStore, "store"), (OddStore, "tick")])
async def test_a_moment_of_trouble_delays_a_digest(
    kind: type[FakeStore],
    logged: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A locked database, or a fault of ours, is logged, and the digest is posted a moment later, without a restart."""
    monkeypatch.setattr("digestbot.app.STORE_PAUSE", timedelta(milliseconds=10))
    app = make_app(tmp_path, kind(), bundled("content"))
    store, platform = app.store, app.platforms["fake"]
    assert isinstance(store, FakeStore)
    assert isinstance(platform, FakePlatform)
    await store.plan(make_subscription(), NINE, NOW)
    clockwork = Clockwork(app, [make_subscription(schedule="daily at 23:59")])
    await clockwork.start()
    async with asyncio.timeout(20):
        while not platform.posts:  # noqa: ASYNC110 - a list tells nobody that it grew
            await asyncio.sleep(0.01)
    await clockwork.stop()
    assert any(record.message.startswith(f"{logged} ") for record in caplog.records)
    assert "s3cret" not in caplog.text
    assert next(iter(store.entries.values())).outcome is Outcome.CONFIRMED


async def test_what_a_channel_lacks_is_logged_at_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What would keep a digest from its channel is in the log before the first one is due."""
    app = make_app(tmp_path, FakeStore(), bundled("content"))
    settings = replace(app.settings, subscriptions=(make_subscription(),))
    platform = FakePlatform(findings=("The bot is not in the channel. Invite it.",))
    await _check(replace(app, settings=settings, platforms={"fake": platform}))
    assert 'channel channel=fake:acme/C1 problem="The bot is not in the channel. Invite it."' in caplog.text


@dataclass
class DeafPlatform(FakePlatform):
    """A platform with a fault."""

    async def run(self, answer: Answer) -> None:
        """Fail."""
        raise KeyError("s3cret", answer)


async def test_a_platform_that_goes_deaf_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A fault in a platform's listening is seen in the log, with its place and without its text."""
    app = replace(make_app(tmp_path, FakeStore(), tmp_path), platforms={"fake": DeafPlatform()})
    await _listen(app, "fake", asyncio.Event())
    assert "platform platform=fake problem=" in caplog.text
    assert "KeyError at tests/test_app.py:" in caplog.text
    assert "s3cret" not in caplog.text


@dataclass
class AskedStore(FakeStore):
    """A ledger that remembers how many deliveries it was asked for."""

    asked: list[int] = field(default_factory=list)

    async def claim(self, workspace: str, now: datetime, *, most: int = 64) -> Sequence[Delivery]:
        """Remember it."""
        self.asked.append(most)
        return await super().claim(workspace, now, most=most)


async def test_no_more_is_claimed_than_there_is_room_for(tmp_path: Path) -> None:
    """A claim asks for what is left of MOST_IN_FLIGHT: the tick itself, which claims, is one of them."""
    store = AskedStore()
    clockwork = Clockwork(make_app(tmp_path, store, tmp_path), [make_subscription()])
    await clockwork.start()
    async with asyncio.timeout(20):
        while not store.asked:  # noqa: ASYNC110 - a list tells nobody that it grew
            await asyncio.sleep(0.01)
    await clockwork.stop()
    assert store.asked == [MOST_IN_FLIGHT - 1]
