"""What people order a digest to carry, who may, and interactions that a platform delivers twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dialogue import LIBRARY, Talk
from fakes import CHANNEL, NOW

from digestbot.commands import Context, answer
from digestbot.commands.words import ordered as read_order
from digestbot.commands.words import read, settings, spelled
from digestbot.model import Command, Digest, Subscription, View
from digestbot.rendering.dialects import mentionable

ORDER = "daily at 09:00 zone:UTC theme:licences name:licences"


async def ask(talk: Talk, words: str, interaction: str = "", *, admin: bool = True, actor: str = "U1") -> View:
    """What is answered to an interaction with this id, on a platform that mentions as Slack does."""
    command = Command("digest", words, CHANNEL, actor, admin, id=interaction)
    context = Context(talk.library, talk.store, talk.now, mentionable=lambda _, group: mentionable("slack", group))
    return (await answer(command, context)).view


async def hear(talk: Talk, words: str, interaction: str = "", *, admin: bool = True, actor: str = "U1") -> str:
    """The same, where it is a sentence."""
    view = await ask(talk, words, interaction, admin=admin, actor=actor)
    assert hasattr(view, "text")
    return str(view.text)


async def test_a_redelivered_now_counts_once() -> None:
    """The same interaction gets the same digest, and the history has it once; another one gets another digest."""
    talk = Talk()
    first = await ask(talk, "now licences", "T1")
    again = await ask(replace(talk, now=NOW.replace(minute=1)), "now licences", "T1")
    assert isinstance(first, Digest)
    assert again == first
    assert len(talk.store.requested) == len(first.highlights)
    assert await ask(talk, "now licences", "T2") != first
    assert len(talk.store.requested) == 2 * len(first.highlights)


async def test_a_redelivered_deliver_is_ordered_once() -> None:
    """One extra digest an interaction, a second later too."""
    talk = Talk()
    await hear(talk, f"subscribe {ORDER}")
    assert "is on its way" in await hear(talk, "deliver licences", "T1")
    later = replace(talk, now=NOW.replace(second=7))
    assert "is ordered already" in await hear(later, "deliver licences", "T1")
    assert len(talk.store.entries) == 1
    assert "is on its way" in await hear(later, "deliver licences", "T2")


async def test_what_is_ordered_is_kept_and_said() -> None:
    """All that a digest may carry can be ordered in words, and spelled in words again."""
    talk = Talk()
    said = f'{ORDER} draft:waits draft_minutes:90 prompt:"Who knew?" pin:yes mention:S0TEAM12'
    await hear(talk, f"subscribe {said}")
    order = talk.order("licences").subscription
    assert (order.draft, order.draft_minutes, order.prompt) == ("waits", 90, "Who knew?")
    assert (order.pin, order.mention) == (True, "S0TEAM12")
    assert read_order(read(spelled(order)), Subscription("licences", CHANNEL, ""), LIBRARY) == order
    assert settings(order)["draft_minutes"] == "90"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("draft:maybe", "Write draft:off or draft:sends or draft:waits"),
        ("draft_minutes:0", "is not a number from 1 to 1440"),
        ("pin:perhaps", "pin:perhaps is not known"),
        (f"prompt:{'x' * 501}", "at most 500 characters"),
        ("mention:U0MEMBER1", "is nobody that can be mentioned"),
        ("mention:channel", "is nobody that can be mentioned"),
        ("mention:<!everyone>", "is nobody that can be mentioned"),
        ('mention:"S0TEAM12 <!channel>"', "is nobody that can be mentioned"),
    ],
)
async def test_what_cannot_be_ordered(words: str, complaint: str) -> None:
    """A value that is none is answered with those that are, and nothing is ordered."""
    talk = Talk()
    assert complaint in await hear(talk, f"subscribe {ORDER} {words}")
    assert not talk.store.orders


async def test_only_admins_set_a_mention() -> None:
    """Who ordered a digest changes all of it but whom it mentions; the mention that an admin set stays."""
    talk = Talk()
    await hear(talk, f"subscribe {ORDER}")
    talk.store.orders["acme", "licences"] = replace(talk.order("licences"), by="U2")
    assert "Only admins may set whom" in await hear(talk, "edit licences mention:S0TEAM12", admin=False, actor="U2")
    assert "mention: - -> S0TEAM12" in await hear(talk, "edit licences mention:<!subteam^S0TEAM12|@team>")
    assert "size: 3 -> 5" in await hear(talk, "edit licences size:5", admin=False, actor="U2")
    assert talk.order("licences").subscription.mention == "S0TEAM12"
    assert "mention: S0TEAM12 -> -" in await hear(talk, "edit licences mention:off")


async def test_a_members_own_digest_is_nobody_elses_business() -> None:
    """In direct messages a digest has neither a draft that curators see nor a mention."""
    talk = Talk()
    context = Context(talk.library, talk.store, talk.now, mentionable=lambda _, group: mentionable("slack", group))
    for words in ("draft:sends", "mention:here"):
        command = Command("digest", f"subscribe {ORDER} {words}", CHANNEL, "U1", where="direct")
        view = (await answer(command, context)).view
        assert "seen by nobody else" in str(view)
    assert not talk.store.orders


async def test_without_a_platform_nobody_is_mentioned() -> None:
    """Where nobody can say who can be mentioned, nobody can."""
    talk = Talk()
    assert "nobody that can be mentioned" in await talk.hear(f"/digest subscribe {ORDER} mention:S0TEAM12")


async def test_a_person_pauses_what_a_platform_paused() -> None:
    """Then it does not go on by itself; resumed by a person it is nobody's pause any more."""
    talk = Talk()
    await hear(talk, f"subscribe {ORDER}")
    talk.store.orders["acme", "licences"] = replace(
        talk.order("licences"), state="paused", paused_by="platform", next_at=None, next_occurrence=None
    )
    assert "is paused" in await hear(talk, "pause licences")
    assert talk.order("licences").paused_by == "person"
    assert "is not active" in await hear(talk, "pause licences")
    await hear(talk, "resume licences")
    assert (talk.order("licences").state, talk.order("licences").paused_by) == ("active", "")
