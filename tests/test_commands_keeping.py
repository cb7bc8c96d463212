"""Quotes shared with a channel, and lists of one's own."""

from __future__ import annotations

from datetime import timedelta

from dialogue import LIBRARY, Talk, offered, said
from fakes import make_highlight

from digestbot.model import Notice, Quotes

ONE, TWO = LIBRARY.highlights[24], LIBRARY.highlights[25]


async def test_share() -> None:
    """Everybody sees the quote and who shared it; who shared it is told that it is there."""
    reply = await Talk().ask(f"/share {ONE.id}", called="Ada <Lovelace>")
    assert (reply.to, reply.instead) == ("channel", False)
    assert isinstance(reply.view, Quotes)
    assert (reply.view.highlights, reply.view.heading) == ((ONE,), "Shared by Ada <Lovelace>")
    assert reply.told == Notice("It is in the channel now, with your name.")


async def test_what_cannot_be_shared() -> None:
    """What is hidden, unknown, or has nobody to be shared with, is not."""
    talk = Talk()
    await talk.say(f"/digest hide {ONE.id}")
    assert "hidden by a curator" in await talk.hear(f"/share {ONE.id}")
    assert "There is no highlight" in await talk.hear("/share ffffffff")
    alone = await talk.ask(f"/share {TWO.id}", where="direct")
    assert (alone.to, "nobody here" in said(alone.view)) == ("member", True)


async def test_sharing_has_a_limit() -> None:
    """Ten an hour a member: the eleventh is told when the next may be; others share on, and so do they, later."""
    talk = Talk()
    for _ in range(10):
        assert (await talk.ask(f"/share {ONE.id}")).to == "channel"
    refused = await talk.ask(f"/share {ONE.id}", zone="Asia/Tokyo")
    assert refused.to == "member"
    later = talk.now + timedelta(minutes=6)
    assert said(refused.view).startswith("You shared 10 quotes within an hour")
    talk.now = later
    assert (await talk.ask(f"/share {ONE.id}")).to == "channel"
    assert (await talk.ask(f"/share {ONE.id}")).to == "member"
    assert (await talk.as_("U2").ask(f"/share {ONE.id}")).to == "channel"


async def test_save() -> None:
    """A saved highlight goes to the member's own messages, once; and off the list again."""
    member = Talk().as_("MEMBER")
    reply = await member.ask(f"/save {ONE.id}")
    assert reply.to == "direct"
    assert isinstance(reply.view, Quotes)
    assert (reply.view.highlights, reply.view.heading) == ((ONE,), "Saved")
    assert reply.told
    assert "direct messages" in reply.told.text
    again = await member.ask(f"/save {ONE.id}")
    assert (again.to, said(again.view)) == ("member", "It is on your list already.")
    assert offered(again.view) == {"Your list": "/quote saved", "Take it off": f"/digest unsave {ONE.id}"}
    assert await member.hear(f"/digest unsave {ONE.id}") == "Taken off your list."
    assert await member.hear(f"/digest unsave {ONE.id}") == "It is not on your list."


async def test_saved_in_direct_messages() -> None:
    """Where they talk with digestbot alone, the quote is not sent there a second time."""
    reply = await Talk().ask(f"/save {ONE.id}", where="direct")
    assert (reply.to, said(reply.view)) == ("member", "Saved to your list.")


async def test_the_list() -> None:
    """One's own list, the latest first, page by page; what is hidden or gone is only counted."""
    member = Talk().as_("MEMBER", admin=True)
    for n in range(1, 9):
        member.now += timedelta(minutes=2)
        await member.say(f"/save {make_highlight(n).id}")
    await member.store.save("acme", "MEMBER", "f" * 16, member.now)
    first = await member.ask("/quote saved")
    assert isinstance(first.view, Quotes)
    assert [one.id for one in first.view.highlights] == [make_highlight(n).id for n in range(8, 3, -1)]
    assert first.view.heading == "Your list: 8 · 1 more are not in the notes any more · page 1 of 2"
    assert first.instead
    assert offered(first.view)["More"] == "/quote saved page:2"
    assert offered(first.view)["Take it off"] == f"/digest unsave {make_highlight(4).id}"
    second = await member.say("/digest saved 2")
    assert isinstance(second, Quotes)
    assert [one.id for one in second.highlights] == [make_highlight(n).id for n in (3, 2, 1)]
    assert "There is no page 3" in await member.hear("/quote saved page:3")
    assert "Write /quote saved" in await member.hear("/quote saved everything")
    await member.say(f"/digest hide {make_highlight(8).id}")
    assert make_highlight(8) not in getattr(await member.say("/quote saved"), "highlights", ())
    assert "Your list is empty." in await member.as_("OTHER").hear("/quote saved")


async def test_saving_has_a_limit() -> None:
    """Sixty an hour a member, whatever was taken off the list meanwhile."""
    member = Talk(library=LIBRARY)
    for _ in range(60):
        await member.say(f"/save {ONE.id}")
        await member.say(f"/digest unsave {ONE.id}")
    assert "saved 60 quotes within an hour" in await member.hear(f"/save {ONE.id}")
