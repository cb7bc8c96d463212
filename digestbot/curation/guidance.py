"""What people say about what may be shown: settings, curators and members, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from digestbot.orders import Voted
from digestbot.ports import Hidden

VOTERS = 3
"""Fewer members than this change nothing, so that nobody steers a channel alone."""

_PRIOR = 6
"""How many members without an opinion every source and theme begins with."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A member's "more" (1, also a save) or "less like this" (-1) on what was shown, by its source and its theme."""

    member: str
    source: str
    theme: str
    value: int


@dataclass(frozen=True)
class Guidance:
    """What people say about what may be shown.

    weights: how much more often than others a source is drawn, by its title or address (see `spelled`); 0 for never.
    hidden, kept: ids of highlights that curators take out, or put past the gate. hidden_sources: by `Source.identity`.
    reports: members, and what each one reported.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    hidden_sources: frozenset[str] = frozenset()
    reports: tuple[tuple[str, str], ...] = ()
    votes: tuple[Vote, ...] = ()

    def weight(self, title: str, url: str) -> float:
        """What the settings say of a source."""
        return self.weights.get(spelled(url), self.weights.get(spelled(title), 1.0)) if self.weights else 1.0

    @cached_property
    def reported(self) -> frozenset[str]:
        """What VOTERS members or more reported."""
        members: dict[str, set[str]] = defaultdict(set)
        for member, highlight in self.reports:
            members[highlight].add(member)
        return frozenset(highlight for highlight, who in members.items() if len(who) >= VOTERS)

    @cached_property
    def liked_sources(self) -> Mapping[str, float]:
        """By source, what the members' votes make of its weight: from a half to the double."""
        return _pooled((vote.source, vote) for vote in self.votes)

    @cached_property
    def liked_themes(self) -> Mapping[str, float]:
        """By theme in lower case, as for sources."""
        return _pooled((vote.theme.casefold(), vote) for vote in self.votes)


NOBODY = Guidance()
"""Where no one has said anything."""


def guided(base: Guidance, hidden: Hidden, votes: Sequence[Voted]) -> Guidance:
    """The settings' guidance together with what a workspace's curators hid and its members said.

    Hidden wins over what the settings put past the gate.
    """
    likes = {"more": 1, "less": -1}
    return replace(
        base,
        hidden=base.hidden | hidden.highlights,
        kept=base.kept - hidden.highlights,
        hidden_sources=base.hidden_sources | hidden.sources,
        reports=(*base.reports, *((one.member, one.highlight_id) for one in votes if one.opinion == "report")),
        votes=(
            *base.votes,
            *(
                Vote(one.member, one.source, one.theme, likes[one.opinion])
                for one in votes
                if one.opinion in likes
            ),
        ),
    )


def spelled(name: str) -> str:
    """A title or an address as weights are looked up by: in lower case, an address without what may differ."""
    plain = name.strip().casefold()
    return plain.partition("://")[2].removeprefix("www.").rstrip("/") if "://" in plain else plain


def _pooled(votes: Iterable[tuple[str, Vote]]) -> Mapping[str, float]:
    # Each member counts once for each thing, with the mean of what they said; the prior pulls towards nothing said.
    by_member: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for about, vote in votes:
        by_member[about][vote.member].append(max(-1, min(1, vote.value)))
    means = {about: [sum(v) / len(v) for v in members.values()] for about, members in by_member.items()}
    return {about: 2 ** (sum(m) / (len(m) + _PRIOR)) for about, m in means.items() if len(m) >= VOTERS}
