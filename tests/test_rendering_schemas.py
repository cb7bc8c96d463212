"""What leaves rendering against the types of the platforms' own libraries, and Discord's own description of its API."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from hostile import ATTACKS, case, cases
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.protocols import Validator

from digestbot.model import Form, View
from digestbot.rendering import Renderer
from digestbot.rendering.samples import SAMPLES

ROOT = Path(__file__).parent.parent
RENDERER = Renderer([str(ROOT / "templates")])
SPECS = Path(os.environ.get("DIGESTBOT_TEST_SPECS", ROOT.parent / "shared" / "specs"))  # noqa: TID251 - as above


@cache
def _types(platform: str, name: str) -> Validator:
    schema = json.loads((ROOT / "tests" / "schemas" / f"{platform}.json").read_text(encoding="utf-8"))
    return Draft7Validator({**schema, "$ref": f"#/definitions/{name}"})


@cache
def _official(name: str) -> Validator:
    description = SPECS / "discord-openapi.json"
    if not description.is_file():
        pytest.skip(f"DIGESTBOT_TEST_SPECS names no folder with {description.name}")
    schema = json.loads(description.read_text(encoding="utf-8"))
    return Draft202012Validator({**schema, "$ref": f"#/components/schemas/{name}"})


def _payloads(views: tuple[View, ...], platform: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for view in views:
        for part in RENDERER.render(view, platform).parts:
            kind = "Errors" if "errors" in part.payload else "Modal" if isinstance(view, Form) else "Message"
            yield kind, _as_message(part.payload)


def _as_message(payload: dict[str, Any]) -> dict[str, Any]:
    """What Slack's app shows in its own tab as a message of the same blocks, which are of the same types."""
    view = payload.get("view", {})
    if view.get("type") != "home":
        return payload
    return {"text": "Home", "mrkdwn": False, "unfurl_links": False, "unfurl_media": False, "blocks": view["blocks"]}


def _hostile() -> tuple[View, ...]:
    attacks = (view for text in ATTACKS.values() for view in case(repeat(text)).views)
    return (*attacks, *(view for made in cases(10_000) for view in made.views))


@pytest.mark.parametrize("platform", ["slack", "discord"])
@pytest.mark.parametrize("views", [SAMPLES, _hostile()], ids=["samples", "hostile"])
def test_types(platform: str, views: tuple[View, ...]) -> None:
    """Every payload is of the type that the platform's own library sends: no field too many, none missing."""
    for kind, payload in _payloads(views, platform):
        errors = [error.message for error in _types(platform, kind).iter_errors(payload)]
        assert not errors, json.dumps(payload, ensure_ascii=False)


@pytest.mark.parametrize("views", [SAMPLES, _hostile()], ids=["samples", "hostile"])
def test_discords_description(views: tuple[View, ...]) -> None:
    """Every payload is one that Discord's OpenAPI description allows."""
    names = {"Message": "MessageCreateRequest", "Modal": "ModalInteractionCallbackRequestData"}
    for kind, payload in _payloads(views, "discord"):
        errors = [error.message for error in _official(names[kind]).iter_errors(payload)]
        assert not errors, json.dumps(payload, ensure_ascii=False)


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "golden").glob("*.json")), ids=lambda path: path.stem)
def test_golden_files(path: Path) -> None:
    """What a person has read is of the platform's types too."""
    platform = path.stem.rpartition(".")[2]
    modal = "Errors" if "wrong" in path.stem and platform == "slack" else "Modal"
    for payload in json.loads(path.read_text(encoding="utf-8")):
        kind = modal if path.stem.startswith("form") else "Message"
        assert _types(platform, kind).is_valid(_as_message(payload))


@pytest.mark.parametrize(
    ("platform", "kind", "payload"),
    [
        ("slack", "Message", {"text": "x", "blocks": [{"type": "headr"}]}),
        ("slack", "Message", {"blocks": []}),
        ("slack", "Modal", {"view": {"type": "modal", "blocks": []}}),
        ("discord", "Message", {"content": 1}),
        ("discord", "Message", {"components": [{"type": 1, "components": [{"type": 2}]}]}),
        ("discord", "Modal", {"title": "x"}),
        ("discord", "Command", {"description": "x"}),
    ],
)
def test_the_types_refuse(platform: str, kind: str, payload: dict[str, Any]) -> None:
    """The schemas are no empty ones: they refuse what a platform would refuse."""
    assert not _types(platform, kind).is_valid(payload)
