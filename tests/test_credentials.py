"""Secrets: from where they come, and that they go nowhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from digestbot import credentials, environment, settings
from digestbot.credentials import Credentials
from digestbot.environment import SETTINGS, Given, Setting
from digestbot.errors import SettingsError

ROOT = Path(__file__).parent.parent
URL = "https://example.org/c4nary"
NAME = "DIGESTBOT_WEBHOOK_TEAM_FILE"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment that says nothing about digestbot."""
    for name in [name for name in os.environ if name.startswith(environment.PREFIX)]:  # noqa: TID251 - a clean start for each test
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path


def secret(text: str | bytes, mode: int = 0o600) -> None:
    """Write the file `secret`."""
    Path("secret").write_bytes(text if isinstance(text, bytes) else text.encode())
    Path("secret").chmod(mode)


def test_every_setting_is_documented() -> None:
    """What is read stands in .env.example below a comment, and in the table of docs/operating.md; and nothing else."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^# [^\n]+\n# (DIGESTBOT_\w+|[A-Z_]+)=", example, re.MULTILINE)
    table = re.findall(r"^\| `([A-Z_<>]+)` \|", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.MULTILINE)
    known = [one.name for one in SETTINGS]
    assert [name.replace("_TEAM", "_<NAME>") for name in named] == known
    assert table == known
    assert {name.replace("_TEAM", "_<NAME>") for name in re.findall(r"^# (\w+)=", example, re.MULTILINE)} == set(known)
    told = re.findall(r"^# Secret\.(?:.*\n# )*?([A-Z_]+)=", example, re.MULTILINE)
    assert [name.replace("_TEAM", "_<NAME>") for name in told] == [one.name for one in SETTINGS if one.secret]


def test_every_line_of_the_example_is_accepted(place: Path) -> None:
    """A .env with every line of the example is read, whatever is right about its values."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    (place / ".env").write_text(re.sub(r"^# (\w+=)", r"\1", example, flags=re.MULTILINE), encoding="utf-8")
    found = environment.read()
    assert {one.setting for one in found.given} == set(SETTINGS)


def test_the_settings_read_each_name() -> None:
    """Every setting that is no secret is asked for when settings are read, and every secret has its field."""
    asked: list[str] = []

    class Listening(environment.Variables):
        def text(self, name: str) -> str:
            asked.append(name)
            return super().text(name)

    settings.survey(Listening())
    assert sorted(asked) == sorted(one.name for one in SETTINGS if not one.secret)
    held = {one.name for one in fields(Credentials)} - {"warnings"}
    assert held == {credentials.field_of(one) for one in SETTINGS if one.secret}


def test_an_unlisted_name_cannot_be_read() -> None:
    """Code that asks for a setting that is not listed, or for a secret, fails at once."""
    for name in ("DIGESTBOT_COLOUR", "DIGESTBOT_DATABASE_URL"):
        with pytest.raises(KeyError):
            environment.Variables().text(name)


