"""Administrators connect numbers at providers of messages, change them, and take them away. No network is touched
here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from errors import Invalid, NotAllowed, NotFound, ProviderRefused
from models import input
from models.actor import AgentActor
from models.audit.auditing import audit, change, everything_of
from models.channel.account import ChannelAccount
from models.channel.credentials import Credentials, checked, sealed
from models.channel.queueing import sync_later
from models.channel.template import APPROVED, MessageTemplate
from models.desk.contact_list import ContactList
from models.editing import save
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import Keyring
from models.organization.service import Service
from models.organization.settling import lock_organization
from models.register import LastingRegister
from models.transactions import transaction
from models.words import MessagingProvider, Role

MOST_ACCOUNTS = 50
SPOKEN = frozenset({MessagingProvider.META, MessagingProvider.TWILIO})
"""The providers with whom Frontdesk can speak."""

ACCOUNTS = LastingRegister(ChannelAccount, "channel account", "accountId", unique_by="address")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """A number as an administrator describes it. Without a list who writes to it comes into the default one."""

    name: str
    provider: MessagingProvider
    address: str
    service_id: int
    contact_list_id: int | None
    credentials: Credentials | None


class AccountFields(TypedDict, total=False):
    """What is set of an account; what is not given stays."""

    name: str
    service_id: int
    contact_list_id: int | None
    recontact_template_id: int | None
    credentials: Credentials


async def connect_account(
    wish: NewAccount, *, actor: AgentActor, keys: Keyring, now: datetime, once: Once | None = None
) -> ChannelAccount:
    """Connect the number, and have its templates listed. Refuses NotAllowed to all but administrators, ProviderRefused
    for a provider with whom Frontdesk cannot speak, NotFound, and Invalid: also for a number that is connected
    already."""
    check_administrator(actor)
    account = _described(wish, actor=actor, keys=keys)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await _still_there(earlier)
        await lock_organization(actor)
        await _check_new(account)
        await _check_related({"service_id": wish.service_id, "contact_list_id": wish.contact_list_id}, actor)
        await account.save()
        await sync_later(tx, account, now=now)
        await audit(tx, "connectChannelAccount", account, actor=actor, after=everything_of(account))
        await remember_outcome(tx, once, account.id)
    return account


async def update_account(
    account_id: int,
    *,
    actor: AgentActor,
    keys: Keyring,
    now: datetime,
    expected_version: int | None = None,
    **fields: Unpack[AccountFields],
) -> ChannelAccount:
    """Change what is given; with other credentials what was wrong before counts no more, and templates are listed
    anew. Refuses NotAllowed, NotFound,
    Stale and Invalid."""
    check_administrator(actor)
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",))
    async with transaction() as tx:
        account = await ACCOUNTS.lock(account_id, actor=actor, expected_version=expected_version)
        if (given := columns.pop("credentials", None)) is not None:
            known = checked(given, provider=account.provider)
            columns |= {"sealed_credentials": sealed(known, keys=keys), "is_well": True}
            await sync_later(tx, account, now=now)
        await _check_related(columns, actor)
        await _check_template(columns.get("recontact_template_id"), account)
        await change(tx, account, columns, action="updateChannelAccount", actor=actor)
    return account


async def disconnect_account(
    account_id: int, *, actor: AgentActor, now: datetime, expected_version: int | None = None
) -> None:
    """Take the account away, with its credentials: nothing is sent by it any more, and what comes in is not taken.
    Refuses NotAllowed, NotFound and Stale."""
    check_administrator(actor)
    async with transaction() as tx:
        account = await ACCOUNTS.lock(account_id, actor=actor, expected_version=expected_version)
        await audit(tx, "disconnectChannelAccount", account, actor=actor, before=everything_of(account))
        account.update_from_dict({"sealed_credentials": None, "deleted_at": now})
        await save(account, "sealed_credentials", "deleted_at")


def check_administrator(actor: AgentActor) -> None:
    """Refuses NotAllowed to everybody else."""
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise NotAllowed("Administrators set this up.")


def _described(wish: NewAccount, *, actor: AgentActor, keys: Keyring) -> ChannelAccount:
    if wish.provider not in SPOKEN:
        raise ProviderRefused(
            f"Frontdesk does not speak with {wish.provider.value.capitalize()} yet: connect the number at Meta or"
            " Twilio.",
            field=("provider",),
        )
    place = wish.provider.value.lower()
    if wish.credentials is None:
        raise Invalid("Give the credentials of this provider.", field=(place,))
    return ChannelAccount(
        organization_id=actor.organization_id,
        name=input.line(wish.name, field=("name",)),
        provider=wish.provider,
        address=input.phone(wish.address, field=("address",)),
        service_id=wish.service_id,
        contact_list_id=wish.contact_list_id,
        sealed_credentials=sealed(checked(wish.credentials, provider=wish.provider), keys=keys),
    )


async def _check_new(account: ChannelAccount) -> None:
    """The organization is locked: of two that would both be the last one, the second sees the first."""
    own = ChannelAccount.of(account.organization_id)
    if await own.filter(address=account.address).exists():
        raise Invalid("This number is connected already.", field=("address",))
    if await own.count() >= MOST_ACCOUNTS:
        raise Invalid(f"There are at most {MOST_ACCOUNTS} accounts: disconnect one first.")


async def _check_related(columns: dict[str, Any], actor: AgentActor) -> None:
    """The service is held, so that it is not deleted meanwhile. Refuses NotFound for what is not the organization's."""
    if (service_id := columns.get("service_id")) is not None:
        services = Service.of(actor.organization_id).filter(id=service_id)
        if await services.select_for_update(no_key=True).first() is None:
            raise NotFound("There is no such service.", field=("serviceId",))
    if (list_id := columns.get("contact_list_id")) is not None:
        lists = ContactList.filter(organization_id=actor.organization_id, id=list_id)
        if await lists.select_for_update(no_key=True).first() is None:
            raise NotFound("There is no such list.", field=("listId",))


async def _check_template(template_id: int | None, account: ChannelAccount) -> None:
    if template_id is None:
        return
    template = await MessageTemplate.get_or_none(id=template_id, account_id=account.id)
    if template is None:
        raise NotFound("The account has no such template.", field=("recontactTemplateId",))
    if template.status != APPROVED:
        raise Invalid("The provider has not approved this template.", field=("recontactTemplateId",))


async def _still_there(account_id: int) -> ChannelAccount:
    account = await ChannelAccount.get_or_none(id=account_id, deleted_at__isnull=True)
    if account is None:
        raise NotFound("The account has been disconnected since.", field=("idempotencyKey",))
    return account
