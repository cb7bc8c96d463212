"""What somebody exported, taken in: archives, spreadsheets, clippings; and archives that are traps."""

from __future__ import annotations

import io
import json
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from digestbot.errors import SettingsError, SourceError
from digestbot.library.folder import read_folder
from digestbot.library.privacy import Rules
from digestbot.sources import archive
from digestbot.sources.importing import Imported, name_of, take_in

NOTE = "# {0}\n\n## Highlights\n- {0} remember. ([Location 1](https://readwise.io/open/1))\n"
CLIPPINGS = (
    "The Long Quay (Lena Holm)\n- Your Highlight on page 3 | Location 31-32 | Added on Monday, March 2, 2026 9:00:00 AM"
    "\n\nRopes remember.\n==========\n"
)


def zipped(path: Path, entries: Mapping[str | zipfile.ZipInfo, str | bytes]) -> Path:
    """An archive of these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in entries.items():
            opened.writestr(name, text)
    return path


def take(file: Path, tmp_path: Path, **more: bool | str) -> Imported:
    """An import into the data folder beside the file."""
    return take_in(file, tmp_path / "data", Rules(), **more)  # type: ignore[arg-type]


def kept(tmp_path: Path) -> list[str]:
    """All files below the data folder but for the lock."""
    data = tmp_path / "data"
    return sorted(
        path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file() and path.suffix != ".lock"
    )


def test_an_archive_becomes_notes(tmp_path: Path) -> None:
    """Its notes are kept in their folders and counted; what is no note is named, what every vault hides is not."""
    entries = {
        "vault/Ropes.md": NOTE.format("Ropes"), "vault/sea/Tides.md": NOTE.format("Tides"), "vault/p.png": b"\x89PNG",
        "vault/index.html": "<p>", "vault/.obsidian/app.md": "x", "__MACOSX/vault/._Ropes.md": "x", "vault/empty/": "",
        "vault/private.md": "---\nprivate: true\n---\n" + NOTE.format("Secrets"),
    }  # fmt: skip
    found = take(zipped(tmp_path / "My Vault (2).zip", entries), tmp_path)
    assert (found.name, found.notes, found.highlights, found.sources, found.withheld) == ("my-vault-2", 2, 2, 2, 1)
    assert (found.new, found.gone, dict(found.others), found.problems) == (2, 0, {".png": 1, ".html": 1}, ())
    top = "sources/imports/my-vault-2/vault"
    assert kept(tmp_path) == [f"{top}/Ropes.md", f"{top}/private.md", f"{top}/sea/Tides.md"]


def test_imported_again_it_takes_its_own_place(tmp_path: Path) -> None:
    """The same name again replaces what was there; the report tells what is new and what is gone."""
    take(zipped(tmp_path / "vault.zip", {"a.md": NOTE.format("Ropes"), "b.md": NOTE.format("Tides")}), tmp_path)
    found = take(zipped(tmp_path / "vault.zip", {"a.md": NOTE.format("Ropes"), "c.md": NOTE.format("Knots")}), tmp_path)
    assert (found.new, found.gone) == (1, 1)
    assert kept(tmp_path) == ["sources/imports/vault/a.md", "sources/imports/vault/c.md"]


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    """A dry run reports the same and leaves no file and no folder behind."""
    file = zipped(tmp_path / "vault.zip", {"a.md": NOTE.format("Ropes")})
    dry = take(file, tmp_path, dry_run=True)
    assert not (tmp_path / "data").exists()
    assert dry == take(file, tmp_path)
    take(zipped(tmp_path / "vault.zip", {"b.md": NOTE.format("Knots")}), tmp_path, dry_run=True)
    assert kept(tmp_path) == ["sources/imports/vault/a.md"]


@pytest.mark.parametrize(
    ("name", "text", "kept_as"),
    [
        ("My Clippings.txt", CLIPPINGS, "my-clippings"),
        (
            "readwise-data.csv",
            "Highlight,Book Title,Book Author\nRopes remember.,The Long Quay,Lena Holm\n",
            "readwise-data",
        ),
        ("Ropes.md", NOTE.format("Ropes"), "ropes"),
    ],
)
def test_a_single_file(tmp_path: Path, name: str, text: str, kept_as: str) -> None:
    """Clippings, a spreadsheet and a note are kept as they are, below their name."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = take(tmp_path / name, tmp_path)
    assert (found.name, found.highlights, found.new) == (kept_as, 1, 1)
    assert kept(tmp_path) == [f"sources/imports/{kept_as}/{name}"]


def test_problems_name_file_and_line(tmp_path: Path) -> None:
    """What is odd in a note is reported with its path in the archive and its line."""
    file = zipped(tmp_path / "vault.zip", {"in/a.md": "---\ntitle: [x\n---\n" + NOTE.format("Ropes")})
    assert [str(one).partition(": ")[0] for one in take(file, tmp_path).problems] == ["in/a.md:3"]


