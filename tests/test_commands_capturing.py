"""Words of a message that become a highlight: handed in, decided, and taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dialogue import LIBRARY, Talk, offered, said
from fakes import NOW, FakeLibrary

from digestbot.model import Channel, Form, Listing, Notice, Quoted
from digestbot.orders import Capture, Record
from digestbot.ports import Inbox

SAID = Quoted(
    "We ship when it is done, and not before.", "U7", "Ada", "https://acme.example/p1", NOW - timedelta(days=1)
)
CURATORS = Channel("fake", "acme", "CURATORS")


@dataclass
class FakeInbox:
    """Notes in memory, each with one highlight."""

    notes: dict[str, Capture] = field(default_factory=dict)

    async def write(self, capture: Capture) -> str:
        """See ports.Inbox."""
        self.notes[f"Inbox/{capture.number}.md"] = capture
        return f"Inbox/{capture.number}.md"

    async def remove(self, note: str) -> Sequence[str]:
        """See ports.Inbox."""
        return [LIBRARY.highlights[0].id] if self.notes.pop(note, None) else []


_TYPED: Inbox = FakeInbox()


@dataclass
class Office(Talk):
    """A workspace with an inbox, whose announcements are kept."""

    inbox: FakeInbox | None = field(default_factory=FakeInbox)
    told: list[tuple[Channel, str, Notice]] = field(default_factory=list)
    curators_channel: Channel | None = CURATORS

    async def announce(self, channel: Channel, topic: str, notice: Notice) -> None:
        """Keep what is to be posted."""
        self.told.append((channel, topic, notice))

    def more(self) -> dict[str, Any]:
        """See Talk."""
        return {"inbox": self.inbox, "announce": self.announce, "curators_channel": self.curators_channel}

    async def hand_in(self, quoted: Quoted = SAID, actor: str = "MEMBER") -> str:
        """What a member is told who uses the shortcut on a message."""
        return said(await self.as_(actor).say("/capture", message=quoted, called="Bob"))

    def curator(self) -> Talk:
        """A curator of it."""
        return self.as_("CURATOR")


async def test_the_way_to_a_highlight() -> None:
    """Handed in, shown to the curators with buttons, accepted, written; who handed it in and who said it are told."""
    office = Office()
    assert "once a curator accepts it" in await office.hand_in()
    [(channel, topic, notice)] = office.told
    assert (channel, topic) == (CURATORS, "capture/1")
    assert notice.text == "Bob hands in words of Ada: “We ship when it is done, and not before.”"
    assert offered(notice) == {
        "Accept": "/digest accept 1",
        "Correct": "/digest correct 1",
        "Refuse": "/digest refuse 1",
    }
    assert "Accepted: Inbox/1.md is a note now." in await office.curator().hear("/digest accept 1")
    note = office.inbox.notes["Inbox/1.md"] if office.inbox else None
    assert note is not None
    assert (note.text, note.author_name, note.by_name, note.permalink) == (SAID.text, "Ada", "Bob", SAID.permalink)
    assert [(one.member, topic) for one, topic, _ in office.told[1:]] == [
        ("MEMBER", "capture/1/accepted"),
        ("U7", "capture/1/quoted"),
    ]
    assert offered(office.told[-1][2]) == {"Take it out": "/digest withdraw 1"}
    assert "was accepted already" in await office.curator().hear("/digest accept 1")
    assert [one.action for one in await office.store.audit("acme")] == ["accept", "capture"]


async def test_what_cannot_be_handed_in() -> None:
    """Digestbot's own messages, those of programs, and what is empty or too long; each is told why."""
    office = Office()
    assert "digestbot's own" in await office.hand_in(replace(SAID, ours=True))
    assert "by a program" in await office.hand_in(replace(SAID, bot=True))
    assert "too little text" in await office.hand_in(replace(SAID, text=" \n "))
    assert "too long" in await office.hand_in(replace(SAID, text="word " * 500))
    assert "whose words" in await office.hand_in(replace(SAID, name=" "))
    assert await office.store.captures("acme", "pending") == []
    office.inbox = None
    assert "cannot be handed in here" in await office.hand_in()


async def test_words_that_are_typed_need_a_name() -> None:
    """Nobody's words are put down as those of who typed them."""
    office = Office()
    assert "by:“whose they are”" in await office.hear("/digest capture We ship when it is done.")
    assert "Thank you" in await office.hear('/digest capture "We ship when it is done." by:"Ada Lovelace"')
    [one] = await office.store.captures("acme", "pending")
    assert (one.text, one.author, one.author_name) == ("We ship when it is done.", "", "Ada Lovelace")


