"""What may be shown and what members say, by command; and who may do what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from dialogue import LIBRARY, Talk, offered, said
from fake_store import FakeStore
from fakes import CHANNEL, NOW, FakeLibrary, make_highlight

from digestbot.model import Source
from digestbot.orders import Outcome, Record

SUBSCRIBE = "/digest subscribe daily at 17 licences size:2"
AT = NOW + timedelta(hours=7)
ONE = LIBRARY.highlights[24]
"""The first highlight of “licences”."""


async def _amended(record: Record) -> str:
    return f"{record.delivery.id} was edited."


async def _delivered(outcome: Outcome = Outcome.CONFIRMED) -> Talk:
    talk = Talk(amend=_amended)
    await talk.say(SUBSCRIBE)
    await talk.post("licences", (25, 26), AT, outcome=outcome)
    return replace(talk, now=AT + timedelta(hours=1))


async def test_hide_and_unhide_a_highlight() -> None:
    """A highlight is hidden by its id or the beginning of it, once; it can be undone, and each is in the audit."""
    talk = Talk()
    view = await talk.say(f"/digest hide {ONE.id}")
    assert said(view) == f"{ONE.id} is hidden: no digest and no look-up shows it any more."
    assert "is hidden already" in await talk.hear(f"/hide {ONE.id}")
    assert ONE.id in await talk.hear("/digest hidden")
    assert await talk.hear(offered(view)["Undo"]) == f"{ONE.id} may be shown again."
    assert await talk.hear("/digest hidden") == "Nothing is hidden."
    assert [(one.action, one.subject, one.detail) for one in talk.store.changes] == [
        ("hide", ONE.id, "highlight"),
        ("unhide", ONE.id, "highlight"),
    ]


@pytest.mark.parametrize(
    "words", ["Essay 25", "essay 25", '"Essay 25"', 'source:"Essay 25"', "«Essay 25»", "https://example.org/25"]
)
async def test_hide_a_source(words: str) -> None:
    """A source is hidden by its title or its address, and nothing of it is shown."""
    talk = Talk()
    view = await talk.say(f"/digest hide {words}")
    assert said(view).startswith("«Essay 25» is hidden")
    assert (await talk.store.hidden("acme")).sources == {ONE.source.identity}
    assert "hidden by a curator" in await talk.hear("/quote Essay 25")
    assert await talk.hear(offered(view)["Undo"]) == "«Essay 25» may be shown again."


async def test_a_source_has_to_be_unambiguous() -> None:
    """Where a title's words fit several sources they are named; where titles are alike, by their addresses."""
    talk = Talk()
    told = await talk.hear("/digest hide Essay 3")
    assert told.startswith("«Essay 3» is hidden")
    told = await talk.hear("/digest hide ssay 1")
    assert told == (
        "That may be «Essay 10»; «Essay 11»; «Essay 12»; «Essay 13»; «Essay 14» and 6 more. "
        "Write a whole title, or an address."
    )
    twins = [replace(make_highlight(n), source=Source("Twin", url=f"https://example.org/{n}")) for n in (1, 2)]
    told = await Talk(library=FakeLibrary(twins)).hear("/digest hide Twin")
    assert told.startswith("That may be https://example.org/1; https://example.org/2.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("/digest hide", "Say what: /digest hide ID"),
        ("/digest hide unicorns", "There is no source and no highlight “unicorns”."),
        ("/digest hide abcd", "There is no source and no highlight “abcd”."),
        ("/digest unhide unicorns", "There is no hidden source and no highlight “unicorns”."),
        ("/digest amend evening", "There is no delivery “evening” here. /digest history lists them."),
        ("/digest retry licences/2026-03-02", "“licences/2026-03-02T17:00” is confirmed. Only what was refused"),
        ("/save unicorns", "There is no highlight “unicorns”."),
        ("/more", "There is no highlight “”."),
    ],
)
async def test_refusals(words: str, told: str) -> None:
    """What cannot be done is answered in a sentence, and nothing is written."""
    talk = await _delivered()
    before = len(talk.store.changes)
    assert told in await talk.hear(words)
    assert len(talk.store.changes) == before


async def test_what_has_left_the_notes_can_be_hidden() -> None:
    """A highlight that is gone may come back: by its whole id it is hidden all the same."""
    talk = Talk(library=FakeLibrary())
    assert "is hidden" in await talk.hear(f"/digest hide {ONE.id}")
    assert f"{ONE.id} | no longer in the notes" in await talk.hear("/digest hidden")


