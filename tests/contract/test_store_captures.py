"""What ports.Ledger promises of captures, and ports.Outbox of notices that offer something, asked of every store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import CHANNEL, NOW
from ordering import HOUR, Store

from digestbot.model import Action, Channel
from digestbot.orders import Capture, Change

WORDS = Capture(CHANNEL, "We ship.", "U7", "Ada", "U1", "Bob", NOW, "https://acme.example/p1", NOW - HOUR)
LINE = Change("acme", NOW, "CURATOR", "accept", "1")


async def test_a_capture_comes_back_as_it_was_handed_in(store: Store) -> None:
    """Each has a number of its own, is found by it in its workspace alone, and waits in their order."""
    first = await store.capture(WORDS)
    bare = await store.capture(replace(WORDS, permalink="", said_at=None, author=""))
    assert first == replace(WORDS, number=first.number)
    assert first.number < bare.number
    assert await store.captured("acme", first.number) == first
    assert await store.captured("acme", bare.number) == bare
    assert await store.captured("beta", first.number) is None
    assert list(await store.captures("acme", "pending")) == [first, bare]
    assert list(await store.captures("acme", "pending", limit=1)) == [first]
    assert list(await store.captures("beta", "pending")) == []


async def test_a_message_is_handed_in_once(store: Store) -> None:
    """The same message again is what is there already, unless that was refused; what has no address is its own."""
    first = await store.capture(WORDS)
    again = replace(WORDS, by="U2", by_name="Eve", at=NOW + HOUR)
    assert await store.capture(again) == first
    assert (await store.capture(replace(again, channel=replace(CHANNEL, workspace="beta")))).by == "U2"
    assert await store.settle(replace(first, state="refused", decided_by="CURATOR"), "pending", LINE)
    second = await store.capture(again)
    assert (second.by, second.number > first.number) == ("U2", True)
    bare = replace(WORDS, permalink="")
    assert (await store.capture(bare)).number != (await store.capture(bare)).number


async def test_a_capture_is_decided_once(store: Store) -> None:
    """Who comes second changes nothing; what was said, by whom and where stays whatever is written."""
    first = await store.capture(WORDS)
    accepted = replace(first, text="We ship!", state="accepted", decided_by="CURATOR", note="Inbox/we-ship-1.md")
    assert await store.settle(replace(accepted, author="U9", permalink="", by="U9"), "pending", LINE)
    assert not await store.settle(replace(first, state="refused"), "pending", LINE)
    assert not await store.settle(replace(accepted, channel=replace(CHANNEL, workspace="beta")), "accepted", LINE)
    found = await store.captured("acme", first.number)
    assert found is not None
    assert (found.text, found.state, found.note) == ("We ship!", "accepted", "Inbox/we-ship-1.md")
    assert (found.author, found.by, found.permalink) == ("U7", "U1", WORDS.permalink)
    assert len(await store.audit("acme")) == 1
    assert list(await store.captures("acme", "pending")) == []
    assert await store.settle(replace(found, state="removed", note=""), "accepted", LINE)


@pytest.mark.parametrize("odd", ["'; DROP TABLE captures; --", "日本\U0001f600", "%_\\"])
async def test_odd_captures(store: Store, odd: str) -> None:
    """What people wrote is data, whatever it says."""
    made = await store.capture(Capture(Channel("fake", "acme", odd), odd, odd, odd, odd, odd, NOW, odd))
    assert await store.captured("acme", made.number) == made


async def test_a_notice_offers_something(store: Store) -> None:
    """What a notice offers comes back with its claim, and with its record."""
    offered = (Action("Accept", "digest", "accept 1"), Action("Open", "open", "", "", "https://acme.example"))
    assert await store.announce(CHANNEL, "capture/1", "Bob hands in words.", NOW, offered)
    assert await store.announce(CHANNEL, "capture/2", "Bob hands in more.", NOW)
    claimed = await store.claim(CHANNEL.platform, NOW)
    assert {one.delivery.actions for one in claimed.claims} == {(), offered}
    assert {one.delivery.actions for one in await store.deliveries("acme")} == {(), offered}
