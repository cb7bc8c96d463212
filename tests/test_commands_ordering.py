"""Standing orders by command: dialogues of who says what, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from dialogue import Talk, in_words, offered, said
from fake_store import FakeStore
from fakes import CHANNEL, NOW, FakeLibrary

from digestbot.model import Action, Form, Subscription
from digestbot.orders import Change, Due, Outcome, Standing

SUBSCRIBE = '/digest subscribe weekdays at 9 theme:"open weights" size:2'
"""NOW is a Monday, 10:00 in Berlin."""


async def _talk(*words: str) -> Talk:
    """A workspace in which this was said before by an admin."""
    talk = Talk()
    for one in words:
        await talk.say(one)
    return talk


async def test_subscribe_says_all_that_one_wants_to_know() -> None:
    """The answer echoes the order in words, its next three local times, its stock, and what can be done next."""
    view = await Talk().say(SUBSCRIBE)
    assert said(view) == (
        f"Ordered as “open-weights”: 2 highlights of “open weights”, {in_words('weekdays at 09:00')}.\n"
        "Next: Tue 3 Mar 09:00, Wed 4 Mar 09:00 and Thu 5 Mar 09:00.\n"
        "24 highlights match, enough for 12 digests: 15 days before one comes again."
    )
    assert offered(view) == {
        "Preview": "/digest preview open-weights",
        "Edit": "/digest edit open-weights",
        "Pause": "/digest pause open-weights",
        "Remove": "/digest unsubscribe? open-weights",
    }


async def test_subscribe_help() -> None:
    """Whoever asks how is shown an order, and every key."""
    told = await Talk().as_("MEMBER").hear("/digest subscribe help")
    assert told.startswith(
        '/digest subscribe weekdays at 09:00 Europe/Berlin theme:"open weights" size:3 orders a digest.'
    )


async def test_subscribe_for_another_channel() -> None:
    """An order for another channel of the workspace says which."""
    talk = Talk()
    assert f"{in_words('daily at 09:00')}, in fake:acme/C9." in await talk.hear(
        "/digest subscribe daily at 9 channel:<#C9|general>"
    )
    assert "Nothing is ordered here yet." in await talk.hear("/digest list")


async def test_subscribe_writes_it_down() -> None:
    """The order is kept with who gave it and its next time, and the audit has a line with its words."""
    talk = await _talk(SUBSCRIBE)
    order = Subscription("open-weights", CHANNEL, "weekdays at 09:00", "open weights", "Europe/Berlin", 2)
    standing = talk.order("open-weights")
    assert (standing.subscription, standing.by, standing.state, standing.version) == (order, "U1", "active", 1)
    assert standing.next_occurrence == datetime(2026, 3, 3, 9)  # noqa: DTZ001 - a wall time
    assert standing.next_at == NOW + timedelta(hours=23)
    words = 'weekdays at 09:00 zone:Europe/Berlin theme:"open weights" size:2 name:open-weights'
    assert talk.store.changes == [Change("acme", NOW, "U1", "add", "open-weights", words)]


@pytest.mark.parametrize(
    ("before", "words", "name"),
    [
        ((), "daily at 9", "digest"),
        ((), "daily at 9 theme:all", "digest"),
        ((), "daily at 9 licences", "licences"),
        (("/digest add daily at 8 licences",), "daily at 9 licences", "licences-2"),
        (("/digest add daily at 7", "/digest add daily at 8"), "daily at 9", "digest-3"),
        ((), "daily at 9 name:morning", "morning"),
        (("/digest add daily at 8 licences", "/digest remove licences"), "daily at 9 licences", "licences"),
    ],
)
async def test_names(before: tuple[str, ...], words: str, name: str) -> None:
    """A name is the theme's, made unique, or the one that is given; a removed order's can be used again."""
    talk = await _talk(*before, f"/digest subscribe {words}")
    assert talk.order(name).subscription.schedule == "daily at 09:00"


async def test_a_removed_name_goes_on_with_its_history() -> None:
    """Ordered again under its name, a removed order is the same row, so that nothing is shown twice."""
    talk = await _talk(SUBSCRIBE, "/digest unsubscribe", "/digest subscribe daily at 12 name:open-weights")
    assert talk.order("open-weights").version == 3
    assert len(talk.store.orders) == 1


REFUSED = [
    ("/digest subscribe daily at 9 name:open-weights", "“open-weights” is taken. Change it with /digest edit open-we"),
    (SUBSCRIBE, "That is ordered already, as “open-weights”. Next: Tue 3 Mar 09:00"),
    ("/digest subscribe daily at 9 name:Grün", "“Grün” cannot be a name. Use a-z, 0-9, - and _, such as name:gr-n."),
    ("/digest subscribe theme:licences", "Say when, too, such as weekdays at 09:00."),
    ("/digest subscribe Europe/London", "Say when, too, such as weekdays at 09:00."),
    ("/digest subscribe wekdays at 9", "Write “weekdays at 09:00”."),
    ("/digest subscribe licences", "Say when, too: /digest subscribe licences weekdays at 09:00"),
    ("/digest edit licences size:3", "“licences” is a theme. Write theme:licences to change what “open-weights” is ab"),
    ("/digest edit open-weigths size:3", "Did you mean open-weights?"),
    ("/digest edit name:other", "A name stays as it is"),
    ("/digest edit size:30", "size:30 is not a number from 1 to 25."),
    ("/digest show evning", "There is no subscription “evning” here. There is open-weights."),
    ("/digest skip evning", "There is no subscription “evning” here."),
    ("/digest unsubscribe evning", "There is no subscription “evning” here."),
    ("/digest next many", "Write how many: /digest next 5, at most 25."),
    ("/digest next 0", "Write how many"),
    ("/digest next 26", "Write how many"),
    ("/digest deliver open-weights as-today", "has no digest left today. Next: Tue 3 Mar 09:00"),
]


@pytest.mark.parametrize(("words", "told"), REFUSED, ids=[words for words, _ in REFUSED])
async def test_refusals(words: str, told: str) -> None:
    """What cannot be done is answered in a sentence, and nothing is written."""
    talk = await _talk(SUBSCRIBE)
    before = dict(talk.store.orders)
    assert told in await talk.hear(words)
    assert (talk.store.orders, len(talk.store.changes)) == (before, 1)


async def test_a_name_is_needed_where_there_are_several() -> None:
    """With two orders in a channel the answer names them; with none it says how to order one."""
    talk = await _talk(SUBSCRIBE, "/digest subscribe daily at 8 licences")
    assert await talk.hear("/digest pause") == "Say which one. There is licences and open-weights."
    assert "Nothing is ordered here. Write /digest subscribe weekdays at 09:00" in await Talk().hear("/digest show")
    assert "Nothing is ordered here yet." in await Talk().hear("/digest list")
    assert "Nothing is ordered here yet." in await Talk().hear("/digest next")


async def test_edit_changes_what_is_named() -> None:
    """An edit changes what it names, tells the old and the new, and works out the next time where that changed."""
    talk = await _talk(SUBSCRIBE)
    told = await talk.hear("/digest edit open-weights size:3 daily at 11")
    assert told.startswith(
        "Changed “open-weights” (schedule: weekdays at 09:00 -> daily at 11:00; size: 2 -> 3): 3 highlights of "
        f"“open weights”, {in_words('daily at 11:00')}.\nNext: Mon 2 Mar 11:00,"
    )
    order = talk.order("open-weights")
    assert (order.subscription.theme, order.subscription.size, order.version) == ("open weights", 3, 2)
    assert talk.store.changes[-1].detail == "schedule: weekdays at 09:00 -> daily at 11:00; size: 2 -> 3"


async def test_edit_keeps_what_was_left_out() -> None:
    """An edit that does not concern the time leaves the next time as it is, and one that does leaves out the same."""
    talk = await _talk(SUBSCRIBE, "/digest skip", "/digest edit size:3")
    assert talk.order("open-weights").next_occurrence == datetime(2026, 3, 4, 9)  # noqa: DTZ001 - a wall time
    await talk.say("/digest edit weekdays at 10")
    await talk.say("/digest edit weekdays at 9")
    assert talk.order("open-weights").next_occurrence == datetime(2026, 3, 4, 9)  # noqa: DTZ001 - a wall time


async def test_edit_of_nothing() -> None:
    """An edit that changes nothing says so and writes nothing."""
    talk = await _talk(SUBSCRIBE)
    assert "“open-weights” is like that already" in await talk.hear("/digest edit size:2")
    assert talk.order("open-weights").version == 1


@pytest.mark.parametrize("said_first", ["/digest subscribe", "/digest edit", "/digest edit open-weights"])
async def test_a_form_where_nothing_is_named(said_first: str) -> None:
    """Without words there is a form, filled in with what holds, whose answer is the same command."""
    view = await (await _talk(SUBSCRIBE)).say(said_first)
    assert isinstance(view, Form)
    filled = {one.name: one.value for one in view.fields}
    if "edit" in said_first:
        assert view.submit == Action("Save", "digest", "edit open-weights")
        assert filled["theme"] == "open weights"
    else:
        assert view.submit == Action("Subscribe", "digest", "subscribe")
        assert filled == {
            "theme": "rotate", "days": "weekdays", "time": "09:00", "zone": "Europe/Berlin", "size": "3", "title": "",
            "prompt": "",
        }  # fmt: skip
    assert all(one.value in dict(one.choices) for one in view.fields if one.choices)


async def test_a_title_is_taken_away_by_an_empty_one() -> None:
    """An empty title, as a form gives it, is the theme's name again."""
    talk = await _talk(f'{SUBSCRIBE} title:"To read"')
    assert "title: To read -> -" in await talk.hear('/digest edit title:""')
    assert talk.order("open-weights").subscription.title is None