async def test_hiding_offers_to_amend_what_was_posted() -> None:
    """Where it was shown in the last week, hiding says so and offers to amend it."""
    talk = await _delivered()
    view = await talk.say(f"/digest hide {ONE.id}")
    assert "In the last days it was in licences/2026-03-02T17:00" in said(view)
    amend = offered(view)["Amend licences/2026-03-0"]
    assert await talk.hear(amend) == "acme/licences/2026-03-02T17:00 was edited."
    last = talk.store.changes[-1]
    assert (last.action, last.subject) == ("amend", "licences/2026-03-02T17:00")
    assert last.detail == "acme/licences/2026-03-02T17:00 was edited."
    later = replace(talk, now=AT + timedelta(days=8))
    assert "In the last days" not in await later.hear("/digest hide Essay 26")


async def test_amend_needs_a_message_in_the_channel() -> None:
    """Only what was posted can be edited, and only where the platform is connected."""
    assert "is not in the channel: it is refused." in await (await _delivered(Outcome.REFUSED)).hear(
        "/digest amend licences"
    )
    talk = replace(await _delivered(), amend=None)
    assert "cannot be edited from here" in await talk.hear("/digest amend licences")


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.EXPIRED, Outcome.UNCERTAIN])
async def test_retry(outcome: Outcome) -> None:
    """A dead letter is sent on its way again, once, and it is written down."""
    talk = await _delivered(outcome)
    told = "“licences/2026-03-02T17:00” is tried again. What arrived of it is not sent twice."
    assert await talk.hear("/digest retry licences") == told
    assert talk.store.changes[-1].action == "retry"
    assert talk.store.changes[-1].detail == outcome.value
    assert "is retry. Only what was refused" in await talk.hear("/digest again licences")


async def test_retry_says_that_the_order_is_paused() -> None:
    """A refusal for good pauses the order: sending one again lets the next ones not go on, and the answer says so."""
    talk = await _delivered(Outcome.REFUSED)
    await talk.store.pause((await talk.store.deliveries("acme"))[0].delivery, "The channel is archived.", talk.now)
    assert "The next ones wait until /digest resume licences." in await talk.hear("/digest retry licences")


async def test_votes() -> None:
    """Members say what they want more and less of; the last opinion counts."""
    talk = await _delivered()
    member = talk.as_("MEMBER")
    assert offered(await member.say(f"/more {ONE.id}")) == {"Show me some": f"/quote like {ONE.id}"}
    assert await member.hear(f"/digest less {ONE.id}") == "Noted: less like this."
    [vote] = await talk.store.votes("acme")
    assert (vote.member, vote.opinion, vote.theme, vote.source) == ("MEMBER", "less", "licences", ONE.source.identity)


ANYBODY, CREATOR, CURATOR, ADMIN = "member", "creator", "curator", "admin"

