from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import NOW, FakeLibrary, make_highlight
from world import BLIND, MORNING, World, refusal

from digestbot.model import Digest, Notice
from digestbot.orders import Change, Outcome, Picked, Record

ONE, TWO = (replace(make_highlight(n, tags=("weights",)), native_id=f"rw{n}") for n in (1, 2))


@pytest.fixture
async def world() -> World:
    """A digest of two highlights that was posted as two messages."""
    world = World(stock=FakeLibrary([ONE, TWO]))
    await world.order(replace(MORNING, theme="weights", title="Good morning"))
    assert await world.tick() == [Outcome.CONFIRMED]
    world.rendered.clear()
    return world


async def record(world: World) -> Record:
    """What the ledger has of it."""
    found = await world.store.delivery("acme", "morning")
    assert found is not None
    return found


async def test_an_edited_highlight_takes_its_old_place(world: World) -> None:
    """A highlight whose text was edited, and whose id with it, is found by its native id and put into its message."""
    edited = [replace(one, id=f"{9:015}{n}", text=f"Edited {n}.") for n, one in enumerate((ONE, TWO))]
    world.stock = FakeLibrary(edited)
    said = await world.amender.amend(await record(world))
    assert said == "What was posted is edited. Highlights shown: 2; taken out: 0."
    assert {part.text for _, part in world.platform.edits} == {"Edited 0.", "Edited 1."}
    assert [ref.id for ref, _ in world.platform.edits] == ["1", "2"]
    (digest,) = [one for one in world.rendered if isinstance(one, Digest)]
    assert (digest.title, digest.day) == ("Good morning", "2026-03-02")


async def test_a_hidden_highlight_is_taken_out(world: World) -> None:
    """What curators hid, or what is gone from the notes, is left out; the message that is left over says so."""
    await world.store.hide("acme", "highlight", ONE.id, Change("acme", NOW, "U1", "hide", ONE.id))
    assert await world.amender.amend(await record(world)) == (
        "What was posted is edited. Highlights shown: 1; taken out: 1."
    )
    (_, first), (_, second) = world.platform.edits
    assert first.text == TWO.text
    assert "taken back" in second.text


async def test_nothing_left_is_said_in_its_place(world: World) -> None:
    """When every highlight of it is gone the messages say that they were taken back."""
    world.stock = FakeLibrary([])
    await world.amender.amend(await record(world))
    assert all("taken back" in part.text for _, part in world.platform.edits)
    assert len(world.platform.edits) == 2
    assert all(isinstance(view, Notice) for view in world.rendered)


async def test_what_cannot_be_changed_is_said(world: World) -> None:
    """A platform that cannot edit, or will not, is told about in a sentence, and nothing is raised."""
    world.platform.failures = [refusal(permanent=True)]
    assert await world.amender.amend(await record(world)) == "fake:acme/C1 did not take the change: It said no."
    world.platform.capabilities = BLIND
    assert "cannot change what was posted there" in await world.amender.amend(await record(world))
    assert Picked(ONE.id, ONE.source.identity, "rw1") in (await record(world)).picks
