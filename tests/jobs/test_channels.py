"""Templates come to be as their provider has them; what goes wrong is told by the account's health."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.channel.account import ChannelAccount
from models.channel.credentials import sealed
from models.channel.syncing import ask_to_sync, begin_listing, store_templates
from models.channel.template import MessageTemplate
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import MessagingProvider, Role
from providers.messaging.protocol import ProvidedTemplate, TwilioCredentials
from tests.builders import Clock, a_service, acting, an_agent
from tests.jobs.conftest import Jobs, Post

TWILIO = TwilioCredentials(account_sid="AC" + "0a" * 16, auth_token="fedcba9876543210fedcba9876543210")
SYNC = "channels.sync_templates"


def a_template(id: str, **values: Any) -> ProvidedTemplate:
    return ProvidedTemplate(
        **{
            "id": id,
            "name": "welcome",
            "language": "it",
            "body": "Ciao {{1}}",
            "variables": ("1",),
            "status": "APPROVED",
            **values,
        }
    )


@pytest.fixture
async def account(organization: Organization, keys: Keyring) -> ChannelAccount:
    return await ChannelAccount.create(
        organization=organization,
        name="Front door",
        provider=MessagingProvider.TWILIO,
        address="+39065550100",
        service=await a_service(organization, name="Messages"),
        sealed_credentials=sealed(TWILIO, keys=keys),
    )


@pytest.fixture
async def ada(organization: Organization) -> Agent:
    return await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)


async def synced(jobs: Jobs, account: ChannelAccount, ada: Agent, clock: Clock) -> None:
    await ask_to_sync(account.id, actor=acting(ada), now=clock())
    await jobs.run()


async def told() -> list[tuple[str, str, str]]:
    return [
        (one.external_id, one.status, one.body) for one in await MessageTemplate.all().order_by("external_id")
    ]


async def test_templates_are_as_the_provider_has_them_and_stay_who_they_are(
    jobs: Jobs, post_office: Post, account: ChannelAccount, ada: Agent, clock: Clock
) -> None:
    post_office.messages.templates = [a_template("HX1"), a_template("HX2", language="en")]
    await synced(jobs, account, ada, clock)
    assert post_office.opened == [TWILIO]
    first = {one.external_id: one for one in await MessageTemplate.all()}
    await MessageTemplate.filter(external_id="HX1").update(available_for_agents=True)
    post_office.messages.templates = [a_template("HX1", status="PAUSED"), a_template("HX3")]
    await synced(jobs, account, ada, clock)
    assert await told() == [
        ("HX1", "PAUSED", "Ciao {{1}}"),
        ("HX2", "GONE", "Ciao {{1}}"),
        ("HX3", "APPROVED", "Ciao {{1}}"),
    ]
    again = await MessageTemplate.get(external_id="HX1")
    assert (again.id, again.version, again.available_for_agents) == (first["HX1"].id, 2, True)
    post_office.messages.templates.append(a_template("HX2"))
    await synced(jobs, account, ada, clock)
    back = await MessageTemplate.get(external_id="HX2")
    assert (back.id, back.status) == (first["HX2"].id, "APPROVED")


async def test_what_has_not_changed_keeps_its_version(
    jobs: Jobs, post_office: Post, account: ChannelAccount, ada: Agent, clock: Clock
) -> None:
    post_office.messages.templates = [a_template("HX1")]
    await synced(jobs, account, ada, clock)
    await synced(jobs, account, ada, clock)
    assert [one.version for one in await MessageTemplate.all()] == [1]


async def test_a_provider_that_refuses_is_told_of_and_not_asked_again(
    jobs: Jobs, post_office: Post, account: ChannelAccount, ada: Agent, clock: Clock
) -> None:
    post_office.messages.templates = [a_template("HX1")]
    await synced(jobs, account, ada, clock)
    post_office.messages.reject("Twilio refuses: 20003")
    await synced(jobs, account, ada, clock)
    await account.refresh_from_db()
    assert (account.is_well, account.last_error, account.last_error_at) == (
        False,
        "Twilio refuses: 20003",
        clock(),
    )
    assert await jobs.waiting(SYNC) == []
    assert [status for _, status, _ in await told()] == ["APPROVED"]
    post_office.messages.recover()
    await synced(jobs, account, ada, clock)
    await account.refresh_from_db()
    assert (account.is_well, account.last_error) == (True, "Twilio refuses: 20003")


async def test_a_provider_that_is_down_is_asked_again_for_a_while(
    jobs: Jobs, post_office: Post, account: ChannelAccount, ada: Agent, clock: Clock
) -> None:
    post_office.messages.go_down(retry_after_seconds=300)
    await synced(jobs, account, ada, clock)
    [waiting] = await jobs.waiting(SYNC)
    assert waiting["scheduled_at"] is not None
    await account.refresh_from_db()
    assert (account.is_well, account.last_error) == (False, "The provider is down.")
    clock.advance(hours=4)
    await jobs.hurry()
    assert await jobs.waiting(SYNC) == []
    assert post_office.messages.asked == 2
    assert await jobs.failed() == []


async def test_once_a_day_templates_are_listed_by_themselves(
    jobs: Jobs, post_office: Post, account: ChannelAccount, clock: Clock
) -> None:
    post_office.messages.templates = [a_template("HX1")]
    for hours in (0, 1, 22, 1):
        clock.advance(hours=hours)
        await jobs.run_periodic("channels.sync_due")
    assert post_office.messages.asked == 2
    await ChannelAccount.filter(id=account.id).update(deleted_at=clock(), sealed_credentials=None)
    clock.advance(hours=48)
    await jobs.run_periodic("channels.sync_due")
    assert post_office.messages.asked == 2


async def test_credentials_that_cannot_be_read_are_told_of(
    jobs: Jobs, post_office: Post, account: ChannelAccount, ada: Agent, clock: Clock
) -> None:
    lost = Keyring(b"another key of another installation").seal("{}")
    await ChannelAccount.filter(id=account.id).update(sealed_credentials=lost)
    await synced(jobs, account, ada, clock)
    await account.refresh_from_db()
    assert account.last_error == "Its credentials can no longer be read here: give them anew."
    assert post_office.messages.asked == 0


async def test_what_was_listed_with_other_credentials_is_not_kept(
    db: None, account: ChannelAccount, keys: Keyring, clock: Clock
) -> None:
    listing = await begin_listing(account.id, keys=keys, now=clock())
    assert listing is not None
    other = TwilioCredentials(account_sid="AC" + "0d" * 16, auth_token=TWILIO.auth_token)
    await ChannelAccount.filter(id=account.id).update(sealed_credentials=sealed(other, keys=keys))
    assert not await store_templates(listing, [a_template("HX1")])
    assert await MessageTemplate.all().count() == 0
