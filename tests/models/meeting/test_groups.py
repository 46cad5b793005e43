"""Group meetings: guests join until the seats are taken, alone or with others, and leave; what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from errors import HoldExpired, Invalid, NotAllowed, NotFound, SlotTaken, TooSoon, Unauthenticated
from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.target import Target
from models.claim import Claim
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.hold import Held, release
from models.idempotency import Once
from models.meeting.booking import book
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.leaving import end_empty
from models.meeting.limits import guest_limits
from models.meeting.link import current_tokens, manage_token, recognise_guest
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.meeting.seat import SeatHold, taken_seats
from models.meeting.wish import Wish
from models.organization.planning import PlanningRule
from models.words import MeetingStatus, MessageKind
from tests.builders import a_service, acting, an_agent, an_organization
from tests.models.meeting.groups import (
    HALF_HOUR,
    KEYS,
    NINE,
    NOW,
    a_class,
    class_of,
    come,
    comes,
    go,
    guest,
    guest_named,
    names_in,
    reserve,
    seats_of,
)


async def seats_listed(target: Target) -> int | None:
    """How many seats the slot at nine shows to the public; None where there is none."""
    request = Request(target=target, guest_zone=target.organization.zone, actor=Public())
    answer = (await ask_engine(request, now=NOW)).availability
    [slot] = answer.nearest(NINE, 1)
    return slot.seats_left if slot.start == NINE else None


@pytest.fixture
async def yoga(anna: Agent) -> Target:
    """Anna's class of four."""
    return await a_class(anna, seats=4)


async def test_guests_join_one_meeting_and_its_conversation(yoga: Target) -> None:
    first, second = await comes(yoga, "Grace"), await comes(yoga, "Heidi")
    assert (first.id, first.seats) == (second.id, 4)
    assert await names_in(first) == ["Grace", "Heidi"]
    conversation = await Conversation.get()
    assert conversation.contact_id is None
    members = await Member.filter(conversation_id=conversation.id, contact_id__isnull=False)
    assert len({member.contact_id for member in members}) == 2
    assert await Claim.all().count() == 1


async def test_the_slot_is_listed_with_the_seats_that_are_left_until_there_are_none(yoga: Target) -> None:
    assert await seats_listed(yoga) == 4
    for name, left in (("Grace", 3), ("Heidi", 2), ("Ivan", 1), ("Judy", None)):
        await comes(yoga, name)
        assert await seats_listed(yoga) == left
    refused = await come(yoga, "Karl")
    assert isinstance(refused, SlotTaken)
    assert refused.field == ("start",)
    assert refused.alternatives[0].start == NINE + HALF_HOUR  # type: ignore[attr-defined]


