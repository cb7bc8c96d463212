"""What became of digests, by command: history, why, audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from dialogue import LIBRARY, Talk, in_words, offered, said
from fake_store import FakeStore
from fakes import NOW, FakeLibrary, make_highlight

from digestbot.model import Message, Part
from digestbot.orders import Change, Ended, Outcome, Picked

SUBSCRIBE = "/digest subscribe daily at 17 licences size:2"
AT = NOW + timedelta(hours=7)
"""When the first digest of SUBSCRIBE is due: 17:00 in Berlin."""


async def _delivered(outcome: Outcome = Outcome.CONFIRMED) -> Talk:
    talk = Talk()
    await talk.say(SUBSCRIBE)
    await talk.post("licences", (25, 26), AT, outcome=outcome)
    return replace(talk, now=AT + timedelta(hours=1))


async def test_history_of_a_channel() -> None:
    """The latest deliveries with their states, local times and reasons."""
    talk = await _delivered(Outcome.REFUSED)
    assert await talk.hear("/digest history") == (
        "Deliveries\nDelivery | State | When | Theme | Why\n"
        "licences/2026-03-02T17:00 | refused | Mon 2 Mar 17:00 | licences | The channel is archived."
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", True), ("licences", True), ("refused", True), ("failed", True), ("state:refused", True),
        ("licences failed since 2026-03-01", True), ("since:2026-03-02", True), ("since 2026-03-03", False),
        ("today", True), ("2h", True), ("7 days", True), ("1h", True), ("confirmed", False), ("waiting", False),
        ("all", True), ("all refused 1d", True),
    ],
)  # fmt: skip
async def test_history_by_state_and_time(words: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    """A name, states and a time narrow the history, in any order."""
    told = await (await _delivered(Outcome.REFUSED)).hear(f"/digest history {words}")
    assert ("licences/2026-03-02T17:00" in told) is found
    assert found or told == "No delivery is like that. /digest next tells what is to come."


@pytest.mark.parametrize("words", ["refussed", "since licence", "since 2026-13-01"])
async def test_history_of_what_is_not_known(words: str) -> None:
    """A word that is neither a name, a state nor a time is refused with the nearest one."""
    told = await (await _delivered()).hear(f"/digest history {words}")
    assert "is not understood. " in told
    assert "Did you mean" in told or "There is licences, planned" in told


async def test_why_a_delivery_stage_by_stage() -> None:
    """Every stage in its order: ordered, due, planned, picked and why, rendered, tried, posted, and what next."""
    talk = Talk()
    await talk.say(SUBSCRIBE)
    picks = await _picks(talk)
    await talk.post("licences", picks, AT)
    later = replace(talk, now=AT + timedelta(hours=1))
    told = (await later.hear("/digest why licences")).split("\n")
    assert told[:5] == [
        "Why licences/2026-03-02T17:00",
        "Ordered: 2 highlights of “licences” for fake:acme/C1",
        f"Due Mon 2 Mar 17:00: {in_words('daily at 17:00')}",
        "Planned Mon 2 Mar 17:00:00: in time",
        "Picked Mon 2 Mar 17:00:00: 2 under “licences”",
    ]
    assert [line.startswith("· 00000000: Essay ") and "Drawn from 12 highlights" in line for line in told[5:7]] == [
        True
    ] * 2
    assert told[7:] == [
        "Rendered: 1 part",
        "Attempt 1 Mon 2 Mar 17:00:00: confirmed after 0.0 seconds",
        "Part 1: arrived as 171.2",
        "State Mon 2 Mar 17:00:00: confirmed",
        "Next: nothing more, it is in the channel",
    ]


async def test_why_says_when_the_notes_have_changed() -> None:
    """Where the pick cannot be made again, its reasons are not guessed at."""
    talk = Talk()
    await talk.say(SUBSCRIBE)
    await talk.post("licences", await _picks(talk), AT)
    changed = replace(talk, now=AT, library=FakeLibrary(LIBRARY.highlights[:30]))
    told = await changed.hear("/digest why licences")
    assert "the reasons cannot be told again" in told
    assert "Drawn from" not in told


async def test_why_something_is_not_sent_yet() -> None:
    """What waits tells what it would be made of now, and what follows."""
    talk = Talk()
    await talk.say(SUBSCRIBE)
    assert "“licences” has not delivered anything yet." in await talk.hear("/digest why licences")
    await talk.say("/digest deliver")
    told = await talk.hear("/digest why")
    assert "Picked: not yet" in told
    assert "If picked now: 2 under “licences”" in told
    assert "Attempt: none yet" in told
    assert "it is sent once it is due and digestbot runs" in told


@pytest.mark.parametrize(
    ("outcome", "due_at", "told"),
    [
        (Outcome.REFUSED, None, "nothing by itself; mend what the reason says, then /digest retry licences/2026-03-02"),
        (Outcome.EXPIRED, None, "/digest retry licences/2026-03-02T17:00 sends it all the same"),
        (Outcome.UNCERTAIN, None, "nobody can tell whether it arrived: look in the channel"),
        (Outcome.UNCERTAIN, AT + timedelta(minutes=1), "it is looked for in the channel again"),
        (Outcome.RETRY, AT + timedelta(minutes=1), "Next Mon 2 Mar 17:01:00: it is tried again"),
        (Outcome.SKIPPED, None, "nothing, it was left out"),
    ],
)  # fmt: skip
async def test_why_tells_what_follows(outcome: Outcome, due_at: datetime | None, told: str) -> None:
    """Each end tells what follows by itself, and what a person can do."""
    talk = await _delivered(outcome)
    entry = talk.store.entries["acme/licences/2026-03-02T17:00"]
    entry.due_at = due_at
    assert told in await talk.hear("/digest why licences")


async def test_why_offers_to_send_again() -> None:
    """A dead letter can be sent again from where it is explained, by whom it concerns."""
    talk = await _delivered(Outcome.REFUSED)
    assert offered(await talk.say("/digest why licences")) == {
        "Send it again": "/digest retry licences/2026-03-02T17:00"
    }
    assert not offered(await talk.as_("MEMBER").say("/digest why licences"))


@pytest.mark.parametrize(
    "name",
    [
        "licences", "licences/2026-03-02", "licences/2026-03-02T17:00", "acme/licences/2026-03-02T17:00",
        "ACME/Licences/2026-03-02 17:00", "",
    ],
)  # fmt: skip
async def test_a_delivery_has_several_names(name: str) -> None:
    """A delivery is named by its subscription, with a day, or with its time."""
    assert "Why licences/2026-03-02T17:00" in await (await _delivered()).hear(f"/digest why {name}")


@pytest.mark.parametrize("name", ["licences/2026-03-03", "licences/2026-99-99", "globex/licences", "ffffffff", "../x"])
async def test_a_name_of_nothing(name: str) -> None:
    """What is neither a delivery nor a highlight is told, with what can be written."""
    told = await (await _delivered()).hear(f"/digest why {name}")
    assert "There is no delivery and no highlight" in told
    assert "(licences)" in told


async def test_why_a_highlight() -> None:
    """A highlight tells when and where it was shown, what people said, and when it may come again."""
    talk = await _delivered()
    await talk.say(f"/more {25:016x}")
    told = await talk.hear(f"/digest why {25:016x}")
    assert "Source: Essay 25" in told
    assert "Shown: Mon 2 Mar 16:00 in licences/2026-03-02T17:00, under “licences”" in told
    assert "Votes: 1 more like this, 0 less, 0 reports" in told
    assert "Kept back: shown less than 60 days ago" in told
    assert "Next: in licences from 2026-05-01 on" in told


async def test_why_a_highlight_is_kept_back() -> None:
    """What is hidden, reported or fails the gate says so, and that it never comes."""
    short = make_highlight(50, "Too short.", tags=("licences",))
    talk = Talk(library=FakeLibrary([*LIBRARY.highlights, short]))
    assert "Kept back: too short to stand alone" in await talk.hear(f"/digest why {short.id}")
    assert "Kept back: nothing" in await talk.hear(f"/digest why {26:016x}")
    await talk.say("/digest hide Essay 26")
    assert "Kept back: hidden by a curator" in await talk.hear(f"/digest why {26:016x}")
    for member in "ABC":
        await talk.as_(member).say(f"/report {27:016x}")
    assert "Kept back: reported by several members" in await talk.hear(f"/digest why {27:016x}")


async def test_an_edited_highlight_keeps_its_past() -> None:
    """A highlight whose text was edited is known by its native id, and is kept back as long."""
    old = replace(make_highlight(25, tags=("licences",)), native_id="rw1")
    store = FakeStore()
    picked = [Picked(old.id, old.source.identity, "rw1")]
    await store.show(Talk().channel, "licences", picked, NOW)
    new = replace(old, id="ab" * 8, text=f"{old.text} It was mended.")
    talk = Talk(store, FakeLibrary([new, *LIBRARY.highlights]))
    told = await talk.hear(f"/digest why {'ab' * 8}")
    assert "Shown: never under this id" in told
    assert "Kept back: shown less than 60 days ago" in told


async def test_audit() -> None:
    """Admins read who changed what, the latest first."""
    talk = await _delivered()
    await talk.say("/digest edit size:3")
    assert await talk.hear("/digest audit 1") == (
        "Audit\nWhen | Who | What | Subject | Detail\n2026-03-02 17:00 | U1 | edit | licences | size: 2 -> 3"
    )
    assert await Talk().hear("/digest audit") == "Nothing was changed yet."
    assert "Write how many: /digest audit 20" in await talk.hear("/digest audit lots")
    await talk.store.note(Change("acme", NOW, "", "pause", "licences", "The channel is archived."))
    assert "| digestbot | pause | licences | The channel is archived." in await talk.hear("/digest audit")


async def test_notices_are_explained_too() -> None:
    """A notice to admins is a delivery that picks nothing."""
    talk = Talk()
    await talk.store.announce(talk.channel, "stock", "The stock of “licences” lasts for 5 more days.", NOW)
    [name] = [one.partition("/")[2] for one in talk.store.entries]
    told = await talk.hear(f"/digest why {name}")
    assert "Notice: The stock of “licences” lasts for 5 more days." in told
    assert "Picked" not in told


async def test_parts_are_explained_one_by_one() -> None:
    """Of a message in several parts each says whether it arrived."""
    talk = Talk()
    await talk.say(SUBSCRIBE)
    await talk.say("/digest deliver")
    [claim] = (await talk.store.claim("fake", NOW)).claims
    parts = (Part({}, "one"), Part({}, "two"), Part({}, "three"))
    await talk.store.keep(claim.delivery, "licences", (), Message(parts), NOW)
    await talk.store.end(claim.delivery, 0, None, NOW)
    await talk.store.begin(claim.delivery, 1, NOW)
    await talk.store.finish(Ended(claim.delivery, Outcome.UNCERTAIN, "The connection was reset."), NOW)
    told = said(await talk.say("/digest why"))
    assert "Rendered: 3 parts" in told
    assert "Part 1: may or may not have arrived; look in the channel" in told
    assert "Part 2: was being posted; whether it arrived is not known yet" in told
    assert "Part 3: waits to be posted" in told
    assert "uncertain: The connection was reset." in told


async def _picks(talk: Talk) -> tuple[int, ...]:
    """What the next digest is made of, as its numbers."""
    view = await replace(talk, now=AT).say("/digest preview licences")
    return tuple(int(one.id, 16) for one in getattr(view, "highlights", ()))
