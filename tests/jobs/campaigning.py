"""A number at Twilio with a template, a list of contacts, and campaigns that are sent to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.agent.agent import Agent
from models.campaign.campaign import Campaign, CampaignRecipient
from models.campaign.filling import Value
from models.campaign.planning import NewCampaign, create_campaign
from models.channel.account import ChannelAccount
from models.channel.credentials import sealed
from models.channel.template import MessageTemplate
from models.contact.contact import Contact
from models.desk.contact_list import ContactList
from models.idempotency import Once
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import CampaignField, MessagingProvider, Role
from providers.messaging.protocol import ProvidedTemplate, TwilioCredentials
from tests.builders import MONDAY, a_contact, a_service, acting, an_agent

TWILIO = TwilioCredentials(account_sid="AC" + "0a" * 16, auth_token="fedcba9876543210fedcba9876543210")
HELLO = ProvidedTemplate(
    id="HX" + "0b" * 16,
    name="hello",
    language="it",
    body="Ciao {{1}}, {{2}}",
    variables=("1", "2"),
    status="APPROVED",
)
VALUES = (
    Value(variable="1", field=CampaignField.NAME),
    Value(variable="2", custom_field="plan", otherwise="the usual"),
)
PLAN = {"key": "plan", "label": "Plan", "type": "TEXT", "options": None, "required": False}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sends what, by what, to whom."""

    ada: Agent
    account: ChannelAccount
    template: MessageTemplate
    customers: ContactList

    async def contact(self, number: int, **values: Any) -> Contact:
        """A contact of the list, by the end of their number."""
        organization = await self.ada.organization
        return await a_contact(
            organization,
            **{
                "name": f"Guest {number}",
                "contact_list": self.customers,
                "phone": f"+3933300{number:05}",
                "email": None,
                **values,
            },
        )

    async def campaign(self, *, now: datetime, once: Once | None = None, **values: Any) -> Campaign:
        wish = NewCampaign(
            **{
                "account_id": self.account.id,
                "template_id": self.template.id,
                "list_id": self.customers.id,
                "values": VALUES,
                "scheduled_at": None,
                **values,
            }
        )
        return await create_campaign(wish, actor=acting(self.ada), now=now, once=once)


async def a_desk(organization: Organization, keys: Keyring) -> Desk:
    account = await ChannelAccount.create(
        organization=organization,
        name="Front door",
        provider=MessagingProvider.TWILIO,
        address="+39065550100",
        service=await a_service(organization, name="Messages"),
        sealed_credentials=sealed(TWILIO, keys=keys),
        listed_at=MONDAY,
    )
    template = await MessageTemplate.create(
        organization=organization,
        account=account,
        external_id=HELLO.id,
        name=HELLO.name,
        language=HELLO.language,
        body=HELLO.body,
        variables=list(HELLO.variables),
        status=HELLO.status,
    )
    customers = await ContactList.create(organization=organization, name="Customers", custom_fields=[PLAN])
    ada = await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)
    return Desk(ada, account, template, customers)


async def statuses(campaign: Campaign) -> list[str]:
    """The status of each recipient, in the order of their numbers; those who are forgotten last."""
    rows = await CampaignRecipient.filter(campaign=campaign).order_by("phone", "id")
    return [row.status.value for row in rows]