async def test_a_party_takes_a_seat_for_each_who_is_named_and_all_that_are_asked_for(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace", brings=("Tom",))
    assert (await seats_of(meeting), await names_in(meeting)) == (2, ["Grace", "Tom"])
    assert yoga.subject is not None
    [anna] = yoga.agents
    two = await class_of(anna, yoga.subject, seats=2)
    await comes(two, "Heidi")
    assert (await seats_of(meeting), await names_in(meeting)) == (4, ["Grace", "Tom", "Heidi"])
    assert await seats_listed(yoga) is None


async def test_a_party_that_does_not_fit_is_refused_and_a_smaller_one_comes(yoga: Target) -> None:
    await comes(yoga, "Grace", brings=("Tom",))
    assert isinstance(await come(yoga, "Heidi", brings=("Ivan", "Judy")), SlotTaken)
    await comes(yoga, "Heidi", brings=("Ivan",))


async def test_more_than_all_seats_cannot_be_meant(yoga: Target) -> None:
    refused = await come(yoga, "Grace", brings=("A", "B", "C", "D"))
    assert isinstance(refused, Invalid)
    assert refused.field == ("attendees",)


async def test_who_takes_part_already_cannot_join_again(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    refused = await come(yoga, "Grace")
    assert isinstance(refused, Invalid)
    assert refused.field == ("guest",)
    assert await names_in(meeting) == ["Grace"]


async def test_the_same_request_again_joins_once(yoga: Target, anna: Agent) -> None:
    await comes(yoga, "Heidi")
    once = Once(anna.organization_id, "public", "bookMeeting", "k", "the same")
    wish = Wish(target=yoga, start=NINE, guest=guest("Grace"))
    first = await book(wish, actor=Public(), now=NOW, once=once)
    again = await book(wish, actor=Public(), now=NOW, once=once)
    assert first.id == again.id
    assert await names_in(first) == ["Heidi", "Grace"]


async def test_a_guest_says_nothing_that_other_guests_would_read(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace", title="My debts", notes="I owe 40,000.")
    meeting = await comes(yoga, "Heidi", notes="I am late.")
    stored = await Meeting.get(id=meeting.id)
    assert stored.title == "Yoga"
    assert stored.notes is None
    assert [one.notes for one in await Attendee.all().order_by("id")] == ["I owe 40,000.", "I am late."]


async def test_a_conversation_of_ones_own_is_not_opened_to_others(yoga: Target, anna: Agent) -> None:
    refused = await come(yoga, "Grace", conversation_id=1)
    assert isinstance(refused, Invalid)
    assert refused.field == ("conversationId",)


async def test_the_conversation_of_a_group_is_nobodys_for_another_meeting(yoga: Target, anna: Agent) -> None:
    meeting = await comes(yoga, "Grace")
    assert yoga.subject is not None
    alone = replace(yoga, subject=None, plan=replace(yoga.plan, seats=1))
    refused = await come(alone, "Grace", conversation_id=meeting.conversation_id, start=NINE + 2 * HALF_HOUR)
    assert isinstance(refused, Invalid)


async def test_joining_asks_nothing_more_of_the_agents_day(anna: Agent) -> None:
    target = await a_class(anna, max_per_agent_per_day=1, buffer_before_minutes=10, buffer_after_minutes=10)
    assert (await comes(target, "Grace")).id == (await comes(target, "Heidi")).id


async def test_what_is_still_to_be_accepted_is_not_joined(anna: Agent) -> None:
    target = await a_class(anna, needs_acceptance=True)
    await comes(target, "Grace")
    assert isinstance(await come(target, "Heidi"), SlotTaken)


async def test_meetings_of_another_kind_are_not_joined(yoga: Target, anna: Agent) -> None:
    await comes(yoga, "Grace")
    boxing = await a_class(anna, seats=4, name="Boxing")
    assert isinstance(await come(boxing, "Heidi"), SlotTaken)


async def test_when_such_meetings_are_no_longer_for_several_what_there_is_is_not_joined(
    yoga: Target, anna: Agent
) -> None:
    await comes(yoga, "Grace")
    await PlanningRule.all().update(seats=1)
    assert yoga.subject is not None
    assert isinstance(await come(await class_of(anna, yoga.subject), "Heidi"), SlotTaken)


async def test_who_leaves_gives_the_partys_seats_back_and_the_others_stay(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace", brings=("Tom",))
    await comes(yoga, "Heidi")
    left = await go(meeting, "Grace")
    assert isinstance(left, Meeting)
    stored = await Meeting.get(id=meeting.id)
    assert stored.status is MeetingStatus.SCHEDULED
    assert await names_in(meeting) == ["Heidi"]
    assert await seats_listed(yoga) == 3
    assert stored.guest_id == (await guest_named(meeting, "Heidi")).contact.id
    assert await Claim.all().count() == 1


async def test_who_leaves_is_no_member_any_more_and_reads_nothing_more(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    grace = await guest_named(meeting, "Grace")
    assert await Message.visible_to(grace, meeting.conversation_id).exists()
    await go(meeting, "Grace")
    assert not await Conversation.visible_to(grace).exists()
    assert not await Message.visible_to(grace, meeting.conversation_id).exists()
    assert not await Meeting.visible_to(grace).exists()
    assert isinstance(await go(meeting, "Grace"), NotFound)


async def test_the_last_guest_who_leaves_ends_the_meeting_and_its_time_is_free(
    yoga: Target, anna: Agent
) -> None:
    meeting = await comes(yoga, "Grace")
    await go(meeting, "Grace")
    assert (await Meeting.get(id=meeting.id)).status is MeetingStatus.CANCELLED
    assert await Claim.all().count() == 0
    assert [change.kind async for change in MeetingChange.all().order_by("id")] == ["BOOKED", "CANCELLED"]
    assert await seats_listed(yoga) == 4


async def test_who_has_left_may_come_again(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    await go(meeting, "Grace")
    assert (await comes(yoga, "Grace")).id == meeting.id
    assert await names_in(meeting) == ["Heidi", "Grace"]


async def test_calendars_are_told_each_coming_and_going_as_something_newer(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    await go(meeting, "Heidi")
    await comes(yoga, "Heidi")
    told = [change.after["sequence"] async for change in MeetingChange.all().order_by("id") if change.after]
    assert told == [0, 1, 2, 3]
    assert (await Meeting.get(id=meeting.id)).version == 1


async def test_an_agent_cancels_for_all(yoga: Target, anna: Agent) -> None:
    meeting = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    await cancel(meeting.id, Change(), actor=acting(anna), now=NOW)
    assert (await Meeting.get(id=meeting.id)).status is MeetingStatus.CANCELLED
    assert await names_in(meeting) == ["Grace", "Heidi"]
    assert await Claim.all().count() == 0


async def test_an_agent_moves_it_for_all_and_a_guest_does_not(yoga: Target, anna: Agent) -> None:
    meeting = await comes(yoga, "Grace")
    later = NINE + 4 * HALF_HOUR
    with pytest.raises(NotAllowed):
        grace = await guest_named(meeting, "Grace")
        await reschedule(meeting.id, Change(), start=later, duration_minutes=None, actor=grace, now=NOW)
    await reschedule(meeting.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=NOW)
    assert (await comes(yoga, "Heidi", start=later)).id == meeting.id


async def test_a_meeting_that_moves_does_not_join_another(yoga: Target, anna: Agent) -> None:
    meeting = await comes(yoga, "Grace")
    other = await comes(yoga, "Heidi", start=NINE + 4 * HALF_HOUR)
    with pytest.raises(SlotTaken):
        await reschedule(
            meeting.id, Change(), start=other.start, duration_minutes=None, actor=acting(anna), now=NOW
        )
    assert await Claim.all().count() == 2


async def test_joining_counts_for_the_guests_limits_and_leaving_does_not(yoga: Target) -> None:
    organization = yoga.organization
    meeting = await comes(yoga, "Heidi")
    await comes(yoga, "Grace")
    grace = (await guest_named(meeting, "Grace")).contact
    organization.stored_settings = {"max_meetings_per_guest_per_day": 1}
    limits = await guest_limits(grace, organization, actor=Public(), now=NOW)
    assert limits is not None
    assert limits.full_days == {NINE.date()}
    await go(meeting, "Grace")
    limits = await guest_limits(grace, organization, actor=Public(), now=NOW)
    assert limits is not None
    assert limits.full_days == frozenset()


async def test_held_seats_are_taken_until_the_hold_ends(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace", brings=("Tom", "Ada"))
    held = await reserve(yoga)
    assert isinstance(held, Held)
    assert (held.start, held.end) == (meeting.start, meeting.end)
    assert await seats_listed(yoga) is None
    assert isinstance(await come(yoga, "Heidi"), SlotTaken)
    assert await taken_seats([meeting.id], now=held.expires_at) == {meeting.id: 3}
    assert (await comes(yoga, "Heidi", token=held.token)).id == meeting.id
    assert (await SeatHold.all().count(), await seats_of(meeting)) == (0, 4)


async def test_a_hold_of_seats_is_good_for_what_was_held_and_no_more(yoga: Target, anna: Agent) -> None:
    await comes(yoga, "Grace")
    held = await reserve(yoga)
    assert isinstance(held, Held)
    for refused, field in (
        (await come(yoga, "Heidi", token=held.token, brings=("Ivan",)), "attendees"),
        (await come(yoga, "Heidi", token=held.token, start=NINE + HALF_HOUR), "holdToken"),
        (await come(await a_class(anna, seats=4, name="Boxing"), "Heidi", token=held.token), "holdToken"),
    ):
        assert isinstance(refused, Invalid)
        assert refused.field == (field,)
    assert await SeatHold.all().count() == 1


async def test_a_hold_of_seats_is_of_no_use_in_another_organization(yoga: Target) -> None:
    await comes(yoga, "Grace")
    held = await reserve(yoga)
    assert isinstance(held, Held)
    eve = await an_agent(await an_organization("rival"), "Eve")
    theirs = await a_class(eve, seats=4)
    assert isinstance(await come(theirs, "Heidi", token=held.token), HoldExpired)
    assert await SeatHold.all().count() == 1


async def test_seats_that_are_given_back_are_free_and_the_token_is_spent(yoga: Target) -> None:
    await comes(yoga, "Grace")
    held = await reserve(yoga)
    assert isinstance(held, Held)
    assert [await release(held.token, now=NOW) for _ in range(2)] == [True, False]
    assert await seats_listed(yoga) == 3
    assert isinstance(await come(yoga, "Heidi", token=held.token), HoldExpired)


async def test_a_hold_ends_with_its_meeting_or_when_that_moves_away(yoga: Target, anna: Agent) -> None:
    meeting = await comes(yoga, "Grace")
    held = await reserve(yoga)
    assert isinstance(held, Held)
    later = NINE + 4 * HALF_HOUR
    await reschedule(meeting.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=NOW)
    assert await taken_seats([meeting.id], now=NOW) == {meeting.id: 1}
    refused = await come(yoga, "Heidi", token=held.token)
    assert isinstance(refused, HoldExpired)
    assert NINE in [slot.start for slot in refused.alternatives]  # type: ignore[attr-defined]


async def test_the_first_hold_of_a_class_becomes_the_class(yoga: Target) -> None:
    held = await reserve(yoga)
    assert isinstance(held, Held)
    meeting = await comes(yoga, "Grace", token=held.token, brings=("Tom",))
    assert (meeting.seats, await seats_of(meeting)) == (4, 2)
    assert (await comes(yoga, "Heidi")).id == meeting.id


async def test_a_meeting_waits_for_who_holds_seats_in_it_and_ends_when_nobody_came(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    held = await reserve(yoga)
    assert isinstance(held, Held)
    await go(meeting, "Grace")
    assert (await Meeting.get(id=meeting.id)).status is MeetingStatus.SCHEDULED
    assert await end_empty(now=held.expires_at - timedelta(seconds=1)) == 0
    assert await end_empty(now=held.expires_at) == 1
    assert (await Meeting.get(id=meeting.id)).status is MeetingStatus.CANCELLED
    assert await Claim.all().count() == 0


async def test_an_empty_meeting_ends_as_the_seats_held_in_it_are_given_back(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    held = await reserve(yoga)
    assert isinstance(held, Held)
    await go(meeting, "Grace")
    await release(held.token, now=NOW)
    assert (await Meeting.get(id=meeting.id)).status is MeetingStatus.CANCELLED


async def test_a_meeting_with_guests_never_ends_by_itself(yoga: Target) -> None:
    await comes(yoga, "Grace")
    await comes(yoga, "Heidi", start=NINE + HALF_HOUR)
    assert await end_empty(now=NOW) == 0


async def test_every_guest_has_a_link_of_their_own(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    guests = [await guest_named(meeting, name) for name in ("Grace", "Heidi")]
    tokens = [manage_token(meeting, one.contact.id, keys=KEYS) for one in guests]
    assert len(set(tokens)) == 2
    assert [await recognise_guest(token, keys=KEYS) for token in tokens] == guests


async def test_a_link_is_good_as_long_as_the_guest_takes_part(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    grace, heidi = [await guest_named(meeting, name) for name in ("Grace", "Heidi")]
    token = manage_token(meeting, grace.contact.id, keys=KEYS)
    await go(meeting, "Grace")
    with pytest.raises(Unauthenticated):
        await recognise_guest(token, keys=KEYS)
    places = [place for guest in (grace, heidi) if (place := guest.place)]
    assert list(await current_tokens(places, keys=KEYS)) == [heidi.place]
    await comes(yoga, "Grace")
    assert await recognise_guest(token, keys=KEYS) == grace


async def test_nobody_has_the_link_of_who_does_not_come_or_of_the_whole_meeting(
    yoga: Target, anna: Agent
) -> None:
    meeting = await comes(yoga, "Grace", brings=("Tom",))
    elsewhere = await comes(yoga, "Heidi", start=NINE + HALF_HOUR)
    heidi = await guest_named(elsewhere, "Heidi")
    meeting.seats = 1
    whole = manage_token(meeting, heidi.contact.id, keys=KEYS)
    meeting.seats = 4
    for token in (manage_token(meeting, heidi.contact.id, keys=KEYS), whole):
        with pytest.raises(Unauthenticated):
            await recognise_guest(token, keys=KEYS)


async def test_past_and_begun_meetings_are_not_joined(yoga: Target) -> None:
    await comes(yoga, "Grace")
    wish = Wish(target=yoga, start=NINE, guest=guest("Heidi"))
    with pytest.raises(TooSoon):
        await book(wish, actor=Public(), now=NINE + timedelta(minutes=1))


async def test_an_agent_brings_guests_into_a_meeting(yoga: Target, anna: Agent) -> None:
    meeting = await comes(yoga, "Grace", by=acting(anna), title="Yoga for all")
    assert (await comes(yoga, "Heidi", by=acting(anna))).id == meeting.id
    assert (await Meeting.get(id=meeting.id)).title == "Yoga for all"
    joined = await MeetingChange.get(kind="ATTENDEE_JOINED")
    assert (joined.actor_agent_id, joined.actor_contact_id) == (anna.id, None)


async def test_the_conversation_says_that_somebody_came_and_not_who(yoga: Target) -> None:
    meeting = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    await go(meeting, "Heidi")
    said = [message.text async for message in Message.filter(kind=MessageKind.SYSTEM).order_by("seq")]
    assert said == [
        "The meeting is booked.",
        "A guest has joined the meeting.",
        "A guest has left the meeting.",
    ]


async def test_a_class_of_a_service_is_taught_by_who_has_it_even_when_they_have_gone(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    service = await a_service(await anna.organization, anna, ben)
    target = await a_class(service, anna, ben, seats=4)
    meeting = await comes(target, "Grace")
    assert (await comes(target, "Heidi")).id == meeting.id
    assert [agent.id for agent in await meeting.agents.all()] in ([anna.id], [ben.id])