async def test_handed_in_twice() -> None:
    """The same message is not asked about twice, nor a member's twenty-first of an hour."""
    office = Office()
    await office.hand_in()
    assert await office.hand_in(actor="OTHER") == "It is handed in already."
    await office.curator().say("/digest accept 1")
    assert await office.hand_in(actor="OTHER") == "It is a highlight already."
    for n in range(20):
        await office.hand_in(replace(SAID, permalink=f"https://acme.example/{n}"), "BUSY")
    assert "handed in 20 passages within an hour" in await office.hand_in(replace(SAID, permalink="x"), "BUSY")


async def test_the_inbox() -> None:
    """Curators see what waits, the oldest first, with buttons for each; members do not."""
    office = Office()
    for n in range(7):
        await office.hand_in(replace(SAID, permalink=f"https://acme.example/{n}"))
    view = await office.curator().say("/digest inbox")
    assert isinstance(view, Listing)
    assert [row[0] for row in view.rows] == ["1", "2", "3", "4", "5"]
    assert view.title == "Handed in, and 2 more behind these"
    assert offered(view)["Refuse 3"] == "/digest refuse 3"
    for words in ("inbox", "accept 1", "correct 1", "refuse 1"):
        assert "Only curators and admins may" in await office.as_("MEMBER").hear(f"/digest {words}")
    assert "Nothing waits" in await Office().curator().hear("/digest inbox")
    assert "Nothing was handed in under “99”" in await office.curator().hear("/digest accept 99")


async def test_a_curator_corrects() -> None:
    """A form holds the words and the name; what comes back is what is accepted, by the same rules."""
    office = Office()
    await office.hand_in()
    form = await office.curator().say("/digest correct 1")
    assert isinstance(form, Form)
    assert [(one.name, one.value) for one in form.fields] == [("text", SAID.text), ("name", "Ada")]
    assert form.submit.words == "accept 1"
    assert "too little" in said(await office.curator().say("/digest accept 1", values={"text": "", "name": "Ada"}))
    mended = {"text": "We ship when it is done.", "name": "Ada  Lovelace"}
    await office.curator().say("/digest accept 1", values=mended)
    [one] = await office.store.captures("acme", "accepted")
    assert (one.text, one.author_name, one.author) == ("We ship when it is done.", "Ada Lovelace", "U7")


async def test_a_decision_is_said_to_all_who_were_asked() -> None:
    """What was decided takes the place of the question, with who decided; who was too late sees that it is over."""
    office = Office()
    await office.hand_in()
    denied = await office.as_("U9").ask("/digest accept 1")
    done = await office.curator().ask("/digest accept 1", called="Cora")
    late = await office.curator().ask("/digest refuse 1")
    assert denied.settled is None
    assert done.settled
    assert done.settled.text == f"Accepted by Cora: “{SAID.text}” by {SAID.name}"
    assert [one.label for one in done.settled.actions] == ["Take it out"]
    assert late.settled == late.view == Notice("Number 1 was accepted already.")


async def test_refused() -> None:
    """Who handed it in is told, with the reason; whose words they are is not bothered."""
    office = Office()
    await office.hand_in()
    assert await office.curator().hear("/digest refuse 1 Said in confidence.") == "Refused. Bob is told."
    assert [(channel.member, notice.text) for channel, _, notice in office.told[1:]] == [
        ("MEMBER", f"Not accepted as a highlight: “{SAID.text}” The reason: Said in confidence.")
    ]


async def test_whose_words_they_are_may_take_them_out() -> None:
    """The note goes, the highlight is hidden for good, what was posted is edited; others may not do that."""
    shown = replace(LIBRARY.highlights[0], native_id="capture-1", url=SAID.permalink)
    office = Office(library=FakeLibrary([shown, *LIBRARY.highlights[1:]]))
    edited: list[Record] = []

    async def amend(record: Record) -> str:
        edited.append(record)
        return "done"

    office.amend = amend
    await office.hand_in()
    await office.curator().say("/digest accept 1")
    await office.say("/digest subscribe daily at 09:00 theme:all name:morning")
    await office.post("morning", (1, 2), NOW)
    assert "Only whose words they are" in await office.as_("MEMBER").hear("/digest withdraw 1")
    assert "Only whose words they are" in await office.as_("U7").hear("/digest withdraw 2")
    told = await office.as_("U7").hear(f"/digest withdraw {shown.id}")
    assert told.startswith("Taken out")
    assert told.endswith("is edited.")
    assert office.inbox
    assert not office.inbox.notes
    assert (await office.store.hidden("acme")).highlights == {shown.id}
    assert [one.delivery.subscription.id for one in edited] == ["morning"]
    assert "taken out already" in await office.as_("U7").hear("/digest withdraw 1")


async def test_who_is_not_known_takes_nothing_out() -> None:
    """Words that were typed have no known author: an actor without an id is not taken for them."""
    office = Office()
    await office.hear('/digest capture "We ship when it is done." by:"Ada Lovelace"')
    assert "Only whose words" in await office.as_("").hear("/digest withdraw 1")
