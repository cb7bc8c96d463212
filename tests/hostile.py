"""Hostile texts, Views full of them, and readers that see a payload as the platform's client shows it.

test_hostile.py and fuzz_rendering.py send the one through rendering and hold the other against what was put in.
"""

from __future__ import annotations

import json
import random  # noqa: TID251 - made-up texts are random, from a seed that a failure names
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from digestbot.model import Action, Digest, Field, Form, Highlight, Listing, Notice, Quotes, Source, View, Voice
from digestbot.rendering import Renderer
from digestbot.rendering.limits import exceeded

BREAK = "\u200b"

ATTACKS = {
    "everyone": "@everyone @here @Everyone @HERE",
    "slack broadcasts": "<!everyone> <!here> <!channel> <!channel|channel> <!subteam^S1|@all>",
    "slack mentions": "<@U123ABC> <@W1|ada> <#C1|general> <!date^1392734382^{date}|now>",
    "slack links": "<https://evil.example|click> <mailto:a@evil.example|me> <tel:1|x>",
    "slack entities": "&lt;!here&gt; &amp;lt;!here&amp;gt; &amp; & &#60;!here&#62;",
    "slack marks": "*bold* _italic_ ~struck~ `code` ```block``` *_~both~_*",
    "slack quotes": "> quote\n>>> to the end\n &gt; entity",
    "bare addresses": "https://evil.example/x www.evil.example evil.example a@evil.example ftp://evil.example",
    "discord mentions": "<@1> <@!1> <@&9> <#42> <id:customize> <id:browse>",
    "discord commands": "</quote:816437322781949972> </a b:1>",
    "discord times": "<t:1618953630> <t:1618953630:R>",
    "discord emoji": "<:smile:81643> <a:dance:816> :smile: :+1: :skin-tone-2:",
    "discord marks": "**bold** *it* __under__ ~~struck~~ ||spoiler|| `code` ***all***",
    "discord lines": "# one\n## two\n### three\n-# small\n- list\n* list\n+ list\n1. one\n2) two\n> quote\n>>> all",
    "discord fences": "```py\ncode\n``` ``a`` `",
    "masked links": "[a](https://evil.example) [a](<https://evil.example>) [a]( https://evil.example 'title')",
    "link ends": "](https://evil.example) [b](https://evil.example",
    "titled address": "https://good.example",
    "invitations": "discord.gg/abc discord.com/invite/abc https://discord.gg/abc",
    "shrug": "¯\\_(ツ)_/¯",
    "backslashes": "\\ \\\\ \\* \\\\* \\@everyone \\<@1>",
    "backslash at the end": "ends with a \\",
    "jinja": "{{ 7*7 }} {% raw %} {# c #} {{ ''.__class__ }} {{ config }} %} }}",
    "yaml documents": "---\nkey: value # no\n...\n%YAML 1.1",
    "yaml tags": "&a *a !!python/object/apply:os.system ['id'] !!binary x <<: *a",
    "yaml scalars": "yes no null ~ 0x1F 1e3 .inf 2001-01-01 : - ? | > %TAG",
    "json": '"}],"text":"x" \\" \\u0022 \\\\u003c {"a":1}',
    "quotation marks": "“ ” „ “ « » ‹ › ' \" ‘ ’ 「 」",
    "in marks": "“In marks of its own.”",
    "controls": "".join(map(chr, range(32))) + "\x7f",
    "more controls": "".join(map(chr, range(0x80, 0xA0))),
    "terminal": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x9b31m \r\x08",
    "line ends": "a\rb\r\nc\x0bd\x0ce\x85f\u2028g\u2029h",
    "surrogates": "\ud800 \udfff \ud83d\ude00",
    "non-characters": "\ufffe \uffff \U0001fffe \U0010ffff \ufdd0",
    "byte order marks": "\ufeffa\ufeff",
    "overrides": "\u202egnp.exe \u202dx\u202c \u2066a\u2069 \u2067b\u2069",
    "marks of direction": "\u200fאבג\u200e \u061cابت",
    "zero width": "@\u200beveryone <\u200b@1> a\u200cb\u200dc\u2060d",
    "tags": "\U000e0041\U000e0042\U000e007f",
    "combining": "Z\u0351\u036b\u0343" * 8,
    "joined emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇪🇺 ❤️",
    "wide": "人工智能。「模型」！ 한국어 ｶﾅ",
    "mathematical": "𝕬𝖇𝖈 𝓭𝓮𝓯 ﷽ ꧅",
    "one sign": "-",
    "one space": " ",
    "no-break space": "\xa0",
    "only breaks": "\n\n\t\n",
    "only zero width": "\u200b\u200d",
    "ids": "d1:quote random d1:menu d1:",
    "slashes": "/quote random /digest now",
    "format": "%s %(a)s {0} {x!r} ${HOME} $(id) `id`",
    "html": "<script>alert(1)</script> <img src=x onerror=alert(1)> &nbsp; <!-- -->",
    "mentions glued": "x@everyone@here<@1><@2>*a*b*c*_d_e_",
    "long word": "a" * 90,
    "long marks": "*" * 90,
}

