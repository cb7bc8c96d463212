"""What is served over HTTP: health, to those who may ask."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest
from sample_notes import write

from digestbot import web
from digestbot.errors import SettingsError, StoreError
from digestbot.findings import Check, Finding, Level, ask, ok, worst
from digestbot.web.health import Health, answering, beating, report

ANY = ("127.0.0.1", 0)


def check(name: str, *findings: Finding, raises: Exception | None = None, seconds: float = 0) -> Check:
    """A check that finds this."""

    async def look() -> Sequence[Finding]:
        await asyncio.sleep(seconds)
        if raises:
            raise raises
        return findings

    return Check(name, look)


def test_a_report() -> None:
    """503 for an error, 200 for anything else, with the state and the problems of each check under its name."""
    warning, error = Finding(Level.WARNING, "It is odd."), Finding(Level.ERROR, "It is gone.", "Fetch it.")
    assert report({}) == (200, {"status": "ok", "checks": {}})
    assert report({"a": (ok("Fine."),), "b": (ok("Fine."), warning)}) == (
        200,
        {"status": "warning", "checks": {"a": {"state": "ok"}, "b": {"state": "warning", "problems": ["It is odd."]}}},
    )
    status, body = report({"a": (), "b": (error, warning)})
    assert status == 503
    assert body["status"] == "error"
    assert body["checks"] == {"a": {"state": "ok"}, "b": {"state": "error", "problems": ["It is gone.", "It is odd."]}}


async def test_health_is_answered() -> None:
    """Each address asks its own checks anew; whatever one raises is an error of that check alone."""
    gone = check("database", raises=StoreError("The database is gone. Fetch it."))
    broken = check("slack", raises=RuntimeError("s3cret"))
    async with (
        web.serving(ANY, Health([check("tick", ok("Fine."))], [gone, broken, check("library")])) as base,
        aiohttp.ClientSession(base) as session,
    ):
        async with session.get("/livez") as live:
            assert (live.status, await live.json()) == (200, {"status": "ok", "checks": {"tick": {"state": "ok"}}})
            assert live.headers["X-Content-Type-Options"] == "nosniff"
            assert live.headers["Cache-Control"] == "no-store"
        async with session.get("/readyz") as ready:
            text = await ready.text()
    assert ready.status == 503
    states = json.loads(text)["checks"]
    assert states["database"] == {"state": "error", "problems": ["The database is gone."]}
    assert states["slack"]["state"] == "error"
    assert states["library"] == {"state": "ok"}
    assert "s3cret" not in text


async def test_a_check_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that takes too long is an error, and holds up neither the answer nor the others."""
    monkeypatch.setattr("digestbot.web.health.PATIENCE", 0.05)
    async with (
        web.serving(ANY, Health(ready=[check("slow", seconds=60), check("quick")])) as base,
        aiohttp.ClientSession() as session,
        session.get(f"{base}/readyz") as ready,
    ):
        states = (await ready.json())["checks"]
    assert "no answer within 0.05 seconds" in states["slow"]["problems"][0]
    assert states["quick"] == {"state": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/livez", 200),
        ("HEAD", "/livez", 200),
        ("POST", "/livez", 405),
        ("DELETE", "/readyz", 405),
        ("OPTIONS", "/livez", 405),
        ("GET", "/", 404),
        ("GET", "/livez/../etc/passwd", 404),
    ],
)
async def test_only_reading(method: str, path: str, status: int) -> None:
    """Only GET and HEAD are answered, at the two addresses; every answer says that its kind is not to be guessed."""
    async with (
        web.serving(ANY, Health()) as base,
        aiohttp.ClientSession() as session,
        session.request(method, base + path) as answer,
    ):
        assert answer.status == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "server" not in {name.lower() for name in answer.headers}


@pytest.mark.parametrize(
    ("host", "fine"),
    [
        ("localhost", True),
        ("LOCALHOST:8765", True),
        ("127.0.0.1:8765", True),
        ("[::1]:8765", True),
        ("10.1.2.3", True),
        ("evil.example.org", False),
        ("127.0.0.1.evil.example.org:8765", False),
        ("localhost.evil.example.org", False),
        ("evil@localhost", True),
        ("localhost@evil.example.org", False),
        ("[::1", False),
        ("", False),
    ],
)
async def test_hosts(host: str, fine: bool) -> None:  # noqa: FBT001 - a column of the table
    """A request that names the machine by a name of the web is refused, for any page could have made it."""
    assert web.admitted(host) is fine
    async with (
        web.serving(ANY, Health()) as base,
        aiohttp.ClientSession() as session,
        session.get(f"{base}/livez", headers={"Host": host}) as answer,
    ):
        assert (answer.status == 200) is fine
        assert fine or (await answer.text()).startswith("Name this service")


