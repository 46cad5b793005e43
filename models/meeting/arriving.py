"""Who comes to a meeting, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import fields
from tortoise.queryset import QuerySet

from errors import AlreadyDecided, TooSoon
from models.actor import AgentActor, KnownActor
from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact
from models.meeting.changing import Change
from models.meeting.locking import lock_seen
from models.meeting.meeting import Meeting
from models.meeting.noticing import notice
from models.meeting.standing import already
from models.organization.settings import Settings
from models.transactions import transaction
from models.words import MeetingStatus
from realtime.events import Audience


class Arrival(Owned):
    """That an agent or a guest came to a meeting, and when they first did."""

    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "frontdesk.Meeting", related_name=False, on_delete=fields.CASCADE
    )
    meeting_id: int
    agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.CASCADE
    )
    agent_id: int | None
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.CASCADE
    )
    contact_id: int | None
    at = fields.DatetimeField()

    class Meta:
        table = "arrival"
        unique_together = (("meeting_id", "agent_id"), ("meeting_id", "contact_id"))

    @classmethod
    def of(cls, meeting_id: int, actor: KnownActor) -> QuerySet[Arrival]:
        """The actor's own, if they have come."""
        if isinstance(actor, AgentActor):
            return cls.filter(meeting_id=meeting_id, agent_id=actor.agent.id)
        return cls.filter(meeting_id=meeting_id, contact_id__in=Contact.same_as([actor.contact.id]))

    @classmethod
    def of_guests(cls, meeting_id: int) -> QuerySet[Arrival]:
        return cls.filter(meeting_id=meeting_id, contact_id__isnull=False)


def opening(meeting: Meeting, settings: Settings) -> datetime:
    """From when on one can come to the meeting, and guests see how to join its call."""
    return meeting.start - timedelta(minutes=settings.join_opens_minutes_before)


async def arrive(meeting_id: int, change: Change, *, actor: KnownActor, now: datetime) -> Meeting:
    """Note that the actor has come, which is no change of the meeting; whoever has come already stays so. Its agents
    hear of it at once, and so does the guest of an ordinary meeting.

    Refuses NotFound, Stale, TooSoon (it is not open yet) and AlreadyDecided (it is not to be held, or over).
    """
    async with transaction() as tx:
        meeting, _ = await lock_seen(meeting_id, change, actor=actor)
        if await Arrival.of(meeting.id, actor).exists():
            return meeting
        await _check(meeting, now=now)
        await tx.add(
            Arrival(organization_id=meeting.organization_id, meeting_id=meeting.id, at=now, **_person(actor))
        )
        # Guests of a group meeting know nothing of one another.
        of_one = meeting.is_group and not isinstance(actor, AgentActor)
        await notice(meeting, Audience.AGENTS if of_one else Audience.EVERYONE)
    return meeting


def _person(actor: KnownActor) -> dict[str, int]:
    if isinstance(actor, AgentActor):
        return {"agent_id": actor.agent.id}
    return {"contact_id": actor.contact.id}


async def _check(meeting: Meeting, *, now: datetime) -> None:
    if meeting.status is not MeetingStatus.SCHEDULED:
        raise already(meeting.status)
    if meeting.end <= now:
        raise AlreadyDecided("The meeting is over.")
    opens = opening(meeting, (await meeting.organization).settings)
    if now < opens:
        raise TooSoon(f"The meeting can be joined from {opens.isoformat()} on.", field=("meetingId",))
