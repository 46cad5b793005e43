"""One conversation of guest and agent for good, where the organization wants it so; else one for each meeting."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from models.agent.agent import Agent
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.posting import Draft, send_message
from models.meeting.changing import Change, cancel
from models.meeting.meeting import Meeting
from models.organization.service import Service
from models.words import ConversationStatus, Distribution
from tests.builders import a_service, acting, an_agent, guest_of
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW
from tests.models.meeting.life import setting
from tests.models.meeting.teams import a_team, booked, target_of
from tests.waiting import PATIENCE_SECONDS

TEN = NINE + 2 * HALF_HOUR


@pytest.fixture
async def for_good(anna: Agent) -> Agent:
    """Anna, whose guests have one conversation with her."""
    await setting(anna.organization_id, one_conversation_per_guest_and_agent=True)
    return anna


def talks(*meetings: Meeting) -> int:
    """In how many conversations they are."""
    return len({meeting.conversation_id for meeting in meetings})


async def test_each_meeting_has_its_own_unless_the_organization_wants_one(anna: Agent) -> None:
    target = await target_of(anna)
    assert talks(await booked(target, NINE), await booked(target, TEN)) == 2


async def test_meetings_of_one_guest_with_one_agent_share_one(for_good: Agent) -> None:
    target = await target_of(for_good)
    first, second = await booked(target, NINE), await booked(target, TEN)
    assert talks(first, second) == 1
    said = await Message.filter(conversation_id=first.conversation_id).order_by("seq")
    assert [one.meeting_id for one in said] == [first.id, second.id]
    assert await Member.filter(conversation_id=first.conversation_id).count() == 2


async def test_other_guests_and_other_agents_have_theirs(for_good: Agent) -> None:
    ben = await an_agent(await for_good.organization, "Ben")
    target = await target_of(for_good)
    meetings = [
        await booked(target, NINE),
        await booked(target, TEN, "Heidi"),
        await booked(await target_of(ben)),
    ]
    assert talks(*meetings) == 3


async def test_meetings_with_several_agents_have_their_own(for_good: Agent) -> None:
    ben = (await a_team(for_good, "Ben"))[1]
    both = await a_service(await for_good.organization, for_good, ben, distribution=Distribution.COLLECTIVE)
    target = await target_of(both)
    assert talks(await booked(target, NINE), await booked(target, TEN)) == 2


@pytest.mark.parametrize("status", [ConversationStatus.CLOSED, ConversationStatus.SNOOZED])
async def test_what_was_closed_is_open_again(for_good: Agent, status: ConversationStatus) -> None:
    target = await target_of(for_good)
    first = await booked(target, NINE)
    await Conversation.all().update(status=status)
    assert talks(first, await booked(target, TEN)) == 1
    assert (await Conversation.get()).status is ConversationStatus.OPEN


async def test_of_bookings_at_once_of_one_guest_all_end_in_one(for_good: Agent) -> None:
    service: Service = await a_service(await for_good.organization, for_good)
    targets = [await target_of(for_good), await target_of(service)]
    for number in range(10):
        async with asyncio.timeout(PATIENCE_SECONDS):
            meetings = await asyncio.gather(
                *(booked(targets[n % 2], NINE + n * HALF_HOUR, f"Guest{number}", now=NOW) for n in range(6))
            )
        assert talks(*meetings) == 1
        for meeting in meetings:
            await cancel(meeting.id, Change(), actor=acting(for_good), now=NOW)


async def test_by_the_link_of_a_meeting_one_reads_what_was_said_since_it_was_booked(for_good: Agent) -> None:
    """Whoever gives a guest's name and address is given such a link."""
    target = await target_of(for_good)
    first = await booked(target, NINE)
    conversation = await Conversation.get(id=first.conversation_id)
    await send_message(conversation, Draft(text="I owe 40,000."), actor=await guest_of(first), now=NOW)
    second = await booked(target, TEN)
    await send_message(conversation, Draft(text="See you."), actor=acting(for_good), now=NOW)

    early, late = await guest_of(first), await guest_of(second)

    async def read_by(guest: object) -> list[str | None]:
        seen = Message.visible_to(guest, conversation.id)  # type: ignore[arg-type]
        return [message.text for message in await seen.order_by("seq")]

    everything = ["The meeting is booked.", "I owe 40,000.", "The meeting is booked.", "See you."]
    assert await read_by(early) == await read_by(acting(for_good)) == everything
    assert await read_by(late) == everything[2:]
    assert await read_by(replace(late, is_verified=True)) == everything
