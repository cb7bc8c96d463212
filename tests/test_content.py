"""What the sample corpus in content/ promises: sound addresses, its own sentences, nobody's words."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
FILES = sorted(path for path in CONTENT.rglob("*") if path.is_file())
SAMPLE = "digestbot sample notes"
OTHERS = Path(os.environ.get("DIGESTBOT_TEST_CORPUS", ROOT.parent / "shared" / "corpus"))  # noqa: TID251 - no setting of the product

_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s<>\"'|\]{}]*", re.IGNORECASE)
_FRONT = re.compile(r"\A(---|\+\+\+)\n.*?\n\1\n", re.DOTALL)
_AUTHOR = re.compile(
    r"^(?:>|[-*] )?(?:authors?|作者)(?:::|:| =)[ \t]*(.+)$|^> - 作者：(.+)$|^[Bb]y (.+)$", re.MULTILINE | re.IGNORECASE
)
_ATTRIBUTED = re.compile(
    r"\b(?:he|she|they|(?!It\b)[A-Z][a-z]+) (?:said|says|wrote|writes|told|argues|argued|tweeted|remarked|replied)\b"
)

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONTENT)))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def _prose(path: Path) -> str:
    """The words of a note without front matter, table quoting and the attributes of HTML."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return "\n".join(row["Highlight"] + "\n" + row["Note"] for row in csv.DictReader(file))
    return re.sub(r"<a [^>]*>|^full-title::.*$", "", _FRONT.sub("", _text(path)), flags=re.MULTILINE)


def _authors(path: Path) -> Iterator[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row["Book Author"] for row in csv.DictReader(file))
    elif path.suffix == ".txt":
        yield from re.findall(r"\(([^()]*)\)\r?\n- Your ", _text(path))
    else:
        for match in _AUTHOR.finditer(_text(path)):
            yield next(group for group in match.groups() if group)


@pytest.fixture(scope="module")
def seeds() -> list[Path]:
    """The documents that must not be copied; they lie outside the checkout."""
    found = sorted((OTHERS / "seeds").glob("*.md"))
    if not found:
        pytest.skip("DIGESTBOT_TEST_CORPUS names no folder with seeds/")
    return found


def test_size() -> None:
    """There are at least 26 notes in at least six folders, and every file is a note."""
    assert len(FILES) >= 26
    assert len({path.parent for path in FILES}) >= 6
    assert {path.suffix for path in FILES} == {".md", ".txt", ".csv"}


@every_file
def test_addresses(path: Path) -> None:
    """Every address is http or https and has a host with a dot in it."""
    for url in _URL.findall(_text(path)):
        parts = urlsplit(url)
        assert parts.scheme in {"http", "https"}, url
        assert "." in (parts.hostname or ""), url


@every_file
def test_nobody_is_quoted(path: Path) -> None:
    """No sentence stands in quotation marks and none is attributed to a speaker."""
    prose = _prose(path)
    assert not re.findall(r"[\"“”„«»「」]", prose)
    assert not _ATTRIBUTED.findall(prose)


@every_file
def test_author(path: Path) -> None:
    """Wherever a note names an author, that is the sample author."""
    for author in _authors(path):
        assert re.sub(r"\[\[|\]\]|\]\(.*|[\[\]\"'*]", "", author).strip() == SAMPLE


def test_voice_is_declared() -> None:
    """A note with metadata says `voice: summary`; only plain articles, clippings and the table have no place for it."""
    declared = re.compile(r"^\W*voice\W+summary", re.MULTILINE | re.IGNORECASE)
    silent = [path for path in FILES if not declared.search(_text(path))]
    assert {path.name for path in silent} == {
        "Field notes on the commons.md",
        "My Clippings.txt",
        "Who pays for free weights.md",
        "readwise-data.csv",
    }


def test_private_note_is_linked_once() -> None:
    """One note is private, and exactly one wikilink names it."""
    private = [path for path in FILES if re.search(r"^private: true$", _text(path), re.MULTILINE)]
    assert [path.stem for path in private] == ["release_party_rota"]
    assert sum(_text(path).count("[[release_party_rota") for path in FILES) == 1


def test_links_lead_somewhere() -> None:
    """A wikilink written as a slug with a label names a note of the corpus."""
    stems = {path.stem for path in FILES}
    for path in FILES:
        for target in re.findall(r"\[\[([^\]|]+)\|", _text(path)):
            assert target.strip() in stems, f"{path.name}: {target}"


@pytest.mark.corpus
def test_sentences_are_our_own(seeds: list[Path]) -> None:
    """No line of the seeds longer than 40 characters occurs in content/, and no run of eight of their words."""
    ours = {path: re.findall(r"\w+", _text(path).casefold()) for path in FILES}
    whole = "\n".join(_text(path) for path in FILES)
    for seed in seeds:
        text = _text(seed)
        assert not [line for line in text.splitlines() if len(line.strip()) > 40 and line.strip() in whole]
        runs = _runs(re.findall(r"\w+", re.sub(r"<[^>]*>|https?://\S+", " ", text.casefold())))
        assert {path.name: shared for path, words in ours.items() if (shared := runs & _runs(words))} == {}


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}
