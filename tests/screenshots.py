"""Makes the pictures of the README from the sample content: `make screenshots`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from browser import chromium
from PIL import Image

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "images"
PICK = ("--theme", "data", "--date", "2026-11-20")
"""The digest that the README shows as text."""

SHOTS = {"preview-light.png": ("#light", "#desktop", 1200), "preview-dark.png": ("#dark", "#phone", 840)}
"""Picture -> the radio buttons that are on, and the width of the window."""


def main() -> None:
    """Write every picture, with at most 128 colours."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "preview.html"
        command = [sys.executable, "-m", "digestbot", "preview", *PICK, "--content", str(ROOT / "content")]
        subprocess.run([*command, "--html", str(file)], check=True, stdout=subprocess.DEVNULL)
        for name, (colours, width, window) in SHOTS.items():
            page = browser.new_page(viewport={"width": window, "height": 300})
            page.goto(file.as_uri())
            page.locator(colours).check(force=True)
            page.locator(width).check(force=True)
            page.screenshot(path=PICTURES / name, full_page=True)
            with Image.open(PICTURES / name) as picture:
                picture.convert("RGB").quantize(128).save(PICTURES / name, optimize=True)


if __name__ == "__main__":
    main()
