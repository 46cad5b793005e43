"""Who comes to a meeting: when it is open, once each, and heard of by those whom it concerns."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from errors import AlreadyDecided, NotFound, Stale, TooSoon
from models.agent.agent import Agent
from models.event import EventRow
from models.meeting.arriving import Arrival
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.words import MeetingStatus
from realtime.events import Audience, EventKind, conversation_topic, inbox_topic
from tests.builders import acting, an_agent, guest_of
from tests.models.meeting.attending import OPENS, OVER, kinds, try_to_come
from tests.models.meeting.groups import a_class, comes, go, guest_named
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW
from tests.models.meeting.teams import booked, target_of

SECOND = timedelta(seconds=1)


@pytest.fixture
async def meeting(anna: Agent) -> Meeting:
    return await booked(await target_of(anna))


async def came(meeting: Meeting) -> list[tuple[int | None, int | None]]:
    rows = await Arrival.filter(meeting_id=meeting.id).order_by("id")
    return [(one.agent_id, one.contact_id) for one in rows]


async def told_of_arrivals() -> list[tuple[str, str]]:
    """The topics that heard of a meeting without a change of it, and for whom."""
    rows = await EventRow.filter(kind=EventKind.MEETING_CHANGED).order_by("topic")
    return [(one.topic, one.audience) for one in rows if "change" not in one.ids]


async def test_the_guest_comes_once_it_is_open_and_not_before(meeting: Meeting, anna: Agent) -> None:
    early = await try_to_come(meeting, now=OPENS - SECOND)
    assert isinstance(early, TooSoon)
    assert early.message == f"The meeting can be joined from {OPENS.isoformat()} on."
    assert isinstance(await try_to_come(meeting, now=OPENS), Meeting)
    [arrival] = await Arrival.filter(meeting_id=meeting.id)
    assert (arrival.contact_id, arrival.agent_id, arrival.at) == (meeting.guest_id, None, OPENS)


async def test_it_opens_as_the_settings_say(meeting: Meeting, organization: Organization) -> None:
    stored = {**organization.stored_settings, "join_opens_minutes_before": 0}
    await Organization.filter(id=organization.id).update(stored_settings=stored)
    assert isinstance(await try_to_come(meeting, now=NINE - SECOND), TooSoon)
    assert isinstance(await try_to_come(meeting, now=NINE), Meeting)


async def test_who_comes_again_came_the_first_time(meeting: Meeting, anna: Agent) -> None:
    await try_to_come(meeting, now=OPENS)
    await try_to_come(meeting, now=NINE)
    [arrival] = await Arrival.all()
    assert arrival.at == OPENS
    assert len(await told_of_arrivals()) == 2  # the conversation and Anna's inbox, once


async def test_agents_come_as_well_each_for_themselves(meeting: Meeting, anna: Agent) -> None:
    assert isinstance(await try_to_come(meeting, as_=acting(anna), now=OPENS - SECOND), TooSoon)
    await try_to_come(meeting, as_=acting(anna), now=OPENS)
    await try_to_come(meeting, now=NINE)
    assert await came(meeting) == [(anna.id, None), (None, meeting.guest_id)]


async def test_coming_is_no_change_of_the_meeting_and_is_told_to_its_agents_at_once(
    meeting: Meeting, anna: Agent
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    before = await kinds(meeting)
    outcome = await try_to_come(meeting)
    assert isinstance(outcome, Meeting)
    assert (outcome.version, outcome.sequence, await kinds(meeting)) == (1, 0, before)
    topics = dict(await told_of_arrivals())
    assert topics == {
        conversation_topic(meeting.conversation_id): Audience.EVERYONE,
        inbox_topic(anna.id): Audience.AGENTS,
    }
    assert inbox_topic(ben.id) not in topics


async def test_guests_of_a_group_meeting_come_each_by_themselves_and_others_are_not_told(anna: Agent) -> None:
    yoga = await a_class(anna, seats=4)
    lesson = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    heidi = await guest_named(lesson, "Heidi")
    assert isinstance(await try_to_come(lesson, as_=heidi), Meeting)
    assert await came(lesson) == [(None, heidi.contact.id)]
    assert dict(await told_of_arrivals())[conversation_topic(lesson.conversation_id)] == Audience.AGENTS
    await try_to_come(lesson, as_=acting(anna))
    assert (conversation_topic(lesson.conversation_id), Audience.EVERYONE) in await told_of_arrivals()


async def test_who_has_left_a_group_meeting_does_not_come_to_it(anna: Agent) -> None:
    yoga = await a_class(anna, seats=4)
    lesson = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    heidi = await guest_named(lesson, "Heidi")
    await go(lesson, "Heidi")
    assert isinstance(await try_to_come(lesson, as_=heidi), NotFound)
    assert await came(lesson) == []


async def test_nobody_comes_to_what_is_not_theirs_to_see(meeting: Meeting, anna: Agent) -> None:
    zoe = await an_agent(await anna.organization, "Zoe")
    assert isinstance(await try_to_come(meeting, as_=acting(zoe)), NotFound)
    other = await booked(await target_of(anna), NINE + HALF_HOUR, "Heidi")
    heidi = await guest_of(other)
    assert isinstance(await try_to_come(meeting, as_=heidi), NotFound)
    assert await came(meeting) == []


async def test_nobody_comes_when_it_is_over(meeting: Meeting) -> None:
    assert isinstance(await try_to_come(meeting, now=OVER), AlreadyDecided)
    assert isinstance(await try_to_come(meeting, now=OVER - SECOND), Meeting)
    assert isinstance(await try_to_come(meeting, now=OVER), Meeting)  # and who was there already was there


async def test_nobody_comes_to_what_is_not_to_be_held(meeting: Meeting) -> None:
    for status in set(MeetingStatus) - {MeetingStatus.SCHEDULED}:
        await Meeting.filter(id=meeting.id).update(status=status)
        assert isinstance(await try_to_come(meeting), AlreadyDecided), status
    assert await came(meeting) == []


async def test_who_saw_another_version_does_not_come(meeting: Meeting) -> None:
    assert isinstance(await try_to_come(meeting, change=Change(expected_version=7)), Stale)
    assert isinstance(await try_to_come(meeting, change=Change(expected_version=1)), Meeting)


async def test_a_meeting_that_is_moved_opens_at_its_new_time(meeting: Meeting, anna: Agent) -> None:
    await reschedule(
        meeting.id, Change(), start=NINE + HALF_HOUR, duration_minutes=None, actor=acting(anna), now=NOW
    )
    assert isinstance(await try_to_come(meeting, now=OPENS), TooSoon)
    assert isinstance(await try_to_come(meeting, now=OPENS + HALF_HOUR), Meeting)


async def test_one_who_comes_eight_times_at_once_came_once(meeting: Meeting) -> None:
    outcomes = await asyncio.gather(*(try_to_come(meeting) for _ in range(8)))
    assert all(isinstance(one, Meeting) for one in outcomes)
    assert len(await came(meeting)) == 1
    assert len(await told_of_arrivals()) == 2


async def test_of_coming_and_cancelling_at_once_whoever_is_second_knows_of_the_first(anna: Agent) -> None:
    target = await target_of(anna)
    for number in range(12):
        start = NINE + number * HALF_HOUR
        meeting = await booked(target, start, f"Guest{number}")

        async def call_off(meeting: Meeting = meeting, now: datetime = start - SECOND) -> Meeting:
            return await cancel(meeting.id, Change(), actor=acting(anna), now=now)

        outcome, _ = await asyncio.gather(try_to_come(meeting, now=start - SECOND), call_off())
        assert isinstance(outcome, Meeting | AlreadyDecided)
        assert len(await came(meeting)) == (1 if isinstance(outcome, Meeting) else 0)
