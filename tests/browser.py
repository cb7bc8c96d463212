"""The Chromium of this machine, driven by Playwright; nothing is downloaded, and nothing but files is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path(os.environ.get("DIGESTBOT_CHROMIUM", "/usr/bin/chromium"))  # noqa: TID251 - where the browser lies

# A browser of its own accord asks for updates and more; and root, as in most containers, has no sandbox.
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield browser
        browser.close()
