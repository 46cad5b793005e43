"""What the verb that made a meeting has at hand is not asked for when it is shown."""

from __future__ import annotations

from datetime import timedelta

from models.actor import Public
from models.agent.agent import Agent
from models.contact.masking import NO_MASK, Mask
from models.conversation.opening import open_for_meeting
from models.meeting.meeting import Meeting
from models.transactions import transaction
from resolvers.loaders import Loaders
from tests.builders import MONDAY, a_contact, an_agent
from tests.resolvers.statements import statements


async def made(agents: list[Agent]) -> Meeting:
    guest = await a_contact(await agents[0].organization)
    async with transaction() as tx:
        conversation = await open_for_meeting(
            tx, title="Tea", guest=guest, agents=agents, service=None, language="en", now=MONDAY
        )
        meeting = Meeting(
            organization_id=guest.organization_id,
            title="Tea",
            start=MONDAY,
            end=MONDAY + timedelta(minutes=30),
            guest_time_zone="Europe/Rome",
            guest=guest,
            conversation=conversation,
        )
        await tx.add(meeting)
        tx.relate(meeting, "agents", agents)
    return meeting


def loaders_of_the_public() -> Loaders:
    async def mask() -> Mask:
        return NO_MASK

    return Loaders(Public, mask=mask)


async def shown(loaders: Loaders, meeting: Meeting) -> list[object]:
    return [
        [agent.id for agent in await loaders.agents_of_meeting.load(meeting.id)],
        await loaders.contacts.load(meeting.guest_id),
        await loaders.conversations.load(meeting.conversation_id),
    ]


async def test_a_meeting_that_was_just_made_is_shown_without_asking_the_database(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    meeting = await made([ben, anna])
    loaders = loaders_of_the_public()
    loaders.know(meeting)
    with statements() as sent:
        answer = await shown(loaders, meeting)
    assert sent == []
    assert answer == await shown(loaders_of_the_public(), meeting)
    assert answer[0] == [anna.id, ben.id]


async def test_what_is_not_at_hand_is_asked_for(anna: Agent) -> None:
    meeting = await Meeting.get(id=(await made([anna])).id)
    loaders = loaders_of_the_public()
    loaders.know(meeting)
    assert await shown(loaders, meeting) == await shown(loaders_of_the_public(), meeting)


async def test_a_conversation_that_was_there_before_is_asked_for(anna: Agent) -> None:
    meeting = await made([anna])
    meeting.conversation = await meeting.conversation.get(id=meeting.conversation_id)
    loaders = loaders_of_the_public()
    loaders.know(meeting)
    with statements() as sent:
        await loaders.conversations.load(meeting.conversation_id)
    assert len(sent) == 1