@pytest.mark.parametrize("text", [URL, f"{URL}\n", f"{URL}\r\n", f"\ufeff{URL}\n"])
def test_a_secret_from_a_file(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret's file is read without the line's end or the mark that an editor adds."""
    secret(text)
    monkeypatch.setenv(NAME, "secret")
    found = credentials.load()
    assert found.webhook["team"].get_secret_value() == URL
    assert (list(found.webhook), found.warnings) == (["team"], ())
    assert "c4nary" not in repr(found)
    assert "c4nary" not in repr(environment.read())


def test_every_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever secret is listed takes a file, later ones too."""
    secret(URL)
    for one in SETTINGS:
        if one.secret:
            monkeypatch.setenv(one.name.replace("<NAME>", "A_B") + "_FILE", "secret")
    found = credentials.load()
    for one in SETTINGS:
        if one.secret:
            held = getattr(found, credentials.field_of(one))
            assert (held["a_b"] if "<NAME>" in one.name else held).get_secret_value() == URL


def test_a_name_amid_a_setting() -> None:
    """A setting's <NAME> may stand anywhere in it."""
    pattern = Setting("DIGESTBOT_SOURCE_<NAME>_TOKEN", secret=True).pattern
    found = re.fullmatch(pattern, "DIGESTBOT_SOURCE_MY_VAULT_TOKEN_FILE")
    assert found
    assert (found["key"], found["file"]) == ("MY_VAULT", "_FILE")
    assert re.fullmatch(Setting("DIGESTBOT_DATA").pattern, "DIGESTBOT_DATA_FILE") is None


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: None, "there is no file at its path"),
        (lambda: secret(""), "holds no secret"),
        (lambda: secret("\n"), "holds no secret"),
        (lambda: secret("c4nary\nc4nary\n"), "holds no secret"),
        (lambda: secret(b"c4nary\xff"), "holds no secret"),
        (lambda: secret("c4nary" * 20_000), "holds no secret"),
        (lambda: Path("secret").mkdir(), "there is no file at its path"),
        (lambda: os.mkfifo("secret"), "there is no file at its path"),
    ],
    ids=["none", "empty", "blank", "two lines", "bytes", "long", "folder", "pipe"],
)
def test_a_file_without_a_secret(make: Callable[[], object], complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret's file that is none is refused by the setting's name, and nothing of it is shown."""
    make()
    monkeypatch.setenv(NAME, "secret")
    with pytest.raises(SettingsError, match=f"^{NAME}: .*{complaint}") as refused:
        credentials.load()
    assert "c4nary" not in f"{refused.value!r} {refused.value.__cause__!r}"


def test_a_secret_where_a_path_belongs() -> None:
    """A secret that was written in the place of its file's path is not shown either."""
    for written in (URL, "~nobody/c4nary", "c4nary\0", "c4nary" * 1_000):
        given = Given(SETTINGS[-1], NAME, "TEAM", in_file=True, origin="environment", value=written)
        with pytest.raises(SettingsError) as refused:
            credentials.value(given)
        assert "c4nary" not in f"{refused.value} {refused.value.__cause__!r}"
        assert credentials.warning(given) == ""


def test_a_value_and_a_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that is given twice is refused, wherever; an empty value takes one of them back."""
    secret(URL)
    (place / ".env").write_text("DIGESTBOT_WEBHOOK_TEAM=https://example.org/0ther\n", encoding="utf-8")
    monkeypatch.setenv(NAME, "secret")
    both = "^DIGESTBOT_WEBHOOK_TEAM and DIGESTBOT_WEBHOOK_TEAM_FILE are both set. Remove one of them.$"
    with pytest.raises(SettingsError, match=both):
        credentials.load()
    monkeypatch.setenv("DIGESTBOT_WEBHOOK_TEAM", "")
    assert credentials.load().webhook["team"].get_secret_value() == URL


def test_a_file_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that every user of the machine can read serves, with a warning that names the setting and the fix."""
    secret(URL, 0o644)
    monkeypatch.setenv(NAME, "secret")
    (warning,) = credentials.load().warnings
    assert warning.startswith(NAME)
    assert "chmod o-r" in warning
    assert "c4nary" not in warning


def test_the_file_of_the_environment_is_read_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """.env holds what python-dotenv reads: quotes, comments, `export`, and other names put in."""
    (place / ".env").write_text(
        "# a comment\nexport DIGESTBOT_LOG_LEVEL='error' # so\nBASE=https://example.org\nDIGESTBOT_WEBHOOK_TEAM=${BASE}/x\n"
        "DIGESTBOT_HTTP\n",
        encoding="utf-8",
    )
    assert settings.load().log_level == "error"
    assert credentials.load().webhook["team"].get_secret_value() == "https://example.org/x"
    monkeypatch.setenv("DIGESTBOT_LOG_LEVEL", "debug")
    assert settings.load().log_level == "debug"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("DIGESTBOT_LOG_FORMAT", "xml", "“xml” is not known. Write text or json."),
        ("DIGESTBOT_LOG_LEVEL", "loud", "Write info or debug or warning or error."),
        ("DIGESTBOT_HTTP", "8765", "“8765” is no address. Write one such as 127.0.0.1:8765."),
        ("DIGESTBOT_HTTP", "localhost:99999", "is no address"),
        ("DIGESTBOT_HTTP", "http://localhost:80", "is no address"),
    ],
)
def test_a_wrong_choice_is_named(name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting with few values says which."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(complaint)) as refused:
        settings.load()
    assert str(refused.value).startswith(name)


def test_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address is a host, also of IPv6, and a port; without one nothing is served."""
    assert settings.load().http is None
    for text, address in (("127.0.0.1:8765", ("127.0.0.1", 8765)), ("[::1]:80", ("::1", 80)), ("box:0", ("box", 0))):
        monkeypatch.setenv("DIGESTBOT_HTTP", text)
        assert settings.load().http == address


def test_a_survey_goes_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A survey of the settings tells all that is wrong, and reads the others."""
    (place / "digestbot.toml").write_text("[content\n", encoding="utf-8")
    (place / ".env").write_text("DIGESTBOT_COLOUR=red\n", encoding="utf-8")
    for name, value in {"CONTENT": "nowhere", "LOG_LEVEL": "loud", "TEMPLATES": "none", "HTTP": "box:1"}.items():
        monkeypatch.setenv(f"DIGESTBOT_{name}", value)
    found, problems = settings.survey(environment.look())
    heads = [problem.split(":")[0] for problem in problems]
    toml = str(place / "digestbot.toml")
    assert heads == [".env", "DIGESTBOT_CONTENT", toml, "DIGESTBOT_TEMPLATES", "DIGESTBOT_LOG_LEVEL"]
    assert (found.http, found.content, found.log_level) == (("box", 1), (), "info")


def test_a_data_folder_that_no_url_can_name(tmp_path: Path) -> None:
    """A ? would begin the options of the database: it is DIGESTBOT_DATA that has to change, and that is said."""
    told = settings.Settings((), tmp_path / "what?", tmp_path / "digestbot.toml")
    with pytest.raises(SettingsError, match=r"^DIGESTBOT_DATA: .* has a \? in it"):
        Credentials().database(told)
