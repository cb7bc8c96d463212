"""The room that renders: templates, what is refused in them, and what serves where one is broken."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
import yaml
from fakes import make_highlight
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.errors import TemplateError
from digestbot.model import Digest, Notice, Problem
from digestbot.rendering import Renderer
from digestbot.rendering.scalars import encode

BUNDLED = str(Path(__file__).parent.parent / "templates")
BUILT_IN = Renderer([BUNDLED])
DIGEST = Digest("Open weights", "2026-03-02", (make_highlight(1, "Free."),))


def _write(folder: Path, name: str, source: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(source, encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "line", "problem"),
    [
        ("a: 1\ntext: Hello {{ fallback }}\n", 2, "whole value"),
        ("text: {{ fallback }} and more\n", 1, "behind an expression"),
        ("text: {{ fallback }}{{ fallback }}\n", 1, "whole value"),
        ('text: "{{ fallback }}"\n', 1, "whole value"),
        ("{{ fallback }}\n", 1, "whole value"),
        ("a: {b: {{ fallback }}}\n", 1, "whole value"),
        ("# x\n\n{% macro f() %}{% endmacro %}\n", 3, "twice"),
        ("{% set x %}a{% endset %}\n", 1, "twice"),
        ("text: 1\nb: {{ nonsense }}\n", 2, "'nonsense' is undefined"),
        ("text: 1\n{% if %}\n", 2, "Expected an expression"),
        ("text: 1\nb: {{ ''.__class__.__mro__ }}\n", 2, "unsafe"),
        ("text: 1\nb: {{ 1 / 0 }}\n", 2, "division by zero"),
        ("text: 1\na: [\nb: 2\n", 3, "not YAML"),
        ("text: 1\n{% if mark == '' %}\n  b: {{ 1 }}\n{% endif %}\n", 3, "not YAML"),
        ("text: 1\na: !!python/object:os.system {}\n", 2, "not YAML"),
        ("- {{ fallback }}\n", None, "not a mapping"),
        ("a: 1\n{% include 'slack/nowhere.yaml' %}\n", 2, "there is no template slack/nowhere.yaml"),
        ("{% include 'slack/notice.yaml' %}\n", None, "includes itself"),
        ("text: {{ fallback | nonsense }}\n", 1, "No filter named 'nonsense'"),
        ("blocks:\n- type: divider\n", None, "the message lacks “text”"),
        (
            "text: 1\nblocks:\n{% for n in range(60) %}\n- type: divider\n{% endfor %}\n",
            None,
            "“blocks” may have from 1 to 50",
        ),
    ],
)
def test_broken_templates(tmp_path: Path, source: str, line: int | None, problem: str) -> None:
    """A broken template is a problem with its file, its line where it has one, and what is wrong; ours serves."""
    _write(tmp_path, "slack/notice.yaml", source)
    message = Renderer([str(tmp_path), BUNDLED]).render(Notice("Hello."), "slack")
    [found] = message.problems
    assert problem in found.problem
    assert (found.path, found.line) == (f"{tmp_path}/slack/notice.yaml", line)
    assert message.parts == BUILT_IN.render(Notice("Hello."), "slack").parts


def test_a_broken_template_of_ours_is_an_error(tmp_path: Path) -> None:
    """Where no other can serve the error names the file and the line."""
    _write(tmp_path, "slack/notice.yaml", "text: 1\nb: {{ nonsense }}\n")
    _write(tmp_path, "text/notice.txt", "Hello\n")
    with pytest.raises(TemplateError, match=r"slack/notice\.yaml:2: 'nonsense' is undefined"):
        Renderer([str(tmp_path)]).render(Notice("Hello."), "slack")


def test_only_the_broken_file_is_replaced(tmp_path: Path) -> None:
    """One broken file takes none of the operator's others with it."""
    _write(tmp_path, "discord/_highlight.yaml", "- description: {{ one.text }}\n")
    _write(tmp_path, "discord/_actions.yaml", "{% nonsense %}\n")
    _write(tmp_path, "text/digest.txt", "{{ nonsense }}\n")
    message = Renderer([str(tmp_path), BUNDLED]).render(DIGEST, "discord")
    assert [problem.path for problem in message.problems] == [
        f"{tmp_path}/text/digest.txt",
        f"{tmp_path}/discord/_actions.yaml",
    ]
    assert message.parts[0].payload["embeds"] == [{"description": "Free."}]


def test_a_file_that_spoils_what_includes_it(tmp_path: Path) -> None:
    """Where our template fails because of the operator's part of it, that part makes way, and the message goes out."""
    _write(tmp_path, "slack/_highlight.yaml", "- type: {{ 1 }}\n   text: x\n")
    message = Renderer([str(tmp_path), BUNDLED]).render(DIGEST, "slack")
    assert [(problem.path, problem.line) for problem in message.problems] == [(f"{tmp_path}/slack/_highlight.yaml", 2)]
    assert message.parts == BUILT_IN.render(DIGEST, "slack").parts


