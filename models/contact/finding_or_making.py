"""Whoever writes in a channel is found, or becomes a contact in the list of the channel's account."""

from __future__ import annotations

from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.contact.holding import share_merging
from models.contact.identity import ChannelIdentity
from models.contact.number import standard
from models.desk.contact_list import ContactList
from models.input import line_of
from models.organization.organization import Organization
from models.transactions import Transaction, key_of
from models.words import Channel


async def find_or_make(
    tx: Transaction,
    channel: Channel,
    account: ChannelAccount | None,
    identity: str,
    *,
    name: str | None,
    into: ContactList | None,
    organization: Organization,
) -> Contact:
    """Whoever has this identity in the channel; or whose number it is, in whichever form; or a new contact, called so,
    in the list or else the default one. From then on they have the identity.

    Of several at once, also under two forms of one number, the first makes the contact and the others find it. Nobody
    is merged until the transaction ends. To be called before the transaction locks rows.
    """
    number = standard(f"+{identity.lstrip('+')}") if channel is Channel.WHATSAPP else None
    await share_merging(tx, organization.id)
    # The second is also that of guests who book with this number (see recognising.py).
    own = () if number is None else (key_of("guest", organization.id, number),)
    account_id = None if account is None else account.id
    for lock in sorted([key_of("identity", organization.id, channel, account_id, number or identity), *own]):
        await tx.lock(lock)
    where = {"organization_id": organization.id, "channel": channel, "account_id": account_id}
    known = await ChannelIdentity.filter(**where, identity=identity).select_related("contact").first()
    if known is not None:
        return await known.contact.present()
    contact = await _of_number(number, organization) or await _made(
        tx, line_of(name or "") or identity, number, into, organization
    )
    await tx.add(ChannelIdentity(**where, contact=contact, identity=identity))
    return contact


async def _of_number(number: str | None, organization: Organization) -> Contact | None:
    """Of several, whom there was first."""
    if number is None:
        return None
    found = await Contact.filter(organization_id=organization.id, phone=number).order_by("id").first()
    return found and await found.present()


async def _made(
    tx: Transaction, name: str, number: str | None, into: ContactList | None, organization: Organization
) -> Contact:
    made = Contact(organization_id=organization.id, name=name, phone=number, contact_list=into)
    return await tx.add(made)
