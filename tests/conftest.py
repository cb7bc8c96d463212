"""What all tests share: how properties are searched."""

from __future__ import annotations

import os

from hypothesis import settings

# A change is judged by the same examples each time; whoever works on the code searches new ones with every run.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")  # noqa: TID251 - decides how the tests run, not what they test
