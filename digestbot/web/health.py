"""Health: what /livez and /readyz answer, out of what their checks find."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from digestbot.findings import Check, Finding, Level, ask, worst

PATIENCE = 2.0
"""Seconds that a check may take; who asks waits no longer for a sick service than for a well one."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is looked at. live: whether the process does anything at all. ready: whether it can do its work."""

    live: Sequence[Check] = ()
    ready: Sequence[Check] = ()


def beating(last: Callable[[], float], clock: Callable[[], float], seconds: float) -> Check:
    """Whether a service still turns: what `clock` told at its last tick is at most so many seconds ago."""

    async def look() -> Sequence[Finding]:
        silent = clock() - last()
        what = f"The service has not turned for {silent:.0f} seconds."
        return [] if silent <= seconds else [Finding(Level.ERROR, what, "Start it again.")]

    return Check("tick", look)


def answering(name: str, request: Callable[[], Awaitable[object]]) -> Check:
    """Whether something answers at all, without an error and in time."""

    async def look() -> Sequence[Finding]:
        await request()
        return []

    return Check(name, look)


def report(found: Mapping[str, Sequence[Finding]]) -> tuple[int, dict[str, object]]:
    """The status and the body for the findings of checks by their names: 503 where one is an error, else 200.

    The body has the worst level as `status`, and below `checks` for each its `state` and the sentences of what is not
    well.
    """
    states = {name: _state(findings) for name, findings in found.items()}
    level = worst([one for findings in found.values() for one in findings])
    return (503 if level is Level.ERROR else 200), {"status": level, "checks": states}


def routes(health: Health) -> list[Route]:
    """/livez and /readyz, each looked at anew for every request."""
    return [Route("/livez", _answering(health.live)), Route("/readyz", _answering(health.ready))]


def _state(findings: Sequence[Finding]) -> dict[str, object]:
    said = [one.what for one in findings if one.level is not Level.OK]
    return {"state": worst(findings), **({"problems": said} if said else {})}


def _answering(checks: Sequence[Check]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        found = await asyncio.gather(*(ask(check, PATIENCE) for check in checks))
        status, body = report({check.name: one for check, one in zip(checks, found, strict=True)})
        return JSONResponse(body, status)

    return answer
