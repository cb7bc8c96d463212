from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fake_store import FakeStore
from fakes import CHANNEL, FakeLibrary, FakeNews, FakePlatform, make_highlight, make_subscription

from digestbot.app import App, _check, _listen, declare
from digestbot.clock import now
from digestbot.errors import SettingsError
from digestbot.model import Channel, Command, Subscription
from digestbot.orders import Change, Standing
from digestbot.ports import Answer, Capabilities, Library, News, Shown
from digestbot.rendering import Renderer
from digestbot.settings import Settings, bundled

LIBRARY = FakeLibrary([make_highlight(n, tags=("weights",)) for n in range(1, 201)])


async def notes(workspace: str) -> Library:
    """The notes of a workspace."""
    assert workspace
    return LIBRARY


def make_app(tmp_path: Path, store: FakeStore | None = None, *declared: Subscription, **platforms: FakePlatform) -> App:
    """An app among fakes, with real templates."""
    settings = Settings((tmp_path,), tmp_path / "data", tmp_path / "digestbot.toml", subscriptions=declared)
    store = store or FakeStore()
    renderer = Renderer([str(bundled("templates"))])
    return App(settings, store, store, platforms or {"fake": FakePlatform()}, renderer, notes)


@pytest.mark.parametrize(
    ("fault", "said"), [(SettingsError("The notes are gone."), "gone"), (None, "There is no /nope here")]
)
async def test_every_command_is_answered(tmp_path: Path, fault: Exception | None, said: str) -> None:
    """What goes wrong while answering is said in the answer, as a sentence."""

    async def library(workspace: str) -> Library:
        if fault:
            raise fault
        return await notes(workspace)

    app = replace(make_app(tmp_path), libraries=library)
    message = (await app.answer(Command("nope", "", CHANNEL, "U1"))).message
    assert said in message.parts[0].text


async def test_a_form_that_is_being_filled_in_does_nothing(tmp_path: Path) -> None:
    """What its answers come to is said in it, and nothing is ordered."""
    store, values = FakeStore(), {"theme": "weights", "size": "4"}
    command = Command("digest", "subscribe", CHANNEL, "U1", admin=True, values=values, live=True)
    answered = await make_app(tmp_path, store).answer(command)
    assert (answered.form, answered.instead) == (True, True)
    assert "4 highlights of “weights”" in answered.message.parts[0].text
    assert not store.orders


async def test_a_broken_template_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A broken template of the operator's is named in the log with its line, and the answer is given all the same."""
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "notice.txt").write_text("fine\n{{ nonsense }}\n", encoding="utf-8")
    app = replace(make_app(tmp_path), renderer=Renderer([str(tmp_path), str(bundled("templates"))]))
    message = (await app.answer(Command("nope", "", CHANNEL, "U1"))).message
    assert "There is no /nope here" in message.parts[0].text
    assert f"template path={tmp_path}/text/notice.txt line=2" in caplog.text
    assert "'nonsense' is undefined" in caplog.text


async def test_a_fault_is_answered_too(tmp_path: Path) -> None:
    """A fault of ours is answered with a sentence and its name, and nothing escapes to the platform."""

    @dataclass
    class Faulty(FakeStore):
        async def history(self, workspace: str, subscription: str | None = None) -> Sequence[Shown]:
            raise ZeroDivisionError(workspace, subscription)

    message = (await make_app(tmp_path, Faulty()).answer(Command("digest", "now", CHANNEL, "U1"))).message
    assert "a fault in digestbot (ZeroDivisionError)" in message.parts[0].text


async def test_a_look_up_does_not_wait_behind_composing(tmp_path: Path) -> None:
    """What keeps a processor busy runs in its own thread, one after the other, while the loop answers."""
    app, gate, order = make_app(tmp_path), threading.Event(), list[str]()

    def busy() -> str:
        gate.wait(10)
        order.append("composed")
        return threading.current_thread().name

    composing = asyncio.create_task(app.run(busy))
    await app.answer(Command("quote", "lantern", CHANNEL, "U1"))
    order.append("answered")
    gate.set()
    assert (await composing).startswith("digestbot-compose")
    assert order == ["answered", "composed"]


