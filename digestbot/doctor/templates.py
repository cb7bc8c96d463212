"""The templates: each is filled in with every kind of message, and held to the platforms' limits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from digestbot.doctor.installation import Installation
from digestbot.findings import Check, Finding, Level, ok


def checks(of: Installation) -> Sequence[Check]:
    """One look at the operator's templates and ours."""
    return [Check("templates", partial(_templates, of))]


async def _templates(of: Installation) -> Sequence[Finding]:
    from digestbot.rendering import Renderer
    from digestbot.rendering.samples import PLATFORMS, SAMPLES

    problems = Renderer(of.settings.template_folders).problems()
    if problems:
        return [Finding(Level.ERROR, f"{one}.", one.fix) for one in problems]
    whose = of.settings.templates or "those that digestbot brings"
    return [ok(f"{whose}: {len(SAMPLES)} samples in {', '.join(PLATFORMS)} are within the limits")]