_PIECES = sorted({piece for text in ATTACKS.values() for piece in re.findall(r"\S+|\s", text)})
_SIGNS = "@<>&!#*_~`|[](){}:/\\\"'\n\t -.,1a%+=;?^$“”«»—…"


def made_up(seed: int) -> Iterator[str]:
    """Endless texts of at most about a hundred characters: attacks, pieces of them, marks, and any Unicode at all."""
    dice = random.Random(seed)  # noqa: S311 - as above
    attacks = list(ATTACKS.values())
    makers = (
        lambda: dice.choice(attacks),
        lambda: "".join(dice.choices(_PIECES, k=dice.randint(1, 8)))[:100],
        lambda: " ".join(dice.choices(_PIECES, k=dice.randint(1, 6)))[:100],
        lambda: "".join(dice.choices(_SIGNS, k=dice.randint(0, 40))),
        lambda: "".join(chr(dice.randrange(sys.maxunicode + 1)) for _ in range(dice.randint(1, 12))),
        lambda: "".join(chr(dice.randrange(0x3000)) for _ in range(dice.randint(1, 30))),
    )
    while True:
        yield dice.choice(makers)()


@dataclass(frozen=True, slots=True)
class Case:
    """Views made of hostile texts, and how many of those went into them."""

    views: tuple[View, ...]
    texts: int


def case(texts: Iterator[str]) -> Case:
    """A View of each kind, with a hostile text at every place that takes one."""
    taken: list[str] = []

    def text() -> str:
        taken.append(next(texts)[:100])
        return taken[-1]

    highlights = tuple(_highlight(number, text) for number in range(3))
    actions = tuple(Action(text() or "x", "save", text(), one.id) for one in highlights)
    above = {"intro": text(), "closing": text(), "notice": text()}
    also = tuple((text(),) for _ in highlights)
    views = (
        Digest(text(), "2026-03-02", highlights, actions, **above, also_in=also, characters=100_000),
        Quotes(text(), highlights[:2], 7, actions[:1], 2, 3, meant=text(), also_in=also[1:]),
        Notice(text() or "x", (Action(text() or "x", "quote", text()),)),
        Listing(text(), (text(), text()), tuple((text(), text()) for _ in range(3))),
        _form(text),
    )
    return Case(views, len(taken))


def cases(texts: int, seed: int = 0) -> Iterator[Case]:
    """As many cases of made-up texts as it takes for so many texts."""
    while texts > 0:
        made = case(made_up(seed))
        yield made
        texts, seed = texts - made.texts, seed + 1


def _highlight(number: int, text: Any) -> Highlight:
    voice = (Voice.QUOTED, Voice.AUTHOR, Voice.SUMMARY)[number]
    source = Source(text(), (text(),), f"https://host{number}.example/{text()}", text())
    speaker = text() if voice is Voice.QUOTED else None
    url = text() if number == 1 else None
    return Highlight(f"{number:016x}", text(), source, voice, speaker, url, location=text())


def _form(text: Any) -> Form:
    fields = (
        Field("one", text() or "x", value=text(), hint=text(), error=""),
        Field("two", text() or "x", (("a", text() or "x"), ("b", text() or "x")), "b", text()),
    )
    return Form(text() or "x", fields, Action(text() or "x", "save", text()[:40]))


def plain(text: str) -> str:
    """What of a text can be seen: without control characters, overrides of direction and zero-width spaces."""
    whole = text.encode("utf-8", "replace").decode()
    kept = (sign for sign in whole.replace("\r\n", "\n").replace("\r", "\n") if sign != BREAK)
    return "".join(s for s in kept if s in "\n\t" or not (unicodedata.category(s) == "Cc" or s in _OVERRIDES))


_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def squeezed(text: str) -> str:
    """A text with every run of white space as one space, as titles and menus show it."""
    return " ".join(text.split())


