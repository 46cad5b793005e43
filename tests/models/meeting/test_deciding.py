"""What waits for its guest, or for an agent, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from errors import AlreadyDecided, NotAllowed, NotFound, SlotTaken
from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.claim import Claim
from models.conversation.message import Message
from models.meeting.changing import Change
from models.meeting.deciding import confirm
from models.meeting.meeting import Meeting, MeetingChange
from models.meeting.reassigning import reassign
from models.organization.planning import PlanningRule
from models.words import MeetingChangeKind, MeetingStatus
from tests.builders import a_service, acting, an_agent
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, take
from tests.models.meeting.life import (
    DEADLINE,
    accepts,
    awaited,
    confirms,
    declines,
    expire_due,
    guest_cancels,
    guest_moves,
    guests_confirm,
    kinds_of,
    setting,
    status_of,
    to_be_accepted,
)
from tests.models.meeting.teams import (
    a_planned_subject,
    a_team,
    assert_claims_are_whole,
    booked,
    target_of,
    try_to_book,
    try_to_move,
)

SECOND = timedelta(seconds=1)


async def words_of(meeting: Meeting) -> list[str | None]:
    messages = await Message.filter(meeting_id=meeting.id).order_by("seq")
    return [message.text for message in messages]


async def test_what_a_guest_books_waits_for_their_click_and_has_its_time(anna: Agent) -> None:
    meeting = await awaited(anna)
    stored = await Meeting.get(id=meeting.id)
    assert (stored.status, stored.confirmation_deadline) == (MeetingStatus.AWAITING_GUEST, DEADLINE)
    assert isinstance(await try_to_book(await target_of(anna), NINE, "Heidi"), SlotTaken)
    assert await words_of(meeting) == ["The meeting is requested; its guest has still to confirm it."]


async def test_who_confirms_in_time_has_the_meeting_for_good(anna: Agent) -> None:
    meeting = await awaited(anna)
    confirmed = await confirms(meeting, now=DEADLINE - SECOND)
    assert isinstance(confirmed, Meeting)
    assert (confirmed.status, confirmed.confirmation_deadline) == (MeetingStatus.SCHEDULED, None)
    assert isinstance(await try_to_book(await target_of(anna), NINE, "Heidi", now=DEADLINE + SECOND), SlotTaken)
    assert await expire_due(now=DEADLINE + SECOND) == 0
    assert await kinds_of(meeting) == ["BOOKED", "CONFIRMED"]
    assert isinstance(await confirms(meeting), AlreadyDecided)


async def test_after_the_timeout_the_slot_is_free_though_no_worker_has_looked(anna: Agent) -> None:
    meeting = await awaited(anna)
    target = await target_of(anna)
    request = Request(target=target, guest_zone=target.organization.zone, actor=Public())
    assert not (await ask_engine(request, now=DEADLINE - SECOND)).availability.decide(NINE).bookable
    assert (await ask_engine(request, now=DEADLINE)).availability.decide(NINE).bookable
    assert isinstance(await try_to_book(target, NINE, "Heidi", now=DEADLINE), Meeting)
    for late in (await confirms(meeting, now=DEADLINE), await guest_cancels(meeting, now=DEADLINE)):
        assert isinstance(late, AlreadyDecided)


async def test_who_confirms_by_a_clock_that_is_slow_does_not_get_what_somebody_else_has(anna: Agent) -> None:
    meeting = await awaited(anna)
    await booked(await target_of(anna), NINE, "Heidi", now=DEADLINE)
    assert isinstance(await confirms(meeting, now=NOW), AlreadyDecided)
    assert await expire_due(now=DEADLINE) == 1
    assert await status_of(meeting) == "EXPIRED"


async def test_what_has_expired_is_written_down_once(anna: Agent) -> None:
    meeting = await awaited(anna)
    assert await expire_due(now=DEADLINE - SECOND) == 0
    assert [await expire_due(now=DEADLINE) for _ in range(2)] == [1, 0]
    stored = await Meeting.get(id=meeting.id)
    assert (stored.status, stored.expires_at) == (MeetingStatus.EXPIRED, None)
    assert await kinds_of(meeting) == ["BOOKED", "EXPIRED"]
    change = await MeetingChange.get(kind=MeetingChangeKind.EXPIRED)
    assert (change.actor_agent_id, change.actor_contact_id) == (None, None)
    assert (await words_of(meeting))[-1] == "The meeting has expired: its guest has not confirmed it."
    assert await Claim.all().count() == 0


async def test_the_deadline_is_no_later_than_the_meeting(anna: Agent) -> None:
    await setting(anna.organization_id, guest_must_confirm=True, guest_confirmation_timeout_minutes=600)
    meeting = await booked(await target_of(anna))
    assert meeting.confirmation_deadline == NINE


async def test_what_an_agent_books_for_a_guest_waits_for_nobody(anna: Agent) -> None:
    await guests_confirm(anna)
    target = await to_be_accepted(anna)
    assert (await booked(target, actor=acting(anna))).status is MeetingStatus.SCHEDULED


async def test_the_guest_alone_confirms(anna: Agent) -> None:
    meeting = await awaited(anna)
    with pytest.raises(NotAllowed):
        await confirm(meeting.id, Change(), actor=acting(anna), now=NOW)
    ben = await an_agent(await anna.organization, "Ben")
    with pytest.raises(NotFound):
        await confirm(meeting.id, Change(), actor=acting(ben), now=NOW)


async def test_a_hold_becomes_a_meeting_that_is_to_be_confirmed(anna: Agent) -> None:
    await guests_confirm(anna)
    target = await target_of(anna)
    held = await take(target)
    meeting = await booked(target, hold_token=held.token)
    assert (await Claim.get(meeting_id=meeting.id)).expires_at == DEADLINE
    assert isinstance(await confirms(meeting), Meeting)
    assert (await Claim.get(meeting_id=meeting.id)).expires_at is None


async def test_the_guest_confirms_first_and_then_an_agent_accepts(anna: Agent) -> None:
    await guests_confirm(anna)
    meeting = await booked(await to_be_accepted(anna))
    assert isinstance(await accepts(meeting, anna), AlreadyDecided)
    confirmed = await confirms(meeting)
    assert isinstance(confirmed, Meeting)
    assert confirmed.status is MeetingStatus.REQUESTED
    assert isinstance(await accepts(meeting, anna, now=DEADLINE + SECOND), Meeting)
    assert await kinds_of(meeting) == ["BOOKED", "CONFIRMED", "ACCEPTED"]
    assert (await words_of(meeting))[1:] == [
        "The guest has confirmed the meeting; it is still to be accepted.",
        "The meeting is accepted.",
    ]
    await assert_claims_are_whole()


async def test_what_is_declined_gives_its_time_back_and_says_why(anna: Agent) -> None:
    target = await to_be_accepted(anna)
    meeting = await booked(target)
    declined = await declines(meeting, anna, reason="I am away.")
    assert isinstance(declined, Meeting)
    assert (declined.status, declined.expires_at) == (MeetingStatus.DECLINED, None)
    assert (await MeetingChange.get(kind=MeetingChangeKind.DECLINED)).reason == "I am away."
    assert isinstance(await try_to_book(target, NINE, "Heidi"), Meeting)
    assert isinstance(await accepts(meeting, anna), AlreadyDecided)


async def test_what_is_scheduled_is_neither_accepted_nor_declined(anna: Agent) -> None:
    meeting = await booked(await target_of(anna))
    assert isinstance(await accepts(meeting, anna), AlreadyDecided)
    assert isinstance(await declines(meeting, anna), AlreadyDecided)


async def test_what_nobody_accepts_expires_when_it_would_begin(anna: Agent) -> None:
    meeting = await booked(await to_be_accepted(anna))
    assert isinstance(await accepts(meeting, anna, now=NINE), AlreadyDecided)
    assert await expire_due(now=NINE - SECOND) == 0
    assert await expire_due(now=NINE) == 1
    assert (await words_of(meeting))[-1] == "The meeting has expired: nobody has accepted it."


async def test_a_guest_who_moves_what_was_accepted_asks_again(anna: Agent) -> None:
    meeting = await booked(await to_be_accepted(anna))
    await accepts(meeting, anna)
    moved = await guest_moves(meeting, NINE + 2 * HALF_HOUR)
    assert isinstance(moved, Meeting)
    assert (moved.status, moved.expires_at) == (MeetingStatus.REQUESTED, NINE + 2 * HALF_HOUR)
    assert (await Claim.get(meeting_id=meeting.id)).expires_at == NINE + 2 * HALF_HOUR
    assert (await words_of(meeting))[-1] == "The meeting has been moved; it is still to be accepted."
    assert isinstance(await accepts(meeting, anna), Meeting)


async def test_an_agent_who_moves_a_request_has_accepted_it(anna: Agent) -> None:
    meeting = await booked(await to_be_accepted(anna))
    moved = await try_to_move(meeting, NINE + 2 * HALF_HOUR, anna)
    assert isinstance(moved, Meeting)
    assert (moved.status, moved.expires_at) == (MeetingStatus.SCHEDULED, None)
    assert (await Claim.get(meeting_id=meeting.id)).expires_at is None


async def test_a_move_confirms_nothing(anna: Agent) -> None:
    meeting = await awaited(anna, NINE + 4 * HALF_HOUR)
    for moved in (await guest_moves(meeting, NINE), await try_to_move(meeting, NINE + HALF_HOUR, anna)):
        assert isinstance(moved, Meeting)
        assert (moved.status, moved.expires_at) == (MeetingStatus.AWAITING_GUEST, DEADLINE)


async def test_a_request_that_is_reassigned_is_the_other_agents_to_accept(anna: Agent) -> None:
    ben = (await a_team(anna, "Ben"))[1]
    subject = await a_planned_subject([anna, ben], needs_acceptance=True)
    meeting = await booked(await target_of(anna, subject_id=subject.id))
    given = await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=NOW)
    assert given.status is MeetingStatus.REQUESTED
    assert isinstance(await accepts(meeting, anna), NotFound)
    assert isinstance(await accepts(meeting, ben), Meeting)
    await assert_claims_are_whole()
    assert (await Claim.get(meeting_id=meeting.id)).expires_at is None


async def test_whether_a_move_is_to_be_accepted_is_said_by_the_rule_of_today(anna: Agent) -> None:
    meeting = await booked(await to_be_accepted(anna))
    await accepts(meeting, anna)
    await PlanningRule.all().update(needs_acceptance=False)
    moved = await guest_moves(meeting, NINE + HALF_HOUR)
    assert isinstance(moved, Meeting)
    assert moved.status is MeetingStatus.SCHEDULED


async def test_a_meeting_of_nobody_yet_takes_its_place_until_it_expires(anna: Agent) -> None:
    await guests_confirm(anna)
    service = await a_service(await anna.organization, anna, assign_on_booking=False)
    target = await target_of(service)
    meeting = await booked(target)
    assert isinstance(await try_to_book(target, NINE, "Heidi", now=DEADLINE - SECOND), SlotTaken)
    other = await booked(target, NINE, "Heidi", now=DEADLINE)
    assert isinstance(await confirms(meeting, now=NOW), AlreadyDecided)
    assert isinstance(await confirms(other, now=DEADLINE), Meeting)


async def test_a_meeting_of_nobody_yet_is_not_confirmed_where_somebody_holds_its_place(anna: Agent) -> None:
    await guests_confirm(anna)
    service = await a_service(await anna.organization, anna, assign_on_booking=False)
    target = await target_of(service)
    first, later = await booked(target), NINE + 2 * HALF_HOUR
    other = await booked(target, later, "Heidi")
    await take(target, now=DEADLINE)
    assert isinstance(await confirms(first, now=NOW), AlreadyDecided)
    assert isinstance(await confirms(other, now=NOW), Meeting)


async def test_what_has_expired_counts_for_no_limit_of_its_guest(anna: Agent) -> None:
    await setting(anna.organization_id, max_upcoming_meetings_per_guest_and_agent=1)
    await awaited(anna, NINE + 2 * HALF_HOUR)
    target = await target_of(anna)
    assert not isinstance(await try_to_book(target, NINE, now=DEADLINE - SECOND), Meeting)
    assert isinstance(await try_to_book(target, NINE, now=DEADLINE), Meeting)