@pytest.mark.parametrize("data", [b"\xff\xfe", b"text: \xe4\n"])
def test_a_template_that_is_no_text(tmp_path: Path, data: bytes) -> None:
    """A file that cannot be read is a problem too."""
    (tmp_path / "slack").mkdir()
    (tmp_path / "slack" / "notice.yaml").write_bytes(data)
    message = Renderer([str(tmp_path), BUNDLED]).render(Notice("Hello."), "slack")
    assert "cannot be read as UTF-8" in message.problems[0].problem
    assert message.parts == BUILT_IN.render(Notice("Hello."), "slack").parts


def test_a_mended_template_serves_at_once(tmp_path: Path) -> None:
    """Nobody has to restart anything: the next message is made with the file as it is then."""
    _write(tmp_path, "slack/notice.yaml", "text: {{ nonsense }}\n")
    renderer = Renderer([str(tmp_path), BUNDLED])
    assert renderer.render(Notice("Hello."), "slack").problems
    _write(tmp_path, "slack/notice.yaml", "text: {{ fallback ~ ' and more' }}\n")
    message = renderer.render(Notice("Hello."), "slack")
    assert not message.problems
    assert message.parts[0].payload == {"text": "Hello. and more"}


def test_our_own_templates_have_no_problems() -> None:
    """Each View renders with each set of built-in templates."""
    assert BUILT_IN.problems() == ()


def test_problems_are_found_before_a_message_is_due(tmp_path: Path) -> None:
    """All of the operator's templates are tried, and a misspelt name is found."""
    _write(tmp_path, "slack/form.yaml", "view: {{ nonsense }}\n")
    _write(tmp_path, "discord/quotes.yaml", "allowed_mentions: {parse: []}\ncontent: {{ summary }}\n")
    _write(tmp_path, "text/digset.txt", "x\n")
    _write(tmp_path, "matrix/digest.yaml", "a platform of the operator's own\n")
    _write(tmp_path, "slack/_mine.yaml", "# included by nobody\n")
    found = Renderer([str(tmp_path) + "/", BUNDLED]).problems()
    assert [problem.path for problem in found] == [f"{tmp_path}/slack/form.yaml", f"{tmp_path}/text/digset.txt"]
    assert found[1] == Problem(found[1].path, None, "no template has this name", "Did you mean text/digest.txt?")


codecs.register_error("replace_lone", lambda error: ("\ufffd".encode() * (error.end - error.start), error.end))  # type: ignore[attr-defined]


@settings(max_examples=500, deadline=None)
@given(value=st.text() | st.lists(st.text(max_size=20), max_size=3) | st.integers() | st.booleans() | st.none())
def test_json_that_yaml_reads_alike(value: object) -> None:
    """What a template's expression becomes is one YAML scalar of the same value."""
    whole = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace_lone").decode())
    assert yaml.load(f"- {encode(value)}\n- after", Loader=yaml.CSafeLoader) == [whole, "after"]


def test_whole_scalars_in_all_allowed_places(tmp_path: Path) -> None:
    """Keys, items and conditions on the same line are no mistakes; `set` with = and include are allowed."""
    (tmp_path / "slack").mkdir()
    source = (
        "{% set x = 1 %}\ntext: {{ 'a: ' ~ x }}\nlist:\n- {{ x }}\n- - {{ [x] }}\n{% if x %}key: {{ 'b' }}{% endif %}\n"
    )
    (tmp_path / "slack" / "notice.yaml").write_text(source, encoding="utf-8")
    [part] = Renderer([str(tmp_path), BUNDLED]).render(Notice("Hello."), "slack").parts
    assert part.payload == {"text": "a: 1", "list": [1, [[1]]], "key": "b"}


def test_operators_templates_come_first_file_by_file(tmp_path: Path) -> None:
    """A folder of one's own replaces single files; what it lacks is ours."""
    (tmp_path / "discord").mkdir()
    (tmp_path / "discord" / "_highlight.yaml").write_text("- description: {{ one.text }}\n", encoding="utf-8")
    [part] = Renderer([str(tmp_path), BUNDLED]).render(DIGEST, "discord").parts
    assert part.payload["embeds"] == [{"description": "Free."}]
    assert part.payload["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    "value", ["2024-01-01", "&a [*a]", '!!int "abc"', "!!timestamp zzz", '!!binary "AAAA"', "!!set {a, b}", ".nan"]
)
def test_yaml_that_is_no_json_is_a_broken_template(tmp_path: Path, value: str) -> None:
    """Whatever YAML can say and JSON cannot is told with the file, and the built-in template serves."""
    _write(tmp_path, "slack/digest.yaml", f"text: {value}\n")
    message = Renderer([str(tmp_path), BUNDLED]).render(DIGEST, "slack")
    assert message.parts == BUILT_IN.render(DIGEST, "slack").parts
    assert [problem.path for problem in message.problems] == [str(tmp_path / "slack/digest.yaml")]
