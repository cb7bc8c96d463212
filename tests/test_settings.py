from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from digestbot import credentials, environment, settings
from digestbot.config.sources import SourceOrder
from digestbot.errors import SettingsError
from digestbot.model import Channel, SavedSearch
from digestbot.orders import MOST_HIGHLIGHTS

ROOT = Path(__file__).parent.parent
MORNING = """
[[subscriptions]]
name = "morning"
channel = "webhook:team"
schedule = "weekdays at 8:30"
zone = "Europe/Berlin"
size = 5
title = "Morning reading"

[content]
exclude_tags = ["private", "hr"]
exclude_folders = ["Journal"]
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment that says nothing about digestbot."""
    for name in [name for name in os.environ if name.startswith(environment.PREFIX)]:  # noqa: TID251 - a clean start for each test
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    (tmp_path / "notes").mkdir()
    return tmp_path


def write(subscription: str) -> None:
    """Write a digestbot.toml whose one subscription has these lines, and otherwise all it needs."""
    lines = {"name": '"morning"', "channel": '"console"', "schedule": '"daily at 9"'}
    lines.update(line.split(" = ", 1) for line in subscription.splitlines())
    body = "\n".join(f"{key} = {value}" for key, value in lines.items() if value)
    Path("digestbot.toml").write_text(f"[[subscriptions]]\n{body}\n", encoding="utf-8")


def test_nothing_said() -> None:
    """Without any setting digestbot shows its sample notes, and keeps its data in the user's own data folder."""
    found = settings.load()
    assert found.content == (ROOT / "content",)
    assert found.data == Path("home/digestbot").resolve()
    assert found.subscriptions == ()
    assert not found.data.exists()


def test_config_is_read(place: Path) -> None:
    """Every key of digestbot.toml reaches the settings."""
    (place / "digestbot.toml").write_text(MORNING, encoding="utf-8")
    found = settings.load(("notes",))
    (morning,) = found.subscriptions
    assert (morning.id, morning.channel) == ("morning", Channel("webhook", "local", "team"))
    assert (morning.schedule, morning.zone, morning.size) == ("weekdays at 8:30", "Europe/Berlin", 5)
    assert (morning.theme, morning.title) == ("rotate", "Morning reading")
    assert (found.exclude_tags, found.exclude_folders) == (("private", "hr"), ("Journal",))


def test_environment_comes_before_the_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line comes before the environment, the environment before .env."""
    for name in ("a", "b", "c"):
        (place / name).mkdir()
    (place / ".env").write_text("DIGESTBOT_CONTENT=a:b\nDIGESTBOT_DATA=from-file\n", encoding="utf-8")
    assert settings.load().content == (place / "a", place / "b")
    monkeypatch.setenv("DIGESTBOT_CONTENT", "c")
    assert settings.load().content == (place / "c",)
    assert settings.load(("b", "a")).content == (place / "b", place / "a")
    assert settings.load().data == place / "from-file"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("DIGESTBOT_CONTENT", "nowhere", "there is no .*nowhere.*Name a folder"),
        ("DIGESTBOT_CONFIG", "none.toml", "there is no file"),
        ("DIGESTBOT_TEMPLATES", "none", "there is no folder"),
        ("DIGESTBOT_DATA", "notes/.data", "lies in the notes"),
        ("DIGESTBOT_CONTNET", "notes", "Write DIGESTBOT_CONTENT"),
        ("DIGESTBOT_WEBHOOK", "https://example.org", "Write DIGESTBOT_WEBHOOK_<NAME>"),
        ("DIGESTBOT_CONTENT", "~nosuch/x", "cannot be reached .*home"),
        ("DIGESTBOT_CONTENT", "loop", "loop"),
        ("DIGESTBOT_DATA", "~nosuch/x", "cannot be reached"),
        ("DIGESTBOT_DATA", "x" * 5_000, r"“x{100}…” cannot be reached"),
        ("DIGESTBOT_CONFIG", "x" * 5_000, "cannot be reached"),
        ("DIGESTBOT_TEMPLATES", "x" * 5_000, "cannot be reached"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong or misspelt setting is refused by its name, with what to write instead."""
    Path("loop").symlink_to("loop")
    monkeypatch.setenv("DIGESTBOT_CONTENT", "notes")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=complaint) as refused:
        settings.load()
    assert str(refused.value).startswith(name)


