"""Guests whose addresses and numbers occur nowhere else, agents who are not to know them, and what gives them away."""

from __future__ import annotations

import asyncio
import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from models.actor import AgentActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.event import EventRow, Feed
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.subject import Subject
from models.words import MeetingType, Role
from realtime.events import Audience, conversation_topic, inbox_topic
from realtime.transport import Telling
from resolvers import ids
from resolvers.context import Context
from tests.builders import an_agent
from tests.resolvers.conftest import ENGINE, Client, SignIn, a_talk
from tests.resolvers.documents import BOOK, wish
from tests.resolvers.everything import prepared, whole
from tests.resolvers.house import House, a_house
from tests.waiting import PATIENCE_SECONDS

GRACE = {
    "name": "Grace Guest",
    "email": "qgracez@secret.example",
    "phone": "+39 333 9187264",
    "timeZone": "Europe/Rome",
}
CORA = {"name": "Cora", "email": "qcoraz@secret.example"}
NAMELESS = {**GRACE, "name": "393407261948", "phone": "+393407261948", "email": "qnamez@secret.example"}
"""Who writes without a profile is called by their number."""
TITLE = "Call qtitlez@secret.example"

SECRETS = ("secret.example", "qgracez", "qcoraz", "qnamez", "qtitlez", "9187264", "7261948")
_KEY = re.compile(r"(guest_|talk_)[A-Za-z0-9_-]{20,}")
"""By which one becomes the guest, and sees what they see."""
_ENCODED = re.compile(r"[A-Za-z0-9_-]{12,}")


def betrayed_by(answer: str | bytes, *, keys: bool = True) -> list[str]:
    """The secrets and keys in an answer, in whatever form a client would see through; cursors are base64."""
    text = answer.decode() if isinstance(answer, bytes) else answer
    decoded = " ".join(filter(None, map(_decoded, _ENCODED.findall(text))))
    text = re.sub(r"[ ().-]", "", f"{text} {decoded}".lower()).replace("secretexample", "secret.example")
    shown = [key[0] for key in _KEY.finditer(text)] if keys else []
    return [one for one in SECRETS if one in text] + shown


def _decoded(word: str) -> str:
    try:
        return urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
    except ValueError:
        return ""


class Heard:
    """What a client hears of a topic, as they read it."""

    def __init__(self, topic: str, outcomes: Telling) -> None:
        self._topic, self._outcomes = topic, outcomes
        self._seq = 0

    async def begin(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert b"Resync" in (await anext(self._outcomes)).encode()
        self._seq = await self._head()

    async def all_since(self) -> list[str]:
        """The events since the last ones that were read; fails if one does not come."""
        before, self._seq = self._seq, await self._head()
        rows = EventRow.filter(topic=self._topic, seq__gt=before).exclude(audience=Audience.NOBODY)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [(await anext(self._outcomes)).encode().decode() for _ in range(await rows.count())]

    async def _head(self) -> int:
        feed = await Feed.get_or_none(topic=self._topic)
        return 0 if feed is None else feed.head


@asynccontextmanager
async def events(agent: Client, conversation: str) -> AsyncIterator[tuple[Heard, Heard]]:
    """What the agent hears from here on in the conversation, and in their inbox: all there is of it."""
    of_one = whole(
        'subscription($id: ID!) { conversationEvents(conversationId: $id, after: "") { __typename } }'
    )
    of_all = whole('subscription { inboxEvents(after: "") { __typename } }')
    assert isinstance(agent.actor, AgentActor)
    key = ids.decode(conversation, "Conversation", field=())

    def follow(document: str, **variables: str) -> Telling:
        return ENGINE.subscribe(prepared(document, variables), lambda: Context(agent.actor, world=agent.world))

    async with aclosing(follow(of_one, id=conversation)) as one, aclosing(follow(of_all)) as all:
        heard = Heard(conversation_topic(key), one), Heard(inbox_topic(agent.actor.agent.id), all)
        for feed in heard:
            await feed.begin()
        yield heard


@dataclass(frozen=True, slots=True)
class Masked:
    """The house where Grace has met Anna and brings Cora, where somebody without a name has met her too, and all three
    come to a class; and an agent of each role that can be masked."""

    house: House
    agents: dict[Role, Client]
    rows: dict[Role, Agent]
    other_guest: Client
    talks: list[str] = field(default_factory=list)


async def a_masked_house(sign_in: SignIn, public: Client, anna: Agent) -> Masked:
    talk = await a_talk(sign_in, anna, guest=GRACE, attendees=[CORA], title=TITLE)
    nameless = await a_talk(sign_in, anna, start="2027-03-01T13:00:00Z", guest=NAMELESS)
    house = await a_house(talk, public, sign_in, anna)
    lesson, heidi = await _a_lesson(sign_in, public, anna)
    roles = [role for role in Role if role is not Role.ADMINISTRATOR]
    organization = await Organization.get(id=anna.organization_id)
    organization.stored_settings = {
        **organization.stored_settings,
        "mask_contacts_from": [one.value for one in roles],
    }
    await organization.save()
    rows: dict[Role, Agent] = {
        role: await an_agent(organization, f"The {role.value}", role=role)
        for role in roles
        if role is not Role.AGENT
    }
    rows[Role.AGENT] = anna
    contacts = await Contact.filter(organization_id=organization.id)
    more = {"lesson": lesson, "nameless": nameless.id} | {
        f"contact{one.id}": ids.encode("Contact", one.id) for one in contacts
    }
    house = House(talk=talk, clients=house.clients, ids={**house.ids, **more})
    return Masked(
        house=house,
        agents={role: sign_in.agent(one) for role, one in rows.items()},
        rows=rows,
        other_guest=heidi,
        talks=[talk.id, nameless.id],
    )


async def _a_lesson(sign_in: SignIn, public: Client, anna: Agent) -> tuple[str, Client]:
    """A group meeting; its id, and the one guest of it who has no secrets."""
    subject = await Subject.create(organization_id=anna.organization_id, name="Yoga")
    await anna.expertise.add(subject)
    await PlanningRule.create(
        organization_id=anna.organization_id,
        subject=subject,
        meeting_type=MeetingType.VIDEO,
        duration_options=[30],
        default_duration_minutes=30,
        slot_interval_minutes=30,
        seats=6,
    )
    heidi = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
    slots = {"link": "acme/anna", "subjectId": ids.encode("Subject", subject.id)}
    for guest, brought in ((GRACE, [CORA]), (NAMELESS, []), (heidi, [])):
        last = await public.do(
            BOOK, input=wish("2027-03-01T14:00:00Z", slots=slots, guest=guest, attendees=brought)
        )
        assert last["errors"] == []
    return last["meeting"]["id"], await sign_in.bearer(last["manageToken"])
