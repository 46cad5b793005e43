"""Where an attachment can be downloaded, for some minutes, by the one for whom the address was made.

Whoever holds an address is served. So it names its reader, and whoever serves it asks again whether that one may have
the file: what is taken back, or given to others, is gone at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.actor import Actor, AgentActor, KnownActor
from models.attachment.attachment import Attachment
from models.contact.masking import Mask, mask_for
from models.conversation.message import Message
from models.keyring import Keyring
from models.organization.organization import Organization
from models.passing_link import content_of, token_for
from models.reader import name_of, reader_named

PATH = "/attachments/"
LASTS = timedelta(minutes=10)
_STEP = timedelta(minutes=5)
_PURPOSE = "attachment"


def attachment_url(
    attachment: Attachment, *, reader: Actor, keys: Keyring, public_url: str, now: datetime
) -> str | None:
    """The address, good for ten minutes at least and fifteen at most, and the same one for five, so that a browser that
    asks often need not load it anew each time. None to the public."""
    name = name_of(reader)
    if name is None:
        return None
    until = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % _STEP + _STEP + LASTS
    token = token_for(f"{attachment.id} {name}", purpose=_PURPOSE, until=until, keys=keys)
    return f"{public_url}{PATH}{token}"


@dataclass(frozen=True, slots=True)
class Download:
    """An attachment, and how its reader is shown what it is called."""

    attachment: Attachment
    mask: Mask


async def recognise_attachment(token: str, *, keys: Keyring, now: datetime) -> Download | None:
    """The attachment, if the reader whom the token names may have it still; raises BadLink and PastLink."""
    id, _, name = content_of(token, purpose=_PURPOSE, keys=keys, now=now).partition(" ")
    attachment = await Attachment.get_or_none(id=int(id), stored_at__isnull=False)
    reader = await reader_named(name, now=now)
    if attachment is None or reader is None or not await _may_have(attachment, reader):
        return None
    organization = await Organization.get(id=attachment.organization_id)
    return Download(attachment, mask_for(reader, organization.settings))


async def _may_have(attachment: Attachment, reader: KnownActor) -> bool:
    """What is sent, whoever may read the message; what is not yet, who has uploaded it."""
    if attachment.message_id is not None:
        visible = Message.visible_to(reader, attachment.conversation_id)
        return bool(await visible.filter(id=attachment.message_id).exists())
    if isinstance(reader, AgentActor):
        return bool(attachment.agent_id == reader.agent.id)
    return attachment.contact_id in reader.contact_ids
