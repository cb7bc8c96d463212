"""Ordering by a form: what it asks, what its answers say, and what they would come to."""

from __future__ import annotations

from typing import Any

import pytest
from dialogue import Talk, said

from digestbot.commands import Context, matching
from digestbot.model import Command, Field, Form

ANSWERS = {"theme": "licences", "days": "weekdays", "time": "8:30", "zone": "Europe/Berlin", "size": "4", "title": ""}


async def _form(talk: Talk, words: str, **more: Any) -> Form:
    view = await talk.say(f"/digest {words}", **more)
    assert isinstance(view, Form), said(view)
    return view


def _field(form: Form, name: str) -> Field:
    [found] = [one for one in form.fields if one.name == name]
    return found


async def test_a_form_asks_for_everything() -> None:
    """The most important five first, for Discord takes no more; the member's own zone is filled in."""
    form = await _form(Talk(), "subscribe", zone="Asia/Tokyo")
    assert [one.name for one in form.fields] == ["theme", "days", "time", "zone", "size", "title", "prompt"]
    assert [one.value for one in form.fields] == ["rotate", "weekdays", "09:00", "Asia/Tokyo", "3", "", ""]
    assert [one.name for one in form.fields if one.live] == ["theme", "days", "size"]


async def test_its_answers_order_a_digest() -> None:
    """What was filled in is what is ordered; an answer to no field of it is not listened to."""
    talk = Talk()
    told = said(await talk.say("/digest subscribe", values={**ANSWERS, "in_doubt ": "repeat", "evil": "x"}))
    assert told.startswith("Ordered as “licences”: 4 highlights of “licences”, weekdays at 08:30")
    order = talk.order("licences").subscription
    assert (order.size, order.zone, order.title) == (4, "Europe/Berlin", None)


@pytest.mark.parametrize(
    ("wrong", "field", "error"),
    [
        ({"time": "noonish"}, "time", "noonish"),
        ({"zone": "Europe/Berln"}, "zone", "Europe/Berl"),
        ({"theme": "unicorns"}, "theme", "There is no theme “unicorns”."),
        ({"size": "99"}, "size", "not a number from 1 to 25"),
        ({"title": "x" * 101}, "title", "at most 100 characters"),
    ],
)
async def test_wrong_answers_are_the_form_again(wrong: dict[str, str], field: str, error: str) -> None:
    """The field that is wrong says why; the other answers are kept, and nothing is ordered."""
    talk = Talk()
    form = await _form(talk, "subscribe", values={**ANSWERS, **wrong})
    assert error in _field(form, field).error
    assert len(_field(form, field).error) <= 100
    assert [one.name for one in form.fields if one.error] == [field]
    assert _field(form, "size").value == wrong.get("size", "4")
    assert not talk.store.orders


async def test_editing_by_a_form() -> None:
    """It is filled in with what holds, says what that comes to, and changes only what is answered otherwise."""
    talk = Talk()
    await talk.say('/digest subscribe "every 2 weeks on tuesday at 10:00" theme:licences title:Law name:law size:6')
    form = await _form(talk, "edit law")
    assert form.submit.words == "edit law"
    assert [_field(form, name).value for name in ("theme", "days", "size", "title")] == ["licences", "keep", "6", "Law"]
    assert ("6", "6") in _field(form, "size").choices
    assert "12 highlights match" in form.note
    before = talk.order("law").subscription.schedule
    answers = {one.name: one.value for one in form.fields}
    assert "is like that already" in said(await talk.say("/digest edit law", values=answers))
    told = said(await talk.say("/digest edit law", values={**answers, "size": "2", "title": ""}))
    assert "size: 6 -> 2; title: Law -> -" in told
    assert talk.order("law").subscription.schedule == before
    await talk.say("/digest edit law", values={**answers, "days": "mondays", "time": "noon"})
    assert talk.order("law").subscription.schedule == "mondays at 12:00"


async def test_what_answers_would_come_to() -> None:
    """While a form is filled in it says how much matches, and for how long; nothing is ordered by asking."""
    talk = Talk()
    context = Context(talk.library, talk.store, talk.now, zone="Europe/Berlin")
    asked = Command("digest", "subscribe", talk.channel, "U1", values=ANSWERS)
    form = await matching(asked, context)
    assert "12 highlights match, enough for 3 digests" in form.note
    assert _field(form, "theme").value == "licences"
    wrong = await matching(Command("digest", "subscribe", talk.channel, "U1", values={"theme": "unicorns"}), context)
    assert wrong.note.startswith("There is no theme “unicorns”.")
    assert not any(one.error for one in wrong.fields)
    assert not talk.store.orders
    assert not talk.store.changes


async def test_who_may_not_order_is_told_in_the_form() -> None:
    """A form that reached somebody who may not order changes nothing."""
    talk = Talk()
    form = await _form(talk.as_("MEMBER"), "subscribe", values=ANSWERS)
    assert any("Only admins may order" in one.error for one in form.fields)
    assert not talk.store.orders
