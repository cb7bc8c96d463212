from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from fakes import CHANNEL, FakePlatform, FakeStore, make_subscription

from digestbot.app import App, Clockwork
from digestbot.errors import StoreError
from digestbot.model import Command, Delivery
from digestbot.ports import Shown
from digestbot.rendering import Renderer
from digestbot.settings import Settings, bundled


@dataclass
class BrokenStore(FakeStore):
    """A ledger that plans but cannot claim, as on a full disk."""

    claims: list[datetime] = field(default_factory=list)

    async def claim(self, workspace: str, now: datetime) -> Sequence[Delivery]:
        """Refuse, and count."""
        self.claims.append(now)
        raise StoreError(f"The disk is full, {workspace}.")

    async def next_retry(self, workspace: str) -> datetime | None:  # noqa: ARG002 - the port names it
        """Something has waited since the first claim."""
        return self.claims[0]


def make_app(tmp_path: Path, store: FakeStore, content: Path) -> App:
    """An app with a fake platform and real notes."""
    settings = Settings((content,), tmp_path / "data", tmp_path / "digestbot.toml")
    return App(settings, store, {"fake": FakePlatform()}, Renderer([str(bundled("templates"))]))


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