async def test_pause_and_resume() -> None:
    """A paused order delivers nothing until it is resumed, and says why; resuming says the next time."""
    talk = await _talk(SUBSCRIBE)
    assert await talk.hear("/digest pause open-weights summer holidays") == (
        "“open-weights” is paused. Nothing is posted until /digest resume open-weights."
    )
    paused = talk.order("open-weights")
    assert (paused.state, paused.reason, paused.next_at) == ("paused", "summer holidays", None)
    assert "paused: summer holidays" in await talk.hear("/digest list")
    assert "It is paused: summer holidays." in await talk.hear("/digest show")
    assert "is not active. It is paused: summer holidays." in await talk.hear("/digest pause")
    assert "has no next digest. It is paused" in await talk.hear("/digest skip")
    assert "delivers nothing now. It is paused" in await talk.hear("/digest deliver")
    assert await talk.hear("/digest next") == "Nothing is to come here: all is paused."
    resumed = await talk.say("/digest resume")
    assert said(resumed) == "“open-weights” goes on. Next: Tue 3 Mar 09:00, Wed 4 Mar 09:00 and Thu 5 Mar 09:00."
    assert offered(resumed)["Pause"] == "/digest pause open-weights"
    assert "is active already" in await talk.hear("/digest resume open-weights")
    assert [one.action for one in talk.store.changes] == ["add", "pause", "resume"]


