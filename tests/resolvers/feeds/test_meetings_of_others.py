"""Of a meeting nobody is told who may not see it by then, in whatever feed: as any query shows it, or does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.actor import SignedInGuest
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.organization.organization import Organization
from resolvers import ids
from resolvers.context import World
from tests.builders import a_link, a_service, an_agent
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.feeds.following import Follower, following, kinds
from tests.resolvers.talk_documents import ADD_MEMBER, REMOVE_MEMBER
from tests.resolvers.test_members import tom as tom

EVENTS = """__typename
  ... on FeedEvent { cursor } ... on MeetingChanged { meeting { manageUrl } } ... on Resync { cursor reason }"""
CONVERSATION = f"""subscription($id: ID!, $after: String) {{
  conversationEvents(conversationId: $id, after: $after) {{ {EVENTS} }} }}"""
INBOX = f"subscription($after: String) {{ inboxEvents(after: $after) {{ {EVENTS} }} }}"
LATER = "2027-03-02T09:00:00Z"


async def heard_until(follower: Follower, events: int) -> list[str]:
    return kinds([await follower.next() for _ in range(events)])


async def move(by: Client, meeting: str) -> None:
    moved = await by.do(say.MOVE, input={"meetingId": meeting, "start": LATER})
    assert moved["errors"] == []


@pytest.fixture
async def signed_in_tom(tom: Client, world: World) -> Client:
    """Whom Grace has asked into the conversation, and who has shown that his address is his."""
    contact = await Contact.get(name="Tom")
    guest = SignedInGuest(
        contact,
        None,
        None,
        is_verified=True,
        session_id=1,
        email="tom@guests.example",
        expires_at=world.clock() + timedelta(days=1),
        all_ids=frozenset({contact.id}),
    )
    return Client(world, guest)


async def test_a_guest_who_was_asked_into_a_conversation_hears_nothing_of_the_others_meeting(
    talk: Talk, signed_in_tom: Client
) -> None:
    async with following(signed_in_tom, CONVERSATION, id=talk.id, after="") as toms:
        began = toms.cursor
        await move(talk.anna, talk.meeting)
        await say.say(talk.anna, talk.id, "See you then.")
        assert await heard_until(toms, 2) == ["MessageAdded"] * 2
    async with following(signed_in_tom, CONVERSATION, id=talk.id, after=began) as again:
        assert await heard_until(again, 2) == ["MessageAdded"] * 2


async def test_an_agent_who_was_taken_out_hears_nothing_of_the_meeting_when_they_come_back(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    ben = sign_in.agent(agent := await an_agent(organization, "Ben"))
    key = {"conversationId": talk.id}
    added = await talk.anna.do(ADD_MEMBER, input={**key, "agentId": ids.encode("Agent", agent.id)})
    assert added["errors"] == []
    async with following(ben, INBOX, after="") as bens:
        began = bens.cursor
        await move(talk.anna, talk.meeting)
        assert await heard_until(bens, 2) == ["ConversationChanged", "MeetingChanged"]
    party = {"partyId": ids.encode("Agent", agent.id)}
    assert (await talk.anna.do(REMOVE_MEMBER, input={**key, **party}))["errors"] == []
    async with following(ben, INBOX, after=began) as again:
        assert await heard_until(again, 2) == ["ConversationChanged"] * 2


async def test_an_agent_hears_nothing_of_what_nobody_has_yet_and_is_not_shown_to_them(
    public: Client, sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    ben = await an_agent(organization, "Ben", languages=["fr"])
    await a_link(await a_service(organization, anna, ben, assign_on_booking=False))
    booked = await public.do(say.BOOK, input=say.wish(slots={"link": "acme/support"}))
    guest = await sign_in.bearer(booked["manageToken"])
    meeting, conversation = booked["meeting"]["id"], booked["meeting"]["conversation"]["id"]
    clients = [sign_in.agent(one) for one in (anna, ben)]
    async with (
        following(clients[0], CONVERSATION, id=conversation, after="") as annas,
        following(clients[1], CONVERSATION, id=conversation, after="") as bens,
    ):
        await move(guest, meeting)
        await say.say(guest, conversation, "Is it fine with you?")
        assert await heard_until(annas, 3) == ["MessageAdded", "MeetingChanged", "MessageAdded"]
        assert await heard_until(bens, 2) == ["MessageAdded"] * 2
