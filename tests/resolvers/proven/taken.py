"""What is taken at the house, as rows: meetings with their claims and guests, and holds."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from models.claim import Claim
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.meeting.meeting import Attendee, Meeting
from models.meeting.seat import SeatHold
from models.words import Channel, ConversationStatus
from tests.resolvers.proven import sketch

if TYPE_CHECKING:
    from tests.resolvers.proven.rows import Built

_tokens = count(1)


async def meet(built: Built, one: sketch.Meeting, number: int) -> Meeting:
    own: dict[str, Any] = {"organization": built.organization}
    now = built.house.now
    guest = await Contact.create(**own, name=f"Known {number}", email=f"known{number}@guests.example")
    conversation = await Conversation.create(
        **own,
        number=1_000_000 + number,
        channel=Channel.MEETING,
        status=ConversationStatus.OPEN,
        created_at=now,
        last_message_at=now,
        contact=guest,
    )
    meeting = await Meeting.create(
        **own,
        status=one.status,
        title="Meeting",
        subject=one.subject and built.subjects[one.subject],
        meeting_type=one.meeting_type,
        service=built.service if one.of_service else None,
        office=built.offices[1] if one.at_office else None,
        start=one.core.start,
        end=one.core.end,
        buffer_before_minutes=one.before,
        buffer_after_minutes=one.after,
        seats=one.seats,
        guest_time_zone="UTC",
        guest=guest,
        conversation=conversation,
    )
    await meeting.agents.add(*[built.agents[agent] for agent in one.agents])
    await Attendee.create(
        **own, meeting=meeting, contact=guest, name=guest.name, email=guest.email, seats=one.taken
    )
    if one.is_active:
        await Claim.bulk_create(_claims(built, one, meeting=meeting))
    for expires_at, seats in one.held:
        await SeatHold.create(
            **own,
            meeting=meeting,
            seats=seats,
            starts_at=meeting.start,
            ends_at=meeting.end,
            expires_at=expires_at,
            hold_hash=f"seats {next(_tokens)}",
            held_for="seats",
        )
    return meeting


async def hold(built: Built, held: sketch.Hold) -> None:
    token = f"hold {next(_tokens)}"
    await Claim.bulk_create(
        _claims(built, held.meeting, expires_at=held.expires_at, hold_hash=token, held_for="something")
    )


def _claims(built: Built, one: sketch.Meeting, **values: Any) -> list[Claim]:
    buffered = one.core != one.claimed
    return [
        Claim(
            organization=built.organization,
            agent=built.agents[number],
            starts_at=one.claimed.start,
            ends_at=one.claimed.end,
            core_starts_at=one.core.start if buffered else None,
            core_ends_at=one.core.end if buffered else None,
            subject_id=one.subject and built.subjects[one.subject].id,
            meeting_type=one.meeting_type,
            **values,
        )
        for number in sorted(one.agents)
    ]
