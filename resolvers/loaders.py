"""Rows by id and lists by owner, gathered into one query each: for one execution only, as its actor may see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property

from tortoise.expressions import Q
from tortoise.functions import Count

from models.actor import Actor, AgentActor, Public
from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.calendar.connection import CalendarConnection
from models.calendar.delivering import CalendarEventState, event_states
from models.campaign.counting import Tally, tallies
from models.channel.account import ChannelAccount
from models.channel.template import MessageTemplate
from models.contact.contact import Contact
from models.contact.masking import Mask
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message, Place, newest_messages, shown_seqs
from models.conversation.reading import unread_counts
from models.conversation.scheduled import ScheduledMessage
from models.conversation.seeing import messages_seen
from models.conversation.tagging import tags_of
from models.desk.contact_list import ContactList
from models.desk.disposition import Disposition
from models.desk.tag import Tag
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.authority import staff_of
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.words import ConversationStatus, ScheduledStatus
from resolvers.batching import Loader, by_id, by_owner, of_agents, owned
from resolvers.contact_loaders import ContactLoaders
from resolvers.parties import PartyLoaders
from resolvers.plans import PlanLoaders
from resolvers.queues import QueueLoaders


class Loaders(PlanLoaders, PartyLoaders, QueueLoaders, ContactLoaders):
    def __init__(self, viewer: Callable[[], Actor], *, mask: Callable[[], Awaitable[Mask]]) -> None:
        self._viewer = viewer
        self._mask = mask

    def know(self, meeting: Meeting) -> None:
        """Do not ask for what the verb that made the meeting has at hand."""
        agents, guest, conversation = map(meeting.at_hand, ("agents", "guest", "conversation"))
        if agents is not None:
            self.agents_of_meeting.prime(meeting.id, sorted(agents, key=lambda agent: agent.id))
        if guest is not None:
            self.contacts.prime(guest.id, guest)
        # One that was there before may be changed by the operation's next mutation, whose answer would be an old one.
        if conversation is not None and conversation.at_hand("members") is not None:
            self.conversations.prime(conversation.id, conversation)

    @cached_property
    def organizations(self) -> Loader[int, Organization | None]:
        return by_id(Organization)

    @cached_property
    def services(self) -> Loader[int, Service | None]:
        return by_id(Service)

    @cached_property
    def subjects(self) -> Loader[int, Subject | None]:
        return by_id(Subject)

    @cached_property
    def offices(self) -> Loader[int, Office | None]:
        return by_id(Office)

    @cached_property
    def conversations(self) -> Loader[int, Conversation | None]:
        return by_id(Conversation)

    @cached_property
    def meetings(self) -> Loader[int, Meeting | None]:
        return by_id(Meeting)

    @cached_property
    def messages(self) -> Loader[int, Message | None]:
        """As far as the actor sees them: a reply may point to a note, a whisper, or what was said before their time."""

        async def load(ids: Sequence[int]) -> list[Message | None]:
            found = {row.id: row for row in await messages_seen(ids, by=self._viewer())}
            return [found.get(id) for id in ids]

        return Loader(load)

    @cached_property
    def readable(self) -> Loader[int, bool]:
        """Whether the actor may read a conversation; who plans meetings sees that there is one, and no more."""

        async def load(ids: Sequence[int]) -> list[bool]:
            visible = Conversation.visible_to(self._viewer()).filter(id__in=list(ids))
            readable = {conversation.id for conversation in await visible.only("id")}
            return [id in readable for id in ids]

        return Loader(load)

    @cached_property
    def meetings_of_conversation(self) -> Loader[int, list[Meeting]]:
        """Those that the actor is shown, of conversations that they read."""

        async def load(ids: Sequence[int]) -> list[list[Meeting]]:
            rows = Meeting.in_conversations(ids, self._viewer()).order_by("id")
            return owned(await rows, "conversation_id", ids)

        return Loader(load)

    @cached_property
    def meetings_of_messages(self) -> Loader[tuple[int, int], Meeting | None]:
        """By a message's conversation and the meeting that it tells of; as far as the actor is shown it."""

        async def load(keys: Sequence[tuple[int, int]]) -> list[Meeting | None]:
            rows = Meeting.in_conversations({conversation for conversation, _ in keys}, self._viewer())
            found = {meeting.id: meeting for meeting in await rows.filter(id__in=[id for _, id in keys])}
            return [found.get(id) for _, id in keys]

        return Loader(load)

    @cached_property
    def attachment_of_message(self) -> Loader[int, Attachment | None]:
        """Of messages that the viewer was shown."""

        async def load(ids: Sequence[int]) -> list[Attachment | None]:
            found = {row.message_id: row for row in await Attachment.filter(message_id__in=list(ids))}
            return [found.get(id) for id in ids]

        return Loader(load, cache=False)

    @cached_property
    def members_of_conversation(self) -> Loader[int, list[Member]]:
        return by_owner(Member, "conversation_id")

    @cached_property
    def scheduled_of_conversation(self) -> Loader[int, list[ScheduledMessage]]:
        """The actor's own; not remembered, as the next mutation of an operation may change them."""

        async def load(ids: Sequence[int]) -> list[list[ScheduledMessage]]:
            own = ScheduledMessage.visible_to(self._viewer()).filter(
                conversation_id__in=list(ids), status__in=(ScheduledStatus.WAITING, ScheduledStatus.FAILED)
            )
            return owned(await own.order_by("send_at", "id"), "conversation_id", ids)

        return Loader(load, cache=False)

    @cached_property
    def assignments_of_conversation(self) -> Loader[int, list[AssignmentRecord]]:
        return by_owner(AssignmentRecord, "conversation_id")

    @cached_property
    def tags_of_conversation(self) -> Loader[int, list[Tag]]:
        async def load(ids: Sequence[int]) -> list[list[Tag]]:
            return await tags_of(ids)

        return Loader(load)

    @cached_property
    def members_of_service(self) -> Loader[int, list[ServiceMember]]:
        """Agents who are no longer active are shown to colleagues alone."""

        async def load(ids: Sequence[int]) -> list[list[ServiceMember]]:
            viewer = self._viewer()
            shown = Q(agent__is_active=True)
            if isinstance(viewer, AgentActor):
                shown |= Q(organization_id=viewer.organization_id)
            rows = ServiceMember.filter(shown, service_id__in=list(ids)).order_by("id")
            return owned(await rows, "service_id", ids)

        return Loader(load)

    @cached_property
    def links_of_agent(self) -> Loader[int, list[ScheduleLink]]:
        return by_owner(ScheduleLink, "agent_id")

    @cached_property
    def calendars_of_agent(self) -> Loader[int, list[CalendarConnection]]:
        return by_owner(CalendarConnection, "agent_id")

    @cached_property
    def calendar_events_of_meeting(self) -> Loader[int, list[CalendarEventState]]:
        async def load(ids: Sequence[int]) -> list[list[CalendarEventState]]:
            states = await event_states(ids)
            return [[one for one in states if one.meeting_id == id] for id in ids]

        return Loader(load, cache=False)

    @cached_property
    def sets_up_agent(self) -> Loader[int, bool]:
        """Whether the agent is the viewer, or one whom the viewer sets up."""

        async def load(ids: Sequence[int]) -> list[bool]:
            viewer = self._viewer()
            if not isinstance(viewer, AgentActor):
                return [False for _ in ids]
            theirs = await staff_of(viewer, ids)
            return [id == viewer.agent.id or id in theirs for id in ids]

        return Loader(load)

    @cached_property
    def offices_of_agent(self) -> Loader[int, list[Office]]:
        return of_agents("offices", Office)

    @cached_property
    def expertise_of_agent(self) -> Loader[int, list[Subject]]:
        return of_agents("expertise", Subject)

    @cached_property
    def services_of_agent(self) -> Loader[int, list[Service]]:
        async def load(ids: Sequence[int]) -> list[list[Service]]:
            rows = ServiceMember.filter(agent_id__in=list(ids)).select_related("service")
            members = owned(await rows.order_by("service__name", "id"), "agent_id", ids)
            return [[member.service for member in of_one] for of_one in members]

        return Loader(load)

    @cached_property
    def open_conversations_of_agent(self) -> Loader[int, int]:
        """How many; not remembered, as the next mutation of an operation may change it."""

        async def load(ids: Sequence[int]) -> list[int]:
            rows = Conversation.filter(assignee_id__in=list(ids), status=ConversationStatus.OPEN)
            counted = (
                await rows.annotate(number=Count("id")).group_by("assignee_id").values("assignee_id", "number")
            )
            numbers = {row["assignee_id"]: row["number"] for row in counted}
            return [numbers.get(id, 0) for id in ids]

        return Loader(load, cache=False)

    @cached_property
    def channel_accounts(self) -> Loader[int, ChannelAccount | None]:
        return by_id(ChannelAccount)

    @cached_property
    def templates_of_account(self) -> Loader[int, list[MessageTemplate]]:
        return by_owner(MessageTemplate, "account_id")

    @cached_property
    def tallies(self) -> Loader[int, Tally]:
        """Not remembered: they change while they are looked at."""
        return Loader(tallies, cache=False)

    @cached_property
    def message_templates(self) -> Loader[int, MessageTemplate | None]:
        return by_id(MessageTemplate)

    @cached_property
    def dispositions(self) -> Loader[int, Disposition | None]:
        return by_id(Disposition)

    @cached_property
    def contact_lists(self) -> Loader[int, ContactList | None]:
        return by_id(ContactList)

    @cached_property
    def contacts_of_list(self) -> Loader[int, int]:
        """How many; not remembered either."""

        async def load(ids: Sequence[int]) -> list[int]:
            there = Contact.filter(contact_list_id__in=list(ids), merged_into_id__isnull=True)
            rows = there.annotate(number=Count("id"))
            counted = await rows.group_by("contact_list_id").values("contact_list_id", "number")
            numbers = {row["contact_list_id"]: row["number"] for row in counted}
            return [numbers.get(id, 0) for id in ids]

        return Loader(load, cache=False)

    @cached_property
    def agents_of_meeting(self) -> Loader[int, list[Agent]]:
        async def load(ids: Sequence[int]) -> list[list[Agent]]:
            meetings = await Meeting.filter(id__in=list(ids)).prefetch_related("agents")
            agents = {meeting.id: sorted(meeting.agents, key=lambda agent: agent.id) for meeting in meetings}
            return [agents.get(id, []) for id in ids]

        return Loader(load)

    @cached_property
    def last_message_of_conversation(self) -> Loader[int, Message | None]:
        """The newest message that the actor may see."""

        async def load(ids: Sequence[int]) -> list[Message | None]:
            readable = await self._readable(ids)
            newest = await newest_messages(readable, actor=self._viewer())
            found = {message.conversation_id: message for message in newest}
            return [found.get(id) for id in ids]

        return Loader(load)

    @cached_property
    def shown_seqs(self) -> Loader[Place, int]:
        """Of a seq of a conversation, the last one up to there that the actor sees."""

        async def load(places: Sequence[Place]) -> list[int]:
            readable = set(await self._readable([conversation_id for conversation_id, _ in places]))
            viewer = self._viewer()
            if isinstance(viewer, AgentActor) and viewer.sees_all:
                return [place[1] if place[0] in readable else 0 for place in places]
            wanted = [place for place in places if place[0] in readable]
            shown = await shown_seqs(wanted, actor=viewer) if wanted else {}
            return [shown.get(place, 0) for place in places]

        return Loader(load)

    @cached_property
    def unread_of_conversation(self) -> Loader[int, int]:
        async def load(ids: Sequence[int]) -> list[int]:
            viewer = self._viewer()
            readable = await self._readable(ids)
            counts = {} if isinstance(viewer, Public) else await unread_counts(readable, actor=viewer)
            return [counts.get(id, 0) for id in ids]

        return Loader(load)

    async def _readable(self, ids: Sequence[int]) -> list[int]:
        answers = await self.readable.load_many(ids)
        return [id for id, readable in zip(ids, answers, strict=True) if readable]
