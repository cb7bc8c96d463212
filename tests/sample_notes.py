"""Notes for the tests of the library."""

from __future__ import annotations

from pathlib import Path

FRONT = "---\ntitle: {title}\nauthor: {author}\ntags: [{tags}]\n{more}---\n\n## Highlights\n\n{highlights}\n"


def write(
    folder: Path, title: str, *highlights: str, author: str = "Ada Lovelace", tags: str = "weights", more: str = ""
) -> Path:
    """Put a note into a folder in a form that any reader of notes knows. more: lines of front matter."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{title}.md"
    bullets = "\n\n".join(f"- {text}" for text in highlights)
    text = FRONT.format(title=title, author=author, tags=tags, more=more, highlights=bullets)
    path.write_text(text, encoding="utf-8")
    return path
