"""The local Slack, held against the real client libraries: what it answers, refuses, and does wrong on demand."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from servers.slack import Slack, checks
from servers.slack.clients import (
    KEYED,
    QUIET,
    SAID,
    bolt,
    button,
    client,
    error,
    field,
    modal,
    online,
    quoting,
)
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A local Slack that ends the test with what was wrong in what it got."""
    async with Slack() as made:
        yield made


async def test_a_command_is_acked_with_blocks(slack: Slack) -> None:
    """A slash command reaches a real app, and what its ack says is what the member sees."""
    async with online(slack, quoting(slack)):
        answer = await slack.command("/quote", "stoics", user="U2")
    assert answer.acked
    assert answer.latency < 1
    assert answer.text == "About stoics"
    assert answer.shown in slack.world.ephemerals


async def test_a_button_reaches_its_handler_and_the_response_url_answers(slack: Slack) -> None:
    """A click carries the button's value; the response URL replaces what was there, five times."""
    app, clicked = quoting(slack), asyncio.Queue[str]()

    @app.action("another")
    async def another(ack: Any, action: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(text="Another one", replace_original=True)
        clicked.put_nowait(action["value"])

    async with online(slack, app):
        shown = (await slack.command("/quote", "x")).shown
        assert shown is not None
        assert (await slack.click(shown, label="Another")).acked
        assert await clicked.get() == "q1"
    assert shown.text == "Another one"
    with pytest.raises(AssertionError, match="nothing to click"):
        await slack.click(shown, "another")


async def test_a_modal_is_opened_filled_in_corrected_and_sent(slack: Slack) -> None:
    """A trigger opens one modal; errors keep it open; a good submission closes it; the client wants it filled in."""
    app, got = bolt(slack), []

    @app.command("/digest")
    async def digest(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("hour", max_length=5), field("name")))
        assert await error(client.views_open(trigger_id=body["trigger_id"], view=modal())) == "exchanged_trigger_id"
        await ack()

    @app.view("subscribe")
    async def subscribed(ack: Any, view: dict[str, Any]) -> None:
        hour = view["state"]["values"]["hour-block"]["hour"]["value"]
        got.append(hour)
        await (ack() if ":" in hour else ack(response_action="errors", errors={"hour-block": "Write 09:00"}))

    async with online(slack, app):
        await slack.command("/digest", user="U1")
        (view,) = slack.world.views.values()
        with pytest.raises(AssertionError, match="asks for"):
            await slack.submit(view, {"hour": "9"})
        wrong = await slack.submit(view, {"hour": "9", "name": "x"})
        assert wrong.content == {"response_action": "errors", "errors": {"hour-block": "Write 09:00"}}
        assert view.is_open
        await slack.submit(view, {"hour": "09:00", "name": "x"})
    assert got == ["9", "09:00"]
    assert not view.is_open


async def test_a_shortcut_a_home_and_suggestions(slack: Slack) -> None:
    """Message shortcuts carry the message, Home tabs are published, external selects are offered options."""
    app, seen = bolt(slack), []
    select = {"type": "external_select", "action_id": "theme", "min_query_length": 0}
    home = {
        "type": "home",
        "blocks": [
            {"type": "section", "block_id": "s", "text": {"type": "plain_text", "text": "Hi"}, "accessory": select}
        ],
    }

    @app.shortcut("save")
    async def save(ack: Any, shortcut: dict[str, Any]) -> None:
        seen.append(shortcut["message"]["text"])
        await ack()

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=home)

    @app.options("theme")
    async def themes(ack: Any, payload: dict[str, Any]) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": payload["value"]}, "value": "t"}])

    async with online(slack, app):
        await slack.shortcut("save", slack.world.say("C1", "U1", "Well said"))
        assert (await slack.open_home("U2")).acked
        offered = await slack.suggest(slack.world.homes["U2"], "theme", "sto")
    assert seen == ["Well said"]
    assert offered[0]["text"]["text"] == "sto"