async def test_skip_names_what_is_left_out_and_what_comes() -> None:
    """Skipping says which one was left out and which comes now; it is written down, and a pause forgets it not."""
    talk = await _talk(SUBSCRIBE)
    assert await talk.hear("/digest skip") == (
        "“open-weights” leaves out Tue 3 Mar 09:00. Next: Wed 4 Mar 09:00, Thu 5 Mar 09:00 and Fri 6 Mar 09:00."
    )
    record = await talk.store.delivery("acme", "open-weights")
    assert record
    assert (record.outcome, record.reason) == (Outcome.SKIPPED, "Left out by U1.")
    await talk.say("/digest pause")
    assert "Next: Wed 4 Mar 09:00" in await talk.hear("/digest resume")
    assert "leaves out Wed 4 Mar 09:00. Next: Thu 5 Mar" in await talk.hear("/digest skip open-weights")


async def test_unsubscribe_by_words_and_by_button() -> None:
    """Words remove at once; a button asks first, and offers to pause instead. What is removed can come back."""
    talk = await _talk(SUBSCRIBE)
    asked = await talk.say("/digest unsubscribe? open-weights")
    assert said(asked) == f"Remove “open-weights” (2 highlights of “open weights”, {in_words('weekdays at 09:00')})?"
    assert offered(asked)["Pause it instead"] == "/digest pause open-weights"
    gone = await talk.say(offered(asked)["Remove it"])
    assert said(gone) == "“open-weights” is removed. What it showed stays in the history."
    assert talk.order("open-weights").state == "removed"
    assert "Nothing is ordered here yet." in await talk.hear("/digest list")
    assert "goes on. Next: Tue 3 Mar 09:00" in await talk.hear(offered(gone)["Bring it back"])