async def test_a_port_that_is_taken() -> None:
    """A port that another program has is named, with the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()
        with pytest.raises(SettingsError, match=r"^DIGESTBOT_HTTP: 127.0.0.1:\d+ cannot be served \(Address already"):
            async with web.serving(address, Health()):
                pass


async def test_without_an_address() -> None:
    """Without an address nothing is served, and afterwards a port is free again."""
    async with web.serving(None, Health()) as base:
        assert base == ""
    async with web.serving(ANY, Health()) as base:
        port = int(base.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_the_end_waits_for_nobody() -> None:
    """A client that keeps its connection open, or is being answered slowly, does not hold up the end."""
    async with web.serving(ANY, Health(ready=[check("slow", seconds=60)])) as base:
        port = int(base.rpartition(":")[2])
        _, idle = await asyncio.open_connection("127.0.0.1", port)
        _, asking = await asyncio.open_connection("127.0.0.1", port)
        asking.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.sleep(0.1)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2.5
    for writer in (idle, asking):
        writer.close()


def test_signals_stay_with_the_service() -> None:
    """While health is served, SIGTERM goes to whom it went before."""
    code = """
import asyncio, signal
from digestbot import web
from digestbot.web.health import Health

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with web.serving(("127.0.0.1", 0), Health()):
        print("serving", flush=True)
        await stop.wait()
    print("stopped by ourselves", flush=True)

asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "serving\n"
    os.kill(process.pid, signal.SIGTERM)
    output, _ = process.communicate(timeout=10)
    assert (output, process.returncode) == ("stopped by ourselves\n", 0)


async def test_beating() -> None:
    """A service that has not ticked for too long is not alive; one that has is."""
    for silent, level in ((0.0, Level.OK), (600.0, Level.OK), (601.0, Level.ERROR)):
        assert worst(await ask(beating(lambda: 1000.0, lambda: 1000.0 + silent, 600), 1)) is level  # noqa: B023 - called at once


async def test_answering() -> None:
    """What answers is well, whatever it says; what raises is not, by the error's own sentence."""

    async def fails() -> None:
        raise StoreError("The disk is full. Make room.")

    assert await ask(answering("x", lambda: asyncio.sleep(0, "anything")), 1) == ()
    assert await ask(answering("x", fails), 1) == (Finding(Level.ERROR, "The disk is full.", "Make room."),)


async def test_a_running_service_tells_its_health(tmp_path: Path) -> None:
    """`digestbot run` answers at the address that is set, names each check, and ends on SIGTERM as without."""
    write(tmp_path / "notes", "A note", "The ferry leaves the harbour at nine and nobody knows of it.")
    order = 'name = "a"\nchannel = "webhook:team"\nschedule = "daily at 09:00"\n'
    (tmp_path / "digestbot.toml").write_text(f"[[subscriptions]]\n{order}", encoding="utf-8")
    environment = {
        "HOME": str(tmp_path),
        "DIGESTBOT_CONTENT": "notes",
        "DIGESTBOT_DATA": "data",
        "DIGESTBOT_HTTP": "127.0.0.1:0",
        "DIGESTBOT_LOG_FORMAT": "json",
        "DIGESTBOT_WEBHOOK_TEAM": "https://example.org/hook",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "digestbot", "run"), cwd=tmp_path, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    try:
        async with asyncio.timeout(30):
            lines = [json.loads(await process.stderr.readline())]
            while lines[-1]["event"] != "started":
                lines.append(json.loads(await process.stderr.readline()))
            (base,) = [line["http"] for line in lines if line["event"] == "started"]
            async with aiohttp.ClientSession(base) as session:
                async with session.get("/livez") as live:
                    assert (live.status, (await live.json())["checks"]) == (200, {"tick": {"state": "ok"}})
                async with session.get("/readyz") as ready:
                    states = await ready.json()
            names = ("tick", "database", "library", "console", "webhook")
            assert (ready.status, states["checks"]) == (200, {name: {"state": "ok"} for name in names})
            process.terminate()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
