"""Several at once, each on a connection of their own: a number is connected once, and a template is there once."""

from __future__ import annotations

import asyncio

import pytest

from errors import Invalid
from models.agent.agent import Agent
from models.channel.account import ChannelAccount
from models.channel.connecting import NewAccount, connect_account
from models.channel.syncing import begin_listing, store_templates
from models.channel.template import MessageTemplate
from models.idempotency import Once
from models.keyring import Keyring
from models.organization.closing import delete_service
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import MessagingProvider, Role
from providers.messaging.protocol import TwilioCredentials
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.jobs.test_channels import a_template

TWILIO = TwilioCredentials(account_sid="AC" + "0a" * 16, auth_token="fedcba9876543210fedcba9876543210")


@pytest.fixture
async def ada(organization: Organization) -> Agent:
    return await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
async def service(organization: Organization) -> Service:
    return await a_service(organization, name="Messages")


async def connect(ada: Agent, service: Service, keys: Keyring, once: Once | None = None) -> ChannelAccount:
    wish = NewAccount(
        name="Front door",
        provider=MessagingProvider.TWILIO,
        address="+39065550100",
        service_id=service.id,
        contact_list_id=None,
        credentials=TWILIO,
    )
    return await connect_account(wish, actor=acting(ada), keys=keys, now=MONDAY, once=once)


async def test_of_many_who_connect_a_number_one_does(ada: Agent, service: Service, keys: Keyring) -> None:
    came = await asyncio.gather(*(connect(ada, service, keys) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in came if isinstance(one, BaseException)] == [Invalid] * 4
    assert await ChannelAccount.all().count() == 1


async def test_a_request_that_comes_many_times_at_once_gets_one_account(
    ada: Agent, service: Service, keys: Keyring
) -> None:
    once = Once(ada.organization_id, acting(ada).key, "connectChannelAccount", "key", "the same")
    came = await asyncio.gather(*(connect(ada, service, keys, once) for _ in range(5)))
    assert len({one.id for one in came}) == 1


async def test_no_number_is_left_with_a_service_that_is_deleted(
    ada: Agent, service: Service, keys: Keyring
) -> None:
    await asyncio.gather(
        connect(ada, service, keys),
        delete_service(service.id, actor=acting(ada), now=MONDAY),
        return_exceptions=True,
    )
    await service.refresh_from_db()
    assert (service.deleted_at is None) == (await ChannelAccount.all().count() == 1)


async def test_two_listings_at_once_make_each_template_once(
    ada: Agent, service: Service, keys: Keyring
) -> None:
    account = await connect(ada, service, keys)
    listing = await begin_listing(account.id, keys=keys, now=MONDAY)
    assert listing is not None
    provided = [a_template(f"HX{number}") for number in range(20)]
    assert await asyncio.gather(*(store_templates(listing, provided) for _ in range(4))) == [True] * 4
    assert await MessageTemplate.all().count() == 20
