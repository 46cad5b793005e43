"""Who is reminded of a meeting, when, and that nobody is twice: whatever workers do, and die of."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from models.agent.agent import Agent
from models.conversation.message import Message
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.deciding import accept
from models.meeting.meeting import Meeting, MeetingChange
from models.meeting.reminding import Reminder, due_reminders, remind
from models.organization.organization import Organization
from models.words import Direction, MeetingChangeKind, MeetingStatus, MessageKind, SystemEvent
from tests.builders import MONDAY, Clock, acting, an_agent, an_organization
from tests.jobs.conftest import Jobs, books

ROOT = Path(__file__).parents[2]
# Booked on Monday at eight, for Thursday at ten.
START = MONDAY + timedelta(days=3, hours=2)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
async def meeting(anna: Agent, jobs: Jobs, clock: Clock) -> Meeting:
    return await books(anna, START, now=clock())


async def times(meeting: Meeting) -> list[datetime]:
    """When everyone was reminded of the meeting."""
    changes = MeetingChange.filter(meeting_id=meeting.id, kind=MeetingChangeKind.REMINDED).order_by("id")
    return [change.at for change in await changes]


async def passing(clock: Clock, jobs: Jobs, *, until: datetime, step: timedelta = 10 * MINUTE) -> None:
    """Time passes, with a worker that looks what is due at every step."""
    while clock.now < until:
        clock.now += step
        await jobs.run_periodic("meetings.remind")


async def have(organization: Organization, *minutes: int) -> None:
    """The organization reminds so many minutes before a meeting."""
    stored = {**organization.stored_settings, "reminder_minutes_before": list(minutes)}
    await Organization.filter(id=organization.id).update(stored_settings=stored)


async def test_everyone_is_reminded_a_day_and_an_hour_before_each_once(
    meeting: Meeting, jobs: Jobs, clock: Clock
) -> None:
    await passing(clock, jobs, until=START + HOUR, step=30 * MINUTE)
    assert await times(meeting) == [START - DAY, START - HOUR]


async def test_a_reminder_is_said_in_the_conversation(meeting: Meeting, jobs: Jobs, clock: Clock) -> None:
    clock.now = START - DAY
    await jobs.run_periodic("meetings.remind")
    [message] = await Message.filter(
        conversation_id=meeting.conversation_id, system_event=SystemEvent.MEETING_REMINDER
    )
    assert (message.meeting_id, message.at) == (meeting.id, START - DAY)


async def test_nobody_is_reminded_before_it_is_time(meeting: Meeting, jobs: Jobs, clock: Clock) -> None:
    clock.now = START - DAY - MINUTE
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == []


async def test_a_reminder_that_changes_nothing_leaves_the_calendar_entry_as_it_is(
    meeting: Meeting, jobs: Jobs, clock: Clock
) -> None:
    clock.now = START - DAY
    await jobs.run_periodic("meetings.remind")
    now = await Meeting.get(id=meeting.id)
    assert (now.version, now.sequence) == (meeting.version, meeting.sequence)


async def test_of_a_meeting_booked_after_the_time_of_a_reminder_only_later_ones_are_sent(
    anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    soon = await books(anna, MONDAY + 3 * HOUR, now=clock())
    very_soon = await books(anna, MONDAY + HOUR, now=clock())
    await passing(clock, jobs, until=MONDAY + 4 * HOUR)
    assert await times(soon) == [MONDAY + 2 * HOUR]
    assert await times(very_soon) == []


async def test_reminders_move_with_the_meeting(meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock) -> None:
    await passing(clock, jobs, until=START - DAY, step=HOUR)
    later = START + DAY + HOUR
    await reschedule(meeting.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=clock())
    await passing(clock, jobs, until=later, step=30 * MINUTE)
    assert await times(meeting) == [START - DAY, later - DAY, later - HOUR]


async def test_of_a_start_that_was_told_after_a_reminders_time_only_later_ones_are_sent(
    meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    clock.now = START - DAY - HOUR
    sooner = START - HOUR
    await reschedule(meeting.id, Change(), start=sooner, duration_minutes=None, actor=acting(anna), now=clock())
    await passing(clock, jobs, until=START)
    assert await times(meeting) == [sooner - HOUR]


async def test_a_meeting_that_is_moved_there_and_back_is_reminded_of_once(
    meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await passing(clock, jobs, until=START - DAY, step=HOUR)
    for start in (START + HOUR, START):
        clock.advance(minutes=1)
        await reschedule(
            meeting.id, Change(), start=start, duration_minutes=None, actor=acting(anna), now=clock()
        )
    clock.now = START - DAY + 10 * MINUTE
    await passing(clock, jobs, until=START)
    assert await times(meeting) == [START - DAY, START - HOUR]


async def test_a_meeting_with_another_duration_is_reminded_of_as_before(
    meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    clock.now = START - DAY + MINUTE
    await reschedule(meeting.id, Change(), start=None, duration_minutes=60, actor=acting(anna), now=clock())
    await jobs.run_periodic("meetings.remind")
    clock.now = START - HOUR
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == [START - DAY + MINUTE, START - HOUR]


@pytest.mark.parametrize("longer", [False, True])
async def test_of_a_request_that_is_accepted_after_a_reminders_time_only_later_ones_are_sent(
    longer: bool, meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await Meeting.filter(id=meeting.id).update(status=MeetingStatus.REQUESTED, expires_at=START)
    clock.now = START - DAY + MINUTE
    if longer:  # by which an agent accepts it as well
        await reschedule(meeting.id, Change(), start=None, duration_minutes=60, actor=acting(anna), now=clock())
    else:
        await accept(meeting.id, Change(), actor=acting(anna), now=clock())
    await passing(clock, jobs, until=START, step=9 * MINUTE)
    [reminded] = await times(meeting)
    assert START - HOUR <= reminded < START - HOUR + 9 * MINUTE


async def test_of_a_cancelled_meeting_nobody_is_reminded(
    meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
    clock.now = START - DAY
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == []


@pytest.mark.parametrize("status", [one for one in MeetingStatus if one is not MeetingStatus.SCHEDULED])
async def test_nobody_is_reminded_of_a_meeting_that_is_not_settled_or_over(
    meeting: Meeting, status: MeetingStatus, jobs: Jobs, clock: Clock
) -> None:
    await Meeting.filter(id=meeting.id).update(status=status)
    clock.now = START - DAY
    await jobs.run_periodic("meetings.remind")
    assert not await remind(meeting.id, now=clock())
    assert await times(meeting) == []


async def test_a_late_worker_sends_the_last_of_the_reminders_that_are_due(
    meeting: Meeting, jobs: Jobs, clock: Clock
) -> None:
    clock.now = START - 5 * MINUTE
    await jobs.run_periodic("meetings.remind")
    [reminder] = await Reminder.all()
    assert (reminder.minutes_before, await times(meeting)) == (60, [START - 5 * MINUTE])


async def test_a_worker_that_is_hours_late_still_reminds(meeting: Meeting, jobs: Jobs, clock: Clock) -> None:
    clock.now = START - DAY + 8 * HOUR
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == [START - DAY + 8 * HOUR]


async def test_nobody_is_reminded_of_what_has_begun(meeting: Meeting, jobs: Jobs, clock: Clock) -> None:
    clock.now = START
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == []


async def test_a_reminder_that_is_a_day_late_is_not_sent(
    meeting: Meeting, organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    await have(organization, 3 * 1440)
    clock.now = START - 2 * DAY
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == []


async def test_new_settings_count_for_meetings_that_are_booked_already(
    meeting: Meeting, organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    await have(organization, 120, 30)
    await passing(clock, jobs, until=START, step=30 * MINUTE)
    assert await times(meeting) == [START - 2 * HOUR, START - HOUR / 2]


async def test_who_was_reminded_is_not_reminded_again_because_that_would_be_earlier_now(
    meeting: Meeting, organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    clock.now = START - DAY
    await jobs.run_periodic("meetings.remind")
    await have(organization, 1500, 60)
    await passing(clock, jobs, until=START, step=30 * MINUTE)
    assert await times(meeting) == [START - DAY, START - HOUR]


async def test_an_organization_without_reminders_sends_none_and_others_theirs(
    meeting: Meeting, organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    theirs = await books(await an_agent(await an_organization("other"), "Olga"), START, now=clock())
    await have(organization)
    await passing(clock, jobs, until=START, step=HOUR)
    assert await times(meeting) == []
    assert await times(theirs) == [START - DAY, START - HOUR]


async def test_however_many_are_due_all_are_sent_in_batches(
    meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    others = [await books(anna, START + n * HOUR / 2, now=clock()) for n in range(1, 4)]
    clock.now = START + 2 * HOUR - DAY
    first = await due_reminders(now=clock(), limit=2)
    then = await due_reminders(now=clock(), after=first[-1], limit=2)
    assert [one.meeting_id for one in first + then] == [meeting.id, *(one.id for one in others)]
    assert await due_reminders(now=clock(), after=then[-1], limit=2) == []


async def test_a_meeting_that_cannot_be_reminded_of_holds_up_no_other(
    meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    other = await books(anna, START + HOUR, now=clock())
    conversation = await meeting.conversation
    await Message.create(  # the number that the conversation's next message would have
        organization_id=conversation.organization_id, conversation=conversation, seq=conversation.last_seq + 1,
        kind=MessageKind.SYSTEM, direction=Direction.OUTBOUND, at=clock(),
    )  # fmt: skip
    clock.now = START + HOUR - DAY
    with capture_logs() as log:
        await jobs.run_periodic("meetings.remind")
    assert [line["meeting_id"] for line in log if line["event"] == "meeting.not_reminded"] == [meeting.id]
    assert len(await times(other)) == 1