async def test_what_a_channel_lacks_is_logged_at_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What would keep a digest from its channel is in the log before the first one is due."""
    platform = FakePlatform(findings=("The bot is not in the channel. Invite it.",))
    await _check(make_app(tmp_path, None, make_subscription(), fake=platform))
    assert 'channel channel=fake:acme/C1 problem="The bot is not in the channel. Invite it."' in caplog.text


async def test_what_waits_for_a_platform_that_is_not_there_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Deliveries of a platform that this process was not given wait, and the log says how many."""
    store = FakeStore()
    await store.announce(Channel("pigeon", "acme", "roof"), "topic", "Coo.", now())
    await _check(make_app(tmp_path, store))
    assert 'platform platform=pigeon problem="It is not set up." waiting=1' in caplog.text


@dataclass
class DeafPlatform(FakePlatform):
    """A platform with a fault."""

    async def run(self, answer: Answer, news: News | None = None) -> None:  # noqa: ARG002 - it hears of nothing
        """Fail."""
        raise KeyError("s3cret", answer)


async def test_a_platform_that_goes_deaf_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A fault in a platform's listening is seen in the log, with its place and without its text."""
    await _listen(make_app(tmp_path, None, fake=DeafPlatform()), "fake", asyncio.Event(), FakeNews())
    assert "platform platform=fake problem=" in caplog.text
    assert "KeyError at tests/test_app.py:" in caplog.text
    assert "s3cret" not in caplog.text


async def test_declared_subscriptions_become_standing_orders(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What digestbot.toml says is applied once, each difference is said in a sentence and in the audit."""
    store, morning = FakeStore(), make_subscription()
    caplog.set_level("INFO")
    await declare(make_app(tmp_path, store, morning))
    assert [one.subscription for one in await store.standings("acme")] == [morning]
    assert "“morning” is new" in caplog.text
    caplog.clear()
    await declare(make_app(tmp_path, store, morning))
    assert "subscription " not in caplog.text
    assert 'subscribed id=morning channel=fake:acme/C1 when="daily at 09:00, UTC" next=' in caplog.text
    await declare(make_app(tmp_path, store, replace(morning, id="evening")))
    assert [one.subscription.id for one in await store.standings("acme")] == ["evening"]
    assert [one.action for one in await store.audit("acme")] == ["remove", "add", "add"]


@dataclass
class Contested(FakeStore):
    """A store in which somebody else writes first, once."""

    others: int = 1

    async def put(self, standing: Standing, change: Change) -> bool:
        """Let another process put the same."""
        self.others -= 1
        if self.others >= 0:
            assert await FakeStore.put(self, standing, replace(change, actor="another"))
        return await FakeStore.put(self, standing, change)


async def test_two_processes_declare_at_once(tmp_path: Path) -> None:
    """Where another process was quicker, its work is compared anew, and done once."""
    store = Contested()
    await declare(make_app(tmp_path, store, make_subscription()))
    assert [(one.action, one.actor) for one in await store.audit("acme")] == [("add", "another")]
    assert store.orders["acme", "morning"].version == 1


async def test_nothing_ordered_at_all_is_said(tmp_path: Path) -> None:
    """With no subscription in the file nor in the store nothing ever runs; one made by a command is enough."""
    store = FakeStore()
    app = make_app(tmp_path, store)
    silent = {name: FakePlatform(name, Capabilities("text")) for name in app.platforms}
    with pytest.raises(SettingsError, match="there are no subscriptions"):
        await declare(replace(app, platforms=silent))
    await declare(app)  # where commands are taken, orders may come
    at = now() + timedelta(hours=1)
    ordered = Standing(make_subscription(), by="U1", next_occurrence=at.replace(tzinfo=None), next_at=at)
    await store.put(ordered, Change("acme", now(), "U1", "add", "morning"))
    await declare(make_app(tmp_path, store))
