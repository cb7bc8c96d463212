"""What ports.Ledger promises of what people hide, say, save and did, asked of every store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import NOW
from ordering import DAY, HOUR, Store

from digestbot.orders import Change, Picked, Saved, Voted
from digestbot.ports import Hidden

HIDE = Change("acme", NOW, "U1", "hide", "a")
SOURCE = "An essay\x1fSomebody\x1ehimself\x1fhttps://example.org/" + "x" * 900 + "\x1f2026"


async def test_hiding(store: Store) -> None:
    """A highlight or a source is taken out once, by the audit's line, and put back once."""
    assert await store.hide("acme", "highlight", "a", HIDE)
    assert not await store.hide("acme", "highlight", "a", HIDE)
    assert await store.hide("acme", "source", SOURCE, replace(HIDE, subject=SOURCE))
    assert await store.hidden("acme") == Hidden(frozenset({"a"}), frozenset({SOURCE}))
    assert await store.hidden("beta") == Hidden()
    assert len(await store.audit("acme")) == 2
    assert not await store.unhide("acme", "source", "a", HIDE)
    assert not await store.unhide("beta", "highlight", "a", HIDE)
    assert await store.unhide("acme", "highlight", "a", replace(HIDE, action="unhide"))
    assert await store.hidden("acme") == Hidden(frozenset(), frozenset({SOURCE}))
    assert [one.action for one in await store.audit("acme")] == ["unhide", "hide", "hide"]


async def test_the_last_opinion_counts(store: Store) -> None:
    """A member has one opinion of a highlight, the last; each member their own, in each workspace."""
    picked = Picked("a", "source")
    await store.vote("acme", "U1", picked, "Theme", "more", NOW)
    await store.vote("acme", "U2", picked, "Theme", "report", NOW + HOUR)
    await store.vote("beta", "U1", picked, "Theme", "report", NOW)
    await store.vote("acme", "U1", picked, "Other", "less", NOW + DAY)
    assert sorted(await store.votes("acme"), key=lambda one: one.member) == [
        Voted("U1", "a", "source", "Other", "less", NOW + DAY),
        Voted("U2", "a", "source", "Theme", "report", NOW + HOUR),
    ]


async def test_a_list_of_ones_own(store: Store) -> None:
    """A member's highlights, the latest first, each once; nobody sees another's."""
    assert await store.save("acme", "U1", "a", NOW)
    assert await store.save("acme", "U1", "b", NOW + HOUR)
    assert not await store.save("acme", "U1", "a", NOW + DAY)
    assert await store.save("acme", "U2", "c", NOW)
    assert await store.saves("acme", "U1") == [Saved("U1", "b", NOW + HOUR), Saved("U1", "a", NOW)]
    assert await store.unsave("acme", "U1", "a")
    assert not await store.unsave("acme", "U1", "a")
    assert not await store.unsave("beta", "U1", "b")
    assert [one.highlight_id for one in await store.saves("acme", "U1")] == ["b"]
    assert await store.saves("beta", "U1") == []


async def test_what_a_member_may_do_is_counted(store: Store, twin: Store) -> None:
    """So many at once, then one again for each part of an hour that has passed; by member, thing and workspace."""
    for spender in (store, twin, store):
        assert await spender.spend("acme", "U1", "share", 3, NOW) is None
    assert await twin.spend("acme", "U1", "share", 3, NOW) == NOW + HOUR / 3
    assert await store.spend("acme", "U2", "share", 3, NOW) is None
    assert await store.spend("beta", "U1", "share", 3, NOW) is None
    assert await store.spend("acme", "U1", "save", 3, NOW) is None
    assert await store.spend("acme", "U1", "share", 3, NOW + HOUR / 3) is None
    assert await store.spend("acme", "U1", "share", 3, NOW + HOUR / 3) == NOW + 2 * HOUR / 3
    for _ in range(3):
        assert await store.spend("acme", "U1", "share", 3, NOW + DAY) is None
    assert await store.spend("acme", "U1", "share", 3, NOW + DAY) is not None


async def test_the_audit(store: Store) -> None:
    """The latest lines of a workspace, the newest first, as they were written."""
    lines = [Change("acme", NOW, "U1", "did", f"thing {n}", "«so»") for n in range(5)]
    for line in lines:
        await store.note(line)
    await store.note(Change("beta", NOW, "U9", "did", "other"))
    assert list(await store.audit("acme", limit=3)) == lines[:1:-1]
    assert len(await store.audit("acme")) == 5


@pytest.mark.parametrize("odd", ["", "'; DROP TABLE audit; --", "日本\U0001f600", "%_\\"])
async def test_odd_words(store: Store, odd: str) -> None:
    """What people write is data, whatever it says."""
    await store.note(Change("acme", NOW, odd, odd, odd, odd))
    await store.vote("acme", odd, Picked(odd, odd), odd, "more", NOW)
    assert (await store.audit("acme"))[0].detail == odd
    assert (await store.votes("acme"))[0] == Voted(odd, odd, odd, odd, "more", NOW)