def test_other_peoples_variables(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment may hold names that others made of ours, as Kubernetes does; in .env they are a mistake."""
    monkeypatch.setenv("DIGESTBOT_PORT", "tcp://10.0.0.1:80")
    monkeypatch.setenv("DIGESTBOT_SERVICE_HOST", "10.0.0.1")
    settings.load(("notes",))
    (place / ".env").write_text("DIGESTBOT_COLOUR=red\n", encoding="utf-8")
    unknown = r"^\.env: DIGESTBOT_COLOUR: digestbot knows no such setting\. Remove it; \.env\.example names them all\.$"
    with pytest.raises(SettingsError, match=unknown):
        settings.load(("notes",))


def test_an_env_file_that_is_a_pipe(place: Path) -> None:
    """A pipe in the place of .env is refused, for reading it would wait for ever."""
    os.mkfifo(place / ".env")
    with pytest.raises(SettingsError, match=r"^\.env: is not a file"):
        settings.load()


def test_an_env_file_with_odd_characters(place: Path) -> None:
    """A path with a NUL in it is refused by its setting's name."""
    (place / ".env").write_text("DIGESTBOT_DATA=a\0b\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^DIGESTBOT_DATA: .*cannot be reached"):
        settings.load(("notes",))


def test_a_working_directory_that_is_gone(place: Path) -> None:
    """Where the working directory was deleted, relative paths are refused in a sentence."""
    (place / "gone").mkdir()
    os.chdir(place / "gone")
    (place / "gone").rmdir()
    with pytest.raises(SettingsError, match="cannot be reached"):
        settings.load(("notes",))


def test_the_ledger_lies_outside_of_the_notes(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """A database in the notes is refused, however its path is spelled; one beside them is not."""
    for path in ("notes/x.db", f"{place}/notes/deeper/x.db", "other/../notes/x.db"):
        monkeypatch.setenv("DIGESTBOT_DATABASE_URL", f"sqlite:///{path}")
        with pytest.raises(SettingsError, match=r"^DIGESTBOT_DATABASE_URL: .* lies in the notes"):
            credentials.load().database(settings.load(("notes",)))
    monkeypatch.setenv("DIGESTBOT_DATABASE_URL", "sqlite:///x.db")
    assert credentials.load().database(settings.load(("notes",))) == "sqlite:///x.db"


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    """digestbot.toml as Windows editors save it is read."""
    Path("digestbot.toml").write_text("\ufeff[content]\nexclude_tags = ['x']\n", encoding="utf-8")
    assert settings.load(("notes",)).exclude_tags == ("x",)


def test_a_broken_env_file(place: Path) -> None:
    """A line of .env that is no setting is named by its number."""
    (place / ".env").write_text("DIGESTBOT_DATA=x\n'what is this\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^\.env:2:"):
        settings.load()


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("zone = 'Mars/Base'", r"subscriptions\[1\]\.zone: .*Mars/Base"),
        ("schedule = 'dayly 9:00'", r"subscriptions\[1\]\.schedule: .*Write “daily at 09:00”"),
        ("size = 0", rf"subscriptions\[1\]\.size: .*1 to {MOST_HIGHLIGHTS}"),
        ("size = true", r"subscriptions\[1\]\.size"),
        ("colour = 'red'", r"subscriptions\[1\]\.colour: digestbot knows no such key"),
        ("shedule = 'daily at 9'", r"subscriptions\[1\]\.shedule: .*Write schedule"),
        ("channel = 'webhook:a b'", r"subscriptions\[1\]\.channel: .*Write console"),
        (
            "channel = 'teams:C1'",
            r"subscriptions\[1\]\.channel: there is no platform “teams”. Write console or slack or webhook.",
        ),
        ("channel = ", r"subscriptions\[1\]\.channel: write a text"),
        ("theme = 7", r"subscriptions\[1\]\.theme: write a text"),
        ("theme = ['a', 3]", r"subscriptions\[1\]\.theme: write a list of texts"),
        ("balance = 1.5", r"subscriptions\[1\]\.balance: write a number from 0 to 1"),
        ("repeat_after_days = 'two'", r"subscriptions\[1\]\.repeat_after_days: write a number from 0 to 3650"),
        ("when_short = 'never'", r"subscriptions\[1\]\.when_short: .*Write fewer, skip, second round"),
        ("on_this_day = 'yes'", r"subscriptions\[1\]\.on_this_day: write on_this_day = true"),
        ("draft = 'maybe'", r"subscriptions\[1\]\.draft: .*Write off, sends, waits"),
        ("draft_minutes = 0", r"subscriptions\[1\]\.draft_minutes: write a number from 1 to 1440"),
        ("prompt = 3", r"subscriptions\[1\]\.prompt: write a text here, such as prompt = "),
        ("pin = 'yes'", r"subscriptions\[1\]\.pin: write pin = true"),
        ("mention = ['S0TEAM12']", r"subscriptions\[1\]\.mention: write a text"),
        ("name = 'Fr Ed'", r"subscriptions\[1\]\.name: .*cannot be a name"),
    ],
)
def test_a_wrong_subscription_is_named(lines: str, complaint: str) -> None:
    """A mistake in a subscription names the file, the key and what to write instead."""
    write(lines)
    with pytest.raises(SettingsError, match=complaint) as refused:
        settings.load(("notes",))
    assert str(refused.value).startswith(str(Path("digestbot.toml").resolve()))