def check(view: View, platform: str, renderer: Renderer) -> list[dict[str, Any]]:
    """Render a View of `case` and hold what is seen against what was put in; returns the payloads."""
    message = renderer.render(view, platform)
    payloads = [part.payload for part in message.parts]
    assert not message.problems
    for payload in payloads:
        assert json.loads(json.dumps(payload, ensure_ascii=False).encode()) == payload
        assert exceeded(payload, platform) is None
    seen = squeezed(" ".join(_SEEN[platform](payload) for payload in payloads))
    for text in _shown(view):
        wanted = squeezed(plain(text))
        assert wanted in seen, f"{wanted!r} is not shown in {seen!r}"
    return payloads


def _shown(view: View) -> list[str]:
    """The texts that have to be seen whole, wherever."""
    if isinstance(view, Digest):
        return [view.title, view.intro, view.closing, view.notice, *(one.text for one in view.highlights)]
    if isinstance(view, Quotes):
        return [one.text for one in view.highlights]
    if isinstance(view, Notice):
        return [view.text]
    return []  # tables align their cells, and a modal's labels are cut short


# Slack


def slack_seen(payload: dict[str, Any]) -> str:
    """What Slack shows of a payload; fails where a text could be acted on."""
    if "text" in payload:
        assert payload["mrkdwn"] is False
        slack_markup(payload["text"])
    return " ".join(_slack_texts(payload.get("blocks") or payload))


def slack_markup(text: str) -> str:
    """Mrkdwn as it is shown; fails on anything but text: a live < or >, or a mark that stands between no breaks."""
    assert not re.search(r"[<>]", text)
    assert not re.search(r"&(?!amp;|lt;|gt;)", text)
    assert not re.search(rf"(?<!{BREAK})[*_~`]|[*_~`](?!{BREAK})", text)
    assert not re.search(r"^[ \t]*&gt;", text, re.MULTILINE)
    assert not re.search(r":[\w+-]+:|://\w|\w\.\w|\w@\w", text, re.ASCII)
    return unescape(text).replace(BREAK, "")


def _slack_texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _slack_texts(one)
    elif isinstance(value, dict):
        assert value.get("type") != "mrkdwn", "our templates hold none"
        if value.get("type") == "link":
            assert re.fullmatch(r"https?://[^\s<>|]+", value["url"])
        if isinstance(value.get("text"), str):
            yield plain(value["text"])
        for one in value.values():
            yield from _slack_texts(one)


# Discord


def discord_seen(payload: dict[str, Any]) -> str:
    """What Discord shows of a payload; fails where a text could be acted on."""
    if "content" not in payload:
        return json.dumps(payload, ensure_ascii=False)
    assert payload["allowed_mentions"] == {"parse": []}
    content = _TITLE.sub(r"\1", payload["content"])
    texts = [content, *(embed["description"] for embed in payload.get("embeds", []))]
    return " ".join(discord_markup(text) for text in texts)


_TITLE = re.compile(r"\A\*\*((?:\\.|[^\\\n])+)\*\*$", re.MULTILINE)
_FENCE = re.compile(r"\A```\n(.*)\n```\Z", re.DOTALL)
_LINK = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\((https?://[^\s()<>]*)\)", re.DOTALL)


def discord_markup(text: str) -> str:
    """Markdown as it is shown; fails on a mark of the text's own that no backslash stands before."""
    assert not re.search(r"@(everyone|here)", text, re.IGNORECASE), text
    if fence := _FENCE.match(text):
        assert not re.search(rf"`(?!{BREAK})", fence[1])
        return fence[1].replace(BREAK, "")
    seen, place = [], 0
    for link in _LINK.finditer(text):
        seen += [_unescaped(text[place : link.start()]), _unescaped(link[1])]
        place = link.end()
    return "".join([*seen, _unescaped(text[place:])]).replace(BREAK, "")


def _unescaped(text: str) -> str:
    live = re.sub(r"\\[^A-Za-z0-9\s]", "x", text)
    assert not re.search(r"[\\*_~`|<>@#:\[\]()]", live), f"something is live in {text!r}"
    assert not re.search(r"^\s*(?:[-+>]|\d+[.)])", live, re.MULTILINE), f"a line is formatted in {text!r}"
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text)


def text_seen(payload: dict[str, Any]) -> str:
    """What a terminal shows; fails on a control character."""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", payload["text"])
    return plain(payload["text"])


_SEEN = {"slack": slack_seen, "discord": discord_seen, "text": text_seen}
