"""Where it happens: three services with four agents and one who supervises, three guests, a worker and a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from models.actor import GuestActor, Public
from models.agent.agent import Agent
from models.conversation.conversation import Conversation, Member
from models.desk.tag import Tag
from models.organization.service import Service
from models.words import Role, Routing
from realtime.events import conversation_topic, inbox_topic
from realtime.feed import Head
from realtime.store import DatabaseStore
from resolvers import ids
from tests.builders import Clock, a_service, an_agent, an_organization
from tests.inbox_life.client import Desk, Heads, Reader
from tests.jobs.conftest import Jobs
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.handover_documents import START

# How many conversations each can have open.
AGENTS = {"Anna": 1, "Ben": 2, "Cleo": 1, "Dora": 2, "Sue": 2}
SUPERVISOR = "Sue"
GUESTS = ("Grace", "Heidi", "Ivan")
SERVICES = {
    "Support": (Routing.OFFER_TO_ALL, ("Anna", "Ben")),
    "Sales": (Routing.OFFER_IN_TURN, ("Ben", "Cleo", "Sue")),
    "Billing": (Routing.ASSIGN_AUTOMATICALLY, ("Anna", "Dora")),
}
WATCHED = ("Anna", "Ben", "Sue")


@dataclass(slots=True)
class Floor:
    sign_in: SignIn
    clock: Clock
    jobs: Jobs
    agents: dict[str, Agent] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    tag: str = ""
    talks: list[str] = field(default_factory=list)
    readers: dict[str, Reader] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)

    async def found(self) -> None:
        """Build it anew, with nobody at their desk, and windows open before which nothing has happened yet."""
        organization = await an_organization()
        self.agents = {
            name: await an_agent(
                organization,
                name,
                conversation_capacity=capacity,
                role=Role.SUPERVISOR if name == SUPERVISOR else Role.AGENT,
            )
            for name, capacity in AGENTS.items()
        }
        self.services = {
            name: await a_service(
                organization, *(self.agents[one] for one in members), name=name, routing=routing
            )
            for name, (routing, members) in SERVICES.items()
        }
        tag = await Tag.create(organization=organization, name="Urgent", color="#FF0000")
        self.tag = ids.encode("Tag", tag.id)
        self.talks = []
        self.readers = {name: Reader(self.agent(name), self.who(name)) for name in WATCHED}
        self.desks = {name: self._desk(name) for name in WATCHED}

    def _desk(self, name: str) -> Desk:
        own = frozenset(service for service, (_, members) in SERVICES.items() if name in members)
        return Desk(self.agent(name), self.who(name), self.agents[name].id, own)

    def agent(self, name: str) -> Client:
        return self.sign_in.agent(self.agents[name])

    async def start(self, guest: str, *, where: str, by: str | None) -> None:
        """Have the guest begin a conversation, or an agent with them, in a service or with an agent."""
        wanted = {"text": "Hello?", "guest": details(guest)}
        client = self.agent(by) if by else Client(self.sign_in.world, Public())
        payload, _ = await self.do(
            client, START, input={**wanted, **self.target(where, "agentId", "serviceId")}
        )
        if payload["conversation"] is not None:
            self.talks.append(payload["conversation"]["id"])

    def who(self, name: str) -> dict[str, Any]:
        """The agent as the API shows them where they write, or are members."""
        return {"__typename": "Agent", "id": ids.encode("Agent", self.agents[name].id), "name": name}

    def target(self, name: str | None, agent: str, service: str) -> dict[str, str]:
        """An agent, a service, or neither, in the words of an input."""
        if name in self.agents:
            return {agent: ids.encode("Agent", self.agents[name].id)}
        return {service: ids.encode("Service", self.services[name].id)} if name in self.services else {}

    async def row(self, talk: str) -> Conversation:
        return await Conversation.get(id=ids.decode(talk, "Conversation")).select_related("assignee")

    async def guest(self, talk: str, which: int) -> Client | None:
        """One of the guests of the conversation, by their own link; None where all have left."""
        members = Member.filter(
            conversation_id=ids.decode(talk, "Conversation"), contact_id__isnull=False
        ).order_by("id")
        found = await members.select_related("contact")
        return self._guest(found[which % len(found)]) if found else None

    def _guest(self, member: Member) -> Client:
        assert member.contact is not None
        actor = GuestActor(member.contact, None, member.conversation_id, member_id=member.id)
        return Client(self.sign_in.world, actor)

    async def do(self, client: Client, document: str, **variables: Any) -> tuple[dict[str, Any], list[str]]:
        """What it answers, and the codes with which it is refused."""
        answer = await client.run(document, **variables)
        assert not answer.errors, answer.errors
        [payload] = answer.data.values()
        return payload, [error["code"] for error in payload["errors"]]

    async def heads(self) -> Heads:
        topics = [conversation_topic(ids.decode(one, "Conversation")) for one in self.talks]
        inboxes = [inbox_topic(agent.id) for agent in self.agents.values()]
        found = await DatabaseStore().heads([*topics, *inboxes])
        return {topic: found.get(topic, Head()) for topic in (*topics, *inboxes)}

    async def welcome(self) -> None:
        """A guest who has become a member opens a window."""
        members = Member.filter(contact_id__isnull=False).select_related("contact").order_by("id")
        present = {f"guest {member.id}": member for member in await members}
        for name in [name for name in self.readers if name.startswith("guest ") and name not in present]:
            del self.readers[name]
        for name, member in present.items():
            if name not in self.readers and member.contact is not None:
                id = ids.encode("Contact", member.contact.id)
                who = {"__typename": "Contact", "id": id, "name": member.contact.name}
                self.readers[name] = Reader(self._guest(member), who)


def details(guest: str) -> dict[str, str]:
    return {"name": guest, "email": f"{guest.lower()}@guests.example", "timeZone": "Europe/Rome"}
