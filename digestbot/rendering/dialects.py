"""Escaping: text of notes and people -> text that a platform shows as it is, and neither acts on nor formats."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_URL = 2_000
"""A longer link is left out; Slack takes 3,000 characters, and escaping makes links longer."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and newline, and those that turn the direction of the text around them."""
_UNSAFE_IN_URL = re.compile(r"[\s<>()|\"\\^`{}\[\]]")
_DISCORD_MARKUP = re.compile(r"([\\*_~`|>#+\-:<@\[\]()])")
_DISCORD_NUMBERED = re.compile(r"^(\s*\d+)([.)])", re.MULTILINE)
_DISCORD_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a platform writes. link: label (escaped already) and safe address -> markup."""

    escape: Callable[[str], str]
    link: Callable[[str, str], str]


def clean(text: str) -> str:
    """Text that any platform takes: no lone surrogates, no control characters but tab and newline."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", whole)


def one_line(text: str) -> str:
    """Clean text without line breaks, for titles and names."""
    return " ".join(clean(text).split())


def safe_url(url: str | None) -> str | None:
    """The address if it is one of the web and not too long, with what could end a link percent-encoded."""
    address = clean(url or "").strip()
    if not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
        return None
    encoded = _UNSAFE_IN_URL.sub(lambda match: f"%{ord(match[0]):02X}" if match[0].isascii() else "", address)
    return encoded if len(encoded) <= LONGEST_URL else None


def slack(text: str) -> str:
    """Escape for mrkdwn and for the fallback text: exactly these three (docs.slack.dev, "Formatting message text")."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def discord(text: str) -> str:
    """Escape Discord's markdown by backslashes; the server finds @everyone behind one too, so it gets a soft break."""
    marked = _DISCORD_NUMBERED.sub(r"\1\\\2", _DISCORD_MARKUP.sub(r"\\\1", clean(text)))
    return _DISCORD_EVERYONE.sub("@\u200b", marked)


def _slack_link(label: str, url: str) -> str:
    return f"<{url.replace('&', '&amp;')}|{label}>"


def _discord_link(label: str, url: str) -> str:
    return f"[{label}]({url})"


def _text_link(label: str, url: str) -> str:  # noqa: ARG001 - plain text has no links; its templates show the address
    return label


DIALECTS = {
    "slack": Dialect(slack, _slack_link),
    "discord": Dialect(discord, _discord_link),
    "text": Dialect(clean, _text_link),
}