def test_a_crash_between_the_renames(tmp_path: Path) -> None:
    """An import that was interrupted while it took its place is mended by the next, even by one that is refused."""
    take(zipped(tmp_path / "vault.zip", {"a.md": NOTE.format("Ropes")}), tmp_path)
    imports = tmp_path / "data" / "sources" / "imports"
    (imports / "vault").rename(imports / ".vault.old")
    (imports / ".vault.new").mkdir()
    (tmp_path / "vault.zip").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(SourceError, match="no ZIP archive"):
        take(tmp_path / "vault.zip", tmp_path)
    assert kept(tmp_path) == ["sources/imports/vault/a.md"]
    assert [path.name for path in imports.iterdir()] == ["vault"]


def _link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def _encrypted(data: bytes) -> bytes:
    """An archive with the bit set that says its entries are encrypted (APPNOTE 4.4.4)."""
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(sign) + place
        data = data[:at] + bytes([data[at] | 1]) + data[at + 1 :]
    return data


def _inner() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as opened:
        opened.writestr("a.md", NOTE.format("Ropes"))
    return inner.getvalue()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("../../evil.md", "put outside of its folder"),
        ("a/../../evil.md", "put outside of its folder"),
        ("/etc/evil.md", "put outside of its folder"),
        ("..\\evil.md", "put outside of its folder"),
        ("C:\\evil.md", "put outside of its folder"),
        ("c:evil.md", "put outside of its folder"),
        (_link("evil.md"), "a link or a device"),
        (_link("folder/"), "a link or a device"),
    ],
    ids=str,
)
def test_an_archive_that_reaches_out_is_refused(tmp_path: Path, entry: str | zipfile.ZipInfo, said: str) -> None:
    """An entry that would land elsewhere, or is a link, costs the whole archive its trust: nothing of it is kept."""
    file = zipped(tmp_path / "vault.zip", {"a.md": NOTE.format("Ropes"), entry: "/etc/passwd"})
    with pytest.raises(SourceError, match=said):
        take(file, tmp_path)
    assert kept(tmp_path) == []
    assert not list(tmp_path.rglob("evil.md"))


def _bomb(path: Path) -> None:
    """100 MiB of notes in 100 KiB."""
    zipped(path, {f"{number}.md": b"a" * (4 << 20) for number in range(25)})


def _lying_bomb(path: Path) -> None:
    """The same, where the table says that each has one byte."""
    _bomb(path)
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<L", data, at + 24, 1)
        at = data.find(b"PK\x01\x02", at + 46)
    path.write_bytes(data)


def _many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as opened:
        for number in range(archive.MOST_FILES + 1):
            opened.writestr(zipfile.ZipInfo(f"{number}.md"), b"")


def _huge_table(path: Path) -> None:
    """An archive whose last record claims a table of 3 GiB."""
    path.write_bytes(b"PK\x03\x04" + b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, 3 << 30, 4, 0))


def _zip64(path: Path) -> None:
    """One whose real table is named by a ZIP64 locator."""
    path.write_bytes(b"PK\x06\x07" + bytes(16) + b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, 46, 4, 0))


def _damaged(path: Path) -> None:
    data = bytearray(zipped(path, {"a.md": NOTE.format("Ropes") * 50}).read_bytes())
    data[60:70] = bytes(10)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_bomb, "far more than its size tells"),
        (_lying_bomb, "is damaged"),
        (_many, "more than 50,000 files"),
        (_huge_table, "more than 50,000 files"),
        (_zip64, "more than 50,000 files"),
        (_damaged, "is damaged"),
        (lambda path: path.write_bytes(b"PK\x03\x04"), "no ZIP archive, or is cut short"),
        (lambda path: path.write_bytes(b""), "no ZIP archive, or is cut short"),
        (lambda path: path.write_bytes(_encrypted(_inner())), "is encrypted. Unpack it with its password"),
        (lambda path: zipped(path, {"Part-1.zip": _inner()}), "another archive. Unpack it and import that one"),
        (lambda path: zipped(path, {"a.html": "<p>"}), "holds no notes"),
    ],
    ids="bomb lying many table zip64 damaged cut empty encrypted nested nothing".split(),
)
def test_what_is_no_honest_export_is_refused(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """Bombs, damage, passwords and archives in archives are each refused in a sentence, and nothing is kept."""
    make(tmp_path / "vault.zip")
    with pytest.raises(SourceError, match=said):
        take(tmp_path / "vault.zip", tmp_path)
    assert kept(tmp_path) == []


def test_one_odd_entry_costs_only_itself(tmp_path: Path) -> None:
    """Too large, too deep, too long a name, twice the same: each is reported, and the other notes are kept."""
    file = tmp_path / "vault.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a.md", NOTE.format("Ropes"))
        opened.writestr("large.md", b"ab " * (3 << 20))
        opened.writestr("d/" * 70 + "deep.md", "x")
        opened.writestr("n" * 300 + ".md", "x")
        opened.writestr("inner.zip", _inner())
        with pytest.warns(UserWarning, match="Duplicate name"):
            opened.writestr("a.md", NOTE.format("Knots"))
    found = take(file, tmp_path)
    assert (found.notes, dict(found.others)) == (1, {".zip": 1})
    assert [one.problem.partition(" and ")[0] for one in found.problems] == [
        "is larger than 8 MiB", "is nested deeper than 64 folders", "cannot be written (File name too long)",
        "is in the archive twice,",
    ]  # fmt: skip
    assert [one.text for note in read_folder(found.folder).notes for one in note.highlights] == ["Ropes remember."]


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone.zip", "There is no file"), ("photo.png", "is nothing to import"), (".", "is a folder")],
)
def test_what_is_nothing_to_import(tmp_path: Path, name: str, said: str) -> None:
    """A missing file, a folder and a file of another kind are named."""
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    with pytest.raises(SourceError, match=said):
        take(tmp_path / name, tmp_path)


