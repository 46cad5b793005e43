"""A meeting, its agents, its attendees and the record of every change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models.actor import Actor, AgentActor, GuestActor, SignedInGuest
from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.meeting.series import MeetingSeries
from models.meeting.showing import shown_to
from models.meeting.standing import Standing
from models.organization.office import Office
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.words import (
    AttendeeResponse,
    DeliveryState,
    Direction,
    MeetingChangeKind,
    MeetingStatus,
    MeetingType,
    Role,
)


class Meeting(Owned):
    """`sequence` is the revision of the calendar entry (RFC 5545 §3.8.7.4); `link_key` renews the manage link.

    One of more than one of `seats` is a group meeting, which guests join until it is full. It has no agents while it
    is unassigned. Its buffers are those of the planning rule by which it was booked. `expires_at` is when one that is
    still to be confirmed, or to be accepted, ends by itself; with its status it changes by `stand` alone. `call_state`
    says whether it has the call that it is to have, None where it is to have none, and `join_url` and what follows how
    to join it.
    """

    status = fields.CharEnumField(MeetingStatus, max_length=20, default=MeetingStatus.SCHEDULED)
    version = fields.IntField(default=1)
    sequence = fields.IntField(default=0)
    link_key = fields.IntField(default=0)
    origin = fields.CharEnumField(Direction, max_length=10, default=Direction.INBOUND)
    title = fields.CharField(max_length=200)
    notes = fields.TextField(null=True)
    subject: fields.ForeignKeyNullableRelation[Subject] = fields.ForeignKeyField(
        "frontdesk.Subject", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    subject_id: int | None
    meeting_type = fields.CharEnumField(MeetingType, max_length=10, default=MeetingType.VIDEO)
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    service_id: int | None
    office: fields.ForeignKeyNullableRelation[Office] = fields.ForeignKeyField(
        "frontdesk.Office", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    office_id: int | None
    language = fields.CharField(max_length=35, default="en")
    start = fields.DatetimeField()
    end = fields.DatetimeField()
    buffer_before_minutes = fields.IntField(default=0)
    buffer_after_minutes = fields.IntField(default=0)
    seats = fields.IntField(default=1)
    expires_at = fields.DatetimeField(null=True)
    call_state = fields.CharEnumField(DeliveryState, max_length=12, null=True)
    join_url = fields.TextField(null=True)
    join_password = fields.CharField(max_length=100, null=True)
    dial_in = fields.TextField(null=True)
    series: fields.ForeignKeyNullableRelation[MeetingSeries] = fields.ForeignKeyField(
        "frontdesk.MeetingSeries", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    series_id: int | None
    guest_time_zone = fields.CharField(max_length=64)
    guest: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name="meetings", on_delete=fields.RESTRICT
    )
    guest_id: int
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name="meetings", on_delete=fields.RESTRICT
    )
    conversation_id: int
    agents: fields.ManyToManyRelation[Agent] = fields.ManyToManyField(
        "frontdesk.Agent", through="meeting_agent", related_name="meetings"
    )
    attendees: fields.ReverseRelation[Attendee]
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "meeting"
        indexes = (("organization_id", "start"), ("guest_id",))

    @classmethod
    def visible_to(cls, actor: Actor) -> QuerySet[Meeting]:
        """The meetings that the actor may see: all of the organization for those who oversee or plan it; to an
        agent their own and those of their services, where nobody has it yet those whose language they speak, if the
        organization shows these; to a guest the one whose link they hold, or all of theirs where they have signed in,
        a group meeting as long as they take part."""
        match actor:
            case AgentActor(agent=agent) if actor.sees_all or agent.role is Role.BOOKING_MANAGER:
                return cls.filter(organization_id=agent.organization_id)
            case AgentActor(agent=agent):
                services = ServiceMember.filter(agent_id=agent.id).values("service_id")
                mine = Meeting.filter(agents__id=agent.id).values("id")
                own = cls.filter(organization_id=agent.organization_id).annotate(is_shown=shown_to(agent))
                return own.filter(
                    Q(id__in=Subquery(mine)) | Q(service_id__in=Subquery(services), is_shown=True)
                )
            case SignedInGuest():
                contacts = Contact.same_as(actor.contact_ids)
                places = Attendee.filter(contact_id__in=contacts, companion=False, left_at__isnull=True)
                return cls.filter(
                    id__in=Subquery(places.values("meeting_id")), organization_id=actor.organization_id
                )
            case GuestActor():
                contacts = Contact.same_as(actor.contact_ids)
                places = Attendee.filter(contact_id__in=contacts, companion=False, left_at__isnull=True)
                return cls.filter(
                    Q(seats=1) | Q(id__in=Subquery(places.values("meeting_id"))),
                    organization_id=actor.organization_id,
                    id=actor.meeting_id,
                )
            case _:
                return cls.filter(id__in=[])

    @classmethod
    def in_conversations(cls, ids: Collection[int], actor: Actor) -> QuerySet[Meeting]:
        """The meetings of conversations that the actor reads: to a guest, those that they see; to agents, also what
        others have, but not what nobody has yet and is not shown to them."""
        if not isinstance(actor, AgentActor):
            return cls.visible_to(actor).filter(conversation_id__in=list(ids))
        rows = cls.filter(conversation_id__in=list(ids))
        if actor.sees_all or actor.agent.role is Role.BOOKING_MANAGER:
            return rows
        return rows.annotate(is_shown=shown_to(actor.agent)).filter(is_shown=True)

    @property
    def is_group(self) -> bool:
        """Whether guests join it, and leave it, by themselves."""
        return self.seats > 1

    @property
    def duration_minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)

    @property
    def uid(self) -> str:
        """Its name in all calendars of the world, the same for its whole life (RFC 7986 §5.3)."""
        return str(uuid5(NAMESPACE_URL, f"frontdesk:{self.id}:{self.created_at.astimezone(UTC).isoformat()}"))

    @property
    def confirmation_deadline(self) -> datetime | None:
        """Until when the guest has to confirm it."""
        return self.expires_at if self.status is MeetingStatus.AWAITING_GUEST else None

    @property
    def standing(self) -> Standing:
        return Standing(self.status, self.expires_at)

    def stand(self, standing: Standing) -> None:
        self.status, self.expires_at = standing.status, standing.expires_at

    def has_expired(self, now: datetime) -> bool:
        """Whether it has ended by itself, even if that is not written down yet."""
        return self.expires_at is not None and self.expires_at <= now


class Attendee(Owned):
    """Somebody who comes along: a guest, `contact`, or one of those whom that guest brings (`companion`).

    Together they are a party, of which the guest takes also the seats that nobody is named for. In a group meeting each
    party has notes and a time zone of its own, its guest's. Who has left one is kept, and counts for nothing.
    """

    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "frontdesk.Meeting", related_name="attendees", on_delete=fields.CASCADE
    )
    meeting_id: int
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.CASCADE
    )
    contact_id: int | None
    companion = fields.BooleanField(default=False)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=320, null=True)
    response = fields.CharEnumField(AttendeeResponse, max_length=15, default=AttendeeResponse.NEEDS_ACTION)
    answered_at = fields.DatetimeField(null=True)
    seats = fields.IntField(default=1)
    time_zone = fields.CharField(max_length=64, null=True)
    notes = fields.TextField(null=True)
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attendee"
        indexes = (("email",),)

    @classmethod
    def guests_of(cls, *meeting_ids: int) -> QuerySet[Attendee]:
        """The guests who take part, in the order in which they came; without those whom they bring."""
        return cls.filter(meeting_id__in=meeting_ids, companion=False, left_at__isnull=True).order_by("id")


class MeetingChange(Owned):
    """What happened to a meeting, by whom; no actor agent and no actor contact is the system itself.

    Of what other guests of a group meeting are not told, `party` is the guest whom it concerns. Where somebody
    has looked for them, `agents` had the meeting after it, and `former` have it no longer since, and it is known
    whether those who are brought along to an ordinary meeting had heard of it before.
    """

    agents: Sequence[Agent] = ()
    former: Sequence[Agent] = ()
    is_known_to_companions: bool = False

    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "frontdesk.Meeting", related_name="changes", on_delete=fields.CASCADE
    )
    meeting_id: int
    at = fields.DatetimeField()
    kind = fields.CharEnumField(MeetingChangeKind, max_length=30)
    actor_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    actor_agent_id: int | None
    actor_contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    actor_contact_id: int | None
    party: fields.ForeignKeyNullableRelation[Attendee] = fields.ForeignKeyField(
        "frontdesk.Attendee", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    party_id: int | None
    before = fields.JSONField[Mapping[str, Any] | None](null=True)
    after = fields.JSONField[Mapping[str, Any] | None](null=True)
    reason = fields.TextField(null=True)

    class Meta:
        table = "meeting_change"