async def test_an_ack_and_a_response_url_may_speak_to_the_channel(slack: Slack) -> None:
    """`in_channel` is a message, the rest only its reader sees; an original that is deleted cannot be clicked."""
    app = bolt(slack)

    @app.command("/quote")
    async def quote(ack: Any) -> None:
        await ack(text="Look", response_type="in_channel")

    async with online(slack, app):
        answer = await slack.command("/quote")
    assert [message.text for message in slack.world.messages()] == ["Look"]
    hook = AsyncWebhookClient(answer.payload["response_url"], retry_handlers=[])
    await hook.send(text="Only for you")
    (shown,) = slack.world.ephemerals
    url = f"{slack.base}/response/{slack.state.tickets.response('U2', 'C1', shown)}"
    await AsyncWebhookClient(url, retry_handlers=[]).send_dict({"delete_original": True})
    with pytest.raises(AssertionError, match="gone"):
        await slack.click(shown, "another")


async def test_modals_stack_and_change(slack: Slack) -> None:
    """Acks and calls push, update and clear; a stack has three modals; an old hash changes nothing."""
    app, api = bolt(slack), client(slack)
    answers = iter([{"response_action": "push", "view": modal(field("b"))}, {"response_action": "clear"}])

    @app.view("subscribe")
    async def subscribed(ack: Any) -> None:
        await ack(next(answers))

    opened = await api.views_open(trigger_id=slack.state.tickets.trigger("U1"), view=modal(field("a")))
    first = slack.world.views[opened["view"]["id"]]
    async with online(slack, app):
        second = (await slack.submit(first, {"a": "1"})).view
        assert second
        assert second.previous_id == first.id
        trigger = slack.state.tickets.trigger("U1", second.id)
        third = await api.views_push(trigger_id=trigger, view=modal(field("c")))
        trigger = slack.state.tickets.trigger("U1", third["view"]["id"])
        assert await error(api.views_push(trigger_id=trigger, view=modal(field("d")))) == "push_limit_reached"
        await api.views_update(view_id=first.id, hash=opened["view"]["hash"], view=modal(field("z")))
        stale = api.views_update(view_id=first.id, hash=opened["view"]["hash"], view=modal(field("y")))
        assert await error(stale) == "hash_conflict"
        await slack.submit(second, {"b": "2"})
    assert not any(view.is_open for view in slack.world.views.values())


async def test_what_is_wrong_with_a_modal(slack: Slack) -> None:
    """A modal's own limits are kept, and an error has to name an input of it."""
    api, wide = client(slack), {"type": "plain_text", "text": "x" * 25}
    for wrong in (modal(field("a"), title=wide), modal(field("a"), submit=None), modal(field("a"), colour="red")):
        opening = api.views_open(trigger_id=slack.state.tickets.trigger("U1"), view=wrong)
        assert await error(opening) == "invalid_arguments"
    assert ["title" in text or "submit" in text or "colour" in text for text in slack.take_problems()].count(True) >= 3
    app = bolt(slack)

    @app.view("subscribe")
    async def subscribed(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "Write 09:00"})

    opened = await api.views_open(trigger_id=slack.state.tickets.trigger("U1"), view=modal(field("a")))
    async with online(slack, app):
        await slack.submit(slack.world.views[opened["view"]["id"]], {"a": "1"})
    assert ["no input of the modal" in text for text in slack.take_problems()] == [True]


async def test_history_of_a_distributed_app(slack: Slack) -> None:
    """Outside the Marketplace history is 15 messages, once a minute."""
    slack.world.distributed = True
    for number in range(20):
        slack.world.say("C1", "U1", str(number))
    page = await client(slack).conversations_history(channel="C1", limit=200)
    assert len(page["messages"]) == 15
    assert page["has_more"]
    assert await error(client(slack).conversations_history(channel="C1")) == "ratelimited"


