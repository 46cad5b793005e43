"""What is granted at the start of a subscription ends within a second, also where nothing else happens then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from psycopg import DataError

from errors import Forbidden
from models.actor import AgentActor, GuestActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.following import Followed, unseen_by_agents, unseen_by_guests
from models.conversation.offer import OfferRecipient
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.transactions import transaction
from models.words import MemberRole, Role
from realtime.ending import Ending
from realtime.events import Announcement, EventKind, announce, conversation_topic
from resolvers import ids
from resolvers.granted import Granted
from tests.builders import MONDAY, a_contact, a_service, acting, an_agent
from tests.resolvers import queue_documents as queue
from tests.resolvers.conftest import SignIn, Talk
from tests.resolvers.documents import CONVERSATION_EVENTS, say
from tests.resolvers.feeds.following import conversation
from tests.resolvers.feeds.test_passing import MOMENTS, hears
from tests.waiting import PATIENCE_SECONDS

Way = Callable[[Conversation, Agent], Awaitable[object]]


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
async def support(organization: Organization) -> Service:
    return await a_service(organization)


async def as_owner(had: Conversation, ben: Agent) -> None:
    await Conversation.filter(id=had.id).update(assignee_id=ben.id)


async def as_member(had: Conversation, ben: Agent) -> None:
    await Member.create(
        organization_id=had.organization_id,
        conversation=had,
        agent=ben,
        role=MemberRole.AGENT,
        joined_at=MONDAY,
    )


async def as_one_of_the_service(had: Conversation, ben: Agent) -> None:
    await ServiceMember.create(organization_id=had.organization_id, service_id=had.service_id, agent=ben)


async def as_one_who_is_asked(had: Conversation, ben: Agent) -> None:
    offer = await had.offers.all().first()
    await OfferRecipient.create(
        organization_id=had.organization_id, offer=offer, agent=ben, offered_at=MONDAY, is_open=True
    )


async def no_owner(had: Conversation, ben: Agent) -> None:
    await Conversation.filter(id=had.id).update(assignee_id=None)


async def no_member(had: Conversation, ben: Agent) -> None:
    await Member.filter(conversation_id=had.id, agent_id=ben.id).delete()


async def not_of_the_service(had: Conversation, ben: Agent) -> None:
    await ServiceMember.filter(agent_id=ben.id).delete()


async def not_asked_any_more(had: Conversation, ben: Agent) -> None:
    await OfferRecipient.filter(agent_id=ben.id).update(is_open=False)


WAYS: list[tuple[Way, Way]] = [
    (as_owner, no_owner),
    (as_member, no_member),
    (as_one_of_the_service, not_of_the_service),
    (as_one_who_is_asked, not_asked_any_more),
]


@pytest.fixture
async def waiting(support: Service, organization: Organization) -> Conversation:
    """One that is offered to Olga of the service."""
    olga = await an_agent(organization, "Olga")
    await ServiceMember.create(organization=organization, service=support, agent=olga)
    made = await queue.an_offer(support, olga)
    return await Conversation.get(id=ids.decode(made["waiting"], "Conversation"))


async def tell(conversation: Conversation) -> None:
    """Something happens in the conversation."""
    topic, about = conversation_topic(conversation.id), {"conversation": conversation.id}
    async with transaction():
        announce(Announcement(conversation.organization_id, topic, EventKind.CONVERSATION_CHANGED, about))


@pytest.mark.parametrize(("let_in", "show_out"), WAYS)
async def test_an_agent_who_may_see_it_no_longer_is_shown_out_of_a_silent_conversation(
    sign_in: SignIn, waiting: Conversation, ben: Agent, let_in: Way, show_out: Way
) -> None:
    await let_in(waiting, ben)
    chief = sign_in.agent(await an_agent(await ben.organization, "Chief", role=Role.SUPERVISOR))
    shown = {"id": ids.encode("Conversation", waiting.id), "after": ""}
    async with (
        sign_in.agent(ben).follow(CONVERSATION_EVENTS, **shown) as feed,
        chief.follow(CONVERSATION_EVENTS, **shown) as others,
    ):
        for each in (feed, others):
            assert (await each.next())["__typename"] == "Resync"
        await show_out(waiting, ben)
        assert (await feed.refusal())["code"] == "FORBIDDEN"
        await tell(waiting)
        assert (await others.next())["__typename"] == "ConversationChanged"


@pytest.mark.parametrize(("let_in", "show_out"), WAYS)
async def test_whoever_sees_it_in_another_way_goes_on(
    sign_in: SignIn, waiting: Conversation, ben: Agent, let_in: Way, show_out: Way
) -> None:
    others = [other for other, _ in WAYS if other is not let_in]
    for other in (let_in, *others):
        await other(waiting, ben)
    shown = {"id": ids.encode("Conversation", waiting.id), "after": ""}
    client = sign_in.agent(ben)
    async with client.follow(CONVERSATION_EVENTS, **shown) as feed:
        assert (await feed.next())["__typename"] == "Resync"
        await show_out(waiting, ben)
        for _ in range(3):
            await client.world.grants._look()
        await tell(waiting)
        assert (await feed.next())["__typename"] == "ConversationChanged"


async def test_those_who_may_go_on_are_those_who_could_begin(
    organization: Organization, waiting: Conversation, ben: Agent, anna: Agent, talk: Talk
) -> None:
    talked = await Conversation.get(id=ids.decode(talk.id, "Conversation"))
    everyone = [AgentActor(agent, 0, None) for agent in await Agent.all()]
    followed = {(actor.agent.id, one.id) for actor in everyone for one in (waiting, talked)}
    for let_in, _ in [(as_owner, None), *WAYS]:
        visible = {
            (actor.agent.id, one.id) for actor in everyone for one in await Conversation.visible_to(actor)
        }
        assert await unseen_by_agents(Followed.of(followed)) == followed - visible
        await let_in(waiting, ben)
    guests = [
        GuestActor(one, None, talked.id)
        for one in [await Contact.get(name="Grace Guest"), await a_contact(organization, "Heidi")]
    ]
    asked = {(guest.contact.id, talked.id) for guest in guests}
    seen = {key for guest, key in zip(guests, sorted(asked), strict=True) if await _sees(guest)}
    assert await unseen_by_guests(Followed.of(asked)) == asked - seen
    assert len(seen) == 1


async def _sees(guest: GuestActor) -> bool:
    return await Conversation.visible_to(guest).exists()


async def test_a_guest_who_is_no_member_any_more_is_shown_out_though_their_token_is_good(talk: Talk) -> None:
    async with talk.grace.follow(CONVERSATION_EVENTS, id=talk.id, after="") as feed:
        assert (await feed.next())["__typename"] == "Resync"
        await Member.filter(contact_id__isnull=False).delete()
        assert (await feed.refusal())["code"] == "FORBIDDEN"


async def test_a_guest_who_became_another_contact_goes_on(talk: Talk, organization: Organization) -> None:
    kept = await a_contact(organization, "Grace", email="g@guests.example")
    async with conversation(talk.grace, talk) as follower:
        await Member.filter(contact_id__isnull=False).update(contact_id=kept.id)
        await Contact.filter(name="Grace Guest").update(merged_into_id=kept.id)
        await talk.grace.world.grants._look()
        await say(talk.anna, talk.id, "Hello")
        assert (await follower.next())["__typename"] == "MessageAdded"


async def test_who_leaves_a_service_hears_of_its_queue_no_more_and_of_the_others_still(
    sign_in: SignIn, organization: Organization, anna: Agent, ben: Agent
) -> None:
    support = await a_service(organization, anna, ben)
    sales = await a_service(organization, anna, ben, name="Sales")
    annas = sign_in.agent(anna)
    async with annas.follow(MOMENTS) as hearing, sign_in.agent(ben).follow(MOMENTS) as bens:
        for each in (hearing, bens):
            await hears(each, "Resync")
        await ServiceMember.filter(agent_id=ben.id, service_id=support.id).delete()
        await annas.world.grants._look()
        for service in (support, sales):
            await queue.an_offer(service, anna)
            await annas.do(queue.PRESENCE, presence="AWAY")
        heard = await hears(hearing, "QueueChanged", "QueueChanged")
        assert {event["queue"]["service"]["name"] for event in heard} == {"Support", "Sales"}
        [event] = await hears(bens, "QueueChanged")
        assert event["queue"]["service"]["name"] == "Sales"


async def test_when_nobody_follows_nothing_is_looked_at(talk: Talk) -> None:
    grants = talk.anna.world.grants
    async with conversation(talk.anna, talk):
        assert (len(grants._followed), grants._task is None) == (1, False)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while grants._task is not None:
            await asyncio.sleep(0.02)
    assert not grants._followed


async def test_a_look_that_fails_ends_nothing_and_is_made_again(talk: Talk, anna: Agent) -> None:
    grants, beyond_the_database = talk.anna.world.grants, 2**70
    async with conversation(talk.anna, talk) as follower:
        async with grants.of_conversation(beyond_the_database, acting(anna)) as ending:
            with pytest.raises(DataError):
                await grants._look()
            assert ending.error is None
        await grants._look()
        await say(talk.grace, talk.id, "Hello")
        assert (await follower.next())["__typename"] == "MessageAdded"


class Sluggish(Granted[Ending]):
    """Its first look is never answered; the next one ends all, and with that itself."""

    looks = 0

    async def _look(self) -> None:
        self.looks += 1
        if self.looks == 1:
            await asyncio.Event().wait()
        while self._followed:
            self._followed.pop().come(Forbidden("It is over."))


async def test_a_look_that_is_never_answered_is_given_up_and_made_again() -> None:
    grants, ending = Sluggish(seconds=0.01, patience=0.01), Ending()
    grants._begin(ending)
    async with asyncio.timeout(10):
        while grants._task is not None:
            await asyncio.sleep(0.01)
    assert isinstance(ending.error, Forbidden)


async def test_whoever_oversees_all_is_not_asked_for(talk: Talk, anna: Agent) -> None:
    grants = talk.anna.world.grants
    chief = await an_agent(await anna.organization, "Chief", role=Role.MANAGER)
    async with grants.of_conversation(1, acting(chief)) as ending:
        assert not grants._followed
        await grants._look()
        assert ending.error is None
