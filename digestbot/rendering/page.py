"""The page that shows a digest before it is sent: one file that asks nothing of any other place.

It shows the payloads as the platforms' own components would, and never judges them: limits.py does.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from markupsafe import Markup

from digestbot.model import Digest, Message, Part
from digestbot.rendering.attribution import attribute
from digestbot.rendering.hypertext import Hypertext
from digestbot.rendering.limits import Limit, usage

PLATFORMS = {"slack": "Slack", "discord": "Discord"}
"""What a page shows side by side, by the name of the templates."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `make web` builds of the components: a script and a style sheet that may stand inside a page."""

    script: str
    style: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A digest, and what a page says about it.

    messages: the digest rendered, for each of PLATFORMS. pool: a sentence on what was picked from.
    why: the reason of a pick by the id of its highlight; one without a reason is left out.
    """

    digest: Digest
    messages: Mapping[str, Message]
    pool: str = ""
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of a limit the fullest message uses."""

    limit: Limit
    used: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.used / self.limit.most


@dataclass(frozen=True, slots=True)
class Stage:
    """One platform's side of the page."""

    id: str
    name: str
    messages: int
    bars: Sequence[Bar]


def draw(preview: Preview, hypertext: Hypertext, bundle: Bundle | None) -> str:
    """The whole page. Without a bundle it shows digestbot's own HTML, and says how to build the bundle.

    Raises TemplateError.
    """
    styles = [hypertext.style("preview"), *([bundle.style] if bundle else [])]
    scripts = [bundle.script] if bundle else []
    digest = preview.digest
    payloads = {name: [part.payload for part in preview.messages[name].parts] for name in PLATFORMS}
    values = {
        "policy": _policy(styles, scripts),
        "styles": [Markup(style) for style in styles],  # noqa: S704 - ours, or the operator's own file
        "scripts": [Markup(script) for script in scripts],  # noqa: S704 - ours
        "digest": digest,
        "drawing": hypertext.view(digest),
        "stages": list(_stages(preview)),
        "payloads": {"day": digest.day, **payloads},
        "pool": preview.pool,
        "reasons": [(attribute(one), preview.why[one.id]) for one in digest.highlights if one.id in preview.why],
    }
    return hypertext.fill("preview", values)


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """A content security policy under which nothing is fetched, and nothing runs but what is named by its hash."""
    rules = [
        "default-src 'none'",
        "img-src data:",
        f"style-src {_hashes(styles)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    # Discord's components set colours as style attributes.
    inside = [f"script-src {_hashes(scripts)}", "style-src-attr 'unsafe-inline'"] if scripts else []
    return "; ".join([*rules, *inside])


def _hashes(texts: Sequence[str]) -> str:
    return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts)


def _stages(preview: Preview) -> Iterator[Stage]:
    for name, title in PLATFORMS.items():
        parts = preview.messages[name].parts
        yield Stage(name, title, len(parts), sorted(_bars(parts, name), key=lambda bar: -bar.share))


def _bars(parts: Sequence[Part], platform: str) -> Iterator[Bar]:
    """What the fullest of the messages uses of each limit, for those of which anything is used."""
    for measured in zip(*(usage(part.payload, platform) for part in parts), strict=True):
        limit, used = measured[0][0], max(used for _, used in measured)
        if used and not limit.unique:
            yield Bar(limit, used)
