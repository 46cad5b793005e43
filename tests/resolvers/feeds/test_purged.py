"""Who comes back to a feed hears nothing of what has been purged meanwhile, and everything else."""

from __future__ import annotations

from datetime import UTC, datetime

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.organization.organization import Organization
from tests.builders import Clock
from tests.models.retention.nights import purge, purging
from tests.resolvers.conftest import SignIn, Talk, a_talk
from tests.resolvers.documents import TEN, say
from tests.resolvers.feeds.following import conversation, inbox

TOMORROW = "2027-03-02T09:00:00Z"


async def test_an_inbox_goes_on_with_what_is_left(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, organization: Organization
) -> None:
    await purging(organization, retention_days=1)
    async with inbox(sign_in.agent(anna)) as follower:
        begin = follower.cursor
    await a_talk(sign_in, anna, start=TEN)
    kept = await a_talk(
        sign_in, anna, start=TOMORROW, guest={"name": "Heidi", "email": "h@guests.example", "timeZone": "UTC"}
    )
    await purge(organization, now=datetime(2027, 3, 3, tzinfo=UTC))
    async with inbox(sign_in.agent(anna), after=begin) as follower:
        heard = await follower.until("MeetingChanged")
        assert heard[-1]["meeting"]["id"] == kept.meeting
        assert {event["conversation"]["id"] for event in heard[:-1]} == {kept.id}


async def test_a_conversation_goes_on_with_what_was_said_since(
    talk: Talk, organization: Organization, clock: Clock
) -> None:
    await purging(organization, retention_days=1)
    async with conversation(talk.anna, talk) as follower:
        begin = follower.cursor
    await say(talk.grace, talk.id, "Before")
    clock.advance(days=2)
    await say(talk.grace, talk.id, "Since")
    await purge(organization, now=clock())
    async with conversation(talk.anna, talk, after=begin) as follower:
        [heard] = await follower.until("MessageAdded")
        assert heard["message"]["text"] == "Since"
