"""A member's page: what is on it, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dialogue import Talk
from fakes import NOW, FakeLibrary, make_highlight

from digestbot.model import Home, Section
from digestbot.orders import Capture, Outcome
from digestbot.rendering import Renderer
from digestbot.rendering.limits import exceeded
from digestbot.settings import bundled


async def _home(talk: Talk) -> dict[str, Section]:
    view = await talk.say("/home", where="direct")
    assert isinstance(view, Home)
    return {one.title: one for one in view.sections}


async def test_what_a_member_sees() -> None:
    """Today's pick, the same all day and another tomorrow; their own digests; their list, the latest three."""
    talk = Talk()
    await talk.say("/digest subscribe open weights daily at 9")
    member = talk.as_("MEMBER")
    await member.say("/digest subscribe licences daily at 7", where="direct")
    for n in range(1, 6):
        member.now += timedelta(minutes=1)
        await member.say(f"/save {make_highlight(n).id}")
    found = await _home(member)
    assert list(found) == ["Today’s pick", "Digests", "Your list"]
    assert found["Today’s pick"] == (await _home(member))["Today’s pick"]
    days = {(await _home(_on(member, n)))["Today’s pick"].highlights for n in range(8)}
    assert len(days) > 1
    assert [line.partition(":")[0] for line in found["Digests"].lines] == ["licences"]
    assert "in your direct messages" in found["Digests"].lines[0]
    assert [one.label for one in found["Digests"].actions] == ["New digest", "Edit licences"]
    assert [one.id for one in found["Your list"].highlights] == [make_highlight(n).id for n in (5, 4, 3)]
    assert found["Your list"].lines == ("5 saved",)


def _on(talk: Talk, days: int) -> Talk:
    other = talk.as_(talk.actor)
    other.now = talk.now + timedelta(days=days)
    return other


async def test_what_admins_see() -> None:
    """All digests but those that members ordered for themselves, what is paused or failed, and what was handed in."""
    talk = Talk()
    await talk.say("/digest subscribe open weights daily at 9")
    await talk.as_("MEMBER").say("/digest subscribe licences daily at 7", where="direct")
    await talk.post("open-weights", (1,), NOW, outcome=Outcome.REFUSED)
    await talk.say("/digest pause open-weights holidays")
    await talk.store.capture(Capture(talk.channel, "Words.", "U7", "Ada", "MEMBER", "Bob", NOW))
    found = await _home(talk)
    assert list(found) == ["Today’s pick", "Digests", "Handed in", "Health"]
    assert [line.partition(":")[0] for line in found["Digests"].lines] == ["open-weights"]
    assert found["Handed in"].lines == ("1 waiting to be accepted or refused",)
    assert found["Health"].lines[0].startswith("1 deliveries did not arrive")
    assert found["Health"].lines[1] == "open-weights: It is paused: holidays."
    assert "Health" not in await _home(talk.as_("CURATOR"))
    assert "Handed in" in await _home(talk.as_("CURATOR"))


async def test_an_empty_house() -> None:
    """Without notes and orders the page says how to begin."""
    found = await _home(Talk(library=FakeLibrary([]), admin=False))
    assert list(found) == ["Digests"]
    assert found["Digests"].lines == ("None is ordered where you could see it.",)


@pytest.mark.parametrize("platform", ["slack", "discord", "text"])
async def test_a_full_page_is_within_limits(platform: str) -> None:
    """With as much as there may be on it, it is one message that the platform takes."""
    talk = Talk(library=FakeLibrary([make_highlight(n, "word " * 900) for n in range(1, 9)]))
    for n in range(1, 26):
        await talk.say(f"/digest subscribe all daily at {n % 24:02}:{n:02} name:{'name-' * 9}{n}")
        await talk.store.save("acme", talk.actor, make_highlight(1 + n % 8).id, NOW)
    view = await talk.say("/home")
    [part] = Renderer([str(bundled("templates"))]).render(view, platform).parts
    assert exceeded(part.payload, platform) is None
    assert "more: /digest list all." in part.text
    if platform == "slack":
        assert part.payload["view"]["type"] == "home"  # type: ignore[index]
