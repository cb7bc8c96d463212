"""The command line: what it prints, where, with which exit code, and what it leaves unloaded."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from fakes import make_highlight
from surface import leaves

from digestbot import __version__
from digestbot.cli import cli
from digestbot.cli.options import SCHEMA
from digestbot.cli.sketch import sketch
from digestbot.model import Action, Digest, Listing
from digestbot.rendering import Renderer

ROOT = Path(__file__).parent.parent
HEAVY = {"tantivy", "jinja2", "sqlalchemy", "apscheduler", "pydantic", "slack_bolt", "discord", "yaml", "rich"}

NOTE = """---
title: On open weights
author: Ada Example
tags: [open-weights]
---

## Highlights

- A model whose weights are published can be studied by people who asked nobody.

- Whoever can run a model on a machine of one's own need not fear that it is withdrawn.

- The price of a model that anybody may host falls until it meets the price of power.
"""


def run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run digestbot as a process, with nothing of the caller's environment."""
    return subprocess.run(
        [sys.executable, "-m", "digestbot", *arguments],
        env={"DIGESTBOT_DATA": str(home / "data"), "HOME": str(home), **environment},
        cwd=home,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with one note in notes/."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "weights.md").write_text(NOTE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_starting_loads(option: str, tmp_path: Path) -> None:
    """Neither the version nor the help loads a library that they do not need."""
    code = f"""
import sys
from digestbot.__main__ import main
sys.argv = ["digestbot", {option!r}]
try:
    main()
finally:
    print(*sorted({{name.partition(".")[0] for name in sys.modules}}), file=sys.stderr)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    loaded = set(ran.stderr.split())
    assert {"click", "digestbot"} <= loaded
    assert not loaded & HEAVY
    assert (__version__ if option == "--version" else "quote") in ran.stdout


def test_quote_needs_no_reader(home: Path) -> None:
    """A look-up in an unchanged library loads neither the reader of notes nor YAML."""
    run("quote", "--content", "notes", home=home)
    code = """
import sys
from digestbot.__main__ import main
sys.argv = ["digestbot", "quote", "--content", "notes", "price"]
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
    environment = {"DIGESTBOT_DATA": str(home / "data"), "HOME": str(home)}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=home, env=environment, check=True, capture_output=True, text=True
    )
    assert "The price of a model" in ran.stdout
    assert not {"digestbot.notes", "yaml", "asyncio", "sqlalchemy", "pydantic"} & set(ran.stderr.split())


