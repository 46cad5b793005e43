"""What an event asks the database for."""

from __future__ import annotations

from tests.resolvers.conftest import Talk
from tests.resolvers.documents import say
from tests.resolvers.feeds.following import following
from tests.resolvers.statements import statements

EVENTS = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on FeedEvent { cursor } ... on Resync { cursor reason }
  ... on MessageAdded { message { text author { __typename ... on Contact { name } ... on Agent { name } } } } } }"""


async def test_an_events_message_is_read_once_and_with_its_author_by_each_to_whom_it_is_told_alone(
    talk: Talk,
) -> None:
    async with following(talk.grace, EVENTS, after="", id=talk.id) as grace:
        begun = grace.cursor
    await say(talk.grace, talk.id, "Hello")
    for client in (talk.grace, talk.anna):
        with statements() as sent:
            async with following(client, EVENTS, after=begun, id=talk.id) as follower:
                heard = await follower.next()
        assert heard["message"]["author"] == {"__typename": "Contact", "name": "Grace Guest"}
        assert sum("FROM message one WHERE one.id = asked.message" in one for one in sent) == 1
        assert not [one for one in sent if 'FROM "contact"' in one]


async def test_an_agent_who_wrote_is_read_with_the_message(talk: Talk) -> None:
    async with following(talk.grace, EVENTS, after="", id=talk.id) as grace:
        begun = grace.cursor
    await say(talk.anna, talk.id, "Hello")
    for client in (talk.grace, talk.anna):
        with statements() as sent:
            async with following(client, EVENTS, after=begun, id=talk.id) as follower:
                heard = await follower.next()
        assert heard["message"]["author"] == {"__typename": "Agent", "name": "Anna"}
        assert sum("FROM message one WHERE one.id = asked.message" in one for one in sent) == 1
        assert not [one for one in sent if 'FROM "agent"' in one]
