"""The service that a new conversation belongs to."""

from __future__ import annotations

import pytest

from models.agent.agent import Agent
from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.queueing.finding import first_service_of, service_for
from models.words import MessagingProvider
from tests.builders import MONDAY, a_contact, a_service, an_agent
from tests.models.queueing.desk import NOW, a_conversation

OUT_OF_USE = [{"is_active": False}, {"is_active": False, "deleted_at": MONDAY}]


@pytest.fixture
async def guest(organization: Organization) -> Contact:
    return await a_contact(organization)


async def an_account(service: Service, organization: Organization) -> ChannelAccount:
    return await ChannelAccount.create(
        organization=organization,
        name="Door",
        provider=MessagingProvider.META,
        address="+390655500",
        service=service,
    )


@pytest.fixture
async def four(organization: Organization, anna: Agent, guest: Contact) -> list[Service]:
    """One for each reason that there is, the best first."""
    named, of_account, last = [await a_service(organization, name=name) for name in ("Named", "Number", "Last")]
    await a_conversation(last, contact=guest)
    return [named, of_account, last, await a_service(organization, anna, name="Own")]


@pytest.mark.parametrize("values", OUT_OF_USE)
@pytest.mark.parametrize("gone", range(5))
async def test_each_reason_comes_after_the_one_before(
    organization: Organization,
    anna: Agent,
    guest: Contact,
    four: list[Service],
    gone: int,
    values: dict[str, object],
) -> None:
    await Service.filter(id__in=[service.id for service in four[:gone]]).update(**values)
    account = await an_account(four[1], organization)
    found = await service_for(named=four[0], account=account, guest=guest, agent=anna)
    assert found == (four[gone].id if gone < 4 else None)


async def test_without_any_reason_there_is_none(
    organization: Organization, anna: Agent, guest: Contact
) -> None:
    assert await service_for() is None
    assert await service_for(guest=guest, agent=anna) is None


async def test_the_guests_last_conversation_that_has_one_at_work_counts(
    organization: Organization, guest: Contact
) -> None:
    first, second, closed = [await a_service(organization, name=name) for name in ("First", "Second", "Closed")]
    for service in (second, first, closed, None):
        await a_conversation(service, contact=guest, organization_id=organization.id, now=NOW)
    await Service.filter(id=closed.id).update(is_active=False)
    stranger = await a_contact(organization, "Heidi", email="heidi@guests.example")
    await a_conversation(second, contact=stranger)
    assert await service_for(guest=guest) == first.id
    assert await Conversation.filter(contact_id=guest.id).count() == 4


async def test_an_agents_first_is_the_one_they_have_been_in_for_longest(organization: Organization) -> None:
    ben = await an_agent(organization, "Ben")
    new, old, oldest = [await a_service(organization, name=name) for name in ("New", "Old", "Oldest")]
    for service in (oldest, old, new):
        await ServiceMember.create(organization=organization, service=service, agent=ben)
    assert await first_service_of(ben) == oldest.id
    await Service.filter(id=oldest.id).update(is_active=False)
    assert {await first_service_of(ben) for _ in range(3)} == {old.id}
