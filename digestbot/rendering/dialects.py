"""Escaping: text of notes and people -> text that a platform shows as it is, and neither acts on nor formats."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 2_000
"""A longer link is left out; Slack takes 3,000 characters, and escaping makes links longer."""

LONGEST_NAME = 253
"""Characters of a host's name (RFC 1035, 2.3.4)."""

LONGEST_HOST = 60
"""Characters of a host beside its link; a longer one keeps its end, which says whose it is."""

BREAK = "\u200b"
"""Zero-width space: shown as nothing, and the end of whatever a platform was about to recognize."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and newline, and those that turn the direction of the text around them."""
_UNSAFE_IN_URL = re.compile(r"[\s<>()|\"\\^`{}\[\]]")
_SLACK_MARKS = re.compile(r"([*_~`])")
_SLACK_QUOTE = re.compile(r"^(?=[ \t]*&gt;)", re.MULTILINE)
_SLACK_FINDS = re.compile(r"([:.@#/])(?=[\w+'/-])")
_DISCORD_MARKUP = re.compile(r"([\\*_~`|>#+\-:<@\[\]()/])")
_DISCORD_NUMBERED = re.compile(r"^(\s*\d+)([.)])", re.MULTILINE)
_DISCORD_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a platform writes. link: label (escaped already) and safe address -> markup, None where nothing is linked.

    group: the ids of what a message may mention, and call: such an id -> the markup that does. None: nobody.
    """

    escape: Callable[[str], str]
    link: Callable[[str, str], str] | None = None
    group: re.Pattern[str] | None = None
    call: Callable[[str], str] | None = None


def clean(text: str) -> str:
    """Text that any platform takes: no lone surrogates, no control characters but tab and newline."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", whole)


def one_line(text: str) -> str:
    """Clean text without line breaks, for titles and names."""
    return " ".join(clean(text).split())


def safe_url(url: str | None) -> str | None:
    """The address if it is one of the web and not too long, with what could end a link percent-encoded.

    One with a user's name before the host is left out: `https://bank.example@evil.example` is there to mislead.
    """
    address = clean(url or "").strip()
    if not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
        return None
    encoded = _UNSAFE_IN_URL.sub(lambda match: f"%{ord(match[0]):02X}" if match[0].isascii() else "", address)
    encoded = _DISCORD_EVERYONE.sub("%40", encoded)
    return encoded if len(encoded) <= LONGEST_URL and host(encoded) else None


def host(url: str) -> str:
    """Where an address leads, as a browser resolves it: `example.org`, `xn--…` in other alphabets; "" if unclear."""
    try:
        parts = urlsplit(url)
        name = (parts.hostname or "").encode("idna").decode("ascii").removeprefix("www.")
    except ValueError:  # UnicodeError is one
        return ""
    if "@" in parts.netloc or len(name) > LONGEST_NAME or not re.fullmatch(r"[a-z0-9._-]*[a-z0-9]", name):
        return ""
    return name if len(name) <= LONGEST_HOST else "…" + name[1 - LONGEST_HOST :]


def slack(text: str) -> str:
    """Escape for mrkdwn and for the fallback text.

    `&`, `<` and `>` as the documentation has it (docs.slack.dev, "Formatting message text"). It knows no escape for
    marks, emoji codes and what Slack links by itself: a break behind them keeps them from being recognized.
    """
    safe = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    broken = _SLACK_FINDS.sub(rf"\1{BREAK}", _SLACK_MARKS.sub(rf"{BREAK}\1{BREAK}", safe))
    return _SLACK_QUOTE.sub(BREAK, broken)


def discord(text: str) -> str:
    """Escape Discord's markdown by backslashes; the server finds @everyone behind one too, so it gets a soft break."""
    marked = _DISCORD_NUMBERED.sub(r"\1\\\2", _DISCORD_MARKUP.sub(r"\\\1", clean(text)))
    return _DISCORD_EVERYONE.sub(f"@{BREAK}", marked)


def discord_code(text: str) -> str:
    """A block of fixed width, in which nothing is formatted; nothing in the text ends it."""
    inside = _DISCORD_EVERYONE.sub(f"@{BREAK}", clean(text).replace("`", f"`{BREAK}"))
    return f"```\n{inside}\n```"


def _slack_link(label: str, url: str) -> str:
    return f"<{url.replace('&', '&amp;')}|{label}>"


def _discord_link(label: str, url: str) -> str:
    return f"[{label}]({url})"


def _slack_call(group: str) -> str:
    return f"<!{group}>" if group == "here" else f"<!subteam^{group}>"


def _discord_call(group: str) -> str:
    return f"<@&{group}>"


_SLACK_GROUP = re.compile(r"S[A-Z0-9]{2,20}|here", re.ASCII)
"""A user group's id (docs.slack.dev, "Formatting message text"), or those who are there, if somebody says just that."""
_DISCORD_GROUP = re.compile(r"[1-9]\d{14,19}", re.ASCII)
"""A role's id; @everyone's is the guild's own, and Discord mentions nobody by it without its own permission."""

DIALECTS = {
    "slack": Dialect(slack, _slack_link, _SLACK_GROUP, _slack_call),
    "discord": Dialect(discord, _discord_link, _DISCORD_GROUP, _discord_call),
    "text": Dialect(clean),  # its templates show the address on a line of its own
}


def mentionable(templates: str, group: str) -> bool:
    """Whether a message made with these templates can mention a group of this id."""
    dialect = DIALECTS.get(templates, DIALECTS["text"])
    return dialect.group is not None and dialect.group.fullmatch(group) is not None
