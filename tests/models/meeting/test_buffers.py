"""Buffers around meetings, and meetings that are still to be accepted, as the planning rules say."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from errors import SlotTaken
from models.agent.agent import Agent
from models.claim import Claim
from models.conversation.message import Message
from models.meeting.meeting import Attendee, Meeting
from models.organization.planning import PlanningRule
from models.words import MeetingStatus, MeetingType
from tests.builders import acting
from tests.models.meeting.holding import HALF_HOUR, NINE, take, try_to_hold
from tests.models.meeting.teams import (
    a_planned_subject,
    assert_claims_are_whole,
    booked,
    target_of,
    try_to_book,
    try_to_move,
)

TEN = NINE + 2 * HALF_HOUR


async def test_a_claim_is_the_meeting_widened_by_its_buffers_and_says_what_it_counts_for(anna: Agent) -> None:
    subject = await a_planned_subject([anna], buffer_before_minutes=15, buffer_after_minutes=5)
    meeting = await booked(await target_of(anna, subject_id=subject.id))
    assert (meeting.start, meeting.buffer_before_minutes, meeting.buffer_after_minutes) == (NINE, 15, 5)
    claim = await Claim.get()
    assert (claim.starts_at, claim.ends_at) == (NINE - timedelta(minutes=15), NINE + timedelta(minutes=35))
    assert (claim.core_starts_at, claim.core_ends_at) == (NINE, NINE + HALF_HOUR)
    assert (claim.subject_id, claim.meeting_type) == (subject.id, MeetingType.VIDEO)
    await assert_claims_are_whole()


async def test_a_hold_has_the_buffers_and_the_meeting_keeps_them_though_the_rule_changes(anna: Agent) -> None:
    subject = await a_planned_subject([anna], buffer_before_minutes=15, buffer_after_minutes=5)
    target = await target_of(anna, subject_id=subject.id)
    held = await take(target)
    assert (held.start, held.end) == (NINE, NINE + HALF_HOUR)
    claim = await Claim.get()
    assert (claim.starts_at, claim.subject_id) == (NINE - timedelta(minutes=15), subject.id)
    await PlanningRule.all().update(buffer_before_minutes=0, buffer_after_minutes=60)
    meeting = await booked(await target_of(anna, subject_id=subject.id), hold_token=held.token)
    assert (meeting.buffer_before_minutes, meeting.buffer_after_minutes) == (15, 5)
    await assert_claims_are_whole()


async def test_without_buffers_the_claim_is_the_meeting(anna: Agent) -> None:
    await booked(await target_of(anna))
    claim = await Claim.get()
    assert (claim.core_starts_at, claim.core_ends_at, claim.subject_id) == (None, None, None)
    assert claim.time.start == NINE


async def test_buffers_may_touch_but_not_overlap(anna: Agent) -> None:
    subject = await a_planned_subject(
        [anna], slot_interval_minutes=15, buffer_before_minutes=15, buffer_after_minutes=15
    )
    target = await target_of(anna, subject_id=subject.id)
    await booked(target)
    for minutes in (30, 45):
        assert isinstance(await try_to_book(target, NINE + timedelta(minutes=minutes)), SlotTaken)
        assert isinstance(await try_to_hold(target, NINE + timedelta(minutes=minutes)), SlotTaken)
    await booked(target, TEN)
    await assert_claims_are_whole()


async def test_of_many_who_book_meetings_with_buffers_at_once_none_come_too_close(anna: Agent) -> None:
    subject = await a_planned_subject(
        [anna], slot_interval_minutes=10, buffer_before_minutes=10, buffer_after_minutes=5
    )
    planned, plain = await target_of(anna, subject_id=subject.id), await target_of(anna)
    tries = [(planned, NINE + timedelta(minutes=10 * n)) for n in range(24)]
    tries += [(plain, NINE + timedelta(minutes=30 * n)) for n in range(8)]
    outcomes = await asyncio.gather(
        *(try_to_book(target, start, f"Guest{n}") for n, (target, start) in enumerate(tries * 2))
    )
    assert {type(one) for one in outcomes} == {Meeting, SlotTaken}
    await assert_claims_are_whole()


async def test_a_moved_meeting_has_the_buffers_that_the_rule_says_now(anna: Agent) -> None:
    subject = await a_planned_subject([anna], buffer_after_minutes=5)
    meeting = await booked(await target_of(anna, subject_id=subject.id))
    await PlanningRule.all().update(buffer_before_minutes=10, buffer_after_minutes=20)
    moved = await try_to_move(meeting, TEN, anna)
    assert isinstance(moved, Meeting)
    assert (moved.buffer_before_minutes, moved.buffer_after_minutes) == (10, 20)
    await assert_claims_are_whole()


@pytest.mark.parametrize(
    ("by_agent", "status"), [(False, MeetingStatus.REQUESTED), (True, MeetingStatus.SCHEDULED)]
)
async def test_what_needs_acceptance_is_requested_by_a_guest_and_scheduled_by_an_agent(
    anna: Agent, by_agent: bool, status: MeetingStatus
) -> None:
    subject = await a_planned_subject([anna], needs_acceptance=True)
    target = await target_of(anna, subject_id=subject.id)
    meeting = await booked(target, actor=acting(anna) if by_agent else None)
    assert meeting.status is status
    told = await Message.filter(meeting_id=meeting.id).first()
    assert told is not None
    assert ("requested" in (told.text or "")) is not by_agent
    assert isinstance(await try_to_book(target), SlotTaken)
    await assert_claims_are_whole()


async def test_the_first_of_those_who_come_is_the_guest(anna: Agent) -> None:
    meeting = await booked(await target_of(anna))
    [guest] = await Attendee.filter(meeting_id=meeting.id)
    assert (guest.contact_id, guest.companion) == (meeting.guest_id, False)
