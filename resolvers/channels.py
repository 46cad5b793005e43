"""Channel accounts: the organization's numbers at providers of messages."""

from __future__ import annotations

from typing import Any

from errors import Forbidden, Invalid
from models.actor import AgentActor
from models.channel import connecting, syncing, templating
from models.channel.account import ChannelAccount
from models.channel.address import webhook_url as url_of
from models.channel.connecting import NewAccount
from models.channel.credentials import Credentials
from models.channel.template import MessageTemplate
from models.desk.contact_list import ContactList
from models.organization.service import Service
from models.words import Role
from providers.messaging.protocol import MetaCredentials, TwilioCredentials
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.channels import (
    ConnectChannelAccountInput,
    DisconnectChannelAccountInput,
    MetaCredentialsInput,
    SyncMessageTemplatesInput,
    TwilioCredentialsInput,
    UpdateChannelAccountInput,
    UpdateMessageTemplateInput,
)


async def channel_accounts(info: Info) -> list[ChannelAccount]:
    """Those that are connected, by name."""
    return await ChannelAccount.visible_to(administrator(info)).order_by("name", "id")


def administrator(info: Info) -> AgentActor:
    """Refuses Forbidden to everybody else."""
    actor = info.context.agent()
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators see this.")
    return actor


async def service(info: Info, root: ChannelAccount) -> Service | None:
    return await info.context.loaders.services.load(root.service_id)


async def contact_list(info: Info, root: ChannelAccount) -> ContactList | None:
    if root.contact_list_id is None:
        return await ContactList.get(organization_id=root.organization_id, is_default=True)
    return await info.context.loaders.contact_lists.load(root.contact_list_id)


async def recontact_template(info: Info, root: ChannelAccount) -> MessageTemplate | None:
    if root.recontact_template_id is None:
        return None
    return await info.context.loaders.message_templates.load(root.recontact_template_id)


async def templates(info: Info, root: ChannelAccount) -> list[MessageTemplate]:
    return await info.context.loaders.templates_of_account.load(root.id)


async def account_of(info: Info, root: MessageTemplate) -> ChannelAccount | None:
    return await info.context.loaders.channel_accounts.load(root.account_id)


def health(root: ChannelAccount) -> ChannelAccount:
    return root


def webhook_url(info: Info, root: ChannelAccount) -> str:
    world = info.context.world
    return url_of(root.id, keys=world.keys, public_url=world.public_url)


@refusals_as_values
async def connect_channel_account(info: Info, input: ConnectChannelAccountInput) -> Payload:
    context, actor = info.context, info.context.agent()
    wish = NewAccount(
        name=input.name,
        provider=input.provider,
        address=input.address,
        service_id=ids.decode(input.service_id, "Service", field=("serviceId",)),
        contact_list_id=ids.decode_some(input.list_id, "ContactList", field=("listId",)),
        credentials=_credentials(input.meta, input.twilio),
    )
    once = once_of(context, "connectChannelAccount", input, organization_id=actor.organization_id)
    made = await connecting.connect_account(
        wish, actor=actor, keys=context.world.keys, now=context.now(), once=once
    )
    return Payload(account=made)


@refusals_as_values
async def update_channel_account(info: Info, input: UpdateChannelAccountInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.account_id, "ChannelAccount", field=("accountId",))
    changed = await connecting.update_account(
        key,
        actor=actor,
        keys=info.context.world.keys,
        now=info.context.now(),
        expected_version=input.expected_version,
        **_meant(given(input, nullable={"list_id", "recontact_template_id"}, without={"account_id"})),
    )
    return Payload(account=changed)


@refusals_as_values
async def disconnect_channel_account(info: Info, input: DisconnectChannelAccountInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.account_id, "ChannelAccount", field=("accountId",))
    now, version = info.context.now(), input.expected_version
    await connecting.disconnect_account(key, actor=actor, now=now, expected_version=version)
    return Payload(disconnected=True)


@refusals_as_values
async def sync_message_templates(info: Info, input: SyncMessageTemplatesInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.account_id, "ChannelAccount", field=("accountId",))
    return Payload(account=await syncing.ask_to_sync(key, actor=actor, now=info.context.now()))


@refusals_as_values
async def update_message_template(info: Info, input: UpdateMessageTemplateInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.template_id, "MessageTemplate", field=("templateId",))
    changed = await templating.update_template(
        key,
        actor=actor,
        available_for_agents=input.available_for_agents,
        expected_version=input.expected_version,
    )
    return Payload(template=changed)


def _meant(named: dict[str, Any]) -> dict[str, Any]:
    """What the input names, in the words of the model."""
    if "service_id" in named:
        named["service_id"] = ids.decode(named["service_id"], "Service", field=("serviceId",))
    if "list_id" in named:
        named["contact_list_id"] = ids.decode_some(named.pop("list_id"), "ContactList", field=("listId",))
    if "recontact_template_id" in named:
        named["recontact_template_id"] = ids.decode_some(
            named["recontact_template_id"], "MessageTemplate", field=("recontactTemplateId",)
        )
    credentials = _credentials(named.pop("meta", None), named.pop("twilio", None))
    return named if credentials is None else {**named, "credentials": credentials}


def _credentials(
    meta: MetaCredentialsInput | None, twilio: TwilioCredentialsInput | None
) -> Credentials | None:
    if meta is not None and twilio is not None:
        raise Invalid("Give the credentials of one provider.", field=("twilio",))
    if meta is not None:
        return MetaCredentials(
            phone_number_id=meta.phone_number_id,
            business_account_id=meta.business_account_id,
            access_token=meta.access_token,
            app_secret=meta.app_secret,
            verify_token=meta.verify_token,
        )
    if twilio is not None:
        return TwilioCredentials(account_sid=twilio.account_sid, auth_token=twilio.auth_token)
    return None