def test_preview(home: Path) -> None:
    """A preview is the same for the same day, on stdout, with nothing on stderr."""
    runs = [run("preview", "--content", "notes", "--date", "2026-03-02", home=home) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    assert "Monday 2 March 2026" in runs[0].stdout
    assert runs[0].stdout.count("«On open weights»") == 3
    assert (runs[0].returncode, runs[0].stderr) == (0, "")


def test_preview_as_a_platform_gets_it(home: Path) -> None:
    """With --json the platform's payloads are printed, one an entry; without, a sketch of them."""
    command = ("preview", "--content", "notes", "--size", "2", "--theme", "Open Weights", "--platform")
    slack = json.loads(run(*command, "slack", "--json", home=home).stdout)["parts"]
    assert [block["type"] for block in slack[0]["blocks"]].count("rich_text") == 2
    discord = json.loads(run(*command, "discord", "--json", home=home).stdout)["parts"]
    assert len(discord[0]["embeds"]) == 2
    assert run(*command, "slack", home=home).stdout.count("  ┃ ") >= 2


JSON = {
    "preview": (),
    "quote": ("model",),
    "themes": (),
    "themes suggest": (),
    "corpus check": (),
    "next": ("daily at 9",),
    "pull": (),
    "subscription list": (),
    "subscription show": ("noon",),
    "subscription next": (),
    "deliveries": (),
    "why": ("noon",),
    "audit": (),
    "db check": (),
    "doctor": ("--offline",),
}
"""Each command that has --json, with what it must be told besides."""


def test_all_json_has_the_number_of_its_schema(home: Path) -> None:
    """Every command's --json prints one object that begins with the version of its schema, unless others define it."""
    # A manifest is Slack's to read, in Slack's own schema.
    assert {*JSON, "slack manifest"} == {" ".join(words) for words, command in leaves(cli) if has_json(command)}
    (home / "digestbot.toml").write_text('[[sources]]\nname = "more"\nkind = "folder"\npath = "notes"\n')
    assert run("subscription", "add", "noon", "console", "daily at 12", home=home).returncode == 0
    assert run("subscription", "skip", "noon", home=home).returncode == 0
    for words, more in JSON.items():
        told = json.loads(run(*words.split(), *more, "--json", home=home, DIGESTBOT_CONTENT="notes").stdout)
        assert (next(iter(told)), told["schema"]) == ("schema", SCHEMA), words


def has_json(command: click.Command) -> bool:
    """Whether it can print for other programs."""
    return any("--json" in parameter.opts for parameter in command.params)


def test_quote(home: Path) -> None:
    """A look-up prints what it found, as text or as JSON."""
    content = ("--content", "notes")
    assert "“The price of a model" in run("quote", "price", "power", *content, home=home).stdout
    found = json.loads(run("quote", "price", "power", "--json", *content, home=home).stdout)
    assert (found["query"], found["total"]) == ("price power", 1)
    assert found["highlights"][0]["source"]["title"] == "On open weights"
    assert "«On open weights»" in run("quote", *content, home=home).stdout


def test_quote_counts_and_pages(home: Path) -> None:
    """Matches can be counted, and shown page by page; spelling that was mended is told."""
    content = ("--content", "notes")
    counted = run("quote", "model", "--by", "author", "--json", *content, home=home)
    assert json.loads(counted.stdout)["counts"] == [{"author": "Ada Example", "highlights": 3}]
    first, last = (run("quote", "model", "--limit", "2", "--page", str(page), *content, home=home) for page in (1, 2))
    assert "page 1 of 2" in first.stdout
    assert "page 2 of 2" in last.stdout
    assert "“price”; nothing holds “prixe”" in run("quote", "prixe", *content, home=home).stdout
    assert "model" in json.loads(run("quote", "modle", "--json", *content, home=home).stdout)["corrected"]


def test_an_emptied_folder_is_told_and_forgotten_on_demand(home: Path) -> None:
    """Look-ups go on with what was read before, with a warning, until somebody says that it is to be forgotten."""
    content = ("--content", "notes")
    run("quote", "price", *content, home=home)
    (home / "notes" / "weights.md").unlink()
    ran = run("quote", "price", *content, home=home)
    assert "The price of a model" in ran.stdout
    assert "digestbot corpus index --force" in ran.stderr
    assert "0 notes, 0 highlights" in run("corpus", "index", "--force", *content, home=home).stdout
    assert run("quote", "price", *content, home=home).stdout == ""


def test_quote_without_a_match(home: Path) -> None:
    """Nothing found is said on stderr; stdout stays empty, or valid JSON."""
    ran = run("quote", "unicorns", "--content", "notes", home=home)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "Nothing found for “unicorns”" in ran.stderr
    ran = run("quote", "unicorns", "--json", "--content", "notes", home=home)
    assert json.loads(ran.stdout)["highlights"] == []


def test_themes(home: Path) -> None:
    """Themes are printed with their stock."""
    assert "Open weights" in run("themes", "--content", "notes", home=home).stdout
    themes = json.loads(run("themes", "--json", "--content", "notes", home=home).stdout)["themes"]
    assert {"name": "Open weights", "highlights": 3, "sources": 1} in themes


def test_days_of_stock(home: Path) -> None:
    """The list of themes says for how many days each lasts at a schedule, and a schedule that cannot be is refused."""
    slow, fast = (
        run("themes", "--size", "1", "--per-week", week, "--content", "notes", home=home).stdout for week in ("3", "21")
    )
    days = [re.findall(r"^Open weights\s+3\s+1\s+(\d+)$", text, re.MULTILINE) for text in (slow, fast)]
    assert days == [["7"], ["1"]]
    assert run("themes", "--per-week", "0", "--content", "notes", home=home).returncode == 2


def test_themes_suggest(home: Path) -> None:
    """Themes are proposed for highlights under none, as lines for digestbot.toml; else it says that all have one."""
    ran = run("themes", "--content", "notes", "suggest", home=home)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "Every highlight is under a theme.\n")
    remarks = (
        "However cold the year was, it was the supply chain that held.",
        "Nobody audits a supply chain before it breaks under them.",
        "What reaches the harbour late has a supply chain behind it.",
        "Their supply chain began with a shepherd and ended in court.",
    )
    for number, remark in enumerate(remarks, 1):
        text = f"# Letter {number}\n\n## Highlights\n\n- {remark}\n"
        (home / "notes" / f"{number}.md").write_text(text, encoding="utf-8")
    ran = run("themes", "suggest", home=home, DIGESTBOT_CONTENT="notes")
    assert tomllib.loads(ran.stdout) == {"themes": {"supply-chain": {"query": '"supply chain"'}}}
    (found,) = json.loads(run("themes", "suggest", "--json", home=home, DIGESTBOT_CONTENT="notes").stdout)["suggested"]
    assert (found["name"], len(found["highlights"]), found["sources"]) == ("Supply chain", 4, 4)


