"""How meetings end: held or missed, by agents or by themselves, once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from errors import AlreadyDecided, NotAllowed, NotFound, Refused, Stale, TooSoon
from models.agent.agent import Agent
from models.claim import Claim
from models.conversation.message import Message
from models.event import EventRow
from models.meeting.arriving import Arrival
from models.meeting.changing import Change, cancel
from models.meeting.ending import complete_ended, ended_meetings
from models.meeting.meeting import Meeting, MeetingChange
from models.meeting.standing import already
from models.organization.office import Office
from models.organization.organization import Organization
from models.words import MeetingChangeKind, MeetingStatus, Role
from realtime.events import EventKind, inbox_topic
from tests.builders import acting, an_agent
from tests.models.meeting.attending import (
    OVER,
    WAITED,
    kinds,
    try_to_come,
    try_to_complete,
    try_to_miss,
)
from tests.models.meeting.groups import a_class, comes, guest_named
from tests.models.meeting.holding import HALF_HOUR, NINE
from tests.models.meeting.teams import booked, target_of

SECOND = timedelta(seconds=1)


@pytest.fixture
async def meeting(anna: Agent) -> Meeting:
    return await booked(await target_of(anna))


async def status_of(meeting: Meeting) -> MeetingStatus:
    return (await Meeting.get(id=meeting.id)).status


async def said_of(meeting: Meeting) -> list[str | None]:
    return [one.text for one in await Message.filter(conversation_id=meeting.conversation_id).order_by("seq")]


async def test_an_agent_completes_it_once_it_has_begun(meeting: Meeting, anna: Agent) -> None:
    assert isinstance(await try_to_complete(meeting, by=anna, now=NINE - SECOND), TooSoon)
    done = await try_to_complete(meeting, by=anna, now=NINE, change=Change(reason="All clear."))
    assert isinstance(done, Meeting)
    assert (done.status, done.version, done.sequence) == (MeetingStatus.COMPLETED, 2, 0)
    change = await MeetingChange.get(kind=MeetingChangeKind.COMPLETED)
    assert (change.actor_agent_id, change.reason, change.before, change.after) == (
        anna.id,
        "All clear.",
        {**(change.after or {}), "status": "SCHEDULED"},
        {**(change.before or {}), "status": "COMPLETED"},
    )
    assert (await said_of(meeting))[-1] == "The meeting was held."


async def test_what_was_held_goes_on_counting(meeting: Meeting, anna: Agent) -> None:
    await try_to_complete(meeting, by=anna)
    assert await Claim.filter(meeting_id=meeting.id).count() == 1


async def test_the_guest_is_missed_only_after_they_were_waited_for(meeting: Meeting, anna: Agent) -> None:
    early = await try_to_miss(meeting, by=anna, now=WAITED - SECOND)
    assert isinstance(early, TooSoon)
    assert early.message == f"The guest may come until {WAITED.isoformat()}."
    missed = await try_to_miss(meeting, by=anna)
    assert isinstance(missed, Meeting)
    assert (missed.status, missed.version) == (MeetingStatus.NO_SHOW, 2)
    assert (await said_of(meeting))[-1] == "The meeting was missed: no guest came."


async def test_how_long_the_guest_is_waited_for_the_settings_say(
    meeting: Meeting, anna: Agent, organization: Organization
) -> None:
    stored = {**organization.stored_settings, "max_waiting_minutes": 5}
    await Organization.filter(id=organization.id).update(stored_settings=stored)
    five = NINE + timedelta(minutes=5)
    assert isinstance(await try_to_miss(meeting, by=anna, now=five - SECOND), TooSoon)
    assert isinstance(await try_to_miss(meeting, by=anna, now=five), Meeting)


async def test_a_guest_who_has_come_is_not_missed(meeting: Meeting, anna: Agent) -> None:
    await try_to_come(meeting, as_=acting(anna))
    await try_to_come(meeting, now=NINE)
    outcome = await try_to_miss(meeting, by=anna)
    assert isinstance(outcome, AlreadyDecided)
    assert outcome.message == "The guest has come."
    assert await status_of(meeting) is MeetingStatus.SCHEDULED


async def test_that_an_agent_has_come_is_no_reason_not_to_miss_the_guest(meeting: Meeting, anna: Agent) -> None:
    await try_to_come(meeting, as_=acting(anna))
    assert isinstance(await try_to_miss(meeting, by=anna), Meeting)


async def test_a_group_meeting_is_missed_only_if_nobody_came(anna: Agent) -> None:
    yoga = await a_class(anna, seats=4)
    lesson = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    await try_to_come(lesson, as_=await guest_named(lesson, "Heidi"))
    assert isinstance(await try_to_miss(lesson, by=anna), AlreadyDecided)


async def test_what_has_ended_does_not_end_again(meeting: Meeting, anna: Agent) -> None:
    for status in set(MeetingStatus) - {MeetingStatus.SCHEDULED, MeetingStatus.COMPLETED}:
        await Meeting.filter(id=meeting.id).update(status=status)
        assert isinstance(await try_to_complete(meeting, by=anna), AlreadyDecided), status
        assert isinstance(await try_to_miss(meeting, by=anna), AlreadyDecided), status
        assert not await complete_ended(meeting.id, now=OVER), status
    assert await kinds(meeting) == ["BOOKED"]


async def test_only_who_sees_the_meeting_in_this_version_ends_it(meeting: Meeting, anna: Agent) -> None:
    zoe, stale = await an_agent(await anna.organization, "Zoe"), Change(expected_version=7)
    assert isinstance(await try_to_complete(meeting, by=zoe), NotFound)
    assert isinstance(await try_to_miss(meeting, by=zoe), NotFound)
    assert isinstance(await try_to_complete(meeting, by=anna, change=stale), Stale)
    assert isinstance(await try_to_miss(meeting, by=anna, change=stale), Stale)
    assert await status_of(meeting) is MeetingStatus.SCHEDULED


async def test_agents_whose_role_changes_no_meetings_do_not_end_it_and_may_come_to_it(
    meeting: Meeting, anna: Agent, organization: Organization
) -> None:
    stored = {**organization.stored_settings, "can_edit_meetings": ["ADMINISTRATOR"]}
    await Organization.filter(id=organization.id).update(stored_settings=stored)
    assert isinstance(await try_to_complete(meeting, by=anna), NotAllowed)
    assert isinstance(await try_to_miss(meeting, by=anna), NotAllowed)
    assert isinstance(await try_to_come(meeting, as_=acting(anna)), Meeting)
    ada = await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)
    assert isinstance(await try_to_complete(meeting, by=ada), Meeting)


async def test_a_manager_of_other_offices_does_not_end_it(
    meeting: Meeting, anna: Agent, organization: Organization
) -> None:
    here, there = [
        await Office.create(organization=organization, name=name, time_zone="Europe/Rome")
        for name in ("Here", "There")
    ]
    max_, mia = [await an_agent(organization, name, role=Role.MANAGER) for name in ("Max", "Mia")]
    await anna.offices.add(here)
    await max_.offices.add(there)
    await mia.offices.add(here)
    assert isinstance(await try_to_complete(meeting, by=max_), NotAllowed)
    assert isinstance(await try_to_miss(meeting, by=max_), NotAllowed)
    assert isinstance(await try_to_complete(meeting, by=mia), Meeting)


async def test_when_its_time_is_over_it_is_completed_by_itself_without_a_word(
    meeting: Meeting, anna: Agent
) -> None:
    before = await said_of(meeting)
    assert await ended_meetings(now=OVER - SECOND, limit=10) == []
    assert not await complete_ended(meeting.id, now=OVER - SECOND)
    assert await ended_meetings(now=OVER, limit=10) == [meeting.id]
    assert await complete_ended(meeting.id, now=OVER)
    assert await status_of(meeting) is MeetingStatus.COMPLETED
    change = await MeetingChange.get(kind=MeetingChangeKind.COMPLETED)
    assert (change.actor_agent_id, change.actor_contact_id, change.at) == (None, None, OVER)
    assert await said_of(meeting) == before
    heard = await EventRow.filter(topic=inbox_topic(anna.id), kind=EventKind.MEETING_CHANGED).order_by("-seq")
    assert heard[0].ids == {"meeting": meeting.id, "change": change.id}


async def test_what_is_still_to_be_decided_is_not_completed_by_itself(meeting: Meeting) -> None:
    for status in (MeetingStatus.REQUESTED, MeetingStatus.AWAITING_GUEST, MeetingStatus.CANCELLED):
        await Meeting.filter(id=meeting.id).update(status=status)
        assert await ended_meetings(now=OVER, limit=10) == []
        assert not await complete_ended(meeting.id, now=OVER)


async def test_a_guest_can_still_be_missed_when_it_was_completed_by_itself(
    meeting: Meeting, anna: Agent
) -> None:
    await complete_ended(meeting.id, now=OVER)
    assert isinstance(await try_to_miss(meeting, by=anna, now=OVER), Meeting)
    assert await kinds(meeting) == ["BOOKED", "COMPLETED", "NO_SHOW"]


async def test_a_guest_is_not_missed_when_an_agent_has_completed_it(meeting: Meeting, anna: Agent) -> None:
    await try_to_complete(meeting, by=anna)
    assert isinstance(await try_to_miss(meeting, by=anna, now=OVER), AlreadyDecided)


async def test_a_guest_who_came_is_not_missed_after_it_was_completed_by_itself(
    meeting: Meeting, anna: Agent
) -> None:
    await try_to_come(meeting)
    await complete_ended(meeting.id, now=OVER)
    assert isinstance(await try_to_miss(meeting, by=anna, now=OVER), AlreadyDecided)


async def test_of_many_workers_at_once_one_completes_it(meeting: Meeting) -> None:
    done = await asyncio.gather(*(complete_ended(meeting.id, now=OVER) for _ in range(8)))
    assert sorted(done) == [False] * 7 + [True]
    assert await kinds(meeting) == ["BOOKED", "COMPLETED"]


async def test_of_all_who_end_it_at_once_one_wins_and_the_others_are_told(anna: Agent) -> None:
    target = await target_of(anna)

    async def call_off(meeting: Meeting, now: datetime) -> Meeting | Refused:
        try:
            return await cancel(meeting.id, Change(), actor=acting(anna), now=now)
        except Refused as refused:
            return refused

    for number in range(12):
        start = NINE + number * HALF_HOUR
        meeting = await booked(target, start, f"Guest{number}")
        # A meeting that has begun is not cancelled: the one who cancels looked at the clock a moment earlier.
        verbs: list[Callable[[], Awaitable[Meeting | Refused]]] = [
            lambda m=meeting, t=start: try_to_complete(m, by=anna, now=t),  # type: ignore[misc]
            lambda m=meeting, t=start: try_to_miss(m, by=anna, now=t + HALF_HOUR / 2),  # type: ignore[misc]
            lambda m=meeting, t=start: call_off(m, t - SECOND),  # type: ignore[misc]
        ]
        order = verbs[number % 3 :] + verbs[: number % 3]
        outcomes = await asyncio.gather(*(verb() for verb in order))
        assert sum(isinstance(one, Meeting) for one in outcomes) == 1, outcomes
        assert {type(one) for one in outcomes} == {Meeting, AlreadyDecided}
        assert len(await kinds(meeting)) == 2


async def test_of_coming_and_missing_at_once_one_wins(anna: Agent) -> None:
    target = await target_of(anna)
    for number in range(12):
        start = NINE + number * HALF_HOUR
        meeting, now = await booked(target, start, f"Guest{number}"), start + HALF_HOUR / 2
        came, missed = await asyncio.gather(
            try_to_come(meeting, now=now), try_to_miss(meeting, by=anna, now=now)
        )
        assert isinstance(came, Meeting) != isinstance(missed, Meeting), (came, missed)
        assert {type(came), type(missed)} == {Meeting, AlreadyDecided}
        there = await Arrival.filter(meeting_id=meeting.id).exists()
        assert there == isinstance(came, Meeting)
        assert (await status_of(meeting) is MeetingStatus.NO_SHOW) == isinstance(missed, Meeting)


def test_every_status_has_words_of_its_own_for_what_it_refuses() -> None:
    told = {already(status).message for status in MeetingStatus}
    assert len(told) == len(MeetingStatus)
    assert {already(MeetingStatus.CANCELLED).message, already(MeetingStatus.EXPIRED).message} == {
        "The meeting was cancelled.",
        "The meeting has expired.",
    }