async def test_only_its_reader_sees_an_ephemeral_message(slack: Slack) -> None:
    """`chat.postEphemeral` reaches members of the channel, and leaves nothing in it."""
    await client(slack).chat_postEphemeral(channel="C1", user="U2", text="psst")
    assert [(shown.user, shown.text) for shown in slack.world.ephemerals] == [("U2", "psst")]
    posting = client(slack).chat_postEphemeral(channel="C4", user="U2", text="psst")
    assert await error(posting) == "user_not_in_channel"
    assert not list(slack.world.messages())


async def test_history_finds_a_message_by_its_metadata(slack: Slack) -> None:
    """History is newest first, between timestamps, page by page, without replies, with metadata when asked for."""
    api = client(slack)
    first = await api.chat_postMessage(channel="C1", **KEYED)
    await api.chat_postMessage(channel="C1", thread_ts=first["ts"], **KEYED)
    last = await api.chat_postMessage(channel="C1", **SAID)
    page = await api.conversations_history(channel="C1", include_all_metadata=True, limit=1)
    assert [message["ts"] for message in page["messages"]] == [last["ts"]]
    rest = await api.conversations_history(
        channel="C1", include_all_metadata=True, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [message["metadata"]["event_payload"] for message in rest["messages"]] == [{"delivery_id": "d1"}]
    assert "event_payload" not in (await api.conversations_history(channel="C1"))["messages"][1]["metadata"]
    assert not (await api.conversations_history(channel="C1", oldest=last["ts"]))["messages"]
    assert len((await api.conversations_replies(channel="C1", ts=first["ts"]))["messages"]) == 2
    assert slack.world.counts("delivery_id") == {"d1": 2}


@pytest.mark.parametrize(
    ("channel", "named"),
    [
        ("C9", "channel_not_found"),
        ("G2", "channel_not_found"),
        ("C2", "not_in_channel"),
        ("C3", "is_archived"),
        ("U3", "user_is_restricted"),
    ],
)
async def test_where_a_post_is_refused(slack: Slack, channel: str, named: str) -> None:
    """A channel that is unknown, hidden, not joined, archived, or a guest's, is refused under Slack's name for it."""
    assert await error(client(slack).chat_postMessage(channel=channel, **SAID)) == named
    assert not list(slack.world.messages())


async def test_tokens_and_scopes(slack: Slack) -> None:
    """A wrong token, the wrong kind of token and a missing scope are told apart; the scope that is needed is named."""
    slack.world.scopes.discard("groups:history")
    assert await error(client(slack, token="xoxb-old").auth_test()) == "invalid_auth"
    assert await error(client(slack).apps_connections_open(app_token=slack.world.bot_token)) == "not_allowed_token_type"
    with pytest.raises(SlackApiError) as caught:
        await client(slack).conversations_history(channel="G1")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "groups:history"
    assert (await client(slack).conversations_history(channel="C1"))["messages"] == []


async def test_people_pins_and_edits(slack: Slack) -> None:
    """The small methods do what they say."""
    api = client(slack)
    ts = (await api.chat_postMessage(channel="C1", **SAID))["ts"]
    await api.chat_update(channel="C1", ts=ts, text="Better", blocks=SAID["blocks"])
    await api.pins_add(channel="C1", timestamp=ts)
    assert [item["message"]["text"] for item in (await api.pins_list(channel="C1"))["items"]] == ["Better"]
    assert await error(api.pins_add(channel="C1", timestamp=ts)) == "already_pinned"
    said = slack.world.say("C1", "U1", "mine")
    assert await error(api.chat_update(channel="C1", ts=said.ts, text="yours")) == "cant_update_message"
    assert await error(api.chat_delete(channel="C1", ts="1.1")) == "message_not_found"
    assert (await api.users_info(user="U1"))["user"]["is_admin"]
    assert (await api.usergroups_users_list(usergroup="S1"))["users"] == ["U2"]
    assert {c["id"] for c in (await api.users_conversations(types="public_channel,private_channel"))["channels"]} == {
        "C1",
        "C3",
        "C4",
        "G1",
    }
    assert (await api.conversations_join(channel="C2"))["channel"]["is_member"]
    assert (await api.conversations_open(users="U2"))["channel"]["id"] == "DU2"
    assert ts.replace(".", "") in (await api.chat_getPermalink(channel="C1", message_ts=ts))["permalink"]


def section(text: str, **more: Any) -> dict[str, Any]:
    """A section in mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


FIELDS = [{"type": "plain_text", "text": "x" * 2_001}]
HERE = {"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"text": ""}, "no_text", "nothing in it"),
    ({"text": "x" * 40_001}, "msg_too_long", "40001 characters"),
    ({"text": "x" * 4_001}, "", "best are 4000"),
    ({"text": "Hi <!channel>"}, "", "is live: <!channel>"),
    ({"text": "a < b"}, "", "not escaped"),
    ({"text": "x", "unfurl_link": False}, "", "no argument 'unfurl_link'"),
    ({"text": "x", "link_names": True}, "", "become mentions"),
    ({"text": "x", "metadata": {"event_type": "a b", "event_payload": {}}}, "invalid_metadata_format", "a b"),
    ({"text": "x", "blocks": [{"type": "sektion"}]}, "invalid_blocks", "sektion"),
    ({"text": "x", "blocks": [section("x")] * 51}, "invalid_blocks", "51 blocks"),
    ({"text": "x", "blocks": [section("x", block_id="b")] * 2}, "invalid_blocks", "'b' is there 2 times"),
    ({"text": "x", "blocks": [section("x", fields=FIELDS)]}, "invalid_blocks", "2001"),
    ({"text": "x", "blocks": [section("x" * 3_001)]}, "invalid_blocks", "3001"),
    ({"text": "x", "blocks": [section("x" * 3_000)] * 4}, "msg_blocks_too_long", "12000"),
    ({"text": "x", "blocks": [button("x" * 76, "a")]}, "invalid_blocks", "76"),
    ({"text": "x", "blocks": [section("<@U1>")]}, "", "is live: <@U1>"),
    ({"text": "x", "blocks": [{"type": "rich_text", "elements": [HERE]}]}, "", "<!here>"),
    ({"text": "x", "blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks", "no elements"),
]


@pytest.mark.parametrize(("payload", "named", "problem"), WRONG)
async def test_what_is_wrong_with_a_message(slack: Slack, payload: dict[str, Any], named: str, problem: str) -> None:
    """What Slack refuses is refused by its name; what it lets pass is kept as a problem all the same."""
    posting = client(slack).chat_postMessage(channel="C1", **payload)
    if named:
        with pytest.warns(UserWarning, match="text") if not payload["text"] else nullcontext():
            assert await error(posting) == named
    else:
        await posting
    assert any(problem in text for text in slack.take_problems())


async def test_problems_fail_the_test() -> None:
    """A test that sent what nobody should send cannot end well."""
    with pytest.raises(AssertionError, match="no argument 'unfurl_link'"):
        async with Slack() as slack:
            await client(slack).chat_postMessage(channel="C1", unfurl_link=False, **SAID)


async def test_an_allowed_mention_passes(slack: Slack) -> None:
    """A mention that the test allows is no problem; blocks without a fallback text are."""
    slack.allow("<!subteam^S1>")
    await client(slack).chat_postMessage(channel="C1", text="For <!subteam^S1>")
    with pytest.warns(UserWarning, match="text"):
        await client(slack).chat_postMessage(channel="C1", blocks=SAID["blocks"])
    assert ["no fallback text" in text for text in slack.take_problems()] == [True]


async def test_blocks_validate_needs_no_token(slack: Slack) -> None:
    """Blocks can be checked without being sent, and without being anybody."""
    anyone = client(slack, token=None)
    assert (await anyone.api_call("blocks.validate", json={"blocks": SAID["blocks"]}))["ok"]
    assert await error(anyone.api_call("blocks.validate", json={"blocks": [section("x")] * 51})) == "invalid_blocks"


_MENTIONED = ("<!subteam^S0TEAM12>", "<!here>")
"""What samples mention on purpose."""


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.slack.json")), ids=lambda path: path.stem)
def test_what_rendering_makes_is_taken(path: Path) -> None:
    """Two tables of limits, written apart, agree on what a person has read."""
    for payload in json.loads(path.read_text(encoding="utf-8")):
        found = checks.view(payload["view"]) if "view" in payload else checks.message(payload, _MENTIONED)
        assert "errors" in payload or not list(found)


async def test_triggers_and_response_urls_expire(slack: Slack) -> None:
    """A trigger lives three seconds; a response URL five uses or half an hour."""
    now = [0.0]
    slack.state.tickets.clock = lambda: now[0]
    trigger = slack.state.tickets.trigger("U1")
    now[0] = 3.1
    assert (
        await error(client(slack).views_open(trigger_id=trigger, view=modal(SAID["blocks"][0]))) == "expired_trigger_id"
    )
    hook = AsyncWebhookClient(f"{slack.base}/response/{slack.state.tickets.response('U1', 'C1')}", retry_handlers=[])
    assert [(await hook.send(text="x")).status_code for _ in range(6)] == [200] * 5 + [404]
    late = AsyncWebhookClient(f"{slack.base}/response/{slack.state.tickets.response('U1', 'C1')}", retry_handlers=[])
    now[0] += 1_801
    assert (await late.send(text="x")).status_code == 404


async def test_the_pace_of_a_channel(slack: Slack) -> None:
    """Past a burst, a channel takes a message a second, and says how long to wait."""
    slack.world.posts_a_second = 1
    for _ in range(5):
        await client(slack).chat_postMessage(channel="C1", **SAID)
    with pytest.raises(SlackApiError) as caught:
        await client(slack).chat_postMessage(channel="C1", **SAID)
    assert caught.value.response.status_code == 429
    assert float(caught.value.response.headers["Retry-After"]) > 0


# What goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "raised", "kept"),
    [
        ("drop-before", aiohttp.ServerDisconnectedError, 0),
        ("drop-after", aiohttp.ServerDisconnectedError, 1),
        ("reset-before", aiohttp.ClientOSError, 0),
        ("reset-after", aiohttp.ClientOSError, 1),
        ("hang-before", TimeoutError, 0),
        ("hang-after", TimeoutError, 1),
        ("500-before", SlackApiError, 0),
        ("500-after", SlackApiError, 1),
        ("429=0.1", SlackApiError, 0),
        ("slow=0.05", None, 1),
    ],
)
async def test_each_fault_as_a_client_sees_it(
    slack: Slack, rule: str, raised: type[Exception] | None, kept: int
) -> None:
    """A fault looks to the real client like what it imitates, and the message is there or not as the rule says."""
    slack.faults.add(f"chat.postMessage #1 {rule}")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session:
        posting = client(slack, session=session).chat_postMessage(channel="C1", **KEYED)
        if raised:
            with pytest.raises(raised):
                await posting
        else:
            assert (await posting)["ok"]
        assert slack.world.counts("delivery_id")["d1"] == kept
        await client(slack, session=session).chat_postMessage(channel="C1", **KEYED)
    assert slack.world.counts("delivery_id")["d1"] == kept + 1


async def test_a_share_of_calls_is_drawn_by_the_seed(slack: Slack) -> None:
    """A share strikes about as often as it says, and the same calls every time; nonsense is no rule."""
    slack.faults.add("chat.* 20% 500\nauth.test #2-3 500")
    met = [slack.faults.meet("chat.postMessage") is not None for _ in range(1_000)]
    assert 160 < sum(met) < 240
    assert [slack.faults.meet("auth.test") is not None for _ in range(4)] == [False, True, True, False]
    with pytest.raises(ValueError, match="not a rule"):
        slack.faults.add("chat.postMessage sometimes explode")


async def test_a_slow_ack_times_out_and_an_event_comes_again(slack: Slack) -> None:
    """A command without an ack in time is lost; an event is delivered again, with its number."""
    app, tries = quoting(slack, lambda: asyncio.sleep(0.15)), []
    slack.hub.ack_seconds, slack.hub.retries = 0.1, (0.0, 0.0)

    @app.event("app_mention")
    async def mentioned(request: Any) -> None:
        tries.append(request.headers.get("x-slack-retry-num"))
        await asyncio.sleep(0.15 if len(tries) < 3 else 0)

    async with online(slack, app):
        assert (await slack.command("/quote")).timed_out
        answer = await slack.event("app_mention", channel="C1", user="U1", text="hi")
        await slack.until(lambda: answer.late == 2)
    assert answer.acked
    assert tries == [["0"], ["1"], ["2"]]
    assert len(answer.sockets) == 3


async def test_a_payload_goes_to_one_of_ten_sockets(slack: Slack) -> None:
    """Ten sockets share the payloads; an eleventh is sent away."""
    app = quoting(slack)
    async with online(slack, app, sockets=10):
        answers = [await slack.command("/quote", str(number)) for number in range(30)]
        assert all(len(answer.sockets) == 1 and answer.acked for answer in answers)
        assert len({answer.sockets[0] for answer in answers}) > 5
        address = (await client(slack).apps_connections_open(app_token=slack.world.app_token))["url"]
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as eleventh:
            assert (await eleventh.receive_json())["reason"] == "too_many_websockets"


async def test_disconnects_bring_the_client_back(slack: Slack) -> None:
    """Announced ends make a client connect anew at once; a disabled link lets nobody in again."""
    async with online(slack, quoting(slack)):
        for reason in ("warning", "refresh_requested"):
            before = slack.hub.opened
            await slack.hub.disconnect(reason, grace=0.0)
            await slack.until(lambda: slack.hub.opened > before and slack.hub.live)  # noqa: B023 - awaited in this turn
            assert (await slack.command("/quote")).acked
        before = slack.hub.opened
        await slack.hub.disconnect("link_disabled", grace=0.0)
        await asyncio.sleep(0.2)
        assert slack.hub.opened == before


async def test_a_half_open_socket_swallows_until_the_client_notices(slack: Slack) -> None:
    """On a half-open socket pings get no answer and payloads are lost; the client notices by its pings."""
    slack.hub.ack_seconds = 0.05
    async with online(slack, quoting(slack), ping=0.2):
        slack.hub.half_open()
        assert (await slack.command("/quote")).timed_out
        await slack.until(lambda: slack.hub.opened == 2)
        slack.hub.prefer, slack.hub.ack_seconds = 2, 3.0
        assert (await slack.command("/quote")).acked


async def test_the_server_as_a_process_of_its_own() -> None:
    """Other processes post to it, meddle with it, and read its counts; SIGTERM ends it."""
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "servers.slack", stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parent
    )
    assert run.stdout
    where = json.loads(await run.stdout.readline())
    api = AsyncWebClient(where["bot_token"], base_url=where["api_url"], retry_handlers=[], logger=QUIET)
    async with aiohttp.ClientSession() as session:
        await session.post(where["control"], json={"do": "faults", "rules": "chat.postMessage #2 drop-after"})
        await api.chat_postMessage(channel="C1", **KEYED)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await api.chat_postMessage(channel="C1", **KEYED)
        async with session.get(where["control"]) as response:
            told = await response.json()
    run.terminate()
    await run.wait()
    assert run.returncode == 0
    assert told["counts"] == {"d1": 2}
    assert told["doubled"] == ["d1"]
    assert told["problems"] == []