def test_saved_searches_are_themes() -> None:
    """Each table under [themes] is a saved search by its heading's name."""
    lines = "[themes.open-weights]\nquery = ' open weights '\ntags = ['ai']\n[themes.'学习']\nauthors = ['Ada']\n"
    Path("digestbot.toml").write_text(lines + "sources = ['example.org']\nexclude = ['news']\n", encoding="utf-8")
    assert settings.load(("notes",)).themes == (
        SavedSearch("open-weights", "open weights", ("ai",)),
        SavedSearch("学习", "", (), ("Ada",), ("example.org",), ("news",)),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[subscription]]", "subscription: .*Write subscriptions"),
        ("subscriptions = 3", "write one table a subscription"),
        ("content = 3", "write a table"),
        ("weights = 3", "write a table"),
        ("[weights]\n'A book' = 0", 'weights.A book: write a number from 0.01 to 100, or "never"'),
        ("[weights]\n'A book' = true", "weights.A book: write a number"),
        ("[weights]\n'A book' = 'nevver'", "weights.A book: write a number"),
        ("[highlights]\nhide = ['abc']", "highlights.hide: “abc” is no id"),
        ("[content]\nexclude_tags = 'x'", "write a list of texts"),
        ("[content]\nexclude = ['x']", "content.exclude: "),
        ("themes = 3", r"themes: write one table a theme.*\[themes.open-weights\]"),
        ("[themes]\nsea = 'tides'", "themes: write one table a theme"),
        ("[themes.sea]\nqery = 'tides'", r"themes\.sea\.qery: .*Write query"),
        ("[themes.sea]\nquery = ''", r"themes\.sea\.query: write a text"),
        ("[themes.sea]\ntags = 'tides'", r"themes\.sea\.tags: write a list of texts"),
        ("[themes.sea]\nexclude = ['x']", r"themes\.sea\.query: is what finds"),
        ("[themes.rotate]\nquery = 'x'", r"themes\.rotate: cannot be a name"),
        ("[themes.all]\nquery = 'x'", r"themes\.all: cannot be a name"),
        ("[themes.Everything]\nquery = 'x'", r"themes\.Everything: cannot be a name"),
        ("[themes.'--']\nquery = 'x'", r"themes\.--: cannot be a name"),
        ("[themes.a-b]\nquery = 'x'\n[themes.A_B]\nquery = 'x'", r"themes\.A_B: is spelled like themes\.a-b"),
        ("[" * 5_000, "is not TOML: "),
        ("[[subscriptions]", "is not TOML: .*line 1"),
        ("[[subscriptions]]\nname='a'\nchannel='console'\nschedule='daily at 9'\n" * 2, "“a” is taken"),
    ],
)
def test_a_wrong_file_is_named(text: str, complaint: str) -> None:
    """A mistake in the shape of digestbot.toml is refused, with what to write instead."""
    Path("digestbot.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        settings.load(("notes",))


def test_what_a_digest_carries() -> None:
    """A draft, a question, a pin and a mention are read; without them a digest has none."""
    write("size = 3")
    (plain,) = settings.load(("notes",)).subscriptions
    assert (plain.draft, plain.prompt, plain.pin, plain.mention) == ("off", "", False, "")
    more = "draft = 'sends'\ndraft_minutes = 90\nprompt = 'Who knew?'\npin = true\nmention = 'S0TEAM12'"
    write(more)
    (one,) = settings.load(("notes",)).subscriptions
    assert (one.draft, one.draft_minutes, one.lead.total_seconds()) == ("sends", 90, 5400)
    assert (one.prompt, one.pin, one.mention) == ("Who knew?", True, "S0TEAM12")


def test_what_curation_is_told() -> None:
    """Themes in turn, the stock's rules, weights of sources and the curators' ids are read."""
    Path("digestbot.toml").write_text(
        "[[subscriptions]]\nname='a'\nchannel='console'\nschedule='daily at 9'\ntheme=['ale', 'bee']\nbalance=0\n"
        "repeat_after_days=90\nwhen_short='second round'\non_this_day=true\n"
        "[weights]\n'The Book'=2\n'https://www.example.org/x/'='never'\n"
        "[highlights]\nhide=['0123456789abcdef']\nshow=['0123456789abcdef', 'fedcba9876543210']\n",
        encoding="utf-8",
    )
    found = settings.load(("notes",))
    (one,) = found.subscriptions
    assert (one.theme, one.themes, one.balance, one.on_this_day) == ("rotate", ("ale", "bee"), 0, True)
    assert (one.repeat_after_days, one.when_short) == (90, "second round")
    assert found.guidance.weights == {"the book": 2, "example.org/x": 0}
    assert found.guidance.hidden == {"0123456789abcdef"}
    assert found.guidance.kept == {"fedcba9876543210"}


def test_sources_are_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each [[sources]] table is an order; what it leaves out has a default, a folder and a local path are absolute."""
    monkeypatch.setenv("HOME", str(Path.cwd()))
    Path("digestbot.toml").write_text(
        "[[sources]]\nname='team'\nkind='git'\nurl='~/vault'\nbranch='main'\nfolder='books/'\nevery='2 days'\n"
        "[[sources]]\nname='rw'\nkind='readwise'\nworkspace='ops'\n"
        "[[sources]]\nname='margin'\nkind='hypothesis'\nuser='ada'\nurl='http://localhost:80/api/search'\n"
        "[[sources]]\nname='drive'\nkind='folder'\npath='~/notes'\n",
        encoding="utf-8",
    )
    found = settings.load()
    here, hour = str(Path.cwd()), timedelta(hours=1)
    assert found.sources == (
        SourceOrder("team", "git", timedelta(days=2), "", url=f"{here}/vault", branch="main", folder="books/"),
        SourceOrder("rw", "readwise", hour, "ops"),
        SourceOrder("margin", "hypothesis", hour, "", url="http://localhost:80/api/search", user="ada"),
        SourceOrder("drive", "folder", hour, "", path=f"{here}/notes"),
    )


def test_the_folders_of_sources_are_read_too() -> None:
    """The library reads the content and what was fetched; the sample notes stand in where there is nothing else."""
    Path("digestbot.toml").write_text(
        "[[sources]]\nname='team'\nkind='git'\nurl='/srv/x'\n[[sources]]\nname='rw'\nkind='readwise'\n"
        "[[sources]]\nname='drive'\nkind='folder'\npath='notes'\n",
        encoding="utf-8",
    )
    found = settings.load()
    notes = Path("notes").resolve()
    assert (found.content, found.folders) == ((), (notes,))
    below = found.data / "sources"
    for name in ("team", "gone", "imports"):
        (below / name).mkdir(parents=True)
    assert found.folders == (below / "team", notes, below / "imports")
    assert settings.load(("notes",)).folders == (notes, below / "team", below / "imports")
    Path("digestbot.toml").unlink()
    assert settings.load().content == (ROOT / "content",)
    (below / "imports" / "vault").mkdir()
    assert (settings.load().content, settings.load().folders) == ((), (below / "imports",))


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("kind='git'", "url: write a text"),
        ("kind='gti'\nurl='/x'", r"kind: “gti” is not known\. Write folder, git"),
        ("kind='readwise'\nworkspace='../x'", r"workspace: “\.\./x” is no workspace"),
        ("kind='readwise'\ntoken='x'", "token: digestbot knows no such key"),
        ("kind='readwise'\ngroup='x'", "group: digestbot knows no such key"),
        ("kind='readwise'\nevery='1m'", "every: .*Write 5m to 30d"),
        ("kind='readwise'\nevery='31d'", "every: .*Write 5m to 30d"),
        ("kind='readwise'\nevery='often'", "every: .*Write 5m to 30d"),
        ("kind='readwise'\nurl='http://example.org/x'", "url: .*is no address of a service"),
        ("kind='hypothesis'", "group: write the id of a group, or user"),
        ("kind='hypothesis'\ngroup='../x'", "group: .*is no id of a group"),
        ("kind='folder'", "path: write a text"),
        ("kind='folder'\npath='nope'", "there is no .*nope"),
        ("kind='git'\nurl='https://ada:s3cret@example.org/x'", "url: holds a user or a token"),
        ("kind='git'\nurl='https://s3cret@example.org/x'", "url: holds a user or a token"),
        ("kind='git'\nurl='http://example.org/x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='git://example.org/x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='ftp://example.org/x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='file://example.org/x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='ext::sh -c touch% x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='ext::x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='-upload-pack=x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='ssh://-oProxyCommand=x/y'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='-oProxyCommand=x:y'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='host:-x'", "url: .*cannot be cloned"),
        ("kind='git'\nurl='/x'\nbranch='-x'", "branch: .*cannot be a branch"),
        ("kind='git'\nurl='/x'\nbranch='a:b'", "branch: .*cannot be a branch"),
        ("kind='git'\nurl='/x'\nbranch='a..b'", "branch: .*cannot be a branch"),
        ("kind='git'\nurl='/x'\nfolder='../x'", "folder: .*is no folder within"),
        ("kind='git'\nurl='/x'\nfolder='/x'", "folder: .*is no folder within"),
    ],
)
def test_a_wrong_source_is_named(lines: str, complaint: str) -> None:
    """A mistake in a source, or an address that git must not be given, names the key; a token is never repeated."""
    Path("digestbot.toml").write_text(f"[[sources]]\nname='team'\n{lines}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint) as refused:
        settings.load(("notes",))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("url", ["git@example.org:team/notes.git", "ssh://git@example.org:22/team/notes", "host:notes"])
def test_addresses_of_ssh(url: str) -> None:
    """Both ways of writing an address for ssh are taken as they are."""
    Path("digestbot.toml").write_text(f"[[sources]]\nname='team'\nkind='git'\nurl='{url}'\n", encoding="utf-8")
    assert settings.load(("notes",)).sources[0].url == url


@pytest.mark.parametrize("second", ["team", "imports"])
def test_a_source_has_a_name_of_its_own(second: str) -> None:
    """Two sources of one name, or one with the name that imports have, are refused."""
    table = "[[sources]]\nname='{}'\nkind='readwise'\n"
    Path("digestbot.toml").write_text(table.format("team") + table.format(second), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"sources\[2\]\.name: “{second}” is taken"):
        settings.load(("notes",))


def test_a_source_has_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is found by its source's name, and does not show when the credentials are printed."""
    monkeypatch.setenv("DIGESTBOT_SOURCE_MY_NOTES_TOKEN", "s3cret")
    found = credentials.load()
    token = found.token("my-notes")
    assert token is not None
    assert token.get_secret_value() == "s3cret"
    assert found.token("team") is None
    assert "s3cret" not in repr(found)
    assert credentials.token_setting("my-notes") == "DIGESTBOT_SOURCE_MY_NOTES_TOKEN"


def test_secrets_come_from_environment_and_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook's URL is found by its name, from either place, and does not show when the credentials are printed."""
    (place / ".env").write_text("DIGESTBOT_WEBHOOK_TEAM_A=https://example.org/s3cret\n", encoding="utf-8")
    monkeypatch.setenv("DIGESTBOT_WEBHOOK_OPS", "https://example.org/0ther")
    found = credentials.load()
    assert sorted(found.webhook) == ["ops", "team_a"]
    assert found.webhook["team_a"].get_secret_value() == "https://example.org/s3cret"
    assert "s3cret" not in repr(found)
    assert credentials.webhook_setting("team-a") == "DIGESTBOT_WEBHOOK_TEAM_A"


def test_no_error_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that cannot be read is not part of the complaint about it."""
    monkeypatch.setenv("DIGESTBOT_WEBHOOK", '["s3cret"]')
    with pytest.raises(SettingsError) as refused:
        credentials.load()
    assert "s3cret" not in f"{refused.value!r} {refused.value.__cause__!r}"


@pytest.mark.parametrize("module", ["pydantic", "apscheduler", "sqlalchemy", "aiohttp", "asyncio"])
def test_reading_the_paths_is_light(module: str) -> None:
    """A look-up needs the paths and the privacy settings alone, and loads none of what the service needs."""
    script = f"from digestbot import settings; settings.load(); import sys; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