def test_several_content_folders(home: Path) -> None:
    """--content may be given several times; what is found lies in all of them, and the same passage is shown once."""
    (home / "more").mkdir()
    (home / "more" / "other.md").write_text(NOTE.replace("On open weights", "Elsewhere"), encoding="utf-8")
    found = json.loads(run("quote", "price", "--json", "--content", "notes", "--content", "more", home=home).stdout)
    (one,) = found["highlights"]
    assert {one["source"]["title"], *one["also_in"]} == {"On open weights", "Elsewhere"}
    assert "price" in one["snippet"]


def test_the_sample_content_stands_in(home: Path) -> None:
    """Without configured notes the sample content is read, which is said on stderr alone."""
    ran = run("themes", "--json", home=home)
    assert "sample content" in ran.stderr
    assert json.loads(ran.stdout)["themes"]
    assert "sample" not in run("themes", home=home, DIGESTBOT_CONTENT="notes").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("quote", "x", "--content", "nowhere"), 3, "nowhere"),
        (("preview", "--content", "notes", "--theme", "open wieghts"), 2, "The nearest are Open weights"),
        (("preview", "--content", "notes", "--date", "soon"), 2, "soon"),
        (("preview", "--content", "notes", "--size", "0"), 2, "0"),
        (("peview",), 2, "preview"),
    ],
)
def test_mistakes(home: Path, arguments: tuple[str, ...], code: int, problem: str) -> None:
    """A mistake is one plain sentence on stderr and an exit code, never a traceback."""
    ran = run(*arguments, home=home)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert problem in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("preview --content notes >&-", "standard output is closed"),
        ("corpus export notes >&-", "standard output is closed"),
        ("corpus export notes >/dev/full", "standard output cannot be written: No space left on device."),
        ("themes --json --content notes >/dev/full", "standard output cannot be written: No space left on device."),
    ],
)
def test_output_that_goes_nowhere(command: str, said: str, home: Path) -> None:
    """Where nothing can be printed, a sentence says so and the exit status is 1: nothing is lost in silence."""
    environment = {"DIGESTBOT_DATA": str(home / "data"), "HOME": str(home)}
    line = f'exec "{sys.executable}" -m digestbot {command}'
    shell = ["/bin/sh", "-c", line]
    done = subprocess.run(shell, cwd=home, env=environment, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith(f"digestbot: {said}")
    assert len(done.stderr.splitlines()) == 1


def test_a_terminal_of_another_encoding(home: Path) -> None:
    """What a terminal's encoding does not have is shown as a question mark."""
    done = run("preview", "--content", "notes", home=home, PYTHONIOENCODING="ascii")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert "published" in done.stdout


@pytest.mark.parametrize("command", ["preview", "demo"])
def test_an_empty_library(command: str, home: Path) -> None:
    """Without a highlight there is no digest: that is said, and is a failure, but no wrong usage."""
    (home / "notes" / "weights.md").unlink()
    done = run(command, "--content", "notes", home=home)
    assert (done.returncode, "The library holds no highlights yet." in done.stderr) == (1, True)


def test_help_is_whole(tmp_path: Path) -> None:
    """No command's line in the list is cut off, and a date is asked for as people write it."""
    assert "..." not in run("--help", home=tmp_path).stdout.partition("Commands:")[2]
    assert "YYYY-MM-DD" in run("preview", "--help", home=tmp_path).stdout


@pytest.mark.parametrize(("wish", "bold"), [({"NO_COLOR": "1"}, False), ({}, True)])
def test_no_color(wish: dict[str, str], bold: bool, home: Path) -> None:  # noqa: FBT001 - a parameter of the test
    """On a terminal, tables and titles are bold and slanted, unless the person asked for plain text."""
    ours, theirs = os.openpty()
    environment = {"DIGESTBOT_DATA": str(home / "data"), "HOME": str(home), "TERM": "xterm", **wish}
    command = [sys.executable, "-m", "digestbot", "themes", "--content", "notes"]
    subprocess.run(command, cwd=home, env=environment, stdout=theirs, check=True, timeout=60)
    os.close(theirs)
    assert (b"\x1b[" in os.read(ours, 65536)) is bold
    os.close(ours)


def test_a_broken_template(home: Path) -> None:
    """An operator's broken template is named with its line, and the built-in one serves."""
    (home / "mine" / "text").mkdir(parents=True)
    (home / "mine" / "text" / "digest.txt").write_text("fine\n{{ nonsense }}\n", encoding="utf-8")
    ran = run("preview", "--content", "notes", home=home, DIGESTBOT_TEMPLATES=str(home / "mine"))
    assert ran.returncode == 0
    assert "mine/text/digest.txt:2: 'nonsense' is undefined The built-in template serves instead." in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == run("preview", "--content", "notes", home=home).stdout


def test_demo(home: Path) -> None:
    """The demo shows both platforms, a look-up answered and what to do next, and leaves nothing behind."""
    ran = run("demo", home=home)
    assert (ran.returncode, ran.stderr) == (0, "")
    for title in ("Today's digest in Slack", "Today's digest in Discord", "/quote ", "What next"):
        assert title in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 100
    assert not (home / "data").exists()


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_sketch(platform: str) -> None:
    """A sketch shows what a person would see: text without its escapes, links with their host, buttons and menus."""
    one = make_highlight(1, "Weights & *measures*, <free> for [all]: a_b.")
    renderer = Renderer([str(ROOT / "templates")])
    actions = (Action("Save", "save", "", one.id), Action("Another", "digest", "now"))
    view = Digest("Open [weights]", "2026-03-02", (one,), actions)
    [part] = renderer.render(view, platform).parts
    drawn = sketch(part, platform)
    for line in (
        "Open [weights]",
        "“Weights & *measures*, <free> for [all]: a_b.”",
        "«Essay 1» (example.org)",
    ):
        assert line in drawn
    assert re.search(r"\[ Save .*Another \]", drawn, re.DOTALL)
    [part] = renderer.render(Listing("Themes", ("Theme", "Stock"), (("Ethics", "7"),)), platform).parts
    assert "Ethics" in sketch(part, platform)


def test_a_page_is_not_written_over_a_note(home: Path) -> None:
    """--html refuses a file among the notes, and leaves the note as it was."""
    note = next((home / "notes").glob("*.md"))
    before = note.read_bytes()
    result = run("preview", "--content", "notes", "--html", str(note), home=home)
    assert (result.returncode, note.read_bytes()) == (3, before)
    assert "--html" in result.stderr
