"""A meeting that concerns two, and five whom it does not concern."""

from __future__ import annotations

from dataclasses import dataclass

from models.actor import Public
from models.agent.agent import Agent
from models.calendar.connection import CalendarConnection
from models.contact.contact import Contact
from models.conversation.message import Message
from models.link import ScheduleLink
from models.words import CalendarProvider, ConnectionStatus, Role
from resolvers import ids
from tests.builders import a_link, a_service, an_agent, an_organization
from tests.resolvers import documents as say
from tests.resolvers.attachment_documents import upload
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.house import a_channel, a_desk, a_few_contacts, a_planned_subject, a_provider, a_webhook
from tests.resolvers.queue_documents import an_offer

CALLERS = ("public", "guest", "colleague", "stranger", "chief")
"""Anybody; the guest of another meeting; an agent of the organization who has nothing to do with the meeting; an
agent and the administrator of another organization."""

SAID, NOTED, PRIVATE = "I need a loan of 40,000.", "He cannot pay.", "Anna's private calendar"


@dataclass(frozen=True, slots=True)
class Scene:
    """Anna of acme has a meeting with Grace, in which both have written; and five who should know nothing of it."""

    talk: Talk
    callers: dict[str, Client]
    ids: dict[str, str]
    secrets: dict[str, tuple[str, ...]]


async def a_scene(talk: Talk, sign_in: SignIn, anna: Agent) -> Scene:
    await say.say(talk.grace, talk.id, SAID)
    await say.say(talk.anna, talk.id, NOTED, kind="NOTE")
    organization, rival = await anna.organization, await an_organization("rival")
    ben, zoe = await an_agent(organization, "Ben"), await an_agent(organization, "Zoe")
    eve, mallory = await an_agent(rival, "Eve"), await an_agent(rival, "Mallory", role=Role.ADMINISTRATOR)
    await a_link(ben)
    await a_link(eve)
    heidi = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
    other = await a_talk(sign_in, ben, link="acme/ben", guest=heidi)
    calendar = await CalendarConnection.create(
        organization=organization,
        agent=anna,
        provider=CalendarProvider.ICS,
        account=PRIVATE,
        status=ConnectionStatus.CONNECTED,
    )
    service, theirs = await a_service(organization, anna), await a_service(rival, eve)
    of_rival, of_guests = (SAID, NOTED, PRIVATE, talk.token), ("grace@guests.example", "Grace", "anna@acme")
    return Scene(
        talk=talk,
        callers={
            "public": Client(sign_in.world, Public()),
            "guest": other.grace,
            "colleague": sign_in.agent(zoe),
            "stranger": sign_in.agent(eve),
            "chief": sign_in.agent(mallory),
        },
        ids={
            "meeting": talk.meeting,
            "conversation": talk.id,
            "message": ids.encode("Message", (await Message.get(text=SAID)).id),
            "attachment": (await upload(talk.grace, talk.id))["id"],
            "note": ids.encode("Message", (await Message.get(text=NOTED)).id),
            "contact": ids.encode("Contact", (await Contact.get(name="Grace Guest")).id),
            "calendar": ids.encode("CalendarConnection", calendar.id),
            "provider": await a_provider(organization),
            **await a_channel(await a_service(organization, name="Messages")),
            "link": ids.encode("ScheduleLink", (await ScheduleLink.get(slug="anna")).id),
            "agent": ids.encode("Agent", anna.id),
            "service": ids.encode("Service", service.id),
            "organization": ids.encode("Organization", organization.id),
            **await an_offer(service, anna),
            **await a_planned_subject(anna),
            **await a_desk(anna),
            **await a_webhook(anna),
            **await a_few_contacts(organization),
            "eve": ids.encode("Agent", eve.id),
            "theirs": ids.encode("Service", theirs.id),
        },
        secrets={caller: of_rival if caller == "colleague" else (*of_rival, *of_guests) for caller in CALLERS},
    )
