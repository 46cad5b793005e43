"""What receivers of webhooks are told: the JSON of an event, in the ids and words of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.meeting.meeting import MeetingChange
from models.organization.organization import Organization
from models.webhook.naming import name_of
from models.webhook.telling import Told
from models.words import SystemEvent, WebhookEvent
from resolvers.ids import encode

VERSION = 1


def told_of_change(change: MeetingChange) -> Told:
    """What is told of a change that was found with all that its letters speak of. Times, status and who had the meeting
    are those of then."""
    event = WebhookEvent.of(change.kind)
    data = {"meeting": _meeting(change), "change": _change(change)}
    return Told(
        event=event,
        message_id=name_of("change", change.id, change.at),
        about=f"meeting:{change.meeting_id}",
        body=_body(event, change.organization, data, at=change.at),
    )


def told_of_message(message: Message) -> Told:
    """What is told of a guest's message, which was found with its conversation and author."""
    event, author = WebhookEvent.MESSAGE_ADDED, message.author_contact
    data = {
        "conversation": _conversation(message.conversation),
        "message": {
            "id": encode("Message", message.id),
            "seq": message.seq,
            "kind": message.kind.value,
            "text": message.text,
            "at": message.at,
            "author": author and {"type": "Contact", **_guest(author)},
        },
    }
    return Told(
        event=event,
        message_id=name_of("message", message.id, message.at),
        about=f"conversation:{message.conversation_id}",
        body=_body(event, message.organization, data, at=message.at),
    )


_OF_CONVERSATION = {
    SystemEvent.CONVERSATION_STARTED: WebhookEvent.CONVERSATION_STARTED,
    SystemEvent.CLOSED: WebhookEvent.CONVERSATION_CLOSED,
    SystemEvent.REOPENED: WebhookEvent.CONVERSATION_REOPENED,
}


def event_of(message: Message) -> WebhookEvent | None:
    """What webhooks are told of what the system has written."""
    return None if message.system_event is None else _OF_CONVERSATION.get(message.system_event)


def told_of_conversation(message: Message, event: WebhookEvent) -> Told:
    """What is told of how a conversation stands since then, by the system's message, which was found with it. What came
    of one that is closed is told as long as it is."""
    conversation, disposition = message.conversation, message.conversation.disposition
    data = {
        "conversation": {
            **_conversation(conversation),
            "contactId": _id("Contact", conversation.contact_id),
            "assigneeId": _id("Agent", conversation.assignee_id),
            "disposition": disposition
            and {"id": encode("Disposition", disposition.id), "name": disposition.name},
        },
    }
    return Told(
        event=event,
        message_id=name_of("conversation", message.id, message.at),
        about=f"conversation:{message.conversation_id}",
        body=_body(event, message.organization, data, at=message.at),
    )


def told_of_assignment(record: AssignmentRecord) -> Told:
    """What is told of who was given a conversation, which was found with all who had to do with it."""
    event, by = WebhookEvent.CONVERSATION_ASSIGNED, record.actor_agent
    data = {
        "conversation": _conversation(record.conversation),
        "assignment": {
            "at": record.at,
            "from": record.from_agent and _agent(record.from_agent),
            "to": record.to_agent and _agent(record.to_agent),
            "by": by and {"type": "Agent", **_agent(by)},
            "how": record.how.value,
            "reason": record.reason,
        },
    }
    return Told(
        event=event,
        message_id=name_of("assignment", record.id, record.at),
        about=f"conversation:{record.conversation_id}",
        body=_body(event, record.organization, data, at=record.at),
    )


def _conversation(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": encode("Conversation", conversation.id),
        "number": conversation.number,
        "channel": conversation.channel.value,
        "title": conversation.title,
        "serviceId": _id("Service", conversation.service_id),
    }


def _body(event: WebhookEvent, organization: Organization, data: Mapping[str, Any], *, at: datetime) -> str:
    said = {
        "type": event.value,
        "version": VERSION,
        "timestamp": at,
        "organization": {"id": encode("Organization", organization.id), "slug": organization.slug},
        "data": data,
    }
    return orjson.dumps(said).decode()


def _meeting(change: MeetingChange) -> dict[str, Any]:
    """As the change left it."""
    meeting, then = change.meeting, change.after or {}
    return {
        "id": encode("Meeting", meeting.id),
        "status": then.get("status", meeting.status.value),
        "origin": meeting.origin.value,
        "title": meeting.title,
        "meetingType": meeting.meeting_type.value,
        "start": then.get("start", meeting.start),
        "end": then.get("end", meeting.end),
        "language": meeting.language,
        "guestTimeZone": meeting.guest_time_zone,
        "seats": meeting.seats,
        "serviceId": _id("Service", meeting.service_id),
        "subjectId": _id("Subject", meeting.subject_id),
        "officeId": _id("Office", meeting.office_id),
        "conversationId": encode("Conversation", meeting.conversation_id),
        "agents": list(map(_agent, change.agents)),
        "guest": None if meeting.is_group else _guest(meeting.guest),
    }


def _change(change: MeetingChange) -> dict[str, Any]:
    party = change.party
    return {
        "kind": change.kind.value,
        "at": change.at,
        "actor": _actor(change),
        "before": change.before and _snapshot(change.before),
        "after": change.after and _snapshot(change.after),
        "reason": change.reason,
        "party": party and {"name": party.name, "email": party.email, "seats": party.seats},
    }


def _snapshot(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a history keeps, with the API's ids."""
    shown = {name: kept[name] for name in ("status", "start", "end") if name in kept}
    if "agents" in kept:
        shown["agents"] = [{"id": encode("Agent", one["id"]), "name": one["name"]} for one in kept["agents"]]
    return shown


def _actor(change: MeetingChange) -> dict[str, Any] | None:
    """None is the system itself."""
    if change.actor_agent is not None:
        return {"type": "Agent", "id": encode("Agent", change.actor_agent.id), "name": change.actor_agent.name}
    if change.actor_contact is not None:
        contact = change.actor_contact
        return {"type": "Contact", "id": encode("Contact", contact.id), "name": contact.name}
    return None


def _agent(agent: Agent) -> dict[str, Any]:
    return {"id": encode("Agent", agent.id), "name": agent.name, "email": agent.email}


def _guest(contact: Contact) -> dict[str, Any]:
    return {
        "id": encode("Contact", contact.id),
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
    }


def _id(kind: str, key: int | None) -> str | None:
    return None if key is None else encode(kind, key)
