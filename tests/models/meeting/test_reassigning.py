"""Giving a meeting to another agent."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from errors import AgentUnavailable, AlreadyDecided, Invalid, NotFound, Refused, SlotTaken, Stale
from models.agent.agent import Agent
from models.agent.hours import set_week_template
from models.claim import Claim
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.event import EventRow
from models.meeting.changing import Change, cancel
from models.meeting.meeting import Meeting, MeetingChange
from models.meeting.reassigning import reassign
from models.organization.planning import PlanningRule
from models.organization.service import ServiceMember
from models.words import AssignmentCause, MeetingChangeKind, MemberRole, Role
from realtime.events import EventKind, inbox_topic
from tests.builders import a_service, acting, an_agent, an_organization
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, take
from tests.models.meeting.teams import (
    a_planned_subject,
    a_team,
    agents_of,
    assert_claims_are_whole,
    booked,
    deadlocks,
    target_of,
    together,
    try_to_book,
)
from tests.waiting import PATIENCE_SECONDS


async def try_to_give(
    meeting: Meeting, agent: Agent, *, by: Agent, change: Change | None = None
) -> Meeting | Refused:
    try:
        return await reassign(meeting.id, agent.id, change or Change(), actor=acting(by), now=NOW)
    except Refused as refused:
        return refused


async def given(meeting: Meeting, agent: Agent, *, by: Agent) -> Meeting:
    outcome = await try_to_give(meeting, agent, by=by)
    assert isinstance(outcome, Meeting), outcome
    return outcome


async def test_the_meeting_its_time_and_its_conversation_go_to_the_other_agent(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    meeting = await booked(await target_of(anna))
    changed = await given(meeting, ben, by=anna)
    assert (changed.version, changed.sequence) == (2, 1)
    assert await agents_of(meeting) == ["Ben"]
    assert [claim.agent_id for claim in await Claim.all()] == [ben.id]
    await assert_claims_are_whole()
    conversation = await Conversation.get(id=meeting.conversation_id)
    roles = {member.agent_id: member.role for member in await Member.filter(agent_id__isnull=False)}
    assert (conversation.assignee_id, roles) == (
        ben.id,
        {anna.id: MemberRole.AGENT, ben.id: MemberRole.ASSIGNEE},
    )
    record = await AssignmentRecord.all().order_by("-id").first()
    assert record is not None
    assert (record.how, record.from_agent_id, record.to_agent_id) == (AssignmentCause.ASSIGNED, anna.id, ben.id)
    assert isinstance(await try_to_book(await target_of(anna)), Meeting)
    assert isinstance(await try_to_book(await target_of(ben)), SlotTaken)


async def test_the_history_says_who_had_it_and_who_has_it(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    meeting = await booked(await target_of(anna))
    await reassign(meeting.id, ben.id, Change(reason="ill"), actor=acting(anna), now=NOW)
    change = await MeetingChange.get(kind=MeetingChangeKind.REASSIGNED)
    assert change.before is not None
    assert change.after is not None
    assert change.before["agents"] == [{"id": anna.id, "name": "Anna"}]
    assert change.after["agents"] == [{"id": ben.id, "name": "Ben"}]
    assert (change.actor_agent_id, change.reason) == (anna.id, "ill")


async def test_both_agents_hear_of_it_and_no_others(anna: Agent) -> None:
    anna, ben, chandra = await a_team(anna, "Ben", "Chandra")
    meeting = await booked(await target_of(anna))
    await given(meeting, ben, by=anna)
    for agent, expected in ((anna, 2), (ben, 1), (chandra, 0)):
        heard = EventRow.filter(topic=inbox_topic(agent.id), kind=EventKind.MEETING_CHANGED)
        assert await heard.count() == expected


async def test_who_is_not_free_is_not_given_it_and_all_stays_as_it_was(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    meeting = await booked(await target_of(anna))
    await booked(await target_of(ben))
    refused = await try_to_give(meeting, ben, by=anna)
    assert isinstance(refused, AgentUnavailable)
    assert refused.message == "Ben is not free. This time is taken by a meeting."
    assert await agents_of(meeting) == ["Anna"]
    await assert_claims_are_whole()


async def test_held_time_is_not_free(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    meeting = await booked(await target_of(anna))
    await take(await target_of(ben))
    assert isinstance(await try_to_give(meeting, ben, by=anna), AgentUnavailable)


async def test_who_does_not_work_then_or_is_no_expert_is_not_given_it(anna: Agent) -> None:
    anna, ben, chandra = await a_team(anna, "Ben", "Chandra")
    subject = await a_planned_subject([anna, ben])
    meeting = await booked(await target_of(anna, subject_id=subject.id))
    await set_week_template(ben, ())
    for agent in (ben, chandra):
        assert isinstance(await try_to_give(meeting, agent, by=anna), AgentUnavailable)


async def test_a_meeting_that_begins_soon_between_two_slots_can_still_be_given_away(anna: Agent) -> None:
    """Notice and grid bind those who book; so does what is offered at present."""
    anna, ben = await a_team(anna, "Ben")
    subject = await a_planned_subject([anna, ben], slot_interval_minutes=10, buffer_after_minutes=5)
    organization = await anna.organization
    organization.stored_settings = {"agent_minimum_notice_minutes": 240}
    await organization.save()
    start = NINE + timedelta(minutes=10)
    meeting = await booked(await target_of(anna, subject_id=subject.id), start)
    await PlanningRule.all().update(slot_interval_minutes=60, enabled=False, buffer_after_minutes=30)
    changed = await given(meeting, ben, by=anna)
    assert (changed.start, changed.buffer_after_minutes) == (start, 5)
    await assert_claims_are_whole()


async def test_who_has_it_already_is_not_given_it_again(anna: Agent) -> None:
    meeting = await booked(await target_of(anna))
    assert (await given(meeting, anna, by=anna)).version == 1
    assert await MeetingChange.all().count() == 1


async def test_an_agent_gives_away_what_is_theirs_or_their_services_and_a_planner_anything(anna: Agent) -> None:
    anna, ben, chandra = await a_team(anna, "Ben", "Chandra")
    planner = await an_agent(await anna.organization, "Pia", role=Role.BOOKING_MANAGER)
    service = await a_service(await anna.organization, anna, ben)
    own = await booked(await target_of(anna))
    shared = await booked(await target_of(service), NINE + HALF_HOUR)
    assert isinstance(await try_to_give(own, ben, by=ben), NotFound)
    assert isinstance(await try_to_give(shared, chandra, by=chandra), NotFound)
    await given(shared, ben, by=ben)
    await given(own, chandra, by=planner)
    assert [member.given_count for member in await ServiceMember.all().order_by("agent_id")] == [1, 1]


async def test_nobody_of_another_organization_is_given_it(anna: Agent) -> None:
    meeting = await booked(await target_of(anna))
    eve = await an_agent(await an_organization("rival"), "Eve")
    assert isinstance(await try_to_give(meeting, eve, by=anna), NotFound)


async def test_of_several_who_have_it_together_one_gives_away_their_own_place(anna: Agent) -> None:
    anna, ben, chandra, pia = await a_team(anna, "Ben", "Chandra", "Pia")
    await Agent.filter(id=pia.id).update(role=Role.BOOKING_MANAGER)
    meeting = await booked(await target_of(await together(anna, ben)))
    assert isinstance(await try_to_give(meeting, chandra, by=await Agent.get(id=pia.id)), Invalid)
    await given(meeting, chandra, by=ben)
    assert await agents_of(meeting) == ["Anna", "Chandra"]
    assert (await Conversation.get(id=meeting.conversation_id)).assignee_id == anna.id
    await assert_claims_are_whole()


async def test_of_another_version_or_one_that_is_cancelled_it_is_refused(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    meeting = await booked(await target_of(anna))
    stale = await try_to_give(meeting, ben, by=anna, change=Change(expected_version=7))
    assert isinstance(stale, Stale)
    await cancel(meeting.id, Change(), actor=acting(anna), now=NOW)
    assert isinstance(await try_to_give(meeting, ben, by=anna), AlreadyDecided)


@pytest.mark.parametrize("attempt", range(3))
async def test_two_who_exchange_their_meetings_and_others_who_book_do_not_wait_in_a_ring(
    anna: Agent, attempt: int
) -> None:
    anna, ben = await a_team(anna, "Ben")
    pia = await an_agent(await anna.organization, "Pia", role=Role.MANAGER)
    mine = [await booked(await target_of(anna), NINE + n * HALF_HOUR) for n in (0, 1)]
    theirs = [await booked(await target_of(ben), NINE + n * HALF_HOUR) for n in (1, 2)]
    before, target = await deadlocks(), await target_of(await together(ben, anna))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(
            *(try_to_give(meeting, ben, by=pia) for meeting in mine),
            *(try_to_give(meeting, anna, by=pia) for meeting in theirs),
            *(try_to_book(target, NINE + n * HALF_HOUR, f"Guest{n}") for n in range(4)),
        )
    assert await deadlocks() == before
    await assert_claims_are_whole()
    assert await Meeting.filter(status="SCHEDULED").count() >= 5