async def test_list_next_and_show() -> None:
    """What is ordered here, what comes next in the order of the instants, and the words that order it again."""
    talk = await _talk(SUBSCRIBE, "/digest subscribe daily at 8 Asia/Tokyo licences")
    elsewhere = talk.as_("U1", admin=True, channel="C2")
    await elsewhere.say("/digest subscribe daily at 12")
    assert await talk.hear("/digest list") == (
        "Subscriptions\nName | Theme | When | Next | State\n"
        f"licences | licences | {in_words('daily at 08:00', 'Asia/Tokyo')} | Tue 3 Mar 08:00 | active\n"
        f"open-weights | open weights | {in_words('weekdays at 09:00')} | Tue 3 Mar 09:00 | active"
    )
    assert f"digest | rotate | {in_words('daily at 12:00')} | Mon 2 Mar 12:00 | active | fake:acme/C2" in (
        await talk.hear("/digest list all")
    )
    assert await talk.hear("/digest next 3") == (
        "Next digests\nWhen | Zone | Name | What\n"
        "Tue 3 Mar 08:00 | Asia/Tokyo | licences | 3 highlights of “licences”\n"
        "Tue 3 Mar 09:00 | Europe/Berlin | open-weights | 2 highlights of “open weights”\n"
        "Wed 4 Mar 08:00 | Asia/Tokyo | licences | 3 highlights of “licences”"
    )
    assert "Mon 2 Mar 12:00 | Europe/Berlin | digest | 3 highlights of another theme each time | fake:acme/C2" in (
        await talk.hear("/digest next all")
    )
    shown = await talk.hear("/digest show licences")
    assert "Ordered by U1. In words: /digest subscribe daily at 08:00 zone:Asia/Tokyo theme:licences" in shown


async def test_preview_of_a_subscription_is_its_next_digest() -> None:
    """A preview by name shows what the next digest is made of now, under its own title, and counts nothing."""
    talk = await _talk(f'{SUBSCRIBE} title:"To read"')
    view = await talk.say("/digest preview open-weights")
    assert getattr(view, "title", "") == "To read"
    assert getattr(view, "day", "") == "2026-03-03"
    assert len(getattr(view, "highlights", ())) == 2
    assert not await talk.store.history("acme")


async def test_deliver_plans_an_extra_digest() -> None:
    """An extra digest is due at once under the present second, and the schedule goes on as it was."""
    talk = await _talk(SUBSCRIBE)
    told = await talk.hear("/digest deliver")
    assert "“open-weights” is on its way to fake:acme/C1. /digest why open-weights/2026-03-02T10:00:01" in told
    claimed = await talk.store.claim("fake", NOW)
    [delivery] = [one.delivery for one in claimed.claims]
    assert delivery.id == "acme/open-weights/2026-03-02T10:00:01"
    assert talk.order("open-weights").next_occurrence == datetime(2026, 3, 3, 9)  # noqa: DTZ001 - a wall time
    assert talk.store.changes[-1].action == "deliver"
    assert "is changing “open-weights” just now" in await talk.hear("/digest deliver")
    later = replace(talk, now=NOW + timedelta(seconds=30))
    assert "2026-03-02T10:00:30" in await later.hear("/digest deliver")


async def test_deliver_as_today_takes_todays_place() -> None:
    """Counted as today's, it is today's occurrence, sent early: none comes at its time."""
    talk = await _talk("/digest subscribe daily at 17")
    assert "It counts as today's. /digest why digest/2026-03-02T17:00" in await talk.hear("/digest deliver as-today")
    assert talk.order("digest").next_occurrence == datetime(2026, 3, 3, 17)  # noqa: DTZ001 - a wall time
    claimed = await talk.store.claim("fake", NOW)
    assert [one.delivery.id for one in claimed.claims] == ["acme/digest/2026-03-02T17:00"]


async def test_declared_orders_are_changed_in_the_file() -> None:
    """What stands in digestbot.toml is not edited or removed by command, but paused, resumed and skipped."""
    talk = await _talk(SUBSCRIBE)
    talk.store.orders["acme", "open-weights"] = replace(talk.order("open-weights"), declared=True, by="")
    for words in ("edit size:3", "edit", "unsubscribe", "unsubscribe? open-weights"):
        assert "stands in digestbot.toml, and is changed there." in await talk.hear(f"/digest {words}")
    assert "Ordered by digestbot.toml." in await talk.hear("/digest show")
    shown = await talk.say("/digest show")
    assert set(offered(shown)) == {"Preview", "Pause"}
    assert "leaves out" in await talk.hear("/digest skip")
    assert "is paused" in await talk.hear("/digest pause")
    assert "goes on" in await talk.hear("/digest resume")


