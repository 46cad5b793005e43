"""What is told of guests; who they are and how they can be reached, masked from agents who are not to know it
(models/contact/masking.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from models.actor import GuestActor
from models.agent.agent import Agent
from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.contact.identity import ChannelIdentity
from models.contact.masking import is_distant, reach_for
from models.desk.tag import Tag
from models.words import Role
from resolvers.agents import for_colleagues, is_colleague
from resolvers.context import Info
from resolvers.masking import masked


def name(info: Info, root: Contact) -> str | Awaitable[str]:
    return masked(info, lambda mask: mask.name(root.name))


def email(info: Info, root: Contact) -> str | Awaitable[str | None] | None:
    return masked(info, lambda mask: reach_for(info.context.actor, root, mask).email(root.email))


def phone(info: Info, root: Contact) -> str | Awaitable[str | None] | None:
    return masked(info, lambda mask: reach_for(info.context.actor, root, mask).phone(root.phone))


def identity(info: Info, root: ChannelIdentity) -> str | Awaitable[str]:
    return masked(info, lambda mask: mask.identity(root.identity))


def is_masked(info: Info, root: Contact) -> bool | Awaitable[bool]:
    actor = info.context.actor
    if isinstance(actor, GuestActor):
        return root.id not in actor.contact_ids or is_distant(actor, root)
    return masked(info, lambda mask: mask.hides)


def custom_fields(info: Info, root: Contact) -> Mapping[str, Any]:
    """What agents keep of a contact is theirs."""
    hidden = not is_colleague(info, root.organization_id) and root.version > 1
    return {} if hidden else root.custom_fields


async def external_ids(info: Info, root: Contact) -> Sequence[ChannelIdentity]:
    return await info.context.loaders.identities_of_contact.load(for_colleagues(info, root).id)


async def account_of_identity(info: Info, root: ChannelIdentity) -> ChannelAccount | None:
    actor = info.context.agent()
    if root.account_id is None or actor.agent.role is not Role.ADMINISTRATOR:
        return None
    return await info.context.loaders.channel_accounts.load(root.account_id)


async def tags(info: Info, root: Contact) -> Sequence[Tag]:
    return await info.context.loaders.tags_of_contact.load(for_colleagues(info, root).id)


async def managed_by(info: Info, root: Contact) -> Sequence[Agent]:
    return await info.context.loaders.managers_of_contact.load(for_colleagues(info, root).id)


async def merged_into(info: Info, root: Contact) -> Contact | None:
    if root.merged_into_id is None or not is_colleague(info, root.organization_id):
        return None
    return await info.context.loaders.contacts.load(root.merged_into_id)
