"""A local Slack: Web API, Socket Mode, response URLs and views, for real client libraries to talk to.

    async with Slack() as slack:
        client = AsyncWebClient(token=slack.world.bot_token, base_url=slack.api_url)
        answer = await slack.command("/quote", "stoics")

It refuses what Slack refuses, under Slack's names, and keeps in `slack.problems` that it did, and what Slack would let
pass though nobody should send it. Leaving the block with problems nobody took (`take_problems()`) fails the test.
"""

from servers.slack.faults import Fault, Faults
from servers.slack.hub import Answer
from servers.slack.server import Slack
from servers.slack.world import Channel, Ephemeral, Message, Refused, User, View, World

__all__ = ["Answer", "Channel", "Ephemeral", "Fault", "Faults", "Message", "Refused", "Slack", "User", "View", "World"]
