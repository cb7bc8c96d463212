"""What people say about what may be shown, and edited highlights, as curation hears them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from fakes import CHANNEL, NOW, FakeLibrary, make_highlight

from digestbot.curation import compose, recorded
from digestbot.curation.guidance import NOBODY, Guidance, Vote, guided
from digestbot.errors import EmptyError
from digestbot.model import Delivery, Highlight, Subscription
from digestbot.orders import Voted
from digestbot.ports import Hidden, Library, Shown

ORDER = Subscription("morning", CHANNEL, "daily at 09:00", "weights", size=3)
HIGHLIGHTS = [replace(make_highlight(n, tags=("weights",)), native_id=f"rw{n}") for n in range(1, 13)]


@dataclass
class _Large:
    """A library whose theme is too large to be looked at one by one: its counts are larger than what it holds."""

    library: FakeLibrary

    def __getattr__(self, name: str) -> object:
        """Everything else is the library's."""
        return getattr(self.library, name)

    def stock(self, theme: str) -> Mapping[str, int]:
        """See ports.Library."""
        return dict.fromkeys(self.library.stock(theme), 1000)


def _large(highlights: Sequence[Highlight]) -> _Large:
    return _Large(FakeLibrary(highlights))


def _edited(one: Highlight) -> Highlight:
    return replace(one, id=f"{int(one.id, 16) + 0xAB00:016x}", text=f"{one.text} It was mended since.")


def _picks(library: Library, history: Sequence[Shown], guidance: Guidance = NOBODY, day: int = 0) -> set[str]:
    now = NOW + timedelta(days=day)
    found = compose(library, history, Delivery(ORDER, now.replace(tzinfo=None)), now, guidance)
    return {one.highlight.source.title or "" for one in found.picks}


@pytest.mark.parametrize("kind", [FakeLibrary, _large])
def test_an_edited_highlight_keeps_its_history(kind: Callable[[Sequence[Highlight]], Library]) -> None:
    """A highlight that was shown is not shown again after its text was edited: its native id is the same."""
    rows = [recorded(one) for one in HIGHLIGHTS[:9]]
    history = [Shown(one.id, "weights", NOW - timedelta(days=3), one.source, one.native) for one in rows]
    library = kind([*map(_edited, HIGHLIGHTS[:9]), *HIGHLIGHTS[9:]])
    for day in range(5):
        assert _picks(library, history, day=day) <= {"Essay 10", "Essay 11", "Essay 12"}


def test_without_a_native_id_an_edit_makes_it_new() -> None:
    """What the history holds without a native id binds its own id alone."""
    history = [Shown(one.id, "weights", NOW - timedelta(days=3), one.source.identity) for one in HIGHLIGHTS[:9]]
    library = FakeLibrary([*map(_edited, HIGHLIGHTS[:9]), *HIGHLIGHTS[9:]])
    shown = set().union(*(_picks(library, history, day=day) for day in range(5)))
    assert shown > {"Essay 10"}
    assert shown & {f"Essay {n}" for n in range(1, 10)}


def test_an_edit_uses_up_no_stock() -> None:
    """Of a theme whose highlights were all edited as many are left as of the same one before."""
    rows = [recorded(one) for one in HIGHLIGHTS[:6]]
    history = [Shown(one.id, "weights", NOW - timedelta(days=3), one.source, one.native) for one in rows]
    stocks = [
        compose(FakeLibrary(some), history, Delivery(ORDER, NOW.replace(tzinfo=None)), NOW).stock
        for some in (HIGHLIGHTS, [*map(_edited, HIGHLIGHTS)])
    ]
    assert stocks[0] == stocks[1]
    assert stocks[0].left == 6


def test_the_address_of_a_whole_source_is_no_native_id() -> None:
    """Several passages may link to their page: that they share it makes them no single one."""
    one = HIGHLIGHTS[0]
    assert recorded(one).native == "rw1"
    assert recorded(replace(one, native_id=one.source.url)).native == ""
    assert recorded(replace(one, native_id=None)).native == ""


@pytest.mark.parametrize("kind", [FakeLibrary, _large])
def test_hidden_sources_are_never_drawn(kind: Callable[[Sequence[Highlight]], Library]) -> None:
    """Nothing of a source that curators hid is shown, even if settings put it past the gate."""
    hidden = frozenset(one.source.identity for one in HIGHLIGHTS[:8])
    kept = Guidance(kept=frozenset(one.id for one in HIGHLIGHTS))
    told = guided(kept, Hidden(sources=hidden), ())
    for day in range(5):
        assert _picks(kind(HIGHLIGHTS), (), told, day) <= {f"Essay {n}" for n in range(9, 13)}
    before, after = (
        compose(kind(HIGHLIGHTS), (), Delivery(ORDER, NOW.replace(tzinfo=None)), NOW, one).stock.left
        for one in (kept, told)
    )
    assert (before, after) in {(12, 4), (12_000, 4_000)}


def test_all_hidden_is_told() -> None:
    """Where everything of a theme is hidden the digest says so instead of showing it."""
    told = guided(NOBODY, Hidden(sources=frozenset(one.source.identity for one in HIGHLIGHTS)), ())
    with pytest.raises(EmptyError, match="it is hidden"):
        _picks(FakeLibrary(HIGHLIGHTS), (), told)


def test_guidance_joins_settings_curators_and_members() -> None:
    """Settings, what curators hid and what members said make one guidance; a curator overrules the settings' show."""
    base = Guidance({"essay 1": 2.0}, hidden=frozenset({"a"}), kept=frozenset({"b", "c"}))
    votes = [
        Voted("U1", "d", "source", "theme", "more", NOW),
        Voted("U2", "d", "source", "theme", "less", NOW),
        Voted("U3", "d", "source", "theme", "report", NOW),
    ]
    told = guided(base, Hidden(frozenset({"c"}), frozenset({"source 2"})), votes)
    assert told == Guidance(
        {"essay 1": 2.0},
        hidden=frozenset({"a", "c"}),
        kept=frozenset({"b"}),
        hidden_sources=frozenset({"source 2"}),
        reports=(("U3", "d"),),
        votes=(Vote("U1", "source", "theme", 1), Vote("U2", "source", "theme", -1)),
    )
    assert guided(base, Hidden(), ()) == base