def test_a_large_single_file(tmp_path: Path) -> None:
    """A file that the library would refuse for its size is refused at once."""
    (tmp_path / "big.txt").write_bytes(b"a" * (8 * 1024 * 1024 + 1))
    with pytest.raises(SourceError, match="larger than 8 MiB"):
        take(tmp_path / "big.txt", tmp_path)


def test_a_name_stays_in_its_place(tmp_path: Path) -> None:
    """A name that is a path is refused, and one made of a file's name never is one."""
    (tmp_path / "a.md").write_text(NOTE.format("Ropes"), encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be a name"):
        take(tmp_path / "a.md", tmp_path, name="../evil")
    assert [name_of(Path(name)) for name in ("..md", "a/../B c.zip", "学习.md")] == ["notes", "b-c", "notes-43faea36"]
    assert name_of(Path("学习.md")) != name_of(Path("讀書.md"))


def test_a_data_folder_in_the_way(tmp_path: Path) -> None:
    """Where nothing can be kept, the place is named."""
    (tmp_path / "a.md").write_text(NOTE.format("Ropes"), encoding="utf-8")
    (tmp_path / "data").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be written"):
        take(tmp_path / "a.md", tmp_path)


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program, in a folder of its own."""
    command = [sys.executable, "-m", "digestbot", *arguments]
    environment = {"DIGESTBOT_DATA": str(tmp_path / "data"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_the_command(tmp_path: Path) -> None:
    """`digestbot import` reports what came; then a look-up finds it, and the sample notes no longer stand in."""
    zipped(tmp_path / "Vault.zip", {"a.md": NOTE.format("Ropes"), "b.png": ""})
    dry = run(tmp_path, "import", "Vault.zip", "--dry-run")
    assert dry.stdout.splitlines() == [
        "vault: 1 note, 1 highlight of 1 source; 1 new, 0 gone.",
        "No notes, and left out: 1 .png.",
        "Nothing was kept: this was a dry run.",
    ]
    done = run(tmp_path, "import", "Vault.zip", "--name", "mine")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"Kept in {tmp_path}/data/sources/imports/mine."
    found = run(tmp_path, "quote", "ropes")
    assert "Ropes remember." in found.stdout
    assert found.stderr == ""
    assert run(tmp_path, "corpus", "check").stdout == "imports: 1 note, 1 highlight; nothing odd.\n"
    refused = run(tmp_path, "import", "nope.zip")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("digestbot: There is no file nope.zip.")
    folder = run(tmp_path, "import", ".")
    assert (folder.returncode, "is a folder. Name it in DIGESTBOT_CONTENT" in folder.stderr) == (1, True)
    named = run(tmp_path, "import", "nope.zip", "--workspace", "T1")
    assert (named.returncode, "--workspace is for a file of" in named.stderr) == (2, True)


def test_pulling(tmp_path: Path) -> None:
    """`digestbot pull` fetches what is named, says what came, and exits with 1 where something could not be fetched."""
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    (upstream / "a.md").write_text(NOTE.format("Ropes"), encoding="utf-8")
    for words in (["init", "-q"], ["add", "a.md"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=upstream, check=True)
    lines = f'[[sources]]\nname = "team"\nkind = "git"\nurl = "{upstream}"\n\n[[sources]]\nname = "margin"\n'
    (tmp_path / "digestbot.toml").write_text(lines + 'kind = "readwise"\n', encoding="utf-8")
    early = run(tmp_path, "preview")
    assert early.stderr.startswith("digestbot: team, margin: run `digestbot pull` to fetch it.")
    one = run(tmp_path, "pull", "team")
    assert (one.returncode, one.stdout, one.stderr) == (0, "team: 1 note; 1 new, 0 changed, 0 gone.\n", "")
    both = run(tmp_path, "pull")
    assert (both.returncode, both.stdout) == (1, "team: 1 note; 0 new, 0 changed, 0 gone.\n")
    assert both.stderr.startswith(
        "digestbot: margin needs the token of readwise.io/access_token in DIGESTBOT_SOURCE_MAR"
    )
    told = run(tmp_path, "pull", "--json")
    team, margin = json.loads(told.stdout)["sources"]
    assert (told.returncode, team["notes"], team["failed"], told.stderr) == (1, 1, "", "")
    assert margin["failed"].startswith("margin needs the token")
    assert "Ropes remember." in run(tmp_path, "quote", "ropes").stdout
    unknown = run(tmp_path, "pull", "tame")
    assert (unknown.returncode, "names team, margin" in unknown.stderr) == (2, True)