@dataclass
class _Racing:
    """A ledger in which somebody else is quicker: so many writes come too late."""

    store: FakeStore
    late: int

    def __getattr__(self, name: str) -> object:
        """Every other method is the store's."""
        return getattr(self.store, name)

    async def put(self, standing: Standing, change: Change) -> bool:
        """See ports.Ledger."""
        await self._lose(standing.subscription, change)
        return await self.store.put(standing, change)

    async def skip(self, standing: Standing, due: Due, change: Change) -> bool:
        """See ports.Ledger."""
        await self._lose(standing.subscription, change)
        return await self.store.skip(standing, due, change)

    async def order_now(self, standing: Standing, due: Due, change: Change) -> bool:
        """See ports.Ledger."""
        await self._lose(standing.subscription, change)
        return await self.store.order_now(standing, due, change)

    async def _lose(self, order: Subscription, change: Change) -> None:
        there = await self.store.standing(order.channel.workspace, order.id)
        if there and self.late:
            self.late -= 1
            other = replace(there.subscription, title=f"Title {self.late}")
            await self.store.put(replace(there, subscription=other), change)


@pytest.mark.parametrize("words", ["edit size:4", "pause", "skip", "unsubscribe", "deliver"])
async def test_a_lost_write_is_made_again_once(words: str) -> None:
    """Who comes second reads again and changes what is there now; who comes too late twice is told."""
    talk = await _talk(SUBSCRIBE)
    once = replace(talk, store=_Racing(talk.store, 1))  # type: ignore[arg-type]
    assert "just now" not in await once.hear(f"/digest {words}")
    assert talk.order("open-weights").subscription.title == "Title 0"
    twice = replace(talk, store=_Racing(talk.store, 2))  # type: ignore[arg-type]
    await talk.say("/digest resume open-weights")
    assert "Somebody else is changing “open-weights” just now." in await twice.hear(
        f"/digest {words.replace('4', '5')}"
    )
    assert talk.order("open-weights").subscription.size in {2, 4}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("daily at 9", "36 highlights match, enough for 12 digests: 12 days before one comes again."),
        ("daily at 9 theme:all size:1", "36 highlights match, enough for 36 digests: 36 days"),
        ('daily at 9 theme:"open weights, licences"', "3 highlights of “open weights” or “licences” in turn"),
        ("daily at 9 licences size:1 repeat:1", "12 highlights match, enough for 12 digests: 12 days"),
    ],
)
async def test_stock(words: str, told: str) -> None:
    """The answer says how many highlights match and for how long they last."""
    assert told in await Talk().hear(f"/digest subscribe {words}")


async def test_an_empty_library_is_told() -> None:
    """Ordered before there are notes, the answer says that there are none."""
    told = await Talk(library=FakeLibrary()).hear("/digest subscribe daily at 9")
    assert "Put notes into the content folder" in told


async def test_an_order_that_cannot_be_read_hides_no_other() -> None:
    """A schedule of another version is shown as it is written, and the other orders with it."""
    talk = await _talk(SUBSCRIBE, "/digest subscribe daily at 8 name:odd")
    odd = talk.order("odd")
    talk.store.orders["acme", "odd"] = replace(odd, subscription=replace(odd.subscription, schedule="each blue moon"))
    told = await talk.hear("/digest list")
    assert "odd | rotate | each blue moon, Europe/Berlin (which cannot be read) | - | active" in told
    assert "open-weights | open weights" in told
    assert "(which cannot be read)” has no time to come." in await talk.hear("/digest skip odd")
    await talk.say("/digest pause odd")
    assert "(which cannot be read)” has no time to come." in await talk.hear("/digest resume odd")
    assert "each blue moon" not in await talk.hear("/digest next")
    told = await talk.hear("/digest edit odd daily at 8")
    assert "Changed “odd” (schedule: each blue moon -> daily at 08:00)" in told
    assert "Next: Tue 3 Mar 08:00" in await talk.hear("/digest resume odd")
