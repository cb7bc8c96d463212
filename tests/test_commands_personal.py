"""Digests that members order for themselves, in their direct messages with digestbot."""

from __future__ import annotations

from typing import Any

from dialogue import Talk, said
from fakes import NOW

from digestbot.commands import Context, answer
from digestbot.model import Command


async def _tell(talk: Talk, words: str, **more: Any) -> str:
    return said(await talk.say(f"/digest {words}", where="direct", **more))


async def test_a_member_orders_their_own() -> None:
    """It needs no admin, goes to their direct messages, and is in their own zone."""
    talk = Talk()
    member = talk.as_("MEMBER")
    assert "Ordered as “licences”" in await _tell(member, "subscribe licences daily at 07:30", zone="Asia/Tokyo")
    order = talk.order("licences")
    assert (order.subscription.channel.member, order.subscription.zone) == ("MEMBER", "Asia/Tokyo")
    assert order.subscription.channel == talk.channel.direct("MEMBER")
    assert "is paused" in await _tell(member, "pause licences")
    assert "licences" in await _tell(member, "list")
    assert "Only admins may order digests" in await member.hear("/digest subscribe licences daily at 8")


async def test_nobody_else_sees_it() -> None:
    """Not other members, and not admins: not in lists, not by its name, not in the history, not in the audit."""
    talk = Talk()
    member, admin = talk.as_("MEMBER"), talk.as_("ADMIN", admin=True)
    await _tell(member, "subscribe licences daily at 9 title:Secret name:mine")
    await talk.post("mine", (25,), NOW)
    assert "mine" in await _tell(member, "history")
    assert "Delivery" not in await admin.hear("/digest history all")
    for words in ("show mine", "edit mine size:1", "pause mine", "unsubscribe mine", "why mine", "deliver mine"):
        told = await admin.hear(f"/digest {words}")
        assert "Secret" not in told
        assert "MEMBER" not in told
    assert "mine" not in await admin.hear("/digest list all")
    assert "mine" not in await admin.hear("/digest next all")
    assert "Secret" not in await admin.hear("/digest audit")
    assert talk.order("mine").state == "active"
    assert talk.order("mine").subscription.title == "Secret"


async def test_a_member_has_three() -> None:
    """A fourth is refused, with what there is; one that is removed makes room."""
    member = Talk().as_("MEMBER")
    for hour in (7, 8, 9):
        await _tell(member, f"subscribe licences daily at {hour}")
    assert "licences, licences-2 and licences-3" in await _tell(member, "subscribe licences daily at 10")
    await _tell(member, "unsubscribe licences-2")
    assert "Ordered as “licences-2”" in await _tell(member, "subscribe licences daily at 10")


async def test_it_stays_where_it_is() -> None:
    """Nobody sends a digest into another's direct messages, and a member none of theirs into a channel."""
    talk = Talk()
    assert "by the member whose they are" in await talk.hear("/digest subscribe daily at 9 channel:fake:acme/@U2")
    member = talk.as_("MEMBER")
    assert "Only admins may" in await _tell(member, "subscribe daily at 9 channel:C9")
    await _tell(member, "subscribe daily at 9 name:mine")
    assert "Only admins may move" in await _tell(member, "edit mine channel:C9")


async def test_a_name_with_anothers_history_is_not_free() -> None:
    """What a member removed is not brought back, nor its history taken over, by somebody else."""
    talk = Talk()
    await _tell(talk.as_("MEMBER"), "subscribe licences daily at 9")
    await _tell(talk.as_("MEMBER"), "unsubscribe licences")
    assert "Ordered as “licences-2”" in await talk.hear("/digest subscribe licences daily at 9")
    assert "is taken" in await talk.hear("/digest subscribe daily at 9 name:licences")
    assert "There is no subscription" in await talk.hear("/digest resume licences")


async def test_who_is_not_known_has_no_direct_messages() -> None:
    """Without a member there is nobody whose messages they would be: it is a channel like any other."""
    talk = Talk(actor="", admin=False)
    context = Context(talk.library, talk.store, talk.now)
    words = Command("digest", "subscribe daily at 9", talk.channel, "", where="direct")
    assert "Only admins may order" in said((await answer(words, context)).view)
