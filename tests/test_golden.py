"""Each View of highlights of the sample corpus on each platform, against a file that a person has read.

`DIGESTBOT_GOLDEN=write make test` writes the files again; read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from digestbot import notes
from digestbot.commands.offers import beneath, beside
from digestbot.model import (
    Action,
    Digest,
    Field,
    Form,
    Highlight,
    Home,
    Listing,
    Mention,
    Notice,
    Quotes,
    Section,
    View,
)
from digestbot.rendering import Renderer
from digestbot.rendering.limits import exceeded

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
RENDERER = Renderer([str(ROOT / "templates")])
WRITE = os.environ.get("DIGESTBOT_GOLDEN") == "write"  # noqa: TID251 - as above


def _highlights(name: str) -> list[Highlight]:
    """The highlights of a sample note, in its order."""
    path = ROOT / "content" / name
    return list(notes.parse(name, path.read_bytes()).highlights)


def _one(name: str, beginning: str) -> Highlight:
    [found] = [one for one in _highlights(name) if one.text.startswith(beginning)]
    return found


STARCODER = _one("models/starcoder.md", "Source code is full of people")
APACHE = _one("history/My Clippings.txt", "Apache became the most used web server")
LECTURE = _one("tooling/lets-build-gpt.md", "Self-attention lets each position")
CHINESE = _one("models/开放模型札记.md", "深度求索在2025年1月")
FREE = _highlights("economics/Who pays for free weights.md")


_AGAIN = (Action("Another", "digest", "now"), Action("Themes", "digest", "themes"))
_PAGES = (Action("Back", "quote", "open weights page:1"), Action("More", "quote", "open weights page:3"))
_SUBSCRIBE = Action("Subscribe", "subscribe", "here")
_FIELDS = (
    Field(
        "theme", "Theme", (("rotate", "A new one each time"), ("licences", "Licences")), "rotate", "What it is about."
    ),
    Field("schedule", "When", value="weekdays at 9", hint="Such as “weekdays at 09:00 Europe/Berlin”.", most=100),
    Field("intro", "Said before each digest", required=False, lines=True, most=900),
)

VIEWS: dict[str, View] = {
    "digest": Digest("Models", "2026-03-02", (STARCODER, APACHE, CHINESE), beneath((STARCODER, APACHE, CHINESE))),
    "digest-plain": Digest("Tooling", "2026-03-02", (LECTURE,)),
    "digest-framed": Digest(
        "Friday reading",
        "2026-03-06",
        (APACHE, LECTURE),
        _AGAIN,
        intro="Good morning, everyone. Two things to read with your coffee.\nMore in #reading-room.",
        closing="Which of these did you know? Answer in the thread.",
        notice="Fewer than usual: the stock of this theme is nearly used up.",
        also_in=((), ("Let's reproduce GPT-2", "attention-is-all-you-need")),
    ),
    "digest-cut": Digest("Economics", "2026-03-02", tuple(FREE[:3]), characters=700),
    "digest-group": Digest(
        "Tooling",
        "2026-03-02",
        (LECTURE,),
        intro="To read today.",
        closing="Who has tried it?",
        mention=Mention("S0TEAM12"),
    ),
    "digest-here": Digest("Tooling", "2026-03-02", (LECTURE,), mention=Mention("here")),
    "digest-role": Digest("Tooling", "2026-03-02", (LECTURE,), mention=Mention("123456789012345678")),
    "digest-empty": Digest("Economics", "2026-03-02", ()),
    "digest-parts": Digest("Everything", "2026-03-02", tuple(FREE), _AGAIN, characters=100_000),
    "quotes": Quotes("open weights", (STARCODER, CHINESE), 7, (*beside((STARCODER, CHINESE)), *_PAGES), 2, 4),
    "quotes-meant": Quotes("atention", (LECTURE,), 1, meant="attention", also_in=(("Attention in pictures",),)),
    "quotes-none": Quotes("atention", (), 0, meant="attention"),
    "quotes-random": Quotes("", (STARCODER,), 245, (Action("Another", "quote", "random"), *beside([STARCODER]))),
    "quotes-shared": Quotes("", (LECTURE,), 1, beside([LECTURE, LECTURE]), heading="Shared by Ada <@U1> Lovelace"),
    "notice": Notice(
        "There is no theme “licence & law”. Did you mean licences?", (Action("Licences", "digest", "now licences"),)
    ),
    "notice-ordered": Notice(
        "Ordered as “open-weights”: 2 highlights of “open weights”, Monday to Friday at 09:00, Europe/Berlin.\n"
        "Next: Tue 3 Mar 09:00, Wed 4 Mar 09:00 and Thu 5 Mar 09:00.\n"
        "24 highlights match, enough for 12 digests: 15 days before one comes again.",
        tuple(
            Action(label, "digest", f"{word} open-weights")
            for label, word in (
                ("Preview", "preview"),
                ("Edit", "edit"),
                ("Pause", "pause"),
                ("Remove", "unsubscribe?"),
            )
        ),
    ),
    "notice-parts": Notice(" ".join(one.text for one in FREE)),
    "listing": Listing(
        "Themes", ("Theme", "Highlights", "Sources"), (("licences", "41", "6"), ("模型", "7", "1")), _AGAIN, 1, 2
    ),
    "form": Form("Subscribe", _FIELDS, _SUBSCRIBE),
    "form-order": Form(
        "Subscribe",
        tuple(
            Field(name, name.title(), (("a", "A"), ("b", "B")) if n < 2 else (), "a", live=n < 2)
            for n, name in enumerate(("theme", "days", "time", "zone", "size", "title"))
        ),
        _SUBSCRIBE,
        "24 highlights match, enough for 12 digests: 15 days before one comes again.",
    ),
    "home": Home(
        (
            Section("Today’s pick", (), (STARCODER,), beside((STARCODER, STARCODER))),
            Section(
                "Digests",
                ("morning: 3 highlights of “licences”, weekdays at 09:00. Next: Tue 3 Mar 09:00.",),
                actions=(Action("New digest", "digest", "subscribe"), Action("Edit morning", "digest", "edit morning")),
            ),
            Section("Your list", ("2 saved",), (APACHE, CHINESE), (Action("All of it", "quote", "saved"),)),
        ),
        _AGAIN,
    ),
    "form-wrong": Form(
        "Subscribe", (Field("schedule", "When", error="Write it like “weekdays at 09:00”."),), _SUBSCRIBE
    ),
}


@pytest.mark.parametrize("platform", ["slack", "discord", "text"])
@pytest.mark.parametrize("name", VIEWS)
def test_golden(name: str, platform: str) -> None:
    """A View looks as it did when somebody last read it, and is within all limits."""
    parts = RENDERER.render(VIEWS[name], platform).parts
    assert all(exceeded(part.payload, platform) is None for part in parts)
    path = GOLDEN / f"{name}.{platform}.{'txt' if platform == 'text' else 'json'}"
    if platform == "text":
        made = "\n--------\n".join(part.text for part in parts) + "\n"
    else:
        made = json.dumps([part.payload for part in parts], ensure_ascii=False, indent=1) + "\n"
    if WRITE:
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), "DIGESTBOT_GOLDEN=write make test writes it again; read it then"


def test_no_golden_file_is_left_over() -> None:
    """Every golden file is compared with something."""
    assert {path.name.split(".")[0] for path in GOLDEN.iterdir()} == set(VIEWS)
