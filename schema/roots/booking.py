"""Booking, and what becomes of a meeting."""

from __future__ import annotations

import strawberry

from resolvers import (
    answers,
    attendance,
    booking,
    calls,
    deciding,
    holds,
    links,
    series,
)
from schema.agent import (
    InviteGuestPayload,
)
from schema.field import resolved_by
from schema.meeting import (
    BookMeetingPayload,
    BookSeriesPayload,
    MeetingPayload,
    RespondToMeetingPayload,
)
from schema.slots import HoldSlotPayload, ReleaseHoldPayload


@strawberry.type
class Booking:
    hold_slot: HoldSlotPayload = resolved_by(
        holds.hold_slot,
        description="Takes a slot for some minutes. Public, or by an agent on a guest's behalf.",
    )
    release_hold: ReleaseHoldPayload = resolved_by(
        holds.release_hold, description="Gives a held slot back; doing it again changes nothing."
    )
    book_meeting: BookMeetingPayload = resolved_by(
        booking.book_meeting,
        description="Takes a free slot, or seats of a group meeting. Public, or by an agent on a guest's behalf.",
    )
    book_series: BookSeriesPayload = resolved_by(
        series.book,
        description="Takes the starts of a recurrence rule that are free. Public, or by an agent on a guest's behalf.",
    )
    confirm_meeting: MeetingPayload = resolved_by(
        deciding.confirm_meeting,
        description="By the guest, before its `confirmationDeadline`; then it is SCHEDULED, or REQUESTED.",
    )
    accept_meeting: MeetingPayload = resolved_by(
        deciding.accept_meeting, description="What a guest has requested, by an agent who sees it."
    )
    decline_meeting: MeetingPayload = resolved_by(
        deciding.decline_meeting,
        description="What a guest has requested, by an agent who sees it; the guest is told the `reason`.",
    )
    reschedule_meeting: MeetingPayload = resolved_by(
        booking.reschedule_meeting,
        description="Another time, duration or both; by the guest or an agent. What is to be accepted is REQUESTED"
        " again after a guest's move, and SCHEDULED after an agent's.",
    )
    reassign_meeting: MeetingPayload = resolved_by(
        booking.reassign_meeting,
        description="To another agent who is free, or to the first one; by an agent who sees it and may assign.",
    )
    cancel_meeting: MeetingPayload = resolved_by(
        booking.cancel_meeting,
        description="By the guest or an agent. A guest of a group meeting leaves it, and it goes on for the others.",
    )
    create_virtual_meeting: MeetingPayload = resolved_by(
        calls.create_virtual_meeting,
        description="Has a scheduled meeting get a call soon, case by case; by its agents, and those who oversee the"
        " organization. `joinOpensAt` says that it will have one, a MeetingChange whether it could be made.",
    )
    complete_meeting: MeetingPayload = resolved_by(
        attendance.complete_meeting,
        description="It was held; by an agent, once it has begun. When its time is over, that is said by itself.",
    )
    mark_no_show: MeetingPayload = resolved_by(
        attendance.mark_no_show,
        description="No guest came, though they were waited for as long as the settings want; by an agent. Refused as"
        " TOO_SOON before, and as ALREADY_DECIDED where a guest has joined or an agent has completed it.",
    )
    join_meeting: MeetingPayload = resolved_by(
        attendance.join_meeting,
        description="The guest, or an agent, comes to the meeting: from `joinOpensMinutesBefore` its start, TOO_SOON"
        " before, until its end. Doing it again changes nothing.",
    )
    respond_to_meeting: RespondToMeetingPayload = resolved_by(
        answers.respond_to_meeting,
        description="An attendee says whether they come, by the link in their mail. It is kept, and nothing follows"
        " from it: a guest who will not come cancels or leaves the meeting.",
    )
    invite_guest: InviteGuestPayload = resolved_by(
        links.invite_guest,
        description="Mails a guest a link to choose a time by, of all that are free or of a few that are held until one"
        " is booked. By who may make such a link and book for guests.",
    )