PERMISSIONS = [
    ("/quote the", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest now", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest preview licences", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest list", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest show", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest next", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest history", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest why licences", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    (f"/more {ONE.id}", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    (f"/report {ONE.id}", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    (f"/save {ONE.id}", {ANYBODY, CREATOR, CURATOR, ADMIN}),
    ("/digest edit size:3", {CREATOR, ADMIN}),
    ("/digest edit", {CREATOR, ADMIN}),
    ("/digest pause", {CREATOR, ADMIN}),
    ("/digest resume licences", {CREATOR, ADMIN}),
    ("/digest skip", {CREATOR, ADMIN}),
    ("/digest deliver", {CREATOR, ADMIN}),
    ("/digest retry licences", {CREATOR, ADMIN}),
    ("/digest unsubscribe", {CREATOR, ADMIN}),
    ("/digest unsubscribe? licences", {CREATOR, ADMIN}),
    ("/digest hide Essay 30", {CURATOR, ADMIN}),
    ("/digest unhide Essay 31", {CURATOR, ADMIN}),
    ("/digest hidden", {CURATOR, ADMIN}),
    ("/digest amend licences", {CURATOR, ADMIN}),
    ("/digest subscribe daily at 12", {ADMIN}),
    ("/digest subscribe", {ADMIN}),
    ("/digest edit channel:C2", {ADMIN}),
    ("/digest list all", {ADMIN}),
    ("/digest next all", {ADMIN}),
    ("/digest history all", {ADMIN}),
    ("/digest audit", {ADMIN}),
]


@pytest.mark.parametrize("who", [ANYBODY, CREATOR, CURATOR, ADMIN])
@pytest.mark.parametrize(("words", "allowed"), PERMISSIONS, ids=[words for words, _ in PERMISSIONS])
async def test_who_may_do_what(words: str, allowed: set[str], who: str) -> None:
    """Look-ups are for all, changes for admins and whoever ordered it, hiding for curators; a refusal names them."""
    talk = await _delivered(Outcome.REFUSED)
    await talk.say("/digest hide Essay 31")
    before = (dict(talk.store.orders), len(talk.store.changes))
    speakers = {
        ANYBODY: talk.as_("MEMBER", groups=("G-OTHERS",)),
        CREATOR: talk.as_("U1"),
        CURATOR: talk.as_("SOMEBODY", groups=("G-CURATORS",)),
        ADMIN: talk.as_("BOSS", admin=True),
    }
    told = await speakers[who].hear(words)
    refused = told.startswith("Only ")
    assert refused is (who not in allowed), told
    if refused:
        assert any(whom in told for whom in ("Ask an admin", "Ask one of them", "Leave out “all”"))
        assert (talk.store.orders, len(talk.store.changes)) == before


@pytest.mark.parametrize("listed", [{"LISTED"}, {"G-BOSSES"}])
async def test_admins_by_the_settings(listed: set[str]) -> None:
    """Those whom the settings list, themselves or by a group of theirs, are admins too."""
    talk = replace(await _delivered(), admins=frozenset(listed))
    assert "Changed" in await talk.as_("LISTED", groups=("G-BOSSES",)).hear("/digest edit size:3")
    assert "Only whoever ordered" in await talk.as_("OTHER").hear("/digest edit size:4")
    assert "Only whoever ordered" in await talk.as_("").hear("/digest edit size:4")


async def test_nobody_is_not_a_creator() -> None:
    """An order of digestbot.toml has no creator, and who has no name is not it."""
    talk = await _delivered()
    talk.store.orders["acme", "licences"] = replace(talk.order("licences"), by="")
    assert "Only whoever ordered" in await talk.as_("").hear("/digest pause")


async def test_other_channels_are_not_told_of() -> None:
    """A member of one channel hears nothing of another channel's orders and deliveries; its creator and admins do."""
    talk = await _delivered()
    member = talk.as_("MEMBER", channel="C2")
    for words in ("list", "next", "history", "show licences", "why licences", "pause licences", "preview licences/x"):
        told = await member.hear(f"/digest {words}")
        assert "17:00" not in told
    assert "in another channel" in await member.hear(f"/digest why {ONE.id}")
    for words in ("show licences", "why licences"):
        assert "17:00" in await talk.as_("U1", channel="C2").hear(f"/digest {words}")
        assert "17:00" in await talk.as_("BOSS", admin=True, channel="C2").hear(f"/digest {words}")


EVERYTHING = (
    "list all", "list", "show secret", "show", "next all", "next", "history all", "history", "why secret",
    "why secret/2026-03-02", "why globex/secret", "why globex/secret/2026-03-02T17:00", "audit", "hidden", "saves",
    f"why {ONE.id}", "pause secret", "resume secret", "skip secret", "unsubscribe secret", "edit secret size:3",
    "deliver secret", "retry secret", "amend secret", "preview secret", "unhide Essay 30",
)  # fmt: skip


async def test_workspaces_know_nothing_of_each_other() -> None:
    """Whatever an admin of one workspace says, nothing of another one is shown or changed."""
    store = FakeStore()
    secret = Talk(store, channel=replace(CHANNEL, workspace="globex", id="SECRETCHANNEL"), actor="SECRETACTOR")
    await secret.say('/digest subscribe daily at 17 licences name:secret title:"SECRETTITLE"')
    await secret.post("secret", (25, 26), AT, outcome=Outcome.REFUSED)
    await secret.say("/digest pause secret SECRETREASON")
    await secret.say("/digest hide Essay 30")
    await secret.say(f"/save {ONE.id}")
    await secret.say(f"/more {ONE.id}")
    before = (dict(store.orders), list(store.changes), await store.hidden("globex"))
    other = Talk(store, actor="U9", now=AT)
    for words in EVERYTHING:
        told = (await other.hear(f"/digest {words}")).replace(words.partition(" ")[2] or words, "")
        assert "SECRET" not in told, words
        assert "globex" not in told, words
        assert "1 more like this" not in told, words
    after = (dict(store.orders), list(store.changes), await store.hidden("globex"))
    assert after == before
